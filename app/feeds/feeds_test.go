package feeds_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"

	"watercooler/app/feeds"
)

var (
	noon  = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)
	later = noon.Add(26 * time.Hour)
)

func full() feeds.Feed {
	return feeds.Feed{
		Title: "Zofia <& co>", Description: "On libraries", Home: "https://hub.example/blog/zofia", Atom: "https://hub.example/blog/zofia/feed.atom",
		JSON: "https://hub.example/blog/zofia/feed.json", Updated: noon,
		Entries: []feeds.Entry{
			{ID: "https://hub.example/threads/2", URL: "https://hub.example/blog/zofia/two", Title: "Two \x01& a half", Summary: "Why <two>?", HTML: `<p>Two ]]> &amp; <a href="https://hub.example/x">x</a></p>`,
				Image: "https://hub.example/files/2", Authors: []string{"Zofia Kowalska", "Ben Chaffe"}, Tags: []string{"Libraries", "Wi-fi"}, Published: noon, Updated: later},
			{ID: "https://hub.example/threads/1", URL: "https://hub.example/blog/zofia/one", Title: "One", Summary: "How it begins", Published: noon, Updated: noon},
		},
	}
}

// TestAtomIsAtom reads what was written with the parser of a feed reader.
func TestAtomIsAtom(t *testing.T) {
	body, err := feeds.AtomOf(full())
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&atom.Parser{}).Parse(strings.NewReader(string(body)))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if got.Title != "Zofia <& co>" || got.Subtitle != "On libraries" || got.ID != "https://hub.example/blog/zofia" || got.Updated != "2027-03-05T14:00:00Z" || len(got.Authors) != 1 {
		t.Errorf("feed: got %+v", got)
	}
	links := map[string]string{}
	for _, l := range got.Links {
		links[l.Rel] = l.Href
	}
	if links["self"] != "https://hub.example/blog/zofia/feed.atom" || links["alternate"] != "https://hub.example/blog/zofia" {
		t.Errorf("links of the feed: got %v", links)
	}
	if len(got.Entries) != 2 {
		t.Fatalf("got %d entries", len(got.Entries))
	}
	e := got.Entries[0]
	if e.ID != "https://hub.example/threads/2" || e.Title != "Two & a half" || e.Summary != "Why <two>?" || e.Published != "2027-03-04T12:00:00Z" || e.Updated != "2027-03-05T14:00:00Z" {
		t.Errorf("entry: got %+v", e)
	}
	if e.Content == nil || e.Content.Type != "html" || e.Content.Value != `<p>Two ]]> &amp; <a href="https://hub.example/x">x</a></p>` {
		t.Errorf("content: got %+v", e.Content)
	}
	if len(e.Authors) != 2 || e.Authors[1].Name != "Ben Chaffe" || len(e.Categories) != 2 || e.Categories[1].Term != "Wi-fi" || len(e.Links) != 1 || e.Links[0].Href != "https://hub.example/blog/zofia/two" {
		t.Errorf("authors, categories, links: got %+v %+v %+v", e.Authors, e.Categories, e.Links)
	}
	if other := got.Entries[1]; other.Content != nil || other.Summary != "How it begins" {
		t.Errorf("an entry without content: got %+v", other)
	}
}

func TestJSONIsJSONFeed(t *testing.T) {
	body, err := feeds.JSONOf(full())
	if err != nil {
		t.Fatal(err)
	}
	got, err := gofeed.NewParser().ParseString(string(body))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if got.FeedType != "json" || got.FeedVersion != "https://jsonfeed.org/version/1.1" || len(got.Items) != 2 || got.Items[0].Title != "Two \x01& a half" || len(got.Items[0].Authors) != 2 || len(got.Items[0].Categories) != 2 {
		t.Errorf("got %+v", got)
	}
	var raw struct {
		Version  string `json:"version"`
		Home     string `json:"home_page_url"`
		FeedURL  string `json:"feed_url"`
		Language string `json:"language"`
		Items    []map[string]any
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		t.Fatal(err)
	}
	if raw.Version != "https://jsonfeed.org/version/1.1" || raw.Home != full().Home || raw.FeedURL != full().JSON || raw.Language != "en" {
		t.Errorf("got %+v", raw)
	}
	for i, item := range raw.Items {
		_, html := item["content_html"]
		_, text := item["content_text"]
		if item["id"] == "" || html == text {
			t.Errorf("item %d: want an id, and content in one form: %v", i, item)
		}
	}
}

func TestEmptyFeedsAreFeeds(t *testing.T) {
	f := feeds.Feed{Title: "Nothing", Home: "https://hub.example/blogs", Atom: "https://hub.example/feed.atom", JSON: "https://hub.example/feed.json"}
	for _, write := range []func(feeds.Feed) ([]byte, error){feeds.AtomOf, feeds.JSONOf} {
		body, err := write(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := gofeed.NewParser().ParseString(string(body)); err != nil || len(got.Items) != 0 || got.Title != "Nothing" {
			t.Errorf("got %+v, %v\n%s", got, err, body)
		}
	}
}

func TestAbsolute(t *testing.T) {
	const base, page = "https://hub.example", "https://hub.example/blog/z/one"
	cases := []struct{ name, in, want string }{
		{"link", `<p><a href="/threads/1">x</a></p>`, `<p><a href="https://hub.example/threads/1">x</a></p>`},
		{"picture", `<img src="/files/1" alt="A &amp; B" loading="lazy">`, `<img src="https://hub.example/files/1" alt="A &amp; B" loading="lazy">`},
		{"within the page", `<a href="#part">x</a>`, `<a href="https://hub.example/blog/z/one#part">x</a>`},
		{"elsewhere", `<a href="https://x.example/?a=1&amp;b=2">x</a>`, `<a href="https://x.example/?a=1&amp;b=2">x</a>`},
		{"text that looks like it", `<code>href=&#34;/x&#34; &lt;a href=/y&gt;</code>`, `<code>href=&#34;/x&#34; &lt;a href=/y&gt;</code>`},
		{"nothing", ``, ``},
	}
	for _, c := range cases {
		if got := feeds.Absolute(c.in, base, page); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTagFollowsTheText(t *testing.T) {
	if a, b := feeds.Tag([]byte("a")), feeds.Tag([]byte("b")); a == b || a != feeds.Tag([]byte("a")) {
		t.Errorf("got %s and %s", a, b)
	}
}
