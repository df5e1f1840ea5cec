package teacher

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Wire sends JSON to an endpoint and reads JSON from it. It sends everything once.
type Wire struct {
	BaseURL string        // without a slash at the end
	Header  http.Header   // of every request: key, version
	Client  *http.Client  // HTTPClient
	Timeout time.Duration // of a request, until its response has been read
}

// StatusError is a response of HTTP that is an error.
type StatusError struct {
	Response *http.Response // its body has been read
	Body     []byte         // the beginning of it
}

// Error names the status.
func (e *StatusError) Error() string { return "HTTP " + strconv.Itoa(e.Response.StatusCode) }

// maxError bounds the part of an error's body that is read, and maxResultLine a line of results.
const (
	maxError      = 64 << 10
	maxResultLine = 64 << 20
)

// Post sends in and reads the response into out.
func (w *Wire) Post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("teacher: request: %w", err)
	}
	return w.exchange(ctx, http.MethodPost, path, body, func(r io.Reader) error { return decode(r, out) })
}

// Get reads the response into out.
func (w *Wire) Get(ctx context.Context, path string, out any) error {
	return w.exchange(ctx, http.MethodGet, path, nil, func(r io.Reader) error { return decode(r, out) })
}

// Lines reads a response of one JSON value a line and calls each with every line that is not empty. The slice is each's until it returns.
func (w *Wire) Lines(ctx context.Context, path string, each func(line []byte) error) error {
	return w.exchange(ctx, http.MethodGet, path, nil, func(r io.Reader) error {
		s := bufio.NewScanner(r)
		s.Buffer(nil, maxResultLine)
		for s.Scan() {
			line := bytes.TrimSpace(s.Bytes())
			if len(line) == 0 {
				continue
			}
			if !json.Valid(line) {
				if err := s.Err(); err != nil {
					return err // the connection ended within the line
				}
				return fmt.Errorf("a line of the response is not JSON: %.60q", line)
			}
			if err := each(line); err != nil {
				return err
			}
		}
		return s.Err()
	})
}

// decode reads one JSON value.
func decode(r io.Reader, out any) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("the response is not what was expected: %w", err)
	}
	return nil
}

func (w *Wire) exchange(ctx context.Context, method, path string, body []byte, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, w.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("teacher: %w", err)
	}
	req.Header = w.Header.Clone()
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "graft")
	resp, err := w.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // what matters has been read
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		b, err := io.ReadAll(io.LimitReader(resp.Body, maxError))
		if err != nil {
			return err
		}
		return &StatusError{resp, b}
	}
	return read(resp.Body)
}

// Count is a number of tokens or requests that an endpoint has counted, as it may be written: bounded, 0 for null and for what is no number.
type Count int

// UnmarshalJSON reads a number, or a number in quotes.
func (n *Count) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil || !(f > 0) {
		f = 0
	}
	*n = Count(Tokens(int64(min(f, 1<<50))))
	return nil
}
