// Package feeds writes what is published in the two forms that feed readers take: Atom (RFC 4287) and JSON Feed 1.1.
//
// Both are written from one Feed, so that they cannot say different things. Addresses in the content are made absolute,
// because a reader shows it far from the page it was written for.
package feeds

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// The content types of the two forms.
const (
	AtomType = "application/atom+xml; charset=utf-8"
	JSONType = "application/feed+json; charset=utf-8"
)

// Feed is what a feed says. Every address in it is absolute.
type Feed struct {
	Title       string
	Description string
	Home        string // address of the page it belongs to
	Atom, JSON  string // addresses of the feed itself in each form; JSON may be "" when there is only Atom
	Updated     time.Time
	Entries     []Entry
}

// Entry is one post or thread.
type Entry struct {
	ID                 string // address that stays the same for ever
	URL                string
	Title              string
	Summary            string // plain text
	HTML               string // "" when only the summary is given
	Image              string
	Authors            []string
	Tags               []string
	Published, Updated time.Time
}

// updated is when anything in f changed last.
func (f Feed) updated() time.Time {
	last := f.Updated
	for _, e := range f.Entries {
		if e.Updated.After(last) {
			last = e.Updated
		}
	}
	return last.UTC()
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Links      []atomLink     `xml:"link"`
	Authors    []atomPerson   `xml:"author"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary,omitempty"`
	Content    *atomText      `xml:"content"`
}

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Links    []atomLink  `xml:"link"`
	Author   *atomPerson `xml:"author"`
	Entries  []atomEntry `xml:"entry"`
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// AtomOf returns f as an Atom feed. An entry without an author has the feed's, as RFC 4287 wants one of the two.
func AtomOf(f Feed) ([]byte, error) {
	out := atomFeed{
		Lang: "en", ID: f.Home, Title: clean(f.Title), Subtitle: clean(f.Description), Updated: stamp(f.updated()), Author: &atomPerson{clean(f.Title)},
		Links: []atomLink{{"self", "application/atom+xml", f.Atom}, {"alternate", "text/html", f.Home}},
	}
	for _, e := range f.Entries {
		entry := atomEntry{
			ID: e.ID, Title: clean(e.Title), Published: stamp(e.Published), Updated: stamp(e.Updated), Summary: clean(e.Summary),
			Links: []atomLink{{"alternate", "text/html", e.URL}},
		}
		for _, a := range e.Authors {
			entry.Authors = append(entry.Authors, atomPerson{clean(a)})
		}
		for _, t := range e.Tags {
			entry.Categories = append(entry.Categories, atomCategory{clean(t)})
		}
		if e.HTML != "" {
			entry.Content = &atomText{"html", clean(e.HTML)}
		}
		out.Entries = append(out.Entries, entry)
	}
	body, err := xml.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write feed %s: %w", f.Atom, err)
	}
	return append([]byte(xml.Header), body...), nil
}

// clean takes away what XML 1.0 has no way to write. encoding/xml would write U+FFFD for each, which says no more.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
}

type jsonAuthor struct {
	Name string `json:"name"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	HTML      string       `json:"content_html,omitempty"`
	Text      string       `json:"content_text,omitempty"` // one of the two is required
	Summary   string       `json:"summary,omitempty"`
	Image     string       `json:"image,omitempty"`
	Published string       `json:"date_published"`
	Modified  string       `json:"date_modified"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
}

type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	Home        string     `json:"home_page_url"`
	Feed        string     `json:"feed_url"`
	Description string     `json:"description,omitempty"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

// JSONOf returns f as a JSON Feed.
func JSONOf(f Feed) ([]byte, error) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.Home, Feed: f.JSON, Description: f.Description, Language: "en", Items: []jsonItem{},
	}
	for _, e := range f.Entries {
		item := jsonItem{
			ID: e.ID, URL: e.URL, Title: e.Title, HTML: e.HTML, Summary: e.Summary, Image: e.Image, Published: stamp(e.Published), Modified: stamp(e.Updated), Tags: e.Tags,
		}
		if e.HTML == "" {
			item.Text = e.Summary
		}
		for _, a := range e.Authors {
			item.Authors = append(item.Authors, jsonAuthor{a})
		}
		out.Items = append(out.Items, item)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write feed %s: %w", f.JSON, err)
	}
	return body, nil
}

// Tag returns an entity tag for body. It is weak, because the same feed may travel compressed.
func Tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// Changed returns when f changed last, for Last-Modified.
func (f Feed) Changed() time.Time { return f.updated() }

// Absolute returns HTML that was made safe with the addresses of links and pictures made absolute: base is the hub's
// address, page that of the page the HTML is on, to which links within it lead.
func Absolute(safe, base, page string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(safe)); ; {
		if z.Next() == html.ErrorToken {
			return b.String() // the end: a reader of a string has no other error
		}
		t := z.Token()
		for i, a := range t.Attr {
			if a.Key != "href" && a.Key != "src" {
				continue
			}
			switch {
			case strings.HasPrefix(a.Val, "#"):
				t.Attr[i].Val = page + a.Val
			case strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//"):
				t.Attr[i].Val = base + a.Val
			}
		}
		b.WriteString(t.String())
	}
}
