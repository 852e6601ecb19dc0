package markup

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// policy lists every element and attribute this package emits, and nothing else.
//
// SECURITY: what is not listed here does not reach a page. No style, no on*, no class that we do not write ourselves.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li",
		"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "sup", "div", "span")

	id := regexp.MustCompile(`^[a-z0-9][a-z0-9:_-]*$`)
	p.AllowAttrs("id").Matching(id).OnElements("h2", "h3", "h4", "h5", "h6", "sup", "li")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^[a-z0-9]{1,12}$`)).OnElements("span") // chroma's
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^chroma$`)).OnElements("pre")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(table-scroll|footnotes)$`)).OnElements("div")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(mention|topic|footnote-ref|footnote-backref)$`)).OnElements("a")
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^(group|doc-endnotes|doc-noteref|doc-backlink)$`)).OnElements("div", "a")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre", "div")
	p.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^[A-Za-z ]+$`)).OnElements("div", "input")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")

	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^nofollow ugc noopener$`)).OnElements("a")
	p.AllowAttrs("title").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.RequireParseableURLs(true)
	return p
})

// sanitise returns rendered HTML with everything removed that the policy does not list.
func sanitise(rendered []byte) string { return string(policy().SanitizeBytes(rendered)) }

// plainText returns the words of safe HTML: all of them for the index, and without code, tables and notes for an excerpt.
func plainText(safe string) (full, short string) {
	var all, lead strings.Builder
	skip := 0 // depth inside elements that an excerpt leaves out
	z := html.NewTokenizer(strings.NewReader(safe))
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			full, short = squeeze(all.String()), squeeze(lead.String())
			if short == "" {
				short = full
			}
			return full, strings.ReplaceAll(short, "\n", " ")
		case html.TextToken:
			t := z.Text()
			all.WriteString(html.UnescapeString(string(t)))
			if skip == 0 {
				lead.WriteString(html.UnescapeString(string(t)))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			switch a {
			case atom.Em, atom.Strong, atom.Del, atom.Code, atom.A, atom.Span, atom.Sup: // within a word
			default:
				all.WriteByte('\n')
				if skip == 0 {
					lead.WriteByte(' ')
				}
			}
			if a == atom.Pre || a == atom.Table || a == atom.Sup || a == atom.Blockquote {
				switch kind {
				case html.StartTagToken:
					skip++
				case html.EndTagToken:
					skip = max(0, skip-1)
				}
			}
		}
	}
}

// squeeze makes runs of white space one space, or one line break where the run held one, and drops the arrows of footnotes.
func squeeze(s string) string {
	var b bytes.Buffer
	b.Grow(len(s))
	var gap byte
	for _, r := range s {
		switch {
		case r == '\n':
			gap = '\n'
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
		case r == '↩' || r == '\uFE0E':
		default:
			if gap != 0 && b.Len() > 0 {
				b.WriteByte(gap)
			}
			gap = 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

// clip returns at most n runes of s, ending on a whole word and with an ellipsis where something was left out.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)[:n-1]
	cut := len(runes)
	for i := len(runes) - 1; i > n/2; i-- {
		if unicode.IsSpace(runes[i]) {
			cut = i
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(".,;:–—-(", r)
	}) + "…"
}
