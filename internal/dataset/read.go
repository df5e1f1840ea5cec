package dataset

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Saved dataset is what a build has left in a folder.
type Saved struct {
	Records  map[Split][]Record
	Meta     map[Split][]Meta // of the same lines
	Rejected []Rejection
	Report   *Report // nil if the build was made before there was one
}

// Open reads the dataset in a folder. Records and what is said about them must fit together.
func Open(dir string) (*Saved, error) {
	if _, err := os.Stat(filepath.Join(dir, Train.Meta())); errors.Is(err, fs.ErrNotExist) {
		return nil, inputErrorf("%s holds no dataset of a build (%s is missing); make one with graft dataset build", dir, Train.Meta())
	}
	s := &Saved{Records: map[Split][]Record{}, Meta: map[Split][]Meta{}}
	var errs []error
	for _, split := range splits {
		records, err := readLines[Record](filepath.Join(dir, split.File()))
		metas, err2 := readLines[Meta](filepath.Join(dir, split.Meta()))
		if err == nil && err2 == nil && len(records) != len(metas) {
			err = inputErrorf("%s has %d records and %s %d lines, expected as many; build the dataset again", split.File(), len(records), split.Meta(), len(metas))
		}
		errs = append(errs, err, err2)
		if len(records) > 0 {
			s.Records[split], s.Meta[split] = records, metas
		}
	}
	rejected, err := readLines[Rejection](filepath.Join(dir, rejectedFile))
	for _, r := range rejected {
		if filterByName(r.Filter) == nil {
			err = inputErrorf("%s names the filter %q, which this version does not know; build the dataset again", rejectedFile, r.Filter)
		}
	}
	s.Rejected = rejected
	report, err2 := readReport(filepath.Join(dir, reportFile))
	s.Report = report
	return s, errors.Join(append(errs, err, err2)...)
}

// readReport reads what a build has said about itself; nil if there is no such file.
func readReport(name string) (*Report, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	const most = 16 << 20 // bytes; it has a line for each filter and each origin
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	r := &Report{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, inputErrorf("%s: %w", name, err)
	}
	r.Yield = slices.DeleteFunc(r.Yield, func(y FilterYield) bool { return filterByName(y.Filter) == nil })
	return r, nil
}

// Lengths measures instructions and outputs of each split, in tokens of the base model.
func (s *Saved) Lengths() []LengthRow {
	var rows []LengthRow
	for _, split := range splits {
		var in, out []int
		for _, m := range s.Meta[split] {
			in, out = append(in, m.InstructionTokens), append(out, m.OutputTokens)
		}
		if len(in) > 0 {
			rows = append(rows, lengths(split, "instruction", in), lengths(split, "output", out))
		}
	}
	return rows
}

// Licences counts the records by licence.
func (s *Saved) Licences() []LicenceRow { return countLicences(s.Meta) }

// Splits lists the sizes of the splits that are not empty.
func (s *Saved) Splits() []SplitCount {
	var counts []SplitCount
	for _, split := range splits {
		if metas := s.Meta[split]; len(metas) > 0 {
			counts = append(counts, countSplit(split, metas))
		}
	}
	return counts
}

// Rejections counts what each filter has taken out.
func (s *Saved) Rejections() []RejectionCount { return countRejections(s.Rejected) }

// Sample picks n records of a split at random, fewer if there are no more, and returns their numbers in ascending order.
func (s *Saved) Sample(split Split, n int, from uint64) []int {
	metas := s.Meta[split]
	order := make([]int, len(metas))
	for i := range order {
		order[i] = i
	}
	key := func(i int) uint64 { return seed(from).number(metas[i].ChunkSHA256, metas[i].Path, "sample") }
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(key(i), key(j)), i-j) })
	order = order[:min(n, len(order))]
	slices.Sort(order)
	return order
}

// Source reads the function that a record was made of, with the comment above it. The file must be as it was.
func Source(raw string, d Domain, m *Meta) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(m.Path)) {
		return "", inputErrorf("%s lies outside of %s", m.Path, raw)
	}
	name := filepath.Join(raw, filepath.FromSlash(m.Path))
	found, err := hashFile(name)
	if err != nil {
		return "", inputErrorf("%w", err)
	}
	if found != m.FileSHA256 {
		return "", inputErrorf("%s has changed since the dataset was built; build it again", name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", inputErrorf("%w", err)
	}
	f := &File{Path: m.Path, Text: strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")}
	functions, err := d.Functions(f)
	if err != nil {
		return "", inputErrorf("%s: %w", name, err)
	}
	for _, u := range newUnits(f, d.Language(f), functions) {
		if u.line == m.Line && u.Name == m.Function {
			return f.Text[u.commentStart():u.End], nil
		}
	}
	return "", inputErrorf("%s has no function %s in line %d", name, m.Function, m.Line)
}

// ParseSplit returns the split of a name. The error lists those there are.
func ParseSplit(name string) (Split, error) {
	var names []string
	for _, s := range splits {
		if string(s) == name {
			return s, nil
		}
		names = append(names, string(s))
	}
	return "", inputErrorf("there is no split %q; there are %s", name, strings.Join(names, ", "))
}

// longestLine bounds a line that is read, in bytes.
const longestLine = 64 << 20

// readLines reads a file with one JSON object a line; none if there is no such file.
func readLines[T any](name string) (values []T, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, inputErrorf("%s:%d: %w", name, n, err)
		}
		values = append(values, v)
	}
	if err := lines.Err(); err != nil {
		return nil, inputErrorf("%s: %w", name, err)
	}
	return values, nil
}
