package tokenizer

import "unicode/utf8"

// The byte-level alphabet of GPT-2: a byte that is a printable, non-blank Latin-1 character stands for itself, the other
// 68 are the characters from U+0100 on, in order.

// alphabetRune returns the character that spells byte b.
func alphabetRune(b byte) rune {
	switch {
	case b <= ' ':
		return 0x100 + rune(b)
	case b >= 0x7F && b <= 0xA0:
		return 0x121 + rune(b) - 0x7F
	case b == 0xAD:
		return 0x143
	}
	return rune(b)
}

// alphabetByte is the inverse of alphabetRune.
func alphabetByte(r rune) (b byte, ok bool) {
	switch {
	case r > ' ' && r < 0x7F, r > 0xA0 && r <= 0xFF && r != 0xAD:
		return byte(r), true
	case r >= 0x100 && r <= 0x120:
		return byte(r - 0x100), true
	case r >= 0x121 && r <= 0x142:
		return byte(r - 0x121 + 0x7F), true
	case r == 0x143:
		return 0xAD, true
	}
	return 0, false
}

// appendPiece appends the bytes that the spelling of a piece stands for. The piece is literal when the spelling has a
// character outside the alphabet, and then stands for itself.
func appendPiece(dst []byte, spelling []byte) (raw []byte, literal bool) {
	raw = dst
	for i := 0; i < len(spelling); {
		if c := spelling[i]; c > ' ' && c < 0x7F {
			raw = append(raw, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(spelling[i:])
		b, ok := alphabetByte(r)
		if !ok {
			return append(dst, spelling...), true
		}
		raw = append(raw, b)
		i += n
	}
	return raw, false
}

// spell is the inverse of appendPiece for a piece that is not literal.
func spell(raw []byte) string {
	s := make([]byte, 0, 2*len(raw))
	for _, b := range raw {
		s = utf8.AppendRune(s, alphabetRune(b))
	}
	return string(s)
}

// repair replaces each maximal broken part of s by U+FFFD, as the Unicode standard recommends and as Rust and Python do:
// a character that is cut short gives one U+FFFD, not one for each of its bytes.
func repair(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string(appendRepaired(make([]byte, 0, len(s)+8), []byte(s)))
}

func appendRepaired(dst, s []byte) []byte {
	for len(s) > 0 {
		if s[0] < utf8.RuneSelf {
			dst = append(dst, s[0])
			s = s[1:]
			continue
		}
		r, n := utf8.DecodeRune(s)
		if r == utf8.RuneError && n == 1 {
			n = brokenLen(s)
		}
		dst = utf8.AppendRune(dst, r)
		s = s[n:]
	}
	return dst
}

// brokenLen returns the length of the maximal broken part at the start of s, which does not start with a valid
// character: the longest beginning of a valid character, or one byte when there is none.
func brokenLen(s []byte) int {
	first, second := s[0], [2]byte{0x80, 0xBF}
	size := 1
	switch {
	case first >= 0xC2 && first <= 0xDF:
		size = 2
	case first >= 0xE0 && first <= 0xEF:
		size = 3
	case first >= 0xF0 && first <= 0xF4:
		size = 4
	}
	switch first {
	case 0xE0:
		second[0] = 0xA0
	case 0xED:
		second[1] = 0x9F
	case 0xF0:
		second[0] = 0x90
	case 0xF4:
		second[1] = 0x8F
	}
	n := 1
	for n < size && n < len(s) && s[n] >= second[0] && s[n] <= second[1] {
		second = [2]byte{0x80, 0xBF}
		n++
	}
	return n
}

// wholeLen returns the length of s without a last character that is only begun.
func wholeLen(s []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		tail := s[len(s)-n:]
		if utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return len(s) - n
			}
			break
		}
	}
	return len(s)
}
