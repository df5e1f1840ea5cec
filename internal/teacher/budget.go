package teacher

import (
	"context"
	"sync"
)

// budget keeps spent and reserved money together below a limit.
type budget struct {
	mu       sync.Mutex
	change   chan struct{} // closed and replaced when money comes back
	limit    money
	spent    money // known or possibly paid for
	reserved money
	flying   money // of reserved, what comes back only when batches end
}

func newBudget(limit, spent, reserved money) *budget {
	return &budget{limit: limit, spent: spent, reserved: reserved, change: make(chan struct{})}
}

// try reserves m if it fits now.
func (b *budget) try(m money) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fit(m)
}

func (b *budget) fit(m money) bool {
	if b.spent+b.reserved+m > b.limit {
		return false
	}
	b.reserved += m
	return true
}

// take reserves m, waiting for reservations that are given back. false: m does not fit even if all but those of batches come back.
func (b *budget) take(ctx context.Context, m money) (bool, error) {
	for {
		b.mu.Lock()
		if b.fit(m) {
			b.mu.Unlock()
			return true, nil
		}
		hopeless, change := b.reserved <= b.flying || b.spent+b.flying+m > b.limit, b.change
		b.mu.Unlock()
		if hopeless {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-change:
		}
	}
}

// settle gives back the reservation m, of which cost was spent.
func (b *budget) settle(m, cost money) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved -= m
	b.spent += cost
	close(b.change)
	b.change = make(chan struct{})
}

// fly says how much of what is reserved belongs to batches.
func (b *budget) fly(m money) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flying = m
}

func (b *budget) sums() (spent, reserved money) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent, b.reserved
}
