package find_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/find"
	"watercooler/app/mail"
	"watercooler/app/threads"
	"watercooler/auth"
)

// post keeps letters, or refuses them.
type post struct {
	sent   []mail.Letter
	broken bool
}

func (p *post) Send(_ context.Context, l mail.Letter) error {
	if p.broken {
		return errors.New("no mail server")
	}
	p.sent = append(p.sent, l)
	return nil
}

// recipients are the people of a hub, all with a mailbox.
type recipients map[int64]auth.Viewer

func (r recipients) ByPerson(_ context.Context, person int64) (auth.Viewer, error) {
	v, ok := r[person]
	if !ok {
		return v, errs.NotFoundf("gone")
	}
	return v, nil
}

func (recipients) Mailbox(context.Context, auth.Viewer) (string, error) {
	return "somebody@hub.example", nil
}

// TestFollowedSearches: what is new in a search is told once, in one letter, to whoever may read it.
func TestFollowedSearches(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx, box := t.Context(), &post{}
		pat := auth.ForPerson(9, h.gwen.Person, h.pat.Organisation, false, 0)
		h.Letters(find.Letters{BaseURL: "https://hub.example", Hub: func() string { return "Carreg" }, Mail: box, People: recipients{pat.Person: pat, h.ravi.Person: h.ravi}})
		must(t, h.Follow(ctx, pat, "weir", "", find.Daily))
		must(t, h.Follow(ctx, pat, "kind:question gauge", "", find.Daily))
		must(t, h.Follow(ctx, h.ravi, "weir", "question", find.NoAlert))
		for name, err := range map[string]error{
			"nothing": h.Follow(ctx, pat, " ", "", find.NoAlert), "signed out": h.Follow(ctx, auth.Public, "weir", "", find.NoAlert),
			"never heard of": h.Follow(ctx, pat, "weir", "", "hourly"), "of another": h.Unfollow(ctx, h.ravi, 1),
		} {
			if errs.As(err) == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.exec(t, "UPDATE saved_searches SET seen_at = 5")
		h.open(t, h.ravi, threads.Question, "hub", "How is a weir gauged?", "We need a gauge.")
		h.open(t, h.ravi, threads.Question, "org:"+itoa(h.ravi.Organisation), "A secret weir", "Hidden gauge.")
		h.drain(t)
		list, err := h.Followed(ctx, pat)
		must(t, err)
		if len(list) != 2 || list[0].New != 1 || list[1].New != 1 {
			t.Fatalf("followed: %+v", list)
		}
		must(t, h.SendAlerts(ctx))
		if len(box.sent) != 0 {
			t.Fatalf("before it was due: %+v", box.sent)
		}
		h.exec(t, "UPDATE saved_searches SET run_at = 5 WHERE run_at IS NOT NULL")
		box.broken = true
		if err := h.SendAlerts(ctx); err == nil {
			t.Error("a letter that was not sent is no error")
		}
		box.broken = false
		h.exec(t, "UPDATE saved_searches SET run_at = 5 WHERE run_at IS NOT NULL")
		must(t, h.SendAlerts(ctx))
		must(t, h.SendAlerts(ctx))
		if len(box.sent) != 1 || strings.Count(box.sent[0].Text, "How is a weir gauged?") != 2 || strings.Contains(box.sent[0].Text+box.sent[0].HTML, "secret") {
			t.Fatalf("letters: %+v", box.sent)
		}
		h.exec(t, "UPDATE saved_searches SET run_at = 5 WHERE run_at IS NOT NULL")
		must(t, h.SendAlerts(ctx))
		if len(box.sent) != 1 {
			t.Errorf("nothing is new, and a letter came: %+v", box.sent[1:])
		}
		if _, err := h.See(ctx, pat, list[0].ID); err != nil {
			t.Error(err)
		}
		must(t, h.Alert(ctx, pat, list[0].ID, find.Weekly))
		must(t, h.Unfollow(ctx, pat, list[1].ID))
		if list, err := h.Followed(ctx, pat); err != nil || len(list) != 1 || list[0].Alert != find.Weekly || list[0].New != 0 {
			t.Errorf("in the end: %+v, %v", list, err)
		}
	})
}

