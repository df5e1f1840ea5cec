// Command gen writes the assembly of package kernel: go run . -out ..
//
// Vector programs (programs.go) are written once, as straight-line code over virtual registers, and emitted for AVX2, AVX-512 and
// NEON. The matrix microkernels (gemm_*.go) and the packing kernels (pack_*.go) are written per instruction set. Instructions that
// Go's assembler does not know (VDPBF16PS, BFMMLA, NEON's float arithmetic) are encoded here.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "..", "folder of package kernel")
	flag.Parse()
	files := []*file{newFile("amd64"), newFile("arm64"), newFile("other")}
	amd, arm := files[0], files[1]
	for _, p := range programs() {
		amd.program(p, avx2)
		amd.program(p, avx512)
		arm.program(p, neon)
		for _, f := range files {
			f.dispatch(p)
		}
	}
	amd.nf4()
	amd.nf4Rows()
	arm.nf4NEON()
	amd.gemm()
	amd.gemmAMX()
	arm.gemmNEON()
	amd.pack()
	amd.packAMX()
	amd.prefetch()
	arm.packNEON()
	arm.prefetchARM64()
	for _, f := range files {
		for name, text := range f.render() {
			if err := os.WriteFile(filepath.Join(*out, name), text, 0o644); err != nil {
				log.Fatal(err)
			}
		}
	}
	fmt.Println("kernel: assembly written")
}
