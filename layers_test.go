package graft_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers lists the packages below internal/ from low to high: a package imports only packages of lower lines.
// A trailing /* stands for every package of that folder; such packages may not import each other.
var layers = [][]string{
	{"cpu", "dtype", "event", "fault", "durable", "teacher/extract"},
	{"digest", "outdir"},
	{"mem", "parallel", "lang/lua", "lang/gdscript", "lang/mutate", "lang/block"},
	{"kernel", "safetensors", "jinja", "tokenizer", "dataset/neardup", "teacher", "dataset/surface", "dataset/gate", "dataset/licence", "dataset/linguist", "dataset/secret", "dataset/source"},
	{"quant", "chat", "hub", "gemm", "teacher/*"},
	{"weights"},
	{"nn"},
	{"model", "optim", "dataset", "record"},
	{"sample", "lang/cpp"},
	{"adapter", "model/*", "dataset/domain/*"},
	{"model/all", "dataset/domain/all"},
	{"base"},
	{"generate", "train", "export"},
	{"engine"},
	{"trainset", "run"},
	{"engine/*", "config"},
	{"engine/all"},
	{"cli"},
}

// testOnly are the kits that packages' own tests use: they may import anything below the top.
func testOnly(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

func levels(t *testing.T) func(pkg string) int {
	t.Helper()
	exact, folder := map[string]int{}, map[string]int{}
	for i, line := range layers {
		for _, p := range line {
			if dir, ok := strings.CutSuffix(p, "/*"); ok {
				folder[dir] = i
			} else {
				exact[p] = i
			}
		}
	}
	return func(pkg string) int {
		if i, ok := exact[pkg]; ok {
			return i
		}
		if i, ok := folder[path.Dir(pkg)]; ok {
			return i
		}
		return -1
	}
}

// TestLayers reads the import clauses in this process: a child `go list` would be invisible to the test cache.
func TestLayers(t *testing.T) {
	level := levels(t)
	seen := 0
	err := filepath.WalkDir("internal", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), "_")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		seen++
		pkg := strings.TrimPrefix(path.Dir(filepath.ToSlash(file)), "internal/")
		checkFile(t, level, pkg, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("no source file found below internal/")
	}
}

// TestMap proves that the table of packages in docs/architecture.md names every package, and no other.
func TestMap(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	_, table, _ := strings.Cut(string(text), "## Packages")
	table, _, _ = strings.Cut(table, "\n## ")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		for i, name := range strings.Split(strings.Join(cells[min(1, len(cells)):min(2, len(cells))], ""), "`") {
			if i%2 == 1 {
				named[name] = true
			}
		}
	}
	err = filepath.WalkDir("internal", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" || strings.HasPrefix(d.Name(), "_") {
			return fs.SkipDir
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		pkg := strings.TrimPrefix(filepath.ToSlash(dir), "internal/")
		if err != nil || len(files) == 0 || testOnly(pkg) {
			return err
		}
		if !named[pkg] {
			t.Errorf("docs/architecture.md does not name the package %s", pkg)
		}
		delete(named, pkg)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range named {
		t.Errorf("docs/architecture.md names %s, which is no package", name)
	}
}

func checkFile(t *testing.T, level func(string) int, pkg, file string) {
	t.Helper()
	if testOnly(pkg) {
		return
	}
	from := level(pkg)
	if from < 0 {
		t.Errorf("%s: package %s has no place in the table of layers", file, pkg)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		dep, ours := strings.CutPrefix(name, "graft/internal/")
		if !ours {
			continue
		}
		if to := level(dep); to < 0 || to >= from {
			t.Errorf("%s: %s (layer %d) imports %s (layer %d): only lower layers may be imported", file, pkg, from, dep, to)
		}
	}
}
