package tokenizer

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is a string that becomes one id wherever it stands in the text.
type addedToken struct {
	content    string
	singleWord bool
	lstrip     bool
	rstrip     bool
	normalized bool
	special    bool
}

// added holds the added tokens of a tokenizer.
type added struct {
	ids     map[string]int32 // by content
	byID    map[int32]addedToken
	special map[string]bool  // contents of those that were ever added as special
	lookup  map[int32]string // what is looked for in the text, where that is not the content: its normalized form
	raw     *matcher         // the tokens that are looked for in the text as it is
	normal  *matcher         // those that are looked for in the normalized text
}

func newAdded() *added {
	return &added{ids: map[string]int32{}, byID: map[int32]addedToken{}, special: map[string]bool{}, lookup: map[int32]string{}}
}

// add gives each token the id of the added token or the piece with its content, or else the next free one. The flags of
// a later token replace those of an earlier one.
func (a *added) add(toks []addedToken, v *vocab, ns []normalizer) {
	next := a.next(v)
	for _, tok := range toks {
		if tok.content == "" {
			continue
		}
		id, ok := a.ids[tok.content]
		if !ok {
			id, ok = v.id(tok.content)
		}
		if !ok {
			id = next
			next++
		}
		if tok.normalized {
			if s := normalizeAll(ns, tok.content); s != tok.content {
				a.lookup[id] = s
			}
		}
		if tok.special {
			a.special[tok.content] = true
		}
		a.ids[tok.content] = id
		a.byID[id] = tok
	}
}

// next returns the id of the next token that is not in the vocabulary: the reference counts on from the highest added id
// when that is not below the number of pieces, and from that number otherwise.
func (a *added) next(v *vocab) int32 {
	next := int32(v.len())
	for id := range a.byID {
		next = max(next, id+1)
	}
	return next
}

// sorted returns the ids.
func (a *added) sorted() []int32 { return slices.Sorted(maps.Keys(a.byID)) }

// text returns what a token looks like after decoding, and in normalized text.
func (a *added) text(id int32) (string, bool) {
	tok, ok := a.byID[id]
	if s, normal := a.lookup[id]; normal {
		return s, ok
	}
	return tok.content, ok
}

// skips reports whether decoding without special tokens leaves id out: by its text, as the reference does, so that a
// special token that normalization changes stays.
func (a *added) skips(id int32) bool {
	s, ok := a.text(id)
	return ok && a.special[s]
}

// build makes the matchers.
func (a *added) build() error {
	a.raw, a.normal = newMatcher(), newMatcher()
	var errs []error
	for _, id := range a.sorted() {
		tok := a.byID[id]
		m, text := a.raw, tok.content
		if tok.normalized {
			m = a.normal
			text, _ = a.text(id)
		}
		if err := m.insert(text, id, &tok); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// A matcher finds the leftmost of its tokens in a text, of those the longest. It is a trie of their bytes.
type matcher struct {
	nodes []node
	first [256]bool // can a token start with this byte?
	only  string    // the byte that all start with, if there is one
}

type node struct {
	bytes string // the bytes that can follow,
	next  []int32
	id    int32 // of the token that ends here, or -1
	tok   *addedToken
}

func newMatcher() *matcher { return &matcher{nodes: []node{{id: -1}}} }

func (m *matcher) empty() bool { return len(m.nodes) == 1 }

func (m *matcher) insert(text string, id int32, tok *addedToken) error {
	if text == "" {
		return fmt.Errorf("added token %q (id %d) is empty after normalization: it can match nothing", tok.content, id)
	}
	m.only = text[:1]
	at := int32(0)
	for i := range len(text) {
		k := strings.IndexByte(m.nodes[at].bytes, text[i])
		if k < 0 {
			k = len(m.nodes[at].bytes)
			m.nodes[at].bytes += text[i : i+1]
			m.nodes[at].next = append(m.nodes[at].next, int32(len(m.nodes)))
			m.nodes = append(m.nodes, node{id: -1})
		}
		at = m.nodes[at].next[k]
	}
	if n := &m.nodes[at]; n.id >= 0 {
		return fmt.Errorf("added tokens %q (id %d) and %q (id %d) are the same after normalization", n.tok.content, n.id, tok.content, id)
	}
	m.nodes[at].id, m.nodes[at].tok = id, tok
	m.first[text[0]] = true
	if len(m.nodes[0].bytes) > 1 {
		m.only = ""
	}
	return nil
}

// longest returns the node of the longest token at the start of s, or nil, and its length.
func (m *matcher) longest(s string) (found *node, length int) {
	at := &m.nodes[0]
	for i := range len(s) {
		k := strings.IndexByte(at.bytes, s[i])
		if k < 0 {
			break
		}
		at = &m.nodes[at.next[k]]
		if at.id >= 0 {
			found, length = at, i+1
		}
	}
	return found, length
}

// find returns the node and the place of the first token in s from byte i on, or nil.
func (m *matcher) find(s string, i int) (found *node, start, end int) {
	for ; i < len(s); i++ {
		if m.only != "" {
			k := strings.Index(s[i:], m.only)
			if k < 0 {
				break
			}
			i += k
		} else if !m.first[s[i]] {
			continue
		}
		if n, length := m.longest(s[i:]); n != nil {
			return n, i, i + length
		}
	}
	return nil, 0, 0
}

// cut calls text for what lies between the tokens in s, never with an empty string, and token for each of them, in order.
func (m *matcher) cut(s string, text func(string), token func(id int32)) {
	if m.empty() {
		text(s)
		return
	}
	done, at := 0, 0
	for {
		n, start, end := m.find(s, at)
		if n == nil {
			break
		}
		at = end
		if n.tok.singleWord && (endsInWord(s[:start]) || startsWithWord(s[end:])) {
			continue
		}
		if n.tok.lstrip {
			start = max(len(strings.TrimRightFunc(s[:start], unicode.IsSpace)), done)
		}
		if n.tok.rstrip {
			end = len(s) - len(strings.TrimLeftFunc(s[end:], unicode.IsSpace))
		}
		if done < start {
			text(s[done:start])
		}
		token(n.id)
		done = end
	}
	if done < len(s) {
		text(s[done:])
	}
}

func endsInWord(s string) bool {
	r, n := utf8.DecodeLastRuneInString(s)
	return n > 0 && isWordRune(r)
}

func startsWithWord(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && isWordRune(r)
}
