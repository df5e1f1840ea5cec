package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"graft/internal/durable"
)

// lock takes the exclusive lock on path that huggingface_hub takes too, waiting until it is free.
func lock(ctx context.Context, path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := durable.TryLock(f, durable.FirstByte)
		if err == nil {
			return f.Close, nil // which releases it
		}
		if !errors.Is(err, durable.ErrLocked) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}
