// Neardup measures the near-duplicate search of graft from the texts of a file to components, and writes corpora to measure it with.
//
//	go run ./bench/neardup -write FILE -docs N      a corpus of N synthetic functions
//	go run ./bench/neardup FILE                     one measurement, as JSON
//
// In a corpus the texts are divided by NUL bytes. Reading the file is part of what is measured.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"graft/internal/dataset/neardup"
	"graft/internal/mem"
	"graft/internal/parallel"
)

func main() {
	write := flag.String("write", "", "`FILE` to write a corpus to")
	docs := flag.Int("docs", 30_000, "texts of the corpus that is written")
	threads := flag.Int("threads", runtime.NumCPU(), "threads of the search")
	threshold := flag.Float64("threshold", 0.7, "similarity from which two texts are near duplicates")
	flag.Parse()
	var err error
	switch {
	case *write != "":
		err = writeCorpus(*write, *docs)
	case flag.NArg() == 1:
		err = measure(flag.Arg(0), *threads, *threshold)
	default:
		err = errors.New("name one file, or -write FILE")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "neardup:", err)
		os.Exit(2)
	}
}

// A result is what one measurement has come to.
type result struct {
	Docs       int     `json:"docs"`
	Bytes      int     `json:"bytes"`
	Threads    int     `json:"threads"`
	Components int     `json:"components"`
	Dropped    int     `json:"dropped"` // texts but for the first of each component
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"`
	PeakBytes  int64   `json:"peak_bytes"`
}

func measure(name string, threads int, threshold float64) error {
	pool := parallel.New(threads)
	defer pool.Close()
	before := cpu()
	start := time.Now()
	text, err := read(name)
	if err != nil {
		return err
	}
	docs := strings.Split(text, "\x00")
	r := result{Docs: len(docs), Bytes: len(text), Threads: threads}
	for doc, first := range neardup.New(docs, threshold, pool).Components() {
		if first == doc {
			r.Components++
		} else {
			r.Dropped++
		}
	}
	r.Seconds = time.Since(start).Seconds()
	r.CPUSeconds = cpu() - before
	r.PeakBytes = int64(mem.PeakRSS())
	return json.NewEncoder(os.Stdout).Encode(r)
}

// read returns the text of a file, which stands in memory once.
func read(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if info, err := f.Stat(); err == nil {
		b.Grow(int(info.Size()))
	}
	_, err = io.Copy(&b, f)
	return b.String(), errors.Join(err, f.Close())
}

// writeCorpus writes texts that read like functions: names from a Zipf distribution, every eighth text an edited copy of one shortly
// before it, and so the share of near duplicates that real repositories have.
func writeCorpus(name string, docs int) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(3, 4))
	names := rand.NewZipf(r, 1.1, 4, 200_000)
	var recent [8][]string
	for i := range docs {
		lines := function(r, names)
		if i > len(recent) && i%8 == 0 {
			lines = edited(r, names, recent[r.IntN(len(recent))])
		}
		recent[i%len(recent)] = lines
		if i > 0 {
			lines = append([]string{"\x00"}, lines...)
		}
		if _, err := io.WriteString(w, strings.Join(lines, "")); err != nil {
			return err
		}
	}
	return w.Flush()
}

func function(r *rand.Rand, names *rand.Zipf) []string {
	lines := []string{fmt.Sprintf("function name_%d.name_%d(x, y)\n    if x == nil then return end\n", names.Uint64(), names.Uint64())}
	for range 4 + r.IntN(24) {
		lines = append(lines, statement(r, names))
	}
	return append(lines, "    return x\nend\n")
}

func statement(r *rand.Rand, names *rand.Zipf) string {
	return fmt.Sprintf("    self.name_%d:set(name_%d, name_%d * %d)\n", names.Uint64(), names.Uint64(), names.Uint64(), r.IntN(100))
}

func edited(r *rand.Rand, names *rand.Zipf, lines []string) []string {
	at := 1 + r.IntN(len(lines)-1)
	copied := append([]string{}, lines[:at]...)
	return append(append(copied, statement(r, names)), lines[at:]...)
}
