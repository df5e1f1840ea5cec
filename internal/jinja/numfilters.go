package jinja

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

func absFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	switch x := v[0].(type) {
	case float64:
		return math.Abs(x), nil
	case *undefined:
		return nil, typeErrorf("bad operand type for abs(): 'Undefined'")
	}
	i, ok := asBig(v[0])
	if !ok {
		return nil, typeErrorf("bad operand type for abs(): '%s'", typeName(v[0]))
	}
	return normInt(new(big.Int).Abs(i)), nil
}

func floatFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	f, err := toFloat(v[0])
	switch {
	case err == nil:
		return f, nil
	case err.Class != classType && err.Class != classValue:
		return nil, err
	case v[1] != nil:
		return v[1], nil
	}
	return 0.0, nil
}

// toFloat is Python's float(v).
func toFloat(v Value) (float64, *Error) {
	if u, ok := v.(*undefined); ok {
		return 0, u.err()
	}
	if s, ok := asString(v); ok {
		return parseFloat(s)
	}
	f, ok := asFloat(v)
	if !ok {
		return 0, typeErrorf("float() argument must be a string or a real number, not '%s'", typeName(v))
	}
	if _, isBig := v.(*big.Int); isBig && math.IsInf(f, 0) {
		return 0, errorf(classOverflow, "int too large to convert to float")
	}
	return f, nil
}

func parseFloat(s string) (float64, *Error) {
	bad := func() (float64, *Error) {
		return 0, valueErrorf("could not convert string to float: %s", reprString(s))
	}
	t := strings.TrimFunc(s, isSpace)
	body := strings.ToLower(strings.TrimLeft(t, "+-"))
	switch {
	case body == "inf" || body == "infinity" || body == "nan":
	case body == "" || strings.ContainsAny(body, "xpin") || strings.Contains(body, "__"):
		return bad()
	case !underscoresBetweenDigits(body):
		return bad()
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(t, "_", ""), 64)
	if err != nil && !math.IsInf(f, 0) {
		return bad()
	}
	return f, nil
}

func underscoresBetweenDigits(s string) bool {
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	for i := range len(s) {
		if s[i] == '_' && (!digit(i-1) || !digit(i+1)) {
			return false
		}
	}
	return true
}

func intFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	i, err := toInt(v[0], v[2])
	if err == nil {
		return i, nil
	}
	if err.Class != classType && err.Class != classValue {
		return nil, err
	}
	f, err := toFloat(v[0])
	if err == nil {
		var b *big.Int
		if b, err = truncate(f); err == nil {
			return normInt(b), nil
		}
	}
	switch {
	case err.Class != classType && err.Class != classValue && err.Class != classOverflow:
		return nil, err
	case v[1] != nil:
		return v[1], nil
	}
	return int64(0), nil
}

// toInt is Python's int(v), or int(v, base) of a string.
func toInt(v, base Value) (Value, *Error) {
	if s, ok := asString(v); ok {
		b, err := intArg(base, 10)
		if err != nil {
			return nil, err
		}
		return parseInt(s, b)
	}
	if u, ok := v.(*undefined); ok {
		return nil, u.err()
	}
	if f, ok := v.(float64); ok {
		i, err := truncate(f)
		if err != nil {
			return nil, err
		}
		return normInt(i), nil
	}
	i, ok := asBig(v)
	if !ok {
		return nil, typeErrorf("int() argument must be a string, a bytes-like object or a real number, not '%s'", typeName(v))
	}
	return normInt(i), nil
}

func parseInt(s string, base int64) (Value, *Error) {
	if base != 0 && (base < 2 || base > 36) {
		return nil, valueErrorf("int() base must be >= 2 and <= 36, or 0")
	}
	bad := valueErrorf("invalid literal for int() with base %d: %s", base, reprString(s))
	t := strings.ToLower(strings.TrimFunc(s, isSpace))
	neg := strings.HasPrefix(t, "-")
	if neg || strings.HasPrefix(t, "+") {
		t = t[1:]
	}
	t, base = cutBase(t, base)
	octal := base == 0 && strings.HasPrefix(t, "0") && strings.Trim(t, "0_") != ""
	if octal || strings.ContainsAny(t, "+-") || len(t) > maxBits || strings.Contains("_"+t+"_", "__") {
		return nil, bad
	}
	if base == 0 {
		base = 10
	}
	i, ok := new(big.Int).SetString(strings.ReplaceAll(t, "_", ""), int(base))
	if !ok {
		return nil, bad
	}
	if neg {
		i.Neg(i)
	}
	return normInt(i), nil
}

