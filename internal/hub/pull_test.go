package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestPull(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	var last Progress
	o.Progress = func(p Progress) { last = p }
	dir, pauses := f.mustPull(o)
	repo := filepath.Join(o.CacheDir, "models--org--model")
	if dir != filepath.Join(repo, "snapshots", testCommit) || len(pauses) != 0 {
		t.Errorf("snapshot %s after pauses %v", dir, pauses)
	}
	links := symlinks(t)
	var want []string
	for _, name := range []string{"README.md", "additional_chat_templates/rag.jinja", "config.json", "model.safetensors", "tokenizer.json"} {
		hash := hashOf(name, f.files[name])
		up := strings.Repeat("../", 2+strings.Count(name, "/"))
		entry := "snapshots/" + testCommit + "/" + name
		if links {
			entry += " -> " + up + "blobs/" + hash
		} else if !sameFile(filepath.Join(dir, name), filepath.Join(repo, "blobs", hash)) {
			t.Errorf("%s is not the file of its blob", name)
		}
		want = append(want, "blobs/"+hash, entry)
	}
	want = append(want, "refs/main")
	slices.Sort(want)
	if got := tree(t, repo); !slices.Equal(got, want) {
		t.Errorf("cache\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if ref, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err != nil || string(ref) != testCommit {
		t.Errorf("ref %q, %v", ref, err)
	}
	if last.Done != last.Total || last.Total < int64(len(weights)) {
		t.Errorf("progress ended at %+v", last)
	}
	if got, err := Resolve(o); err != nil || got != dir {
		t.Errorf("Resolve: %s, %v", got, err)
	}

	f.requests = nil
	f.mustPull(o)
	if got := f.seen("GET /" + testID); len(got) != 0 {
		t.Errorf("a second pull downloads %v", got)
	}
}

// TestList says before and after a pull what it brings, and leaves no trace.
func TestList(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	want := map[string]int64{}
	for _, name := range []string{"README.md", "additional_chat_templates/rag.jinja", "config.json", "model.safetensors", "tokenizer.json"} {
		want[name] = int64(len(f.files[name]))
	}
	check := func(fetched bool) {
		t.Helper()
		l, err := List(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		if l.Commit != testCommit || len(l.Files) != len(want) || (l.Bytes == 0) != fetched {
			t.Errorf("%+v", l)
		}
		for _, file := range l.Files {
			if file.Bytes != want[file.Name] || (file.Fetch == 0) != fetched {
				t.Errorf("%+v, want %d bytes, fetched %v", file, want[file.Name], fetched)
			}
		}
	}
	check(false)
	if _, err := os.Stat(filepath.Join(o.CacheDir, "models--org--model")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("listing has made the cache: %v", err)
	}
	f.mustPull(o)
	check(true)
	o.Offline = true
	l, err := List(context.Background(), o)
	if err != nil || l.Bytes != 0 {
		t.Errorf("offline: %+v, %v", l, err)
	}
	o.CacheDir = t.TempDir()
	if _, err := List(context.Background(), o); !errors.Is(err, ErrNotCached) {
		t.Errorf("offline with nothing in the cache: %v", err)
	}
}

// TestPullAnonymous sends no authorization where there is no token.
func TestPullAnonymous(t *testing.T) {
	f := newFakeHub(t)
	f.onHub = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != "" {
			t.Error("authorization without a token")
		}
		return false
	}
	o := f.options()
	o.Token = ""
	o.Revision = "refs/pr/1"
	f.mustPull(o)
	if got := f.seen("/revision/refs/pr/1"); len(got) != 1 {
		t.Errorf("requests %v", f.requests)
	}
	if _, err := Resolve(o); err != nil {
		t.Error(err)
	}
}

func TestDroppedConnections(t *testing.T) {
	f := newFakeHub(t)
	f.onCDN = func(w http.ResponseWriter, r *http.Request) bool {
		cut(w, r, weights, 100_000)
		return true
	}
	o := f.options()
	_, pauses := f.mustPull(o)
	got := f.seen("GET /model.safetensors")
	want := []string{"GET /model.safetensors", "GET /model.safetensors bytes=100000-", "GET /model.safetensors bytes=200000-"}
	if !slices.Equal(got, want) || len(pauses) != 2 {
		t.Errorf("requests %q, pauses %v", got, pauses)
	}
}

// TestTakesUpAnEarlierPull ends a pull in the middle; the next one goes on from there, and nothing is visible in between.
func TestTakesUpAnEarlierPull(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	ctx, cancel := context.WithCancel(context.Background())
	o.Progress = func(p Progress) {
		if p.File == "model.safetensors" {
			cancel()
		}
	}
	f.onCDN = func(w http.ResponseWriter, r *http.Request) bool {
		cut(w, r, weights, 100_000)
		return true
	}
	if _, _, err := f.pull(ctx, o); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "network") {
		t.Fatalf("error %v", err)
	}
	if _, err := Resolve(o); !errors.Is(err, ErrNotCached) {
		t.Errorf("half a pull is visible: %v", err)
	}
	partial := o.blob(hashOf("model.safetensors", weights)) + ".incomplete"
	if st, err := os.Stat(partial); err != nil || st.Size() == 0 || st.Size() > 100_000 {
		t.Fatalf("left behind: %v, %v", st, err)
	}
	f.onCDN, f.requests, o.Progress = nil, nil, nil
	f.mustPull(o)
	if got := f.seen("GET /model.safetensors"); len(got) != 1 || !strings.Contains(got[0], "bytes=") {
		t.Errorf("requests %q", got)
	}
	if _, err := os.Stat(partial); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the partial file is still there: %v", err)
	}
}

