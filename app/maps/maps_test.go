package maps_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/apptest/planted"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/maps"
	"watercooler/auth"
)

// small is an organisation of two units of ten people, and a partner with ten more, to which tests add what is said. The people of Roads
// are 1 to 10, those of Parks 11 to 20, the partners 21 to 30. Unit 3 is a team of Roads, empty.
func small(t *testing.T) *planted.Organisation {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	o := &planted.Organisation{
		Zone:   zone,
		Units:  []planted.Unit{{ID: 1, Name: "Roads"}, {ID: 2, Name: "Parks"}, {ID: 3, Parent: 1, Name: "Lamps"}},
		Topics: []planted.Topic{{ID: 1, Name: "Salt"}, {ID: 2, Name: "Trees"}},
	}
	for i := int64(1); i <= 30; i++ {
		p := planted.Person{ID: i, Organisation: planted.HomeOrg, Unit: 1, Name: fmt.Sprint("Person ", i), Job: "Senior officer, works", Location: "Depot"}
		switch {
		case i > 20:
			p.Organisation, p.Unit = planted.Partner, 0
		case i > 10:
			p.Unit, p.Job, p.Location = 2, "Gardener", "Green"
		}
		o.People = append(o.People, p)
	}
	return o
}

// april is a moment in the last month of the maps under test.
func april(day int) time.Time { return time.Date(2027, time.April, day, 9, 0, 0, 0, time.UTC) }

// exchange has askers each open a thread about Salt, and repliers each reply in one of them.
func exchange(o *planted.Organisation, askers, repliers int, change func(*planted.Thread)) {
	var open []*planted.Thread
	for i := range askers {
		t := planted.Thread{Author: int64(1 + i), Topics: []int64{1}, At: april(2)}
		if change != nil {
			change(&t)
		}
		open = append(open, o.Thread(t))
	}
	for i := range repliers {
		o.Reply(open[i%len(open)], int64(11+i), april(3))
	}
}

func made(t *testing.T, d *db.DB, o *planted.Organisation) *maps.Service {
	t.Helper()
	o.Write(t, d)
	s := service(t, d)
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReplies(t *testing.T) {
	for _, tc := range []struct {
		name string
		say  func(o *planted.Organisation)
		want string // rows Parks, Roads and perhaps Everybody else, each by the same columns
	}{
		{"nothing was said", func(*planted.Organisation) {}, "none none | none none"},
		{"five and five", func(o *planted.Organisation) { exchange(o, 5, 5, nil) }, "none none | many none"},
		{"four asked", func(o *planted.Organisation) { exchange(o, 4, 10, nil) }, "none none | hidden none"},
		{"four replied", func(o *planted.Organisation) { exchange(o, 10, 4, nil) }, "none none | hidden none"},
		{"in a private room", func(o *planted.Organisation) {
			o.Networks = []planted.Network{{ID: 1, Name: "Room", Closed: true}}
			exchange(o, 9, 9, func(t *planted.Thread) { t.Network, t.Audience = 1, "network:1" })
		}, "none none | none none"},
		{"for another organisation", func(o *planted.Organisation) {
			exchange(o, 9, 9, func(t *planted.Thread) { t.Audience = "org:2" })
		}, "none none | none none"},
		{"for the home organisation", func(o *planted.Organisation) {
			exchange(o, 9, 9, func(t *planted.Thread) { t.Audience = "org:1" })
		}, "none none | many none"},
		{"deleted", func(o *planted.Organisation) {
			exchange(o, 9, 9, func(t *planted.Thread) { t.Deleted = april(4) })
		}, "none none | none none"},
		{"thirteen months ago", func(o *planted.Organisation) {
			exchange(o, 9, 0, func(t *planted.Thread) { t.At = april(2).AddDate(-1, 0, 0) })
			for i := range 9 {
				o.Reply(o.Threads[i], int64(11+i), april(3).AddDate(-1, 0, 0))
			}
		}, "none none | none none"},
		{"since the month ended", func(o *planted.Organisation) {
			exchange(o, 9, 0, nil)
			for i := range 9 {
				o.Reply(o.Threads[i], int64(11+i), april(31))
			}
		}, "none none | none none"},
		{"to themselves", func(o *planted.Organisation) {
			exchange(o, 9, 0, nil)
			for i := range 9 {
				o.Reply(o.Threads[i], int64(1+i), april(3))
			}
		}, "none none | none none"},
		{"among themselves", func(o *planted.Organisation) {
			exchange(o, 9, 0, nil)
			for i := range 9 {
				o.Reply(o.Threads[i], int64(1+(i+1)%9), april(3))
			}
		}, "none none | none many"},
		{"to partners", func(o *planted.Organisation) {
			exchange(o, 9, 0, nil)
			for i := range 9 {
				o.Reply(o.Threads[i], int64(21+i), april(3))
			}
		}, "none none | none none"},
		{"a fifth, and less than a twentieth", func(o *planted.Organisation) {
			exchange(o, 10, 10, nil)
			for i := range 10 {
				for range 40 {
					o.Reply(o.Threads[i], int64(1+(i+1)%10), april(3))
				}
			}
		}, "none none | few many"},
		{"hidden replies are no part of the whole", func(o *planted.Organisation) {
			exchange(o, 10, 4, nil)
			for range 500 {
				o.Reply(o.Threads[0], 11, april(3))
			}
			for i := range 10 {
				o.Reply(o.Threads[i], int64(1+(i+1)%10), april(3))
			}
		}, "none none | hidden many"},
		{"a unit of four", func(o *planted.Organisation) {
			for i := range 6 {
				o.People[i].Unit = 0
			}
			exchange(o, 10, 10, nil)
		}, "none none | many none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			backends.Each(t, func(t *testing.T, d *db.DB) {
				o := small(t)
				tc.say(o)
				p, err := made(t, d, o).Replies(t.Context(), leader, last, 0)
				m := must(t, p, err)
				var rows []string
				for _, row := range m.Bands {
					rows = append(rows, strings.Join(strings.Fields(strings.Trim(fmt.Sprint(row), "[]")), " "))
				}
				if got := strings.Join(rows, " | "); got != tc.want {
					t.Errorf("got %q, want %q (of %v)", got, tc.want, m.Units)
				}
			})
		})
	}
}

