package native

import (
	"errors"
	"fmt"

	"graft/internal/chat"
	"graft/internal/dataset/record"
	"graft/internal/dataset/sample"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/parallel"
	"graft/internal/train"
)

// data is what a run trains and evaluates on.
type data struct {
	train, eval []train.Row
	report      *dataReport
	longest     int // tokens of the longest sample
}

// loadData reads, renders, masks and packs the records of a job. All that is wrong with them is reported.
func loadData(j engine.Job, b *engine.Base, pool *parallel.Pool, sink event.Sink) (*data, error) {
	d := &data{}
	set, err := tokenize(j, b, pool, j.Data.Train, j.Data.Packing)
	var evalSet sample.Set
	var evalErr error
	if j.Data.Eval != "" {
		evalSet, evalErr = tokenize(j, b, pool, j.Data.Eval, false)
	}
	if err := errors.Join(err, evalErr); err != nil {
		return nil, engine.Input(err)
	}
	tell(sink, j.Data.Train, set.Stats, j.Data.MaxLength)
	d.train = rows(set, j.Data)
	d.report = &dataReport{
		Samples: len(set.Samples), Rows: len(d.train), Tokens: set.Stats.Tokens, TrainedTokens: set.Stats.Trained,
		Longest: set.Stats.Longest, Truncated: len(set.Stats.Truncated), Dropped: set.Stats.Dropped, EvalSamples: len(evalSet.Samples),
	}
	if j.Data.Eval != "" {
		tell(sink, j.Data.Eval, evalSet.Stats, j.Data.MaxLength)
		d.eval = rows(evalSet, engine.Data{})
	}
	for _, s := range append(set.Samples, evalSet.Samples...) {
		d.longest = max(d.longest, len(s.IDs))
	}
	return d, nil
}

// tokenize reads one file of records.
func tokenize(j engine.Job, b *engine.Base, pool *parallel.Pool, path string, packing bool) (sample.Set, error) {
	records, err := record.Read(path, record.Format(j.Data.Format))
	if err != nil {
		return sample.Set{}, err
	}
	m := &chat.Masker{Template: b.Template, Encoder: b.Tokenizer, EndIDs: b.EndIDs(), All: j.Data.All}
	return sample.Tokenize(records, m, sample.Options{
		Path: path, System: j.Data.SystemPrompt, MaxLength: j.Data.MaxLength, Packing: packing, Pool: pool,
	})
}

// rows are the samples one by one, or packed.
func rows(set sample.Set, d engine.Data) []train.Row {
	doc := func(i int) train.Sample {
		return train.Sample{IDs: set.Samples[i].IDs, Trained: set.Samples[i].Trained}
	}
	var out []train.Row
	if !d.Packing {
		for i := range set.Samples {
			out = append(out, train.Row{doc(i)})
		}
		return out
	}
	lengths := make([]int, len(set.Samples))
	for i, s := range set.Samples {
		lengths[i] = len(s.IDs)
	}
	for _, bin := range sample.Pack(lengths, d.MaxLength) {
		var row train.Row
		for _, i := range bin {
			row = append(row, doc(i))
		}
		out = append(out, row)
	}
	return out
}

// tell says what became of the records of a file.
func tell(sink event.Sink, path string, s sample.Stats, most int) {
	sink.Emit(event.Note{Text: fmt.Sprintf("%s: %d samples, %d tokens, %d of them trained, longest %d", path, s.Samples, s.Tokens, s.Trained, s.Longest)})
	if n := len(s.Truncated); n > 0 {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s: %d samples are longer than training.max_seq_length %d and were cut off at the end: lines %s",
			path, n, most, few(s.Truncated))})
	}
	if n := len(s.Dropped); n > 0 {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s: %d samples were dropped, nothing trained is left of them within %d tokens: lines %s",
			path, n, most, few(s.Dropped))})
	}
	if n := len(s.Shifted); n > 0 {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s: the prompt of %d samples is tokenised otherwise than at the start of the whole: lines %s",
			path, n, few(s.Shifted))})
	}
}

// few lists the first numbers.
func few(n []int) string {
	const most = 8
	if len(n) > most {
		return fmt.Sprintf("%v and %d more", n[:most], len(n)-most)
	}
	return fmt.Sprint(n)
}
