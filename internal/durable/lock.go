package durable

import "errors"

// ErrLocked is what TryLock returns when another process, or another open file of this one, holds the lock.
var ErrLocked = errors.New("locked by another process")

// A LockByte is the place in a file that a lock covers on Windows, where others cannot read what is locked. Other systems lock the file as a whole.
type LockByte uint64

// The places of locks.
const (
	FirstByte LockByte = 0       // for files that are only locks; huggingface_hub locks the same byte
	PastEnd   LockByte = 1 << 62 // for files that others may read meanwhile
)
