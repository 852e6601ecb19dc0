package app_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/auth"
)

// owen is a partner: he reads what everyone signed in may read, and nothing that is for the council alone.
const owen = "owen.prideaux@moors.example"

// TestAskSomebodyWhoKnows goes the way of somebody who looks for a person, asks them, and is told that they will answer.
func TestAskSomebodyWhoKnows(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		h.Drain()
		asker, knower := h.As(priya), h.As(imran)
		// The sample has brought him as many questions as people take in a week unless they say otherwise.
		if got := knower.Post("/settings/knowing", url.Values{"suggested": {"yes"}, "open": {"yes"}, "weekly_cap": {"9"}, "days": {"mon", "tue"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("take more: status %d\n%s", got.Status, got.Body)
		}
		page := asker.Get("/experts?q=broadband").Doc(t)
		ask := page.Find(`.expert a.btn[href*="ask=imran-qureshi"]`).AttrOr("href", "")
		if ask == "" {
			t.Fatalf("Imran cannot be asked:\n%s", page.Find("main").Text())
		}
		write := asker.Get(ask).Doc(t)
		if got := write.Find("input[name=ask]").AttrOr("value", ""); got != "imran-qureshi" {
			t.Fatalf("the composer asks %q", got)
		}
		form := url.Values{"kind": {"question"}, "title": {"Which voucher pays for a quoin?"}, "topics": {"Connectivity"}, "audience": {"hub"}, "ask": {"imran-qureshi"}}
		asked := asker.Post("/threads", form)
		if asked.Status != http.StatusSeeOther {
			t.Fatalf("ask: status %d\n%s", asked.Status, asked.Body)
		}
		h.Drain()
		if text := asker.Get(asked.Location).Doc(t).Find(".course").Text(); !strings.Contains(text, "Imran Qureshi") || !strings.Contains(text, "was asked by name") {
			t.Errorf("where the question went: %q", text)
		}
		if text := knower.Get("/").Doc(t).Find(".could").Text(); !strings.Contains(text, "Which voucher pays for a quoin?") {
			t.Errorf("what waits at home: %q", text)
		}
		mine := knower.Get("/offers").Doc(t)
		accept := mine.Find(`form[action$="/accept"]`).FilterFunction(func(_ int, f *goquery.Selection) bool { return strings.Contains(f.Text(), "quoin") }).AttrOr("action", "")
		if got := knower.Post(accept, nil); got.Status != http.StatusSeeOther {
			t.Fatalf("accept %s: status %d", accept, got.Status)
		}
		if text := asker.Get(asked.Location).Doc(t).Find(".course").Text(); !strings.Contains(text, "said that they will answer") {
			t.Errorf("after it was accepted: %q", text)
		}
	})
}

// TestStepOut: whoever steps out of a topic is named nowhere for it from the next page on, and a label stands on a profile only
// while its owner wants it.
func TestStepOut(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		h.Drain()
		anybody, own := h.As(priya), h.As(imran)
		const named = `main a[href="/people/imran-qureshi"]`
		places := []string{"/experts?q=connectivity", "/topics/connectivity?tab=people"}
		for _, path := range places {
			if anybody.Get(path).Doc(t).Find(named).Length() == 0 {
				t.Fatalf("%s does not name Imran", path)
			}
		}
		label := func() bool {
			return anybody.Get("/people/imran-qureshi").Doc(t).Find(`.knows a[href="/topics/connectivity"]`).Length() > 0
		}
		for _, step := range []struct {
			do           string
			named, label bool
		}{{"decline", true, false}, {"confirm", true, true}, {"out", false, false}, {"in", true, false}} {
			if got := own.Post("/settings/knowing/connectivity", url.Values{"do": {step.do}}); got.Status != http.StatusSeeOther {
				t.Fatalf("%s: status %d\n%s", step.do, got.Status, got.Body)
			}
			for _, path := range places {
				if got := anybody.Get(path).Doc(t).Find(named).Length() > 0; got != step.named {
					t.Errorf("after %q %s names Imran: %v", step.do, path, got)
				}
			}
			if got := label(); got != step.label {
				t.Errorf("after %q the label stands on the profile: %v", step.do, got)
			}
		}
		if got := own.Post("/settings/knowing", url.Values{"weekly_cap": {"3"}, "days": {"mon"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("step out wholly: status %d\n%s", got.Status, got.Body)
		}
		for _, path := range append(places, "/experts?q=what+is+a+broadband+voucher+worth", "/api/v1/experts?q=broadband") {
			if strings.Contains(anybody.Get(path).Body, "Imran Qureshi") {
				t.Errorf("stepped out, and %s names Imran", path)
			}
		}
	})
}

