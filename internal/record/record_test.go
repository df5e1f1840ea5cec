package record

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"graft/internal/jinja"
)

// write puts content into a file of a temporary folder.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadFormats(t *testing.T) {
	for _, c := range []struct {
		content string
		format  Format // as detected
		check   func(r Record) bool
	}{
		{`{"instruction": "a", "output": "b", "input": "", "id": 7}`, Instruction, func(r Record) bool { return r.Prompt == "a" && r.Completion == "b" }},
		{`{"output": "b", "instruction": "", "input": null}`, Instruction, func(r Record) bool { return r.Prompt == "" }},
		{`{"prompt": "", "completion": "b\u00e4\ud83d\ude00\n"}`, PromptCompletion, func(r Record) bool { return r.Completion == "bä😀\n" && !r.Conversational() }},
		{`{"text": "a", "meta": {"text": 1}}`, Text, func(r Record) bool { return r.Text == "a" && !r.Conversational() }},
		{
			`{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null, "tool_calls": [1]}], "tools": [{"name": "f"}]}`,
			Messages, func(r Record) bool { return len(r.Conversation) == 2 && len(r.Tools) == 1 && r.Conversational() },
		},
		{
			`{"messages": [{"role": "user", "content": [{"type": "text"}]}], "tools": "[{\"b\": 1, \"a\": 2}]", "chat_template_kwargs": {"x": true}}`,
			Messages, func(r Record) bool {
				v, _ := r.Variables.Get("x")
				b, _ := r.Tools[0].Get("b")
				return v == jinja.Value(true) && b == jinja.Value(int64(1))
			},
		},
		{
			`{"prompt": [{"role": "user", "content": ""}], "completion": [{"role": "assistant", "content": "b"}], "tools": []}`,
			PromptCompletion, func(r Record) bool {
				return len(r.Before) == 1 && len(r.After) == 1 && r.Tools == nil && r.Conversational()
			},
		},
	} {
		for _, format := range []Format{Auto, c.format} {
			records, err := Read(write(t, "a.jsonl", c.content), format)
			if err != nil {
				t.Errorf("%s as %s: %v", c.content, format, err)
				continue
			}
			if r := records[0]; len(records) != 1 || r.Format != c.format || r.Line != 1 || !c.check(r) {
				t.Errorf("%s as %s: got %+v", c.content, format, records)
			}
		}
	}
	// A format that is named makes the keys of others metadata.
	records, err := Read(write(t, "a.jsonl", `{"instruction": "a", "output": "b", "text": "ab", "prompt": 1}`), Instruction)
	if err != nil || records[0].Prompt != "a" {
		t.Errorf("%v, %v", records, err)
	}
}

