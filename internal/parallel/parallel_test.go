package parallel

import (
	"sync/atomic"
	"testing"
)

func TestEveryTaskOnce(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 3, 8} {
		p := New(workers)
		for _, tasks := range []int{0, 1, 2, 7, 1000} {
			seen := make([]atomic.Int32, tasks)
			p.Run(tasks, func(w, i int) {
				if w < 0 || w >= p.Workers() {
					t.Errorf("worker %d of %d", w, p.Workers())
				}
				seen[i].Add(1)
			})
			for i := range seen {
				if n := seen[i].Load(); n != 1 {
					t.Errorf("%d workers, task %d of %d ran %d times", workers, i, tasks, n)
				}
			}
		}
		p.Close()
	}
}

func TestRangesCoverOnce(t *testing.T) {
	p := New(3)
	defer p.Close()
	seen := make([]atomic.Int32, 103)
	p.Ranges(len(seen), 10, func(_, lo, hi int) {
		if hi-lo > 10 || lo%10 != 0 {
			t.Errorf("range [%d, %d)", lo, hi)
		}
		for i := lo; i < hi; i++ {
			seen[i].Add(1)
		}
	})
	for i := range seen {
		if n := seen[i].Load(); n != 1 {
			t.Errorf("element %d visited %d times", i, n)
		}
	}
}

func TestPanicReachesTheCaller(t *testing.T) {
	p := New(2)
	defer p.Close()
	defer func() {
		if v := recover(); v != "broken" {
			t.Errorf("recovered %v", v)
		}
		var n atomic.Int32
		p.Run(10, func(int, int) { n.Add(1) })
		if n.Load() != 10 {
			t.Error("the pool is dead after a panic")
		}
	}()
	p.Run(100, func(_, i int) {
		if i == 3 {
			panic("broken")
		}
	})
}

func TestNilPoolRunsInPlace(t *testing.T) {
	var p *Pool
	sum := 0
	p.Run(5, func(w, i int) { sum += i + w })
	if sum != 10 || p.Workers() != 1 {
		t.Errorf("sum %d, workers %d", sum, p.Workers())
	}
	p.Close()
}

func TestEachMakesOneForEveryWorker(t *testing.T) {
	for _, workers := range []int{1, 3} {
		p := New(workers)
		var made, ran atomic.Int32
		own := Each(p, 100, func() *atomic.Int32 { made.Add(1); return new(atomic.Int32) }, func(n *atomic.Int32, _ int) { n.Add(1); ran.Add(1) })
		sum := int32(0)
		for _, n := range own {
			sum += n.Load()
		}
		if int(made.Load()) != len(own) || len(own) < 1 || len(own) > workers || sum != 100 || ran.Load() != 100 {
			t.Errorf("%d workers: %d made, %d returned, %d tasks counted, %d run", workers, made.Load(), len(own), sum, ran.Load())
		}
		p.Close()
	}
}

func TestIdlePoolRunsNothing(t *testing.T) {
	p := Idle(4)
	defer p.Close()
	run := func() { t.Error("a task ran") }
	p.Run(5, func(int, int) { run() })
	p.Ranges(5, 2, func(int, int, int) { run() })
	for tasks, want := range map[int]int{0: 0, 3: 3, 9: 4} {
		if n := len(Each(p, tasks, func() int { return 1 }, func(int, int) { run() })); n != want {
			t.Errorf("%d tasks: %d made, want %d", tasks, n, want)
		}
	}
	if s := p.Solo(); !p.Idle() || !s.Idle() || s.Workers() != 1 || p.Workers() != 4 || (*Pool)(nil).Solo() != nil {
		t.Errorf("%+v, alone %+v", p, s)
	}
}
