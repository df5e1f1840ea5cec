package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema says which JSON values are wanted.
type Schema struct{ schema *jsonschema.Schema }

// noLoader refuses references to other documents: schemas are self-contained and nothing is fetched.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("reference to another document, %s", url)
}

// Compile reads a JSON Schema (draft 2020-12 unless $schema says otherwise), which must not refer to other documents.
func Compile(raw json.RawMessage) (*Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("extract: schema: %w", err)
	}
	const name = "answer.json"
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	if err := c.AddResource(name, doc); err != nil {
		return nil, fmt.Errorf("extract: schema: %w", err)
	}
	s, err := c.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("extract: schema: %w", err)
	}
	return &Schema{s}, nil
}

// check returns why text is no value of s, nil if it is one. A nil Schema takes any object and array.
func (s *Schema) check(text string) error {
	if s == nil {
		if text == "" || text[0] != '{' && text[0] != '[' {
			return errors.New("it is neither an object nor an array")
		}
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	var invalid *jsonschema.ValidationError
	if err := s.schema.Validate(v); errors.As(err, &invalid) {
		return errors.New(strings.Join(leaves(invalid, nil), "; "))
	} else if err != nil {
		return err
	}
	return nil
}

// leaves lists the innermost reasons, at most a few.
func leaves(e *jsonschema.ValidationError, to []string) []string {
	const most = 4
	if len(to) >= most {
		return to
	}
	if len(e.Causes) == 0 {
		s := strings.ReplaceAll(e.Error(), "\n", " ")
		if _, reason, ok := strings.Cut(s, "': "); ok {
			s = reason
		}
		return append(to, "/"+strings.Join(e.InstanceLocation, "/")+": "+clip(s))
	}
	for _, c := range e.Causes {
		to = leaves(c, to)
	}
	return to
}

// clip shortens what the model said to what an error can hold.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
