package gatetest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"graft/internal/dataset/gate/gatetest"
	"graft/internal/lang/cpp"
	"graft/internal/lang/lua"
)

var (
	write   = flag.String("write", "", "write the mutants for ref/gates_interop.py into this folder")
	verbose = flag.Bool("missed", false, "print the mutants that a gate misses")
)

const golden = "testdata/golden/verdicts.json"

// A corpus is the files of one language with the gate that judges them.
type corpus struct {
	language, glob string
	each           int // mutants of each kind and file
	check          func(text string) error
	fewest         int        // mutants that a real parser refuses for their syntax
	least          [2]float64 // share of them that the gate notices, in each round
}

var corpora = []corpus{
	{"lua", "../../../../data/avorion/raw/*/*/*/*/*/*.lua", 8, lua.Check, 200, [2]float64{1, 1}},
	{"c", "testdata/c/*.c", 14, cpp.Check, 200, [2]float64{0.94, 0.87}},
	{"cpp", "testdata/cpp/*.cpp", 16, cpp.Check, 200, [2]float64{0.88, 0.82}},
}

// most bounds the files of a language.
const most = 24

func (c *corpus) files(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(c.glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", c.glob, len(files), err)
	}
	return files[:min(most, len(files))]
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// rounds are added to the names of files and so give each other mutants. The rules of the gates were written with those that are
// missed in the first round before the eyes, those of the second were never looked at: its rates are what to expect elsewhere.
var rounds = []string{"", " held out"}

// key is how the golden names a file: with its content, so that a changed sample asks for new verdicts.
func key(file, text, round string) string {
	sum := sha256.Sum256([]byte(text))
	return filepath.Base(file) + round + " " + hex.EncodeToString(sum[:8])
}

// TestMutants compares the gates with what LuaJIT, gcc and g++ say: S refused for its syntax, N for names and types, A accepted.
// What is accepted by the compiler must be accepted by the gate. With -write it writes the mutants instead.
func TestMutants(t *testing.T) {
	var verdicts map[string]map[string]string
	if *write == "" {
		if err := json.Unmarshal([]byte(read(t, golden)), &verdicts); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range corpora {
		for n, round := range rounds {
			t.Run(c.language+round, func(t *testing.T) {
				counts := tally{}
				for _, file := range c.files(t) {
					text := read(t, file)
					if err := c.check(text); err != nil {
						t.Errorf("%s: refused: %v", file, err)
					}
					name := key(file, text, round)
					mutants := gatetest.Mutants(c.language, filepath.Base(file)+round, text, c.each)
					if *write != "" {
						save(t, &c, file, name, mutants)
						continue
					}
					said := verdicts[c.language][name]
					if len(said) != len(mutants) {
						t.Fatalf("%s: %d mutants, and the golden has %d verdicts; write it again with ref/gates_interop.py", name, len(mutants), len(said))
					}
					for i, m := range mutants {
						counts.add(t, &c, file, m, said[i])
					}
				}
				if *write == "" {
					counts.report(t, &c, n)
				}
			})
		}
	}
}

// save writes the mutants of a file as one JSON object. name is its key in the golden.
func save(t *testing.T, c *corpus, file, name string, mutants []gatetest.Mutant) {
	t.Helper()
	var texts []string
	for _, m := range mutants {
		texts = append(texts, m.Text)
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"language": c.language, "key": name, "folder": folder, "mutants": texts})
	if err != nil {
		t.Fatal(err)
	}
	name = c.language + "-" + strings.ReplaceAll(name, " ", "-") + ".json"
	if err := os.WriteFile(filepath.Join(*write, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A count is what became of the mutants of one kind.
type count struct{ all, syntax, caught, names, namesCaught, falsely int }

type tally map[gatetest.Kind]*count

func (y tally) add(t *testing.T, c *corpus, file string, m gatetest.Mutant, said byte) {
	t.Helper()
	n := y[m.Kind]
	if n == nil {
		n = &count{}
		y[m.Kind] = n
	}
	n.all++
	err := c.check(m.Text)
	switch {
	case said == 'S':
		n.syntax++
		if err != nil {
			n.caught++
		} else if *verbose {
			fmt.Printf("missed %s %s: %s\n", file, m.Kind, difference(read(t, file), m.Text))
		}
	case said == 'N':
		n.names++
		if err != nil {
			n.namesCaught++
		}
	case err != nil && !unread(read(t, file), m.Text):
		n.falsely++
		t.Errorf("%s: a mutant of kind %s is valid and refused: %v\n%s", file, m.Kind, err, difference(read(t, file), m.Text))
	}
}

// unread reports whether a change lies in the branch of a conditional that the compilers were not asked to read.
func unread(before, after string) bool {
	start, end := strings.Index(before, "#if defined(GRID_SLOW)"), strings.Index(before, "#else\nstatic int at")
	at := 0
	for at < min(len(before), len(after)) && before[at] == after[at] {
		at++
	}
	return start >= 0 && at > start && at < end
}

// difference shows the first line that differs.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d: %s  =>  %s", i+1, strings.TrimSpace(x[i]), strings.TrimSpace(y[i]))
		}
	}
	return "the end"
}

// report prints the catch rate of each kind and holds the whole against its limits.
func (y tally) report(t *testing.T, c *corpus, round int) {
	t.Helper()
	var sum count
	var kinds []string
	for k := range y {
		kinds = append(kinds, string(k))
	}
	sort.Strings(kinds)
	for _, k := range kinds {
		n := y[gatetest.Kind(k)]
		t.Logf("%-4s %-16s %4d mutants, %4d broken in syntax, caught %4d (%5.1f %%); %3d in names, caught %3d", c.language, k, n.all, n.syntax, n.caught, percent(n.caught, n.syntax), n.names, n.namesCaught)
		sum.all, sum.syntax, sum.caught, sum.names, sum.namesCaught = sum.all+n.all, sum.syntax+n.syntax, sum.caught+n.caught, sum.names+n.names, sum.namesCaught+n.namesCaught
	}
	t.Logf("%-4s %-16s %4d mutants, %4d broken in syntax, caught %4d (%5.1f %%); %3d in names, caught %3d", c.language, "all", sum.all, sum.syntax, sum.caught, percent(sum.caught, sum.syntax), sum.names, sum.namesCaught)
	if sum.syntax < c.fewest || percent(sum.caught, sum.syntax) < 100*c.least[round] {
		t.Errorf("%s: %d of %d broken mutants are noticed, expected at least %.1f %% of at least %d", c.language, sum.caught, sum.syntax, 100*c.least[round], c.fewest)
	}
}

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

// TestKinds proves that every kind finds a place, and that mutants differ from their file and from each other.
func TestKinds(t *testing.T) {
	text := "static int f(int a) {\n\tif (a) {\n\t\tputs(\"x\");\n\t}\n\treturn a;\n}\n"
	mutants := gatetest.Mutants("c", "f.c", text, 2)
	var kinds []gatetest.Kind
	seen := map[string]bool{text: true}
	for _, m := range mutants {
		kinds = append(kinds, m.Kind)
		if seen[m.Text] {
			t.Errorf("%s: a mutant is there twice or no change:\n%s", m.Kind, m.Text)
		}
		seen[m.Text] = true
	}
	for _, k := range gatetest.Kinds() {
		if !slices.Contains(kinds, k) {
			t.Errorf("no mutant of kind %s", k)
		}
	}
	if again := gatetest.Mutants("c", "f.c", text, 2); !slices.Equal(again, mutants) {
		t.Error("the same file gives other mutants")
	}
}
