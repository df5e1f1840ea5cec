package hub

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/safetensors"
)

func TestResolve(t *testing.T) {
	index := `{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}`
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // of the error; "" if it is found
	}{
		{"single", map[string]string{"config.json": "", "model.safetensors": ""}, ""},
		{"shards", map[string]string{"config.json": "", safetensors.IndexName: index, "model-1.safetensors": "", "model-2.safetensors": ""}, ""},
		{"adapter", map[string]string{"adapter_config.json": "", "adapter_model.safetensors": ""}, ""},
		{"no configuration", map[string]string{"model.safetensors": ""}, "lacks config.json"},
		{"no weights", map[string]string{"config.json": ""}, "lacks weights"},
		{"no shard", map[string]string{"config.json": "", safetensors.IndexName: index, "model-1.safetensors": ""}, "lacks model-2.safetensors"},
		{"bad index", map[string]string{"config.json": "", safetensors.IndexName: "{"}, "JSON ends early"},
		{"nothing", nil, "there is no snapshot"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{ID: testID, CacheDir: t.TempDir(), Revision: testCommit}
			dir := o.snapshot(testCommit)
			for name, text := range c.files {
				if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Resolve(o)
			if c.want == "" && (err != nil || got != dir) {
				t.Errorf("%s, %v", got, err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if c.want != "" && c.name != "bad index" && !errors.Is(err, ErrNotCached) {
				t.Errorf("%v does not wrap ErrNotCached", err)
			}
		})
	}
}

func TestBadRef(t *testing.T) {
	o := Options{ID: testID, CacheDir: t.TempDir()}
	refs := filepath.Join(o.repository(), "refs")
	if err := errors.Join(os.MkdirAll(refs, 0o755), os.WriteFile(filepath.Join(refs, "main"), []byte("../../etc"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(o); err == nil || !strings.Contains(err.Error(), `holds "../../etc", which is not a commit; delete it`) {
		t.Errorf("error %v", err)
	}
}

func TestDanglingLink(t *testing.T) {
	o := Options{ID: testID, CacheDir: t.TempDir(), Revision: testCommit}
	dir := o.snapshot(testCommit)
	err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "config.json"), nil, 0o644),
		os.Symlink("../../blobs/gone", filepath.Join(dir, "model.safetensors")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(o); !errors.Is(err, ErrNotCached) {
		t.Errorf("error %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	good := Options{ID: testID, CacheDir: "cache"}
	for _, c := range []struct {
		edit func(*Options)
		want string
	}{
		{func(o *Options) { o.ID = "" }, `"" is not a model id`},
		{func(o *Options) { o.ID = "a/b/c" }, `"a/b/c" is not a model id`},
		{func(o *Options) { o.ID = "../b" }, "not a model id"},
		{func(o *Options) { o.ID = "a/.." }, "not a model id"},
		{func(o *Options) { o.ID = "a--b/c" }, "not a model id"},
		{func(o *Options) { o.ID = "a/b?x" }, "not a model id"},
		{func(o *Options) { o.ID = "/b" }, "not a model id"},
		{func(o *Options) { o.Revision = "../main" }, `"../main" is not a revision`},
		{func(o *Options) { o.Revision = "/main" }, "not a revision"},
		{func(o *Options) { o.Revision = "a\nb" }, "not a revision"},
		{func(o *Options) { o.CacheDir = "" }, "no cache directory"},
		{func(o *Options) { o.Endpoint = "ftp://x" }, "the endpoint is not"},
		{func(o *Options) { o.Endpoint = "hub.example.com" }, "the endpoint is not"},
		{func(o *Options) { o.Endpoint = "https://me:" + string(testToken) + "@x" }, "the endpoint is not"},
		{func(o *Options) { o.Endpoint = "http://[" + string(testToken) }, "the endpoint is not"},
	} {
		o := good
		c.edit(&o)
		_, pullErr := Pull(t.Context(), o)
		_, resolveErr := Resolve(o)
		for _, err := range []error{pullErr, resolveErr} {
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), string(testToken)) {
				t.Errorf("%+v: error %v, want %q", o, err, c.want)
			}
		}
	}
	for _, id := range []string{"gpt2", "Qwen/Qwen3-0.6B", "a_b/C.d-e"} {
		o := good
		o.ID = id
		if _, err := o.complete(); err != nil {
			t.Error(err)
		}
	}
	_, err := Options{ID: "?", Revision: "..", Endpoint: "x"}.complete()
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("want four problems: %v", err)
	}
}

func TestFromEnv(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want Options
	}{
		{nil, Options{CacheDir: "/home/me/.cache/huggingface/hub"}},
		{map[string]string{"XDG_CACHE_HOME": "/xdg"}, Options{CacheDir: "/xdg/huggingface/hub"}},
		{map[string]string{"XDG_CACHE_HOME": "/xdg", "HF_HOME": "~/hf"}, Options{CacheDir: "/home/me/hf/hub"}},
		{map[string]string{"HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"}, Options{CacheDir: "/old"}},
		{map[string]string{"HF_HUB_CACHE": "$DISK/x", "DISK": "/d", "HUGGINGFACE_HUB_CACHE": "/old"}, Options{CacheDir: "/d/x"}},
		{map[string]string{"HF_HUB_CACHE": "~other/x"}, Options{CacheDir: "~other/x"}},
		{map[string]string{"HF_TOKEN": " abc\n", "HF_ENDPOINT": "http://m", "HF_HUB_OFFLINE": "yes", "HF_HOME": "/h"}, Options{CacheDir: "/h/hub", Token: "abc", Endpoint: "http://m", Offline: true}},
		{map[string]string{"HUGGING_FACE_HUB_TOKEN": "old", "TRANSFORMERS_OFFLINE": "1", "HF_HOME": "/h"}, Options{CacheDir: "/h/hub", Token: "old", Offline: true}},
		{map[string]string{"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1", "HF_HOME": "/h"}, Options{CacheDir: "/h/hub"}},
	} {
		got := FromEnv(func(name string) string { return c.env[name] }, "/home/me")
		if filepath.ToSlash(got.CacheDir) != c.want.CacheDir || got.Token != c.want.Token || got.Endpoint != c.want.Endpoint || got.Offline != c.want.Offline {
			t.Errorf("%v gives %+v", c.env, got)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct{ all, want []string }{
		{
			[]string{"model.safetensors", "consolidated.safetensors", "config.json", "model.gguf", "original/x.safetensors", "tokenizer.json", ".gitattributes"},
			[]string{"config.json", "tokenizer.json", "model.safetensors"},
		},
		{
			[]string{"model-00001-of-00002.safetensors", "model.safetensors.index.json", "model-00002-of-00002.safetensors", "LICENSE.txt", "vocab.json"},
			[]string{"model.safetensors.index.json", "LICENSE.txt", "vocab.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"},
		},
		{[]string{"adapter_model.safetensors", "adapter_config.json", "training_args.bin"}, []string{"adapter_config.json", "adapter_model.safetensors"}},
	} {
		var siblings []sibling
		for _, n := range c.all {
			siblings = append(siblings, sibling{Name: n})
		}
		got, err := choose(siblings)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range got {
			names = append(names, s.Name)
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("of %v chosen %v, want %v", c.all, names, c.want)
		}
	}
}

func FuzzListing(f *testing.F) {
	f.Add([]byte(`{"sha":"x","siblings":[{"rfilename":"model.safetensors","size":5,"lfs":{"sha256":"aa","size":5}}]}`), "aa", "5")
	f.Add([]byte(`{"siblings":[{"rfilename":"../a/b.json"},{"rfilename":"a/../b"},{"rfilename":"\\x"}]}`), `W/"0123456789012345678901234567890123456789"`, "-1")
	f.Fuzz(func(t *testing.T, raw []byte, etag, length string) {
		var l listing
		if json.Unmarshal(raw, &l) != nil {
			return
		}
		o := Options{ID: testID, CacheDir: "cache"}
		for _, s := range l.Siblings {
			if localPath(s.Name) && !filepath.IsLocal(filepath.FromSlash(s.Name)) {
				t.Errorf("%q leaves its folder", s.Name)
			}
			if got, err := s.agree(etag, length); err == nil && (got.size < 0 || filepath.Dir(o.blob(got.hash)) != filepath.Join("cache", "models--org--model", "blobs")) {
				t.Errorf("%+v", got)
			}
		}
		_, _ = choose(l.Siblings)
	})
}
