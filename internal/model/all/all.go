// Package all lists the architectures.
package all

import (
	"graft/internal/model"
	"graft/internal/model/llama"
	"graft/internal/model/qwen2"
	"graft/internal/model/qwen3"
	"graft/internal/model/qwen3moe"
	"graft/internal/model/qwen3next"
)

// Models returns every architecture.
func Models() model.Registry {
	return model.Registry{llama.Arch(), qwen2.Arch(), qwen3.Arch(), qwen3moe.Arch(), qwen3next.Arch()}
}
