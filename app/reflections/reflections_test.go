package reflections_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/find"
	"watercooler/app/reflections"
	"watercooler/app/threads"
	"watercooler/auth"
	"watercooler/search"
)

// The people of every test: Ada and Ben are of organisation 1, Mo moderates and leads it, Pat is a partner's. Ada and Pat are in the network Circle.
var (
	ada      = auth.ForPerson(1, 1, 1, true, 0).In(auth.Membership{Network: 1})
	ben      = auth.ForPerson(2, 2, 1, true, 0)
	mo       = auth.ForPerson(3, 3, 1, true, auth.Moderator|auth.Admin|auth.Leader)
	pat      = auth.ForPerson(4, 4, 2, false, 0).In(auth.Membership{Network: 1})
	stranger = auth.Public
)

// begin is a Tuesday.
var begin = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

type hub struct {
	*reflections.Service
	t       *testing.T
	db      *db.DB
	threads *threads.Service
	find    *find.Service
	events  *event.Dispatcher
	now     time.Time
}

type topicsOf struct{}

func (topicsOf) Resolve(context.Context, []string) ([]threads.Topic, []string, error) {
	return nil, nil, nil
}
func (topicsOf) Suggest(context.Context, string, int) ([]threads.Topic, error) { return nil, nil }

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		h := &hub{t: t, now: begin}
		clock := func() time.Time { return h.now }
		h.db = backends.Open(t, url, db.Options{Sync: "normal", Now: clock})
		exec := func(statement string, args ...any) { backends.Exec(t, h.db, statement, args...) }
		exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Libraries', 1)`)
		for i, name := range []string{"Ada Ash", "Ben Chaffe", "Mo Reed", "Pat Lane"} {
			handle := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
			exec(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4, 1, 1)`, 1+i/3, map[bool]any{true: 1}[i == 0], handle, name)
		}
		exec(`INSERT INTO topics (slug, name, created_at) VALUES ('winter', 'Winter', 1)`)
		exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		for _, p := range []int64{1, 4} {
			exec(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) VALUES (1, $1, 'member', 'member', 1, 1)`, p)
		}
		x, err := search.Open(search.Options{Dir: t.TempDir(), Now: clock})
		if !errors.Is(err, search.ErrStale) {
			t.Fatal(err)
		}
		t.Cleanup(func() { must(t, x.Close()) })
		h.threads, h.find = threads.New(h.db, topicsOf{}, clock), find.New(h.db, x, clock)
		h.Service = reflections.New(h.db, h.threads, h.find, time.UTC, clock)
		h.events = event.NewDispatcher(h.db, nil, event.Options{}, h.find.Consumer("search:test"), h.Consumer())
		must(t, h.events.Register(t.Context()))
		test(t, h)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *hub) save(v auth.Viewer, d reflections.Draft) int64 {
	h.t.Helper()
	id, err := h.Save(h.t.Context(), v, 0, d)
	must(h.t, err)
	return id
}

func (h *hub) share(v auth.Viewer, id int64, in reflections.Sharing) int64 {
	h.t.Helper()
	thread, err := h.Share(h.t.Context(), v, id, in)
	must(h.t, err)
	must(h.t, h.events.Drain(h.t.Context()))
	return thread
}

func (h *hub) ask(v auth.Viewer, audience, title string, network int64) int64 {
	h.t.Helper()
	id, err := h.threads.Open(h.t.Context(), v, threads.NewThread{Kind: threads.Question, Title: title, Audience: audience, Network: network})
	must(h.t, err)
	return id
}

var grit = reflections.Draft{Kind: reflections.Weeknote, Title: "The salt barn", Boxes: reflections.Boxes{Noticed: "The barn was empty.", Learnt: "Order salt in **September**."}}

