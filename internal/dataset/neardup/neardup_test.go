package neardup

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"graft/internal/parallel"
)

// shinglesOf is the slow and obvious reading of the package comment.
func shinglesOf(doc string) map[string]bool {
	tokens := strings.FieldsFunc(doc, func(r rune) bool { return r < 0x80 && !wordByte[byte(r)] })
	set := map[string]bool{}
	for i := 0; i+width <= len(tokens); i++ {
		set[strings.Join(tokens[i:i+width], " ")] = true
	}
	if len(tokens) > 0 && len(tokens) < width {
		set[strings.Join(tokens, " ")] = true
	}
	return set
}

func jaccard(a, b map[string]bool) float64 {
	shared := 0
	for s := range a {
		if b[s] {
			shared++
		}
	}
	if len(a)+len(b) == 0 {
		return 1
	}
	return float64(shared) / float64(len(a)+len(b)-shared)
}

// slowPairs compares all with all.
func slowPairs(docs []string, threshold float64) []Pair {
	sets := make([]map[string]bool, len(docs))
	for i, d := range docs {
		sets[i] = shinglesOf(d)
	}
	var pairs []Pair
	for i := range docs {
		for j := i + 1; j < len(docs); j++ {
			if jaccard(sets[i], sets[j]) >= threshold {
				pairs = append(pairs, Pair{i, j})
			}
		}
	}
	return pairs
}

func slowComponents(n int, pairs []Pair) []int {
	first := make([]int, n)
	for i := range first {
		first[i] = i
	}
	for changed := true; changed; {
		changed = false
		for _, p := range pairs {
			low := min(first[p.A], first[p.B])
			if first[p.A] != low || first[p.B] != low {
				first[p.A], first[p.B], changed = low, low, true
			}
		}
	}
	return first
}

// corpus makes documents of statements from a vocabulary of the given size, half of them changed copies of earlier ones.
func corpus(seed uint64, n, vocabulary, longest int) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	word := func() string { return fmt.Sprintf("w%d", r.IntN(vocabulary)) }
	docs := make([]string, n)
	for i := range docs {
		var words []string
		if i > 0 && r.IntN(2) == 0 {
			words = strings.Fields(docs[r.IntN(i)])
			for range r.IntN(1 + len(words)/8) {
				words[r.IntN(len(words))] = word()
			}
		} else {
			for range r.IntN(longest) {
				words = append(words, word())
			}
		}
		docs[i] = strings.Join(words, " ")
	}
	return docs
}

// TestAgainstAllPairs compares with comparing all with all. Small vocabularies make shingles common, so that lists are divided
// down to the deepest level.
func TestAgainstAllPairs(t *testing.T) {
	pool := parallel.New(3)
	defer pool.Close()
	for _, c := range []struct {
		n, vocabulary, longest int
		threshold              float64
	}{
		{300, 1000, 60, 0.7},
		{300, 1000, 60, 0.5},
		{300, 30, 40, 0.7},
		{300, 2, 40, 0.7},
		{300, 2, 60, 0.6},
		{300, 1, 60, 0.7},
		{300, 2, 90, 0.9},
		{300, 3, 20, 0.3},
		{300, 2, 12, 0.1},
		{300, 4, 30, 1},
		{300, 2, 150, 0.35},
	} {
		docs := corpus(uint64(c.n+c.longest), c.n, c.vocabulary, c.longest)
		pairs := slowPairs(docs, c.threshold)
		want := slowComponents(len(docs), pairs)
		for _, p := range []*parallel.Pool{nil, pool} {
			x := New(docs, c.threshold, p)
			if got := x.Components(); !slices.Equal(got, want) {
				t.Errorf("%+v: components differ at document %d", c, firstDifference(got, want))
			}
		}
		checkCrossing(t, docs, pairs, c.threshold, pool)
	}
}

