package main

import (
	"fmt"
	"strings"
)

// target is one compiled form of a program: the paths that run it and its vector length.
type target struct {
	paths, suffix string
	lanes         int
}

var targets = map[string][]target{
	"amd64": {{"cpu.AVX512, cpu.AVX512BF16, cpu.AMXBF16", "AVX512", 16}, {"cpu.AVX2", "AVX2", 8}},
	"arm64": {{"cpu.NEON, cpu.NEONBF16", "NEON", 4}},
}

// dispatch writes nameFast: the whole vectors of the slices by the active path. It returns how many elements are done.
func (f *file) dispatch(p *program) {
	var decl, call []string
	for _, ptr := range p.ptrs {
		decl = append(decl, ptr.name+" []"+strings.TrimPrefix(ptr.typ, "*"))
		call = append(call, "&"+ptr.name+"[0]")
	}
	for _, s := range p.scalars {
		decl = append(decl, s+" float32")
		call = append(call, s)
	}
	call = append(call, "n")
	args, first := strings.Join(call, ", "), p.ptrs[0].name
	ret, none := "int", "0"
	if p.reduce != 0 {
		ret, none = "(done int, r float32)", "0, 0"
	}
	fmt.Fprintf(&f.glue, "\nfunc %sFast(%s) %s {\n", p.name, strings.Join(decl, ", "), ret)
	if len(targets[f.arch]) > 0 {
		f.glue.WriteString("switch cpu.Active() {\n")
		for _, t := range targets[f.arch] {
			fmt.Fprintf(&f.glue, "case %s:\nif n := len(%s) &^ %d; n > 0 {\n", t.paths, first, t.lanes-1)
			if p.reduce != 0 {
				fmt.Fprintf(&f.glue, "return n, %s%s(%s)\n}\n", p.name, t.suffix, args)
			} else {
				fmt.Fprintf(&f.glue, "%s%s(%s)\nreturn n\n}\n", p.name, t.suffix, args)
			}
		}
		f.glue.WriteString("}\n")
	}
	fmt.Fprintf(&f.glue, "return %s\n}\n", none)
}
