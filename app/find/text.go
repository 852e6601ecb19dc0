package find

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain returns the words of body HTML that app/markup wrote, with a line break between blocks, so that words of two
// paragraphs never run together and phrases do not reach across.
func plain(body string) string {
	var b strings.Builder
	b.Grow(len(body))
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.WriteString(html.UnescapeString(string(z.Raw())))
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Em, atom.Strong, atom.Del, atom.Code, atom.A, atom.Span, atom.Sup: // within a word
			default:
				b.WriteByte('\n')
			}
		}
	}
}
