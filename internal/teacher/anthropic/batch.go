package anthropic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"graft/internal/teacher"
)

// Size bounds the bytes of r in a batch: a byte of text takes at most six in JSON.
func (c *Client) Size(r teacher.Request) int {
	return escaped(r.System) + escaped(r.User) + 2*len(r.Schema) + len(c.Model()) + 1024
}

// escaped bounds the length of s as a JSON string: control characters, and <, > and & of code, take six bytes.
func escaped(s string) int {
	n := len(s)
	for i := range len(s) {
		switch ch := s[i]; {
		case ch < ' ', ch == '<', ch == '>', ch == '&', ch == 0xe2: // 0xe2 begins U+2028 and U+2029
			n += 5
		case ch == '"', ch == '\\', ch == 0x7f:
			n += 5
		}
	}
	return n
}

// Submit makes a batch of items.
func (c *Client) Submit(ctx context.Context, items []teacher.BatchItem) (teacher.BatchInfo, error) {
	p := batchRequest{Requests: make([]batchEntry, len(items))}
	for i, it := range items {
		params, err := c.request(it.Request, longCache)
		if err != nil {
			return teacher.BatchInfo{}, err
		}
		p.Requests[i] = batchEntry{CustomID: it.Key, Params: params}
	}
	var b batchResponse
	if err := c.api.Post(ctx, batches, p, &b); err != nil {
		return teacher.BatchInfo{}, c.callError(err)
	}
	if b.ID == "" {
		return teacher.BatchInfo{}, &teacher.CallError{Kind: "connection", Message: "the endpoint answered without the id of the batch", Retry: true, Lost: true}
	}
	return b.info(), nil
}

// batches is where batches are made and listed.
const batches = "/v1/messages/batches"

func (b *batchResponse) info() teacher.BatchInfo {
	n := b.Counts
	return teacher.BatchInfo{
		ID: b.ID, Created: b.Created.Time, Ended: b.Status == "ended",
		Requests: int(n.Processing + n.Succeeded + n.Errored + n.Canceled + n.Expired),
	}
}

// Batch looks at a batch.
func (c *Client) Batch(ctx context.Context, id string) (teacher.BatchInfo, error) {
	var b batchResponse
	if err := c.api.Get(ctx, batches+"/"+url.PathEscape(id), &b); err != nil {
		return teacher.BatchInfo{}, c.callError(err)
	}
	return b.info(), nil
}

// maxPages bounds how many pages of a hundred batches are looked through.
const maxPages = 50

// Batches lists those made since then. The endpoint has the newest first.
func (c *Client) Batches(ctx context.Context, since time.Time) (list []teacher.BatchInfo, err error) {
	query := url.Values{"limit": {"100"}}
	for range maxPages {
		var page listResponse
		if err := c.api.Get(ctx, batches+"?"+query.Encode(), &page); err != nil {
			return nil, c.callError(err)
		}
		for i := range page.Data {
			b := &page.Data[i]
			if b.Created.Before(since) {
				return list, nil
			}
			list = append(list, b.info())
		}
		if !page.HasMore || page.LastID == "" {
			return list, nil
		}
		query.Set("after_id", page.LastID)
	}
	return nil, &teacher.CallError{Message: fmt.Sprintf("more than %d batches were made since %s", maxPages*100, since.Format(time.RFC3339))}
}

// Results reads the results of an ended batch, in the order of the endpoint.
func (c *Client) Results(ctx context.Context, id string, each func(teacher.BatchResult) error) error {
	var stop error // of each, which is no error of the call
	err := c.api.Lines(ctx, batches+"/"+url.PathEscape(id)+"/results", func(raw []byte) error {
		r, err := c.result(raw)
		if err != nil {
			return err
		}
		stop = each(r)
		return stop
	})
	switch {
	case stop != nil:
		return stop
	case err != nil:
		return c.callError(err)
	}
	return nil
}

// result reads a line of results.
func (c *Client) result(raw []byte) (teacher.BatchResult, error) {
	var line resultLine
	if err := json.Unmarshal(raw, &line); err != nil {
		return teacher.BatchResult{}, fmt.Errorf("a line of the results is not what was expected: %w", err)
	}
	r := teacher.BatchResult{Key: line.CustomID, Status: teacher.EntryStatus(line.Result.Type)}
	switch r.Status {
	case teacher.EntrySucceeded:
		var m messageResponse
		if err := json.Unmarshal(line.Result.Message, &m); err != nil {
			return r, fmt.Errorf("the message of result %.80q is not what was expected: %w", line.CustomID, err)
		}
		r.Answer = c.answer(&m, true)
	case teacher.EntryErrored:
		r.Err = c.entryError(string(line.Result.Error))
	case teacher.EntryCanceled, teacher.EntryExpired:
	default:
		r.Status = teacher.EntryErrored
		r.Err = &teacher.CallError{Message: c.Scrub("a result of an unknown type: " + line.Result.Type), Retry: true}
	}
	return r, nil
}

// entryError gives the error of an entry the status that the same error has in the Messages API.
func (c *Client) entryError(body string) *teacher.CallError {
	kind, message := wording(0, body)
	e := c.CallError(0, nil, kind, message)
	status := map[string]int{
		"invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403, "not_found_error": 404,
		"request_too_large": 413, "rate_limit_error": 429, "timeout_error": 504, "overloaded_error": 529,
	}[e.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	out := teacher.CallErrorOf(status, http.Header{}, e.Kind, e.Message, time.Time{})
	out.Status, out.Lost = 0, false
	return out
}
