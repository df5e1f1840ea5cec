package tokenizer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxFile bounds the files that are read, far above the 11 MB of Qwen3's tokenizer.json.
const maxFile = 1 << 29

// Load reads the tokenizer of a model directory: tokenizer.json or, where there is none, vocab.json and merges.txt with
// the pattern of the class that tokenizer_config.json names. Added tokens that only tokenizer_config.json has, or has
// with other flags, count as transformers has them. Normalization and words are always those of a tokenizer.json, whereas
// transformers 5 puts those of Qwen2Tokenizer and GPT2Tokenizer in their place.
func Load(dir string) (*Tokenizer, error) {
	t, err := load(dir)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	return t, nil
}

func load(dir string) (*Tokenizer, error) {
	cfg, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	t, err := loadNew(filepath.Join(dir, "tokenizer.json"))
	old := errors.Is(err, fs.ErrNotExist)
	if old {
		t, err = loadOld(dir, cfg)
	}
	if err != nil {
		return nil, err
	}
	if err = t.configure(cfg); err == nil {
		if old {
			t.oldTemplate(cfg)
		}
		err = t.finish()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return t, nil
}

func loadNew(path string) (*Tokenizer, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	t, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d of any tokenizer", path, info.Size(), maxFile)
	}
	return os.ReadFile(path)
}

// config is what tokenizer_config.json and the files of older transformers versions say about added tokens.
type config struct {
	path     string
	class    string                // of transformers
	names    map[string]addedToken // bos_token and so on; an empty content means that there is none
	extra    []addedToken          // special tokens without a name
	decoder  []fileToken           // by id
	detailed bool                  // has tokenizer_config.json added_tokens_decoder?
	space    bool                  // add_prefix_space
	bos, eos bool                  // add_bos_token, add_eos_token
}

// className returns the class without the suffix that it had until transformers 5.
func (c *config) className() string { return strings.TrimSuffix(c.class, "Fast") }

func readConfig(dir string) (*config, error) {
	c := &config{path: filepath.Join(dir, "tokenizer_config.json"), names: map[string]addedToken{}}
	if err := c.merge(c.path); err != nil {
		return nil, err
	}
	if c.detailed {
		return c, nil
	}
	if err := c.merge(filepath.Join(dir, "special_tokens_map.json")); err != nil {
		return nil, err
	}
	return c, c.addedTokens(filepath.Join(dir, "added_tokens.json"))
}

// readJSON reads a file into v; a file that does not exist changes nothing.
func readJSON(path string, v any) error {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		if err = json.Unmarshal(data, v); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	return err
}

// merge adds what a file says. Of the many fields of the file only those about tokens matter here.
func (c *config) merge(path string) error {
	var fields map[string]json.RawMessage
	if err := readJSON(path, &fields); err != nil {
		return err
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := c.field(name, fields[name]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", path, name, err))
		}
	}
	slices.SortFunc(c.decoder, func(a, b fileToken) int { return cmp.Compare(a.id, b.id) })
	return errors.Join(errs...)
}

func (c *config) field(name string, value json.RawMessage) error {
	switch name {
	case "tokenizer_class":
		return json.Unmarshal(value, &c.class)
	case "add_prefix_space":
		return json.Unmarshal(value, &c.space)
	case "add_bos_token":
		return json.Unmarshal(value, &c.bos)
	case "add_eos_token":
		return json.Unmarshal(value, &c.eos)
	case "split_special_tokens":
		var on bool
		err := json.Unmarshal(value, &on)
		if on {
			err = errors.New("true is not supported: special tokens in a text are always found")
		}
		return err
	case "added_tokens_decoder":
		c.detailed = true
		return c.tokensByID(value)
	case "additional_special_tokens", "extra_special_tokens": // come in this order; the newer name wins
		return c.extraTokens(value)
	}
	if slices.Contains(namedTokens, name) || strings.HasSuffix(name, "_token") && value[0] == '"' {
		tok, err := configToken(value)
		tok.special = true
		c.names[name] = tok
		return err
	}
	return nil
}

