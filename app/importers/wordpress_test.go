package importers_test

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/auth"
)

// wxr returns an export of blog.example with these items, and with a second author.
func wxr(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
	<title>Fords &amp; bridges</title><link>https://www.blog.example</link><description>Notes</description><wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_blog_url>https://blog.example</wp:base_blog_url>
	<wp:author><wp:author_id>1</wp:author_id><wp:author_login>ann</wp:author_login><wp:author_email>Ann@Council.example</wp:author_email>
		<wp:author_display_name><![CDATA[Ann Ford]]></wp:author_display_name></wp:author>
	<wp:author><wp:author_id>2</wp:author_id><wp:author_login>bob</wp:author_login><wp:author_email>bob@council.example</wp:author_email>
		<wp:author_display_name><![CDATA[bob]]></wp:author_display_name><wp:author_first_name>Bob</wp:author_first_name><wp:author_last_name>Bridge</wp:author_last_name></wp:author>
	<wp:category><wp:category_nicename>rivers</wp:category_nicename><wp:category_parent>water</wp:category_parent><wp:cat_name>Rivers</wp:cat_name></wp:category>
	<wp:category><wp:category_nicename>water</wp:category_nicename><wp:cat_name><![CDATA[Water]]></wp:cat_name><wp:category_description>All of it</wp:category_description></wp:category>
	<wp:tag><wp:tag_slug>fish</wp:tag_slug><wp:tag_name>Fish</wp:tag_name></wp:tag>
	` + strings.Join(items, "\n") + `
</channel></rss>`
}

// wxrItem returns an item; more are further elements, which count more than those it has anyway.
func wxrItem(id, kind, status, title, body string, more ...string) string {
	item := `<item>` + strings.Join(more, "\n")
	for _, e := range []struct{ name, text string }{
		{"title", title}, {"link", "https://blog.example/2020/01/" + id + "/"}, {"dc:creator", "ann"}, {"content:encoded", body}, {"wp:post_id", id},
		{"wp:post_date_gmt", "2020-01-02 03:04:05"}, {"wp:post_name", "post-" + id}, {"wp:status", status}, {"wp:post_type", kind},
	} {
		if !strings.Contains(item, "<"+e.name+">") {
			item += "<" + e.name + "><![CDATA[" + e.text + "]]></" + e.name + ">\n"
		}
	}
	return item + `</item>`
}

func wxrComment(id, more string) string {
	return `<wp:comment><wp:comment_id>` + id + `</wp:comment_id>` + more + `<wp:comment_author>Carla</wp:comment_author>
<wp:comment_author_email>carla@example.org</wp:comment_author_email><wp:comment_date_gmt>2020-02-0` + id[:1] + ` 03:04:05</wp:comment_date_gmt>
<wp:comment_content><![CDATA[Comment ` + id + `

with <b>two</b> paragraphs]]></wp:comment_content></wp:comment>`
}

const approved = `<wp:comment_approved>1</wp:comment_approved>`

// oneOfEach is what the tests below import: of everything one.
func oneOfEach() string {
	return wxr(
		wxrItem("9", "attachment", "inherit", "The ford", "", `<wp:post_parent>1</wp:post_parent>
			<wp:attachment_url>https://blog.example/wp-content/uploads/2020/01/ford.png</wp:attachment_url>
			<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>Stones in water</wp:meta_value></wp:postmeta>`),
		wxrItem("10", "attachment", "inherit", "Gone", "", `<wp:attachment_url>https://blog.example/wp-content/uploads/gone.pdf</wp:attachment_url>`),
		wxrItem("1", "post", "publish", "The &amp; ford", `See <img src="https://blog.example/wp-content/uploads/2020/01/ford-300x200.png" alt="Stones" />

Also <a href="https://blog.example/?p=2#deep">the bridge</a>, <a href="/about">us</a> and <a href="https://other.example/">others</a>.`,
			`<category domain="category" nicename="rivers"><![CDATA[Rivers]]></category>`,
			`<category domain="post_tag" nicename="fish"><![CDATA[Fish]]></category>`,
			`<category domain="category" nicename="uncategorized"><![CDATA[Uncategorized]]></category>`,
			`<category domain="post_format" nicename="aside"><![CDATA[Aside]]></category>`,
			`<excerpt:encoded><![CDATA[In <em>short</em>]]></excerpt:encoded>`, `<wp:is_sticky>1</wp:is_sticky>`,
			`<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>`,
			wxrComment("3", approved+`<wp:comment_parent>1</wp:comment_parent>`), wxrComment("1", approved),
			wxrComment("2", approved+`<wp:comment_user_id>2</wp:comment_user_id><wp:comment_parent>4</wp:comment_parent>`),
			wxrComment("4", `<wp:comment_approved>0</wp:comment_approved>`), wxrComment("5", `<wp:comment_approved>spam</wp:comment_approved>`),
			wxrComment("6", approved+`<wp:comment_type>pingback</wp:comment_type>`)),
		wxrItem("2", "post", "publish", "The bridge", "<!-- wp:paragraph --><p>Stone.</p><!-- /wp:paragraph -->", `<dc:creator>bob</dc:creator>`,
			`<link>https://blog.example/?p=2</link>`),
		wxrItem("3", "page", "publish", "About", "Us.", `<link>https://blog.example/about/</link>`),
		wxrItem("4", "post", "draft", "Not yet", "SECRET draft", `<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>`),
		wxrItem("5", "post", "future", "Tomorrow", "SECRET", `<wp:post_date_gmt>2099-01-02 03:04:05</wp:post_date_gmt>`),
		wxrItem("6", "post", "private", "Mine", "SECRET"),
		wxrItem("7", "post", "publish", "Locked", "SECRET", `<wp:post_password>x</wp:post_password>`, wxrComment("7", approved)),
		wxrItem("8", "post", "trash", "Thrown away", "SECRET"),
		wxrItem("11", "nav_menu_item", "publish", "Home", ""),
	)
}

