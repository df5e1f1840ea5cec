package dataset

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A declaration is a line of a file that a function may need to know.
type declaration struct {
	name, line string
	function   *Function // whose signature it is, nil for others
}

const (
	mostContext    = 12  // lines shown beside a function
	longestContext = 160 // bytes of such a line
	shortestName   = 3   // bytes; shorter names are local variables more often than not
)

var identifiers = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// declarations lists what a file declares outside of functions, and its functions, in the order of the file. It lists nothing where
// functions come with their context.
func declarations(d Domain, f *File, functions []Function) []declaration {
	l := d.Language(f)
	if l.Declaration == nil {
		return nil
	}
	var all []declaration
	next, inside := 0, 0 // the next function, and where the ones before end
	for at := 0; at < len(f.Text); {
		end := len(f.Text)
		if i := strings.IndexByte(f.Text[at:], '\n'); i >= 0 {
			end = at + i
		}
		outside := at >= inside
		for ; next < len(functions) && functions[next].Start <= end; next++ {
			fn := &functions[next]
			if inside <= fn.Start {
				all = append(all, declaration{simpleName(fn.Name), fn.Signature + l.Terminator, fn})
			}
			inside, outside = max(inside, fn.End), false
		}
		if line := f.Text[at:end]; outside {
			if name := l.declares(line); name != "" && d.Check(strings.TrimSpace(line)) == nil {
				all = append(all, declaration{name, strings.TrimSpace(line), nil})
			}
		}
		at = end + 1
	}
	return slices.DeleteFunc(all, func(d declaration) bool { return len(d.name) < shortestName || len(d.line) > longestContext })
}

// declares returns the name that a line declares, "" if it declares none.
func (l *Language) declares(line string) string {
	m := l.Declaration.FindStringSubmatch(line)
	for _, name := range m[min(1, len(m)):] {
		if name != "" {
			return name
		}
	}
	return ""
}

// simpleName returns the last part of a name: repair of Ship.repair.
func simpleName(name string) string {
	return name[strings.LastIndexAny(name, ".:")+1:]
}

// companion is what files that belong together have in common: folder and name without extension.
func companion(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// surroundings are the declarations of files that belong together.
type surroundings struct {
	all    []declaration
	byName map[string][]int // places in all
}

// add adds declarations behind those that are there.
func (s *surroundings) add(all []declaration) {
	if s.byName == nil {
		s.byName = map[string][]int{}
	}
	for _, d := range all {
		s.byName[d.name] = append(s.byName[d.name], len(s.all))
		s.all = append(s.all, d)
	}
}

// contextOf picks the declarations that a function uses, and lists the names of all of them.
func contextOf(u *unit, around *surroundings) (lines, names []string) {
	if u.language.Declaration == nil {
		return resolved(u.Context)
	}
	seen := map[string]bool{simpleName(u.Name): true}
	var places []int
	for _, name := range identifiers.FindAllString(u.file.Text[u.Start:u.End], -1) {
		if !seen[name] {
			places = append(places, around.byName[name]...)
		}
		seen[name] = true
	}
	slices.Sort(places)
	for _, i := range places {
		d := around.all[i]
		if d.function == u.Function {
			continue
		}
		if !slices.Contains(names, d.name) {
			names = append(names, d.name)
		}
		if len(lines) < mostContext && !slices.Contains(lines, d.line) {
			lines = append(lines, d.line)
		}
	}
	return lines, names
}

// resolved is the context that a domain has found. What is too long to be shown is no use, what has a long value is shown without it.
func resolved(all []Declaration) (lines, names []string) {
	for _, d := range all {
		line := tidy(d.Line)
		if value := strings.Index(line, "= "); len(line) > longestContext && value > 0 {
			line = line[:value] + "= …"
		}
		if len(line) > longestContext {
			continue
		}
		for _, name := range d.Names {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(lines) < mostContext && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines, names
}
