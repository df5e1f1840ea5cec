package enginetest

import (
	"os"
	"path/filepath"
	"testing"

	"graft/internal/engine"
)

// TestFake proves that the kit asks nothing of an engine but its contract.
func TestFake(t *testing.T) {
	Run(t, Fake("fake"), func(t *testing.T) engine.Job {
		data := filepath.Join(t.TempDir(), "train.jsonl")
		if err := os.WriteFile(data, []byte("{}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		j := engine.Job{Data: engine.Data{Train: data}, OutputDir: filepath.Join(t.TempDir(), "out")}
		j.Options.LearningRate = 1
		return j
	})
}
