package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxProblems bounds what is reported about one file; a file of another format would otherwise fill the screen.
const maxProblems = 50

// entry is one value that a layer sets: of an option, or of one entry of a map.
type entry struct {
	opt    *option
	name   string // of the entry of a map; "" for {}
	value  any    // of the option's kind; for an entry int or float64, nil removes what a lower layer set
	origin Origin
}

// layer is what one file or one --set says.
type layer struct {
	index    *index
	origin   Origin // file or flag; line and column come from the nodes
	entries  []entry
	extends  []parent
	problems Problems
	bad      map[string]bool     // keys with a problem
	refused  map[*yaml.Node]bool // nodes reported by refuseUnsupported; nothing else is said about them
}

// parent is one element of extends.
type parent struct {
	path   string
	origin Origin
}

func newLayer(x *index, origin Origin) *layer {
	return &layer{index: x, origin: origin, bad: map[string]bool{}, refused: map[*yaml.Node]bool{}}
}

// fail records a problem with the node n.
func (l *layer) fail(n *yaml.Node, key, format string, args ...any) {
	l.bad[key] = true
	if len(l.problems) < maxProblems && !l.refused[n] {
		l.problems = append(l.problems, nodeOrigin(l.origin, n).problem(key, format, args...))
	}
}

// file reads the root of a file.
func (l *layer) file(root *yaml.Node) {
	l.refuseUnsupported(root)
	switch {
	case isNull(root):
		l.problems = append(l.problems, l.origin.problem("", "holds no settings; write {} for an empty configuration"))
	case root.Kind != yaml.MappingNode:
		l.fail(root, "", "holds %s, expected a map of settings such as \"lora: {r: 16}\"", describe(root))
	default:
		l.section("", root)
	}
}

// refuseUnsupported reports each use of the YAML features that make "where does this value come from?" hard to answer.
func (l *layer) refuseUnsupported(n *yaml.Node) {
	if what := unsupported(n); what != "" {
		l.fail(n, "", "%s", what)
		l.refused[n] = true
	}
	for _, c := range n.Content {
		l.refuseUnsupported(c)
	}
}

// section reads the members of the map n; prefix is "" or "section.".
func (l *layer) section(prefix string, n *yaml.Node) {
	l.members(prefix, n, func(key string, k, v *yaml.Node) {
		switch {
		case strings.Contains(k.Value, "."):
			l.unknown(k, key)
		case key == "extends":
			l.readExtends(v)
		case l.index.isSection(key):
			l.subsection(key, v)
		case l.index.byKey[key] != nil:
			l.setting(l.index.byKey[key], v)
		default:
			l.unknown(k, key)
		}
	})
}

// members calls f for each member of the map n, and reports keys that are no plain names or come twice.
func (l *layer) members(prefix string, n *yaml.Node, f func(key string, k, v *yaml.Node)) {
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content) && len(l.problems) < maxProblems; i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch key := prefix + k.Value; {
		case l.refused[k]:
		case k.Kind != yaml.ScalarNode || k.Tag == "!!null" || k.Value == "":
			l.fail(k, strings.TrimSuffix(prefix, "."), "%s is no name of a key", describe(k))
		case first[key] != nil:
			l.fail(k, key, "is set twice, first at line %d; keep one", first[key].Line)
		default:
			first[key] = k
			f(key, k, v)
		}
	}
}

// subsection reads the value of a section.
func (l *layer) subsection(key string, v *yaml.Node) {
	switch {
	case v.Kind == yaml.MappingNode:
		l.section(key+".", v)
	case !isNull(v): // "training:" with every line below commented out
		l.fail(v, key, "is %s, expected a map of keys", describe(v))
	}
}

// unknown reports a key that is not in the table, or not at this place.
func (l *layer) unknown(k *yaml.Node, key string) {
	hint := didYouMean(l.index.suggest(key))
	if opt, name := l.index.find(key); opt != nil { // "lora.r: 8" in a file
		hint = "; files nest keys: write " + nested(opt, name)
	} else if hint == "" {
		hint = "; `graft config docs` lists the keys"
	}
	l.fail(k, shorten(key), "unknown key%s", hint)
}

// nested writes the key of an option, and the name of an entry of a map, as a file has them: lora: {r: ...}.
func nested(opt *option, name string) string {
	text := opt.name() + ": ..."
	if name != "" {
		text = fmt.Sprintf("%s: {%s: ...}", opt.name(), name)
	}
	for section := opt.section(); section != ""; {
		outer, name := splitKey(section)
		text = fmt.Sprintf("%s: {%s}", name, text)
		section = outer
	}
	return text
}

// readExtends reads the files that this one starts from.
func (l *layer) readExtends(n *yaml.Node) {
	files := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		files = n.Content
	}
	for _, f := range files {
		if f.Kind != yaml.ScalarNode || f.Tag != "!!str" || f.Value == "" {
			l.fail(f, "extends", "is %s, expected a file name or a list of them", describe(f))
			continue
		}
		l.extends = append(l.extends, parent{f.Value, nodeOrigin(l.origin, f)})
	}
}

// mapEntries reads the value of an option that is a map.
func (l *layer) mapEntries(opt *option, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		l.mistyped(opt.kind, opt.key, n, "; write {} for none")
		return
	}
	if len(n.Content) == 0 {
		l.entries = append(l.entries, entry{opt: opt, origin: nodeOrigin(l.origin, n)}) // "{}": nothing but an origin
	}
	l.members(opt.key+".", n, func(key string, k, v *yaml.Node) { l.mapEntry(opt, strings.TrimPrefix(key, opt.key+"."), k, v) })
}

// mapEntry reads one entry of a map; k is where its name stands.
func (l *layer) mapEntry(opt *option, name string, k, v *yaml.Node) {
	key := opt.key + "." + name
	if len(opt.values) > 0 && !slices.Contains(opt.values, name) {
		hint := didYouMean(Nearest(name, opt.values))
		if hint == "" {
			hint = "; known are " + strings.Join(opt.values, ", ")
		}
		l.bad[opt.key] = true
		l.fail(k, shorten(key), "unknown name%s", hint)
		return
	}
	e := entry{opt: opt, name: name, origin: nodeOrigin(l.origin, v)}
	if !isNull(v) {
		var ok bool
		if e.value, ok = l.number(opt, key, v); !ok {
			l.bad[opt.key] = true
			return
		}
	}
	l.entries = append(l.entries, e)
}

// set reads one override from the command line, "key=value". The value of a string key is taken as it stands unless it
// is quoted, so that no part of it is lost as a YAML comment; every other value is YAML.
func (l *layer) set(text string) {
	key, value, found := strings.Cut(text, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	opt, name := l.index.find(key)
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	switch {
	case !found || key == "":
		l.fail(node, "", "%q has no value, expected key=value", shorten(text))
		return
	case key == "extends":
		l.fail(node, key, "is read from files only; use --config FILE")
		return
	case opt == nil && !l.index.isSection(key):
		l.unknown(node, key)
		return
	case opt == nil || !opt.kind.isText(value) || strings.HasPrefix(value, `"`) || strings.HasPrefix(value, "'"):
		root, problem := parseYAML(l.origin, []byte(value))
		if problem != nil {
			problem.Key, l.bad[key] = key, true
			l.problems = append(l.problems, *problem)
			return
		}
		node = root
	}
	l.refuseUnsupported(node)
	switch {
	case opt == nil:
		l.subsection(key, node)
	case name != "":
		l.mapEntry(opt, name, node, node)
	default:
		l.setting(opt, node)
	}
}
