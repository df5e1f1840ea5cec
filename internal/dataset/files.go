package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"graft/internal/durable"
	"graft/internal/teacher"
)

const (
	rejectedFile = "rejected.jsonl"
	reportFile   = "report.json"
	cardFile     = "DATASET.md"
)

// A Record is one line of a file of records.
type Record struct {
	Instruction string `json:"instruction"`
	Output      string `json:"output"`
}

// A Meta is the origin of the record on the same line.
type Meta struct {
	Task          Task   `json:"task"`
	Path          string `json:"path"`
	Line          int    `json:"line"`
	Function      string `json:"function"`
	Repository    string `json:"repository,omitempty"`
	Commit        string `json:"commit,omitempty"`
	Remote        string `json:"remote,omitempty"`
	License       string `json:"license,omitempty"` // SPDX expression
	LicenseFile   string `json:"license_file,omitempty"`
	Language      string `json:"language,omitempty"`
	FileSHA256    string `json:"file_sha256"`
	ChunkSHA256   string `json:"chunk_sha256"`
	Writer        string `json:"writer"`  // who wrote the output: human or teacher
	Teacher       string `json:"teacher"` // who wrote the request, or the output: none, anthropic, openai
	Model         string `json:"model,omitempty"`
	PromptVersion int    `json:"prompt_version"`    // of the mechanical wording
	Prompts       string `json:"prompts,omitempty"` // hash of the teacher's templates
	Register      string `json:"register,omitempty"`
	Detail        string `json:"detail,omitempty"`
	Tongue        string `json:"request_language,omitempty"`
	Difficulty    string `json:"difficulty,omitempty"`
	FIM           bool   `json:"fim,omitempty"`
	Mistake       string `json:"mistake,omitempty"` // what was broken for the task fix

	Rules             []string `json:"rules,omitempty"` // what was rewritten for the task convert
	InstructionTokens int      `json:"instruction_tokens"`
	OutputTokens      int      `json:"output_tokens"`
}

// teacherNone is the teacher of records that were made without one.
const teacherNone = "none"

// The writers of outputs.
const (
	writerHuman   = "human"
	writerTeacher = "teacher"
)

// meta returns the origin of the unit's record.
func (b *builder) meta(u *unit) Meta {
	m := Meta{
		Task: u.task, Path: u.file.Path, Line: u.line, Function: u.Name, Repository: u.file.Repository, Commit: u.file.Commit,
		Remote: u.file.Remote, License: u.file.License, LicenseFile: u.file.LicenseFile, Language: u.file.Code, FileSHA256: u.file.SHA256, ChunkSHA256: u.sum,
		Writer: writerHuman, Teacher: teacherNone, PromptVersion: promptVersion,
		FIM: u.fim, InstructionTokens: b.options.CountTokens(u.instruction), OutputTokens: u.outputTokens,
	}
	if u.task.teacherWrites() {
		m.Writer = writerTeacher
	}
	if u.taught() != "" {
		m.Teacher, m.Model, m.Prompts = b.options.Teacher.Name, u.model, b.prompts.hash
		m.Register, m.Detail, m.Tongue, m.Difficulty = u.register, u.detail, u.tongue, u.difficulty
	}
	switch u.task {
	case Fix:
		m.Mistake = string(u.bug.edit.Kind)
	case Convert:
		m.Rules = u.old.Rules
	}
	return m
}

// An output is the files of a build, by name, in the order in which they are put in place.
type output struct {
	names []string
	text  map[string][]byte
}

func (o *output) add(name string, text []byte) {
	o.names = append(o.names, name)
	o.text[name] = text
}

// outputNames lists the names of all files that a build may write.
func outputNames() []string {
	names := []string{rejectedFile, reportFile, cardFile}
	for _, s := range splits {
		names = append(names, s.File(), s.Meta())
	}
	return names
}

