package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"graft/internal/durable"
)

// A download is a file on its way into a blob. What has arrived lies in the blob's name + ".incomplete" and is taken up again by the
// next attempt, be it in another process.
type download struct {
	file
	client  *client
	address string
	report  func(delta int64) // of bytes that are there
	out     *os.File
	sum     hash.Hash // of the first have bytes
	have    int64
}

var (
	errStalled = errors.New("no byte arrived for too long")
	errWrong   = errors.New("wrong content")
)

// fetch downloads f unless another process has done so, holding its lock.
func (p *puller) fetch(ctx context.Context, sha string, f file) (err error) {
	locks := filepath.Join(p.CacheDir, ".locks", filepath.Base(p.repository()))
	if err := os.MkdirAll(locks, 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(locks, f.hash+".lock"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	blob := p.blob(f.hash)
	if present(blob, f.size) {
		p.report(f.name, f.size)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(blob), 0o755); err != nil {
		return err
	}
	partial := blob + ".incomplete"
	out, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	d := &download{file: f, client: p.client, address: p.resolve(sha, f.name), out: out, report: func(n int64) { p.report(f.name, n) }}
	err = d.run(ctx)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := durable.Rename(partial, blob); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(blob))
}

// present reports whether a blob is there in full length.
func present(blob string, size int64) bool {
	st, err := os.Stat(blob)
	return err == nil && st.Mode().IsRegular() && st.Size() == size
}

// run makes attempts until the content is there and right.
func (d *download) run(ctx context.Context) error {
	if err := d.resume(); err != nil {
		return err
	}
	wrong := 0
	for failures := 0; ; {
		before := d.have
		err := d.attempt(ctx)
		if err == nil {
			err = d.verify()
		}
		if err == nil {
			return nil
		}
		if errors.Is(err, errWrong) {
			if wrong++; wrong == 2 {
				return errors.Join(fmt.Errorf("%s: %w, for the second time; what arrived was thrown away", d.name, err), d.reset())
			}
			if err := d.reset(); err != nil {
				return err
			}
			continue
		}
		if d.have > before {
			failures = 0
		}
		failures++
		if err := d.client.backOff(ctx, failures, err); err != nil {
			return fmt.Errorf("%s: %d of %d bytes: %w", d.name, d.have, d.size, err)
		}
	}
}

// resume takes up what an earlier process left.
func (d *download) resume() error {
	d.newSum()
	n, err := io.Copy(d.sum, d.out)
	if err != nil {
		return err
	}
	d.have = n
	d.report(n)
	if n > d.size {
		return d.reset()
	}
	return nil
}

// reset throws away what has arrived.
func (d *download) reset() error {
	d.report(-d.have)
	d.have = 0
	d.newSum()
	_, err := d.out.Seek(0, io.SeekStart)
	return errors.Join(err, d.out.Truncate(0))
}

func (d *download) newSum() {
	if len(d.hash) == 64 {
		d.sum = sha256.New()
		return
	}
	d.sum = sha1.New()
	_, _ = fmt.Fprintf(d.sum, "blob %d\x00", d.size) // a hash does not fail
}

// verify compares the hash of what has arrived.
func (d *download) verify() error {
	if got := hex.EncodeToString(d.sum.Sum(nil)); got != d.hash {
		return fmt.Errorf("%w: its hash is %s, the hub promised %s", errWrong, got, d.hash)
	}
	return nil
}

// attempt asks for what is missing and appends it; nil means that all bytes are there.
func (d *download) attempt(ctx context.Context) error {
	if d.have == d.size {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	resp, err := d.client.once(ctx, call{method: http.MethodGet, address: d.address, from: d.have, away: true})
	if err != nil {
		var status *statusError
		if errors.As(err, &status) && status.status == http.StatusRequestedRangeNotSatisfiable {
			return fmt.Errorf("%w: %w", errWrong, err)
		}
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if err := d.align(resp); err != nil {
		return err
	}
	return d.copy(ctx, cancel, resp.Body)
}

// align makes sure that the answer begins where what we have ends: some servers send the whole file whatever is asked.
func (d *download) align(resp *http.Response) error {
	if d.have == 0 && resp.StatusCode == http.StatusOK {
		return nil
	}
	if resp.StatusCode != http.StatusPartialContent {
		return d.reset()
	}
	want := fmt.Sprintf("bytes %d-%d/%d", d.have, d.size-1, d.size)
	if got := resp.Header.Get("Content-Range"); got != want {
		return fmt.Errorf("%w: asked for %q, offered %.100q", errWrong, want, got)
	}
	return nil
}

// copy appends the body, giving up on a connection that stalls.
func (d *download) copy(ctx context.Context, cancel context.CancelCauseFunc, body io.Reader) error {
	watch := time.AfterFunc(d.client.stall, func() { cancel(errStalled) })
	defer watch.Stop()
	buf := make([]byte, 1<<18)
	for {
		n, err := body.Read(buf)
		watch.Reset(d.client.stall)
		if d.have+int64(n) > d.size {
			return fmt.Errorf("%w: more than the %d bytes the hub promised", errWrong, d.size)
		}
		if _, err := d.out.Write(buf[:n]); err != nil {
			return err
		}
		_, _ = d.sum.Write(buf[:n]) // a hash does not fail
		d.have += int64(n)
		d.report(int64(n))
		switch {
		case err == nil:
		case d.have == d.size:
			return nil
		case ctx.Err() != nil:
			return &networkError{context.Cause(ctx)}
		default:
			return &networkError{fmt.Errorf("the connection was lost: %w", err)}
		}
	}
}

// missing returns how many bytes of f have to be fetched; 0 if its blob is there.
func (o Options) missing(f file) int64 {
	if present(o.blob(f.hash), f.size) {
		return 0
	}
	st, err := os.Stat(o.blob(f.hash) + ".incomplete")
	if err != nil {
		return max(f.size, 1)
	}
	return max(1, f.size-st.Size())
}
