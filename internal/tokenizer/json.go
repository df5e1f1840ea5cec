package tokenizer

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A parser reads JSON in one pass and without an intermediate form: the vocabulary and the merges are by far the largest
// part of a tokenizer.json and go straight into their tables. It is strict: fields that nobody asked for and fields that
// appear twice are errors.
type parser struct {
	data []byte
	pos  int
	buf  []byte // the string read last
}

// errorf returns an error about the value named where, at the current place.
func (p *parser) errorf(where, format string, args ...any) error {
	line := 1 + bytes.Count(p.data[:min(p.pos, len(p.data))], []byte{'\n'})
	if where != "" {
		where += ": "
	}
	return fmt.Errorf("line %d (byte %d): %s%w", line, p.pos, where, fmt.Errorf(format, args...))
}

// peek skips white space and returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	for ; p.pos < len(p.data); p.pos++ {
		switch c := p.data[p.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// accept skips white space and c if it comes next.
func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.pos++
	return true
}

// found describes what comes next, for errors.
func (p *parser) found() string {
	switch c := p.peek(); {
	case c == 0 && p.pos >= len(p.data):
		return "the end of the file"
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	}
	rest := p.data[p.pos:]
	if n := bytes.IndexAny(rest, " \t\r\n,:]}"); n > 0 {
		rest = rest[:n]
	}
	return strconv.Quote(string(rest[:min(len(rest), 20)]))
}

func (p *parser) expect(where string, c byte) error {
	if !p.accept(c) {
		return p.errorf(where, "found %s, expected '%c'", p.found(), c)
	}
	return nil
}

// word accepts null, true or false.
func (p *parser) word(w string) bool {
	p.peek()
	if !bytes.HasPrefix(p.data[p.pos:], []byte(w)) {
		return false
	}
	p.pos += len(w)
	return true
}

func (p *parser) null() bool { return p.word("null") }

func (p *parser) boolean(where string, v *bool) error {
	switch {
	case p.word("true"):
		*v = true
	case p.word("false"):
		*v = false
	default:
		return p.errorf(where, "found %s, expected true or false", p.found())
	}
	return nil
}

// number returns the text of a number.
func (p *parser) number() string {
	p.peek()
	end := p.pos
	for end < len(p.data) && (isAlnum(p.data[end]) || strings.IndexByte("+-.", p.data[end]) >= 0) {
		end++
	}
	s := string(p.data[p.pos:end])
	p.pos = end
	return s
}

func (p *parser) uint(where string, v *uint32) error {
	p.peek()
	from, n := p.pos, uint64(0)
	for ; p.pos < len(p.data) && p.data[p.pos]-'0' <= 9 && n <= math.MaxUint32; p.pos++ {
		n = n*10 + uint64(p.data[p.pos]-'0')
	}
	digits := p.pos - from
	if digits == 0 || n > math.MaxUint32 || digits > 1 && p.data[from] == '0' || p.pos < len(p.data) && strings.IndexByte(".eE", p.data[p.pos]) >= 0 {
		p.pos = from
		return p.errorf(where, "found %s, expected a whole number from 0 to %d", p.found(), uint32(math.MaxUint32))
	}
	*v = uint32(n)
	return nil
}

func (p *parser) str(where string, v *string) error {
	b, err := p.bytes(where)
	*v = string(b)
	return err
}

// bytes reads a string into a buffer that the next call reuses.
func (p *parser) bytes(where string) ([]byte, error) {
	if err := p.expect(where, '"'); err != nil {
		return nil, err
	}
	p.buf = p.buf[:0]
	for {
		from, ascii := p.pos, true
		for p.pos < len(p.data) && p.data[p.pos] != '"' && p.data[p.pos] != '\\' && p.data[p.pos] >= ' ' {
			ascii = ascii && p.data[p.pos] < utf8.RuneSelf
			p.pos++
		}
		part := p.data[from:p.pos]
		if !ascii && !utf8.Valid(part) {
			return nil, p.errorf(where, "the string is not valid UTF-8")
		}
		p.buf = append(p.buf, part...)
		switch {
		case p.pos == len(p.data):
			return nil, p.errorf(where, "the file ends in a string")
		case p.data[p.pos] == '"':
			p.pos++
			return p.buf, nil
		case p.data[p.pos] != '\\':
			return nil, p.errorf(where, "control character %#02x in a string", p.data[p.pos])
		}
		if err := p.escape(where); err != nil {
			return nil, err
		}
	}
}