// uploads makes the folder of files of the site.
func uploads(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "2020", "01"), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "2020", "01", "ford.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, image.NewRGBA(image.Rect(0, 0, 30, 20))); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	return dir
}

func (h *hub) wordpress(t *testing.T, export string, o importers.Options) importers.Report {
	t.Helper()
	r, err := importers.WordPress(t.Context(), h.deps, write(t, "blog.xml", export), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.String())
	}
	return r
}

func TestWordPress(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		o := importers.Options{Attachments: uploads(t), Audience: auth.AudiencePublic}
		r := h.wordpress(t, oneOfEach(), o)
		t.Log("\n" + r.String())
		for noun, want := range map[string]importers.Count{
			"people": {Read: 3, Created: 3}, "topics": {Read: 3, Created: 3}, "blogs": {Read: 1, Created: 1}, "posts": {Read: 3, Created: 2},
			"pages": {Read: 1, Created: 1}, "drafts": {Read: 4, Created: 4}, "attachments": {Read: 2, Created: 1}, "comments": {Read: 7, Created: 3},
			"old addresses": {Read: 5, Created: 5}, "other items": {Read: 1},
		} {
			wantCount(t, r, noun, want)
		}
		for _, tc := range []struct{ name, query, want string }{
			{"the blog", "SELECT slug || '|' || name || '|' || description || '|' || owner_kind || '|' || audience FROM blogs", "fords-and-bridges|Fords & bridges|Notes|person|public"},
			{"its owner", "SELECT p.name FROM blogs b JOIN people p ON p.id = b.owner_id", "Ann Ford"},
			{"who else writes", "SELECT p.name FROM blog_authors a JOIN people p ON p.id = a.person_id", "Bob Bridge"},
			{"a title", "SELECT title FROM threads WHERE external_id = 'wordpress/blog.example/post/1'", "The & ford"},
			{"an address", "SELECT slug FROM posts p JOIN threads t ON t.id = p.thread_id WHERE t.title = 'The bridge'", "post-2"},
			{"a summary", "SELECT summary FROM posts p JOIN threads t ON t.id = p.thread_id WHERE t.title = 'The & ford'", "In short"},
			{"the words for a cover", "SELECT cover_alt FROM posts WHERE cover <> ''", "Stones in water"},
			{"a cover that its readers may see", "SELECT a.name FROM posts p JOIN attachments a ON a.file = p.cover AND a.thread_id = p.thread_id", "ford.png"},
			{"a page", "SELECT s.name FROM posts p JOIN series s ON s.id = p.series_id JOIN threads t ON t.id = p.thread_id WHERE t.title = 'About'", "Pages"},
			{"a topic below another", "SELECT b.name FROM topics t JOIN topics b ON b.id = t.broader_id WHERE t.name = 'Rivers'", "Water"},
			{"topics of a post", "SELECT COUNT(*) || '' FROM thread_topics", "2"},
			{"a reply to a reply", "SELECT p.external_id FROM replies r JOIN replies p ON p.id = r.parent_id", "wordpress/blog.example/comment/1"},
			{"who answered from an account", "SELECT p.name FROM replies r JOIN people p ON p.id = r.author_id WHERE r.external_id LIKE '%/2'", "Bob Bridge"},
			{"two paragraphs", "SELECT body FROM replies WHERE external_id LIKE '%comment/1'", "Comment 1\n\nwith **two** paragraphs"},
			{"nothing published by an import", "SELECT COUNT(*) || '' FROM threads WHERE body LIKE '%SECRET%'", "0"},
			{"no date on which it would be", "SELECT COUNT(*) || '' FROM post_drafts WHERE publish_at IS NOT NULL", "0"},
			{"an address nobody has", "SELECT COUNT(*) || '' FROM people WHERE email <> ''", "0"},
			{"where they belong", "SELECT DISTINCT o.name FROM people p JOIN organisations o ON o.id = p.organisation_id", "Fords & bridges"},
		} {
			if got := h.texts(t, tc.query); !slices.Equal(got, []string{tc.want}) {
				t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
			}
		}
		body := h.texts(t, "SELECT body FROM threads WHERE title = 'The & ford'")[0]
		cover := h.texts(t, "SELECT cover FROM posts WHERE cover <> ''")[0]
		if want := "See ![Stones](/files/" + cover + ")\n\nAlso [the bridge](/?p=2#deep), [us](/about/) and [others](https://other.example/)."; body != want {
			t.Errorf("got\n%s\nwant\n%s", body, want)
		}
		for path, want := range map[string]string{"/2020/01/1/": "/blog/fords-and-bridges/post-1", "/?p=1": "/blog/fords-and-bridges/post-1", "/?page_id=3": "/blog/fords-and-bridges/post-3"} {
			if got, err := h.deps.Threads.Moved(t.Context(), auth.Public, path); err != nil || got != want {
				t.Errorf("%s leads to %q (%v), want %q", path, got, err, want)
			}
		}
		for _, want := range []string{"was private there: a draft here", "was scheduled there", "had a password there", "pingbacks", "taxonomy post_format"} {
			if text := r.String(); !strings.Contains(text, want) {
				t.Errorf("the report does not say %q:\n%s", want, text)
			}
		}

		before := h.rows(t)
		if again := h.wordpress(t, oneOfEach(), o); again.Changes() != 0 || h.rows(t) != before {
			t.Errorf("importing again changed something:\n%s", again.String())
		}
		// A newer export says more, and only that is written.
		newer := strings.Replace(oneOfEach(), "Stone.", "Stone and steel.", 1)
		r = h.wordpress(t, newer, o)
		wantCount(t, r, "posts", importers.Count{Read: 3, Changed: 1, Unchanged: 1})
		if r.Changes() != 1 {
			t.Errorf("%s", r.String())
		}
		if n := h.number(t, "SELECT COUNT(*) FROM revisions"); n != 1 {
			t.Errorf("%d revisions", n)
		}
	})
}

