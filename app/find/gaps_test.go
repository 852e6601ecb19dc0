package find_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/find"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// gapHub is a hub whose days pass as the test says.
type gapHub struct {
	*hub
	t            *testing.T
	now          time.Time
	leader, tess auth.Viewer // of the staff: one who leads, and one without any role
}

func eachGapHub(t *testing.T, test func(t *testing.T, h *gapHub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		h := &gapHub{t: t, now: noon}
		clock := func() time.Time { return h.now }
		h.hub = newHubAt(t, backends.Open(t, url, db.Options{Sync: "normal", Now: clock}), clock)
		for i, who := range []struct {
			name  string
			roles auth.Role
			to    *auth.Viewer
		}{{"Lea Lead", auth.Leader, &h.leader}, {"Tess Teller", 0, &h.tess}} {
			must(t, h.db.Tx(t.Context(), func(tx *db.Tx) error {
				id, err := h.people.Create(t.Context(), tx, people.NewPerson{Name: who.name})
				*who.to = auth.ForPerson(int64(20+i), id, h.gwen.Organisation, true, who.roles)
				return err
			}))
		}
		test(t, h)
	})
}

// looked writes n searches of today.
func (h *gapHub) looked(said string, n, hits int, opened bool) {
	h.t.Helper()
	list := make([]find.SearchRecord, n)
	for i := range list {
		list[i] = find.SearchRecord{Said: said, At: h.now, Hits: hits, Opened: opened}
	}
	must(h.t, h.db.Tx(h.t.Context(), func(tx *db.Tx) error { return find.ImportSearches(h.t.Context(), tx, list) }))
}

func (h *gapHub) days(n int) { h.now = h.now.AddDate(0, 0, n) }

// gaps refreshes and lists what v sees: "agile policy 6; weir -", and behind a stroke what became of others.
func (h *gapHub) gaps(v auth.Viewer) string {
	h.t.Helper()
	ctx := h.t.Context()
	must(h.t, h.RefreshGaps(ctx))
	list, err := h.Gaps(ctx, v)
	must(h.t, err)
	closed, err := h.ClosedGaps(ctx, v)
	must(h.t, err)
	var open, gone []string
	for _, g := range list {
		times := "-"
		if g.Times > 0 {
			times = fmt.Sprint(g.Times)
		}
		open = append(open, g.Said+" "+times)
	}
	for _, g := range closed {
		gone = append(gone, strings.TrimSpace(g.Said+" "+string(g.Why)+" "+g.Answer.Title))
	}
	return strings.Join(open, "; ") + " | " + strings.Join(gone, "; ")
}

func (h *gapHub) expect(name string, v auth.Viewer, want string) {
	h.t.Helper()
	if got := h.gaps(v); got != want {
		h.t.Errorf("%s: %q, want %q", name, got, want)
	}
}

// TestGapsOpenAndClose follows gaps through their days.
func TestGapsOpenAndClose(t *testing.T) {
	eachGapHub(t, func(t *testing.T, h *gapHub) {
		h.looked("agile policy", 4, 0, false)
		h.looked("policies agile", 2, 0, false)
		h.looked("weir", 3, 40, false)
		h.looked("seldom", 2, 0, false)
		h.looked("parking", 9, 30, true)
		h.expect("what failed often enough", h.gwen, "policies agile 6; weir - | ")
		h.expect("once more", h.gwen, "policies agile 6; weir - | ")

		h.days(1)
		h.looked("weirs", 1, 40, true)
		h.expect("something was opened", h.gwen, "policies agile 6 | weir found")
		h.expect("on the staff", h.tess, "policies agile 6 | ") // of the other it is not told that anybody looked

		h.days(1)
		h.looked("agile policy", 1, 2, true)
		h.expect("little is not enough", h.gwen, "agile policy 7 | weir found")
		id := h.open(t, h.gwen, threads.Discussion, "hub", "Agile policy", "How we work.")
		other := h.open(t, h.ravi, threads.Discussion, "hub", "Agile policy of the circle", "Secret.")
		h.exec(t, "UPDATE threads SET audience = 'network:1' WHERE id = "+itoa(other))
		h.drain(t)
		h.days(1)
		h.looked("agile policy", 1, 5, true)
		h.expect("the same search succeeds", h.gwen, " | agile policy found Agile policy; weir found")
		if n := h.count(t, "SELECT answer_id FROM gaps WHERE closed_why = 'found' AND answer_id IS NOT NULL"); int64(n) != id {
			t.Errorf("answered by thread %d, want %d: what everybody may read", n, id)
		}

		h.days(1)
		h.looked("agile policy", 2, 1, false)
		h.expect("failing twice again", h.gwen, " | agile policy found Agile policy; weir found")
		h.looked("agile policy", 3, 1, false)
		h.expect("it opens again", h.gwen, "agile policy 13 | agile policy found Agile policy; weir found")

		h.days(91)
		h.expect("nobody looks for it any more", h.gwen, " | agile policy faded") // and what was closed long ago is not told
	})
}

