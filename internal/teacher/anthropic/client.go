package anthropic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"graft/internal/fault"
	"graft/internal/teacher"
)

// Name is what dataset.teacher calls this teacher.
const Name = "anthropic"

// What the environment says to this teacher, and where it is found else.
const (
	KeyVariable     = "ANTHROPIC_API_KEY"
	BaseURLVariable = "ANTHROPIC_BASE_URL"
	DefaultBaseURL  = "https://api.anthropic.com"
)

// Options are what a Client needs.
type Options struct {
	Model     string
	BaseURL   string            // "": DefaultBaseURL
	Key       string            // needed by hosted endpoints
	Effort    string            // low, medium, high, xhigh or max; "": the model's default
	Transport http.RoundTripper // nil: the usual one
}

// Client is a teacher.Batcher.
type Client struct {
	teacher.Account
	effort string
	api    sdk.Client
}

var _ teacher.Batcher = (*Client)(nil)

// efforts are what the API's output_config.effort takes.
var efforts = []string{"", "low", "medium", "high", "xhigh", "max"}

// timeout of one request. An answer of 32,000 tokens takes less.
const timeout = 15 * time.Minute

// New returns the client for o. It sends nothing.
func New(o Options) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	account, err := teacher.NewAccount(teacher.AccountOptions{
		Model: o.Model, Hint: ", such as claude-haiku-5-5", BaseURL: o.BaseURL, Key: o.Key, KeyFrom: KeyVariable,
	})
	if !slices.Contains(efforts, o.Effort) {
		err = errors.Join(err, fault.Input(fmt.Errorf("teacher: effort %q, expected one of %s", o.Effort, strings.Join(efforts[1:], ", "))))
	}
	if err != nil {
		return nil, err
	}
	opts := []option.RequestOption{
		option.WithoutEnvironmentDefaults(), option.WithBaseURL(account.Endpoint() + "/"), option.WithMaxRetries(0), option.WithRequestTimeout(timeout),
		option.WithHTTPClient(teacher.HTTPClient(o.Transport)),
	}
	if o.Key != "" {
		opts = append(opts, option.WithAPIKey(o.Key))
	}
	return &Client{Account: account, effort: o.Effort, api: sdk.NewClient(opts...)}, nil
}

// Name is Name.
func (c *Client) Name() string { return Name }

// Params is the effort.
func (c *Client) Params() string { return "effort=" + c.effort }

// format is the structured output that r asks for.
func (c *Client) format(r teacher.Request) (cfg sdk.OutputConfigParam, err error) {
	cfg.Effort = sdk.OutputConfigEffort(c.effort)
	if r.Schema == nil {
		return cfg, nil
	}
	if err := json.Unmarshal(r.Schema, &cfg.Format.Schema); err != nil {
		return cfg, fmt.Errorf("anthropic: schema: %w", err)
	}
	return cfg, nil
}

// system is the system text, marked for a cache that lives for ttl.
func system(r teacher.Request, ttl sdk.CacheControlEphemeralTTL) []sdk.TextBlockParam {
	if r.System == "" {
		return nil
	}
	return []sdk.TextBlockParam{{Text: r.System, CacheControl: sdk.CacheControlEphemeralParam{TTL: ttl}}}
}

func messages(r teacher.Request) []sdk.MessageParam {
	return []sdk.MessageParam{sdk.NewUserMessage(sdk.NewTextBlock(r.User))}
}

// Ask sends r and returns its answer.
func (c *Client) Ask(ctx context.Context, r teacher.Request) (teacher.Answer, error) {
	cfg, err := c.format(r)
	if err != nil {
		return teacher.Answer{}, &teacher.CallError{Message: err.Error()}
	}
	m, err := c.api.Messages.New(ctx, sdk.MessageNewParams{
		Model: c.Model(), MaxTokens: int64(r.MaxTokens), System: system(r, sdk.CacheControlEphemeralTTLTTL5m), Messages: messages(r), OutputConfig: cfg,
	})
	if err != nil {
		return teacher.Answer{}, c.callError(err)
	}
	return c.answer(m, false), nil
}

// CountTokens asks the endpoint how many tokens the question has.
func (c *Client) CountTokens(ctx context.Context, r teacher.Request) (int, error) {
	cfg, err := c.format(r)
	if err != nil {
		return 0, &teacher.CallError{Message: err.Error()}
	}
	p := sdk.MessageCountTokensParams{Model: c.Model(), Messages: messages(r), OutputConfig: cfg}
	if r.System != "" {
		p.System.OfTextBlockArray = system(r, sdk.CacheControlEphemeralTTLTTL5m)
	}
	n, err := c.api.Messages.CountTokens(ctx, p)
	if err != nil {
		return 0, c.callError(err)
	}
	return int(n.InputTokens), nil
}

// answer takes the text blocks of m: thinking may stand before them.
func (c *Client) answer(m *sdk.Message, long bool) teacher.Answer {
	var text strings.Builder
	for _, b := range m.Content {
		if b.Type == "text" {
			text.WriteString(b.Text)
		}
	}
	a := teacher.Answer{Text: c.WithoutKey(text.String()), Model: c.Scrub(m.Model), Usage: usage(m.Usage, long)}
	switch m.StopReason {
	case sdk.StopReasonRefusal:
		a.Stop, a.Detail = teacher.Refused, "the model declined to answer"
	case sdk.StopReasonMaxTokens:
		a.Stop, a.Detail = teacher.CutOff, "the answer reached max_tokens"
	case sdk.StopReasonModelContextWindowExceeded:
		a.Stop, a.Detail = teacher.CutOff, "question and answer reached the end of the model's context"
	case sdk.StopReasonPauseTurn:
		a.Stop, a.Detail = teacher.CutOff, "the endpoint paused the answer"
	}
	return a
}

// usage counts what m was charged for. An endpoint that does not say how long a cache entry lives means the one that was asked for.
func usage(u sdk.Usage, long bool) teacher.Usage {
	t := teacher.Usage{
		Input: teacher.Tokens(u.InputTokens), CacheRead: teacher.Tokens(u.CacheReadInputTokens), Output: teacher.Tokens(u.OutputTokens),
		CacheWrite: teacher.Tokens(u.CacheCreation.Ephemeral5mInputTokens), CacheWriteLong: teacher.Tokens(u.CacheCreation.Ephemeral1hInputTokens),
	}
	rest := max(teacher.Tokens(u.CacheCreationInputTokens)-t.CacheWrite-t.CacheWriteLong, 0)
	if long {
		t.CacheWriteLong += rest
	} else {
		t.CacheWrite += rest
	}
	return t
}

// callError words what the API, the network or the SDK's reading of the response did.
func (c *Client) callError(err error) *teacher.CallError {
	var api *sdk.Error
	if !errors.As(err, &api) {
		return c.NetworkError(err)
	}
	kind, message := wording(api.StatusCode, api.RawJSON())
	return c.CallError(api.StatusCode, api.Response, kind, message)
}

// wording reads the body {"error":{"type":…,"message":…}}, or takes it as it is.
func wording(status int, body string) (kind, message string) {
	var envelope struct {
		Error struct{ Type, Message string }
	}
	message = body
	if json.Unmarshal([]byte(body), &envelope) == nil && envelope.Error.Message != "" {
		kind, message = envelope.Error.Type, envelope.Error.Message
	}
	if message == "" {
		message = http.StatusText(status)
	}
	return kind, message
}