// TestBestBets: what moderators put first is shown for these words in any order and form, until it expires, to whoever may read it.
func TestBestBets(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		shown := h.open(t, h.gwen, threads.Discussion, "hub", "How leave works", "Ask your manager.")
		hidden := h.open(t, h.gwen, threads.Discussion, "org:"+itoa(h.gwen.Organisation), "What leave costs", "A lot.")
		h.drain(t)
		for _, in := range []find.NewBet{
			{Words: "holiday forms, leave", Path: "https://hub.example/threads/" + itoa(shown), Note: "Rewritten."}, {Words: "leave", Path: "/threads/" + itoa(hidden)},
		} {
			must(t, h.SetBet(ctx, h.gwen, in))
		}
		member := auth.ForPerson(7, h.ravi.Person, h.ravi.Organisation, true, 0)
		for _, tc := range []struct {
			name, text string
			as         auth.Viewer
			want       string
		}{
			{"another form", "form for holidays", member, "How leave works"}, {"one word", "Leave", member, "What leave costs, How leave works"},
			{"a partner", "leave", h.pat, "How leave works"}, {"strangers", "leave", auth.Public, ""}, {"more words", "leave of absence for jurors", member, ""}, {"nothing", "", member, ""},
		} {
			list, err := h.Bets(ctx, tc.as, tc.text)
			must(t, err)
			var got []string
			for _, b := range list {
				got = append(got, b.Hit.Title)
			}
			if s := strings.Join(got, ", "); s != tc.want {
				t.Errorf("%s: %q, want %q", tc.name, s, tc.want)
			}
		}
		for name, in := range map[string]find.NewBet{
			"no words": {Words: " , the", Path: "/threads/1"}, "nowhere": {Words: "x", Path: "/threads/999"}, "elsewhere": {Words: "x", Path: "https://example.org/"}, "past": {Words: "x", Path: "/threads/1", ExpiresOn: "2001-01-01"},
		} {
			if e := errs.As(h.SetBet(ctx, h.gwen, in)); e == nil || len(e.Fields) != 1 {
				t.Errorf("%s: %v", name, e)
			}
		}
		if e := errs.As(h.SetBet(ctx, member, find.NewBet{Words: "x", Path: "/threads/1"})); e == nil || e.Kind != errs.Forbidden {
			t.Errorf("set by a member: %v", e)
		}
		all, err := h.AllBets(ctx, h.gwen)
		must(t, err)
		if len(all) != 2 || strings.Join(all[1].Words, "|") != "holiday forms|leave" {
			t.Fatalf("all: %+v", all)
		}
		must(t, h.RemoveBet(ctx, h.gwen, all[0].ID))
		h.exec(t, "UPDATE best_bets SET expires_at = 5")
		if list, err := h.Bets(ctx, member, "leave"); err != nil || len(list) != 0 {
			t.Errorf("expired: %+v, %v", list, err)
		}
	})
}

// TestSearchesAreRemembered: without the person, without what may name one, and for some months.
func TestSearchesAreRemembered(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for range 3 {
			h.Looked(h.gwen, "Agile  policies", 0)
			h.Looked(h.gwen, "gwen.pryce@hub.example", 0)
			h.Looked(h.gwen, "call 01632 960114", 0)
			h.Looked(auth.Public, "weir", 40)
		}
		must(t, h.Remember(ctx))
		if n := h.count(t, "SELECT COUNT(*) FROM search_log"); n != 6 {
			t.Errorf("%d searches are remembered", n)
		}
		h.exec(t, "UPDATE search_log SET at = at - "+itoa(400*24*time.Hour.Microseconds()))
		must(t, h.Forget(ctx))
		if n := h.count(t, "SELECT COUNT(*) FROM search_log"); n != 0 {
			t.Errorf("%d searches of last year are left", n)
		}
	})
}

func (h *hub) exec(t *testing.T, statement string) {
	t.Helper()
	must(t, h.db.Tx(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), statement); return err }))
}

func (h *hub) count(t *testing.T, query string) (n int) {
	t.Helper()
	must(t, h.db.QueryRow(t.Context(), query).Scan(&n))
	return n
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
