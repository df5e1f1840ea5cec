package tokenizer

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// eachRune goes through all code points but the planes in which none is assigned or all are private.
func eachRune(f func(r rune)) {
	for r := rune(0); r < 0xE0200; r++ {
		if r == 0x33480 {
			r = 0xE0000
		}
		if utf8.ValidRune(r) {
			f(r)
		}
	}
}

// matcherOf returns which characters the matches of a regular expression consist of.
func matcherOf(t *testing.T, pattern string) func(r rune) bool {
	re, err := compileRegex(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	eachRune(func(r rune) { all.WriteRune(r) })
	in := make([]bool, unicode.MaxRune+1)
	for _, x := range re.find(nil, all.String()) {
		if !x.match {
			continue
		}
		for _, r := range all.String()[x.start:x.end] {
			in[r] = true
		}
	}
	return func(r rune) bool { return in[r] }
}

func TestClasses(t *testing.T) {
	g := loadGolden(t)
	has := func(mask class) func(r rune) bool {
		return func(r rune) bool { return classes().of(r)&mask != 0 }
	}
	with := map[string]func(r rune) bool{
		"L": has(letter), "N": has(number), "M": has(mark), "space": has(space), "word": isWordRune, "numeric": isNumeric,
	}
	for name, want := range g.Unicode.Classes {
		var ways []func(r rune) bool
		if f := with[name]; f != nil {
			ways = append(ways, f)
		}
		switch name {
		case "space":
			ways = append(ways, matcherOf(t, `\s+`))
		case "not space":
			ways = append(ways, matcherOf(t, `\S+`))
		case "digit":
			ways = append(ways, matcherOf(t, `\d+`))
		case "s", "k":
			ways = append(ways, matcherOf(t, "(?i:"+name+")+"))
		case "word", "numeric":
		default:
			not := matcherOf(t, `\P{`+name+`}+`)
			ways = append(ways, matcherOf(t, `[\p{`+name+`}]+`), func(r rune) bool { return !not(r) })
		}
		for i, in := range ways {
			var d digest
			eachRune(func(r rune) {
				if in(r) {
					d.line(string(r))
				}
			})
			if d.sum() != want {
				t.Errorf("class %s, way %d, differs from %v", name, i, g.Versions)
			}
		}
	}
}

// TestCamelClasses checks the two halves of a camel-case word, which overlap.
func TestCamelClasses(t *testing.T) {
	upperSet, lowerSet := matcherOf(t, `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+`), matcherOf(t, `[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`)
	eachRune(func(r rune) {
		if c := classes().of(r); (c&upper != 0) != upperSet(r) || (c&lower != 0) != lowerSet(r) {
			t.Fatalf("class %b of %U", c, r)
		}
	})
}

// alike are ideographs and Hangul syllables that normalization treats alike, and what is not assigned between them.
var alike = runes{0x3400, 0x9FFF, 0xAC10, 0xD79F, 0x17000, 0x18CD5, 0x20000, 0x2F7FF, 0x30000, 0xDFFFF}

func TestForms(t *testing.T) {
	g := loadGolden(t)
	for name, want := range g.Unicode.Forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n normalizer = lowercase{}
			if f, ok := forms[name]; ok {
				n = f
			}
			var d digest
			eachRune(func(r rune) {
				if alike.has(r) {
					return
				}
				c := string(r)
				d.line(strings.Join([]string{
					n.normalize(c), n.normalize("a\u0345" + c), n.normalize("e" + c + "\u0323\u0334"), n.normalize("\U00011935" + c),
				}, " "))
			})
			if d.sum() != want {
				t.Errorf("differs from %v", g.Versions)
			}
		})
	}
}

// TestSlowForms compares the two ways to normalize where they have to agree: the library and the algorithm of the
// standard one character at a time.
func TestSlowForms(t *testing.T) {
	pieces := strings.Fields("a e i q A E \u0301 \u0300 \u0302 \u0323 \u0327 \u0345 \u0334 \u05b0 \u05ae é ê ẹ ệ ǭ Å Å ﬁ ㎏ ½ か \u3099 ﾊ ﾞ \u0344 " +
		"한 하 \u1112 \u1161 \u11ab \u093c \u0928 \u0929 \u09c7 \u09be \u0f71 \u0f72 \u0f73 \U0001d15e \u2adc x 中 豈")
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 8000 {
		var b strings.Builder
		for range 1 + rnd.IntN(8) {
			b.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		s := b.String()
		for name, f := range forms {
			want := f.String(s)
			if got := f.slow(s); got != want {
				t.Fatalf("%s of %+q: %+q, the library has %+q", name, s, got, want)
			}
			if got := f.normalize(s); got != want {
				t.Fatalf("%s of %+q: %+q, want %+q", name, s, got, want)
			}
		}
	}
}

// TestManyMarks has runs of marks so long that the library would put a U+034F between them.
func TestManyMarks(t *testing.T) {
	marks := strings.Repeat("\u0301\u0323", 40)
	want := norm.NFC.String("a\u0323") + strings.Repeat("\u0323", 39) + strings.Repeat("\u0301", 40)
	if got := forms["NFC"].normalize("a" + marks); got != want {
		t.Errorf("got %+q, want %+q", got, want)
	}
	// So many that they could not be sorted in quadratic time.
	const n = 1 << 16
	sorted := "\u1ea1" + strings.Repeat("\u0323", n-1) + strings.Repeat("\u0301", n)
	if got := forms["NFC"].normalize("a" + strings.Repeat("\u0301\u0323", n)); got != sorted {
		t.Errorf("%d marks are not sorted", 2*n)
	}
	if norm.NFC.String("a"+marks) == want {
		t.Error("the library handles long runs of marks by now: form.plain need not look for them")
	}
}

// TestPrependToNothing is what is left when another normalizer took the whole text.
func TestPrependToNothing(t *testing.T) {
	if got := normalizeAll([]normalizer{strip{left: true}, prepend("x")}, "  "); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestAlphabet(t *testing.T) {
	seen := map[rune]bool{}
	for b := range 256 {
		r := alphabetRune(byte(b))
		back, ok := alphabetByte(r)
		if !ok || back != byte(b) || seen[r] || unicode.IsSpace(r) || !unicode.IsPrint(r) {
			t.Errorf("byte %#x is spelled %U, which is byte %#x, %v", b, r, back, ok)
		}
		seen[r] = true
	}
	eachRune(func(r rune) {
		if _, ok := alphabetByte(r); ok != seen[r] {
			t.Errorf("%U: in the alphabet %v, want %v", r, ok, seen[r])
		}
	})
}

// TestRepair has the examples of section 3.9 of the Unicode standard.
func TestRepair(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "",
		"aé中😀":                                 "aé中😀",
		"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41": "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA",
		"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41": "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA",
		"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42": "\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffdB",
		"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41": "\ufffd\ufffd\ufffd\ufffdA",
		"a\xe4\xb8":                            "a\ufffd",
		"\xf0\x9f\x98":                         "\ufffd",
		"\xf0\x8f\x98":                         "\ufffd\ufffd\ufffd",
		"\xc3":                                 "\ufffd",
		"\xef\xbf\xbd\x80":                     "\ufffd\ufffd",
	} {
		if got := repair(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
