package openai

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"graft/internal/teacher"
)

// script answers with its responses, one after the other, and keeps the bodies that were sent.
type script struct {
	responses []response
	sent      []map[string]any
	header    http.Header
}

type response struct {
	status int
	body   string
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var body map[string]any
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		return nil, err
	}
	s.sent, s.header = append(s.sent, body), req.Header
	r := s.responses[0]
	s.responses = s.responses[1:]
	return &http.Response{
		StatusCode: r.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(r.body)), ContentLength: -1, Request: req,
	}, nil
}

const (
	key  = "sk-test-key"
	good = `{"model":"m","choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"{}"}}],"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}`
)

var question = teacher.Request{System: "s", User: "u", Schema: json.RawMessage(`{"type":"object"}`), MaxTokens: 7}

func newClient(t *testing.T, url string, s *script) *Client {
	t.Helper()
	c, err := New(Options{Model: "m", BaseURL: url, Key: key, Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRequestBody(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "from the environment")
	t.Setenv("OPENAI_ORG_ID", "org-from-the-environment")
	t.Setenv("OPENAI_CUSTOM_HEADERS", "X-From: environment")
	for url, want := range map[string]string{
		"http://localhost:1/v1": `{"max_tokens":7,"messages":[{"content":"s","role":"system"},{"content":"u","role":"user"}],"model":"m",` +
			`"response_format":{"json_schema":{"name":"answer","schema":{"type":"object"},"strict":true},"type":"json_schema"}}`,
		"": `{"max_completion_tokens":7,"messages":[{"content":"s","role":"system"},{"content":"u","role":"user"}],"model":"m",` +
			`"response_format":{"json_schema":{"name":"answer","schema":{"type":"object"},"strict":true},"type":"json_schema"}}`,
	} {
		s := &script{responses: []response{{200, good}}}
		a, err := newClient(t, url, s).Ask(t.Context(), question)
		if err != nil || a.Text != "{}" || a.Usage != (teacher.Usage{Input: 6, CacheRead: 4, Output: 2}) {
			t.Fatal(a, err)
		}
		if b, err := json.Marshal(s.sent[0]); err != nil || string(b) != want {
			t.Errorf("%s: body\n%s, expected\n%s", url, b, want)
		}
		if s.header.Get("Authorization") != "Bearer "+key || s.header.Get("Openai-Organization") != "" || s.header.Get("X-From") != "" {
			t.Errorf("headers %v", s.header)
		}
	}
	c, err := New(Options{Model: "m", BaseURL: "http://localhost:1/v1", Transport: &script{}})
	if err != nil {
		t.Fatal(err)
	}
	s := &script{responses: []response{{200, good}}}
	c, err = New(Options{Model: c.Model(), BaseURL: c.Endpoint(), Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Ask(t.Context(), question); err != nil || s.header.Get("Authorization") != "" {
		t.Errorf("without a key: %v, Authorization %q", err, s.header.Get("Authorization"))
	}
}

func TestSchemaIsRefused(t *testing.T) {
	refusal := response{400, `{"error":{"message":"response_format is not supported","type":"invalid_request_error"}}`}
	s := &script{responses: []response{refusal, {200, good}, {200, good}}}
	c := newClient(t, "http://localhost:1/v1", s)
	for range 2 {
		if _, err := c.Ask(t.Context(), question); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.sent) != 3 || s.sent[1]["response_format"] != nil || s.sent[2]["response_format"] != nil {
		t.Errorf("sent %v", s.sent)
	}
	system := s.sent[2]["messages"].([]any)[0].(map[string]any)["content"].(string)
	if !strings.Contains(system, `{"type":"object"}`) {
		t.Errorf("the schema is not in the system text: %q", system)
	}
	// Where the format is not what was refused, the first error counts and the format stays.
	s.responses = []response{{400, `{"error":{"message":"too long"}}`}, {400, `{"error":{"message":"still too long"}}`}, {200, good}}
	c = newClient(t, "http://localhost:1/v1", s)
	if _, err := c.Ask(t.Context(), question); err == nil || !strings.Contains(err.Error(), "HTTP 400: too long") {
		t.Errorf("error %v", err)
	}
	if _, err := c.Ask(t.Context(), question); err != nil || s.sent[len(s.sent)-1]["response_format"] == nil {
		t.Errorf("the format was given up: %v", err)
	}
}

func TestErrorsOfManyServers(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   teacher.CallError
	}{
		{"OpenAI", 429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`, teacher.CallError{Status: 429, Kind: "insufficient_quota", Message: "You exceeded your current quota", Stop: true}},
		{"llama.cpp", 503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, teacher.CallError{Status: 503, Kind: "unavailable_error", Message: "Loading model", Retry: true}},
		{"Ollama", 404, `{"error":"model 'm' not found"}`, teacher.CallError{Status: 404, Message: "model 'm' not found", Stop: true}},
		{"vLLM", 500, `{"object":"error","message":"no memory","type":"InternalServerError","code":500}`, teacher.CallError{Status: 500, Kind: "InternalServerError", Message: "no memory", Retry: true}},
		{"FastAPI", 500, `{"detail":"Not well"}`, teacher.CallError{Status: 500, Message: "Not well", Retry: true}},
		{"list", 500, `[1,2]`, teacher.CallError{Status: 500, Message: "[1,2]", Retry: true}},
		{"text", 500, "oh no " + key, teacher.CallError{Status: 500, Message: "oh no [key]", Retry: true}},
		{"nothing", 500, "", teacher.CallError{Status: 500, Message: "Internal Server Error", Retry: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newClient(t, "http://localhost:1/v1", &script{responses: []response{{c.status, c.body}}}).Ask(t.Context(), teacher.Request{User: "u", MaxTokens: 1})
			var e *teacher.CallError
			if !errors.As(err, &e) || *e != c.want {
				t.Errorf("%#v, expected %#v", e, c.want)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, body string
		text       string
		failure    teacher.Failure
		lost       bool
	}{
		{"length", `{"choices":[{"finish_reason":"length","message":{"content":"{\"a"}}]}`, `{"a`, teacher.CutOff, false},
		{"filter", `{"choices":[{"finish_reason":"content_filter","message":{"content":""}}]}`, "", teacher.Refused, false},
		{"refusal", `{"choices":[{"finish_reason":"stop","message":{"content":null,"refusal":"I must not"}}]}`, "", teacher.Refused, false},
		{"key in the text", `{"choices":[{"finish_reason":"stop","message":{"content":"` + key + `"}}]}`, "[key]", "", false},
		{"no choice", `{"choices":[]}`, "", "", true},
		{"half", `{"choices":[{"fin`, "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := newClient(t, "http://localhost:1/v1", &script{responses: []response{{200, c.body}}}).Ask(t.Context(), teacher.Request{User: "u", MaxTokens: 1})
			var e *teacher.CallError
			if lost := errors.As(err, &e) && e.Lost && e.Retry; lost != c.lost || a.Text != c.text || a.Stop != c.failure {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}