// TestGapsGather: what asks the same is one gap, in whatever words.
func TestGapsGather(t *testing.T) {
	eachGapHub(t, func(t *testing.T, h *gapHub) {
		_, err := h.topics.Create(t.Context(), h.gwen, topics.Input{Name: "Home working", Synonyms: []string{"WFH", "telework"}})
		must(t, err)
		for i := range 6 {
			h.open(t, h.gwen, threads.Discussion, "hub", fmt.Sprint("Gritting rota, winter salt ", i), "Salt barn lorries.")
		}
		h.drain(t)
		h.looked("wfh allowance", 2, 0, false)
		h.looked("home working allowance", 2, 1, false)
		h.looked("telework allowence", 1, 0, false)
		h.looked("car allowance", 3, 0, false)
		h.looked("salt barn", 3, 6, false)
		h.looked("gritting rota", 2, 6, false) // finds the same
		h.expect("by words, names and results", h.gwen, "home working allowance 5; salt barn 5; car allowance - | ")
		h.looked("gritting rota", 2, 6, false)
		h.expect("the commonest gives the name", h.gwen, "gritting rota 7; home working allowance 5; car allowance - | ")
		list, err := h.Gaps(t.Context(), h.gwen)
		must(t, err)
		g, err := h.FindGap(t.Context(), h.gwen, list[0].ID)
		must(t, err)
		if !slices.Equal(g.Ways, []string{"salt barn"}) || g.Little() {
			t.Errorf("asked for as %q, little %t; want the other way, and much", g.Ways, g.Little())
		}
		if g, err = h.FindGap(t.Context(), h.gwen, list[1].ID); err != nil || len(g.Ways) != 0 || !g.Little() {
			t.Errorf("asked for as %q, %v; want no way that few took", g.Ways, err)
		}
	})
}

// TestGapsAreCapped: the least looked for make room, but never what somebody looks into.
func TestGapsAreCapped(t *testing.T) {
	eachGapHub(t, func(t *testing.T, h *gapHub) {
		ctx := t.Context()
		names := func(i int) string {
			return fmt.Sprintf("%c%c%c%c unknown%c", 'b'+i/20, 'a'+i%20, 'z', 'q'-i%7, 'a'+i%20)
		}
		for i := range 53 {
			h.looked(names(i), 3, 0, false)
		}
		must(t, h.RefreshGaps(ctx))
		list, err := h.Gaps(ctx, h.gwen)
		must(t, err)
		if len(list) != 50 {
			t.Fatalf("%d gaps are open, want 50", len(list))
		}
		last := list[len(list)-1]
		must(t, h.TakeGap(ctx, h.gwen, last.ID))
		for _, said := range []string{"gargoyles", "quartzite", "heliograph"} {
			h.looked(said, 7, 0, false)
		}
		must(t, h.RefreshGaps(ctx))
		list, err = h.Gaps(ctx, h.gwen)
		must(t, err)
		var open []string
		for _, g := range list {
			open = append(open, g.Said)
		}
		for _, want := range []string{"gargoyles", "quartzite", "heliograph", last.Said} {
			if !slices.Contains(open, want) {
				t.Errorf("%s is not open", want)
			}
		}
		if n := h.count(t, "SELECT COUNT(*) FROM gaps WHERE closed_why = 'faded'"); len(list) != 50 || n != 3 {
			t.Errorf("%d are open and %d faded, want 50 and 3", len(list), n)
		}
		must(t, h.RefreshGaps(ctx)) // what faded does not come back by itself
		if n := h.count(t, "SELECT COUNT(*) FROM gaps"); n != 53 {
			t.Errorf("%d gaps after another look, want 53", n)
		}
	})
}