func TestPartialFileThatIsNoPart(t *testing.T) {
	for _, rest := range []string{"other bytes", strings.Repeat("x", len(weights)), strings.Repeat("x", len(weights)+1)} {
		f := newFakeHub(t)
		o := f.options()
		partial := o.blob(hashOf("model.safetensors", weights)) + ".incomplete"
		if err := os.MkdirAll(filepath.Dir(partial), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(partial, []byte(rest), 0o644); err != nil {
			t.Fatal(err)
		}
		f.mustPull(o)
	}
}

// TestTruncatedBlob replaces a blob of the wrong length, which other tools are known to leave.
func TestTruncatedBlob(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	dir, _ := f.mustPull(o)
	if err := os.Truncate(filepath.Join(dir, "model.safetensors"), 1000); err != nil {
		t.Fatal(err)
	}
	f.mustPull(o)
}

func TestRangeIgnored(t *testing.T) {
	f := newFakeHub(t)
	var n atomic.Int32
	f.onCDN = func(w http.ResponseWriter, r *http.Request) bool {
		if n.Add(1) == 1 {
			cut(w, r, weights, 100_000)
		}
		r.Header.Del("Range")
		return false
	}
	o := f.options()
	var last Progress
	o.Progress = func(p Progress) { last = p }
	f.mustPull(o)
	if last.Done != last.Total {
		t.Errorf("progress ended at %+v", last)
	}
}

// TestWrongContent serves something else once, which is mended, and always, which is an error that leaves nothing behind.
func TestWrongContent(t *testing.T) {
	other := strings.ToUpper(weights)
	answers := map[string]func(w http.ResponseWriter, r *http.Request){
		"other bytes": func(w http.ResponseWriter, r *http.Request) { cut(w, r, other, len(other)) },
		"more bytes":  func(w http.ResponseWriter, r *http.Request) { cut(w, r, weights+"x", 1<<30) },
		"other range": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				cut(w, r, weights, 1000)
			}
			w.Header().Set("Content-Range", "bytes 5-10/11")
			w.WriteHeader(http.StatusPartialContent)
		},
		"fewer bytes": func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "x", time.Time{}, strings.NewReader(weights[:1000]))
		},
	}
	for name, answer := range answers {
		for _, always := range []bool{false, true} {
			t.Run(fmt.Sprint(name, always), func(t *testing.T) {
				f := newFakeHub(t)
				var n atomic.Int32
				f.onCDN = func(w http.ResponseWriter, r *http.Request) bool {
					if !always && n.Add(1) > 2 {
						return false
					}
					if !always && n.Load() == 2 && (name == "other bytes" || name == "more bytes") {
						return false
					}
					answer(w, r)
					return true
				}
				o := f.options()
				if !always {
					f.mustPull(o)
					return
				}
				_, _, err := f.pull(context.Background(), o)
				if !errors.Is(err, errWrong) || !strings.Contains(err.Error(), "model.safetensors: wrong content") {
					t.Errorf("error %v", err)
				}
				if strings.Contains(err.Error(), "check the network") {
					t.Errorf("the network is blamed: %v", err)
				}
				blob := o.blob(hashOf("model.safetensors", weights))
				if _, err := os.Stat(blob); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the wrong content became a blob: %v", err)
				}
				if st, err := os.Stat(blob + ".incomplete"); err != nil || st.Size() != 0 {
					t.Errorf("the wrong content stays: %v, %v", st, err)
				}
			})
		}
	}
}

