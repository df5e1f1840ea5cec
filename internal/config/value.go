package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// setting reads the value of an option.
func (l *layer) setting(opt *option, n *yaml.Node) {
	if opt.kind.isMap() {
		l.mapEntries(opt, n)
		return
	}
	var value any
	var ok bool
	switch opt.kind {
	case kList:
		value, ok = l.list(opt, n)
	case kFiles:
		value, ok = l.dataFiles(opt, n)
	default:
		value, ok = l.scalar(opt, n)
	}
	if ok {
		l.entries = append(l.entries, entry{opt: opt, value: value, origin: nodeOrigin(l.origin, n)})
	}
}

// scalar reads the value of an option of a scalar kind.
func (l *layer) scalar(opt *option, n *yaml.Node) (any, bool) {
	switch opt.kind {
	case kString:
		return l.text(opt, n)
	case kBool:
		value, hint, ok := scalarBool(n)
		if !ok {
			l.mistyped(kBool, opt.key, n, hint)
		}
		return value, ok
	default:
		return l.number(opt, opt.key, n)
	}
}

// number reads a number of an option, or of an entry of a map, and checks its range.
func (l *layer) number(opt *option, key string, n *yaml.Node) (value any, ok bool) {
	var x float64
	var hint string
	if opt.kind.element() == kInt {
		var i int
		i, hint, ok = scalarInt(n)
		value, x = i, float64(i)
	} else {
		x, hint, ok = scalarFloat(n)
		value = x
	}
	switch {
	case !ok:
		l.mistyped(opt.kind.element(), key, n, hint)
	case !opt.allowed.contains(x):
		l.fail(n, key, "%s is out of range, expected %s", shorten(n.Value), opt.allowed)
		return nil, false
	}
	return value, ok
}

// typeNames are the kinds in words, for messages.
var typeNames = map[kind]string{
	kString: "a string", kBool: "true or false", kInt: "an integer", kFloat: "a finite number",
	kList: "a list of strings", kIntMap: "a map of integers", kFloatMap: "a map of numbers", kFiles: "a path or a list of paths",
}

// mistyped reports a value that is not of the kind expected.
func (l *layer) mistyped(expected kind, key string, n *yaml.Node, hint string) {
	l.fail(n, key, "is %s, expected %s%s", describe(n), typeNames[expected], hint)
}

// text reads the value of a string option.
func (l *layer) text(opt *option, n *yaml.Node) (string, bool) {
	switch {
	case isNull(n):
		l.mistyped(kString, opt.key, n, `; write "" for an empty one`)
		return "", false
	case n.Kind != yaml.ScalarNode:
		l.mistyped(kString, opt.key, n, "")
		return "", false
	case n.Tag != "!!str" && len(opt.values) == 0:
		l.mistyped(kString, opt.key, n, fmt.Sprintf("; write %q", shorten(n.Value)))
		return "", false
	case len(opt.values) > 0 && !slices.Contains(opt.values, n.Value):
		l.fail(n, opt.key, "%q is unknown, expected one of %s%s", shorten(n.Value), strings.Join(opt.values, ", "), didYouMean(Nearest(n.Value, opt.values)))
		return "", false
	}
	return n.Value, l.checkText(opt, n)
}

// checkText checks form and placeholders of a string or of an element of a list.
func (l *layer) checkText(opt *option, n *yaml.Node) bool {
	if i := strings.IndexFunc(n.Value, isUnprintable); i >= 0 {
		l.fail(n, opt.key, "%q holds a control character", shorten(n.Value))
		return false
	}
	if f := opt.form; f.pattern != nil && !f.pattern.MatchString(n.Value) {
		l.fail(n, opt.key, "is %q, expected %s", shorten(n.Value), f.expected)
		return false
	}
	if unknown := unknownPlaceholder(n.Value); unknown != "" {
		l.fail(n, opt.key, "unknown placeholder {%s}, only {domain} is known; write {{%s}} to mean the text itself", unknown, unknown)
		return false
	}
	return true
}

