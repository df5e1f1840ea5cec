package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A listing is what the hub says about a revision.
type listing struct {
	SHA      string    `json:"sha"`
	Siblings []sibling `json:"siblings"`
}

// A sibling is a file of a repository. Large files are kept apart from git under their SHA-256, others under git's own hash.
type sibling struct {
	Name   string `json:"rfilename"`
	Size   *int64 `json:"size"`
	BlobID string `json:"blobId"`
	LFS    *struct {
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	} `json:"lfs"`
}

// A file is what to download: its name, and its hash, which is also the name of its blob.
type file struct {
	name string
	hash string // 64 digits: SHA-256 of the content; 40: git's SHA-1
	size int64
}

// list asks for the files of the revision and the commit it stands for.
func (c *client) list(ctx context.Context, o Options) (l listing, err error) {
	const most = 64 << 20
	address := o.Endpoint + "/api/models/" + o.ID + "/revision/" + url.PathEscape(o.Revision) + "?blobs=true"
	err = c.request(ctx, call{method: http.MethodGet, address: address}, func(resp *http.Response) error {
		raw, err := io.ReadAll(io.LimitReader(resp.Body, most))
		if err != nil {
			return &networkError{fmt.Errorf("%s: %w", place(resp.Request.URL), err)}
		}
		l = listing{}
		if err := json.Unmarshal(raw, &l); err != nil {
			return fmt.Errorf("%s: the list of files is not what a hub sends: %w", place(resp.Request.URL), err)
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	if !commit.MatchString(l.SHA) {
		return l, fmt.Errorf("the hub names the commit %.50q, which is none", l.SHA)
	}
	for _, s := range l.Siblings {
		if !localPath(s.Name) {
			return l, fmt.Errorf("the repository lists a file %.200q, whose path leaves its folder; nothing was written", s.Name)
		}
	}
	return l, nil
}

// wanted are the files beside the weights that are of use, as patterns of path.Match.
var wanted = []string{
	"config.json", "generation_config.json", "adapter_config.json",
	"tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
	"chat_template.jinja", "chat_template.json", "chat_templates/*.jinja", "additional_chat_templates/*.jinja",
	"*.safetensors.index.json", "README.md", "LICENSE*",
}

// choose returns the files to download, small ones first. Where there is a model.safetensors or its index, other weights are copies.
func choose(all []sibling) ([]sibling, error) {
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(s sibling) bool { return s.Name == name })
	}
	weights := "*.safetensors"
	if has("model.safetensors") || has("model.safetensors.index.json") {
		weights = "model*.safetensors"
	}
	matches := func(name string, patterns ...string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			ok, _ := path.Match(p, name) // the patterns are well-formed
			return ok
		})
	}
	var small, large []sibling
	var others []string
	for _, s := range all {
		switch {
		case matches(s.Name, weights):
			large = append(large, s)
		case matches(s.Name, wanted...):
			small = append(small, s)
		case matches(s.Name, "*.bin", "*.pth", "*.pt", "*.gguf", "*.onnx", "*.h5", "*.msgpack"):
			others = append(others, s.Name)
		}
	}
	if len(large) == 0 {
		hint := ""
		if len(others) > 0 {
			hint = fmt.Sprintf(", only %s", strings.Join(others[:min(3, len(others))], ", "))
		}
		return nil, fmt.Errorf("the repository holds no safetensors weights%s; choose a repository or revision that does", hint)
	}
	return append(small, large...), nil
}

// look asks for the hash and size of a file at a commit and compares them with the listing.
func (c *client) look(ctx context.Context, o Options, sha string, s sibling) (file, error) {
	header := http.Header{} // the first value of each along the redirects, the last answer's own for the fallbacks
	keep := func(h http.Header) {
		for _, key := range []string{"X-Repo-Commit", "X-Linked-Etag", "X-Linked-Size"} {
			if v := h.Get(key); v != "" && header.Get(key) == "" {
				header.Set(key, v)
			}
		}
	}
	err := c.request(ctx, call{method: http.MethodHead, address: o.resolve(sha, s.Name), visit: keep}, func(resp *http.Response) error {
		if header.Get("X-Linked-Etag") == "" {
			header.Set("X-Linked-Etag", resp.Header.Get("ETag"))
		}
		if header.Get("X-Linked-Size") == "" && resp.StatusCode < 300 {
			header.Set("X-Linked-Size", resp.Header.Get("Content-Length"))
		}
		return nil
	})
	if err != nil {
		return file{}, err
	}
	if got := header.Get("X-Repo-Commit"); got != sha {
		return file{}, fmt.Errorf("%s: the hub serves commit %.50q instead of %s: the repository changed meanwhile; pull again", s.Name, got, sha)
	}
	return s.agree(header.Get("X-Linked-Etag"), header.Get("X-Linked-Size"))
}

// agree compares the listing with the entity tag and the size that the hub gave for the file itself.
func (s sibling) agree(etag, length string) (file, error) {
	f := file{name: s.Name, hash: strings.Trim(strings.TrimPrefix(etag, "W/"), `"`)}
	if n := len(f.hash); n != 40 && n != 64 || strings.Trim(f.hash, "0123456789abcdef") != "" {
		return f, fmt.Errorf("%s: the hub gives the hash %.100q, which is neither a SHA-1 nor a SHA-256", s.Name, f.hash)
	}
	hash, size := s.BlobID, s.Size
	if s.LFS != nil {
		hash, size = s.LFS.SHA256, &s.LFS.Size
	}
	n, err := strconv.ParseInt(length, 10, 64)
	switch {
	case err == nil && n >= 0:
		f.size = n
	case length == "" && size != nil && *size >= 0:
		f.size = *size
	default:
		return f, fmt.Errorf("%s: the hub gives the size %.50q", s.Name, length)
	}
	if hash != "" && hash != f.hash || size != nil && *size != f.size {
		return f, fmt.Errorf("%s: the hub serves %s of %d bytes, its list of files says otherwise (%.100s)", s.Name, f.hash, f.size, hash)
	}
	return f, nil
}

// resolve is the address of a file at a commit.
func (o Options) resolve(sha, name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return o.Endpoint + "/" + o.ID + "/resolve/" + sha + "/" + strings.Join(parts, "/")
}
