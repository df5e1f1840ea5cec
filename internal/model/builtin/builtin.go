// Package builtin carries the small code model of demos and tests inside the binary: tiny-coder, its card beside it.
package builtin

import (
	"embed"
	"io/fs"
)

//go:embed tiny-coder
var files embed.FS

// Names lists the built-in models.
func Names() []string { return []string{"tiny-coder"} }

// Files is the directory of a built-in model, as on the hub. ok is false if there is none of that name.
func Files(name string) (dir fs.FS, ok bool) {
	for _, n := range Names() {
		if n == name {
			sub, err := fs.Sub(files, n)
			return sub, err == nil
		}
	}
	return nil, false
}
