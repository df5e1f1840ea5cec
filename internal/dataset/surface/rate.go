package surface

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Rate is how many references of some code are unknown.
type Rate struct {
	References   int      `json:"references"`
	Unknown      int      `json:"unknown"`
	Typed        int      `json:"typed"` // of the references, those looked up in a class
	TypedUnknown int      `json:"typed_unknown"`
	First        []string `json:"first"` // the first unknown ones, as path:line: name
	Texts        int      `json:"texts"`
	WithUnknown  int      `json:"texts_with_unknown"`
}

// Share is the share of the references that are unknown, 0 of none.
func (r *Rate) Share() float64 { return share(r.Unknown, r.References) }

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

const mostShown = 10

// Add takes in the references of one text.
func (r *Rate) Add(path string, refs []Ref) {
	r.Texts++
	unknown := 0
	for _, ref := range refs {
		r.References++
		if ref.Typed {
			r.Typed++
		}
		if ref.Known {
			continue
		}
		unknown++
		if ref.Typed {
			r.TypedUnknown++
		}
		if len(r.First) < mostShown {
			r.First = append(r.First, fmt.Sprintf("%s:%d: %s", path, ref.Line, ref.Name))
		}
	}
	if r.Unknown += unknown; unknown > 0 {
		r.WithUnknown++
	}
}

// A Control is how many made-up names are noticed.
type Control struct {
	Names        int `json:"names"` // recombined from parts of real names
	Noticed      int `json:"noticed"`
	Typed        int `json:"typed"` // members of another class, called on a variable with a declared type
	TypedNoticed int `json:"typed_noticed"`
}

// Share is the share of the made-up names that are noticed, 0 of none.
func (c *Control) Share() float64 { return share(c.Noticed, c.Names) }

// TypedShare is the share of the members of other classes that are noticed, 0 of none.
func (c *Control) TypedShare() float64 { return share(c.TypedNoticed, c.Typed) }

// Control makes up count names from the API's own and counts those that are noticed. Some happen to exist. The same seed gives
// the same names.
func (s *Surface) Control(count int, seed uint64) Control {
	var c Control
	pool := s.pool()
	if len(pool) < 2 || !s.Found() {
		return c
	}
	r := rand.New(rand.NewPCG(seed, uint64(len(pool))))
	for range count {
		fake := recombine(pool[r.IntN(len(pool))], pool[r.IntN(len(pool))])
		c.Names++
		if len(s.Unknown(s.language(), s.fakeCall(fake))) > 0 {
			c.Noticed++
		}
	}
	s.typedControl(&c, count, r)
	return c
}

// pool lists the names that are recombined: functions and members of at least two parts.
func (s *Surface) pool() []string {
	var pool []string
	for n, sym := range s.names {
		if s.domain == Flecs && !strings.HasPrefix(n, "ecs_") || s.domain != Flecs && (sym == nil || sym.Kind != kindMethod && sym.Kind != kindFunction) {
			continue
		}
		if len(parts(n)) > 1 && !standard(s.domain, n) {
			pool = append(pool, n)
		}
	}
	slices.Sort(pool)
	return pool
}

// parts cuts a name at underscores, or before capitals.
func parts(name string) []string {
	if strings.Contains(strings.Trim(name, "_"), "_") {
		return strings.SplitAfter(name, "_")
	}
	var found []string
	start := 0
	for i := 1; i < len(name); i++ {
		if isUpper(name[i]) && isLower(name[i-1]) {
			found = append(found, name[start:i])
			start = i
		}
	}
	return append(found, name[start:])
}

// recombine joins the first half of one name with the second half of another.
func recombine(a, b string) string {
	x, y := parts(a), parts(b)
	return strings.Join(x[:(len(x)+1)/2], "") + strings.Join(y[(len(y)+1)/2:], "")
}

// fakeCall is code that calls a name that may not exist.
func (s *Surface) fakeCall(name string) string {
	switch s.domain {
	case GDScript:
		return "\tthing." + name + "()\n"
	case GDExtension:
		return "\tthing->" + name + "();\n"
	case Flecs:
		return "\t" + name + "(world);\n"
	}
	return "\t" + name + "()\n"
}

// typedControl calls members of other classes on variables with a declared type.
func (s *Surface) typedControl(c *Control, count int, r *rand.Rand) {
	var classes []string
	var methods []*Symbol
	for n, class := range s.classes {
		if _, whole := s.chain(n); !whole || s.openClass(n) || class.builtin {
			continue
		}
		classes = append(classes, n)
		for _, sym := range class.members {
			if sym.Kind == kindMethod {
				methods = append(methods, sym)
			}
		}
	}
	slices.Sort(classes)
	slices.SortFunc(methods, func(a, b *Symbol) int { return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name)) })
	if len(classes) < 2 || len(methods) == 0 || s.domain == Flecs {
		return
	}
	for range count {
		class, m := classes[r.IntN(len(classes))], methods[r.IntN(len(methods))]
		if s.member(class, m.Name) != nil {
			continue
		}
		c.Typed++
		if len(s.Unknown(s.language(), s.typedCall(class, m.Name))) > 0 {
			c.TypedNoticed++
		}
	}
}

func (s *Surface) typedCall(class, method string) string {
	switch s.domain {
	case GDScript:
		return "\tvar thing: " + class + "\n\tthing." + method + "()\n"
	case GDExtension:
		return "\t" + class + " *thing = nullptr;\n\tthing->" + method + "();\n"
	}
	return "\tlocal thing = " + class + "()\n\tthing:" + method + "()\n"
}
