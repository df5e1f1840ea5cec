package config

import (
	"regexp"
	"strings"
)

// placeholder matches {{name}}, which stands for the text {name}, and {name}.
var placeholder = regexp.MustCompile(`\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// braced matches {name}.
var braced = regexp.MustCompile(`\{[A-Za-z_][A-Za-z0-9_]*\}`)

// unknownPlaceholder returns the first name in braces other than domain, "" when there is none.
func unknownPlaceholder(s string) string {
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		if name := m[2]; name != "" && name != "domain" {
			return name
		}
	}
	return ""
}

// needsDomain reports whether s holds {domain}.
func needsDomain(s string) bool {
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		if m[2] == "domain" {
			return true
		}
	}
	return false
}

// expand replaces {domain} and takes one pair of braces off {{name}}.
func expand(s, domain string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "{{") {
			return m[1 : len(m)-1]
		}
		return domain
	})
}

// protect is the inverse of expand: it writes s so that expand gives s back.
func protect(s string) string {
	return braced.ReplaceAllString(s, "{$0}")
}