// cutBase removes the prefix of a base that is asked for, or of any base if none is.
func cutBase(s string, base int64) (string, int64) {
	for prefix, b := range map[string]int64{"0x": 16, "0o": 8, "0b": 2} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && (base == b || base == 0) {
			return strings.TrimPrefix(rest, "_"), b
		}
	}
	return s, base
}

func roundFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	method := "common"
	if v[2] != nil {
		method, _ = asString(v[2])
	}
	if !slices.Contains([]string{"common", "ceil", "floor"}, method) {
		return nil, errorf(classFilterArg, "method must be common, ceil or floor")
	}
	if method == "common" {
		return roundNumber(v[0], v[1])
	}
	prec := v[1]
	if prec == nil {
		prec = int64(0)
	}
	scale, err := arith2("pow", int64(10), prec)
	if err != nil {
		return nil, err
	}
	scaled, err := arith2("mul", v[0], scale)
	if err != nil {
		return nil, err
	}
	whole, err := roundWhole(scaled, method)
	if err != nil {
		return nil, err
	}
	return arith2("div", whole, scale)
}

// roundWhole is Python's math.ceil or math.floor.
func roundWhole(v Value, method string) (Value, *Error) {
	f, isFloat := v.(float64)
	switch {
	case !isFloat && !isNumber(v):
		return nil, typeErrorf("must be real number, not %s", typeName(v))
	case !isFloat:
		return v, nil
	case method == "ceil":
		f = math.Ceil(f)
	default:
		f = math.Floor(f)
	}
	i, err := truncate(f)
	if err != nil {
		return nil, err
	}
	return normInt(i), nil
}

// arith2 is an operator on values that should be numbers.
func arith2(op string, a, b Value) (Value, *Error) { return (&runner{fuel: 1 << 20}).binary(op, a, b) }

// roundNumber is Python's round(v, prec): to even, and exact on the binary value.
func roundNumber(v, digits Value) (Value, *Error) {
	if !isNumber(v) {
		return nil, typeErrorf("type %s doesn't define __round__ method", typeName(v))
	}
	prec, err := intArg(digits, 0)
	if err != nil {
		return nil, err
	}
	f, isFloat := v.(float64)
	if !isFloat {
		i, _ := asBig(v)
		return roundInt(i, prec), nil
	}
	prec = min(max(prec, -400), 400)
	if math.IsInf(f, 0) || math.IsNaN(f) || prec > 323 {
		return f, nil
	}
	if prec >= 0 {
		out, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', int(prec), 64), 64)
		return out, nil
	}
	exact, _ := new(big.Float).SetFloat64(f).Rat(nil)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(-prec), nil)
	out, _ := new(big.Float).SetInt(roundRat(exact, unit)).Float64()
	return math.Copysign(out, f), nil
}

func roundInt(i *big.Int, prec int64) Value {
	if prec >= 0 {
		return normInt(i)
	}
	if prec < -maxBits {
		return int64(0)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(-prec), nil)
	return normInt(roundRat(new(big.Rat).SetInt(i), unit))
}

// roundRat rounds x to a multiple of unit, halves to the even one.
func roundRat(x *big.Rat, unit *big.Int) *big.Int {
	q := new(big.Rat).Quo(x, new(big.Rat).SetInt(unit))
	twice := new(big.Int).Lsh(q.Num(), 1)
	n := new(big.Int)
	n.Div(new(big.Int).Add(twice, q.Denom()), new(big.Int).Lsh(q.Denom(), 1)) // floor(q + 1/2)
	half := new(big.Rat).Sub(new(big.Rat).SetInt(n), q)
	if half.Cmp(big.NewRat(1, 2)) == 0 && n.Bit(0) == 1 {
		n.Sub(n, big.NewInt(1))
	}
	return n.Mul(n, unit)
}
