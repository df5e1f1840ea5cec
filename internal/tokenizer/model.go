package tokenizer

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

func (f *file) model(where string) error {
	kind, err := f.kind(where)
	if err != nil {
		return err
	}
	if kind != "BPE" && kind != "" { // older files leave the type out
		return f.unsupported(where, "model", kind)
	}
	var unk string
	hasUnk, merges := false, -1
	b := &f.t.bpe
	err = f.fields(where,
		field{"type", f.toString(&kind), false},
		field{"dropout", f.dropout, false},
		field{"unk_token", func(where string) error {
			if f.null() {
				return nil
			}
			hasUnk = true
			return f.str(where, &unk)
		}, false},
		field{"continuing_subword_prefix", f.noAffix, false},
		field{"end_of_word_suffix", f.noAffix, false},
		field{"fuse_unk", f.toOptionalBool(&b.fuseUnk), false},
		field{"byte_fallback", f.noByteFallback, false},
		field{"ignore_merges", f.toOptionalBool(&b.ignoreMerges), false},
		field{"vocab", f.vocab, true},
		field{"merges", func(where string) error { merges = f.pos; return f.mergesOnce(where) }, true})
	if err != nil {
		return err
	}
	if b.merges == nil { // they came before the pieces
		end := f.pos
		f.pos = merges
		if err := f.merges(join(where, "merges")); err != nil {
			return err
		}
		f.pos = end
	}
	b.unk = -1
	if hasUnk {
		id, ok := b.id(unk)
		if !ok {
			return f.errorf(join(where, "unk_token"), "%q is not in the vocabulary", unk)
		}
		b.unk = id
	}
	return nil
}

func (f *file) toOptionalBool(v *bool) func(string) error {
	return func(where string) error {
		if f.null() {
			return nil
		}
		return f.boolean(where, v)
	}
}

func (f *file) dropout(where string) error {
	if f.null() {
		return nil
	}
	s := f.number()
	if v, err := strconv.ParseFloat(s, 64); err != nil || v != 0 {
		return f.errorf(where, "%q is not supported: set it to null, encoding is exact here", s)
	}
	return nil
}

func (f *file) noAffix(where string) error {
	if f.null() {
		return nil
	}
	var s string
	if err := f.str(where, &s); err != nil {
		return err
	}
	if s != "" {
		return f.errorf(where, "%q is not supported: byte-level tokenizers have none", s)
	}
	return nil
}

func (f *file) noByteFallback(where string) error {
	var on bool
	if err := f.toOptionalBool(&on)(where); err != nil {
		return err
	}
	if on {
		return f.errorf(where, "true is not supported: only byte-level tokenizers are")
	}
	return nil
}

func (f *file) vocab(where string) error {
	v := newVocab()
	f.t.vocab = v
	return f.object(where, func(key []byte) error {
		// The key is in a buffer that stays as it is while a number is read.
		var id uint32
		if err := f.uint(where, &id); err != nil {
			return err
		}
		if err := v.add(key, id); err != nil {
			return f.errorf(where, "%w", err)
		}
		return nil
	})
}

// mergesOnce reads the merges when the pieces are known, and else leaves them for later.
func (f *file) mergesOnce(where string) error {
	if f.t.vocab == nil {
		return f.skip(where)
	}
	return f.merges(where)
}

// merges reads ["a b", ...] or [["a", "b"], ...].
func (f *file) merges(where string) error {
	r := mergeReader{v: f.t.vocab}
	err := f.array(where, func(i int) error {
		if f.peek() == '[' {
			return f.mergePair(where, i, &r)
		}
		line, err := f.bytes(where)
		if err != nil {
			return err
		}
		if err := r.line(line); err != nil {
			return f.errorf(at(where, i), "%w", err)
		}
		return nil
	})
	if err == nil {
		f.t.merges = newMergeTable(r.merges)
	}
	return err
}

func (f *file) mergePair(where string, i int, r *mergeReader) error {
	r.left = r.left[:0]
	n := 0
	var right []byte
	err := f.array(where, func(k int) error {
		s, err := f.bytes(where)
		if k == 0 {
			r.left = append(r.left, s...)
		}
		right = s
		n++
		return err
	})
	if err != nil {
		return err
	}
	if n != 2 {
		err = fmt.Errorf("found %d pieces, expected 2", n)
	} else {
		err = r.add(r.left, right)
	}
	if err != nil {
		return f.errorf(at(where, i), "%w", err)
	}
	return nil
}

// mergeReader looks up the pieces of merges.
type mergeReader struct {
	v      *vocab
	merges []merge
	left   []byte
	raw    []byte
}

// line adds a merge in the older spelling, two pieces with a space between them.
func (r *mergeReader) line(s []byte) error {
	if bytes.HasPrefix(s, []byte("#version")) {
		return nil
	}
	left, right, ok := bytes.Cut(s, []byte{' '})
	if !ok || bytes.IndexByte(right, ' ') >= 0 {
		return fmt.Errorf("found %q, expected two pieces with a space between them", s)
	}
	return r.add(left, right)
}

func (r *mergeReader) add(left, right []byte) error {
	var lit [2]bool
	r.raw, lit[0] = appendPiece(r.raw[:0], left)
	n := len(r.raw)
	r.raw, lit[1] = appendPiece(r.raw, right)
	a, okA := r.v.find(r.raw[:n], lit[0])
	b, okB := r.v.find(r.raw[n:], lit[1])
	if lit[0] != lit[1] { // what is spelled in the alphabet is literal when joined to something literal
		r.raw = append(append(r.raw[:0], left...), right...)
	}
	id, okID := r.v.find(r.raw, lit[0] || lit[1])
	if okA && okB && okID {
		r.merges = append(r.merges, merge{a, b, id})
		return nil
	}
	var missing []error
	for _, m := range []struct {
		piece []byte
		ok    bool
	}{{left, okA}, {right, okB}, {append(bytes.Clone(left), right...), okID}} {
		if !m.ok {
			missing = append(missing, fmt.Errorf("piece %q is not in the vocabulary", m.piece))
		}
	}
	return errors.Join(missing...)
}
