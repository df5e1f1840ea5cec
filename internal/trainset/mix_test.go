package trainset

import (
	"slices"
	"testing"

	"graft/internal/engine"
	"graft/internal/train"
)

func TestPortions(t *testing.T) {
	w := func(weights ...float64) (files []engine.Source) {
		for _, x := range weights {
			files = append(files, engine.Source{Weight: x})
		}
		return files
	}
	mix := func(n ...int) (all []train.Portion) { // rows and rows of an epoch, in turn
		for i := 0; i < len(n); i += 2 {
			all = append(all, train.Portion{Rows: n[i], PerEpoch: n[i+1]})
		}
		return all
	}
	for _, c := range []struct {
		files []engine.Source
		rows  []int
		want  []train.Portion
	}{
		{w(0, 0), []int{3, 5}, nil},
		{w(1, 1), []int{2, 8}, mix(2, 5, 8, 5)},
		{w(3, 0), []int{2, 6}, mix(2, 6, 6, 2)},
		{w(1, 1, 1), []int{1, 1, 9}, mix(1, 4, 1, 4, 9, 3)},
		{w(1000, 1), []int{5, 5}, mix(5, 9, 5, 1)},
		{w(1, 1), []int{0, 4}, mix(0, 0, 4, 4)},
	} {
		if got := portions(c.files, c.rows); !slices.Equal(got, c.want) {
			t.Errorf("%v of %v: got %v, want %v", c.files, c.rows, got, c.want)
		}
	}
}
