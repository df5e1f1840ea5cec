package export

import (
	"fmt"
	"strings"

	"graft/internal/weights"
)

// Format is an output format: a row of the table.
type Format struct {
	Name      string // of --format
	Quantizes bool   // graft quantize writes it; otherwise graft merge does
	Plan      func(in Input) (*Plan, error)
}

// Input is what a format plans from. A format takes what it needs of it.
type Input struct {
	Dir     string          // of the original
	Merger  Merger          // the adapter, where one is merged
	Config  []byte          // text of config.json
	Parsed  *weights.Config // what was read from it
	Roles   Roles           // what the architecture makes of the tensors
	Tensors []weights.Info  // of the original
	Options QuantizeOptions
}

// Formats is the table. A format is a file of its transforms and a row.
func Formats() []Format {
	return []Format{
		{Name: "hf", Plan: func(in Input) (*Plan, error) { return PlanMerge(in.Dir, in.Merger) }},
		{Name: "bnb-nf4", Quantizes: true, Plan: func(in Input) (*Plan, error) {
			return PlanQuantize(in.Config, in.Parsed, in.Roles, in.Tensors, in.Options)
		}},
	}
}

// FormatNamed finds a format that quantises, or one that does not.
func FormatNamed(name string, quantizes bool) (Format, error) {
	var names []string
	for _, f := range Formats() {
		switch {
		case f.Quantizes != quantizes:
		case f.Name == name:
			return f, nil
		default:
			names = append(names, f.Name)
		}
	}
	return Format{}, fmt.Errorf("graft: --format is %q, expected %s", name, strings.Join(names, " or "))
}
