package signals

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
)

// How much of a feed is kept.
const (
	maxEntries = 200 // the latest
	maxTitle   = 300 // runes
	maxSummary = 600 // runes
	maxGUID    = 500 // bytes
	maxMarkup  = 64 << 10
)

// feed is what a site publishes.
type feed struct {
	title   string
	entries []entry // the latest first
}

// entry is one thing a feed tells of, in plain text.
type entry struct {
	guid      string
	url       string
	title     string
	summary   string
	published time.Time // when the feed does not say, that it was found
}

// readFeed reads an RSS, Atom or JSON feed that came from base. What has no address on the web, or no words, is left out; what is
// dated after now is of now.
func readFeed(body []byte, base *url.URL, now time.Time) (f feed, err error) {
	// SECURITY: what a stranger sends must not end the hub, whatever the library thinks of it.
	defer func() {
		if wrong := recover(); wrong != nil {
			f, err = feed{}, &refusal{text: notFeed, cause: fmt.Errorf("parse feed: %v", wrong)}
		}
	}()
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil && !utf8.Valid(body) { // the feed does not say what it is written in: as old software in the west wrote it
		if decoded, wrong := charmap.Windows1252.NewDecoder().Bytes(body); wrong == nil {
			parsed, err = gofeed.NewParser().Parse(bytes.NewReader(decoded))
		}
	}
	if err != nil || parsed == nil {
		return feed{}, &refusal{text: notFeed, cause: err}
	}
	f.title = words(parsed.Title, maxTitle)
	if home, err := base.Parse(strings.TrimSpace(parsed.Link)); err == nil && parsed.Link != "" {
		base = home
	}
	for _, item := range parsed.Items {
		if item == nil {
			continue
		}
		if e, ok := readEntry(item, base, now); ok {
			f.entries = append(f.entries, e)
		}
	}
	slices.SortStableFunc(f.entries, func(a, b entry) int { return b.published.Compare(a.published) })
	f.entries = f.entries[:min(len(f.entries), maxEntries)]
	return f, nil
}

const notFeed = "What is at this address is no feed: neither RSS nor Atom nor JSON Feed."

func readEntry(item *gofeed.Item, base *url.URL, now time.Time) (entry, bool) {
	e := entry{title: words(item.Title, maxTitle), summary: words(cmp.Or(item.Description, item.Content), maxSummary), published: now}
	link := strings.TrimSpace(item.Link)
	if link == "" && len(item.Links) > 0 {
		link = strings.TrimSpace(item.Links[0])
	}
	at, err := base.Parse(link)
	if err != nil || link == "" {
		return entry{}, false
	}
	if at, err = webAddress(at.String()); err != nil {
		return entry{}, false
	}
	e.url = at.String()
	if len(e.url) > maxAddress {
		return entry{}, false
	}
	if e.title == "" {
		e.title = clip(e.summary, 100)
	}
	if e.title == "" {
		return entry{}, false
	}
	if e.summary == e.title {
		e.summary = ""
	}
	switch {
	case item.PublishedParsed != nil:
		e.published = item.PublishedParsed.UTC()
	case item.UpdatedParsed != nil:
		e.published = item.UpdatedParsed.UTC()
	}
	if e.published.After(now) || e.published.Year() < 1970 {
		e.published = now
	}
	e.guid = cmp.Or(strings.ToValidUTF8(strings.ReplaceAll(strings.TrimSpace(item.GUID), "\x00", ""), ""), e.url)
	if len(e.guid) > maxGUID {
		sum := sha256.Sum256([]byte(e.guid))
		e.guid = hex.EncodeToString(sum[:])
	}
	return e, true
}

// words returns the words of a piece of HTML as a line of plain text of at most n characters.
//
// SECURITY: this is the only way from a feed into a page. It keeps text alone, and templates escape it.
func words(fragment string, n int) string {
	if len(fragment) > maxMarkup {
		fragment = fragment[:maxMarkup]
	}
	var b strings.Builder
	silent := 0 // within what is not shown
	for z := html.NewTokenizer(strings.NewReader(fragment)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return clip(b.String(), n)
		case html.TextToken:
			if silent == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Script, atom.Style, atom.Template, atom.Svg, atom.Iframe, atom.Noscript:
				switch kind {
				case html.StartTagToken:
					silent++
				case html.EndTagToken:
					silent = max(0, silent-1)
				}
			case atom.A, atom.B, atom.Em, atom.I, atom.Strong, atom.Span, atom.Code, atom.Sub, atom.Sup, atom.Abbr, atom.Mark, atom.U: // within a word
			default:
				b.WriteByte(' ')
			}
		}
	}
}

// clip makes one line of s, and cuts it at a word when it has more than n characters.
func clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := string(runes[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:–-") + "…"
}

// feedOf returns the address of the first feed that a page names as its own, "" when it names none.
func feedOf(page []byte, base *url.URL) string {
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom == atom.Body {
				return ""
			}
			if t.DataAtom != atom.Link {
				continue
			}
			var rel, kind, href string
			for _, a := range t.Attr {
				switch a.Key {
				case "rel":
					rel = strings.ToLower(a.Val)
				case "type":
					kind = strings.ToLower(a.Val)
				case "href":
					href = a.Val
				}
			}
			if !slices.Contains(strings.Fields(rel), "alternate") || !slices.Contains(feedTypes, kind) {
				continue
			}
			if at, err := base.Parse(strings.TrimSpace(href)); err == nil {
				return at.String()
			}
		}
	}
}

var feedTypes = []string{"application/rss+xml", "application/atom+xml", "application/feed+json"}
