// Package exporttest is the conformance kit of output formats.
package exporttest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"graft/internal/export"
	"graft/internal/outdir"
	"graft/internal/quant"
	"graft/internal/safetensors"
)

// Run proves a format: in is what it plans from, content what the plan's tensors hold.
func Run(t *testing.T, f export.Format, in export.Input, content func(p *export.Plan) export.Content) {
	p, err := f.Plan(in)
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	whole := filepath.Join(parent, "whole")
	last, total := 0, 0
	d := export.Destination{Output: whole, Identity: "first", Lock: outdir.Lock, Progress: func(done, all int) { last, total = done, all }}
	if err := p.Write(t.Context(), content(p), d); err != nil {
		t.Fatal(err)
	}
	if n := sizeOf(t, whole, p); n != p.Bytes || last != total || total != p.Bytes {
		t.Errorf("%d bytes planned, %d written, progress %d of %d", p.Bytes, n, last, total)
	}
	if err := p.Write(t.Context(), content(p), d); !errors.Is(err, export.ErrOccupied) {
		t.Errorf("an output was written over: %v", err)
	}
	resumes(t, p, content, parent)
}

// sizeOf is the number of bytes of the files of tensors, each of which can be read.
func sizeOf(t *testing.T, dir string, p *export.Plan) (n int) {
	t.Helper()
	for _, s := range p.Shards {
		info, err := os.Stat(filepath.Join(dir, s.Name))
		if err != nil {
			t.Fatal(err)
		}
		n += int(info.Size())
		file, err := safetensors.Open(filepath.Join(dir, s.Name))
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
	return n
}

// resumes breaks the writing at every tensor in turn, one call after the other, and compares what is there in the end.
func resumes(t *testing.T, p *export.Plan, content func(p *export.Plan) export.Content, parent string) {
	t.Helper()
	parts := filepath.Join(parent, "parts")
	d := export.Destination{Output: parts, Identity: "first", Lock: outdir.Lock}
	broken, done := errors.New("broken"), 0
	for n := 0; ; n++ {
		err := p.Write(t.Context(), &failing{content(p), n, broken}, d)
		if err == nil {
			break
		}
		if !errors.Is(err, broken) {
			t.Fatalf("after %d tensors: %v", n, err)
		}
		if _, err := os.Stat(parts); err == nil {
			t.Fatal("an unfinished directory has its name")
		}
		if now := p.Done(d); now < done {
			t.Errorf("%d bytes were done, now %d", done, now)
		} else {
			done = now
		}
		other := d
		other.Identity = "second"
		if err := p.Write(t.Context(), content(p), other); !errors.Is(err, export.ErrOtherWork) {
			t.Errorf("another original continues the work: %v", err)
		}
	}
	Same(t, filepath.Join(parent, "whole"), parts)
	if rest := names(t, parent); !slices.Equal(rest, []string{"parts", "whole"}) {
		t.Errorf("left behind: %v", rest)
	}
}

// failing is content that fails after n tensors of one call.
type failing struct {
	export.Content
	left int
	err  error
}

func (f *failing) fails() error {
	if f.left--; f.left < 0 {
		return f.err
	}
	return nil
}

// NF4 fails, or is that of the content.
func (f *failing) NF4(name string, rows, cols int, opt quant.NF4Options) (*quant.NF4, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.Content.NF4(name, rows, cols, opt)
}

// Plain fails behind the first piece, or is that of the content.
func (f *failing) Plain(t safetensors.Info, write func(p []byte) error) error {
	return f.Content.Plain(t, func(p []byte) error { return errors.Join(write(p), f.fails()) })
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// Same proves that two directories hold the same files.
func Same(t *testing.T, a, b string) {
	t.Helper()
	if x, y := names(t, a), names(t, b); !slices.Equal(x, y) {
		t.Fatalf("files %v and %v", x, y)
	}
	for _, name := range names(t, a) {
		x, err1 := os.ReadFile(filepath.Join(a, name))
		y, err2 := os.ReadFile(filepath.Join(b, name))
		if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
			t.Errorf("%s differs: %v, %v", name, err1, err2)
		}
	}
}
