package anthropic

import (
	"encoding/json"
	"time"

	"graft/internal/teacher"
)

// What is sent. The fields stand in the order of the recordings of package cassette, which are compared as text.
type (
	messageRequest struct {
		MaxTokens    int           `json:"max_tokens,omitempty"` // none where tokens are only counted
		Messages     []message     `json:"messages"`
		Model        string        `json:"model"`
		OutputConfig *outputConfig `json:"output_config,omitempty"`
		System       []textBlock   `json:"system,omitempty"`
	}
	message struct {
		Content []textBlock `json:"content"`
		Role    string      `json:"role"`
	}
	textBlock struct {
		Text         string        `json:"text"`
		CacheControl *cacheControl `json:"cache_control,omitempty"`
		Type         string        `json:"type"`
	}
	cacheControl struct {
		TTL  string `json:"ttl"`
		Type string `json:"type"`
	}
	outputConfig struct {
		Effort string        `json:"effort,omitempty"`
		Format *outputFormat `json:"format,omitempty"`
	}
	outputFormat struct {
		Schema any    `json:"schema"`
		Type   string `json:"type"`
	}
	batchRequest struct {
		Requests []batchEntry `json:"requests"`
	}
	batchEntry struct {
		CustomID string         `json:"custom_id"`
		Params   messageRequest `json:"params"`
	}
)

// What comes back. Fields that nothing reads are left out.
type (
	messageResponse struct {
		Content    []json.RawMessage `json:"content"` // blocks, some of kinds that are not known yet
		Model      string            `json:"model"`
		StopReason string            `json:"stop_reason"`
		Usage      usage             `json:"usage"`
	}
	usage struct {
		Input      teacher.Count `json:"input_tokens"`
		Output     teacher.Count `json:"output_tokens"`
		CacheRead  teacher.Count `json:"cache_read_input_tokens"`
		CacheWrite teacher.Count `json:"cache_creation_input_tokens"`
		Lifetimes  struct {
			Short teacher.Count `json:"ephemeral_5m_input_tokens"`
			Long  teacher.Count `json:"ephemeral_1h_input_tokens"`
		} `json:"cache_creation"`
	}
	countResponse struct {
		Input teacher.Count `json:"input_tokens"`
	}
	batchResponse struct {
		ID      string `json:"id"`
		Created stamp  `json:"created_at"`
		Status  string `json:"processing_status"`
		Counts  struct {
			Processing, Succeeded, Errored, Canceled, Expired teacher.Count
		} `json:"request_counts"`
	}
	listResponse struct {
		Data    []batchResponse `json:"data"`
		HasMore bool            `json:"has_more"`
		LastID  string          `json:"last_id"`
	}
	resultLine struct {
		CustomID string `json:"custom_id"`
		Result   struct {
			Type    string          `json:"type"`
			Message json.RawMessage `json:"message"`
			Error   json.RawMessage `json:"error"`
		} `json:"result"`
	}
)

// stamp is a time, zero where the endpoint wrote something else.
type stamp struct{ time.Time }

// UnmarshalJSON reads a time of RFC 3339.
func (s *stamp) UnmarshalJSON(b []byte) error {
	var t time.Time
	if t.UnmarshalJSON(b) == nil {
		s.Time = t
	}
	return nil
}
