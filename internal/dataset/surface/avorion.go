package surface

import (
	"errors"
	"regexp"
	"strings"
)

// The shapes of the HTML that the game writes for its scripting API.
var (
	pageTitle     = regexp.MustCompile(`<title>\s*([^<]*?)\s*</title>`)
	pageVersion   = regexp.MustCompile(`Documentation of Avorion Version:\s*([^<\n]{1,60})`)
	pageFunction  = regexp.MustCompile(`<span class="keyword">\s*(?:function|callback)\b((?:[^<]|<a [^>]*>|</a>)*)</span>\s*([A-Za-z_]\w*)\s*\(`)
	pageParameter = regexp.MustCompile(`<span class="parameter">\s*(\w+)`)
	pageProperty  = regexp.MustCompile(`<span class="keyword">property</span>\s*(?:<span class="type">((?:[^<]|<a [^>]*>|</a>)*)</span>|<a [^>]*>([^<]*)</a>)\s*(?:<span class="property">)?\s*([A-Za-z_]\w*)\s*<`)
	pageEnum      = regexp.MustCompile(`<span class="type">\s*enum ([A-Za-z_]\w*)\s*</span>((?:[^<]|<br/?>|<p>|</p>)*)`)
	pageValue     = regexp.MustCompile(`(?m)^\s*([A-Za-z_]\w*)\s*<br/?>`)
	side          = regexp.MustCompile(`\s*\[(?:Client|Server)\]`)
)

// pageMark stands in every page of the documentation.
const pageMark = "Avorion Script API Documentation"

// readAvorionPage takes in a page of the game's documentation.
func (s *Surface) readAvorionPage(data []byte) error {
	page := string(data)
	if !strings.Contains(page, pageMark) {
		return errors.New("it is not a page of Avorion's documentation: it does not contain \"" + pageMark + `"`)
	}
	if m := pageVersion.FindStringSubmatch(page); m != nil {
		s.versions = append(s.versions, "Avorion "+strings.TrimSpace(m[1]))
	}
	owner := ""
	if m := pageTitle.FindStringSubmatch(page); m != nil {
		owner = side.ReplaceAllString(m[1], "")
	}
	functions := pageFunction.FindAllStringSubmatchIndex(page, -1)
	if strings.ContainsAny(owner, " -") || !constructs(page, functions, owner) {
		owner = "" // global functions, callbacks, enumerations
	}
	if owner != "" {
		s.class(owner, "")
	}
	for i, at := range functions {
		end := len(page)
		if i+1 < len(functions) {
			end = functions[i+1][0]
		}
		s.addAvorionFunction(owner, page, at, end)
	}
	if owner != "" && s.names[owner] == nil {
		s.add(Symbol{Name: owner, Kind: kindClass, Type: owner, Signature: owner})
	}
	for _, m := range pageProperty.FindAllStringSubmatch(page, -1) {
		kind, name := plainHTML(m[1]+m[2]), m[3]
		s.add(Symbol{Name: name, Owner: owner, Kind: kindProperty, Type: kind, Signature: name + ": " + kind})
	}
	for _, m := range pageEnum.FindAllStringSubmatch(page, -1) {
		s.addAvorionEnum(m[1], m[2])
	}
	return nil
}

// constructs reports whether a page describes a class: it has a function of its own name, or properties.
func constructs(page string, functions [][]int, owner string) bool {
	for _, at := range functions {
		if page[at[4]:at[5]] == owner {
			return true
		}
	}
	return strings.Contains(page, `<span class="keyword">property</span>`)
}

// addAvorionFunction takes in the function whose match is at, with what is said about it up to end.
func (s *Surface) addAvorionFunction(owner, page string, at []int, end int) {
	name := page[at[4]:at[5]]
	header := after(page[:end], at[1], "<br")
	var params []string
	for _, m := range pageParameter.FindAllStringSubmatch(page[at[1]:header], -1) {
		params = append(params, m[1])
	}
	returns := strings.ReplaceAll(plainHTML(page[at[2]:at[3]]), " ,", ",")
	signature := name + "(" + strings.Join(params, ", ") + ")"
	if returns != "" && returns != "var" {
		signature += " -> " + returns
	}
	doc, _, _ := strings.Cut(page[header:end], `<span class="docheader">`)
	doc, _, _ = strings.Cut(doc, `<span class="keyword">`)
	doc = doc[strings.IndexByte(doc, '>')+1:]
	kind := kindMethod
	switch {
	case name == owner:
		owner, returns, kind = "", name, kindFunction
	case owner == "":
		kind = kindFunction
	}
	s.add(Symbol{Name: name, Owner: owner, Kind: kind, Type: returns, Signature: signature, Doc: plainHTML(doc)})
}

// addAvorionEnum takes in an enumeration, whose values stand each on a line of its own.
func (s *Surface) addAvorionEnum(name, body string) {
	c := s.class(name, "")
	s.add(Symbol{Name: name, Kind: kindEnum, Type: name, Signature: "enum " + name})
	for _, m := range pageValue.FindAllStringSubmatch(body, -1) {
		if c.members[m[1]] == nil {
			s.add(Symbol{Name: m[1], Owner: name, Kind: kindConstant, Signature: name + "." + m[1]})
		}
	}
}
