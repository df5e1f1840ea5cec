// Package generate continues a sequence token by token with a key/value cache.
//
// A Session holds one sequence. Sampling is greedy at temperature 0; else tokens are drawn from the softmax at that temperature, cut to
// the TopK most likely and then to the smallest set of probability TopP. A seed makes it repeatable.
package generate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"graft/internal/model"
	"graft/internal/nn"
)

// Options says how tokens are chosen and when to stop.
type Options struct {
	MaxTokens   int
	Temperature float64 // 0 = greedy
	TopK        int     // 0 = all
	TopP        float64 // 0 or 1 = all
	Seed        uint64
	Stop        []int32 // tokens that end the text; they are not given out
}

// Session is one sequence and what the model remembers of it.
type Session struct {
	ctx   *nn.Context
	model model.Model
	cache *nn.Cache
}

// New starts an empty sequence of at most capacity tokens.
func New(ctx *nn.Context, m model.Model, capacity int) (*Session, error) {
	c := m.Config()
	if capacity < 1 || capacity > c.MaxPositions {
		return nil, fmt.Errorf("generate: room for %d tokens, the model has positions for 1 to %d", capacity, c.MaxPositions)
	}
	return &Session{ctx, m, model.NewCache(ctx, m, capacity)}, nil
}

// Close gives the memory back.
func (s *Session) Close() { s.cache.Free() }

// Room is how many more tokens fit.
func (s *Session) Room() int { return s.cache.Capacity - s.cache.Len }

// Feed appends tokens and returns the logits after the last one (V).
func (s *Session) Feed(ids []int32) ([]float32, error) {
	if len(ids) == 0 || len(ids) > s.Room() {
		return nil, fmt.Errorf("generate: %d tokens to add, there is room for 1 to %d", len(ids), s.Room())
	}
	vocab := s.model.Config().VocabSize
	for _, id := range ids {
		if id < 0 || int(id) >= vocab {
			return nil, fmt.Errorf("generate: token %d, the model's vocabulary has %d", id, vocab)
		}
	}
	b := model.NewBatch(ids)
	for i := range b.Pos {
		b.Pos[i] += int32(s.cache.Len)
	}
	b.Cache = s.cache
	h := model.Forward(s.ctx, s.model, b)
	defer h.Free()
	s.cache.Len += len(ids)
	return model.Logits(s.ctx, s.model, h, []int{h.Rows - 1}).Data, nil
}

// Run feeds the prompt and then gives out tokens until a stop token, MaxTokens, the end of the room, or yield returns false.
func (s *Session) Run(ctx context.Context, prompt []int32, o Options, yield func(id int32) bool) error {
	logits, err := s.Feed(prompt)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(o.Seed, 0))
	for n := 0; n < o.MaxTokens; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		id := o.choose(logits, r)
		if slices.Contains(o.Stop, id) || !yield(id) || s.Room() == 0 || n == o.MaxTokens-1 {
			return nil
		}
		if logits, err = s.Feed([]int32{id}); err != nil {
			return err
		}
	}
	return nil
}

// choose picks the next token.
func (o *Options) choose(logits []float32, r *rand.Rand) int32 {
	if o.Temperature <= 0 {
		return argmax(logits)
	}
	c := o.candidates(logits)
	var sum float64
	for _, x := range c {
		sum += x.p
	}
	u := r.Float64() * sum
	for _, x := range c {
		if u -= x.p; u < 0 {
			return x.id
		}
	}
	return c[len(c)-1].id
}

func argmax(logits []float32) int32 {
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	return int32(best)
}

type candidate struct {
	id int32
	p  float64
}

// candidates are the tokens that may be drawn, most likely first.
func (o *Options) candidates(logits []float32) []candidate {
	top := float64(logits[argmax(logits)])
	c := make([]candidate, len(logits))
	var sum float64
	for i, v := range logits {
		c[i] = candidate{int32(i), math.Exp((float64(v) - top) / o.Temperature)}
		sum += c[i].p
	}
	slices.SortStableFunc(c, func(a, b candidate) int { return cmp.Compare(b.p, a.p) })
	if o.TopK > 0 && o.TopK < len(c) {
		c = c[:o.TopK]
		sum = 0
		for _, x := range c {
			sum += x.p
		}
	}
	if o.TopP > 0 && o.TopP < 1 {
		left := o.TopP * sum
		for i, x := range c {
			if left -= x.p; left <= 0 {
				return c[:i+1]
			}
		}
	}
	return c
}