// configToken reads a token that is a string, an object with its flags, or null.
func configToken(value json.RawMessage) (addedToken, error) {
	tok := addedToken{special: true}
	if value[0] != '{' {
		err := json.Unmarshal(value, &tok.content)
		return tok, err
	}
	var v struct {
		Content    string
		SingleWord bool `json:"single_word"`
		Lstrip     bool
		Rstrip     bool
		Normalized *bool
		Special    bool
	}
	err := json.Unmarshal(value, &v)
	tok = addedToken{content: v.Content, singleWord: v.SingleWord, lstrip: v.Lstrip, rstrip: v.Rstrip, normalized: !v.Special, special: v.Special}
	if v.Normalized != nil {
		tok.normalized = *v.Normalized
	}
	return tok, err
}

func (c *config) tokensByID(value json.RawMessage) error {
	var byID map[string]json.RawMessage
	if err := json.Unmarshal(value, &byID); err != nil {
		return err
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(byID)) {
		id, err := strconv.ParseUint(key, 10, 32)
		if err != nil {
			errs = append(errs, fmt.Errorf("%q is not an id", key))
			continue
		}
		tok, err := configToken(byID[key])
		if err != nil {
			errs = append(errs, fmt.Errorf("token %s: %w", key, err))
		}
		c.decoder = append(c.decoder, fileToken{tok, uint32(id)})
	}
	return errors.Join(errs...)
}

// extraTokens reads a list of tokens, or an object of tokens with names of their own.
func (c *config) extraTokens(value json.RawMessage) error {
	var list []json.RawMessage
	if value[0] == '{' {
		var named map[string]json.RawMessage
		if err := json.Unmarshal(value, &named); err != nil {
			return err
		}
		for name, value := range named {
			tok, err := configToken(value)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			tok.special = true
			c.names[name] = tok
		}
		return nil
	}
	if err := json.Unmarshal(value, &list); err != nil {
		return err
	}
	if len(list) > 0 {
		c.extra = nil
	}
	for i, value := range list {
		tok, err := configToken(value)
		if err != nil {
			return fmt.Errorf("token %d: %w", i, err)
		}
		c.extra = append(c.extra, tok)
	}
	return nil
}

// addedTokens reads an added_tokens.json: ids by content.
func (c *config) addedTokens(path string) error {
	var ids map[string]uint32
	if err := readJSON(path, &ids); err != nil {
		return err
	}
	for content, id := range ids {
		special := contains(c.extra, content) || contains(slices.Collect(maps.Values(c.names)), content)
		c.decoder = append(c.decoder, fileToken{addedToken{content: content, normalized: !special, special: special}, id})
	}
	slices.SortFunc(c.decoder, func(a, b fileToken) int { return cmp.Compare(a.id, b.id) })
	return nil
}

// configure adds the tokens of cfg as transformers does: those with flags, then those with a name and the extra ones that
// are in no file. A token with a name is special whatever its flags say.
func (t *Tokenizer) configure(cfg *config) error {
	var toks []addedToken
	for _, tok := range cfg.decoder {
		toks = append(toks, tok.addedToken)
	}
	if !cfg.detailed {
		for _, id := range t.added.sorted() {
			toks = append(toks, t.added.byID[id])
		}
	}
	var named []addedToken
	for _, name := range sortedNames(cfg.names) {
		named = append(named, cfg.names[name])
	}
	for i := range toks {
		toks[i].special = toks[i].special || contains(named, toks[i].content)
	}
	for _, tok := range slices.Concat(named, cfg.extra) {
		if _, ok := t.added.ids[tok.content]; !ok && !contains(toks, tok.content) {
			toks = append(toks, tok)
		}
	}
	t.added.add(toks, t.vocab, t.normalizers)
	if cfg.className() == "Qwen2Tokenizer" { // which forgets the flags of these
		var plain []addedToken
		for _, tok := range slices.Concat(named, cfg.extra) {
			plain = append(plain, addedToken{content: tok.content, special: true})
		}
		t.added.add(plain, t.vocab, t.normalizers)
	}
	return t.checkAdded(cfg.decoder)
}

