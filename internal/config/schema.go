package config

import (
	"bytes"
	"encoding/json"
	"math"
)

type object = map[string]any

// Schema returns a JSON Schema, draft 2020-12, of one configuration file, for editors. Rules on several keys and
// placeholders are beyond it: only [Load] checks those.
func Schema() ([]byte, error) {
	values := newMerger(table).config.settings
	properties := object{
		"extends": object{
			"description": "File or files, relative to this one, whose settings this one starts from; later ones win.",
			"anyOf": []object{
				{"type": "string", "minLength": 1},
				{"type": "array", "items": object{"type": "string", "minLength": 1}},
			},
			"examples": []any{"base.yaml"},
		},
	}
	inside := map[string]object{"": properties}
	for _, section := range table.sections {
		outer, name := splitKey(section)
		inside[section] = object{}
		inside[outer][name] = object{"type": []string{"object", "null"}, "properties": inside[section], "additionalProperties": false}
	}
	for i := range options {
		opt := &options[i]
		inside[opt.section()][opt.name()] = opt.schema(values[opt.key].Value)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "graft configuration",
		"type":                 "object",
		"properties":           properties,
		"additionalProperties": false,
	})
	return b.Bytes(), err
}

// schema returns the schema of the option, whose default is value.
func (o *option) schema(value any) object {
	s := object{}
	switch o.kind {
	case kString:
		s["type"] = "string"
		if o.form.pattern != nil {
			s["pattern"] = o.form.pattern.String()
		}
		if len(o.values) > 0 {
			s["enum"] = o.values
		}
	case kBool:
		s["type"] = "boolean"
	case kInt, kFloat:
		s = o.numberSchema()
	case kList:
		s = o.listSchema()
	case kFiles:
		s = o.filesSchema()
	default:
		s = o.mapSchema()
	}
	if words, ok := value.([]string); ok && len(words) == 1 && len(o.values) > 0 {
		value = words[0]
	}
	s["description"], s["default"] = o.doc, value
	return s
}

func (o *option) numberSchema() object {
	s := object{"type": "number"}
	if o.kind.element() == kInt {
		s["type"] = "integer"
	}
	low, high := "minimum", "maximum"
	if o.allowed.openMin {
		low = "exclusiveMinimum"
	}
	if o.allowed.openMax {
		high = "exclusiveMaximum"
	}
	s[low] = o.allowed.min
	if !math.IsInf(o.allowed.max, 1) {
		s[high] = o.allowed.max
	}
	return s
}

func (o *option) listSchema() object {
	list := object{"type": "array", "items": object{"type": "string", "pattern": o.form.pattern.String()}}
	if o.notEmpty {
		list["minItems"] = 1
	}
	if len(o.values) == 0 {
		return list
	}
	return object{"anyOf": []object{{"type": "string", "enum": o.values}, list}}
}

func (o *option) mapSchema() object {
	// null takes out what a file extended had put in
	element := object{"anyOf": []object{o.numberSchema(), {"type": "null"}}}
	if len(o.values) == 0 {
		return object{"type": "object", "additionalProperties": element}
	}
	properties := object{}
	for _, name := range o.values {
		properties[name] = element
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}
