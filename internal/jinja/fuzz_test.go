package jinja

import (
	"errors"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzTemplate parses and renders any template: it must end, and fail with an *Error if it fails.
func FuzzTemplate(f *testing.F) {
	list, vars, now := readSnippets(f)
	for i, s := range list {
		if i%7 == 0 {
			f.Add(s.source)
		}
	}
	small := limits{work: 1 << 18, output: 1 << 16, depth: 50}
	f.Fuzz(func(t *testing.T, src string) {
		tmpl, err := Parse(src)
		if err == nil {
			var r Result
			r, err = tmpl.render(vars, now, small)
			if len(r.Text) > small.output {
				t.Errorf("%d bytes of output", len(r.Text))
			}
			if utf8.ValidString(src) && !utf8.ValidString(r.Text) {
				t.Errorf("%q is not valid UTF-8", r.Text)
			}
			for _, s := range r.Spans {
				if s.Start < 0 || s.End < s.Start || s.End > len(r.Text) {
					t.Errorf("span %v of %d bytes", s, len(r.Text))
				}
			}
		}
		if e := new(Error); err != nil && !errors.As(err, &e) {
			t.Errorf("error %v is no *Error", err)
		}
	})
}

// FuzzFromJSON decodes any bytes, and encodes what it decoded.
func FuzzFromJSON(f *testing.F) {
	for _, s := range []string{`{"a": [1, 2.5, null, true, "x\u00e9"], "b": {}}`, `[[[]]]`, `1e999`, `"\ud83d\ude00"`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	tmpl, err := Parse(`{{ v | tojson }}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := FromJSON(data)
		if err != nil {
			return
		}
		vars := NewDict()
		vars.Set("v", v)
		r, err := tmpl.Render(vars, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromJSON([]byte(r.Text)); err != nil && !containsSpecialFloat(v) {
			t.Errorf("%q was written as %q: %v", data, r.Text, err)
		}
	})
}

// containsSpecialFloat reports whether a value holds an infinity, which Python writes as no JSON.
func containsSpecialFloat(v Value) bool {
	if items, ok := sequenceItems(v); ok {
		for _, item := range items {
			if containsSpecialFloat(item) {
				return true
			}
		}
	}
	if d, ok := v.(*Dict); ok {
		for _, item := range d.All() {
			if containsSpecialFloat(item) {
				return true
			}
		}
	}
	f, ok := v.(float64)
	return ok && f-f != 0
}
