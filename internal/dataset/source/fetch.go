package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"graft/internal/durable"
)

// A Fetcher brings repositories into the cache.
type Fetcher struct {
	Cache string // folder of the cache, created if need be
	// Say receives a message before each step that takes long; may be nil.
	Say func(format string, args ...any)

	git string // path of the program, found at the first use
}

// Fetch returns the folder of a checkout of the repository at the revision. A commit that was fetched before is taken from the cache
// and needs no network; a branch or tag is looked up in the repository each time.
func (f *Fetcher) Fetch(ctx context.Context, s Spec) (string, error) {
	if s.URL == "" {
		return "", fmt.Errorf("source: %s is no git URL", s)
	}
	sum := sha256.Sum256([]byte(s.URL))
	home := filepath.Join(f.Cache, s.name()+"-"+hex.EncodeToString(sum[:6]))
	id := hash(s.Revision)
	if id == "" {
		var err error
		if id, err = f.resolve(ctx, s); err != nil {
			return "", err
		}
	}
	if id != "" {
		dir := filepath.Join(home, id)
		if _, err := os.Stat(dir); err == nil {
			return dir, nil
		}
	}
	return f.checkout(ctx, s, home, id)
}

var shortHash = regexp.MustCompile(`^[0-9a-f]{7,63}$`)

// resolve asks the repository for the commit that a branch, a tag or HEAD stands at. It is "" for what may be the beginning of a hash.
func (f *Fetcher) resolve(ctx context.Context, s Spec) (string, error) {
	names := []string{"HEAD"}
	if s.Revision != "" {
		names = []string{"refs/heads/" + s.Revision, "refs/tags/" + s.Revision + "^{}", "refs/tags/" + s.Revision}
	}
	if folder, ok := strings.CutPrefix(s.URL, "file://"); ok {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return "", specErrorf("there is no repository %s; name a commit that was fetched before (URL@commit) to work without it", folder)
		}
	}
	out, err := f.run(ctx, "", append([]string{"ls-remote", "--quiet", "--", s.URL}, names...)...)
	if err != nil {
		return "", fmt.Errorf("source: %s cannot be reached; name a commit that was fetched before (URL@commit) to work without a network: %w", s.URL, err)
	}
	found := map[string]string{}
	for line := range strings.SplitSeq(out, "\n") {
		id, ref, _ := strings.Cut(line, "\t")
		found[strings.TrimSpace(ref)] = hash(id)
	}
	for _, name := range names {
		if found[name] != "" {
			return found[name], nil
		}
	}
	if shortHash.MatchString(s.Revision) {
		return "", nil
	}
	if s.Revision == "" {
		return "", specErrorf("%s is empty: its HEAD names no commit", s.URL)
	}
	return "", specErrorf("%s has no branch or tag %q", s.URL, s.Revision)
}

// checkout fetches a commit into a folder aside and renames it. If id is "", the revision is the beginning of its hash.
func (f *Fetcher) checkout(ctx context.Context, s Spec, home, id string) (dir string, err error) {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", fmt.Errorf("source: %w", err)
	}
	aside, err := os.MkdirTemp(home, ".fetch.*.tmp")
	if err != nil {
		return "", fmt.Errorf("source: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	if f.Say != nil {
		f.Say("fetching %s", s)
	}
	if _, err := f.run(ctx, "", "init", "--quiet", "--template=", "--", aside); err != nil {
		return "", fmt.Errorf("source: %w", err)
	}
	if id, err = f.fill(ctx, s, aside, id); err != nil {
		return "", fmt.Errorf("source: %s: %w", s, err)
	}
	if _, err := f.run(ctx, aside, "checkout", "--quiet", "--detach", id, "--"); err != nil {
		return "", fmt.Errorf("source: %s: %w", s, err)
	}
	if _, err := f.run(ctx, aside, "config", "remote.origin.url", s.URL); err != nil {
		return "", fmt.Errorf("source: %s: %w", s, err)
	}
	dir = filepath.Join(home, id)
	if err := durable.Rename(aside, dir); err != nil {
		if info, missing := os.Stat(dir); missing != nil || !info.IsDir() { // else another process was faster
			return "", fmt.Errorf("source: %w", err)
		}
	}
	return dir, durable.SyncDir(home)
}

// fill fetches the commit, without its history where the server allows that, and returns its full hash.
func (f *Fetcher) fill(ctx context.Context, s Spec, dir, id string) (string, error) {
	fetch := []string{"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"}
	if id != "" {
		_, err := f.run(ctx, dir, append(slices.Clone(fetch), "--depth=1", "--", s.URL, id)...)
		if err == nil || ctx.Err() != nil {
			return id, err
		}
	}
	// The server gives branches and tags only, or the hash is not complete.
	if _, err := f.run(ctx, dir, append(slices.Clone(fetch), "--", s.URL, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")...); err != nil {
		return "", err
	}
	if id == "" {
		id = s.Revision
	}
	out, err := f.run(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", id+"^{commit}")
	if err != nil {
		return "", specErrorf("there is no commit %s in its branches and tags, or more than one begins so", id)
	}
	return hash(strings.TrimSpace(out)), nil
}

// settings keep git from running what a repository or the user's templates say, and from asking.
var settings = []string{
	"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.autocrlf=false", "-c", "submodule.recurse=false",
	"-c", "fetch.recurseSubmodules=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "advice.detachedHead=false",
	"-c", "core.protectNTFS=true", "-c", "core.protectHFS=true",
}

// run runs git and returns what it prints. The error shows what it has complained about.
func (f *Fetcher) run(ctx context.Context, dir string, args ...string) (string, error) {
	if f.git == "" {
		git, err := exec.LookPath("git")
		if err != nil {
			return "", errors.New("the program git is not on the PATH; install it, or clone the repository elsewhere and name its folder")
		}
		f.git = git
	}
	command := args[0]
	if dir == "" {
		dir = f.Cache // no repository: the settings of one that the user stands in are of no concern
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, f.git, append(slices.Clone(settings), args...)...)
	cmd.Dir, cmd.Env = dir, append(environment(os.Environ()), "GIT_CEILING_DIRECTORIES="+filepath.Dir(f.Cache))
	detach(cmd)
	cmd.WaitDelay = 10 * time.Second
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("git %s: %w: %s", command, err, lastLines(complaint.String()))
	}
	return out.String(), nil
}

// lastLines shortens a complaint to what can be read.
func lastLines(s string) string {
	const most = 600
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\ufffd")
	if len(s) > most {
		s = "…" + strings.ToValidUTF8(s[len(s)-most:], "")
	}
	return strings.ReplaceAll(s, "\n", "; ")
}

// environment is what git is started with: the user's own, without what would lead it to another repository.
func environment(user []string) []string {
	dropped := []string{
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
		"GIT_NAMESPACE", "GIT_PREFIX", "GIT_TEMPLATE_DIR", "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL_FROM_USER",
		"GIT_TERMINAL_PROMPT", "GIT_ASKPASS", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "GIT_LFS_SKIP_SMUDGE", "LC_ALL",
	}
	env := slices.DeleteFunc(slices.Clone(user), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return slices.Contains(dropped, name)
	})
	return append(env, "GIT_ALLOW_PROTOCOL=https:ssh:file", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never",
		"GIT_LFS_SKIP_SMUDGE=1", "LC_ALL=C")
}
