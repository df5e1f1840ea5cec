package teachertest

import (
	"context"
	"sync"
	"time"
)

// Clock is a teacher.Clock whose waits pass at once. It remembers them.
type Clock struct {
	Start time.Time // zero: the time of the wall goes by as well

	mu    sync.Mutex
	extra time.Duration
	waits []time.Duration
}

// Now is the time of the wall and all waits.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.Start.IsZero() {
		return c.Start.Add(c.extra)
	}
	return time.Now().Add(c.extra)
}

// Sleep lets d pass.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.extra += d
	c.waits = append(c.waits, d)
	c.mu.Unlock()
	time.Sleep(20 * time.Microsecond) // others get their turn
	return ctx.Err()
}

// Waits lists the waits so far.
func (c *Clock) Waits() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.waits...)
}
