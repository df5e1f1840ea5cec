package all

import (
	"slices"
	"testing"

	"graft/internal/dataset/domain/avorion"
)

func TestGet(t *testing.T) {
	for _, name := range Names() {
		if d, err := Get(name); err != nil || d.Name() != name {
			t.Errorf("Get(%q) = %v, %v", name, d, err)
		}
	}
	if want := []string{"avorion", "custom", "flecs", "gdextension", "gdscript"}; !slices.Equal(Names(), want) {
		t.Errorf("got %v, want %v", Names(), want)
	}
	_, err := Get("cobol")
	if want := `dataset: no domain "cobol" is built in; there are avorion, custom, flecs, gdextension, gdscript`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestDuplicateNamesPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two domains of one name were taken")
		}
	}()
	byName(avorion.Domain(), avorion.Domain())
}
