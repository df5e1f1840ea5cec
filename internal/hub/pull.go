package hub

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"

	"graft/internal/mem"
)

// workers is how many files are fetched at once.
const workers = 4

// Pull makes sure that the model is in the cache and returns the directory of its snapshot. It fetches the configuration, the
// tokenizer and the safetensors weights; what an earlier call left unfinished is taken up. A revision that is a commit and in the
// cache needs no network.
func Pull(ctx context.Context, o Options) (string, error) {
	p, err := newPuller(o)
	if err != nil {
		return "", err
	}
	return p.pull(ctx)
}

// A puller is one call of Pull.
type puller struct {
	Options
	client *client
	free   func(dir string) (int, error) // bytes; replaced in tests

	mu          sync.Mutex // guards what follows and calls of Progress
	done, total int64
}

func newPuller(o Options) (*puller, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	return &puller{Options: o, client: c, free: mem.DiskSpace}, nil
}

func (p *puller) pull(ctx context.Context) (string, error) {
	if p.Offline || commit.MatchString(p.Revision) {
		if dir, err := Resolve(p.Options); err == nil || p.Offline {
			return dir, err
		}
	}
	sha, err := p.update(ctx)
	if err != nil {
		return "", p.explain(err)
	}
	return p.snapshot(sha), nil
}

// A Listing is what a pull would bring into the cache.
type Listing struct {
	Commit string       `json:"commit"`
	Files  []ListedFile `json:"files"`
	Bytes  int64        `json:"bytes"` // to be fetched
}

// A ListedFile is one file of a Listing.
type ListedFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Fetch int64  `json:"fetch"` // bytes that the cache lacks
}

// List asks the hub what Pull would do and changes nothing.
func List(ctx context.Context, o Options) (*Listing, error) {
	p, err := newPuller(o)
	if err != nil {
		return nil, err
	}
	if p.Offline {
		_, err := Resolve(p.Options)
		return &Listing{}, err
	}
	sha, files, err := p.inventory(ctx)
	if err != nil {
		return nil, p.explain(err)
	}
	l := &Listing{Commit: sha}
	for _, f := range files {
		n := p.missing(f)
		l.Files = append(l.Files, ListedFile{f.name, f.size, n})
		l.Bytes += n
	}
	return l, nil
}

// inventory asks the hub for the commit of the revision and the files that are wanted of it.
func (p *puller) inventory(ctx context.Context) (sha string, files []file, err error) {
	l, err := p.client.list(ctx, p.Options)
	if err != nil {
		return "", nil, err
	}
	if commit.MatchString(p.Revision) && l.SHA != p.Revision {
		return "", nil, fmt.Errorf("asked for commit %s, the hub answers with %s", p.Revision, l.SHA)
	}
	chosen, err := choose(l.Siblings)
	if err != nil {
		return "", nil, err
	}
	files = make([]file, len(chosen))
	err = each(ctx, len(chosen), func(ctx context.Context, i int) (err error) {
		files[i], err = p.client.look(ctx, p.Options, l.SHA, chosen[i])
		return err
	})
	return l.SHA, files, err
}

// update brings the cache up to the revision and returns its commit.
func (p *puller) update(ctx context.Context) (string, error) {
	sha, files, err := p.inventory(ctx)
	if err != nil {
		return "", err
	}
	absent, err := p.prepare(files)
	if err != nil {
		return "", err
	}
	err = each(ctx, len(absent), func(ctx context.Context, i int) error { return p.fetch(ctx, sha, absent[i]) })
	if err != nil {
		return "", err
	}
	for _, f := range files {
		if err := p.link(sha, f.name, f.hash); err != nil {
			return "", err
		}
	}
	return sha, p.setRef(sha)
}

// prepare returns the files whose blobs are to be fetched, each blob once, and checks that the disk can hold them.
func (p *puller) prepare(files []file) (absent []file, err error) {
	var need int64
	seen := map[string]bool{}
	for _, f := range files {
		n := p.missing(f)
		if n == 0 || seen[f.hash] {
			continue
		}
		seen[f.hash] = true
		absent = append(absent, f)
		p.total += f.size
		if need += n; n > math.MaxInt64/2 || need > math.MaxInt64/2 {
			return nil, fmt.Errorf("%s: a size of %d bytes cannot be", f.name, f.size)
		}
	}
	if err := os.MkdirAll(p.CacheDir, 0o755); err != nil {
		return nil, err
	}
	free, err := p.free(p.CacheDir)
	if err == nil && need > int64(free) {
		err = fmt.Errorf("%.1f GB are to be fetched, but %s has only %.1f GB free; make room or set HF_HOME to another disk", float64(need)/1e9, p.CacheDir, float64(free)/1e9)
	}
	return absent, err
}

// report counts bytes and passes them on.
func (p *puller) report(name string, delta int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += delta
	if p.Progress != nil && delta != 0 {
		p.Progress(Progress{File: name, Done: p.done, Total: p.total})
	}
}

// each runs tasks 0 to n-1, a few at a time. The first error ends the others and is returned.
func each(ctx context.Context, n int, task func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				if err := task(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// explain adds the way out to what the hub answered.
func (p *puller) explain(err error) error {
	page := p.Endpoint + "/" + p.ID
	hint := ""
	var status *statusError
	switch {
	case errors.Is(err, context.Canceled):
	case !errors.As(err, &status):
		if transient(err) {
			hint = "check the network; with HF_HUB_OFFLINE=1 only the cache is used"
		}
	case status.code == "GatedRepo":
		hint = "it is gated: accept its conditions at " + page + ", then set HF_TOKEN to a token of that account"
	case status.code == "RevisionNotFound":
		hint = fmt.Sprintf("there is no revision %q; its branches and tags are listed at %s", p.Revision, page)
	case status.status == 401 && p.Token != "":
		hint = "the token in HF_TOKEN was refused: it is wrong or has expired, or there is no such model"
	case status.status == 401:
		hint = "there is no such model, or it is private: check the name, or set HF_TOKEN to a token that may read it"
	case status.status == 403:
		hint = "the token in HF_TOKEN may not read it: see " + page
	case status.status == 404:
		hint = "there is no such model: check the name"
	}
	if hint != "" {
		hint = "\n" + hint
	}
	return fmt.Errorf("hub: %s at %s: %w%s", p.ID, p.Revision, err, hint)
}
