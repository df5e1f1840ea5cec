package teachertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"graft/internal/teacher"
)

// Options are how a Server behaves.
type Options struct {
	Key      string                // that requests must carry; "": none is asked for
	Answer   func(Question) string // nil: Answer
	Faults   Faults
	Polls    int                          // how often a batch is looked at before it has ended
	Start    time.Time                    // when batches are made; zero: now
	NoSchema bool                         // chat completions refuse response_format
	OnCall   func(n int, r *http.Request) // called before the answer to call n, from 1; may block
}

// Server is a teacher on this machine.
type Server struct {
	o    Options
	http *httptest.Server

	busy    sync.WaitGroup // calls that are being answered
	mu      sync.Mutex
	calls   int
	live    teacher.Usage // charged
	batch   teacher.Usage
	answers map[string]int // that were charged for, by question
	tries   map[string]int
	cached  map[string]bool
	batches []*batch
	made    int // creations that were asked for
}

// Start starts a server. Close ends it.
func Start(o Options) *Server {
	if o.Answer == nil {
		o.Answer = Answer
	}
	s := &Server{o: o, answers: map[string]int{}, tries: map[string]int{}, cached: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/messages", s.messages)
	mux.HandleFunc("POST /v1/messages/count_tokens", s.countTokens)
	mux.HandleFunc("POST /v1/messages/batches", s.createBatch)
	mux.HandleFunc("GET /v1/messages/batches", s.listBatches)
	mux.HandleFunc("GET /v1/messages/batches/{id}", s.getBatch)
	mux.HandleFunc("GET /v1/messages/batches/{id}/results", s.results)
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	s.http = httptest.NewServer(s.door(mux))
	return s
}

// Close ends the server.
func (s *Server) Close() { s.http.CloseClientConnections(); s.http.Close() }

// URL is the base URL for Anthropic's clients.
func (s *Server) URL() string { return s.http.URL }

// OpenAIURL is the base URL for OpenAI's clients.
func (s *Server) OpenAIURL() string { return s.http.URL + "/v1" }

// Idle waits until no call is being answered: a server goes on with what a dead client asked for.
func (s *Server) Idle() { s.busy.Wait() }

// Charged is what the server charged for, answers that were lost on the way included.
func (s *Server) Charged() (live, batch teacher.Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live, s.batch
}

// Calls is how many requests of HTTP came.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Answered is how many questions were answered, and how many answers beyond the first were charged for.
func (s *Server) Answered() (questions, again int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.answers {
		again += n - 1
	}
	return len(s.answers), again
}

// door counts calls and lets only those with the key in.
func (s *Server) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.busy.Add(1)
		defer s.busy.Done()
		s.mu.Lock()
		s.calls++
		n := s.calls
		s.mu.Unlock()
		if s.o.OnCall != nil {
			s.o.OnCall(n, r)
		}
		w.Header().Set("Request-Id", fmt.Sprintf("req_%024d", n))
		w.Header().Set("Anthropic-Organization-Id", "11111111-2222-3333-4444-555555555555")
		given := r.Header.Get("X-Api-Key")
		if given == "" {
			given = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		if s.o.Key != "" && given != s.o.Key {
			fail(w, http.StatusUnauthorized, "authentication_error", "invalid x-api-key: "+given) // as careless as a server can be
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fail answers with an error in the words of both protocols.
func fail(w http.ResponseWriter, status int, kind, message string) {
	send(w, status, map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message, "code": kind, "param": ""}})
}

func send(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of what this package made itself
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// drop sends half of v and ends the connection.
func drop(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	_, _ = w.Write(b[:len(b)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// outcome is what the model says to a question.
type outcome struct {
	text  string
	think string
	stop  string // of the Messages API
	usage teacher.Usage
}

// tokens is a tokenizer that knows a length only.
func tokens(s string) int { return len(s)/4 + 1 }

// cacheFloor is the least length of a text that is cached, in tokens.
const cacheFloor = 64

// answer asks the model. mu is not held.
func (s *Server) answer(q *Question, batched bool) outcome {
	f := &s.o.Faults
	o := outcome{text: s.o.Answer(*q), stop: "end_turn"}
	o.usage.Output = tokens(o.text)
	if q.hits(f.Fence, "fence") {
		o.text = "Here is what you asked for:\n\n```json\n" + o.text + "\n```\n\nI hope that helps {you}!"
	}
	if q.hits(f.Think, "think") {
		o.think = "Let me see. {\"not\": \"the answer\"}"
		o.usage.Output += tokens(o.think)
	}
	switch {
	case q.hits(f.Refuse, "refuse"):
		o.text, o.stop, o.usage.Output = "", "refusal", 1
	case q.hits(f.Cut, "cut") && (f.CutBelow == 0 || q.MaxTokens < f.CutBelow):
		o.text, o.stop, o.usage.Output = o.text[:len(o.text)/2], "max_tokens", q.MaxTokens
	case o.usage.Output > q.MaxTokens:
		o.text, o.stop, o.usage.Output = o.text[:min(len(o.text), 4*q.MaxTokens)], "max_tokens", q.MaxTokens
	}
	o.text = strings.ToValidUTF8(o.text, "")
	s.charge(q, &o, batched)
	return o
}

// charge fills in the prompt's tokens and writes it all into the books.
func (s *Server) charge(q *Question, o *outcome, batched bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shared, own := tokens(q.System), tokens(q.User)+tokens(string(q.Schema))+8
	entry := q.CacheTTL + q.System
	switch {
	case q.CacheTTL == "" || shared < cacheFloor:
		own += shared
	case s.cached[entry]:
		o.usage.CacheRead = shared
	case q.CacheTTL == "1h":
		o.usage.CacheWriteLong = shared
		s.cached[entry] = true
	default:
		o.usage.CacheWrite = shared
		s.cached[entry] = true
	}
	o.usage.Input = own
	s.answers[q.id()]++
	if batched {
		s.batch.Add(o.usage)
	} else {
		s.live.Add(o.usage)
	}
}

// try counts tries of q and returns the number of this one, from 0.
func (s *Server) try(q *Question, where string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.tries[where+q.id()]
	s.tries[where+q.id()] = n + 1
	return n
}

// trouble answers with the error that this try meets, if any. drop tells that the answer is to be made and lost.
func (s *Server) trouble(w http.ResponseWriter, q *Question) (over, lost bool) {
	if q.hits(s.o.Faults.Invalid, "invalid") {
		fail(w, http.StatusBadRequest, "invalid_request_error", "this question is not allowed")
		return true, false
	}
	switch s.o.Faults.passing(q, s.try(q, "live")) {
	case "ratelimit":
		w.Header().Set("Retry-After", "2")
		fail(w, http.StatusTooManyRequests, "rate_limit_error", "too many requests")
	case "ratelimitplain":
		fail(w, http.StatusTooManyRequests, "rate_limit_error", "too many requests")
	case "overloaded":
		fail(w, 529, "overloaded_error", "Overloaded")
	case "broken":
		fail(w, http.StatusInternalServerError, "api_error", "Internal server error")
	case "drop":
		return false, true
	default:
		return false, false
	}
	return true, false
}