// TestReadPlaces checks files, not records: ends of line, byte order marks, blank lines, lists, and where records begin.
func TestReadPlaces(t *testing.T) {
	for _, c := range []struct {
		name, content string
		lines         []int
	}{
		{"a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n", []int{1, 2}},
		{"a.jsonl", "\xef\xbb\xbf{\"text\":\"a\"}\r\n\r\n \t\n{\"text\":\"b\"}", []int{1, 4}},
		{"a.JSONL", "\n\n{\"text\":\"" + strings.Repeat("x", 3<<20) + "\"}\n{\"text\":\"b\"}", []int{3, 4}},
		{"a.json", "[{\"text\":\"a\"},\n {\"text\":\n\"b\"}\n,\n\n{\"text\":\"c\"}]\n", []int{1, 2, 6}},
		{"a.json", "\xef\xbb\xbf\n[\r\n{\"text\":\"a\"}]", []int{3}},
		{"a.json", "\n{\"text\":\"a\"}\n{\"text\":\"b\"}\n", []int{2, 3}},
	} {
		records, err := Read(write(t, c.name, c.content), Auto)
		if err != nil {
			t.Errorf("%.60q: %v", c.content, err)
			continue
		}
		var lines []int
		for _, r := range records {
			lines = append(lines, r.Line)
		}
		if !slices.Equal(lines, c.lines) {
			t.Errorf("%.60q: lines %v, want %v", c.content, lines, c.lines)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.csv", "x", `the extension ".csv" is not known, expected .jsonl, .json or .parquet`},
		{"a.jsonl", "", "a.jsonl: the file has no records"},
		{"a.jsonl", "\n \n", "the file has no records"},
		{"a.json", "[]", "the file has no records"},
		{"a.json", "", "the file has no records"},
		{"a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"\n", "a.jsonl:2: is broken JSON: unexpected EOF"},
		{"a.jsonl", "{\"text\":\"a\"}\n{\"text\" \"b\"}\n{\"text\": oops}", "a.jsonl:2: is broken JSON: expected colon after object key"},
		{"a.jsonl", "{\"text\":\"a\"}{\"text\":\"b\"}", "a.jsonl:1: has more text after the JSON object, at byte 13"},
		{"a.jsonl", "[1]", "a.jsonl:1: is a list, expected a JSON object"},
		{"a.jsonl", "null", "is null, expected a JSON object"},
		{"a.jsonl", "true", "is true or false, expected"},
		{"a.jsonl", "\"x\"", "is a string, expected"},
		{"a.jsonl", "7", "is a number, expected"},
		{"a.jsonl", "{\"text\":\"a\xff\"}", "is not valid UTF-8 at byte 10 of the record"},
		{"a.jsonl", "\xff\xfe{\x00", "holds a NUL byte; is the file UTF-16"},
		{"a.jsonl", `{"text":"\ud83d"}`, "half of a surrogate pair"},
		{"a.jsonl", `{"text":"\\\udc00"}`, "half of a surrogate pair"},
		{"a.jsonl", `{"text":"\ud83d\ud83d"}`, "half of a surrogate pair"},
		{"a.jsonl", `{"text":"a","text":"b"}`, `has the key "text" twice`},
		{"a.jsonl", `{"text":1}`, `"text" is a number, expected a string`},
		{"a.jsonl", `{"text":""}`, `"text" is empty`},
		{"a.jsonl", `{"instruction":"a","output":""}`, `"output" is empty`},
		{"a.jsonl", `{"instruction":"a","output":["b"]}`, `"output" is a list, expected a string`},
		{"a.jsonl", `{"instruction":"a","output":"b","input":"c"}`, `has an "input"`},
		{"a.jsonl", `{"instruction":"a","output":"b","input":[1]}`, `has an "input"`},
		{"a.jsonl", `{"instruction":"a","output":"b","tools":[]}`, `has "tools", which only records with messages can have`},
		{"a.jsonl", `{"text":"a","chat_template_kwargs":{}}`, `has "chat_template_kwargs", which only`},
		{"a.jsonl", `{"instruction":"a","output":"b","Input":"c"}`, `did you mean "input" by "Input"?`},
		{"a.jsonl", `{"instruction":"a","ouptut":"b"}`, `did you mean "output" by "ouptut"?`},
		{"a.jsonl", `{"instructions":"a","output":"b"}`, `is of no known format: its keys are instructions, output; expected instruction and output, messages`},
		{"a.jsonl", `{"instruction":"a","output":null}`, `is of no known format: its keys are instruction, output (null); expected`},
		{"a.jsonl", `{}`, "its keys are none"},
		{"a.jsonl", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1}`, "k, l, …;"},
		{"a.jsonl", `{"instruction":"a","output":"b","text":"c"}`, "has the keys of the formats instruction and text; name the one that is meant as data.format"},
		{"a.jsonl", "{\"text\":\"a\"}\n{\"instruction\":\"a\",\"output\":\"b\"}", "a.jsonl:2: is of the format instruction, but record 1 of the file is text"},
		{"a.jsonl", "{\"text\":\"a\"}\n{\"txt\":\"a\"}", `a.jsonl:2: has no "text", which a record of the format text needs; its keys are txt; did you mean "text" by "txt"?`},
		{"a.jsonl", "{\"text\":\"a\"}\n{\"text\":null}", `a.jsonl:2: "text" is null`},
		{"a.jsonl", `{"messages":[]}`, `"messages" has no message`},
		{"a.jsonl", `{"messages":"x"}`, `"messages" is a string, expected a list of messages`},
		{"a.jsonl", `{"messages":["x"]}`, `"messages", message 1: is a string, expected an object with role and content`},
		{"a.jsonl", `{"messages":[{"from":"human","value":"x"}]}`, `rename them to "role" and "content"`},
		{"a.jsonl", `{"messages":[{"role":1,"content":"x"}]}`, `has no "role" that is a string`},
		{"a.jsonl", `{"messages":[{"role":"user"}]}`, `message 1: has no "content"`},
		{"a.jsonl", `{"messages":[{"role":"user","content":3}]}`, `"content" must be a string or a list`},
		{"a.jsonl", `{"messages":[{"role":"user","content":"x"}],"tools":{"a":1}}`, `"tools" is not a list of objects`},
		{"a.jsonl", `{"messages":[{"role":"user","content":"x"}],"tools":"x"}`, `"tools" is not a list of objects`},
		{"a.jsonl", `{"messages":[{"role":"user","content":"x"}],"tool":[]}`, `did you mean "tools" by "tool"?`},
		{"a.jsonl", `{"messages":[{"role":"user","content":"x"}],"chat_template_kwargs":[]}`, `"chat_template_kwargs" is not an object`},
		{"a.jsonl", `{"prompt":"x","completion":[]}`, "must both be strings or both be lists"},
		{"a.jsonl", `{"prompt":[{"role":"user","content":"x"}],"completion":[]}`, `"completion" has no message`},
		{"a.json", "[{\"text\":\"a\"},\n\n{\"text\"}]", "a.json:3: is broken JSON"},
		{"a.json", "[{\"text\":\"a\"}\n{\"text\":\"b\"}]", "a.json:2: is broken JSON"},
		{"a.json", "[{\"text\":\"a\"},", "a.json:1: is broken JSON: unexpected EOF"},
		{"a.json", "[{\"text\":\"a\"}\n", "a.json:2: is broken JSON: unexpected EOF"},
		{"a.json", "[{\"text\":\"a\"}]\n[]", "a.json:2: more text after the list of records"},
		{"a.parquet", "PAR1", "a.parquet: is no readable Parquet file"},
		{"a.parquet", "", "a.parquet: is no readable Parquet file: it has 0 bytes"},
		{"a.parquet", "PAR1 and more text", "it does not end with a footer and PAR1; was it cut off?"},
		{"a.parquet", "PAR1" + "\xff\xff\xff\x7f" + "PAR1", "it does not end with a footer and PAR1"},
		{"a.parquet", "PAR1" + "\x00\x00\x00\x00" + "PAR1", "a.parquet: is no readable Parquet file"},
	} {
		_, err := Read(write(t, c.name, c.content), Auto)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "record: ") {
			t.Errorf("%s %.80q:\n got %v\nwant %s", c.name, c.content, err, c.want)
		}
	}
	for _, name := range []string{"a.jsonl", "a.json", "a.parquet"} {
		if _, err := Read(filepath.Join(t.TempDir(), name), Auto); !os.IsNotExist(unwrap(err)) {
			t.Errorf("%s that does not exist: %v", name, err)
		}
		if _, err := Read(t.TempDir()+"/", Auto); err == nil {
			t.Error("a folder was read")
		}
	}
	if _, err := Read("a.jsonl", "alpaca"); err == nil || !strings.Contains(err.Error(), `unknown format "alpaca"`) {
		t.Errorf("unknown format: %v", err)
	}
}

func unwrap(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = inner.Unwrap()
	}
}

// TestReadManyErrors proves that every wrong line is named, up to a bound.
func TestReadManyErrors(t *testing.T) {
	_, err := Read(write(t, "a.jsonl", "{\"text\":\"a\"}\n"+strings.Repeat("x\n", 30)), Auto)
	if err == nil || !strings.Contains(err.Error(), "a.jsonl:21: ") || strings.Contains(err.Error(), "a.jsonl:22: ") ||
		!strings.HasSuffix(err.Error(), "a.jsonl: 10 more problems") {
		t.Errorf("got %v", err)
	}
}

// endless is a line that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestLongLine(t *testing.T) {
	for r, err := range lines(newReader(endless{})) {
		if err == nil || r.place != 1 || !strings.Contains(err.Error(), "is longer than 67108864 bytes") {
			t.Errorf("line %d: %v", r.place, err)
		}
	}
}

// A row as Parquet files of other programs have it.
type row struct {
	Messages []struct {
		Role    string `parquet:"role"`
		Content string `parquet:"content,optional"`
		Name    string `parquet:"name,optional"`
	} `parquet:"messages,list"`
	Kwargs map[string]int `parquet:"chat_template_kwargs"`
	Image  []byte         `parquet:"image"`
}

func TestReadParquet(t *testing.T) {
	rows := make([]row, 150)
	for i := range rows {
		rows[i].Image = []byte{0xff, 0, byte(i)}
		rows[i].Kwargs = map[string]int{"b": i, "a": 2}
		rows[i].Messages = make([]struct {
			Role    string `parquet:"role"`
			Content string `parquet:"content,optional"`
			Name    string `parquet:"name,optional"`
		}, 2)
		rows[i].Messages[0].Role, rows[i].Messages[0].Content = "user", "hi"
		rows[i].Messages[1].Role, rows[i].Messages[1].Content = "assistant", strings.Repeat("x", i+1)
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	records, err := Read(write(t, "a.parquet", b.String()), Auto)
	if err != nil {
		t.Fatal(err)
	}
	last := records[len(records)-1]
	content, _ := last.Conversation[1].Get("content")
	if len(records) != 150 || last.Line != 150 || content != jinja.Value(strings.Repeat("x", 150)) {
		t.Errorf("%d records, the last is %+v", len(records), last)
	}
	if v, _ := last.Variables.Get("b"); v != jinja.Value(int64(149)) {
		t.Errorf("kwargs %v", v)
	}

	rows[70].Messages[1].Content = "\xff"
	rows[71].Messages = nil
	b.Reset()
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	_, err = Read(write(t, "a.parquet", b.String()), Auto)
	if err == nil || !strings.Contains(err.Error(), "a.parquet:71: a text is not valid UTF-8") || !strings.Contains(err.Error(), `a.parquet:72: "messages" has no message`) {
		t.Errorf("got %v", err)
	}
	// Damage anywhere is an error or leaves the file readable; it never takes the program down.
	whole := b.Bytes()
	for at := 0; at < len(whole); at += 7 {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x55
		path := write(t, "a.parquet", string(damaged))
		if _, err := Read(path, Auto); err == nil {
			t.Errorf("damage at byte %d hides that record 71 is broken", at)
		}
		if at%70 == 0 {
			if _, err := Read(write(t, "b.parquet", string(whole[:at])), Auto); err == nil {
				t.Errorf("a file cut at byte %d is read", at)
			}
		}
	}
}

func TestReadParquetMetadataOrder(t *testing.T) {
	type call struct {
		Zeta  string `parquet:"zeta"`
		Alpha []int  `parquet:"alpha,list"`
		Rep   []int  `parquet:"rep"`
	}
	type toolRow struct {
		Text  string `parquet:"text"`
		Tools []call `parquet:"tools,list"`
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, []toolRow{{"a", []call{{"z", []int{1, 2}, []int{3}}}}}); err != nil {
		t.Fatal(err)
	}
	raws, file, err := openParquet(write(t, "a.parquet", b.String()))
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range raws {
		var compact bytes.Buffer
		if err != nil || json.Compact(&compact, r.data) != nil {
			t.Fatal(err)
		}
		want := `{"text":"a","tools":[{"zeta":"z","alpha":[1,2],"rep":[3]}]}`
		if compact.String() != want {
			t.Errorf("got %s, want %s", compact.String(), want)
		}
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

func TestOneSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"output", "output", false},
		{"ouptut", "output", true},
		{"outpu", "output", true},
		{"outputs", "output", true},
		{"autput", "output", true},
		{"Output", "output", true},
		{"chat-template-kwargs", "chat_template_kwargs", true},
		{"out", "output", false},
		{"tpuout", "output", false},
		{"", "text", false},
		{"ab", "ba", true},
		{"abc", "cab", false},
	} {
		if got := oneSlip(c.a, c.b); got != c.want {
			t.Errorf("oneSlip(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// FuzzRead feeds arbitrary bytes to the readers of text formats: they never panic, and what they accept has records with lines
// in order.
func FuzzRead(f *testing.F) {
	f.Add([]byte("{\"text\":\"a\"}\n{\"text\":\"b\"}"), false)
	f.Add([]byte(`[{"instruction":"a","output":"b"}]`), true)
	f.Add([]byte(`{"messages":[{"role":"user","content":"x"}],"tools":[{"a":[1,{"b":null}]}]}`), false)
	f.Add([]byte(`{"prompt":[{"role":"user","content":"x"}],"completion":[{"role":"assistant","content":"\ud83d\ude00"}]}`), false)
	f.Fuzz(func(t *testing.T, data []byte, list bool) {
		c := collector{path: "fuzz", format: Auto}
		if list {
			c.collect(array(data))
		} else {
			c.collect(lines(newReader(bytes.NewReader(data))))
		}
		records, err := c.result()
		if (err == nil) != (len(records) > 0) {
			t.Fatalf("%d records and error %v", len(records), err)
		}
		line := 0
		for _, r := range records {
			if r.Line < line || r.Line > 1+bytes.Count(data, []byte("\n")) || r.Format == Auto {
				t.Fatalf("record %+v after line %d", r, line)
			}
			line = r.Line
		}
	})
}

// FuzzReadParquet feeds arbitrary bytes to the Parquet reader, which may be slow but must not take the program down.
func FuzzReadParquet(f *testing.F) {
	type textRow struct {
		Text string `parquet:"text"`
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, []textRow{{"a"}, {"b"}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := Read(write(t, "a.parquet", string(data)), Auto)
		if (err == nil) != (len(records) > 0) {
			t.Fatalf("%d records and error %v", len(records), err)
		}
	})
}
