package jinja

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// softText is the text of a filter's value, and the value its result takes the type of.
func (r *runner) softText(v Value) (string, Value, *Error) {
	s, err := r.str(v)
	return s, v, err
}

func textFilter(name string, to func(string) string) *spec {
	return &spec{name: name, params: []string{"s"}, fn: func(r *runner, v []Value, _ args) (Value, *Error) {
		s, from, err := r.softText(v[0])
		if err != nil {
			return nil, err
		}
		return sameText(from, to(s)), r.chargeText(len(s))
	}}
}

// wordTitle is the title filter: a capital after every space, dash and opening bracket, small letters elsewhere.
func wordTitle(s string) string {
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, isWordBreak)
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			_, size := utf8.DecodeRuneInString(s)
			b.WriteString(toUpper(s[:size]) + toLower(s[size:n]))
			s = s[n:]
			continue
		}
		_, n = utf8.DecodeRuneInString(s)
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String()
}

func isWordBreak(r rune) bool { return isSpace(r) || strings.ContainsRune("-({[<", r) }

func (r *runner) escape(v Value) (Value, *Error) {
	if m, ok := v.(markup); ok {
		return m, nil
	}
	s, err := r.str(v)
	if err != nil {
		return nil, err
	}
	out := escapeHTML(s)
	return markup(out), r.chargeText(len(out))
}

func escapeFilter(r *runner, v []Value, _ args) (Value, *Error) { return r.escape(v[0]) }

func forceEscapeFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, err := r.str(v[0])
	if err != nil {
		return nil, err
	}
	return r.escape(s)
}

func safeFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, err := r.str(v[0])
	return markup(s), err
}

func centerFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, from, err := r.softText(v[0])
	if err != nil {
		return nil, err
	}
	width := v[1]
	if width == nil {
		width = int64(80)
	}
	out, err := textMethods["center"].fn(r, s, []Value{width, nil})
	if err != nil {
		return nil, err
	}
	text, _ := asString(out)
	return sameText(from, text), nil
}

func formatFilter(r *runner, v []Value, rest args) (Value, *Error) {
	if len(rest.pos) > 0 && len(rest.names) > 0 {
		return nil, errorf(classFilterArg, "can't handle positional and keyword arguments at the same time")
	}
	s, from, err := r.softText(v[0])
	if err != nil {
		return nil, err
	}
	if len(rest.names) > 0 {
		return r.percent(s, sameText(from, s), rest.dict())
	}
	return r.percent(s, sameText(from, s), NewTuple(rest.pos...))
}

func indentFilter(r *runner, v []Value, _ args) (Value, *Error) {
	indent, ok := asString(v[1])
	if !ok {
		n, err := indentWidth(v[1])
		if err != nil {
			return nil, err
		}
		if err := r.chargeTimes(1, n, r.chargeText); err != nil {
			return nil, err
		}
		indent = strings.Repeat(" ", int(n))
	}
	s, ok := asString(v[0])
	if !ok {
		return nil, indentError(v[0])
	}
	lines := splitLines(s+"\n", false)
	if err := r.chargeTimes(len(indent), int64(len(lines)), r.chargeText); err != nil {
		return nil, err
	}
	for i, line := range lines {
		if i > 0 && (flag(v[3]) || line != "") {
			lines[i] = indent + line
		}
	}
	out := strings.Join(lines, "\n")
	if flag(v[2]) {
		out = indent + out
	}
	return sameText(v[0], out), r.chargeText(len(out))
}

func indentError(v Value) *Error {
	switch v := v.(type) {
	case *undefined:
		return v.err()
	case *List:
		return errorf(classAttribute, "'list' object has no attribute 'splitlines'")
	case *Tuple:
		return typeErrorf(`can only concatenate tuple (not "str") to tuple`)
	}
	return operandError("+=", v, "")
}

func indentWidth(v Value) (int64, *Error) {
	if v == nil {
		return 4, nil
	}
	n, ok := asInt(v)
	if !ok {
		if u, undef := v.(*undefined); undef {
			return 0, u.err()
		}
		return 0, typeErrorf("can't multiply sequence by non-int of type '%s'", typeName(v))
	}
	return max(n, 0), nil
}

func joinFilter(r *runner, v []Value, _ args) (Value, *Error) {
	sep := ""
	if v[1] != nil {
		var err *Error
		if sep, err = r.str(v[1]); err != nil {
			return nil, err
		}
	}
	it, err := r.iterate(v[0])
	if err != nil {
		if given(v[2]) {
			return nil, err
		}
		return nil, err
	}
	get, err := attrGetter(v[2], nil, nil)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for first := true; ; first = false {
		item, ok, err := it.next()
		if err != nil || !ok {
			return b.String(), err
		}
		if item, err = get(r, item); err != nil {
			return nil, err
		}
		s, err := r.str(item)
		if err != nil {
			return nil, err
		}
		if !first {
			b.WriteString(sep)
		}
		b.WriteString(s)
		if err := r.chargeText(len(s) + len(sep)); err != nil {
			return nil, err
		}
	}
}

