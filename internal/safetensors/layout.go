package safetensors

import (
	"fmt"
	"io"
)

// A Layout is a file before its content: every tensor has its place, so that tensors can be written in any order and at the same time.
type Layout struct {
	head  []byte
	place map[string]entry
	size  int
}

// NewLayout lays tensors out in the order given. Those of larger elements should come first, so that all are aligned. metadata nil stands
// for {"format": "pt"}.
func NewLayout(tensors []Info, metadata map[string]string) (*Layout, error) {
	if metadata == nil {
		metadata = map[string]string{"format": "pt"}
	}
	head, err := encodeHeader(tensors, metadata)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	l := &Layout{head: head, place: make(map[string]entry, len(tensors)), size: len(head)}
	for _, t := range tensors {
		l.place[t.Name] = entry{t, l.size, l.size + t.Size()}
		l.size += t.Size()
	}
	return l, nil
}

// Size is the number of bytes of the file.
func (l *Layout) Size() int { return l.size }

// WriteHeader writes what stands before the tensors.
func (l *Layout) WriteHeader(w io.WriterAt) error {
	_, err := w.WriteAt(l.head, 0)
	return inside(err, "safetensors: header")
}

// WriteAt writes bytes of a tensor from its byte off on. Calls may run at the same time.
func (l *Layout) WriteAt(w io.WriterAt, name string, p []byte, off int) error {
	t, ok := l.place[name]
	if !ok {
		return fmt.Errorf("safetensors: %q: %w", name, ErrNoTensor)
	}
	if size := t.end - t.begin; off < 0 || len(p) > size-off {
		return fmt.Errorf("safetensors: tensor %q has %d bytes: cannot write %d from byte %d on", name, size, len(p), off)
	}
	_, err := w.WriteAt(p, int64(t.begin+off))
	return inside(err, "safetensors: tensor %q", name)
}
