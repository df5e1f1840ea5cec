package tokenizer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a whole tokenizer.json with every kind of field, to break.
const small = `{
  "version": "1.0", "truncation": null, "padding": null,
  "added_tokens": [
    {"id": 5, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
  ],
  "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"String": "x"}, "content": "a"}]},
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {"Regex": "\\p{L}"}, "behavior": "Isolated", "invert": false},
    {"type": "Digits", "individual_digits": false},
    {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}
  ]},
  "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [5], "tokens": ["<s>"]}}},
  "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
  "model": {"type": "BPE", "dropout": null, "unk_token": "a", "continuing_subword_prefix": "", "end_of_word_suffix": null,
    "fuse_unk": false, "byte_fallback": false, "ignore_merges": null,
    "vocab": {"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\ud83d\ude00": 4}, "merges": ["a b"]}
}`

func TestSmall(t *testing.T) {
	tok, err := New([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := tok.TokenID("😀"); !ok || id != 4 {
		t.Errorf("a piece spelled with escapes has the id %d, %v", id, ok)
	}
	if s, _ := tok.Token(3); s != "Ġ" {
		t.Errorf("piece 3 is %q, want Ġ", s)
	}
}

// TestLiteralMerge joins a piece in the alphabet with one that is not: no text has them, but the file is good.
func TestLiteralMerge(t *testing.T) {
	s := strings.Replace(small, `"\u0120": 3, "\ud83d\ude00": 4}, "merges": ["a b"]`, `"日": 3, "b日": 4}, "merges": [["a", "b"], ["b", "日"]]`, 1)
	tok, err := New([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	if rank, id := tok.merges.find(1, 3); rank != 1 || id != 4 {
		t.Errorf("merge of b and 日: rank %d, id %d", rank, id)
	}
}

// TestMergesFirst puts the merges before the pieces that they need.
func TestMergesFirst(t *testing.T) {
	s := strings.Replace(small, `"model": {"type": "BPE",`, `"model": {"merges": [["a", "b"]],`, 1)
	s = strings.Replace(s, `, "merges": ["a b"]}`, `, "type": "BPE"}`, 1)
	tok, err := New([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	if rank, id := tok.merges.find(0, 1); rank != 0 || id != 2 {
		t.Errorf("merge of a and b: rank %d, id %d", rank, id)
	}
}

// TestBroken replaces a part of a good file and looks for the error.
func TestBroken(t *testing.T) {
	const seq = `{"type": "Sequence", "normalizers": [`
	for _, x := range []struct{ from, to, want string }{
		// JSON
		{small, ``, `line 1 (byte 0): found the end of the file, expected '{'`},
		{small, `[]`, `found an array, expected '{'`},
		{small, small + `x`, `line 18 (byte`},
		{small, "\ufeff" + small, `expected '{'`},
		{`"version": "1.0",`, `"version": "1.0"`, `found a string, expected ','`},
		{`"version": "1.0"`, `"version" "1.0"`, `expected ':'`},
		{`"version"`, `version`, `found "version", expected '"'`},
		{`"1.0"`, `1.0`, `version: found "1.0", expected '"'`},
		{`"1.0"`, "\"1.\n0\"", `control character 0x0a`},
		{`"1.0"`, `"2.0"`, `version: found "2.0", expected "1.0"`},
		{`"1.0"`, `"1.\q"`, `unknown escape`},
		{`"1.0"`, `"1.\u12"`, `unknown escape`},
		{`\ud83d\ude00`, `\ud83d`, `surrogate`},
		{`\ud83d\ude00`, `\ude00\ud83d`, `surrogate`},
		{`\ud83d\ude00`, "\xff", `not valid UTF-8`},
		{"merges\": [\"a b\"]}\n}", `merges": ["a`, `the file ends in a string`},
		{"merges\": [\"a b\"]}\n}", `merges": ["a b"`, `found the end of the file, expected ','`},
		// the top
		{`"version"`, `"verse"`, `line 2 (byte 12): verse: unknown field`},
		{`"padding"`, `"truncation"`, `truncation: the field appears twice`},
		{`"truncation": null`, `"truncation": {"max_length": 5}`, `truncation is not supported`},
		{`"padding": null`, `"padding": {}`, `padding is not supported`},
		{`"pre_tokenizer": {`, `"decoder": {`, `decoder`},
		// added tokens
		{`"id": 5`, `"id": 6`, `added token "<s>" has id 6 in the file, but Hugging Face tokenizers gives it 5`},
		{`"id": 5`, `"id": -5`, `added_tokens[0].id: found "-5", expected a whole number`},
		{`"id": 5`, `"id": 5.0`, `found "5.0", expected a whole number`},
		{`"id": 5`, `"id": 05`, `found "05", expected a whole number`},
		{`"id": 5`, `"id": 1e3`, `found "1e3"`},
		{`"id": 5`, `"id": 99999999999999999999`, `expected a whole number from 0 to 4294967295`},
		{`"id": 5, "content"`, `"content"`, `added_tokens[0].id: the field is missing`},
		{`"lstrip": false`, `"lstrip": 0`, `added_tokens[0].lstrip: found "0", expected true or false`},
		{`"lstrip"`, `"left"`, `added_tokens[0].left: unknown field`},
		{`"added_tokens": [`, `"added_tokens": [{"id": 6, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},`, `the token "<s>" appears twice`},
		{`"<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false`, `"xx", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true`, ``},
		{`{"type": "Replace", "pattern": {"String": "x"}, "content": "a"}]}`, `{"type": "Strip", "strip_left": true, "strip_right": true}]}`, ``},
		// normalizers
		{`{"type": "NFC"}`, `{"type": "Nmt"}`, `normalizer.normalizers[0]: normalizer of type "Nmt" is not supported`},
		{`{"type": "NFC"}`, `{"type": "NFC", "x": 1}`, `normalizer.normalizers[0].x: unknown field`},
		{`{"type": "NFC"}`, `{"kind": "NFC"}`, `normalizer of type "" is not supported`},
		{`{"type": "NFC"}`, `{"type": 3}`, `normalizer.normalizers[0].type: found "3", expected '"'`},
		{`{"type": "NFC"}`, `null`, `normalizer.normalizers[0]: found "null", expected '{'`},
		{`{"type": "NFC"}`, `{"type": "Strip", "strip_left": true}`, `strip_right: the field is missing`},
		{`{"type": "NFC"}`, `{"type": "Prepend"}`, `prepend: the field is missing`},
		{`{"type": "NFC"}`, strings.Repeat(seq, 17) + strings.Repeat("]}", 17), `sequences in sequences more than 16 deep`},
		{`{"String": "x"}`, `{"String": ""}`, `normalizer.normalizers[1].pattern: the pattern is empty`},
		{`{"String": "x"}`, `{"Regex": ""}`, `the pattern is empty`},
		{`{"String": "x"}`, `{}`, `expected one of String and Regex`},
		{`{"String": "x"}`, `{"String": "x", "Regex": "y"}`, `expected one of String and Regex`},
		{`{"String": "x"}`, `{"Regex": "\\w"}`, `pattern "\\w": "\\w" at byte 0 is not supported`},
		// pre-tokenizers
		{`{"type": "Digits", "individual_digits": false}`, `{"type": "Whitespace"}`, `pre_tokenizer.pretokenizers[1]: pre-tokenizer of type "Whitespace" is not supported`},
		{`{"type": "Digits", "individual_digits": false}`, `{"type": "Digits"}`, `individual_digits: the field is missing`},
		{`{"type": "Digits", "individual_digits": false}`, `{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true}`, `ByteLevel after ByteLevel is not supported`},
		{`{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}`, `{"type": "Digits", "individual_digits": true}`, `there is no ByteLevel`},
		{`"behavior": "Isolated"`, `"behavior": "Dropped"`, `pre_tokenizer.pretokenizers[0].behavior: "Dropped" is not supported`},
		{`"invert": false`, `"invert": null`, `invert: found "null", expected true or false`},
		// post-processors
		{`{"type": "TemplateProcessing"`, `{"type": "RobertaProcessing"`, `post_processor: post-processor of type "RobertaProcessing" is not supported`},
		{`"ids": [5]`, `"ids": [77]`, `no token has the id 77 of the template`},
		{`"ids": [5]`, `"ids": [4294967295]`, `id 4294967295 is above`},
		{`{"Sequence": {"id": "A", "type_id": 0}}`, `{"Sequence": {"id": "B", "type_id": 0}}`, `sequence B is out of place`},
		{`{"Sequence": {"id": "A", "type_id": 0}}`, `{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}`, `sequence A is out of place`},
		{`, {"Sequence": {"id": "A", "type_id": 0}}`, ``, `the template single must have sequence A`},
		{`{"SpecialToken": {"id": "<s>", "type_id": 0}}`, `{"SpecialToken": {"id": "<t>", "type_id": 0}}`, `the template single has "<t>", which is not in special_tokens`},
		{`{"SpecialToken": {"id": "<s>", "type_id": 0}}`, `{"SpecialToken": {"id": "", "type_id": 0}}`, `the id is empty`},
		{`{"SpecialToken": {"id": "<s>", "type_id": 0}}`, `{}`, `expected one of SpecialToken and Sequence`},
		{`"special_tokens": {`, `"special_tokens": {"<s>": {"id": "<s>", "ids": [], "tokens": []},`, `post_processor.special_tokens.<s>: the field appears twice`},
		{`"pair": [],`, ``, `post_processor.pair: the field is missing`},
		// decoder
		{`"decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}`, `"decoder": null`, `decoder: there is none`},
		{`"decoder": {"type": "ByteLevel"`, `"decoder": {"type": "Metaspace"`, `decoder: decoder of type "Metaspace" is not supported`},
		// model
		{`"type": "BPE"`, `"type": "Unigram"`, `model: model of type "Unigram" is not supported`},
		{`"dropout": null`, `"dropout": 0.0`, ``},
		{`"dropout": null`, `"dropout": 0.1`, `model.dropout: "0.1" is not supported`},
		{`"unk_token": "a"`, `"unk_token": "c"`, `model.unk_token: "c" is not in the vocabulary`},
		{`"continuing_subword_prefix": ""`, `"continuing_subword_prefix": "##"`, `model.continuing_subword_prefix: "##" is not supported`},
		{`"continuing_subword_prefix": ""`, `"continuing_subword_prefix": 1`, `model.continuing_subword_prefix: found "1"`},
		{`"byte_fallback": false`, `"byte_fallback": true`, `model.byte_fallback: true is not supported`},
		{`"byte_fallback": false`, `"byte_fallback": "no"`, `model.byte_fallback: found a string, expected true or false`},
		{`"b": 1`, `"b": 0`, `model.vocab: pieces "a" and "b" have the same id 0`},
		{`"b": 1`, `"b": -1`, `model.vocab: found "-1"`},
		{`"b": 1`, `"b": 2097151`, `piece "b" has id 2097151: ids above 2097150 are not supported`},
		{`"b": 1`, `"a": 1`, `piece "a" appears twice, with ids 0 and 1`},
		{`{"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\ud83d\ude00": 4}`, `["a", "b"]`, `model.vocab: found an array, expected '{'`},
		{`"a": 0, "b": 1`, `"a": 5, "b": 1`, `added token "<s>" and piece "a" have the same id 5`},
		{`"merges": ["a b"]`, `"merges": ["a b", "a c"]`, `model.merges[1]: piece "c" is not in the vocabulary`},
		{`"merges": ["a b"]`, `"merges": ["b a"]`, `model.merges[0]: piece "ba" is not in the vocabulary`},
		{`"merges": ["a b"]`, `"merges": ["ab"]`, `model.merges[0]: found "ab", expected two pieces`},
		{`"merges": ["a b"]`, `"merges": ["a  b"]`, `expected two pieces`},
		{`"merges": ["a b"]`, `"merges": [["a", "b", "c"]]`, `model.merges[0]: found 3 pieces, expected 2`},
		{`"merges": ["a b"]`, `"merges": [["a", 1]]`, `model.merges: found "1"`},
		{`"merges": ["a b"]`, `"merges": [7]`, `model.merges: found "7"`},
		{`, "merges": ["a b"]`, ``, `model.merges: the field is missing`},
		{`"vocab": {`, `"merges": ["a b"], "vocab": {`, `model.merges: the field appears twice`},
	} {
		s := strings.Replace(small, x.from, x.to, 1)
		if s == small {
			t.Fatalf("%q is not in the file", x.from)
		}
		_, err := New([]byte(s))
		switch {
		case x.want == "" && err != nil:
			t.Errorf("%q instead of %q: %v", x.to, x.from, err)
		case x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want) || !strings.HasPrefix(err.Error(), "tokenizer: tokenizer.json: ")):
			t.Errorf("%q instead of %q: error %v, want one with %s", x.to, x.from, err, x.want)
		}
	}
}

// TestBrokenMergesFirst reaches the errors of what is skipped and read later.
func TestBrokenMergesFirst(t *testing.T) {
	for merges, want := range map[string]string{
		`["a b"`: `model.vocab: the field is missing`, `[["a b]`: `in a string`, `[?]`: `model.merges: found "?"`, `["a c"]`: `model.merges[0]: piece "c"`, `{"a": [1, true]}`: `expected '['`, `[[`: `the file ends`,
	} {
		s := strings.Replace(small, `"model": {"type": "BPE",`, `"model": {"type": "BPE", "merges": `+merges+`,`, 1)
		s = strings.Replace(s, `, "merges": ["a b"]}`, `}`, 1)
		if merges == `[[` {
			s = s[:strings.Index(s, `[[,`)+2]
		}
		if _, err := New([]byte(s)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("merges %s: error %v, want one with %s", merges, err, want)
		}
	}
}

// TestSameAfterNormalization has added tokens that cannot be told apart, and one that nothing can match.
func TestSameAfterNormalization(t *testing.T) {
	const token = `{"id": 5, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}`
	with := func(id, content string) string {
		return strings.NewReplacer(`"normalized": false`, `"normalized": true`, `<s>`, content, `"id": 5`, `"id": `+id).Replace(token)
	}
	for tokens, want := range map[string]string{
		token + `,` + with("6", "ya") + `,` + with("7", "yx"): "are the same after normalization",
		token + `,` + with("6", "y"):                          `added token "y" (id 6) is empty after normalization`,
	} {
		s := strings.Replace(small, token, tokens, 1)
		s = strings.Replace(s, `{"type": "NFC"}`, `{"type": "Replace", "pattern": {"Regex": "y(?!a|x)"}, "content": ""}`, 1)
		if _, err := New([]byte(s)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestTruncated(t *testing.T) {
	for i := range len(small) {
		if _, err := New([]byte(small[:i])); err == nil {
			t.Fatalf("no error for the first %d bytes", i)
		}
	}
}

func FuzzNew(f *testing.F) {
	g := loadGolden(f)
	f.Add([]byte(small), "ab a<s>x 12")
	f.Add([]byte(strings.Replace(small, `"b": 1`, `"b": 2097150`, 1)), "b")
	f.Add([]byte(strings.Replace(small, `"normalized": false`, `"normalized": true`, 1)), "<s>")
	f.Add(g.fixture(f, "strips").json(f, g), "a <L> <R> b")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		tok, err := New(data)
		if err != nil {
			return
		}
		ids := tok.EncodeSpecial(text)
		for _, id := range ids {
			if _, ok := tok.Token(id); !ok || int(id) >= tok.VocabSize() {
				t.Errorf("id %d of %d has no token", id, tok.VocabSize())
			}
		}
		if got, want := stream(t, tok, ids, false), tok.Decode(ids, false); got != want {
			t.Errorf("streamed %q, want %q", got, want)
		}
	})
}

// directory writes files and returns the directory.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadErrors(t *testing.T) {
	const gpt2 = `{"tokenizer_class": "GPT2Tokenizer"}`
	for _, x := range []struct {
		files map[string]string
		want  string
	}{
		{nil, `there is no tokenizer.json, and for vocab.json with merges.txt the tokenizer_class`},
		{map[string]string{"tokenizer_config.json": `{"tokenizer_class": "LlamaTokenizer"}`}, `must be GPT2Tokenizer or Qwen2Tokenizer, not "LlamaTokenizer"`},
		{map[string]string{"tokenizer_config.json": gpt2}, `vocab.json: `},
		{map[string]string{"tokenizer_config.json": gpt2, "vocab.json": `{"a": 0}`}, `merges.txt: `},
		{map[string]string{"tokenizer_config.json": gpt2, "vocab.json": `{"a": 0,}`}, `vocab.json: line 1 (byte 8): found "}", expected '"'`},
		{map[string]string{"tokenizer_config.json": gpt2, "vocab.json": `{"a": 0}]`}, `after the end of the object`},
		{map[string]string{"tokenizer_config.json": gpt2, "vocab.json": `{"a": 0, "b": 1, "ab": 2}`, "merges.txt": "#version: 0.2\na b\n\n"}, `merges.txt:3: found "", expected two pieces`},
		{map[string]string{"tokenizer_config.json": gpt2, "vocab.json": `{"a": 0, "b": 1}`, "merges.txt": "a b\r\n"}, `merges.txt:1: piece "ab" is not in the vocabulary`},
		{map[string]string{"tokenizer_config.json": `{"tokenizer_class": 1`, "tokenizer.json": small}, `tokenizer_config.json: unexpected end`},
		{map[string]string{"tokenizer_config.json": `{"tokenizer_class": 1}`, "tokenizer.json": small}, `tokenizer_config.json: tokenizer_class: json: cannot unmarshal`},
		{map[string]string{"tokenizer_config.json": `{"add_bos_token": 1}`, "tokenizer.json": small}, `add_bos_token`},
		{map[string]string{"tokenizer_config.json": `{"split_special_tokens": true}`, "tokenizer.json": small}, `split_special_tokens: true is not supported`},
		{map[string]string{"tokenizer_config.json": `{"eos_token": 5}`, "tokenizer.json": small}, `eos_token`},
		{map[string]string{"tokenizer_config.json": `{"added_tokens_decoder": []}`, "tokenizer.json": small}, `added_tokens_decoder`},
		{map[string]string{"tokenizer_config.json": `{"added_tokens_decoder": {"x": {"content": "y"}, "7": 7}}`, "tokenizer.json": small}, `"x" is not an id`},
		{map[string]string{"tokenizer_config.json": `{"added_tokens_decoder": {"9": {"content": "<t>"}}}`, "tokenizer.json": small}, `added token "<t>" has id 9 in the file, but Hugging Face tokenizers gives it 6`},
		{map[string]string{"tokenizer_config.json": `{"extra_special_tokens": 3}`, "tokenizer.json": small}, `extra_special_tokens`},
		{map[string]string{"tokenizer_config.json": `{"extra_special_tokens": [3]}`, "tokenizer.json": small}, `extra_special_tokens: token 0`},
		{map[string]string{"tokenizer_config.json": `{"extra_special_tokens": {"a": 3}}`, "tokenizer.json": small}, `extra_special_tokens: a`},
		{map[string]string{"special_tokens_map.json": `[`, "tokenizer.json": small}, `special_tokens_map.json`},
		{map[string]string{"added_tokens.json": `{"a": -1}`, "tokenizer.json": small}, `added_tokens.json`},
		{map[string]string{"tokenizer.json": small[:100]}, `tokenizer.json: line `},
	} {
		dir := directory(t, x.files)
		_, err := Load(dir)
		if err == nil || !strings.Contains(err.Error(), x.want) || !strings.HasPrefix(err.Error(), "tokenizer: ") || !strings.Contains(err.Error(), dir) {
			t.Errorf("%v: error %v, want one with %s and the path", x.files, err, x.want)
		}
	}
}

func TestLoadTooLarge(t *testing.T) {
	for _, name := range []string{"tokenizer.json", "tokenizer_config.json"} {
		dir := directory(t, map[string]string{name: ""})
		if err := os.Truncate(filepath.Join(dir, name), maxFile+1); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "more than") {
			t.Errorf("%s: error %v, want one about its size", name, err)
		}
	}
}

// TestNamedExtraTokens reads extra tokens that are an object.
func TestNamedExtraTokens(t *testing.T) {
	dir := directory(t, map[string]string{"tokenizer.json": small, "tokenizer_config.json": `{"extra_special_tokens": {"image": "<i>", "b": {"content": "<b>"}}, "other_token": 3}`})
	tok, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int32{"<b>": 6, "<i>": 7} {
		if id, ok := tok.TokenID(token); !ok || id != want || !tok.IsSpecial(id) {
			t.Errorf("%s has the id %d, %v, special %v", token, id, ok, tok.IsSpecial(id))
		}
	}
}
