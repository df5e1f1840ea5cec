package native

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/guptarohit/asciigraph"

	"graft/internal/durable"
	"graft/internal/train"
)

// CardFile is the model card in a run's directory.
const CardFile = "README.md"

// writeCard writes the model card. Nothing in it depends on when or how fast the run was: the same run has the same card.
func (r *run) writeCard(s train.State, losses, evals []float64) error {
	j, o := r.job, r.job.Options
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("---\nbase_model: %s\nlibrary_name: peft\npipeline_tag: text-generation\ntags: [lora, graft]\n---\n", j.Model.Name)
	line("# Adapter of %s\n", j.Model.Name)
	line("%s, rank %d, alpha %g, %d trainable parameters, trained with graft %s on the CPU.\n", variant(r), j.Spec.R, j.Spec.Alpha, r.record.Coverage.Trainable, j.Version)
	line("```\n%s```\n", r.record.Coverage)
	line("## Training\n")
	line("| | |\n|---|---|")
	line("| data | `%s` (%s) |", filepath.Base(j.Data.Train), r.record.Identity[trainingData][:16])
	line("| samples | %d, %d tokens, %d of them trained |", r.record.Data.Samples, r.record.Data.Tokens, r.record.Data.TrainedTokens)
	line("| cut off, dropped | %d, %d |", r.record.Data.Truncated, len(r.record.Data.Dropped))
	line("| steps | %d of %d x %d rows |", s.Step, o.Accumulation, o.BatchSize)
	line("| learning rate | %g, %s |", o.LearningRate, o.Schedule)
	line("| base held as | %s |", heldAs(j.Model))
	if n := len(losses); n > 0 {
		line("| loss | %.4f at first, %.4f at last |", losses[0], losses[n-1])
	}
	if n := len(evals); n > 0 {
		line("| held-out loss | %.4f at first, %.4f at last |", evals[0], evals[n-1])
	}
	if len(losses) > 1 {
		line("\n```\n%s\n```", asciigraph.Plot(losses, asciigraph.Height(8), asciigraph.Width(60), asciigraph.Caption("training loss")))
	}
	if why := r.record.Coverage.Private; why != "" {
		line("\n**Readers.** This is %s.", why)
	}
	line("\nIntended for code in the domain it was trained on. Its quality was not evaluated beyond the losses above.")
	return durable.WriteBytes(filepath.Join(j.OutputDir, CardFile), []byte(b.String()))
}

func variant(r *run) string {
	name := "LoRA"
	switch {
	case r.job.Spec.DoRA:
		name = "DoRA"
	case r.job.Spec.RSLoRA:
		name = "rsLoRA"
	}
	if r.job.Model.FourBit {
		return name + " on a 4-bit (NF4) base"
	}
	return name
}

// readCurve reads the losses of a run.
func readCurve(path string) (losses, evals []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("native: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d := json.NewDecoder(bufio.NewReader(f))
	for {
		var line struct {
			Loss     *float64 `json:"loss"`
			EvalLoss *float64 `json:"eval_loss"`
		}
		switch err := d.Decode(&line); {
		case errors.Is(err, io.EOF):
			return losses, evals, nil
		case err != nil:
			return nil, nil, fmt.Errorf("native: %s: %w", path, err)
		case line.Loss != nil:
			losses = append(losses, *line.Loss)
		case line.EvalLoss != nil:
			evals = append(evals, *line.EvalLoss)
		}
	}
}
