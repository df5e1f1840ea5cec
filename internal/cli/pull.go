package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"graft/internal/base"
	"graft/internal/event"
	"graft/internal/hub"
)

func pullCommand(app *App) *cobra.Command {
	var revision string
	var dry bool
	cmd := &cobra.Command{
		Use:   "pull [MODEL]",
		Short: "Download a model from the hub",
		Long: "Download configuration, tokenizer and weights of MODEL, or of the configured model, into the hub's usual cache, where other tools find\n" +
			"them too. An interrupted download continues, every file is verified. HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_ENDPOINT and\n" +
			"HF_HUB_OFFLINE mean what they always do.",
		Example: "  graft pull Qwen/Qwen3-0.6B\n  graft pull Qwen/Qwen2.5-Coder-0.5B-Instruct --revision main\n  graft pull --domain gdscript",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, revision, err := app.pullWhat(cmd, args, revision)
			if err != nil {
				return err
			}
			if dry {
				return app.pullList(cmd.Context(), id, revision)
			}
			return app.pull(cmd.Context(), id, revision)
		},
	}
	cmd.Flags().StringVar(&revision, "revision", "", "branch, tag or commit (main by default)")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "list what would be downloaded, download nothing")
	return cmd
}

// pullWhat is the model and revision to pull: the argument's, or the configuration's.
func (a *App) pullWhat(cmd *cobra.Command, args []string, named string) (id, revision string, err error) {
	switch {
	case len(args) > 0:
		if a.flags.refuseConfig(cmd) != nil {
			return "", "", usageErrorf("graft: pull takes a model or a configuration that names one, not both")
		}
		id, revision = args[0], named
	case a.flags.config == "" && a.flags.domain == "" && len(a.flags.sets) == 0:
		return "", "", usageErrorf("graft: pull needs a model, such as graft pull Qwen/Qwen3-0.6B, or a configuration that names one")
	default:
		c, err := a.loadConfig()
		if err != nil {
			return "", "", err
		}
		id, revision = c.Model.Name, cmp.Or(named, c.Model.Revision)
	}
	if strings.HasPrefix(id, base.BuiltinPrefix) {
		return "", "", usageErrorf("graft: %s is inside the program, there is nothing to pull", id)
	}
	return id, revision, nil
}

// checkHub tells whether a model, a revision and an endpoint can be meant by o: in a cache that holds nothing, only such options fail otherwise
// than for the cache.
func checkHub(o hub.Options) error {
	o.CacheDir = os.DevNull
	if _, err := hub.Resolve(o); err != nil && !errors.Is(err, hub.ErrNotCached) {
		return &ExitError{ExitUsage, err}
	}
	return nil
}

// pullOptions are where the model is, checked.
func (a *App) pullOptions(id, revision string) (hub.Options, error) {
	o := a.hubOptions()
	o.ID, o.Revision = id, revision
	return o, checkHub(o)
}

// pullList says what would be downloaded.
func (a *App) pullList(ctx context.Context, id, revision string) error {
	o, err := a.pullOptions(id, revision)
	if err != nil {
		return err
	}
	l, err := hub.List(ctx, o)
	if errors.Is(err, hub.ErrNotCached) {
		return usageErrorf("%w; HF_HUB_OFFLINE is set", err)
	}
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, l)
	}
	var rows [][2]string
	for _, f := range l.Files {
		rows = append(rows, [2]string{f.Name, fmt.Sprintf("%.1f MiB, %.1f of them to be downloaded", float64(f.Bytes)/(1<<20), float64(f.Fetch)/(1<<20))})
	}
	a.says("%s%.1f MiB would be downloaded", table(rows), float64(l.Bytes)/(1<<20))
	return nil
}

func (a *App) pull(ctx context.Context, id, revision string) error {
	o, err := a.pullOptions(id, revision)
	if err != nil {
		return err
	}
	con := newConsole(a.Stderr, a.flags.quiet)
	last := time.Time{}
	o.Progress = func(p hub.Progress) {
		if time.Since(last) > 100*time.Millisecond || p.Done == p.Total {
			last = time.Now()
			con.Emit(event.Progress{Stage: "pull", Done: int(p.Done >> 20), Total: int(p.Total >> 20), Unit: "MiB"})
		}
	}
	dir, err := hub.Pull(ctx, o)
	con.close()
	if errors.Is(err, hub.ErrNotCached) {
		return usageErrorf("%w; HF_HUB_OFFLINE is set", err)
	}
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, map[string]string{"model": id, "directory": dir})
	}
	a.says("%s", dir)
	return nil
}
