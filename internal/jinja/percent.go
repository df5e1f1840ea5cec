package jinja

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A percentFormatter runs Python's % on a string.
type percentFormatter struct {
	r     *runner
	b     strings.Builder
	arg   Value // the right operand
	items []Value
	next  int
	safe  bool // markup: what is put in is escaped
}

// A directive is one conversion: %(key)#0- +10.3d.
type directive struct {
	alt, zero, left, space, plus bool
	width, prec                  int // -1 where absent
	verb                         rune
}

// percent is text % arg.
func (r *runner) percent(format string, text, arg Value) (Value, *Error) {
	f := &percentFormatter{r: r, arg: arg, items: []Value{arg}}
	if t, ok := arg.(*Tuple); ok {
		f.items = t.items
	}
	_, f.safe = text.(markup)
	if err := f.run(format); err != nil {
		return nil, err
	}
	if f.next < len(f.items) && !f.mapping() {
		return nil, typeErrorf("not all arguments converted during string formatting")
	}
	return sameText(text, f.b.String()), nil
}

// mapping reports whether the right operand counts as one, and so may have items the format does not use.
func (f *percentFormatter) mapping() bool {
	switch f.arg.(type) {
	case *Dict, *List, rangeValue, *undefined:
		return true
	}
	return false
}

func (f *percentFormatter) run(format string) *Error {
	rest := format
	for {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			f.b.WriteString(rest)
			return f.r.chargeText(f.b.Len())
		}
		f.b.WriteString(rest[:i])
		rest = rest[i+1:]
		if strings.HasPrefix(rest, "%") {
			f.b.WriteByte('%')
			rest = rest[1:]
			continue
		}
		value, r, err := f.key(rest)
		if err != nil {
			return err
		}
		d, r, err := f.directive(r)
		if err != nil {
			return err
		}
		rest = r
		if value == nil {
			if value, err = f.take(); err != nil {
				return err
			}
		}
		at := utf8.RuneCountInString(format[:len(format)-len(rest)]) - 1
		s, err := f.convert(d, value, at)
		if err != nil {
			return err
		}
		f.b.WriteString(s)
		if err := f.r.chargeText(len(s)); err != nil {
			return err
		}
	}
}

// key reads a mapping key in parentheses and looks it up.
func (f *percentFormatter) key(s string) (Value, string, *Error) {
	if !strings.HasPrefix(s, "(") {
		return nil, s, nil
	}
	if _, ok := f.arg.(*Tuple); ok || !f.mapping() {
		return nil, s, typeErrorf("format requires a mapping")
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			f.next = len(f.items)
			if u, ok := f.arg.(*undefined); ok {
				return nil, s, u.err()
			}
			v, err := f.r.index(f.arg, s[1:i])
			if err != nil && err.Class == classType {
				err.Msg = typeName(f.arg) + " indices must be integers or slices, not str"
			}
			return v, s[i+1:], err
		}
	}
	return nil, s, valueErrorf("incomplete format key")
}

func (f *percentFormatter) take() (Value, *Error) {
	if f.next >= len(f.items) {
		return nil, typeErrorf("not enough arguments for format string")
	}
	f.next++
	return f.items[f.next-1], nil
}

func (f *percentFormatter) directive(s string) (directive, string, *Error) {
	d := directive{width: -1, prec: -1}
	for s != "" && strings.IndexByte("#0- +", s[0]) >= 0 {
		switch s[0] {
		case '#':
			d.alt = true
		case '0':
			d.zero = true
		case '-':
			d.left = true
		case ' ':
			d.space = true
		case '+':
			d.plus = true
		}
		s = s[1:]
	}
	var err *Error
	if d.width, s, err = f.number(s, "width"); err != nil {
		return d, s, err
	}
	if d.width < -1 {
		d.left, d.width = true, -d.width
	}
	if strings.HasPrefix(s, ".") {
		if d.prec, s, err = f.number(s[1:], "precision"); err != nil {
			return d, s, err
		}
		d.prec = max(d.prec, 0)
	}
	if s != "" && strings.IndexByte("hlL", s[0]) >= 0 {
		s = s[1:]
	}
	if s == "" {
		return d, s, valueErrorf("incomplete format")
	}
	r, n := utf8.DecodeRuneInString(s)
	d.verb = r
	return d, s[n:], nil
}

