package trainset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"graft/internal/base"
	"graft/internal/chat"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/parallel"
	"graft/internal/record"
	"graft/internal/sample"
	"graft/internal/train"
)

// Set is what a run trains and evaluates on.
type Set struct {
	Train, Eval []train.Row
	Mix         []train.Portion // of Train; nil: all rows once an epoch
	EvalSets    []train.EvalSet // of Eval; nil: it is one set
	Report      *engine.DataReport
	Longest     int // tokens of the longest sample
}

// file is the records of one source.
type file struct {
	engine.Source
	records []record.Record
}

// Load reads, renders, masks and packs the records of a job. All that is wrong with them is reported.
func Load(j engine.Job, b *base.Base, pool *parallel.Pool, sink event.Sink) (*Set, error) {
	trained, err1 := readFiles("data.train", j.Data.TrainFiles(), j.Data.Format)
	held, err2 := readHeldOut(j.Data, sink)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	d := &Set{Report: &engine.DataReport{}}
	err1 = d.takeTrain(j, b, pool, sink, trained)
	if j.Data.Evaluate {
		evalJob := j
		evalJob.Data.Packing = false
		err2 = d.takeEval(evalJob, b, pool, sink, held)
	}
	if err := errors.Join(err1, err2); err != nil {
		return nil, fault.Input(err)
	}
	return d, checkLeak(trained, held, b.Template)
}

// takeTrain makes rows of the files to train on. Each file is packed by itself, so that its share of an epoch is its own.
func (d *Set) takeTrain(j engine.Job, b *base.Base, pool *parallel.Pool, sink event.Sink, files []file) error {
	var errs []error
	counts := make([]int, len(files))
	for i, f := range files {
		set, err := tokenize(j, b, pool, f.Path, f.records)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		some := rows(set, j.Data)
		counts[i] = len(some)
		d.Train = append(d.Train, some...)
		d.measure(set)
		report(sink, f.Path, set.Stats, j.Data.MaxLength)
		count(d.Report, set)
		d.Report.Mix = append(d.Report.Mix, engine.MixReport{Name: f.Name, Path: f.Path, Weight: f.Weight, Samples: len(set.Samples), Rows: len(some), PerEpoch: len(some)})
	}
	d.Report.Rows = len(d.Train)
	d.Mix = portions(j.Data.TrainFiles(), counts)
	for i, p := range d.Mix {
		d.Report.Mix[i].PerEpoch = p.PerEpoch
		sink.Emit(event.Note{Text: fmt.Sprintf("%s: %d of %d rows an epoch", files[i].Path, p.PerEpoch, p.Rows)})
	}
	if len(files) == 1 {
		d.Report.Mix = nil
	}
	return errors.Join(errs...)
}

// takeEval makes rows of the files to evaluate on.
func (d *Set) takeEval(j engine.Job, b *base.Base, pool *parallel.Pool, sink event.Sink, files []file) error {
	var errs []error
	for _, f := range files {
		set, err := tokenize(j, b, pool, f.Path, f.records)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		some := rows(set, engine.Data{})
		d.Eval = append(d.Eval, some...)
		d.measure(set)
		report(sink, f.Path, set.Stats, j.Data.MaxLength)
		d.Report.EvalSamples += len(set.Samples)
		if len(files) > 1 {
			d.EvalSets = append(d.EvalSets, train.EvalSet{Name: f.Name, Rows: len(some)})
		}
	}
	return errors.Join(errs...)
}

// measure looks for the longest sample.
func (d *Set) measure(set sample.Set) {
	for _, s := range set.Samples {
		d.Longest = max(d.Longest, len(s.IDs))
	}
}

// count adds what became of the records of a file.
func count(r *engine.DataReport, set sample.Set) {
	r.Samples += len(set.Samples)
	r.Tokens += set.Stats.Tokens
	r.TrainedTokens += set.Stats.Trained
	r.Longest = max(r.Longest, set.Stats.Longest)
	r.Truncated += len(set.Stats.Truncated)
	r.Dropped = append(r.Dropped, set.Stats.Dropped...)
}

// readFiles reads the files that a configuration key names.
func readFiles(key string, sources []engine.Source, format string) ([]file, error) {
	var files []file
	var errs []error
	for _, s := range sources {
		records, err := readRecords(key, s.Path, format)
		files, errs = append(files, file{s, records}), append(errs, err)
	}
	return files, errors.Join(errs...)
}

// readRecords reads the file that a configuration key names.
func readRecords(key, path, format string) ([]record.Record, error) {
	records, err := record.Read(path, record.Format(format))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.InputAt(key, fmt.Errorf("%s does not exist%s; write it with graft dataset build, or name another file", path, below(path)))
	}
	return records, fault.Input(err)
}

// below says what a relative path is relative to.
func below(path string) string {
	if dir, err := os.Getwd(); err == nil && !filepath.IsAbs(path) {
		return " in " + dir
	}
	return ""
}

// readHeldOut reads the evaluation records. Where nothing is evaluated they are only compared with the training data, if there are any.
func readHeldOut(d engine.Data, sink event.Sink) ([]file, error) {
	if d.Evaluate {
		return readFiles("data.eval", d.EvalFiles(), d.Format)
	}
	var files []file
	for _, s := range d.EvalFiles() {
		if _, err := os.Stat(s.Path); err != nil {
			continue
		}
		records, err := record.Read(s.Path, record.Format(d.Format))
		if err != nil {
			sink.Emit(event.Warning{Text: fmt.Sprintf("%s was not compared with %s: %v", s.Path, paths(d.TrainFiles()), err)})
			continue
		}
		files = append(files, file{s, records})
	}
	return files, nil
}

// paths lists the paths of files.
func paths(files []engine.Source) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Path)
	}
	return strings.Join(all, ", ")
}

// tokenize makes samples of the records of a file.
func tokenize(j engine.Job, b *base.Base, pool *parallel.Pool, path string, records []record.Record) (sample.Set, error) {
	m := &chat.Masker{Template: b.Template, Encoder: b.Tokenizer, EndIDs: b.EndIDs(), All: j.Data.All}
	return sample.Tokenize(records, m, sample.Options{
		Path: path, System: j.Data.SystemPrompt, MaxLength: j.Data.MaxLength, Packing: j.Data.Packing, Pool: pool,
	})
}

// Rows reads the records of the file that d.Train names, one sample a row.
func Rows(d engine.Data, b *base.Base, pool *parallel.Pool, sink event.Sink) ([]train.Row, error) {
	records, err := readRecords("data", d.Train, d.Format)
	if err != nil {
		return nil, err
	}
	set, err := tokenize(engine.Job{Data: d}, b, pool, d.Train, records)
	if err != nil {
		return nil, fault.Input(err)
	}
	report(sink, d.Train, set.Stats, d.MaxLength)
	return rows(set, engine.Data{}), nil
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

// report emits what became of the records of a file.
func report(sink event.Sink, path string, s sample.Stats, most int) {
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
