package native

import (
	"context"
	"fmt"

	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/train"
	"graft/internal/trainset"
)

// lossBatch is how many samples go through the model at a time.
const lossBatch = 8

// Loss is the mean loss over the trained tokens of the records in d.Train, and the number of these tokens.
func (l *Loaded) Loss(ctx context.Context, d engine.Data, sink event.Sink) (loss float64, trained int, err error) {
	rows, err := trainset.Rows(d, l.Base, l.pool, sink)
	if err != nil {
		return 0, 0, err
	}
	if loss, trained, err = train.Loss(ctx, l.Context, l.Model, rows, lossBatch); err != nil {
		return 0, 0, fmt.Errorf("native: loss of %s: %w", d.Train, err)
	}
	return loss, trained, nil
}
