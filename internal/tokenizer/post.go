package tokenizer

func (f *file) postProcessor(where string) error {
	if f.depth == 0 && f.null() {
		return nil
	}
	kind, err := f.kind(where)
	if err != nil {
		return err
	}
	switch kind {
	case "Sequence":
		return f.sequence(where, "processors", f.postProcessor)
	case "ByteLevel": // changes offsets only
		_, _, err := f.byteLevel(where)
		return err
	case "TemplateProcessing":
		return f.template(where)
	}
	return f.unsupported(where, "post-processor", kind)
}

// templatePiece is a special token, or the text when special is "".
type templatePiece struct{ special, sequence string }

func (f *file) template(where string) error {
	if f.t.template != nil {
		return f.errorf(where, "a second TemplateProcessing is not supported")
	}
	var single, pair []templatePiece
	special := map[string][]int32{}
	err := f.typed(where,
		field{"single", f.toPieces(&single), true},
		field{"pair", f.toPieces(&pair), true}, // for two texts at once, which this package does not encode
		field{"special_tokens", func(where string) error { return f.specialTokens(where, special) }, true})
	if err != nil {
		return err
	}
	f.t.template = &template{}
	ids := &f.t.template.before
	for _, p := range single {
		tokens, ok := special[p.special]
		switch {
		case p.sequence == "A" && ids == &f.t.template.before:
			ids = &f.t.template.after
		case p.special == "":
			return f.errorf(where, "sequence %s is out of place in the template single, which must have A, once", p.sequence)
		case !ok:
			return f.errorf(where, "the template single has %q, which is not in special_tokens", p.special)
		default:
			*ids = append(*ids, tokens...)
		}
	}
	if ids == &f.t.template.before {
		return f.errorf(where, "the template single must have sequence A")
	}
	return nil
}

// toPieces reads [{"SpecialToken": {"id": ..., "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}].
func (f *file) toPieces(v *[]templatePiece) func(string) error {
	return func(where string) error {
		return f.array(where, func(i int) error {
			where := at(where, i)
			var p templatePiece
			err := f.fields(where, field{"SpecialToken", f.toPieceID(&p.special), false}, field{"Sequence", f.toPieceID(&p.sequence), false})
			if err == nil && (p.special == "") == (p.sequence == "") {
				err = f.errorf(where, "expected one of SpecialToken and Sequence")
			}
			*v = append(*v, p)
			return err
		})
	}
}

func (f *file) toPieceID(v *string) func(string) error {
	return func(where string) error {
		var typeID uint32 // says which of two texts a token belongs to
		err := f.fields(where, field{"id", f.toString(v), true}, field{"type_id", f.toUint(&typeID), true})
		if err == nil && *v == "" {
			err = f.errorf(where, "the id is empty")
		}
		return err
	}
}

// specialTokens reads {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}.
func (f *file) specialTokens(where string, special map[string][]int32) error {
	return f.object(where, func(key []byte) error {
		name := string(key)
		where := join(where, name)
		if _, ok := special[name]; ok {
			return f.errorf(where, "the field appears twice")
		}
		var id string
		var ids []int32
		err := f.fields(where,
			field{"id", f.toString(&id), true},
			field{"ids", f.toIDs(&ids), true},
			field{"tokens", func(where string) error {
				return f.array(where, func(int) error { return f.str(where, &id) })
			}, true})
		special[name] = ids
		return err
	})
}

func (f *file) toIDs(v *[]int32) func(string) error {
	return func(where string) error {
		return f.array(where, func(int) error {
			var n uint32
			err := f.uint(where, &n)
			if err == nil && n > maxID {
				err = f.errorf(where, "id %d is above %d", n, maxID)
			}
			*v = append(*v, int32(n))
			return err
		})
	}
}

func (f *file) decoder(where string) error {
	if f.null() {
		return f.errorf(where, "there is none: only the ByteLevel decoder is supported")
	}
	kind, err := f.kind(where)
	if err != nil {
		return err
	}
	if kind != "ByteLevel" {
		return f.unsupported(where, "decoder", kind)
	}
	_, _, err = f.byteLevel(where)
	return err
}