func fields(err error) string {
	var names []string
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestSave(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		secret := h.ask(ada, "org:1", "Which barn?", 0)
		long := strings.Repeat("a", reflections.MaxBox+1)
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			in     reflections.Draft
			fails  errs.Kind
			fields string
			title  string
		}{
			{name: "one box is enough", as: ada, in: reflections.Draft{Kind: reflections.Weeknote, Boxes: reflections.Boxes{Change: "Order earlier."}}, title: "Week of 3 May 2027"},
			{name: "a title of its own", as: pat, in: grit, title: "The salt barn"},
			{name: "about a thread", as: ben, in: reflections.Draft{Kind: reflections.Retrospective, Title: "Barns", Boxes: grit.Boxes, About: secret}, title: "Barns"},
			{name: "about one they may not read", as: pat, in: reflections.Draft{Kind: reflections.Retrospective, Title: "Barns", Boxes: grit.Boxes, About: secret}, fails: errs.NotFound},
			{name: "about nothing that is there", as: ada, in: reflections.Draft{Kind: reflections.Weeknote, Boxes: grit.Boxes, About: 999}, fails: errs.NotFound},
			{name: "nothing said", as: ada, in: reflections.Draft{Kind: reflections.Weeknote, Boxes: reflections.Boxes{Tried: " \n"}}, fails: errs.Invalid, fields: "noticed"},
			{name: "everything wrong", as: ada, in: reflections.Draft{Boxes: reflections.Boxes{Learnt: long, Change: strings.Repeat("> ", 200) + "x"}}, fails: errs.Invalid, fields: "kind learnt change"},
			{name: "a retrospective of nothing", as: ada, in: reflections.Draft{Kind: reflections.Retrospective, Boxes: grit.Boxes}, fails: errs.Invalid, fields: "title"},
			{name: "a title without end", as: ada, in: reflections.Draft{Kind: reflections.Weeknote, Title: strings.Repeat("a", 151), Boxes: grit.Boxes}, fails: errs.Invalid, fields: "title"},
			{name: "signed out", as: stranger, in: grit, fails: errs.Unauthenticated},
		} {
			t.Run(tc.name, func(t *testing.T) {
				id, err := h.Save(ctx, tc.as, 0, tc.in)
				if (err == nil) != (tc.fails == 0) || err != nil && errs.KindOf(err) != tc.fails || fields(err) != tc.fields {
					t.Fatalf("Save = %v (%s), want kind %v, fields %q", err, fields(err), tc.fails, tc.fields)
				}
				if err != nil {
					return
				}
				r, err := h.Find(ctx, tc.as, id)
				if err != nil || r.Title != tc.title || r.Shared() || r.Boxes != tc.in.Boxes || r.About.ID != tc.in.About {
					t.Errorf("kept %+v, %v; want what was typed, called %q", r, err, tc.title)
				}
			})
		}
		id := h.save(ada, grit)
		again := grit
		again.Revision, again.Learnt = 1, "Order salt in August."
		for _, want := range []errs.Kind{0, errs.Conflict} { // the second began from what was there before
			if _, err := h.Save(ctx, ada, id, again); (err == nil) != (want == 0) || err != nil && errs.KindOf(err) != want {
				t.Errorf("save again: %v, want kind %v", err, want)
			}
		}
	})
}

// TestPrivate: what is not shared is its author's alone, whoever asks and however.
func TestPrivate(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		about := h.ask(ada, "hub", "How is the salt barn filled?", 0)
		d := grit
		d.About = about
		id := h.save(ada, d)
		must(t, h.events.Drain(ctx))
		for name, v := range map[string]auth.Viewer{"a colleague": ben, "who moderates, leads and administers": mo, "a partner": pat, "the operator": auth.Operator(), "a stranger": stranger} {
			want := errs.NotFound
			if v.Person == 0 {
				want = errs.Unauthenticated
			}
			for what, do := range map[string]func() error{
				"find":   func() error { _, err := h.Find(ctx, v, id); return err },
				"own":    func() error { _, err := h.Own(ctx, v, id); return err },
				"save":   func() error { _, err := h.Save(ctx, v, id, d); return err },
				"share":  func() error { _, err := h.Share(ctx, v, id, reflections.Sharing{Audience: "hub"}); return err },
				"delete": func() error { return h.Delete(ctx, v, id) },
			} {
				if err := do(); errs.KindOf(err) != want || err == nil {
					t.Errorf("%s, %s: %v, want kind %v", name, what, err, want)
				}
			}
			if list, _, err := h.Mine(ctx, v, reflections.Key{}); len(list) != 0 || v.Person != 0 && err != nil {
				t.Errorf("%s lists %+v, %v", name, list, err)
			}
			for _, q := range []reflections.LessonsQuery{{}, {Text: "salt barn"}} {
				if got, err := h.Lessons(ctx, v, q); len(got.List) != 0 || v.SignedIn() && err != nil {
					t.Errorf("%s, lessons %+v: %+v, %v", name, q, got, err)
				}
			}
			th, err := h.threads.Find(ctx, ada, about)
			must(t, err)
			back, before, err := h.Beside(ctx, v, th)
			if err != nil || len(back)+len(before) != 0 {
				t.Errorf("%s sees %+v %+v beside the thread, %v", name, back, before, err)
			}
			if res, err := h.find.Search(ctx, v, find.Query{Text: "September", Limit: 5}); err != nil || len(res.Hits) != 0 {
				t.Errorf("%s finds %+v, %v", name, res.Hits, err)
			}
		}
		if list, _, err := h.Mine(ctx, ada, reflections.Key{}); err != nil || len(list) != 1 {
			t.Errorf("its author lists %+v, %v", list, err)
		}
		must(t, h.Delete(ctx, ada, id))
		if _, err := h.Find(ctx, ada, id); !errs.IsNotFound(err) {
			t.Errorf("after it was deleted: %v", err)
		}
		if got := backends.Verbs(t, h.db); strings.Contains(got, "reflection") {
			t.Errorf("events tell of it: %s", got)
		}
	})
}

