package cassette_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"graft/internal/teacher"
	"graft/internal/teacher/anthropic"
	"graft/internal/teacher/cassette"
	"graft/internal/teacher/openai"
	"graft/internal/teacher/teachertest"
)

var update = flag.Bool("update", false, "write the fixtures anew from the test server")

const key = "sk-ant-api03-SECRET-0123456789"

var schema = json.RawMessage(`{"type":"object","required":["instruction"],"additionalProperties":false,"properties":{"instruction":{"type":"string"}}}`)

func questions(n int) []teacher.Request {
	reqs := make([]teacher.Request, n)
	for i := range reqs {
		reqs[i] = teacher.Request{System: strings.Repeat("Write instructions. ", 15), User: fmt.Sprintf("function f%d() end", i), Schema: schema, MaxTokens: 256}
	}
	return reqs
}

// fixtures are the kinds of exchanges that clients must cope with.
var fixtures = []struct {
	name   string
	mode   teacher.Mode
	n      int
	openai bool
	server teachertest.Options
	report string // that must be in the report
}{
	{"messages", teacher.Live, 3, false, teachertest.Options{}, "3 answered in all"},
	{"rate_limit_retry_after", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{RateLimit: 1000}}, "2 answered in all"},
	{"rate_limit_plain", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{RateLimitPlain: 1000}}, "2 answered in all"},
	{"overloaded", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Overloaded: 1000}}, "2 answered in all"},
	{"server_error", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Broken: 1000}}, "2 answered in all"},
	{"refusal", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Refuse: 1000}}, "2 refusal"},
	{"cut_inside_json", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Cut: 1000}}, "2 cut-off"},
	{"thinking_first", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Think: 1000}}, "2 answered in all"},
	{"fenced", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Fence: 1000}}, "2 answered in all"},
	{"invalid_request", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Invalid: 1000}}, "2 error"},
	{"dropped_connection", teacher.Live, 2, false, teachertest.Options{Faults: teachertest.Faults{Drop: 1000}}, "whose answers were lost"},
	{"batch_shuffled", teacher.Batch, 8, false, teachertest.Options{Polls: 2}, "8 answered in all"},
	{"batch_expired_errored", teacher.Batch, 12, false, teachertest.Options{Polls: 1, Faults: teachertest.Faults{Expire: 300, Errored: 300, Invalid: 100}}, "error"},
	{"batch_lost_creation", teacher.Batch, 4, false, teachertest.Options{Polls: 3, Faults: teachertest.Faults{LoseBatch: 1}}, "4 answered in all"},
	{"batch_torn_results", teacher.Batch, 6, false, teachertest.Options{Faults: teachertest.Faults{TearResults: true}}, "6 answered in all"},
	{"chat_completions", teacher.Live, 3, true, teachertest.Options{Faults: teachertest.Faults{Think: 500, Refuse: 300}}, "3 distinct"},
	{"chat_without_schema", teacher.Live, 2, true, teachertest.Options{NoSchema: true, Answer: func(q teachertest.Question) string {
		q.Schema = schema
		return teachertest.Answer(q)
	}}, "2 answered in all"},
}

