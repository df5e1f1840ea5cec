package openai

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// sameErrors words the errors of all servers as OpenAI does: the SDK loses the status of those that are worded otherwise.
type sameErrors struct{ next http.RoundTripper }

// maxError bounds the part of an error's body that is read.
const maxError = 64 << 10

// RoundTrip replaces the body of an error.
func (s sameErrors) RoundTrip(req *http.Request) (*http.Response, error) {
	next := s.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(req)
	if err != nil || resp.StatusCode < 400 {
		return resp, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxError))
	if err2 := resp.Body.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return nil, err
	}
	kind, message := wording(body)
	if message == "" {
		message = http.StatusText(resp.StatusCode)
	}
	same, err := json.Marshal(map[string]any{"error": map[string]string{"message": message, "type": kind, "code": kind, "param": ""}})
	if err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(same)), int64(len(same))
	resp.Header.Set("Content-Type", "application/json")
	return resp, nil
}

// wording finds kind and message in {"error":{…}} (OpenAI, llama.cpp), {"error":"…"} (Ollama), {"message":"…","type":"…"} (vLLM),
// {"detail":…} (FastAPI), or takes the text as it is.
func wording(body []byte) (kind, message string) {
	var shape struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Type    string          `json:"type"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return "", strings.TrimSpace(string(body))
	}
	var inner struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    any    `json:"code"`
	}
	var flat string
	switch {
	case json.Unmarshal(shape.Error, &inner) == nil && inner.Message != "":
		if code, ok := inner.Code.(string); ok && code != "" {
			return code, inner.Message
		}
		return inner.Type, inner.Message
	case json.Unmarshal(shape.Error, &flat) == nil:
		return "", flat
	case shape.Message != "":
		return shape.Type, shape.Message
	case json.Unmarshal(shape.Detail, &flat) == nil:
		return "", flat
	}
	return "", strings.TrimSpace(string(body))
}
