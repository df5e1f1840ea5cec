package hub

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// DefaultEndpoint is the public hub.
const DefaultEndpoint = "https://huggingface.co"

// DefaultRevision is the branch that no revision stands for.
const DefaultRevision = "main"

// A Token authenticates at the endpoint. It prints as a placeholder.
type Token string

// String hides the token.
func (Token) String() string { return "[token]" }

// GoString hides the token from %#v.
func (Token) GoString() string { return "[token]" }

// MarshalText hides the token from encoders and loggers.
func (Token) MarshalText() ([]byte, error) { return []byte("[token]"), nil }

// Options says what to fetch, from where, to where.
type Options struct {
	ID       string         // such as Qwen/Qwen3-0.6B
	Revision string         // "" stands for DefaultRevision
	CacheDir string         // the folder of the repositories, such as ~/.cache/huggingface/hub
	Endpoint string         // "" stands for DefaultEndpoint
	Token    Token          // "" asks as nobody
	Offline  bool           // use what is in the cache, no network
	Progress func(Progress) // called as bytes arrive, by one goroutine at a time; may be nil
}

// Progress says how far a download is. Done falls back when a file has to be started anew.
type Progress struct {
	File        string
	Done, Total int64 // bytes of all files that were not in the cache
}

// FromEnv returns the options that huggingface_hub would take from the environment: HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE and
// where the cache is. getenv is os.Getenv or stands for it, home is the user's home directory.
func FromEnv(getenv func(string) string, home string) Options {
	first := func(names ...string) string {
		for _, n := range names {
			if v := strings.TrimSpace(getenv(n)); v != "" {
				return v
			}
		}
		return ""
	}
	expand := func(path string) string {
		if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
			path = home + rest
		}
		return os.Expand(path, getenv)
	}
	cache := first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
	if cache == "" {
		root := first("HF_HOME")
		if root == "" {
			if root = first("XDG_CACHE_HOME"); root == "" {
				root = filepath.Join(home, ".cache")
			}
			root = filepath.Join(root, "huggingface")
		}
		cache = filepath.Join(root, "hub")
	}
	offline := strings.ToUpper(first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
	return Options{
		CacheDir: expand(cache),
		Endpoint: first("HF_ENDPOINT"),
		Token:    Token(first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")),
		Offline:  slices.Contains([]string{"1", "ON", "YES", "TRUE"}, offline),
	}
}

var (
	idPart = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$`)
	commit = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// complete checks the options and fills in the defaults.
func (o Options) complete() (Options, error) {
	if o.Revision == "" {
		o.Revision = DefaultRevision
	}
	if o.Endpoint == "" {
		o.Endpoint = DefaultEndpoint
	}
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	var problems []error
	parts := strings.Split(o.ID, "/")
	if len(parts) > 2 || strings.Contains(o.ID, "--") || strings.Contains(o.ID, "..") || slices.ContainsFunc(parts, func(p string) bool { return !idPart.MatchString(p) }) {
		problems = append(problems, fmt.Errorf("hub: %q is not a model id; expected something like Qwen/Qwen3-0.6B", o.ID))
	}
	if !localPath(o.Revision) {
		problems = append(problems, fmt.Errorf("hub: %q is not a revision; expected a branch, a tag or a commit of 40 hexadecimal digits", o.Revision))
	}
	if o.CacheDir == "" {
		problems = append(problems, errors.New("hub: no cache directory is given"))
	}
	if u, err := url.Parse(o.Endpoint); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		problems = append(problems, errors.New("hub: the endpoint is not an http or https address without a password; see HF_ENDPOINT"))
	}
	return o, errors.Join(problems...)
}

// localPath reports whether a slash-separated name stays below the folder it is joined to, on any system.
func localPath(name string) bool {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(name, "/"), func(p string) bool { return p == "" || p == "." || p == ".." })
}
