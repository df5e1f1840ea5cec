//go:build interop

package gdscript

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestInterop checks what ref/gdscript_interop.py put into the directory $GRAFT_INTEROP: texts.json is a list of texts. It
// leaves errors.json, the error of each text or "".
func TestInterop(t *testing.T) {
	dir := os.Getenv("GRAFT_INTEROP")
	if dir == "" {
		t.Fatal("GRAFT_INTEROP is not set: run ref/gdscript_interop.py")
	}
	data, err := os.ReadFile(filepath.Join(dir, "texts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	errors := make([]string, len(texts))
	for i, text := range texts {
		if err := Check(text); err != nil {
			errors[i] = err.Error()
		}
	}
	if data, err = json.Marshal(errors); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "errors.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
}
