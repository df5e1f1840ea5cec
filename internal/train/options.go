package train

import (
	"fmt"
	"math"

	"graft/internal/optim"
)

// Options are the settings of a run.
type Options struct {
	Epochs       float64
	MaxSteps     int // > 0 overrides Epochs
	BatchSize    int // rows
	Accumulation int // batches per step

	LearningRate float64
	Schedule     string
	WarmupSteps  int
	WarmupRatio  float64 // of the steps, if WarmupSteps is 0
	WeightDecay  float64
	Beta1, Beta2 float64
	Epsilon      float64
	MaxGradNorm  float64 // 0 = no clipping

	Shuffle       bool
	Checkpointing bool // recompute layers on the backward pass
	Kept          int  // layers that are not recomputed nevertheless, counted from the last; with Checkpointing. No result depends on it
	Offload       bool // the inputs of layers wait on disk for the backward pass; with Checkpointing
	RouterAuxLoss bool // add the load-balancing loss of routers, with the model's coefficient
	Seed          uint64

	LoggingSteps   int // a metrics line every so many steps
	EvalSteps      int // an evaluation every so many steps, 0 = none
	SaveSteps      int // a checkpoint every so many steps, 0 = by time
	SaveTotalLimit int // checkpoints kept
	Patience       int // evaluations without improvement until the run stops, 0 = never
}

// Sample is one document as the model sees it.
type Sample struct {
	IDs     []int32
	Trained []bool // token i is a target
}

// Row is the documents that share a place in a batch: one, or a packed bin.
type Row []Sample

// Recomputes tells whether a layer, of so many, runs again on the backward pass. The last layers are the first to give back what they kept.
func (o *Options) Recomputes(layer, layers int) bool { return o.Checkpointing && layer < layers-o.Kept }

// schedule counts the steps of a run.
type schedule struct {
	perEpoch int
	total    int
	rate     optim.Schedule
}

// plan computes steps and learning rates for n rows. The last step of an epoch may have fewer rows.
func (o *Options) plan(n int) (*schedule, error) {
	if n == 0 {
		return nil, fmt.Errorf("train: there is nothing to train on")
	}
	s := &schedule{perEpoch: ceil(ceil(n, o.BatchSize), o.Accumulation)}
	s.total = o.MaxSteps
	if s.total <= 0 {
		s.total = int(math.Ceil(o.Epochs * float64(s.perEpoch)))
	}
	if s.total <= 0 {
		return nil, fmt.Errorf("train: %v epochs of %d rows make no step", o.Epochs, n)
	}
	warmup := o.WarmupSteps
	if warmup == 0 {
		warmup = int(math.Ceil(o.WarmupRatio * float64(s.total)))
	}
	var err error
	s.rate, err = optim.NewSchedule(o.Schedule, o.LearningRate, warmup, s.total)
	return s, err
}

// Steps is the number of optimizer steps that n rows make.
func (o *Options) Steps(n int) (int, error) {
	s, err := o.plan(n)
	if err != nil {
		return 0, err
	}
	return s.total, nil
}

func ceil(a, b int) int { return (a + b - 1) / b }

// Extent is the number of tokens of the largest pass and of all steps of a run over rows.
func (o *Options) Extent(rows []Row, steps int) (pass, total int) {
	perEpoch := ceil(ceil(len(rows), o.BatchSize), o.Accumulation)
	all, longest := 0, 0
	for i := range rows {
		n := tokens(rows[i : i+1])
		all, longest = all+n, max(longest, n)
	}
	batch := o.BatchSize * longest
	if o.Checkpointing { // several batches are one pass
		batch = min(batch*o.Accumulation, max(passTokens, batch))
	}
	return min(batch, all), int(float64(all) * float64(steps) / float64(perEpoch))
}
