package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxBytes bounds one configuration file: people do not write more.
const maxBytes = 1 << 20

// errSeveral is returned for a text of more than one document.
var errSeveral = errors.New("holds more than one YAML document; keep one, and combine files with extends")

// parseYAML returns the root of the one document in text, null when there is none. origin is where text came from;
// the position of the problem found, if any, is added to it.
func parseYAML(origin Origin, text []byte) (*yaml.Node, *Problem) {
	if len(text) > maxBytes {
		p := origin.problem("", "is larger than 1 MiB, more than any configuration")
		return nil, &p
	}
	if line, column, what := badByte(text); what != "" {
		return nil, syntaxProblem(origin, line, column, what)
	}
	root, err := onlyDocument(text)
	switch {
	case errors.Is(err, errSeveral):
		p := origin.problem("", "%v", err)
		return nil, &p
	case err != nil:
		return nil, explain(origin, err, text)
	}
	return root, nil
}

func onlyDocument(text []byte) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var doc, next yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, nil
	case err != nil:
		return nil, err
	}
	switch err := loader.Load(&next); {
	case err == nil:
		return nil, errSeveral
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return doc.Content[0], nil
}

func syntaxProblem(origin Origin, line, column int, what string) *Problem {
	if origin.isFlag() {
		line, column = 0, 0 // a place inside a flag's text helps nobody
	}
	p := Problem{File: origin.File, Line: line, Column: column, Message: "YAML syntax: " + what}
	return &p
}

// explain words an error of the library, and says what usually causes it.
func explain(origin Origin, err error, text []byte) *Problem {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return syntaxProblem(origin, 0, 0, err.Error())
	}
	what := e.Message
	if e.ContextMsg != "" {
		what += " " + e.ContextMsg
		if e.ContextMark.Line > 0 && e.ContextMark.Line != e.Mark.Line {
			what += fmt.Sprintf(" that starts at line %d", e.ContextMark.Line)
		}
	}
	lines := strings.Split(string(text), "\n")
	if n := e.Mark.Line - 1; n >= 0 && n < len(lines) && strings.HasPrefix(strings.TrimLeft(lines[n], " "), "\t") {
		what += "; indent with spaces, YAML allows no tabs there"
	}
	return syntaxProblem(origin, e.Mark.Line, e.Mark.Column, what)
}

// badByte finds the first byte that YAML text cannot hold, for which the library gives no position.
func badByte(text []byte) (line, column int, what string) {
	line, column = 1, 1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column, fmt.Sprintf("byte 0x%02x is not UTF-8", text[i])
		case r == '\n':
			line, column = line+1, 0
		case unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\u0085':
			return line, column, fmt.Sprintf("control character U+%04X", r)
		}
		i += size
		column++
	}
	return 0, 0, ""
}

// nodeOrigin is the place of a node in the file it was read from; a --set has none.
func nodeOrigin(o Origin, n *yaml.Node) Origin {
	if !o.isFlag() {
		o.Line, o.Column = n.Line, n.Column
	}
	return o
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// unsupported names the YAML feature of a node that graft does not take, and the way out.
func unsupported(n *yaml.Node) string {
	const share = " is not supported; repeat the value, or share it with extends"
	switch {
	case n.Kind == yaml.AliasNode:
		return fmt.Sprintf("YAML alias *%s%s", n.Value, share)
	case n.Anchor != "":
		return fmt.Sprintf("YAML anchor &%s%s", n.Anchor, share)
	case n.Tag == "!!merge":
		return "YAML merge key <<" + share
	case n.Style&yaml.TaggedStyle != 0:
		return fmt.Sprintf("YAML tag %s is not supported; write the value without it", n.Tag)
	}
	return ""
}

// describe names a value and its type as a reader of YAML sees them.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing (null)"
	case "!!int":
		return shorten(n.Value) + " (an integer)"
	case "!!float":
		return shorten(n.Value) + " (a number)"
	case "!!bool":
		return shorten(n.Value) + " (a boolean)"
	case "!!timestamp":
		return shorten(n.Value) + " (a date)"
	}
	return strconv.Quote(shorten(n.Value)) + " (a string)"
}

func shorten(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