// number reads a width or precision, -1 if there is none.
func (f *percentFormatter) number(s, what string) (int, string, *Error) {
	if strings.HasPrefix(s, "*") {
		v, err := f.take()
		if err != nil {
			return 0, s, err
		}
		i, ok := asInt(v)
		if !ok && isInteger(v) {
			return 0, s, errorf(classOverflow, "Python int too large to convert to C %s",
				map[string]string{"width": "ssize_t", "precision": "int"}[what])
		}
		if !ok {
			return 0, s, typeErrorf("* wants int")
		}
		return int(min(max(i, -math.MaxInt32), math.MaxInt32)), s[1:], nil
	}
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 {
		return -1, s, nil
	}
	i, err := strconv.ParseInt(s[:n], 10, 32)
	if err != nil {
		return 0, s, valueErrorf("%s too big", what)
	}
	return int(i), s[n:], nil
}

// convert formats one value; at is the index of the conversion's last character.
func (f *percentFormatter) convert(d directive, v Value, at int) (string, *Error) {
	switch d.verb {
	case 's', 'r', 'a':
		return f.convertText(d, v)
	case 'c':
		return f.convertChar(d, v)
	case 'd', 'i', 'u', 'x', 'X', 'o':
		return f.convertInt(d, v)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return f.convertFloat(d, v)
	}
	return "", valueErrorf("unsupported format character '%s' (0x%x) at index %d", printableVerb(d.verb), d.verb, at)
}

func printableVerb(r rune) string {
	if r > 31 && r < 128 {
		return string(r)
	}
	return "?"
}

func (f *percentFormatter) convertText(d directive, v Value) (string, *Error) {
	s, err := f.r.str(v)
	if d.verb != 's' {
		s, err = f.r.repr(v)
	}
	if err != nil {
		return "", err
	}
	if d.verb == 'a' {
		s = reprASCII(s)
	}
	if _, safe := v.(markup); f.safe && (!safe || d.verb != 's') {
		s = escapeHTML(s)
	}
	if d.prec >= 0 {
		s = runeSlice(s, 0, d.prec)
	}
	return f.pad(d, "", s)
}

func (f *percentFormatter) convertChar(d directive, v Value) (string, *Error) {
	if s, ok := asString(v); ok && utf8.RuneCountInString(s) == 1 {
		return f.pad(d, "", s)
	}
	i, ok := asInt(v)
	switch {
	case !ok && !isInteger(v):
		return "", typeErrorf("%%c requires int or char")
	case !ok || i < 0 || i > utf8.MaxRune:
		return "", errorf(classOverflow, "%%c arg not in range(0x110000)")
	case !utf8.ValidRune(rune(i)):
		return "", unsupportedf("a lone surrogate")
	}
	return f.pad(d, "", string(rune(i)))
}

func (f *percentFormatter) convertInt(d directive, v Value) (string, *Error) {
	i, err := percentInt(d.verb, v)
	if err != nil {
		return "", err
	}
	base, prefix := 10, ""
	switch d.verb {
	case 'x', 'X':
		base, prefix = 16, "0x"
	case 'o':
		base, prefix = 8, "0o"
	}
	digits := new(big.Int).Abs(i).Text(base)
	if n := d.prec - len(digits); n > 0 {
		if err := f.r.chargeText(n); err != nil {
			return "", err
		}
		digits = strings.Repeat("0", n) + digits
	}
	if !d.alt {
		prefix = ""
	}
	prefix = d.sign(i.Sign() < 0) + prefix
	if d.verb == 'X' {
		prefix, digits = strings.ToUpper(prefix), strings.ToUpper(digits)
	}
	return f.pad(d, prefix, digits)
}

