//go:build purego || (!amd64 && !arm64)

package kernel

func packRowsFast([]float32, int, []float32, int, int) int { return 0 }

func packRowsWidenFast([]float32, int, []uint16, int, int) int { return 0 }

func packColsWidenFast([]float32, int, []uint16, int, int) bool { return false }

func (t Tile) packRowsBF16Fast([]float32, Side, []uint16, int, int, int) int { return 0 }

func packColsFast([]float32, int, []float32, int, int) bool { return false }

func (t Tile) packColsBF16Fast([]float32, Side, []uint16, int, int, int) int { return 0 }
