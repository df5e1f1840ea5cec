package teacher

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"graft/internal/fault"
)

// Account is where a client asks, what for and with which key. Clients embed it.
type Account struct {
	model    string
	endpoint string
	hosted   bool
	key      string
}

// AccountOptions are what an Account is made of.
type AccountOptions struct {
	Model   string
	Hint    string // what dataset.teacher_model should be, for the error about a missing one
	BaseURL string
	Key     string // needed by hosted endpoints
	KeyFrom string // variable of the environment that it comes from
}

// NewAccount reports all that is wrong with o.
func NewAccount(o AccountOptions) (Account, error) {
	endpoint, hosted, err := ParseEndpoint(o.BaseURL)
	var errs []error
	if err != nil {
		errs = append(errs, err)
	} else if hosted && o.Key == "" {
		errs = append(errs, MissingKey(o.KeyFrom, endpoint))
	}
	if strings.TrimSpace(o.Model) == "" {
		errs = append(errs, fault.Inputf("teacher: no model; set dataset.teacher_model%s", o.Hint))
	}
	return Account{o.Model, endpoint, hosted, o.Key}, errors.Join(errs...)
}

// Model is the model that is asked for.
func (a *Account) Model() string { return a.model }

// Endpoint is where requests go.
func (a *Account) Endpoint() string { return a.endpoint }

// Hosted tells whether requests leave this network.
func (a *Account) Hosted() bool { return a.hosted }

// WithoutKey takes the key out of an answer.
func (a *Account) WithoutKey(text string) string {
	if a.key == "" {
		return text
	}
	return strings.ReplaceAll(text, a.key, "[key]")
}

// Scrub takes the key out of what is shown to people, and bounds it.
func (a *Account) Scrub(s string) string { return Scrub(s, a.key) }

// NetworkError words an error without a response.
func (a *Account) NetworkError(err error) *CallError {
	e := NetworkError(err)
	e.Message = a.Scrub(e.Message)
	return e
}

// CallError words a response that is an error. kind and message are the endpoint's.
func (a *Account) CallError(status int, resp *http.Response, kind, message string) *CallError {
	header := http.Header{}
	if resp != nil {
		header = resp.Header
	}
	return CallErrorOf(status, header, a.Scrub(kind), a.Scrub(message), time.Now())
}

// Tokens bounds a number that an endpoint has counted.
func Tokens(n int64) int { return int(min(max(n, 0), 1<<40)) }