func TestKnowledge(t *testing.T) {
	// answer has people answer n questions each, which everybody asks.
	answer := func(o *planted.Organisation, n int, people ...int64) {
		for _, p := range people {
			for i := range n {
				asker := int64(1 + i%9)
				if asker == p {
					asker = 10
				}
				o.Reply(o.Thread(planted.Thread{Author: asker, Topics: []int64{1}, At: april(1 + i)}), p, april(2+i))
			}
		}
	}
	for _, tc := range []struct {
		name string
		say  func(o *planted.Organisation)
		want string
	}{
		{"nobody asks", func(*planted.Organisation) {}, "left none"},
		{"four people take part", func(o *planted.Organisation) { answer(o, 3, 11) }, "left none"},
		{"two answers are not enough", func(o *planted.Organisation) { answer(o, 2, 11, 12, 13) }, "Salt: nobody, left none"},
		{"three are", func(o *planted.Organisation) { answer(o, 3, 11, 12) }, "Salt: one or two, left none"},
		{"three or four", func(o *planted.Organisation) { answer(o, 3, 11, 12, 13) }, "Salt: three or four, left none"},
		{"five to nine", func(o *planted.Organisation) { answer(o, 3, 11, 12, 13, 14, 15) }, "Salt: five to nine, left none"},
		{"ten", func(o *planted.Organisation) { answer(o, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20) }, "Salt: ten or more, left none"},
		{"one says so themself", func(o *planted.Organisation) {
			answer(o, 3, 11, 12)
			o.Also("person_topics", "person_id, topic_id, position", []any{11, 1, 0})
		}, "Salt: one or two (said), left none"},
		{"somebody else says so", func(o *planted.Organisation) {
			answer(o, 3, 11, 12)
			o.Also("person_topics", "person_id, topic_id, position", []any{13, 1, 0})
		}, "Salt: one or two, left none"},
		{"one says so and stepped out", func(o *planted.Organisation) {
			answer(o, 3, 11, 12)
			o.Also("person_topics", "person_id, topic_id, position", []any{11, 1, 0})
			o.Also("expert_settings", "person_id, suggested, open, weekly_cap, days, updated_at", []any{11, false, true, 3, "mon", 1})
		}, "Salt: one or two, left none"},
		{"four left", func(o *planted.Organisation) {
			answer(o, 3, 11, 12, 13, 14, 15)
			for i := 10; i < 14; i++ {
				o.People[i].Left = april(28)
			}
		}, "Salt: one or two, left hidden"},
		{"five left", func(o *planted.Organisation) {
			answer(o, 3, 11, 12, 13, 14, 15)
			for i := 10; i < 15; i++ {
				o.People[i].Left = april(28)
			}
		}, "Salt: nobody, left few: 1 lost, 1 to the last"},
		{"partners know", func(o *planted.Organisation) {
			exchange(o, 5, 0, nil)
			answer(o, 3, 11, 21, 22, 23)
		}, "Salt: one or two, left none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			backends.Each(t, func(t *testing.T, d *db.DB) {
				o := small(t)
				tc.say(o)
				p, err := made(t, d, o).Knowledge(t.Context(), leader, last)
				m := must(t, p, err)
				var said []string
				for _, r := range m.Topics {
					line := r.Name + ": " + string(r.Known)
					if r.Confirmed {
						line += " (said)"
					}
					said = append(said, line)
				}
				said = append(said, "left "+string(m.Left))
				got := strings.Join(said, ", ")
				if m.Lost > 0 {
					got += fmt.Sprintf(": %d lost, %d to the last", m.Lost, m.LostLast)
				}
				if got != tc.want {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			})
		})
	}
}

