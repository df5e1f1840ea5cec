package teacher

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"graft/internal/durable"
	"graft/internal/fault"
)

// Ledger is the file of what was asked and answered: JSON lines, appended and synced, never changed. It holds no key of an account and
// no header. One process has it open at a time.
type Ledger struct {
	path string
	f    *os.File // locked while the ledger is open

	mu      sync.Mutex
	state   *state
	written uint64 // records in the file
	broken  error  // a write failed, so that what is on disk is not known, or nothing may be written

	syncing sync.Mutex
	synced  uint64 // records known to be on disk
}

// maxLine bounds a line of a ledger: a batch of 100,000 keys takes 10 MB.
const maxLine = 64 << 20

// OpenLedger opens the ledger at path and makes it, readable by its owner only, if there is none. A last line that a crash has torn is
// cut off; any other line that is no record is an error.
func OpenLedger(path string) (l *Ledger, err error) {
	_, missing := os.Lstat(path)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Inputf("teacher: ledger: %w", err)
	}
	l = &Ledger{path: path, f: f, state: newState()}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if err := durable.TryLock(f, durable.PastEnd); errors.Is(err, durable.ErrLocked) { // other errors come from network file systems without locks
		return l, fault.Inputf("teacher: ledger %s is in use by another process; wait for it, or build into another directory", path)
	}
	if err := f.Chmod(0o600); err != nil {
		return l, fmt.Errorf("teacher: ledger: %w", err)
	}
	if errors.Is(missing, os.ErrNotExist) {
		if err := durable.SyncDir(filepath.Dir(path)); err != nil {
			return l, fmt.Errorf("teacher: ledger %s: %w", path, err)
		}
	}
	if err := l.read(); err != nil {
		return l, err
	}
	if l.written == 0 {
		return l, l.add(time.Now(), &record{Event: evLedger, Version: ledgerVersion})
	}
	return l, nil
}

// ReadLedger reads the ledger at path, also while another process has it open, and changes nothing: what would be added to it is an
// error. Where there is no file it is empty.
func ReadLedger(path string) (*Ledger, error) {
	l := &Ledger{path: path, state: newState(), broken: fmt.Errorf("teacher: ledger %s: it was opened for reading alone", path)}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return l, nil
	case err != nil:
		return nil, fault.Inputf("teacher: ledger: %w", err)
	}
	l.f = f
	err = errors.Join(l.read(), f.Close())
	l.f = nil
	return l, err
}

// read applies all records and cuts off a torn last line.
func (l *Ledger) read() error {
	b := bufio.NewReaderSize(l.f, 64<<10)
	var good int64
	for n := 1; ; n++ {
		line, err := readLine(b)
		if errors.Is(err, io.EOF) {
			return l.cut(good, len(line))
		}
		if err != nil {
			return fmt.Errorf("teacher: ledger %s: line %d: %w", l.path, n, err)
		}
		var r record
		if err := json.Unmarshal(line, &r); err == nil {
			err = l.state.apply(&r)
			if err != nil {
				return fault.Inputf("teacher: ledger %s: line %d: %w", l.path, n, err)
			}
		} else if _, rest := b.Peek(1); errors.Is(rest, io.EOF) {
			return l.cut(good, len(line))
		} else {
			return fault.Inputf("teacher: ledger %s: line %d is no record: %w; remove that line, or the file, which forgets what was paid for", l.path, n, err)
		}
		good += int64(len(line))
		l.written++
	}
}

// readLine returns a line with its end, or io.EOF with what there is without.
func readLine(b *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := b.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, fmt.Errorf("it is longer than %d bytes", maxLine)
		}
	}
}

// cut removes what stands behind the last whole record and leaves the file ready for the next.
func (l *Ledger) cut(good int64, torn int) error {
	if l.broken != nil { // for reading alone
		return nil
	}
	if torn > 0 {
		if err := errors.Join(l.f.Truncate(good), l.f.Sync()); err != nil {
			return fmt.Errorf("teacher: ledger %s: cannot cut off a torn line: %w", l.path, err)
		}
	}
	if _, err := l.f.Seek(good, io.SeekStart); err != nil {
		return fmt.Errorf("teacher: ledger %s: %w", l.path, err)
	}
	l.synced = l.written
	return nil
}

