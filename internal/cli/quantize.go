package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/dtype"
	"graft/internal/event"
	"graft/internal/export"
	"graft/internal/fault"
	"graft/internal/mem"
	"graft/internal/model/all"
	"graft/internal/outdir"
	"graft/internal/parallel"
	"graft/internal/weights"
)

func quantizeCommand(app *App) *cobra.Command {
	o := quantizeFlags{}
	cmd := &cobra.Command{
		Use:   "quantize MODEL --output DIR",
		Short: "Write a model in 4 bits, once, to train from",
		Long: "Write MODEL, a hub id already pulled or a directory, in bitsandbytes' NF4: attention, DeltaNet, MLP and every expert become 4-bit, and\n" +
			"embeddings, head, norms, routers, convolutions and mtp.* stay as they are. Training from the result is the same as training from\n" +
			"MODEL with model.load_in_4bit, starts in seconds, and works with models that are larger than memory. One matrix is in memory at a\n" +
			"time. What was interrupted, in whatever way, is continued by the same command.",
		Example: "  graft quantize Qwen/Qwen3-Coder-30B-A3B-Instruct --output models/coder-30b-nf4",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			return app.quantize(cmd.Context(), args[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.output, "output", "", "`DIR` to write; must not exist or be empty")
	f.StringVar(&o.revision, "revision", "", "branch, tag or commit of a hub model (main by default)")
	f.StringVar(&o.format, "format", "bnb-nf4", "`FORMAT` to write; there is bnb-nf4")
	f.StringVar(&o.dtype, "dtype", "bfloat16", "`TYPE` computed in later, model.dtype: bfloat16 or float32")
	f.BoolVar(&o.double, "double-quant", true, "quantise the scales too, model.double_quant")
	f.IntVar(&o.shard, "max-shard-size", 5000, "`MB` of a file, about")
	f.BoolVar(&o.dry, "dry-run", false, "print what would be written, write nothing")
	return cmd
}

type quantizeFlags struct {
	output, revision, format, dtype string
	double, dry                     bool
	shard                           int
}

// options checks what the flags say.
func (o *quantizeFlags) options() (export.QuantizeOptions, error) {
	q := export.QuantizeOptions{DoubleQuant: o.double, ShardBytes: o.shard * 1e6}
	var errs []error
	if o.output == "" {
		errs = append(errs, errors.New("graft: quantize needs --output DIR"))
	}
	_, err := export.FormatNamed(o.format, true)
	errs = append(errs, err)
	if o.shard < 1 || o.shard > 1e6 {
		errs = append(errs, fmt.Errorf("graft: --max-shard-size is %d, expected megabytes from 1 to 1000000", o.shard))
	}
	switch o.dtype {
	case "bfloat16":
		q.DType = dtype.BF16
	case "float32":
		q.DType = dtype.F32
	default:
		errs = append(errs, fmt.Errorf("graft: --dtype is %q, expected bfloat16 or float32", o.dtype))
	}
	if err := errors.Join(errs...); err != nil {
		return q, &ExitError{ExitUsage, err}
	}
	return q, nil
}

// quantizeReport is what quantize says.
type quantizeReport struct {
	Output    string   `json:"output"`
	Files     int      `json:"files"`
	Bytes     int      `json:"bytes"`
	Source    int      `json:"source_bytes"`
	Quantized int      `json:"quantized_matrices"`
	Plain     int      `json:"plain_tensors"`
	Unknown   []string `json:"unknown_tensors"` // copied as they are
	Done      int      `json:"continued_bytes"` // written by an interrupted process
	PeakRSS   int      `json:"peak_rss_bytes,omitempty"`
}

func (a *App) quantize(ctx context.Context, model string, o quantizeFlags) error {
	q, err := o.options()
	if err != nil {
		return err
	}
	dir, err := a.locator().Dir(model, o.revision)
	if err != nil {
		return &ExitError{ExitUsage, err}
	}
	if err := vacant(o.output); err != nil {
		return err
	}
	con := newConsole(a.Stderr, a.flags.quiet)
	r, err := a.quantizeModel(ctx, dir, q, o, con)
	con.close()
	switch {
	case err != nil:
		return resumable(err)
	case a.flags.json:
		return writeJSON(a.Stdout, r)
	}
	did := "wrote"
	if o.dry {
		did = "would write"
	}
	a.says("%s %s: %d files, %s of tensors, from %s: %d matrices in 4 bits, %d tensors as they are", did, r.Output, r.Files,
		decimal(r.Bytes), decimal(r.Source), r.Quantized, r.Plain)
	return nil
}

// decimal is a number of bytes as disks count them.
func decimal(n int) string {
	if n < 1e9 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(n)/1e9)
}

// quantizeModel writes the model in dir in 4 bits, or, dry, says what it would write.
func (a *App) quantizeModel(ctx context.Context, dir string, q export.QuantizeOptions, o quantizeFlags, sink event.Sink) (r *quantizeReport, err error) {
	p, src, err := planQuantize(dir, o.format, q)
	if err != nil {
		return nil, fault.Input(err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	d := export.Destination{Output: filepath.Clean(o.output), Lock: outdir.Lock}
	if d.Files, err = export.SideFiles(dir); err != nil {
		return nil, err
	}
	if d.Identity, err = export.SourceIdentity(dir); err != nil {
		return nil, err
	}
	r = &quantizeReport{
		Output: o.output, Files: len(p.Shards) + len(d.Files) + 1, Bytes: p.Bytes, Source: p.Source,
		Quantized: p.Quantized, Plain: p.Plain, Unknown: p.Unknown, Done: p.Done(d),
	}
	if len(p.Shards) > 1 {
		r.Files++ // the index
	}
	if n := len(p.Unknown); n > 0 {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%d tensors are of no kind that is known here and stay as they are: %s", n, strings.Join(p.Unknown[:min(n, 4)], ", "))})
	}
	if r.Done > 0 {
		sink.Emit(event.Note{Text: fmt.Sprintf("continuing: %s of %s are written", decimal(r.Done), decimal(r.Bytes))})
	}
	if o.dry {
		return r, p.Room(d)
	}
	d.Progress = func(done, total int) {
		sink.Emit(event.Progress{Stage: "quantize", Done: done / 1e6, Total: total / 1e6, Unit: "MB"})
	}
	n, err := a.threads()
	if err != nil {
		return nil, err
	}
	pool := parallel.New(n)
	defer pool.Close()
	err = p.Write(ctx, export.FromSource(src, pool), d)
	r.PeakRSS = mem.PeakRSS()
	return r, err
}

// planQuantize opens a model and plans its files.
func planQuantize(dir, format string, q export.QuantizeOptions) (*export.Plan, weights.Source, error) {
	f, err := export.FormatNamed(format, true)
	if err != nil {
		return nil, nil, err
	}
	c, err := all.Models().ReadConfig(dir)
	if err != nil {
		return nil, nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, nil, fmt.Errorf("graft: %w", err)
	}
	src, err := weights.OpenDir(dir)
	if err != nil {
		return nil, nil, err
	}
	var infos []weights.Info
	for t := range src.All() {
		infos = append(infos, t)
	}
	roles, err := all.Models().Inventory(c)
	if err != nil {
		return nil, nil, errors.Join(err, src.Close())
	}
	p, err := f.Plan(export.Input{Dir: dir, Config: text, Parsed: c, Roles: roles, Tensors: infos, Options: q})
	if err != nil {
		return nil, nil, errors.Join(err, src.Close())
	}
	return p, src, nil
}
