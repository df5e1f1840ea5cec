package train

import (
	"errors"
	"fmt"
	"io"
	"os"

	"graft/internal/nn"
)

// spill keeps tensors in a file that has no name any more: it is gone when the process is. The system writes it when it likes and forgets
// what is written as it needs memory.
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
	f, err := os.CreateTemp(dir, ".activations.*.tmp")
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, fmt.Errorf("train: %w", errors.Join(err, f.Close()))
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

// close gives the disk back.
func (s *spill) close() {
	if s != nil {
		_ = s.file.Close() // nothing in it is wanted any more
	}
}