// TestWordPressKnowsPeople: accounts of the site are those of people who are here; a name typed under a comment is nobody's.
func TestWordPressKnowsPeople(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		staff := `{"type":"person","external_id":"hr/1","name":"Ann of the council","email":"ann@council.example"}
{"type":"person","external_id":"hr/2","name":"Bob Bridge","handle":"bob"}
{"type":"person","external_id":"hr/3","name":"Carla","email":"carla@example.org"}`
		if _, err := importers.JSONL(t.Context(), h.deps, write(t, "staff.jsonl", staff), importers.Options{}); err != nil {
			t.Fatal(err)
		}
		o := importers.Options{Organisation: importers.Home}
		h.wordpress(t, oneOfEach(), o)
		for _, tc := range []struct{ name, query, want string }{
			{"by address", "SELECT p.external_id FROM threads t JOIN people p ON p.id = t.author_id WHERE t.title = 'The & ford'", "hr/1"},
			{"by login and name", "SELECT p.external_id FROM threads t JOIN people p ON p.id = t.author_id WHERE t.title = 'The bridge'", "hr/2"},
			{"not by what was typed", "SELECT COUNT(*) || '' FROM replies r JOIN people p ON p.id = r.author_id WHERE p.external_id = 'hr/3'", "0"},
			{"everybody", "SELECT COUNT(*) || '' FROM people", "4"},
		} {
			if got := h.texts(t, tc.query); !slices.Equal(got, []string{tc.want}) {
				t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
			}
		}
		if again := h.wordpress(t, oneOfEach(), o); again.Changes() != 0 {
			t.Errorf("importing again changed something:\n%s", again.String())
		}
	})
}

