package config

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Select returns the settings of the keys and sections named, in table order; all of them when none is named.
func (c *Config) Select(names ...string) ([]Setting, error) {
	var problems Problems
	for _, name := range names {
		if table.byKey[name] == nil && !table.isSection(name) {
			problems = append(problems, Problem{Key: shorten(name), Message: "unknown key" + didYouMean(Suggest(name))})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	wanted := func(s Setting) bool {
		return len(names) == 0 || slices.Contains(names, s.Key) || slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(s.Key, n+".") })
	}
	return slices.DeleteFunc(c.Settings(), func(s Setting) bool { return !wanted(s) }), nil
}

// YAML writes settings, in table order, as a file that loads to the same values, with the origin of each in a comment.
func YAML(settings []Setting) string {
	var lines [][2]string // text, comment
	section := ""
	for _, s := range settings {
		opt := table.byKey[s.Key]
		if opt.section() != section {
			lines = append(lines, openSections(section, opt.section())...)
			section = opt.section()
		}
		lines = append(lines, s.yaml(opt)...)
	}
	return alignComments(lines)
}

// openSections are the lines that lead from one section to the next.
func openSections(from, to string) [][2]string {
	if to == "" || strings.HasPrefix(from+".", to+".") {
		return nil
	}
	outer, name := splitKey(to)
	return append(openSections(from, outer), [2]string{strings.Repeat("  ", depth(to)) + name + ":"})
}

// yaml returns the lines of one setting.
func (s *Setting) yaml(opt *option) [][2]string {
	indent := strings.Repeat("  ", depth(opt.key))
	if len(s.Entries) > 0 {
		lines := [][2]string{{indent + opt.name() + ":"}}
		for _, e := range s.Entries {
			lines = append(lines, [2]string{indent + "  " + yamlString(e.Key) + ": " + yamlText(opt, e.Value, false), e.Origin.String()})
		}
		return lines
	}
	value, comment := s.Value, s.Origin.String()
	if s.waiting {
		value, comment = s.raw, comment+", waits for a domain"
	}
	return [][2]string{{indent + opt.name() + ": " + yamlText(opt, value, !s.waiting), comment}}
}

// alignComments puts the comments in one column, but for lines that are much longer than the rest.
func alignComments(lines [][2]string) string {
	const most = 72
	width := 0
	for _, l := range lines {
		if n := len(l[0]); n <= most {
			width = max(width, n)
		}
	}
	var b strings.Builder
	for _, l := range lines {
		if l[1] == "" {
			b.WriteString(l[0] + "\n")
		} else {
			fmt.Fprintf(&b, "%-*s  # %s\n", width, l[0], l[1])
		}
	}
	return b.String()
}

// yamlText writes a value in one line. expanded says that placeholders are expanded in it, so that braces are text.
func yamlText(opt *option, value any, expanded bool) string {
	text := func(s string) string {
		if expanded {
			s = protect(s)
		}
		return yamlString(s)
	}
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return text(v)
	case float64:
		return formatFloat(v)
	case DataFiles:
		return v.yaml(text)
	case []string:
		if len(v) == 1 && slices.Contains(opt.values, v[0]) {
			return v[0]
		}
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = text(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]int, map[string]float64:
		return "{}" // entries have lines of their own
	}
	return fmt.Sprint(value)
}

// plain matches strings that need no quotes in YAML, but for the words that mean something else.
var plain = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./@+-]*$`)

// yamlString quotes s where YAML needs it. Go's quoting is a part of YAML's.
func yamlString(s string) string {
	reserved := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plain.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(s)
}

// MarshalJSON writes key, value and origin; a value that waits for a domain is written as it stands, with "waiting".
func (s Setting) MarshalJSON() ([]byte, error) {
	value := s.Value
	if s.waiting {
		value = s.raw
	}
	return json.Marshal(struct {
		Key     string    `json:"key"`
		Value   any       `json:"value"`
		Waiting bool      `json:"waiting,omitempty"`
		From    string    `json:"from"`
		Origin  Origin    `json:"origin"`
		Entries []Setting `json:"entries,omitempty"`
	}{s.Key, value, s.waiting, s.Origin.String(), s.Origin, s.Entries})
}
