package surface

import "strings"

// mostCard bounds the lines of a card.
const mostCard = 24

// Card lists the symbols of the API that code really uses, in the order of their first use: signature and a line of
// documentation each. around is code around it that declares types. Nothing that the project defines is listed.
func (s *Surface) Card(language, code string, around ...string) []string {
	var lines []string
	seen := map[*Symbol]bool{}
	for _, r := range s.References(language, code, around...) {
		sym := s.symbol(r.Name)
		if !r.Known || sym == nil || seen[sym] || s.own[sym.Name] && !r.Typed || sym.Kind == kindClass && sym.Doc == "" {
			continue
		}
		seen[sym] = true
		if lines = append(lines, sym.line()); len(lines) == mostCard {
			break
		}
	}
	return lines
}

// symbol returns the symbol of a reference's name, nil if only the name is known.
func (s *Surface) symbol(name string) *Symbol {
	if class, member, typed := strings.Cut(name, "."); typed {
		return s.member(class, member)
	}
	return s.names[name]
}

// line writes a symbol on one line.
func (sym *Symbol) line() string {
	line := sym.Signature
	if sym.Owner != "" && !strings.HasPrefix(line, sym.Owner+".") {
		line = sym.Owner + "." + strings.TrimPrefix(line, "signal ")
		if sym.Kind == kindSignal {
			line = "signal " + line
		}
	}
	if sym.Doc != "" {
		line += " – " + sym.Doc
	}
	return line
}
