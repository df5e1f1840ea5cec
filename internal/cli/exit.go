package cli

import (
	"context"
	"errors"
	"fmt"

	"graft/internal/config"
	"graft/internal/fault"
)

// Exit codes of the program.
const (
	ExitDone        = 0   // the work is done
	ExitFailed      = 1   // the work failed
	ExitUsage       = 2   // bad usage, configuration or input
	ExitGate        = 3   // a gate refused: parity, leak, verdict
	ExitInterrupted = 130 // interrupted, state saved
)

// ExitError is an error that ends the program with Code. Without Err the command has said what there is to say.
type ExitError struct {
	Code int
	Err  error
}

// Error returns the text of Err.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *ExitError) Unwrap() error { return e.Err }

// usageErrorf is bad usage or input, exit code 2.
func usageErrorf(format string, args ...any) error {
	return &ExitError{ExitUsage, fmt.Errorf(format, args...)}
}

// resumable turns the interruption of work that a second run continues into an error that tells so.
func resumable(err error) error {
	if !errors.Is(err, context.Canceled) || errors.Is(err, fault.ErrInput) {
		return err
	}
	return &ExitError{ExitInterrupted, errors.Join(errors.New("graft: interrupted; the same command continues where it stopped"), withoutCancel(err))}
}

// withoutCancel is what went wrong beside the interruption, or nil.
func withoutCancel(err error) error {
	var rest []error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			rest = append(rest, withoutCancel(e))
		}
		return errors.Join(rest...)
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// exitCode returns the code that err ends the program with. It is told whether the user interrupted the program.
func exitCode(err error, interrupted bool) int {
	var exit *ExitError
	var problem config.Problem
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &exit):
		return exit.Code
	case errors.As(err, &problem), errors.Is(err, fault.ErrInput):
		return ExitUsage
	case errors.Is(err, fault.ErrGate):
		return ExitGate
	case interrupted && errors.Is(err, context.Canceled):
		return ExitInterrupted
	}
	return ExitFailed
}
