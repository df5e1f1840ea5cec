//go:build linux || darwin

package dataset

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// specialFiles are trees with pipes and sockets.
func specialFiles(t *testing.T) []hostileTree {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	return []hostileTree{
		{"pipe", func(root string) { must(syscall.Mkfifo(filepath.Join(root, "bad.x"), 0o600)) }, filterLink, "bad.x"},
		{"pipe for a licence", func(root string) { must(syscall.Mkfifo(filepath.Join(root, "LICENSE"), 0o600)) }, "", ""},
		{"pipe for a HEAD", func(root string) {
			must(os.Mkdir(filepath.Join(root, ".git"), 0o700))
			must(syscall.Mkfifo(filepath.Join(root, ".git", "HEAD"), 0o600))
		}, "", ""},
		{"pipe for a .git", func(root string) { must(syscall.Mkfifo(filepath.Join(root, ".git"), 0o600)) }, "", ""},
		{"socket", func(root string) {
			fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			must(err)
			t.Chdir(root) // the address of a socket is short
			must(syscall.Bind(fd, &syscall.SockaddrUnix{Name: "bad.x"}))
			must(syscall.Close(fd))
		}, filterLink, "bad.x"},
	}
}
