package source

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"graft/internal/fault"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want Spec
	}{
		{"install", Spec{Installed: true}},
		{"data/avorion/raw", Spec{Folder: "data/avorion/raw"}},
		{"./install", Spec{Folder: "./install"}},
		{"a@b", Spec{Folder: "a@b"}},
		{"https://example.org/a/b.git", Spec{URL: "https://example.org/a/b.git"}},
		{"https://example.org/a/b@v1.2", Spec{URL: "https://example.org/a/b", Revision: "v1.2"}},
		{"https://example.org/a/b@feature/x", Spec{URL: "https://example.org/a/b", Revision: "feature/x"}},
		{"ssh://git@example.org:22/a/b", Spec{URL: "ssh://git@example.org:22/a/b"}},
		{"ssh://git@example.org/a@main", Spec{URL: "ssh://git@example.org/a", Revision: "main"}},
		{"git@example.org:a/b.git", Spec{URL: "git@example.org:a/b.git"}},
		{"git@example.org:a/b@0123456", Spec{URL: "git@example.org:a/b", Revision: "0123456"}},
		{"file:///srv/a@main", Spec{URL: "file:///srv/a", Revision: "main"}},
	} {
		got, err := Parse(c.raw)
		if err != nil || got != c.want || got.String() != c.raw {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", c.raw, got, err, c.want)
		}
	}
	for raw, want := range map[string]string{
		"":                                      "is empty",
		"http://example.org/a":                  "the protocol http is not taken",
		"git://example.org/a":                   "the protocol git is not taken",
		"ext::sh -c touch% /tmp/x":              "helper program",
		"https://user:hunter2@example.org/a":    "holds a user name or password",
		"https://hunter2@example.org/a":         "holds a user name or password",
		"ssh://git:hunter2@example.org/a":       "holds a user name or password",
		"https://example.org/a@--upload-pack=x": "is not the name of a commit",
		"https://example.org/a@":                "is not the name of a commit",
		"https://example.org/a@x..y":            "is not the name of a commit",
		"ssh://-oProxyCommand=x/a":              "names no repository",
		"https:///a":                            "names no repository",
		"https://example.org/":                  "names no repository",
		"file://host/a":                         "names no repository",
		"https://exa mple.org/a":                "is no URL",
	} {
		_, err := Parse(raw)
		if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Parse(%q): %v, want %q", raw, err, want)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestDescribe(t *testing.T) {
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	for _, c := range []struct {
		name  string
		files map[string]string
		want  Checkout
	}{
		{"branch", map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": a + "\n"}, Checkout{Commit: a}},
		{"packed", map[string]string{
			".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# pack-refs with: peeled\n" + b + " refs/heads/main2\n" + a + " refs/heads/main\n^" + b + "\n",
		}, Checkout{Commit: a}},
		{"loose before packed", map[string]string{
			".git/HEAD": "ref: refs/heads/main", ".git/refs/heads/main": b, ".git/packed-refs": a + " refs/heads/main\n",
		}, Checkout{Commit: b}},
		{"detached", map[string]string{".git/HEAD": strings.ToUpper(a)}, Checkout{Commit: a}},
		{"symbolic twice", map[string]string{".git/HEAD": "ref: refs/heads/x", ".git/refs/heads/x": "ref: refs/heads/y", ".git/refs/heads/y": a}, Checkout{Commit: a}},
		{"a loop", map[string]string{".git/HEAD": "ref: refs/heads/x", ".git/refs/heads/x": "ref: refs/heads/x"}, Checkout{}},
		{"no commit yet", map[string]string{".git/HEAD": "ref: refs/heads/main"}, Checkout{}},
		{"out of the folder", map[string]string{".git/HEAD": "ref: ../../secret", "secret": a}, Checkout{}},
		{"no reference", map[string]string{".git/HEAD": "ref: config", ".git/config": a}, Checkout{}},
		{"rubbish", map[string]string{".git/HEAD": "\xff\x00"}, Checkout{}},
		{"a file", map[string]string{".git": "gitdir: elsewhere\n", "elsewhere/HEAD": a}, Checkout{Commit: a}},
		{"worktree", map[string]string{
			".git": "gitdir: main/.git/worktrees/w", "main/.git/worktrees/w/HEAD": "ref: refs/heads/w", "main/.git/worktrees/w/commondir": "../..\n",
			"main/.git/refs/heads/w": b, "main/.git/config": "[remote \"origin\"]\n\turl = https://example.org/a.git\n",
		}, Checkout{Commit: b, Remote: "https://example.org/a.git"}},
		{"a file of rubbish", map[string]string{".git": "gitdir: \x00"}, Checkout{}},
		{"remotes", map[string]string{".git/HEAD": a, ".git/config": "[core]\n\turl = x\n[remote \"fork\"]\n\turl = https://example.org/fork\n" +
			"[remote \"origin\"]\n\tfetch = +refs/*\n\tURL = \"https://user:hunter2@example.org/a\" ; mine\n"}, Checkout{a, "https://example.org/a"}},
		{"another remote", map[string]string{".git/HEAD": a, ".git/config": "[remote \"up\"]\nurl=git@example.org:a/b.git\n"}, Checkout{a, "example.org:a/b.git"}},
	} {
		dir := t.TempDir()
		for name, text := range c.files {
			write(t, filepath.Join(dir, name), text)
		}
		if got := Describe(filepath.Join(dir, ".git")); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if got := Describe(filepath.Join(t.TempDir(), ".git")); got != (Checkout{}) {
		t.Errorf("without .git: %+v", got)
	}
}

// FuzzDescribe proves that no .git leads to anything but a hash and an address without white space.
func FuzzDescribe(f *testing.F) {
	f.Add("ref: refs/heads/main", "aa refs/heads/main", "[remote \"origin\"]\nurl = https://a:b@c/d")
	f.Add(strings.Repeat("a", 40), "", "[remote \"x\"]\nurl=\"\\\"#")
	f.Fuzz(func(t *testing.T, head, refs, config string) {
		dir := t.TempDir()
		for name, text := range map[string]string{"HEAD": head, "packed-refs": refs, "config": config} {
			write(t, filepath.Join(dir, name), text)
		}
		c := Describe(dir)
		if c.Commit != "" && hash(c.Commit) != c.Commit || strings.ContainsAny(c.Remote, " \n\x00") {
			t.Errorf("%+v", c)
		}
	})
}

const folders = `"libraryfolders"
{
	// made by Steam
	"contentstatsid"		"-123"
	"0"
	{
		"path"		"/home/u/.local/share/Steam"
		"apps" { "445220" "1" }
	}
	"1" { "path" "D:\\Games\\Steam Library" "label" "" }
}
`

func TestLibraryPaths(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		err  string
	}{
		{folders, []string{"/home/u/.local/share/Steam", `D:\Games\Steam Library`}, ""},
		{`"LibraryFolders" { "TimeNextStatsReport" "5" "1" "/mnt/games" }`, []string{"/mnt/games"}, ""},
		{`other { 1 { path /x } }`, nil, ""},
		{"", nil, ""},
		{`"libraryfolders" { "0" { "path" "/x"`, nil, "ends inside a section"},
		{`"libraryfolders" "0" }`, nil, "closes nothing"},
		{`"libraryfolders`, nil, "not closed"},
		{`"a"`, nil, "neither"},
		{"a {\n b {\n} }\n c { d }", nil, "line 4"},
		{strings.Repeat("a {", 100), nil, "inside each other"},
		{strings.Repeat(" ", maxVDF+1), nil, "more than"},
	} {
		got, err := libraryPaths(c.text)
		if !slices.Equal(got, c.want) || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%.60q: %q, %v", c.text, got, err)
		}
	}
}

