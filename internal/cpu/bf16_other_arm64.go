//go:build !purego && !linux && !darwin

package cpu

func hasBF16() bool { return false }