func TestWrongSmallFile(t *testing.T) {
	f := newFakeHub(t)
	f.onHub = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/config.json") {
			return false
		}
		_, _ = w.Write([]byte(strings.Repeat("x", len(f.files["config.json"]))))
		return true
	}
	_, _, err := f.pull(context.Background(), f.options())
	if !errors.Is(err, errWrong) || !strings.Contains(err.Error(), "config.json: wrong content: its hash is") {
		t.Errorf("error %v", err)
	}
}

func TestRetries(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		after  string
		check  func(time.Duration) bool
	}{
		{"429 with seconds", 429, "7", func(d time.Duration) bool { return d == 7*time.Second }},
		{"503 with a date", 503, time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), func(d time.Duration) bool { return d > 50*time.Second && d <= time.Minute }},
		{"500", 500, "", func(d time.Duration) bool { return d >= time.Second && d < 2*time.Second }},
		{"502 with nonsense", 502, "soon", func(d time.Duration) bool { return d >= time.Second && d < 2*time.Second }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFakeHub(t)
			fail := func(w http.ResponseWriter) bool {
				if c.after != "" {
					w.Header().Set("Retry-After", c.after)
				}
				w.WriteHeader(c.status)
				return true
			}
			var listed, headed, fetched atomic.Int32
			f.onHub = func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case strings.HasPrefix(r.URL.Path, "/api/"):
					return listed.Add(1) == 1 && fail(w)
				case r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "config.json"):
					return headed.Add(1) == 1 && fail(w)
				}
				return false
			}
			f.onCDN = func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == http.MethodGet && fetched.Add(1) == 1 && fail(w)
			}
			_, pauses := f.mustPull(f.options())
			if len(pauses) != 3 || slices.ContainsFunc(pauses, func(d time.Duration) bool { return !c.check(d) }) {
				t.Errorf("pauses %v", pauses)
			}
		})
	}
}

func TestGivesUp(t *testing.T) {
	f := newFakeHub(t)
	f.onCDN = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	_, pauses, err := f.pull(context.Background(), f.options())
	if err == nil || !strings.Contains(err.Error(), "gave up after 5 attempts") || !strings.Contains(err.Error(), "502 Bad Gateway") {
		t.Errorf("error %v", err)
	}
	if len(pauses) != 4 || pauses[3] < 8*time.Second {
		t.Errorf("pauses %v", pauses)
	}
	f.onCDN = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "86400")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	if _, _, err := f.pull(context.Background(), f.options()); err == nil || !strings.Contains(err.Error(), "asks to come back in 24h0m0s") {
		t.Errorf("error %v", err)
	}
}

func TestListingCutOff(t *testing.T) {
	f := newFakeHub(t)
	var n atomic.Int32
	f.onHub = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/api/") || n.Add(1) > 1 {
			return false
		}
		cut(w, r, strings.Repeat(" ", 1000), 500)
		return true
	}
	f.mustPull(f.options())
}

func TestStall(t *testing.T) {
	f := newFakeHub(t)
	var n atomic.Int32
	release := make(chan struct{})
	defer close(release)
	f.onCDN = func(w http.ResponseWriter, _ *http.Request) bool {
		if n.Add(1) > 1 {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(weights)))
		_, _ = w.Write([]byte(weights[:5000]))
		w.(http.Flusher).Flush()
		<-release
		return true
	}
	p, err := newPuller(f.options())
	if err != nil {
		t.Fatal(err)
	}
	var reason error
	p.client.stall = 100 * time.Millisecond
	p.client.pause = func(context.Context, time.Duration) error { reason = errStalled; return nil }
	if _, err := p.pull(context.Background()); err != nil {
		t.Fatal(err)
	}
	if reason == nil {
		t.Error("a connection without bytes was waited for")
	}
	if got := f.seen("GET /model.safetensors bytes=5000-"); len(got) == 0 {
		t.Errorf("requests %v", f.requests)
	}
}

