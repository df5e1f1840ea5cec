package jinja

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"
)

// A snippet is a template and what Python made of it.
type snippet struct {
	source string
	text   string
	class  string // of the exception, "" if there was none
	msg    string
	line   int // 0 is not compared
}

func (s *snippet) UnmarshalJSON(data []byte) error {
	var out json.RawMessage
	if err := json.Unmarshal(data, &[]any{&s.source, &out}); err != nil {
		return err
	}
	if json.Unmarshal(out, &s.text) == nil {
		return nil
	}
	return json.Unmarshal(out, &[]any{&s.class, &s.msg, &s.line})
}

// readSnippets reads the goldens of ref/chat_golden.py, with the variables and the time they were made with.
func readSnippets(tb testing.TB) (list []snippet, vars *Dict, now func() time.Time) {
	tb.Helper()
	data, err := os.ReadFile("testdata/golden/snippets.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	lines.Scan()
	var head struct {
		Now       string
		Variables json.RawMessage
	}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		tb.Fatal(err)
	}
	at, err := time.Parse("2006-01-02T15:04:05.999999", head.Now)
	if err != nil {
		tb.Fatal(err)
	}
	v, err := FromJSON(head.Variables)
	if err != nil {
		tb.Fatal(err)
	}
	for lines.Scan() {
		var s snippet
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			tb.Fatalf("%s: %v", lines.Text(), err)
		}
		list = append(list, s)
	}
	return list, v.(*Dict), func() time.Time { return at }
}

func TestSnippets(t *testing.T) {
	list, vars, now := readSnippets(t)
	if len(list) < 3000 {
		t.Fatalf("only %d snippets", len(list))
	}
	for _, s := range list {
		var text string
		tmpl, err := Parse(s.source)
		if err == nil {
			var r Result
			r, err = tmpl.Render(vars, now)
			text = r.Text
		}
		got := snippet{source: s.source, text: text}
		if e := new(Error); errors.As(err, &e) {
			got.class, got.msg, got.line = e.Class, e.Msg, e.Line
		} else if err != nil {
			t.Fatalf("%q: error %v is no *Error", s.source, err)
		}
		if s.line == 0 {
			got.line = 0
		}
		if s.class == classRecursion { // the wording depends on where Python's stack ends
			got.msg = s.msg
		}
		if got != s || s.source == "" {
			t.Errorf("%q\n got %+v\nwant %+v", s.source, got, s)
		}
	}
}
