package dataset_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domain/avorion"
	"graft/internal/dataset/gate"
	"graft/internal/fault"
)

// fakeChecker puts a luac on the PATH that refuses what a shell script says, and returns the gate.
func fakeChecker(t *testing.T, script string) *gate.External {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "luac"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	e, err := gate.NewExternal("luac", nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// trusted writes code of which each gate refuses something, and the documentation of its API.
func trusted(t *testing.T) dataset.Options {
	t.Helper()
	raw := t.TempDir()
	write(t, filepath.Join(raw, "haul.lua"), "-- Say how many crates of a size fit into what is free, and what is left over.\nfunction fitting(free, size)\n    local crates = math.floor(free / size)\n    return crates, free - crates * size, onServer()\nend\n\n"+
		"function one()\n    return 1\nend\n")
	write(t, filepath.Join(raw, "odd.lua"), "function odd(ship, list)\n    if onMoon(ship) then\n        table.insert(list, ship)\n    end\n    return #list, odd_mark\nend\n")
	write(t, filepath.Join(raw, "broken.lua"), "function broken(\n")
	write(t, filepath.Join(raw, "key.lua"), "local token = \"ghp_"+"1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX\"\n")
	page := "<title>Functions</title><h1>Avorion Script API Documentation</h1>\n<p>Documentation of Avorion Version: 2.5 r1</p>\n"
	for _, name := range []string{"onServer", "onClient", "getSectorView", "setSectorView", "getShipName"} {
		page += "<span class=\"keyword\">function bool</span> " + name + "() <br/>\n"
	}
	write(t, filepath.Join(raw, "Documentation", "Functions.html"), page)
	o := options(raw, filepath.Join(raw, "out"))
	o.Tasks = map[string]float64{"write": 1}
	return o
}

// judgment finds what is said of a gate or filter.
func judgment(t *testing.T, all []dataset.Judgment, name string) dataset.Judgment {
	t.Helper()
	i := slices.IndexFunc(all, func(j dataset.Judgment) bool { return j.Name == name })
	if i < 0 {
		t.Fatalf("there is no judgment of %s in %+v", name, all)
	}
	return all[i]
}

func TestCalibrate(t *testing.T) {
	o := trusted(t)
	luac := fakeChecker(t, `for last; do :; done; grep -q odd_mark "$last" && { echo "luac: $last:5: odd" >&2; exit 1; }; exit 0`)
	o.Gates = []*gate.External{luac}
	c, err := dataset.Calibrate(t.Context(), avorion.Domain(), o)
	if err != nil {
		t.Fatal(err)
	}
	if c.Domain != "avorion" || c.Files != 3 || c.Functions != 3 {
		t.Errorf("%d functions in %d files of %s", c.Functions, c.Files, c.Domain)
	}
	syntax := judgment(t, c.Gates, "syntax")
	if syntax.Unit != "files" || syntax.Judged != 3 || syntax.Refused != 1 || len(syntax.First) != 1 || !strings.HasPrefix(syntax.First[0], "broken.lua: line ") {
		t.Errorf("syntax: %+v", syntax)
	}
	external := judgment(t, c.Gates, "luac")
	if external.Judged != 3 || external.Refused != 1 || external.Share() < 0.33 || !strings.HasPrefix(external.First[0], "odd.lua: ") {
		t.Errorf("luac: %+v", external)
	}
	if j := judgment(t, c.Filters, "trivial"); j.Unit != "functions" || j.Judged != 3 || j.Refused != 1 || !strings.HasPrefix(j.First[0], "haul.lua:7: ") {
		t.Errorf("trivial: %+v", j)
	}
	// A file that is refused is not among those that were taken, and was judged.
	if j := judgment(t, c.Filters, "secret"); j.Unit != "files" || j.Judged != 4 || j.Refused != 1 || strings.Contains(j.First[0], "ghp_") {
		t.Errorf("secret: %+v", j)
	}
	api := c.API
	if api.Version != "Avorion 2.5 r1" || len(api.Sources) != 1 || api.Floor.Unknown != 1 || !slices.Equal(api.Floor.First, []string{"odd.lua:2: onMoon"}) {
		t.Errorf("API: %+v", api)
	}
	if api.Control.Names != 2000 || api.Control.Share() < 0.5 {
		t.Errorf("control: %+v", api.Control)
	}
	if got, want := c.Exceeds(0.01, 0.05, nil), []string{"syntax", "luac", "ungrounded"}; !slices.Equal(got, want) {
		t.Errorf("over the limits: %q, want %q", got, want)
	}
	if got := c.Exceeds(0.5, 1, nil); len(got) != 0 {
		t.Errorf("over wide limits: %q", got)
	}
	if got := c.Exceeds(0.01, 0.05, []string{"luac", "syntax", "ungrounded"}); len(got) != 0 {
		t.Errorf("over the limits though disabled: %q", got)
	}
	if _, err := os.Stat(o.Out); err == nil {
		t.Error("something was written")
	}
}

// TestCalibrateWithoutAPI: without an API there is no floor.
func TestCalibrateWithoutAPI(t *testing.T) {
	o := trusted(t)
	if err := os.RemoveAll(filepath.Join(o.Raw, "Documentation")); err != nil {
		t.Fatal(err)
	}
	c, err := dataset.Calibrate(t.Context(), avorion.Domain(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.API.Sources) != 0 || c.API.Floor.References != 0 || c.API.Floor.Share() != 0 {
		t.Errorf("API: %+v", c.API)
	}
	if none := (dataset.Judgment{}); none.Share() != 0 {
		t.Errorf("the share of nothing is %g", none.Share())
	}
}

func TestCalibrateRefuses(t *testing.T) {
	o := trusted(t)
	o.Raw = filepath.Join(o.Raw, "none")
	if _, err := dataset.Calibrate(t.Context(), avorion.Domain(), o); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no folder: %v", err)
	}
	o = trusted(t)
	o.API = []string{filepath.Join(o.Raw, "haul.lua")}
	if _, err := dataset.Calibrate(t.Context(), avorion.Domain(), o); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "api: ") {
		t.Errorf("an API that is none: %v", err)
	}
}

// TestGates: a build leaves out what a checker of the user's refuses, keeps what it could not judge, and says both.
func TestGates(t *testing.T) {
	o := trusted(t)
	if err := os.Remove(filepath.Join(o.Raw, "broken.lua")); err != nil {
		t.Fatal(err)
	}
	o.Gates = []*gate.External{fakeChecker(t, `for last; do :; done; grep -q odd_mark "$last" && { echo "luac: $last:5: odd" >&2; exit 1; }; exit 0`)}
	o.Until = dataset.StageCollect
	r, err := dataset.Build(t.Context(), avorion.Domain(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Files != 1 || !slices.Equal(r.Gates, []string{"luac"}) || !slices.Contains(r.Yield, dataset.FilterYield{Filter: "gate", Of: "files", In: 2, Out: 1}) {
		t.Errorf("%d files, gates %q, yield %+v", r.Files, r.Gates, r.Yield)
	}
	o.DisableFilters = []string{"gate"}
	if r, err = dataset.Build(t.Context(), avorion.Domain(), o); err != nil || r.Files != 2 || len(r.Gates) != 0 {
		t.Errorf("disabled: %+v, %v", r, err)
	}
	o.DisableFilters, o.Gates = nil, []*gate.External{fakeChecker(t, `echo "luac: code.lua:1: bad"; exit 1`)}
	if _, err = dataset.Build(t.Context(), avorion.Domain(), o); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "no file is left; taken out: 1 by secret, 2 by gate") {
		t.Errorf("all refused: %v", err)
	}
}