// TestWhoSeesGaps asks for everything about a gap as everybody.
func TestWhoSeesGaps(t *testing.T) {
	eachGapHub(t, func(t *testing.T, h *gapHub) {
		ctx := t.Context()
		h.looked("agile policy", 6, 0, false)
		h.looked("weir", 3, 0, false)
		must(t, h.RefreshGaps(ctx))
		list, err := h.Gaps(ctx, h.gwen)
		must(t, err)
		often, seldom := list[0].ID, list[1].ID
		answer := h.open(t, h.tess, threads.Discussion, "hub", "Agile policy", "How we work.")
		own := h.open(t, h.gwen, threads.Discussion, fmt.Sprintf("org:%d", h.gwen.Organisation), "Among us", "")
		for _, tc := range []struct {
			name string
			do   func() error
			want errs.Kind
		}{
			{"a stranger lists", func() error { _, err := h.Gaps(ctx, auth.Public); return err }, errs.Unauthenticated},
			{"a partner lists", func() error { _, err := h.Gaps(ctx, h.pat); return err }, errs.NotFound},
			{"a partner lists what became of them", func() error { _, err := h.ClosedGaps(ctx, h.pat); return err }, errs.NotFound},
			{"a partner opens one", func() error { _, err := h.FindGap(ctx, h.pat, often); return err }, errs.NotFound},
			{"a partner takes one", func() error { return h.TakeGap(ctx, h.pat, often) }, errs.NotFound},
			{"staff open what few looked for", func() error { _, err := h.FindGap(ctx, h.tess, seldom); return err }, errs.NotFound},
			{"staff take what few looked for", func() error { return h.TakeGap(ctx, h.tess, seldom) }, errs.NotFound},
			{"a leader opens it", func() error { _, err := h.FindGap(ctx, h.leader, seldom); return err }, 0},
			{"staff assign", func() error { return h.AssignGap(ctx, h.tess, often, "@gwen-pryce") }, errs.Forbidden},
			{"staff close", func() error { return h.CloseGap(ctx, h.tess, often, find.ClosedGap{}) }, errs.Forbidden},
			{"staff take", func() error { return h.TakeGap(ctx, h.tess, often) }, 0},
			{"somebody else takes it too", func() error {
				return h.TakeGap(ctx, auth.ForPerson(99, h.ravi.Person, h.gwen.Organisation, true, 0), often)
			}, errs.Conflict},
			{"the owner hands it to nobody there is", func() error { return h.AssignGap(ctx, h.tess, often, "Nobody Atall") }, errs.Invalid},
			{"the owner hands it over", func() error { return h.AssignGap(ctx, h.tess, often, "Ravi Anand") }, 0},
			{"who had it closes it", func() error { return h.CloseGap(ctx, h.tess, often, find.ClosedGap{}) }, errs.Forbidden},
			{"a leader gives it back", func() error { return h.AssignGap(ctx, h.leader, often, "Tess Teller") }, 0},
			{"the owner closes it with nothing that is here", func() error { return h.CloseGap(ctx, h.tess, often, find.ClosedGap{Answer: "/threads/999"}) }, errs.Invalid},
			{"with a person", func() error { return h.CloseGap(ctx, h.tess, often, find.ClosedGap{Answer: "/people/gwen-pryce"}) }, errs.Invalid},
			{"with too many words", func() error { return h.CloseGap(ctx, h.tess, often, find.ClosedGap{Note: strings.Repeat("a", 501)}) }, errs.Invalid},
			{"somebody writes because of it", func() error { return h.AnswerGap(ctx, h.tess, often, answer) }, 0},
			{"and names what they may not read", func() error { return h.AnswerGap(ctx, h.tess, often, 999) }, errs.NotFound},
			{"it is still open", func() error { return h.CloseGap(ctx, h.tess, often, find.ClosedGap{Note: "It is in the handbook."}) }, 0},
			{"and then is not", func() error { return h.CloseGap(ctx, h.gwen, often, find.ClosedGap{}) }, errs.Conflict},
			{"a moderator closes the other", func() error { return h.CloseGap(ctx, h.gwen, seldom, find.ClosedGap{Answer: "/threads/" + itoa(own)}) }, 0},
		} {
			err := tc.do()
			if (err == nil) != (tc.want == 0) || err != nil && errs.KindOf(err) != tc.want {
				t.Errorf("%s: %v, want kind %v", tc.name, err, tc.want)
			}
		}
		list, err = h.ClosedGaps(ctx, h.tess)
		if err != nil || len(list) != 1 || list[0].Answer.ID != answer || list[0].Note == "" || list[0].Why != find.WhyOwner {
			t.Errorf("what became of it: %+v, %v", list, err)
		}
		if got := strings.Join(h.verbs(), " "); got != "gap.opened gap.opened gap.assigned gap.assigned gap.assigned gap.answered gap.closed gap.closed" {
			t.Errorf("events: %s", got)
		}
	})
}

