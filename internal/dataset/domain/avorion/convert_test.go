package avorion

import (
	"testing"

	"graft/internal/dataset"
)

func TestBefore(t *testing.T) {
	d, ok := Domain().(dataset.Converter)
	if !ok {
		t.Fatal("the domain is no Converter")
	}
	for code, want := range map[string]string{
		"return unpack(t)":                             "return table.unpack(t)",
		"local n = math.floor(a / 2)\nf()":             "local n = a // 2\nf()",
		"x = y / math.floor(a.b / 2) -- unpack(":       "x = y / (a.b // 2) -- unpack(",
		"x = math.floor((a + b) / 2)":                  "",
		"x = math.pow(a, 2) + 1":                       "x = (a ^ 2) + 1",
		"x = foo.unpack(t) + self:unpack(t)":           "",
		"if bit.band(flags, mask) ~= 0 then x() end":   "if (flags & mask) ~= 0 then x() end",
		"print('unpack(x)', #t, table.getn(self.all))": "print('unpack(x)', #t, #self.all)",
	} {
		got := ""
		if c := d.Before(nil, nil, code); c != nil {
			got = c.Code
		}
		if got != want {
			t.Errorf("%q:\n got %q\nwant %q", code, got, want)
		}
	}
}
