package qwen3moe

import (
	"testing"

	"graft/internal/model/modeltest"
)

func TestArch(t *testing.T) { modeltest.Run(t, Arch()) }
