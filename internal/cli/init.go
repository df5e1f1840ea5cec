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
)

func initCommand(app *App) *cobra.Command {
	return &cobra.Command{
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
			return app.init(dir)
		},
	}
}

var domainName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

const (
	envrc = "# Copy to .envrc; secrets come from the environment only.\n" +
		"export ANTHROPIC_API_KEY=\nexport OPENAI_API_KEY=\nexport HF_TOKEN=\n# export HF_HOME=$HOME/.cache/huggingface\n"
	gitignore = ".envrc\nadapters/\nmerged/\ndata/*/*.jsonl\n"
)

func (a *App) init(dir string) error {
	name := a.flags.domain
	switch {
	case a.flags.config != "" || len(a.flags.sets) > 0:
		return usageErrorf("graft: init reads no configuration; remove --config and --set")
	case !domainName.MatchString(name):
		return usageErrorf("graft: init needs --domain NAME, lower-case letters, digits, - and _; it is %q", name)
	}
	files := []struct{ path, text string }{
		{"config/base.yaml", config.BaseFile()},
		{"config/" + name + ".yaml", "extends: base.yaml\ndomain: " + name + "\n"},
		{".envrc.example", envrc},
		{".gitignore", gitignore},
	}
	if err := os.MkdirAll(filepath.Join(dir, "data", name, "raw"), 0o755); err != nil {
		return fmt.Errorf("graft: %w", err)
	}
	var errs []error
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if _, err := os.Stat(path); err == nil {
			a.says("kept  %s", path)
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			errs = append(errs, err)
			continue
		}
		if err := durable.WriteBytes(path, []byte(f.text)); err != nil {
			errs = append(errs, err)
			continue
		}
		a.says("wrote %s", path)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("graft: %w", err)
	}
	a.says("put source code into %s, then: graft dataset build --domain %s", filepath.Join(dir, "data", name, "raw"), name)
	return nil
}
