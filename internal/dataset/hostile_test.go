package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"graft/internal/dataset/licence"
	"graft/internal/parallel"
)

// collectTree collects the files *.x of a folder within bounded time.
func collectTree(t *testing.T, root string) *collector {
	t.Helper()
	pool := parallel.New(2)
	defer pool.Close()
	c := &collector{ctx: t.Context(), root: root, include: []string{"**/*.x"}, pool: pool}
	done := make(chan error, 1)
	go func() { done <- c.collect() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("collect hangs")
	}
	return c
}

// A hostileTree is a tree that does harm to a careless reader.
type hostileTree struct {
	name   string
	make   func(root string)
	filter string // "" if nothing is to be rejected
	path   string
}

// TestHostileTrees makes trees that do harm to who reads them carelessly. Each ends with the good file read, and the bad one named with
// the filter.
func TestHostileTrees(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "secret.x")
	must(os.WriteFile(outside, []byte("outside\n"), 0o600))
	cases := append(specialFiles(t), []hostileTree{
		{"link out of the tree", func(root string) { must(os.Symlink(outside, filepath.Join(root, "bad.x"))) }, filterLink, "bad.x"},
		{"link to a folder out of the tree", func(root string) { must(os.Symlink(filepath.Dir(outside), filepath.Join(root, "bad"))) }, filterLink, "bad"},
		{"loop of links", func(root string) { must(os.Symlink("bad.x", filepath.Join(root, "bad.x"))) }, filterLink, "bad.x"},
		{"link to its own folder", func(root string) { must(os.Symlink(".", filepath.Join(root, "bad"))) }, filterLink, "bad"},
		{"dangling link", func(root string) { must(os.Symlink("nowhere", filepath.Join(root, "bad.x"))) }, filterLink, "bad.x"},
		{"10 GB with nothing in it", func(root string) {
			must(os.WriteFile(filepath.Join(root, "bad.x"), nil, 0o600))
			must(os.Truncate(filepath.Join(root, "bad.x"), 10<<30))
		}, filterSize, "bad.x"},
		{"10 GB licence", func(root string) {
			must(os.WriteFile(filepath.Join(root, "LICENSE"), nil, 0o600))
			must(os.Truncate(filepath.Join(root, "LICENSE"), 10<<30))
		}, "", ""},
		{"name that is no UTF-8", func(root string) { must(os.WriteFile(filepath.Join(root, "bad\xff.x"), []byte("x\n"), 0o600)) }, filterEncoding, "bad\ufffd.x"},
		{"folder whose name is no UTF-8", func(root string) {
			must(os.Mkdir(filepath.Join(root, "bad\xff"), 0o700))
			must(os.WriteFile(filepath.Join(root, "bad\xff", "a.x"), []byte("x\n"), 0o600))
		}, filterEncoding, "bad\ufffd"},
		{"name of control characters", func(root string) { must(os.WriteFile(filepath.Join(root, "a\n\x1b[2J.x"), []byte("bad\xff"), 0o600)) }, filterEncoding, "a\n\x1b[2J.x"},
		{"text that is no UTF-8", func(root string) { must(os.WriteFile(filepath.Join(root, "bad.x"), []byte("caf\xe9"), 0o600)) }, filterEncoding, "bad.x"},
		{"NUL", func(root string) { must(os.WriteFile(filepath.Join(root, "bad.x"), []byte("a\x00b"), 0o600)) }, filterEncoding, "bad.x"},
		{"a line of 1 MB", func(root string) {
			must(os.WriteFile(filepath.Join(root, "bad.x"), []byte(strings.Repeat("x", 1_000_000)), 0o600))
		}, filterGenerated, "bad.x"},
		{"folders in folders", func(root string) { must(os.MkdirAll(filepath.Join(root, strings.Repeat("d/", 400)), 0o700)) }, filterDepth, strings.Repeat("d/", maxDepth) + "d"},
		{"a file that may not be read", func(root string) { must(os.WriteFile(filepath.Join(root, "bad.x"), []byte("x\n"), 0)) }, filterUnreadable, "bad.x"},
		{"a folder that may not be read", func(root string) { must(os.Mkdir(filepath.Join(root, "bad"), 0)) }, filterUnreadable, "bad"},
		{"a key", func(root string) {
			key := "-----BEGIN " + "PRIVATE KEY-----\n" + strings.Repeat("MIIEvQIBADANBgkq", 8) + "\n"
			must(os.WriteFile(filepath.Join(root, "bad.x"), []byte("x\n"+key), 0o600))
		}, filterSecret, "bad.x"},
	}...)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			must(os.WriteFile(filepath.Join(root, "good.x"), []byte("good\n"), 0o600))
			c.make(root)
			if c.filter == filterUnreadable && os.Geteuid() == 0 {
				c.filter = "" // the superuser may read everything
			}
			got := collectTree(t, root)
			i := slices.IndexFunc(got.files, func(f *File) bool { return f.Path == "good.x" })
			if i < 0 || strings.Contains(fmt.Sprint(got.files), "outside") {
				t.Errorf("files %v", got.files)
			}
			if c.filter == "" {
				if len(got.rejections) != 0 {
					t.Errorf("%+v", got.rejections)
				}
				return
			}
			if len(got.rejections) != 1 || got.rejections[0].Filter != c.filter || got.rejections[0].Path != c.path || got.rejections[0].Reason == "" {
				t.Errorf("%+v, want %s %s", got.rejections, c.filter, c.path)
			}
			if strings.Contains(fmt.Sprint(got.rejections), "MIIE") || strings.Contains(fmt.Sprint(got.rejections), root) {
				t.Errorf("a reason shows a secret or a path of this machine: %+v", got.rejections)
			}
		})
	}
}

