package base

import (
	"errors"
	"fmt"
	"io/fs"

	"graft/internal/chat"
	"graft/internal/model/all"
	"graft/internal/tokenizer"
	"graft/internal/weights"
)

// Base is an opened base model.
type Base struct {
	Dir       string
	Config    *weights.Config
	Tokenizer *tokenizer.Tokenizer
	Template  *chat.Template // without a template inside if the model has none
	Source    weights.Source
}

// OpenWeights opens a model directory for its tensors; tokenizer and template stay nil.
func OpenWeights(dir string) (*Base, error) {
	b := &Base{Dir: dir}
	var err error
	if b.Config, err = all.Models().ReadConfig(dir); err != nil {
		return nil, err // opening the weights would repeat it
	}
	if b.Source, err = weights.OpenDir(dir); err != nil {
		return nil, err
	}
	return b, nil
}

// Open opens a model directory. All that is wrong with it is reported at once.
func Open(dir string) (*Base, error) {
	b, err1 := OpenWeights(dir)
	tok, err2 := loadTokenizer(dir)
	template, err3 := chat.LoadTemplate(dir)
	if err := errors.Join(err1, err2, err3); err != nil {
		if b != nil {
			err = errors.Join(err, b.Close())
		}
		return nil, err
	}
	b.Tokenizer, b.Template = tok, template
	if n := b.Tokenizer.VocabSize(); n > b.Config.VocabSize {
		return nil, errors.Join(fmt.Errorf("base: %s: the tokenizer has ids up to %d, the model's vocabulary is %d: they do not belong together",
			dir, n-1, b.Config.VocabSize), b.Close())
	}
	return b, nil
}

func loadTokenizer(dir string) (*tokenizer.Tokenizer, error) {
	tok, err := tokenizer.Load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("base: %s has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt; copy them from the original model", dir)
	}
	return tok, err
}

// Close releases the files.
func (b *Base) Close() error {
	if b.Source == nil {
		return nil
	}
	return b.Source.Close()
}

// EndIDs are the tokens that end the model's turn.
func (b *Base) EndIDs() []int32 {
	ids := make([]int32, len(b.Config.EOS))
	for i, id := range b.Config.EOS {
		ids[i] = int32(id)
	}
	return ids
}
