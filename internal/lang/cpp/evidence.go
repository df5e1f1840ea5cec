package cpp

import (
	"regexp"
	"strings"
)

// An evidence is what a file itself says of its names. A macro may stand for anything, so a name that may be one excuses nearly
// everything beside it; what is known to be none excuses nothing.
// The word of other places is none: macros that bring their own semicolon are called with another one here and there.
type evidence struct {
	values    map[string]bool // constants: enumerators, and macros whose definitions are numbers
	functions map[string]bool // functions that are defined in the file
}

// library are functions of the standard library that are called for what they do.
var library = words(`abort abs assert atoi calloc exit fclose fflush fopen fprintf fputc fputs fread free fseek fwrite getenv malloc memcmp
	memcpy memmove memset printf putchar puts qsort rand realloc snprintf sprintf strcat strcmp strcpy strlen strncmp strncpy strtol vprintf`)

// gather collects the evidence. found are the functions that the file defines.
func (f *file) gather(found []string) *evidence {
	e := &evidence{values: map[string]bool{}, functions: map[string]bool{}}
	for name, value := range f.defined {
		if value {
			e.values[name] = true
		}
	}
	for _, name := range found {
		if _, macro := f.defined[name]; !macro {
			e.functions[name] = true
		}
	}
	for i, t := range f.tokens {
		if t.kind == punctuation && t.text == "{" {
			f.enumerators(i, e)
		}
	}
	return e
}

// enumerators notes the names in the braces of an enumeration.
func (f *file) enumerators(brace int, e *evidence) {
	const longest = 6 // of enum class Name : std::uint8_t
	head := brace - 1
	for head > 0 && brace-head < longest && f.tokens[head].text != "enum" && !f.tokens[head].ends() {
		head--
	}
	if head < 0 || f.tokens[head].text != "enum" || f.match[brace] < 0 {
		return
	}
	for i := brace + 1; i < f.match[brace] && f.tokens[i].text != "{"; i++ {
		t, before := f.tokens[i], f.tokens[i-1].text
		if _, macro := f.defined[t.text]; t.kind == identifier && (before == "{" || before == ",") && !macro {
			e.values[t.text] = true
		}
	}
}

// plain is the value of a macro that is no more than a number.
var plain = regexp.MustCompile(`^\s+\(?\s*[-+~]?\s*(?:0[xX][\da-fA-F]+|\d[\w.]*)\s*\)?\s*(?:/[/*].*)?$`)

// define notes a macro. rest is what follows the word define.
func (f *file) define(rest string) {
	rest = strings.TrimLeft(rest, " \t")
	n := 0
	for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n])) {
		n++
	}
	if f.defined == nil {
		f.defined = map[string]bool{}
	}
	before, again := f.defined[rest[:n]]
	f.defined[rest[:n]] = plain.MatchString(strings.TrimRight(rest[n:], "\r")) && (before || !again)
}
