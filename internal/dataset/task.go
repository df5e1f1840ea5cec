package dataset

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// A Task is a kind of exercise.
type Task string

// The tasks that need no teacher.
const (
	Write    Task = "write"    // the function that a comment describes
	Complete Task = "complete" // the statements that are missing in a function
)

// tasks lists them in the order in which reports name them.
var tasks = []Task{Write, Complete}

// promptVersion changes with the wording of instructions.
const promptVersion = 1

// A seed decides what is left to chance. The same seed and key give the same decision.
type seed uint64

// number returns a number that depends on the seed and the keys alone.
func (s seed) number(keys ...string) uint64 {
	return xxhash.Sum64String(fmt.Sprintf("%d\x00%s", s, strings.Join(keys, "\x00")))
}

// pick returns one of several strings.
func (s seed) pick(from []string, keys ...string) string {
	return from[s.number(keys...)%uint64(len(from))]
}

var (
	writeOpenings = []string{
		"Write the function `{name}` for {setting}.",
		"Implement `{name}` in {setting}.",
		"I need the function `{name}` in {setting}.",
		"Please write `{name}` for {setting}.",
		"Add the function `{name}` to {setting}.",
	}
	descriptionLeads = []string{
		"What it does:",
		"It is described like this:",
		"Its description:",
		"This is what it has to do:",
	}
	signatureLeads = []string{"Signature:", "Use this signature:", "It starts like this:"}
	contextLeads   = []string{"The code around it has:", "These are already there:", "It can use what is declared around it:"}
	writeClosings  = []string{"Answer with the function only.", "Reply with the code of the function and nothing else.", "Only the function, please."}

	completeOpenings = []string{
		"Code is missing at `{marker}` in this function of {setting}:",
		"Fill in what belongs at `{marker}`. The function is part of {setting}.",
		"Complete this function of {setting}: write the code that `{marker}` stands for.",
		"Which code belongs in the place of `{marker}`? The function belongs to {setting}.",
	}
	completeClosings = []string{
		"Answer with the missing lines only, indented as in the code.",
		"Reply with nothing but the lines that replace the marker, with their indentation.",
		"Only the missing lines, please, indented to fit.",
	}
)

// writeInstruction asks for the function.
func (u *unit) writeInstruction(s seed) string {
	pick := func(from []string, what string) string { return s.pick(from, u.sum, u.file.Path, what) }
	parts := []string{
		u.fill(pick(writeOpenings, "opening"), ""),
		pick(descriptionLeads, "description") + "\n\n" + u.described,
		pick(signatureLeads, "signature") + "\n\n" + u.fence(u.Signature),
	}
	return joinParts(append(parts, u.contextPart(pick(contextLeads, "context")), pick(writeClosings, "closing")))
}

// completeInstruction asks for what is missing.
func (u *unit) completeInstruction(s seed) string {
	pick := func(from []string, what string) string { return s.pick(from, u.sum, u.file.Path, what) }
	code := u.commented() + u.gap.before + u.gap.indent + u.marker() + u.gap.after
	parts := []string{u.fill(pick(completeOpenings, "opening"), u.marker()), u.fence(code)}
	return joinParts(append(parts, u.contextPart(pick(contextLeads, "context")), pick(completeClosings, "closing")))
}

// record returns the instruction and the output of the unit's task.
func (u *unit) record(s seed) (instruction, output string) {
	if u.task == Write {
		return u.writeInstruction(s), u.code
	}
	return u.completeInstruction(s), u.gap.text
}

// fill puts names into a sentence.
func (u *unit) fill(sentence, marker string) string {
	return strings.NewReplacer("{name}", u.Name, "{setting}", u.Setting, "{marker}", marker).Replace(sentence)
}

// marker is the comment that stands for missing code.
func (u *unit) marker() string { return u.language.Comment + " [missing code]" }

// commented returns the comment above the function as lines of code, if it describes the function.
func (u *unit) commented() string {
	if u.described == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.SplitSeq(u.Comment, "\n") {
		b.WriteString(strings.TrimRight(u.language.Comment+" "+line, " ") + "\n")
	}
	return b.String()
}

// fence puts code between the backticks of Markdown, more of them than the code has in a row.
func (u *unit) fence(code string) string {
	ticks := "```"
	for strings.Contains(code, ticks) {
		ticks += "`"
	}
	return ticks + u.language.Fence + "\n" + strings.Trim(code, "\n") + "\n" + ticks
}

func (u *unit) contextPart(lead string) string {
	if len(u.context) == 0 {
		return ""
	}
	return lead + "\n\n" + u.fence(strings.Join(u.context, "\n"))
}

// joinParts joins what is not empty as paragraphs.
func joinParts(parts []string) string {
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return strings.Join(full, "\n\n")
}

// keepsLine matches lines that do not go on with the sentence before them.
var keepsLine = regexp.MustCompile(`^(?:\s|[-*+@\\]|\d+[.)]|$)`)

// paragraphs joins the lines of a comment that were only broken to fit a page.
func paragraphs(comment string) string {
	var b strings.Builder
	before := "" // the line before
	for i, line := range strings.Split(comment, "\n") {
		switch {
		case i == 0:
		case keepsLine.MatchString(line) || strings.TrimSpace(before) == "" || strings.HasSuffix(before, ":"):
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimRight(line, " \t"))
		before = line
	}
	return strings.TrimSpace(b.String())
}
