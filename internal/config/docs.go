package config

import (
	_ "embed" // for intro.md
	"fmt"
	"strings"
)

// intro opens the reference page: what holds for all keys.
//
//go:embed intro.md
var intro string

// Docs returns the reference page, in Markdown.
func Docs() string {
	var b strings.Builder
	b.WriteString(intro)
	b.WriteString("\n## Rules on several keys\n\nChecked, as everything is, before any work.\n\n")
	for _, r := range crossRules {
		b.WriteString("- " + r.doc + "\n")
	}
	b.WriteString("\n## Top level\n\n" + tableHead)
	b.WriteString("| `extends` | file or list of files | | `base.yaml` | Files whose settings this one starts from. | |\n")
	writeRows(&b, "")
	for _, section := range table.sections {
		b.WriteString("\n## " + section + "\n\n" + tableHead)
		writeRows(&b, section)
	}
	return b.String()
}

const tableHead = "| key | value | default | for example | meaning | read by |\n|---|---|---|---|---|---|\n"

func writeRows(b *strings.Builder, section string) {
	for i := range options {
		opt := &options[i]
		if opt.section() != section {
			continue
		}
		readers := strings.Join(opt.stages, ", ")
		if len(opt.engines) > 0 {
			readers += "; engines " + strings.Join(opt.engines, ", ")
		}
		cells := []string{"`" + opt.key + "`", opt.typeText(), "`" + opt.def + "`", "`" + opt.example + "`", opt.doc, readers}
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
}

// BaseFile returns config/base.yaml: every key with its default and meaning, for other files to extend.
func BaseFile() string {
	const comments = 44 // column of the comments; longer lines have theirs above
	var b strings.Builder
	b.WriteString("# Every key with its default; the files beside this one extend it. Reference: graft config docs.\n")
	section, indent := "", ""
	for _, opt := range options {
		if opt.key == "domain" {
			continue // what the other files are for
		}
		if opt.section() != section {
			section = opt.section()
			indent = strings.Repeat("  ", depth(opt.key))
			if _, name := splitKey(section); name != "" {
				b.WriteString(strings.Repeat("  ", depth(section)) + name + ":\n")
			}
		}
		doc := opt.doc
		if len(opt.values) > 0 && !opt.kind.isMap() {
			doc = opt.typeText() + ". " + doc
		}
		line := indent + opt.name() + ": " + opt.def
		if len(line) < comments {
			fmt.Fprintf(&b, "%-*s# %s\n", comments, line, doc)
		} else {
			fmt.Fprintf(&b, "%s# %s\n%s\n", indent, doc, line)
		}
	}
	return b.String()
}
