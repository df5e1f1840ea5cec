package teacher

import (
	"errors"
	"fmt"
	"time"
)

// Mode is how requests are sent.
type Mode string

// The modes.
const (
	Batch Mode = "batch" // many at once, for less; teachers that take no batches are asked live
	Live  Mode = "live"
)

// Options are how Run asks. Zero fields, but for those that say otherwise, have the default that stands beside them.
type Options struct {
	Ledger      *Ledger // required
	Mode        Mode    // Live
	Concurrency int     // live requests at once; 4
	MaxCost     float64 // US dollars that all of the Ledger may cost, what it holds already included; 0: nothing may be spent
	Price       *Price  // of a model whose price is not known; else PriceOf
	Replay      bool    // answer from the ledger alone; a request that it does not know is an error

	// MoreTokens is MaxTokens of the second and last try of a request whose answer was cut off; 0: there is none.
	MoreTokens int

	Tries        int           // of one request, when errors pass; 8
	ExpiredTries int           // of one request, when batches return it unanswered; 3
	Backoff      time.Duration // before the second try, doubled each time, with jitter; 1 s
	MaxBackoff   time.Duration // 60 s
	MaxWait      time.Duration // longest wait that an endpoint may ask for; 15 min

	BatchRequests int           // most requests of a batch; 100,000
	BatchBytes    int           // most bytes of a batch's body; 256 MB
	Poll          time.Duration // between looks at running batches, growing to ten times; 5 s
	Grace         time.Duration // after which a batch that the endpoint does not list was never made; 30 s

	// What an estimate knows beforehand.
	Count      func(Request) int // tokens of a question; nil: the endpoint is asked
	UsualShare float64           // of max_tokens that an answer takes, where the ledger holds too few to say; 0: all

	Clock    Clock          // the wall clock
	Progress func(Progress) // called now and then, never by two goroutines at once
}

// Limits of Anthropic's batches, with room for the frame around the requests.
const (
	maxBatchRequests = 100_000
	maxBatchBytes    = 255 << 20
)

// Progress is how far a Run is.
type Progress struct {
	Total, Done, Failed int     // distinct requests
	Waiting             int     // in running batches
	Spent               float64 // US dollars of the whole ledger, what may be lost included
	Reserved            float64 // US dollars that what is under way can cost at most
}

func (o Options) withDefaults() Options {
	def(&o.Mode, Live)
	def(&o.Concurrency, 4)
	def(&o.Tries, 8)
	def(&o.ExpiredTries, 3)
	def(&o.Backoff, time.Second)
	def(&o.MaxBackoff, time.Minute)
	def(&o.MaxWait, 15*time.Minute)
	def(&o.BatchRequests, maxBatchRequests)
	def(&o.BatchBytes, maxBatchBytes)
	def(&o.Poll, 5*time.Second)
	def(&o.Grace, 30*time.Second)
	if o.Clock == nil {
		o.Clock = wallClock{}
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

func def[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// check reports all that is wrong with o and reqs.
func (o Options) check(reqs []Request) error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("teacher: "+format, args...)) }
	if o.Ledger == nil {
		fail("no ledger: open one with OpenLedger")
	}
	if o.Mode != Batch && o.Mode != Live {
		fail("mode is %q, expected %s or %s", o.Mode, Batch, Live)
	}
	if o.Concurrency < 1 || o.Tries < 1 || o.ExpiredTries < 1 || o.MoreTokens < 0 {
		fail("concurrency %d, tries %d, expired tries %d and more tokens %d: expected at least 1, 1, 1 and 0", o.Concurrency, o.Tries, o.ExpiredTries, o.MoreTokens)
	}
	if !(o.MaxCost >= 0 && o.MaxCost <= 1e6) {
		fail("max cost is %g, expected 0 to 1,000,000 dollars", o.MaxCost)
	}
	if o.BatchRequests < 1 || o.BatchRequests > maxBatchRequests || o.BatchBytes < 1 || o.BatchBytes > maxBatchBytes {
		fail("batches of %d requests and %d bytes: expected at most %d and %d", o.BatchRequests, o.BatchBytes, maxBatchRequests, maxBatchBytes)
	}
	return errors.Join(append(errs, checkRequests(reqs)...)...)
}

// checkRequests reports the first requests that nobody can answer.
func checkRequests(reqs []Request) (errs []error) {
	const most = 20
	for i := range reqs {
		if r := &reqs[i]; len(errs) < most && (r.User == "" || r.MaxTokens < 1 || r.MaxTokens > 1<<20) {
			errs = append(errs, fmt.Errorf("teacher: request %d has a user text of %d bytes and max tokens %d, expected some text and 1 to %d",
				i, len(r.User), r.MaxTokens, 1<<20))
		}
	}
	return errs
}
