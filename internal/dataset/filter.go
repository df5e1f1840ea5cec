package dataset

import (
	"regexp"
	"slices"
	"strings"
)

// A Filter is a reason for which files, functions or comments are left out.
type Filter struct {
	Name  string
	Doc   string // what it takes out
	Fixed bool   // it cannot be disabled
}

// The names of the filters.
const (
	filterLink           = "link"
	filterDepth          = "depth"
	filterUnreadable     = "unreadable"
	filterSize           = "size"
	filterEncoding       = "encoding"
	filterVendored       = "vendored"
	filterGenerated      = "generated"
	filterLicence        = "licence"
	filterSecret         = "secret"
	filterGate           = "gate"
	filterSyntax         = "syntax"
	filterNested         = "nested"
	filterTrivial        = "trivial"
	filterControl        = "control-tokens"
	filterCommentedCode  = "commented-code"
	filterLength         = "length"
	filterHeldOut        = "held-out"
	filterDuplicate      = "duplicate"
	filterNearDuplicate  = "near-duplicate"
	filterVagueComment   = "vague-comment"
	filterMarkerComment  = "marker-comment"
	filterCodeComment    = "code-comment"
	filterRepeatedRemark = "repeated-comment"
	filterNoTask         = "no-task"
	filterTeacher        = "teacher"
	filterChatter        = "chatter"
	filterRequest        = "request-length"
	filterLeak           = "answer-leak"
	filterUngrounded     = "ungrounded"
	filterUnder          = "under-specified"
	filterPersonal       = "personal"
	filterOutput         = "output"
	filterAlike          = "same-request"
	filterContaminated   = "contaminated"
	filterSelfCheck      = "self-check"
	filterDiversity      = "diversity"
)

// filters lists all filters in the order in which they are applied.
var filters = []Filter{
	{filterLink, "symbolic links, which are not followed, and pipes, sockets and devices", true},
	{filterDepth, "folders that lie in more than 100 others", true},
	{filterUnreadable, "files and folders that this user may not read", true},
	{filterSize, "files larger than 1 MiB", true},
	{filterEncoding, "files whose text or name is not UTF-8", true},
	{filterVendored, "other people's code and build products, by the names of folders and files", false},
	{filterGenerated, "files that say they are generated, or have lines of thousands of characters", false},
	{filterLicence, "files under a licence that dataset.licenses does not take, or under none that is known", true},
	{filterSecret, "files that hold a password, key or token", true},
	{filterGate, "files that a checker of dataset.gates refuses", false},
	{filterSyntax, "files that cannot be read as code of the domain", true},
	{filterNested, "functions inside other functions, which are part of these", false},
	{filterTrivial, "functions whose body is one line with the braces, or nothing but a constant", false},
	{filterControl, "functions that contain control tokens of models, such as those for the end of a text", false},
	{filterCommentedCode, "functions with code that was commented out", false},
	{filterLength, "functions outside of min_tokens and max_tokens", true},
	{filterHeldOut, "functions that nearly equal one that is held out", true},
	{filterDuplicate, "functions that equal another one but for white space", false},
	{filterNearDuplicate, "functions that nearly equal another one", false},
	{filterVagueComment, "comments of less than four words, or that refer to another place: the function is not described by it", false},
	{filterMarkerComment, "comments that are markers, such as TODO, separators, or legal notes", false},
	{filterCodeComment, "comments that are code", false},
	{filterRepeatedRemark, "comments that stand above several functions", false},
	{filterNoTask, "functions of which no task can be made", true},
	{filterTeacher, "records that the teacher did not word: refused, cut off, malformed, failed, or beyond max_cost", true},
	{filterChatter, "records in which the teacher talks to somebody, or of code that is not shown", false},
	{filterRequest, "requests of less than five words or more than 400", false},
	{filterLeak, "requests that hold part of their answer", false},
	{filterUngrounded, "records in which the teacher names what neither the code nor the API has", false},
	{filterUnder, "requests for a function that leave open what it is called or what it uses", false},
	{filterPersonal, "records that name authors, mail addresses, files or folders of somebody's machine", false},
	{filterOutput, "outputs that are no valid code by themselves; answers outside of min_tokens and max_tokens", false},
	{filterAlike, "requests that nearly repeat another one", false},
	{filterContaminated, "records that share 13 words in a row with a list of dataset.decontaminate, or half of their output with held-out ones", false},
	{filterSelfCheck, "requests that the teacher, asked again, finds not enough to write the answer", false},
	{filterDiversity, "records beyond the caps of a file, a file's task, or a symbol of the API", false},
}

// Filters lists all filters in the order in which they are applied.
func Filters() []Filter { return slices.Clone(filters) }

func filterByName(name string) *Filter {
	for i := range filters {
		if filters[i].Name == name {
			return &filters[i]
		}
	}
	return nil
}

