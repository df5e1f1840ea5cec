package base

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"graft/internal/digest"
	"graft/internal/safetensors"
)

// wholeFile is the size up to which weight files are hashed whole; larger ones are sampled.
const wholeFile = 4 << 30

// Hash identifies a base model by its configuration and its weight files. A file in the hub's cache is named by its hash already; a very
// large file elsewhere is hashed in parts, and the value then ends with a remark about it.
func Hash(dir string) (string, error) {
	files, err := weightFiles(dir)
	if err != nil {
		return "", err
	}
	var list strings.Builder
	sampled := ""
	for _, name := range append([]string{"config.json"}, files...) {
		sum, part, err := hashWeights(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		if part {
			sampled = " (large files in parts)"
		}
		fmt.Fprintf(&list, "%s %s\n", name, sum)
	}
	return "sha256:" + digest.Text(list.String()) + sampled, nil
}

// weightFiles lists the safetensors files of a model.
func weightFiles(dir string) ([]string, error) {
	index := filepath.Join(dir, "model.safetensors.index.json")
	if _, err := os.Stat(index); err == nil {
		x, err := safetensors.ReadIndex(index)
		if err != nil {
			return nil, fmt.Errorf("base: %w", err)
		}
		return x.Shards(), nil
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	sort.Strings(names)
	return names, nil
}

var blobName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// hashWeights hashes one file; part is true if only parts of it were read.
func hashWeights(path string) (sum string, part bool, err error) {
	if target, err := os.Readlink(path); err == nil && blobName.MatchString(filepath.Base(target)) && strings.Contains(target, "blobs") {
		return filepath.Base(target), false, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", false, fmt.Errorf("base: %w", err)
	}
	if info.Size() <= wholeFile {
		sum, err = digest.File(path)
		return sum, false, err
	}
	sum, err = hashParts(path, info.Size())
	return sum, true, err
}

// hashParts hashes the size and 64 pieces of 1 MiB spread over the file, its header among them.
func hashParts(path string, size int64) (string, error) {
	const pieces, length = 64, 1 << 20
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("base: %w", err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%d\n", size)
	for i := range int64(pieces) {
		if _, err = io.Copy(h, io.NewSectionReader(f, (size-length)/(pieces-1)*i, length)); err != nil {
			break
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("base: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// HashTokenizer identifies the tokenizer and the chat template of a model.
func HashTokenizer(dir string) (string, error) {
	all := ""
	for _, name := range []string{"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "chat_template.json"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue // a model has some of them
		}
		sum, err := digest.File(path)
		if err != nil {
			return "", err
		}
		all += name + " " + sum + "\n"
	}
	return digest.Text(all), nil
}
