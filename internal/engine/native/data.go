package native

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	trainRecords, err1 := readRecords("data.train", j.Data.Train, j.Data.Format)
	evalRecords, err2 := readHeldOut(j.Data, sink)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	set, err1 := tokenize(j, b, pool, j.Data.Train, trainRecords)
	var evalSet sample.Set
	if j.Data.Evaluate {
		evalJob := j
		evalJob.Data.Packing = false
		evalSet, err2 = tokenize(evalJob, b, pool, j.Data.Eval, evalRecords)
	}
	if err := errors.Join(err1, err2); err != nil {
		return nil, engine.Input(err)
	}
	if err := checkLeak(j.Data, trainRecords, evalRecords, b.Template); err != nil {
		return nil, err
	}
	d := &data{train: rows(set, j.Data)}
	tell(sink, j.Data.Train, set.Stats, j.Data.MaxLength)
	d.report = &dataReport{
		Samples: len(set.Samples), Rows: len(d.train), Tokens: set.Stats.Tokens, TrainedTokens: set.Stats.Trained,
		Longest: set.Stats.Longest, Truncated: len(set.Stats.Truncated), Dropped: set.Stats.Dropped, EvalSamples: len(evalSet.Samples),
	}
	if j.Data.Evaluate {
		tell(sink, j.Data.Eval, evalSet.Stats, j.Data.MaxLength)
		d.eval = rows(evalSet, engine.Data{})
	}
	for _, samples := range [][]sample.Sample{set.Samples, evalSet.Samples} {
		for _, s := range samples {
			d.longest = max(d.longest, len(s.IDs))
		}
	}
	return d, nil
}

// readRecords reads the file that a configuration key names.
func readRecords(key, path, format string) ([]record.Record, error) {
	records, err := record.Read(path, record.Format(format))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, engine.InputAt(key, fmt.Errorf("%s does not exist%s; write it with graft dataset build, or name another file", path, below(path)))
	}
	return records, engine.Input(err)
}

// below says what a relative path is relative to.
func below(path string) string {
	if dir, err := os.Getwd(); err == nil && !filepath.IsAbs(path) {
		return " in " + dir
	}
	return ""
}

// readHeldOut reads the evaluation records. Where nothing is evaluated they are only compared with the training data, if there are any.
func readHeldOut(d engine.Data, sink event.Sink) ([]record.Record, error) {
	if d.Evaluate {
		return readRecords("data.eval", d.Eval, d.Format)
	}
	if _, err := os.Stat(d.Eval); d.Eval == "" || err != nil {
		return nil, nil
	}
	records, err := record.Read(d.Eval, record.Format(d.Format))
	if err != nil {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s was not compared with %s: %v", d.Eval, d.Train, err)})
	}
	return records, nil
}

// tokenize makes samples of the records of a file.
func tokenize(j engine.Job, b *engine.Base, pool *parallel.Pool, path string, records []record.Record) (sample.Set, error) {
	m := &chat.Masker{Template: b.Template, Encoder: b.Tokenizer, EndIDs: b.EndIDs(), All: j.Data.All}
	return sample.Tokenize(records, m, sample.Options{
		Path: path, System: j.Data.SystemPrompt, MaxLength: j.Data.MaxLength, Packing: j.Data.Packing, Pool: pool,
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
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s: longer than training.max_seq_length %d and cut off at the end: %d of %d samples, lines %s",
			path, most, n, s.Records, few(s.Truncated))})
	}
	if n := len(s.Dropped); n > 0 {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s: dropped, since the first %d tokens hold nothing that is trained: %d of %d samples, lines %s",
			path, most, n, s.Records, few(s.Dropped))})
	}
	if n := len(s.Shifted); n > 0 {
		sink.Emit(event.Warning{Text: fmt.Sprintf("%s: the prompt alone is tokenised otherwise than at the start of the whole: %d of %d samples, lines %s",
			path, n, s.Records, few(s.Shifted))})
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
