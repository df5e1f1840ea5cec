package model

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"graft/internal/dtype"
	"graft/internal/nn"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// TestPlanStreaming streams as few layers as possible, evenly spread.
func TestPlanStreaming(t *testing.T) {
	same := []int{10, 10, 10, 10, 10, 10, 10, 10}
	for _, c := range []struct {
		sizes  []int
		budget int
		want   Streaming
		which  string
	}{
		{same, 80, Streaming{8, 0, 80, 0}, "--------"},
		{same, 79, Streaming{8, 3, 70, 30}, "--x--x-x"},
		{same, 60, Streaming{8, 4, 60, 40}, "-x-x-x-x"},
		{same, 29, Streaming{8, 8, 20, 80}, "xxxxxxxx"},
		{same, 20, Streaming{8, 8, 20, 80}, "xxxxxxxx"},
		{[]int{10, 30, 10, 30}, 60, Streaming{4, 4, 60, 80}, "xxxx"},
		{[]int{0, 0}, 0, Streaming{Layers: 2}, "--"},
		{nil, 0, Streaming{}, ""},
	} {
		streamed, got, err := PlanStreaming(c.sizes, c.budget)
		which := ""
		for _, s := range streamed {
			which += map[bool]string{true: "x", false: "-"}[s]
		}
		if err != nil || got != c.want || which != c.which {
			t.Errorf("%v in %d: %+v %s, %v; want %+v %s", c.sizes, c.budget, got, which, err, c.want, c.which)
		}
	}
	if _, _, err := PlanStreaming(same, 19); !errors.Is(err, ErrNoFit) {
		t.Errorf("error %v", err)
	}
}

// paperModel is a model of names alone.
type paperModel struct {
	Model
	names  []string
	layers int
}

func (m paperModel) InPlace() []string { return m.names }
func (m paperModel) Layers() int       { return m.layers }

