package native

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"graft/internal/adapter"
	"graft/internal/base"
	"graft/internal/digest"
	"graft/internal/dtype"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/export"
	"graft/internal/fault"
	"graft/internal/gemm"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/outdir"
	"graft/internal/parallel"
	"graft/internal/tokenizer"
)

// Merge is a merge to be carried out.
type Merge struct {
	Plan    *export.Plan
	engine  Engine
	base    string
	adapter string
	merger  *adapter.Adapter
	stored  dtype.DType // the shortest type of a merged weight
	experts bool        // the model has routed ones
	probe   [][]int32   // tokens of the logit check
}

// PlanMerge decides what a merge of the adapter into the base will write.
func (e Engine) PlanMerge(baseDir, adapterDir string) (_ engine.Merge, err error) {
	defer func() { err = fault.Input(err) }()
	b, err := base.OpenWeights(baseDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	outline, err := all.Models().Outline(b.Config, b.Source)
	if err != nil {
		return nil, err
	}
	ctx := nn.NewContext(parallel.New(e.Threads), false)
	m := &Merge{engine: e, base: baseDir, adapter: adapterDir, stored: dtype.F32, probe: probeTokens(baseDir, b.Config.VocabSize)}
	m.experts = b.Config.MoE != nil
	if m.merger, err = adapter.Load(ctx, outline, adapterDir, 0, 0); err != nil {
		return nil, err
	}
	hf, err := export.FormatNamed("hf", false)
	if err != nil {
		return nil, err
	}
	if m.Plan, err = hf.Plan(export.Input{Dir: baseDir, Merger: m.merger}); err != nil {
		return nil, err
	}
	if _, err := e.place(b, outline, engine.Model{Dir: baseDir}, adapterDir, m.check()); err != nil {
		return nil, fmt.Errorf("%w; that is for the check of what is merged", err)
	}
	for _, s := range m.Plan.Shards {
		for _, t := range s.Tensors {
			if t.Module != "" && t.DType.Size() < m.stored.Size() {
				m.stored = t.DType
			}
		}
	}
	return m, nil
}

// Outline is what will be written.
func (m *Merge) Outline() *export.Plan { return m.Plan }

// probeTexts are run through base, adapted and merged model after a merge: code in the languages of the domains, and prose.
var probeTexts = []string{
	"function Fighter.updateServer(timeStep)\n    local ship = Entity()\n    if not ship then return end\n    ship.shieldDurability = 0\nend\n",
	"extends CharacterBody2D\n\nfunc _physics_process(delta: float) -> void:\n\tvelocity.y += gravity * delta\n\tmove_and_slide()\n",
	"world.system<Position, const Velocity>().each([](Position& p, const Velocity& v) { p.x += v.x; });\nvoid Unit::_bind_methods() {}\n",
	"Write a function that returns the nearest enemy within a radius, or nothing if there is none.",
}

// probeTokens are the texts in the model's tokens; a model without a tokenizer gets tokens drawn from its whole vocabulary.
func probeTokens(dir string, vocab int) [][]int32 {
	var seqs [][]int32
	tok, err := tokenizer.Load(dir)
	if err != nil || tok.VocabSize() > vocab {
		r := rand.New(rand.NewPCG(1, 2))
		for range probeTexts {
			seq := make([]int32, 32)
			for i := range seq {
				seq[i] = int32(r.IntN(vocab))
			}
			seqs = append(seqs, seq)
		}
		return seqs
	}
	for _, text := range probeTexts {
		seqs = append(seqs, tok.Encode(text))
	}
	return seqs
}

// check is what a model is opened for to be checked. The logits of three models are compared.
func (m *Merge) check() use {
	n := 0
	for _, seq := range m.probe {
		n += len(seq)
	}
	return use{tokens: n, logits: 3 * n}
}

// Write carries the merge out.
func (m *Merge) Write(ctx context.Context, output string, sink event.Sink) (err error) {
	d := export.Destination{Output: filepath.Clean(output), Lock: outdir.Lock, Progress: func(done, total int) {
		sink.Emit(event.Progress{Stage: "merge", Done: done >> 20, Total: total >> 20, Unit: "MiB"})
	}}
	source, err1 := export.SourceIdentity(m.base)
	sum, err2 := digest.File(filepath.Join(m.adapter, adapter.WeightsFile))
	settings, err3 := digest.File(filepath.Join(m.adapter, adapter.ConfigFile))
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	d.Identity = source + sum + settings
	files := export.FromFiles(m.Plan)
	defer func() { err = errors.Join(err, files.Close()) }()
	return m.Plan.Write(ctx, files, d)
}

// Check loads base, base + adapter and what was written, in float32 arithmetic, and compares their logits.
func (m *Merge) Check(output string) (export.Parity, error) {
	bare, err1 := m.logits(m.base, "")
	adapted, err2 := m.logits(m.base, m.adapter)
	merged, err3 := m.logits(output, "")
	if err := errors.Join(err1, err2, err3); err != nil {
		return export.Parity{}, fmt.Errorf("native: logit check: %w", err)
	}
	return export.Compare(bare, adapted, merged, export.Tolerance(m.stored, m.experts)), nil
}

// logits runs the probe through a model.
func (m *Merge) logits(dir, adapterDir string) (_ gemm.F32, err error) {
	b, err := base.OpenWeights(dir)
	if err != nil {
		return gemm.F32{}, err
	}
	l, err := m.engine.load(b, engine.Model{Dir: dir}, adapterDir, m.check())
	if err != nil {
		return gemm.F32{}, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return export.Logits(l.Context, l.Model, m.probe), nil
}