func TestShare(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		open, closed := h.ask(ada, "hub", "How is [the barn] filled?", 0), h.ask(ada, "network:1", "What the circle thinks", 1)
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			about  int64
			in     reflections.Sharing
			fails  errs.Kind
			fields string
			begins string
		}{
			{name: "with everyone signed in", as: ada, about: open, in: reflections.Sharing{Audience: "hub", Topics: []string{"Winter"}}, begins: "Looking back at [How is (the barn) filled?](/threads/1)."},
			{name: "with anyone: the title stays here", as: ada, about: open, in: reflections.Sharing{Audience: "public"}, begins: "Looking back at [a thread](/threads/1)."},
			{name: "out of a closed network", as: ada, about: closed, in: reflections.Sharing{Audience: "hub"}, begins: "Looking back at [a thread](/threads/2)."},
			{name: "in it", as: ada, about: closed, in: reflections.Sharing{Audience: "network:1", Network: 1}, begins: "Looking back at [What the circle thinks](/threads/2)."},
			{name: "about nothing", as: pat, in: reflections.Sharing{Audience: "hub"}, begins: "## What we noticed\n\nThe barn was empty.\n\n## What we learnt"},
			{name: "with an organisation that is not theirs", as: pat, in: reflections.Sharing{Audience: "org:1"}, fails: errs.Invalid, fields: "audience"},
			{name: "in a network that is not theirs", as: ben, in: reflections.Sharing{Audience: "network:1", Network: 1}, fails: errs.Invalid, fields: "network"},
			{name: "with no such topic", as: ben, in: reflections.Sharing{Audience: "hub", Topics: []string{"Summer"}}, fails: errs.Invalid, fields: "topics"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				d := grit
				d.About = tc.about
				id := h.save(tc.as, d)
				thread, err := h.Share(ctx, tc.as, id, tc.in)
				if (err == nil) != (tc.fails == 0) || err != nil && errs.KindOf(err) != tc.fails || tc.fields != "" && !strings.Contains(fields(err), tc.fields) {
					t.Fatalf("Share = %v (%s), want kind %v, fields %q", err, fields(err), tc.fails, tc.fields)
				}
				r, missing := h.Own(ctx, tc.as, id)
				if missing != nil || r.Shared() != (err == nil) {
					t.Fatalf("afterwards %+v, %v", r, missing)
				}
				if err != nil {
					return
				}
				th, err := h.threads.Find(ctx, tc.as, thread)
				if err != nil || th.Kind != threads.Discussion || th.Audience != tc.in.Audience || !strings.HasPrefix(th.Body, tc.begins) {
					t.Errorf("opened %s for %s with %.120q, %v; want %q", th.Kind, th.Audience, th.Body, err, tc.begins)
				}
				if _, err := h.Share(ctx, tc.as, id, tc.in); errs.KindOf(err) != errs.Conflict {
					t.Errorf("twice: %v, want Conflict", err)
				}
				if _, err := h.Save(ctx, tc.as, id, d); errs.KindOf(err) != errs.Conflict {
					t.Errorf("saved after it was shared: %v, want Conflict", err)
				}
				if err := h.Delete(ctx, tc.as, id); errs.KindOf(err) != errs.Conflict {
					t.Errorf("deleted after it was shared: %v, want Conflict", err)
				}
				must(t, h.events.Drain(ctx))
				if got := backends.Verbs(t, h.db); !strings.HasSuffix(got, "thread.created reflection.shared") {
					t.Errorf("events: %s", got)
				}
			})
		}
	})
}