// percentInt reads the argument of an integer conversion.
func percentInt(verb rune, v Value) (*big.Int, *Error) {
	if i, ok := asBig(v); ok {
		return i, nil
	}
	x, ok := v.(float64)
	switch {
	case verb == 'x' || verb == 'X' || verb == 'o':
		return nil, typeErrorf("%%%c format: an integer is required, not %s", verb, typeName(v))
	case !ok:
		if u, isUndefined := v.(*undefined); isUndefined {
			return nil, u.err()
		}
		return nil, typeErrorf("%%%c format: a real number is required, not %s", verb, typeName(v))
	}
	return truncate(x)
}

// truncate is Python's int(x).
func truncate(x float64) (*big.Int, *Error) {
	switch {
	case math.IsInf(x, 0):
		return nil, errorf(classOverflow, "cannot convert float infinity to integer")
	case math.IsNaN(x):
		return nil, valueErrorf("cannot convert float NaN to integer")
	}
	i, _ := big.NewFloat(x).Int(nil)
	return i, nil
}

func (f *percentFormatter) convertFloat(d directive, v Value) (string, *Error) {
	x, ok := asFloat(v)
	if u, isUndefined := v.(*undefined); isUndefined {
		return "", u.err()
	}
	if !ok {
		return "", typeErrorf("must be real number, not %s", typeName(v))
	}
	prec := d.prec
	if prec < 0 {
		prec = 6
	}
	if err := f.r.chargeText(prec); err != nil {
		return "", err
	}
	s := floatText(math.Abs(x), byte(d.verb), prec, d.alt)
	neg := math.Signbit(x) && !math.IsNaN(x)
	if math.IsInf(x, 0) || math.IsNaN(x) {
		d.zero = false
	}
	return f.pad(d, d.sign(neg), s)
}

// floatText formats a number that is not negative as C's printf does.
func floatText(x float64, verb byte, prec int, alt bool) string {
	upper := verb < 'a'
	verb |= 0x20
	s := ""
	switch {
	case math.IsInf(x, 0):
		s = "inf"
	case math.IsNaN(x):
		s = "nan"
	case verb == 'g':
		s = formatG(x, max(prec, 1), alt)
	default:
		s = strconv.FormatFloat(x, verb, prec, 64)
	}
	if upper {
		return strings.ToUpper(s)
	}
	return s
}

// formatG is C's %g: significant digits, with an exponent where it is small or large, without trailing zeros unless alt.
func formatG(x float64, prec int, alt bool) string {
	s := strconv.FormatFloat(x, 'e', prec-1, 64)
	mant, digits, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(digits)
	if exp >= -4 && exp < prec {
		mant = strconv.FormatFloat(x, 'f', prec-1-exp, 64)
		digits = ""
	} else {
		digits = "e" + digits
	}
	if !alt && strings.Contains(mant, ".") {
		mant = strings.TrimRight(strings.TrimRight(mant, "0"), ".")
	}
	return mant + digits
}

func (d directive) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case d.plus:
		return "+"
	case d.space:
		return " "
	}
	return ""
}

// pad brings a number, or a text without a prefix, to its width.
func (f *percentFormatter) pad(d directive, prefix, s string) (string, *Error) {
	n := d.width - utf8.RuneCountInString(prefix) - utf8.RuneCountInString(s)
	if n <= 0 {
		return prefix + s, nil
	}
	if err := f.r.chargeText(n); err != nil {
		return "", err
	}
	switch {
	case d.left:
		return prefix + s + strings.Repeat(" ", n), nil
	case d.zero && !strings.ContainsRune("srac", d.verb):
		return prefix + strings.Repeat("0", n) + s, nil
	}
	return fmt.Sprintf("%s%s%s", strings.Repeat(" ", n), prefix, s), nil
}
