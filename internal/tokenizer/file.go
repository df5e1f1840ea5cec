package tokenizer

// The readers of the parts of a tokenizer.json. Each names what it reads with the path to it, as in
// pre_tokenizer.pretokenizers[0].pattern.

// maxNesting bounds how deep sequences may stand in sequences.
const maxNesting = 16

// file is a tokenizer.json while it is read.
type file struct {
	parser
	t      *Tokenizer
	tokens []fileToken
	depth  int // of sequences in sequences
}

// fileToken is an added token with the id that the file gives it.
type fileToken struct {
	addedToken
	id uint32
}

func (f *file) read() error {
	ignore := func(where string) error {
		if f.null() {
			return nil
		}
		return f.errorf(where, "%s is not supported; set it to null, texts are neither cut nor padded here", where)
	}
	err := f.fields("",
		field{"version", f.version, false},
		field{"truncation", ignore, false},
		field{"padding", ignore, false},
		field{"added_tokens", f.addedTokens, false},
		field{"normalizer", f.normalizer, false},
		field{"pre_tokenizer", f.preTokenizers, true},
		field{"post_processor", f.postProcessor, false},
		field{"decoder", f.decoder, true},
		field{"model", f.model, true},
	)
	if err != nil {
		return err
	}
	return f.end()
}

// end checks that nothing follows the value that the file holds.
func (f *file) end() error {
	if f.peek(); f.pos < len(f.data) {
		return f.errorf("", "found %s after the end of the object", f.found())
	}
	return nil
}

func (f *file) version(where string) error {
	var v string
	if err := f.str(where, &v); err != nil {
		return err
	}
	if v != "1.0" {
		return f.errorf(where, "found %q, expected \"1.0\"", v)
	}
	return nil
}

// to returns functions that read a value into v.
func (f *file) toBool(v *bool) func(string) error {
	return func(where string) error { return f.boolean(where, v) }
}

func (f *file) toString(v *string) func(string) error {
	return func(where string) error { return f.str(where, v) }
}

func (f *file) toUint(v *uint32) func(string) error {
	return func(where string) error { return f.uint(where, v) }
}

// typed reads an object of a type that is already known, with these fields beside its type.
func (f *file) typed(where string, fields ...field) error {
	var kind string
	return f.fields(where, append(fields, field{"type", f.toString(&kind), true})...)
}

func (f *file) addedTokens(where string) error {
	if f.null() {
		return nil
	}
	seen := map[string]bool{}
	return f.array(where, func(i int) error {
		where := at(where, i)
		var tok fileToken
		err := f.fields(where,
			field{"id", f.toUint(&tok.id), true},
			field{"content", f.toString(&tok.content), true},
			field{"single_word", f.toBool(&tok.singleWord), true},
			field{"lstrip", f.toBool(&tok.lstrip), true},
			field{"rstrip", f.toBool(&tok.rstrip), true},
			field{"normalized", f.toBool(&tok.normalized), true},
			field{"special", f.toBool(&tok.special), true},
		)
		if err != nil {
			return err
		}
		if seen[tok.content] {
			return f.errorf(where, "the token %q appears twice", tok.content)
		}
		seen[tok.content] = true
		f.tokens = append(f.tokens, tok)
		return nil
	})
}

func (f *file) normalizer(where string) error {
	if f.depth == 0 && f.null() {
		return nil
	}
	kind, err := f.kind(where)
	if err != nil {
		return err
	}
	add := func(n normalizer) { f.t.normalizers = append(f.t.normalizers, n) }
	switch kind {
	case "NFC", "NFD", "NFKC", "NFKD":
		add(forms[kind])
		return f.typed(where)
	case "Lowercase":
		add(lowercase{})
		return f.typed(where)
	case "Prepend":
		var s string
		err := f.typed(where, field{"prepend", f.toString(&s), true})
		add(prepend(s))
		return err
	case "Strip":
		var s strip
		err := f.typed(where, field{"strip_left", f.toBool(&s.left), true}, field{"strip_right", f.toBool(&s.right), true})
		add(s)
		return err
	case "Replace":
		var r replace
		err := f.typed(where, field{"pattern", f.toPattern(&r.pattern), true}, field{"content", f.toString(&r.content), true})
		add(r)
		return err
	case "Sequence":
		return f.sequence(where, "normalizers", f.normalizer)
	}
	return f.unsupported(where, "normalizer", kind)
}

