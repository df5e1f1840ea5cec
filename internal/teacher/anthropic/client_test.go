package anthropic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"graft/internal/teacher"
)

// canned answers every request with one response and keeps the last body.
type canned struct {
	status int
	header map[string]string
	body   string
	sent   []byte
	seen   http.Header
}

func (c *canned) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		c.sent = b
	}
	c.seen = req.Header
	h := http.Header{"Content-Type": {"application/json"}}
	for k, v := range c.header {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: c.status, Header: h, Body: io.NopCloser(strings.NewReader(c.body)), ContentLength: -1, Request: req}, nil
}

const key = "sk-ant-test-key"

func newClient(t *testing.T, rt http.RoundTripper) *Client {
	t.Helper()
	c, err := New(Options{Model: "claude-haiku-5-5", Key: key, Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var question = teacher.Request{
	System: "be brief", User: "code <&> \u2028 \"q\"\n\x01", Schema: json.RawMessage(`{"type":"object","properties":{"b":{},"a":{}}}`), MaxTokens: 77,
}

func TestRequestBody(t *testing.T) {
	t.Setenv("ANTHROPIC_API_KEY", "from the environment")
	t.Setenv("ANTHROPIC_CUSTOM_HEADERS", "X-From: environment")
	rt := &canned{status: 200, body: `{"type":"message","content":[],"stop_reason":"end_turn","usage":{}}`}
	if _, err := newClient(t, rt).Ask(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(rt.sent, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"temperature", "top_p", "top_k", "thinking", "tools", "stream"} {
		if _, there := got[name]; there {
			t.Errorf("the request has %s", name)
		}
	}
	want := `{"max_tokens":77,"messages":[{"content":[{"text":"code \u003c\u0026\u003e \u2028 \"q\"\n\u0001","type":"text"}],"role":"user"}],` +
		`"model":"claude-haiku-5-5","output_config":{"format":{"schema":{"properties":{"a":{},"b":{}},"type":"object"},"type":"json_schema"}},` +
		`"system":[{"cache_control":{"ttl":"5m","type":"ephemeral"},"text":"be brief","type":"text"}]}`
	if b, err := json.Marshal(got); err != nil || string(b) != want {
		t.Errorf("body\n%s, expected\n%s", b, want)
	}
	if rt.seen.Get("X-Api-Key") != key || rt.seen.Get("X-From") != "" || rt.seen.Get("Authorization") != "" {
		t.Error("the environment changed the headers")
	}
}

func TestAnswers(t *testing.T) {
	const usage = `"usage":{"input_tokens":3,"output_tokens":4,"cache_read_input_tokens":5,"cache_creation_input_tokens":6}`
	for _, c := range []struct {
		name, content, stop string
		text                string
		failure             teacher.Failure
	}{
		{"text", `{"type":"text","text":"a"}`, "end_turn", "a", ""},
		{"thinking first", `{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a"}`, "end_turn", "a", ""},
		{"redacted thinking first", `{"type":"redacted_thinking","data":"x"},{"type":"text","text":"a"}`, "end_turn", "a", ""},
		{"unknown block first", `{"type":"dream","dream":"x"},{"type":"text","text":"a"}`, "end_turn", "a", ""},
		{"two texts", `{"type":"text","text":"a"},{"type":"text","text":"b"}`, "end_turn", "ab", ""},
		{"refusal", ``, "refusal", "", teacher.Refused},
		{"cut off", `{"type":"text","text":"{\"a"}`, "max_tokens", `{"a`, teacher.CutOff},
		{"context full", `{"type":"text","text":"a"}`, "model_context_window_exceeded", "a", teacher.CutOff},
		{"stop of tomorrow", `{"type":"text","text":"a"}`, "sunset", "a", ""},
		{"key in the text", `{"type":"text","text":"a ` + key + `"}`, "end_turn", "a [key]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rt := &canned{status: 200, body: fmt.Sprintf(`{"type":"message","model":"m","content":[%s],"stop_reason":%q,%s}`, c.content, c.stop, usage)}
			a, err := newClient(t, rt).Ask(t.Context(), question)
			if err != nil || a.Text != c.text || a.Stop != c.failure || (a.Detail == "") != (c.failure == "") {
				t.Errorf("%+v, %v", a, err)
			}
			if want := (teacher.Usage{Input: 3, Output: 4, CacheRead: 5, CacheWrite: 6}); a.Usage != want {
				t.Errorf("usage %+v, expected %+v", a.Usage, want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		want   teacher.CallError
	}{
		{"overloaded", 529, nil, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, teacher.CallError{Status: 529, Kind: "overloaded_error", Message: "Overloaded", Retry: true}},
		{"key in the message", 401, nil, `{"type":"error","error":{"type":"authentication_error","message":"bad ` + key + `"}}`, teacher.CallError{Status: 401, Kind: "authentication_error", Message: "bad [key]", Stop: true}},
		{"not JSON", 502, nil, "<html>\n bad gateway " + key, teacher.CallError{Status: 502, Message: "<html> bad gateway [key]", Retry: true, Lost: true}},
		{"empty", 503, map[string]string{"Retry-After": "3"}, "", teacher.CallError{Status: 503, Message: "Service Unavailable", Retry: true, After: 3 * time.Second}},
		{"redirect is not followed", 302, map[string]string{"Location": "https://example.com"}, "", teacher.CallError{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newClient(t, &canned{status: c.status, header: c.header, body: c.body}).Ask(t.Context(), question)
			var e *teacher.CallError
			if !errors.As(err, &e) {
				t.Fatalf("%v is no CallError", err)
			}
			if c.want.Status != 0 && *e != c.want {
				t.Errorf("%+v, expected %+v", *e, c.want)
			}
			if strings.Contains(fmt.Sprintf("%+v", *e), key) {
				t.Error("the key shows")
			}
		})
	}
	_, err := newClient(t, &canned{status: 200, body: `{"type":"mess`}).Ask(t.Context(), question)
	var e *teacher.CallError
	if !errors.As(err, &e) || !e.Lost || !e.Retry {
		t.Errorf("half an answer: %v", err)
	}
}

// TestSizeBounds compares Size with what a batch really takes.
func TestSizeBounds(t *testing.T) {
	rt := &canned{status: 200, body: `{"id":"msgbatch_1","processing_status":"in_progress","request_counts":{"processing":1}}`}
	c := newClient(t, rt)
	for _, text := range []string{"plain text", strings.Repeat("<>&\u2028\u2029\"\\\x00\x1f\x7f", 500), strings.Repeat("äß日本", 300), strings.Repeat("\t\n", 999)} {
		items := []teacher.BatchItem{}
		bound := 64 // of the frame around the requests
		for i := range 3 {
			r := teacher.Request{System: text, User: text, Schema: question.Schema, MaxTokens: 1 << 20}
			items = append(items, teacher.BatchItem{Key: strings.Repeat(fmt.Sprint(i), 64), Request: r})
			bound += c.Size(r)
		}
		if _, err := c.Submit(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		if len(rt.sent) > bound {
			t.Errorf("%.20q: %d bytes, bound %d", text, len(rt.sent), bound)
		}
		if !bytes.Contains(rt.sent, []byte(`"ttl":"1h"`)) {
			t.Error("a batch caches for an hour")
		}
	}
}
