package native

import (
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/event"
)

// planned is an engine.Plan of this engine.
type planned struct {
	Coverage *adapter.Coverage
	Data     *engine.DataReport
	Estimate *Estimate
}

// plan estimates a job after a change, without its time.
func plan(t *testing.T, change func(j *engine.Job)) planned {
	t.Helper()
	j := job(t)
	change(&j)
	r, err := native.prepare(t.Context(), j, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.close(); err != nil {
		t.Error(err)
	}
	return planned{r.record.Coverage, r.data.Report, r.estimate}
}

// TestPlan checks the parts of an estimate against what is known of the model, and in which direction each setting moves them.
func TestPlan(t *testing.T) {
	base := plan(t, func(*engine.Job) {})
	e := base.Estimate
	const weights, trainable = 10362880, 6 * 2 * (256 + 256 + 256 + 128)
	if e.Weights != weights || e.Adapter != 16*trainable || base.Coverage.Trainable != trainable || base.Data.Samples != 4 {
		t.Errorf("%d bytes of weights, %d of adapter, %d parameters, want %d, %d, %d", e.Weights, e.Adapter, base.Coverage.Trainable, weights, 16*trainable, trainable)
	}
	if sum := e.Weights + e.Adapter + e.Activations + e.Overhead; e.Total != sum || e.Steps != 3 || e.Disk < 12*trainable || e.Seconds != 0 {
		t.Errorf("%+v, parts add up to %d", e, sum)
	}
	if err := e.Fits(); err != nil {
		t.Error(err)
	}
	const outputs = 6 * (256 + 128)
	dora := plan(t, func(j *engine.Job) { j.Spec.DoRA = true }).Estimate
	if want := 16 * (trainable + 2*outputs); dora.Adapter != want { // a magnitude and three norms for each output
		t.Errorf("%d bytes of a DoRA adapter, want %d", dora.Adapter, want)
	}
	for _, c := range []struct {
		name   string
		part   func(e *Estimate) float64
		change func(j *engine.Job)
		more   bool
	}{
		{"4-bit holds less", func(e *Estimate) float64 { return float64(e.Weights) }, func(j *engine.Job) { j.Model.FourBit = true }, false},
		{"keeping layers takes more", func(e *Estimate) float64 { return float64(e.Activations) }, func(j *engine.Job) { j.Options.Checkpointing = false }, true},
		{"not computing layers again is less work", func(e *Estimate) float64 { return e.FLOP }, func(j *engine.Job) { j.Options.Checkpointing = false }, false},
		{"bfloat16 is smaller", func(e *Estimate) float64 { return float64(e.Activations) }, func(j *engine.Job) { j.Model.Half = true }, false},
		{"more rows take more", func(e *Estimate) float64 { return float64(e.Activations) }, func(j *engine.Job) { j.Options.BatchSize = 4 }, true},
		{"DoRA trains more", func(e *Estimate) float64 { return float64(e.Adapter) }, func(j *engine.Job) { j.Spec.DoRA = true }, true},
		{"activations on disk take less", func(e *Estimate) float64 { return float64(e.Activations) }, func(j *engine.Job) { j.Options.Offload = true }, false},
		{"and disk instead", func(e *Estimate) float64 { return float64(e.Disk) }, func(j *engine.Job) { j.Options.Offload = true }, true},
		{"a limit counts", func(e *Estimate) float64 { return float64(e.Available) }, func(j *engine.Job) { j.MaxMemory = 1 << 30 }, false},
		{"more checkpoints take more", func(e *Estimate) float64 { return float64(e.Disk) }, func(j *engine.Job) { j.Options.SaveTotalLimit = 9 }, true},
		{"more steps are more work", func(e *Estimate) float64 { return e.FLOP }, func(j *engine.Job) { j.Options.MaxSteps = 9 }, true},
	} {
		got := plan(t, c.change).Estimate
		if was, is := c.part(e), c.part(got); was == is || (is > was) != c.more {
			t.Errorf("%s: %v became %v", c.name, was, is)
		}
	}
}

// TestPlanKeepsLayers gives a run more and more memory: it keeps the results of no layer, of some, of all, and stays within.
func TestPlanKeepsLayers(t *testing.T) {
	all := plan(t, func(j *engine.Job) { j.Options.Checkpointing = false }).Estimate
	none := plan(t, func(*engine.Job) {}).Estimate
	if all.Kept != all.Placement.Layers || none.Kept != 0 {
		t.Fatalf("%d and %d layers kept of %d", all.Kept, none.Kept, all.Placement.Layers)
	}
	last := 0
	for _, limit := range []int{none.Total, (none.Total + all.Total) / 2, all.Total} {
		e := plan(t, func(j *engine.Job) { j.KeepLayers, j.MaxMemory = true, limit }).Estimate
		if e.Total > limit || e.Kept < last || e.FLOP > none.FLOP {
			t.Errorf("%d bytes: %d of them planned, %d layers kept after %d", limit, e.Total, e.Kept, last)
		}
		last = e.Kept
	}
	if last != all.Kept {
		t.Errorf("%d layers kept with room for all %d", last, all.Kept)
	}
}

// TestPlanTime proves that Plan measures this machine.
func TestPlanTime(t *testing.T) {
	p, err := native.Plan(t.Context(), job(t), event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if e := p.Estimate.(*Estimate); e.Rate < 1e8 || e.Seconds != e.FLOP/(e.Rate*efficiency) {
		t.Errorf("%+v", e)
	}
}

// TestQuantisedWeights counts NF4 with its scales for the projections, and the rest as it is stored.
func TestQuantisedWeights(t *testing.T) {
	p := plan(t, func(j *engine.Job) { j.Model.FourBit = true })
	const linear, stored = 4128768, 10362880
	if want := stored - 2*linear + linear/2 + linear/64 + linear/4096; p.Estimate.Weights != want {
		t.Errorf("%d bytes, want %d", p.Estimate.Weights, want)
	}
}

// TestFits says no to what is too large, and nothing where the system does not tell.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		e    Estimate
		want string
	}{
		{Estimate{Total: 5, Available: 6, Disk: 5, FreeDisk: 6}, ""},
		{Estimate{Total: 5, Disk: 5}, ""},
		{Estimate{Total: 3 << 30, Available: 2 << 30}, "native: the run needs about 3.00 GiB of memory, 2.00 GiB are available; shorter training.max_seq_length"},
		{Estimate{Total: 1, Available: 2, Disk: 20 << 30, FreeDisk: 1 << 20}, "native: adapter and checkpoints need about 20.0 GiB, 1.0 MiB are free"},
	} {
		err := c.e.Fits()
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.e, err, c.want)
		}
	}
}

