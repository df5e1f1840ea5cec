package openai

import (
	"encoding/json"
	"strings"
)

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
