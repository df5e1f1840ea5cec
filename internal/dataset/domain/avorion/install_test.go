package avorion

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/source"
)

func TestInstall(t *testing.T) {
	home := t.TempDir()
	m := &source.Machine{OS: "linux", Home: home, Root: home}
	if _, err := dataset.Locate(t.Context(), Domain(), "install", nil, m); !errors.Is(err, dataset.ErrInput) {
		t.Errorf("without the game: %v", err)
	}
	game := filepath.Join(home, ".local/share/Steam/steamapps/common/Avorion")
	for _, name := range []string{"data/scripts/lib/a.lua", "Documentation/index.html", "Documentation/Entity.HTML", "Documentation/style.css", "Documentation/sub/x.html"} {
		full := filepath.Join(game, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := dataset.Locate(t.Context(), Domain(), "install", nil, m); err != nil || got != filepath.Join(game, "data/scripts") {
		t.Errorf("%q, %v", got, err)
	}
	found, err := Game(m)
	pages, err2 := Documentation(found)
	want := []string{filepath.Join(game, "Documentation/Entity.HTML"), filepath.Join(game, "Documentation/index.html")}
	if err := errors.Join(err, err2); err != nil || !slices.Equal(pages, want) {
		t.Errorf("%v, %v", pages, err)
	}
	if pages, err := Documentation(home); err != nil || len(pages) != 0 {
		t.Errorf("without documentation: %v, %v", pages, err)
	}
}
