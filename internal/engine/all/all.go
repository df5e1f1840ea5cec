// Package all lists the engines.
package all

import (
	"graft/internal/engine"
	"graft/internal/engine/native"
)

// Engines returns every engine of this build.
func Engines() []engine.Maker {
	return []engine.Maker{{Name: native.Name, New: native.New}}
}