// TestTooManyEntries counts down from a bound that a test can reach.
func TestTooManyEntries(t *testing.T) {
	root := t.TempDir()
	for i := range 5 {
		if err := os.WriteFile(filepath.Join(root, fmt.Sprint(i, ".x")), []byte("x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := &collector{ctx: t.Context(), root: root, include: []string{"**/*.x"}, entries: maxEntries - 4}
	if err := c.collect(); err == nil || !strings.Contains(err.Error(), "more than 1000000 files and folders") {
		t.Errorf("got %v", err)
	}
}

func TestLicences(t *testing.T) {
	const gpl, zero = "// SPDX-License-Identifier: GPL-3.0-only\n", "// SPDX-License-Identifier: 0BSD\n"
	root := newTree(t, map[string]string{
		"LICENSE": zero, "a.x": "a\n", "gpl.x": gpl, "sub/b.x": "b\n", "sub/deep/LICENSE-MIT": "SPDX-License-Identifier: MIT", "sub/deep/LICENSE-ZLIB": "SPDX-License-Identifier: Zlib",
		"sub/deep/c.x": "c\n", "mod/.git/HEAD": "", "mod/d.x": "d\n", "odd/COPYING": "Ask me first.", "odd/e.x": "e\n", "license.lua": "return 1\n",
	})
	licences := func(c *collector) map[string]string {
		m := map[string]string{}
		for _, f := range c.files {
			m[f.Path] = f.License + "; " + f.LicenseFile
		}
		return m
	}
	all := map[string]string{
		"a.x": "0BSD; LICENSE", "gpl.x": "GPL-3.0-only; LICENSE", "sub/b.x": "0BSD; LICENSE", "mod/d.x": "; ", "odd/e.x": "; odd/COPYING",
		"sub/deep/c.x": "MIT AND Zlib; sub/deep/LICENSE-MIT, sub/deep/LICENSE-ZLIB",
	}
	if got := licences(collectTree(t, root)); fmt.Sprint(got) != fmt.Sprint(all) {
		t.Errorf("got %v, want %v", got, all)
	}
	for _, c := range []struct {
		list     []string
		taken    string
		rejected []string
	}{
		{[]string{"permissive"}, "a.x sub/b.x sub/deep/c.x", []string{
			"gpl.x its licence is GPL-3.0-only, and licenses is permissive",
			"mod/d.x its licence is unknown, and licenses is permissive; there is no licence file from its folder up",
			"odd/e.x its licence is unknown, and licenses is permissive; odd/COPYING: its text is that of no known licence",
		}},
		{[]string{"GPL-3.0-only"}, "gpl.x", nil},
	} {
		policy, err := licence.NewPolicy(c.list)
		if err != nil {
			t.Fatal(err)
		}
		got := &collector{ctx: t.Context(), root: root, include: []string{"**/*.x"}, licences: policy}
		if err := got.collect(); err != nil {
			t.Fatal(err)
		}
		var taken, rejected []string
		for _, f := range got.files {
			taken = append(taken, f.Path)
		}
		for _, r := range got.rejections {
			rejected = append(rejected, r.Path+" "+r.Reason)
		}
		if strings.Join(taken, " ") != c.taken || c.rejected != nil && !slices.Equal(rejected, c.rejected) {
			t.Errorf("%v: %v, rejected %q", c.list, taken, rejected)
		}
	}
}