// ask runs the requests of a fixture over rt.
func ask(t *testing.T, i int, url string, rt http.RoundTripper) ([]teacher.Reply, teacher.Report) {
	t.Helper()
	f := fixtures[i]
	var c teacher.Teacher
	var err error
	if f.openai {
		c, err = openai.New(openai.Options{Model: "claude-haiku-5-5", BaseURL: url + "/v1", Key: key, Transport: rt})
	} else {
		c, err = anthropic.New(anthropic.Options{Model: "claude-haiku-5-5", BaseURL: url, Key: key, Transport: rt})
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := teacher.OpenLedger(filepath.Join(t.TempDir(), "ledger.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // of a test
	replies, report, err := teacher.Run(t.Context(), c, questions(f.n), teacher.Options{
		Ledger: l, Mode: f.mode, MaxCost: 1, Concurrency: 1, Clock: &teachertest.Clock{Start: start},
	})
	if err != nil {
		t.Fatal(err)
	}
	return replies, report
}

var start = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)

// TestFixtures plays every fixture to the real clients without a server. With -update it records them first.
func TestFixtures(t *testing.T) {
	for i, f := range fixtures {
		t.Run(f.name, func(t *testing.T) {
			path, wantPath := filepath.Join("testdata", f.name+".json"), filepath.Join("testdata", f.name+".replies.json")
			if *update {
				f.server.Key, f.server.Start = key, start
				s := teachertest.Start(f.server)
				rec := cassette.NewRecorder(nil, key)
				replies, _ := ask(t, i, s.URL(), rec)
				s.Close()
				if err := rec.Save(path, "made by the test server: "+f.name); err != nil {
					t.Fatal(err)
				}
				b, err := json.MarshalIndent(replies, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(wantPath, append(b, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			p, err := cassette.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			replies, report := ask(t, i, "http://127.0.0.1:9", p)
			b, err := os.ReadFile(wantPath)
			if err != nil {
				t.Fatal(err)
			}
			var want []teacher.Reply
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(replies, want) {
				t.Errorf("replies\n%+v, expected\n%+v", replies, want)
			}
			if !strings.Contains(report.String(), f.report) {
				t.Errorf("report %q, expected %q in it", report, f.report)
			}
			if rest := p.Unused(); len(rest) > 0 {
				t.Errorf("nobody asked for %v", rest)
			}
		})
	}
}

// TestFixturesHoldNothingOfAnAccount looks for what the test server puts on purpose into headers and errors.
func TestFixturesHoldNothingOfAnAccount(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != 2*len(fixtures) {
		t.Fatalf("%d files for %d fixtures, %v", len(files), len(fixtures), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{key, "sk-", "11111111-2222", "req_0000000000", "127.0.0.1", "Api-Key", "Authorization"} {
			if bytes.Contains(bytes.ToLower(b), bytes.ToLower([]byte(secret))) {
				t.Errorf("%s holds %q", f, secret)
			}
		}
	}
}

// TestKeyAppearsNowhere runs what goes wrong, against a server that repeats the key in its errors and answers, and looks for the key in the
// ledger, the recording, the replies, the report, the error and the log.
func TestKeyAppearsNowhere(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		for _, wrong := range []string{"", "another key"} {
			for _, chat := range []bool{false, true} {
				o := teachertest.Options{
					Key: key, Faults: teachertest.Faults{Drop: 300, Broken: 200, Refuse: 100, Invalid: 100, TearResults: true, LoseBatch: 1},
					Answer: func(teachertest.Question) string { return `{"instruction":"your key is ` + key + `"}` },
				}
				if wrong != "" {
					o.Key = wrong
				}
				s := teachertest.Start(o)
				rec := cassette.NewRecorder(nil, key)
				dir := t.TempDir()
				l, err := teacher.OpenLedger(filepath.Join(dir, "ledger.jsonl"))
				if err != nil {
					t.Fatal(err)
				}
				var c teacher.Teacher
				if chat {
					c, err = openai.New(openai.Options{Model: "claude-haiku-5-5", BaseURL: s.OpenAIURL(), Key: key, Transport: rec})
				} else {
					c, err = anthropic.New(anthropic.Options{Model: "claude-haiku-5-5", BaseURL: s.URL(), Key: key, Transport: rec})
				}
				if err != nil {
					t.Fatal(err)
				}
				replies, report, err := teacher.Run(t.Context(), c, questions(30), teacher.Options{Ledger: l, Mode: mode, MaxCost: 1, Clock: &teachertest.Clock{}})
				if (err == nil) != (wrong == "") {
					t.Errorf("%s, key %q: %v", mode, wrong, err)
				}
				if err := rec.Save(filepath.Join(dir, "cassette.json"), ""); err != nil {
					t.Fatal(err)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				s.Close()
				all := fmt.Sprintf("%+v %+v %s %v %+v %#v", replies, report, report, err, err, c.Params())
				files, err := filepath.Glob(filepath.Join(dir, "*"))
				if err != nil || len(files) != 2 {
					t.Fatal(files, err)
				}
				for _, f := range files {
					b, err := os.ReadFile(f)
					if err != nil {
						t.Fatal(err)
					}
					all += string(b)
				}
				if i := strings.Index(all+logged.String(), key); i >= 0 {
					t.Errorf("%s, key %q, chat %v: the key is in …%s…", mode, wrong, chat, (all + logged.String())[max(0, i-80):i])
				}
			}
		}
	}
}

func TestPlayerKnowsNothingElse(t *testing.T) {
	p, err := cassette.Open(filepath.Join("testdata", "messages.json"))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:9/v1/messages", io.NopCloser(strings.NewReader("{}")))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "no further response to POST /v1/messages") {
		t.Error(err)
	}
	if _, err := cassette.Open("testdata/none.json"); err == nil {
		t.Error("a file that is not there was opened")
	}
}
