//go:build interop

package tokenizer

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestInterop encodes what ref/tokenizer_interop.py put into the directory $GRAFT_INTEROP: texts.bin has texts, each after
// its length, tokenizer the path of the directory to load. It leaves ids.bin in the same layout and speed.txt.
func TestInterop(t *testing.T) {
	dir := os.Getenv("GRAFT_INTEROP")
	if dir == "" {
		t.Fatal("GRAFT_INTEROP is not set: run ref/tokenizer_interop.py")
	}
	path, err := os.ReadFile(filepath.Join(dir, "tokenizer"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	tok, err := Load(string(path))
	if err != nil {
		t.Fatal(err)
	}
	load := time.Since(start)
	data, err := os.ReadFile(filepath.Join(dir, "texts.bin"))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	size := 0
	for len(data) > 0 {
		n := binary.LittleEndian.Uint32(data)
		texts = append(texts, string(data[4:4+n]))
		data = data[4+n:]
		size += int(n)
	}
	ids := make([][]int32, len(texts))
	start = time.Now()
	for i, s := range texts {
		ids[i] = tok.Encode(s)
	}
	encode := time.Since(start)
	var out []byte
	for _, l := range ids {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(l)))
		for _, id := range l {
			out = binary.LittleEndian.AppendUint32(out, uint32(id))
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ids.bin"), out, 0o644); err != nil {
		t.Fatal(err)
	}
	speed := fmt.Sprintf("%g %g\n", load.Seconds(), float64(size)/1e6/encode.Seconds())
	if err := os.WriteFile(filepath.Join(dir, "speed.txt"), []byte(speed), 0o644); err != nil {
		t.Fatal(err)
	}
}