func contains(toks []addedToken, content string) bool {
	return slices.ContainsFunc(toks, func(tok addedToken) bool { return tok.content == content })
}

// names in the order in which transformers adds tokens that are in no file.
var namedTokens = []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}

func sortedNames(names map[string]addedToken) []string {
	keys := make([]string, 0, len(names))
	for _, name := range namedTokens {
		if _, ok := names[name]; ok {
			keys = append(keys, name)
		}
	}
	var others []string
	for name := range names {
		if !slices.Contains(namedTokens, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	return append(keys, others...)
}

// oldClass is what transformers knows of a class beside the files of the older layout.
type oldClass struct {
	pattern string
	nfc     bool
	named   []string // tokens that are <|endoftext|> unless the configuration says otherwise
}

var oldClasses = map[string]oldClass{
	"GPT2Tokenizer":  {gpt2Pattern, false, []string{"bos_token", "eos_token", "unk_token"}},
	"Qwen2Tokenizer": {qwen2Pattern, true, []string{"eos_token", "unk_token", "pad_token"}},
}

// loadOld reads vocab.json and merges.txt.
func loadOld(dir string, cfg *config) (*Tokenizer, error) {
	class, ok := oldClasses[cfg.className()]
	if !ok {
		return nil, fmt.Errorf("%s: there is no tokenizer.json, and for vocab.json with merges.txt the tokenizer_class in %s must be "+
			"GPT2Tokenizer or Qwen2Tokenizer, not %q", dir, cfg.path, cfg.class)
	}
	t := &Tokenizer{added: newAdded(), byteLevel: true}
	if class.nfc {
		t.normalizers = []normalizer{forms["NFC"]}
	}
	// GPT-2's ByteLevel puts the space before the text and then splits, Qwen2's puts one before every word.
	t.splitters = []splitter{wordsOf(class.pattern)}
	if cfg.space {
		t.splitters = append(t.splitters, prefixSpace{})
		if class.pattern == gpt2Pattern {
			slices.Reverse(t.splitters)
		}
	}
	for _, name := range class.named {
		if _, ok := cfg.names[name]; !ok {
			cfg.names[name] = addedToken{content: "<|endoftext|>", special: true}
		}
	}
	if err := t.readVocab(filepath.Join(dir, "vocab.json")); err != nil {
		return nil, err
	}
	return t, t.readMerges(filepath.Join(dir, "merges.txt"))
}

func (t *Tokenizer) readVocab(path string) error {
	data, err := readFile(path)
	if err != nil {
		return err
	}
	f := file{parser: parser{data: data}, t: t}
	if err = f.vocab(""); err == nil {
		err = f.end()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	t.unk = -1
	return nil
}

func (t *Tokenizer) readMerges(path string) error {
	data, err := readFile(path)
	if err != nil {
		return err
	}
	r := mergeReader{v: t.vocab}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if err := r.line(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	t.merges = newMergeTable(r.merges)
	return nil
}

// oldTemplate puts the tokens for the beginning and the end around a text where the configuration says so. A
// tokenizer.json says it in its post_processor.
func (t *Tokenizer) oldTemplate(cfg *config) {
	var tmpl template
	if id, ok := t.added.ids[cfg.names["bos_token"].content]; ok && cfg.bos {
		tmpl.before = []int32{id}
	}
	if id, ok := t.added.ids[cfg.names["eos_token"].content]; ok && cfg.eos {
		tmpl.after = []int32{id}
	}
	t.template = &tmpl
}
