package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"graft/internal/dataset/surface"
	"graft/internal/event"
	"graft/internal/teacher"
)

// A Teacher writes what no rule can: requests, and prose about code.
type Teacher struct {
	Name  string // as in the configuration
	Model string
	Terms string // what its terms of use say about training on its answers, for the card; "" if it runs on this machine
	// Ask answers requests in their order. It never spends more than was allowed, all calls of a build together.
	Ask func(ctx context.Context, requests []teacher.Request) ([]teacher.Reply, error)
	// Estimate returns the cost of the requests that were not answered yet.
	Estimate func(ctx context.Context, requests []teacher.Request) (Estimate, error)
	// Prompts are the user's own templates, nil if there are none.
	Prompts   fs.FS
	Languages []string // that requests are written in; empty: English
	SelfCheck bool     // ask about each request whether it is enough
}

// An Estimate is what a build will ask of a teacher.
type Estimate struct {
	Requests int     `json:"requests"`
	Answered int     `json:"answered"`     // of them, by the ledger of an earlier run; they cost nothing more
	Input    int     `json:"input_tokens"` // of the others, as all that follows
	Output   int     `json:"output_tokens"`
	Cost     float64 `json:"cost_usd"`
	Most     float64 `json:"most_usd"`  // if every answer were as long as it may be
	Spent    float64 `json:"spent_usd"` // before, which counts towards the most that may be spent
}

// Spending is what a teacher was asked and paid for.
type Spending struct {
	Teacher  string        `json:"teacher"`
	Model    string        `json:"model"`
	Prompts  string        `json:"prompts"` // hash of the templates
	Requests int           `json:"requests"`
	Failed   int           `json:"failed"`
	Usage    teacher.Usage `json:"usage,omitzero"`     // not in the files of a dataset: the ledger keeps it
	Cost     float64       `json:"cost_usd,omitempty"` //
}

const (
	answerTokens = 1024 // of a request or an explanation
	checkTokens  = 256  // of a verdict
)

// The JSON Schemas of answers.
const (
	requestSchema = `{"type":"object","properties":{"instruction":{"type":"string"},"interface":{"type":"array","items":{"type":"string"}},` +
		`"assumptions":{"type":"array","items":{"type":"string"}},"self_contained":{"type":"boolean"},"difficulty":{"type":"string","enum":["easy","medium","hard"]},` +
		`"refusal":{"type":"string"}},"required":["instruction","interface","assumptions","self_contained","difficulty","refusal"],"additionalProperties":false}`
	proseSchema = `{"type":"object","properties":{"answer":{"type":"string"},"difficulty":{"type":"string","enum":["easy","medium","hard"]},"refusal":{"type":"string"}},` +
		`"required":["answer","difficulty","refusal"],"additionalProperties":false}`
	checkSchema = `{"type":"object","properties":{"enough":{"type":"boolean"},"reason":{"type":"string"}},"required":["enough","reason"],"additionalProperties":false}`
)

// reply is what the teacher answers, of all schemas together.
type reply struct {
	Instruction   string   `json:"instruction"`
	Answer        string   `json:"answer"`
	Interface     []string `json:"interface"`
	Assumptions   []string `json:"assumptions"`
	SelfContained *bool    `json:"self_contained"`
	Difficulty    string   `json:"difficulty"`
	Refusal       string   `json:"refusal"`
	Enough        *bool    `json:"enough"`
	Reason        string   `json:"reason"`
}

// prepareRequests makes the teacher's requests, one for each unit whose task a teacher words.
func (b *builder) prepareRequests() error {
	t := b.options.Teacher
	if t == nil {
		return nil
	}
	p, err := loadPrompts(t.Prompts, b.domain.Name())
	if err != nil {
		return err
	}
	b.prompts = p
	shown := examples(b.units, seed(b.options.Seed))
	system := map[bool]string{}
	for prose, name := range map[bool]string{false: "system", true: "system-answer"} {
		if system[prose], err = p.text(name, promptData{Domain: p.domain, Examples: shown}); err != nil {
			return err
		}
	}
	for _, u := range b.units {
		if !u.task.teacherAsked() {
			continue
		}
		u.setWording(seed(b.options.Seed), t.Languages)
		text, err := p.text(string(u.task), b.promptData(u))
		if err != nil {
			return err
		}
		schema := requestSchema
		if u.task.teacherWrites() {
			schema = proseSchema
		}
		b.asked = append(b.asked, u)
		b.requests = append(b.requests, teacher.Request{
			System: system[u.task.teacherWrites()], User: text, Schema: json.RawMessage(schema), MaxTokens: answerTokens,
		})
	}
	return b.estimate()
}

