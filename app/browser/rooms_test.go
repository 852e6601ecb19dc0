package browser

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"watercooler/app/apptest"
)

const (
	manager = "sian.rees@tamarshire.example"
	partner = "owen.prideaux@moors.example"
)

// setUpBlog takes somebody who has never heard of blogs from the room to a public post, which a stranger then reads, and
// whose feeds a feed reader understands.
func setUpBlog(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, manager)
	b.open("/blogs")
	b.press(`a[href="/blog/new"]`)
	b.has(".over", "Step 1 of 3")
	b.click(`input[name="owner"][value^="person:"]`)
	b.press("main .card .btns button")
	b.has(".over", "Step 2 of 3")
	b.fill("name", "Two weeks in")
	b.fill("description", "What a head of digital learns by walking about.")
	b.fill("slug", "two-weeks-in")
	b.click(`input[name="audience"][value="public"]`)
	b.press(`form[action="/blog/new"] .btns button`)
	b.has(".over", "Step 3 of 3")
	b.press(`main a[href*="/write"]`)

	const title, words = "What the phones say", "Six people answer the phones."
	b.fill("title", title)
	b.fill("body", words+"\n\n> And nobody asks them.\n\n[More](/topics/customer-service)")
	b.fill("summary", "A morning on the second floor.")
	b.fill("topics", "Customer service")
	b.press(`button[name="do"][value="preview"]`)
	b.has("h1", title)
	b.press(`main a[href^="/blog/drafts/"]:not([href$="/preview"])`)
	b.press(`button[name="do"][value="publish"]`)
	b.has("h1", title)
	if got := b.path(); got != "/blog/two-weeks-in/what-the-phones-say" {
		t.Fatalf("the post is at %s", got)
	}
	h.Drain()

	stranger := newTab(t, h.URL, l)
	stranger.open("/blogs")
	stranger.press(`main a[href="/blog/two-weeks-in/what-the-phones-say"]`)
	stranger.has("h1", title)
	stranger.has("article, main", words)
	if n := stranger.count(`link[rel="canonical"][href$="/blog/two-weeks-in/what-the-phones-say"]`); n != 1 {
		t.Errorf("%d canonical links, want 1", n)
	}
	if n := stranger.count(`meta[property="og:title"], meta[property="og:description"], meta[property="og:type"][content="article"]`); n != 3 {
		t.Errorf("%d of the 3 tags that social networks read", n)
	}
	stranger.open("/blog/two-weeks-in")
	stranger.has("main", title)

	for _, name := range []string{"feed.atom", "feed.json"} {
		res, err := http.Get(h.URL + "/blog/two-weeks-in/" + name)
		if err != nil {
			t.Fatal(err)
		}
		feed, err := gofeed.NewParser().Parse(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if feed.Title == "" || len(feed.Items) != 1 {
			t.Fatalf("%s: %q with %d items, want a title and 1 item", name, feed.Title, len(feed.Items))
		}
		item := feed.Items[0]
		if item.Title != title || !strings.Contains(item.Content, words) || item.PublishedParsed == nil || item.GUID == "" || len(item.Authors) != 1 {
			t.Errorf("%s: item %+v", name, item)
		}
		if item.Link != h.URL+"/blog/two-weeks-in/what-the-phones-say" || !strings.Contains(item.Content, h.URL+"/topics/customer-service") {
			t.Errorf("%s: links are not absolute: %s, %s", name, item.Link, item.Content)
		}
	}
}

// joinByRequest asks to join a closed network; a steward accepts; then what is said in it is there, for the members alone.
func joinByRequest(t *testing.T, l look) {
	h := apptest.Sample(t)
	priya, ruth := newTab(t, h.URL, l), newTab(t, h.URL, l)
	priya.signIn(h, member)
	ruth.signIn(h, moderator)

	priya.open("/networks")
	priya.press(`main a[href="/networks/information-asset-owners"]`)
	priya.click("details.door-fold > summary")
	priya.fill("note", "I have just signed for the contact forms.")
	priya.press(`form[action$="/information-asset-owners/request"] button`)
	priya.has("main", "asked")

	ruth.open("/networks/information-asset-owners/people")
	ruth.has("main", "I have just signed for the contact forms.")
	ruth.press(`li:has(a[href="/people/priya-nair"]) form[action$="/accept"] button`)

	const title = "Who owns the answers people type into our forms?"
	priya.open("/write?kind=question&network=information-asset-owners")
	priya.fill("title", title)
	priya.press(".compose .endbar button[type=submit]")
	priya.has("h1", title)
	thread := priya.path()
	ruth.open("/networks/information-asset-owners")
	ruth.has(".feed", title)

	other := newTab(t, h.URL, l)
	other.signIn(h, partner)
	other.open(thread)
	other.has("h1", "not found")
	other.open("/networks/information-asset-owners")
	if strings.Contains(other.text("main"), title) {
		t.Error("somebody outside a closed network reads its titles")
	}

	priya.open("/networks/information-asset-owners")
	priya.click("details.door-fold > summary")
	priya.press(`form[action$="/information-asset-owners/leave"] button`)
	priya.open(thread)
	priya.has("h1", "not found")
}