// verbs are the events about gaps.
func (h *gapHub) verbs() []string {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), "SELECT e.verb FROM events e WHERE e.verb LIKE 'gap.%' ORDER BY e.id LIMIT 100")
	list, err := db.Collect(rows, err, db.One[string])
	must(h.t, err)
	return list
}

// TestGapReminders: who looks into something is reminded until it is closed.
func TestGapReminders(t *testing.T) {
	eachGapHub(t, func(t *testing.T, h *gapHub) {
		ctx := t.Context()
		h.looked("agile policy", 6, 0, false)
		must(t, h.RefreshGaps(ctx))
		list, err := h.Gaps(ctx, h.tess)
		must(t, err)
		must(t, h.TakeGap(ctx, h.tess, list[0].ID))
		for who, want := range map[*auth.Viewer]int{&h.tess: 1, &h.gwen: 0, &h.pat: 0} {
			if got, err := h.Reminders(ctx, *who, 5); err != nil || len(got) != want {
				t.Errorf("%d reminders, %v; want %d", len(got), err, want)
			}
		}
		must(t, h.CloseGap(ctx, h.tess, list[0].ID, find.ClosedGap{}))
		if got, err := h.Reminders(ctx, h.tess, 5); err != nil || len(got) != 0 {
			t.Errorf("reminded of %+v, %v; want nothing", got, err)
		}
	})
}

// TestErasedGaps: who and what goes is taken out of gaps, which stay.
func TestErasedGaps(t *testing.T) {
	eachGapHub(t, func(t *testing.T, h *gapHub) {
		ctx := t.Context()
		h.looked("agile policy", 6, 0, false)
		must(t, h.RefreshGaps(ctx))
		id := h.open(t, h.tess, threads.Discussion, "hub", "Agile policy", "How we work.")
		must(t, h.AnswerGap(ctx, h.tess, 1, id))
		must(t, h.db.Tx(ctx, func(tx *db.Tx) error {
			return find.Erase(ctx, tx, map[string][]int64{"person": {h.tess.Person}, "thread": {id}})
		}))
		if n := h.count(t, "SELECT COUNT(*) FROM gaps WHERE owner_id IS NULL AND answer_id IS NULL"); n != 1 {
			t.Errorf("%d gaps without owner and answer, want 1", n)
		}
	})
}