// TestRefusals are answers that no second attempt would change; each says what to do.
func TestRefusals(t *testing.T) {
	answer := func(status int, code, message string) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			if code != "" {
				w.Header().Set("X-Error-Code", code)
			}
			if message != "" {
				w.Header().Set("X-Error-Message", message)
			}
			w.WriteHeader(status)
			return true
		}
	}
	onHead := func(hook func(w http.ResponseWriter, r *http.Request) bool) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool { return r.Method == http.MethodHead && hook(w, r) }
	}
	for _, c := range []struct {
		name  string
		token Token
		hook  func(w http.ResponseWriter, r *http.Request) bool
		want  []string
	}{
		{"unknown", "", answer(401, "RepoNotFound", "Repository not found"), []string{"hub: org/model at main:", "401 Unauthorized: Repository not found", "there is no such model, or it is private: check the name, or set HF_TOKEN"}},
		{"bad token", testToken, answer(401, "", "Invalid credentials in Authorization header: "+string(testToken)), []string{"Invalid credentials", "[token]", "the token in HF_TOKEN was refused"}},
		{"gated", testToken, onHead(answer(403, "GatedRepo", "Access to model org/model is restricted")), []string{"is restricted", "it is gated: accept its conditions at http://", "/org/model, then set HF_TOKEN"}},
		{"gated, nobody", "", onHead(answer(401, "GatedRepo", "")), []string{"it is gated"}},
		{"forbidden", testToken, answer(403, "", ""), []string{"may not read it"}},
		{"not found", testToken, answer(404, "RepoNotFound", ""), []string{"404 Not Found", "there is no such model: check the name"}},
		{"revision", testToken, answer(404, "RevisionNotFound", "Invalid rev id: main"), []string{`there is no revision "main"`}},
		{"bad request", testToken, answer(400, "", strings.Repeat("long\n", 1000)), []string{"400 Bad Request: long long", "…"}},
		{"JSON message", testToken, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte(`{"error":"I hold ` + string(testToken) + `"}`))
			return true
		}, []string{"I hold [token]"}},
		{"no JSON", testToken, func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte("<html>"))
			return true
		}, []string{"the list of files is not what a hub sends"}},
		{"redirect away", testToken, func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/api/") {
				http.Redirect(w, r, "http://elsewhere.invalid/", http.StatusFound)
				return true
			}
			return false
		}, []string{"the list of files is not what a hub sends"}},
		{"redirect nowhere", testToken, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusFound)
			return true
		}, []string{"302 Found"}},
		{"redirect loop", testToken, func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}, []string{"more than 10 redirects"}},
		{"commit moved", testToken, onHead(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-Repo-Commit", strings.Repeat("f", 40))
			return false
		}), []string{"the repository changed meanwhile; pull again"}},
		{"no hash", testToken, onHead(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("ETag", `"../../evil"`)
			return true
		}), []string{`the hash "../../evil", which is neither`}},
		{"no size", testToken, onHead(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-Linked-Etag", strings.Repeat("a", 64))
			w.Header().Set("X-Linked-Size", "many")
			return true
		}), []string{`the size "many"`}},
		{"other hash", testToken, onHead(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-Linked-Etag", strings.Repeat("a", 64))
			w.Header().Set("X-Linked-Size", "22")
			return true
		}), []string{"its list of files says otherwise"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFakeHub(t)
			f.onHub = c.hook
			o := f.options()
			o.Token = c.token
			_, pauses, err := f.pull(context.Background(), o)
			if err == nil || len(pauses) > 0 {
				t.Fatalf("error %v after pauses %v", err, pauses)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want %q", err, want)
				}
			}
			if _, err := os.Stat(filepath.Join(o.CacheDir, "models--org--model", "refs")); err == nil {
				t.Error("a ref was written")
			}
		})
	}
}

