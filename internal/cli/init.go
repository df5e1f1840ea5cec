package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"graft/internal/config"
	"graft/internal/durable"
	"graft/internal/outdir"
)

func initCommand(app *App) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "init [DIR] --domain NAME",
		Short: "Start a project",
		Long: "Write config/base.yaml with every key and its default, config/NAME.yaml, data/NAME/raw/ for the source code, .envrc.example and\n" +
			".gitignore into DIR (the current directory by default). Files that are there are kept and named.",
		Example: "  graft init --domain avorion\n  graft init my-mod --domain gdscript",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return app.init(dir, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be written, write nothing")
	return cmd
}

var domainName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

const (
	envrc = "# Copy to .envrc; secrets come from the environment only.\n" +
		"export ANTHROPIC_API_KEY=\nexport OPENAI_API_KEY=\nexport HF_TOKEN=\n# export HF_HOME=$HOME/.cache/huggingface\n"
	gitignore = ".envrc\nadapters/\nmerged/\ndata/*/*.jsonl\n"
)

// initReport is what init has done, or would do.
type initReport struct {
	Wrote []string `json:"wrote"`
	Kept  []string `json:"kept"`
}

func (a *App) init(dir string, dry bool) error {
	name := a.flags.domain
	switch {
	case a.flags.config != "" || len(a.flags.sets) > 0:
		return usageErrorf("graft: init reads no configuration; remove --config and --set")
	case !domainName.MatchString(name):
		return usageErrorf("graft: init needs --domain NAME, lower-case letters, digits, - and _; it is %q", name)
	case name == "base":
		return usageErrorf("graft: --domain base would be config/base.yaml, which all domains extend; choose another name")
	}
	raw := filepath.Join(dir, "data", name, "raw")
	if err := outdir.Check(raw); err != nil {
		return usageErrorf("%w; choose another directory", err)
	}
	r := &initReport{Wrote: []string{}, Kept: []string{}}
	var errs []error
	if !dry && name != unifiedName {
		errs = append(errs, os.MkdirAll(raw, 0o755))
	}
	for _, f := range []struct{ path, text string }{
		{"config/base.yaml", config.BaseFile()},
		{"config/" + name + ".yaml", domainFile(name)},
		{".envrc.example", envrc},
		{".gitignore", gitignore},
	} {
		errs = append(errs, r.add(filepath.Join(dir, filepath.FromSlash(f.path)), f.text, dry))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("graft: %w", err)
	}
	return a.initSays(r, raw, dry)
}

// unifiedName is the domain that is a mixture of the others.
const unifiedName = "unified"

// domainFile is the configuration of a domain.
func domainFile(name string) string {
	if name == unifiedName {
		return config.UnifiedFile()
	}
	return "extends: base.yaml\ndomain: " + name + "\n"
}

// add writes a file, unless it is there.
func (r *initReport) add(path, text string, dry bool) error {
	if _, err := os.Lstat(path); err == nil {
		r.Kept = append(r.Kept, filepath.ToSlash(path))
		return nil
	}
	r.Wrote = append(r.Wrote, filepath.ToSlash(path))
	if dry {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.WriteBytes(path, []byte(text))
}

func (a *App) initSays(r *initReport, raw string, dry bool) error {
	if a.flags.json {
		return writeJSON(a.Stdout, r)
	}
	did := "wrote"
	if dry {
		did = "would write"
	}
	for _, path := range r.Kept {
		a.says("kept %s", path)
	}
	for _, path := range r.Wrote {
		a.says("%s %s", did, path)
	}
	if a.flags.domain == unifiedName {
		a.says("build the datasets that config/unified.yaml names, then: graft train --domain unified")
		return nil
	}
	a.says("put source code into %s, then: graft dataset build --domain %s", raw, a.flags.domain)
	return nil
}
