package jinja

import (
	"time"
	"unicode/utf8"
)

// maxSource bounds the size of a template; the largest known chat template is a twentieth of it.
const maxSource = 1 << 20

// A Template is a parsed template. It may be rendered by several goroutines at once.
type Template struct {
	body  []node
	fn    *function
	scope scope
	lib   *library
}

// A Span is a part of the output, in bytes.
type Span struct{ Start, End int }

// A Result is the output of a template.
type Result struct {
	Text string
	// Spans are the parts that {% generation %} blocks wrote, in order.
	Spans []Span
	// Misplaced is the line of a {% generation %} block that ran inside a macro or another block that collects text, so that
	// its place in Text is not known; 0 if there was none.
	Misplaced int
}

// Parse reads a template. The error is an *Error with the class and message of Jinja's.
func Parse(src string) (*Template, error) {
	switch {
	case len(src) > maxSource:
		return nil, errorf(classLimit, "a template of %d bytes, at most %d are allowed", len(src), maxSource)
	case !utf8.ValidString(src):
		return nil, errorf(classSyntax, "the template is not valid UTF-8")
	}
	body, err := parse(src)
	if err != nil {
		return nil, err
	}
	t := &Template{body: body, lib: newLibrary()}
	if t.fn, t.scope, err = resolve(body, t.lib); err != nil {
		return nil, err
	}
	return t, nil
}

// Render runs the template over variables, which hide the global functions of their names. now is the clock of strftime_now;
// nil stands for the local time. The error is an *Error with the class and message of Python's.
func (t *Template) Render(vars *Dict, now func() time.Time) (Result, error) {
	return t.render(vars, now, defaultLimits)
}

func (t *Template) render(vars *Dict, now func() time.Time, limit limits) (Result, error) {
	if now == nil {
		now = time.Now
	}
	all := globals()
	for name, v := range vars.All() {
		if name, ok := name.(string); ok {
			all.Set(name, v)
		}
	}
	r := &runner{fuel: limit.work, limit: limit, now: now, vars: all, lib: t.lib, result: &Result{}, top: &buffer{}}
	a := newActivation(t.fn, nil)
	r.enter(&t.scope, a)
	if _, err := r.exec(t.body, a, r.top); err != nil {
		return Result{}, err
	}
	r.result.Text = r.top.String()
	return *r.result, nil
}
