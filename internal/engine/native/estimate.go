package native

import (
	"fmt"
	"strings"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/mem"
	"graft/internal/weights"
)

// Estimate is what a run will take. Bytes are of resident memory.
type Estimate struct {
	Weights     int     `json:"weights_bytes"`
	Adapter     int     `json:"adapter_bytes"`     // parameters, gradients, two moments
	Activations int     `json:"activations_bytes"` // of the longest pass
	Head        int     `json:"head_bytes"`        // logits at a time
	Overhead    int     `json:"overhead_bytes"`    // packed operands, program
	Total       int     `json:"total_bytes"`
	Available   int     `json:"available_bytes"` // 0 if the system does not tell
	Disk        int     `json:"disk_bytes"`      // adapter and checkpoints
	FreeDisk    int     `json:"free_disk_bytes"` // 0 if the system does not tell
	Steps       int     `json:"steps"`
	Tokens      int     `json:"tokens"` // of the whole run
	FLOP        float64 `json:"flop"`
	Rate        float64 `json:"flop_per_second"` // measured, of a matrix product
	Seconds     float64 `json:"seconds"`
}

// shape is what an estimate depends on.
type shape struct {
	cfg      *weights.Config
	job      engine.Job
	cover    *adapter.Coverage
	stored   int // bytes of all tensors as they are stored
	pass     int // tokens of the largest pass
	tokens   int // of the run
	sequence int // longest
	steps    int
	threads  int
}

// linear is the number of weights in the projections of all layers, perToken of them used by one token.
func linear(c *weights.Config) int {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	return c.Layers * (c.HiddenSize*(2*q+2*kv) + 3*c.HiddenSize*c.IntermediateSize)
}

// efficiency is the share of the measured rate of a matrix product that a whole step reaches (bench/README.md).
const efficiency = 0.75

func estimate(s shape) *Estimate {
	e := &Estimate{Available: mem.Available(), FreeDisk: mem.FreeDisk(s.job.OutputDir), Steps: s.steps, Tokens: s.tokens}
	e.Weights = s.weightBytes()
	e.Adapter = 16 * s.cover.Trainable
	e.Activations, e.Head = s.activations(), s.headBytes()
	e.Overhead = 64<<20 + s.threads*(8<<20) + (e.Activations+e.Head)/20
	e.Total = e.Weights + e.Adapter + e.Activations + e.Head + e.Overhead
	e.Disk = 4*s.cover.Trainable + (s.job.Options.SaveTotalLimit+1)*12*s.cover.Trainable
	head := float64(s.cfg.VocabSize) * float64(s.cfg.HiddenSize)
	perToken := 4 * (float64(linear(s.cfg)) + head)
	if s.job.Options.Checkpointing {
		perToken += 2 * float64(linear(s.cfg))
	}
	perToken += 7 * float64(s.sequence) * float64(s.cfg.Heads*s.cfg.HeadDim*s.cfg.Layers) // attention, half of the square
	e.FLOP = perToken * float64(s.tokens)
	return e
}

// at adds the time, which the measured rate of a matrix product tells.
func (e *Estimate) at(rate float64) { e.Rate, e.Seconds = rate, e.FLOP/(rate*efficiency) }

// weightBytes is the base as it is held: stored bytes are mapped as they are, quantising replaces those of the projections.
func (s *shape) weightBytes() int {
	if !s.job.Model.FourBit || s.cfg.Quantization != nil {
		return s.stored
	}
	width := 2
	if s.cfg.DType.Size() == 4 {
		width = 4
	}
	n := linear(s.cfg)
	return s.stored - width*n + n/2 + n/64 + n/4096
}

// activations is what a pass keeps, and the most that one layer needs beside it.
func (s *shape) activations() int {
	c := s.cfg
	size := 4
	if s.job.Model.Half {
		size = 2
	}
	q, kv, h, i := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim, c.HiddenSize, c.IntermediateSize
	kept := size*(2*h+2*q+2*kv+2*i) + 4*c.Heads
	if s.job.Spec.DoRA {
		kept += size * 2 * h
	}
	widest := max(i, q, h)
	transient := size*(3*i+2*h+2*q) + 4*(widest+h) // gradients of one layer, what is computed again, packed operands
	perToken := c.Layers*kept + transient
	if s.job.Options.Checkpointing {
		perToken = c.Layers*size*h + kept + transient
	}
	scratch := s.threads * 4 * c.HeadDim * 8 * (s.sequence + 512) // attention: keys, values and their gradients
	return s.pass*perToken + scratch
}

// headBytes is the logits of a chunk and what its products pack.
func (s *shape) headBytes() int {
	const chunk = 256 << 20
	rows := min(s.pass, max(chunk/(4*s.cfg.VocabSize), 1))
	return rows * (4*s.cfg.VocabSize + 4*8192 + 8*s.cfg.HiddenSize)
}

// Fits tells why a run would not fit, or nil.
func (e *Estimate) Fits() error {
	if e.Available > 0 && e.Total > e.Available {
		return fmt.Errorf("native: the run needs about %s of memory, %s are available; shorter training.max_seq_length, smaller "+
			"training.batch_size, training.gradient_checkpointing or model.load_in_4bit make it smaller", size(e.Total), size(e.Available))
	}
	if e.FreeDisk > 0 && e.Disk > e.FreeDisk {
		return fmt.Errorf("native: adapter and checkpoints need about %s, %s are free in the output directory", size(e.Disk), size(e.FreeDisk))
	}
	return nil
}

// String is the estimate as a table.
func (e *Estimate) String() string {
	var b strings.Builder
	row := func(name string, n int) { fmt.Fprintf(&b, "  %-12s %10s\n", name, size(n)) }
	b.WriteString("memory\n")
	row("weights", e.Weights)
	row("adapter", e.Adapter)
	row("activations", e.Activations)
	row("head", e.Head)
	row("overhead", e.Overhead)
	of := func(n int, what string) string {
		if n == 0 {
			return "" // the system does not tell
		}
		return " of " + size(n) + " " + what
	}
	fmt.Fprintf(&b, "  %-12s %10s%s\n", "total", size(e.Total), of(e.Available, "available"))
	fmt.Fprintf(&b, "disk %s%s\n", size(e.Disk), of(e.FreeDisk, "free"))
	fmt.Fprintf(&b, "work %d steps, %d tokens, %.3g FLOP", e.Steps, e.Tokens, e.FLOP)
	if e.Seconds > 0 {
		fmt.Fprintf(&b, ", about %s at %.0f %% of the %.0f GFLOP/s measured now", duration(e.Seconds), 100*efficiency, e.Rate/1e9)
	}
	b.WriteByte('\n')
	return b.String()
}

// size is a number of bytes for people.
func size(n int) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<30:
		return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// duration is a time in seconds for people.
func duration(s float64) string {
	switch {
	case s < 90:
		return fmt.Sprintf("%.0f s", s)
	case s < 5400:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.1f h", s/3600)
}
