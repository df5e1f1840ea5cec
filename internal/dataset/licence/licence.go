package licence

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/licensecheck"
)

// MaxText is how many bytes of a licence file are looked at.
const MaxText = 1 << 18

// coverage is the share of a licence file in percent that must be known text: below it the file has terms of its own. It is the
// one that pkg.go.dev uses.
const coverage = 75

var fileName = regexp.MustCompile(`^(?:[a-z0-9]+[-_])?(?:un)?(?:licen[sc]es?|copying)(?:[-_. ][a-z0-9 ._+-]*)?$`)

// IsFile reports whether a file of this name, without folders, may be a licence file. Code can have such a name too.
func IsFile(name string) bool { return fileName.MatchString(strings.ToLower(name)) }

// Text identifies the text of a licence file: an expression, or "" and why the licence is unknown. Several licences in one file
// all apply.
func Text(text []byte) (expression, why string) {
	if len(text) > MaxText {
		return "", fmt.Sprintf("it is longer than %d bytes", MaxText)
	}
	found := scan(text)
	var ids []string
	for _, m := range found.Match {
		if !m.IsURL && !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	switch {
	case len(ids) == 0:
		if e := Header(string(text)); e != "" {
			return e, ""
		}
		return "", "its text is that of no known licence"
	case found.Percent < coverage:
		return "", fmt.Sprintf("only %.0f %% of its text is that of a known licence (%s)", found.Percent, strings.Join(ids, ", "))
	}
	return strings.Join(ids, " AND "), ""
}

// usual are the licences of most source code, in steps. A scanner for all four hundred takes a second to make, one for these some
// milliseconds.
var usual = [][]string{
	{"MIT", "MIT-0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "Unlicense", "ISC", "Zlib"},
	{"GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0", "MPL-2.0", "CC0-1.0", "BSL-1.0"},
}

var scanners = [...]func() *licensecheck.Scanner{
	sync.OnceValue(func() *licensecheck.Scanner { return newScanner(usual[0]) }),
	sync.OnceValue(func() *licensecheck.Scanner { return newScanner(usual[1]) }),
}

// newScanner makes a scanner for some of the licences, nil if that cannot be done.
func newScanner(ids []string) *licensecheck.Scanner {
	var some []licensecheck.License
	for _, l := range licensecheck.BuiltinLicenses() {
		if l.LRE != "" && slices.Contains(ids, l.ID) {
			some = append(some, l)
		}
	}
	s, err := licensecheck.NewScanner(some)
	if err != nil {
		return nil
	}
	return s
}

// scan compares a text with all licences, unless one of the usual ones covers all of it but a heading: then no other one fits better,
// and there are no terms beside it.
func scan(text []byte) licensecheck.Coverage {
	const whole = 97
	for _, scanner := range scanners {
		if s := scanner(); s != nil {
			if found := s.Scan(text); found.Percent >= whole && len(found.Match) == 1 {
				return found
			}
		}
	}
	return licensecheck.Scan(text)
}

// headerBytes bounds where the tag of a header is looked for.
const headerBytes = 4096

var tag = regexp.MustCompile(`(?m)SPDX-License-Identifier:[ \t]*([^\r\n]*)`)

// Header returns the expression that the SPDX-License-Identifier tag in the first lines of a file gives, "" if there is none or it is
// malformed.
func Header(text string) string {
	m := tag.FindStringSubmatch(text[:min(len(text), headerBytes)])
	if m == nil {
		return ""
	}
	expression := strings.TrimSpace(m[1])
	for _, end := range []string{"*/", "-->", "--]]", "]]", "#}"} { // of comments
		expression = strings.TrimSpace(strings.TrimSuffix(expression, end))
	}
	e, err := parse(expression)
	if err != nil {
		return ""
	}
	return e.String()
}

// And combines expressions that apply together.
func And(expressions []string) string {
	var all []string
	for _, e := range expressions {
		if e == "" {
			return ""
		}
		if strings.Contains(e, " OR ") && len(expressions) > 1 {
			e = "(" + e + ")"
		}
		for part := range strings.SplitSeq(e, " AND ") {
			if !slices.Contains(all, part) {
				all = append(all, part)
			}
		}
	}
	return strings.Join(all, " AND ")
}
