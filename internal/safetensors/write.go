package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"graft/internal/durable"
)

// A Tensor is something to write: its description and where its bytes come from.
type Tensor struct {
	Info
	Data   []byte                // the elements, little-endian; or
	Stream func(io.Writer) error // what writes them, once, when it is this tensor's turn
}

// WriteFile replaces path by a file of the given tensors, whole or not at all. Tensors are laid out as the reference writer does:
// by falling alignment of the dtype, then by name. metadata nil stands for {"format": "pt"}, which transformers asks for.
func WriteFile(path string, tensors []Tensor, metadata map[string]string) error {
	err := durable.WriteFile(path, func(w io.Writer) error { return Write(w, tensors, metadata) })
	return inside(err, "safetensors")
}

// Order is the order in which WriteFile places tensors: by type, large elements first, then by name.
func Order(a, b Info) int {
	if a.DType != b.DType {
		return int(b.DType) - int(a.DType)
	}
	return strings.Compare(a.Name, b.Name)
}

// Write writes what WriteFile does to w.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.SortedFunc(slices.Values(tensors), func(a, b Tensor) int { return Order(a.Info, b.Info) })
	if metadata == nil {
		metadata = map[string]string{"format": "pt"}
	}
	infos := make([]Info, len(sorted))
	for i, t := range sorted {
		if err := t.check(); err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		infos[i] = t.Info
	}
	head, err := encodeHeader(infos, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, t := range sorted {
		if err := t.write(w); err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// encodeHeader returns the length and the header, padded with spaces to a multiple of eight bytes.
func encodeHeader(tensors []Info, metadata map[string]string) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, lengthSize))
	b.WriteByte('{')
	if len(metadata) > 0 {
		if err := member(b, metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	begin := 0
	seen := make(map[string]bool, len(tensors))
	for _, t := range tensors {
		size, err := t.check()
		if err == nil && seen[t.Name] {
			err = errors.New("given twice")
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		seen[t.Name] = true
		if b.Len() > lengthSize+1 {
			b.WriteByte(',')
		}
		shape := append([]int{}, t.Shape...) // a scalar's is [], never null
		if err := member(b, t.Name, headerEntry{t.DType.String(), shape, [2]int{begin, begin + size}}); err != nil {
			return nil, err
		}
		begin += size
	}
	b.WriteByte('}')
	for b.Len()%lengthSize != 0 {
		b.WriteByte(' ')
	}
	head := b.Bytes()
	if n := len(head) - lengthSize; n > maxHeader {
		return nil, fmt.Errorf("the header would have %d bytes, at most %d are allowed: write more and smaller shards", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(head, uint64(len(head)-lengthSize))
	return head, nil
}

type headerEntry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// member appends "key":value.
func member(b *bytes.Buffer, key string, value any) error {
	for i, v := range []any{key, value} {
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // the newline that Encode adds
		if i == 0 {
			b.WriteByte(':')
		}
	}
	return nil
}

// check returns the number of bytes of a tensor that can be written.
func (t *Info) check() (int, error) {
	switch {
	case t.Name == metadataKey:
		return 0, errors.New("the name is reserved")
	case !utf8.ValidString(t.Name):
		return 0, errors.New("the name is not UTF-8")
	case len(t.Name) > maxName:
		return 0, fmt.Errorf("the name has %d bytes; at most %d are allowed", len(t.Name), maxName)
	case t.DType.Size() == 0:
		return 0, fmt.Errorf("dtype %v cannot be written", t.DType)
	case slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }):
		return 0, fmt.Errorf("shape %v has a negative dimension", t.Shape)
	}
	return product(t.DType.Size(), t.Shape)
}

// check compares the data with the description.
func (t *Tensor) check() error {
	size, err := t.Info.check()
	if err == nil && t.Stream == nil && len(t.Data) != size {
		err = fmt.Errorf("%d bytes given for %s of shape %v, want %d", len(t.Data), t.DType, t.Shape, size)
	}
	return err
}

func (t *Tensor) write(w io.Writer) error {
	if t.Stream == nil {
		_, err := w.Write(t.Data)
		return err
	}
	counter := &exact{w: w, left: t.Size()}
	if err := t.Stream(counter); err != nil {
		return err
	}
	if counter.left != 0 {
		return fmt.Errorf("its stream wrote %d bytes for %s of shape %v, want %d", t.Size()-counter.left, t.DType, t.Shape, t.Size())
	}
	return nil
}

// exact passes at most left bytes on.
type exact struct {
	w    io.Writer
	left int
}

func (e *exact) Write(p []byte) (int, error) {
	if len(p) > e.left {
		return 0, fmt.Errorf("its stream writes at least %d bytes more than the shape has", len(p)-e.left)
	}
	n, err := e.w.Write(p)
	e.left -= n
	return n, err
}
