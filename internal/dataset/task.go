package dataset

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// A Task is a kind of exercise.
type Task string

// The tasks.
const (
	Write    Task = "write"    // the function that is described
	Complete Task = "complete" // the statements that are missing in a function
	Extend   Task = "extend"   // the function that a file lacks
	Fix      Task = "fix"      // the function as it was before it was broken
	Convert  Task = "convert"  // the function in the dialect of today
	Explain  Task = "explain"  // prose about a function
	Review   Task = "review"   // what is good and what could be better in a function
)

// tasks lists them in the order in which reports name them.
var tasks = []Task{Write, Complete, Extend, Fix, Convert, Explain, Review}

// teacherWrites reports whether the output of the task is the teacher's. That of all others is the code as its author wrote it.
func (t Task) teacherWrites() bool { return t == Explain || t == Review }

// teacherAsked reports whether a teacher words the task, where there is one. The others need nobody.
func (t Task) teacherAsked() bool { return t != Complete && t != Convert }

// promptVersion changes with the wording of instructions.
const promptVersion = 2

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

// share is a number in [0, 1).
func (s seed) share(keys ...string) float64 { return float64(s.number(keys...)>>11) / (1 << 53) }

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

	extendOpenings = []string{
		"Here is the code of {setting}. It still lacks the function `{name}`.",
		"This code of {setting} needs one more function, `{name}`:",
		"Extend this code of {setting} by the function `{name}`:",
	}
	codeLeads = []string{"The code so far:", "What is there:", "The file:"}

	fixOpenings = []string{
		"There is a mistake in this function of {setting}. Find it and correct it.",
		"This function of {setting} does not do what it should. Repair it.",
		"Something is wrong with `{name}` in {setting}.",
		"Debug `{name}`, which belongs to {setting}.",
	}
	fixClosings = []string{
		"Answer with the corrected function only.",
		"Reply with the whole function, corrected, and nothing else.",
		"Only the repaired function, please. Change nothing but the mistake.",
	}
	convertOpenings = []string{
		"Convert this function from {from} to {to}.",
		"Port this code, written for {from}, to {to}:",
		"This is code for {from}. Rewrite it for {to}.",
		"Bring `{name}` from {from} up to {to}:",
	}
	convertClosings = []string{"Answer with the converted function only.", "Reply with the new code and nothing else.", "Only the converted function, please."}

	explainOpenings = []string{
		"Explain what this function of {setting} does and how:",
		"How does `{name}` in {setting} work?",
		"Walk me through `{name}`. It belongs to {setting}.",
		"What is this function of {setting} for, and what should I know before I change it?",
	}
	reviewOpenings = []string{
		"Review this function of {setting}:",
		"Please look over `{name}`, which belongs to {setting}. What is good, what would you change?",
		"Code review, please: a function of {setting}.",
	}
)

// picker picks wordings for a unit.
func (u *unit) picker(s seed) func(from []string, what string) string {
	return func(from []string, what string) string { return s.pick(from, u.sum, u.file.Path, what) }
}

// writeInstruction asks for the function that a comment describes.
func (u *unit) writeInstruction(s seed) string {
	pick := u.picker(s)
	parts := []string{
		u.fill(pick(writeOpenings, "opening")),
		pick(descriptionLeads, "description") + "\n\n" + u.described,
		pick(signatureLeads, "signature") + "\n\n" + u.fence(u.Signature),
	}
	return joinParts(append(parts, u.contextPart(pick(contextLeads, "context")), pick(writeClosings, "closing")))
}

// requestInstruction asks for the function in the words of the teacher. Signature and declarations are put beside them where the
// words alone leave open what the function is called or what it may use.
func (u *unit) requestInstruction(s seed) string {
	pick := u.picker(s)
	parts := []string{u.request}
	if lacks(u.request, u.interfaceNames()) {
		parts = append(parts, pick(signatureLeads, "signature")+"\n\n"+u.fence(u.Signature))
	}
	if lacks(joinParts(parts), u.usedNames()) {
		parts = append(parts, u.contextPart(pick(contextLeads, "context")))
	}
	return joinParts(append(parts, pick(writeClosings, "closing")))
}

