package config

import (
	"cmp"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
)

// Source says what to load. The zero Source is the built-in defaults.
type Source struct {
	File   string   // a YAML file
	Domain string   // instead of File: stands for config/DOMAIN.yaml, and is the domain when that file sets none
	Sets   []string // "key=value", applied in order after the files
}

// Load reads, merges and checks a configuration. The error is [Problems], complete and in order, or nil.
func Load(src Source) (*Config, error) { return load(table, src) }

func load(x *index, src Source) (*Config, error) {
	r := &reader{index: x, done: map[string]bool{}}
	switch {
	case src.File != "" && src.Domain != "":
		r.fail(Origin{File: "--domain"}, "and --config exclude each other; to change the key use --set domain=%s", src.Domain)
	case src.Domain != "":
		r.readDomain(src.Domain)
	case src.File != "":
		r.read(src.File, Origin{File: "--config"})
	}
	m := newMerger(x)
	m.add(r.layers...)
	for _, text := range src.Sets {
		l := newLayer(x, Origin{File: "--set"})
		l.set(text)
		m.add(l)
	}
	return m.finish(r.problems)
}

// readDomain reads config/NAME.yaml, below which lies a layer that holds the name itself.
func (r *reader) readDomain(name string) {
	l := newLayer(r.index, Origin{File: "--domain"})
	if !formName.pattern.MatchString(name) {
		r.fail(l.origin, "%q, expected %s; name a file with --config", shorten(name), formName.expected)
		return
	}
	l.entries = []entry{{opt: r.index.byKey["domain"], value: name, origin: l.origin}}
	r.layers = append(r.layers, l)
	r.read(path.Join("config", name+".yaml"), l.origin)
}

// defaults is the lowest layer: the table's own values.
func defaults(x *index) *layer {
	l := newLayer(x, Origin{})
	for i := range x.options {
		opt := &x.options[i]
		root, problem := parseYAML(Origin{}, []byte(opt.def))
		if problem != nil {
			panic("config: default of " + opt.key + ": " + problem.Message) // a test reads every row
		}
		l.setting(opt, root)
	}
	for i := range l.entries {
		l.entries[i].origin = Origin{} // a place in the table tells a user nothing
	}
	return l
}

// merger lays layers over one another and checks the result.
type merger struct {
	index    *index
	config   *Config
	problems Problems
	bad      map[string]bool // keys with a problem, which no rule judges
}

// newMerger starts with the defaults.
func newMerger(x *index) *merger {
	m := &merger{index: x, config: &Config{settings: map[string]*Setting{}}, bad: map[string]bool{}}
	for i := range x.options {
		opt := &x.options[i]
		m.config.settings[opt.key] = &Setting{Key: opt.key, Value: emptyValue(opt.kind)}
	}
	m.add(defaults(x))
	return m
}

func (m *merger) add(layers ...*layer) {
	for _, l := range layers {
		m.problems = append(m.problems, l.problems...)
		maps.Copy(m.bad, l.bad)
		if !l.origin.IsDefault() && !l.origin.isFlag() {
			m.config.files = append(m.config.files, l.origin.File)
		}
		for _, e := range l.entries {
			m.apply(e)
		}
	}
}

// finish makes and judges the whole. unread are problems that kept a file from being read: what it would have said is
// unknown, and so is whether the rest fits it.
func (m *merger) finish(unread Problems) (*Config, error) {
	if len(unread) == 0 {
		m.checkEngine()
	}
	m.expand()
	m.config.fill()
	if len(unread) == 0 {
		m.checkRules()
	}
	if problems := slices.Concat(unread, m.problems); len(problems) > 0 {
		return nil, problems.sorted()
	}
	return m.config, nil
}

// emptyValue is what the entries of a map are added to.
func emptyValue(k kind) any {
	switch k {
	case kIntMap:
		return map[string]int{}
	case kFloatMap:
		return map[string]float64{}
	}
	return nil
}

func (m *merger) apply(e entry) {
	s := m.config.settings[e.opt.key]
	s.Origin = e.origin
	switch {
	case e.opt.kind.isMap() && e.name == "":
		return
	case !e.opt.kind.isMap():
		s.Value = e.value
		return
	}
	i, found := slices.BinarySearchFunc(s.Entries, e.name, func(s Setting, name string) int { return cmp.Compare(s.Key, name) })
	if !found {
		s.Entries = slices.Insert(s.Entries, i, Setting{})
	}
	s.Entries[i] = Setting{Key: e.name, Value: e.value, Origin: e.origin}
	switch values := s.Value.(type) {
	case map[string]int:
		setOrDelete(values, e)
	case map[string]float64:
		setOrDelete(values, e)
	}
}

func setOrDelete[V any](values map[string]V, e entry) {
	if v, ok := e.value.(V); ok {
		values[e.name] = v
	} else {
		delete(values, e.name)
	}
}

// expand puts the domain into every string.
func (m *merger) expand() {
	domain, _ := m.config.settings["domain"].Value.(string)
	for _, s := range m.config.settings {
		switch v := s.Value.(type) {
		case string:
			if s.waiting = domain == "" && needsDomain(v); s.waiting {
				s.raw, s.Value = v, ""
			} else {
				s.Value = expand(v, domain)
			}
		case DataFiles:
			if s.waiting = domain == "" && v.needDomain(); s.waiting {
				s.raw, s.Value = v, DataFiles{}
			} else {
				s.Value = v.expand(domain)
			}
		case []string:
			if s.waiting = domain == "" && slices.ContainsFunc(v, needsDomain); s.waiting {
				s.raw, s.Value = v, []string{}
			} else {
				s.Value = expandAll(v, domain)
			}
		}
	}
}

func expandAll(texts []string, domain string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = expand(text, domain)
	}
	return out
}

// checkEngine reports keys that were changed from their default though the chosen engine does not read them. It compares
// values as they were written, before {domain} is expanded.
func (m *merger) checkEngine() {
	engine, ok := m.config.settings["engine"].Value.(string)
	if !ok || m.bad["engine"] {
		return
	}
	for i := range m.index.options {
		opt := &m.index.options[i]
		s := m.config.settings[opt.key]
		if opt.readBy(engine) || reflect.DeepEqual(s.Value, newMerger(m.index).config.settings[opt.key].Value) {
			continue
		}
		m.problems = append(m.problems, s.Origin.problem(opt.key, "engine %s does not read this key; remove it, or choose engine: %s",
			engine, strings.Join(opt.engines, " or ")))
	}
}