// FuzzVDF proves that no file panics or lists a path that no system call takes.
func FuzzVDF(f *testing.F) {
	f.Add(folders)
	f.Add("a{b{c d}}//")
	f.Add(`"\`)
	f.Fuzz(func(t *testing.T, text string) {
		paths, _ := libraryPaths(text)
		for _, p := range paths {
			if p == "" || strings.ContainsRune(p, 0) {
				t.Errorf("path %q", p)
			}
		}
	})
}

func TestGame(t *testing.T) {
	root := t.TempDir()
	game := func(library string) string { return filepath.Join(library, "steamapps", "common", "Avorion") }
	steam := map[string]string{
		"linux": filepath.Join(root, "home/.local/share/Steam"), "darwin": filepath.Join(root, "home/Library/Application Support/Steam"),
		"windows": filepath.Join(root, "Program Files (x86)", "Steam"),
	}
	text := func(path string) string { return strings.ReplaceAll(path, `\`, `\\`) } // as Steam writes it
	for system, home := range steam {
		if system == "linux" && runtime.GOOS == "windows" {
			continue // a drive in a list would be taken for one of WSL
		}
		m := &Machine{OS: system, Home: filepath.Join(root, "home"), Root: root}
		if _, err := m.Game("Avorion", "data/scripts"); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "no Steam was found; looked at "+home) {
			t.Errorf("%s: %v", system, err)
		}
		other := filepath.Join(root, system, "Games")
		write(t, filepath.Join(home, "steamapps", "libraryfolders.vdf"), `"libraryfolders" { "0" { "path" "`+text(home)+`" } "1" { "path" "`+text(other)+`" } "2" { "path" "/gone" } }`)
		write(t, filepath.Join(game(home), "readme.txt"), "the game was moved")
		if err := os.MkdirAll(other, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Game("Avorion", "data/scripts"); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), other) {
			t.Errorf("%s: %v", system, err)
		}
		write(t, filepath.Join(game(other), "data", "scripts", "a.lua"), "")
		if got, err := m.Game("Avorion", "data/scripts"); err != nil || got != game(other) {
			t.Errorf("%s: %q, %v", system, got, err)
		}
	}
	// Under WSL the libraries are those of Windows.
	wsl := &Machine{OS: "linux", Home: filepath.Join(root, "nobody"), Root: filepath.Join(root, "wsl")}
	write(t, filepath.Join(wsl.Root, "mnt/c/Program Files (x86)/Steam/config/libraryfolders.vdf"), `"libraryfolders" { "1" { "path" "D:\\Games" } }`)
	want := game(filepath.Join(wsl.Root, "mnt/d/Games"))
	write(t, filepath.Join(want, "data/scripts/a.lua"), "")
	if got, err := wsl.Game("Avorion", "data/scripts"); err != nil || got != want {
		t.Errorf("WSL: %q, %v", got, err)
	}
	// Where Steam has registered itself comes first.
	registered := filepath.Join(root, "registered")
	write(t, filepath.Join(game(registered), "data/scripts/a.lua"), "")
	m := &Machine{OS: "windows", Root: root, Steam: filepath.ToSlash(registered)}
	if got, err := m.Game("Avorion", "data/scripts"); err != nil || got != game(registered) {
		t.Errorf("registered: %q, %v", got, err)
	}
	// A list that cannot be read is named beside what is missing.
	write(t, filepath.Join(steam["linux"], "config/libraryfolders.vdf"), "{")
	broken := &Machine{OS: "linux", Home: filepath.Join(root, "home"), Root: root}
	if _, err := broken.Game("Other", "x"); err == nil || !strings.Contains(filepath.ToSlash(err.Error()), "config/libraryfolders.vdf: source: line 1") {
		t.Errorf("broken list: %v", err)
	}
}
