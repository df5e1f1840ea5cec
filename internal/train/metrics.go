package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// MetricsFile is the name of the metrics in a run's directory: one JSON object a line.
const MetricsFile = "metrics.jsonl"

// metrics appends to metrics.jsonl. Every line is in the file when write returns.
type metrics struct {
	f    *os.File
	size int64
}

// openMetrics continues the file at size, cutting off what was written after the checkpoint that the run continues from.
func openMetrics(dir string, size int64) (*metrics, error) {
	f, err := os.OpenFile(filepath.Join(dir, MetricsFile), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	end, err := f.Seek(0, 2)
	if err == nil && end < size {
		err = fmt.Errorf("%s has %d bytes, the checkpoint knows %d: a part is missing", f.Name(), end, size)
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("train: %w", err), f.Close())
	}
	return &metrics{f, size}, nil
}

func (m *metrics) write(v any) error {
	line, err := json.Marshal(v)
	if err == nil {
		_, err = m.f.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("train: %s: %w", MetricsFile, err)
	}
	m.size += int64(len(line)) + 1
	return nil
}

func (m *metrics) close() error { return m.f.Close() }
