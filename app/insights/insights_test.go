package insights_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/insights"
	"watercooler/auth"
)

// Every figure that is shown is what its statement computes from the tables of the hub alone, and where there is none there was
// nothing to count.
func TestFiguresAreWhatTheirStatementsSay(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.write(1, 500)
		random := rand.New(rand.NewPCG(7, 1))
		shown, withheld := 0, 0
		for i, unit := range append([]int64{insights.Whole}, h.unitIDs()...) {
			f := h.read(unit)
			for _, s := range f.Series {
				for _, at := range s.Figures {
					if at.State != insights.Shown {
						withheld++
						if at.Value != 0 || at.Whole != 0 {
							t.Errorf("%s of %d in %s is not shown, and %d of %d all the same", s.Key, unit, at.Month, at.Value, at.Whole)
						}
						continue
					}
					if i > 0 && random.IntN(4) > 0 {
						continue // each statement takes a while, and the organisation had all of them
					}
					shown++
					value, whole := h.compute(s.Metric, unit, at.Month)
					if whole == 0 {
						value = 0 // nobody active among none
					}
					if at.Value != value || at.Whole != whole {
						t.Errorf("%s of %d in %s: got %d of %d, the statement says %d of %d", s.Key, unit, at.Month, at.Value, at.Whole, value, whole)
					}
				}
			}
		}
		if shown < 500 || withheld < 200 {
			t.Errorf("%d figures were shown and %d not: is this still a test?", shown, withheld)
		}
		h.topicsAreRight()
		if wrong, err := h.Check(t.Context()); wrong != 0 || err != nil {
			t.Errorf("%d rows are wrong, %v", wrong, err)
		}
	})
}

func (h *hub) topicsAreRight() {
	h.t.Helper()
	type line struct {
		month   insights.Month
		id      int64
		threads int64
	}
	rows, err := h.db.Query(h.t.Context(), "SELECT month, topic_id, threads FROM insight_topic_figures")
	list, err := db.Collect(rows, err, func(r db.Scanner) (l line, err error) { return l, r.Scan(&l.month, &l.id, &l.threads) })
	h.must(err)
	if len(list) < 10 {
		h.t.Errorf("only %d topics are shown", len(list))
	}
	for _, l := range list {
		from, to := h.Bounds(l.month)
		var n int64
		h.must(h.db.QueryRow(h.t.Context(), insights.CountTopic, 0, l.id, from, to).Scan(&n))
		if n != l.threads {
			h.t.Errorf("topic %d in %s: got %d threads, want %d", l.id, l.month, l.threads, n)
		}
	}
}

// The views of the database hold what the pages show, and nothing else.
func TestViewsHoldWhatIsShown(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.write(2, 300)
		want := map[string]bool{}
		for _, unit := range append([]int64{insights.Whole}, h.unitIDs()...) {
			for _, s := range h.read(unit).Series {
				for _, at := range s.Figures {
					if at.State == insights.Shown && at.Whole > 0 {
						want[fmt.Sprint(at.Month, unit, s.Key, at.Value, at.Whole)] = true
					}
				}
			}
		}
		rows, err := h.db.Query(t.Context(), "SELECT month, unit_id, metric, value, whole FROM insight_figures")
		list, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
			var month, metric string
			var unit, value, whole int64
			err := r.Scan(&month, &unit, &metric, &value, &whole)
			return fmt.Sprint(month, unit, metric, value, whole), err
		})
		h.must(err)
		for _, l := range list {
			if !want[l] {
				t.Errorf("the view has %s, which no page shows", l)
			}
			delete(want, l)
		}
		for l := range want {
			t.Errorf("the view lacks %s", l)
		}
		if len(list) < 200 {
			t.Errorf("only %d figures are in the view", len(list))
		}
	})
}

func TestWhoReads(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.write(3, 20)
		v := func(roles auth.Role, staff bool) auth.Viewer { return auth.ForPerson(1, 1, 1, staff, roles) }
		for _, tt := range []struct {
			name string
			as   auth.Viewer
			ask  insights.Filter
			want string
		}{
			{"a leader", v(auth.Leader, true), insights.Filter{}, ""},
			{"an administrator", v(auth.Admin, true), insights.Filter{Unit: h.unitIDs()[1], Month: "2027-05"}, ""},
			{"a leader of a partner", v(auth.Leader, false), insights.Filter{}, "There is no such page here."},
			{"a manager and moderator", v(auth.Manager|auth.Moderator, true), insights.Filter{}, "There is no such page here."},
			{"signed out", auth.Public, insights.Filter{}, "There is no such page here."},
			{"of no unit", v(auth.Leader, true), insights.Filter{Unit: 9_999}, "There is no such unit in this organisation."},
			{"of a month too old", v(auth.Leader, true), insights.Filter{Month: "2026-04"}, "There are no figures for this month. The last 13 months are kept."},
			{"of a month to come", v(auth.Leader, true), insights.Filter{Month: "2027-06"}, "There are no figures for this month. The last 13 months are kept."},
			{"of no month", v(auth.Leader, true), insights.Filter{Month: "May"}, "There are no figures for this month. The last 13 months are kept."},
		} {
			t.Run(tt.name, func(t *testing.T) {
				_, err := h.Read(t.Context(), tt.as, tt.ask)
				if got := sentence(err); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
	})
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	if e := errs.As(err); e != nil {
		return e.Text
	}
	return err.Error()
}

// k is never below five, and a larger one hides more.
func TestK(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.write(4, 300)
		shown := func(s *insights.Service) (n int) {
			h.must(s.Settle(t.Context()))
			f, err := s.Read(t.Context(), h.leader, insights.Filter{Unit: h.unitIDs()[0]})
			h.must(err)
			for _, s := range f.Series {
				for _, at := range s.Figures {
					if at.State == insights.Shown && at.Whole > 0 {
						n++
					}
				}
			}
			return n
		}
		usual, low, high := shown(h.Service), insights.New(h.db, h.zone, 1, h.now), insights.New(h.db, h.zone, 12, h.now)
		if low.K() != insights.LeastK || shown(low) != usual {
			t.Errorf("k of 1 is %d and shows %d figures, want %d and %d", low.K(), shown(low), insights.LeastK, usual)
		}
		if n := shown(high); n >= usual || n == 0 {
			t.Errorf("k of 12 shows %d figures, k of 5 %d", n, usual)
		}
		if n := shown(h.Service); n != usual {
			t.Errorf("k of 5 again shows %d figures, want %d", n, usual)
		}
	})
}

func TestLooks(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for range 2 {
			h.must(h.Look(ctx, h.leader, "/insights"))
		}
		h.must(h.Look(ctx, h.leader, "/insights/scorecard"))
		h.must(h.Look(ctx, auth.Operator(), "/insights")) // is nobody
		list, more, err := h.Looks(ctx, h.leader, noon.AddDate(1, 0, 0), 0)
		h.must(err)
		if len(list) != 2 || more || list[0].Person.ID != 1 {
			t.Errorf("got %v, %v, want two pages of the leader", list, more)
		}
		if _, _, err := h.Looks(ctx, h.staff[3], noon, 0); !errs.IsNotFound(err) {
			t.Errorf("a member reads who looked: %v", err)
		}
		h.clock = h.clock.AddDate(0, 13, 1)
		h.must(h.Look(ctx, h.leader, "/insights"))
		h.must(h.Forget(ctx))
		if list, _, err = h.Looks(ctx, h.leader, h.clock.AddDate(1, 0, 0), 0); err != nil || len(list) != 1 {
			t.Errorf("after 13 months: got %v, %v, want the last one", list, err)
		}
	})
}
