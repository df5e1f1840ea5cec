package licence

import (
	"os"
	"strings"
	"testing"
)

func TestIsFile(t *testing.T) {
	for name, want := range map[string]bool{
		"LICENSE": true, "LICENCE.md": true, "License.txt": true, "COPYING": true, "COPYING.LESSER": true, "LICENSE-MIT": true, "MIT-LICENSE": true,
		"UNLICENSE": true, "license.apache2": true, "LICENSES.txt": true, "LICENSE 2.0.txt": true,
		"licensing.md": false, "main.lua": false, "licensed.txt": false, "licensee": false, "copyright.txt": false, "": false,
	} {
		if got := IsFile(name); got != want {
			t.Errorf("IsFile(%q) = %v", name, got)
		}
	}
}

const mit = `MIT License

Copyright (c) 2020 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

func TestText(t *testing.T) {
	own, err := os.ReadFile("../../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want, why string }{
		{"MIT", mit, "MIT", ""},
		{"ours", string(own), "Apache-2.0", ""},
		{"terms of their own", mit + strings.Repeat("You shall bring me a cake on every second Sunday of the month or lose all rights. ", 12), "", "of its text is that of a known licence (MIT)"},
		{"a heading", "The MIT License (MIT)\n\n" + mit[12:], "MIT", ""},
		{"one sentence more", strings.Replace(mit, "THE SOFTWARE IS", "The Software shall be used for Good, not Evil.\n\nTHE SOFTWARE IS", 1), "JSON", ""},
		{"nothing", "Do what you like, but ask me first.", "", "no known licence"},
		{"empty", "", "", "no known licence"},
		{"a tag", "SPDX-License-Identifier: 0BSD", "0BSD", ""},
		{"two", mit + "\n\n" + string(own), "MIT AND Apache-2.0", ""},
		{"too long", strings.Repeat("x", MaxText+1), "", "longer"},
		{"no text", "\xff\xfe\x00\x01", "", "no known licence"},
	} {
		got, why := Text([]byte(c.text))
		if got != c.want || !strings.Contains(why, c.why) || (got == "") != (why != "") {
			t.Errorf("%s: %q, %q, want %q, %q", c.name, got, why, c.want, c.why)
		}
	}
}

func TestHeader(t *testing.T) {
	for text, want := range map[string]string{
		"// SPDX-License-Identifier: MIT\nint x;":                          "MIT",
		"#!/bin/lua\n-- SPDX-License-Identifier: (MIT or Apache-2.0)\n":    "MIT OR Apache-2.0",
		"/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-note */":      "GPL-2.0-only WITH Linux-note",
		"<!-- SPDX-License-Identifier: LicenseRef-Mine -->":                "LicenseRef-Mine",
		"// SPDX-License-Identifier: see LICENSE":                          "",
		"// SPDX-License-Identifier:":                                      "",
		strings.Repeat("\n", headerBytes) + "SPDX-License-Identifier: MIT": "",
		"int x;": "",
	} {
		if got := Header(text); got != want {
			t.Errorf("Header(%.60q) = %q, want %q", text, got, want)
		}
	}
}

func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		list    []string
		licence string
		refused bool
	}{
		{nil, "", false},
		{[]string{Any}, "GPL-3.0", false},
		{[]string{AnyPermissive}, "MIT", false},
		{[]string{AnyPermissive}, "", true},
		{[]string{AnyPermissive}, "GPL-3.0", true},
		{[]string{AnyPermissive}, "GPL-3.0 OR MIT", false},
		{[]string{AnyPermissive}, "MIT AND GPL-3.0", true},
		{[]string{AnyPermissive}, "MIT AND CommonsClause", true},
		{[]string{AnyPermissive}, "MIT AND (GPL-3.0 OR Zlib)", false},
		{[]string{AnyPermissive}, "Apache-2.0 WITH LLVM-exception", false},
		{[]string{"mit"}, "MIT", false},
		{[]string{"MIT"}, "Zlib", true},
		{[]string{"GPL-2.0"}, "GPL-2.0-or-later", false},
		{[]string{"GPL-2.0"}, "GPL-2.0-only", false},
		{[]string{"GPL-2.0-or-later"}, "GPL-2.0-only", true},
		{[]string{"GPL-2.0-only"}, "GPL-2.0-only WITH Classpath-exception-2.0", false},
		{[]string{"GPL-2.0 WITH Classpath-exception-2.0"}, "GPL-2.0", true},
		{[]string{"MIT"}, "MIT AND", true},
	} {
		p, err := NewPolicy(c.list)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Refuses(c.licence); (got != "") != c.refused {
			t.Errorf("%v refuses %q: %q", c.list, c.licence, got)
		}
	}
	_, err := NewPolicy([]string{"MIT OR Zlib", "", "permissive", "a b"})
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v, want four errors", err)
	}
}

func TestAndUses(t *testing.T) {
	for _, c := range []struct {
		list []string
		want string
	}{
		{[]string{"MIT", "Apache-2.0", "MIT"}, "MIT AND Apache-2.0"},
		{[]string{"MIT OR Zlib", "ISC"}, "(MIT OR Zlib) AND ISC"},
		{[]string{"MIT OR Zlib"}, "MIT OR Zlib"},
		{[]string{"MIT", ""}, ""},
	} {
		if got := And(c.list); got != c.want {
			t.Errorf("And(%q) = %q, want %q", c.list, got, c.want)
		}
	}
	if !Uses("(MIT OR Zlib) AND ISC", "zlib") || Uses("MIT", "Zlib") || Uses("MIT AND", "MIT") {
		t.Error("Uses is wrong")
	}
	for _, id := range Permissive() {
		if e, err := parse(id); err != nil || e.String() != id {
			t.Errorf("%s: %v, %v", id, e, err)
		}
	}
}

// FuzzParse proves that what is read is written so that it is read as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"MIT", "(MIT OR Zlib) AND ISC", "a WITH b", "((((", "MIT AND", "a b", ") OR ("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parse(s)
		if err != nil {
			return
		}
		again, err := parse(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%q gives %q, which gives %v, %v", s, e, again, err)
		}
	})
}
