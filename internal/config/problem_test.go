package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestProblems runs the archives of testdata/problems. The lines before the first file say what is loaded, and the last
// file, "want", holds every problem.
func TestProblems(t *testing.T) {
	archives, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			golden, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			archive, err := txtar.ParseFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			want := takeWant(archive)
			t.Chdir(t.TempDir())
			unpack(t, archive)
			c, err := Load(source(t, string(archive.Comment)))
			var problems Problems
			if c != nil || !errors.As(err, &problems) {
				t.Fatalf("Load returned %v, %v, expected Problems", c, err)
			}
			if got := err.Error() + "\n"; got != want {
				if !*update {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if *update && os.WriteFile(golden, txtar.Format(archive), 0o644) != nil {
					t.Fatal("cannot update")
				}
			}
			checkPlaces(t, problems)
		})
	}
}

// takeWant takes the golden text off the archive.
func takeWant(a *txtar.Archive) string {
	if n := len(a.Files) - 1; a.Files[n].Name == "want" {
		want := string(a.Files[n].Data)
		a.Files = a.Files[:n]
		return want
	}
	return ""
}

func unpack(t *testing.T, a *txtar.Archive) {
	t.Helper()
	for _, f := range a.Files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func source(t *testing.T, lines string) Source {
	t.Helper()
	var src Source
	for line := range strings.Lines(lines) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "file":
			src.File = rest
		case "domain":
			src.Domain = rest
		case "set":
			src.Sets = append(src.Sets, rest)
		case "#", "":
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return src
}

// checkPlaces checks that a place, where there is one, is inside the file.
func checkPlaces(t *testing.T, problems Problems) {
	t.Helper()
	for _, p := range problems {
		if p.Line == 0 {
			continue
		}
		text, err := os.ReadFile(p.File)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		if p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
			t.Errorf("%v: no such place", p)
		}
	}
}

// TestProblemsUnwrap proves that callers can look at each problem.
func TestProblemsUnwrap(t *testing.T) {
	_, err := Load(Source{Sets: []string{"lora.r=0", "lora.q=1"}})
	var p Problem
	if !errors.As(err, &p) || p.File != "--set" || p.Key == "" {
		t.Errorf("errors.As found %+v in %v", p, err)
	}
}

func TestOriginString(t *testing.T) {
	for want, o := range map[string]Origin{
		"default":  {},
		"--set":    {File: "--set"},
		"x.yaml:3": {File: "x.yaml", Line: 3, Column: 5},
	} {
		if got := o.String(); got != want {
			t.Errorf("%+v: got %s, want %s", o, got, want)
		}
	}
}