func TestMissing(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		o := small(t)
		exchange(o, 6, 0, nil)
		o.Reply(o.Threads[0], 11, april(3)) // one of Parks
		decision := o.Thread(planted.Thread{Kind: "decision", Title: "Buy salt", Author: 1, At: april(4)})
		o.Also("decisions", "thread_id, state", []any{decision.ID, "proposed"})
		var stances [][]any
		for i := 11; i <= 15; i++ {
			stances = append(stances, []any{decision.ID, i, "agree", 1, 1})
		}
		o.Also("decision_stances", "thread_id, person_id, stance, created_at, updated_at", stances...)
		quiet := o.Thread(planted.Thread{Kind: "decision", Title: "Buy a spade", Author: 1, At: april(4)})
		o.Also("decisions", "thread_id, state", []any{quiet.ID, "proposed"})
		s := made(t, d, o)
		for _, tc := range []struct{ about, want string }{
			{"", "Salt: Parks hidden, Roads some; Depot some, Green hidden; Gardener hidden, Officer some"},
			{"topic:1", "Salt: Parks hidden, Roads some; Depot some, Green hidden; Gardener hidden, Officer some"},
			{"decision:" + fmt.Sprint(decision.ID), "Buy salt: Parks some, Roads hidden; Depot hidden, Green some; Gardener some, Officer hidden"},
			{"decision:" + fmt.Sprint(quiet.ID), ""}, // of one person
			{"topic:2", ""},
			{"topic:x", ""},
		} {
			p, err := s.Missing(t.Context(), leader, last, tc.about)
			if tc.want == "" {
				if !errs.IsNotFound(err) {
					t.Errorf("%q: got %v, want that there is no such page", tc.about, err)
				}
				continue
			}
			m := must(t, p, err)
			said := func(list []maps.Share) string {
				var words []string
				for _, s := range list {
					words = append(words, s.Name+" "+string(s.Took))
				}
				return strings.Join(words, ", ")
			}
			if got := m.Subject.Name + ": " + said(m.Units[0]) + "; " + said(m.Places) + "; " + said(m.Roles); got != tc.want {
				t.Errorf("%q: got %q, want %q", tc.about, got, tc.want)
			}
			if len(m.Subjects) != 2 {
				t.Errorf("one may ask about %v, want two", m.Subjects)
			}
		}
	})
}

// TestMissingKeepsPlaces: a place that people keep to themselves is no place of the map.
func TestMissingKeepsPlaces(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		o := small(t)
		exchange(o, 6, 6, nil)
		o.Write(t, d)
		backends.Exec(t, d, "UPDATE people SET privacy = 'location=me' WHERE id <= 6")
		s := service(t, d)
		if err := s.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		p, err := s.Missing(t.Context(), leader, last, "")
		for _, place := range must(t, p, err).Places {
			if place.Name != "Green" {
				t.Errorf("the map has the place %s, which only four people show", place.Name)
			}
		}
	})
}

