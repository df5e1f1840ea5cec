package fault

import (
	"errors"
	"fmt"
)

// ErrInput is found in every error about what the user gave.
var ErrInput = errors.New("input refused")

// ErrGate is found in every refusal of a gate.
var ErrGate = errors.New("a gate refused")

// Input marks err as one about what the user gave; nil stays nil.
func Input(err error) error { return mark(err, ErrInput) }

// Inputf is an error about what the user gave, worded as by fmt.Errorf.
func Inputf(format string, args ...any) error { return Input(fmt.Errorf(format, args...)) }

// Gate marks err as the refusal of a gate; nil stays nil.
func Gate(err error) error { return mark(err, ErrGate) }

// InputAt marks err as one about the value of a configuration key; nil stays nil.
func InputAt(key string, err error) error {
	if err == nil {
		return nil
	}
	return &KeyError{key, err}
}

func mark(err, kind error) error {
	if err == nil || errors.Is(err, kind) {
		return err
	}
	return marked{err, kind}
}

// marked is an error of a kind, with the text of the error alone.
type marked struct {
	error
	kind error
}

func (e marked) Is(target error) bool { return target == e.kind }

func (e marked) Unwrap() error { return e.error }

// KeyError is an input error about the value of a configuration key. The package that finds it does not know in which file the key stands.
type KeyError struct {
	Key string
	Err error
}

// Error names the key.
func (e *KeyError) Error() string { return e.Key + ": " + e.Err.Error() }

// Is reports that the error is one about what the user gave.
func (*KeyError) Is(target error) bool { return target == ErrInput }

// Unwrap returns Err.
func (e *KeyError) Unwrap() error { return e.Err }
