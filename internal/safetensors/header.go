package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"graft/internal/dtype"
)

const (
	lengthSize  = 8           // of the header length at the start of a file
	maxHeader   = 100_000_000 // bytes; the reference library's bound
	maxName     = 4096        // bytes of a tensor's name
	metadataKey = "__metadata__"
)

// Info describes a tensor.
type Info struct {
	Name  string
	DType dtype.DType
	Shape []int // outermost dimension first; empty for a scalar
}

// Elements returns the number of elements: the product of the shape, 1 for a scalar.
func (t Info) Elements() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Size returns the number of bytes.
func (t Info) Size() int { return t.Elements() * t.DType.Size() }

// An entry is a tensor and its place in the data.
type entry struct {
	Info
	begin, end int
}

// A header is the parsed and checked first part of a file.
type header struct {
	tensors  []entry // by place in the data
	metadata map[string]string
}

// parse splits a whole file into its header and its data, and checks that the one describes the other.
func parse(file []byte) (header, []byte, error) {
	raw, data, err := split(file)
	if err != nil {
		return header{}, nil, err
	}
	h, err := decodeHeader(raw)
	if err != nil {
		return header{}, nil, err
	}
	return h, data, h.place(len(data))
}

func split(file []byte) (raw, data []byte, err error) {
	if bytes.HasPrefix(file, []byte("version https://git-lfs")) {
		return nil, nil, errors.New("is a Git LFS pointer, not the file it stands for; run: git lfs pull")
	}
	if len(file) < lengthSize {
		return nil, nil, fmt.Errorf("truncated: %d bytes, too short for the header length", len(file))
	}
	n := binary.LittleEndian.Uint64(file)
	if n > maxHeader {
		return nil, nil, fmt.Errorf("header length is %d, at most %d is possible: not a safetensors file", n, maxHeader)
	}
	rest := file[lengthSize:]
	if n > uint64(len(rest)) {
		return nil, nil, fmt.Errorf("truncated: header of %d bytes, but only %d follow", n, len(rest))
	}
	return rest[:n], rest[n:], nil
}

func decodeHeader(raw []byte) (header, error) {
	if !utf8.Valid(raw) {
		return header{}, errors.New("header is not UTF-8")
	}
	var h header
	err := scanObject(raw, func(s *scanner, key string) error {
		if key == metadataKey {
			h.metadata = map[string]string{}
			return s.object(func(key string) (err error) {
				h.metadata[key], err = s.string()
				return inside(err, "metadata %q", key)
			})
		}
		t, err := s.tensor(key)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", key, err)
		}
		h.tensors = append(h.tensors, t)
		return nil
	})
	return h, inside(err, "header")
}

// place puts the tensors in the order of the data and checks that they tile it: no overlap, no hole, nothing after the last.
func (h *header) place(size int) error {
	slices.SortStableFunc(h.tensors, func(a, b entry) int {
		if a.begin != b.begin {
			return a.begin - b.begin
		}
		return a.end - b.end
	})
	end, last := 0, ""
	for _, t := range h.tensors {
		switch {
		case t.end > size:
			return fmt.Errorf("tensor %q: ends at byte %d, but there are only %d bytes of data: truncated or corrupt", t.Name, t.end, size)
		case t.begin < end:
			return fmt.Errorf("tensor %q: begins at byte %d, inside tensor %q, which ends at %d", t.Name, t.begin, last, end)
		case t.begin > end:
			return fmt.Errorf("tensor %q: begins at byte %d, leaving a hole of %d bytes before it", t.Name, t.begin, t.begin-end)
		}
		end, last = t.end, t.Name
	}
	if end != size {
		return fmt.Errorf("%d bytes of data follow the last tensor", size-end)
	}
	return nil
}

// tensor reads {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
func (s *scanner) tensor(name string) (entry, error) {
	t := entry{Info: Info{Name: name}}
	var offsets []int
	err := s.object(func(key string) (err error) {
		switch key {
		case "dtype":
			var name string
			if name, err = s.string(); err == nil {
				t.DType, err = dtype.Parse(name)
			}
		case "shape":
			t.Shape, err = s.sizes()
		case "data_offsets":
			offsets, err = s.sizes()
		default:
			err = errors.New("unknown key")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	switch {
	case err != nil:
		return t, err
	case t.DType == dtype.Invalid:
		return t, errors.New("dtype is missing")
	case t.Shape == nil:
		return t, errors.New("shape is missing")
	case len(offsets) != 2:
		return t, fmt.Errorf("data_offsets has %d numbers, want 2", len(offsets))
	}
	t.begin, t.end = offsets[0], offsets[1]
	return t, t.checkSize()
}

// checkSize compares the byte range with the shape and the dtype.
func (t *entry) checkSize() error {
	if t.begin > t.end {
		return fmt.Errorf("data_offsets [%d, %d] run backwards", t.begin, t.end)
	}
	want, err := product(t.DType.Size(), t.Shape)
	if err != nil {
		return err
	}
	if t.end-t.begin != want {
		return fmt.Errorf("%s of shape %v has %d bytes, but data_offsets [%d, %d] span %d", t.DType, t.Shape, want, t.begin, t.end, t.end-t.begin)
	}
	return nil
}

// product returns size times all of shape, which may be of any length and hold any values that are not negative.
func product(size int, shape []int) (int, error) {
	if slices.Contains(shape, 0) {
		return 0, nil
	}
	n := uint64(size)
	for _, d := range shape {
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt/2 {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n = lo
	}
	return int(n), nil
}