func TestWhoReads(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		s := made(t, d, small(t))
		for _, tc := range []struct {
			name string
			v    auth.Viewer
			sees bool
		}{
			{"a leader", leader, true},
			{"an administrator", auth.ForPerson(2, 2, planted.HomeOrg, true, auth.Admin), true},
			{"whoever runs commands", auth.Operator(), true},
			{"a member", auth.ForPerson(3, 3, planted.HomeOrg, true, 0), false},
			{"a manager", auth.ForPerson(4, 4, planted.HomeOrg, true, auth.Manager), false},
			{"a moderator", auth.ForPerson(5, 5, planted.HomeOrg, true, auth.Moderator), false},
			{"a leader of a partner", auth.ForPerson(21, 21, planted.Partner, false, auth.Leader|auth.Admin), false},
			{"a stranger", auth.Public, false},
			{"nobody", auth.Viewer{}, false},
		} {
			for page, err := range all(t.Context(), s, tc.v, last) {
				if tc.sees && err != nil || !tc.sees && !errs.IsNotFound(err) {
					t.Errorf("%s, %s: got %v, want to see it: %v", tc.name, page, err, tc.sees)
				}
			}
		}
		for _, month := range []maps.Month{"2027-05", "2026-03", "2027-4", "x", "2027-04-01"} {
			for page, err := range all(t.Context(), s, leader, month) {
				if !errs.IsNotFound(err) {
					t.Errorf("%s of month %q: got %v, want that there is no such page", page, month, err)
				}
			}
		}
		for _, level := range []int{-1, 2} {
			if _, err := s.Replies(t.Context(), leader, last, level); !errs.IsNotFound(err) {
				t.Errorf("level %d: got %v, want that there is no such page", level, err)
			}
		}
	})
}

// all reads every map and returns what came of it.
func all(ctx context.Context, s *maps.Service, v auth.Viewer, month maps.Month) map[string]error {
	out := map[string]error{}
	_, out["replies"] = s.Replies(ctx, v, month, 1)
	_, out["groups"] = s.Groups(ctx, v, month)
	_, out["topics"] = s.Topics(ctx, v, month)
	_, out["knowledge"] = s.Knowledge(ctx, v, month)
	_, out["missing"] = s.Missing(ctx, v, month, "")
	return out
}

// watcher notes who looked at what.
type watcher struct{ seen []string }

func (w *watcher) Look(_ context.Context, v auth.Viewer, page string) error {
	w.seen = append(w.seen, fmt.Sprint(v.Person, " ", page))
	return nil
}

// blind cannot note anything.
type blind struct{}

func (blind) Look(context.Context, auth.Viewer, string) error { return errors.New("the log is full") }

func TestLooksAreNoted(t *testing.T) {
	d := backends.SQLite(t)
	o := small(t)
	o.Write(t, d)
	w := &watcher{}
	s := maps.New(d, w, o.Zone, 0, func() time.Time { return planted.Now })
	all(t.Context(), s, auth.ForPerson(3, 3, planted.HomeOrg, true, 0), "")
	if len(w.seen) > 0 {
		t.Errorf("somebody who sees nothing was noted: %v", w.seen)
	}
	all(t.Context(), s, leader, "")
	for _, want := range []string{"1 maps/replies", "1 maps/groups", "1 maps/topics", "1 maps/knowledge", "1 maps/missing"} {
		if !strings.Contains(strings.Join(w.seen, ";"), want) {
			t.Errorf("%q was not noted: %v", want, w.seen)
		}
	}
	unlogged := maps.New(d, blind{}, o.Zone, 0, func() time.Time { return planted.Now })
	for page, err := range all(t.Context(), unlogged, leader, "") {
		if err == nil {
			t.Errorf("%s is shown although nobody can note who looked", page)
		}
	}
}

