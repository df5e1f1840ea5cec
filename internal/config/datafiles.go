package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// DataFiles are what records come from: one path, or several with the weights by which they are mixed.
type DataFiles []DataFile

// DataFile is one file of records.
type DataFile struct {
	Path   string  `json:"path"`
	Weight float64 `json:"weight,omitempty"` // 0: none was given
}

// Path is the path of the only file, "" if there is none or more than one.
func (s DataFiles) Path() string {
	if len(s) != 1 {
		return ""
	}
	return s[0].Path
}

// String names the paths, for people.
func (s DataFiles) String() string {
	paths := make([]string, len(s))
	for i, f := range s {
		paths[i] = f.Path
	}
	return strings.Join(paths, ", ")
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *DataFiles) UnmarshalJSON(data []byte) error {
	var path string
	if json.Unmarshal(data, &path) == nil {
		if *s = (DataFiles{}); path != "" {
			*s = DataFiles{{Path: path}}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]DataFile)(s))
}

// plain reports whether a path says it all.
func (s DataFiles) plain() bool { return len(s) == 0 || len(s) == 1 && s[0].Weight == 0 }

// MarshalJSON writes a path, or the list.
func (s DataFiles) MarshalJSON() ([]byte, error) {
	if s.plain() {
		return json.Marshal(s.Path())
	}
	return json.Marshal([]DataFile(s))
}

// dataFiles reads a path, or a list of paths and of maps with path and weight.
func (l *layer) dataFiles(opt *option, n *yaml.Node) (DataFiles, bool) {
	if n.Kind != yaml.SequenceNode {
		path, ok := l.text(opt, n)
		if path == "" {
			return DataFiles{}, ok
		}
		return DataFiles{{Path: path}}, ok
	}
	if len(n.Content) == 0 {
		l.fail(n, opt.key, "is empty, expected at least one path")
		return nil, false
	}
	all, ok := DataFiles{}, true
	for _, item := range n.Content {
		s, good := l.dataFile(opt, item)
		switch {
		case !good:
			ok = false
		case slices.ContainsFunc(all, func(o DataFile) bool { return o.Path == s.Path }):
			l.fail(item, opt.key, "%s is listed twice; give it a larger weight instead", shorten(s.Path))
			ok = false
		}
		all = append(all, s)
	}
	return all, ok
}

// dataFile reads one element of the list.
func (l *layer) dataFile(opt *option, n *yaml.Node) (s DataFile, ok bool) {
	if n.Kind != yaml.MappingNode {
		s.Path, ok = l.text(opt, n)
		return s, ok && l.filled(opt, n, s.Path)
	}
	ok = true
	l.members(opt.key+".", n, func(key string, k, v *yaml.Node) {
		switch k.Value {
		case "path":
			var good bool
			s.Path, good = l.text(opt, v)
			ok = ok && good
		case "weight":
			x, hint, good := scalarFloat(v)
			switch s.Weight = x; {
			case !good:
				l.mistyped(kFloat, opt.key, v, hint)
			case !positive.to(maxCount).contains(x):
				l.fail(v, opt.key, "weight %s is out of range, expected %s", shorten(v.Value), positive.to(maxCount))
				good = false
			}
			ok = ok && good
		default:
			l.fail(k, opt.key, "%q is unknown, expected path and weight", shorten(key))
			ok = false
		}
	})
	return s, ok && l.filled(opt, n, s.Path)
}

func (l *layer) filled(opt *option, n *yaml.Node, path string) bool {
	if path == "" {
		l.fail(n, opt.key, "an element has no path")
	}
	return path != ""
}

// needDomain reports whether a path holds {domain}.
func (s DataFiles) needDomain() bool {
	return slices.ContainsFunc(s, func(o DataFile) bool { return needsDomain(o.Path) })
}

// expand puts the domain into the paths.
func (s DataFiles) expand(domain string) DataFiles {
	out := slices.Clone(s)
	for i := range out {
		out[i].Path = expand(out[i].Path, domain)
	}
	return out
}

// yaml writes the files in one line.
func (s DataFiles) yaml(text func(string) string) string {
	if s.plain() {
		return text(s.Path())
	}
	items := make([]string, len(s))
	for i, o := range s {
		if items[i] = text(o.Path); o.Weight > 0 {
			items[i] = fmt.Sprintf("{path: %s, weight: %s}", text(o.Path), formatFloat(o.Weight))
		}
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func (o *option) filesSchema() object {
	path := object{"type": "string", "pattern": o.form.pattern.String()}
	weighted := object{
		"type": "object", "properties": object{"path": path, "weight": object{"type": "number", "exclusiveMinimum": 0, "maximum": maxCount}},
		"required": []string{"path"}, "additionalProperties": false,
	}
	return object{"anyOf": []object{path, {"type": "array", "minItems": 1, "items": object{"anyOf": []object{path, weighted}}}}}
}
