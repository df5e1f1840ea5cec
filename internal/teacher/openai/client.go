package openai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"

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
	api   sdk.ChatCompletionService
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
	// The service alone, not the client around it: that would read organisation, headers and more from the environment.
	opts := []option.RequestOption{
		option.WithBaseURL(account.Endpoint() + "/"), option.WithMaxRetries(0), option.WithRequestTimeout(timeout),
		option.WithHTTPClient(teacher.HTTPClient(sameErrors{o.Transport})),
	}
	if o.Key != "" {
		opts = append(opts, option.WithAPIKey(o.Key))
	} else {
		opts = append(opts, option.WithHeaderDel("Authorization"))
	}
	return &Client{Account: account, api: sdk.NewChatCompletionService(opts...)}, nil
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
	p := sdk.ChatCompletionNewParams{Model: c.Model()}
	system := r.System
	switch {
	case structured:
		p.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
			JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "answer", Strict: param.NewOpt(true), Schema: r.Schema},
		}
	case r.Schema != nil:
		system = strings.TrimSpace(system + "\n\nAnswer with one JSON value that fits this JSON Schema, and with nothing else:\n" + string(r.Schema))
	}
	if system != "" {
		p.Messages = append(p.Messages, sdk.SystemMessage(system))
	}
	p.Messages = append(p.Messages, sdk.UserMessage(r.User))
	if c.Endpoint() == DefaultBaseURL {
		p.MaxCompletionTokens = param.NewOpt(int64(r.MaxTokens)) // which models of the vendor take alone, and many other servers do not know
	} else {
		p.MaxTokens = param.NewOpt(int64(r.MaxTokens))
	}
	m, err := c.api.New(ctx, p)
	if err != nil {
		return teacher.Answer{}, c.callError(err)
	}
	return c.answer(m)
}

func (c *Client) answer(m *sdk.ChatCompletion) (teacher.Answer, error) {
	if len(m.Choices) == 0 {
		return teacher.Answer{}, &teacher.CallError{Kind: "response", Message: "the endpoint answered without a choice", Retry: true, Lost: true}
	}
	choice, u := m.Choices[0], m.Usage
	cached := min(teacher.Tokens(u.PromptTokensDetails.CachedTokens), teacher.Tokens(u.PromptTokens))
	a := teacher.Answer{
		Text: c.WithoutKey(choice.Message.Content), Model: c.Scrub(m.Model),
		Usage: teacher.Usage{Input: teacher.Tokens(u.PromptTokens) - cached, CacheRead: cached, Output: teacher.Tokens(u.CompletionTokens)},
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

// callError words what the endpoint, the network or the SDK's reading of the response did.
func (c *Client) callError(err error) *teacher.CallError {
	var api *sdk.Error
	if !errors.As(err, &api) {
		return c.NetworkError(err)
	}
	kind := api.Code
	if kind == "" {
		kind = api.Type
	}
	return c.CallError(api.StatusCode, api.Response, kind, api.Message)
}
