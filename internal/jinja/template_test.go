package jinja

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"
)

// render runs a template over variables written as JSON, with less work and output allowed than by default.
func render(t *testing.T, src, vars string) (Result, error) {
	t.Helper()
	limit := defaultLimits
	limit.work, limit.output = 1<<22, 1<<20
	v, err := FromJSON([]byte(vars))
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := Parse(src)
	if err != nil {
		return Result{}, err
	}
	return tmpl.render(v.(*Dict), time.Now, limit)
}

// wantError checks the class and a part of the message of an exception.
func wantError(t *testing.T, err error, class, part string) {
	t.Helper()
	e := new(Error)
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want an *Error of class %s", err, class)
	}
	if e.Class != class || !strings.Contains(e.Msg, part) {
		t.Errorf("got %s: %s, want %s: ...%s...", e.Class, e.Msg, class, part)
	}
}

func TestSpans(t *testing.T) {
	src := `é{% for m in messages %}[{{ m }}:{% generation %}<{{ m }}é>{% endgeneration %}]{% endfor %}{% generation %}{% endgeneration %}`
	r, err := render(t, src, `{"messages": ["a", "bü"]}`)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, s := range r.Spans {
		parts = append(parts, r.Text[s.Start:s.End])
	}
	if got, want := fmt.Sprintf("%q", parts), `["<aé>" "<büé>" ""]`; got != want {
		t.Errorf("spans %s, want %s", got, want)
	}
	if r.Misplaced != 0 {
		t.Errorf("Misplaced %d, want 0", r.Misplaced)
	}
}

func TestMisplacedSpan(t *testing.T) {
	for _, src := range []string{
		"{% macro m() %}\n{% generation %}x{% endgeneration %}{% endmacro %}{{ m() }}",
		"{% set x %}\n{% generation %}x{% endgeneration %}{% endset %}{{ x }}",
		"{% filter upper %}\n{% generation %}x{% endgeneration %}{% endfilter %}",
		"{% for i in [1] recursive %}\n{% generation %}x{% endgeneration %}{% endfor %}",
		"{% generation %}\n{% generation %}x{% endgeneration %}{% endgeneration %}",
	} {
		r, err := render(t, src, `{}`)
		if err != nil {
			t.Fatal(err)
		}
		if r.Misplaced != 2 {
			t.Errorf("%q: Misplaced %d, want line 2", src, r.Misplaced)
		}
	}
}

func TestRefused(t *testing.T) {
	for src, part := range map[string]string{
		`{% extends "a" %}`:                                   "the tag {% extends %} is not supported",
		`{% include "a" %}`:                                   "{% include %}",
		`{% import "a" as b %}`:                               "{% import %}",
		`{% from "a" import b %}`:                             "{% from %}",
		`{% block a %}{% endblock %}`:                         "{% block %}",
		`{% autoescape true %}{% endautoescape %}`:            "{% autoescape %}",
		`{{ l | random }}`:                                    "the filter random is not supported",
		`{{ ['a'] | map('urlize') | list }}`:                  "the filter urlize is not supported",
		`{{ lipsum() }}`:                                      "the function lipsum",
		`{{ 'a'.encode() }}`:                                  "str.encode",
		`{{ (1).real }}`:                                      "the attribute real of a number",
		`{{ range(3).count(1) }}`:                             "the method range.count",
		`{{ {}.keys() - [] }}`:                                "set arithmetic",
		`{{ {}.keys().mapping }}`:                             "the attribute mapping of dict_keys",
		`{{ ([1] | map('int')).send(1) }}`:                    "the attribute send of a generator",
		`{{ (-8) ** 0.5 }}`:                                   "the complex result of a power",
		`{{ 10 ** 10000 }}`:                                   "an integer of more than 8192 bits",
		`{{ (10 ** 2000) * (10 ** 2000) }}`:                   "an integer of more than 8192 bits",
		`{{ '{:z}'.format(1) }}`:                              "the z option",
		`{{ '{:c}'.format(1) }}`:                              "the format code c",
		`{{ 'a'.format_map([]) }}`:                            "format_map with a list",
		`{{ '\ud800' }}`:                                      `the lone surrogate \ud800`,
		`{{ '\N{BULLET}' }}`:                                  `the escape \N{...}`,
		`{{ '%c' % 55296 }}`:                                  "a lone surrogate",
		`{{ strftime_now('%Q') }}`:                            "the directive %Q of strftime",
		`{{ [] | tojson(separators=(1, 2)) }}`:                "a JSON separator that is no string",
		`{{ [] | tojson(indent=10000) }}`:                     "an indent of 10000",
		`{{ '&amp;' | striptags }}`:                           "striptags on text with character references",
		`{{ [1, 2, 3, 4, 5, 6, 7] | truncate(4, leeway=0) }}`: "the filter truncate of a list",
		`{% set d = {} %}{% set d.x %}y{% endset %}`:          "changing a dict",
	} {
		_, err := render(t, src, `{"l": [1]}`)
		if err == nil {
			t.Errorf("%s: no error", src)
			continue
		}
		wantError(t, err, classLimit, part)
	}
}

