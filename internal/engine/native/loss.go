package native

import (
	"context"
	"fmt"

	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/train"
)

// lossBatch is how many samples go through the model at a time.
const lossBatch = 8

// Loss is the mean loss over the trained tokens of the records in d.Train, and the number of these tokens.
func (l *Loaded) Loss(ctx context.Context, d engine.Data, sink event.Sink) (loss float64, trained int, err error) {
	records, err := readRecords("data", d.Train, d.Format)
	if err != nil {
		return 0, 0, err
	}
	set, err := tokenize(engine.Job{Data: d}, l.Base, l.pool, d.Train, records)
	if err != nil {
		return 0, 0, fault.Input(err)
	}
	tell(sink, d.Train, set.Stats, d.MaxLength)
	if loss, trained, err = train.Loss(ctx, l.Context, l.Model, rows(set, engine.Data{}), lossBatch); err != nil {
		return 0, 0, fmt.Errorf("native: loss of %s: %w", d.Train, err)
	}
	return loss, trained, nil
}
