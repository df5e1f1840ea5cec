package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxRedirects = 10
	maxFailures  = 5                // attempts in a row without a byte of progress
	maxPause     = 2 * time.Minute  // the longest that a server may ask us to wait
	stallTime    = 60 * time.Second // without a byte until a connection counts as lost
)

// A client speaks HTTP with the endpoint and where it redirects to.
type client struct {
	http     *http.Client
	endpoint *url.URL
	token    Token
	pause    func(context.Context, time.Duration) error // sleeps; replaced in tests
	stall    time.Duration
}

func newClient(o Options) (*client, error) {
	endpoint, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConnsPerHost:   workers,
		ForceAttemptHTTP2:     true,
	}
	return &client{
		// Redirects are followed in once, which decides where the token goes: net/http would look at the name without the port.
		http:     &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		endpoint: endpoint, token: o.Token, pause: sleep, stall: stallTime,
	}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// A statusError is an answer other than success.
type statusError struct {
	status        int
	code, message string // what the hub says about it
	retryAfter    time.Duration
	where         string
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("%s: %d %s", e.where, e.status, http.StatusText(e.status))
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

// A networkError is a failure between us and a server.
type networkError struct{ error }

func (e *networkError) Unwrap() error { return e.error }

// transient reports whether trying again may help.
func transient(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return slices.Contains([]int{408, 429, 500, 502, 503, 504}, status.status)
	}
	var network *networkError
	return errors.As(err, &network)
}

// isEndpoint reports whether u is on the host, and the port, that the token is for.
func (c *client) isEndpoint(u *url.URL) bool {
	return u.Scheme == c.endpoint.Scheme && strings.EqualFold(u.Host, c.endpoint.Host)
}

// A call is a request, the same along all redirects.
type call struct {
	method, address string
	from            int64             // first byte asked for
	away            bool              // follow redirects to other hosts too
	visit           func(http.Header) // sees the header of every answer; may be nil
}

// once makes a call. The answer is a success or, if the call stays on the endpoint, a redirect to another host; its body is the
// caller's to close.
func (c *client) once(ctx context.Context, q call) (*http.Response, error) {
	u, err := url.Parse(q.address)
	if err != nil {
		return nil, errors.New("bad address")
	}
	for range maxRedirects {
		resp, err := c.send(ctx, q, u)
		if err != nil {
			return nil, err
		}
		if q.visit != nil {
			q.visit(resp.Header)
		}
		if resp.StatusCode < 300 {
			return resp, nil
		}
		next, err := resp.Location()
		if resp.StatusCode >= 400 || err != nil {
			return nil, c.statusError(resp)
		}
		if !q.away && !c.isEndpoint(next) {
			return resp, nil
		}
		_ = resp.Body.Close() // its content is of no interest
		if next.Scheme != "https" && next.Scheme != u.Scheme {
			return nil, fmt.Errorf("%s redirects to %s, which is not secure", place(u), place(next))
		}
		u = next
	}
	return nil, fmt.Errorf("%s: more than %d redirects", place(u), maxRedirects)
}

// send makes one request, with the token if u is on the endpoint.
func (c *client) send(ctx context.Context, q call, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, q.method, u.String(), nil)
	if err != nil {
		return nil, errors.New("bad address")
	}
	req.Header.Set("User-Agent", "graft")
	req.Header.Set("Accept-Encoding", "identity") // lengths and ranges are those of the file
	if q.from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", q.from))
	}
	if c.token != "" && c.isEndpoint(u) {
		req.Header.Set("Authorization", "Bearer "+string(c.token))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var e *url.Error // names the whole address, whose query may be a key to the file
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, &networkError{fmt.Errorf("%s: %w", place(u), err)}
	}
	return resp, nil
}

// request makes a call, again while the failure is transient. use gets the answer.
func (c *client) request(ctx context.Context, q call, use func(*http.Response) error) error {
	for failures := 1; ; failures++ {
		resp, err := c.once(ctx, q)
		if err == nil {
			err = errors.Join(use(resp), resp.Body.Close())
		}
		if err == nil {
			return nil
		}
		if err := c.backOff(ctx, failures, err); err != nil {
			return err
		}
	}
}

// backOff waits before the next attempt; it returns err when there should be none.
func (c *client) backOff(ctx context.Context, failures int, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !transient(err) {
		return err
	}
	if failures >= maxFailures {
		return fmt.Errorf("gave up after %d attempts: %w", failures, err)
	}
	wait := time.Second << (failures - 1)
	wait += rand.N(wait / 2)
	var status *statusError
	if errors.As(err, &status) && status.retryAfter > 0 {
		if wait = status.retryAfter; wait > maxPause {
			return fmt.Errorf("the server asks to come back in %v: %w", wait, err)
		}
	}
	return c.pause(ctx, wait)
}

// statusError reads what the hub says about a failure and closes the answer.
func (c *client) statusError(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	e := &statusError{status: resp.StatusCode, code: resp.Header.Get("X-Error-Code"), message: resp.Header.Get("X-Error-Message"), where: place(resp.Request.URL)}
	if e.message == "" {
		var body struct {
			Error string `json:"error"`
		}
		if raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16)); err == nil && json.Unmarshal(raw, &body) == nil {
			e.message = body.Error
		}
	}
	e.message = c.clean(e.message)
	if after := resp.Header.Get("Retry-After"); after != "" {
		if seconds, err := strconv.Atoi(after); err == nil {
			e.retryAfter = time.Duration(seconds) * time.Second
		} else if at, err := http.ParseTime(after); err == nil {
			e.retryAfter = time.Until(at)
		}
	}
	return e
}

// clean makes what a server wrote fit for an error: short, printable, without our token.
func (c *client) clean(s string) string {
	if c.token != "" {
		s = strings.ReplaceAll(s, string(c.token), c.token.String())
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
	const most = 300
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// place names an address without what may be secret in it.
func place(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }
