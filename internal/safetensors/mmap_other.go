//go:build !linux && !darwin

package safetensors

import (
	"errors"
	"io"
	"os"
)

// mapFile reads the file where there is no memory mapping.
func mapFile(path string) (content []byte, file *os.File, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content = make([]byte, size)
	_, err = io.ReadFull(f, content)
	return content, nil, err
}

func unmap([]byte) error { return nil }

func advise(*os.File, []byte, int, int, Advice) error { return nil }
