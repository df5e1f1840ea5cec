//go:build !linux && !darwin

package safetensors

import (
	"errors"
	"io"
)

// mapFile reads the file where there is no memory mapping.
func mapFile(path string) (content []byte, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content = make([]byte, size)
	_, err = io.ReadFull(f, content)
	return content, err
}

func unmap([]byte) error { return nil }

func advise([]byte, int, int, Advice) error { return nil }
