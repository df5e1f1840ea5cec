//go:build !linux && !darwin

package mem

func reserve(n int) []byte { return make([]byte, n) }

func unmap([]byte) {}
