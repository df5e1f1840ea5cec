package licence

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Words that stand for a list of licences.
const (
	Any           = "any"        // all, unknown ones too
	AnyPermissive = "permissive" // those of Permissive
)

// permissive are licences that ask for no more than notices.
var permissive = []string{
	"0BSD", "AFL-3.0", "Apache-1.1", "Apache-2.0", "BlueOak-1.0.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Patent", "BSD-3-Clause",
	"BSD-3-Clause-Clear", "BSD-4-Clause", "BSD-Source-Code", "BSL-1.0", "CC0-1.0", "curl", "ECL-2.0", "FTL", "HPND", "ICU", "IJG", "ISC",
	"Libpng", "libpng-2.0", "libtiff", "MIT", "MIT-0", "MIT-CMU", "MIT-feh", "MS-PL", "MulanPSL-2.0", "NCSA", "NTP", "OpenSSL", "PHP-3.01",
	"PostgreSQL", "PSF-2.0", "Python-2.0", "Unicode-DFS-2015", "Unicode-DFS-2016", "Unlicense", "UPL-1.0", "W3C", "WTFPL", "X11", "Zlib",
	"zlib-acknowledgement", "ZPL-2.0", "ZPL-2.1",
}

// Permissive lists the ids that the word permissive stands for.
func Permissive() []string { return slices.Clone(permissive) }

// A Policy is which licences are taken. The zero value takes all.
type Policy struct {
	text    string   // as it was given
	listed  []string // as they were given
	allowed map[string]bool
}

// NewPolicy makes a policy of SPDX ids or one of the words Any and AnyPermissive; none is Any. The error names all that is wrong.
func NewPolicy(list []string) (*Policy, error) {
	p := &Policy{text: strings.Join(list, ", ")}
	if len(list) == 0 || len(list) == 1 && list[0] == Any {
		return p, nil
	}
	p.allowed = map[string]bool{}
	if len(list) == 1 && list[0] == AnyPermissive {
		p.allow(permissive)
		return p, nil
	}
	var errs []error
	for _, id := range list {
		if e, err := parse(id); err != nil || e.op != "" {
			errs = append(errs, fmt.Errorf("licenses: %q is not the SPDX id of one licence, such as MIT or Apache-2.0", id))
		} else if id == Any || id == AnyPermissive {
			errs = append(errs, fmt.Errorf("licenses: %q stands for a list and goes with no other entry", id))
		}
	}
	p.allow(list)
	p.listed = list
	return p, errors.Join(errs...)
}

func (p *Policy) allow(ids []string) {
	for _, id := range ids {
		p.allowed[strings.ToLower(id)] = true
	}
}

// All reports whether every licence is taken.
func (p *Policy) All() bool { return p == nil || p.allowed == nil }

// Listed returns the ids that were named one by one.
func (p *Policy) Listed() []string {
	if p == nil {
		return nil
	}
	return p.listed
}

// Refuses returns the reason why code under an expression is not taken, "" if it is. Of a choice (OR) one allowed licence suffices; licences that
// apply together (AND) must all be allowed. An exception (WITH) only adds permissions, so the licence before it decides, unless the
// whole is listed.
func (p *Policy) Refuses(text string) string {
	if p.All() {
		return ""
	}
	if text == "" {
		return "its licence is unknown, and licenses is " + p.text
	}
	e, err := parse(text)
	if err != nil {
		return fmt.Sprintf("its licence %q cannot be read: %v", text, err)
	}
	if !e.holds(p.allows) {
		return fmt.Sprintf("its licence is %s, and licenses is %s", text, p.text)
	}
	return ""
}

// allows judges one id. An id that ends in "+" or "-or-later" may be used under the version it names.
func (p *Policy) allows(id string) bool {
	id = strings.ToLower(id)
	plain, _, _ := strings.Cut(id, " with ")
	for _, name := range []string{id, plain, strings.TrimSuffix(plain, "+"), strings.TrimSuffix(plain, "-only"), strings.TrimSuffix(plain, "-or-later")} {
		if p.allowed[name] {
			return true
		}
	}
	return false
}

// Uses reports whether an expression contains an id.
func Uses(text, id string) bool {
	e, err := parse(text)
	found := false
	if err == nil {
		e.each(func(used string) {
			found = found || strings.EqualFold(used, id) || (&Policy{allowed: map[string]bool{strings.ToLower(id): true}}).allows(used)
		})
	}
	return found
}

func (e *expression) each(do func(id string)) {
	if e.op == "" {
		do(e.id)
		return
	}
	e.left.each(do)
	e.right.each(do)
}
