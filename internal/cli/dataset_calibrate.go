package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/dataset"
	"graft/internal/dataset/domain/all"
	"graft/internal/dataset/gate"
	"graft/internal/parallel"
)

type calibrateFlags struct {
	gates    []string
	include  []string
	limit    float64
	apiLimit float64
}

func datasetCalibrateCommand(app *App) *cobra.Command {
	var f calibrateFlags
	cmd := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure how much of your own code the gates refuse",
		Long: "Let every gate and every filter that judges code read the code in dataset.raw, which you trust, and print how much of it each\n" +
			"refuses, with the first reasons; then how many names of it the domain's API does not have, which is the floor of that check, and how\n" +
			"many of 2000 made-up names it notices. Compilers and checkers on your PATH judge too if --gate names them: they read a copy of\n" +
			"each file and run nothing. The exit code is 3 if a gate refuses more than --limit, or the API knows too few names.",
		Example: "  graft dataset calibrate --domain avorion\n  graft dataset calibrate --domain flecs --gate gcc --include-dir ../flecs/include --set dataset.api=[../flecs/include]",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.datasetCalibrate(cmd.Context(), f) },
	}
	cmd.Flags().StringSliceVar(&f.gates, "gate", nil, "`NAME` of a checker on the PATH to ask too, in place of those of dataset.gates: "+strings.Join(gate.Externals(), ", "))
	cmd.Flags().StringSliceVar(&f.include, "include-dir", nil, "`FOLDER` of headers for clang and gcc")
	cmd.Flags().Float64Var(&f.limit, "limit", 0.01, "share of the files that a gate may refuse")
	cmd.Flags().Float64Var(&f.apiLimit, "api-limit", 0.05, "share of the references that the API may not know")
	complete(cmd, "gate", func(string) ([]string, cobra.ShellCompDirective) {
		return gate.Externals(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (a *App) datasetCalibrate(ctx context.Context, f calibrateFlags) error {
	if !(f.limit >= 0 && f.limit <= 1 && f.apiLimit >= 0 && f.apiLimit <= 1) {
		return usageErrorf("graft: --limit is %g and --api-limit %g, expected shares from 0 to 1", f.limit, f.apiLimit)
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	o, err := a.datasetOptions(c)
	if err != nil {
		return err
	}
	d, err := all.Get(c.Domain)
	if err != nil {
		return c.Problem("domain", "%v", err)
	}
	if len(f.gates) > 0 {
		if o.Gates, err = gatesOf(f.gates, slices.Concat(f.include, c.Dataset.IncludeDirs)); err != nil {
			return &ExitError{ExitUsage, err}
		}
	}
	if err := a.locate(ctx, d, &o); err != nil {
		return err
	}
	n, err := a.threads()
	if err != nil {
		return err
	}
	o.Pool = parallel.New(n)
	defer o.Pool.Close()
	r, err := dataset.Calibrate(ctx, d, o)
	if err != nil {
		return err
	}
	return a.tellCalibration(r, r.Exceeds(f.limit, f.apiLimit, o.DisableFilters), f)
}

// tellCalibration prints the report and ends with exit code 3 if something refuses too much.
func (a *App) tellCalibration(r *dataset.Calibration, over []string, f calibrateFlags) error {
	if a.flags.json {
		if err := writeJSON(a.Stdout, r); err != nil {
			return err
		}
	} else {
		a.says("%s", calibrationText(r))
	}
	if len(over) == 0 {
		return nil
	}
	refuse := "refuse"
	if len(over) == 1 {
		refuse = "refuses"
	}
	return &ExitError{ExitGate, fmt.Errorf("graft: %s %s more of your code than is allowed (--limit %g, --api-limit %g); "+
		"look at the reasons above, name the API's files of the right version as dataset.api, or disable with dataset.disable_filters", strings.Join(over, " and "), refuse, f.limit, f.apiLimit)}
}

func calibrationText(r *dataset.Calibration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d functions in %d files of the domain %s\n\n", r.Functions, r.Files, r.Domain)
	b.WriteString("| gate or filter   | judges    |  judged | refused |   share |\n|------------------|-----------|--------:|--------:|--------:|\n")
	for _, j := range slices.Concat(r.Gates, r.Filters) {
		fmt.Fprintf(&b, "| %-16s | %-9s | %7d | %7d | %5.2f %% |\n", j.Name, j.Unit, j.Judged, j.Refused, 100*j.Share())
	}
	for _, j := range slices.Concat(r.Gates, r.Filters) {
		if j.Unjudged > 0 {
			fmt.Fprintf(&b, "\n%s could not judge %d files", j.Name, j.Unjudged)
		}
		for i, reason := range j.First {
			if i == 0 {
				fmt.Fprintf(&b, "\n%s:\n", j.Name)
			}
			fmt.Fprintf(&b, "  %s\n", reason)
		}
	}
	return b.String() + "\n" + apiText(&r.API)
}

func apiText(api *dataset.API) string {
	if len(api.Sources) == 0 {
		return "API: not found below dataset.raw, so names are not compared with it; name its files as dataset.api"
	}
	var b strings.Builder
	version := api.Version
	if version == "" {
		version = "of a version that its files do not say"
	}
	const most = 3
	fmt.Fprintf(&b, "API: %s, %d names from %s", version, api.Names, strings.Join(api.Sources[:min(most, len(api.Sources))], ", "))
	if more := len(api.Sources) - most; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	floor, control := &api.Floor, &api.Control
	fmt.Fprintf(&b, "\nfloor: %d of %d references unknown (%.2f %%); of %d with a declared type %d, of the others %d\n",
		floor.Unknown, floor.References, 100*floor.Share(), floor.Typed, floor.TypedUnknown, floor.Unknown-floor.TypedUnknown)
	for _, first := range floor.First {
		fmt.Fprintf(&b, "  %s\n", first)
	}
	fmt.Fprintf(&b, "control: %d of %d made-up names noticed (%.1f %%)", control.Noticed, control.Names, 100*control.Share())
	if control.Typed > 0 {
		fmt.Fprintf(&b, "; of %d members of other classes %d (%.1f %%)", control.Typed, control.TypedNoticed, 100*control.TypedShare())
	}
	return b.String()
}
