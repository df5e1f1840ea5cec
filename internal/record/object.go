package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"graft/internal/chat"
	"graft/internal/jinja"
)

// An object is a JSON object whose values are not decoded yet. Null values count as absent.
type object struct {
	keys   []string
	values map[string]json.RawMessage
}

// parseObject reads one JSON object. It is stricter than encoding/json: text must be valid Unicode, a key must not stand twice.
func parseObject(data []byte) (*object, error) {
	if err := checkText(data); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	t, err := d.Token()
	if err != nil {
		return nil, broken(err)
	}
	if t != json.Delim('{') {
		return nil, fmt.Errorf("is %s, expected a JSON object", describe(data))
	}
	o := &object{values: map[string]json.RawMessage{}}
	for d.More() {
		if err := o.member(d); err != nil {
			return nil, err
		}
	}
	if _, err = d.Token(); err != nil {
		return nil, broken(err)
	}
	if _, err = d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("has more text after the JSON object, at byte %d of the record", d.InputOffset())
	}
	return o, nil
}

// member reads a key and its value.
func (o *object) member(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return broken(err)
	}
	key, _ := t.(string)
	var value json.RawMessage
	if err := d.Decode(&value); err != nil {
		return broken(err)
	}
	if _, twice := o.values[key]; twice {
		return fmt.Errorf("has the key %q twice", key)
	}
	o.keys, o.values[key] = append(o.keys, key), value
	return nil
}

func broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("is broken JSON: %w", err)
}

// checkText refuses what encoding/json would quietly replace or word badly.
func checkText(data []byte) error {
	switch {
	case bytes.IndexByte(data, 0) >= 0:
		return errors.New("holds a NUL byte; is the file UTF-16 or binary? Expected UTF-8")
	case !utf8.Valid(data):
		return fmt.Errorf("is not valid UTF-8 at byte %d of the record", invalidAt(data))
	case loneSurrogate(data):
		return errors.New(`has half of a surrogate pair, such as \ud83d alone: the text was cut inside a character`)
	}
	return nil
}

func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// loneSurrogate reports an escape \uD800 to \uDFFF that is not part of a pair.
func loneSurrogate(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if !isSurrogate(data[i:], 0xd8, 0xdb) {
			if isSurrogate(data[i:], 0xdc, 0xdf) {
				return true
			}
			i++ // the character that is escaped
			continue
		}
		if i += 6; !isSurrogate(data[i:], 0xdc, 0xdf) {
			return true
		}
		i += 5
	}
	return false
}

// isSurrogate reports whether s begins with an escape \uXXXX whose first byte is in [low, high].
func isSurrogate(s []byte, low, high uint64) bool {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return false
	}
	n, err := strconv.ParseUint(string(s[2:4]), 16, 8)
	return err == nil && n >= low && n <= high
}

// has reports whether o has a key with a value that is not null.
func (o *object) has(key string) bool { return o.value(key) != nil }

// value returns the value of a key, nil if it is absent or null.
func (o *object) value(key string) json.RawMessage {
	v := o.values[key]
	if string(v) == "null" {
		return nil
	}
	return v
}

// names lists the keys for a message.
func (o *object) names() string {
	if len(o.keys) == 0 {
		return "none"
	}
	const most = 12
	var names []string
	for _, key := range o.keys[:min(most, len(o.keys))] {
		if !o.has(key) {
			key += " (null)"
		}
		names = append(names, key)
	}
	if len(o.keys) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// misspelt returns a hint about keys that are one slip away from a known one that o does not have.
func (o *object) misspelt(known []string) string {
	for _, key := range o.keys {
		for _, k := range known {
			if !o.has(k) && oneSlip(key, k) {
				return fmt.Sprintf("; did you mean %q by %q?", k, key)
			}
		}
	}
	return ""
}

// separators takes out of keys what people mix up.
var separators = strings.NewReplacer("_", "", "-", "", " ", "")

// oneSlip reports whether a and b are different but for at most case, separators and one letter that is inserted, lost,
// changed or swapped with its neighbour.
func oneSlip(a, b string) bool {
	if a == b {
		return false
	}
	a, b = separators.Replace(strings.ToLower(a)), separators.Replace(strings.ToLower(b))
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case a == b:
		return true
	case len(b) == len(a)+1:
		return a[i:] == b[i+1:]
	case len(b) > len(a):
		return false
	}
	swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	return swapped || a[i+1:] == b[i+1:]
}

// text reads a string; an absent one is an error.
func (o *object) text(key string, dst *string) error {
	raw := o.value(key)
	if raw == nil || raw[0] != '"' {
		return fmt.Errorf("%q is %s, expected a string", key, describe(raw))
	}
	return json.Unmarshal(raw, dst)
}

func (o *object) isList(key string) bool {
	raw := o.value(key)
	return raw != nil && raw[0] == '['
}

// messages reads a list of messages with roles and something said.
func (o *object) messages(key string, dst *[]chat.Message) error {
	if !o.isList(key) {
		return fmt.Errorf("%q is %s, expected a list of messages", key, describe(o.value(key)))
	}
	var list []json.RawMessage
	if err := json.Unmarshal(o.value(key), &list); err != nil {
		return fmt.Errorf("%q: %w", key, err)
	}
	if len(list) == 0 {
		return fmt.Errorf("%q has no message", key)
	}
	messages := make([]chat.Message, len(list))
	for i, raw := range list {
		if err := message(raw, &messages[i]); err != nil {
			return fmt.Errorf("%q, message %d: %w", key, i+1, err)
		}
	}
	*dst = messages
	return nil
}

func message(raw json.RawMessage, dst *chat.Message) error {
	if raw[0] != '{' {
		return fmt.Errorf("is %s, expected an object with role and content", describe(raw))
	}
	if err := dst.UnmarshalJSON(raw); err != nil {
		return err
	}
	if dst.Role() == "" {
		_, from := dst.Get("from")
		if from {
			return errors.New(`has "from" and "value"; rename them to "role" and "content"`)
		}
		return errors.New(`has no "role" that is a string`)
	}
	content, _ := dst.Get("content")
	switch content.(type) {
	case string, *jinja.List:
		return nil
	case nil, jinja.None:
		if calls, _ := dst.Get("tool_calls"); calls != nil && calls != jinja.Value(jinja.None{}) {
			return nil
		}
		return errors.New(`has no "content"`)
	}
	return errors.New(`"content" must be a string or a list of parts`)
}

// describe names the kind of a JSON value for a message.
func describe(raw []byte) string {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return "missing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}
