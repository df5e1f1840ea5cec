//go:build linux || darwin

package dataset

import (
	"os"
	"syscall"
)

// openPlain opens a file below a tree for reading. It does not wait for the other end of a pipe, and follows no link out of the tree.
func openPlain(tree *os.Root, name string) (*os.File, error) {
	return tree.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
}
