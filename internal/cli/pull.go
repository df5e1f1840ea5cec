package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"graft/internal/event"
	"graft/internal/hub"
)

func pullCommand(app *App) *cobra.Command {
	var revision string
	cmd := &cobra.Command{
		Use:   "pull MODEL",
		Short: "Download a model from the hub",
		Long: "Download configuration, tokenizer and weights of a model into the hub's usual cache, where other tools find them too. An interrupted\n" +
			"download continues, every file is verified. HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_ENDPOINT and HF_HUB_OFFLINE mean what they always do.",
		Example: "  graft pull Qwen/Qwen3-0.6B\n  graft pull Qwen/Qwen2.5-Coder-0.5B-Instruct --revision main",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return app.pull(cmd.Context(), args[0], revision) },
	}
	cmd.Flags().StringVar(&revision, "revision", "", "branch, tag or commit (main by default)")
	return cmd
}

func (a *App) pull(ctx context.Context, id, revision string) error {
	con := newConsole(a.Stderr, a.flags.quiet)
	o := a.hubOptions()
	o.ID, o.Revision = id, revision
	last := time.Time{}
	o.Progress = func(p hub.Progress) {
		if time.Since(last) > 100*time.Millisecond || p.Done == p.Total {
			last = time.Now()
			con.Emit(event.Progress{Stage: "pull", Done: int(p.Done >> 20), Total: int(p.Total >> 20), Unit: "MiB"})
		}
	}
	dir, err := hub.Pull(ctx, o)
	con.close()
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, map[string]string{"model": id, "directory": dir})
	}
	a.says("%s", dir)
	return nil
}