func TestBadListings(t *testing.T) {
	add := func(name string) func(map[string]any) {
		return func(l map[string]any) {
			l["siblings"] = append(l["siblings"].([]map[string]any), map[string]any{"rfilename": name})
		}
	}
	only := func(names ...string) func(map[string]any) {
		return func(l map[string]any) {
			var list []map[string]any
			for _, n := range names {
				list = append(list, map[string]any{"rfilename": n})
			}
			l["siblings"] = list
		}
	}
	for _, c := range []struct {
		name string
		edit func(map[string]any)
		want string
	}{
		{"parent", add("../evil.json"), `"../evil.json", whose path leaves its folder`},
		{"deep parent", add("a/../../evil.json"), "leaves its folder"},
		{"absolute", add("/etc/passwd"), "leaves its folder"},
		{"backslash", add(`..\evil.json`), "leaves its folder"},
		{"empty", add(""), "leaves its folder"},
		{"control", add("a\x00b"), "leaves its folder"},
		{"no commit", func(l map[string]any) { l["sha"] = "main" }, `the commit "main", which is none`},
		{"no weights", only("config.json", "pytorch_model.bin", "x.gguf"), "holds no safetensors weights, only pytorch_model.bin, x.gguf"},
		{"nothing", only(), "holds no safetensors weights; choose"},
		{"missing file", add("model-2.safetensors"), "404 Not Found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFakeHub(t)
			f.listing = c.edit
			o := f.options()
			_, _, err := f.pull(context.Background(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if got := tree(t, o.CacheDir); len(got) != 0 {
				t.Errorf("wrote %v", got)
			}
		})
	}
}

// TestListingWithoutHashes is what mirrors send that know names alone.
func TestListingWithoutHashes(t *testing.T) {
	f := newFakeHub(t)
	f.listing = func(l map[string]any) {
		for _, s := range l["siblings"].([]map[string]any) {
			delete(s, "size")
			delete(s, "blobId")
			delete(s, "lfs")
		}
	}
	f.mustPull(f.options())
}

func TestAgree(t *testing.T) {
	sha := strings.Repeat("a", 40)
	size := int64(5)
	for _, c := range []struct {
		s            sibling
		etag, length string
		want         string
	}{
		{sibling{Size: &size}, `W/"` + sha + `"`, "", ""},
		{sibling{BlobID: sha, Size: &size}, sha, "5", ""},
		{sibling{}, sha, "", "size"},
		{sibling{}, sha, "-1", "size"},
		{sibling{Size: &size}, sha, "6", "otherwise"},
		{sibling{BlobID: strings.Repeat("b", 40)}, sha, "5", "otherwise"},
		{sibling{}, strings.ToUpper(sha), "5", "neither"},
	} {
		f, err := c.s.agree(c.etag, c.length)
		if c.want == "" && (err != nil || f.hash != sha || f.size != 5) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v with %q and %q: %+v, %v", c.s, c.etag, c.length, f, err)
		}
	}
}

func TestDiskSpace(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	p, err := newPuller(o)
	if err != nil {
		t.Fatal(err)
	}
	p.free = func(string) (int, error) { return 1000, nil }
	if _, err := p.pull(context.Background()); err == nil || !strings.Contains(err.Error(), "has only 0.0 GB free; make room or set HF_HOME") {
		t.Errorf("error %v", err)
	}
	if got := f.seen("GET /" + testID); len(got) != 0 {
		t.Errorf("downloaded %v", got)
	}
	broken := errors.New("no statfs")
	p.free = func(string) (int, error) { return 0, broken }
	if _, err := p.pull(context.Background()); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := p.prepare([]file{{size: math.MaxInt64 - 5}}); err == nil || !strings.Contains(err.Error(), "cannot be") {
		t.Errorf("error %v", err)
	}
}

func TestOffline(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	o.Offline = true
	if _, _, err := f.pull(context.Background(), o); !errors.Is(err, ErrNotCached) || !strings.Contains(err.Error(), "pull it with network access") {
		t.Errorf("error %v", err)
	}
	o.Offline = false
	want, _ := f.mustPull(o)
	f.requests = nil
	f.hub.Close()
	o.Offline = true
	for _, revision := range []string{"", "main", testCommit} {
		o.Revision = revision
		o.Offline = revision != testCommit // a pinned revision needs no network anyway
		if dir, _, err := f.pull(context.Background(), o); err != nil || dir != want {
			t.Errorf("revision %q: %s, %v", revision, dir, err)
		}
	}
	o.Revision, o.Offline = "main", false
	if _, _, err := f.pull(context.Background(), o); err == nil || !strings.Contains(err.Error(), "HF_HUB_OFFLINE=1") {
		t.Errorf("error %v", err)
	}
	if len(f.requests) != 0 {
		t.Errorf("requests %v", f.requests)
	}
}

