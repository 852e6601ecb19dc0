package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"watercooler/app/apptest"
)

// noticeOutside goes through what came in: puts one thing aside and brings it back, clips one with a word on why, talks about a third, and
// shares a page that comes in no feed.
func noticeOutside(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/signals?show=waiting")
	const first = `section[aria-labelledby="waiting"] .feed > li:first-child `
	title := b.text(first + "h3")

	if b.look.noScript {
		b.press(first + `form[action$="/dismiss"] button`)
		b.has(".flash", "Dismissed")
		if strings.Contains(b.text("main"), title) {
			t.Errorf("%q is still to look at", title)
		}
		b.press(`.tabs a[href="/signals?show=dismissed"]`)
		b.press(`li:has(a[href="` + b.href(title) + `"]) form[action$="/restore"] button`)
		b.has(".flash", "It is back")
		b.open("/signals?show=waiting")
	} else {
		b.click(first + `form[action$="/dismiss"] button`)
		b.await(first + `form[action$="/restore"]`)
		b.has(first, "Dismissed: "+title)
		b.click(first + `form[action$="/restore"] button`)
		b.await(first + `form[action$="/dismiss"]`)
	}
	b.has(first+"h3", title)

	// Clipped, with a sentence on why it matters.
	b.click(first + "summary")
	if b.look.noScript {
		b.fill("why", "We buy ours next week.")
		b.press(first + `.why-form button`)
		b.has(".flash", "Clipped: "+title)
		b.open("/signals?show=clipped")
		b.press(`section[aria-labelledby="clipped"] .feed > li:first-child h2 a`)
	} else {
		b.fill("why", "We buy ours next week.")
		b.click(first + `.why-form button`)
		b.await(first + `a[href^="/threads/"]`)
		b.press(first + `a[href^="/threads/"]`)
	}
	b.has("h1", title)
	b.has(".opening", "We buy ours next week.")
	b.has(".origin", "Read it at")

	// Talked about at once.
	b.open("/signals?show=waiting")
	title = b.text(first + "h3")
	b.press(first + `form[action$="/discuss"] button`)
	b.has("h1", title)
	b.has(".flash", "What does it mean for us?")
	b.fill("body", "It is on route 7.")
	b.press(`#reply button[type="submit"]:not([formaction])`)
	b.has(".rs", "It is on route 7.")

	// Shared by hand, and found to be here the second time.
	b.open("/signals/new?url=https%3A%2F%2Fwww.parish.example%2Fnotes%2F&title=Notes+of+the+parish")
	b.choose("kind", "local")
	b.fill("why", "They ask for our verges.")
	b.press(`form[action="/signals"] button[type="submit"]`)
	b.has("h1", "Notes of the parish")
	b.has(".origin", "parish.example")
	b.open("/signals/new?url=http%3A%2F%2Fparish.example%2Fnotes%3Futm_source%3Dx")
	b.has(".note", "Already here")
	b.has(".note", "Notes of the parish")
}

// href is the address of the heading with this text.
func (b *tab) href(text string) string {
	b.t.Helper()
	return get(b, chromedp.Evaluate[string](fmt.Sprintf(`([...document.querySelectorAll("main h3 a")].find(a => a.innerText.trim() === %q) || {getAttribute: () => ""}).getAttribute("href")`, text)))
}

// choose chooses a value of a list as somebody does with the keyboard.
func (b *tab) choose(name, value string) {
	b.t.Helper()
	at := get(b, chromedp.Evaluate[int](fmt.Sprintf(`(s => { s.focus(); return [...s.options].findIndex(o => o.value === %q) })(document.querySelector('main select[name=%q]'))`, value, name)))
	for range at {
		b.do(chromedp.KeyEvent(kb.ArrowDown))
	}
}
