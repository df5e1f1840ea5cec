package teacher

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// fake is a teacher that says who it is and no more.
type fake struct {
	model  string
	hosted bool
}

func (f fake) Name() string                                      { return "fake" }
func (f fake) Model() string                                     { return f.model }
func (f fake) Params() string                                    { return "" }
func (f fake) Endpoint() string                                  { return "https://example.com" }
func (f fake) Hosted() bool                                      { return f.hosted }
func (f fake) Ask(context.Context, Request) (Answer, error)      { return Answer{}, ErrNoCount }
func (f fake) CountTokens(context.Context, Request) (int, error) { return 0, ErrNoCount }

func TestPrices(t *testing.T) {
	u := Usage{Input: 1000, CacheRead: 2000, CacheWrite: 400, CacheWriteLong: 100, Output: 500}
	for _, c := range []struct {
		model string
		usage Usage
		batch bool
		want  float64
	}{
		{"claude-haiku-5-5", u, false, (1000*0.10 + 2000*0.01 + 400*0.125 + 100*0.20 + 500*0.50) / 1e6},
		{"claude-haiku-5-5", u, true, (1000*0.10 + 2000*0.01 + 400*0.125 + 100*0.20 + 500*0.50) / 2e6},
		{"claude-haiku-5-5", Usage{Input: 100_000, Output: 10}, false, (100_000*0.10 + 10*0.50) / 1e6},
		{"claude-haiku-5-5", Usage{Input: 100_001, Output: 10}, false, (100_001*0.50 + 10*2.50) / 1e6},
		{"claude-sonnet-5-5", Usage{Input: 1_000_000}, false, 2},
		{"claude-sonnet-5-5", Usage{CacheRead: 1_000_000}, false, 0.10},
		{"claude-opus-5-5", Usage{Output: 1_000_000}, true, 10},
		{"claude-fable-5-1", Usage{Output: 1_000_000}, false, 50},
		{"local", u, false, 0},
	} {
		p, err := PriceOf(fake{c.model, false})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.cost(c.usage, c.batch).dollars(); got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("%s %+v: $%.9f, expected $%.9f", c.model, c.usage, got, c.want)
		}
	}
	if _, err := PriceOf(fake{"gpt-9", true}); err == nil || !strings.Contains(err.Error(), "INPUT/OUTPUT") || !strings.Contains(err.Error(), "gpt-9") {
		t.Errorf("unknown model: %v", err)
	}
}

// TestWorstIsWorst compares the reservation with the cost of everything that the reservation must cover.
func TestWorstIsWorst(t *testing.T) {
	for model, p := range prices() {
		for _, size := range []int{1, 1000, 98_000, 200_000} {
			r := Request{System: strings.Repeat("s", size/2), User: strings.Repeat("u", size-size/2), MaxTokens: 777}
			for _, u := range []Usage{
				{Input: size, Output: 777}, {CacheRead: size / 2, Input: size - size/2, Output: 777}, {CacheWrite: size, Output: 777}, {Input: size + promptOverhead},
			} {
				if p.cost(u, false) > p.worst(r, false) || p.cost(u, true) > p.worst(r, true) {
					t.Errorf("%s: %+v costs more than the reservation for %d bytes", model, u, size)
				}
			}
			if u := (Usage{CacheWriteLong: size, Output: 777}); p.cost(u, true) > p.worst(r, true) {
				t.Errorf("%s: %+v in a batch costs more than the reservation for %d bytes", model, u, size)
			}
		}
	}
}

func TestParsePrice(t *testing.T) {
	p, err := ParsePrice(" 1.5 / 6")
	if err != nil || p.Input != 1.5 || p.Output != 6 || p.Batch != 1 || p.CacheRead != 1.5 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, s := range []string{"", "1", "1/", "/1", "-1/2", "NaN/1", "1e9/1", "a/b", "1/2/3"} {
		if _, err := ParsePrice(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "7", 7 * time.Second},
		{"Retry-After", "0.5", 500 * time.Millisecond},
		{"Retry-After", now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{"Retry-After", now.Add(-time.Hour).Format(http.TimeFormat), 0},
		{"Retry-After", "soon", 0},
		{"Retry-After", "-3", 0},
		{"Retry-After", "NaN", 0},
		{"Retry-After", "1e30", 24 * 365 * time.Hour},
		{"Retry-After-Ms", "1500", 1500 * time.Millisecond},
	} {
		h := http.Header{}
		h.Set(c.name, c.value)
		if got := retryAfter(h, now); got != c.want {
			t.Errorf("%s: %s is %v, expected %v", c.name, c.value, got, c.want)
		}
	}
	h := http.Header{}
	h.Set("Retry-After-Ms", "250")
	h.Set("Retry-After", "9")
	if got := retryAfter(h, now); got != 250*time.Millisecond {
		t.Errorf("milliseconds and seconds: %v", got)
	}
}

func TestErrorsByKind(t *testing.T) {
	for _, c := range []struct {
		status      int
		kind, text  string
		header      string
		retry, stop bool
		lost        bool
	}{
		{400, "invalid_request_error", "bad", "", false, false, false},
		{400, "invalid_request_error", "You have reached your specified API usage limits.", "", false, true, false},
		{400, "invalid_request_error", "Your credit balance is too low", "", false, true, false},
		{401, "authentication_error", "", "", false, true, false},
		{402, "billing_error", "", "", false, true, false},
		{403, "permission_error", "", "", false, true, false},
		{404, "not_found_error", "", "", false, true, false},
		{408, "timeout_error", "", "", true, false, true},
		{409, "", "", "", true, false, false},
		{413, "request_too_large", "", "", false, false, false},
		{429, "rate_limit_error", "slow down", "", true, false, false},
		{429, "rate_limit_error", "would exceed the spend limit of your organization", "", false, true, false},
		{429, "insufficient_quota", "You exceeded your current quota", "", false, true, false},
		{429, "rate_limit_error", "x", "false", false, true, false},
		{500, "api_error", "", "", true, false, false},
		{501, "", "", "", false, false, false},
		{502, "", "", "", true, false, true},
		{503, "", "", "", true, false, false},
		{504, "timeout_error", "", "", true, false, true},
		{529, "overloaded_error", "", "", true, false, false},
	} {
		h := http.Header{}
		if c.header != "" {
			h.Set("X-Should-Retry", c.header)
		}
		e := CallErrorOf(c.status, h, c.kind, c.text, time.Now())
		if e.Retry != c.retry || e.Stop != c.stop || e.Lost != c.lost {
			t.Errorf("%d %s %q: retry %v, stop %v, lost %v", c.status, c.kind, c.text, e.Retry, e.Stop, e.Lost)
		}
	}
	if e := NetworkError(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}); e.Lost || !e.Retry {
		t.Errorf("no connection: %+v", e)
	}
	if e := NetworkError(&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}); !e.Lost || !e.Retry {
		t.Errorf("connection lost: %+v", e)
	}
}

