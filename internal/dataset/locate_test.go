package dataset_test

import (
	"errors"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domain/gdscript"
	"graft/internal/dataset/source"
	"graft/internal/fault"
)

func TestLocate(t *testing.T) {
	f, m := &source.Fetcher{Cache: t.TempDir()}, &source.Machine{OS: "linux", Home: t.TempDir()}
	if got, err := dataset.Locate(t.Context(), gdscript.Domain(), "a/b", f, m); err != nil || got != "a/b" {
		t.Errorf("%q, %v", got, err)
	}
	for raw, want := range map[string]string{
		"install":                "no program is known that brings code of the domain gdscript",
		"http://example.org/a":   "the protocol http is not taken",
		"https://a:b@c.org/d":    "holds a user name or password",
		"file:///nowhere/at/all": "there is no repository /nowhere/at/all",
	} {
		if _, err := dataset.Locate(t.Context(), gdscript.Domain(), raw, f, m); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
	if _, err := dataset.LocateAPI(gdscript.Domain(), "x", []string{"install"}, m); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "no program is known that brings the API") {
		t.Errorf("the API of an install: %v", err)
	}
}
