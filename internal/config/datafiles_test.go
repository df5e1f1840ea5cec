package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestDataFiles(t *testing.T) {
	for _, c := range []struct {
		yaml, json, shown string
		want              DataFiles
	}{
		{"a.jsonl", `"a.jsonl"`, "a.jsonl", DataFiles{{Path: "a.jsonl"}}},
		{"[a.jsonl, '{domain}/b.jsonl']", `[{"path":"a.jsonl"},{"path":"d/b.jsonl"}]`, "[a.jsonl, d/b.jsonl]", DataFiles{{Path: "a.jsonl"}, {Path: "d/b.jsonl"}}},
		{"[{path: a.jsonl, weight: 2}, b.jsonl]", `[{"path":"a.jsonl","weight":2},{"path":"b.jsonl"}]`, "[{path: a.jsonl, weight: 2}, b.jsonl]", DataFiles{{"a.jsonl", 2}, {"b.jsonl", 0}}},
	} {
		got, err := Load(Source{Sets: []string{"domain=d", "data.train=" + c.yaml}})
		if err != nil {
			t.Errorf("%s: %v", c.yaml, err)
			continue
		}
		text, err := json.Marshal(got.Data.Train)
		if err != nil || string(text) != c.json || !reflect.DeepEqual(got.Data.Train, c.want) {
			t.Errorf("%s: %s, %v, %+v", c.yaml, text, err, got.Data.Train)
		}
		settings, err := got.Select("data.train")
		if err != nil || !strings.Contains(YAML(settings), "train: "+c.shown+" ") {
			t.Errorf("%s: shown as %s, %v", c.yaml, YAML(settings), err)
		}
	}
	if got, err := Load(Source{Sets: []string{"domain=d", `data.eval=""`}}); err != nil || len(got.Data.Eval) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDataFilesRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		"[]":                        "is empty, expected at least one path",
		"{path: a}":                 "expected a string",
		"[3]":                       "is 3 (an integer), expected a string",
		"[{weight: 2}]":             "an element has no path",
		"[{path: a, weight: 0}]":    "weight 0 is out of range, expected above 0",
		"[{path: a, weight: x}]":    "expected a finite number",
		"[{path: a, share: 2}]":     `"data.train.share" is unknown, expected path and weight`,
		"[a, {path: a, weight: 1}]": "a is listed twice",
		"['~/a']":                   "without ~",
		"['{task}/a']":              "unknown placeholder {task}",
	} {
		_, err := Load(Source{Sets: []string{"domain=d", "data.train=" + yaml}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--set data.train") {
			t.Errorf("%s: got %v, want %q", yaml, err, want)
		}
	}
}