func firstDifference(a, b []int) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// checkCrossing compares Crossing with all pairs, for three ways to divide the documents.
func checkCrossing(t *testing.T, docs []string, pairs []Pair, threshold float64, pool *parallel.Pool) {
	t.Helper()
	x := New(docs, threshold, pool)
	each := make([]int, len(docs))
	halves := make([]int, len(docs))
	for i := range docs {
		each[i], halves[i] = i, i%2
	}
	if got := x.Crossing(x.Components()); len(got) != 0 {
		t.Errorf("%d pairs cross components", len(got))
	}
	if got := x.Crossing(halves); (len(got) > 0) != slices.ContainsFunc(pairs, func(p Pair) bool { return p.A%2 != p.B%2 }) {
		t.Errorf("%d pairs cross halves", len(got))
	}
	var want []Pair // one of the documents with the same set stands for all
	for _, p := range pairs {
		a, b := int(x.same[p.A]), int(x.same[p.B])
		if a == p.A && (b == p.B || b == a) {
			want = append(want, p)
		}
	}
	if got := x.Crossing(each); !reflect.DeepEqual(got, append([]Pair{}, want...)) {
		t.Errorf("%d pairs of distinct sets, want %d", len(got), len(want))
	}
}

func TestSimilarity(t *testing.T) {
	docs := corpus(9, 60, 3, 30)
	docs = append(docs, "", "()", "a b", "a, b", "b a", "é x_1 2\n\tdef", "É x_1 2 def")
	x := New(docs, 0.7, nil)
	for i := range docs {
		for j := range docs {
			if got, want := x.Similarity(i, j), jaccard(shinglesOf(docs[i]), shinglesOf(docs[j])); got != want {
				t.Errorf("%q and %q: %v, want %v", docs[i], docs[j], got, want)
			}
		}
	}
	if got := New(nil, 0.7, nil).Components(); len(got) != 0 {
		t.Errorf("components of nothing: %v", got)
	}
}

// TestThresholdIsReached checks pairs that reach the threshold exactly, where rounding could lose them.
func TestThresholdIsReached(t *testing.T) {
	for shared := 1; shared <= 60; shared += 3 {
		for own := range 30 {
			// words that stand once: n+4 words give n shingles
			a := sequence(0, shared+4)
			b := a + " " + sequence(1000, own)
			want := float64(shared) / float64(shared+own)
			x := New([]string{a, b}, want, nil)
			if got := x.Components(); got[1] != 0 {
				t.Errorf("similarity %d/%d is missed", shared, shared+own)
			}
			x = New([]string{a, b}, want+1e-9, nil)
			if got := x.Components(); own > 0 && got[1] == 0 {
				t.Errorf("similarity %d/%d counts as more", shared, shared+own)
			}
		}
	}
}

func sequence(from, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprint("w", from+i)
	}
	return strings.Join(words, " ")
}

func TestRank(t *testing.T) {
	last := uint64(0)
	for n := range uint64(1 << 16) {
		r := rank(n)
		if r < last || r > 255 || n <= 16 && r != n {
			t.Fatalf("rank(%d) = %d after %d", n, r, last)
		}
		last = r
	}
	c := newCounter(4)
	for range 1 << 17 {
		c.add(5, 0, uint64(len(c.counts)))
	}
	if alone(c.key(5)) || !alone(c.key(6)) || c.key(5) <= c.key(6) {
		t.Error("a common shingle does not come after a rare one")
	}
}

// functions makes documents that read like code: names from a Zipf distribution, every eighth one an edited copy.
func functions(n int) []string {
	r := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(r, 1.1, 4, 200_000)
	statement := func(b *strings.Builder) {
		fmt.Fprintf(b, "    self.name_%d:set(name_%d, name_%d * %d)\n", zipf.Uint64(), zipf.Uint64(), zipf.Uint64(), r.IntN(100))
	}
	docs := make([]string, n)
	for i := range docs {
		var b strings.Builder
		if i > 8 && i%8 == 0 {
			lines := strings.SplitAfter(docs[i-1-r.IntN(8)], "\n")
			at := r.IntN(len(lines))
			b.WriteString(strings.Join(lines[:at], ""))
			statement(&b)
			b.WriteString(strings.Join(lines[at:], ""))
		} else {
			fmt.Fprintf(&b, "function name_%d.name_%d(x, y)\n    if x == nil then return end\n", zipf.Uint64(), zipf.Uint64())
			for range 4 + r.IntN(24) {
				statement(&b)
			}
			b.WriteString("    return x\nend\n")
		}
		docs[i] = b.String()
	}
	return docs
}

// BenchmarkComponents is end to end: from text to components. Bytes are those of the text.
func BenchmarkComponents(b *testing.B) {
	pool := parallel.New(2)
	defer pool.Close()
	for _, n := range []int{10_000, 100_000} {
		docs := functions(n)
		size := 0
		for _, d := range docs {
			size += len(d)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				New(docs, 0.7, pool).Components()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}
