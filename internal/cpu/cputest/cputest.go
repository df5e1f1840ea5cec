// Package cputest runs tests on every CPU path of the machine.
package cputest

import (
	"testing"

	"graft/internal/cpu"
)

// EachPath runs f on every path of this machine, as a subtest named after it.
func EachPath(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	if err := cpu.Err(); err != nil {
		t.Fatal(err)
	}
	for _, p := range cpu.Available() {
		t.Run(p.String(), func(t *testing.T) {
			before, err := cpu.Use(p)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if _, err := cpu.Use(before); err != nil {
					t.Error(err)
				}
			}()
			f(t)
		})
	}
}
