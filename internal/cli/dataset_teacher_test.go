package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"graft/internal/dataset"
	"graft/internal/teacher"
	"graft/internal/teacher/teachertest"
)

// How much TestDatasetSurvivesKills does. ref/dataset_interop.py asks for more.
var (
	manyFunctions = flag.Int("dataset.functions", 36, "functions of a dataset that is built while it is killed")
	manyKills     = flag.Int("dataset.kills", 3, "how often")
)

// functionName finds the function that a question of the dataset's prompts is about.
var functionName = regexp.MustCompile(`function (\w+\.\w+)\(`)

// wordy answers as a good teacher would: with words that are the question's own, and the name of the function.
func wordy(q teachertest.Question) string {
	h := fnv.New64a()
	h.Write([]byte(q.System + q.User))
	r := rand.New(rand.NewPCG(h.Sum64(), 7))
	list := strings.Fields("the hull cargo sector pilot drone market engine signal gate route shield faction trader beacon wreck asteroid station scanner turret crew fuel price goods")
	var words []string
	for range 24 {
		words = append(words, list[r.IntN(len(list))])
	}
	text := strings.Join(words, " ")
	name := "it"
	if m := functionName.FindStringSubmatch(q.User); m != nil {
		name = m[1]
	}
	var v any
	switch {
	case strings.Contains(string(q.Schema), `"enough"`):
		v = map[string]any{"enough": r.IntN(10) > 0, "reason": ""}
	case strings.Contains(string(q.Schema), `"answer"`):
		v = map[string]any{"answer": "`" + name + "` looks after " + text + ".", "difficulty": "easy", "refusal": ""}
	default:
		v = map[string]any{
			"instruction": "Write `" + name + "`, which looks after " + text + ".", "interface": []string{name}, "assumptions": []string{},
			"self_contained": true, "difficulty": "medium", "refusal": "",
		}
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// writeFunctions writes scripts of Avorion with n functions, no two alike.
func writeFunctions(t testing.TB, dir string, n int) {
	t.Helper()
	const perFile = 10
	r := rand.New(rand.NewPCG(3, 5))
	word := func() string {
		b := make([]byte, 4+r.IntN(6))
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	var b strings.Builder
	for i := range n {
		if i%perFile == 0 {
			b.Reset()
			fmt.Fprintf(&b, "local Ship%d = {}\n", i/perFile)
		}
		x, y := word(), word()
		fmt.Fprintf(&b, "\n-- %s the %s of a %s with %s %s and %s.\nfunction Ship%d.%s%d(%s, %s)\n", word(), word(), word(), word(), word(), word(), i/perFile, word(), i, x, y)
		for range 4 + r.IntN(5) {
			fmt.Fprintf(&b, "    if %s < %d then %s = %s + %s.%s(%d, %q) end\n", x, r.IntN(90), y, y, word(), word(), r.IntN(90), word())
		}
		fmt.Fprintf(&b, "    return %s, %s\nend\n", x, y)
		if i%perFile == perFile-1 || i == n-1 {
			fmt.Fprintf(&b, "\nreturn Ship%d\n", i/perFile)
			name := filepath.Join(dir, fmt.Sprintf("ship%d.lua", i/perFile))
			if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// teacherProject makes a project of n functions and returns its folder.
func teacherProject(t testing.TB, n int, more string) string {
	t.Helper()
	dir := t.TempDir()
	raw := filepath.Join(dir, "data", "avorion", "raw")
	if err := os.MkdirAll(raw, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFunctions(t, raw, n)
	text := "domain: avorion\nmodel: {name: 'builtin:tiny-coder'}\ndataset:\n  hold_out: [ship1.lua]\n" + more
	if err := errorsOf(os.Mkdir(filepath.Join(dir, "config"), 0o755), os.WriteFile(filepath.Join(dir, "config", "avorion.yaml"), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// graftIn runs the program in a folder against a server.
func graftIn(dir, url string, args ...string) *exec.Cmd {
	cmd := exec.Command("graft-hasty", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ANTHROPIC_API_KEY=key-of-a-test", "ANTHROPIC_BASE_URL="+url, "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(os.TempDir(), "graft-test-cache"),
		"GRAFT_THREADS=1")
	return cmd
}

func mustRun(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out.String())
	}
	return out.String()
}

// datasetFiles reads what a build has left, but for the ledger.
func datasetFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	folder := filepath.Join(dir, "data", "avorion")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name() != ledgerName {
			data, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			files[e.Name()] = string(data)
		}
	}
	return files
}

// everyFunctionOnce proves that each function is a record or was taken out, never both and never twice.
func everyFunctionOnce(t *testing.T, dir string, n int) (records int) {
	t.Helper()
	s, err := dataset.Open(filepath.Join(dir, "data", "avorion"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, metas := range s.Meta {
		for _, m := range metas {
			seen[fmt.Sprintf("%s:%d", m.Path, m.Line)]++
			records++
		}
	}
	level := map[string]bool{}
	for _, y := range s.Report.Yield {
		level[y.Filter] = y.Of == "comments"
	}
	for _, r := range s.Rejected {
		if !level[r.Filter] {
			seen[fmt.Sprintf("%s:%d", r.Path, r.Line)]++
		}
	}
	for place, k := range seen {
		if k != 1 {
			t.Errorf("%s is there %d times", place, k)
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d functions are accounted for", len(seen), n)
	}
	return records
}

// killer kills a process once the server has been called so many times.
type killer struct {
	mu    sync.Mutex
	after int
	cmd   *exec.Cmd
	kills int
}

func (k *killer) call(_ int, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cmd == nil || strings.HasSuffix(r.URL.Path, "/count_tokens") { // which costs nothing

		return
	}
	if k.after--; k.after <= 0 {
		_ = k.cmd.Process.Kill()
		k.cmd = nil
		k.kills++
	}
}

// allFaults is a bad day.
var allFaults = teachertest.Faults{
	Refuse: 10, Cut: 20, CutBelow: 2000, Think: 100, Fence: 50, Invalid: 5, Drop: 10, Broken: 10, Expire: 30, Errored: 20, TearResults: true, LoseBatch: 3,
}

// TestDatasetSurvivesKills builds a dataset against a server that fails in many ways, killed again and again, and compares it with one
// that nothing disturbed. ref/dataset_interop.py does the same with 2,000 functions and ten kills.
func TestDatasetSurvivesKills(t *testing.T) {
	functions, most := *manyFunctions, 0.002*float64(*manyFunctions)
	for mode, pace := range map[string]int{"live": functions / 25, "batch": 1} { // calls to the server before a process is killed
		t.Run(mode, func(t *testing.T) {
			settings := fmt.Sprintf("  mode: %s\n  max_cost: %g\n  self_check: true\n  concurrency: 2\n", mode, most)
			calm := teachertest.Start(teachertest.Options{Key: "key-of-a-test", Answer: wordy, Faults: teachertest.Faults{Refuse: 10, Cut: 20, CutBelow: 2000, Invalid: 5}})
			defer calm.Close()
			undisturbed := teacherProject(t, functions, settings)
			out := mustRun(t, graftIn(undisturbed, calm.URL(), "dataset", "build", "--domain", "avorion"))
			if !strings.Contains(out, "the teacher is asked ") || !strings.Contains(out, "residual leak: 0") {
				t.Errorf("the build says\n%s", out)
			}

			k := &killer{}
			server := teachertest.Start(teachertest.Options{Key: "key-of-a-test", Answer: wordy, Faults: allFaults, Polls: 1, OnCall: k.call})
			defer server.Close()
			dir := teacherProject(t, functions, settings)
			for i := range *manyKills {
				cmd := graftIn(dir, server.URL(), "dataset", "build", "--domain", "avorion")
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				k.mu.Lock()
				k.cmd, k.after = cmd, pace+i%3+1
				k.mu.Unlock()
				_ = cmd.Wait()
			}
			k.mu.Lock()
			k.cmd = nil
			k.mu.Unlock()
			mustRun(t, graftIn(dir, server.URL(), "dataset", "build", "--domain", "avorion"))
			if k.kills == 0 {
				t.Error("nothing was killed")
			}
			t.Logf("%d functions, killed %d times", functions, k.kills)
			a, b := datasetFiles(t, undisturbed), datasetFiles(t, dir)
			for name := range a {
				if a[name] != b[name] {
					t.Errorf("%s differs from that of the undisturbed build:\n%.2000s\n---\n%.2000s", name, b[name], a[name])
				}
			}
			if n := everyFunctionOnce(t, dir, functions); n < functions/2 {
				t.Errorf("only %d records", n)
			}
			t.Logf("$%.4f of $%g", spentWithin(t, server, most), most)
			offline(t, dir, b)
		})
	}
}

// spentWithin proves that what the server has charged is within the limit.
func spentWithin(t *testing.T, s *teachertest.Server, most float64) float64 {
	t.Helper()
	live, batch := s.Charged()
	cost := func(u teacher.Usage, factor float64) float64 { // of claude-haiku-5-5
		return factor * (0.10*float64(u.Input) + 0.125*float64(u.CacheWrite) + 0.20*float64(u.CacheWriteLong) + 0.01*float64(u.CacheRead) + 0.50*float64(u.Output)) / 1e6
	}
	sum := cost(live, 1) + cost(batch, 0.5)
	if sum > most || sum == 0 {
		t.Errorf("$%.4f were charged, the limit is $%g", sum, most)
	}
	return sum
}

// offline builds again with nobody there to answer: the same bytes come of the ledger, which does not hold the key.
func offline(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	mustRun(t, graftIn(dir, "http://127.0.0.1:1", "dataset", "build", "--domain", "avorion", "--offline", "-q"))
	for name, text := range datasetFiles(t, dir) {
		if text != want[name] {
			t.Errorf("%s differs when it is built again offline", name)
		}
		if strings.Contains(text, "key-of-a-test") {
			t.Errorf("%s holds the key", name)
		}
	}
	ledger, err := os.ReadFile(filepath.Join(dir, "data", "avorion", ledgerName))
	if err != nil || bytes.Contains(ledger, []byte("key-of-a-test")) {
		t.Errorf("the ledger holds the key, or %v", err)
	}
}

// TestDatasetKeepsToMaxCost gives a build less money than it needs: it ends, within the limit, and says what was not asked.
func TestDatasetKeepsToMaxCost(t *testing.T) {
	server := teachertest.Start(teachertest.Options{Key: "key-of-a-test", Answer: wordy})
	defer server.Close()
	const most = 0.002
	dir := teacherProject(t, 40, fmt.Sprintf("  mode: live\n  max_cost: %g\n", most))
	out := mustRun(t, graftIn(dir, server.URL(), "dataset", "build", "--domain", "avorion"))
	everyFunctionOnce(t, dir, 40)
	spentWithin(t, server, most)
	if files := datasetFiles(t, dir); !strings.Contains(files["rejected.jsonl"], `"reason":"max-cost`) || !strings.Contains(out, "what it does not reach is left out") {
		t.Errorf("nothing was left out for want of money, or the build does not say so:\n%s", out)
	}
}

// TestDatasetEstimateKnowsTheLedger: what was answered is not estimated again, neither by a rehearsal, which sends nothing, nor by a build
// that has more to ask than the one before.
func TestDatasetEstimateKnowsTheLedger(t *testing.T) {
	server := teachertest.Start(teachertest.Options{Key: "key-of-a-test", Answer: wordy})
	defer server.Close()
	dir := teacherProject(t, 20, "  mode: live\n")
	estimate := func(args ...string) (e dataset.Estimate) {
		cmd := graftIn(dir, server.URL(), append([]string{"dataset", "generate", "--domain", "avorion", "--json", "-q"}, args...)...)
		var out, problem bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &problem
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, problem.String())
		}
		if err := json.Unmarshal(out.Bytes(), &struct{ Estimate *dataset.Estimate }{&e}); err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := estimate("--dry-run")
	if first.Answered != 0 || first.Spent != 0 || first.Cost <= 0 || first.Most < first.Cost || server.Calls() != 0 {
		t.Errorf("before: %+v, %d calls", first, server.Calls())
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "avorion", ledgerName)); err == nil {
		t.Error("the rehearsal has made a ledger")
	}
	if asked := estimate(); asked.Requests != first.Requests || asked.Input < first.Input/4 || asked.Input > 4*first.Input {
		t.Errorf("counted by the endpoint: %+v, here: %+v", asked, first)
	}
	calls := server.Calls()
	after := estimate("--dry-run")
	if after.Answered != first.Requests || after.Input != 0 || after.Cost != 0 || after.Most != 0 || after.Spent <= 0 || server.Calls() != calls {
		t.Errorf("after: %+v, %d calls", after, server.Calls()-calls)
	}
	if more := estimate("--dry-run", "--set", "dataset.self_check=true"); more.Requests != 2*first.Requests || more.Answered != first.Requests || more.Cost <= 0 {
		t.Errorf("with a self-check: %+v", more)
	}
}
