package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
)

// A hidden thing is known by a word that nothing else has.
type marked struct {
	word     string
	audience string
	path     string
	reply    int64
}

// TestNothingHiddenIsTold writes threads for audiences at random, with replies, topics, endorsements, best bets and offers, and asks
// every page that finds something, as people who may read some of them, for words of all of them: whole, misspelt, begun and among
// others. No word of a thread may be told to somebody who may not read it. That nothing else about hidden threads can be told either,
// such as how many there are, is TestNobodyCanTellWhatIsHidden of package search.
func TestNothingHiddenIsTold(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		r := rand.New(rand.NewPCG(4, 2))
		circle := closedCircle(t, h)
		author, other := h.As(imran), h.As(ruth)
		var all []marked
		for i := range 16 {
			word := fmt.Sprintf("%sq%c%cz", []string{"brivo", "chelm", "drusp", "flonk", "grilb", "kwesp", "plonv"}[i%7], 'a'+rune(i/7), 'a'+rune(i%7))
			m := marked{word: word, audience: []string{"public", "hub", "org", "network"}[r.IntN(4)]}
			form := url.Values{"kind": {[]string{"question", "discussion"}[r.IntN(2)]}, "title": {"Who looks after the " + word + " of the county?"}, "body": {"The **" + word + "** is old."}, "topics": {"Connectivity"}, "audience": {m.audience}}
			switch m.audience {
			case "network":
				form.Set("network", circle)
				form.Set("audience", "network:"+circle)
			case "org":
				form.Set("audience", "org:1")
			}
			got := author.Post("/threads", form)
			if got.Status != http.StatusSeeOther {
				t.Fatalf("write for %s: status %d\n%.2000s", m.audience, got.Status, got.Doc(t).Find("main").Text())
			}
			m.path = got.Location
			if got := other.Post(m.path+"/replies", url.Values{"body": {"The county leased its " + word + " in spring."}}); got.Status != http.StatusSeeOther {
				t.Fatalf("reply: status %d", got.Status)
			}
			if err := h.DB.QueryRow(t.Context(), "SELECT MAX(id) FROM replies").Scan(&m.reply); err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
			other.Post("/bets", url.Values{"words": {"leased county"}, "path": {m.path}, "note": {"About the " + word}})
		}
		h.Drain()
		for _, m := range all {
			said := url.Values{"reply": {fmt.Sprint(m.reply)}, "topic": {"connectivity"}, "reason": {"The " + m.word + " works again."}}
			if got := author.Post("/people/ruth-ellery/endorse", said); got.Status != http.StatusSeeOther {
				t.Fatalf("endorse: status %d\n%.1000s", got.Status, got.Body)
			}
		}
		for _, viewer := range []struct {
			name  string
			as    *apptest.Client
			reads []string
		}{
			{"nobody", h.Client(), []string{"public"}}, {"a partner", h.As(visitors["partner"]), []string{"public", "hub"}},
			{"a member", h.As(priya), []string{"public", "hub", "org"}}, {"the circle", h.As(ruth), []string{"public", "hub", "org", "network"}},
		} {
			told, hidden := 0, 0
			for _, m := range all {
				mayRead := strings.Contains(strings.Join(viewer.reads, " "), m.audience)
				for _, path := range asking(m, r) {
					body := viewer.as.Get(path).Body
					if strings.Contains(body, m.word) && !mayRead {
						t.Errorf("%s is told of %s, which is for %s, by %s", viewer.name, m.word, m.audience, path)
					}
					for _, o := range all {
						if strings.Contains(body, o.word) {
							told++
							if !strings.Contains(strings.Join(viewer.reads, " "), o.audience) {
								t.Errorf("%s is told of %s, which is for %s, by %s", viewer.name, o.word, o.audience, path)
							}
						}
					}
				}
				if !mayRead {
					hidden++
					if got := viewer.as.Get("/api/v1/search?exact=1&q=" + m.word).Body; !strings.Contains(got, `"total":0,"hits":[]`) {
						t.Errorf("%s finds %s: %s", viewer.name, m.word, got)
					}
				}
			}
			t.Logf("%s: %d words told, of %d hidden threads none", viewer.name, told, hidden)
			if told == 0 {
				t.Errorf("%s is told of nothing: the test looks in the wrong places", viewer.name)
			}
		}
	})
}

// asking are addresses that ask about m without saying its word: misspelt, begun, in the words of its title and its reply, and beside it.
func asking(m marked, r *rand.Rand) []string {
	bent := m.word[:3] + string("bcdfg"[r.IntN(5)]) + m.word[4:]
	begun := m.word[:5]
	var paths []string
	for _, text := range []string{bent, begun, "who looks after the " + bent + " of the county", "county leased", "topic:connectivity county"} {
		q := url.QueryEscape(text)
		paths = append(paths, "/search?q="+q, "/search/narrow?q="+q, "/suggest?q="+q, "/similar?title="+q, "/experts?q="+q, "/api/v1/search?q="+q, "/api/v1/experts?q="+q, "/search?explain=1&sort=date&q="+q)
	}
	return append(paths, m.path, m.path+"/knowing", "/topics/connectivity", "/topics/connectivity?tab=people", "/people/imran-qureshi", "/people/ruth-ellery", "/offers", "/searches", "/gaps", "/bets", "/")
}

// closedCircle makes a network whose threads only Imran and Ruth read, and returns its id.
func closedCircle(t *testing.T, h *apptest.Hub) string {
	t.Helper()
	var id int64
	err := h.DB.Tx(t.Context(), func(tx *db.Tx) error {
		if err := tx.QueryRow(t.Context(), `
			INSERT INTO networks (slug, name, purpose, access, audience, created_at, updated_at)
			VALUES ('the-ring', 'The ring', 'A ring.', 'closed', 'hub', 1, 1)
			RETURNING id`).Scan(&id); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `
			INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at)
			SELECT n.id, p.id, 'member', 'steward', 1, 1
			FROM networks n, people p
			WHERE n.slug = 'the-ring' AND p.handle IN ('imran-qureshi', 'ruth-ellery')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(id)
}
