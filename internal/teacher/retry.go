package teacher

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// backoff is how long to wait before try n+1, n from 1: doubled each time, half of it by chance, never less than what the endpoint asked for.
func (o *Options) backoff(n int, after time.Duration) time.Duration {
	d := o.MaxBackoff
	if n < 30 {
		d = min(o.Backoff<<(n-1), o.MaxBackoff)
	}
	d = d/2 + rand.N(d/2+1)
	return max(d, after)
}

// CallErrorOf words an answer of HTTP that is an error. kind and message are the endpoint's.
func CallErrorOf(status int, header http.Header, kind, message string, now time.Time) *CallError {
	e := &CallError{Status: status, Kind: kind, Message: message, After: retryAfter(header, now)}
	switch {
	case status == http.StatusTooManyRequests && spendLimit(header, kind, message):
		e.Stop = true
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooManyRequests, status >= 500 && status != http.StatusNotImplemented:
		e.Retry = true
		// Here a gateway gave up waiting for who was working.
		e.Lost = status == http.StatusRequestTimeout || status == http.StatusBadGateway || status == http.StatusGatewayTimeout
	case status == http.StatusUnauthorized, status == http.StatusPaymentRequired, status == http.StatusForbidden, status == http.StatusNotFound:
		e.Stop = true
	case spendLimit(header, kind, message):
		e.Stop = true
	}
	return e
}

// spendLimit tells errors that last until somebody pays or raises a limit from those that pass in minutes.
func spendLimit(header http.Header, kind, message string) bool {
	if header.Get("X-Should-Retry") == "false" && header.Get("Retry-After") == "" {
		return true
	}
	s := strings.ToLower(kind + " " + message)
	for _, sign := range []string{"insufficient_quota", "billing", "spend", "credit balance", "usage limit", "exceeded your current quota"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

// retryAfter reads how long an endpoint wants to be left alone: milliseconds, seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 24 * 365 * time.Hour
	amount := func(s string, unit time.Duration) (time.Duration, bool) {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || !(f >= 0) {
			return 0, false
		}
		if f > float64(most/unit) {
			return most, true
		}
		return time.Duration(f * float64(unit)), true
	}
	if d, ok := amount(h.Get("Retry-After-Ms"), time.Millisecond); ok {
		return d
	}
	s := h.Get("Retry-After")
	if d, ok := amount(s, time.Second); ok {
		return d
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(t.Sub(now), 0), most)
	}
	return 0
}

// NetworkError words an error without a response. Unless no connection was made, the request may have been worked on.
func NetworkError(err error) *CallError {
	var dns *net.DNSError
	var op *net.OpError
	unsent := errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
	return &CallError{Kind: "connection", Message: err.Error(), Retry: true, Lost: !unsent}
}

// callError makes a CallError of any error of a teacher.
func callError(err error) *CallError {
	var e *CallError
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &CallError{Kind: "connection", Message: err.Error(), Retry: true, Lost: true}
	}
	return &CallError{Message: err.Error()}
}
