package jinja

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A fieldFormatter runs str.format in the sandbox.
type fieldFormatter struct {
	r    *runner
	args args
	vals *Dict // keyword arguments or the mapping of format_map
	auto int   // next automatic number; -1 once numbers are given by hand
	safe bool
}

// formatMethod is the format or format_map method of a string.
func formatMethod(text Value, name string) Value {
	return &builtin{"function", name, func(r *runner, a args) (Value, *Error) {
		f := &fieldFormatter{r: r, args: a}
		_, f.safe = text.(markup)
		if name == "format_map" {
			switch {
			case len(a.names) > 0:
				return nil, typeErrorf("format_map() takes no keyword arguments")
			case len(a.pos) != 1:
				return nil, typeErrorf("format_map() takes exactly one argument (%d given)", len(a.pos))
			}
			d, ok := a.pos[0].(*Dict)
			if !ok {
				return nil, unsupportedf("format_map with a %s", typeName(a.pos[0]))
			}
			f.vals, f.args = d, args{}
		} else {
			f.vals = a.dict()
		}
		s, _ := asString(text)
		out, err := f.format(s, 2)
		return sameText(text, out), err
	}}
}

// format replaces the fields of s; depth bounds the nesting of fields in format specifications.
func (f *fieldFormatter) format(s string, depth int) (string, *Error) {
	if depth < 0 {
		return "", valueErrorf("Max string recursion exceeded")
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexAny(s, "{}")
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		c := s[i]
		s = s[i+1:]
		if strings.HasPrefix(s, string(c)) {
			b.WriteByte(c)
			s = s[1:]
			continue
		}
		if c == '}' || s == "" {
			return "", valueErrorf("Single '%c' encountered in format string", c)
		}
		field, rest, err := parseField(s)
		if err != nil {
			return "", err
		}
		out, err := f.field(field, depth)
		if err != nil {
			return "", err
		}
		b.WriteString(out)
		if err := f.r.chargeText(len(out)); err != nil {
			return "", err
		}
		s = rest
	}
	return b.String(), f.r.chargeText(b.Len())
}

// A replacement is one field of a format string: {name!conv:spec}.
type replacement struct{ name, conv, spec string }

// parseField reads a field after its opening brace and gives what follows it.
func parseField(s string) (f replacement, rest string, err *Error) {
	end := 0
	for ; end < len(s) && strings.IndexByte("}:!", s[end]) < 0; end++ {
		switch s[end] {
		case '{':
			return f, "", valueErrorf("unexpected '{' in field name")
		case '[':
			for end+1 < len(s) && s[end+1] != ']' {
				end++
			}
		}
	}
	if end >= len(s) {
		return f, "", valueErrorf("expected '}' before end of string")
	}
	f.name, rest = s[:end], s[end+1:]
	switch s[end] {
	case '}':
		return f, rest, nil
	case '!':
		_, n := utf8.DecodeRuneInString(rest)
		if n == 0 {
			return f, "", valueErrorf("end of string while looking for conversion specifier")
		}
		f.conv, rest = rest[:n], rest[n:]
		switch {
		case strings.HasPrefix(rest, "}"):
			return f, rest[1:], nil
		case strings.HasPrefix(rest, ":"):
			rest = rest[1:]
		case rest != "":
			return f, "", valueErrorf("expected ':' after conversion specifier")
		}
	}
	end = specEnd(rest)
	if end < 0 {
		return f, "", valueErrorf("unmatched '{' in format spec")
	}
	f.spec = rest[:end]
	return f, rest[end+1:], nil
}

