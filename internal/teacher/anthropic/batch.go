package anthropic

import (
	"context"
	"fmt"
	"net/http"
	"time"

	sdk "github.com/anthropics/anthropic-sdk-go"

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
	p := sdk.MessageBatchNewParams{Requests: make([]sdk.MessageBatchNewParamsRequest, len(items))}
	for i, it := range items {
		r := it.Request
		cfg, err := c.format(r)
		if err != nil {
			return teacher.BatchInfo{}, &teacher.CallError{Message: err.Error()}
		}
		p.Requests[i] = sdk.MessageBatchNewParamsRequest{CustomID: it.Key, Params: sdk.MessageBatchNewParamsRequestParams{
			Model: c.Model(), MaxTokens: int64(r.MaxTokens), System: system(r, sdk.CacheControlEphemeralTTLTTL1h), Messages: messages(r), OutputConfig: cfg,
		}}
	}
	b, err := c.api.Messages.Batches.New(ctx, p)
	if err != nil {
		return teacher.BatchInfo{}, c.callError(err)
	}
	if b.ID == "" {
		return teacher.BatchInfo{}, &teacher.CallError{Kind: "connection", Message: "the endpoint answered without the id of the batch", Retry: true, Lost: true}
	}
	return info(b), nil
}

func info(b *sdk.MessageBatch) teacher.BatchInfo {
	n := b.RequestCounts
	return teacher.BatchInfo{
		ID: b.ID, Created: b.CreatedAt, Ended: b.ProcessingStatus == sdk.MessageBatchProcessingStatusEnded,
		Requests: teacher.Tokens(n.Processing + n.Succeeded + n.Errored + n.Canceled + n.Expired),
	}
}

// Batch looks at a batch.
func (c *Client) Batch(ctx context.Context, id string) (teacher.BatchInfo, error) {
	b, err := c.api.Messages.Batches.Get(ctx, id, sdk.MessageBatchGetParams{})
	if err != nil {
		return teacher.BatchInfo{}, c.callError(err)
	}
	return info(b), nil
}

// maxPages bounds how many pages of a hundred batches are looked through.
const maxPages = 50

// Batches lists those made since then. The endpoint has the newest first.
func (c *Client) Batches(ctx context.Context, since time.Time) (list []teacher.BatchInfo, err error) {
	p := sdk.MessageBatchListParams{Limit: sdk.Int(100)}
	for range maxPages {
		page, err := c.api.Messages.Batches.List(ctx, p)
		if err != nil {
			return nil, c.callError(err)
		}
		for i := range page.Data {
			b := &page.Data[i]
			if b.CreatedAt.Before(since) {
				return list, nil
			}
			list = append(list, info(b))
		}
		if !page.HasMore || page.LastID == "" {
			return list, nil
		}
		p.AfterID = sdk.String(page.LastID)
	}
	return nil, &teacher.CallError{Message: fmt.Sprintf("more than %d batches were made since %s", maxPages*100, since.Format(time.RFC3339))}
}

// Results reads the results of an ended batch, in the order of the endpoint.
func (c *Client) Results(ctx context.Context, id string, each func(teacher.BatchResult) error) error {
	s := c.api.Messages.Batches.ResultsStreaming(ctx, id, sdk.MessageBatchResultsParams{})
	defer s.Close() //nolint:errcheck // what matters has been read
	for s.Next() {
		line := s.Current()
		if err := each(c.result(&line)); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return c.callError(err)
	}
	return nil
}

func (c *Client) result(line *sdk.MessageBatchIndividualResponse) teacher.BatchResult {
	r := teacher.BatchResult{Key: line.CustomID, Status: teacher.EntryStatus(line.Result.Type)}
	switch r.Status {
	case teacher.EntrySucceeded:
		m := line.Result.Message
		r.Answer = c.answer(&m, true)
	case teacher.EntryErrored:
		r.Err = c.entryError(line.Result.Error.RawJSON())
	case teacher.EntryCanceled, teacher.EntryExpired:
	default:
		r.Status = teacher.EntryErrored
		r.Err = &teacher.CallError{Message: c.Scrub("a result of an unknown type: " + line.Result.Type), Retry: true}
	}
	return r
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
