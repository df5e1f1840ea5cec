package dataset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"graft/internal/teacher"
)

// A Report is the result of a build.
type Report struct {
	Domain     string           `json:"domain"`
	Raw        string           `json:"raw,omitempty"`
	Out        string           `json:"out,omitempty"`
	Tokenizer  string           `json:"tokenizer"`
	Seed       uint64           `json:"seed"`
	Files      int              `json:"files"` // read
	Bytes      int64            `json:"bytes"` // of them
	Functions  int              `json:"functions"`
	Components int              `json:"components"` // of files that share nearly the same function, held-out ones aside
	Leak       int              `json:"residual_leak"`
	Surface    string           `json:"api_surface,omitempty"` // version of the API's index
	Gates      []string         `json:"gates,omitempty"`       // checkers of the user's that judged the files
	Splits     []SplitCount     `json:"splits"`
	Tasks      []TaskShare      `json:"tasks"`
	Origins    []Origin         `json:"origins"`
	Rejected   []RejectionCount `json:"rejected"`
	Yield      []FilterYield    `json:"yield"`
	Disabled   []string         `json:"disabled_filters"`
	Notes      []string         `json:"notes"`
	Estimate   *Estimate        `json:"estimate,omitempty"` // of this run
	Spent      *Spending        `json:"spent,omitempty"`    // on what the records are made of, in all runs

	writers string // who wrote what, for the card
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

// A RejectionCount is how much a filter has taken out.
type RejectionCount struct {
	Filter string `json:"filter"`
	Count  int    `json:"count"`
}

// A FilterYield is how much came to a filter that took something out, and how much it let through.
type FilterYield struct {
	Filter string `json:"filter"`
	Of     string `json:"of"` // files, functions, comments or records
	In     int    `json:"in"`
	Out    int    `json:"out"`
	Alone  int    `json:"alone"` // records that no other filter on single records would have taken out
}

// What filters look at.
const (
	levelFile     = "files"
	levelFunction = "functions"
	levelComment  = "comments"
	levelRecord   = "records"
)

// filterLevel returns what a filter looks at.
func filterLevel(name string) string {
	at := slices.IndexFunc(filters, func(f Filter) bool { return f.Name == name })
	from := func(name string) int { return slices.IndexFunc(filters, func(f Filter) bool { return f.Name == name }) }
	switch {
	case at >= from(filterTeacher):
		return levelRecord
	case name == filterNoTask:
		return levelFunction
	case at >= from(filterVagueComment):
		return levelComment
	case at >= from(filterNested):
		return levelFunction
	}
	return levelFile
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

// present lists the tasks that some split has records of.
func present(counts []SplitCount) []Task {
	var some []Task
	for _, t := range tasks {
		if slices.ContainsFunc(counts, func(c SplitCount) bool { return c.Tasks[t] > 0 }) {
			some = append(some, t)
		}
	}
	return some
}

// SplitTable shows sizes of splits, in Markdown.
func SplitTable(counts []SplitCount) string {
	some := present(counts)
	var head, rule strings.Builder
	for _, t := range some {
		fmt.Fprintf(&head, " %s |", t)
		fmt.Fprintf(&rule, "%s:|", strings.Repeat("-", len(t)+1))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| split   | records |%s files | output tokens |\n|---------|--------:|%s------:|--------------:|\n", head.String(), rule.String())
	for _, c := range counts {
		fmt.Fprintf(&b, "| %-7s | %7d |", c.Split, c.Records)
		for _, t := range some {
			fmt.Fprintf(&b, " %*d |", len(t), c.Tasks[t])
		}
		fmt.Fprintf(&b, " %5d | %13d |\n", c.Files, c.Tokens)
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

// YieldTable shows what came to each filter and what it let through, in Markdown.
func YieldTable(yield []FilterYield) string {
	var b strings.Builder
	b.WriteString("| filter           | of        |      in |     out | alone | what it takes out |\n|------------------|-----------|--------:|--------:|------:|-------------------|\n")
	for _, y := range yield {
		alone := ""
		if y.Of == levelRecord && y.Alone > 0 {
			alone = fmt.Sprint(y.Alone)
		}
		fmt.Fprintf(&b, "| %-16s | %-9s | %7d | %7d | %5s | %s |\n", y.Filter, y.Of, y.In, y.Out, alone, filterByName(y.Filter).Doc)
	}
	return b.String()
}

// A LengthRow holds the lengths of the records of a split, in tokens of the base model.
type LengthRow struct {
	Split  Split  `json:"split"`
	Of     string `json:"of"` // instruction or output
	Median int    `json:"p50"`
	High   int    `json:"p90"`
	Most   int    `json:"max"`
	Total  int    `json:"total"`
}

// lengths measures a list of numbers.
func lengths(s Split, of string, n []int) LengthRow {
	slices.Sort(n)
	row := LengthRow{Split: s, Of: of}
	for _, x := range n {
		row.Total += x
	}
	if len(n) > 0 {
		row.Median, row.High, row.Most = n[len(n)/2], n[len(n)*9/10], n[len(n)-1]
	}
	return row
}

// LengthTable shows lengths, in Markdown.
func LengthTable(rows []LengthRow) string {
	var b strings.Builder
	b.WriteString("| split   | tokens of   |   p50 |   p90 |   max |     total |\n|---------|-------------|------:|------:|------:|----------:|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %-7s | %-11s | %5d | %5d | %5d | %9d |\n", r.Split, r.Of, r.Median, r.High, r.Most, r.Total)
	}
	return b.String()
}

// A LicenceRow counts records by licence.
type LicenceRow struct {
	Licence string `json:"licence"`
	Records int    `json:"records"`
}

// countLicences counts records by licence, most first.
func countLicences(all map[Split][]Meta) []LicenceRow {
	n := map[string]int{}
	for _, metas := range all {
		for _, m := range metas {
			n[m.licence()]++
		}
	}
	rows := []LicenceRow{}
	for l, k := range n {
		rows = append(rows, LicenceRow{l, k})
	}
	slices.SortFunc(rows, func(a, b LicenceRow) int { return cmp.Or(b.Records-a.Records, strings.Compare(a.Licence, b.Licence)) })
	return rows
}

// licence names the licence of a record.
func (m *Meta) licence() string { return cmp.Or(m.License, "none found") }

// shares is how the tasks are mixed.
func (r *Report) shares() string {
	var parts []string
	for _, t := range r.Tasks {
		parts = append(parts, fmt.Sprintf("%s %.0f %% (asked for: %.0f %%)", t.Task, 100*t.Got, 100*t.Wanted))
	}
	return strings.Join(parts, ", ")
}

// Summary is the result of the build in a few lines.
func (r *Report) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d functions in %d files, %d components, seed %d\n", r.Functions, r.Files, r.Components, r.Seed)
	fmt.Fprintf(&b, "tasks: %s\n", r.shares())
	fmt.Fprintf(&b, "tokens counted with %s\n", r.Tokenizer)
	if r.Surface != "" {
		fmt.Fprintf(&b, "API: %s\n", r.Surface)
	}
	if r.Estimate != nil && r.Spent == nil {
		fmt.Fprintf(&b, "%s\n", r.Estimate)
	}
	if r.Spent != nil {
		fmt.Fprintf(&b, "%s\n", r.Spent)
	}
	if len(r.Splits) > 0 {
		fmt.Fprintf(&b, "residual leak: %d pairs of nearly the same function in different splits\n", r.Leak)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	if len(r.Splits) > 0 {
		fmt.Fprintf(&b, "\n%s", SplitTable(r.Splits))
	}
	if len(r.Yield) > 0 {
		fmt.Fprintf(&b, "\n%s", YieldTable(r.Yield))
	}
	return b.String()
}

// String is what the teacher was asked and paid, in one line.
func (s *Spending) String() string {
	text := fmt.Sprintf("%s %s answered %d of %d questions", s.Teacher, s.Model, s.Requests-s.Failed, s.Requests)
	if s.Usage != (teacher.Usage{}) {
		text += fmt.Sprintf(": %d tokens in, %d out, $%.4f", s.Usage.Prompt(), s.Usage.Output, s.Cost)
	}
	return text
}

// cardMark begins every card. It tells a folder that a build may write to again.
const cardMark = "<!-- Written by graft dataset build, which replaces the files that are listed here. -->\n"

// taskDocs say what records of a task are.
var taskDocs = map[Task]string{
	Write:    "the instruction asks for a function; the output is the function",
	Complete: "the instruction shows a function in which statements are missing; the output is these statements",
	Extend:   "the instruction shows a file and asks for a function that it lacks; the output is the function",
	Fix:      "the instruction shows a function that was broken in one place by rule; the output is the function as it was",
	Convert:  "the instruction shows the function in another dialect, rewritten by rule; the output is the function",
	Explain:  "the instruction shows a function; the output is the teacher's explanation",
	Review:   "the instruction shows a function; the output is the teacher's review",
}

// card is the text of DATASET.md, without the list of files.
func (r *Report) card() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# Dataset: %s\n\n", cardMark, r.Domain)
	b.WriteString("Records of instruction and output, made from source code.\n\n")
	for _, t := range present(r.Splits) {
		fmt.Fprintf(&b, "- `%s`: %s.\n", t, taskDocs[t])
	}
	fmt.Fprintf(&b, "\n%d functions were found in %d files (%d bytes). Files that share nearly the same function form a component, of which there\n"+
		"are %d; no component is divided between train, dev (`%s`) and test. Residual leak: %d pairs of nearly the same function in different splits.\n\n",
		r.Functions, r.Files, r.Bytes, r.Components, Dev.File(), r.Leak)
	fmt.Fprintf(&b, "- prompt version %d; seed %d\n- tasks: %s\n- tokens counted with %s\n", promptVersion, r.Seed, r.shares(), r.Tokenizer)
	if len(r.Gates) > 0 {
		fmt.Fprintf(&b, "- files were judged by %s too\n", strings.Join(r.Gates, ", "))
	}
	if r.Surface != "" {
		fmt.Fprintf(&b, "- API: %s\n", r.Surface)
	}
	if len(r.Disabled) > 0 {
		fmt.Fprintf(&b, "- disabled filters: %s\n", strings.Join(r.Disabled, ", "))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	b.WriteString("\n## Who wrote what\n\n" + r.writers)
	fmt.Fprintf(&b, "\n## Records\n\n%s", SplitTable(r.Splits))
	if len(r.Yield) > 0 {
		fmt.Fprintf(&b, "\n## Taken out\n\nEach case with its reason stands in `%s`. A comment that was taken out does not describe its function any more.\n"+
			"`alone` counts the records that would be there without this one filter.\n\n%s", rejectedFile, YieldTable(r.Yield))
	}
	fmt.Fprintf(&b, "\n## Licences\n\n%s", r.origins())
	return b.String()
}

// writersOf reports who wrote the tokens of the records, and what follows from it.
func (b *builder) writersOf(metas []Meta) string {
	var human, taught, asked, wrote int
	for _, m := range metas {
		if m.Writer == writerTeacher {
			taught += m.OutputTokens
			wrote++
		} else {
			human += m.OutputTokens
		}
		if m.Teacher != teacherNone {
			asked++
		}
	}
	var s strings.Builder
	fmt.Fprintf(&s, "- outputs, which are trained on: %d tokens by the authors of the code", human)
	if taught > 0 {
		fmt.Fprintf(&s, ", %d tokens in %d records by the teacher (%s)", taught, wrote, b.options.Teacher.Model)
	}
	s.WriteString("\n- instructions: put together from comments, signatures and declarations")
	t := b.options.Teacher
	if t == nil {
		return s.String() + "\n- teacher: none\n"
	}
	fmt.Fprintf(&s, ", in %d records in the teacher's words\n- teacher: %s, model %s, prompts %s\n- %d of %d questions answered\n", asked-wrote, t.Name, t.Model, b.prompts.hash,
		b.report.Spent.Requests-b.report.Spent.Failed, b.report.Spent.Requests)
	if t.Terms != "" {
		fmt.Fprintf(&s, "- terms: %s\n", t.Terms)
	}
	return s.String()
}
