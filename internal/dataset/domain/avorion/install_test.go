package avorion

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/source"
	"graft/internal/fault"
)

func TestInstall(t *testing.T) {
	home := t.TempDir()
	m := &source.Machine{OS: "linux", Home: home, Root: home}
	if _, err := dataset.Locate(t.Context(), Domain(), "install", nil, m); !errors.Is(err, fault.ErrInput) {
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
	pages := filepath.Join(game, "Documentation")
	for _, c := range []struct {
		raw  string
		api  []string
		want []string
	}{{"install", nil, []string{pages}}, {"x", []string{"a", "install"}, []string{"a", pages}}, {"x", nil, nil}, {"install", []string{"a"}, []string{"a"}}} {
		if got, err := dataset.LocateAPI(Domain(), c.raw, c.api, m); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s, %q: %q, %v", c.raw, c.api, got, err)
		}
	}
	if err := os.RemoveAll(pages); err != nil {
		t.Fatal(err)
	}
	if got, err := dataset.LocateAPI(Domain(), "install", nil, m); err != nil || got != nil {
		t.Errorf("without documentation: %q, %v", got, err)
	}
	if _, err := dataset.LocateAPI(Domain(), "x", []string{"install"}, m); !errors.Is(err, fault.ErrInput) {
		t.Errorf("without documentation, which was named: %v", err)
	}
	none := &source.Machine{OS: "linux", Home: t.TempDir(), Root: home}
	if _, err := dataset.LocateAPI(Domain(), "x", []string{"install"}, none); !errors.Is(err, fault.ErrInput) {
		t.Errorf("without the game: %v", err)
	}
}
