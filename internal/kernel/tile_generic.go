package kernel

import (
	"math"
	"unsafe"
)

// mulGeneric is Mul in plain Go, for any geometry: the reference for the microkernels and the path without assembly.
func (t Tile) mulGeneric(k int, a, b, c []float32, ldc int, add bool) {
	if t.MR == 4 && t.NR == 4 {
		mul4x4(k, a, b, c, ldc, add)
		return
	}
	for i := range t.MR {
		for j := range t.NR {
			var s float32
			for p := range k {
				s += t.at(a, Left, p, i) * t.at(b, Right, p, j)
			}
			if add {
				s += c[i*ldc+j]
			}
			c[i*ldc+j] = s
		}
	}
}

// at is the element of a panel at inner index p and row i.
func (t Tile) at(panel []float32, s Side, p, i int) float32 {
	n := t.index(s, p, i)
	if !t.BF16 {
		return panel[n]
	}
	return math.Float32frombits(uint32(half(panel)[n]) << 16)
}

// index is where a panel has the element at inner index p and row i: [k/group][R][group].
func (t Tile) index(s Side, p, i int) int {
	log := t.group[s]
	return (p>>log*t.Wide(s)+i)<<log + p&(1<<log-1)
}

// half views panel memory as bfloat16.
func half(panel []float32) []uint16 {
	if len(panel) == 0 {
		return nil
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(&panel[0])), 2*len(panel))
}

// mul4x4 is the microkernel without assembly: sums in registers, in the order of the definition.
func mul4x4(k int, a, b, c []float32, ldc int, add bool) {
	var s0, s1, s2, s3 [4]float32
	for p := range k {
		x, y := a[4*p:4*p+4:4*p+4], b[4*p:4*p+4:4*p+4]
		for j, v := range y {
			s0[j] += x[0] * v
			s1[j] += x[1] * v
			s2[j] += x[2] * v
			s3[j] += x[3] * v
		}
	}
	for i, s := range [4]*[4]float32{&s0, &s1, &s2, &s3} {
		row := c[i*ldc : i*ldc+4]
		for j, v := range s {
			if add {
				v += row[j]
			}
			row[j] = v
		}
	}
}
