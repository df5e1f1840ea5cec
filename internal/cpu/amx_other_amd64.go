//go:build !purego && !linux

package cpu

// allowTiles is false: how other systems grant the tile registers of AMX has not been tried.
func allowTiles() bool { return false }
