package train_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/dtype"
	"graft/internal/event"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/model/modeltest"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
	"graft/internal/sample"
	"graft/internal/train"
)

// golden is run.json of a curve that TRL has made (ref/train_golden.py).
type golden struct {
	MaxSeqLength int     `json:"max_seq_length"`
	NumEpochs    float64 `json:"num_epochs"`
	MaxSteps     int     `json:"max_steps"`
	BatchSize    int     `json:"batch_size"`
	Accumulation int     `json:"gradient_accumulation_steps"`
	LearningRate float64 `json:"learning_rate"`
	Scheduler    string  `json:"lr_scheduler"`
	WarmupSteps  int     `json:"warmup_steps"`
	WarmupRatio  float64 `json:"warmup_ratio"`
	WeightDecay  float64 `json:"weight_decay"`
	Beta1        float64 `json:"adam_beta1"`
	Beta2        float64 `json:"adam_beta2"`
	Epsilon      float64 `json:"adam_epsilon"`
	MaxGradNorm  float64 `json:"max_grad_norm"`
	Packing      bool    `json:"packing"`
	FourBit      bool    `json:"load_in_4bit"`
	DoubleQuant  bool    `json:"double_quant"`
	Results      []struct {
		Step         int     `json:"step"`
		Loss         float64 `json:"loss"`
		AuxLoss      float64 `json:"aux_loss"`
		GradNorm     float64 `json:"grad_norm"`
		LearningRate float64 `json:"learning_rate"`
		Epoch        float64 `json:"epoch"`
	} `json:"results"`
	Data []struct {
		IDs    []int32 `json:"input_ids"`
		Labels []int32 `json:"labels"`
	} `json:"data"`
}

// TestCurvesAreThoseOfTRL: every step's loss within 1e-4, gradient norm, learning rate, first gradients and final adapters.
func TestCurvesAreThoseOfTRL(t *testing.T) {
	runs, err := filepath.Glob("testdata/golden/*/run.json")
	if err != nil || len(runs) < 12 {
		t.Fatalf("%d goldens, %v", len(runs), err)
	}
	for _, path := range runs {
		dir := filepath.Dir(path)
		for _, checkpointing := range []bool{false, true} {
			name := filepath.Base(dir)
			if checkpointing {
				name += "/recomputed"
			}
			t.Run(name, func(t *testing.T) { checkCurve(t, dir, checkpointing) })
		}
	}
}

func readGolden(t *testing.T, dir string) (g golden, base string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	base = filepath.Join(dir, "model")
	if ref, err := os.ReadFile(filepath.Join(dir, "model_ref")); err == nil {
		base = filepath.Join(filepath.Dir(dir), strings.TrimSpace(string(ref)), "model")
	}
	return g, base
}

// rows truncates and packs the data as the dataset packages do.
func (g *golden) rows() []train.Row {
	var rows []train.Row
	var lengths []int
	for _, d := range g.Data {
		n := min(len(d.IDs), g.MaxSeqLength)
		s := train.Sample{IDs: d.IDs[:n]}
		some := false
		for _, label := range d.Labels[:n] {
			s.Trained = append(s.Trained, label >= 0)
			some = some || label >= 0
		}
		if some || g.Packing {
			rows, lengths = append(rows, train.Row{s}), append(lengths, n)
		}
	}
	if !g.Packing {
		return rows
	}
	var packed []train.Row
	for _, bin := range sample.Pack(lengths, g.MaxSeqLength) {
		var row train.Row
		for _, i := range bin {
			row = append(row, rows[i]...)
		}
		packed = append(packed, row)
	}
	return packed
}

func (g *golden) options(checkpointing bool) train.Options {
	return train.Options{
		Epochs: g.NumEpochs, MaxSteps: g.MaxSteps, BatchSize: g.BatchSize, Accumulation: g.Accumulation, LearningRate: g.LearningRate,
		Schedule: g.Scheduler, WarmupSteps: g.WarmupSteps, WarmupRatio: g.WarmupRatio, WeightDecay: g.WeightDecay, Beta1: g.Beta1,
		Beta2: g.Beta2, Epsilon: g.Epsilon, MaxGradNorm: g.MaxGradNorm, Checkpointing: checkpointing, LoggingSteps: 1, SaveTotalLimit: 1, RouterAuxLoss: true,
	}
}

func checkCurve(t *testing.T, dir string, checkpointing bool) {
	g, base := readGolden(t, dir)
	ctx := nntest.Context(t, false)
	m := modeltest.Open(t, all.Models(), base, model.Options{FourBit: g.FourBit, DoubleQuant: g.DoubleQuant, Pool: ctx.Pool})
	a, err := adapter.Load(ctx, m, filepath.Join(dir, "init"), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var steps []event.Step
	r, err := train.New(train.Setup{
		Context: ctx, Model: m, Adapter: a, Train: g.rows(), Dir: t.TempDir(),
		Sink: event.Func(func(e event.Event) {
			if s, ok := e.(event.Step); ok {
				steps = append(steps, s)
			}
		}),
	}, g.options(checkpointing))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(steps) != len(g.Results) || len(steps) < 5 {
		t.Fatalf("%d steps, TRL made %d", len(steps), len(g.Results))
	}
	for i, want := range g.Results {
		loss := steps[i].Loss // TRL's contains the routers'
		if want.AuxLoss != 0 {
			loss += m.Config().MoE.AuxLossCoef * steps[i].AuxLoss
			near(t, want.Step, "aux loss", steps[i].AuxLoss, want.AuxLoss, 1e-4)
		}
		near(t, want.Step, "loss", loss, want.Loss, 1e-4)
		near(t, want.Step, "gradient norm", steps[i].GradNorm, want.GradNorm, 1e-3)
		near(t, want.Step, "learning rate", steps[i].LearningRate, want.LearningRate, 1e-9)
		near(t, want.Step, "epoch", steps[i].Epoch, want.Epoch, 1e-9)
	}
	compareFinal(t, a, filepath.Join(dir, "expected.safetensors"))
}

func near(t *testing.T, step int, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("step %d: %s %v, TRL's is %v", step, what, got, want)
	}
}

// compareFinal compares each final parameter to 1e-3 of its largest element.
func compareFinal(t *testing.T, a *adapter.Adapter, path string) {
	t.Helper()
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, p := range a.Params() {
		data, err := f.Bytes("final." + adapter.TensorName(p))
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float32, len(p.Data))
		if err := dtype.ToFloat32(want, data, dtype.F32); err != nil {
			t.Fatal(err)
		}
		var worst, largest float64
		for i, v := range want {
			worst = max(worst, math.Abs(float64(p.Data[i]-v)))
			largest = max(largest, math.Abs(float64(v)))
		}
		if !(worst <= 1e-3*largest) {
			t.Errorf("%s: off by up to %.3g of %.3g", p.Name, worst, largest)
		}
	}
}
