package cli

import (
	"errors"
	"path/filepath"
	"slices"

	"graft/internal/base"
	"graft/internal/config"
	"graft/internal/dataset"
	"graft/internal/dataset/gate"
	"graft/internal/hub"
	"graft/internal/tokenizer"
)

// datasetOptions are what the configuration asks of a build, but for the teacher. A key that the build would ignore is an error.
func (a *App) datasetOptions(c *config.Config) (dataset.Options, error) {
	d := &c.Dataset
	if err := errors.Join(c.Need("dataset.raw", "data.train", "data.eval"), unreadKeys(c), datasetPaths(c)); err != nil {
		return dataset.Options{}, err
	}
	gates, err := gatesOf(d.Gates, d.IncludeDirs)
	if err != nil {
		return dataset.Options{}, c.Problem("dataset.gates", "%v", err)
	}
	count, name, err := a.tokenCounter(c)
	if err != nil {
		return dataset.Options{}, err
	}
	return dataset.Options{
		Raw: d.Raw, Out: filepath.Dir(c.Data.Train.Path()), Include: d.Include, Exclude: d.Exclude, HoldOut: d.HoldOut, Licenses: d.Licenses, Tasks: d.Tasks,
		MinTokens: d.MinTokens, MaxTokens: d.MaxTokens, CountTokens: count, Tokenizer: name, NearDuplicate: d.NearDuplicate,
		Dev: d.Dev, Test: d.Test, DisableFilters: d.DisableFilters, Seed: uint64(d.Seed),
		FIM: d.Fim, Caps: d.Caps, Decontaminate: d.Decontaminate, API: d.API, Gates: gates,
	}, nil
}

// gatesOf finds the checkers of the names on the PATH. include are folders of headers.
func gatesOf(names, include []string) ([]*gate.External, error) {
	var found []*gate.External
	var errs []error
	var folders []string
	for _, folder := range include {
		full, err := filepath.Abs(folder)
		folders, errs = append(folders, full), append(errs, err)
	}
	for _, name := range names {
		e, err := gate.NewExternal(name, folders)
		found, errs = append(found, e), append(errs, err)
	}
	return found, errors.Join(errs...)
}

// unreadKeys reports keys that were set and that a build without a teacher does not read.
func unreadKeys(c *config.Config) error {
	def, err := config.Load(config.Source{})
	if err != nil {
		return err
	}
	d, plain := &c.Dataset, &def.Dataset
	var errs []error
	if len(d.IncludeDirs) > 0 && !slices.Contains(d.Gates, "clang") && !slices.Contains(d.Gates, "gcc") {
		errs = append(errs, c.Problem("dataset.include_dirs", "only the gates clang and gcc read it; name one as dataset.gates, or remove it"))
	}
	if d.Teacher != teacherNone {
		return errors.Join(errs...)
	}
	unread := func(key string, changed bool) {
		if changed {
			errs = append(errs, c.Problem("dataset."+key, "a build with teacher none does not read it; remove it"))
		}
	}
	unread("teacher_model", d.TeacherModel != plain.TeacherModel)
	unread("base_url", d.BaseURL != plain.BaseURL)
	unread("mode", d.Mode != plain.Mode)
	unread("concurrency", d.Concurrency != plain.Concurrency)
	unread("max_cost", d.MaxCost != plain.MaxCost)
	unread("price", d.Price != plain.Price)
	unread("effort", d.Effort != plain.Effort)
	unread("self_check", d.SelfCheck != plain.SelfCheck)
	unread("languages", !slices.Equal(d.Languages, plain.Languages))
	unread("prompts", d.Prompts != plain.Prompts)
	return errors.Join(errs...)
}

// datasetPaths reports paths that a build cannot read or write.
func datasetPaths(c *config.Config) error {
	var errs []error
	if len(c.Data.Train) != 1 {
		return c.Problem("data.train", "names %d files; a build makes one dataset: build the domains one by one", len(c.Data.Train))
	}
	dir := filepath.Dir(c.Data.Train.Path())
	if filepath.Base(c.Data.Train.Path()) != dataset.Train.File() {
		errs = append(errs, c.Problem("data.train", "%s: a build writes %s; name a path that ends so", c.Data.Train, dataset.Train.File()))
	}
	if eval := filepath.Join(dir, dataset.Dev.File()); len(c.Data.Eval) > 0 && filepath.Clean(c.Data.Eval.Path()) != eval {
		errs = append(errs, c.Problem("data.eval", "%s: a build writes %s beside data.train; set it to %s, or to \"\"", c.Data.Eval, dataset.Dev.File(), eval))
	}
	return errors.Join(errs...)
}

// tokenCounter counts in tokens of the base model, or of the built-in one where the base model is not on this machine.
func (a *App) tokenCounter(c *config.Config) (count func(string) int, name string, err error) {
	name = c.Model.Name
	dir, err := a.locator().Dir(name, c.Model.Revision)
	if errors.Is(err, hub.ErrNotCached) {
		const standIn = base.BuiltinPrefix + "tiny-coder"
		name = standIn + " as an estimate, because " + name + " is not on this machine"
		dir, err = a.locator().Dir(standIn, "")
	}
	if err != nil {
		return nil, "", c.Problem("model.name", "%v", err)
	}
	t, err := tokenizer.Load(dir)
	if err != nil {
		return nil, "", c.Problem("model.name", "%v", err)
	}
	return func(text string) int { return len(t.Encode(text)) }, name, nil
}
