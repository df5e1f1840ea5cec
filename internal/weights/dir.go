package weights

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/safetensors"
)

// OpenDir opens the weights of a Hugging Face directory: model.safetensors, else what model.safetensors.index.json names, else a
// single other *.safetensors file. A config.json beside them must not ask for a quantisation that is not supported.
func OpenDir(dir string) (Source, error) {
	if err := checkQuantization(dir); err != nil {
		return nil, err
	}
	c, err := openContainer(dir)
	if err != nil {
		return nil, err
	}
	s, err := newStore(dir, c)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return s, nil
}

func openContainer(dir string) (container, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	const single = "model.safetensors"
	if slices.Contains(names, single) {
		return safetensors.Open(filepath.Join(dir, single))
	}
	if slices.Contains(names, safetensors.IndexName) {
		return safetensors.OpenIndex(filepath.Join(dir, safetensors.IndexName))
	}
	files := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasSuffix(n, ".safetensors") })
	switch len(files) {
	case 1:
		return safetensors.Open(filepath.Join(dir, files[0]))
	case 0:
		return nil, noSafetensors(dir, names)
	default:
		return nil, fmt.Errorf("weights: %s: holds %d safetensors files but neither %s nor %s, which says what is in them", dir, len(files), single, safetensors.IndexName)
	}
}

// noSafetensors says what is there instead and the way out.
func noSafetensors(dir string, names []string) error {
	for _, n := range names {
		switch filepath.Ext(n) {
		case ".bin", ".pt", ".pth", ".ckpt":
			return fmt.Errorf("weights: %s: %s is a pickle file, only safetensors are read; convert it once with transformers: "+
				"AutoModelForCausalLM.from_pretrained(%q).save_pretrained(\"converted\")", dir, n, dir)
		case ".gguf":
			return fmt.Errorf("weights: %s: %s is a GGUF file; only safetensors are read: use the original model", dir, n)
		}
	}
	return fmt.Errorf("weights: %s: holds no model.safetensors and no %s", dir, safetensors.IndexName)
}