// specEnd finds the brace that closes a format specification.
func specEnd(s string) int {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// field formats one replacement field.
func (f *fieldFormatter) field(field replacement, depth int) (string, *Error) {
	v, err := f.lookup(field.name)
	if err != nil {
		return "", err
	}
	switch field.conv {
	case "":
	case "s":
		v, err = f.r.str(v)
	case "r", "a":
		var text string
		text, err = f.r.repr(v)
		if field.conv == "a" {
			text = reprASCII(text)
		}
		v = text
	default:
		return "", valueErrorf("Unknown conversion specifier %s", field.conv)
	}
	if err != nil {
		return "", err
	}
	spec, err := f.format(field.spec, depth-1)
	if err != nil {
		return "", err
	}
	out, err := f.r.formatValue(v, spec)
	if _, safe := v.(markup); f.safe && !safe {
		out = escapeHTML(out)
	}
	return out, err
}

// lookup finds the value a field name stands for: an argument and a path of attributes and elements.
func (f *fieldFormatter) lookup(name string) (Value, *Error) {
	end := strings.IndexAny(name, ".[")
	if end < 0 {
		end = len(name)
	}
	v, err := f.argument(name[:end])
	rest := name[end:]
	for err == nil && rest != "" {
		if rest[0] == '.' {
			end = strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			if end == 1 {
				return nil, valueErrorf("Empty attribute in format string")
			}
			v, err = f.r.getAttr(v, rest[1:end])
			rest = rest[end:]
			continue
		}
		end = strings.IndexByte(rest, ']')
		switch {
		case rest[0] != '[':
			return nil, valueErrorf("Only '.' or '[' may follow ']' in format field specifier")
		case end < 0:
			return nil, valueErrorf("Missing ']' in format string")
		case end == 1:
			return nil, valueErrorf("Empty attribute in format string")
		}
		var key Value = rest[1:end]
		if i, convErr := strconv.ParseUint(rest[1:end], 10, 31); convErr == nil {
			key = int64(i)
		}
		v, err = f.r.getItem(v, key)
		rest = rest[end+1:]
	}
	return v, err
}

func (f *fieldFormatter) argument(name string) (Value, *Error) {
	i, convErr := strconv.ParseUint(name, 10, 31)
	switch {
	case name == "":
		if f.auto < 0 {
			return nil, valueErrorf("cannot switch from manual field specification to automatic field numbering")
		}
		i = uint64(f.auto)
		f.auto++
	case convErr == nil:
		if f.auto > 0 {
			return nil, valueErrorf("cannot switch from manual field specification to automatic field numbering")
		}
		f.auto = -1
	default:
		v, ok := f.vals.Get(name)
		if !ok {
			return nil, errorf(classKey, "%s", reprString(name))
		}
		return v, nil
	}
	if i >= uint64(len(f.args.pos)) {
		return nil, errorf(classIndex, "tuple index out of range")
	}
	return f.args.pos[i], nil
}

// A formatSpec is Python's format specification: [[fill]align][sign][z][#][0][width][grouping][.precision][type].
type formatSpec struct {
	fill   string
	align  byte // < > = ^, 0 where absent
	sign   byte // + - or space
	alt    bool
	width  int
	comma  byte // , or _
	prec   int  // -1 where absent
	verb   byte
	zeroed bool
}

func (r *runner) formatValue(v Value, text string) (string, *Error) {
	if text == "" {
		return r.str(v)
	}
	switch v.(type) {
	case string, markup, bool, int64, *big.Int, float64:
	default:
		return "", typeErrorf("unsupported format string passed to %s.__format__", typeName(v))
	}
	s, err := parseSpec(text, typeName(v))
	if err != nil {
		return "", err
	}
	if err := r.chargeText(s.width + max(s.prec, 0)); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return s.text(v, "str")
	case markup:
		return s.text(string(v), "Markup")
	case float64:
		return s.float(v, "float")
	}
	i, _ := asBig(v)
	return s.int(i, typeName(v))
}

