//go:build interop

package safetensors

import (
	"os"
	"path/filepath"
	"testing"

	"graft/internal/dtype"
)

// TestInteropWrite writes a file with every dtype and a sharded model for ref/formats_interop.py to read.
func TestInteropWrite(t *testing.T) {
	dir := os.Getenv("GRAFT_INTEROP")
	var tensors []Tensor
	for d := dtype.Bool; d <= dtype.U64; d++ {
		info := Info{Name: d.Torch(), DType: d, Shape: []int{3, 5}}
		data := make([]byte, info.Size())
		for i := range data {
			data[i] = byte(i * 7 % 251)
			if d == dtype.Bool {
				data[i] &= 1
			}
		}
		tensors = append(tensors, Tensor{Info: info, Data: data})
	}
	if err := WriteFile(filepath.Join(dir, "every.safetensors"), tensors, nil); err != nil {
		t.Fatal(err)
	}
	x := &Index{WeightMap: map[string]string{}}
	for i, part := range [][]Tensor{tensors[:7], tensors[7:]} {
		shard := ShardName(i+1, 2)
		for _, tensor := range part {
			x.WeightMap[tensor.Name] = shard
			x.TotalSize += tensor.Size()
		}
		if err := WriteFile(filepath.Join(dir, shard), part, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.WriteFile(filepath.Join(dir, IndexName)); err != nil {
		t.Fatal(err)
	}
}