// Close closes the file, which another process may then open.
func (l *Ledger) Close() error {
	if l.f == nil {
		return nil
	}
	return l.f.Close()
}

// add writes records and returns when they are on disk. Goroutines that add at the same time share one sync.
func (l *Ledger) add(now time.Time, rs ...*record) error {
	upTo, err := l.write(now, rs)
	if err != nil {
		return err
	}
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if l.synced >= upTo {
		return nil
	}
	l.mu.Lock()
	upTo = l.written
	l.mu.Unlock()
	if err := l.f.Sync(); err != nil {
		return l.fail(err)
	}
	l.synced = upTo
	return nil
}

func (l *Ledger) write(now time.Time, rs []*record) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return 0, l.broken
	}
	var b bytes.Buffer
	for _, r := range rs {
		r.Time = now.UTC().Truncate(time.Millisecond)
		line, err := r.line()
		if err != nil {
			return 0, fmt.Errorf("teacher: ledger %s: %w", l.path, err)
		}
		if len(line) > maxLine {
			return 0, fmt.Errorf("teacher: ledger %s: a record of %d bytes, at most %d can be read again", l.path, len(line), maxLine)
		}
		b.Write(line)
	}
	if _, err := l.f.Write(b.Bytes()); err != nil {
		l.broken = fmt.Errorf("teacher: ledger %s: %w", l.path, err)
		return 0, l.broken
	}
	for _, r := range rs {
		if err := l.state.apply(r); err != nil {
			l.broken = fmt.Errorf("teacher: ledger %s: %w", l.path, err)
			return 0, l.broken
		}
	}
	l.written += uint64(len(rs))
	return l.written, nil
}

func (l *Ledger) fail(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = fmt.Errorf("teacher: ledger %s: %w", l.path, err)
	return l.broken
}

// Spent is what the ledger knows to be paid for, and what may have been paid for on top without anybody having seen an answer, in US dollars.
func (l *Ledger) Spent() (known, lost float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := l.state.lost
	for _, m := range l.state.asks {
		sum += m
	}
	return l.state.spent.dollars(), sum.dollars()
}

// Answers is how many distinct questions the ledger has answers to.
func (l *Ledger) Answers() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.state.answers)
}

// Path is where the ledger lies.
func (l *Ledger) Path() string { return l.path }

// Notice is what somebody should know before text of t is used for training; "" where there is nothing to say.
func Notice(t Teacher) string {
	switch {
	case t.Name() == "anthropic":
		return "Source code of this build is sent to " + t.Endpoint() + " and answered by " + t.Model() + ". Anthropic's terms do not allow using its services to " +
			"train models that compete with Anthropic's without written permission (support.claude.com, article 12326764); a coding assistant may be " +
			"such a model. Whether yours is allowed is yours to decide. A local teacher under a permissive licence needs no such decision: " +
			"dataset.teacher: openai with dataset.base_url."
	case t.Hosted():
		return "Source code of this build is sent to " + t.Endpoint() + " and answered by " + t.Model() + ". The terms of that service and the licence of that " +
			"model say whether its answers may train other models; reading them is yours to do."
	}
	return ""
}

func noticeSum(notice string) string {
	sum := sha256.Sum256([]byte(notice))
	return hex.EncodeToString(sum[:])
}

// Acknowledged tells whether Notice(t), word by word, was acknowledged before.
func (l *Ledger) Acknowledged(t Teacher) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.notices[t.Name()+" "+noticeSum(Notice(t))]
}

// Acknowledge records that Notice(t) was shown.
func (l *Ledger) Acknowledge(t Teacher) error {
	return l.add(time.Now(), &record{Event: evNotice, Teacher: t.Name(), Model: t.Model(), Endpoint: t.Endpoint(), Detail: noticeSum(Notice(t))})
}
