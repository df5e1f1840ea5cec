package tokenizer

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokenIDs(t *testing.T) {
	g := loadGolden(t)
	for _, f := range g.Fixtures {
		tok := g.tokenizer(t, f.Name)
		known := 0
		for id := int32(-1); id <= int32(tok.VocabSize()); id++ {
			piece, ok := tok.Token(id)
			if !ok {
				if tok.IsSpecial(id) || tok.Decode([]int32{id}, false) != "" {
					t.Errorf("%s: id %d without a token is special or decodes to something", f.Name, id)
				}
				continue
			}
			known++
			// Only the normalized form of an added token is known by its id.
			if back, ok := tok.TokenID(piece); (!ok || back != id) && tok.added.lookup[id] == "" {
				t.Errorf("%s: token %q of id %d has the id %d, %v", f.Name, piece, id, back, ok)
			}
		}
		if _, ok := tok.Token(int32(tok.VocabSize()) - 1); !ok {
			t.Errorf("%s: the highest id has no token", f.Name)
		}
		if want := tok.len() + len(tok.added.ids); known > want || known < tok.len() {
			t.Errorf("%s: %d ids have a token, of %d pieces and %d added tokens", f.Name, known, tok.len(), len(tok.added.ids))
		}
		if _, ok := tok.TokenID("no such token"); ok {
			t.Errorf("%s: there is an id for a token that does not exist", f.Name)
		}
	}
}

func TestIsSpecial(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "qwen2")
	for token, want := range map[string]bool{"<|endoftext|>": true, "<|im_end|>": true, "<think>": false, "a": false} {
		id, ok := tok.TokenID(token)
		if !ok || tok.IsSpecial(id) != want {
			t.Errorf("%s (id %d): special %v, want %v", token, id, tok.IsSpecial(id), want)
		}
	}
	if tok.IsSpecial(-1) || tok.IsSpecial(1<<30) {
		t.Error("an id without a token is special")
	}
}

func TestAppendTokensAppends(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "qwen2")
	dst := append(make([]int32, 0, 2), 7)
	got := tok.AppendTokens(dst, "hello <think> world")
	if want := append([]int32{7}, tok.Encode("hello <think> world")...); !slices.Equal(got, want) {
		t.Errorf("ids %v, want %v", got, want)
	}
	if tok.Encode("") != nil {
		t.Error("an empty text has ids")
	}
}

// TestEncodeSpecialKeepsTemplate appends to the result, which must not reach into the template.
func TestEncodeSpecialKeepsTemplate(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "llama3")
	want := tok.EncodeSpecial("x")
	_ = append(tok.EncodeSpecial(""), 1, 2, 3)
	if got := tok.EncodeSpecial("x"); !slices.Equal(got, want) {
		t.Errorf("ids %v, before %v", got, want)
	}
}

func TestBrokenUTF8(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "qwen2")
	for in, same := range map[string]string{"a\xffb": "a\ufffdb", "\xe4\xb8<think>": "\ufffd<think>", "\xf0\x9f\x98\xf0\x9f\x98": "\ufffd\ufffd"} {
		if got, want := tok.Encode(in), tok.Encode(same); !slices.Equal(got, want) {
			t.Errorf("%q: ids %v, want those of %q, %v", in, got, same, want)
		}
	}
}

// stream decodes one id after the other.
func stream(t *testing.T, tok *Tokenizer, ids []int32, skip bool) string {
	t.Helper()
	s := tok.Stream(skip)
	var b strings.Builder
	for _, id := range ids {
		part := s.Push(id)
		if !utf8.ValidString(part) {
			t.Errorf("Push(%d) returned the broken text %q", id, part)
		}
		b.WriteString(part)
	}
	b.WriteString(s.Flush())
	if rest := s.Flush(); rest != "" {
		t.Errorf("a second Flush returned %q", rest)
	}
	return b.String()
}

func TestStream(t *testing.T) {
	g := loadGolden(t)
	for _, name := range []string{"qwen2", "strips", "literal", "lower"} {
		tok := g.tokenizer(t, name)
		for _, text := range slices.Concat(g.Texts, g.generate(9, 300, 24)) {
			ids := tok.Encode(text)
			for _, cut := range [][]int32{ids, ids[len(ids)/3:], ids[:len(ids)/2]} {
				for _, skip := range []bool{false, true} {
					if got, want := stream(t, tok, cut, skip), tok.Decode(cut, skip); got != want {
						t.Fatalf("%s, %v: %q, want %q", name, cut, got, want)
					}
				}
			}
		}
	}
}

// TestStreamHoldsBack pushes a character byte by byte.
func TestStreamHoldsBack(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "no words")
	s := tok.Stream(false)
	var got []string
	for _, b := range []byte("é😀\xf0\x9fa\xe4\xb8") {
		id, ok := tok.TokenID(string(alphabetRune(b)))
		if !ok {
			t.Fatalf("byte %#x has no id", b)
		}
		got = append(got, s.Push(id))
	}
	got = append(got, s.Flush())
	if want := []string{"", "é", "", "", "", "😀", "", "", "\ufffda", "", "", "\ufffd"}; !slices.Equal(got, want) {
		t.Errorf("parts %q, want %q", got, want)
	}
}

func FuzzEncode(f *testing.F) {
	g := loadGolden(f)
	for _, text := range g.Texts {
		f.Add(text)
	}
	plain := g.tokenizer(f, "no added tokens")
	var all []*Tokenizer
	for _, x := range g.Fixtures {
		all = append(all, g.tokenizer(f, x.Name))
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := plain.Encode(text)
		if got, want := plain.Decode(ids, false), forms["NFC"].normalize(repair(text)); got != want {
			t.Errorf("%+q decodes to %+q, want %+q", text, got, want)
		}
		for _, tok := range all {
			ids := tok.EncodeSpecial(text)
			for _, id := range ids {
				if id < 0 || int(id) >= tok.VocabSize() {
					t.Errorf("id %d of %d", id, tok.VocabSize())
				}
			}
			if got, want := stream(t, tok, ids, true), tok.Decode(ids, true); got != want {
				t.Errorf("streamed %q, want %q", got, want)
			}
		}
	})
}
