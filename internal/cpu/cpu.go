// Package cpu names the instruction sets for which kernels exist and decides which one runs.
//
// A Path is one complete set of kernels. The fastest path of the machine is taken unless GRAFT_CPU names another one;
// tests select every path of Available with Use, so that all paths of a machine are tested.
package cpu

import (
	"fmt"
	"os"
	"strings"
)

// Path is one complete set of kernels.
type Path uint8

// The paths, slower first within an architecture.
const (
	Generic    Path = iota // plain Go, every architecture, the reference for all others
	AVX2                   // amd64: AVX2, FMA, F16C
	AVX512                 // amd64: AVX-512 F, BW, DQ, VL
	AVX512BF16             // amd64: AVX512 and AVX512_BF16 (VDPBF16PS)
	AMXBF16                // amd64: AVX512BF16 and AMX_BF16 (TDPBF16PS), where the system grants the tile registers
	NEON                   // arm64: Advanced SIMD (always present)
	NEONBF16               // arm64: NEON and BF16 (BFMMLA)
	numPaths
)

var names = [numPaths]string{"generic", "avx2", "avx512", "avx512_bf16", "amx_bf16", "neon", "neon_bf16"}

func (p Path) String() string { return names[p] }

// BF16 reports whether the path multiplies bfloat16 operands natively.
func (p Path) BF16() bool { return p == AVX512BF16 || p == AMXBF16 || p == NEONBF16 }

var available = append([]Path{Generic}, detect()...)

// active is read by every kernel dispatch. It changes only in Use, which tests and start-up call before any kernel runs.
var active, envErr = choose(os.Getenv("GRAFT_CPU"))

// Available lists the paths this machine can run, slowest first.
func Available() []Path { return append([]Path(nil), available...) }

// All lists every path known to this build, whether or not the machine has it.
func All() []Path {
	all := make([]Path, numPaths)
	for i := range all {
		all[i] = Path(i)
	}
	return all
}

// Active is the path in use.
func Active() Path { return active }

// Err reports a GRAFT_CPU that names no path of this machine; the fastest path is active then.
func Err() error { return envErr }

// Use makes p the active path and returns the one before. It must not run while kernels do.
func Use(p Path) (previous Path, err error) {
	if !has(p) {
		return active, fmt.Errorf("cpu: this machine cannot run %s kernels; it has %s", p, list(available))
	}
	previous, active = active, p
	return previous, nil
}

func choose(env string) (Path, error) {
	best := available[len(available)-1]
	if env == "" {
		return best, nil
	}
	for i, name := range names {
		if name != env {
			continue
		}
		if !has(Path(i)) {
			return best, fmt.Errorf("cpu: GRAFT_CPU=%s: this machine lacks it; it has %s", env, list(available))
		}
		return Path(i), nil
	}
	return best, fmt.Errorf("cpu: GRAFT_CPU=%s names no instruction set; this machine has %s", env, list(available))
}

func has(p Path) bool {
	for _, q := range available {
		if p == q {
			return true
		}
	}
	return false
}

func list(paths []Path) string {
	s := make([]string, len(paths))
	for i, p := range paths {
		s[i] = p.String()
	}
	return strings.Join(s, ", ")
}
