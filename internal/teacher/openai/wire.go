package openai

import (
	"encoding/json"

	"graft/internal/teacher"
)

// What is sent. The fields stand in the order of the recordings of package cassette, which are compared as text.
type (
	chatRequest struct {
		Messages            []message       `json:"messages"`
		Model               string          `json:"model"`
		MaxCompletionTokens int             `json:"max_completion_tokens,omitempty"`
		MaxTokens           int             `json:"max_tokens,omitempty"`
		ResponseFormat      *responseFormat `json:"response_format,omitempty"`
	}
	message struct {
		Content string `json:"content"`
		Role    string `json:"role"`
	}
	responseFormat struct {
		JSONSchema jsonSchema `json:"json_schema"`
		Type       string     `json:"type"`
	}
	jsonSchema struct {
		Name   string          `json:"name"`
		Strict bool            `json:"strict"`
		Schema json.RawMessage `json:"schema"`
	}
)

// What comes back. Fields that nothing reads are left out.
type (
	chatResponse struct {
		Model   string `json:"model"`
		Choices []struct {
			FinishReason string `json:"finish_reason"`
			Message      struct {
				Content string `json:"content"`
				Refusal string `json:"refusal"`
			} `json:"message"`
		} `json:"choices"`
		Usage struct {
			Prompt        teacher.Count `json:"prompt_tokens"`
			Completion    teacher.Count `json:"completion_tokens"`
			PromptDetails struct {
				Cached teacher.Count `json:"cached_tokens"`
			} `json:"prompt_tokens_details"`
		} `json:"usage"`
	}
)
