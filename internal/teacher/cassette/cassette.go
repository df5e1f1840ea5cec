package cassette

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"graft/internal/durable"
)

// Exchange is a request and its response.
type Exchange struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"` // with the query
	Request json.RawMessage   `json:"request,omitempty"`
	Status  int               `json:"status"` // 0: there was no response
	Header  map[string]string `json:"header,omitempty"`
	Body    string            `json:"body"`
	Broken  bool              `json:"broken,omitempty"` // the connection ended behind Body
}

// tape is the content of a file.
type tape struct {
	Note      string     `json:"note"`
	Exchanges []Exchange `json:"exchanges"`
}

// headers are those that are kept.
var headers = []string{"Content-Type", "Retry-After", "Retry-After-Ms", "X-Should-Retry"}

// maxBody bounds what is recorded of a body, and maxFile what is read of a file.
const (
	maxBody = 64 << 20
	maxFile = 256 << 20
)

// Recorder is a RoundTripper that remembers what passes through it.
type Recorder struct {
	next  http.RoundTripper
	mu    sync.Mutex
	clean *cleaner
	tape  tape
}

// NewRecorder records what next answers; nil is the usual transport. keys must not appear in the recording.
func NewRecorder(next http.RoundTripper, keys ...string) *Recorder {
	if next == nil {
		next = http.DefaultTransport
	}
	return &Recorder{next: next, clean: newCleaner(keys)}
}

// RoundTrip passes req on.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(io.LimitReader(req.Body, maxBody)); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		r.keep(req, sent, nil, nil, true)
		return resp, err
	}
	body, readErr := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	_ = resp.Body.Close() // it has been read, or is broken
	r.keep(req, sent, resp, body, readErr != nil)
	resp.Body = stream(body, readErr)
	return resp, nil
}

// stream gives out body and then err.
func stream(body []byte, err error) io.ReadCloser {
	if err == nil {
		return io.NopCloser(bytes.NewReader(body))
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{err}))
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func (r *Recorder) keep(req *http.Request, sent []byte, resp *http.Response, body []byte, cut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := Exchange{Method: req.Method, Path: r.clean.clean(req.URL.RequestURI()), Body: r.clean.clean(string(body)), Broken: cut}
	if json.Valid(sent) {
		e.Request = json.RawMessage(r.clean.clean(string(sent)))
	}
	if resp != nil {
		e.Status, e.Header = resp.StatusCode, map[string]string{}
		for _, h := range headers {
			if v := resp.Header.Get(h); v != "" {
				e.Header[h] = v
			}
		}
	}
	r.tape.Exchanges = append(r.tape.Exchanges, e)
}

// Exchanges is how many exchanges were recorded.
func (r *Recorder) Exchanges() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tape.Exchanges)
}

// Save writes the recording to path. It refuses to if a key is in it all the same.
func (r *Recorder) Save(path, note string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tape.Note = note
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(r.tape); err != nil {
		return fmt.Errorf("cassette: %s: %w", path, err)
	}
	for _, k := range r.clean.keys {
		if k != "" && bytes.Contains(b.Bytes(), []byte(k)) {
			return fmt.Errorf("cassette: %s: the recording holds the key in a form that was not recognised; it was not written", path)
		}
	}
	return durable.WriteBytes(path, b.Bytes())
}

// Player is a RoundTripper that answers from a recording.
type Player struct {
	path string
	mu   sync.Mutex
	tape tape
	used []bool
}

// Open reads the recording at path.
func Open(path string) (*Player, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cassette: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("cassette: %s has %d bytes, expected at most %d", path, info.Size(), int64(maxFile))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cassette: %w", err)
	}
	p := &Player{path: path}
	if err := json.Unmarshal(b, &p.tape); err != nil {
		return nil, fmt.Errorf("cassette: %s: %w", path, err)
	}
	p.used = make([]bool, len(p.tape.Exchanges))
	return p, nil
}

// RoundTrip answers with the next response that was recorded for such a request.
func (p *Player) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(io.LimitReader(req.Body, maxBody)); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := 0
	for ; i < len(p.used); i++ {
		e := &p.tape.Exchanges[i]
		if !p.used[i] && e.Method == req.Method && e.Path == req.URL.RequestURI() && same(e.Request, sent) {
			break
		}
	}
	if i == len(p.used) {
		return nil, fmt.Errorf("cassette: %s has no further response to %s %s", p.path, req.Method, req.URL.RequestURI())
	}
	p.used[i] = true
	return p.tape.Exchanges[i].response(req)
}

func (e *Exchange) response(req *http.Request) (*http.Response, error) {
	if e.Status == 0 {
		return nil, errors.New("cassette: there was no response")
	}
	h := http.Header{}
	for k, v := range e.Header {
		h.Set(k, v)
	}
	var cut error
	if e.Broken {
		cut = io.ErrUnexpectedEOF
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)), StatusCode: e.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: stream([]byte(e.Body), cut), ContentLength: -1, Request: req,
	}, nil
}

// same compares JSON without regard to how it is written.
func same(want json.RawMessage, got []byte) bool {
	if len(want) == 0 || len(got) == 0 {
		return len(want) == len(got)
	}
	var a, b bytes.Buffer
	return json.Compact(&a, want) == nil && json.Compact(&b, got) == nil && a.String() == b.String()
}

// Unused lists the exchanges that were not asked for.
func (p *Player) Unused() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for i, used := range p.used {
		if e := p.tape.Exchanges[i]; !used {
			list = append(list, e.Method+" "+strings.TrimSpace(e.Path))
		}
	}
	return list
}
