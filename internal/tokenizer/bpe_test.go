package tokenizer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// slowMerge is the definition: of all merges that apply, do the one with the lowest rank, then the leftmost.
func slowMerge(ids []int32, t *mergeTable) []int32 {
	ids = slices.Clone(ids)
	for {
		best, at, id := uint32(noMerge), -1, int32(-1)
		for i := range len(ids) - 1 {
			if rank, to := t.find(ids[i], ids[i+1]); rank < best {
				best, at, id = rank, i, to
			}
		}
		if at < 0 {
			return ids
		}
		ids = slices.Replace(ids, at, at+2, id)
	}
}

// randomMerges returns merges of pieces over the letters 0 to letters-1, each of pieces that exist by then.
func randomMerges(rnd *rand.Rand, letters, n int) []merge {
	pieces := make([]string, letters)
	ids := map[string]int32{}
	for i := range pieces {
		pieces[i] = string(rune('a' + i))
		ids[pieces[i]] = int32(i)
	}
	var merges []merge
	for range n {
		a, b := rnd.IntN(len(pieces)), rnd.IntN(len(pieces))
		joined := pieces[a] + pieces[b]
		if len(joined) > 20 {
			continue
		}
		id, ok := ids[joined]
		if !ok {
			id = int32(len(pieces))
			ids[joined] = id
			pieces = append(pieces, joined)
		}
		merges = append(merges, merge{int32(a), int32(b), id})
	}
	return merges
}

func TestMerge(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for round := range 400 {
		letters := 1 + rnd.IntN(6)
		merges := randomMerges(rnd, letters, rnd.IntN(60))
		b := &bpe{merges: newMergeTable(merges)}
		w := &work{}
		for range 10 {
			word := make([]int32, 1+rnd.IntN(120))
			for i := range word {
				word[i] = int32(rnd.IntN(letters))
			}
			want := slowMerge(word, b.merges)
			w.ids = append(w.ids[:0], word...)
			if got := b.mergeShort(w); !slices.Equal(got, want) {
				t.Fatalf("round %d, merges %v, word %v: short %v, want %v", round, merges, word, got, want)
			}
			if got := w.long.merge(nil, slices.Clone(word), b.merges); !slices.Equal(got, want) {
				t.Fatalf("round %d, merges %v, word %v: long %v, want %v", round, merges, word, got, want)
			}
		}
	}
}

// TestHugeWord would not end with a loop of quadratic cost.
func TestHugeWord(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "qwen2")
	text := strings.Repeat("function", 1<<15) + strings.Repeat("x\u0323\u0302", 1<<14) + strings.Repeat(" ", 1<<16) + "\n" + strings.Repeat("=", 1<<16)
	ids := tok.Encode(text)
	if got := tok.Decode(ids, false); got != forms["NFC"].normalize(text) {
		t.Error("the text changed")
	}
	if len(ids) > len(text)/2 {
		t.Errorf("%d ids for %d bytes: nothing was merged", len(ids), len(text))
	}
}

func TestLaterMergeCounts(t *testing.T) {
	table := newMergeTable([]merge{{0, 1, 2}, {1, 2, 3}, {0, 1, 4}})
	if rank, id := table.find(0, 1); rank != 2 || id != 4 {
		t.Errorf("rank %d, id %d, want those of the later merge, 2 and 4", rank, id)
	}
	if rank, _ := table.find(2, 1); rank != noMerge {
		t.Errorf("rank %d for a pair without a merge", rank)
	}
}

// TestConcurrent shares a tokenizer, whose cache is small enough here for the words to push each other out.
func TestConcurrent(t *testing.T) {
	g := loadGolden(t)
	texts := g.generate(5, 400, 24)
	want := make([][]int32, len(texts))
	alone := g.tokenizer(t, "deepseek coder")
	for i, text := range texts {
		want[i] = alone.Encode(text)
	}
	shared := g.tokenizer(t, "deepseek coder")
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for i := range texts {
				i = (i + n*100) % len(texts)
				if got := shared.Encode(texts[i]); !slices.Equal(got, want[i]) {
					t.Errorf("%q: ids %v, want %v", texts[i], got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

// TestCache encodes more words than the cache has slots, twice.
func TestCache(t *testing.T) {
	tok := loadGolden(t).tokenizer(t, "no words")
	w := &work{}
	for range 2 {
		for i := range 2 * cacheSlots {
			word := fmt.Sprint("n", i)
			if got, want := tok.appendWord(nil, word, w), tok.mergeWord(nil, word, w); !slices.Equal(got, want) {
				t.Fatalf("%s: ids %v, want %v", word, got, want)
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	g := loadGolden(b)
	code := strings.Repeat(strings.Join(g.Texts[:11], "\n\n"), 40)
	prose := strings.Repeat(strings.Join(g.Texts[11:31], "\n\n"), 40)
	for _, fixture := range []string{"qwen2", "gpt2", "o200k", "deepseek coder"} {
		tok := g.tokenizer(b, fixture)
		for name, text := range map[string]string{"code": code, "scripts": prose} {
			b.Run(fixture+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				var ids []int32
				for b.Loop() {
					ids = tok.AppendTokens(ids[:0], text)
				}
			})
		}
	}
}

func BenchmarkLongWord(b *testing.B) {
	tok := loadGolden(b).tokenizer(b, "qwen2")
	text := strings.Repeat("abcdefghijklmnopqrstuvwxyz", 1<<20/26)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		tok.Encode(text)
	}
}

func BenchmarkDecode(b *testing.B) {
	g := loadGolden(b)
	tok := g.tokenizer(b, "qwen2")
	ids := tok.Encode(strings.Join(g.Texts, "\n"))
	b.SetBytes(int64(len(tok.Decode(ids, false))))
	for b.Loop() {
		tok.Decode(ids, false)
	}
}

func BenchmarkNew(b *testing.B) {
	g := loadGolden(b)
	data := g.fixture(b, "qwen2").json(b, g)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := New(data); err != nil {
			b.Fatal(err)
		}
	}
}