func replaceFilter(r *runner, v []Value, _ args) (Value, *Error) {
	var parts [3]string
	for i := range parts {
		s, err := r.str(v[i])
		if err != nil {
			return nil, err
		}
		parts[i] = s
	}
	n := int64(-1)
	if given(v[3]) {
		var err *Error
		if n, err = intArg(v[3], -1); err != nil {
			return nil, err
		}
	}
	return r.replace(parts[0], parts[1], parts[2], n)
}

func trimFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, from, err := r.softText(v[0])
	if err != nil {
		return nil, err
	}
	out, err := textMethods["strip"].fn(r, s, v[1:])
	if err != nil {
		return nil, err
	}
	text, _ := asString(out)
	return sameText(from, text), nil
}

func truncateFilter(r *runner, v []Value, _ args) (Value, *Error) {
	size, err := intArg(v[1], 255)
	if err != nil {
		return nil, err
	}
	leeway, err := int64(5), (*Error)(nil)
	if given(v[4]) {
		if leeway, err = intArg(v[4], 5); err != nil {
			return nil, err
		}
	}
	end := "..."
	if v[3] != nil {
		var ok bool
		if end, ok = asString(v[3]); !ok {
			return nil, typeErrorf("object of type '%s' has no len()", typeName(v[3]))
		}
	}
	tail := int64(utf8.RuneCountInString(end))
	if size < tail {
		return nil, errorf(classAssert, "expected length >= %d, got %d", tail, size)
	}
	if leeway < 0 {
		return nil, errorf(classAssert, "expected leeway >= 0, got %d", leeway)
	}
	n, err := length(v[0])
	if err != nil || n <= size+leeway {
		return v[0], err
	}
	s, ok := asString(v[0])
	if !ok {
		return nil, unsupportedf("the filter truncate of a %s", typeName(v[0]))
	}
	cut := runeSlice(s, 0, int(size-tail))
	if !flag(v[2]) {
		if i := strings.LastIndexByte(cut, ' '); i >= 0 {
			cut = cut[:i]
		}
	}
	return r.add(sameText(v[0], cut), end)
}

func wordcountFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, _, err := r.softText(v[0])
	isBreak := func(r rune) bool { return !isWord(r) }
	return int64(len(strings.FieldsFunc(s, isBreak))), err
}

func striptagsFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, err := r.str(v[0])
	if err != nil {
		return nil, err
	}
	if strings.Contains(s, "&") {
		return nil, unsupportedf("the filter striptags on text with character references")
	}
	return strings.Join(fieldsLeft(cutTags(s), -1), " "), r.chargeText(len(s))
}

// cutTags removes HTML comments and tags.
func cutTags(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		end, skip := ">", 0
		if strings.HasPrefix(s[i:], "<!--") {
			end, skip = "-->", 4
		}
		j := strings.Index(s[i+skip:], end)
		if j < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i+skip+j+len(end):]
	}
	return b.String() + s
}

func urlencodeFilter(r *runner, v []Value, _ args) (Value, *Error) {
	if _, text := asString(v[0]); text {
		s, _ := asString(v[0])
		return quoteURL(s, false), r.chargeText(3 * len(s))
	}
	source := v[0]
	if d, ok := source.(*Dict); ok {
		source = &view{"dict_items", d}
	}
	it, err := r.iterate(source)
	if err != nil {
		s, err := r.str(v[0])
		return quoteURL(s, false), err
	}
	var parts []string
	for {
		pair, ok, err := it.next()
		if err != nil || !ok {
			return strings.Join(parts, "&"), err
		}
		kv, err := r.unpack(pair, 2)
		if err != nil {
			return nil, err
		}
		var texts [2]string
		for i := range texts {
			if texts[i], err = r.str(kv[i]); err != nil {
				return nil, err
			}
			if err := r.chargeText(3 * len(texts[i])); err != nil {
				return nil, err
			}
		}
		parts = append(parts, quoteURL(texts[0], true)+"="+quoteURL(texts[1], true))
	}
}

// quoteURL is Python's urllib.parse.quote; in a query string a slash is quoted too and a space becomes a plus.
func quoteURL(s string, query bool) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("_.-~", c) >= 0,
			c == '/' && !query:
			b.WriteByte(c)
		case c == ' ' && query:
			b.WriteByte('+')
		default:
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)+0x100, 16)[1:]))
		}
	}
	return b.String()
}

func xmlattrFilter(r *runner, v []Value, _ args) (Value, *Error) {
	d, err := needDict(v[0])
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for key, val := range d.All() {
		if _, undef := val.(*undefined); undef || val == Value(None{}) {
			continue
		}
		name, ok := asString(key)
		if !ok {
			return nil, typeErrorf("expected string or bytes-like object, got '%s'", typeName(key))
		}
		if strings.ContainsAny(name, " \t\n\r\f\v/>=") {
			return nil, valueErrorf("Invalid character in attribute name: %s", reprString(name))
		}
		text, err := r.escape(val)
		if err != nil {
			return nil, err
		}
		s, _ := asString(text)
		b.WriteString(" " + escapeHTML(name) + `="` + s + `"`)
	}
	out := b.String()
	if v[1] != nil && !truth(v[1]) {
		out = strings.TrimPrefix(out, " ")
	}
	return out, r.chargeText(len(out))
}
