package mem

import "testing"

func TestCounter(t *testing.T) {
	a := NewCounter()
	b := a.F32(1000)
	if !a.Counts() || b.F32() != nil || a.InUse() != 4032 || a.Reserved() != 0 {
		t.Errorf("%d bytes in use, %d reserved", a.InUse(), a.Reserved())
	}
	peak, left := a.Measure(func() {
		c, d := a.Bytes(64), a.Bytes(128)
		d.Free()
		_ = c
	})
	if peak != 192 || left != 64 || a.Peak() != 4032+192 {
		t.Errorf("peak %d, left %d, over all %d", peak, left, a.Peak())
	}
	if a.OwnSlab() != 0 {
		t.Errorf("small blocks take a slab of %d bytes", a.OwnSlab())
	}
	b.Free()
	if a.Bytes(slab + 1).Free(); a.OwnSlab() != slab+64 {
		t.Errorf("a block larger than a slab takes one of %d bytes", a.OwnSlab())
	}
	if a.InUse() != 64 {
		t.Errorf("%d bytes in use", a.InUse())
	}
}

// TestCounterTasks has tasks that leave 64 bytes and need 128 more meanwhile.
func TestCounterTasks(t *testing.T) {
	task := func(a *Arena) func(int) {
		return func(int) {
			a.Bytes(64)
			a.Bytes(128).Free()
		}
	}
	for workers, want := range map[int]int{1: 5*64 + 128, 3: 5*64 + 3*128} {
		a := NewCounter()
		a.Tasks(workers, 5, task(a))
		if a.Peak() != want || a.InUse() != 5*64 {
			t.Errorf("%d workers: peak %d, want %d, %d in use", workers, a.Peak(), want, a.InUse())
		}
	}
}
