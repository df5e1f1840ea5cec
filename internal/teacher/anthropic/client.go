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
	api    teacher.Wire
}

var _ teacher.Batcher = (*Client)(nil)

// efforts are what the API's output_config.effort takes.
var efforts = []string{"", "low", "medium", "high", "xhigh", "max"}

// version of the API, which every request names.
const version = "2023-06-01"

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
	header := http.Header{"Anthropic-Version": {version}}
	if o.Key != "" {
		header.Set("X-Api-Key", o.Key)
	}
	return &Client{Account: account, effort: o.Effort, api: teacher.Wire{
		BaseURL: account.Endpoint(), Header: header, Client: teacher.HTTPClient(o.Transport), Timeout: timeout,
	}}, nil
}

// Name is Name.
func (c *Client) Name() string { return Name }

// Params is the effort.
func (c *Client) Params() string { return "effort=" + c.effort }

// The lifetimes of a cache entry.
const (
	shortCache = "5m"
	longCache  = "1h"
)

// request is r as the Messages API takes it, its system text marked for a cache that lives for ttl.
func (c *Client) request(r teacher.Request, ttl string) (m messageRequest, err error) {
	m = messageRequest{MaxTokens: r.MaxTokens, Model: c.Model(), Messages: []message{{Role: "user", Content: []textBlock{{Type: "text", Text: r.User}}}}}
	if r.System != "" {
		m.System = []textBlock{{Type: "text", Text: r.System, CacheControl: &cacheControl{Type: "ephemeral", TTL: ttl}}}
	}
	if c.effort == "" && r.Schema == nil {
		return m, nil
	}
	m.OutputConfig = &outputConfig{Effort: c.effort}
	if r.Schema != nil {
		f := &outputFormat{Type: "json_schema"}
		if err := json.Unmarshal(r.Schema, &f.Schema); err != nil {
			return m, &teacher.CallError{Message: fmt.Sprintf("anthropic: schema: %v", err)}
		}
		m.OutputConfig.Format = f
	}
	return m, nil
}

// Ask sends r and returns its answer.
func (c *Client) Ask(ctx context.Context, r teacher.Request) (teacher.Answer, error) {
	p, err := c.request(r, shortCache)
	if err != nil {
		return teacher.Answer{}, err
	}
	var m messageResponse
	if err := c.api.Post(ctx, "/v1/messages", p, &m); err != nil {
		return teacher.Answer{}, c.callError(err)
	}
	return c.answer(&m, false), nil
}

// CountTokens asks the endpoint how many tokens the question has.
func (c *Client) CountTokens(ctx context.Context, r teacher.Request) (int, error) {
	p, err := c.request(r, shortCache)
	if err != nil {
		return 0, err
	}
	p.MaxTokens = 0
	var n countResponse
	if err := c.api.Post(ctx, "/v1/messages/count_tokens", p, &n); err != nil {
		return 0, c.callError(err)
	}
	return int(n.Input), nil
}

// answer takes the text blocks of m: thinking may stand before them.
func (c *Client) answer(m *messageResponse, long bool) teacher.Answer {
	var text strings.Builder
	for _, raw := range m.Content {
		var b struct{ Type, Text string }
		if json.Unmarshal(raw, &b) == nil && b.Type == "text" {
			text.WriteString(b.Text)
		}
	}
	a := teacher.Answer{Text: c.WithoutKey(text.String()), Model: c.Scrub(m.Model), Usage: m.Usage.charged(long)}
	switch m.StopReason {
	case "refusal":
		a.Stop, a.Detail = teacher.Refused, "the model declined to answer"
	case "max_tokens":
		a.Stop, a.Detail = teacher.CutOff, "the answer reached max_tokens"
	case "model_context_window_exceeded":
		a.Stop, a.Detail = teacher.CutOff, "question and answer reached the end of the model's context"
	case "pause_turn":
		a.Stop, a.Detail = teacher.CutOff, "the endpoint paused the answer"
	}
	return a
}

// charged is what is paid for. An endpoint that does not state how long a cache entry lives means the lifetime that was asked for.
func (u *usage) charged(long bool) teacher.Usage {
	t := teacher.Usage{
		Input: int(u.Input), CacheRead: int(u.CacheRead), Output: int(u.Output), CacheWrite: int(u.Lifetimes.Short), CacheWriteLong: int(u.Lifetimes.Long),
	}
	rest := max(int(u.CacheWrite)-t.CacheWrite-t.CacheWriteLong, 0)
	if long {
		t.CacheWriteLong += rest
	} else {
		t.CacheWrite += rest
	}
	return t
}

// callError words an error response of the API, a failure of the network, or a response that could not be read.
func (c *Client) callError(err error) *teacher.CallError {
	var own *teacher.CallError
	if errors.As(err, &own) {
		return own
	}
	var status *teacher.StatusError
	if !errors.As(err, &status) {
		return c.NetworkError(err)
	}
	kind, message := wording(status.Response.StatusCode, string(status.Body))
	return c.CallError(status.Response.StatusCode, status.Response, kind, message)
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
