package dataset_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domain/all"
	"graft/internal/dataset/domain/gdscript"
	"graft/internal/fault"
	"graft/internal/parallel"
	"graft/internal/record"
)

var update = flag.Bool("update", false, "rewrite testdata/golden")

var words = regexp.MustCompile(`\w+|[^\w\s]`)

// options are those of the golden dataset, with words and marks as tokens.
func options(raw, out string) dataset.Options {
	return dataset.Options{
		Raw: raw, Out: out, Tasks: map[string]float64{"write": 0.4, "complete": 0.25, "fix": 0.35}, MinTokens: 8, MaxTokens: 400,
		CountTokens: func(s string) int { return len(words.FindAllString(s, -1)) }, Tokenizer: "words", NearDuplicate: 0.7, Dev: 0.2, Test: 0.2, Seed: 42,
	}
}

func build(t *testing.T, o dataset.Options) *dataset.Report {
	t.Helper()
	r, err := dataset.Build(t.Context(), gdscript.Domain(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readAll returns the files of a folder by name.
func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

func TestGolden(t *testing.T) {
	const golden = "testdata/golden"
	out := t.TempDir()
	if *update {
		out = golden
	}
	build(t, options("testdata/corpus", out))
	got, want := readAll(t, out), readAll(t, golden)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s:\n%s\nwant\n%s", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("files %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// copyBackwards copies the corpus in the opposite order of its paths.
func copyBackwards(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	var names []string
	err := filepath.WalkDir(from, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Backward(names) {
		rel, _ := filepath.Rel(from, name)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, rel), string(text))
	}
	return to
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestDeterminism builds the samples of the repository twice: in another place, written in another order, on more threads.
func TestDeterminism(t *testing.T) {
	const samples = "../../data/gdscript/raw"
	o := options(samples, t.TempDir())
	first := build(t, o)
	p := options(copyBackwards(t, samples), t.TempDir())
	p.Pool = parallel.New(4)
	defer p.Pool.Close()
	build(t, p)
	if a, b := readAll(t, o.Out), readAll(t, p.Out); !maps.Equal(a, b) {
		t.Errorf("two builds of the same sources differ")
	}
	p.Seed, p.Out = 7, t.TempDir()
	build(t, p)
	if a, b := readAll(t, o.Out), readAll(t, p.Out); a["train.jsonl"] == b["train.jsonl"] {
		t.Error("the seed changes nothing")
	}
	for _, s := range first.Splits {
		if share := float64(s.Tasks[dataset.Write]) / float64(s.Records); share < 0.3 || share > 0.5 {
			t.Errorf("%s: %.2f of the records are of the task write, expected 0.4", s.Split, share)
		}
	}
}

// TestRecords proves what every record must be, for all domains: readable, unique, valid, and with the answer not in the question.
func TestRecords(t *testing.T) {
	for _, name := range all.Names() {
		if name == "custom" {
			continue // it has no samples: its own tests build datasets
		}
		t.Run(name, func(t *testing.T) {
			d, err := all.Get(name)
			if err != nil {
				t.Fatal(err)
			}
			o := options("../../data/"+name+"/raw", t.TempDir())
			if _, err := dataset.Build(t.Context(), d, o); err != nil {
				t.Fatal(err)
			}
			saved, err := dataset.Open(o.Out)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for split, records := range saved.Records {
				read, err := record.Read(filepath.Join(o.Out, split.File()), record.Auto)
				if err != nil || len(read) != len(records) {
					t.Errorf("%s: %d of %d records can be read: %v", split, len(read), len(records), err)
				}
				for i, r := range records {
					checkRecord(t, r, saved.Meta[split][i], seen)
				}
			}
			if len(saved.Records[dataset.Train]) < 50 {
				t.Errorf("only %d records", len(saved.Records[dataset.Train]))
			}
		})
	}
}

func checkRecord(t *testing.T, r dataset.Record, m dataset.Meta, seen map[string]bool) {
	t.Helper()
	place := m.Path + " " + m.Function
	if seen[r.Instruction] || seen[m.ChunkSHA256] {
		t.Errorf("%s: there is another record of this instruction or function", place)
	}
	seen[r.Instruction], seen[m.ChunkSHA256] = true, true
	if strings.Contains(r.Instruction, strings.TrimSpace(r.Output)) {
		t.Errorf("%s: the instruction contains the output:\n%s", place, r.Instruction)
	}
	if strings.ContainsAny(r.Instruction, "{}") && strings.Contains(strings.SplitN(r.Instruction, "```", 2)[0], "{name}") {
		t.Errorf("%s: a placeholder was left in the instruction", place)
	}
	if m.OutputTokens != len(words.FindAllString(r.Output, -1)) || m.OutputTokens < 8 {
		t.Errorf("%s: %d tokens in %q", place, m.OutputTokens, r.Output)
	}
	if missing := strings.Count(r.Instruction, "[missing code]\n"); (m.Task == dataset.Complete) != (missing == 1) {
		t.Errorf("%s: %d markers in a record of the task %s:\n%s", place, missing, m.Task, r.Instruction)
	}
}

// TestFilling puts the answers of the task complete back into the code shown, which gives code of the file.
func TestFilling(t *testing.T) {
	raw := "../../data/gdscript/raw"
	o := options(raw, t.TempDir())
	o.Tasks = map[string]float64{"complete": 1}
	build(t, o)
	saved, err := dataset.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	marker := regexp.MustCompile(`(?m)^\s*# \[missing code\]$`)
	for i, r := range saved.Records[dataset.Train] {
		m := saved.Meta[dataset.Train][i]
		_, shown, _ := strings.Cut(r.Instruction, "```gdscript\n")
		shown, _, _ = strings.Cut(shown, "\n```")
		shown = shown[strings.Index(shown, "func "):]
		filled := marker.ReplaceAllLiteralString(shown, r.Output)
		text, err := os.ReadFile(filepath.Join(raw, filepath.FromSlash(m.Path)))
		if err != nil {
			t.Fatal(err)
		}
		plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if !strings.Contains(plain(string(text)), plain(filled)) || gdscript.Domain().Check(filled) != nil {
			t.Errorf("%s %s: filled in, the code is\n%s", m.Path, m.Function, filled)
		}
	}
}

func TestHoldOut(t *testing.T) {
	o := options("testdata/corpus", t.TempDir())
	o.HoldOut = []string{"other"}
	build(t, o)
	saved, err := dataset.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(saved.Records[dataset.HeldOut]); n != 2 {
		t.Errorf("%d records are held out, want 2", n)
	}
	for split, metas := range saved.Meta {
		for _, m := range metas {
			if strings.HasPrefix(m.Path, "other/") != (split == dataset.HeldOut) || m.Path == "game/util/text.gd" && m.Function == "wrap" {
				t.Errorf("%s %s is in %s", m.Path, m.Function, split)
			}
		}
	}
	held := slices.ContainsFunc(saved.Rejected, func(r dataset.Rejection) bool { return r.Filter == "held-out" && r.Function == "wrap" })
	if !held {
		t.Error("the function that equals a held-out one was not taken out")
	}
}

// TestDisabledFilters proves for each filter that can be disabled that it lets through what it takes out.
func TestDisabledFilters(t *testing.T) {
	plain := build(t, options("testdata/corpus", t.TempDir()))
	taken := func(r *dataset.Report, filter string) int {
		for _, c := range r.Rejected {
			if c.Filter == filter {
				return c.Count
			}
		}
		return 0
	}
	for _, f := range dataset.Filters() {
		o := options("testdata/corpus", t.TempDir())
		o.DisableFilters = []string{f.Name}
		r, err := dataset.Build(t.Context(), gdscript.Domain(), o)
		switch {
		case f.Fixed && !errors.Is(err, fault.ErrInput):
			t.Errorf("%s: disabling a fixed filter gives %v", f.Name, err)
		case f.Fixed:
		case err != nil || taken(r, f.Name) != 0:
			t.Errorf("%s: %v, %+v", f.Name, err, r)
		case taken(plain, f.Name) > 0 && slices.Equal(r.Rejected, plain.Rejected):
			t.Errorf("%s: disabling it changes nothing", f.Name)
		}
	}
}

func TestRefused(t *testing.T) {
	empty := t.TempDir()
	file := filepath.Join(empty, "a.txt")
	write(t, file, "x")
	stubs := t.TempDir()
	write(t, filepath.Join(stubs, "a.gd"), "func f(): pass\n")
	for _, c := range []struct {
		name   string
		change func(o *dataset.Options)
		want   string
	}{
		{"no folder", func(o *dataset.Options) { o.Raw = "testdata/none" }, "there is no folder testdata/none"},
		{"a file", func(o *dataset.Options) { o.Raw = file }, "is not a folder"},
		{"no source", func(o *dataset.Options) { o.Raw = empty }, "holds no file of the domain gdscript (**/*.gd)"},
		{"nothing but stubs", func(o *dataset.Options) { o.Raw = stubs }, "no record can be made of the 1 functions in " + stubs + "; taken out: 1 by trivial"},
		{"all excluded", func(o *dataset.Options) { o.Exclude = []string{"*.gd"} }, "holds no file"},
		{"bad glob", func(o *dataset.Options) { o.Include = []string{"[a"} }, `the glob "[a" is malformed`},
		{"tokens", func(o *dataset.Options) { o.MinTokens = 400 }, "outputs of 400 to 400 tokens"},
		{"near_duplicate", func(o *dataset.Options) { o.NearDuplicate = 0 }, "near_duplicate is 0"},
		{"shares", func(o *dataset.Options) { o.Dev = 0.9 }, "dev is 0.9 and test 0.2"},
		{"tasks", func(o *dataset.Options) { o.Tasks = map[string]float64{"explain": 1} }, "all that this build can make have the share 0"},
		{"fim", func(o *dataset.Options) { o.FIM = 2 }, "fim is 2"},
		{"caps", func(o *dataset.Options) { o.Caps = map[string]int{"day": 1} }, `there is no cap "day"; there are file, symbol, task`},
		{"list", func(o *dataset.Options) { o.Decontaminate = []string{"none.txt"} }, "decontaminate: open none.txt"},
		{"filter", func(o *dataset.Options) { o.DisableFilters = []string{"taste"} }, `there is no filter "taste"; there are vendored`},
		{"counter", func(o *dataset.Options) { o.CountTokens = nil }, "CountTokens is missing"},
		{"hold_out", func(o *dataset.Options) { o.HoldOut = []string{"nowhere"} }, `hold_out: "nowhere" holds no file`},
		{"all held out", func(o *dataset.Options) { o.HoldOut = []string{"."} }, "nothing is left to train on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options("testdata/corpus", filepath.Join(t.TempDir(), "out"))
			c.change(&o)
			_, err := dataset.Build(t.Context(), gdscript.Domain(), o)
			if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if _, err := os.Stat(o.Out); err == nil {
				t.Error("something was written")
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dataset.Build(ctx, gdscript.Domain(), options("testdata/corpus", t.TempDir())); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	o := options("testdata/corpus", filepath.Join(t.TempDir(), "out"))
	o.DryRun = true
	r := build(t, o)
	if _, err := os.Stat(o.Out); err == nil || len(r.Splits) == 0 {
		t.Errorf("the folder exists, or nothing was counted: %+v", r)
	}
}

// TestRebuild proves that a build replaces its own files, takes away those it no longer has, and refuses to lose other ones.
func TestRebuild(t *testing.T) {
	o := options("testdata/corpus", t.TempDir())
	o.HoldOut = []string{"other"}
	build(t, o)
	o.HoldOut = nil
	build(t, o)
	files := readAll(t, o.Out)
	if _, stale := files["heldout.jsonl"]; stale {
		t.Error("heldout.jsonl of the first build is still there")
	}
	for name, text := range map[string]string{"train.jsonl": "{}\n", "DATASET.md": "# mine\n"} {
		path := filepath.Join(o.Out, name)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
		if _, err := dataset.Build(t.Context(), gdscript.Domain(), o); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
		if got := readAll(t, o.Out); got[name] != text {
			t.Errorf("%s was lost", name)
		}
		write(t, path, string(before))
	}
	if got := readAll(t, o.Out); !maps.Equal(got, files) {
		t.Error("the refused builds have changed something")
	}
}

func TestNotes(t *testing.T) {
	o := options("testdata/corpus", t.TempDir())
	o.Exclude, o.Include = []string{"nothing/**", "tools", "other"}, []string{"**/*.gd"}
	o.Tasks = map[string]float64{"write": 0.5, "complete": 0.2, "convert": 0.2, "explain": 0.05, "review": 0.05}
	r := build(t, o)
	text := strings.Join(r.Notes, "\n")
	for _, want := range []string{
		`the glob "nothing/**" matches nothing`, "explain and review need a teacher; their shares went to the other tasks in proportion",
		"convert falls short of its share: ",
	} {
		if !strings.Contains(text, want) || !strings.Contains(r.Summary(), want) {
			t.Errorf("the notes lack %q:\n%s", want, text)
		}
	}
	if bytes.Contains([]byte(text), []byte("tools")) {
		t.Errorf("a glob that matches is noted:\n%s", text)
	}
}
