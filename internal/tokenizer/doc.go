// Package tokenizer turns text into the token ids of a model and back, exactly as Hugging Face tokenizers does for the
// byte-level BPE of the Qwen, GPT-2, Llama 3 and GPT-4o families.
//
// The nouns:
//
//   - A piece is one entry of the vocabulary, a string of bytes with an id. Files spell the bytes of a piece in the
//     byte-level alphabet: 256 printable characters, one for each byte ('Ġ' is the space). A piece that holds any other
//     character is literal: it stands for its own UTF-8 bytes and no text is ever encoded to it.
//   - An added token is a string that is found in the text before anything else is done to it and becomes one id. It is
//     special when decoding may leave it out. Its flags say whether it must be a word of its own (single_word), takes the
//     white space around it (lstrip, rstrip), and is looked for before or after normalization (normalized).
//   - Normalization rewrites the text between added tokens, for example to Unicode NFC.
//   - A word is what pre-tokenization cuts the text into. Merges never cross the border of a word.
//   - A merge joins two adjacent pieces into a third. Of all merges that apply in a word the one with the lowest rank
//     (its place in the file), then the leftmost, is done first.
//
// The text goes: added tokens, normalization, added tokens that are looked for in normalized text, words, merges; and
// with [Tokenizer.EncodeSpecial] the special tokens that the template of the file puts around it.
//
// [New] reads a tokenizer.json, [Load] a directory with that file or with the older vocab.json and merges.txt. A part
// that this package does not implement is an error that names it; nothing in the file is ignored.
//
// # Unicode
//
// The reference implementation matches words with Unicode 16 and normalizes with Unicode 9, whereas Go 1.26 has
// Unicode 15. The differences are listed in unicode.go, so that ids agree for every code point.
package tokenizer
