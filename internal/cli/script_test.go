package cli

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

// TestMain lets the scripts run this test binary as the command graft.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"graft": func() { os.Exit(Main()) }})
}

// TestScripts runs testdata/script/*.txtar, one file per command and topic: NAME_topic.txtar.
func TestScripts(t *testing.T) {
	cache := t.TempDir()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "refuses": refuses, "stops": stops, "json": jsonField, "jsonl": jsonLines, "model": modelDir, "tiny": tinyModel, "damage": damage,
			"adapt": adapt, "replace": replace, "sameadapter": sameAdapter, "hub": serveHub,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", cache) // one copy of the built-in model
			env.Setenv("HF_HUB_CACHE", env.WorkDir+"/hub")
			env.Setenv("GRAFT_THREADS", "1") // scripts run side by side
			env.Values["hub"] = &fakeHub{files: map[string]string{}}
			return nil
		},
	})
}

// exits runs a command and checks its exit code: exits 2 graft config check. The outputs are compared with the commands
// stdout, stderr and cmp as after exec.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program args...")
	}
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = exitText(err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}
