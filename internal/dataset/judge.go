package dataset

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset/neardup"
)

// A judge returns the reason why a record is to be left out, "" if it may stay.
type judge struct {
	filter string
	of     func(b *builder, u *unit) string
}

// judges are the filters that look at one record at a time, in their order.
var judges = []judge{
	{filterChatter, (*builder).chatter},
	{filterRequest, (*builder).requestLength},
	{filterLeak, (*builder).answerLeak},
	{filterUngrounded, (*builder).ungrounded},
	{filterUnder, (*builder).underSpecified},
	{filterPersonal, (*builder).personal},
	{filterOutput, (*builder).outputSyntax},
}

// judgeRecords composes the records and takes out those that are not what they should be.
func (b *builder) judgeRecords() error {
	for _, u := range b.units {
		u.compose(seed(b.options.Seed), b.options.FIM)
		if u.task.teacherWrites() {
			u.outputTokens = b.options.CountTokens(u.output)
		}
	}
	b.authors = authors(b.files)
	verdicts := map[*unit][]string{} // one for each judge
	all := make([][]string, len(b.units))
	b.options.Pool.Ranges(len(b.units), 16, func(_, lo, hi int) {
		for i, u := range b.units[lo:hi] {
			for _, j := range judges {
				all[lo+i] = append(all[lo+i], j.of(b, u))
			}
		}
	})
	for i, u := range b.units {
		verdicts[u] = all[i]
	}
	b.countAlone(verdicts)
	for k, j := range judges {
		b.keepRecords(j.filter, func(u *unit) string { return verdicts[u][k] })
	}
	b.dropAlike()
	if err := b.decontaminate(); err != nil {
		return err
	}
	return nil
}

// countAlone counts for each judge the records that it alone takes out: what would be won by disabling it.
func (b *builder) countAlone(verdicts map[*unit][]string) {
	for _, v := range verdicts {
		only, n := "", 0
		for k, why := range v {
			if why != "" && !b.off[judges[k].filter] {
				only = judges[k].filter
				n++
			}
		}
		if n == 1 {
			b.alone[only]++
		}
	}
}

// keepRecords takes out the units for which judge gives a reason, unless the filter is disabled.
func (b *builder) keepRecords(filter string, judge func(u *unit) string) {
	b.keep(func(_ int, u *unit) (string, string) {
		if why := judge(u); why != "" {
			return filter, why
		}
		return "", ""
	})
}

// words of the teacher: the request, or the answer.
func (u *unit) taught() string { return u.request + u.answer }

