package jinja

import (
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// opSigns are the operators as Python's messages write them.
var opSigns = map[string]string{
	"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "mod": "%", "pow": "** or pow()",
	"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "neg": "-", "pos": "+",
}

// binary is one of Python's arithmetic operators.
func (r *runner) binary(op string, a, b Value) (Value, *Error) {
	if s, ok := asString(a); ok && op == "mod" {
		return r.percent(s, a, b)
	}
	if _, safe := a.(markup); safe && op == "mul" {
		return r.repeat(a, b)
	}
	for _, v := range []Value{a, b} {
		if u, ok := v.(*undefined); ok {
			return nil, u.err()
		}
	}
	if isNumber(a) && isNumber(b) {
		return arith(op, a, b)
	}
	switch op {
	case "add":
		return r.add(a, b)
	case "mul":
		return r.repeat(a, b)
	case "sub":
		if isSet(a) || isSet(b) {
			return nil, unsupportedf("set arithmetic on the views of a dict")
		}
	}
	return nil, operandError(opSigns[op], a, b)
}

func operandError(sign string, a, b Value) *Error {
	return typeErrorf("unsupported operand type(s) for %s: '%s' and '%s'", sign, typeName(a), typeName(b))
}

func (r *runner) add(a, b Value) (Value, *Error) {
	x, ok := asString(a)
	y, ok2 := asString(b)
	switch {
	case ok && ok2:
		return r.joinText(a, b, x, y)
	case ok:
		if _, safe := a.(markup); safe {
			return nil, operandError("+", a, b)
		}
		return nil, typeErrorf(`can only concatenate str (not "%s") to str`, typeName(b))
	}
	xs, ok := sequenceItems(a)
	if !ok {
		return nil, operandError("+", a, b)
	}
	ys, _ := sequenceItems(b)
	if _, isList := a.(*List); isList {
		if _, ok := b.(*List); !ok {
			return nil, typeErrorf(`can only concatenate list (not "%s") to list`, typeName(b))
		}
		items, err := r.concatItems(xs, ys)
		return &List{items}, err
	}
	if !isTupleValue(b) {
		return nil, typeErrorf(`can only concatenate tuple (not "%s") to tuple`, typeName(b))
	}
	items, err := r.concatItems(xs, ys)
	return &Tuple{items: items}, err
}

// joinText adds two strings; if one is markup, the other is escaped and the sum is markup.
func (r *runner) joinText(a, b Value, x, y string) (Value, *Error) {
	_, safeA := a.(markup)
	_, safeB := b.(markup)
	switch {
	case safeA && !safeB:
		y = escapeHTML(y)
	case safeB && !safeA:
		x = escapeHTML(x)
	}
	if err := r.chargeText(len(x) + len(y)); err != nil {
		return nil, err
	}
	if safeA || safeB {
		return markup(x + y), nil
	}
	return x + y, nil
}

func (r *runner) concatItems(a, b []Value) ([]Value, *Error) {
	if err := r.chargeItems(len(a) + len(b)); err != nil {
		return nil, err
	}
	items := make([]Value, 0, len(a)+len(b))
	return append(append(items, a...), b...), nil
}

// repeat multiplies a sequence by an integer.
func (r *runner) repeat(a, b Value) (Value, *Error) {
	seq, count := a, b
	_, safeA := a.(markup)
	_, safeB := b.(markup)
	switch {
	case repeatable(a) && (safeA || !safeB):
	case repeatable(b):
		seq, count = b, a
	default:
		return nil, operandError("*", a, b)
	}
	n, ok := asInt(count)
	_, isInt := asBig(count)
	switch {
	case ok:
		n = max(n, 0)
	case isInt:
		return nil, errorf(classOverflow, "cannot fit 'int' into an index-sized integer")
	case safeA || safeB:
		return nil, typeErrorf("'%s' object cannot be interpreted as an integer", typeName(count))
	default:
		return nil, typeErrorf("can't multiply sequence by non-int of type '%s'", typeName(count))
	}
	if s, ok := asString(seq); ok {
		if err := r.chargeTimes(len(s), n, r.chargeText); err != nil {
			return nil, err
		}
		return sameText(seq, strings.Repeat(s, int(n))), nil
	}
	items, _ := sequenceItems(seq)
	if err := r.chargeTimes(len(items), n, r.chargeItems); err != nil {
		return nil, err
	}
	var out []Value
	for range n {
		if len(items) == 0 {
			break
		}
		out = append(out, items...)
	}
	if isTupleValue(seq) {
		return &Tuple{items: out}, nil
	}
	return &List{out}, nil
}

func repeatable(v Value) bool {
	_, isText := asString(v)
	_, isSeq := sequenceItems(v)
	return isText || isSeq
}

// chargeTimes charges for n things of a size, without overflowing.
func (r *runner) chargeTimes(size int, n int64, charge func(int) *Error) *Error {
	hi, lo := bits.Mul64(uint64(size), uint64(n))
	if hi != 0 || lo > math.MaxInt32 {
		return charge(math.MaxInt32)
	}
	return charge(int(lo))
}

// sameText gives s the type of v: markup stays markup.
func sameText(v Value, s string) Value {
	if _, ok := v.(markup); ok {
		return markup(s)
	}
	return s
}

// arith is an operator on two numbers.
func arith(op string, a, b Value) (Value, *Error) {
	_, xFloat := a.(float64)
	_, yFloat := b.(float64)
	if xFloat || yFloat {
		x, _ := asFloat(a)
		y, _ := asFloat(b)
		return arithFloat(op, x, y)
	}
	x, ok := asInt(a)
	y, ok2 := asInt(b)
	if ok && ok2 && small(x) && small(y) {
		switch op {
		case "add":
			return x + y, nil
		case "sub":
			return x - y, nil
		case "mul":
			return x * y, nil
		}
	}
	i, _ := asBig(a)
	j, _ := asBig(b)
	return arithInt(op, i, j)
}

// small reports whether sums and products of such numbers fit.
func small(i int64) bool { return i == int64(int32(i)) }

// maxBits bounds the size of an integer; Python refuses to print one of more than 4300 digits.
const maxBits = 1 << 13

func arithFloat(op string, x, y float64) (Value, *Error) {
	if y == 0 && (op == "div" || op == "floordiv" || op == "mod") {
		return nil, errorf(classZeroDiv, "%s", map[string]string{
			"div": "float division by zero", "floordiv": "float floor division by zero", "mod": "float modulo",
		}[op])
	}
	switch op {
	case "add":
		return x + y, nil
	case "sub":
		return x - y, nil
	case "mul":
		return x * y, nil
	case "div":
		return x / y, nil
	case "floordiv":
		q, _ := divmodFloat(x, y)
		return q, nil
	case "mod":
		_, m := divmodFloat(x, y)
		return m, nil
	}
	return powFloat(x, y)
}

// divmodFloat is Python's divmod: the remainder has the sign of the divisor.
func divmodFloat(x, y float64) (q, m float64) {
	m = math.Mod(x, y)
	div := (x - m) / y
	if m != 0 && (y < 0) != (m < 0) {
		m += y
		div--
	}
	if m == 0 {
		m = math.Copysign(0, y)
	}
	if div == 0 {
		return math.Copysign(0, x/y), m
	}
	q = math.Floor(div)
	if div-q > 0.5 {
		q++
	}
	return q, m
}

func powFloat(x, y float64) (Value, *Error) {
	if x == 0 && y < 0 {
		return nil, errorf(classZeroDiv, "0.0 cannot be raised to a negative power")
	}
	if x < 0 && y != math.Trunc(y) {
		return nil, unsupportedf("the complex result of a power")
	}
	p := math.Pow(x, y)
	if y == math.Trunc(y) && math.Abs(y) <= 1024 && p != 0 && !math.IsInf(p, 0) && !math.IsNaN(p) {
		p = exactPow(x, int(y))
	}
	if math.IsInf(p, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return nil, errorf(classOverflow, "(34, 'Numerical result out of range')")
	}
	return p, nil
}

// exactPow rounds once, as C's pow does and Go's does not.
func exactPow(x float64, y int) float64 {
	const prec = 2048
	p, base := big.NewFloat(1).SetPrec(prec), big.NewFloat(x).SetPrec(prec)
	for n := max(y, -y); n > 0; n >>= 1 {
		if n&1 == 1 {
			p.Mul(p, base)
		}
		base.Mul(base, base)
	}
	if y < 0 {
		p.Quo(big.NewFloat(1).SetPrec(prec), p)
	}
	f, _ := p.Float64()
	return f
}

func arithInt(op string, x, y *big.Int) (Value, *Error) {
	if op == "pow" {
		return powInt(x, y)
	}
	z := new(big.Int)
	switch op {
	case "add":
		z.Add(x, y)
	case "sub":
		z.Sub(x, y)
	case "mul":
		z.Mul(x, y)
	default:
		return divideInt(op, x, y)
	}
	if z.BitLen() > maxBits {
		return nil, errTooBig()
	}
	return normInt(z), nil
}

func errTooBig() *Error {
	return errorf(classLimit, "an integer of more than %d bits is not supported", maxBits)
}

func divideInt(op string, x, y *big.Int) (Value, *Error) {
	if y.Sign() == 0 {
		return nil, errorf(classZeroDiv, "%s", map[string]string{
			"div": "division by zero", "floordiv": "integer division or modulo by zero", "mod": "integer modulo by zero",
		}[op])
	}
	if op == "div" {
		q, _ := new(big.Rat).SetFrac(x, y).Float64()
		if x.Sign() == 0 && y.Sign() < 0 {
			q = math.Copysign(0, -1)
		}
		if math.IsInf(q, 0) {
			return nil, errorf(classOverflow, "integer division result too large for a float")
		}
		return q, nil
	}
	q, m := new(big.Int).QuoRem(x, y, new(big.Int))
	if m.Sign() != 0 && m.Sign() != y.Sign() {
		q.Sub(q, big.NewInt(1))
		m.Add(m, y)
	}
	if op == "mod" {
		return normInt(m), nil
	}
	return normInt(q), nil
}

func powInt(x, y *big.Int) (Value, *Error) {
	if y.Sign() < 0 {
		f, _ := asFloat(x)
		g, _ := asFloat(y)
		return powFloat(f, g)
	}
	if x.CmpAbs(big.NewInt(1)) <= 0 {
		y = new(big.Int).Or(new(big.Int).And(y, big.NewInt(1)), big.NewInt(int64(min(y.Sign(), 1)*2))) // parity and zero are all that counts
	} else if !y.IsInt64() || y.Int64() > maxBits || int64(x.BitLen()-1)*y.Int64() > maxBits {
		return nil, errTooBig()
	}
	return normInt(new(big.Int).Exp(x, y, nil)), nil
}

// unary is Python's -v, +v.
func unary(op string, v Value) (Value, *Error) {
	if u, ok := v.(*undefined); ok {
		return nil, u.err()
	}
	switch x := v.(type) {
	case float64:
		if op == "neg" {
			return -x, nil
		}
		return x, nil
	case *big.Int:
		if op == "neg" {
			return normInt(new(big.Int).Neg(x)), nil
		}
		return x, nil
	}
	if i, ok := asInt(v); ok {
		if op == "neg" {
			return normInt(new(big.Int).Neg(big.NewInt(i))), nil
		}
		return i, nil
	}
	return nil, typeErrorf("bad operand type for unary %s: '%s'", opSigns[op], typeName(v))
}
