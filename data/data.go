// Package data carries sample code inside the program.
package data

import (
	"embed"
	"io/fs"
)

//go:embed gdscript/raw
var files embed.FS

// GDScript returns the sample projects in GDScript, what lies in data/gdscript/raw of the repository.
func GDScript() fs.FS {
	sub, err := fs.Sub(files, "gdscript/raw")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}
