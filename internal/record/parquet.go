package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// rowBatch is how many rows are read at once.
const rowBatch = 64

// openParquet reads the rows of a Parquet file as JSON objects, whose keys are in the order of the columns.
func openParquet(path string) (_ iter.Seq2[raw, error], _ io.Closer, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if err := checkFooter(f, info.Size()); err != nil {
		return nil, nil, err
	}
	var file *parquet.File
	err = guard(func() error {
		file, err = parquet.OpenFile(f, info.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("is no readable Parquet file: %w", err)
	}
	return rows(file), f, nil
}

// checkFooter compares the length of the footer with that of the file: the library would allocate any length it reads.
func checkFooter(f io.ReaderAt, size int64) error {
	const magic = "PAR1"
	var tail [8]byte
	if size < int64(len(magic)+len(tail)) {
		return fmt.Errorf("is no readable Parquet file: it has %d bytes", size)
	}
	if _, err := f.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return err
	}
	footer := int64(binary.LittleEndian.Uint32(tail[:4]))
	if string(tail[4:]) != magic || footer > size-int64(len(magic)+len(tail)) {
		return fmt.Errorf("is no readable Parquet file: it does not end with a footer and %s; was it cut off?", magic)
	}
	return nil
}

// guard turns a panic of the Parquet library into an error: some damaged files make it panic.
func guard(run func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("damaged: %v", v)
		}
	}()
	return run()
}

func rows(file *parquet.File) iter.Seq2[raw, error] {
	return func(yield func(raw, error) bool) {
		schema := file.Schema()
		reader := parquet.NewGenericReader[any](file)
		defer func() { _ = reader.Close() }() // it only releases memory
		batch := make([]any, rowBatch)
		for place := 1; ; {
			var n int
			err := guard(func() (err error) {
				clear(batch)
				n, err = reader.Read(batch)
				return err
			})
			for _, row := range batch[:n] {
				data, err := rowJSON(schema, row)
				if !yield(raw{place, data}, err) {
					return
				}
				place++
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(raw{place: place}, fmt.Errorf("cannot be read: %w", err))
				}
				return
			}
		}
	}
}

// rowJSON writes a row as a JSON object. Of metadata, which may be binary, only the keys are kept.
func rowJSON(schema parquet.Node, row any) ([]byte, error) {
	values, ok := row.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is a %T, expected named columns", row)
	}
	for key := range values {
		if !reads(key) {
			values[key] = nil
		}
	}
	var b bytes.Buffer
	err := writeValue(&b, schema, values)
	return b.Bytes(), err
}

// writeValue writes a value of the library's as JSON. node is its place in the schema, nil for what the schema does not describe.
func writeValue(b *bytes.Buffer, node parquet.Node, v any) error {
	switch v := v.(type) {
	case map[string]any:
		return writeObject(b, fields(node, v), v)
	case []any:
		return writeList(b, element(node), v)
	case []byte:
		return writeScalar(b, string(v))
	}
	return writeScalar(b, v)
}

func writeScalar(b *bytes.Buffer, v any) error {
	if s, ok := v.(string); ok {
		if err := checkText([]byte(s)); err != nil {
			return fmt.Errorf("a text %w", err)
		}
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// A field is an entry of an object; node is nil where the schema does not describe it.
type field struct {
	name string
	node parquet.Node
}

// fields returns the entries of an object in the order of the schema; those of a map, which has none, sorted.
func fields(node parquet.Node, v map[string]any) []field {
	var list []field
	if node == nil || node.Leaf() || logical[*format.MapType](node) {
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, field{name: name})
		}
		return list
	}
	for _, f := range node.Fields() {
		list = append(list, field{f.Name(), f})
	}
	return list
}

// logical reports whether a node has a logical type.
func logical[T format.LogicalTypeValue](node parquet.Node) bool {
	t := node.Type().LogicalType()
	if t == nil {
		return false
	}
	_, is := t.Value.(T)
	return is
}

// element returns the node of the elements of a list, nil if it is not known.
func element(node parquet.Node) parquet.Node {
	if node == nil || node.Leaf() || !logical[*format.ListType](node) {
		return node // a repeated field, whose elements it describes itself
	}
	for _, f := range node.Fields() {
		for _, inner := range f.Fields() {
			return inner
		}
	}
	return nil
}

func writeObject(b *bytes.Buffer, fields []field, v map[string]any) error {
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeScalar(b, f.name); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := writeValue(b, f.node, v[f.name]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func writeList(b *bytes.Buffer, node parquet.Node, v []any) error {
	b.WriteByte('[')
	for i, item := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeValue(b, node, item); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}
