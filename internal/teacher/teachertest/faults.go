package teachertest

import (
	"hash/fnv"
	"strconv"
)

// Faults says what goes wrong, in how many of a thousand questions. Which ones is a function of the question.
type Faults struct {
	// Outcomes, the same at every try.
	Refuse   int // stop_reason refusal
	Cut      int // stop_reason max_tokens inside the JSON
	CutBelow int // questions of Cut are answered in full from so many max_tokens on; 0: never
	Think    int // a thinking block first
	Fence    int // prose and a fence around the JSON
	Invalid  int // HTTP 400, in batches an entry with invalid_request_error

	// Errors of the first one or two tries.
	RateLimit      int // 429 with retry-after
	RateLimitPlain int // 429 without
	Overloaded     int // 529
	Broken         int // 500
	Drop           int // the connection ends within the answer, which is charged for
	Expire         int // in batches: expired
	Errored        int // in batches: errored with overloaded_error

	// Batches.
	LoseBatch   int  // of every so many creations, the answer to one is lost: the batch exists, nobody heard of its id
	RefuseBatch int  // of every so many creations, one is answered with 529
	TearResults bool // the first reading of each batch's results ends within a line
}

// hash is a number that depends on all of parts.
func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p))))
		h.Write([]byte(p))
	}
	x := h.Sum64() // FNV's low bits are weak
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

// hits tells whether a fault that hits rate of a thousand hits q.
func (q *Question) hits(rate int, fault string) bool {
	return rate > 0 && hash(q.id(), fault)%1000 < uint64(rate)
}

// passing is the error that try n of q, from 0, meets; "" for none.
func (f *Faults) passing(q *Question, n int) string {
	if n > 1 {
		return ""
	}
	for _, c := range []struct {
		name string
		rate int
	}{
		{"ratelimit", f.RateLimit}, {"ratelimitplain", f.RateLimitPlain}, {"overloaded", f.Overloaded}, {"broken", f.Broken}, {"drop", f.Drop},
	} {
		if q.hits(c.rate, c.name+strconv.Itoa(n)) {
			return c.name
		}
	}
	return ""
}
