package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

const (
	maxRecord   = 64 << 20 // bytes of one record
	maxArray    = 4 << 30  // bytes of a .json file, which is held in memory
	maxProblems = 20       // problems reported of one file
)

// A raw is one record as a file holds it.
type raw struct {
	place int // line or row
	data  []byte
}

// Read reads all records of a file: .jsonl (one object a line), .json (a list of objects, or one object a line) or .parquet.
// The error lists what is wrong with the file, with lines or rows, up to twenty problems. A file without records is an error.
func Read(path string, format Format) ([]Record, error) {
	if _, known := keys[format]; !known && format != Auto {
		return nil, fmt.Errorf("record: unknown format %q, expected auto, instruction, messages, prompt-completion or text", format)
	}
	open, ok := map[string]func(string) (iter.Seq2[raw, error], io.Closer, error){
		".jsonl": openLines, ".json": openJSON, ".parquet": openParquet,
	}[strings.ToLower(filepath.Ext(path))]
	if !ok {
		return nil, fmt.Errorf("record: %s: the extension %q is not known, expected .jsonl, .json or .parquet", path, filepath.Ext(path))
	}
	raws, file, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("record: %s: %w", path, err)
	}
	c := collector{path: path, format: format}
	c.collect(raws)
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("record: %s: %w", path, err)
	}
	return c.result()
}

// A collector decodes the records of a file and gathers what is wrong with them.
type collector struct {
	path     string
	format   Format // Auto until the first record is known
	origin   string // why the format is what it is
	records  []Record
	problems []error
	more     int // problems beyond maxProblems
}

func (c *collector) collect(raws iter.Seq2[raw, error]) {
	for r, err := range raws {
		if err == nil {
			err = c.add(r)
		}
		if err == nil {
			continue
		}
		if len(c.problems) == maxProblems {
			c.more++
			continue
		}
		c.problems = append(c.problems, fmt.Errorf("record: %s:%d: %w", c.path, r.place, err))
	}
}

func (c *collector) add(r raw) error {
	o, err := parseObject(r.data)
	if err != nil {
		return err
	}
	if c.format == Auto {
		if c.format, err = detect(o); err != nil {
			c.format = Auto
			return err
		}
		c.origin = fmt.Sprintf("record %d", r.place)
	} else if c.origin != "" && !o.hasAll(keys[c.format]) {
		if other, err := detect(o); err == nil {
			return fmt.Errorf("is of the format %s, but %s of the file is %s; put them into files of their own", other, c.origin, c.format)
		}
	}
	rec, err := decode(o, c.format)
	if err != nil {
		return err
	}
	rec.Line = r.place
	c.records = append(c.records, rec)
	return nil
}

func (o *object) hasAll(keys []string) bool {
	for _, key := range keys {
		if !o.has(key) {
			return false
		}
	}
	return true
}

func (c *collector) result() ([]Record, error) {
	if c.more > 0 {
		c.problems = append(c.problems, fmt.Errorf("record: %s: %d more problems", c.path, c.more))
	}
	if len(c.problems) > 0 {
		return nil, errors.Join(c.problems...)
	}
	if len(c.records) == 0 {
		return nil, fmt.Errorf("record: %s: the file has no records", c.path)
	}
	return c.records, nil
}

// openLines reads one object a line. Lines may end with CR LF and begin, the first one, with a byte order mark; blank lines
// are left out.
func openLines(path string) (iter.Seq2[raw, error], io.Closer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	return lines(newReader(f)), f, nil
}

// newReader buffers what is read by lines.
func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 1<<16) }

func lines(r *bufio.Reader) iter.Seq2[raw, error] {
	return func(yield func(raw, error) bool) {
		for place := 1; ; place++ {
			data, err := readLine(r)
			if place == 1 {
				data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
			}
			end := errors.Is(err, io.EOF)
			if end {
				err = nil
			}
			if data = bytes.TrimSpace(data); err != nil || len(data) > 0 {
				if !yield(raw{place, data}, err) || err != nil {
					return
				}
			}
			if end {
				return
			}
		}
	}
}

// readLine reads up to and including the next newline. At the end of the file the error is io.EOF.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxRecord:
			return nil, fmt.Errorf("is longer than %d bytes; is this one object a line?", maxRecord)
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		}
	}
}

// openJSON reads a list of objects. A file that begins with an object is read line by line, as such files are often named.
func openJSON(path string) (iter.Seq2[raw, error], io.Closer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	buffered := newReader(f)
	if first := firstByte(buffered); first != '[' {
		return lines(buffered), f, nil
	}
	data, err := io.ReadAll(io.LimitReader(buffered, maxArray+1))
	if err == nil && len(data) > maxArray {
		err = fmt.Errorf("is larger than %d bytes; write one object a line into a .jsonl file", int64(maxArray))
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return array(data), f, nil
}

// firstByte looks at the first byte that is not white space, 0 if there is none near.
func firstByte(r *bufio.Reader) byte {
	head, _ := r.Peek(4096) // shorter at the end of the file, which is no error here
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 {
		return 0
	}
	return head[0]
}

// array yields the elements of a list.
func array(data []byte) iter.Seq2[raw, error] {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return func(yield func(raw, error) bool) {
		d := json.NewDecoder(bytes.NewReader(data))
		place, counted := 1, 0
		line := func(to int) int {
			place += bytes.Count(data[counted:to], []byte("\n"))
			counted = to
			return place
		}
		if _, err := d.Token(); err != nil { // the bracket
			yield(raw{place: 1}, broken(err))
			return
		}
		for d.More() {
			start := skipSpace(data, int(d.InputOffset()))
			var element json.RawMessage
			if err := d.Decode(&element); err != nil {
				yield(raw{place: line(errorAt(err, start))}, broken(err))
				return
			}
			if !yield(raw{line(start), element}, nil) {
				return
			}
		}
		if _, err := d.Token(); err != nil {
			yield(raw{place: line(len(data))}, broken(err))
			return
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			yield(raw{place: line(int(d.InputOffset()))}, errors.New("more text after the list of records"))
		}
	}
}

// skipSpace returns where the next value begins: after white space and the comma of a list.
func skipSpace(data []byte, at int) int {
	return len(data) - len(bytes.TrimLeft(data[at:], " \t\r\n,"))
}

// errorAt returns the offset of a JSON error, or where the element begins.
func errorAt(err error, start int) int {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && int(syntax.Offset) > start {
		return int(syntax.Offset) - 1
	}
	return start
}
