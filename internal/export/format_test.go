package export_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/export"
	"graft/internal/export/exporttest"
	"graft/internal/model/all"
	"graft/internal/outdir"
	"graft/internal/weights"
)

// writeMerge carries a merge out.
func writeMerge(ctx context.Context, p *export.Plan, output string, progress func(done, total int)) (err error) {
	files := export.FromFiles(p)
	defer func() { err = errors.Join(err, files.Close()) }()
	return p.Write(ctx, files, export.Destination{Output: output, Lock: outdir.Lock, Progress: progress})
}

// TestFormats runs the kit on every row of the table.
func TestFormats(t *testing.T) {
	for _, f := range export.Formats() {
		t.Run(f.Name, func(t *testing.T) {
			dir := checkpoint(t, 3, dtype.BF16)
			src, err := weights.OpenDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = src.Close() })
			c, err := all.Models().ReadConfig(dir)
			if err != nil {
				t.Fatal(err)
			}
			in := export.Input{
				Dir: dir, Merger: attached(t), Config: read(t, filepath.Join(dir, "config.json")), Parsed: c, Roles: inventory(t, c), Tensors: slices.Collect(src.All()),
				Options: export.QuantizeOptions{ShardBytes: 3000},
			}
			exporttest.Run(t, f, in, func(p *export.Plan) export.Content {
				if f.Quantizes {
					return export.FromSource(src, nil)
				}
				files := export.FromFiles(p)
				t.Cleanup(func() { _ = files.Close() })
				return files
			})
		})
	}
	if _, err := export.FormatNamed("gguf", true); err == nil || !strings.Contains(err.Error(), `"gguf", expected bnb-nf4`) {
		t.Errorf("an unknown format: %v", err)
	}
}