func parseSpec(text, cls string) (formatSpec, *Error) {
	s := formatSpec{fill: " ", prec: -1}
	text = s.parseAlign(text)
	if strings.HasPrefix(text, "z") {
		return s, unsupportedf("the z option of a format specification")
	}
	if strings.HasPrefix(text, "#") {
		s.alt, text = true, text[1:]
	}
	if strings.HasPrefix(text, "0") {
		s.zeroed, text = true, text[1:]
		if s.align == 0 {
			s.fill, s.align = "0", '='
		}
	}
	var err *Error
	if s.width, text, err = specNumber(text); err != nil {
		return s, err
	}
	if text != "" && (text[0] == ',' || text[0] == '_') {
		s.comma, text = text[0], text[1:]
	}
	if strings.HasPrefix(text, ".") {
		rest := text[1:]
		if s.prec, text, err = specNumber(rest); err != nil {
			return s, err
		}
		if len(text) == len(rest) {
			return s, valueErrorf("Format specifier missing precision")
		}
	}
	return s, s.parseVerb(text, cls)
}

func (s *formatSpec) parseVerb(text, cls string) *Error {
	switch {
	case text == "":
	case utf8.RuneCountInString(text) > 1:
		return valueErrorf("Invalid format specifier")
	case len(text) > 1:
		return valueErrorf(`Unknown format code '\x%x' for object of type '%s'`, []rune(text)[0], cls)
	default:
		s.verb = text[0]
	}
	return nil
}

// parseAlign reads fill, alignment and sign, and gives what follows.
func (s *formatSpec) parseAlign(text string) string {
	_, n := utf8.DecodeRuneInString(text)
	switch {
	case len(text) > n && strings.IndexByte("<>=^", text[n]) >= 0:
		s.fill, s.align, text = text[:n], text[n], text[n+1:]
	case strings.IndexByte("<>=^", text[0]) >= 0:
		s.align, text = text[0], text[1:]
	}
	if text != "" && strings.IndexByte("+- ", text[0]) >= 0 {
		s.sign, text = text[0], text[1:]
	}
	return text
}

func specNumber(s string) (int, string, *Error) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 {
		return 0, s, nil
	}
	i, err := strconv.ParseInt(s[:n], 10, 32)
	if err != nil {
		return 0, s, valueErrorf("Too many decimal digits in format string")
	}
	return int(i), s[n:], nil
}

func (s *formatSpec) unknown(cls string) *Error {
	return valueErrorf("Unknown format code '%c' for object of type '%s'", s.verb, cls)
}

func (s *formatSpec) text(v, cls string) (string, *Error) {
	switch {
	case s.verb != 0 && s.verb != 's':
		return "", s.unknown(cls)
	case s.sign == ' ':
		return "", valueErrorf("Space not allowed in string format specifier")
	case s.sign != 0:
		return "", valueErrorf("Sign not allowed in string format specifier")
	case s.alt:
		return "", valueErrorf("Alternate form (#) not allowed in string format specifier")
	case s.comma != 0:
		return "", valueErrorf("Cannot specify '%c' with 's'.", s.comma)
	case s.align == '=' && !s.zeroed:
		return "", valueErrorf("'=' alignment not allowed in string format specifier")
	}
	if s.align == 0 || s.align == '=' {
		s.align = '<'
	}
	if s.prec >= 0 {
		v = runeSlice(v, 0, s.prec)
	}
	return s.pad("", v), nil
}

func (s *formatSpec) int(i *big.Int, cls string) (string, *Error) {
	base, prefix := 10, ""
	switch s.verb {
	case 0, 'd', 'n':
	case 'b':
		base, prefix = 2, "0b"
	case 'o':
		base, prefix = 8, "0o"
	case 'x', 'X':
		base, prefix = 16, "0x"
	case 'c':
		return "", unsupportedf("the format code c of an integer")
	case 'e', 'E', 'f', 'F', 'g', 'G', '%':
		f, _ := asFloat(normInt(i))
		return s.float(f, cls)
	default:
		return "", s.unknown(cls)
	}
	if s.prec >= 0 {
		return "", valueErrorf("Precision not allowed in integer format specifier")
	}
	if s.comma == ',' && base != 10 {
		return "", valueErrorf("Cannot specify ',' with '%c'.", s.verb)
	}
	digits := new(big.Int).Abs(i).Text(base)
	if !s.alt {
		prefix = ""
	}
	if s.verb == 'X' {
		prefix, digits = strings.ToUpper(prefix), strings.ToUpper(digits)
	}
	group := 3
	if base != 10 {
		group = 4
	}
	return s.number(s.signText(i.Sign() < 0)+prefix, digits, "", group), nil
}

