package teacher

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func wireTo(t *testing.T, h http.HandlerFunc) *Wire {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &Wire{BaseURL: s.URL, Header: http.Header{"X-Api-Key": {"k"}}, Client: HTTPClient(nil), Timeout: 5 * time.Second}
}

func TestWireLines(t *testing.T) {
	for body, want := range map[string]string{
		"{\"a\":1}\n\n  {\"b\":2}\r\n{\"c\":3}": "", // the last line needs no end
		"":                                      "",
		"{\"a\":1}\n{\"b\":":                    "not JSON",
		"<html>":                                "not JSON",
	} {
		var lines []string
		w := wireTo(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }) //nolint:errcheck // the client tells
		err := w.Lines(t.Context(), "/results", func(line []byte) error {
			lines = append(lines, string(line))
			return nil
		})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", body, err, want)
		}
		if want == "" && len(body) > 0 && !slices.Equal(lines, []string{`{"a":1}`, `{"b":2}`, `{"c":3}`}) {
			t.Errorf("%q: %q", body, lines)
		}
	}
	stop := errors.New("stop")
	w := wireTo(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("1\n2\n")) }) //nolint:errcheck // likewise
	if err := w.Lines(t.Context(), "/results", func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v, expected %v", err, stop)
	}
}

// TestWireCutLine proves that a connection that ends within a line is not taken for the end of the response.
func TestWireCutLine(t *testing.T) {
	w := wireTo(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("{\"a\":1}\n{\"b\":2}")) //nolint:errcheck // the client tells
	})
	n := 0
	err := w.Lines(t.Context(), "/results", func([]byte) error { n++; return nil })
	if e := NetworkError(err); err == nil || !e.Retry || !e.Lost || n > 2 {
		t.Errorf("%v after %d lines", err, n)
	}
}

func TestWireRequestAndErrors(t *testing.T) {
	w := wireTo(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/slow":
			<-r.Context().Done()
		case r.Header.Get("X-Api-Key") != "k" || r.Header.Get("Accept") != "application/json":
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/json":
			w.WriteHeader(http.StatusUnsupportedMediaType)
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
		case r.URL.Path == "/large":
			w.WriteHeader(http.StatusBadGateway)
			w.Write([]byte(strings.Repeat("x", 2*maxError))) //nolint:errcheck // it is cut off
		default:
			w.Write([]byte(`{"n": "12", "m": null, "k": 3.0, "l": -1}`)) //nolint:errcheck // the client tells
		}
	})
	var out struct{ N, M, K, L Count }
	if err := w.Post(t.Context(), "/", map[string]int{"a": 1}, &out); err != nil || out.N != 12 || out.M != 0 || out.K != 3 || out.L != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	var status *StatusError
	if err := w.Get(t.Context(), "/moved", &out); !errors.As(err, &status) || status.Response.StatusCode != http.StatusFound {
		t.Errorf("a redirection: %v", err)
	}
	if err := w.Get(t.Context(), "/large", &out); !errors.As(err, &status) || len(status.Body) != maxError || status.Error() != "HTTP 502" {
		t.Errorf("a large error: %v", err)
	}
	w.Timeout = 20 * time.Millisecond
	if err := w.Get(t.Context(), "/slow", &out); err == nil || !NetworkError(err).Lost {
		t.Errorf("no answer in time: %v", err)
	}
	if err := w.Post(t.Context(), "/", func() {}, &out); err == nil {
		t.Error("a request that is no JSON was sent")
	}
	var n Count
	if err := json.Unmarshal([]byte(`1e300`), &n); err != nil || n != 1<<40 {
		t.Errorf("%d, %v", n, err)
	}
}
