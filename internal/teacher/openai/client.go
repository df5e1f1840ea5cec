package openai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"graft/internal/teacher"
)

// Name is what dataset.teacher calls this teacher.
const Name = "openai"

// What the environment says to this teacher, and where it is found else.
const (
	KeyVariable     = "OPENAI_API_KEY"
	BaseURLVariable = "OPENAI_BASE_URL"
	DefaultBaseURL  = "https://api.openai.com/v1"
)

// Options are what a Client needs.
type Options struct {
	Model     string
	BaseURL   string            // with its path, such as http://localhost:8080/v1; "": DefaultBaseURL
	Key       string            // needed by hosted endpoints
	Transport http.RoundTripper // nil: the usual one
}

// Client is a teacher.Teacher.
type Client struct {
	teacher.Account
	api   teacher.Wire
	plain atomic.Bool // the endpoint refused response_format
}

var _ teacher.Teacher = (*Client)(nil)

// timeout of one request: a local model on a CPU may need long.
const timeout = time.Hour

// New returns the client for o. It sends nothing.
func New(o Options) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	account, err := teacher.NewAccount(teacher.AccountOptions{
		Model: o.Model, Hint: " to a name that the endpoint knows", BaseURL: o.BaseURL, Key: o.Key, KeyFrom: KeyVariable,
	})
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	if o.Key != "" {
		header.Set("Authorization", "Bearer "+o.Key)
	}
	return &Client{Account: account, api: teacher.Wire{
		BaseURL: account.Endpoint(), Header: header, Client: teacher.HTTPClient(o.Transport), Timeout: timeout,
	}}, nil
}

// Name is Name.
func (c *Client) Name() string { return Name }

// Params is empty: nothing but the request shapes the answer.
func (c *Client) Params() string { return "" }

// CountTokens cannot be done by this protocol.
func (c *Client) CountTokens(context.Context, teacher.Request) (int, error) {
	return 0, teacher.ErrNoCount
}

// Ask sends r and returns its answer. A refusal of structured output costs one more request, which is not charged for.
func (c *Client) Ask(ctx context.Context, r teacher.Request) (teacher.Answer, error) {
	structured := r.Schema != nil && !c.plain.Load()
	a, err := c.ask(ctx, r, structured)
	if structured && refusesFormat(err) {
		first := err
		if a, err = c.ask(ctx, r, false); err == nil {
			c.plain.Store(true)
		} else if refusesFormat(err) {
			return a, first // the format was not what it refused
		}
	}
	return a, err
}

// refusesFormat tells errors that an endpoint without structured output may answer with.
func refusesFormat(err error) bool {
	var e *teacher.CallError
	return errors.As(err, &e) && (e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity || e.Status == http.StatusNotImplemented)
}

func (c *Client) ask(ctx context.Context, r teacher.Request, structured bool) (teacher.Answer, error) {
	p := chatRequest{Model: c.Model()}
	system := r.System
	switch {
	case structured:
		p.ResponseFormat = &responseFormat{Type: "json_schema", JSONSchema: jsonSchema{Name: "answer", Strict: true, Schema: r.Schema}}
	case r.Schema != nil:
		system = strings.TrimSpace(system + "\n\nAnswer with one JSON value that fits this JSON Schema, and with nothing else:\n" + string(r.Schema))
	}
	if system != "" {
		p.Messages = append(p.Messages, message{system, "system"})
	}
	p.Messages = append(p.Messages, message{r.User, "user"})
	if c.Endpoint() == DefaultBaseURL {
		p.MaxCompletionTokens = r.MaxTokens // which models of the vendor take alone, and many other servers do not know
	} else {
		p.MaxTokens = r.MaxTokens
	}
	var m chatResponse
	if err := c.api.Post(ctx, "/chat/completions", p, &m); err != nil {
		return teacher.Answer{}, c.callError(err)
	}
	return c.answer(&m)
}

func (c *Client) answer(m *chatResponse) (teacher.Answer, error) {
	if len(m.Choices) == 0 {
		return teacher.Answer{}, &teacher.CallError{Kind: "response", Message: "the endpoint answered without a choice", Retry: true, Lost: true}
	}
	choice, u := m.Choices[0], m.Usage
	cached := min(u.PromptDetails.Cached, u.Prompt)
	a := teacher.Answer{
		Text: c.WithoutKey(choice.Message.Content), Model: c.Scrub(m.Model),
		Usage: teacher.Usage{Input: int(u.Prompt - cached), CacheRead: int(cached), Output: int(u.Completion)},
	}
	switch {
	case choice.Message.Refusal != "":
		a.Stop, a.Detail = teacher.Refused, c.Scrub(choice.Message.Refusal)
	case choice.FinishReason == "content_filter":
		a.Stop, a.Detail = teacher.Refused, "the endpoint's content filter took the answer back"
	case choice.FinishReason == "length":
		a.Stop, a.Detail = teacher.CutOff, "the answer reached max_tokens or the end of the model's context"
	}
	return a, nil
}

// callError words an error response of the endpoint, a failure of the network, or a response that could not be read.
func (c *Client) callError(err error) *teacher.CallError {
	var status *teacher.StatusError
	if !errors.As(err, &status) {
		return c.NetworkError(err)
	}
	kind, message := wording(status.Body)
	if message == "" {
		message = http.StatusText(status.Response.StatusCode)
	}
	return c.CallError(status.Response.StatusCode, status.Response, kind, message)
}
