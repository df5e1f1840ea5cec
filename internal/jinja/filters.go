package jinja

// refusedFilters exist in Jinja, but their output is random, or HTML or layout that no chat template needs.
var refusedFilters = []string{"random", "urlize", "wordwrap", "pprint", "filesizeformat"}

// A library holds the filters and tests by name.
type library struct{ filters, tests map[string]*spec }

func newLibrary() *library { return &library{filterTable(), testTable()} }

// filterTable makes Jinja's filters, with tojson as transformers replaces it. The value comes first among the parameters.
func filterTable() map[string]*spec {
	length := &spec{name: "len", params: []string{"obj"}, clinic: true, fn: lengthFilter}
	escape := &spec{name: "escape", params: []string{"s"}, fn: escapeFilter}
	def := &spec{name: "do_default", params: []string{"value", "default_value?", "boolean?"}, fn: defaultFilter}
	return map[string]*spec{
		"abs":         {name: "abs", params: []string{"x"}, clinic: true, fn: absFilter},
		"attr":        {name: "do_attr", hidden: 1, params: []string{"obj", "name"}, fn: attrFilter},
		"batch":       {name: "sync_do_batch", params: []string{"value", "linecount", "fill_with?"}, fn: batchFilter},
		"capitalize":  textFilter("do_capitalize", capitalize),
		"center":      {name: "do_center", params: []string{"value", "width?"}, fn: centerFilter},
		"count":       length,
		"d":           def,
		"default":     def,
		"dictsort":    {name: "do_dictsort", params: []string{"value", "case_sensitive?", "by?", "reverse?"}, fn: dictsortFilter},
		"e":           escape,
		"escape":      escape,
		"first":       {name: "sync_do_first", hidden: 1, params: []string{"seq"}, fn: firstFilter},
		"float":       {name: "do_float", params: []string{"value", "default?"}, fn: floatFilter},
		"forceescape": {name: "do_forceescape", params: []string{"value"}, fn: forceEscapeFilter},
		"format":      {name: "do_format", params: []string{"value"}, rest: true, fn: formatFilter},
		"groupby": {
			name: "sync_do_groupby", hidden: 1, fn: groupbyFilter,
			params: []string{"value", "attribute", "default?", "case_sensitive?"},
		},
		"indent":     {name: "do_indent", params: []string{"s", "width?", "first?", "blank?"}, fn: indentFilter},
		"int":        {name: "do_int", params: []string{"value", "default?", "base?"}, fn: intFilter},
		"items":      {name: "do_items", params: []string{"value"}, fn: itemsFilter},
		"join":       {name: "sync_do_join", hidden: 1, params: []string{"value", "d?", "attribute?"}, fn: joinFilter},
		"last":       {name: "do_last", hidden: 1, params: []string{"seq"}, fn: lastFilter},
		"length":     length,
		"list":       {name: "sync_do_list", params: []string{"value"}, fn: listFilter},
		"lower":      textFilter("do_lower", toLower),
		"map":        {name: "sync_do_map", hidden: 1, params: []string{"value"}, rest: true, fn: mapFilter},
		"max":        extremeFilter("do_max", ">"),
		"min":        extremeFilter("do_min", "<"),
		"reject":     selectFilter("sync_do_reject", false, false),
		"rejectattr": selectFilter("sync_do_rejectattr", false, true),
		"replace":    {name: "do_replace", hidden: 1, params: []string{"s", "old", "new", "count?"}, fn: replaceFilter},
		"reverse":    {name: "do_reverse", params: []string{"value"}, fn: reverseFilter},
		"round":      {name: "do_round", params: []string{"value", "precision?", "method?"}, fn: roundFilter},
		"safe":       {name: "do_mark_safe", params: []string{"value"}, fn: safeFilter},
		"select":     selectFilter("sync_do_select", true, false),
		"selectattr": selectFilter("sync_do_selectattr", true, true),
		"slice":      {name: "sync_do_slice", params: []string{"value", "slices", "fill_with?"}, fn: sliceFilter},
		"sort": {
			name: "do_sort", hidden: 1, fn: sortFilter,
			params: []string{"value", "reverse?", "case_sensitive?", "attribute?"},
		},
		"string":    {name: "soft_str", params: []string{"s"}, fn: stringFilter},
		"striptags": {name: "do_striptags", params: []string{"value"}, fn: striptagsFilter},
		"sum":       {name: "sync_do_sum", hidden: 1, params: []string{"iterable", "attribute?", "start?"}, fn: sumFilter},
		"title":     textFilter("do_title", wordTitle),
		"tojson": {
			name: "_cached_compile_jinja_template.<locals>.tojson", fn: tojsonFilter,
			params: []string{"x", "ensure_ascii?", "indent?", "separators?", "sort_keys?"},
		},
		"trim": {name: "do_trim", params: []string{"value", "chars?"}, fn: trimFilter},
		"truncate": {
			name: "do_truncate", hidden: 1, fn: truncateFilter,
			params: []string{"s", "length?", "killwords?", "end?", "leeway?"},
		},
		"unique":    {name: "sync_do_unique", hidden: 1, params: []string{"value", "case_sensitive?", "attribute?"}, fn: uniqueFilter},
		"upper":     textFilter("do_upper", toUpper),
		"urlencode": {name: "do_urlencode", params: []string{"value"}, fn: urlencodeFilter},
		"wordcount": {name: "do_wordcount", params: []string{"s"}, fn: wordcountFilter},
		"xmlattr":   {name: "do_xmlattr", hidden: 1, params: []string{"d", "autospace?"}, fn: xmlattrFilter},
	}
}

// flag reads an optional truth value.
func flag(v Value) bool { return v != nil && truth(v) }

// given reports whether an optional argument was given and is not None.
func given(v Value) bool { return v != nil && v != Value(None{}) }

func lengthFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	n, err := length(v[0])
	return n, err
}

func stringFilter(r *runner, v []Value, _ args) (Value, *Error) {
	s, from, err := r.softText(v[0])
	return sameText(from, s), err
}

func defaultFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	if _, undef := v[0].(*undefined); !undef && (!flag(v[2]) || truth(v[0])) {
		return v[0], nil
	}
	if v[1] == nil {
		return "", nil
	}
	return v[1], nil
}

// attrFilter looks an attribute up without trying elements.
func attrFilter(r *runner, v []Value, _ args) (Value, *Error) {
	name, ok := asString(v[1])
	if !ok {
		return nil, typeErrorf("attribute name must be string, not '%s'", typeName(v[1]))
	}
	found, err := r.attribute(v[0], name)
	if found == nil && err == nil {
		return undefinedIn(v[0], name), nil
	}
	return found, err
}

func tojsonFilter(r *runner, v []Value, _ args) (Value, *Error) {
	opt, err := jsonOptions(v)
	if err != nil {
		return nil, err
	}
	return r.dumps(v[0], opt)
}
