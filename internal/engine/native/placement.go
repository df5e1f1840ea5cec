package native

import (
	"fmt"
	"strings"

	"graft/internal/base"
	"graft/internal/dtype"
	"graft/internal/engine"
	"graft/internal/model"
	"graft/internal/weights"
)

// Mode is where the weights are while a model runs.
type Mode string

// The modes.
const (
	InRAM    Mode = "in RAM"
	Streamed Mode = "streamed from disk"
	NoFit    Mode = "does not fit"
)

// noRoom is why weights that could be streamed do not fit.
const noRoom = "two layers at a time do not fit beside the rest"

// Placement is where the weights are while a model runs, in training or otherwise: the one decision about it.
type Placement struct {
	Mode        Mode    `json:"mode"`
	Stored      int     `json:"bytes"`            // of all weights
	Resident    int     `json:"resident_bytes"`   // in memory at a time
	Layers      int     `json:"layers"`           // of the model
	Streamed    int     `json:"streamed_layers"`  // of them that are read again whenever they run
	PerStep     int     `json:"read_bytes"`       // in a step
	ReadRate    float64 `json:"bytes_per_second"` // measured
	ReadSeconds float64 `json:"read_seconds"`     // of a step

	budget int    // for the layers that lie in files
	way    string // out, if it does not fit because of how the weights are held
}

// String is the placement behind the number of bytes.
func (p Placement) String() string {
	if p.Mode == Streamed {
		return fmt.Sprintf(" of %s, %s: %d of %d layers", size(p.Stored), p.Mode, p.Streamed, p.Layers)
	}
	return ", " + string(p.Mode)
}

// held is how the weights are held.
type held struct {
	layers  []int // bytes of each layer that are used where the file has them
	other   int   // bytes of all else: embeddings, head, what is quantised or converted at load
	records int   // bytes of names, shapes and modules
	loaded  bool  // layers are quantised at load, so that they cannot be streamed
}

// place fits the weights into room bytes, if that is known.
func (h *held) place(room int, known bool) Placement {
	p := Placement{Mode: InRAM, Layers: len(h.layers), Stored: h.other}
	for _, n := range h.layers {
		p.Stored += n
	}
	p.Resident, p.budget = p.Stored, p.Stored
	if !known || p.Stored <= room {
		return p
	}
	if h.loaded {
		p.Mode, p.way = NoFit, "a base that is quantised as it is loaded stays in memory: write it once with graft quantize, and what does not fit is read from disk"
		return p
	}
	_, s, err := model.PlanStreaming(h.layers, room-h.other)
	p.Resident, p.Streamed, p.budget = h.other+s.Resident, s.Streamed, s.Resident
	switch {
	case err != nil:
		p.Mode = NoFit
	default:
		p.Mode = Streamed
	}
	return p
}

// perPass is the bytes that one pass forward and back reads, with adapters from the first layer on.
func (h *held) perPass(p Placement) (n int) {
	if p.Mode != Streamed {
		return 0
	}
	streamed, _, err := model.PlanStreaming(h.layers, p.budget)
	if err != nil {
		return 0
	}
	last := 0
	for i, s := range streamed {
		if s {
			n += 2 * h.layers[i]
			last = h.layers[i] // stays where the pass reverses
		}
	}
	return n - last
}

// newHeld finds out how the weights of a base, with the names and shapes of outline, are held as m says; tokens is how many different
// ones are looked up.
func newHeld(m engine.Model, b *base.Base, outline model.Model, tokens int) (held, error) {
	projections := map[string]int{} // bytes in 4 bits
	for _, s := range outline.Slots() {
		if in, out := s.Base.Dims(); s.Kind != model.Router && out > 1 {
			n := in * out
			projections[s.Name+".weight"] = n/2 + n/64 + n/4096
		}
	}
	h := held{loaded: m.FourBit && b.Config.Quantization == nil}
	width := 4
	if m.Half {
		width = 2
	}
	var names []string
	for t := range b.Source.All() {
		h.records += 600
		if t.NF4 {
			h.records += 2500 // the map of its scales among them
		}
		n, quantised := projections[t.Name]
		switch {
		case strings.HasPrefix(t.Name, "mtp."):
		case quantised && h.loaded:
			h.other += n
		case strings.HasPrefix(t.Name, "model.layers.") && inPlace(t, m.Half):
			names = append(names, t.Name)
		case !inPlace(t, m.Half):
			h.other += t.Elements() * width
		case t.Name == "model.embed_tokens.weight" && !b.Config.TieEmbeddings:
			h.other += min(t.Size(), tokens*(128<<10)) // a row that is looked up brings its neighbours
		default:
			h.other += t.Size()
		}
	}
	var err error
	h.layers, err = model.LayerSizes(b.Source, b.Config.Layers, names)
	return h, err
}

// inPlace tells whether a tensor is used where the file has it, rather than converted at load.
func inPlace(t weights.Info, half bool) bool {
	return t.NF4 || t.DType == dtype.BF16 || t.DType == dtype.F32 && !half
}
