package cli

import (
	"encoding/json"
	"errors"
	"path/filepath"

	"graft/internal/adapter"
	"graft/internal/config"
	"graft/internal/engine"
	"graft/internal/train"
)

// job is the configuration as the engines understand it.
func (a *App) job(c *config.Config) (engine.Job, error) {
	need := []string{"data.train", "training.output_dir"}
	evaluates := c.Training.EvalSteps > 0
	if evaluates {
		need = append(need, "data.eval")
	}
	_, err := a.maker(c)
	if err := errors.Join(c.Need(need...), err); err != nil {
		return engine.Job{}, err
	}
	dir, err := a.modelDir(c)
	if err != nil {
		return engine.Job{}, err
	}
	resolved, err := json.Marshal(c)
	if err != nil {
		return engine.Job{}, err
	}
	j := engine.Job{
		Model: engine.Model{
			Name: c.Model.Name, Revision: c.Model.Revision, Dir: dir, Half: c.Model.Dtype == "bfloat16",
			FourBit: c.Model.LoadIn4bit, DoubleQuant: c.Model.DoubleQuant,
		},
		Data: engine.Data{
			Train: c.Data.Train.Path(), Mix: several(c.Data.Train), Eval: c.Data.Eval.Path(), Evals: several(c.Data.Eval), Evaluate: evaluates, Format: c.Data.Format, SystemPrompt: c.Data.SystemPrompt, MaxLength: c.Training.MaxSeqLength,
			Packing: c.Training.Packing, All: c.Training.LossOn == "all",
		},
		Spec: spec(c.Lora), InitFrom: c.Lora.InitFrom, Options: options(c.Training),
		MaxMemory: maxMemory(c), KeepLayers: c.Training.CheckpointedLayers == "auto", OutputDir: c.Training.OutputDir,
		Restart: c.Training.Resume == "never", Resolved: resolved, Version: Version,
	}
	return j, nil
}

// maxMemory is the limit in bytes, 0 without.
func maxMemory(c *config.Config) int { return int(c.Training.MaxMemory * (1 << 30)) }

// several are the files of a key that names more than one, or one with a weight. The name of a file is that of its folder, if no two
// share it: data/avorion/eval.jsonl is avorion.
func several(files config.DataFiles) []engine.Source {
	if len(files) < 2 {
		return nil
	}
	count := map[string]int{}
	folder := func(f config.DataFile) string { return filepath.Base(filepath.Dir(f.Path)) }
	for _, f := range files {
		count[folder(f)]++
	}
	all := make([]engine.Source, len(files))
	for i, f := range files {
		name := folder(f)
		if count[name] > 1 || name == "." {
			name = f.Path
		}
		all[i] = engine.Source{Name: name, Path: f.Path, Weight: f.Weight}
	}
	return all
}

func spec(l config.Lora) adapter.Spec {
	return adapter.Spec{
		R: l.R, Alpha: l.Alpha, Dropout: l.Dropout, RSLoRA: l.UseRslora, DoRA: l.UseDora, Targets: l.TargetModules, Exclude: l.ExcludeModules,
		RankPattern: l.RankPattern, AlphaPattern: l.AlphaPattern,
		Experts: adapter.ExpertSpec{Off: !l.Experts.Enabled, R: l.Experts.R, Alpha: l.Experts.Alpha},
	}
}

func options(t config.Training) train.Options {
	return train.Options{
		Epochs: t.NumEpochs, MaxSteps: t.MaxSteps, BatchSize: t.BatchSize, Accumulation: t.GradientAccumulationSteps,
		LearningRate: t.LearningRate, Schedule: t.LRScheduler, WarmupSteps: t.WarmupSteps, WarmupRatio: t.WarmupRatio,
		WeightDecay: t.WeightDecay, Beta1: t.AdamBeta1, Beta2: t.AdamBeta2, Epsilon: t.AdamEpsilon, MaxGradNorm: t.MaxGradNorm,
		Shuffle: t.Shuffle, Checkpointing: t.GradientCheckpointing, Seed: uint64(t.Seed), LoggingSteps: t.LoggingSteps,
		EvalSteps: t.EvalSteps, SaveSteps: t.SaveSteps, SaveTotalLimit: t.SaveTotalLimit, Patience: t.EarlyStoppingPatience,
		RouterAuxLoss: t.RouterAuxLoss, Offload: t.ActivationOffload == "disk",
	}
}