// escapes maps what follows a backslash.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *parser) escape(where string) error {
	rest := p.data[p.pos:]
	if len(rest) > 1 {
		if c, ok := escapes[rest[1]]; ok {
			p.buf = append(p.buf, c)
			p.pos += 2
			return nil
		}
	}
	r, n := codeUnit(rest), 6
	if utf16.IsSurrogate(r) {
		r, n = utf16.DecodeRune(r, codeUnit(rest[6:])), 12
		if r == utf8.RuneError {
			return p.errorf(where, "half of a surrogate pair in a string")
		}
	}
	if r < 0 {
		return p.errorf(where, "unknown escape %q in a string", rest[:min(len(rest), 6)])
	}
	p.buf = utf8.AppendRune(p.buf, r)
	p.pos += n
	return nil
}

// codeUnit returns the value of \uXXXX at the start of b, or -1.
func codeUnit(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// object calls field with each key, positioned at its value, which field reads.
func (p *parser) object(where string, field func(key []byte) error) error {
	if err := p.expect(where, '{'); err != nil {
		return err
	}
	if p.accept('}') {
		return nil
	}
	for {
		key, err := p.bytes(where)
		if err != nil {
			return err
		}
		if err := p.expect(where, ':'); err != nil {
			return err
		}
		if err := field(key); err != nil {
			return err
		}
		if p.accept('}') {
			return nil
		}
		if err := p.expect(where, ','); err != nil {
			return err
		}
	}
}

// array calls element with the number of each element, positioned at it.
func (p *parser) array(where string, element func(i int) error) error {
	if err := p.expect(where, '['); err != nil {
		return err
	}
	if p.accept(']') {
		return nil
	}
	for i := 0; ; i++ {
		if err := element(i); err != nil {
			return err
		}
		if p.accept(']') {
			return nil
		}
		if err := p.expect(where, ','); err != nil {
			return err
		}
	}
}

// field is a field of an object and how to read it. The function gets the name of the value.
type field struct {
	name string
	read func(where string) error
	need bool
}

// fields reads an object that has these fields and no others.
func (p *parser) fields(where string, fields ...field) error {
	seen := make([]bool, len(fields))
	err := p.object(where, func(key []byte) error {
		for i, f := range fields {
			if f.name != string(key) {
				continue
			}
			if seen[i] {
				return p.errorf(join(where, f.name), "the field appears twice")
			}
			seen[i] = true
			return f.read(join(where, f.name))
		}
		return p.errorf(join(where, string(key)), "unknown field")
	})
	if err != nil {
		return err
	}
	var errs []error
	for i, f := range fields {
		if f.need && !seen[i] {
			errs = append(errs, p.errorf(join(where, f.name), "the field is missing"))
		}
	}
	return errors.Join(errs...)
}

func join(where, name string) string {
	if where == "" {
		return name
	}
	return where + "." + name
}

func at(where string, i int) string { return where + "[" + strconv.Itoa(i) + "]" }

// kind returns the field "type" of the object that comes next, without moving on; it is "" when there is none.
func (p *parser) kind(where string) (kind string, err error) {
	from := p.pos
	defer func() { p.pos = from }()
	found := errors.New("found")
	err = p.object(where, func(key []byte) error {
		if string(key) != "type" {
			return p.skip(where)
		}
		if err := p.str(join(where, "type"), &kind); err != nil {
			return err
		}
		return found
	})
	if errors.Is(err, found) {
		err = nil
	}
	return kind, err
}

// skip passes over a value that is read at another time: it finds the end and checks no more than it must.
func (p *parser) skip(where string) error {
	for depth := 0; ; {
		switch c := p.peek(); c {
		case 0:
			return p.errorf(where, "the file ends in a value")
		case '{', '[':
			depth++
			p.pos++
		case '}', ']':
			depth--
			p.pos++
		case '"':
			if _, err := p.bytes(where); err != nil {
				return err
			}
		case ',', ':':
			p.pos++
		default:
			if p.number() == "" {
				return p.errorf(where, "found %s, expected a value", p.found())
			}
		}
		if depth <= 0 {
			return nil
		}
	}
}
