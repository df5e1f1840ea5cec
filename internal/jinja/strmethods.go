package jinja

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An argStyle is one of the ways CPython words a wrong number of arguments to a method.
type argStyle uint8

const (
	styleNone   argStyle = iota // takes no arguments
	styleOne                    // takes exactly one
	stylePlain                  // positional, checked by Argument Clinic
	styleFind                   // positional, checked by hand
	styleByName                 // positional or by name
)

// A method is one method of a Python type. T is the type it belongs to as this package holds it.
type methodOf[T any] struct {
	style    argStyle
	min, max int
	names    []string // of the arguments, for styleByName
	fn       func(r *runner, self T, a []Value) (Value, *Error)
}

// bind checks the arguments and gives them by position, nil where one is absent.
func (m methodOf[T]) bind(cls, name string, a args) ([]Value, *Error) {
	if len(a.names) > 0 && m.style != styleByName {
		return nil, typeErrorf("%s.%s() takes no keyword arguments", cls, name)
	}
	n := len(a.pos) + len(a.names)
	switch {
	case n >= m.min && n <= m.max:
	case m.style == styleNone:
		return nil, typeErrorf("%s.%s() takes no arguments (%d given)", cls, name, n)
	case m.style == styleOne:
		return nil, typeErrorf("%s.%s() takes exactly one argument (%d given)", cls, name, n)
	default:
		return nil, m.wrongCount(name, n)
	}
	v := make([]Value, max(m.max, 0))
	copy(v, a.pos)
	for i, key := range a.names {
		j := slices.Index(m.names, key)
		if j < 0 {
			return nil, typeErrorf("'%s' is an invalid keyword argument for %s()", key, name)
		}
		if v[j] != nil {
			return nil, typeErrorf("argument for %s() given by name ('%s') and position (%d)", name, key, j+1)
		}
		v[j] = a.vals[i]
	}
	return v, nil
}

func (m methodOf[T]) wrongCount(name string, n int) *Error {
	word, limit := "most", m.max
	if n < m.min {
		word, limit = "least", m.min
	}
	plural := "s"
	if limit == 1 {
		plural = ""
	}
	if m.style == stylePlain {
		return typeErrorf("%s expected at %s %d argument%s, got %d", name, word, limit, plural, n)
	}
	return typeErrorf("%s() takes at %s %d argument%s (%d given)", name, word, limit, plural, n)
}

type textMethod = methodOf[string]

func textTest(is func(string) bool) textMethod {
	return textMethod{fn: func(_ *runner, s string, _ []Value) (Value, *Error) { return is(s), nil }}
}

func textMap(to func(string) string) textMethod {
	return textMethod{fn: func(r *runner, s string, _ []Value) (Value, *Error) { return to(s), r.chargeText(len(s)) }}
}