var (
	chatter = regexp.MustCompile(`(?i)^(?:sure|certainly|of course|absolutely|great question|here(?:'s| is| are)\b|okay|i(?:'m| am) sorry|i can(?:no|')t|as an ai|thank)|` +
		`\bas an ai\b|\blanguage model\b|\bi(?:'m| am) unable to\b|\b(?:let me know|hope this helps|feel free)\b|<think>|</think>`)
	aboutCode  = regexp.MustCompile(`(?i)\b(?:the|this) (?:code|function|snippet|method) (?:above|below)\b|\bthis snippet\b|\bthe (?:given|provided|following) (?:code|function|snippet)\b|\boriginal (?:code|implementation)\b`)
	codeFence  = regexp.MustCompile("```|~~~")
	emailOrURL = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[a-z]{2,}\b`)
	homePath   = regexp.MustCompile(`(?:^|[\s"'(` + "`" + `])(?:/(?:home|Users|root|mnt|tmp|var)/|[A-Za-z]:\\)[\w.\\/-]+`)
	authorNote = regexp.MustCompile(`(?im)^\W*(?:@?author|written by|created by)s?\b\s*:?\s*([\p{L}][\p{L}\p{N} ._-]{2,40})`)
)

// chatter takes out text that a model addresses to a person and that is no part of the task.
func (b *builder) chatter(u *unit) string {
	if m := chatter.FindString(u.taught()); m != "" {
		return "it says: " + firstLine(m)
	}
	if m := aboutCode.FindString(u.request); m != "" && u.task == Write {
		return "it speaks of code that is not shown: " + m
	}
	return ""
}

// requestLength takes out requests that are too short to say anything, and ones that tell the whole code.
func (b *builder) requestLength(u *unit) string {
	const fewest, most = 5, 400
	if u.request == "" {
		return ""
	}
	if n := len(strings.Fields(u.request)); n < fewest || n > most {
		return fmt.Sprintf("the request has %d words, expected %d to %d", n, fewest, most)
	}
	return ""
}

// answerLeak takes out requests that hold part of the answer.
func (b *builder) answerLeak(u *unit) string {
	if u.task == Fix || u.task.teacherWrites() {
		return b.betrays(u)
	}
	if u.request == "" {
		return ""
	}
	if codeFence.MatchString(u.request) {
		return "the request has fenced code"
	}
	const longest, share, gram = 12, 0.25, 5 // tokens in a row; of the answer's n-grams; n
	body := u.code[min(u.bodyOffset(), len(u.code)):]
	asked, answer := identifiers.FindAllString(u.request, -1), identifiers.FindAllString(body, -1)
	if n, at := longestRun(answer, asked); n >= longest {
		return fmt.Sprintf("%d words in a row are the answer's: %s", n, firstLine(strings.Join(answer[at:at+n], " ")))
	}
	if s := overlap(answer, asked, gram); s > share {
		return fmt.Sprintf("%.0f %% of the answer stand in the request", 100*s)
	}
	return ""
}

// betrays takes out reports of a mistake that hold the line as it should be.
func (b *builder) betrays(u *unit) string {
	if u.request == "" || u.bug == nil {
		return ""
	}
	right := u.bug.lineBefore(u.code)
	const fewest = 12 // bytes of a line with content
	if len(right) >= fewest && strings.Contains(u.request, right) {
		return "the report quotes the line as it should be: " + firstLine(right)
	}
	return ""
}

// longestRun returns the length of the longest run of a that stands in b too, and where it begins in a.
func longestRun(a, b []string) (n, at int) {
	before := make([]int, len(b)+1)
	for i := range a {
		now := make([]int, len(b)+1)
		for j := range b {
			if a[i] == b[j] {
				if now[j+1] = before[j] + 1; now[j+1] > n {
					n, at = now[j+1], i+1-now[j+1]
				}
			}
		}
		before = now
	}
	return n, at
}

// overlap is the share of a's n-grams that stand in b too.
func overlap(a, b []string, n int) float64 {
	there := grams(b, n)
	total, found := 0, 0
	for i := 0; i+n <= len(a); i++ {
		total++
		if there[strings.Join(a[i:i+n], " ")] {
			found++
		}
	}
	return float64(found) / float64(max(1, total))
}

func grams(words []string, n int) map[string]bool {
	set := map[string]bool{}
	for i := 0; i+n <= len(words); i++ {
		set[strings.Join(words[i:i+n], " ")] = true
	}
	return set
}

// ungrounded takes out what names things that are neither in the code, nor in its file, nor in the API.
func (b *builder) ungrounded(u *unit) string {
	if u.taught() == "" {
		return ""
	}
	if unknown := b.surface.Ungrounded(u.taught(), u.code, []string{u.file.Text, strings.Join(u.context, "\n")}); len(unknown) > 0 {
		return "neither code nor API has " + strings.Join(unknown[:min(5, len(unknown))], ", ")
	}
	return ""
}

// interfaceNames are what a caller sees of the function: its name and those of its parameters.
func (u *unit) interfaceNames() []string {
	names := []string{simpleName(u.Name)}
	_, list, ok := strings.Cut(u.Signature, "(")
	if !ok {
		return names
	}
	if i := strings.LastIndexByte(list, ')'); i >= 0 {
		list = list[:i]
	}
	for part := range strings.SplitSeq(list, ",") {
		part, _, _ = strings.Cut(part, "=")
		words := identifiers.FindAllString(part, -1)
		switch {
		case len(words) == 0:
		case u.language.Comment == "//":
			names = append(names, words[len(words)-1])
		default:
			names = append(names, words[0])
		}
	}
	return names
}

// usedNames are the names declared around the function that it uses.
func (u *unit) usedNames() []string { return u.declared }

// lacks reports whether a text misses one of the names.
func lacks(text string, names []string) bool { return len(missing(text, names)) > 0 }

// missing lists the names that a text does not have.
func missing(text string, names []string) []string {
	there := map[string]bool{}
	for _, name := range identifiers.FindAllString(text, -1) {
		there[name] = true
	}
	var lacking []string
	for _, name := range names {
		if !there[name] {
			lacking = append(lacking, name)
		}
	}
	return lacking
}

// underSpecified takes out requests for a function that leave open what it uses of the code around it.
func (b *builder) underSpecified(u *unit) string {
	if u.insufficient {
		return "the teacher says that the request is not enough"
	}
	if u.task != Write && u.task != Extend {
		return ""
	}
	names := u.interfaceNames()[:1]
	if u.task == Write {
		names = append(names, u.usedNames()...)
	}
	const most = 3 // names of the project that may be unknown
	if lacking := missing(u.instruction, names); len(lacking) > most || slices.Contains(lacking, names[0]) {
		return "nothing mentions " + strings.Join(lacking[:min(5, len(lacking))], ", ")
	}
	return ""
}

// authors lists the people that files name as their authors.
func authors(files []*File) []string {
	var names []string
	for _, f := range files {
		const head = 2000
		for _, m := range authorNote.FindAllStringSubmatch(f.Text[:min(head, len(f.Text))], -1) {
			if name := strings.TrimSpace(m[1]); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// personal takes out what names people, their machines or the file.
func (b *builder) personal(u *unit) string {
	text := u.taught()
	if text == "" {
		text = u.described
	}
	if u.task == Complete || u.task == Convert || text == "" {
		return ""
	}
	if m := emailOrURL.FindString(text); m != "" {
		return "it has an address of electronic mail"
	}
	if m := homePath.FindString(text); m != "" {
		return "it has a path of somebody's machine"
	}
	for _, name := range b.authors {
		if strings.Contains(text, name) {
			return "it names an author"
		}
	}
	if base := path.Base(u.file.Path); strings.Contains(u.taught(), base) {
		return "it names the file " + base
	}
	return ""
}

// outputSyntax takes out code that is no valid piece of its language.
func (b *builder) outputSyntax(u *unit) string {
	if u.task.teacherWrites() {
		if n := u.outputTokens; n > b.options.MaxTokens || n < b.options.MinTokens {
			return fmt.Sprintf("the answer has %d tokens, expected %d to %d", n, b.options.MinTokens, b.options.MaxTokens)
		}
		return ""
	}
	if err := b.domain.Check(u.code); err != nil {
		return err.Error()
	}
	return ""
}

// dropAlike takes out requests that repeat another one nearly.
func (b *builder) dropAlike() {
	const alike = 0.8 // of the shingles of the teacher's words
	var some []*unit
	var docs []string
	for _, u := range b.units {
		if u.taught() != "" {
			some, docs = append(some, u), append(docs, u.taught())
		}
	}
	first := map[*unit]*unit{}
	for i, j := range neardup.New(docs, alike, b.options.Pool).Components() {
		if i != j {
			first[some[i]] = some[j]
		}
	}
	b.keepRecords(filterAlike, func(u *unit) string {
		if f := first[u]; f != nil {
			return "the teacher's words are nearly those for " + f.place()
		}
		return ""
	})
}
