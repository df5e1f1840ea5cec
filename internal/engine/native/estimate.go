package native

import (
	"fmt"
	"sort"
	"strings"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/mem"
	"graft/internal/train"
	"graft/internal/weights"
)

// Estimate is what a run will take. Bytes are of resident memory.
type Estimate struct {
	Weights     int     `json:"weights_bytes"`     // in memory at a time
	Adapter     int     `json:"adapter_bytes"`     // parameters, gradients, two moments, the norms of DoRA
	Activations int     `json:"activations_bytes"` // of the largest pass, logits included
	Overhead    int     `json:"overhead_bytes"`    // program, names, what does not fit together in memory
	Total       int     `json:"total_bytes"`
	Available   int     `json:"available_bytes"` // what the run may take; 0 if the system does not tell
	Disk        int     `json:"disk_bytes"`      // adapter, checkpoints, activations
	FreeDisk    int     `json:"free_disk_bytes"` // 0 if the system does not tell
	Kept        int     `json:"kept_layers"`     // that are not recomputed
	Able        int     `json:"able_layers"`     // for whose results there is room, with recomputation
	Steps       int     `json:"steps"`
	Tokens      int     `json:"tokens"` // of the whole run
	FLOP        float64 `json:"flop"`
	Rate        float64 `json:"flop_per_second"` // measured, of a matrix product
	Seconds     float64 `json:"seconds"`

	Placement Placement `json:"weights"`
}

// shape is what an estimate depends on.
type shape struct {
	cfg      *weights.Config
	job      engine.Job
	cover    *adapter.Coverage
	held     held
	foot     *train.Footprint
	pass     int     // tokens of the largest pass
	tokens   int     // of the run
	trained  float64 // share of them that the head sees
	passes   int     // of a step
	steps    int
	threads  int
	free     int // memory that may be taken, 0 if the system does not tell
	freeDisk int // in the output directory, likewise
}

// efficiency is the share of the measured rate of a matrix product that a whole step reaches (bench/README.md).
const efficiency = 0.75

func estimate(s shape) *Estimate {
	e := &Estimate{Available: s.free, FreeDisk: s.freeDisk, Steps: s.steps, Tokens: s.tokens}
	if e.Kept = s.cfg.Layers; s.job.Options.Checkpointing {
		e.Kept = s.job.Options.Kept
	}
	e.Adapter = 16*s.cover.Trainable + s.norms()
	e.Activations = s.foot.Touched(&s.job.Options)
	e.Overhead = s.overhead(e.Activations)
	e.Placement = s.held.place(e.Available-e.Adapter-e.Activations-e.Overhead, e.Available > 0)
	e.Weights = e.Placement.Resident
	e.Placement.PerStep = s.passes * s.held.perPass(e.Placement)
	e.Total = e.Weights + e.Adapter + e.Activations + e.Overhead
	e.Disk = 4*s.cover.Trainable + (s.job.Options.SaveTotalLimit+1)*12*s.cover.Trainable
	if s.job.Options.Offload && s.job.Options.Checkpointing {
		e.Disk += s.cfg.Layers * s.foot.Input
	}
	e.FLOP = s.foot.FLOP(&s.job.Options, s.trained) * float64(s.tokens)
	return e
}

// norms is the memory of DoRA's norms: ‖w‖² in float64, norm and their quotient in float32.
func (s *shape) norms() int {
	if !s.job.Spec.DoRA {
		return 0
	}
	return 16 * s.cover.Outputs
}

// available is the memory that may be taken: what is free, and no more than most, if that is not 0. 0 if the system does not tell.
func available(most int) int {
	free := mem.Available()
	if most > 0 && (free == 0 || most < free) {
		return most
	}
	return free
}

// ableToKeep is the number of layers for whose results memory has room beside the weights.
func (s shape) ableToKeep() int {
	return sort.Search(s.cfg.Layers, func(n int) bool {
		s.job.Options.Kept = n + 1
		e := estimate(s)
		return e.Available == 0 || e.Placement.Mode != InRAM || e.Total > e.Available
	})
}

// overhead is what a process takes beside: the program, the records of tensors and modules, what threads need beside their buffers, and holes
// in the arena (measured with bench/memory.py).
func (s *shape) overhead(activations int) int {
	return 26<<20 + s.threads<<20 + s.held.records + activations/12
}

// at adds the time, which the measured rates of matrix products and of the disk tell: the disk works while the processor does.
func (e *Estimate) at(rate, disk float64) {
	e.Rate, e.Seconds = rate, e.FLOP/(rate*efficiency)
	if e.Placement.PerStep > 0 && disk > 0 {
		e.Placement.ReadRate, e.Placement.ReadSeconds = disk, float64(e.Placement.PerStep)/disk
		e.Seconds = max(e.Seconds, e.Placement.ReadSeconds*float64(e.Steps))
	}
}

// Fits tells why a run would not fit, or nil.
func (e *Estimate) Fits() error {
	if e.Available > 0 && e.Total > e.Available {
		way := "shorter training.max_seq_length, smaller training.batch_size, training.gradient_checkpointing or model.load_in_4bit make it smaller"
		switch p := e.Placement; {
		case p.way != "":
			way = p.way
		case p.Mode == NoFit:
			way = noRoom + "; shorter training.max_seq_length, smaller training.batch_size, " +
				"a smaller rank or training.activation_offload make that smaller"
		}
		return fmt.Errorf("native: the run needs about %s of memory, %s are available; %s", size(e.Total), size(e.Available), way)
	}
	if e.FreeDisk > 0 && e.Disk > e.FreeDisk {
		return fmt.Errorf("native: adapter and checkpoints need about %s, %s are free in the output directory", size(e.Disk), size(e.FreeDisk))
	}
	return nil
}

// String is the estimate as a table.
func (e *Estimate) String() string {
	var b strings.Builder
	row := func(name string, n int, note string) { fmt.Fprintf(&b, "  %-12s %10s%s\n", name, size(n), note) }
	b.WriteString("memory\n")
	row("weights", e.Weights, e.Placement.String())
	row("adapter", e.Adapter, "")
	row("activations", e.Activations, fmt.Sprintf(", %d of %d layers keep theirs, the rest is recomputed", e.Kept, e.Placement.Layers))
	row("overhead", e.Overhead, "")
	if e.Able > e.Kept {
		fmt.Fprintf(&b, "  training.checkpointed_layers: auto would let %d of them keep theirs, which is faster\n", e.Able)
	}
	of := func(n int, what string) string {
		if n == 0 {
			return "" // the system does not tell
		}
		return " of " + size(n) + " " + what
	}
	row("total", e.Total, of(e.Available, "available"))
	fmt.Fprintf(&b, "disk %s%s\n", size(e.Disk), of(e.FreeDisk, "free"))
	if p := e.Placement; p.PerStep > 0 {
		fmt.Fprintf(&b, "read %s of weights a step", size(p.PerStep))
		if p.ReadRate > 0 {
			fmt.Fprintf(&b, ", %s at the %.0f MB/s measured now", duration(p.ReadSeconds), p.ReadRate/1e6)
		}
		b.WriteByte('\n')
	}
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
