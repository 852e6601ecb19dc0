package browser

import (
	"testing"

	"watercooler/app/apptest"
)

// decideTogether takes a proposal from a thread to a decision, through dissent, a challenge and a review.
func decideTogether(t *testing.T, l look) {
	h := apptest.Sample(t)
	priya, ruth := newTab(t, h.URL, l), newTab(t, h.URL, l)
	priya.signIn(h, member)
	ruth.signIn(h, moderator)

	const title = "The afternoon scan moves to the night"
	priya.open(at(h, wifi))
	priya.press(`main a[href$="/decide"]`)
	priya.fill("title", title)
	priya.click(`input[name="kind"][value="proposal"]`)
	priya.click("details.more > summary")
	priya.fill("option-1", "At night")
	priya.fill("evidence-title-1", "Two weeks of readings")
	priya.fill("evidence-url-1", "nowhere")
	priya.press(".compose .endbar button")
	priya.has(".summary", "Copy the whole address")
	priya.fill("evidence-url-1", "https://example.org/readings")
	priya.press(".compose .endbar button")
	priya.has("h1", title)
	priya.has(".decision", "This is a proposal")
	decision := priya.path()

	ruth.open(decision)
	ruth.click(`input[name="stance"][value="disagree"]`)
	ruth.press(".stance button")
	ruth.has(".summary", "in your own words")
	ruth.fill("reason", "The scan wakes the building.")
	ruth.press(".stance button")
	ruth.has(".decision .words", "The scan wakes the building.")

	priya.open(decision)
	priya.press(`.decision a[href$="/agree"]`)
	priya.fill("authority", "Platform board")
	priya.press("main form .btns button")
	priya.has(".decision .head", "Agreed")
	priya.has(".decision", "Platform board")
	priya.has(".decision .words", "The scan wakes the building.")

	ruth.open(decision)
	ruth.press(`.decision a[href$="/challenge"]`)
	ruth.fill("reason", "It runs into the morning.")
	ruth.press("main form .btns button")
	ruth.has(".decision .head", "Under review")

	priya.open(decision)
	priya.press(`.decision a[href$="/review"]`)
	priya.fill("learnt", "It takes four hours.")
	priya.press("main form .btns button")
	priya.has(".decision .head", "Agreed")
	priya.has(".decision", "It takes four hours.")

	priya.open("/decisions?state=agreed")
	priya.has(".register .feed", title)
	priya.open(at(h, wifi))
	priya.has(".decided", title)
}
