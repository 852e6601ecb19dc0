package decisions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestRegister(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		ids := map[string]int64{}
		add := func(name string, v auth.Viewer, change func(in *decisions.Form)) {
			id, err := h.Record(ctx, v, h.form(func(in *decisions.Form) {
				in.Title = name
				change(in)
			}))
			h.must(err)
			ids[name] = id
		}
		add("old", as(ada), func(in *decisions.Form) { in.Decided, in.Review = "2025-12-31", "2026-06-30" })
		add("unit", as(gwen), func(in *decisions.Form) { in.Decided = "2026-01-01" })
		add("circle", as(ada), func(in *decisions.Form) { in.Audience, in.Network, in.Topics = "network:1", 1, []string{"Winter"} })
		add("open", as(ben), proposal)
		h.later(time.Hour)
		add("winter", as(ben), func(in *decisions.Form) { in.Topics, in.Review = []string{"Winter"}, "" })
		for _, tc := range []struct {
			name string
			v    auth.Viewer
			f    decisions.Filter
			want string
		}{
			{"all of it", as(ada), decisions.Filter{}, "winter open circle unit old"},
			{"without the circle", as(ben), decisions.Filter{}, "winter open unit old"},
			{"by state", as(ben), decisions.Filter{State: decisions.Proposed}, "open"},
			{"by unit", as(ben), decisions.Filter{Unit: 1}, "unit"},
			{"by network", as(ada), decisions.Filter{Network: "circle"}, "circle"},
			{"by a network one is not in", as(ben), decisions.Filter{Network: "circle"}, ""},
			{"by topic", as(ada), decisions.Filter{Topic: "winter"}, "winter circle"},
			{"by year", as(ben), decisions.Filter{Year: 2026}, "unit"},
			{"due", as(ben), decisions.Filter{Due: true}, "old"},
			{"of a year without any", as(ben), decisions.Filter{Year: 2024}, ""},
			{"for strangers", auth.Public, decisions.Filter{}, ""},
		} {
			var got []string
			f := tc.f
			f.Limit = 2
			for range 5 { // by pages of two
				r, err := h.List(ctx, tc.v, f)
				h.must(err)
				for _, l := range r.Lines {
					got = append(got, l.Title)
				}
				if f.Before = r.Next; r.Next == (threads.Key{}) {
					break
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%s: %v, want %s", tc.name, got, tc.want)
			}
		}
		c, err := h.Narrow(ctx, as(ada), decisions.Filter{})
		h.must(err)
		if got := fmt.Sprint(c); got != "{[{agreed agreed 4} {proposed proposed 1}] [{1 Libraries 1}] [{circle Circle 1}] [{winter Winter 2}] [2027 2026 2025] 1}" {
			t.Errorf("choices %s", got)
		}
		c, err = h.Narrow(ctx, as(ben), decisions.Filter{State: decisions.Proposed})
		h.must(err)
		if got := fmt.Sprint(c); got != "{[{agreed agreed 3} {proposed proposed 1}] [] [] [] [2027] 0}" {
			t.Errorf("choices among proposals %s", got)
		}
	})
}

func TestReminders(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.record(func(in *decisions.Form) {
			in.Title, in.Review, in.Owner, in.Deputy = "due", "2027-05-10", "Ben Chaffe", "Eva Lund"
		})
		h.record(func(in *decisions.Form) { in.Title, in.Review = "own", "2027-05-09" })
		challenged := h.record(func(in *decisions.Form) { in.Title, in.Review = "wrong", "" })
		h.record(func(in *decisions.Form) { proposal(in); in.Title = "closed" })
		h.record(func(in *decisions.Form) { in.Title, in.Review = "later", "2028-01-01" })
		gone := h.record(func(in *decisions.Form) { in.Title, in.Review = "gone", "2027-05-08" })
		h.must(h.Withdraw(ctx, as(ada), gone, "x"))
		secret := h.record(func(in *decisions.Form) {
			in.Title, in.Audience, in.Network, in.Review, in.Owner = "secret", "network:1", 1, "2027-05-08", "Ben Chaffe"
		})
		check := func(v auth.Viewer, want string) {
			t.Helper()
			list, err := h.Reminders(ctx, v, 10)
			h.must(err)
			var got []string
			for _, r := range list {
				got = append(got, r.Text[strings.LastIndex(r.Text, ": ")+2:]+" "+r.Due.Format("02 15:04"))
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%s is reminded of %q, want %q", v.Name, strings.Join(got, ", "), want)
			}
		}
		check(as(ada), "")
		h.later(day)
		h.must(h.Challenge(ctx, as(eva), challenged, "No.", nil))
		check(as(ada), "wrong 05 11:00")
		h.later(7 * day)
		check(as(ada), "wrong 05 11:00, own 09 00:00, closed 11 23:59")
		check(as(ben), "due 10 00:00") // he may not read the secret one
		check(as(eva), "due 10 00:00")
		check(auth.Public, "")
		if list, err := h.Reminders(ctx, as(ada), 1); err != nil || len(list) != 1 || list[0].Path != fmt.Sprintf("/threads/%d", challenged) {
			t.Errorf("the first: %+v, %v (%d)", list, err, secret)
		}
	})
}

