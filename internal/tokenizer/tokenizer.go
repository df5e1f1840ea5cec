package tokenizer

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Tokenizer encodes and decodes. It is safe for concurrent use.
type Tokenizer struct {
	bpe
	added       *added
	normalizers []normalizer
	splitters   []splitter
	words       *words // the one splitter, when it is a words rule
	byteLevel   bool   // has a ByteLevel been read?
	template    *template
	pool        sync.Pool // of *work
	size        int
}

// template holds the ids that EncodeSpecial puts around a text.
type template struct{ before, after []int32 }

// New reads a tokenizer.json. The error names the first thing in it that is broken or not supported, with its line.
func New(tokenizerJSON []byte) (*Tokenizer, error) {
	t, err := parse(tokenizerJSON)
	if err == nil {
		err = t.finish()
	}
	if err != nil {
		return nil, fmt.Errorf("tokenizer: tokenizer.json: %w", err)
	}
	return t, nil
}

// parse reads a tokenizer.json. Added tokens may still come from elsewhere before finish.
func parse(tokenizerJSON []byte) (*Tokenizer, error) {
	f := file{parser: parser{data: tokenizerJSON}, t: &Tokenizer{added: newAdded()}}
	if err := f.read(); err != nil {
		return nil, err
	}
	toks := make([]addedToken, len(f.tokens))
	for i, tok := range f.tokens {
		toks[i] = tok.addedToken
	}
	f.t.added.add(toks, f.t.vocab, f.t.normalizers)
	return f.t, f.t.checkAdded(f.tokens)
}

// checkAdded compares the ids that a file gives its added tokens with those they got.
func (t *Tokenizer) checkAdded(tokens []fileToken) error {
	var errs []error
	for _, tok := range tokens {
		id, ok := t.added.ids[tok.content]
		if ok && uint32(id) != tok.id {
			errs = append(errs, fmt.Errorf("added token %q has id %d in the file, but Hugging Face tokenizers gives it %d: "+
				"correct the file, a model trained with one would be served with the other", tok.content, tok.id, id))
		}
	}
	return errors.Join(errs...)
}

// finish checks the parts against each other and makes what encoding needs.
func (t *Tokenizer) finish() error {
	t.init()
	t.size = len(t.place)
	var errs []error
	for _, id := range t.added.sorted() {
		t.size = max(t.size, int(id)+1)
		if s, ok := t.spelling(id); ok && s != t.added.byID[id].content {
			errs = append(errs, fmt.Errorf("added token %q and piece %q have the same id %d", t.added.byID[id].content, s, id))
		}
	}
	if t.template != nil {
		for _, id := range slices.Concat(t.template.before, t.template.after) {
			if _, ok := t.Token(id); !ok {
				errs = append(errs, fmt.Errorf("post_processor: no token has the id %d of the template", id))
			}
		}
	}
	if len(t.splitters) == 1 {
		t.words, _ = t.splitters[0].(*words)
	}
	t.pool.New = func() any { return &work{} }
	return errors.Join(append(errs, t.added.build())...)
}

// Encode returns the ids of text, without the special tokens of the template. Special tokens that stand in the text are
// found. Broken UTF-8 counts as U+FFFD, as in Python's errors="replace".
func (t *Tokenizer) Encode(text string) []int32 { return t.AppendTokens(nil, text) }

// EncodeSpecial is Encode with the special tokens that the file wants around a text, for example one for its beginning.
func (t *Tokenizer) EncodeSpecial(text string) []int32 {
	if t.template == nil {
		return t.Encode(text)
	}
	ids := t.AppendTokens(slices.Clone(t.template.before), text)
	return append(ids, t.template.after...)
}

// AppendTokens appends what Encode returns to dst.
func (t *Tokenizer) AppendTokens(dst []int32, text string) []int32 {
	if text == "" {
		return dst
	}
	w := t.pool.Get().(*work)
	defer t.pool.Put(w)
	token := func(id int32) { dst = append(dst, id) }
	t.added.raw.cut(repair(text), func(s string) {
		s = normalizeAll(t.normalizers, s)
		if s != "" {
			t.added.normal.cut(s, func(s string) { dst = t.appendText(dst, s, w) }, token)
		}
	}, token)
	return dst
}

// appendText appends the ids of a text without added tokens.
func (t *Tokenizer) appendText(dst []int32, s string, w *work) []int32 {
	if t.words != nil {
		for i := 0; i < len(s); {
			end := t.words.next(s, i)
			dst = t.appendWord(dst, s[i:end], w)
			i = end
		}
		return dst
	}
	now, next := append(w.words[0][:0], s), w.words[1]
	for _, step := range t.splitters {
		next = next[:0]
		for _, word := range now {
			next = step.split(next, word)
		}
		now, next = next, now
	}
	for _, word := range now {
		dst = t.appendWord(dst, word, w)
	}
	clear(now) // they would keep the text alive
	clear(next)
	w.words[0], w.words[1] = now, next
	return dst
}

// Decode returns the text of ids, in which broken UTF-8 is replaced by U+FFFD. Ids without a token are left out, and so
// are special tokens when skipSpecial is set.
func (t *Tokenizer) Decode(ids []int32, skipSpecial bool) string {
	var b []byte
	for _, id := range ids {
		b = t.appendBytesOf(b, id, skipSpecial)
	}
	return repair(string(b))
}

// appendBytesOf appends the bytes that id stands for.
func (t *Tokenizer) appendBytesOf(b []byte, id int32, skipSpecial bool) []byte {
	s, ok := t.added.text(id)
	if !ok {
		return append(b, t.vocab.bytes(id)...)
	}
	if skipSpecial && t.added.skips(id) {
		return b
	}
	b, _ = appendPiece(b, []byte(s))
	return b
}

// TokenID returns the id of an added token or of a piece, as files spell it.
func (t *Tokenizer) TokenID(piece string) (int32, bool) {
	if id, ok := t.added.ids[piece]; ok {
		return id, true
	}
	return t.id(piece)
}

// Token is the inverse of TokenID. A normalized added token has its normalized form.
func (t *Tokenizer) Token(id int32) (string, bool) {
	if s, ok := t.added.text(id); ok {
		return s, true
	}
	return t.spelling(id)
}

// VocabSize returns the highest id plus one, added tokens included.
func (t *Tokenizer) VocabSize() int { return t.size }

// IsSpecial reports whether id is a special token, which decoding may leave out.
func (t *Tokenizer) IsSpecial(id int32) bool {
	tok, ok := t.added.byID[id]
	return ok && t.added.special[tok.content]
}

// Stream decodes ids one after the other. It is not safe for concurrent use.
type Stream struct {
	t           *Tokenizer
	skipSpecial bool
	rest        []byte
}

// Stream returns a decoder for the ids of one text.
func (t *Tokenizer) Stream(skipSpecial bool) *Stream { return &Stream{t: t, skipSpecial: skipSpecial} }

// Push returns the text that id completes. A character of which only the first bytes are known is held back.
func (s *Stream) Push(id int32) string {
	s.rest = s.t.appendBytesOf(s.rest, id, s.skipSpecial)
	n := wholeLen(s.rest)
	text := repair(string(s.rest[:n]))
	s.rest = append(s.rest[:0], s.rest[n:]...)
	return text
}

// Flush returns what is held back, with U+FFFD for a character that was never completed. All that Push and Flush
// returned is what Decode returns for the same ids.
func (s *Stream) Flush() string {
	text := repair(string(s.rest))
	s.rest = s.rest[:0]
	return text
}