// TestPinnedCommit goes to the network when the commit is not in the cache and believes no other commit.
func TestPinnedCommit(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	o.Revision = testCommit
	f.mustPull(o)
	if got := tree(t, filepath.Join(o.repository(), "snapshots")); len(got) != 5 {
		t.Errorf("snapshot %v", got)
	}
	if _, err := os.Stat(filepath.Join(o.repository(), "refs")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a commit became a ref: %v", err)
	}
	o.Revision = strings.Repeat("e", 40)
	if _, _, err := f.pull(context.Background(), o); err == nil || !strings.Contains(err.Error(), "the hub answers with "+testCommit) {
		t.Errorf("error %v", err)
	}
}

// TestSameContentTwice has two names for one blob.
func TestSameContentTwice(t *testing.T) {
	f := newFakeHub(t)
	f.files["generation_config.json"] = f.files["config.json"]
	o := f.options()
	var last Progress
	o.Progress = func(p Progress) { last = p }
	dir, _ := f.mustPull(o)
	if !sameFile(filepath.Join(dir, "config.json"), filepath.Join(dir, "generation_config.json")) {
		t.Error("the blob is there twice")
	}
	if last.Done != last.Total {
		t.Errorf("progress ended at %+v", last)
	}
}

// TestNewCommit moves the branch: the new snapshot shares what did not change, the ref moves, a wrong link is replaced.
func TestNewCommit(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	dir, _ := f.mustPull(o)
	config := filepath.Join(dir, "config.json")
	if err := errors.Join(os.Remove(config), os.Symlink("nowhere", config), os.WriteFile(config+".link", nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.repository(), "refs", "main"), []byte(strings.Repeat("a", 40)), 0o644); err != nil {
		t.Fatal(err)
	}
	f.mustPull(o)
	if got, err := Resolve(o); err != nil || got != dir {
		t.Errorf("Resolve: %s, %v", got, err)
	}
}

func TestLock(t *testing.T) {
	f := newFakeHub(t)
	o := f.options()
	path := filepath.Join(o.CacheDir, ".locks", "models--org--model", hashOf("model.safetensors", weights)+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := f.pull(ctx, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a held lock was passed: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.mustPull(o)
	}()
	time.Sleep(20 * time.Millisecond)
	if err := unlock(); err != nil {
		t.Error(err)
	}
	<-done
	if _, err := lock(context.Background(), filepath.Join(path, "below a file")); err == nil {
		t.Error("locked a file that cannot be")
	}
}

// TestDowngrade refuses to go on without encryption.
func TestDowngrade(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/plain?secret=signed", http.StatusFound)
	}))
	defer s.Close()
	c, err := newClient(Options{Endpoint: s.URL, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = s.Client().Transport
	once := func(method, address string) error {
		resp, err := c.once(context.Background(), call{method: method, address: address, away: true})
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	if err := once(http.MethodGet, s.URL); err == nil || !strings.Contains(err.Error(), "which is not secure") || strings.Contains(err.Error(), "signed") {
		t.Errorf("error %v", err)
	}
	if once(http.MethodGet, "http://a b/") == nil || once("BAD METHOD", s.URL) == nil {
		t.Error("sent what is no request")
	}
}

func TestTokenHides(t *testing.T) {
	o := Options{Token: testToken}
	raw, err := json.Marshal(o.Token)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(o), fmt.Sprintf("%+v %#v %s %q", o, o, o.Token, o.Token), string(raw)} {
		if strings.Contains(text, string(testToken)) {
			t.Errorf("the token is in %s", text)
		}
	}
}

// TestUnwritableCache names the folder and does not blame the network.
func TestUnwritableCache(t *testing.T) {
	f := newFakeHub(t)
	for _, blocked := range []string{".", ".locks", "models--org--model/blobs", "models--org--model/snapshots", "models--org--model/refs"} {
		o := f.options()
		path := filepath.Join(o.CacheDir, "cache", blocked)
		o.CacheDir = filepath.Join(o.CacheDir, "cache")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
		_, _, err := f.pull(context.Background(), o)
		if err == nil || strings.Contains(err.Error(), "check the network") || !strings.Contains(err.Error(), filepath.Clean(path)) {
			t.Errorf("%s is a file: error %v", blocked, err)
		}
	}
}
