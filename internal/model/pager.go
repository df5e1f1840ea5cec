package model

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Pager brings the weights of a layer into memory while the layer before it computes. Where not all layers fit, some of them, evenly spread
// so that the disk never rests, are streamed: forgotten when they have run. A nil Pager does nothing. It changes time and memory, no result.
type Pager struct {
	layers []pagedLayer
	order  []int // layers in the order in which they run
	at     int   // in order

	ask  chan *pagedLayer
	done sync.WaitGroup // the goroutine that fetches
	mu   sync.Mutex
	err  error // the first of an advice
}

// pagedLayer is the part of a layer that lies in files.
type pagedLayer struct {
	regions  []safetensors.Region
	size     int
	streamed bool
	here     bool          // asked for and not evicted since
	ready    chan struct{} // closed when it is in memory
}

// Streaming is how a model's layers share a budget of memory.
type Streaming struct {
	Layers   int // all
	Streamed int // layers that are read again each time they run
	Resident int // bytes of the others, and of the two streamed ones that are in memory at a time
	PerPass  int // bytes read in one pass over all layers
}

// atATime is how many streamed layers are in memory: the one that runs and the one that comes.
const atATime = 2

// ErrNoFit says that not even two layers fit.
var ErrNoFit = errors.New("does not fit")

// PlanStreaming says which of some layers, given their bytes, are streamed so that memory holds budget bytes of them: as few as possible.
func PlanStreaming(sizes []int, budget int) (streamed []bool, s Streaming, err error) {
	n := len(sizes)
	streamed = make([]bool, n)
	for k := 0; k <= n; k++ {
		s = Streaming{Layers: n, Streamed: k}
		widest := 0
		for i, size := range sizes {
			if streamed[i] = (i+1)*k/n > i*k/n; streamed[i] {
				s.PerPass += size
				widest = max(widest, size)
			} else {
				s.Resident += size
			}
		}
		s.Resident += min(k, atATime) * widest
		if s.Resident <= budget {
			return streamed, s, nil
		}
	}
	return nil, s, fmt.Errorf("model: two layers at a time take %d MiB, %d MiB are left for them: %w", s.Resident>>20, budget>>20, ErrNoFit)
}

// LayerSizes is how many bytes of each layer lie in files, in place, given the names of what is used there.
func LayerSizes(src weights.Source, layers int, names []string) ([]int, error) {
	list, err := layerRegions(src, layers, names)
	if err != nil {
		return nil, err
	}
	sizes := make([]int, layers)
	for i, l := range list {
		sizes[i] = l.size
	}
	return sizes, nil
}

func layerRegions(src weights.Source, layers int, names []string) ([]pagedLayer, error) {
	byLayer := make([][]string, layers)
	for _, name := range names {
		if i, ok := layerOf(name); ok && i < layers {
			byLayer[i] = append(byLayer[i], name)
		}
	}
	list := make([]pagedLayer, layers)
	for i := range list {
		l := &list[i]
		var err error
		if l.regions, err = src.Regions(byLayer[i]); err != nil {
			return nil, err
		}
		for _, r := range l.regions {
			l.size += r.Size()
		}
	}
	return list, nil
}

// layerOf is the number in model.layers.N.…
func layerOf(name string) (int, bool) {
	rest, ok := strings.CutPrefix(name, "model.layers.")
	if !ok {
		return 0, false
	}
	digits, _, ok := strings.Cut(rest, ".")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0
}

// NewPager starts a pager for m, whose weights are those of src: budget is the memory for the layers that lie in files. What loading has
// touched is given back. Close it before the source.
func NewPager(m Model, src weights.Source, budget int) (*Pager, error) {
	d, ok := m.(interface{ InPlace() []string })
	if !ok {
		return nil, errors.New("model: the model does not say what it uses in place")
	}
	p := &Pager{ask: make(chan *pagedLayer, m.Layers())}
	var err error
	if p.layers, err = layerRegions(src, m.Layers(), d.InPlace()); err != nil {
		return nil, err
	}
	sizes := make([]int, len(p.layers))
	for i, l := range p.layers {
		sizes[i] = l.size
	}
	streamed, _, err := PlanStreaming(sizes, budget)
	if err != nil {
		return nil, err
	}
	for i := range p.layers {
		l := &p.layers[i]
		l.streamed = streamed[i]
		p.advise(l, safetensors.DontNeed)
	}
	p.done.Add(1)
	go p.fetch()
	return p, p.err
}

// advise keeps the first error.
func (p *Pager) advise(l *pagedLayer, a safetensors.Advice) {
	for _, r := range l.regions {
		if err := r.Advise(a); err != nil {
			p.mu.Lock()
			p.err = errors.Join(p.err, err)
			p.mu.Unlock()
			return
		}
	}
}

// fetch brings layers into memory, one after the other.
func (p *Pager) fetch() {
	defer p.done.Done()
	for l := range p.ask {
		p.advise(l, safetensors.WillNeed)
		close(l.ready)
	}
}

// Walk says in which order layers run from now on. A pass ends when another one begins.
func (p *Pager) Walk(order ...int) {
	if p == nil {
		return
	}
	p.order, p.at = order, 0
	next := p.next(0, func(l *pagedLayer) bool { return l.streamed })
	for i := range p.layers {
		if l := &p.layers[i]; l != next {
			p.leave(l)
		}
	}
}

// next is the first layer from a place of the order on that is of some kind, or nil.
func (p *Pager) next(at int, is func(l *pagedLayer) bool) *pagedLayer {
	for _, i := range p.order[min(at, len(p.order)):] {
		if l := &p.layers[i]; is(l) {
			return l
		}
	}
	return nil
}

// Enter says that the next layer of the order runs now. The next one that is not in memory is asked for.
func (p *Pager) Enter() {
	if p == nil || p.at >= len(p.order) {
		return
	}
	p.request(&p.layers[p.order[p.at]])
	here := 0
	for _, l := range p.layers {
		if l.streamed && l.here {
			here++
		}
	}
	l := p.next(p.at+1, func(l *pagedLayer) bool { return !l.here })
	if l != nil && (!l.streamed || here < atATime) {
		p.request(l)
	}
}

// Leave says that the layer entered last has run.
func (p *Pager) Leave() {
	if p == nil || p.at >= len(p.order) {
		return
	}
	l := &p.layers[p.order[p.at]]
	p.at++
	if p.at < len(p.order) && l == p.next(p.at, func(l *pagedLayer) bool { return l.streamed }) {
		return // the pass reverses here
	}
	if p.at < len(p.order) {
		p.leave(l)
	}
}

func (p *Pager) request(l *pagedLayer) {
	if !l.here {
		l.here, l.ready = true, make(chan struct{})
		p.ask <- l
	}
}

// leave evicts a streamed layer.
func (p *Pager) leave(l *pagedLayer) {
	if l.streamed && l.here {
		<-l.ready
		p.advise(l, safetensors.Evict)
		l.here = false
	}
}

// Close ends the pager and tells what went wrong with the system's calls, which would have cost memory.
func (p *Pager) Close() error {
	if p == nil {
		return nil
	}
	close(p.ask)
	p.done.Wait()
	return p.err
}
