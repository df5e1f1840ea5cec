package teacher

import "encoding/json"

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
	Input      int `json:"input_tokens"` // neither written to nor read from a cache
	CacheWrite int `json:"cache_write_tokens,omitempty"`
	CacheRead  int `json:"cache_read_tokens,omitempty"`
	Output     int `json:"output_tokens"`
}

// Reply is the outcome of one Request. Either Failure is "" or it says why there is no Text.
type Reply struct {
	Text    string  // the answer: a JSON value of the schema where one was asked for
	Model   string  // that answered
	Usage   Usage   // what was paid for, also where the answer failed
	Cost    float64 // US dollars
	Failure Failure
	Detail  string // of a failure, for people
}
