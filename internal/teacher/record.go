package teacher

import (
	"encoding/json"
	"fmt"
	"time"
)

// event is what a line of a ledger tells.
type event string

const (
	evLedger    event = "ledger"    // first line: the version of the format
	evAsk       event = "ask"       // a live request is about to be sent
	evAnswer    event = "answer"    // an answer, live or of a batch
	evVoid      event = "void"      // a sending ended with an error that costs nothing
	evLost      event = "lost"      // a sending, or an entry of a batch, ended without anybody knowing what it cost: the reservation stays
	evBatch     event = "batch"     // a batch is about to be submitted
	evSubmitted event = "submitted" // the endpoint has it, under an id
	evUnsent    event = "unsent"    // the endpoint does not have it
	evEntry     event = "entry"     // a request of a batch ended without an answer and without cost
	evEnded     event = "ended"     // all results of a batch are in the ledger
	evLeft      event = "left"      // a run ended without an answer to this request: replays say so, later runs ask again
	evNotice    event = "notice"    // the terms of a teacher were shown
)

const ledgerVersion = 1

// record is a line of a ledger. Which fields are set depends on Event.
type record struct {
	Event   event     `json:"event"`
	Time    time.Time `json:"time"`
	Version int       `json:"version,omitempty"`

	Key     string  `json:"key,omitempty"`
	Ask     uint64  `json:"ask,omitempty"`     // number of a sending
	Batch   uint64  `json:"batch,omitempty"`   // number of a batch
	Reserve float64 `json:"reserve,omitempty"` // US dollars at worst

	Teacher  string `json:"teacher,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
	Remote   string `json:"remote,omitempty"` // id of a batch at the endpoint

	Keys     []string  `json:"keys,omitempty"` // of a batch, with Reserves and Tokens beside
	Reserves []float64 `json:"reserves,omitempty"`
	Tokens   []int     `json:"tokens,omitempty"`

	Model     string   `json:"model,omitempty"` // that answered
	Status    string   `json:"status,omitempty"`
	Detail    string   `json:"detail,omitempty"`
	MaxTokens int      `json:"max_tokens,omitempty"` // that the answer was allowed
	Text      string   `json:"text,omitempty"`       // of the answer as it came
	Usage     *Usage   `json:"usage,omitempty"`
	Cost      *float64 `json:"cost,omitempty"` // US dollars

	callErr *CallError // of an entry, for the process that reads it
}

// answered is what a ledger knows about the answer to a request.
type answered struct {
	text, model, detail string
	stop                Failure
	tokens              int
	usage               Usage
	cost                money
	before              money // of earlier answers to the same request
	beforeUsage         Usage
}

// flight is a batch that is not over.
type flight struct {
	number   uint64
	remote   string // "": whether the endpoint has it is not known
	teacher  string
	endpoint string
	started  time.Time
	open     map[string]openEntry
	total    int
	reads    int // of its results, that did not hold all
}

// openEntry is a request of a batch without a result.
type openEntry struct {
	reserve money
	tokens  int
}

// state is the sum of a ledger's records.
type state struct {
	answers  map[string]*answered
	left     map[string]record
	asks     map[uint64]money // sent, nothing heard
	flights  map[uint64]*flight
	remotes  map[string]bool // every id of a batch that is ours
	expired  map[string]int  // how often a request came back from a batch without an answer
	notices  map[string]bool
	spent    money // paid for, known
	lost     money // may have been paid for, not known
	askSeq   uint64
	batchSeq uint64
}

func newState() *state {
	return &state{
		answers: map[string]*answered{}, left: map[string]record{}, asks: map[uint64]money{}, flights: map[uint64]*flight{},
		remotes: map[string]bool{}, expired: map[string]int{}, notices: map[string]bool{},
	}
}

// apply adds one record. It is the only way in which a state changes, for a ledger that is read and for one that is written.
func (s *state) apply(r *record) error {
	if err := r.amounts(); err != nil {
		return err
	}
	switch r.Event {
	case evLedger:
		if r.Version != ledgerVersion {
			return fmt.Errorf("version is %d, expected %d", r.Version, ledgerVersion)
		}
	case evAsk:
		s.asks[r.Ask], s.askSeq = toMoney(r.Reserve), max(s.askSeq, r.Ask)
	case evVoid:
		delete(s.asks, r.Ask)
	case evAnswer:
		return s.answer(r)
	case evLost:
		s.loose(r)
	case evLeft:
		s.left[r.Key] = *r
	case evNotice:
		s.notices[r.Teacher+" "+r.Detail] = true
	case evBatch, evSubmitted, evUnsent, evEntry, evEnded:
		return s.batch(r)
	default:
		return fmt.Errorf("event %q is unknown", r.Event)
	}
	return nil
}

// amounts refuses money that nobody can owe.
func (r *record) amounts() error {
	const most = 1e6
	for _, d := range append([]float64{r.Reserve}, r.Reserves...) {
		if !(d >= 0 && d <= most) {
			return fmt.Errorf("reserve %g, expected 0 to %g dollars", d, most)
		}
	}
	if r.Cost != nil && !(*r.Cost >= 0 && *r.Cost <= most) {
		return fmt.Errorf("cost %g, expected 0 to %g dollars", *r.Cost, most)
	}
	return nil
}

func (s *state) answer(r *record) error {
	if r.Usage == nil || r.Cost == nil {
		return fmt.Errorf("an answer without usage or cost")
	}
	a := &answered{
		text: r.Text, model: r.Model, detail: r.Detail, stop: Failure(r.Status), tokens: r.MaxTokens, usage: *r.Usage, cost: toMoney(*r.Cost),
	}
	if old := s.answers[r.Key]; old != nil {
		a.before, a.beforeUsage = old.before+old.cost, old.beforeUsage
		a.beforeUsage.Add(old.usage)
	}
	s.answers[r.Key] = a
	delete(s.left, r.Key)
	delete(s.asks, r.Ask)
	if f := s.flights[r.Batch]; f != nil {
		delete(f.open, r.Key)
	}
	s.spent += a.cost
	return nil
}

// loose keeps the reservation of what may have been paid for.
func (s *state) loose(r *record) {
	if m, ok := s.asks[r.Ask]; ok {
		s.lost += m
		delete(s.asks, r.Ask)
	}
	if f := s.flights[r.Batch]; f != nil {
		if e, ok := f.open[r.Key]; ok {
			s.lost += e.reserve
			delete(f.open, r.Key)
			s.expired[r.Key]++
		}
	}
}

func (s *state) batch(r *record) error {
	if r.Event == evBatch {
		if len(r.Keys) != len(r.Reserves) || len(r.Keys) != len(r.Tokens) {
			return fmt.Errorf("batch %d has %d keys, %d reserves and %d tokens, expected as many of each", r.Batch, len(r.Keys), len(r.Reserves), len(r.Tokens))
		}
		f := &flight{number: r.Batch, teacher: r.Teacher, endpoint: r.Endpoint, started: r.Time, open: map[string]openEntry{}, total: len(r.Keys)}
		for i, k := range r.Keys {
			f.open[k] = openEntry{toMoney(r.Reserves[i]), r.Tokens[i]}
		}
		s.flights[r.Batch], s.batchSeq = f, max(s.batchSeq, r.Batch)
		return nil
	}
	f := s.flights[r.Batch]
	if f == nil {
		return fmt.Errorf("event %s of batch %d, which is not under way", r.Event, r.Batch)
	}
	switch r.Event {
	case evSubmitted:
		f.remote, s.remotes[r.Remote] = r.Remote, true
	case evEntry:
		delete(f.open, r.Key)
		s.expired[r.Key]++
	case evUnsent, evEnded:
		delete(s.flights, r.Batch)
	}
	return nil
}

// reserved is what open batches can still cost.
func (s *state) reserved() (sum money) {
	for _, f := range s.flights {
		for _, e := range f.open {
			sum += e.reserve
		}
	}
	return sum
}

func (r *record) line() ([]byte, error) {
	b, err := json.Marshal(r)
	return append(b, '\n'), err
}
