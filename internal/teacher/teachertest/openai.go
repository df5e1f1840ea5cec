package teachertest

import (
	"encoding/json"
	"net/http"
)

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var p struct {
		Model     string `json:"model"`
		MaxTokens int    `json:"max_tokens"`
		Messages  []struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"messages"`
		Format *struct {
			Type   string `json:"type"`
			Schema struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"json_schema"`
		} `json:"response_format"`
	}
	if !readJSON(w, r, &p) {
		return
	}
	q := &Question{Model: p.Model, MaxTokens: p.MaxTokens}
	for _, m := range p.Messages {
		if m.Role == "system" {
			q.System += m.Content
		} else {
			q.User += m.Content
		}
	}
	if p.Format != nil {
		if s.o.NoSchema {
			fail(w, http.StatusBadRequest, "invalid_request_error", "response_format: type json_schema is not supported")
			return
		}
		q.Schema = p.Format.Schema.Schema
	}
	over, lost := s.trouble(w, q)
	if over {
		return
	}
	o := s.answer(q, false)
	m := completion(q, o)
	if lost {
		drop(w, m)
	}
	send(w, http.StatusOK, m)
}

func completion(q *Question, o outcome) any {
	content := o.text
	if o.think != "" {
		content = "<think>\n" + o.think + "\n</think>\n" + content
	}
	said := map[string]any{"role": "assistant", "content": content, "refusal": nil}
	finish := "stop"
	switch o.stop {
	case "max_tokens":
		finish = "length"
	case "refusal":
		said["refusal"], said["content"] = "I cannot help with that.", nil
	}
	u := o.usage
	return map[string]any{
		"id": "chatcmpl-" + q.id(), "object": "chat.completion", "created": 1790000000, "model": q.Model,
		"choices": []any{map[string]any{"index": 0, "finish_reason": finish, "message": said, "logprobs": nil}},
		"usage":   map[string]any{"prompt_tokens": u.Prompt(), "completion_tokens": u.Output, "total_tokens": u.Prompt() + u.Output},
	}
}