// estimate reports what the requests will cost.
func (b *builder) estimate() error {
	t := b.options.Teacher
	if t.Estimate == nil {
		return nil
	}
	e, err := t.Estimate(b.ctx, b.requests)
	if err != nil {
		return err
	}
	b.report.Estimate = &e
	b.tell(event.Note{Text: e.String()})
	return nil
}

// String is the estimate in one line.
func (e Estimate) String() string {
	s := fmt.Sprintf("the teacher is asked %d questions", e.Requests)
	if e.Answered > 0 {
		s += fmt.Sprintf(", %d of them answered by an earlier run", e.Answered)
	}
	s += fmt.Sprintf(": about %d tokens in and %d out, $%.4f, at most $%.4f", e.Input, e.Output, e.Cost, e.Most)
	if e.Spent > 0 {
		s += fmt.Sprintf("; $%.4f were spent before", e.Spent)
	}
	return s
}

// promptData is what templates can say about a unit.
func (b *builder) promptData(u *unit) promptData {
	d := promptData{
		Domain: b.prompts.domain, Register: u.register, Detail: u.detail, Language: u.tongue,
		Name: u.Name, Setting: u.Setting, Signature: u.Signature, Code: u.fence(u.code), Grounding: b.grounding(u),
	}
	if u.described != "" {
		d.Comment = fenced("", u.described)
	}
	if len(u.context) > 0 {
		d.Context = u.fence(strings.Join(u.context, "\n"))
	}
	pick := u.picker(seed(b.options.Seed))
	switch u.task {
	case Extend:
		d.Around = u.fence(u.around)
	case Fix:
		d.Broken, d.Mistake = u.fence(u.bug.code), string(u.bug.edit.Kind)
		d.Was, d.Became = u.fence(u.bug.lineBefore(u.code)), u.fence(u.bug.lineAfter())
	case Explain:
		d.Question = u.fill(pick(explainOpenings, "opening"))
	case Review:
		d.Question = u.fill(pick(reviewOpenings, "opening"))
	}
	return d
}

// lineBefore is the line of the mistake as it was.
func (b *bug) lineBefore(code string) string { return lineOf(code, b.edit.Start) }

// lineAfter is the line of the mistake as it is.
func (b *bug) lineAfter() string { return lineOf(b.code, b.edit.Start) }

func lineOf(text string, at int) string {
	line, _, _ := strings.Cut(text[lineStart(text, min(at, len(text))):], "\n")
	return strings.TrimSpace(line)
}

// ask sends the requests to the teacher and stores its answers in the units.
func (b *builder) ask() error {
	t := b.options.Teacher
	if t == nil {
		return nil
	}
	replies, err := t.Ask(b.ctx, b.requests)
	if err != nil {
		return err
	}
	if len(replies) != len(b.requests) {
		return fmt.Errorf("dataset: the teacher has answered %d of %d requests", len(replies), len(b.requests))
	}
	b.report.Spent = &Spending{Teacher: t.Name, Model: t.Model, Prompts: b.prompts.hash}
	failed := map[*unit]string{}
	for i, r := range replies {
		b.pay(r)
		if why := b.asked[i].take(r); why != "" {
			failed[b.asked[i]] = why
			b.report.Spent.Failed++
		}
	}
	b.keepRecords(filterTeacher, func(u *unit) string { return failed[u] })
	return nil
}

// pay adds what a reply has cost to the report.
func (b *builder) pay(r teacher.Reply) {
	s := b.report.Spent
	s.Requests++
	s.Usage.Add(r.Usage)
	s.Cost += r.Cost
}

