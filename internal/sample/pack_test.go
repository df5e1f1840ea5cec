package sample

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestPackGolden compares with what TRL makes of the same lengths (ref/pack_golden.py).
func TestPackGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden/pack.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Seed              uint64
			Count, Most, Bins int
			MaxLength         int `json:"max_length"`
			Digest            string
		}
		Examples []struct {
			Lengths   []int
			MaxLength int `json:"max_length"`
			Bins      []Bin
		}
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) < 30 || len(golden.Examples) < 3 {
		t.Fatalf("%d cases and %d examples", len(golden.Cases), len(golden.Examples))
	}
	for _, e := range golden.Examples {
		if got := Pack(e.Lengths, e.MaxLength); !reflect.DeepEqual(got, e.Bins) {
			t.Errorf("Pack(%v, %d) = %v, want %v", e.Lengths, e.MaxLength, got, e.Bins)
		}
	}
	for _, c := range golden.Cases {
		bins := Pack(someLengths(c.Seed, c.Count, c.Most), c.MaxLength)
		if got := digest(bins); got != c.Digest || len(bins) != c.Bins {
			t.Errorf("seed %d: %d bins with digest %s, want %d with %s", c.Seed, len(bins), got, c.Bins, c.Digest)
		}
	}
}

// someLengths repeats the generator of the Python script.
func someLengths(seed uint64, count, most int) []int {
	lengths := make([]int, count)
	for i := range lengths {
		seed = seed*6364136223846793005 + 1442695040888963407
		lengths[i] = int((seed >> 33) % uint64(most+1))
	}
	return lengths
}

func digest(bins []Bin) string {
	var b strings.Builder
	for _, bin := range bins {
		b.WriteString(strings.Trim(fmt.Sprint([]int(bin)), "[]") + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

func TestPackHoldsEverythingOnce(t *testing.T) {
	for seed := range uint64(30) {
		lengths := someLengths(seed, int(seed*97%1700), 50)
		maxLength := 1 + int(seed)*2
		seen := make([]int, len(lengths))
		for _, bin := range Pack(lengths, maxLength) {
			total := 0
			for _, i := range bin {
				seen[i]++
				total += min(lengths[i], maxLength)
			}
			if total > maxLength || total == 0 {
				t.Errorf("seed %d: a bin of %d tokens, at most %d are allowed", seed, total, maxLength)
			}
		}
		for i, n := range seen {
			if want := min(lengths[i], 1); n != want {
				t.Errorf("seed %d: sample %d of length %d is in %d bins", seed, i, lengths[i], n)
			}
		}
	}
	if got := Pack(nil, 8); got != nil {
		t.Errorf("Pack(nil) = %v", got)
	}
}

func TestOrder(t *testing.T) {
	if got, want := Order(5, false, 1, 1), []int{0, 1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("file order is %v", got)
	}
	// Resumed runs and other machines must find this very order.
	if got, want := Order(8, true, 42, 0), []int{5, 4, 2, 1, 0, 3, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("Order(8, true, 42, 0) = %v, want %v", got, want)
	}
	first := Order(1000, true, 42, 0)
	if slices.Equal(first, Order(1000, true, 42, 1)) || slices.Equal(first, Order(1000, true, 43, 0)) {
		t.Error("another epoch or seed gives the same order")
	}
	slices.Sort(first)
	if !slices.Equal(first, Order(1000, false, 0, 0)) {
		t.Error("the order is no permutation")
	}
}

// TestOrderIsFair counts where each of a few items lands.
func TestOrderIsFair(t *testing.T) {
	const n, rounds = 5, 20000
	var at [n][n]int
	for epoch := range rounds {
		for place, item := range Order(n, true, 7, epoch) {
			at[item][place]++
		}
	}
	for item, places := range at {
		for place, count := range places {
			if count < rounds/n*95/100 || count > rounds/n*105/100 {
				t.Errorf("item %d is %d of %d times at place %d", item, count, rounds, place)
			}
		}
	}
}