// completeInstruction asks for what is missing.
func (u *unit) completeInstruction(s seed) string {
	pick := u.picker(s)
	code := u.commented() + u.gap.before + u.gap.indent + u.marker() + u.gap.after
	parts := []string{u.fill(pick(completeOpenings, "opening")), u.fence(code)}
	return joinParts(append(parts, u.contextPart(pick(contextLeads, "context")), pick(completeClosings, "closing")))
}

// The control tokens of Qwen's coder models around what is before, after and in the middle.
const fimPrefix, fimSuffix, fimMiddle = "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"

// fimInstruction asks for what is missing as editors do.
func (u *unit) fimInstruction() string {
	return fimPrefix + u.commented() + u.gap.before + fimSuffix + u.gap.after + fimMiddle
}

// extendInstruction asks for the function that the file shown lacks.
func (u *unit) extendInstruction(s seed) string {
	pick := u.picker(s)
	lead, words := u.fill(pick(extendOpenings, "opening")), pick(descriptionLeads, "description")+"\n\n"+u.described
	if u.request != "" {
		lead, words = pick(codeLeads, "opening"), u.request
	}
	parts := []string{lead, u.fence(u.around), words}
	if lacks(u.request, u.interfaceNames()) {
		parts = append(parts, pick(signatureLeads, "signature")+"\n\n"+u.fence(u.Signature))
	}
	return joinParts(append(parts, pick(writeClosings, "closing")))
}

// fixInstruction asks for the function as it was before it was broken.
func (u *unit) fixInstruction(s seed) string {
	pick := u.picker(s)
	opening := u.fill(pick(fixOpenings, "opening"))
	if u.request != "" {
		opening = u.request
	} else {
		opening += " " + u.bug.hint() // without it there can be more than one right answer
	}
	return joinParts([]string{opening, u.fence(u.commented() + u.bug.code), u.contextPart(pick(contextLeads, "context")), pick(fixClosings, "closing")})
}

// convertInstruction asks for the function in the dialect of today.
func (u *unit) convertInstruction(s seed) string {
	pick := u.picker(s)
	return joinParts([]string{u.fill(pick(convertOpenings, "opening")), u.fence(u.old.Code), pick(convertClosings, "closing")})
}

// aboutInstruction asks for prose about the function.
func (u *unit) aboutInstruction(s seed, openings []string) string {
	pick := u.picker(s)
	return joinParts([]string{u.fill(pick(openings, "opening")), u.fence(u.commented() + u.code), u.contextPart(pick(contextLeads, "context"))})
}

// compose makes instruction and output of the unit's task.
func (u *unit) compose(s seed, fim float64) {
	u.output, u.outputTokens = u.code, u.tokens
	switch u.task {
	case Write:
		if u.instruction = u.requestInstruction(s); u.request == "" {
			u.instruction = u.writeInstruction(s)
		}
	case Complete:
		u.output, u.outputTokens = u.gap.text, u.gap.tokens
		if u.instruction = u.completeInstruction(s); s.share(u.sum, u.file.Path, "fim") < fim {
			u.instruction, u.fim = u.fimInstruction(), true
		}
	case Extend:
		u.instruction = u.extendInstruction(s)
	case Fix:
		u.instruction = u.fixInstruction(s)
	case Convert:
		u.instruction = u.convertInstruction(s)
	case Explain:
		u.instruction, u.output = u.aboutInstruction(s, explainOpenings), u.answer
	case Review:
		u.instruction, u.output = u.aboutInstruction(s, reviewOpenings), u.answer
	}
}

// fill puts names into a sentence.
func (u *unit) fill(sentence string) string {
	from, to := "", ""
	if u.old != nil {
		from, to = u.old.From, u.old.To
	}
	return strings.NewReplacer("{name}", u.Name, "{setting}", u.Setting, "{marker}", u.marker(), "{from}", from, "{to}", to).Replace(sentence)
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

// fence puts code between the backticks of Markdown.
func (u *unit) fence(code string) string { return fenced(u.language.Fence, code) }

// fenced puts text between backticks, more of them than the text has in a row, so that no text ends its fence.
func fenced(language, text string) string {
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	return ticks + language + "\n" + strings.Trim(text, "\n") + "\n" + ticks
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
