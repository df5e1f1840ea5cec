package gdextension

import (
	"testing"

	"graft/internal/dataset/domaintest"
)

const samples = "../../../../data/gdextension/raw"

func TestDomain(t *testing.T) { domaintest.Run(t, Domain(), samples) }

// FuzzFunctions proves that no text breaks a promise of the domain.
func FuzzFunctions(f *testing.F) { domaintest.Fuzz(f, Domain(), samples) }
