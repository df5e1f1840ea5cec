package avorion

import (
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domaintest"
)

const samples = "../../../../data/avorion/raw"

func TestDomain(t *testing.T) { domaintest.Run(t, Domain(), samples) }

// FuzzFunctions proves that no text breaks a promise of the domain.
func FuzzFunctions(f *testing.F) {
	for _, file := range domaintest.Files(f, Domain(), samples) {
		f.Add(file.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		domaintest.Damaged(t, Domain(), &dataset.File{Path: "a.c", Text: text})
	})
}
