package tokenizer

import (
	"fmt"
	"hash/maphash"
	"math"
)

// maxID bounds the ids a file may use, and so the table indexed by them. GPT-4o, with a large vocabulary, has 200,019.
const maxID = 1<<idBits - 2

const idBits = 21

// vocab holds the pieces: their bytes one after the other, their places by id, and a hash table of their ids.
type vocab struct {
	text  []byte
	place []place // by id
	// Open addressing, a power of two: id+1 in the low bits and above them a part of the hash, which saves most looks at
	// other pieces; 0 where there is none.
	index []uint32
	seed  maphash.Seed
	count int
}

// place is where in vocab.text a piece stands. The bit literalPiece of size marks a literal piece; start is absent for
// an id that has none.
type place struct{ start, size uint32 }

const (
	absent       = math.MaxUint32
	literalPiece = 1 << 31
)

func newVocab() *vocab {
	v := &vocab{seed: maphash.MakeSeed()}
	v.grow()
	return v
}

func (v *vocab) len() int { return v.count }

// has reports whether id belongs to a piece.
func (v *vocab) has(id int32) bool {
	return id >= 0 && int(id) < len(v.place) && v.place[id].start != absent
}

// bytes returns the bytes of a piece, or nil.
func (v *vocab) bytes(id int32) []byte {
	if !v.has(id) {
		return nil
	}
	p := v.place[id]
	return v.text[p.start:][:p.size&^literalPiece]
}

// spelling returns a piece as files spell it.
func (v *vocab) spelling(id int32) (string, bool) {
	if !v.has(id) {
		return "", false
	}
	if v.place[id].size&literalPiece != 0 {
		return string(v.bytes(id)), true
	}
	return spell(v.bytes(id)), true
}

// id returns the id of the piece with a spelling.
func (v *vocab) id(spelling string) (int32, bool) {
	raw, literal := appendPiece(nil, []byte(spelling))
	return v.find(raw, literal)
}

// find returns the id of the piece with these bytes, or -1.
func (v *vocab) find(raw []byte, literal bool) (id int32, ok bool) {
	slot, _ := v.slot(raw, literal)
	id = int32(v.index[slot]&(1<<idBits-1)) - 1
	return id, id >= 0
}

// slot returns the place in the index of the piece with these bytes, or the free place where it belongs, and the part of
// the hash that is stored there.
func (v *vocab) slot(raw []byte, literal bool) (slot uint64, tag uint32) {
	size := uint32(len(raw))
	if literal {
		size |= literalPiece
	}
	hash := maphash.Bytes(v.seed, raw)
	tag = uint32(hash>>32) &^ (1<<idBits - 1)
	mask := uint64(len(v.index) - 1)
	for slot = hash & mask; ; slot = (slot + 1) & mask {
		x := v.index[slot]
		if x == 0 {
			return slot, tag
		}
		if x&^(1<<idBits-1) != tag {
			continue
		}
		if p := v.place[x&(1<<idBits-1)-1]; p.size == size && string(v.text[p.start:][:len(raw)]) == string(raw) {
			return slot, tag
		}
	}
}

// add adds a piece, as files spell it, with its id.
func (v *vocab) add(spelling []byte, id uint32) error {
	if id > maxID {
		return fmt.Errorf("piece %q has id %d: ids above %d are not supported", spelling, id, maxID)
	}
	if v.has(int32(id)) {
		other, _ := v.spelling(int32(id))
		return fmt.Errorf("pieces %q and %q have the same id %d", other, spelling, id)
	}
	start := len(v.text)
	if int64(start)+int64(len(spelling)) >= literalPiece {
		return fmt.Errorf("the pieces take more than %d bytes", uint32(literalPiece))
	}
	var literal bool
	v.text, literal = appendPiece(v.text, spelling)
	raw := v.text[start:]
	slot, tag := v.slot(raw, literal)
	if x := v.index[slot]; x != 0 {
		return fmt.Errorf("piece %q appears twice, with ids %d and %d", spelling, x&(1<<idBits-1)-1, id)
	}
	size := uint32(len(raw))
	if literal {
		size |= literalPiece
	}
	for len(v.place) <= int(id) {
		v.place = append(v.place, place{start: absent})
	}
	v.place[id] = place{uint32(start), size}
	v.index[slot] = tag | (id + 1)
	v.count++
	if v.count > len(v.index)/4*3 {
		v.grow()
	}
	return nil
}

// grow doubles the index.
func (v *vocab) grow() {
	v.index = make([]uint32, max(512, 2*len(v.index)))
	for id, p := range v.place {
		if p.start != absent {
			slot, tag := v.slot(v.bytes(int32(id)), p.size&literalPiece != 0)
			v.index[slot] = tag | uint32(id+1)
		}
	}
}

// merge is one line of the merges: the pieces left and right become the piece id.
type merge struct{ left, right, id int32 }

// mergeTable finds a merge by its two pieces.
type mergeTable struct {
	slots []mergeSlot // open addressing, a power of two
	shift uint
}

type mergeSlot struct {
	merge
	rank uint32
}

// newMergeTable takes the merges in the order of their ranks; of two for the same pieces the later counts.
func newMergeTable(merges []merge) *mergeTable {
	bits := uint(3)
	for 1<<bits < len(merges)+len(merges)/3+1 {
		bits++
	}
	t := &mergeTable{slots: make([]mergeSlot, 1<<bits), shift: 64 - bits}
	for i := range t.slots {
		t.slots[i].left = -1
	}
	for rank, m := range merges {
		*t.slot(m.left, m.right) = mergeSlot{m, uint32(rank)}
	}
	return t
}

// slot returns the slot of the merge of two pieces, or the free one where it belongs.
func (t *mergeTable) slot(left, right int32) *mergeSlot {
	key := uint64(uint32(left))<<32 | uint64(uint32(right))
	mask := len(t.slots) - 1
	for i := int(key * 0x9E3779B97F4A7C15 >> t.shift); ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.left == left && s.right == right || s.left < 0 {
			return s
		}
	}
}

// noMerge is the rank of two pieces that do not merge.
const noMerge = math.MaxUint32

// find returns the rank of the merge of two pieces and the piece it makes.
func (t *mergeTable) find(left, right int32) (rank uint32, id int32) {
	if s := t.slot(left, right); s.left >= 0 {
		return s.rank, s.id
	}
	return noMerge, -1
}
