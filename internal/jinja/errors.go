package jinja

import "fmt"

// An Error is what Python would have raised: its class and message, and the line of the template it happened on.
type Error struct {
	Class string // Python's exception class, such as "UndefinedError"
	Msg   string // the message alone
	Line  int    // line of the template, from 1; 0 where none is known
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("jinja: %s: %s", e.Class, e.Msg)
	}
	return fmt.Sprintf("jinja: line %d: %s: %s", e.Line, e.Class, e.Msg)
}

// Classes of the exceptions that templates meet most often.
const (
	classSyntax    = "TemplateSyntaxError"
	classAssertion = "TemplateAssertionError"
	classRuntime   = "TemplateRuntimeError"
	classTemplate  = "TemplateError"
	classUndefined = "UndefinedError"
	classSecurity  = "SecurityError"
	classFilterArg = "FilterArgumentError"
	classType      = "TypeError"
	classValue     = "ValueError"
	classKey       = "KeyError"
	classIndex     = "IndexError"
	classOverflow  = "OverflowError"
	classZeroDiv   = "ZeroDivisionError"
	classRecursion = "RecursionError"
	classAssert    = "AssertionError"
	classAttribute = "AttributeError"
	// classLimit marks what Python would allow and this package does not: too much work or output, or a feature it refuses.
	classLimit = "LimitError"
)

func errorf(class, format string, args ...any) *Error {
	return &Error{Class: class, Msg: fmt.Sprintf(format, args...)}
}

func typeErrorf(format string, args ...any) *Error { return errorf(classType, format, args...) }

func valueErrorf(format string, args ...any) *Error { return errorf(classValue, format, args...) }

func unsupportedf(format string, args ...any) *Error {
	return errorf(classLimit, format+" is not supported", args...)
}