// isUnprintable holds for control characters other than line breaks and tabs.
func isUnprintable(r rune) bool { return (r < ' ' || r == 0x7f) && r != '\n' && r != '\t' && r != '\r' }

// list reads a list of strings, or one of the words that may stand in place of one.
func (l *layer) list(opt *option, n *yaml.Node) ([]string, bool) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && slices.Contains(opt.values, n.Value) {
		return []string{n.Value}, true
	}
	if n.Kind != yaml.SequenceNode {
		l.mistyped(kList, opt.key, n, listHint(opt, n))
		return nil, false
	}
	if len(n.Content) == 0 && opt.notEmpty {
		l.fail(n, opt.key, "is empty, expected at least one element")
		return nil, false
	}
	values, ok := make([]string, 0, len(n.Content)), true
	for _, item := range n.Content {
		ok = l.element(opt, n, item) && ok
		values = append(values, item.Value)
	}
	return values, ok
}

// listHint says how to write the list that n, which is none, was meant to be.
func listHint(opt *option, n *yaml.Node) string {
	var hint string
	if len(opt.values) > 0 {
		hint = " or " + strings.Join(opt.values, " or ")
	}
	switch {
	case isNull(n) && !opt.notEmpty:
		return hint + "; write [] for none"
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str":
		items := strings.FieldsFunc(shorten(n.Value), func(r rune) bool { return r == ',' || r == ' ' })
		return fmt.Sprintf("%s; write [%s]", hint, strings.Join(items, ", "))
	}
	return hint
}

// element checks one element of a list of strings.
func (l *layer) element(opt *option, list, item *yaml.Node) bool {
	switch {
	case item.Kind != yaml.ScalarNode || isNull(item):
		l.fail(item, opt.key, "holds %s, expected strings", describe(item))
		return false
	case item.Tag != "!!str":
		l.fail(item, opt.key, "holds %s, expected strings; write %q", describe(item), shorten(item.Value))
		return false
	case len(list.Content) > 1 && slices.Contains(opt.values, item.Value):
		l.fail(item, opt.key, "%s stands alone: write %s: %s", item.Value, opt.name(), item.Value)
		return false
	}
	return l.checkText(opt, item)
}

// scalarBool reads true or false.
func scalarBool(n *yaml.Node) (value bool, hint string, ok bool) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		return strings.EqualFold(n.Value, "true"), "", true
	}
	switch strings.ToLower(n.Value) {
	case "yes", "on", "y", "true", "1":
		hint = "; write true"
	case "no", "off", "n", "false", "0":
		hint = "; write false"
	}
	return false, hint, false
}

// scalarInt reads an integer: decimal, 0x, 0o, 0b, with underscores between digits.
func scalarInt(n *yaml.Node) (value int, hint string, ok bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		return 0, "", false
	case n.Tag == "!!float":
		if x, _, ok := scalarFloat(n); ok && x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return 0, fmt.Sprintf("; write %d", int64(x)), false
		}
		return 0, "", false
	case n.Tag != "!!int":
		return 0, quotedNumber(n), false
	}
	text := strings.ReplaceAll(n.Value, "_", "")
	if digits := strings.TrimLeft(text, "+-"); len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return 0, "; without leading zeros, which mean octal to some programs", false
	}
	x, err := strconv.ParseInt(text, 0, strconv.IntSize)
	return int(x), "", err == nil
}

// scalarFloat reads a finite number; an integer is one.
func scalarFloat(n *yaml.Node) (value float64, hint string, ok bool) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!int" {
		x, hint, ok := scalarInt(n)
		return float64(x), hint, ok
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!float" {
		return 0, quotedNumber(n), false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
	return x, "", err == nil && !math.IsInf(x, 0) && !math.IsNaN(x)
}

// quotedNumber says how to mend a number that was written as a string.
func quotedNumber(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		if _, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return "; write it without quotes"
		}
	}
	return ""
}
