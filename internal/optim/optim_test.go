package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"graft/internal/nn"
	"graft/internal/parallel"
)

// TestAdamWAgainstFormula follows the paper's update in float64 for several steps.
func TestAdamWAgainstFormula(t *testing.T) {
	const b1, b2, eps, decay, lr, clip = 0.9, 0.99, 1e-8, 0.1, 0.05, 0.5
	r := rand.New(rand.NewPCG(1, 2))
	p := nn.NewParam("p", 3, 50)
	want := make([]float64, len(p.Data))
	for i := range p.Data {
		p.Data[i] = float32(r.NormFloat64())
		want[i] = float64(p.Data[i])
	}
	m, v := make([]float64, len(want)), make([]float64, len(want))
	a := NewAdamW([]*nn.Param{p}, b1, b2, eps, decay)
	pool := parallel.New(2)
	defer pool.Close()
	for step := 1; step <= 5; step++ {
		for i := range p.Grad {
			p.Grad[i] = float32(r.NormFloat64())
			g := clip * float64(p.Grad[i])
			m[i] = b1*m[i] + (1-b1)*g
			v[i] = b2*v[i] + (1-b2)*g*g
			mh, vh := m[i]/(1-math.Pow(b1, float64(step))), v[i]/(1-math.Pow(b2, float64(step)))
			want[i] = want[i]*(1-lr*decay) - lr*mh/(math.Sqrt(vh)+eps)
		}
		a.Update(pool, lr, clip)
	}
	for i := range want {
		if math.Abs(float64(p.Data[i])-want[i]) > 1e-5 {
			t.Fatalf("parameter %d is %v, want %v", i, p.Data[i], want[i])
		}
	}
	if a.Step != 5 {
		t.Errorf("step %d", a.Step)
	}
}

func TestGradNormAndClip(t *testing.T) {
	p, q := nn.NewParam("p", 1, 2), nn.NewParam("q", 1, 1)
	copy(p.Grad, []float32{2, 3})
	q.Grad[0] = 6
	a := NewAdamW([]*nn.Param{p, q}, 0.9, 0.999, 1e-8, 0)
	if n := a.GradNorm(nil); n != 7 {
		t.Errorf("norm %v, want 7", n)
	}
	if f := ClipFactor(7, 3.5); math.Abs(f-0.5) > 1e-6 {
		t.Errorf("clip factor %v, want 0.5", f)
	}
	if f := ClipFactor(7, 0); f != 1 {
		t.Errorf("clip factor without limit: %v", f)
	}
	if f := ClipFactor(0.1, 1); f != 1 {
		t.Errorf("clip factor below the limit: %v", f)
	}
	ZeroGrad([]*nn.Param{p, q})
	if a.GradNorm(nil) != 0 {
		t.Error("gradients are not zero")
	}
}

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name   string
		warmup int
		want   []float64 // rates of 6 steps at peak 1
	}{
		{"linear", 0, []float64{1, 5. / 6, 4. / 6, 3. / 6, 2. / 6, 1. / 6}},
		{"linear", 2, []float64{0, 0.5, 1, 0.75, 0.5, 0.25}},
		{"cosine", 2, []float64{0, 0.5, 1, 0.8535533905932737, 0.5, 0.14644660940672627}},
		{"constant", 2, []float64{1, 1, 1, 1, 1, 1}},
		{"constant_with_warmup", 2, []float64{0, 0.5, 1, 1, 1, 1}},
	} {
		s, err := NewSchedule(c.name, 1, c.warmup, 6)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range c.want {
			if got := s.Rate(i); math.Abs(got-w) > 1e-12 {
				t.Errorf("%s, warm-up %d, step %d: %v, want %v", c.name, c.warmup, i, got, w)
			}
		}
	}
	if _, err := NewSchedule("polynomial", 1, 0, 6); err == nil {
		t.Error("unknown schedule accepted")
	}
}
