package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testToken  = Token("hf_verySecretToken")
	testCommit = "0123456789abcdef0123456789abcdef01234567"
	testID     = "org/model"
)

// A fakeHub serves one repository as the real one does: small files itself, large ones through a redirect to a second host.
type fakeHub struct {
	t        *testing.T
	hub, cdn *httptest.Server
	files    map[string]string

	mu       sync.Mutex
	requests []string // "METHOD path range"

	// What goes wrong. A hook answers the request itself by returning true.
	onHub, onCDN func(w http.ResponseWriter, r *http.Request) bool
	listing      func(l map[string]any)
}

// weights is large enough to be cut into several reads.
var weights = strings.Repeat("0123456789abcdef", 1<<14)

func newFakeHub(t *testing.T) *fakeHub {
	f := &fakeHub{t: t, files: map[string]string{
		"config.json": `{"model_type":"qwen3"}`, "tokenizer.json": "{}", "model.safetensors": weights, "pytorch_model.bin": "pickle",
		"README.md": "", "images/cover.png": "png", "additional_chat_templates/rag.jinja": "{{ x }}", "onnx/config.json": "{}",
	}}
	f.hub = httptest.NewServer(http.HandlerFunc(f.serveHub))
	f.cdn = httptest.NewServer(http.HandlerFunc(f.serveCDN))
	t.Cleanup(func() { f.hub.Close(); f.cdn.Close() })
	return f
}

func hashOf(name, content string) string {
	if strings.HasSuffix(name, ".safetensors") {
		h := sha256.Sum256([]byte(content))
		return hex.EncodeToString(h[:])
	}
	h := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(content), content)))
	return hex.EncodeToString(h[:])
}

func (f *fakeHub) log(r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
}

// seen returns the requests that contain s.
func (f *fakeHub) seen(s string) (matching []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		if strings.Contains(r, s) {
			matching = append(matching, r)
		}
	}
	return matching
}

func (f *fakeHub) serveHub(w http.ResponseWriter, r *http.Request) {
	f.log(r)
	if got := r.Header.Get("Authorization"); got != "" && got != "Bearer "+string(testToken) {
		f.t.Errorf("authorization %q", got)
	}
	w.Header().Set("X-Repo-Commit", testCommit)
	if f.onHub != nil && f.onHub(w, r) {
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/models/"+testID+"/revision/") {
		f.serveListing(w)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/"+testID+"/resolve/"+testCommit+"/")
	content, exists := f.files[name]
	if !ok || !exists {
		w.Header().Set("X-Error-Code", "EntryNotFound")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if strings.HasSuffix(name, ".safetensors") {
		w.Header().Set("X-Linked-Etag", `"`+hashOf(name, content)+`"`)
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(content)))
		http.Redirect(w, r, f.cdn.URL+"/"+name+"?Signature=signed", http.StatusFound)
		return
	}
	w.Header().Set("ETag", `"`+hashOf(name, content)+`"`)
	http.ServeContent(w, r, name, time.Time{}, strings.NewReader(content))
}

func (f *fakeHub) serveListing(w http.ResponseWriter) {
	var siblings []map[string]any
	for name, content := range f.files {
		s := map[string]any{"rfilename": name, "size": len(content), "blobId": hashOf("", content)}
		if strings.HasSuffix(name, ".safetensors") {
			s["lfs"] = map[string]any{"sha256": hashOf(name, content), "size": len(content), "pointerSize": 130}
		}
		siblings = append(siblings, s)
	}
	l := map[string]any{"id": testID, "sha": testCommit, "siblings": siblings}
	if f.listing != nil {
		f.listing(l)
	}
	if err := json.NewEncoder(w).Encode(l); err != nil {
		f.t.Error(err)
	}
}

func (f *fakeHub) serveCDN(w http.ResponseWriter, r *http.Request) {
	f.log(r)
	if r.Header.Get("Authorization") != "" {
		f.t.Error("the token went to the second host")
	}
	if r.URL.RawQuery != "Signature=signed" {
		f.t.Errorf("query %q", r.URL.RawQuery)
	}
	if f.onCDN != nil && f.onCDN(w, r) {
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	http.ServeContent(w, r, name, time.Time{}, strings.NewReader(f.files[name]))
}

// cut sends n bytes of an answer that promises more, then drops the connection.
func cut(w http.ResponseWriter, r *http.Request, content string, n int) {
	from := 0
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && from < len(content) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
	}
	rest := content[from:]
	w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	if n >= len(rest) {
		_, _ = w.Write([]byte(rest))
		return
	}
	_, _ = w.Write([]byte(rest[:n]))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// options points at the fake hub, with a new cache.
func (f *fakeHub) options() Options {
	return Options{ID: testID, CacheDir: f.t.TempDir(), Endpoint: f.hub.URL, Token: testToken}
}

// pull runs a pull that does not really wait and returns the pauses it asked for. No error may hold a secret.
func (f *fakeHub) pull(ctx context.Context, o Options) (dir string, pauses []time.Duration, err error) {
	f.t.Helper()
	p, err := newPuller(o)
	if err != nil {
		f.t.Fatal(err)
	}
	var mu sync.Mutex
	p.client.pause = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		pauses = append(pauses, d)
		return ctx.Err()
	}
	p.client.stall = 5 * time.Second
	dir, err = p.pull(ctx)
	p.client.http.CloseIdleConnections()
	f.noSecrets(err)
	return dir, pauses, err
}

func (f *fakeHub) noSecrets(err error) {
	f.t.Helper()
	for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		if strings.Contains(text, string(testToken)) || strings.Contains(text, "signed") {
			f.t.Errorf("a secret in %s", text)
		}
	}
}

// mustPull pulls and checks every file of the snapshot.
func (f *fakeHub) mustPull(o Options) (dir string, pauses []time.Duration) {
	f.t.Helper()
	dir, pauses, err := f.pull(context.Background(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, name := range []string{"config.json", "tokenizer.json", "model.safetensors", "README.md", "additional_chat_templates/rag.jinja"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != f.files[name] {
			f.t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	return dir, pauses
}

// symlinks reports whether the system lets this user make symbolic links.
func symlinks(t *testing.T) bool {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("target", link); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	_, err := os.Readlink(link)
	return err == nil
}

// tree lists the files and links below dir.
func tree(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			if target, err := os.Readlink(path); err == nil {
				rel += " -> " + target
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
