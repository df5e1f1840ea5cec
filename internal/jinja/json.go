package jinja

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxJSONDepth bounds the nesting of documents.
const maxJSONDepth = 500

// FromJSON decodes one JSON document as Python's json.loads does: objects keep the order of their keys, numbers with a fraction
// or an exponent are floats, others integers of any size.
func FromJSON(data []byte) (Value, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("jinja: JSON is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeJSON(d, 0)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return v, nil
		}
		err = errors.New("more text after the document")
	}
	return nil, fmt.Errorf("jinja: JSON at byte %d: %w", d.InputOffset(), err)
}

func decodeJSON(d *json.Decoder, depth int) (Value, error) {
	t, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if depth > maxJSONDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxJSONDepth)
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return decodeArray(d, depth)
		}
		return decodeObject(d, depth)
	case json.Number:
		return decodeNumber(string(t))
	case nil:
		return None{}, nil
	}
	return t, nil
}

func decodeArray(d *json.Decoder, depth int) (Value, error) {
	l := &List{}
	for d.More() {
		v, err := decodeJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		l.items = append(l.items, v)
	}
	_, err := d.Token()
	return l, err
}

func decodeObject(d *json.Decoder, depth int) (Value, error) {
	o := NewDict()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := decodeJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		o.Set(key.(string), v)
	}
	_, err := d.Token()
	return o, err
}

func decodeNumber(s string) (Value, error) {
	if strings.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil && !math.IsInf(f, 0) {
			return nil, err
		}
		return f, nil
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return i, nil
	}
	if len(s) > 4300 {
		return nil, fmt.Errorf("an integer of %d digits, at most 4300 are allowed", len(s))
	}
	b, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return nil, fmt.Errorf("bad number %q", s)
	}
	return b, nil
}

// A jsonEncoder writes what Python's json.dumps writes.
type jsonEncoder struct {
	r       *runner
	b       strings.Builder
	ascii   bool
	sorted  bool
	pretty  bool
	indent  string
	item    string // between elements
	key     string // between key and value
	depth   int
	charged int
}

// jsonOptions reads the arguments of tojson: x, ensure_ascii, indent, separators, sort_keys.
func jsonOptions(v []Value) (*jsonEncoder, *Error) {
	e := &jsonEncoder{ascii: flag(v[1]), sorted: flag(v[4]), item: ", ", key: ": "}
	if given(v[2]) {
		e.pretty, e.item = true, ","
		if s, ok := asString(v[2]); ok {
			e.indent = s
		} else {
			n, err := indentWidth(v[2])
			if err != nil {
				return nil, err
			}
			if n > 1000 {
				return nil, unsupportedf("an indent of %d", n)
			}
			e.indent = strings.Repeat(" ", int(n))
		}
	}
	if !given(v[3]) {
		return e, nil
	}
	pair, err := (&runner{fuel: 1 << 10}).unpack(v[3], 2)
	if err != nil {
		return nil, err
	}
	item, ok := asString(pair[0])
	key, ok2 := asString(pair[1])
	if !ok || !ok2 {
		return nil, unsupportedf("a JSON separator that is no string")
	}
	e.item, e.key = item, key
	return e, nil
}

func (r *runner) dumps(v Value, e *jsonEncoder) (Value, *Error) {
	e.r = r
	if err := e.encode(v); err != nil {
		return nil, err
	}
	return e.b.String(), nil
}

// flush charges for what was written since it was last called.
func (e *jsonEncoder) flush() *Error {
	n := e.b.Len()
	defer func() { e.charged = n }()
	if n > e.r.limit.output && e.r.limit.output > 0 {
		return e.r.chargeText(n)
	}
	return e.r.charge((n-e.charged)/8 + 1)
}

func (e *jsonEncoder) encode(v Value) *Error {
	if e.depth++; e.depth > maxDepth {
		return errorf(classRecursion, "maximum recursion depth exceeded while encoding a JSON object")
	}
	defer func() { e.depth-- }()
	if items, ok := sequenceItems(v); ok {
		return e.array(items)
	}
	if d, ok := v.(*Dict); ok {
		return e.object(d)
	}
	if s, ok := asString(v); ok {
		e.text(s)
		return e.flush()
	}
	s, ok := jsonScalar(v)
	if !ok {
		return typeErrorf("Object of type %s is not JSON serializable", typeName(v))
	}
	e.b.WriteString(s)
	return e.flush()
}

// jsonScalar writes what is neither text nor a container.
func jsonScalar(v Value) (string, bool) {
	switch v := v.(type) {
	case None:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case int64, *big.Int:
		return reprScalar(v), true
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN", true
		case math.IsInf(v, 1):
			return "Infinity", true
		case math.IsInf(v, -1):
			return "-Infinity", true
		}
		return formatFloat(v), true
	}
	return "", false
}

// newline starts a line at the current depth, or at the one outside it.
func (e *jsonEncoder) newline(outside int) {
	if e.pretty {
		e.b.WriteString("\n" + strings.Repeat(e.indent, e.depth-outside))
	}
}

func (e *jsonEncoder) array(items []Value) *Error {
	if len(items) == 0 {
		e.b.WriteString("[]")
		return e.flush()
	}
	e.b.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			e.b.WriteString(e.item)
		}
		e.newline(0)
		if err := e.encode(item); err != nil {
			return err
		}
	}
	e.newline(1)
	e.b.WriteByte(']')
	return e.flush()
}

func (e *jsonEncoder) object(d *Dict) *Error {
	if d.Len() == 0 {
		e.b.WriteString("{}")
		return e.flush()
	}
	pairs := (&view{"dict_items", d}).items()
	if e.sorted {
		var err *Error
		if pairs, err = e.r.sortPairs(pairs); err != nil {
			return err
		}
	}
	e.b.WriteByte('{')
	for i, p := range pairs {
		kv := p.(*Tuple).items
		if i > 0 {
			e.b.WriteString(e.item)
		}
		e.newline(0)
		key, ok := asString(kv[0])
		if !ok {
			if key, ok = jsonScalar(kv[0]); !ok {
				return typeErrorf("keys must be str, int, float, bool or None, not %s", typeName(kv[0]))
			}
		}
		e.text(key)
		e.b.WriteString(e.key)
		if err := e.encode(kv[1]); err != nil {
			return err
		}
	}
	e.newline(1)
	e.b.WriteByte('}')
	return e.flush()
}

// sortPairs orders the items of a dict by their keys, which are all different.
func (r *runner) sortPairs(pairs []Value) ([]Value, *Error) {
	text := func(i int) string { s, _ := asString(pairs[i].(*Tuple).items[0]); return s }
	for i := range pairs {
		if _, ok := asString(pairs[i].(*Tuple).items[0]); !ok {
			return r.sortItems(pairs, pairs, false)
		}
	}
	sort.SliceStable(pairs, func(i, j int) bool { return text(i) < text(j) })
	return pairs, r.charge(len(pairs))
}

var jsonEscapes = map[rune]string{
	'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\f': `\f`, '\b': `\b`,
}

// text writes a string in quotes.
func (e *jsonEncoder) text(s string) {
	e.b.WriteByte('"')
	for _, r := range s {
		esc, ok := jsonEscapes[r]
		switch {
		case ok:
			e.b.WriteString(esc)
		case r < 0x20 || e.ascii && r > 0x7e && r < 0x10000:
			if r == 0x7f {
				e.b.WriteRune(r)
				continue
			}
			fmt.Fprintf(&e.b, `\u%04x`, r)
		case e.ascii && r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&e.b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			e.b.WriteRune(r)
		}
	}
	e.b.WriteByte('"')
}
