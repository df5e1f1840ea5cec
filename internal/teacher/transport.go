package teacher

import (
	"io"
	"net/http"
	"strings"
)

// maxBody bounds a response. Results of batches are read line by line and have no bound but that of a line.
const maxBody = 64 << 20

// HTTPClient is the client that teachers use over rt, nil for the usual one: it follows no redirection, which would carry the key to another
// host, and reads no endless response.
func HTTPClient(rt http.RoundTripper) *http.Client {
	if rt == nil {
		rt = http.DefaultTransport
	}
	return &http.Client{
		Transport:     bounded{rt},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type bounded struct{ next http.RoundTripper }

// RoundTrip bounds the body of the response.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if err == nil && !strings.HasSuffix(req.URL.Path, "/results") {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxBody), resp.Body}
	}
	return resp, err
}
