package teachertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// messageParams is a request of the Messages API.
type messageParams struct {
	Model     string `json:"model"`
	MaxTokens int    `json:"max_tokens"`
	System    []struct {
		Text  string `json:"text"`
		Cache *struct {
			TTL string `json:"ttl"`
		} `json:"cache_control"`
	} `json:"system"`
	Messages []struct {
		Role    string `json:"role"`
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"messages"`
	OutputConfig struct {
		Format struct {
			Type   string          `json:"type"`
			Schema json.RawMessage `json:"schema"`
		} `json:"format"`
	} `json:"output_config"`
	Temperature *float64 `json:"temperature"`
	TopP        *float64 `json:"top_p"`
	TopK        *int     `json:"top_k"`
}

// question checks p as the API of 2026 does and returns what it asks.
func (p *messageParams) question(counting bool) (*Question, string) {
	switch {
	case p.Model == "":
		return nil, "model: field required"
	case p.MaxTokens < 1 && !counting:
		return nil, "max_tokens: must be greater than 0"
	case p.Temperature != nil || p.TopP != nil || p.TopK != nil:
		return nil, "temperature, top_p and top_k are not supported by this model"
	case len(p.Messages) == 0 || p.Messages[len(p.Messages)-1].Role != "user":
		return nil, "messages: the last must be of the user"
	}
	q := &Question{Model: p.Model, MaxTokens: p.MaxTokens, Schema: p.OutputConfig.Format.Schema}
	for _, b := range p.System {
		q.System += b.Text
		if b.Cache != nil {
			q.CacheTTL = b.Cache.TTL
			if q.CacheTTL == "" {
				q.CacheTTL = "5m"
			}
		}
	}
	for _, m := range p.Messages {
		for _, b := range m.Content {
			q.User += b.Text
		}
	}
	return q, ""
}

func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	b, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "invalid_request_error", err.Error())
	}
	return err == nil
}

func (s *Server) messages(w http.ResponseWriter, r *http.Request) {
	var p messageParams
	if !readJSON(w, r, &p) {
		return
	}
	q, wrong := p.question(false)
	if q == nil {
		fail(w, http.StatusBadRequest, "invalid_request_error", wrong)
		return
	}
	over, lost := s.trouble(w, q)
	if over {
		return
	}
	m := message(q, s.answer(q, false))
	if lost {
		drop(w, m)
	}
	send(w, http.StatusOK, m)
}

func message(q *Question, o outcome) any {
	content := []any{}
	if o.think != "" {
		content = append(content, map[string]any{"type": "thinking", "thinking": o.think, "signature": "c2ln"})
	}
	if o.text != "" {
		content = append(content, map[string]any{"type": "text", "text": o.text, "citations": nil})
	}
	u := o.usage
	return map[string]any{
		"id": "msg_" + q.id(), "type": "message", "role": "assistant", "model": q.Model, "content": content, "stop_reason": o.stop, "stop_sequence": nil,
		"usage": map[string]any{
			"input_tokens": u.Input, "output_tokens": u.Output, "cache_read_input_tokens": u.CacheRead, "cache_creation_input_tokens": u.CacheWrite + u.CacheWriteLong,
			"cache_creation": map[string]any{"ephemeral_5m_input_tokens": u.CacheWrite, "ephemeral_1h_input_tokens": u.CacheWriteLong},
			"service_tier":   "standard",
		},
	}
}

func (s *Server) countTokens(w http.ResponseWriter, r *http.Request) {
	var p messageParams
	if !readJSON(w, r, &p) {
		return
	}
	q, wrong := p.question(true)
	if q == nil {
		fail(w, http.StatusBadRequest, "invalid_request_error", wrong)
		return
	}
	send(w, http.StatusOK, map[string]any{"input_tokens": tokens(q.System) + tokens(q.User) + tokens(string(q.Schema)) + 8})
}

// batch is a message batch.
type batch struct {
	id      string
	created time.Time
	lines   [][]byte // results, in the order in which they are given out
	counts  map[string]int
	polls   int
	reads   int
}

func (s *Server) createBatch(w http.ResponseWriter, r *http.Request) {
	var p struct {
		Requests []struct {
			CustomID string        `json:"custom_id"`
			Params   messageParams `json:"params"`
		} `json:"requests"`
	}
	if !readJSON(w, r, &p) {
		return
	}
	s.mu.Lock()
	s.made++
	made := s.made
	s.mu.Unlock()
	if n := s.o.Faults.RefuseBatch; n > 0 && made%n == n-1 {
		fail(w, 529, "overloaded_error", "Overloaded")
		return
	}
	created := s.o.Start
	if created.IsZero() {
		created = time.Now()
	}
	b := &batch{created: created.UTC(), counts: map[string]int{}, polls: s.o.Polls}
	seen := map[string]bool{}
	order := []string{}
	lines := map[string][]byte{}
	for _, req := range p.Requests {
		q, wrong := req.Params.question(false)
		if q == nil || req.CustomID == "" || len(req.CustomID) > 64 || seen[req.CustomID] {
			fail(w, http.StatusBadRequest, "invalid_request_error", "custom_id "+req.CustomID+" is used twice or no id; "+wrong)
			return
		}
		seen[req.CustomID] = true
		result, status := s.entry(q)
		b.counts[status]++
		line, err := json.Marshal(map[string]any{"custom_id": req.CustomID, "result": result})
		if err != nil {
			panic(err)
		}
		at := fmt.Sprintf("%016x", hash(req.CustomID, "shuffle"))
		order, lines[at] = append(order, at), line
	}
	slices.Sort(order)
	for _, at := range order {
		b.lines = append(b.lines, lines[at])
	}
	s.mu.Lock()
	b.id = fmt.Sprintf("msgbatch_%024d", len(s.batches)+1)
	s.batches = append(s.batches, b)
	view := b.view()
	s.mu.Unlock()
	if n := s.o.Faults.LoseBatch; n > 0 && made%n == 0 {
		drop(w, view)
	}
	send(w, http.StatusOK, view)
}

// entry works on a request of a batch.
func (s *Server) entry(q *Question) (result any, status string) {
	errored := func(kind, message string) (any, string) {
		return map[string]any{"type": "errored", "error": map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message}}}, "errored"
	}
	n := s.try(q, "batch")
	switch {
	case q.hits(s.o.Faults.Invalid, "invalid"):
		return errored("invalid_request_error", "this question is not allowed")
	case n == 0 && q.hits(s.o.Faults.Expire, "expire"):
		return map[string]any{"type": "expired"}, "expired"
	case n == 0 && q.hits(s.o.Faults.Errored, "errored"):
		return errored("overloaded_error", "Overloaded")
	}
	return map[string]any{"type": "succeeded", "message": message(q, s.answer(q, true))}, "succeeded"
}

// view is the batch as the API shows it. mu is held.
func (b *batch) view() any {
	v := map[string]any{
		"id": b.id, "type": "message_batch", "created_at": b.created.Format(time.RFC3339Nano), "expires_at": b.created.Add(24 * time.Hour).Format(time.RFC3339Nano),
		"archived_at": nil, "cancel_initiated_at": nil, "ended_at": nil, "results_url": nil, "processing_status": "in_progress",
		"request_counts": map[string]int{"processing": len(b.lines), "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0},
	}
	if b.polls <= 0 {
		v["processing_status"], v["ended_at"] = "ended", b.created.Format(time.RFC3339Nano)
		v["results_url"] = "/v1/messages/batches/" + b.id + "/results"
		v["request_counts"] = map[string]int{
			"processing": 0, "succeeded": b.counts["succeeded"], "errored": b.counts["errored"], "canceled": 0, "expired": b.counts["expired"],
		}
	}
	return v
}

func (s *Server) find(w http.ResponseWriter, r *http.Request) *batch {
	for _, b := range s.batches {
		if b.id == r.PathValue("id") {
			return b
		}
	}
	fail(w, http.StatusNotFound, "not_found_error", "no batch "+r.PathValue("id"))
	return nil
}

func (s *Server) getBatch(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.find(w, r); b != nil {
		b.polls--
		send(w, http.StatusOK, b.view())
	}
}

func (s *Server) listBatches(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []any{}
	const page = 20
	after, more, last := r.URL.Query().Get("after_id"), false, ""
	for _, b := range slices.Backward(s.batches) {
		if after != "" {
			if b.id == after {
				after = ""
			}
			continue
		}
		if len(data) == page {
			more = true
			break
		}
		b.polls--
		data, last = append(data, b.view()), b.id
	}
	send(w, http.StatusOK, map[string]any{"data": data, "has_more": more, "first_id": nil, "last_id": last})
}

func (s *Server) results(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.find(w, r)
	if b == nil || b.polls > 0 {
		if b != nil {
			fail(w, http.StatusNotFound, "not_found_error", "the batch has not ended")
		}
		s.mu.Unlock()
		return
	}
	b.reads++
	tear := s.o.Faults.TearResults && b.reads == 1
	var body strings.Builder
	for _, l := range b.lines {
		body.Write(l)
		body.WriteByte('\n')
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-jsonl")
	if text := body.String(); !tear {
		_, _ = io.WriteString(w, text)
	} else {
		_, _ = io.WriteString(w, text[:len(text)*2/3])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
