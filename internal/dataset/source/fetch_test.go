package source

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/fault"
)

// A served repository lies bare in a folder and is reached by a file URL.
type served struct {
	url, dir, work string
	first, second  string // commits
	t              *testing.T
}

func (s *served) git(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// serve makes a repository with two commits, a tag on the first, and a submodule and hooks that must not come into play.
func serve(t *testing.T) *served {
	t.Helper()
	root := t.TempDir()
	s := &served{t: t, work: filepath.Join(root, "work"), dir: filepath.Join(root, "my repo.git")}
	s.url = "file://" + strings.ReplaceAll(s.dir, " ", "%20")
	write(t, filepath.Join(s.work, "a.lua"), "x = 1\n")
	s.git(s.work, "init", "--quiet", "--initial-branch=main")
	s.git(s.work, "add", ".")
	s.git(s.work, "commit", "--quiet", "-m", "first")
	s.first = s.git(s.work, "rev-parse", "HEAD")
	s.git(s.work, "tag", "-m", "a tag", "v1")
	write(t, filepath.Join(s.work, "a.lua"), "x = 2\n")
	write(t, filepath.Join(s.work, ".gitmodules"), "[submodule \"m\"]\n\tpath = m\n\turl = file:///nowhere\n")
	s.git(s.work, "update-index", "--add", "--cacheinfo", "160000,"+s.first+",m")
	s.git(s.work, "add", ".")
	s.git(s.work, "commit", "--quiet", "-m", "second")
	s.second = s.git(s.work, "rev-parse", "HEAD")
	s.git(s.work, "branch", "feature/x", s.first)
	s.git(root, "clone", "--quiet", "--bare", s.work, s.dir)
	return s
}

func (s *served) spec(revision string) Spec {
	s.t.Helper()
	raw := s.url
	if revision != "" {
		raw += "@" + revision
	}
	spec, err := Parse(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	return spec
}

// hooked gives the user hooks for every checkout and returns the file that they would make.
func hooked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	hook := filepath.Join(dir, "hooks", "post-checkout")
	write(t, hook, "#!/bin/sh\ntouch "+ran+"\n")
	if err := os.Chmod(hook, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config"), "[core]\n\thooksPath = "+filepath.Dir(hook)+"\n[init]\n\ttemplateDir = "+dir+"\n")
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(dir, "config"))
	return ran
}

func TestFetch(t *testing.T) {
	s := serve(t)
	s.url = "file://" + s.dir
	f := &Fetcher{Cache: filepath.Join(t.TempDir(), "cache")}
	said := 0
	f.Say = func(string, ...any) { said++ }
	ran := hooked(t)
	t.Setenv("GIT_DIR", "/nowhere")
	for revision, want := range map[string]string{
		"": s.second, "main": s.second, "v1": s.first, "feature/x": s.first, s.second: s.second, s.first: s.first, s.first[:9]: s.first,
	} {
		dir, err := f.Fetch(t.Context(), s.spec(revision))
		if err != nil {
			t.Fatalf("%q: %v", revision, err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "a.lua"))
		got := Describe(filepath.Join(dir, ".git"))
		if err != nil || got.Commit != want || got.Remote != Public(s.url) || filepath.Base(dir) != want || (string(text) == "x = 1\n") != (want == s.first) {
			t.Errorf("%q: %s, %+v, %q, %v", revision, dir, got, text, err)
		}
		if hooks, _ := filepath.Glob(filepath.Join(dir, ".git", "hooks", "*")); len(hooks) > 0 {
			t.Errorf("hooks %v", hooks)
		}
		if inside, _ := os.ReadDir(filepath.Join(dir, "m")); len(inside) > 0 {
			t.Error("the submodule was fetched")
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook ran")
	}
	// Commits come from the cache once the repository is gone; branches do not, and the error says what would.
	if err := os.Rename(s.dir, s.dir+".gone"); err != nil {
		t.Fatal(err)
	}
	before := said
	if _, err := f.Fetch(t.Context(), s.spec(s.first)); err != nil || said != before {
		t.Errorf("a commit that was fetched: %v, fetched again %v", err, said != before)
	}
	if _, err := f.Fetch(t.Context(), s.spec("main")); err == nil || !strings.Contains(err.Error(), "name a commit that was fetched before") {
		t.Errorf("a repository that is gone: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(f.Cache, "*", ".fetch*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFetchRefused(t *testing.T) {
	s := serve(t)
	s.url = "file://" + s.dir
	f := &Fetcher{Cache: t.TempDir()}
	for revision, want := range map[string]string{
		"nothing":               `has no branch or tag "nothing"`,
		"deadbeef1":             "there is no commit deadbeef1",
		strings.Repeat("0", 40): "there is no commit",
	} {
		if _, err := f.Fetch(t.Context(), s.spec(revision)); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", revision, err, want)
		}
	}
	if _, err := f.Fetch(t.Context(), Spec{Folder: "x"}); err == nil {
		t.Error("a folder was fetched")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Fetch(ctx, s.spec("")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := (&Fetcher{Cache: t.TempDir()}).Fetch(t.Context(), s.spec("")); err == nil || !strings.Contains(err.Error(), "git is not on the PATH") {
		t.Errorf("without git: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	env := environment([]string{"HOME=/h", "GIT_DIR=/x", "GIT_ALLOW_PROTOCOL=ext", "GIT_SSH_COMMAND=ssh -i k"})
	for entry, want := range map[string]bool{
		"HOME=/h": true, "GIT_SSH_COMMAND=ssh -i k": true, "GIT_ALLOW_PROTOCOL=https:ssh:file": true, "GIT_TERMINAL_PROMPT=0": true,
		"GIT_DIR=/x": false, "GIT_ALLOW_PROTOCOL=ext": false,
	} {
		if slices.Contains(env, entry) != want {
			t.Errorf("%s: %v", entry, env)
		}
	}
}
