package gdscript

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// maxGlobals bounds what a project keeps of each sort.
const maxGlobals = 1 << 20

// A Global is a name that all scripts of a project see.
type Global struct {
	Name     string
	Path     string // of the script or scene, from the project's folder on
	Autoload bool   // a node that the engine makes at the start; else a class
	Base     string // what the class extends, "" if unknown
	Members  []Name // what the script declares in itself, not in functions or inner classes
}

// A Project is what the scripts of one folder see of each other. The zero value is an empty project.
type Project struct {
	Name    string
	globals map[string]*Global
	scripts map[string]*Global // by path
	Actions []string           // of the input map
}

// AddScript takes in a script. The path is from the project's folder on. An invalid script counts with what was understood.
func (p *Project) AddScript(name string, s *Source) error {
	if len(p.scripts) >= maxGlobals {
		return fmt.Errorf("gdscript: a project of more than %d scripts", maxGlobals)
	}
	if p.scripts == nil {
		p.scripts = map[string]*Global{}
	}
	scopes, _ := s.Outline()
	g := &Global{Name: scopes[0].Name, Path: path.Clean(name), Base: scopes[0].Extends}
	declared, _ := s.Names()
	for _, d := range declared {
		if !d.Local && d.Class == g.Name && d.Declares != ClassName && (g.Name != "" || s.isTop(d.Node)) {
			g.Members = append(g.Members, d)
		}
	}
	p.scripts[g.Path] = g
	if g.Name != "" {
		p.global(g)
	}
	return nil
}

// isTop reports whether a name is declared by a member of the script itself.
func (s *Source) isTop(name *Node) bool {
	for _, n := range s.Root.Children {
		if n.Kind == Class && n.Start <= name.Start && name.Start < n.End {
			return n.Child(Identifier) == name
		}
	}
	return true
}

func (p *Project) global(g *Global) {
	if p.globals == nil {
		p.globals = map[string]*Global{}
	}
	if _, ok := p.globals[g.Name]; !ok {
		p.globals[g.Name] = g
	}
}

// AddConfig takes in the text of a project.godot: the autoloads, the actions of the input map and the name.
func (p *Project) AddConfig(text string) error {
	section := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			section = line[1 : len(line)-1]
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || key == "" || strings.ContainsAny(key, "\"{}[ ") {
			continue // inside a value of several lines, or a comment
		}
		if err := p.setting(section, key, value); err != nil {
			return fmt.Errorf("gdscript: project.godot, line %d: %w", i+1, err)
		}
	}
	return nil
}

// setting takes in one line of project.godot.
func (p *Project) setting(section, key, value string) error {
	switch {
	case section == "application" && key == "config/name":
		p.Name = strings.Trim(value, `"`)
	case section == "input" && len(p.Actions) < maxGlobals:
		p.Actions = append(p.Actions, key)
	case section == "autoload":
		target, opened := strings.CutPrefix(value, `"`)
		target, closed := strings.CutSuffix(target, `"`)
		if !opened || !closed || !isName(key) {
			return fmt.Errorf("autoload %q is %s, expected a name and a path in quotes", key, value)
		}
		if len(p.globals) >= maxGlobals {
			return fmt.Errorf("more than %d global names", maxGlobals)
		}
		// A star means that the node itself can be reached by the name.
		target = strings.TrimPrefix(strings.TrimPrefix(target, "*"), "res://")
		p.global(&Global{Name: key, Path: path.Clean(target), Autoload: true})
	}
	return nil
}

// isName reports whether a text is an identifier.
func isName(text string) bool {
	s, err := Parse("var " + text)
	return err == nil && len(s.Root.Children) == 1 && s.Name(s.Root.Children[0]) == text
}

// Lookup returns the class or autoload of a name. The members of an autoload are those of its script, if that was added.
func (p *Project) Lookup(name string) (Global, bool) {
	g, ok := p.globals[name]
	if !ok {
		return Global{}, false
	}
	found := *g
	if script := p.scripts[g.Path]; g.Autoload && script != nil {
		found.Base, found.Members = script.Base, script.Members
	}
	return found, true
}

// Script returns what is known of a script by its path.
func (p *Project) Script(name string) (Global, bool) {
	g, ok := p.scripts[path.Clean(strings.TrimPrefix(name, "res://"))]
	if !ok {
		return Global{}, false
	}
	return *g, true
}

// Globals lists the names of classes and autoloads, sorted.
func (p *Project) Globals() []string {
	names := make([]string, 0, len(p.globals))
	for name := range p.globals {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// mostBases bounds a chain of classes, which may go round in circles.
const mostBases = 64

// HasMember reports whether a class or autoload of the project, or one it extends, declares a name; base is the first class of
// the chain that is none of the project's, "" if the chain has no end.
func (p *Project) HasMember(class, member string) (has bool, base string) {
	for range mostBases {
		g, ok := p.Lookup(class)
		if !ok {
			return false, class
		}
		if slices.ContainsFunc(g.Members, func(n Name) bool { return n.Text == member }) {
			return true, ""
		}
		class = g.Base
	}
	return false, ""
}
