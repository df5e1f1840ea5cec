// Package event is how work tells what it is doing. A producer emits events to a Sink; who shows them, and how, is the sink's business.
package event

// Event is one of the types of this package.
type Event interface{ event() }

// Sink takes events. Emit is called from one goroutine at a time and must not block for long.
type Sink interface{ Emit(Event) }

// Func is a function used as a Sink.
type Func func(Event)

// Emit calls the function.
func (f Func) Emit(e Event) { f(e) }

// Discard is a Sink that forgets everything.
var Discard Sink = Func(func(Event) {})

// Note is a line for the person watching; a Warning is one that should not be overlooked.
type Note struct{ Text string }

// Warning is a line that should not be overlooked.
type Warning struct{ Text string }

// Progress says how far a stage is. Total 0 means unknown.
type Progress struct {
	Stage       string
	Done, Total int
	Unit        string
	Beside      string // what else is worth knowing, "" if nothing
}

// Step is one optimizer step, a line of metrics.jsonl.
type Step struct {
	Step            int     `json:"step"` // from 1
	Epoch           float64 `json:"epoch"`
	Loss            float64 `json:"loss"`               // token mean
	AuxLoss         float64 `json:"aux_loss,omitempty"` // of the routers, without its coefficient; not part of Loss
	GradNorm        float64 `json:"grad_norm"`          // before clipping
	LearningRate    float64 `json:"learning_rate"`      // used in this step
	Tokens          int     `json:"tokens"`             // since the start, padding does not exist
	TrainedTokens   int     `json:"trained_tokens"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	RSSBytes        int     `json:"rss_bytes"`

	Total  int  `json:"-"` // steps of the run
	Logged bool `json:"-"` // it is a line of metrics.jsonl, its loss the mean since the last one
}

// Eval is one evaluation, a line of metrics.jsonl.
type Eval struct {
	Step     int     `json:"step"` // optimizer steps done
	EvalLoss float64 `json:"eval_loss"`
	Tokens   int     `json:"eval_tokens"`   // trained tokens of the evaluation set
	Set      string  `json:"set,omitempty"` // name of the set, where there are several; "" for all of them together
}

// Saved says that a checkpoint or an adapter is on disk.
type Saved struct {
	Step int
	Dir  string
}

func (Note) event()     {}
func (Warning) event()  {}
func (Progress) event() {}
func (Step) event()     {}
func (Eval) event()     {}
func (Saved) event()    {}