// render makes the files of the build and fills in the sizes in the report.
func (b *builder) render() (*output, error) {
	out := &output{text: map[string][]byte{}}
	var all []Meta
	for _, s := range splits {
		var records []Record
		var metas []Meta
		for _, u := range b.of(s) {
			records, metas = append(records, Record{u.instruction, u.output}), append(metas, b.meta(u))
		}
		if len(records) == 0 {
			continue
		}
		b.report.Splits, all = append(b.report.Splits, countSplit(s, metas)), append(all, metas...)
		b.report.addOrigins(metas)
		if err := errors.Join(addLines(out, s.Meta(), metas), addLines(out, s.File(), records)); err != nil {
			return nil, err
		}
	}
	if err := addLines(out, rejectedFile, b.rejections); err != nil {
		return nil, err
	}
	saved := b.report
	saved.Raw, saved.Out, saved.Estimate = "", "", nil // where and when does not belong to what was made
	if saved.Spent != nil {
		spent := *saved.Spent
		spent.Usage, spent.Cost = teacher.Usage{}, 0 // what a cache has saved is chance
		saved.Spent = &spent
	}
	text, err := json.MarshalIndent(&saved, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", reportFile, err)
	}
	out.add(reportFile, append(text, '\n'))
	b.report.writers = b.writersOf(all)
	card := b.report.card() + "\n## Files\n\n"
	for _, name := range out.names {
		card += fmt.Sprintf("- `%s` %s\n", name, sum(out.text[name]))
	}
	out.add(cardFile, []byte(card))
	return out, nil
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// addLines adds a file with one JSON object a line.
func addLines[T any](out *output, name string, values []T) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	for _, v := range values {
		if err := encoder.Encode(v); err != nil {
			return fmt.Errorf("dataset: %s: %w", name, err)
		}
	}
	out.add(name, b.Bytes())
	return nil
}

// check refuses a folder with files of these names that no build has written, or that were changed since.
func (o *output) check(dir string) error {
	card, err := os.ReadFile(filepath.Join(dir, cardFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return inputErrorf("the folder of the records cannot be used: %w", err)
	}
	var errs []error
	if err == nil && !strings.HasPrefix(string(card), cardMark) {
		errs = append(errs, inputErrorf("%s is not from a build; move it away", filepath.Join(dir, cardFile)))
	}
	for _, name := range outputNames() {
		if name == cardFile {
			continue
		}
		file := filepath.Join(dir, name)
		found, err := hashFile(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			errs = append(errs, inputErrorf("%w", err))
		case !strings.Contains(string(card), found):
			errs = append(errs, inputErrorf("%s is not as a build has left it and would be lost; move or delete it", file))
		}
	}
	return errors.Join(errs...)
}

func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

// write puts the files into a folder in place of those of an earlier build. All are written aside first; on any error what was
// there is put back.
func (o *output) write(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	aside, err := os.MkdirTemp(dir, ".build.*.tmp")
	if err != nil {
		return fmt.Errorf("dataset: cannot write into %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	fresh, old := filepath.Join(aside, "new"), filepath.Join(aside, "old")
	if err := errors.Join(os.Mkdir(fresh, 0o755), os.Mkdir(old, 0o755)); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	for _, name := range o.names {
		if err := durable.WriteBytes(filepath.Join(fresh, name), o.text[name]); err != nil {
			return fmt.Errorf("dataset: %w", err)
		}
	}
	if err := move(dir, old, outputNames(), true); err != nil {
		return errors.Join(fmt.Errorf("dataset: %w", err), move(old, dir, outputNames(), true))
	}
	if err := move(fresh, dir, o.names, false); err != nil {
		return errors.Join(fmt.Errorf("dataset: %w", err), move(dir, fresh, o.names, true), move(old, dir, outputNames(), true))
	}
	return durable.SyncDir(dir)
}

// move renames files from one folder into another. Missing ones are left out if that is allowed.
func move(from, to string, names []string, partial bool) error {
	for _, name := range names {
		err := durable.Rename(filepath.Join(from, name), filepath.Join(to, name))
		if missing := errors.Is(err, fs.ErrNotExist); err != nil && (!missing || !partial) {
			return err
		}
	}
	return nil
}