// take puts a reply into the unit. If the reply cannot be used it returns the reason.
func (u *unit) take(r teacher.Reply) (why string) {
	if r.Failure != "" {
		return strings.TrimSuffix(string(r.Failure)+": "+r.Detail, ": ")
	}
	a, why := parseReply(r.Text)
	if why != "" {
		return why
	}
	if a.Refusal != "" {
		return "refusal: " + firstLine(a.Refusal)
	}
	if token := controlToken.FindString(a.Instruction + a.Answer); token != "" {
		return "malformed: the answer contains " + token
	}
	u.difficulty, u.model = a.Difficulty, r.Model
	if u.task.teacherWrites() {
		u.answer = strings.TrimSpace(a.Answer)
	} else {
		u.request = strings.TrimSpace(a.Instruction)
	}
	switch {
	case u.request == "" && u.answer == "":
		return "malformed: the answer is empty"
	case a.SelfContained != nil && !*a.SelfContained && u.task == Write:
		u.insufficient = true
	}
	return ""
}

// parseReply reads the JSON of an answer.
func parseReply(text string) (a reply, why string) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if err := d.Decode(&a); err != nil {
		return a, "malformed: " + err.Error()
	}
	return a, ""
}

// selfCheck asks about each request whether it is enough to write what stands beside it.
func (b *builder) selfCheck() error {
	t := b.options.Teacher
	if t == nil || !t.SelfCheck || b.off[filterSelfCheck] {
		return nil
	}
	system, err := b.prompts.text("system-check", promptData{Domain: b.prompts.domain})
	if err != nil {
		return err
	}
	var asked []*unit
	var requests []teacher.Request
	for _, u := range b.units {
		if u.request == "" {
			continue
		}
		text, err := b.prompts.text("check", promptData{Instruction: fenced("", u.instruction), Code: u.fence(u.output)})
		if err != nil {
			return err
		}
		asked = append(asked, u)
		requests = append(requests, teacher.Request{System: system, User: text, Schema: json.RawMessage(checkSchema), MaxTokens: checkTokens})
	}
	replies, err := t.Ask(b.ctx, requests)
	if err != nil {
		return err
	}
	failed := map[*unit]string{}
	for i, r := range replies {
		b.pay(r)
		if why := verdictOf(r); why != "" {
			failed[asked[i]] = why
		}
	}
	b.keepRecords(filterSelfCheck, func(u *unit) string { return failed[u] })
	return nil
}

// verdictOf is "" if a reply declares the request sufficient, else the reason why it is not.
func verdictOf(r teacher.Reply) string {
	if r.Failure != "" {
		return "it could not be checked: " + strings.TrimSuffix(string(r.Failure)+": "+r.Detail, ": ")
	}
	switch a, why := parseReply(r.Text); {
	case why != "":
		return "it could not be checked: " + why
	case a.Enough == nil:
		return "it could not be checked: malformed: there is no verdict"
	case !*a.Enough:
		return "the request is not enough: " + firstLine(a.Reason)
	}
	return ""
}

// tell shows an event to whoever watches.
func (b *builder) tell(e event.Event) {
	if b.options.Sink != nil {
		b.options.Sink.Emit(e)
	}
}

// loadSurface reads the domain's API, where somebody needs to know it.
func (b *builder) loadSurface() error {
	o := &b.options
	if o.Teacher == nil && o.Caps[CapSymbol] == 0 && len(o.API) == 0 {
		return nil
	}
	var own []surface.Source
	for _, f := range b.files {
		own = append(own, surface.Source{Path: f.Path, Language: b.domain.Language(f).Fence, Text: f.Text})
	}
	s, err := surface.Load(surface.Options{Domain: b.domain.Name(), Raw: o.Raw, Paths: o.API, Own: own})
	if err != nil {
		return inputErrorf("api: %w", err)
	}
	b.surface = s
	if b.report.Surface = s.Version(); !s.Found() && o.Teacher != nil {
		b.note("the API of the domain %s was not found, so names that the teacher uses are only compared with the code; name its files as dataset.api", b.domain.Name())
	}
	return nil
}

// grounding lists what is known from the API about the symbols that the unit uses, "" where nothing is known.
func (b *builder) grounding(u *unit) string {
	if b.surface == nil {
		return ""
	}
	lines := b.surface.Card(u.language.Fence, u.code, u.context...)
	if len(lines) == 0 {
		return ""
	}
	return u.fence(strings.Join(lines, "\n"))
}