func TestRefresh(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		o := small(t)
		exchange(o, 5, 4, nil)
		o.Write(t, d)
		now := planted.Now
		s := maps.New(d, nobody{}, o.Zone, 0, func() time.Time { return now })
		read := func() maps.Band {
			t.Helper()
			p, err := s.Replies(t.Context(), leader, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			if !p.Made {
				return ""
			}
			return p.Map.Bands[1][0]
		}
		turn := func() {
			t.Helper()
			if err := s.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		months := func() (n int) {
			t.Helper()
			if err := d.QueryRow(t.Context(), "SELECT COUNT(DISTINCT month) FROM maps").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if got := read(); got != "" {
			t.Errorf("before the first turn: got %q", got)
		}
		turn()
		if got := read(); got != maps.Hidden || months() != 2 {
			t.Errorf("after the first turn: got %q and %d months, want one hidden and 2", got, months())
		}
		for range 14 {
			turn()
		}
		if n := months(); n != 13 {
			t.Errorf("after fifteen turns there are %d months, want 13", n)
		}
		// A fifth person replies. Without an event nothing is known of it; with one it takes an hour.
		backends.Exec(t, d, `
			INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at)
			VALUES (5, 15, '', '', 1, $1)`, db.Micros(april(9)))
		turn()
		if got := read(); got != maps.Hidden {
			t.Errorf("without an event: got %q", got)
		}
		if wrong, err := s.Check(t.Context()); err != nil || wrong == 0 {
			t.Errorf("the check found %d wrong (%v), want some", wrong, err)
		}
		if got := read(); got != maps.Many {
			t.Errorf("after the check: got %q, want it put right", got)
		}
		if wrong, err := s.Check(t.Context()); err != nil || wrong != 0 {
			t.Errorf("the second check found %d wrong (%v)", wrong, err)
		}
		backends.Exec(t, d, "UPDATE replies SET deleted_at = 1 WHERE author_id = 15")
		backends.Exec(t, d, "INSERT INTO events (at, verb, object_kind, object_id) VALUES (1, 'reply.deleted', 'reply', 1)")
		backends.Exec(t, d, "UPDATE maps SET made_at = $1", db.Micros(now)) // the clock of the database is another
		turn()
		if got := read(); got != maps.Many {
			t.Errorf("within the hour: got %q", got)
		}
		now = now.Add(time.Hour)
		turn()
		if got := read(); got != maps.Hidden {
			t.Errorf("an hour later: got %q, want it hidden again", got)
		}
		now = now.AddDate(0, 3, 0)
		turn()
		var old int
		if err := d.QueryRow(t.Context(), "SELECT COUNT(*) FROM maps WHERE month < '2026-07'").Scan(&old); err != nil || old > 0 {
			t.Errorf("three months later %d maps are kept of months that nobody is offered (%v)", old, err)
		}
	})
}

func TestOwn(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		o := small(t)
		o.Networks = []planted.Network{{ID: 1, Name: "Winter", Members: []int64{1, 2, 3, 4, 5, 6}}, {ID: 2, Name: "Room", Closed: true, Members: []int64{2, 11}}}
		mine := o.Thread(planted.Thread{Author: 1, Topics: []int64{1}, At: april(2)})
		o.Reply(mine, 12, april(3))
		o.Reply(mine, 1, april(3))
		theirs := o.Thread(planted.Thread{Author: 2, Topics: []int64{2}, At: april(2)})
		o.Reply(theirs, 1, april(4))
		closed := o.Thread(planted.Thread{Author: 11, Network: 2, Audience: "network:2", Topics: []int64{2}, At: april(2)})
		o.Reply(closed, 1, april(4)) // before they left the room
		gone := o.Thread(planted.Thread{Author: 13, At: april(2), Deleted: april(5)})
		o.Reply(gone, 1, april(4))
		old := o.Thread(planted.Thread{Author: 14, At: april(2).AddDate(-2, 0, 0)})
		o.Reply(old, 1, april(4).AddDate(-2, 0, 0))
		s := made(t, d, o)
		v := auth.ForPerson(1, 1, planted.HomeOrg, true, 0).In(auth.Membership{Network: 1})
		v.Unit = 1
		y, err := s.Own(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		said := func(list []maps.Contact) (out string) {
			for _, c := range list {
				out += fmt.Sprint(c.Person.ID, " in ", c.Thread, ";")
			}
			return out
		}
		if got, want := said(y.Answered), fmt.Sprint("2 in ", theirs.ID, ";"); got != want {
			t.Errorf("answered: got %q, want %q", got, want)
		}
		if got, want := said(y.AnsweredBy), fmt.Sprint("12 in ", mine.ID, ";"); got != want {
			t.Errorf("answered by: got %q, want %q", got, want)
		}
		if len(y.Networks) != 1 || y.Networks[0].Name != "Winter" || y.Unit.Name != "Roads" {
			t.Errorf("got networks %v and unit %v", y.Networks, y.Unit)
		}
		if len(y.Topics) != 2 || y.Topics[0].Name != "Salt" || y.Topics[1].Name != "Trees" {
			t.Errorf("got topics %v, want Salt and Trees", y.Topics)
		}
		other, err := s.Own(t.Context(), auth.ForPerson(9, 9, planted.HomeOrg, true, auth.Admin))
		if err != nil || len(other.Answered)+len(other.AnsweredBy)+len(other.Networks)+len(other.Topics) > 0 {
			t.Errorf("somebody who did nothing sees %+v (%v)", other, err)
		}
		if _, err := s.Own(t.Context(), auth.Operator()); !errs.IsNotFound(err) {
			t.Errorf("an account without a person: got %v", err)
		}
	})
}
