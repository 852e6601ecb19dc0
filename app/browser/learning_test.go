package browser

import (
	"strings"
	"testing"

	"watercooler/app/apptest"
)

// learnAndShare writes a weeknote, which nobody else sees, shares it, and has somebody else find the lesson.
func learnAndShare(t *testing.T, l look) {
	h := apptest.Sample(t)
	priya, ruth := newTab(t, h.URL, l), newTab(t, h.URL, l)
	priya.signIn(h, member)
	ruth.signIn(h, moderator)

	priya.open("/reflections")
	priya.press(`main a[href="/reflections/new?kind=weeknote"]`)
	priya.press(`button[name="do"][value="save"]`)
	priya.has(".summary, [role=alert], main", "Write into one of the boxes")
	priya.fill("learnt", "Ask the **porter** first: zwieback.")
	priya.press(`button[name="do"][value="save"]`)
	priya.has("main", "Only you")
	mine := priya.path()
	ruth.open(mine)
	ruth.has("h1", "not found")

	priya.press(`main a[href$="/share"]`)
	priya.press(`form[action$="/share"] button`)
	priya.has("h2, .t", "What we learnt")
	thread := priya.path()
	if !strings.HasPrefix(thread, "/threads/") {
		t.Fatalf("it was shared as %s", thread)
	}
	h.Drain()
	ruth.open("/reflections/lessons")
	ruth.fill("q", "zwieback")
	ruth.press(`.lessonbar button`)
	ruth.press(`main .feed h2 a[href="` + thread + `"]`)
	ruth.press(`.acts a[href^="/reflections/new?about="]`)
	ruth.has("main", "Looks back at")
}

// keepRight checks what is due from the list of what somebody keeps, and hands a thread to somebody else.
func keepRight(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/")
	b.press(`aside a[href="/keeping"]`)
	before := b.count(`form[action$="/check"]`)
	b.has("main h2", "Due now")
	const due = "What do we do about the hundred pages"
	b.press(`li:has(h3 a[href*="` + idOf(h, "SELECT id FROM threads WHERE title LIKE $1", due+"%") + `"]) form[action$="/check"] button`)
	b.has("main", "Thank you")
	if after := b.count(`form[action$="/check"]`); after != before {
		t.Errorf("%d threads are kept after one was checked, want %d", after, before)
	}
	b.press(`li:has(h3 a[href*="` + idOf(h, "SELECT id FROM threads WHERE title LIKE $1", due+"%") + `"]) a[href$="/keep"]`)
	b.fill("owner", "Sian Ress")
	b.press(`form[action$="/keep"] button`)
	b.has("main", "There is nobody by this name")
	b.fill("owner", "Siân Rees")
	b.fill("deputy", "")
	b.press(`form[action$="/keep"] button`)
	b.has(".fresh", "Kept by Siân Rees")
}

// fillGap takes what is looked for and not found, and writes it down.
func fillGap(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/gaps")
	b.press(`main h2 a[href^="/gaps/"]`)
	gap := b.path()
	b.press(`form[action$="/take"] button`)
	b.has("main", "Priya Nair looks into it")
	b.press(`main a[href*="kind=discussion"][href*="gap="]`)
	b.fill("body", "Ring the pay team on 960200.")
	b.press(".compose .endbar button[type=submit]")
	title := b.text("h1")
	b.open(gap)
	b.has("main", "Written because of it: "+title)
	b.open("/")
	b.has("aside", "People look for")
	b.open(gap)
	b.fill("note", "It is written down now.")
	b.press(`form[action$="/close"] button`)
	b.has("main", "It is written down now.")
}
