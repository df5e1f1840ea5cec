package dataset

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
)

//go:embed prompts
var embedded embed.FS

// prompts are the templates of the requests to the teacher.
type prompts struct {
	byName map[string]*template.Template
	domain string // the text about the domain
	hash   string // of all texts, in hexadecimal
}

// names of the templates, in the order in which they are hashed
var promptNames = []string{"system", "write", "extend", "fix", "system-answer", "explain", "review", "system-check", "check"}

// loadPrompts reads the templates, each from the user's folder if it is there, else what is built in. Errors name the file.
func loadPrompts(own fs.FS, domain string) (*prompts, error) {
	builtin, err := fs.Sub(embedded, "prompts")
	if err != nil {
		return nil, err
	}
	p := &prompts{byName: map[string]*template.Template{}}
	var errs []error
	h := sha256.New()
	for _, name := range promptNames {
		file := name + ".md"
		text, err := readPrompt(own, builtin, file)
		errs = append(errs, err)
		t, err := template.New(file).Option("missingkey=error").Parse(text)
		if err == nil {
			err = t.Execute(&bytes.Buffer{}, promptData{})
		}
		if err != nil {
			errs = append(errs, inputErrorf("prompts: %w", err))
		}
		p.byName[name] = t
		fmt.Fprintf(h, "%s\x00%s\x00", name, text)
	}
	about := "domain/" + domain + ".md"
	if p.domain, err = readPrompt(own, builtin, about); errors.Is(err, fs.ErrNotExist) {
		p.domain, err = readPrompt(own, builtin, "domain/default.md")
	}
	errs = append(errs, err)
	p.domain = strings.TrimSpace(p.domain)
	fmt.Fprintf(h, "%s\x00%s", domain, p.domain)
	p.hash = hex.EncodeToString(h.Sum(nil))[:16]
	return p, errors.Join(errs...)
}

// readPrompt reads a file of the user's folder, or the built-in one.
func readPrompt(own, builtin fs.FS, name string) (string, error) {
	if own != nil {
		text, err := fs.ReadFile(own, name)
		if err == nil {
			return string(text), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", inputErrorf("prompts: %w", err)
		}
	}
	text, err := fs.ReadFile(builtin, name)
	return string(text), err
}

// promptData is what the templates can use.
type promptData struct {
	Domain   string    // the text about the domain
	Examples []example // of good requests, from what is trained on

	Register, Detail, Language string // how the teacher is to write

	Name, Setting, Signature string
	Code, Comment, Context   string // in fences, as all untrusted text that follows
	Around, Broken           string
	Mistake, Was, Became     string // what is wrong with the broken code
	Grounding                string // signatures of the API that the code uses
	Question                 string // of explain and review
	Instruction              string // of check
}

// An example shows the teacher what a good request is.
type example struct {
	Setting, Code     string
	Instruction, Name string // as JSON strings
}

// text fills in a template.
func (p *prompts) text(name string, d promptData) (string, error) {
	var b strings.Builder
	if err := p.byName[name].Execute(&b, d); err != nil {
		return "", inputErrorf("prompts: %w", err)
	}
	return strings.TrimSpace(b.String()) + "\n", nil
}

// wording is how the teacher is asked to write.
type wording struct{ register, detail, tongue, difficulty string }

var (
	registers = []string{
		"a plain request to a colleague", "a terse ticket: a title and two or three short lines", "a beginner who knows what they want and not what it is called",
		"a design note: a short paragraph that places the function in the whole", "an experienced author who names interfaces exactly",
		"a question: how would one write this", "a list of requirements", "a message typed in haste, lower case, still complete",
	}
	details = []string{"brief", "normal", "thorough"}
)

// setWording decides how the teacher is to write: by chance, so that what is asked for varies and not only the answers.
func (u *unit) setWording(s seed, languages []string) {
	key := func(what string) uint64 { return s.number(u.sum, u.file.Path, what) }
	u.register = registers[key("register")%uint64(len(registers))]
	u.detail = details[key("detail")%uint64(len(details))]
	u.tongue = "English"
	if len(languages) > 0 {
		u.tongue = languages[key("language")%uint64(len(languages))]
	}
}

// examples picks two functions that are trained on, described by their comments, to show what a good request is.
func examples(units []*unit, s seed) []example {
	const most, longest = 2, 300 // examples; tokens of one
	var some []*unit
	for _, u := range units {
		if u.split == Train && u.described != "" && u.tokens <= longest {
			some = append(some, u)
		}
	}
	slices.SortStableFunc(some, func(a, b *unit) int { return strings.Compare(a.sum, b.sum) })
	var found []example
	for _, u := range some[:min(most, len(some))] {
		instruction := u.fill(s.pick(writeOpenings, u.sum, u.file.Path, "opening")) + " " + u.described
		found = append(found, example{Setting: u.Setting, Code: u.fence(u.code), Instruction: quoted(instruction), Name: quoted(simpleName(u.Name))})
	}
	return found
}

// quoted is a text as a JSON string.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // of a string
	}
	return strings.TrimSpace(b.String())
}
