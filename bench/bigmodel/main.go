// Command bigmodel writes a model of real shape with random weights in NF4, to measure with where the real one is not at hand.
//
//	go run ./bench/bigmodel --arch coder-30b --output /disk/coder-30b
//	go run ./bench/bigmodel --arch next-80b --layers 12 --output /disk/next-12
//
// Shapes, names and format are those that graft quantize writes of Qwen3-Coder-30B-A3B (17 GB) and Qwen3-Next-80B-A3B (0.85 GB a layer); the
// tokenizer is tiny-coder's, so that graft train runs on it. Weights are random, which no compression or cache makes faster than real
// ones: codes are uniform, scales spread by a fifth. An interrupted call goes on when it is made again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"graft/internal/dtype"
	"graft/internal/export"
	"graft/internal/model/all"
	"graft/internal/model/builtin"
	"graft/internal/outdir"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

func main() {
	arch := flag.String("arch", "coder-30b", "coder-30b or next-80b")
	var c change
	flag.IntVar(&c.layers, "layers", 0, "decoder layers; 0 for as many as the real model has")
	flag.IntVar(&c.experts, "experts", 0, "experts of a layer, likewise")
	flag.IntVar(&c.interval, "interval", 0, "every how many layers one has full attention, likewise")
	output := flag.String("output", "", "directory to write")
	seed := flag.Uint64("seed", 1, "of the random numbers")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	config, err := configOf(*arch, c)
	if err == nil && *output == "" {
		err = fmt.Errorf("--output DIR is missing")
	}
	if err == nil {
		err = generate(ctx, config, filepath.Clean(*output), *seed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bigmodel:", err)
		os.Exit(1)
	}
}

// generate writes the model that config describes.
func generate(ctx context.Context, config []byte, output string, seed uint64) error {
	c, err := all.Models().ParseConfig(config, nil)
	if err != nil {
		return err
	}
	inventory, err := all.Models().Inventory(c)
	if err != nil {
		return err
	}
	var infos []weights.Info
	for _, t := range inventory.Tensors {
		infos = append(infos, weights.Info{Info: safetensors.Info{Name: t.Name, DType: dtype.BF16, Shape: t.Shape}})
	}
	p, err := export.PlanQuantize(config, c, inventory, infos, export.QuantizeOptions{DoubleQuant: true})
	if err != nil {
		return err
	}
	side, err := os.MkdirTemp("", "bigmodel")
	if err != nil {
		return err
	}
	defer os.RemoveAll(side) //nolint:errcheck // a temporary directory
	d := export.Destination{Output: output, Identity: fmt.Sprint("bigmodel ", seed), Lock: outdir.Lock, Progress: progress()}
	if d.Files, err = tokenizer(side); err != nil {
		return err
	}
	r, err := newRandom(c, seed)
	if err != nil {
		return err
	}
	return p.Write(ctx, r, d)
}

// tokenizer writes the files of tiny-coder's tokenizer into dir and lists them.
func tokenizer(dir string) (paths []string, err error) {
	files, _ := builtin.Files("tiny-coder")
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "tokenizer") && e.Name() != "generation_config.json" {
			continue
		}
		data, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, e.Name())
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// progress prints a line every gigabyte.
func progress() func(done, total int) {
	last := -1
	return func(done, total int) {
		if n := done / 1e9; n > last || done == total {
			last = n
			fmt.Fprintf(os.Stderr, "%.1f of %.1f GB\n", float64(done)/1e9, float64(total)/1e9)
		}
	}
}