func (f *file) unsupported(where, what, kind string) error {
	return f.errorf(where, "%s of type %q is not supported", what, kind)
}

// sequence reads {"type": "Sequence", name: [...]}.
func (f *file) sequence(where, name string, read func(where string) error) error {
	if f.depth == maxNesting {
		return f.errorf(where, "sequences in sequences more than %d deep are not supported", maxNesting)
	}
	f.depth++
	defer func() { f.depth-- }()
	return f.typed(where, field{name, func(where string) error {
		return f.array(where, func(i int) error { return read(at(where, i)) })
	}, true})
}

// toPattern reads {"String": "..."} or {"Regex": "..."}.
func (f *file) toPattern(v *finder) func(string) error {
	return func(where string) error {
		var text, pattern string
		isText, isPattern := false, false
		err := f.fields(where,
			field{"String", func(where string) error { isText = true; return f.str(where, &text) }, false},
			field{"Regex", func(where string) error { isPattern = true; return f.str(where, &pattern) }, false})
		switch {
		case err != nil:
			return err
		case isText == isPattern:
			return f.errorf(where, "expected one of String and Regex")
		case text == "" && pattern == "":
			return f.errorf(where, "the pattern is empty")
		case isText:
			*v = literal(text)
			return nil
		}
		if w := wordsOf(pattern); w != nil {
			*v = w
			return nil
		}
		re, err := compileRegex(pattern)
		if err != nil {
			return f.errorf(where, "%w", err)
		}
		*v = re
		return nil
	}
}

func (f *file) preTokenizers(where string) error {
	if err := f.preTokenizer(where); err != nil {
		return err
	}
	if !f.t.byteLevel {
		return f.errorf(where, "there is no ByteLevel: only byte-level tokenizers are supported")
	}
	return nil
}

func (f *file) preTokenizer(where string) error {
	if f.depth == 0 && f.null() {
		return nil
	}
	kind, err := f.kind(where)
	if err != nil {
		return err
	}
	if f.t.byteLevel && kind != "Sequence" {
		return f.errorf(where, "%s after ByteLevel is not supported: it would see the spelling of bytes", kind)
	}
	add := func(s splitter) { f.t.splitters = append(f.t.splitters, s) }
	switch kind {
	case "Sequence":
		return f.sequence(where, "pretokenizers", f.preTokenizer)
	case "ByteLevel":
		space, words, err := f.byteLevel(where)
		if space {
			add(prefixSpace{})
		}
		if words {
			add(wordsOf(gpt2Pattern))
		}
		f.t.byteLevel = true
		return err
	case "Digits":
		var single bool
		err := f.typed(where, field{"individual_digits", f.toBool(&single), true})
		b := contiguous
		if single {
			b = isolated
		}
		add(patternSplit{digits{}, b, false})
		return err
	case "Split":
		s, err := f.split(where)
		add(s)
		return err
	}
	return f.unsupported(where, "pre-tokenizer", kind)
}

// byteLevel reads a ByteLevel, which is the same object in four places of the file.
func (f *file) byteLevel(where string) (prefixSpace, useRegex bool, err error) {
	var trim bool // of the offsets, which are not computed here
	useRegex = true
	err = f.typed(where,
		field{"add_prefix_space", f.toBool(&prefixSpace), true},
		field{"trim_offsets", f.toBool(&trim), true},
		field{"use_regex", f.toBool(&useRegex), false})
	return prefixSpace, useRegex, err
}

func (f *file) split(where string) (splitter, error) {
	var p patternSplit
	var name string
	err := f.typed(where, field{"pattern", f.toPattern(&p.pattern), true}, field{"behavior", f.toString(&name), true},
		field{"invert", f.toBool(&p.invert), true})
	if err != nil {
		return nil, err
	}
	b, ok := behaviors[name]
	if !ok {
		return nil, f.errorf(join(where, "behavior"), "%q is not supported", name)
	}
	p.behavior = b
	// All is a match of the well-known patterns: to keep the matches and drop the rest is to keep all.
	if w, ok := p.pattern.(*words); ok && (b == isolated || b == removed && p.invert) {
		return w, nil
	}
	return p, nil
}
