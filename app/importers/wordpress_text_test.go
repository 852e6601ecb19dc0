package importers

import (
	"strings"
	"testing"
	"unicode/utf8"

	"watercooler/app/markup"
	"watercooler/app/topics"
)

func newWordPressText() *wordpressText {
	return &wordpressText{
		address: func(s string) string {
			return strings.Replace(s, "https://old.example/uploads/a.jpg", "/files/ab.jpg", 1)
		},
		gallery: func(ids []string) []wordpressPicture {
			if len(ids) == 0 {
				return nil
			}
			return []wordpressPicture{{address: "/files/cd.jpg", alt: "The ford", caption: "In <em>May</em>"}}
		},
		shortcodes: map[string]int{}, blocks: map[string]int{},
	}
}

// TestWordPressText: bodies as WordPress stores them, and the Markdown that shows what WordPress showed.
func TestWordPressText(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"lines are paragraphs", "One\ntwo\n\nThree\n\n\n\nFour", "One\ntwo\n\nThree\n\nFour"},
		{"of Windows and old Macs", "One\r\n\r\nTwo\rthree", "One\n\nTwo\nthree"},
		{"with tags inside", "One <em>two</em>\n<strong>three</strong>\n\nfour", "One *two*\n**three**\n\nfour"},
		{"beside blocks", "Before\n<h2>Head</h2>\nafter\n\n<ul>\n<li>a</li>\n\n<li>b</li>\n</ul>\nend", "Before\n\n## Head\n\nafter\n\n- a\n- b\n\nend"},
		{"a break already", "one<br />\ntwo", "one\ntwo"},
		{"paragraphs in a quotation", "<blockquote>one\n\ntwo</blockquote>", "> one\n>\n> two"},
		{"code keeps its lines", "<pre>a\n\n  b</pre>\n\nc", "```\na\n\n  b\n```\n\nc"},
		{"blocks of Gutenberg", "<!-- wp:paragraph -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>Three</p>\n<!-- /wp:paragraph -->", "One two\n\nThree"},
		{"the rest of a post", "Start\n<!--more Go on-->\nRest", "Start\n\nRest"},
		{"pages of a post", "One\n<!--nextpage-->\nTwo", "One\n\n---\n\nTwo"},
		{"a picture of the site", `<img src="https://old.example/uploads/a.jpg" alt="A" />`, "![A](/files/ab.jpg)"},
		{"a picture elsewhere", `<img src="https://x.example/a.jpg" alt="A" />`, "[Picture: A](https://x.example/a.jpg)"},
		{"a caption", `[caption id="attachment_1" width="300"]<img src="https://old.example/uploads/a.jpg" alt="A" /> The <b>depot</b>[/caption] after`, "![A](/files/ab.jpg)\n\nThe **depot**\n\nafter"},
		{"an older caption", `[caption caption="The depot"]<a href="https://x.example/"><img src="https://old.example/uploads/a.jpg" alt="A" /></a>[/caption]`, "[![A](/files/ab.jpg)](https://x.example/)\n\nThe depot"},
		{"a gallery", "Look\n[gallery ids=\"1,2\"]\nend", "Look\n\n![The ford](/files/cd.jpg)\n\nIn *May*\n\nend"},
		{"an empty gallery", "Look [gallery] here", "Look here"},
		{"an embedded page", "[embed width=\"1\"]https://x.example/v[/embed]", "<https://x.example/v>"},
		{"sound", `[audio mp3="https://x.example/a/talk.mp3"][/audio]`, "[talk.mp3](https://x.example/a/talk.mp3)"},
		{"code of wordpress.com", "[code language=\"css\"]\na { b: c }\n\n[caption]x[/caption]\n[/code]", "```css\na { b: c }\n\n[caption]x[/caption]\n```"},
		{"a shortcode that is shown", "Write [[gallery]] for one", "Write \\[gallery\\] for one"},
		{"brackets", "As they said [sic] in [1]", "As they said \\[sic\\] in \\[1\\]"},
		{"of a plugin", `[contact-form to="x"]y[/contact-form]`, `\[contact-form to="x"\]y\[/contact-form\]`},
		{"nothing", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := newWordPressText().markdown(tc.body); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

// TestWordPressTextCounts: what stays behind is counted.
func TestWordPressTextCounts(t *testing.T) {
	w := newWordPressText()
	w.markdown("[contact-form to=\"x\"]y[/contact-form] [gallery] [sic]\n<!-- wp:latest-posts {\"a\":1} /-->\n<!-- wp:search /-->")
	if w.shortcodes["contact-form"] != 1 || w.shortcodes["gallery"] != 1 || len(w.shortcodes) != 2 {
		t.Errorf("shortcodes: got %v", w.shortcodes)
	}
	if w.blocks["latest-posts"] != 1 || w.blocks["search"] != 1 || len(w.blocks) != 2 {
		t.Errorf("blocks: got %v", w.blocks)
	}
}

func FuzzWordPressText(f *testing.F) {
	f.Add("One\n\n<pre>two\n\n[caption]<img src=x>[/caption]<!--more--><!-- wp:x /-->[gallery ids=1]")
	f.Add("[code]\x00[/code]\x00<blockquote>\n\n<ul><li>\n\n<table>")
	f.Fuzz(func(t *testing.T, body string) {
		text := newWordPressText().markdown(body)
		if utf8.ValidString(body) && !utf8.ValidString(text) {
			t.Errorf("not UTF-8: %q", text)
		}
		if _, err := markup.Render(text, markup.Options{Max: markup.MaxArticle}); err != nil && markup.Check(text, markup.MaxArticle) == nil {
			t.Errorf("render %q: %v", text, err)
		}
	})
}

// FuzzWXR reads arbitrary bytes as an export, to the Markdown of every text.
func FuzzWXR(f *testing.F) {
	f.Add([]byte(smallWXR))
	f.Add([]byte(`<rss><channel><wp:wxr_version>1.2</wp:wxr_version><item></item></channel></rss>`))
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1252"?><rss><channel>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x := &wordpress{
			run: &run{report: &Report{}}, file: fuzzFile(t, raw), authors: map[string]*wordpressAuthor{}, byUser: map[string]*wordpressAuthor{},
			commenters: map[string]*wordpressAuthor{}, terms: map[string]topics.Record{}, items: map[string]*wordpressItem{}, paths: map[string]string{},
			uploads: map[string]*wordpressFile{}, byAddress: map[string]*wordpressFile{}, below: map[string][]*wordpressFile{}, left: map[string]int{},
		}
		x.text = wordpressText{address: x.address, gallery: x.gallery, shortcodes: map[string]int{}, blocks: map[string]int{}}
		_, err := readWXR(t.Context(), x.file, wxrVisitor{site: x.keepSite, author: x.keepAuthor, term: x.keepTerm, item: func(i *wxrItem) error {
			if err := x.keepItem(i); err != nil {
				return err
			}
			if noun, reason := i.becomes(); reason == "" && noun != wordpressUp {
				if _, err := markup.Render(x.body(i), markup.Options{Max: markup.MaxArticle}); err != nil {
					t.Errorf("render item %s: %v", i.ID, err)
				}
			}
			return nil
		}})
		mustBeInvalid(t, err)
	})
}

// smallWXR is an export with one post.
const smallWXR = `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
	<title>Ford &amp; bridge</title><link>https://blog.example</link><wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_blog_url>https://blog.example</wp:base_blog_url>
	<wp:author><wp:author_id>1</wp:author_id><wp:author_login>ann</wp:author_login><wp:author_display_name>Ann</wp:author_display_name></wp:author>
	<wp:category><wp:category_nicename>roads</wp:category_nicename><wp:cat_name>Roads</wp:cat_name></wp:category>
	<item><title>One</title><link>https://blog.example/2020/01/one/</link><dc:creator>ann</dc:creator>
		<content:encoded><![CDATA[Text

more]]></content:encoded><excerpt:encoded></excerpt:encoded>
		<wp:post_id>1</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:post_name>one</wp:post_name>
		<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>
</channel></rss>`
