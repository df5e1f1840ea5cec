package graft_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var commandBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestReadmeCommands runs every command block of README as it stands, but the one that runs this very test, which .ci/run
// runs.
func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	blocks := commandBlock.FindAllStringSubmatch(string(readme), -1)
	if len(blocks) < 3 {
		t.Fatalf("README has %d command blocks, expected the demo, the tests and a project", len(blocks))
	}
	for _, b := range blocks {
		commands := b[1]
		if commands == "make test\n" {
			if !strings.Contains(string(ci), "\n"+commands) {
				t.Error(".ci/run does not run make test")
			}
			continue
		}
		name, _, _ := strings.Cut(commands, "\n")
		t.Run(name, func(t *testing.T) { runBlock(t, commands) })
	}
}

// runBlock runs commands in a copy of the repository that shares its files: what they write stays there.
func runBlock(t *testing.T, commands string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Makefile", "cmd", "config", "data", "go.mod", "go.sum", "internal"} {
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", commands)
	cmd.Dir = dir
	// Without its path in them, packages are built once for all copies.
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath", "CGO_ENABLED=0", "HF_HUB_OFFLINE=1",
		"XDG_CACHE_HOME="+t.TempDir(), "GOCACHE="+strings.TrimSpace(string(cache)))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestReadmeIsShort: a newcomer reaches the first command within seventy words.
func TestReadmeIsShort(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, _, found := strings.Cut(string(readme), "```sh")
	if n := len(strings.Fields(text)); !found || n > 70 {
		t.Errorf("%d words before the first command, at most 70 wanted", n)
	}
}
