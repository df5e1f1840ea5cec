package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/teacher/teachertest"
)

// capture runs graft dataset capture with an environment and returns the exit code and all that was printed.
func capture(t *testing.T, env map[string]string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	app := &App{Stdout: &out, Stderr: &out, LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	code := app.Run(t.Context(), append([]string{"dataset", "capture"}, args...))
	return code, out.String()
}

func TestDatasetCapture(t *testing.T) {
	const key = "sk-ant-test-SECRET0123456789"
	s := teachertest.Start(teachertest.Options{Key: key, Answer: func(q teachertest.Question) string {
		q.Schema = captureQuestions()[1].Schema // two questions get words that are JSON
		return teachertest.Answer(q)
	}})
	defer s.Close()
	for _, c := range []struct {
		name   string
		env    map[string]string
		args   []string
		code   int
		prints string
		holds  []string // in the file
	}{
		{"live", map[string]string{"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": s.URL()}, nil, ExitDone, "2 answered in all, 1 cut-off", []string{"/v1/messages", "count_tokens", "max_tokens"}},
		{"batch", map[string]string{"ANTHROPIC_API_KEY": key}, []string{"--batch", "--set", "dataset.base_url=" + s.URL()}, ExitDone, "2 answered in all", []string{"/v1/messages/batches"}},
		{
			"chat",
			map[string]string{"OPENAI_API_KEY": key, "OPENAI_BASE_URL": s.OpenAIURL()},
			[]string{"--set", "dataset.teacher=openai", "--set", "dataset.teacher_model=m"},
			ExitDone, "2 answered in all",
			[]string{"/v1/chat/completions"},
		},
		{"no key", nil, nil, ExitUsage, "ANTHROPIC_API_KEY is not set", nil},
		{"wrong key", map[string]string{"ANTHROPIC_API_KEY": key + "x", "ANTHROPIC_BASE_URL": s.URL()}, nil, ExitFailed, "HTTP 401", nil},
		{"nobody", nil, []string{"--set", "dataset.teacher=none"}, ExitUsage, "dataset.teacher", nil},
		{"unknown price", map[string]string{"OPENAI_API_KEY": key}, []string{"--set", "dataset.teacher=openai", "--set", "dataset.teacher_model=m"}, ExitUsage, "the price of m", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "exchanges.json")
			code, out := capture(t, c.env, append([]string{path}, c.args...)...)
			b, err := os.ReadFile(path)
			if code != c.code || !strings.Contains(out, c.prints) || (err == nil) != (code == ExitDone) {
				t.Fatalf("exit code %d, expected %d; file %v; it printed\n%s, expected %q", code, c.code, err, out, c.prints)
			}
			if strings.Contains(out+string(b), key) || strings.Contains(string(b), "127.0.0.1") {
				t.Error("the key or the host shows")
			}
			for _, want := range c.holds {
				if !strings.Contains(string(b), want) {
					t.Errorf("no %q in the recording", want)
				}
			}
		})
	}
	path := filepath.Join(t.TempDir(), "there.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := capture(t, nil, path); code != ExitUsage || !strings.Contains(out, "exists") {
		t.Errorf("an existing file: exit code %d, %s", code, out)
	}
}
