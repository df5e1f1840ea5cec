package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"graft/internal/dtype"
	"graft/internal/durable"
	"graft/internal/fault"
	"graft/internal/safetensors"
)

// ErrOccupied says that a directory to be written is in use.
var ErrOccupied = fault.Input(errors.New("is not empty"))

// Write carries the plan out into output, which must not exist or be an empty directory. progress, if not nil, is told the bytes of tensors
// written.
func (p *Plan) Write(ctx context.Context, m Merger, output string, progress func(done, total int)) error {
	if err := vacate(output); err != nil {
		return err
	}
	w := &writer{ctx: ctx, plan: p, merger: m, progress: progress}
	return durable.WriteDir(output, func(dir string) error {
		for _, name := range p.Copy {
			if err := copyFile(filepath.Join(p.Base, name), filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		for _, s := range p.Shards {
			if err := w.shard(s, dir); err != nil {
				return err
			}
		}
		return nil
	})
}

// vacate makes room for a directory: an empty one is removed, anything else is an error.
func vacate(output string) error {
	entries, err := os.ReadDir(output)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("export: %s: %w; choose another --output or remove it", output, ErrOccupied)
	}
	return os.Remove(output)
}

type writer struct {
	ctx      context.Context
	plan     *Plan
	merger   Merger
	progress func(done, total int)
	done     int
	wide     []float32 // of a merged tensor, used again for the next
	narrow   []byte
}

// shard writes one file, tensor by tensor.
func (w *writer) shard(s Shard, dir string) (err error) {
	f, err := safetensors.Open(filepath.Join(w.plan.Base, s.Name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var ts []safetensors.Tensor
	for _, t := range s.Tensors {
		ts = append(ts, safetensors.Tensor{Info: t.Info, Stream: func(out io.Writer) error { return w.tensor(f, t, out) }})
	}
	return safetensors.WriteFile(filepath.Join(dir, s.Name), ts, s.Metadata)
}

// tensor copies a tensor, or merges it in float32 and rounds once to the type it had.
func (w *writer) tensor(f *safetensors.File, t Tensor, out io.Writer) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	data, err := f.Bytes(t.Name)
	if err != nil {
		return err
	}
	if t.Module != "" {
		if data, err = w.merged(t, data); err != nil {
			return err
		}
	}
	if _, err = out.Write(data); err != nil {
		return err
	}
	w.done += t.Size()
	if w.progress != nil {
		w.progress(w.done, w.plan.Bytes)
	}
	return f.Advise(t.Name, safetensors.DontNeed)
}

// merged is the content of a merged tensor, until the next call.
func (w *writer) merged(t Tensor, data []byte) ([]byte, error) {
	w.wide = slices.Grow(w.wide[:0], t.Elements())
	x := w.wide[:t.Elements()]
	if err := dtype.ToFloat32(x, data, t.DType); err != nil {
		return nil, err
	}
	ok, err := w.merger.Merge(t.Module, x)
	if err == nil && !ok {
		err = fmt.Errorf("export: the plan merges %s, the adapter does not have it", t.Module)
	}
	if err != nil {
		return nil, err
	}
	w.narrow = slices.Grow(w.narrow[:0], len(data))
	out := w.narrow[:len(data)]
	return out, dtype.FromFloat32(out, x, t.DType)
}

// copyFile copies a small file through durable.
func copyFile(from, to string) error {
	return durable.WriteFile(to, func(out io.Writer) error {
		in, err := os.Open(from)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, in)
		return errors.Join(err, in.Close())
	})
}
