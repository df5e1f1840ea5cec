//go:build !linux && !darwin

package outdir

// writable leaves it to the first write to fail.
func writable(string) bool { return true }

// Lock does nothing on systems without flock.
func Lock(string) (unlock func() error, err error) { return func() error { return nil }, nil }
