package surface

import (
	"slices"
	"strings"
)

// Domains that have an API of their own.
const (
	Avorion     = "avorion"
	Flecs       = "flecs"
	GDExtension = "gdextension"
	GDScript    = "gdscript"
)

// Languages as the fences of Markdown name them.
const (
	Lua       = "lua"
	C         = "c"
	CPlusPlus = "cpp"
	Godot     = "gdscript"
)

// Kinds of symbols.
const (
	kindClass    = "class"
	kindFunction = "function"
	kindMethod   = "method"
	kindProperty = "property"
	kindSignal   = "signal"
	kindConstant = "constant"
	kindEnum     = "enum"
	kindMacro    = "macro"
	kindType     = "type"
)

// A Symbol is one thing that an API offers.
type Symbol struct {
	Name      string
	Owner     string // class it is a member of, "" if it stands alone
	Kind      string // class, function, method, property, signal, constant, enum, macro or type
	Type      string // of its value or of what it returns, "" if unknown
	Signature string // one line, without what it belongs to
	Doc       string // one line, "" if there is none
}

// A class is what can be looked up by a declared type.
type class struct {
	name, inherits string
	builtin        bool // a value such as Vector2: nothing is derived from it
	open           bool // it may have members that nobody declares, as a Dictionary has
	members        map[string]*Symbol
}

// A Source is a file of the project.
type Source struct {
	Path     string
	Language string // as the fences of Markdown name it
	Text     string
}

// A Surface is the index of the names that code of a domain may use. It is not changed once loaded and may be used from
// several goroutines.
type Surface struct {
	domain   string
	versions []string
	sources  []string
	names    map[string]*Symbol // by simple name, the first one; nil where only the name is known
	classes  map[string]*class
	globals  map[string]string // singletons and other values, with their types
	own      map[string]bool   // what the project defines
	ownBase  map[string]string // classes of the project, with what they extend
}

func newSurface(domain string) *Surface {
	return &Surface{
		domain: domain, names: map[string]*Symbol{}, classes: map[string]*class{}, globals: map[string]string{},
		own: map[string]bool{}, ownBase: map[string]string{},
	}
}

// Found reports whether the API's own files were found. Without them nothing can be called unknown.
func (s *Surface) Found() bool { return len(s.sources) > 0 }

// Version says which version of the API is known, "" if its files do not say.
func (s *Surface) Version() string { return strings.Join(s.versions, ", ") }

// Sources lists the files and folders that the API was read from.
func (s *Surface) Sources() []string { return slices.Clone(s.sources) }

// Size is the number of names that the API's files offer.
func (s *Surface) Size() int { return len(s.names) }

// Known reports whether the API, the project or the standard library defines a name. Of a name in parts, such as Node.add_child
// or flecs::world, every part must be known, and a member must be one of its class if that is known.
func (s *Surface) Known(name string) bool {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == ':' || r == '>' || r == '-' })
	for i, p := range parts {
		if i > 0 && s.classes[parts[i-1]] != nil && !s.own[p] {
			if s.member(parts[i-1], p) == nil && !s.openClass(parts[i-1]) {
				return false
			}
			continue
		}
		if !s.knownPart(p) {
			return false
		}
	}
	return len(parts) > 0
}

func (s *Surface) knownPart(name string) bool {
	_, api := s.names[name]
	return api || s.own[name] || s.classes[name] != nil || s.globals[name] != "" || standard(s.domain, name)
}

// add takes in a symbol of the API.
func (s *Surface) add(sym Symbol) {
	p := &sym
	if old := s.names[sym.Name]; old == nil || old.Doc == "" && sym.Doc != "" && old.Owner == sym.Owner {
		s.names[sym.Name] = p
	}
	if c := s.classes[sym.Owner]; c != nil {
		c.members[sym.Name] = p
	}
}

// class returns the class of a name, which it makes if need be.
func (s *Surface) class(name, inherits string) *class {
	c := s.classes[name]
	if c == nil {
		c = &class{name: name, members: map[string]*Symbol{}}
		s.classes[name] = c
	}
	if inherits != "" {
		c.inherits = inherits
	}
	return c
}

// mostAncestors bounds a chain of inheritance: what a file says may go in a circle.
const mostAncestors = 64

// chain lists a class and what it inherits from, project classes included. whole is false if an ancestor is not known.
func (s *Surface) chain(name string) (classes []*class, whole bool) {
	for range mostAncestors {
		switch c := s.classes[name]; {
		case c != nil:
			classes = append(classes, c)
			name = c.inherits
		case s.ownBase[name] != "":
			name = s.ownBase[name]
		default:
			return classes, false
		}
		if name == "" {
			return classes, true
		}
	}
	return classes, false
}

// member looks a name up along the inheritance of a class. It returns nil if there is none.
func (s *Surface) member(class, name string) *Symbol {
	chain, _ := s.chain(class)
	for _, c := range chain {
		if sym := c.members[name]; sym != nil {
			return sym
		}
	}
	return nil
}

// openClass reports whether a class may have members that are not known.
func (s *Surface) openClass(name string) bool {
	chain, whole := s.chain(name)
	return !whole || slices.ContainsFunc(chain, func(c *class) bool { return c.open })
}

// derived reports whether a class inherits from another one.
func (s *Surface) derived(name, base string) bool {
	chain, _ := s.chain(name)
	return slices.ContainsFunc(chain, func(c *class) bool { return c.name == base })
}
