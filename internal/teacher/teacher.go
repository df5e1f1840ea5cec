package teacher

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Request is one question to a teacher. Its key, a hash of all its content, the teacher and the model, is what a Ledger finds it by.
type Request struct {
	System    string          // shared by many requests, sent first and marked for caching
	User      string          // what this one is about
	Schema    json.RawMessage // JSON Schema of the answer; nil asks for plain text
	MaxTokens int             // of the answer
}

// Failure is why a request has no answer.
type Failure string

// The kinds of failure.
const (
	Refused   Failure = "refusal"   // the model declined
	CutOff    Failure = "cut-off"   // the answer reached MaxTokens or the end of the context
	Malformed Failure = "malformed" // the answer is no JSON of the schema, and no repair makes it so
	Expired   Failure = "expired"   // the batch ended before the request was worked on
	Failed    Failure = "error"     // the endpoint answered with an error that another try does not mend
	Unpaid    Failure = "max-cost"  // it was not sent: it could have cost more than was left
)

// Usage counts tokens.
type Usage struct {
	Input          int `json:"input_tokens"`                    // neither written to nor read from a cache
	CacheWrite     int `json:"cache_write_tokens,omitempty"`    // to a cache that lives five minutes
	CacheWriteLong int `json:"cache_write_1h_tokens,omitempty"` // to a cache that lives an hour
	CacheRead      int `json:"cache_read_tokens,omitempty"`
	Output         int `json:"output_tokens"`
}

// Prompt is how many tokens the question had.
func (u Usage) Prompt() int { return u.Input + u.CacheWrite + u.CacheWriteLong + u.CacheRead }

// Add adds v.
func (u *Usage) Add(v Usage) {
	u.Input += v.Input
	u.CacheWrite += v.CacheWrite
	u.CacheWriteLong += v.CacheWriteLong
	u.CacheRead += v.CacheRead
	u.Output += v.Output
}

// Reply is the outcome of one Request. Either Failure is "" or it says why there is no Text.
type Reply struct {
	Text    string  // the answer: a JSON value of the schema where one was asked for
	Model   string  // that answered
	Usage   Usage   // what was paid for, also where the answer failed
	Cost    float64 // US dollars, of the answer and of earlier ones to the same request that were cut off
	Failure Failure
	Detail  string // of a failure, for people
}

// Teacher answers requests. Its methods may be called by many goroutines at once, send once, and return a *CallError for what the
// endpoint or the network did.
type Teacher interface {
	Name() string     // of the protocol, as dataset.teacher says it
	Model() string    // that is asked for
	Params() string   // whatever else shapes the answers; part of every key
	Endpoint() string // where requests go, without user and password
	Hosted() bool     // whether requests leave this machine and its network
	Ask(ctx context.Context, r Request) (Answer, error)
	CountTokens(ctx context.Context, r Request) (int, error) // of the question; ErrNoCount where the endpoint cannot
}

// ErrNoCount is the error of a teacher that cannot count tokens without answering.
var ErrNoCount = errors.New("teacher: the endpoint does not count tokens")

// Answer is what a teacher said.
type Answer struct {
	Text   string // as it came, thinking left out
	Model  string
	Usage  Usage
	Stop   Failure // Refused or CutOff; "" where the model ended by itself
	Detail string  // of Stop
}

// Batcher is a teacher that also takes many requests at once, for less, and answers within a day.
type Batcher interface {
	Teacher
	Size(r Request) int // most bytes that r takes in the body of Submit
	Submit(ctx context.Context, items []BatchItem) (BatchInfo, error)
	Batch(ctx context.Context, id string) (BatchInfo, error)
	Batches(ctx context.Context, since time.Time) ([]BatchInfo, error) // those created since then
	Results(ctx context.Context, id string, each func(BatchResult) error) error
}

// BatchItem is a request of a batch, by its key.
type BatchItem struct {
	Key     string
	Request Request
}

// BatchInfo is the state of a batch.
type BatchInfo struct {
	ID       string
	Created  time.Time
	Requests int
	Ended    bool // results can be read
}

// BatchResult is the outcome of one request of a batch.
type BatchResult struct {
	Key    string
	Status EntryStatus
	Answer Answer     // of Succeeded
	Err    *CallError // of Errored
}

// EntryStatus is what became of a request of a batch.
type EntryStatus string

// What becomes of requests. Only Succeeded is paid for.
const (
	EntrySucceeded EntryStatus = "succeeded"
	EntryErrored   EntryStatus = "errored"
	EntryCanceled  EntryStatus = "canceled"
	EntryExpired   EntryStatus = "expired"
)

// CallError is what an endpoint or the network did instead of answering. It holds no header and no key.
type CallError struct {
	Status  int           // of HTTP; 0 where there was no response
	Kind    string        // as the endpoint calls it, such as overloaded_error
	Message string        // of the endpoint or the network
	After   time.Duration // wait at least so long before another try
	Retry   bool          // another try may go well
	Stop    bool          // every other request would end the same way: a bad key, no such model, an account without money
	Lost    bool          // it may have been worked on and paid for, without anybody having seen the answer
}

// Error names status, kind and message.
func (e *CallError) Error() string {
	s := e.Message
	if e.Kind != "" {
		s = e.Kind + ": " + s
	}
	if e.Status != 0 {
		s = fmt.Sprintf("HTTP %d: %s", e.Status, s)
	}
	return s
}

// Key is the hash of what shapes the answer of t to r, 64 hexadecimal digits.
func Key(t Teacher, r Request) string {
	h := sha256.New()
	for _, s := range []string{"graft teacher 1", t.Name(), t.Model(), t.Params(), r.System, r.User, string(r.Schema)} {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(r.MaxTokens)))
	return hex.EncodeToString(h.Sum(nil))
}