// TestEstimateTable proves that what is not known is not printed as if it were.
func TestEstimateTable(t *testing.T) {
	e := &Estimate{Weights: 3 << 20, Placement: Placement{Mode: InRAM}, Total: 64 << 20, Available: 8 << 30, Disk: 1 << 20, FreeDisk: 2 << 30, Steps: 7, Tokens: 900, FLOP: 1.5e12}
	want := "  weights         3.0 MiB, in RAM\n"
	if text := e.String(); !strings.Contains(text, want) || !strings.Contains(text, "total          64.0 MiB of 8.00 GiB available\n") ||
		!strings.HasSuffix(text, "disk 1.0 MiB of 2.00 GiB free\nwork 7 steps, 900 tokens, 1.5e+12 FLOP\n") {
		t.Errorf("got\n%s", text)
	}
	e.at(1e9, 0)
	if text := e.String(); !strings.HasSuffix(text, "1.5e+12 FLOP, about 33 min at 75 % of the 1 GFLOP/s measured now\n") {
		t.Errorf("got\n%s", text)
	}
	e.Placement = Placement{Mode: Streamed, Stored: 9 << 20, Streamed: 3, Layers: 8, PerStep: 4 << 20}
	e.at(1e9, 1<<20)
	if text := e.String(); !strings.Contains(text, "  weights         3.0 MiB of 9.0 MiB, streamed from disk: 3 of 8 layers\n") ||
		!strings.Contains(text, "\nread 4.0 MiB of weights a step, 4 s at the 1 MB/s measured now\n") {
		t.Errorf("got\n%s", text)
	}
	if e.at(1e15, 1<<20); e.Seconds != 4*7 {
		t.Errorf("%v s where the disk takes 4 s a step", e.Seconds)
	}
	e.Available, e.FreeDisk = 0, 0
	if text := e.String(); strings.Contains(text, "available") || strings.Contains(text, "free") || !strings.Contains(text, "disk 1.0 MiB\n") {
		t.Errorf("got\n%s", text)
	}
}

func TestDuration(t *testing.T) {
	for s, want := range map[float64]string{0.4: "0 s", 89: "89 s", 90: "2 min", 5399: "90 min", 7200: "2.0 h"} {
		if got := duration(s); got != want {
			t.Errorf("%v: %q, want %q", s, got, want)
		}
	}
}

// TestPlacement: in RAM if all fits, streamed if two layers at a time do, and not otherwise; the way out depends on how weights are held.
func TestPlacement(t *testing.T) {
	h := held{layers: []int{10, 10, 10, 10}, other: 5}
	for _, c := range []struct {
		room                     int
		loaded                   bool
		want                     Mode
		resident, streamed, read int
		way                      string
	}{
		{45, false, InRAM, 45, 0, 0, ""},
		{44, false, Streamed, 45 - 10, 3, 50, ""},
		{25, false, Streamed, 25, 4, 70, ""},
		{24, false, NoFit, 25, 4, 0, ""},
		{44, true, NoFit, 45, 0, 0, "graft quantize"},
	} {
		h.loaded = c.loaded
		p := h.place(c.room, true)
		if p.Mode != c.want || p.Resident != c.resident || p.Streamed != c.streamed || p.Stored != 45 || !strings.Contains(p.way, c.way) || h.perPass(p) != c.read {
			t.Errorf("in %d: %+v, reads %d; want %+v", c.room, p, h.perPass(p), c)
		}
	}
	if p := h.place(0, false); p.Mode != InRAM {
		t.Errorf("%+v where the system does not tell", p)
	}
	for way, want := range map[string]string{"the way out": "; the way out", "": "training.activation_offload make that smaller"} {
		e := &Estimate{Total: 3 << 30, Available: 2 << 30, Placement: Placement{Mode: NoFit, way: way}}
		if err := e.Fits(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
