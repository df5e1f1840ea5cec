package jinja

import (
	"fmt"
	"strings"
	"time"
)

// strftime formats a local time as Python's datetime.strftime does in the C locale of a Linux machine.
func strftime(t time.Time, format string) (Value, *Error) {
	var b strings.Builder
	for format != "" {
		i := strings.IndexByte(format, '%')
		if i < 0 || i+1 == len(format) {
			b.WriteString(format)
			break
		}
		b.WriteString(format[:i])
		format = format[i+1:]
		plain := ""
		if format[0] == '-' && len(format) > 1 {
			plain, format = "-", format[1:]
		}
		s, ok := directiveText(t, format[0])
		if !ok {
			return nil, unsupportedf("the directive %%%s%c of strftime", plain, format[0])
		}
		if plain != "" {
			s = strings.TrimLeft(s, "0 ")
			if s == "" {
				s = "0"
			}
		}
		b.WriteString(s)
		format = format[1:]
	}
	return b.String(), nil
}

// layouts are the directives that one of Go's layouts gives.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02", 'e': "_2",
	'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM", 'P': "pm", 'S': "05", 'y': "06", 'Y': "2006",
	'x': "01/02/06", 'X': "15:04:05", 'D': "01/02/06", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'r': "03:04:05 PM",
	'j': "002",
}

// literals are the directives that do not look at the time; that of the time zone is empty, as the time has none.
var literals = map[byte]string{'%': "%", 'n': "\n", 't': "\t", 'z': "", 'Z': ""}

func directiveText(t time.Time, c byte) (string, bool) {
	if layout, ok := layouts[c]; ok {
		return t.Format(layout), true
	}
	if text, ok := literals[c]; ok {
		return text, true
	}
	year, week := t.ISOWeek()
	sunday, monday := int(t.Weekday()), (int(t.Weekday())+6)%7 // days since
	field, ok := map[byte]struct {
		format string
		value  int
	}{
		'f': {"%06d", t.Nanosecond() / 1000},
		'k': {"%2d", t.Hour()},
		'l': {"%2d", (t.Hour()+11)%12 + 1},
		'C': {"%02d", t.Year() / 100},
		'u': {"%d", monday + 1},
		'w': {"%d", sunday},
		'U': {"%02d", (t.YearDay() + 6 - sunday) / 7},
		'W': {"%02d", (t.YearDay() + 6 - monday) / 7},
		'V': {"%02d", week},
		'G': {"%04d", year},
		'g': {"%02d", year % 100},
	}[c]
	return fmt.Sprintf(field.format, field.value), ok
}
