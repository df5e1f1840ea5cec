//go:build !purego

package kernel

// Packing for the AMX tile packs everything: a k that is no multiple of the group is first padded with zeroes in a copy.

const (
	amxSide  = 32          // rows, columns and k of a group
	amxGroup = 32 * 32 / 2 // floats of a group
)

func (t Tile) packRowsAMX(panel []float32, s Side, src []uint16, stride, rows, k int) int {
	n := k / amxSide
	if n > 0 {
		_, _ = panel[n*amxGroup-1], src[(rows-1)*stride+n*amxSide-1]
		packRowGroups(panel, s, src, stride, rows, n)
	}
	if rest := k % amxSide; rest > 0 {
		var pad [amxSide * amxSide]uint16
		for i := range rows {
			copy(pad[i*amxSide:i*amxSide+rest], src[i*stride+n*amxSide:])
		}
		packRowGroups(panel[n*amxGroup:], s, pad[:], amxSide, amxSide, 1)
	}
	return t.roundK(k)
}

// packRowGroups packs n whole groups of rows.
func packRowGroups(panel []float32, s Side, src []uint16, stride, rows, n int) {
	if s == Left {
		packLinesAVX512(&panel[0], &src[0], stride, n, rows)
		for g := range n {
			clear(panel[g*amxGroup+rows*16 : (g+1)*amxGroup])
		}
		return
	}
	for i := 0; i < amxSide; i += 16 {
		if rows >= i+16 {
			transposePairsAVX512(&panel[i], &src[i*stride], stride, n)
			continue
		}
		var pad [16 * amxSide]uint16
		for g := range n {
			for j := i; j < rows; j++ {
				copy(pad[(j-i)*amxSide:(j-i+1)*amxSide], src[j*stride+g*amxSide:])
			}
			transposePairsAVX512(&panel[g*amxGroup+i], &pad[0], amxSide, 1)
		}
	}
}

func (t Tile) packColsAMX(panel []float32, s Side, src []uint16, stride, cols, k int) int {
	n := k / amxSide
	if n > 0 {
		_, _ = panel[n*amxGroup-1], src[(n*amxSide-1)*stride+cols-1]
		packColGroups(panel, s, src, stride, cols, n)
	}
	if rest := k % amxSide; rest > 0 {
		var pad [amxSide * amxSide]uint16
		for p := range rest {
			copy(pad[p*amxSide:p*amxSide+cols], src[(n*amxSide+p)*stride:])
		}
		packColGroups(panel[n*amxGroup:], s, pad[:], amxSide, amxSide, 1)
	}
	return t.roundK(k)
}

// packColGroups packs n whole groups of columns.
func packColGroups(panel []float32, s Side, src []uint16, stride, cols, n int) {
	switch {
	case s == Right:
		joinPairsAVX512(&panel[0], &src[0], stride, n*amxSide/2, uint32(1<<cols-1))
	case cols%8 == 0:
		transposeWordsAVX512(&panel[0], &src[0], stride, n, cols/8)
		for g := range n {
			clear(panel[g*amxGroup+cols*16 : (g+1)*amxGroup])
		}
	default:
		var pad [amxSide * amxSide]uint16
		for g := range n {
			for p := range amxSide {
				copy(pad[p*amxSide:p*amxSide+cols], src[(g*amxSide+p)*stride:])
			}
			transposeWordsAVX512(&panel[g*amxGroup], &pad[0], amxSide, 1, 4)
		}
	}
}