// TestItLivesInItsThread: what is changed there is what was learnt, and what is deleted there is its author's alone again.
func TestItLivesInItsThread(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.save(ada, grit)
		thread := h.share(ada, id, reflections.Sharing{Audience: "hub"})
		must(t, h.threads.EditThread(ctx, ada, thread, threads.Edit{Revision: 1, Title: "Salt", Body: "## What we noticed\n\nNothing.\n\n## What we learnt\n\nOrder in *June*.\n"}))
		must(t, h.events.Drain(ctx))
		must(t, h.events.Drain(ctx))
		r, err := h.Own(ctx, ada, id)
		if err != nil || r.Title != "Salt" || r.Noticed != "Nothing." || r.Learnt != "Order in *June*." {
			t.Errorf("after an edit: %+v, %v", r, err)
		}
		if got, err := h.Lessons(ctx, ben, reflections.LessonsQuery{Text: "June"}); err != nil || len(got.List) != 1 || got.List[0].Excerpt != "Order in June." {
			t.Errorf("lessons: %+v, %v", got.List, err)
		}
		must(t, h.threads.DeleteThread(ctx, mo, thread))
		must(t, h.events.Drain(ctx))
		if r, err := h.Own(ctx, ada, id); err != nil || r.Shared() || r.Learnt == "" {
			t.Errorf("after its thread was deleted: %+v, %v; want it private", r, err)
		}
		if got, err := h.Lessons(ctx, ada, reflections.LessonsQuery{}); err != nil || len(got.List) != 0 {
			t.Errorf("lessons: %+v, %v", got.List, err)
		}
		if again := h.share(ada, id, reflections.Sharing{Audience: "hub"}); again == thread {
			t.Error("it cannot be shared again")
		}
	})
}

func titles(list []reflections.Lesson) string {
	var out []string
	for _, l := range list {
		out = append(out, l.Title)
	}
	return strings.Join(out, ", ")
}

// TestLessons: who finds what was learnt, narrowed and searched.
func TestLessons(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		share := func(v auth.Viewer, title, learnt, audience string, network int64, topics ...string) {
			t.Helper()
			h.now = h.now.Add(time.Hour)
			id := h.save(v, reflections.Draft{Kind: reflections.Retrospective, Title: title, Boxes: reflections.Boxes{Learnt: learnt}})
			h.share(v, id, reflections.Sharing{Audience: audience, Network: network, Topics: topics})
		}
		share(ada, "Gritting", "Order salt early.", "hub", 0, "Winter")
		share(ben, "Libraries", "Ask before you move the shelves.", "hub", 0)
		share(ben, "Our budget", "Salt is dear.", "org:1", 0)
		share(pat, "The circle", "Salt in our circle.", "network:1", 1)
		h.ask(ben, "hub", "Where do we order salt early?", 0)
		must(t, h.events.Drain(ctx))
		for _, tc := range []struct {
			name string
			as   auth.Viewer
			in   reflections.LessonsQuery
			want string
		}{
			{"everything", ada, reflections.LessonsQuery{}, "The circle, Our budget, Libraries, Gritting"},
			{"of a colleague outside the network", ben, reflections.LessonsQuery{}, "Our budget, Libraries, Gritting"},
			{"of somebody who looks after everything", mo, reflections.LessonsQuery{}, "Our budget, Libraries, Gritting"},
			{"of a partner", pat, reflections.LessonsQuery{}, "The circle, Libraries, Gritting"},
			{"by topic", ben, reflections.LessonsQuery{Topic: "winter"}, "Gritting"},
			{"by unit", ben, reflections.LessonsQuery{Unit: 1}, "Gritting"},
			{"by network", ada, reflections.LessonsQuery{Network: "circle"}, "The circle"},
			{"by a network they are not in", ben, reflections.LessonsQuery{Network: "circle"}, ""},
			{"by words", ben, reflections.LessonsQuery{Text: "order salt"}, "Gritting, Our budget"},
			{"by words, of a partner", pat, reflections.LessonsQuery{Text: "shelves"}, "Libraries"},
			{"by words and topic", ada, reflections.LessonsQuery{Text: "salt", Topic: "winter"}, "Gritting"},
			{"by words that nobody used", ben, reflections.LessonsQuery{Text: "zebra"}, ""},
		} {
			if got, err := h.Lessons(ctx, tc.as, tc.in); err != nil || titles(got.List) != tc.want {
				t.Errorf("%s: %s, %v; want %s", tc.name, titles(got.List), err, tc.want)
			}
		}
		if _, err := h.Lessons(ctx, stranger, reflections.LessonsQuery{}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a stranger: %v", err)
		}
		n, err := h.Narrow(ctx, ben)
		if err != nil || fmt.Sprint(n) != "{[{1 winter Winter}] [{1  Libraries}] []}" {
			t.Errorf("narrow by %v, %v", n, err)
		}
		for name, v := range map[string]auth.Viewer{"Gritting": ben, "The circle, Gritting": pat} {
			got, err := h.Before(ctx, v, "Where is the salt of our circle for the winter?")
			if err != nil || !strings.Contains(titles(got), strings.Split(name, ", ")[0]) || strings.Contains(titles(got), "circle") != (v.Person == pat.Person) {
				t.Errorf("before somebody asks: %s, %v; want %s among them", titles(got), err, name)
			}
		}
	})
}

