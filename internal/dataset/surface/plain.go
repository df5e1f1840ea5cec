package surface

import (
	"html"
	"regexp"
	"strings"
)

const longestDoc = 160 // bytes of a line of documentation

var (
	markupReference = regexp.MustCompile(`\[(?:param|member|method|signal|constant|enum|annotation|constructor|operator|theme_item)\s+([^\]\s]+)\]`)
	markupType      = regexp.MustCompile(`\[([A-Z@]\w*)\]`)
	markupTag       = regexp.MustCompile(`\[/?[a-z]+(?:[ =][^\]]*)?\]`)
	htmlTag         = regexp.MustCompile(`<[^>]*>`)
	sentence        = regexp.MustCompile(`^(.*?[\pL\d)\]\x60'"][.!?])(?:\s|$)`)
)

// plain turns documentation into its first sentence, without markup.
func plain(doc string) string {
	const enough = 2000 // bytes, of which the first sentence is read
	doc = strings.TrimSpace(doc)
	doc = strings.ToValidUTF8(doc[:min(enough, len(doc))], "")
	doc = markupReference.ReplaceAllString(doc, "$1")
	doc = markupType.ReplaceAllString(doc, "$1")
	doc = markupTag.ReplaceAllString(doc, "")
	return firstSentence(doc)
}

// plainHTML is plain for a piece of HTML.
func plainHTML(doc string) string {
	return firstSentence(html.UnescapeString(htmlTag.ReplaceAllString(doc, " ")))
}

// firstSentence returns the first sentence on one line, cut to a bearable length.
func firstSentence(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	if m := sentence.FindStringSubmatch(doc); m != nil {
		doc = m[1]
	}
	if len(doc) > longestDoc {
		doc = strings.ToValidUTF8(doc[:longestDoc], "") + "…"
	}
	return doc
}
