package linguist

import (
	"path"
	"strings"
)

// head is how much of a text the expressions look at.
const head = 1 << 14

// Language returns the language of a file by its path and text, "" if it is unknown. Where an extension stands for several languages
// the text decides.
func Language(file, text string) string {
	t, base := tables(), path.Base(file)
	if l, ok := t.names[base]; ok {
		return l
	}
	for ext := range extensions(base) {
		if list := choices()[ext]; list != nil {
			return choose(list, text[:min(len(text), head)])
		}
		if l, ok := t.extensions[ext]; ok {
			return l
		}
	}
	return t.interpreters[interpreter(text)]
}

// extensions yields the extensions of a name in small letters, the longest first: .tar.gz, then .gz.
func extensions(base string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		base = strings.ToLower(base)
		for i := strings.IndexByte(base, '.'); i >= 0; {
			if !yield(base[i:]) {
				return
			}
			j := strings.IndexByte(base[i+1:], '.')
			if j < 0 {
				return
			}
			i += 1 + j
		}
	}
}

func choose(list []choice, text string) string {
	for _, c := range list {
		if c.text == nil || c.text.MatchString(text) {
			return c.language
		}
	}
	return ""
}

// interpreter is the program that the first line of a script names, without its folder and version, "" if it names none.
func interpreter(text string) string {
	line, ok := strings.CutPrefix(text, "#!")
	if !ok {
		return ""
	}
	line, _, _ = strings.Cut(line, "\n")
	for _, f := range strings.Fields(line) {
		name := path.Base(f)
		if name == "env" || strings.HasPrefix(f, "-") || strings.Contains(f, "=") {
			continue
		}
		if t := tables(); t.interpreters[name] == "" {
			name = strings.TrimRight(name, ".0123456789")
		}
		return name
	}
	return ""
}

// Code reports whether the name of a file is that of a program, rather than of data, markup or prose.
func Code(file string) bool {
	t := tables()
	for ext := range extensions(path.Base(file)) {
		if l, ok := t.extensions[ext]; ok {
			return t.programming[l]
		}
	}
	return false
}
