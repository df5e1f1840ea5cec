package extract

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

var plain = json.RawMessage(`{"type":"object","required":["text"],"additionalProperties":false,"properties":{
	"text":{"type":"string"},"n":{"type":"integer"},"ok":{"type":"boolean"},"none":{"type":"null"},"list":{"type":"array","items":{"type":"string"}}}}`)

func compile(t testing.TB, raw string) *Schema {
	t.Helper()
	s, err := Compile(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestJSON(t *testing.T) {
	s := compile(t, string(plain))
	const fence = "```"
	for _, c := range []struct{ name, in, want, err string }{
		{"plain", `{"text":"a"}`, `{"text":"a"}`, ""},
		{"spaces go, those in texts stay", " {\n \"text\" : \"a  b\\n\" }\n", `{"text":"a  b\n"}`, ""},
		{"byte order mark", "\ufeff{\"text\":\"a\"}", `{"text":"a"}`, ""},
		{"fence", fence + "json\n{\"text\":\"a\"}\n" + fence, `{"text":"a"}`, ""},
		{"fence without language", fence + "\n{\"text\":\"a\"}\n" + fence, `{"text":"a"}`, ""},
		{"fence in one line", fence + `{"text":"a"}` + fence, `{"text":"a"}`, ""},
		{"fence inside a text", fence + "json\n" + `{"text":"` + fence + `lua\nx\n` + fence + `"}` + "\n" + fence, `{"text":"` + fence + `lua\nx\n` + fence + `"}`, ""},
		{"fence without end", fence + "json\n" + `{"text":"a"}`, `{"text":"a"}`, ""},
		{"prose around", `Sure! Here it is: {"text":"a"} Hope that helps.`, `{"text":"a"}`, ""},
		{"braces in the prose", `For {x} in {y: 1}: {"text":"a"} and {z}`, `{"text":"a"}`, ""},
		{"a value of another schema first", `{"thought":"no"} {"text":"a"}`, `{"text":"a"}`, ""},
		{"thinking first", `<think>maybe {"text":"wrong"}</think>{"text":"a"}`, `{"text":"a"}`, ""},
		{"thinking that the prompt opened", `maybe {"text":"wrong"}</think> {"text":"a"}`, `{"text":"a"}`, ""},
		{"thinking without end", `<think>maybe {"text":"wrong"}`, "", "there is no JSON"},
		{"end of thinking in a text", `{"text":"a </think> b"}`, `{"text":"a </think> b"}`, ""},
		{"trailing commas", `{"text":"a","list":["x","y",],}`, `{"text":"a","list":["x","y"]}`, ""},
		{"Python", `{'text': 'it\'s', 'ok': True, 'none': None}`, `{"text":"it's","ok":true,"none":null}`, ""},
		{"comments", "{\"text\":\"a\", // yes\n\"n\":1 /* no */}", `{"text":"a", "n":1}`, ""},
		{"keys without quotes", `{text:"a"}`, `{"text":"a"}`, ""},
		{"newline in a text", "{\"text\":\"a\nb\"}", `{"text":"a\nb"}`, ""},
		{"Windows path", `{"text":"C:\path\to"}`, "", ""},
		{"last brace missing", `{"text":"a"`, `{"text":"a"}`, ""},
		{"last brackets missing", `{"text":"a","list":["x"`, `{"text":"a","list":["x"]}`, ""},
		{"cut inside a text", `{"text":"a lot of`, "", "ends inside a value"},
		{"cut inside a later text", `{"text":"a","list":["x","y`, "", "ends inside a value"},
		{"cut inside a number", `{"text":"a","n":12`, "", "ends inside a value"},
		{"cut inside a word", `{"text":"a","ok":tr`, "", "ends inside a value"},
		{"cut behind a colon", `{"text":"a","n":`, "", "ends inside a value"},
		{"empty", "", "", "there is no JSON"},
		{"prose only", "I cannot do that.", "", "there is no JSON"},
		{"wrong type", `{"text":1}`, "", "/text: got number, want string"},
		{"missing", `{"n":1}`, "", "missing property 'text'"},
		{"unknown", `{"text":"a","more":1}`, "", "additional properties 'more' not allowed"},
		{"array", `[{"text":"a"}]`, `{"text":"a"}`, ""},
		{"escapes stay", `{"text":"\u00e4\ud83d\ude00\\n<\/x>"}`, `{"text":"\u00e4\ud83d\ude00\\n<\/x>"}`, ""},
		{"deep", strings.Repeat("[", 60000), "", "nested more than"},
		{"deep objects", strings.Repeat(`{"a":`, 10000), "", "nested more than"},
		{"many braces", strings.Repeat("{", 1000) + strings.Repeat("}", 1000), "", "nested more than"},
		{"long", `{"text":"` + strings.Repeat("x", maxAnswer), "", "expected at most"},
		{"too long to repair", `{"text":"` + strings.Repeat("x", maxRepair) + `",}`, "", "too many to repair"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := JSON(c.in, s)
			if c.name == "Windows path" { // ambiguous: \t may be a tab. Whatever comes out must hold every letter.
				if err == nil && !strings.Contains(got, "path") {
					t.Errorf("got %s", got)
				}
				return
			}
			if c.err == "" && (err != nil || normal(got) != normal(c.want)) {
				t.Errorf("got %s, %v, expected %s", got, err, c.want)
			}
			if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got %s, %v, expected an error with %q", got, err, c.err)
			}
			if err != nil && len(err.Error()) > 2000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
}

// normal is s without the spaces between tokens.
func normal(s string) string { return strings.ReplaceAll(s, ", \"", ",\"") }

// TestHostileAnswersEnd: the repair is quadratic in what is repeated here, and would take minutes without bounds.
func TestHostileAnswersEnd(t *testing.T) {
	s := compile(t, string(plain))
	for _, unit := range []string{`"`, `'`, "`", "```", `"a" `, `"a"+`, "a(", `{"a":"b`, `\"`, "[1,", "{'", "<think>", `{x}`} {
		for _, start := range []string{"{", `{"text":`} {
			if got, err := JSON(start+strings.Repeat(unit, 60_000/len(unit))+"}", s); err == nil && s.check(got) != nil {
				t.Errorf("%q: %.100s", unit, got)
			}
		}
	}
}

func TestCompile(t *testing.T) {
	for _, c := range []struct{ in, err string }{
		{`{"type":"object"}`, ""},
		{``, "schema"},
		{`{"type":"objec"}`, "schema"},
		{`{"$ref":"https://example.com/x.json"}`, "reference to another document"},
		{`{"$ref":"file:///etc/passwd"}`, "reference to another document"},
	} {
		if _, err := Compile(json.RawMessage(c.in)); (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, expected %q", c.in, err, c.err)
		}
	}
}

func TestNoSchemaTakesAnyObject(t *testing.T) {
	if got, err := JSON("so: {\"a\": [1, 2]} indeed", nil); err != nil || got != `{"a":[1,2]}` {
		t.Error(got, err)
	}
	if _, err := JSON(`"a text"`, nil); err == nil {
		t.Error("a bare text was taken")
	}
}

// FuzzJSON: whatever a model says, the outcome is a value of the schema or an error, and a value is found again in itself.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"text":"a"}`, "```json\n{\"text\":\"a\",}\n```", `<think>{</think>{'text': 'x', "ok": True}`, `{"text":"a","list":["x"`, `{"text": "\ud83d"}`,
		"{\"text\":\"C:\\path\"}", `{text: undefined, n: 1e999}`, "[[[[{{{{", `{"text":"a"}}}}`, "{\"text\":\"\x00\xff\"}", `callback({"text":"a"})`,
		`{"text":"a" "n":1}`, `{"text": /re"gex/}`, `{"text":"a"...}`, "{“text”: “a”}",
	} {
		f.Add(s)
	}
	s := compile(f, string(plain))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := JSON(strings.ToValidUTF8(text, "\ufffd"), s)
		if err != nil {
			return
		}
		if !json.Valid([]byte(got)) || !utf8.ValidString(got) || s.check(got) != nil {
			t.Fatalf("%q gave %q", text, got)
		}
		if again, err := JSON(got, s); err != nil || again != got {
			t.Fatalf("%q gave %q, which gives %q, %v", text, got, again, err)
		}
	})
}