// TestLessonsArePaged turns through more than a page.
func TestLessonsArePaged(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for i := range 45 {
			id := h.save(ada, reflections.Draft{Kind: reflections.Weeknote, Title: fmt.Sprint("Week ", i), Boxes: grit.Boxes})
			if _, err := h.Share(t.Context(), ada, id, reflections.Sharing{Audience: "hub"}); err != nil {
				t.Fatal(err)
			}
			if i%3 == 0 { // some at the same moment
				h.now = h.now.Add(time.Minute)
			}
		}
		seen := map[string]bool{}
		var q reflections.LessonsQuery
		for range 5 {
			got, err := h.Lessons(t.Context(), ben, q)
			must(t, err)
			for _, l := range got.List {
				if seen[l.Title] {
					t.Errorf("%s twice", l.Title)
				}
				seen[l.Title] = true
			}
			if q.Before = got.Older; q.Before == (reflections.Key{}) {
				break
			}
		}
		mine := 0
		var before reflections.Key
		for range 5 {
			list, older, err := h.Mine(t.Context(), ada, before)
			must(t, err)
			mine += len(list)
			if before = older; before == (reflections.Key{}) {
				break
			}
		}
		if len(seen) != 45 || mine != 45 {
			t.Errorf("%d lessons and %d of their author, want 45", len(seen), mine)
		}
	})
}

// TestBeside: reflections about a thread stand beside it for good, and lessons from before while it is new.
func TestBeside(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		old := h.save(ada, reflections.Draft{Kind: reflections.Retrospective, Title: "Filling the salt barn", Boxes: grit.Boxes})
		h.share(ada, old, reflections.Sharing{Audience: "hub"})
		asked := h.ask(ben, "hub", "Who fills the salt barn?", 0)
		d := grit
		d.About, d.Title = asked, "The salt barn, again"
		h.share(ben, h.save(ben, d), reflections.Sharing{Audience: "org:1"})
		for _, tc := range []struct {
			name         string
			as           auth.Viewer
			later        time.Duration
			back, before string
		}{
			{"a colleague", ada, 0, "The salt barn, again", "Filling the salt barn"},
			{"a partner", pat, 0, "", "Filling the salt barn"},
			{"a stranger", stranger, 0, "", ""},
			{"a year later", ada, 365 * 24 * time.Hour, "The salt barn, again", ""},
		} {
			h.now = begin.Add(tc.later)
			th, err := h.threads.Find(ctx, ben, asked)
			must(t, err)
			back, before, err := h.Beside(ctx, tc.as, th)
			if err != nil || titles(back) != tc.back || titles(before) != tc.before {
				t.Errorf("%s: looked back on in %q, lessons %q, %v; want %q and %q", tc.name, titles(back), titles(before), err, tc.back, tc.before)
			}
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		about := h.ask(ada, "hub", "Which barn?", 0)
		d := grit
		d.About = about
		h.save(ada, d)
		id := h.save(ben, d)
		thread := h.share(ben, id, reflections.Sharing{Audience: "hub"})
		must(t, h.db.Tx(ctx, func(tx *db.Tx) error { return reflections.Erase(ctx, tx, []int64{about, thread}, []int64{ada.Person}) }))
		if list, _, err := h.Mine(ctx, ada, reflections.Key{}); err != nil || len(list) != 0 {
			t.Errorf("what is left of an erased person: %+v, %v", list, err)
		}
		if r, err := h.Own(ctx, ben, id); err != nil || r.Shared() || r.About.ID != 0 {
			t.Errorf("what is left of others: %+v, %v; want it without both threads", r, err)
		}
	})
}