func TestImportAndErase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.record(func(in *decisions.Form) {
			in.Options, in.Chosen = []string{"A", "B"}, 2
			in.Evidence = []decisions.EvidenceRow{{Kind: "data", Title: "x", URL: "/threads/1"}}
		})
		h.must(h.Challenge(ctx, as(ben), id, "No.", nil))
		talk, err := h.threads.Open(ctx, as(ada), threads.NewThread{Kind: threads.Discussion, Title: "Routes", Audience: "hub"})
		h.must(err)
		record := decisions.Record{
			Thread: id, Source: talk, State: decisions.Agreed, By: gwen, Authority: "Board", DecidedAt: begin, ReviewAt: begin.Add(time.Nanosecond), Learnt: "Much.",
			Options:  []decisions.Option{{Said: "C", Chosen: true}},
			Evidence: []decisions.Evidence{{Kind: "law", Title: "Talk", Item: talk, AddedAt: begin}}, Assumptions: []decisions.Assumption{{Said: "D", BrokenAt: begin}},
			Stances: []decisions.StanceRecord{
				{Person: eva, Position: decisions.Block, Reason: "No", CreatedAt: begin, UpdatedAt: begin}, {Person: 0, Position: decisions.Agree}, {Person: ben, Position: decisions.Agree, CreatedAt: begin, UpdatedAt: begin},
			},
			Changes: []decisions.ChangeRecord{{At: begin.Add(day), What: "superseded", By: ada, Other: talk}, {At: begin, What: "proposed"}},
		}
		for _, want := range []string{"0 1 0 0", "0 0 1 0"} { // a second time nothing changes
			var out threads.Outcome
			h.must(h.db.Tx(ctx, func(tx *db.Tx) (err error) {
				out, err = h.Import(ctx, tx, []decisions.Record{record})
				return err
			}))
			if got := fmt.Sprint(out.Created, out.Changed, out.Unchanged, len(out.Skipped)); got != want {
				t.Errorf("import = %s, want %s", got, want)
			}
		}
		d := h.find(as(ada), id)
		if d.By.Name != "Gwen Pryce" || d.Evidence[0].URL != fmt.Sprintf("/threads/%d", talk) || said(d) != "proposed superseded" || d.Counts[decisions.Agree] != 1 || len(d.Stances) != 1 || d.Source.ID != talk {
			t.Errorf("imported: %+v", d)
		}
		for name, bad := range map[string]decisions.Record{
			"no state of a decision": {State: "maybe"}, "no sort of evidence": {State: decisions.Agreed, Evidence: []decisions.Evidence{{Kind: "x"}}},
			"no stance":                          {State: decisions.Agreed, Stances: []decisions.StanceRecord{{Position: "x"}}},
			"nothing that happens to a decision": {State: decisions.Agreed, Changes: []decisions.ChangeRecord{{What: "x"}}},
		} {
			if err := bad.Check(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("Check = %v, want %s", err, name)
			}
		}
		h.must(h.db.Tx(ctx, func(tx *db.Tx) error {
			out, err := h.Import(ctx, tx, []decisions.Record{{Thread: talk, State: decisions.Agreed}})
			if len(out.Skipped) != 1 {
				t.Errorf("a discussion became a decision: %+v", out)
			}
			return err
		}))
		h.must(h.db.Tx(ctx, func(tx *db.Tx) error { return decisions.Erase(ctx, tx, []int64{talk}, []int64{gwen, eva}) }))
		d = h.find(as(ada), id)
		if d.By.ID != 0 || d.Source.ID != 0 || d.Evidence[0].Item != 0 || d.Evidence[0].URL != "" || len(d.Stances) != 0 || d.Counts[decisions.Block] != 0 {
			t.Errorf("without people and threads that are gone: %+v", d)
		}
		h.must(h.db.Tx(ctx, func(tx *db.Tx) error { return decisions.Erase(ctx, tx, []int64{id}, nil) }))
		if _, err := h.Find(ctx, as(ada), id); !errs.IsNotFound(err) {
			t.Errorf("erased: %v", err)
		}
	})
}