// textMethods are the methods of str.
var textMethods = map[string]textMethod{
	"capitalize": textMap(capitalize),
	"casefold":   textMap(casefold),
	"lower":      textMap(toLower),
	"upper":      textMap(toUpper),
	"swapcase":   textMap(swapCase),
	"title":      textMap(titleCase),

	"isalnum": textTest(func(s string) bool {
		return every(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
	}),
	"isalpha":      textTest(func(s string) bool { return every(s, unicode.IsLetter) }),
	"isascii":      textTest(isASCII),
	"isdecimal":    textTest(func(s string) bool { return every(s, func(r rune) bool { return unicode.Is(unicode.Nd, r) }) }),
	"isdigit":      textTest(func(s string) bool { return every(s, isDigitRune) }),
	"isidentifier": textTest(isIdentifier),
	"islower":      textTest(func(s string) bool { return hasCase(s, isLowerRune) }),
	"isnumeric":    textTest(func(s string) bool { return every(s, unicode.IsNumber) }),
	"isprintable":  textTest(func(s string) bool { return s == "" || every(s, isPrintable) }),
	"isspace":      textTest(func(s string) bool { return every(s, isSpace) }),
	"istitle":      textTest(isTitleText),
	"isupper":      textTest(func(s string) bool { return hasCase(s, isUpperRune) }),

	"strip":  {style: stylePlain, max: 1, fn: stripText("strip", strings.TrimFunc)},
	"lstrip": {style: stylePlain, max: 1, fn: stripText("lstrip", strings.TrimLeftFunc)},
	"rstrip": {style: stylePlain, max: 1, fn: stripText("rstrip", strings.TrimRightFunc)},

	"find":   {style: styleFind, min: 1, max: 3, fn: findText(strings.Index, false)},
	"rfind":  {style: styleFind, min: 1, max: 3, fn: findText(strings.LastIndex, false)},
	"index":  {style: styleFind, min: 1, max: 3, fn: findText(strings.Index, true)},
	"rindex": {style: styleFind, min: 1, max: 3, fn: findText(strings.LastIndex, true)},
	"count":  {style: styleFind, min: 1, max: 3, fn: countText},

	"startswith": {style: styleFind, min: 1, max: 3, fn: hasAffix("startswith", strings.HasPrefix)},
	"endswith":   {style: styleFind, min: 1, max: 3, fn: hasAffix("endswith", strings.HasSuffix)},

	"removeprefix": {style: styleOne, min: 1, max: 1, fn: cutAffix("removeprefix", strings.TrimPrefix)},
	"removesuffix": {style: styleOne, min: 1, max: 1, fn: cutAffix("removesuffix", strings.TrimSuffix)},

	"split":      {style: styleByName, max: 2, names: []string{"sep", "maxsplit"}, fn: splitText(splitLeft, fieldsLeft)},
	"rsplit":     {style: styleByName, max: 2, names: []string{"sep", "maxsplit"}, fn: splitText(splitRight, fieldsRight)},
	"splitlines": {style: styleByName, max: 1, names: []string{"keepends"}, fn: splitLinesText},
	"partition":  {style: styleOne, min: 1, max: 1, fn: partitionText(false)},
	"rpartition": {style: styleOne, min: 1, max: 1, fn: partitionText(true)},

	"join":    {style: styleOne, min: 1, max: 1, fn: joinMethod},
	"replace": {style: stylePlain, min: 2, max: 3, fn: replaceText},

	"ljust":      {style: stylePlain, min: 1, max: 2, fn: justify(func(_, _ int) int { return 0 })},
	"rjust":      {style: stylePlain, min: 1, max: 2, fn: justify(func(pad, _ int) int { return pad })},
	"center":     {style: stylePlain, min: 1, max: 2, fn: justify(func(pad, width int) int { return pad/2 + pad&width&1 })},
	"zfill":      {style: styleOne, min: 1, max: 1, fn: zfillText},
	"expandtabs": {style: styleByName, max: 1, names: []string{"tabsize"}, fn: expandTabs},

	"encode":    {style: styleFind, max: math.MaxInt8, fn: refuseText("encode")},
	"maketrans": {style: styleFind, max: math.MaxInt8, fn: refuseText("maketrans")},
	"translate": {style: styleFind, max: math.MaxInt8, fn: refuseText("translate")},
}

func refuseText(name string) func(*runner, string, []Value) (Value, *Error) {
	return func(*runner, string, []Value) (Value, *Error) {
		return nil, unsupportedf("the method str.%s", name)
	}
}

func stripText(name string, trim func(string, func(rune) bool) string) func(*runner, string, []Value) (Value, *Error) {
	return func(_ *runner, s string, a []Value) (Value, *Error) {
		if a[0] == nil || a[0] == Value(None{}) {
			return trim(s, isSpace), nil
		}
		set, ok := asString(a[0])
		if !ok {
			return nil, typeErrorf("%s arg must be None or str", name)
		}
		return trim(s, func(r rune) bool { return strings.ContainsRune(set, r) }), nil
	}
}

// window is the part of s between optional bounds, and the number of characters before it; ok is false if the bounds cross.
func window(s string, bounds []Value) (part string, before int, ok bool, err *Error) {
	if bounds[0] == nil && bounds[1] == nil {
		return s, 0, true, nil
	}
	n := int64(utf8.RuneCountInString(s))
	start, valid := sliceBound(bounds[0], 0)
	end, valid2 := sliceBound(bounds[1], n)
	if !valid || !valid2 {
		return "", 0, false, errSliceIndex()
	}
	if start < 0 {
		start = max(start+n, 0)
	}
	if end < 0 {
		end = max(end+n, 0)
	}
	end = min(end, n)
	if start > end {
		return "", 0, false, nil
	}
	return runeSlice(s, int(start), int(end)), int(start), true, nil
}

func needText(v Value) (string, *Error) {
	s, ok := asString(v)
	if !ok {
		return "", typeErrorf("must be str, not %s", typeName(v))
	}
	return s, nil
}

func findText(find func(s, sub string) int, must bool) func(*runner, string, []Value) (Value, *Error) {
	return func(r *runner, s string, a []Value) (Value, *Error) {
		sub, err := needText(a[0])
		if err != nil {
			return nil, err
		}
		part, before, ok, err := window(s, a[1:])
		if err != nil {
			return nil, err
		}
		if i := find(part, sub); ok && i >= 0 {
			return int64(before + utf8.RuneCountInString(part[:i])), r.charge(len(s) / 8)
		}
		if must {
			return nil, valueErrorf("substring not found")
		}
		return int64(-1), r.charge(len(s) / 8)
	}
}

func countText(r *runner, s string, a []Value) (Value, *Error) {
	sub, err := needText(a[0])
	if err != nil {
		return nil, err
	}
	part, _, ok, err := window(s, a[1:])
	if err != nil || !ok {
		return int64(0), err
	}
	return int64(strings.Count(part, sub)), r.charge(len(s) / 8)
}

func hasAffix(name string, has func(s, affix string) bool) func(*runner, string, []Value) (Value, *Error) {
	return func(_ *runner, s string, a []Value) (Value, *Error) {
		part, _, ok, err := window(s, a[1:])
		if err != nil {
			return nil, err
		}
		if affix, isText := asString(a[0]); isText {
			return ok && has(part, affix), nil
		}
		t, isTuple := a[0].(*Tuple)
		if !isTuple {
			return nil, typeErrorf("%s first arg must be str or a tuple of str, not %s", name, typeName(a[0]))
		}
		for _, v := range t.items {
			affix, isText := asString(v)
			if !isText {
				return nil, typeErrorf("tuple for %s must only contain str, not %s", name, typeName(v))
			}
			if ok && has(part, affix) {
				return true, nil
			}
		}
		return false, nil
	}
}

// argName is how Argument Clinic calls the type of a wrong argument.
func argName(v Value) string {
	if v == Value(None{}) {
		return "None"
	}
	return typeName(v)
}

func cutAffix(name string, cut func(s, affix string) string) func(*runner, string, []Value) (Value, *Error) {
	return func(_ *runner, s string, a []Value) (Value, *Error) {
		affix, ok := asString(a[0])
		if !ok {
			return nil, typeErrorf("%s() argument must be str, not %s", name, argName(a[0]))
		}
		return cut(s, affix), nil
	}
}

// splitText is split or rsplit: by separator or by white space, with at most n cuts, or any number if n is negative.
func splitText(split func(s, sep string, n int) []string, fields func(s string, n int) []string,
) func(*runner, string, []Value) (Value, *Error) {
	return func(r *runner, s string, a []Value) (Value, *Error) {
		n, err := intArg(a[1], -1)
		if err != nil {
			return nil, err
		}
		n = min(n, math.MaxInt32)
		if err := r.charge(len(s)); err != nil {
			return nil, err
		}
		if a[0] == nil || a[0] == Value(None{}) {
			return textList(fields(s, int(n))), nil
		}
		sep, ok := asString(a[0])
		switch {
		case !ok:
			return nil, typeErrorf("must be str or None, not %s", typeName(a[0]))
		case sep == "":
			return nil, valueErrorf("empty separator")
		}
		return textList(split(s, sep, int(n))), nil
	}
}

func textList(parts []string) *List {
	l := &List{make([]Value, len(parts))}
	for i, p := range parts {
		l.items[i] = p
	}
	return l
}

func splitLeft(s, sep string, n int) []string {
	if n < 0 {
		return strings.Split(s, sep)
	}
	return strings.SplitN(s, sep, n+1)
}

func splitRight(s, sep string, n int) []string {
	var parts []string
	for ; n != 0; n-- {
		i := strings.LastIndex(s, sep)
		if i < 0 {
			break
		}
		parts = append(parts, s[i+len(sep):])
		s = s[:i]
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return parts
}

func fieldsLeft(s string, n int) []string {
	var parts []string
	for s = trimLeft(s); s != ""; n-- {
		i := strings.IndexFunc(s, isSpace)
		if i < 0 || n == 0 {
			return append(parts, s)
		}
		parts = append(parts, s[:i])
		s = trimLeft(s[i:])
	}
	return parts
}

func fieldsRight(s string, n int) []string {
	var parts []string
	for s = trimRight(s); s != ""; n-- {
		i := strings.LastIndexFunc(s, isSpace)
		if i < 0 || n == 0 {
			parts = append(parts, s)
			break
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		parts = append(parts, s[i+size:])
		s = trimRight(s[:i])
	}
	slices.Reverse(parts)
	return parts
}

func splitLinesText(r *runner, s string, a []Value) (Value, *Error) {
	keep, err := intArg(a[0], 0)
	if err != nil {
		return nil, err
	}
	return textList(splitLines(s, keep != 0)), r.charge(len(s))
}

func partitionText(last bool) func(*runner, string, []Value) (Value, *Error) {
	return func(_ *runner, s string, a []Value) (Value, *Error) {
		sep, err := needText(a[0])
		if err != nil {
			return nil, err
		}
		if sep == "" {
			return nil, valueErrorf("empty separator")
		}
		i := strings.Index(s, sep)
		if last {
			i = strings.LastIndex(s, sep)
		}
		switch {
		case i >= 0:
			return NewTuple(s[:i], sep, s[i+len(sep):]), nil
		case last:
			return NewTuple("", "", s), nil
		}
		return NewTuple(s, "", ""), nil
	}
}

func joinMethod(r *runner, s string, a []Value) (Value, *Error) {
	it, err := r.iterate(a[0])
	if err != nil {
		return nil, typeErrorf("can only join an iterable")
	}
	var b strings.Builder
	for i := 0; ; i++ {
		v, ok, err := it.next()
		if err != nil || !ok {
			return b.String(), err
		}
		part, ok := asString(v)
		if !ok {
			return nil, typeErrorf("sequence item %d: expected str instance, %s found", i, typeName(v))
		}
		if i > 0 {
			b.WriteString(s)
		}
		b.WriteString(part)
		if err := r.chargeText(len(s) + len(part)); err != nil {
			return nil, err
		}
	}
}

func replaceText(r *runner, s string, a []Value) (Value, *Error) {
	var parts [2]string
	for i := range parts {
		p, ok := asString(a[i])
		if !ok {
			return nil, typeErrorf("replace() argument %d must be str, not %s", i+1, argName(a[i]))
		}
		parts[i] = p
	}
	n, err := intArg(a[2], -1)
	if err != nil {
		return nil, err
	}
	return r.replace(s, parts[0], parts[1], n)
}

func (r *runner) replace(s, from, to string, n int64) (Value, *Error) {
	times := int64(strings.Count(s, from))
	if n >= 0 {
		times = min(times, n)
	}
	if err := r.chargeTimes(len(to), times, r.chargeText); err != nil {
		return nil, err
	}
	return strings.Replace(s, from, to, int(times)), r.chargeText(len(s))
}

// justify pads to a width; left tells how much of the padding goes before the text.
func justify(left func(pad, width int) int) func(*runner, string, []Value) (Value, *Error) {
	return func(r *runner, s string, a []Value) (Value, *Error) {
		width, err := intArg(a[0], 0)
		if err != nil {
			return nil, err
		}
		fill := " "
		if a[1] != nil {
			f, ok := asString(a[1])
			if !ok {
				return nil, typeErrorf("The fill character must be a unicode character, not %s", typeName(a[1]))
			}
			if utf8.RuneCountInString(f) != 1 {
				return nil, typeErrorf("The fill character must be exactly one character long")
			}
			fill = f
		}
		pad := width - int64(utf8.RuneCountInString(s))
		if pad <= 0 {
			return s, nil
		}
		if err := r.chargeTimes(len(fill), pad, r.chargeText); err != nil {
			return nil, err
		}
		l := left(int(pad), int(width))
		return strings.Repeat(fill, l) + s + strings.Repeat(fill, int(pad)-l), nil
	}
}

func zfillText(r *runner, s string, a []Value) (Value, *Error) {
	width, err := intArg(a[0], 0)
	if err != nil {
		return nil, err
	}
	pad := width - int64(utf8.RuneCountInString(s))
	if pad <= 0 {
		return s, nil
	}
	if err := r.chargeTimes(1, pad, r.chargeText); err != nil {
		return nil, err
	}
	sign := ""
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, s = s[:1], s[1:]
	}
	return sign + strings.Repeat("0", int(pad)) + s, nil
}

func expandTabs(r *runner, s string, a []Value) (Value, *Error) {
	size, err := intArg(a[0], 8)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	column := int64(0)
	for _, c := range s {
		switch c {
		case '\t':
			if size > 0 {
				pad := size - column%size
				if err := r.chargeTimes(1, pad, r.chargeText); err != nil {
					return nil, err
				}
				b.WriteString(strings.Repeat(" ", int(pad)))
				column += pad
			}
			continue
		case '\n', '\r':
			column = -1
		}
		b.WriteRune(c)
		column++
	}
	return b.String(), r.chargeText(len(s))
}