func TestLimits(t *testing.T) {
	double := `{% set ns = namespace(x='abcdefgh') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}`
	nested := `{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}`
	deep := `{% set ns = namespace(x=[]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}`
	tuples := `{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}`
	loops := `{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}`
	for src, want := range map[string][2]string{
		double:                         {classLimit, "a text of more than"},
		nested + `{{ ns.x }}`:          {classLimit, ""},
		nested + `{{ ns.x | tojson }}`: {classLimit, ""},
		nested + `{{ ns.x == ns.y }}`:  {classLimit, "more work"},
		tuples + `{{ {ns.x: 1} }}`:     {classLimit, "the key of a dict is too large"},
		deep + `{{ ns.x }}`:            {classRecursion, "maximum recursion depth exceeded"},
		deep + `{{ ns.x | tojson }}`:   {classRecursion, "maximum recursion depth exceeded"},
		`{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}`:          {classRecursion, "maximum recursion depth exceeded"},
		loops + `{% endfor %}{% endfor %}{% endfor %}`:                   {classLimit, "more work"},
		`{% for i in range(99999) %}{{ 'abcdefgh' * 9999 }}{% endfor %}`: {classLimit, "an output of more than"},
		`{{ 'x' * 9999999999 }}`:                                         {classLimit, "a text of more than"},
		`{{ 'x' * 9223372036854775807 }}`:                                {classLimit, "a text of more than"},
		`{{ ('x' * 9223372036854775807) | length }}`:                     {classLimit, "a text of more than"},
		`{{ [1] * 9223372036854775807 }}`:                                {classLimit, "more work"},
		`{{ 'x'.center(9999999999) }}`:                                   {classLimit, "a text of more than"},
		`{{ 'x'.ljust(9223372036854775807) }}`:                           {classLimit, "a text of more than"},
		`{{ 'x'.zfill(9999999999) }}`:                                    {classLimit, "a text of more than"},
		`{{ '\t'.expandtabs(9999999999) }}`:                              {classLimit, "a text of more than"},
		`{{ 'x' | indent(9999999999, true) }}`:                           {classLimit, "a text of more than"},
		`{{ 'xxxx'.replace('', 'y' * 600000) }}`:                         {classLimit, "a text of more than"},
		`{{ '%999999999d' % 1 }}`:                                        {classLimit, "a text of more than"},
		`{{ '%.999999999f' % 1 }}`:                                       {classLimit, "a text of more than"},
		`{{ '%.999999999d' % 1 }}`:                                       {classLimit, "a text of more than"},
		`{{ '{:999999999}'.format(1) }}`:                                 {classLimit, "a text of more than"},
		`{{ [1] | batch(9999999999, 'x') | list }}`:                      {classLimit, "more work"},
		`{{ [1] | slice(9999999999) | list }}`:                           {classLimit, "more work"},
		`{{ range(100001) }}`:                                            {classOverflow, "Range too big."},
		`{{ range(-9223372036854775807, 9223372036854775807) }}`:         {classOverflow, "Range too big."},
		`{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}`:                {classRecursion, "maximum recursion depth exceeded"},
		`{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}`:        {classRecursion, "maximum recursion depth exceeded"},
		strings.Repeat("(", 300) + strings.Repeat(")", 300):              {"", ""},
		`{{ ` + strings.Repeat("(", 300) + `1`:                           {classRecursion, "maximum recursion depth exceeded"},
		`{{ ` + strings.Repeat("not ", 300) + `1 }}`:                     {classRecursion, "maximum recursion depth exceeded"},
		`{{ ` + strings.Repeat("-", 300) + `1 }}`:                        {classRecursion, "maximum recursion depth exceeded"},
		`{{ x` + strings.Repeat(".a", 1200) + ` }}`:                      {classRecursion, "maximum recursion depth exceeded"},
		`{{ 1` + strings.Repeat("+1", 1200) + ` }}`:                      {classRecursion, "maximum recursion depth exceeded"},
		`{{ 1` + strings.Repeat(" and 1", 1200) + ` }}`:                  {classRecursion, "maximum recursion depth exceeded"},
		`{{ 1` + strings.Repeat("|abs", 1200) + ` }}`:                    {classRecursion, "maximum recursion depth exceeded"},
		strings.Repeat("{% if 1 %}", 300):                                {classRecursion, "maximum recursion depth exceeded"},
		strings.Repeat("x", maxSource+1):                                 {classLimit, "a template of 1048577 bytes"},
		"a\xffb":                                                         {classSyntax, "not valid UTF-8"},
	} {
		_, err := render(t, src, `{}`)
		if want[0] == "" {
			if err != nil {
				t.Errorf("%.60s: %v", src, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%.60s: no error", src)
			continue
		}
		wantError(t, err, want[0], want[1])
	}
}

func TestErrorText(t *testing.T) {
	_, err := render(t, "a\n{{ x.y }}", `{}`)
	if got, want := err.Error(), "jinja: line 2: UndefinedError: 'x' is undefined"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := (&Error{Class: "A", Msg: "b"}).Error(), "jinja: A: b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFunc(t *testing.T) {
	vars := NewDict()
	vars.Set("twice", Func{"twice", func(args []Value) (Value, error) {
		s, ok := args[0].(string)
		if !ok {
			return nil, &Error{Class: "TypeError", Msg: "twice takes text"}
		}
		if s == "" {
			return nil, errors.New("empty")
		}
		return s + s, nil
	}})
	vars.Set("raise_exception", Func{Name: "hidden", Call: func([]Value) (Value, error) { return NewTuple("a", None{}), nil }})
	for src, want := range map[string]string{
		`{{ twice('ab') }}`:          "abab",
		`{{ raise_exception('x') }}`: "('a', None)",
		`{{ twice }}{{ twice == twice }}{{ twice == raise_exception }}`:         "<function twice>TrueFalse",
		`{{ {twice: 1}[twice] }}{{ twice is callable }}{{ twice is sameas 1 }}`: "1TrueFalse",
		`{{ twice in [twice] }}{{ twice != none }}`:                             "TrueTrue",
	} {
		tmpl, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		r, err := tmpl.Render(vars, nil)
		if err != nil || r.Text != want {
			t.Errorf("%s: got %q, %v, want %q", src, r.Text, err, want)
		}
	}
	for src, want := range map[string][2]string{
		"\n{{ twice(1) }}":   {"TypeError", "twice takes text"},
		"\n{{ twice('') }}":  {"Exception", "empty"},
		"\n{{ twice(a=1) }}": {"TypeError", "twice() got an unexpected keyword argument 'a'"},
	} {
		tmpl, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tmpl.Render(vars, nil)
		wantError(t, err, want[0], want[1])
		if e := new(Error); errors.As(err, &e) && e.Line != 2 {
			t.Errorf("%q: line %d, want 2", src, e.Line)
		}
	}
}

func TestRenderConcurrently(t *testing.T) {
	tmpl, err := Parse(`{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}`)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			vars := NewDict()
			vars.Set("l", NewList(int64(k), int64(100)))
			for range 50 {
				r, err := tmpl.Render(vars, nil)
				if want := fmt.Sprint(k + 100); err != nil || r.Text != want {
					t.Errorf("got %q, %v, want %q", r.Text, err, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestLocalTime(t *testing.T) {
	before := time.Now().Add(-time.Minute)
	r, err := render(t, `{{ strftime_now('%Y-%m-%dT%H:%M:%S') }}`, `{}`)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", r.Text, time.Local)
	if err != nil || at.Before(before) || at.After(time.Now().Add(time.Minute)) {
		t.Errorf("strftime_now gave %s, %v", r.Text, err)
	}
}

func TestDict(t *testing.T) {
	d := NewDict()
	for i, k := range []string{"a", "b", "c", "d"} {
		d.Set(k, int64(i))
	}
	c := d.Clone()
	d.Delete("b")
	d.Delete("nope")
	d.Set("a", "first")
	d.Set("e", None{})
	show := func(d *Dict) string { return simpleRepr(d) }
	if got, want := show(d), "{'a': 'first', 'c': 2, 'd': 3, 'e': None}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := show(c), "{'a': 0, 'b': 1, 'c': 2, 'd': 3}"; got != want {
		t.Errorf("clone %s, want %s", got, want)
	}
	if v, ok := d.Get("d"); !ok || v != Value(int64(3)) {
		t.Errorf("d is %v, %v", v, ok)
	}
	if _, ok := d.Get("b"); ok || d.Len() != 4 {
		t.Errorf("b is there, or Len %d is not 4", d.Len())
	}
	for key := range d.All() {
		if key != Value("a") {
			t.Errorf("first key %v, want a", key)
		}
		break
	}
	if got := len(NewList(1, 2).Items()); got != 2 {
		t.Errorf("%d items, want 2", got)
	}
}

// TestKeys checks that keys collide in a dict exactly where Python holds them equal.
func TestKeys(t *testing.T) {
	r, err := render(t, `{{ {1: 'a', 1.0: 'b', true: 'c', '1': 'd', 2.5: 'e', none: 'f', (1, 'x'): 'g', (1.0, 'x'): 'h', ('1', 'x'): 'i',
		big: 'j', big: 'k', (): 'l', range(3): 'm', range(0, 3): 'n', nope: 'o', nope2: 'p'} }}`, `{"big": 123456789012345678901234567890}`)
	if err != nil {
		t.Fatal(err)
	}
	want := "{1: 'c', '1': 'd', 2.5: 'e', None: 'f', (1, 'x'): 'h', ('1', 'x'): 'i', 123456789012345678901234567890: 'k', " +
		"(): 'l', range(0, 3): 'n', Undefined: 'p'}"
	if r.Text != want {
		t.Errorf("got  %s\nwant %s", r.Text, want)
	}
}

func TestFromJSON(t *testing.T) {
	for src, want := range map[string]string{
		`{"b": 1, "a": {"z": [1.0, 1e2, -0, true, null, "\u00e9"]}, "b": 2}`: `{'b': 2, 'a': {'z': [1.0, 100.0, 0, True, None, 'é']}}`,
		` [] `:                 `[]`,
		`"x"`:                  `'x'`,
		`9223372036854775808`:  `9223372036854775808`,
		`-9223372036854775808`: `-9223372036854775808`,
		`1e400`:                `inf`,
		`[[[[[[]]]]]]`:         `[[[[[[]]]]]]`,
	} {
		v, err := FromJSON([]byte(src))
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := simpleRepr(v); got != want {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
	}
	if v, _ := FromJSON([]byte(`18446744073709551616`)); v.(*big.Int).BitLen() != 65 {
		t.Errorf("2^64 was read as %v", v)
	}
	for _, src := range []string{
		``, ` `, `{`, `[`, `[1`, `[1,`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{1:2}`, `{"a" 1}`, `[1 2]`, `]`, `nul`, `tru`, `1 2`, `{} {}`,
		`"abc`, `"\x"`, `01`, `1.`, `1e`, `-`, `'a'`, `[1,]`, `{"a":1,}`, "\"\xff\"", "\"a\nb\"", `NaN`,
		strings.Repeat("[", 600) + strings.Repeat("]", 600), strings.Repeat("9", 5000),
	} {
		if v, err := FromJSON([]byte(src)); err == nil {
			t.Errorf("%.40q was read as %v", src, v)
		}
	}
}
