package native

import (
	"path/filepath"
	"testing"

	"graft/internal/engine"
	"graft/internal/engine/enginetest"
)

func TestEngine(t *testing.T) {
	enginetest.Run(t, engine.Maker{Name: Name, New: New}, func(t *testing.T) engine.Job {
		j := job(t)
		j.OutputDir = filepath.Join(t.TempDir(), "adapter")
		return j
	})
}
