package cli

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/config"
	"graft/internal/cpu"
	"graft/internal/engine"
	"graft/internal/mem"
)

func doctorCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "doctor",
		Short:   "Say what this machine can do",
		Long:    "Print what training on this machine will use: kernels, threads, their measured speed, memory, disk, the model cache.",
		Example: "  graft doctor",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			return app.doctor()
		},
	}
}

// health is what doctor finds.
type health struct {
	Version   string   `json:"version"`
	System    string   `json:"system"`
	Kernels   string   `json:"kernels"`
	Available []string `json:"available_kernels"`
	Missing   []string `json:"missing_kernels"`
	Threads   int      `json:"threads"`
	BF16      float64  `json:"bfloat16_gflops"`
	F32       float64  `json:"float32_gflops"`
	Memory    int      `json:"available_memory_bytes"`
	Disk      int      `json:"free_disk_bytes"`
	Hub       string   `json:"hub_cache"`
	Token     bool     `json:"hub_token"`
	Offline   bool     `json:"hub_offline"`
}

func (a *App) doctor() error {
	n, err := a.threads()
	if err != nil {
		return err
	}
	e, err := local[engine.Gauge](a, &config.Config{}, "measure this machine")
	if err != nil {
		return err
	}
	h := a.hubOptions()
	r := health{
		Version: Version, System: runtime.GOOS + "/" + runtime.GOARCH, Kernels: cpu.Active().String(), Threads: n,
		BF16: e.Rate(true) / 1e9, F32: e.Rate(false) / 1e9,
		Memory: mem.Available(), Disk: mem.FreeDisk("."), Hub: h.CacheDir, Token: h.Token != "", Offline: h.Offline,
	}
	for _, p := range cpu.All() {
		list := &r.Missing
		for _, q := range cpu.Available() {
			if p == q {
				list = &r.Available
			}
		}
		*list = append(*list, p.String())
	}
	if a.flags.json {
		return writeJSON(a.Stdout, r)
	}
	gib := func(n int) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }
	token := "no token (HF_TOKEN)"
	if r.Token {
		token = "token set"
	}
	a.says("graft %s on %s\n%s", r.Version, r.System, table([][2]string{
		{"kernels", fmt.Sprintf("%s of %s; not on this machine: %s", r.Kernels, strings.Join(r.Available, ", "), strings.Join(r.Missing, ", "))},
		{"speed", fmt.Sprintf("%.0f GFLOP/s in bfloat16, %.0f in float32, on %d threads", r.BF16, r.F32, n)},
		{"memory", gib(r.Memory) + " available"},
		{"disk", gib(r.Disk) + " free here"},
		{"models", r.Hub + ", " + token},
	}))
	return nil
}