// keepPrivate opens a thread in a private network and looks for it as everybody else, wherever threads are shown.
func keepPrivate(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, leader)
	const (
		network = "/networks/restructure-sounding-board"
		title   = "Does the marmalade memorandum sound like us?"
	)
	b.open("/networks")
	b.press(`main a[href="` + network + `"]`)
	b.press(`main a[href^="/write"]`)
	b.click(`input[name="kind"][value="discussion"]`)
	b.fill("title", title)
	b.fill("body", "Read it aloud to somebody in a depot.")
	b.press(".compose .endbar button[type=submit]")
	b.has("h1", title)
	thread := b.path()
	h.Drain()
	b.open("/search?q=marmalade+memorandum")
	b.has(".feed", "marmalade")

	lists := []string{
		"/", "/latest", "/unanswered", "/people/helen-trevanion", "/people/helen-trevanion/discussions", "/networks", "/networks/map", "/blogs", "/topics",
		"/search?q=marmalade+memorandum", "/suggest?q=marmalade", "/feed.atom", "/feed.json", "/sitemap.xml", "/sitemap/threads/1.xml",
		"/api/v1/search?q=marmalade", "/api/v1/experts?q=marmalade",
	}
	closed := []string{thread, thread + "/history", network, network + "/people", network + "/about", network + "/questions", network + "/feed.atom"}
	for as, email := range map[string]string{"a stranger": "", "a member": member, "the administrator": admin, "a moderator": moderator, "a partner": partner} {
		c := h.Client()
		if email != "" {
			c = h.As(email)
		}
		for _, path := range slices.Concat(lists, closed) {
			res := c.Get(path)
			if strings.Contains(strings.ToLower(res.Body), "marmalade memorandum") && !strings.Contains(path, "search?q=") || strings.Contains(res.Body, title) {
				t.Errorf("%s sees the private thread at %s", as, path)
			}
			if strings.Contains(res.Body, "Restructure sounding board") {
				t.Errorf("%s sees the private network at %s", as, path)
			}
			if slices.Contains(closed, path) && res.Status != http.StatusNotFound {
				t.Errorf("%s at %s: status %d, want 404", as, path, res.Status)
			}
		}
	}
	other := newTab(t, h.URL, l)
	other.signIn(h, admin)
	other.open(network)
	other.has("h1", "not found")
}

// treeToAnswer goes from the organisation chart to a unit, to one of its people, to an answer of theirs.
func treeToAnswer(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/people")
	b.press(`main a[href="/people/chart"]`)
	b.press(`main .outline a[href="/units/` + idOf(h, "SELECT id FROM units WHERE name = $1", "Networks") + `"]`)
	b.has("h1", "Networks")
	b.press(`main a[href="/people/dawn-pascoe"]`)
	b.has("h1", "Dawn Pascoe")
	b.press(`main a[href="/people/dawn-pascoe/answers"]`)
	b.press(`main a[href^="/replies/"]`)
	if !strings.HasPrefix(b.path(), "/threads/") {
		t.Errorf("the answer leads to %s", b.path())
	}
	b.has(".r", "Dawn Pascoe")
}

// joinByKeyboard joins an open network and reads its people without a mouse.
func joinByKeyboard(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, manager)
	b.open("/networks")
	b.tabTo(`main a[href="/networks/digital-champions"]`)
	b.enter()
	b.tabTo(`form[action$="/digital-champions/join"] button`)
	b.enter()
	b.has("main", "Leave")
	b.tabTo(`main a[href="/networks/digital-champions/people"]`)
	b.enter()
	b.has("main", "Siân Rees")
}
