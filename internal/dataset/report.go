package dataset

import (
	"fmt"
	"strings"
)

// A Report says what a build has come to.
type Report struct {
	Domain     string           `json:"domain"`
	Raw        string           `json:"raw"`
	Out        string           `json:"out"`
	Tokenizer  string           `json:"tokenizer"`
	Seed       uint64           `json:"seed"`
	Files      int              `json:"files"` // read
	Bytes      int64            `json:"bytes"` // of them
	Functions  int              `json:"functions"`
	Components int              `json:"components"` // of files that share nearly the same function, held-out ones aside
	Splits     []SplitCount     `json:"splits"`
	Tasks      []TaskShare      `json:"tasks"`
	Origins    []Origin         `json:"origins"`
	Rejected   []RejectionCount `json:"rejected"`
	Disabled   []string         `json:"disabled_filters"`
	Notes      []string         `json:"notes"`
}

// A SplitCount is the size of a split.
type SplitCount struct {
	Split   Split        `json:"split"`
	Records int          `json:"records"`
	Files   int          `json:"files"` // that they come from
	Tasks   map[Task]int `json:"tasks"`
	Tokens  int          `json:"output_tokens"`
}

// A TaskShare compares the share of a task with the one asked for.
type TaskShare struct {
	Task     Task    `json:"task"`
	Wanted   float64 `json:"wanted"`
	Got      float64 `json:"got"`
	Examples int     `json:"records"`
}

// A RejectionCount says how much a filter has taken out.
type RejectionCount struct {
	Filter string `json:"filter"`
	Count  int    `json:"count"`
}

// countRejections counts by filter, in the order in which they are applied.
func countRejections(all []Rejection) []RejectionCount {
	n := map[string]int{}
	for _, r := range all {
		n[r.Filter]++
	}
	counts := []RejectionCount{}
	for _, f := range filters {
		if n[f.Name] > 0 {
			counts = append(counts, RejectionCount{f.Name, n[f.Name]})
		}
	}
	return counts
}

func countSplit(s Split, metas []Meta) SplitCount {
	c := SplitCount{Split: s, Records: len(metas), Tasks: map[Task]int{}}
	files := map[string]bool{}
	for _, m := range metas {
		files[m.Path] = true
		c.Tasks[m.Task]++
		c.Tokens += m.OutputTokens
	}
	c.Files = len(files)
	return c
}

// SplitTable shows sizes of splits, in Markdown.
func SplitTable(counts []SplitCount) string {
	var b strings.Builder
	b.WriteString("| split   | records | write | complete | files | output tokens |\n|---------|--------:|------:|---------:|------:|--------------:|\n")
	for _, c := range counts {
		fmt.Fprintf(&b, "| %-7s | %7d | %5d | %8d | %5d | %13d |\n", c.Split, c.Records, c.Tasks[Write], c.Tasks[Complete], c.Files, c.Tokens)
	}
	return b.String()
}

// RejectionTable shows what each filter has taken out, in Markdown.
func RejectionTable(counts []RejectionCount) string {
	var b strings.Builder
	b.WriteString("| filter           | taken out | what it takes out |\n|------------------|----------:|-------------------|\n")
	for _, c := range counts {
		fmt.Fprintf(&b, "| %-16s | %9d | %s |\n", c.Filter, c.Count, filterByName(c.Filter).Doc)
	}
	return b.String()
}

// shares says how the tasks are mixed.
func (r *Report) shares() string {
	var parts []string
	for _, t := range r.Tasks {
		parts = append(parts, fmt.Sprintf("%s %.0f %% (asked for: %.0f %%)", t.Task, 100*t.Got, 100*t.Wanted))
	}
	return strings.Join(parts, ", ")
}

// Summary says in a few lines what the build has come to.
func (r *Report) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d functions in %d files, %d components, seed %d\n", r.Functions, r.Files, r.Components, r.Seed)
	fmt.Fprintf(&b, "tasks: %s\n", r.shares())
	fmt.Fprintf(&b, "tokens counted with %s\n", r.Tokenizer)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	fmt.Fprintf(&b, "\n%s", SplitTable(r.Splits))
	if len(r.Rejected) > 0 {
		fmt.Fprintf(&b, "\n%s", RejectionTable(r.Rejected))
	}
	return b.String()
}

// cardMark begins every card. It tells a folder that a build may write to again.
const cardMark = "<!-- Written by graft dataset build, which replaces the files that are listed here. -->\n"

// card is the text of DATASET.md, without the list of files.
func (r *Report) card() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# Dataset: %s\n\n", cardMark, r.Domain)
	fmt.Fprintf(&b, "Records of instruction and output, made from source code without a teacher: every output is the code as its author\nwrote it, "+
		"every instruction is put together from comments, signatures and declarations.\n\n"+
		"- `%s`: the instruction describes a function by its comment, signature and setting; the output is the function.\n"+
		"- `%s`: the instruction shows a function in which statements are missing; the output is these statements.\n\n", Write, Complete)
	fmt.Fprintf(&b, "%d functions were found in %d files (%d bytes). Files that share nearly the same function form a component, of which there\n"+
		"are %d; no component is divided between train, dev (`%s`) and test. No record of one split nearly equals one of another.\n\n",
		r.Functions, r.Files, r.Bytes, r.Components, Dev.File())
	fmt.Fprintf(&b, "- teacher: none; prompt version %d; seed %d\n- tasks: %s\n- tokens counted with %s\n", promptVersion, r.Seed, r.shares(), r.Tokenizer)
	if len(r.Disabled) > 0 {
		fmt.Fprintf(&b, "- disabled filters: %s\n", strings.Join(r.Disabled, ", "))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	fmt.Fprintf(&b, "\n## Records\n\n%s", SplitTable(r.Splits))
	if len(r.Rejected) > 0 {
		fmt.Fprintf(&b, "\n## Taken out\n\nEach case with its reason stands in `%s`. A comment that was taken out leaves its function to the task `%s`.\n\n%s",
			rejectedFile, Complete, RejectionTable(r.Rejected))
	}
	fmt.Fprintf(&b, "\n## Licences\n\n%s", r.origins())
	return b.String()
}
