package tokenizer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// golden is what ref/tokenizer_golden.py writes.
type golden struct {
	Versions    map[string]string
	Texts       []string
	Atoms       []string
	Seed        uint64
	Count       int
	Vocab       map[string]int32
	Merges      [][2]string
	Example     [][]int32
	Fixtures    []goldenFixture
	Directories []goldenDirectory
	Unicode     struct{ Classes, Forms map[string]string }
	Patterns    []struct{ Pattern, Digest string }
	Builtin     struct {
		goldenResults
		Name string
	}
}

// goldenResults are digests of what a tokenizer makes of the texts and of the generated texts.
type goldenResults struct {
	IDs         []string
	Special     string
	Generated   string
	Decoded     string
	DecodedSkip string `json:"decoded_skip"`
	Cut         string
	Size        int
}

// goldenFixture is a tokenizer.json without the vocabulary, which all share: the bytes in Drop and all that is made of
// them are left out, and literal pieces are added.
type goldenFixture struct {
	goldenResults
	Name      string
	Drop      string
	Literal   []string
	OldMerges bool `json:"old_merges"`
	Tokenizer map[string]any
}

type goldenDirectory struct {
	goldenResults
	Name             string
	Fixture          string
	Config           json.RawMessage
	SpecialTokensMap json.RawMessage `json:"special_tokens_map"`
	AddedTokens      json.RawMessage `json:"added_tokens"`
}

var readGolden = sync.OnceValues(func() (*golden, error) {
	data, err := os.ReadFile(filepath.Join("testdata", "golden", "golden.json"))
	if err != nil {
		return nil, err
	}
	g := &golden{}
	return g, json.Unmarshal(data, g)
})

func loadGolden(t testing.TB) *golden {
	t.Helper()
	g, err := readGolden()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// generate repeats the generator of the script.
func (g *golden) generate(seed uint64, count, most int) []string {
	below := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int((seed >> 33) % uint64(n))
	}
	texts := make([]string, count)
	for i := range texts {
		var b strings.Builder
		for range 1 + below(most) {
			b.WriteString(g.Atoms[below(len(g.Atoms))])
		}
		texts[i] = b.String()
	}
	return texts
}

func (g *golden) fixture(t testing.TB, name string) goldenFixture {
	t.Helper()
	i := slices.IndexFunc(g.Fixtures, func(f goldenFixture) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("golden.json has no fixture %q", name)
	}
	return g.Fixtures[i]
}

// json returns the whole tokenizer.json of a fixture.
func (f goldenFixture) json(t testing.TB, g *golden) []byte {
	t.Helper()
	vocab := map[string]int32{}
	for _, piece := range slices.SortedFunc(maps.Keys(g.Vocab), func(a, b string) int { return cmp.Compare(g.Vocab[a], g.Vocab[b]) }) {
		if !strings.ContainsAny(piece, f.Drop) {
			vocab[piece] = int32(len(vocab))
		}
	}
	for _, piece := range f.Literal {
		vocab[piece] = int32(len(g.Vocab) + len(vocab))
	}
	merges := []any{}
	for _, m := range g.Merges {
		switch {
		case strings.ContainsAny(m[0]+m[1], f.Drop):
		case f.OldMerges:
			merges = append(merges, m[0]+" "+m[1])
		default:
			merges = append(merges, m)
		}
	}
	tok := maps.Clone(f.Tokenizer)
	model := maps.Clone(tok["model"].(map[string]any))
	model["vocab"], model["merges"] = vocab, merges
	tok["model"] = model
	var tokens []any
	free := int32(len(vocab))
	for _, x := range tok["added_tokens"].([]any) {
		token := maps.Clone(x.(map[string]any))
		id, ok := vocab[token["content"].(string)]
		if !ok {
			id = free
			free++
		}
		token["id"] = id
		tokens = append(tokens, token)
	}
	tok["added_tokens"] = tokens
	data, err := json.Marshal(tok)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (g *golden) tokenizer(t testing.TB, fixture string) *Tokenizer {
	t.Helper()
	tok, err := New(g.fixture(t, fixture).json(t, g))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// digest is that of the script: the elements of a line with spaces between them.
type digest struct{ b strings.Builder }

func (d *digest) line(s string) { d.b.WriteString(s + "\n") }

func (d *digest) ids(ids []int32) { d.line(strings.Trim(fmt.Sprint(ids), "[]")) }

func (d *digest) sum() string {
	sum := sha256.Sum256([]byte(d.b.String()))
	return hex.EncodeToString(sum[:])
}

func (r goldenResults) check(t *testing.T, g *golden, tok *Tokenizer) {
	t.Helper()
	if tok.VocabSize() != r.Size {
		t.Errorf("VocabSize %d, want %d", tok.VocabSize(), r.Size)
	}
	var special, generated, decoded, skipped, cuts digest
	decode := func(ids []int32) {
		decoded.line(tok.Decode(ids, false))
		skipped.line(tok.Decode(ids, true))
	}
	for i, text := range g.Texts {
		ids := tok.Encode(text)
		var d digest
		d.ids(ids)
		if got := d.sum()[:12]; got != r.IDs[i] {
			t.Errorf("text %d %q: ids %v have the digest %s, want %s", i, text, ids, got, r.IDs[i])
		}
		special.ids(tok.EncodeSpecial(text))
		decode(ids)
	}
	for _, text := range g.generate(g.Seed, g.Count, 24) {
		ids := tok.Encode(text)
		generated.ids(ids)
		decode(ids)
		cuts.line(tok.Decode(ids[min(1, len(ids)):max(len(ids)-1, min(1, len(ids)))], false))
		cuts.line(tok.Decode(ids[len(ids)/2:], false))
	}
	for _, x := range []struct {
		name      string
		got, want string
	}{
		{"ids with special tokens", special.sum(), r.Special},
		{"ids of generated texts", generated.sum(), r.Generated},
		{"decoded texts", decoded.sum(), r.Decoded},
		{"texts decoded without special tokens", skipped.sum(), r.DecodedSkip},
		{"texts decoded from a part of the ids", cuts.sum(), r.Cut},
	} {
		if x.got != x.want {
			t.Errorf("%s differ from %v", x.name, g.Versions)
		}
	}
}

func TestFixtures(t *testing.T) {
	g := loadGolden(t)
	for _, f := range g.Fixtures {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			f.check(t, g, g.tokenizer(t, f.Name))
		})
	}
}