func (s *formatSpec) float(x float64, cls string) (string, *Error) {
	verb, prec, alt := s.verb, s.prec, s.alt
	neg := math.Signbit(x) && !math.IsNaN(x)
	x = math.Abs(x)
	if prec < 0 {
		prec = 6
	}
	body := ""
	switch verb {
	case 0:
		body = plainFloat(x, s.prec, alt)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		body = floatText(x, verb, prec, alt)
	case 'n':
		body = floatText(x, 'g', prec, alt)
	case '%':
		body = floatText(x*100, 'f', prec, alt) + "%"
	default:
		return "", s.unknown(cls)
	}
	n := strings.IndexFunc(body, func(r rune) bool { return r < '0' || r > '9' })
	if n < 0 {
		n = len(body)
	}
	if n == 0 && s.align == '=' && s.zeroed {
		return s.pad(s.signText(neg), body), nil // inf and nan are padded as they are
	}
	return s.number(s.signText(neg), body[:n], body[n:], 3), nil
}

// plainFloat formats without a type: like repr, or with significant digits and at least one of them after the point.
func plainFloat(x float64, prec int, alt bool) string {
	if prec < 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return formatFloat(x)
	}
	prec = max(prec, 1)
	mant, digits, _ := strings.Cut(strconv.FormatFloat(x, 'e', prec-1, 64), "e")
	exp, _ := strconv.Atoi(digits)
	small := exp >= -4 && exp < prec-1
	if small {
		mant, digits = strconv.FormatFloat(x, 'f', prec-1-exp, 64), ""
	} else {
		digits = "e" + digits
	}
	if !alt && strings.Contains(mant, ".") {
		mant = strings.TrimRight(mant, "0")
		if strings.HasSuffix(mant, ".") && small {
			mant += "0"
		}
		mant = strings.TrimSuffix(mant, ".")
	}
	return mant + digits
}

func (s *formatSpec) signText(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.sign == '+' || s.sign == ' ':
		return string(s.sign)
	}
	return ""
}

// number lays out a sign with prefix, the integer digits with their grouping, and the rest.
func (s *formatSpec) number(sign, digits, rest string, group int) string {
	if s.comma != 0 {
		least := 0
		if s.fill == "0" && s.align == '=' {
			least = s.width - len(sign) - len(rest)
		}
		digits = groupDigits(digits, string(s.comma), group, least)
	}
	if s.align == 0 {
		s.align = '>'
	}
	return s.pad(sign, digits+rest)
}

// groupDigits separates groups of digits, with leading zeros up to a least width.
func groupDigits(digits, sep string, group, least int) string {
	var b []byte
	n := 0
	for i := len(digits) - 1; i >= 0 || len(b) < least; i-- {
		if n > 0 && n%group == 0 {
			b = append(b, sep[0])
		}
		if i >= 0 {
			b = append(b, digits[i])
		} else {
			b = append(b, '0')
		}
		n++
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func (s *formatSpec) pad(sign, body string) string {
	n := s.width - utf8.RuneCountInString(sign) - utf8.RuneCountInString(body)
	if n <= 0 {
		return sign + body
	}
	switch s.align {
	case '<':
		return sign + body + strings.Repeat(s.fill, n)
	case '=':
		return sign + strings.Repeat(s.fill, n) + body
	case '^':
		return strings.Repeat(s.fill, n/2) + sign + body + strings.Repeat(s.fill, n-n/2)
	}
	return strings.Repeat(s.fill, n) + sign + body
}