// paperSource writes n layers of two tensors each.
func paperSource(t *testing.T, n int) (weights.Source, paperModel) {
	t.Helper()
	m := paperModel{layers: n, names: []string{"model.embed_tokens.weight"}}
	ts := []safetensors.Tensor{{Info: safetensors.Info{Name: "model.embed_tokens.weight", DType: dtype.U8, Shape: []int{5000}}, Data: make([]byte, 5000)}}
	for i := range n {
		for _, part := range []string{"a", "b"} {
			name := fmt.Sprintf("model.layers.%d.%s.weight", i, part)
			m.names = append(m.names, name)
			ts = append(ts, safetensors.Tensor{Info: safetensors.Info{Name: name, DType: dtype.U8, Shape: []int{8192}}, Data: make([]byte, 8192)})
		}
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := safetensors.WriteFile(path, ts, nil); err != nil {
		t.Fatal(err)
	}
	src, err := weights.OpenDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	return src, m
}

// TestPager walks forth and back and looks at what is in memory at each layer.
func TestPager(t *testing.T) {
	const n, size = 11, 2 * 8192
	src, m := paperSource(t, n)
	if sizes, err := LayerSizes(src, n, m.InPlace()); err != nil || len(sizes) != n || sizes[3] != size {
		t.Errorf("sizes %v, %v", sizes, err)
	}
	for _, budget := range []int{2 * size, 5 * size, 9 * size, n * size} {
		p, err := NewPager(m, src, budget)
		if err != nil {
			t.Fatal(err)
		}
		_, plan, _ := PlanStreaming([]int{size, size, size, size, size, size, size, size, size, size, size}, budget)
		fetched := 0
		for pass, order := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 9, 8, 7, 6, 5, 4, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 9, 8}, {0, 1}} {
			p.Walk(order...)
			for _, i := range order {
				was := here(p)
				p.Enter()
				for j, h := range here(p) {
					if h && !was[j] {
						fetched++
					}
				}
				if !p.layers[i].here {
					t.Fatalf("layer %d runs and was not asked for", i)
				}
				if bytes, streamed := resident(p); bytes > budget || streamed > atATime {
					t.Fatalf("pass %d, layer %d: %d bytes of %d in memory, %d streamed layers", pass, i, bytes, budget, streamed)
				}
				p.Leave()
			}
			p.Leave() // once too often is harmless
			if most := n + plan.Streamed; pass == 0 && fetched > most {
				t.Errorf("budget %d: %d layers fetched in the first pass", budget, fetched)
			}
		}
		if plan.Streamed == 0 && fetched != n {
			t.Errorf("%d layers fetched where all fit, want %d", fetched, n)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := NewPager(m, src, size); !errors.Is(err, ErrNoFit) {
		t.Errorf("error %v", err)
	}
	m.names = append(m.names, "model.layers.1.nothing")
	if _, err := NewPager(m, src, n*size); !errors.Is(err, safetensors.ErrNoTensor) {
		t.Errorf("error %v", err)
	}
	if _, err := NewPager(struct{ Model }{}, src, 0); err == nil {
		t.Error("a model that says nothing is paged")
	}
	var none *Pager
	none.Walk(1)
	none.Enter()
	none.Leave()
	if none.Close() != nil || Paged(m, nil).Layers() != n {
		t.Error("a nil pager does something")
	}
}

// watched is a model that notes what is in memory as its layers run.
type watched struct {
	paperModel
	cfg   *weights.Config
	pager *Pager
	t     *testing.T
	most  int
	own   int // layers that were in memory themselves
}

func (m *watched) Config() *weights.Config { return m.cfg }

func (m *watched) Layer(i int, _ *nn.Tape, x *nn.Value, _ *Batch) *nn.Value {
	bytes, _ := resident(m.pager)
	m.most = max(m.most, bytes)
	if m.pager.layers[i].here {
		m.own++
	}
	return x
}

// TestPaged runs a paged model forward: its layers are there when they run, in no more than the budget. Where few tokens reach few experts
// nothing is fetched as a whole.
func TestPaged(t *testing.T) {
	const n, size, budget = 7, 2 * 8192, 3 * 2 * 8192
	src, paper := paperSource(t, n)
	m := &watched{paperModel: paper, cfg: &weights.Config{}, t: t}
	var err error
	if m.pager, err = NewPager(m, src, budget); err != nil {
		t.Fatal(err)
	}
	p := Paged(m, m.pager)
	for _, c := range []struct {
		moe    *weights.MoE
		tokens int
		want   int
	}{
		{nil, 1, n},
		{&weights.MoE{Experts: 64, PerToken: 4}, 7, 0},
		{&weights.MoE{Experts: 64, PerToken: 4}, 8, n},
		{nil, 1, n},
	} {
		m.cfg.MoE, m.own = c.moe, 0
		if c.want == 0 {
			for i := range m.pager.layers { // those that stay would be there
				m.pager.layers[i].here = false
			}
		}
		for i := range n {
			p.Layer(i, nil, nil, NewBatch(make([]int32, c.tokens)))
		}
		if m.own != c.want {
			t.Errorf("%d tokens, %+v: %d layers were in memory, want %d", c.tokens, c.moe, m.own, c.want)
		}
	}
	var seen []int
	m.own = 0
	Visit(p, []int{1, 2, 5}, func(i int) { seen = append(seen, i); m.Layer(i, nil, nil, nil) })
	if !slices.Equal(seen, []int{1, 2, 5}) || m.own != 3 || m.most > budget {
		t.Errorf("visited %v, %d were in memory, %d bytes of %d", seen, m.own, m.most, budget)
	}
	if err := m.pager.Close(); err != nil {
		t.Error(err)
	}
	Visit(m.paperModel, []int{4}, func(i int) { seen = append(seen, i) })
	if !slices.Equal(seen, []int{1, 2, 5, 4}) {
		t.Errorf("visited %v of a model that is not paged", seen)
	}
}

func here(p *Pager) []bool {
	list := make([]bool, len(p.layers))
	for i, l := range p.layers {
		list[i] = l.here
	}
	return list
}

func resident(p *Pager) (bytes, streamed int) {
	for _, l := range p.layers {
		if l.here {
			bytes += l.size
			if l.streamed {
				streamed++
			}
		}
	}
	return bytes, streamed
}
