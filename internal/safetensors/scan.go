package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// A scanner takes a JSON text apart as the formats here need it: its depth is theirs, duplicate keys are seen, errors say where.
// A checkpoint of many experts has several hundred thousand tensors, for which encoding/json's tokens take seconds.
type scanner struct {
	text []byte
	pos  int
}

var errEarlyEnd = errors.New("JSON ends early")

// scanObject reads text as one JSON object and calls value at the value of each key.
func scanObject(text []byte, value func(s *scanner, key string) error) error {
	s := &scanner{text: text}
	if err := s.object(func(key string) error { return value(s, key) }); err != nil {
		return err
	}
	if c := s.peek(); s.pos < len(text) {
		return fmt.Errorf("%q at byte %d, after the end of the JSON object", c, s.pos)
	}
	return nil
}

// peek returns the next character that is not white space; 0 at the end.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// next consumes want.
func (s *scanner) next(want byte) error {
	switch c := s.peek(); {
	case s.pos == len(s.text):
		return errEarlyEnd
	case c != want:
		return fmt.Errorf("%q at byte %d, where %q was expected", c, s.pos, want)
	}
	s.pos++
	return nil
}

// list reads elements, each with a call of element, between the brackets first and last.
func (s *scanner) list(first, last byte, element func() error) error {
	if err := s.next(first); err != nil {
		return err
	}
	if s.peek() == last {
		return s.next(last)
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.peek() != ',' {
			return s.next(last)
		}
		s.pos++
	}
}

// object calls value at the value of each key and refuses a key that stands twice.
func (s *scanner) object(value func(key string) error) error {
	seen := map[string]bool{}
	return s.list('{', '}', func() error {
		key, err := s.string()
		if err != nil {
			return err
		}
		if len(key) > maxName {
			return fmt.Errorf("a name of %d bytes; at most %d are allowed", len(key), maxName)
		}
		if seen[key] {
			return fmt.Errorf("%q stands twice", key)
		}
		seen[key] = true
		if err := s.next(':'); err != nil {
			return err
		}
		return value(key)
	})
}

// string reads a string.
func (s *scanner) string() (string, error) {
	if err := s.next('"'); err != nil {
		return "", err
	}
	start := s.pos
	for ; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return string(s.text[start : s.pos-1]), nil
		case c == '\\' || c < ' ':
			s.pos = start - 1
			var v string
			err := s.value(&v)
			return v, err
		}
	}
	return "", errEarlyEnd
}

// sizes reads a list of integers that are not negative; never nil without an error.
func (s *scanner) sizes() ([]int, error) {
	sizes := []int{}
	err := s.list('[', ']', func() error {
		s.peek()
		start := s.pos
		for s.pos < len(s.text) && bytes.IndexByte([]byte("+-.0123456789Ee"), s.text[s.pos]) >= 0 {
			s.pos++
		}
		number := string(s.text[start:s.pos])
		n, err := strconv.ParseUint(number, 10, strconv.IntSize-2)
		if err != nil || number[0] == '0' && len(number) > 1 {
			return fmt.Errorf("%q at byte %d is not a size", number, start)
		}
		sizes = append(sizes, int(n))
		return nil
	})
	return sizes, err
}

// value reads any JSON value into v with encoding/json.
func (s *scanner) value(v any) error {
	d := json.NewDecoder(bytes.NewReader(s.text[s.pos:]))
	err := d.Decode(v)
	s.pos += int(d.InputOffset())
	return inside(err, "at byte %d", s.pos)
}

// inside puts where an error happened before it; nil stays nil.
func inside(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}
