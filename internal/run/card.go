package run

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/guptarohit/asciigraph"

	"graft/internal/durable"
	"graft/internal/engine"
	"graft/internal/train"
)

// CardFile is the model card in a run's directory.
const CardFile = "README.md"

// WriteCard writes the model card of a job. Nothing in it depends on when or how fast the run was: the same run has the same card.
func (r *Record) WriteCard(j engine.Job, s train.State, losses, evals []float64) error {
	o := j.Options
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("---\nbase_model: %s\nlibrary_name: peft\npipeline_tag: text-generation\ntags: [lora, graft]\n---\n", j.Model.Name)
	line("# Adapter of %s\n", j.Model.Name)
	line("%s, rank %d, alpha %g, %d trainable parameters, trained with graft %s on the CPU.\n", variant(j), j.Spec.R, j.Spec.Alpha, r.Coverage.Trainable, j.Version)
	line("```\n%s```\n", r.Coverage)
	line("## Training\n")
	line("| | |\n|---|---|")
	line("| data | `%s` (%s) |", names(j.Data.TrainFiles()), r.Identity[trainingData][:16])
	line("| samples | %d, %d tokens, %d of them trained |", r.Data.Samples, r.Data.Tokens, r.Data.TrainedTokens)
	line("| cut off, dropped | %d, %d |", r.Data.Truncated, len(r.Data.Dropped))
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
	if why := r.Coverage.Private; why != "" {
		line("\n**Readers.** This is %s.", why)
	}
	line("\nIntended for code in the domain it was trained on. Its quality was not evaluated beyond the losses above.")
	return durable.WriteBytes(filepath.Join(j.OutputDir, CardFile), []byte(b.String()))
}

func variant(j engine.Job) string {
	name := "LoRA"
	switch {
	case j.Spec.DoRA:
		name = "DoRA"
	case j.Spec.RSLoRA:
		name = "rsLoRA"
	}
	if j.Model.FourBit {
		return name + " on a 4-bit (NF4) base"
	}
	return name
}

// Curve reads the losses of a run.
func Curve(path string) (losses, evals []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("run: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d := json.NewDecoder(bufio.NewReader(f))
	for {
		var line struct {
			Loss     *float64 `json:"loss"`
			EvalLoss *float64 `json:"eval_loss"`
			Set      string   `json:"set"` // one of several; the line for all of them follows
		}
		switch err := d.Decode(&line); {
		case errors.Is(err, io.EOF):
			return losses, evals, nil
		case err != nil:
			return nil, nil, fmt.Errorf("run: %s: %w", path, err)
		case line.Loss != nil:
			losses = append(losses, *line.Loss)
		case line.EvalLoss != nil && line.Set == "":
			evals = append(evals, *line.EvalLoss)
		}
	}
}

// names are the paths of files, for people.
func names(files []engine.Source) string {
	var all []string
	for _, f := range files {
		all = append(all, cmp.Or(f.Name, filepath.Base(f.Path)))
	}
	return strings.Join(all, ", ")
}