func TestExample(t *testing.T) {
	g := loadGolden(t)
	tok := g.tokenizer(t, g.Fixtures[0].Name)
	for i, text := range g.Texts {
		if got := tok.Encode(text); !slices.Equal(got, g.Example[i]) {
			t.Errorf("%q: ids %v, want %v", text, got, g.Example[i])
		}
	}
}

// write makes the model directory that the script gave to transformers.
func (d goldenDirectory) write(t *testing.T, g *golden) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, data []byte) {
		if data == nil {
			return
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("tokenizer_config.json", d.Config)
	put("special_tokens_map.json", d.SpecialTokensMap)
	put("added_tokens.json", d.AddedTokens)
	if d.Fixture != "" {
		put("tokenizer.json", g.fixture(t, d.Fixture).json(t, g))
		return dir
	}
	vocab, err := json.Marshal(g.Vocab)
	if err != nil {
		t.Fatal(err)
	}
	put("vocab.json", vocab)
	merges := "#version: 0.2\n"
	for _, m := range g.Merges {
		merges += m[0] + " " + m[1] + "\n"
	}
	put("merges.txt", []byte(merges))
	return dir
}

func TestDirectories(t *testing.T) {
	g := loadGolden(t)
	for _, d := range g.Directories {
		t.Run(d.Name, func(t *testing.T) {
			tok, err := Load(d.write(t, g))
			if err != nil {
				t.Fatal(err)
			}
			d.check(t, g, tok)
		})
	}
}

// TestBuiltin reads the tokenizer that every graft carries.
func TestBuiltin(t *testing.T) {
	g := loadGolden(t)
	tok, err := Load(filepath.Join("..", filepath.FromSlash(g.Builtin.Name)))
	if err != nil {
		t.Fatal(err)
	}
	g.Builtin.check(t, g, tok)
}

func TestPatterns(t *testing.T) {
	g := loadGolden(t)
	for _, p := range g.Patterns {
		t.Run(p.Pattern, func(t *testing.T) {
			t.Parallel()
			w := wordsOf(p.Pattern)
			if w == nil {
				t.Fatal("no words rule has this pattern")
			}
			var d digest
			for _, text := range slices.Concat(g.Texts, g.generate(11, 4000, 24)) {
				var sizes []int32
				for _, word := range w.split(nil, text) {
					sizes = append(sizes, int32(len(word)))
				}
				d.ids(sizes)
			}
			if d.sum() != p.Digest {
				t.Errorf("words differ from %v", g.Versions)
			}
		})
	}
}