// TestWordPressIntoBlog: posts go where they are sent, and reach no further than the blog they are in.
func TestWordPressIntoBlog(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		err := h.deps.DB.Tx(ctx, func(tx *db.Tx) error {
			if _, err := h.deps.People.ImportPeople(ctx, tx, []people.Record{{ExternalID: "hr/1", Name: "Ada"}}); err != nil {
				return err
			}
			if _, err := h.deps.Networks.ImportNetworks(ctx, tx, []networks.NetworkRecord{{
				ExternalID: "n", Name: "Rivers", Access: networks.Closed, Members: []networks.MemberRecord{{PersonExternalID: "hr/1", Steward: true}},
			}}); err != nil {
				return err
			}
			_, err := h.deps.Blogs.ImportBlogs(ctx, tx, []blogs.BlogRecord{
				{ExternalID: "b", Slug: "rivers", Name: "Rivers", OwnerKind: blogs.OwnerNetwork, OwnerExternalID: "n", Audience: auth.NetworkAudience(1)},
				{ExternalID: "c", Slug: "ada", Name: "Ada", OwnerKind: blogs.OwnerPerson, OwnerExternalID: "hr/1", Audience: auth.AudienceHub},
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		path := write(t, "blog.xml", oneOfEach())
		for _, tc := range []struct {
			name string
			o    importers.Options
			want string
		}{
			{"no such blog", importers.Options{Blog: "nowhere"}, "There is no blog /blog/nowhere"},
			{"wider than the blog", importers.Options{Blog: "ada", Audience: "public"}, "can be for hub at most"},
			{"no audience", importers.Options{Audience: "everybody"}, "is not an audience"},
		} {
			before := h.rows(t)
			if _, err := importers.WordPress(ctx, h.deps, path, tc.o); err == nil || !strings.Contains(err.Error(), tc.want) || h.rows(t) != before {
				t.Errorf("%s: got %v", tc.name, err)
			}
		}
		h.wordpress(t, oneOfEach(), importers.Options{Blog: "rivers"})
		if n := h.number(t, "SELECT COUNT(*) FROM threads WHERE network_id = 1 AND audience = 'network:1'"); n != 3 {
			t.Errorf("%d posts are among members", n)
		}
		if again := h.wordpress(t, oneOfEach(), importers.Options{}); again.Changes() != 0 {
			t.Errorf("importing again, where the posts are, changed something:\n%s", again.String())
		}
	})
}

func TestBrokenWordPress(t *testing.T) {
	h := sqliteHub(t)
	good := wxr(wxrItem("1", "post", "publish", "One", "Text"))
	for _, tc := range []struct{ name, export, want string }{
		{"empty", "", "line 1: the file holds no XML"},
		{"cut off", good[:len(good)-40], "the file ends in the middle"},
		{"not XML", "hello", "holds no XML"},
		{"a feed", strings.Replace(good, "<wp:wxr_version>1.2</wp:wxr_version>", "", 1), "no <wp:wxr_version>"},
		{"a version of tomorrow", strings.Replace(good, ">1.2<", ">2.0<", 1), `version "2.0"`},
		{"another root", "<html><body/></html>", "the file holds <html>"},
		{"no channel", "<rss><item/></rss>", "the file holds <item> where"},
		{"mismatched tags", strings.Replace(good, "</channel>", "</chanel>", 1), "not well-formed"},
		{"an item without a number", strings.Replace(good, "<wp:post_id>", "<wp:post_nr>", 1), "not well-formed"},
		{"no number", strings.NewReplacer("<wp:post_id>", "<wp:nr>", "</wp:post_id>", "</wp:nr>").Replace(good), "no <wp:post_id>"},
		{"a number twice", wxr(wxrItem("1", "post", "publish", "One", "Text"), wxrItem("1", "page", "publish", "Two", "Text")), "a second item with the number 1"},
		{"no date", wxr(wxrItem("1", "post", "publish", "One", "Text", "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>")), "has no date"},
		{"nothing in it", `<rss><channel xmlns:wp="http://wordpress.org/export/1.2/"><link>https://a.example</link><wp:wxr_version>1.2</wp:wxr_version></channel></rss>`, "nothing to import"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := h.rows(t)
			_, err := importers.WordPress(t.Context(), h.deps, write(t, "blog.xml", tc.export), importers.Options{})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) || h.rows(t) != before {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// TestWordPressOddities: what real exports hold.
func TestWordPressOddities(t *testing.T) {
	h := sqliteHub(t)
	r := h.wordpress(t, wxr(
		wxrItem("1", "post", "publish", "", "A text without a title. It goes on.", "<dc:creator></dc:creator>"),
		wxrItem("2", "post", "publish", "Bell \x07 rings", "ding\x0bdong"),
		wxrItem("3", "post", "publish", "Nothing but a title", ""),
		wxrItem("4", "post", "publish", "", ""),
	), importers.Options{})
	want := []string{"A text without a title.", "Bell rings", "Nothing but a title"}
	if got := h.texts(t, "SELECT title FROM threads ORDER BY id LIMIT 9"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if text := r.String(); !strings.Contains(text, "2 control characters") || !strings.Contains(text, "without title and text") {
		t.Errorf("%s", text)
	}
	if got := h.texts(t, "SELECT p.name FROM threads t JOIN people p ON p.id = t.author_id ORDER BY t.id LIMIT 1"); got[0] != "Unknown author" {
		t.Errorf("got %q", got)
	}
}

// TestRealWordPress reads the exports that WordPress and its importer are tested with.
func TestRealWordPress(t *testing.T) {
	dir := realData(t, "import-samples/wxr")
	for _, tc := range []struct {
		file                                  string
		people, posts, pages, drafts, replies int // in the hub afterwards
		refused                               string
	}{
		{file: "theme-unit-test.xml.gz", people: 9, posts: 48, pages: 21, drafts: 3, replies: 24},
		{file: "a11y-unit-test-data.xml.gz", people: 6, posts: 44, pages: 17, drafts: 3, replies: 21},
		{file: "small-export.xml", people: 4, posts: 5, pages: 4, drafts: 2, replies: 1},
		{file: "valid-wxr-1.0.xml", people: 2, posts: 3, pages: 3, replies: 1},
		{file: "large-authors.xml", people: 300},
		{file: "malformed.xml", refused: "the file holds <notachanneltag>"},
		{file: "missing-version-tag.xml", refused: "no <wp:wxr_version>"},
		{file: "invalid-version-tag.xml", refused: `version "abc"`},
	} {
		t.Run(tc.file, func(t *testing.T) {
			h := sqliteHub(t)
			path := filepath.Join(dir, tc.file)
			r, err := importers.WordPress(t.Context(), h.deps, path, importers.Options{})
			if tc.refused != "" {
				if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.refused) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + r.String())
			again, err := importers.WordPress(t.Context(), h.deps, path, importers.Options{})
			if err != nil || again.Changes() != 0 {
				t.Errorf("importing again: %v\n%s", err, again.String())
			}
			for _, is := range []struct {
				noun, query string
				want        int
			}{
				{"people", "SELECT COUNT(*) FROM people", tc.people},
				{"posts", "SELECT COUNT(*) FROM posts WHERE series_id IS NULL", tc.posts},
				{"pages", "SELECT COUNT(*) FROM posts WHERE series_id IS NOT NULL", tc.pages},
				{"drafts", "SELECT COUNT(*) FROM post_drafts", tc.drafts},
				{"replies", "SELECT COUNT(*) FROM replies", tc.replies},
				{"posts without a place", "SELECT COUNT(*) FROM threads t LEFT JOIN posts p ON p.thread_id = t.id WHERE p.thread_id IS NULL", 0},
			} {
				if got := h.number(t, is.query); got != is.want {
					t.Errorf("%s: got %d, want %d", is.noun, got, is.want)
				}
			}
		})
	}
}
