package cli

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"graft/internal/model/builtin"
)

// refuses runs graft train into the directory out and checks that it ends with a code, says what is expected, does not panic and leaves no
// directory behind: refuses 2 REGEXP args...
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refuses CODE REGEXP args...")
	}
	const dir = "refused"
	exits(ts, false, slices.Concat([]string{args[0], "graft", "train", "--set", "training.output_dir=" + dir}, args[2:]))
	text := ts.ReadFile("stderr")
	if !regexp.MustCompile(`(?m)` + args[1]).MatchString(text) {
		ts.Fatalf("stderr does not match %q", args[1])
	}
	if strings.Contains(text, "goroutine ") {
		ts.Fatalf("a panic")
	}
	if _, err := os.Lstat(ts.MkAbs(dir)); !errors.Is(err, fs.ErrNotExist) {
		ts.Fatalf("%s was written", dir)
	}
}

// stops starts a program, sends it a signal as soon as a file exists, and checks how it ends: stops INT 130 FILE program args...
func stops(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}
	if neg || len(args) < 4 || signals[args[0]] == nil {
		ts.Fatalf("usage: stops INT|TERM|KILL CODE FILE program args...")
	}
	path, err := exec.LookPath(args[3])
	if err != nil {
		path = filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], args[3])
	}
	var output bytes.Buffer
	cmd := exec.Command(path, args[4:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), []string{
		"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "XDG_CACHE_HOME=" + ts.Getenv("XDG_CACHE_HOME"), "GOCOVERDIR=" + ts.Getenv("GOCOVERDIR"),
	}
	cmd.Stdout, cmd.Stderr = &output, &output
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	waitFor(ts, args[2], ended)
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	err = <-ended
	ts.Logf("%s", output.String())
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[1] {
		ts.Fatalf("exit code %d (%v), want %s", got, err, args[1])
	}
}

// waitFor waits until a file exists and is not empty.
func waitFor(ts *testscript.TestScript, file string, ended <-chan error) {
	for range 6000 {
		if info, err := os.Stat(ts.MkAbs(file)); err == nil && info.Size() > 0 {
			return
		}
		select {
		case err := <-ended:
			ts.Fatalf("the program ended before there was %s: %v", file, err)
		case <-time.After(2 * time.Millisecond):
		}
	}
	ts.Fatalf("there was no %s", file)
}

// jsonField checks a field of a JSON file, or of stdout, against a regular expression: json stdout estimate.steps 3
func jsonField(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: json FILE FIELD REGEXP")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for name := range strings.SplitSeq(args[1], ".") {
		switch v := value.(type) {
		case map[string]any:
			field, ok := v[name]
			if !ok {
				ts.Fatalf("no %s in %s", args[1], args[0])
			}
			value = field
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				ts.Fatalf("no %s in %s", args[1], args[0])
			}
			value = v[i]
		default:
			ts.Fatalf("no %s in %s", args[1], args[0])
		}
	}
	text, err := json.Marshal(value)
	ts.Check(err)
	if !regexp.MustCompile(`^(?:` + args[2] + `)$`).Match(text) {
		ts.Fatalf("%s is %s, want %s", args[1], text, args[2])
	}
}

// jsonLines checks that a file has a number of lines whose keys, in their order, are those given: jsonl metrics.jsonl 3 step,loss
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: jsonl FILE COUNT KEY,KEY...")
	}
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var keys []string
		d := json.NewDecoder(strings.NewReader(line))
		_, err := d.Token()
		for ts.Check(err); d.More(); {
			key, err := d.Token()
			ts.Check(err)
			keys = append(keys, fmt.Sprint(key))
			_, err = d.Token()
			ts.Check(err)
		}
		if strings.Join(keys, ",") == args[2] {
			n++
		}
	}
	if strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d lines of %s have the keys %s, want %s", n, args[0], args[2], args[1])
	}
}

// modelDir unpacks the built-in model: model DIR
func modelDir(ts *testscript.TestScript, neg bool, args []string) {
	files, ok := builtin.Files("tiny-coder")
	if neg || len(args) != 1 || !ok {
		ts.Fatalf("usage: model DIR")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), files))
}

// replace replaces a text in a file, which must hold it: replace FILE OLD NEW
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o644))
}

// sameAdapter compares what of two runs must be the same to the byte: sameadapter DIR1 DIR2
func sameAdapter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sameadapter DIR1 DIR2")
	}
	for _, name := range []string{"adapter_model.safetensors", "adapter_config.json", "README.md"} {
		if ts.ReadFile(filepath.Join(args[0], name)) != ts.ReadFile(filepath.Join(args[1], name)) {
			ts.Fatalf("%s differs", name)
		}
	}
}

// tensors is the header of a safetensors file.
type tensors map[string]*struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// damages are ways in which a safetensors file can lie. They change the header, and may return another length of it to be written.
var damages = map[string]func(h tensors, first, second string) (length uint64){
	"huge": func(tensors, string, string) uint64 { return 1 << 62 },
	"overlapping": func(h tensors, first, second string) uint64 {
		h[second].Offsets, h[second].Shape, h[second].DType = h[first].Offsets, h[first].Shape, h[first].DType
		return 0
	},
	"outside": func(h tensors, _, second string) uint64 {
		h[second].Offsets[0] += 1 << 40
		h[second].Offsets[1] += 1 << 40
		return 0
	},
	"shape": func(h tensors, first, _ string) uint64 {
		h[first].Shape = []int{1 << 40, 1 << 40}
		return 0
	},
	"transposed": func(h tensors, first, _ string) uint64 {
		h[first].Shape[0], h[first].Shape[1] = h[first].Shape[1], h[first].Shape[0]
		return 0
	},
	"renamed": func(h tensors, first, _ string) uint64 {
		h[strings.Replace(first, "_proj", "_prjo", 1)] = h[first]
		delete(h, first)
		return 0
	},
	"type": func(h tensors, first, _ string) uint64 {
		h[first].DType = "F99"
		return 0
	},
}

// damage breaks a safetensors file: damage KIND FILE, where KIND is cut, or one of damages.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: damage KIND FILE")
	}
	data := []byte(ts.ReadFile(args[1]))
	if args[0] == "cut" {
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), data[:len(data)*2/3], 0o644))
		return
	}
	change := damages[args[0]]
	if change == nil {
		ts.Fatalf("unknown damage %q", args[0])
	}
	n := binary.LittleEndian.Uint64(data)
	var header map[string]json.RawMessage
	ts.Check(json.Unmarshal(data[8:8+n], &header))
	delete(header, "__metadata__")
	plain, err := json.Marshal(header)
	ts.Check(err)
	var h tensors
	ts.Check(json.Unmarshal(plain, &h))
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return h[a].Offsets[0] - h[b].Offsets[0] })
	length := change(h, names[0], names[1])
	text, err := json.Marshal(h)
	ts.Check(err)
	if length == 0 {
		length = uint64(len(text))
	}
	out := binary.LittleEndian.AppendUint64(nil, length)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), slices.Concat(out, text, data[8+n:]), 0o644))
}

// adapt copies an adapter's files: adapt FROM TO
func adapt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: adapt FROM TO")
	}
	ts.Check(os.MkdirAll(ts.MkAbs(args[1]), 0o755))
	for _, name := range []string{"adapter_model.safetensors", "adapter_config.json"} {
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[1]), name), []byte(ts.ReadFile(filepath.Join(args[0], name))), 0o644))
	}
}
