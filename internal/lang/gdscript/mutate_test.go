package gdscript

import (
	"slices"
	"strings"
	"testing"
)

const mutated = `func fire(at: int, to: int, force):
	if at < 3 and not force:
		return
	for i in range(0, at):
		total += i * 2
		hit(at, to)
	if force:
		stop()
	var x = await load_all(to)
	items[0] = at
	print("a" + "b")
	return compute(x) # done
`

func TestMutations(t *testing.T) {
	s, err := Parse(mutated)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range s.Mutations(s.Root.Children[0]) {
		got = append(got, m.Description)
	}
	want := []string{
		"wrong variable: `at` became `to`",
		"flipped comparison: `at < 3` became `at > 3`",
		"wrong boundary: `at < 3` became `at <= 3`",
		"off by one: `at < 3` became `at < 4`",
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s is missing of\n%s", w, strings.Join(got, "\n"))
		}
	}
	for _, w := range []string{
		"negated condition: `at < 3 and not force` became `not (at < 3 and not force)`", "wrong operator: `at < 3 and not force` became `at < 3 or not force`",
		"removed statement: `return` became `pass`", "off by one: `range(0, at)` became `range(0, at - 1)`", "swapped arguments: `hit(at, to)` became `hit(to, at)`",
		"wrong operator: `total += i * 2` became `total -= i * 2`", "wrong operator: `i * 2` became `i / 2`", "removed statement: `hit(at, to)` was removed",
		"negated condition: `force` became `not force`", "dropped await: `await load_all(to)` became `load_all(to)`", "off by one: `items[0]` became `items[1]`",
		"missing return: `return compute(x)` became `compute(x)`", "wrong variable: `x` became `force`",
	} {
		if !slices.Contains(got, w) {
			t.Errorf("%s is missing of\n%s", w, strings.Join(got, "\n"))
		}
	}
	for _, g := range got {
		if strings.Contains(g, `"a"`) && strings.Contains(g, "operator") {
			t.Errorf("%s: strings have no such operator", g)
		}
	}
}

// TestMutationsParse proves that all mutations of the sample code parse and change it.
func TestMutationsParse(t *testing.T) {
	kinds, texts := map[string]int{}, scripts(t, samples)
	for path, text := range texts {
		if len(text) > 6000 {
			continue
		}
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, found := s.Outline()
		for _, d := range found {
			for i, m := range s.Mutations(d.Node) {
				kinds[m.Kind]++
				if m.Start < d.Start || m.End > d.End+1 || m.Apply(text) == text {
					t.Errorf("%s: %s at [%d, %d) of [%d, %d) changes nothing or too much", path, m.Description, m.Start, m.End, d.Start, d.End)
				}
				if i%16 != 0 {
					continue // parsing all would take long
				}
				if err := Check(m.Apply(text)); err != nil {
					t.Errorf("%s: %s: %v", path, m.Description, err)
				}
			}
		}
	}
	for _, kind := range []string{FlippedComparison, WrongBoundary, OffByOne, WrongOperator, NegatedCondition, SwappedArguments, DroppedAwait, WrongVariable, MissingReturn, RemovedStatement} {
		if kinds[kind] == 0 {
			t.Errorf("no %s in the sample code", kind)
		}
	}
	t.Log(kinds)
}
