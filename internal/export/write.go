package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"graft/internal/durable"
	"graft/internal/fault"
	"graft/internal/mem"
	"graft/internal/safetensors"
)

// Destination is where and how a Plan is written.
type Destination struct {
	Output   string   // directory, which must not exist or be empty
	Files    []string // paths of files to copy into it
	Identity string   // of the content: what an interrupted process has written is used again if it had the same
	Lock     func(dir string) (unlock func() error, err error)
	Progress func(done, total int) // bytes; may be nil
}

// workDir is where a checkpoint grows until it is whole.
func workDir(output string) string {
	return filepath.Join(filepath.Dir(output), "."+filepath.Base(output)+".unfinished")
}

// identityFile says in a work directory what it is the work of.
const identityFile = ".unfinished.json"

// ErrOtherWork says that an interrupted process wrote something else for the same output.
var ErrOtherWork = fault.Input(errors.New("holds unfinished work of another kind"))

// ErrNoRoom says that the disk is too full.
var ErrNoRoom = fault.Input(errors.New("not enough room on the disk"))

// SideFiles lists the files of a model directory that are copied beside new weights: all but weights, their index and config.json.
func SideFiles(dir string) ([]string, error) {
	p := Plan{Base: dir}
	if _, err := p.listCopies(); err != nil {
		return nil, err
	}
	var paths []string
	for _, name := range p.Copy {
		if name != "config.json" {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths, nil
}

// files are the paths of what is copied.
func (p *Plan) files(d Destination) []string {
	var paths []string
	for _, name := range p.Copy {
		paths = append(paths, filepath.Join(p.Base, name))
	}
	return append(paths, d.Files...)
}

// Done is the number of bytes that an interrupted process has left for d.
func (p *Plan) Done(d Destination) int {
	n := 0
	if text, err := p.identity(d); err != nil || !sameText(filepath.Join(workDir(d.Output), identityFile), text) {
		return 0
	}
	for _, s := range p.Shards {
		if s.finished(workDir(d.Output)) {
			n += s.layout.Size()
		}
	}
	return n
}

// Room tells why the disk does not hold what is still to be written, or nil.
func (p *Plan) Room(d Destination) error {
	need := p.Bytes - p.Done(d)
	for _, path := range p.files(d) {
		if info, err := os.Stat(path); err == nil {
			need += int(info.Size())
		}
	}
	if free := mem.FreeDisk(filepath.Dir(d.Output)); free > 0 && need > free {
		return fmt.Errorf("export: %s: %w: %.2f GB are still to be written, %.2f GB are free", d.Output, ErrNoRoom, float64(need)/1e9, float64(free)/1e9)
	}
	return nil
}

// Write carries the plan out. It may be interrupted at any instant: files that are whole stay in a hidden directory beside the output, and
// the next call goes on from there and ends with the same bytes. The output gets its name when all of it is on disk.
func (p *Plan) Write(ctx context.Context, c Content, d Destination) (err error) {
	if err := vacate(d.Output); err != nil {
		return err
	}
	if err := p.Room(d); err != nil {
		return err
	}
	work := workDir(d.Output)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	unlock, err := d.Lock(work)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := p.begin(d, work); err != nil {
		return err
	}
	w := &writer{ctx: ctx, plan: p, content: c, report: d.Progress}
	for i := range p.Shards {
		if err := w.shard(&p.Shards[i], work); err != nil {
			return err
		}
	}
	return p.complete(d, work)
}

// identity is the text of identityFile.
func (p *Plan) identity(d Destination) ([]byte, error) {
	sizes := map[string]int{}
	for _, s := range p.Shards {
		sizes[s.Name] = s.layout.Size()
	}
	return json.MarshalIndent(map[string]any{"source": d.Identity, "config": string(p.config), "files": sizes}, "", "  ")
}

func sameText(path string, text []byte) bool {
	old, err := os.ReadFile(path)
	return err == nil && string(old) == string(text)
}

// begin claims a work directory: it must be new or of the same work. What a killed process was writing is removed.
func (p *Plan) begin(d Destination, work string) error {
	text, err := p.identity(d)
	if err != nil {
		return err
	}
	path := filepath.Join(work, identityFile)
	entries, err := os.ReadDir(work)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), ".tmp") {
			if err := os.Remove(filepath.Join(work, e.Name())); err != nil {
				return fmt.Errorf("export: %w", err)
			}
		}
	}
	if _, err := os.Stat(path); err == nil {
		if !sameText(path, text) {
			return fmt.Errorf("export: %s %w, of other files or options; remove it, or choose another --output", work, ErrOtherWork)
		}
		return nil
	}
	return durable.WriteBytes(path, text)
}

// complete writes what belongs beside the weights and gives the directory its name.
func (p *Plan) complete(d Destination, work string) error {
	if p.index && len(p.Shards) > 1 {
		x := safetensors.Index{WeightMap: map[string]string{}}
		for _, s := range p.Shards {
			for _, t := range s.infos {
				x.WeightMap[t.Name] = s.Name
				x.TotalSize += t.Size()
			}
		}
		if err := x.WriteFile(filepath.Join(work, safetensors.IndexName)); err != nil {
			return err
		}
	}
	if p.config != nil {
		if err := durable.WriteBytes(filepath.Join(work, "config.json"), p.config); err != nil {
			return err
		}
	}
	for _, path := range p.files(d) {
		if err := durable.CopyFile(path, filepath.Join(work, filepath.Base(path))); err != nil {
			return err
		}
	}
	if err := durable.Rename(work, d.Output); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := durable.SyncDir(filepath.Dir(d.Output)); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return os.Remove(filepath.Join(d.Output, identityFile))
}

// writer is one call of Write.
type writer struct {
	ctx     context.Context
	plan    *Plan
	content Content
	report  func(done, total int)
	done    int
}

// finished tells whether a file is there. It is whole then: it got its name after it was synced.
func (s *Shard) finished(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, s.Name))
	return err == nil && info.Size() == int64(s.layout.Size())
}

// shard writes one file unless it is there.
func (w *writer) shard(s *Shard, dir string) error {
	if s.finished(dir) {
		w.progress(s.layout.Size())
		return nil
	}
	return durable.FillFile(filepath.Join(dir, s.Name), func(f *os.File) error {
		if err := s.layout.WriteHeader(f); err != nil {
			return err
		}
		written := 0
		put := func(name string, data []byte, off int) error {
			written += len(data)
			return s.layout.WriteAt(f, name, data, off)
		}
		for _, t := range s.Tensors {
			if err := w.ctx.Err(); err != nil {
				return err
			}
			before := written
			if err := t.how.Make(w.content, t.Info, put); err != nil {
				return fmt.Errorf("export: %s: %w", t.Name, err)
			}
			w.progress(written - before)
		}
		if written != s.size {
			return fmt.Errorf("export: %d bytes of tensors written, the plan has %d", written, s.size)
		}
		w.progress(s.layout.Size() - s.size)
		return nil
	})
}

func (w *writer) progress(bytes int) {
	w.done += bytes
	if w.report != nil {
		w.report(w.done, w.plan.Bytes)
	}
}

// SourceIdentity identifies the weights of a model directory by name, size and time of its files: reading them would take as long as
// quantising them.
func SourceIdentity(dir string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	var b strings.Builder
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return "", fmt.Errorf("export: %w", err)
		}
		fmt.Fprintf(&b, "%s %d %d\n", filepath.Base(path), info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

// ErrOccupied is the error of a directory to be written that is in use.
var ErrOccupied = fault.Input(errors.New("is not empty"))

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
