package threads_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestFeed(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		byAda := h.ask(ada, "hub", "Schools")
		byPat := h.ask(pat, "hub", "Connectivity")
		other := h.ask(pat, "hub", "Libraries")
		byMo := h.ask(mo, "hub")
		h.say(ben, byAda, "Yes") // now the latest
		for _, w := range []struct {
			kind string
			id   int64
		}{{"topic", 1}, {"person", mo.Person}, {"thread", other}} {
			if err := h.Watch(ctx, ben, w.kind, w.id); err != nil {
				t.Fatal(err)
			}
		}
		for _, tc := range []struct {
			name string
			as   auth.Viewer
			in   threads.FeedQuery
			want []string
		}{
			{"latest", ben, threads.FeedQuery{Tab: threads.Latest}, []string{key(byAda), key(byMo), key(other), key(byPat)}},
			{"unanswered", ben, threads.FeedQuery{Tab: threads.Unanswered}, []string{key(byMo), key(other), key(byPat)}},
			{"for you", ben, threads.FeedQuery{Tab: threads.ForYou}, []string{
				key(byAda) + " From your unit", key(byMo) + " Because you follow Mo Field", key(byPat) + " Because you follow Connectivity",
			}},
			{"for you, without one's own", ada, threads.FeedQuery{Tab: threads.ForYou}, nil},
			{"for you, in no unit and following nobody", pat, threads.FeedQuery{Tab: threads.ForYou}, nil},
			{"following", ben, threads.FeedQuery{Tab: threads.Following}, []string{key(other)}},
			{"following one's own", ada, threads.FeedQuery{Tab: threads.Following}, []string{key(byAda)}},
			{"by topic", ben, threads.FeedQuery{Topic: 1}, []string{key(byPat)}},
			{"by author", ben, threads.FeedQuery{Author: pat.Person}, []string{key(other), key(byPat)}},
			{"by unit", pat, threads.FeedQuery{Unit: 1}, []string{key(byAda)}},
			{"unanswered about a topic", ben, threads.FeedQuery{Tab: threads.Unanswered, Topic: 2}, nil},
			{"signed out", stranger, threads.FeedQuery{}, nil},
		} {
			feed, err := h.Feed(ctx, tc.as, tc.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range feed.Items {
				got = append(got, strings.TrimSpace(key(i.ID)+" "+i.Why))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
			}
		}
		if _, err := h.Feed(ctx, stranger, threads.FeedQuery{Tab: threads.ForYou}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("For you signed out: %v", err)
		}
		desk, err := h.Desk(ctx, ben)
		if err != nil || desk.Unanswered != 3 || len(desk.Topics) != 1 || len(desk.Answerable) != 1 || desk.Answerable[0].ID != byPat {
			t.Errorf("desk = %+v, %v", desk, err)
		}
		if len(desk.Suggested) != 0 {
			t.Errorf("somebody who follows a topic is offered %v", desk.Suggested)
		}
		newcomer, err := h.Desk(ctx, pat)
		if err != nil || len(newcomer.Topics) != 0 || len(newcomer.Suggested) == 0 || len(newcomer.Answerable) == 0 {
			t.Errorf("desk of somebody who follows no topic = %+v, %v, want topics to follow and any question to answer", newcomer, err)
		}
		if err := h.DeleteThread(ctx, ada, byAda); err != nil {
			t.Fatal(err)
		}
		if feed, err := h.Feed(ctx, ben, threads.FeedQuery{}); err != nil || len(feed.Items) != 3 {
			t.Errorf("feed after a deletion has %d items, %v", len(feed.Items), err)
		}
	})
}

func key(id int64) string { return fmt.Sprintf("#%d", id) }

func TestDeskOffersWhatIsNear(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		on, near, far := h.ask(pat, "hub", "Connectivity"), h.ask(ada, "hub"), h.ask(mo, "hub")
		h.ask(ben, "hub", "Connectivity") // one's own
		h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Highways', 1)`)
		h.exec(`UPDATE people SET unit_id = 2 WHERE handle = 'mo'`)
		offered := func() (list []int64) {
			t.Helper()
			desk, err := h.Desk(ctx, ben)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range desk.Answerable {
				list = append(list, i.ID)
			}
			slices.Sort(list)
			return list
		}
		for _, step := range []struct {
			name, kind string
			id         int64
			want       []int64
		}{
			{"following a topic", "topic", 1, []int64{on, near}},
			{"and the unit of the others", "unit", 2, []int64{on, near, far}},
		} {
			if err := h.Watch(ctx, ben, step.kind, step.id); err != nil {
				t.Fatal(err)
			}
			if got := offered(); !slices.Equal(got, step.want) {
				t.Errorf("%s: Ben is offered %v, want %v", step.name, got, step.want)
			}
		}
	})
}

