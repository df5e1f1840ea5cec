package cli

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"graft/internal/model/builtin"
)

// fakeHub serves the built-in model as org/tiny, the way the hub does.
type fakeHub struct {
	files     map[string]string
	drops     atomic.Int32 // downloads of the weights still to be broken off in the middle
	continued atomic.Int32 // requests for the rest of the weights
}

const hubCommit = "0123456789abcdef0123456789abcdef01234567"

// serveHub starts a hub that breaks off the weights as often as it is told, and points HF_ENDPOINT at it; or checks how often it was asked for
// the rest of the weights: hub start DROPS, hub continued TIMES
func serveHub(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hub start|continued NUMBER")
	}
	h := ts.Value("hub").(*fakeHub)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	if args[0] == "continued" {
		if got := int(h.continued.Load()); got != n {
			ts.Fatalf("%d downloads were continued, want %d", got, n)
		}
		return
	}
	dir, _ := builtin.Files("tiny-coder")
	entries, err := fs.ReadDir(dir, ".")
	ts.Check(err)
	for _, e := range entries {
		text, err := fs.ReadFile(dir, e.Name())
		ts.Check(err)
		h.files[e.Name()] = string(text)
	}
	h.drops.Store(int32(n))
	server := httptest.NewServer(h)
	ts.Defer(server.Close)
	ts.Setenv("HF_ENDPOINT", server.URL)
}

// ServeHTTP answers like the hub.
func (h *fakeHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Repo-Commit", hubCommit)
	if strings.HasPrefix(r.URL.Path, "/api/models/org/tiny/revision/") {
		h.list(w)
		return
	}
	text, ok := h.files[path.Base(r.URL.Path)]
	if !ok || !strings.HasPrefix(r.URL.Path, "/org/tiny/resolve/"+hubCommit+"/") {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", `"`+blobHash(r.URL.Path, text)+`"`)
	large := strings.HasSuffix(r.URL.Path, ".safetensors") && r.Method == http.MethodGet
	if large && r.Header.Get("Range") != "" && !strings.HasPrefix(r.Header.Get("Range"), "bytes=0-") {
		h.continued.Add(1)
	}
	if large && h.drops.Add(-1) >= 0 {
		drop(w, r, text)
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
}

// drop sends a part of a file, then breaks the connection.
func drop(w http.ResponseWriter, r *http.Request, text string) {
	from := 0
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
		w.Header().Set("Content-Length", strconv.Itoa(len(text)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	rest := text[from:]
	_, _ = w.Write([]byte(rest[:len(rest)/2])) // the client may be gone already
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func blobHash(name, text string) string {
	if strings.HasSuffix(name, ".safetensors") {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(text), text)))
	return hex.EncodeToString(sum[:])
}

func (h *fakeHub) list(w http.ResponseWriter) {
	var siblings []map[string]any
	for name, text := range h.files {
		s := map[string]any{"rfilename": name, "size": len(text), "blobId": blobHash("", text)}
		if strings.HasSuffix(name, ".safetensors") {
			s["lfs"] = map[string]any{"sha256": blobHash(name, text), "size": len(text), "pointerSize": 130}
		}
		siblings = append(siblings, s)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"id": "org/tiny", "sha": hubCommit, "siblings": siblings}) // the client may be gone already
}