// TestEndorse: what somebody says of a colleague is shown to whoever may read what it stands on, and to nobody else.
func TestEndorse(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		h.Drain()
		c := h.As(priya)
		form := c.Get("/people/imran-qureshi").Doc(t).Find(`.knows a[href*="/endorse?reply="]`).First().AttrOr("href", "")
		page := c.Get(form).Doc(t)
		in := url.Values{"reply": {page.Find("input[name=reply]").AttrOr("value", "")}, "topic": {page.Find("option[selected], option").First().AttrOr("value", "")}}
		action := page.Find(`form[action$="/endorse"]`).AttrOr("action", "")
		if got := c.Post(action, in); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Say why") {
			t.Errorf("without a reason: status %d", got.Status)
		}
		in.Set("reason", "It saved us a fortnight.")
		if got := c.Post(action, in); got.Status != http.StatusSeeOther {
			t.Fatalf("endorse: status %d\n%s", got.Status, got.Body)
		}
		profile := c.Get("/people/imran-qureshi").Doc(t)
		if !strings.Contains(profile.Find("main").Text(), "It saved us a fortnight.") {
			t.Error("the profile does not show it")
		}
		withdraw := profile.Find(`form[action^="/endorsements/"]`).AttrOr("action", "")
		if got := h.As(ruth).Post(withdraw, nil); got.Status != http.StatusNotFound {
			t.Errorf("withdrawn by somebody else: status %d", got.Status)
		}
		if got := c.Post(withdraw, url.Values{"return": {"/people/imran-qureshi"}}); got.Status != http.StatusSeeOther || got.Location != "/people/imran-qureshi" {
			t.Errorf("withdraw: status %d to %s", got.Status, got.Location)
		}
		if strings.Contains(c.Get("/people/imran-qureshi").Body, "It saved us a fortnight.") {
			t.Error("it is shown after it was withdrawn")
		}
	})
}

// TestEndorsementIsReadWithItsContribution: whoever may not read what an endorsement stands on meets it nowhere.
func TestEndorsementIsReadWithItsContribution(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		const title, reason = "A quoin of our own", "It saved us a fortnight among ourselves."
		var home, reply int64
		if err := h.DB.QueryRow(t.Context(), `SELECT id FROM organisations WHERE home`).Scan(&home); err != nil {
			t.Fatal(err)
		}
		c := h.As(priya)
		opened := c.Post("/threads", url.Values{"kind": {"discussion"}, "title": {title}, "body": {"Which?"}, "topics": {"Connectivity"}, "audience": {auth.OrgAudience(home)}})
		if got := h.As(imran).Post(opened.Location+"/replies", url.Values{"body": {"The quoin with the blue label."}}); got.Status != http.StatusSeeOther {
			t.Fatalf("reply at %s: status %d\n%s", opened.Location, got.Status, got.Body)
		}
		if err := h.DB.QueryRow(t.Context(), `SELECT MAX(id) FROM replies`).Scan(&reply); err != nil {
			t.Fatal(err)
		}
		h.Drain()
		form := "/people/imran-qureshi/endorse?reply=" + strconv.FormatInt(reply, 10)
		in := url.Values{"reply": {strconv.FormatInt(reply, 10)}, "topic": {"connectivity"}, "reason": {reason}}
		if got := h.As(owen).Get(form); got.Status != http.StatusNotFound {
			t.Errorf("the form for a partner: status %d", got.Status)
		}
		if got := h.As(owen).Post("/people/imran-qureshi/endorse", in); got.Status != http.StatusNotFound {
			t.Errorf("endorsed by a partner: status %d", got.Status)
		}
		if got := c.Post("/people/imran-qureshi/endorse", in); got.Status != http.StatusSeeOther {
			t.Fatalf("endorse: status %d\n%s", got.Status, got.Body)
		}
		for _, path := range []string{"/people/imran-qureshi", "/experts?q=connectivity"} {
			if !strings.Contains(h.As(ruth).Get(path).Body, reason) {
				t.Errorf("%s does not show it to a colleague", path)
			}
		}
		for _, path := range []string{"/people/imran-qureshi", "/experts?q=connectivity", "/experts?q=quoin", "/topics/connectivity?tab=people", "/api/v1/experts?q=quoin"} {
			if got := h.As(owen).Get(path); got.Status != http.StatusOK || strings.Contains(got.Body, reason) || strings.Contains(got.Body, title) {
				t.Errorf("%s shows it to a partner, or answers %d", path, got.Status)
			}
		}
	})
}
