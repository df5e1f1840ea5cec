package mem

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

func TestBlocksDoNotOverlap(t *testing.T) {
	a := New()
	r := rand.New(rand.NewPCG(1, 2))
	type held struct {
		b    *Block
		mark byte
	}
	var live []held
	for i := range 3000 {
		if len(live) > 0 && r.IntN(100) < 48 {
			k := r.IntN(len(live))
			h := live[k]
			for _, c := range h.b.data {
				if c != h.mark {
					t.Fatal("a live block was overwritten")
				}
			}
			h.b.Free()
			live = append(live[:k], live[k+1:]...)
			continue
		}
		n := r.IntN(1 << r.IntN(18))
		b := a.Bytes(n)
		if len(b.data) != n {
			t.Fatalf("asked %d bytes, got %d", n, len(b.data))
		}
		if uintptr(unsafe.Pointer(unsafe.SliceData(b.data)))%align != 0 {
			t.Fatal("block is not aligned")
		}
		for j := range b.data {
			b.data[j] = byte(i)
		}
		live = append(live, held{b, byte(i)})
	}
	for _, h := range live {
		h.b.Free()
	}
	if a.InUse() != 0 || len(a.free) != len(a.slabs) {
		t.Errorf("after freeing all: %d bytes in use, %d free spans in %d slabs", a.InUse(), len(a.free), len(a.slabs))
	}
	a.Release()
	if a.Reserved() != 0 {
		t.Errorf("%d bytes reserved after release", a.Reserved())
	}
}

func TestSecondRoundReserveNothing(t *testing.T) {
	a := New()
	round := func() {
		var bs []*Block
		for _, n := range []int{1 << 20, 40 << 20, 5, 3 << 20} {
			bs = append(bs, a.F32(n/4))
		}
		for _, b := range bs {
			b.Free()
		}
	}
	round()
	before := a.Reserved()
	round()
	if a.Reserved() != before {
		t.Errorf("reserved %d, then %d", before, a.Reserved())
	}
	if a.Peak() < 44<<20 {
		t.Errorf("peak %d", a.Peak())
	}
}

func TestPoison(t *testing.T) {
	a := New()
	a.SetPoison(true)
	b := a.F32(10)
	for _, v := range b.F32() {
		if !math.IsNaN(float64(v)) {
			t.Fatal("fresh block is not poisoned")
		}
	}
	if len(b.U16()) != 20 || a.U16(0).U16() != nil || a.F32(0).F32() != nil {
		t.Error("views have the wrong length")
	}
}

func TestMisusePanics(t *testing.T) {
	a := New()
	b := a.Bytes(1)
	b.Free()
	(*Block)(nil).Free()
	mustPanic(t, "free twice", b.Free)
	mustPanic(t, "negative size", func() { a.Bytes(-1) })
	mustPanic(t, "absurd size", func() { a.Bytes(maxSize + 1) })
	live := a.Bytes(1)
	mustPanic(t, "release with live blocks", a.Release)
	live.Free()
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}

func TestRSS(t *testing.T) {
	block := make([]byte, 64<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	if now, peak := RSS(), PeakRSS(); now < len(block) || peak < len(block) {
		t.Errorf("resident %d, peak %d, with %d bytes touched", now, peak, len(block))
	}
	block[0] = 2
}

func TestRoom(t *testing.T) {
	if n := Available(); n < 64<<20 || n > 1<<46 {
		t.Errorf("%d bytes available", n)
	}
	if here, below := FreeDisk(t.TempDir()), FreeDisk(t.TempDir()+"/not/yet"); here <= 0 || below <= 0 {
		t.Errorf("%d and %d bytes free", here, below)
	}
}