func TestBackoff(t *testing.T) {
	o := Options{}.withDefaults()
	for n := 1; n < 100; n++ {
		full := min(time.Second<<min(n-1, 20), time.Minute)
		if d := o.backoff(n, 0); d < full/2 || d > full {
			t.Errorf("before try %d: %v, expected %v to %v", n+1, d, full/2, full)
		}
		if d := o.backoff(n, time.Hour); d != time.Hour {
			t.Errorf("before try %d: %v, expected the hour that was asked for", n+1, d)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, c := range []struct {
		in, out string
		hosted  bool
		err     string
	}{
		{"https://api.anthropic.com", "https://api.anthropic.com", true, ""},
		{"https://u:p@example.com/v1/?k=1", "https://example.com/v1", true, ""},
		{"http://localhost:8080/v1", "http://localhost:8080/v1", false, ""},
		{"http://127.0.0.1:1", "http://127.0.0.1:1", false, ""},
		{"http://[::1]:1/", "http://[::1]:1", false, ""},
		{"http://192.168.0.7:1", "http://192.168.0.7:1", false, ""},
		{"http://ollama:11434/v1", "http://ollama:11434/v1", false, ""},
		{"http://box.local/v1", "http://box.local/v1", false, ""},
		{"http://example.com", "", false, "use https"},
		{"http://8.8.8.8", "", false, "use https"},
		{"example.com", "", false, "expected http"},
		{"ftp://example.com", "", false, "expected http"},
		{"https://u:secret@ex ample.com", "", false, "expected http"},
	} {
		out, hosted, err := ParseEndpoint(c.in)
		if out != c.out || hosted != c.hosted || (err == nil) != (c.err == "") || err != nil && (!strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %q %v %v, expected %q %v %q", c.in, out, hosted, err, c.out, c.hosted, c.err)
		}
	}
}

func TestKeyDependsOnEverything(t *testing.T) {
	base := Request{System: "s", User: "u", Schema: []byte(`{}`), MaxTokens: 5}
	seen := map[string]bool{Key(fake{model: "m"}, base): true}
	for _, r := range []Request{
		{System: "su", User: "", Schema: []byte(`{}`), MaxTokens: 5},
		{System: "s", User: "u", MaxTokens: 5},
		{System: "s", User: "u", Schema: []byte(`{}`), MaxTokens: 6},
		{System: "", User: "su", Schema: []byte(`{}`), MaxTokens: 5},
	} {
		k := Key(fake{model: "m"}, r)
		if seen[k] || len(k) != 64 {
			t.Errorf("%+v has the key %s", r, k)
		}
		seen[k] = true
	}
	if seen[Key(fake{model: "n"}, base)] || !seen[Key(fake{model: "m", hosted: true}, base)] {
		t.Error("the model must count, the endpoint must not")
	}
}

func TestNotice(t *testing.T) {
	l := open(t, t.TempDir()+"/l.jsonl")
	hosted := fake{"m", true}
	if Notice(fake{"m", false}) != "" || !strings.Contains(Notice(hosted), "terms") {
		t.Error("a notice belongs to hosted teachers")
	}
	if l.Acknowledged(hosted) {
		t.Error("nobody has acknowledged it")
	}
	if err := l.Acknowledge(hosted); err != nil || !l.Acknowledged(hosted) || l.Acknowledged(fake{"other", true}) {
		t.Errorf("acknowledged: %v", err)
	}
	path := l.path
	closeLedger(t, l)
	l = open(t, path)
	defer closeLedger(t, l)
	if !l.Acknowledged(hosted) {
		t.Error("the acknowledgement was forgotten")
	}
}
