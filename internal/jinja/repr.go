package jinja

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// str is Python's str(v), which is also how a template prints a value.
func (r *runner) str(v Value) (string, *Error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case markup:
		return string(v), nil
	case *undefined:
		return "", nil
	}
	return r.repr(v)
}

// repr is Python's repr(v).
func (r *runner) repr(v Value) (string, *Error) {
	w := reprWriter{r: r}
	err := w.write(v)
	return w.b.String(), err
}

// maxDepth bounds how deep values may be nested where they are printed, compared or encoded.
const maxDepth = 900

type reprWriter struct {
	r     *runner
	b     strings.Builder
	depth int
}

func (w *reprWriter) write(v Value) *Error {
	if w.depth++; w.depth > maxDepth {
		return errorf(classRecursion, "maximum recursion depth exceeded while getting the repr of an object")
	}
	defer func() { w.depth-- }()
	before := w.b.Len()
	switch v := v.(type) {
	case *List:
		return w.items("[", v.items, "]")
	case *Tuple:
		if len(v.items) == 1 {
			return w.items("(", v.items, ",)")
		}
		return w.items("(", v.items, ")")
	case *view:
		return w.items(v.kind+"([", v.items(), "])")
	case *Dict:
		return w.dict(v)
	case *namespace:
		w.b.WriteString("<Namespace ")
		if err := w.dict(v.attrs); err != nil {
			return err
		}
		w.b.WriteString(">")
	case object:
		s, err := reprObject(v)
		if err != nil {
			return err
		}
		w.b.WriteString(s)
	default:
		w.b.WriteString(reprScalar(v))
	}
	return w.r.chargeText(w.b.Len() - before)
}

func (w *reprWriter) items(open string, items []Value, end string) *Error {
	w.b.WriteString(open)
	for i, item := range items {
		if i > 0 {
			w.b.WriteString(", ")
		}
		if err := w.write(item); err != nil {
			return err
		}
	}
	w.b.WriteString(end)
	return w.r.charge(1)
}

func (w *reprWriter) dict(d *Dict) *Error {
	w.b.WriteString("{")
	sep := ""
	for key, val := range d.All() {
		w.b.WriteString(sep)
		sep = ", "
		if err := w.write(key); err != nil {
			return err
		}
		w.b.WriteString(": ")
		if err := w.write(val); err != nil {
			return err
		}
	}
	w.b.WriteString("}")
	return w.r.charge(1)
}

func reprScalar(v Value) string {
	switch v := v.(type) {
	case None:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int64:
		return strconv.FormatInt(v, 10)
	case *big.Int:
		return v.String()
	case float64:
		return formatFloat(v)
	case string:
		return reprString(v)
	case markup:
		return "Markup(" + reprString(string(v)) + ")"
	case *undefined:
		return "Undefined"
	case rangeValue:
		if v.step == 1 {
			return fmt.Sprintf("range(%d, %d)", v.start, v.stop)
		}
		return fmt.Sprintf("range(%d, %d, %d)", v.start, v.stop, v.step)
	case *iterator:
		return "<" + v.kind + " object>"
	case Func:
		return "<function " + v.Name + ">"
	}
	return "missing"
}

func reprObject(v object) (string, *Error) {
	switch o := v.(type) {
	case *macroObject:
		if o.def.name == "" {
			return "<Macro anonymous>", nil
		}
		return "<Macro " + reprString(o.def.name) + ">", nil
	case *loopObject:
		n, err := o.length()
		return fmt.Sprintf("<LoopContext %d/%d>", o.index+1, n), err
	case *builtin:
		return "<" + o.cls + " " + o.name + ">", nil
	}
	return "<" + objectModules[v.class()] + v.class() + " object>", nil
}
