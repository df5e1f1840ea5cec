package train

import (
	"fmt"
	"io"
	"os"

	"graft/internal/durable"
	"graft/internal/nn"
)

// spill keeps tensors in a file that is gone when the process ends. The system writes it when it likes and drops what is written from memory
// when it needs room.
type spill struct {
	file   *os.File
	end    int64
	places []place
}

// place is where a tensor is.
type place struct {
	at         int64
	rows, cols int
}

func newSpill(dir string, n int) (*spill, error) {
	f, err := durable.Scratch(dir, ".activations.*.tmp")
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return &spill{file: f, places: make([]place, n)}, nil
}

// put writes tensor i, which stays with its owner.
func (s *spill) put(i int, x *nn.Tensor) error {
	b := x.Bytes()
	if _, err := s.file.WriteAt(b, s.end); err != nil {
		return fmt.Errorf("train: activations of layer %d do not fit on the disk of training.output_dir: %w", i, err)
	}
	s.places[i] = place{s.end, x.Rows, x.Cols}
	s.end += int64(len(b))
	return nil
}

// take reads tensor i into memory of ctx.
func (s *spill) take(ctx *nn.Context, i int) (*nn.Tensor, error) {
	p := s.places[i]
	x := ctx.New(p.rows, p.cols)
	if _, err := io.ReadFull(io.NewSectionReader(s.file, p.at, int64(len(x.Bytes()))), x.Bytes()); err != nil {
		x.Free()
		return nil, fmt.Errorf("train: activations of layer %d: %w", i, err)
	}
	return x, nil
}

// close frees the disk space.
func (s *spill) close() {
	if s != nil {
		_ = s.file.Close() // nothing in it is wanted any more
	}
}