func TestWeek(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		answered := func(asker auth.Viewer, audience string, waited time.Duration, ago time.Duration) {
			t.Helper()
			q := h.ask(asker, audience)
			r := h.say(ben, q, "So.")
			if err := h.Accept(ctx, asker, r); err != nil {
				t.Fatal(err)
			}
			at := db.Micros(time.Now().Add(-ago))
			h.exec(`UPDATE replies SET created_at = $1 WHERE id = $2`, at, r)
			h.exec(`UPDATE threads SET active_at = $1, created_at = $2 WHERE id = $3`, at, at-waited.Microseconds(), q)
		}
		answered(ada, "hub", 2*time.Hour, time.Hour)
		answered(ada, "hub", 40*time.Minute, 24*time.Hour)
		answered(ada, "org:1", 80*time.Hour, 48*time.Hour)
		answered(ada, "hub", time.Minute, 8*24*time.Hour) // last week
		h.ask(ada, "hub")
		h.ask(ada, "org:1")
		for _, tc := range []struct {
			name string
			as   auth.Viewer
			want threads.Week
		}{
			{"staff", ben, threads.Week{Answered: 3, Typical: 2 * time.Hour, Open: 2}},
			{"a partner", pat, threads.Week{Answered: 2, Typical: 40 * time.Minute, Open: 1}},
			{"signed out", stranger, threads.Week{}},
		} {
			if got, err := h.Week(ctx, tc.as); err != nil || got != tc.want {
				t.Errorf("%s: %+v, %v, want %+v", tc.name, got, err, tc.want)
			}
			counted, n := db.CountQueries(ctx)
			if _, err := h.Week(counted, tc.as); err != nil || n.Load() != 0 {
				t.Errorf("%s: asking again takes %d statements, %v, want none within a minute", tc.name, n.Load(), err)
			}
		}
	})
}

func TestFeedPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		var want []int64
		for range 47 {
			want = append(want, h.ask(ada, "hub"))
		}
		slices.Reverse(want)
		// Ten share one time, across a border between two pages.
		h.exec(`UPDATE threads SET active_at = (SELECT active_at FROM threads WHERE id = $1) WHERE id BETWEEN $2 AND $3`, want[24], want[24], want[15])
		page := func(in threads.FeedQuery) threads.Feed {
			t.Helper()
			in.Tab, in.Limit = threads.Latest, 20
			feed, err := h.Feed(ctx, ben, in)
			if err != nil {
				t.Fatal(err)
			}
			return feed
		}
		ids := func(f threads.Feed) (list []int64) {
			for _, i := range f.Items {
				list = append(list, i.ID)
			}
			return list
		}
		first := page(threads.FeedQuery{})
		second := page(threads.FeedQuery{Before: first.Older})
		third := page(threads.FeedQuery{Before: second.Older})
		if got := slices.Concat(ids(first), ids(second), ids(third)); !slices.Equal(got, want) {
			t.Errorf("pages show %v, want %v", got, want)
		}
		if third.Older != (threads.Key{}) || first.Newer != (threads.Key{}) {
			t.Errorf("the ends lead on: %v, %v", third.Older, first.Newer)
		}
		if back := page(threads.FeedQuery{After: third.Newer}); !slices.Equal(ids(back), ids(second)) {
			t.Errorf("back from the third page: %v, want %v", ids(back), ids(second))
		}
		if back := page(threads.FeedQuery{After: second.Newer}); !slices.Equal(ids(back), ids(first)) {
			t.Errorf("back from the second page: %v, want %v", ids(back), ids(first))
		}
		h.say(ben, want[46], "Back on top")
		if back := page(threads.FeedQuery{Before: first.Older}); !slices.Equal(ids(back), ids(second)) {
			t.Errorf("a page changed while nothing on it did: %v, want %v", ids(back), ids(second))
		}
	})
}

// What is near somebody is sorted when it is little and looked for among all threads when it is much. Both show the same.
func TestForYouWithMuchAndWithLittleNear(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		byAda := h.ask(ada, "hub", "Schools")
		h.ask(pat, "hub", "Libraries")
		byPat := h.ask(pat, "hub", "Connectivity")
		h.ask(ben, "hub", "Connectivity")
		byMo := h.ask(mo, "hub")
		for _, w := range []struct {
			kind string
			id   int64
		}{{"topic", 1}, {"person", mo.Person}} {
			if err := h.Watch(ctx, ben, w.kind, w.id); err != nil {
				t.Fatal(err)
			}
		}
		page := func() (got []string) {
			feed, err := h.Feed(ctx, ben, threads.FeedQuery{Tab: threads.ForYou, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range feed.Items {
				got = append(got, key(i.ID)+" "+i.Why)
			}
			return got
		}
		want := []string{
			key(byMo) + " Because you follow Mo Field", key(byPat) + " Because you follow Connectivity", key(byAda) + " From your unit",
		}
		if got := page(); !slices.Equal(got, want) {
			t.Errorf("with little near: %q, want %q", got, want)
		}
		var old []threads.ThreadRecord
		for n := range 1000 {
			old = append(old, threadRecord(n, func(r *threads.ThreadRecord) { r.CreatedAt = day.AddDate(-1, 0, 0) }))
		}
		h.importThreads(old...)
		if got := page(); !slices.Equal(got, want) {
			t.Errorf("with much near: %q, want %q", got, want)
		}
	})
}