// switchable lists the names of the filters that can be disabled.
func switchable() []string {
	var names []string
	for _, f := range filters {
		if !f.Fixed {
			names = append(names, f.Name)
		}
	}
	return names
}

// A Rejection is what a filter has taken out, a line of rejected.jsonl.
type Rejection struct {
	Filter   string `json:"filter"`
	Path     string `json:"path"`
	Line     int    `json:"line,omitempty"`
	Function string `json:"function,omitempty"`
	Reason   string `json:"reason"`
}

// vendored are names of folders that hold other people's code or what a build made.
var vendored = map[string]bool{
	"node_modules": true, "vendor": true, "third_party": true, "thirdparty": true, "3rdparty": true, "external": true, "extern": true,
	"godot-cpp": true, "build": true, "dist": true, "distr": true, "__pycache__": true,
}

var (
	controlToken   = regexp.MustCompile(`<\|[A-Za-z0-9_▁]+\|>|<(?:fim_(?:prefix|middle|suffix|pad)|endoftext|start_of_turn|end_of_turn)>`)
	generatedNote  = regexp.MustCompile(`(?i)@generated\b|\bcode generated\b|\bauto-?generated\b|\bthis file (?:was|is) (?:automatically )?generated\b|\bdo not edit\b`)
	marker         = regexp.MustCompile(`(?i)^\W*(?:todo|fixme|xxx|hack|bug|wip|deprecated|nolint|warning-ignore)\b`)
	legal          = regexp.MustCompile(`(?i)\bcopyright\b|\bSPDX-License|\bpermission is hereby granted\b|\blicen[sc]ed under\b`)
	elsewhere      = regexp.MustCompile(`(?i)\b(?:same (?:as|like) (?:above|before|below)|(?:see|as) (?:above|below)|ditto|the (?:code|function|line|method) (?:above|below))\b`)
	word           = regexp.MustCompile(`\p{L}[\p{L}\p{N}_'’-]*`)
	codeAssignment = regexp.MustCompile(`^(?:(?:local|var|const|auto|int|float|bool|static)\s+)?[\w.\->\[\]"':]+(?:\s+[\w*&]+)?\s*(?:=|:=|\+=|-=|\*=|/=)\s*[^=\s].*$`)
	codeCall       = regexp.MustCompile(`^(?:await\s+|return\s+)?[A-Za-z_][\w.:]*(?:->\w+)*\([^.]*\)\s*;?$`)
	codeEnd        = regexp.MustCompile(`[\w)\]"']\s*;$|(?:\)|else)\s*\{$|^[})\]]+[;,]?$|^(?:end|else|pass|return|break|continue)$|^(?:if|for|while|elif|elseif|func|function)\b.*(?::|then|do|\{|\))$`)
	constantBody   = regexp.MustCompile(`^(?:pass|return)?\s*(?:-?[\w.]+|"[^"]*"|'[^']*'|\{\}|\[\])?\s*;?$`)
)

// looksLikeCode reports whether a line of a comment is code.
func looksLikeCode(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && (codeAssignment.MatchString(line) || codeCall.MatchString(line) || codeEnd.MatchString(line))
}

// generated reports why a text looks generated, "" if it does not.
func generated(text string) string {
	const head, longLine = 1000, 5000
	if note := generatedNote.FindString(text[:min(head, len(text))]); note != "" {
		return "its beginning says: " + note
	}
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > longLine {
			return "it has a line of more than 5000 bytes"
		}
	}
	return ""
}

// commentedCode reports whether code has two comment lines in a row that are code.
func commentedCode(code, comment string) bool {
	before := false
	for line := range strings.SplitSeq(code, "\n") {
		rest, isComment := strings.CutPrefix(strings.TrimSpace(line), comment)
		found := isComment && looksLikeCode(rest)
		if found && before {
			return true
		}
		before = found
	}
	return false
}

// describes judges a comment. It returns the filter that takes it out and why, "" if none does.
func describes(comment string) (filter, reason string) {
	var lines, code int
	for line := range strings.SplitSeq(comment, "\n") {
		if strings.TrimSpace(line) != "" {
			lines++
			if looksLikeCode(line) {
				code++
			}
		}
	}
	const fewest = 4
	switch words := len(word.FindAllString(comment, fewest)); {
	case marker.MatchString(comment), legal.MatchString(comment), words == 0:
		return filterMarkerComment, "the comment is a marker: " + firstLine(comment)
	case 2*code > lines:
		return filterCodeComment, "the comment is code: " + firstLine(comment)
	case words < fewest:
		return filterVagueComment, "the comment has less than four words: " + firstLine(comment)
	case elsewhere.MatchString(comment):
		return filterVagueComment, "the comment refers to another place: " + firstLine(comment)
	}
	return "", ""
}

// firstLine returns the first line of a text, cut to a bearable length.
func firstLine(s string) string {
	const most = 80
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
