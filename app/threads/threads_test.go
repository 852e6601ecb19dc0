package threads_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// The people of every test. Ada and Ben sit in the unit Economy, Mo moderates, Pat works for a partner.
var (
	ada      = person(1, "Ada Lane", "ada", 1, 0)
	ben      = person(2, "Ben Okri", "ben", 1, 0)
	mo       = person(3, "Mo Field", "mo", 1, auth.Moderator)
	chief    = person(3, "Mo Field", "mo", 1, auth.Admin) // an administrator who is not a moderator by name
	pat      = person(4, "Pat Guest", "pat", 2, 0)
	stranger = auth.Public
	people   = map[string]auth.Viewer{"ada": ada, "ben": ben, "mo": mo, "pat": pat, "stranger": stranger}
)

func person(id int64, name, handle string, organisation int64, roles auth.Role) auth.Viewer {
	v := auth.ForPerson(id, id, organisation, organisation == 1, roles)
	v.Name, v.Handle = name, handle
	if id <= 2 {
		v.Unit = 1
	}
	return v
}

// topicSource fills threads.TopicSource as app.go does.
type topicSource struct{ *topics.Service }

func short(list []topics.Topic) []threads.Topic {
	out := make([]threads.Topic, len(list))
	for i, t := range list {
		out[i] = threads.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return out
}

func (s topicSource) Resolve(ctx context.Context, names []string) ([]threads.Topic, []string, error) {
	known, unknown, err := s.Service.Resolve(ctx, names)
	return short(known), unknown, err
}

func (s topicSource) Suggest(ctx context.Context, text string, limit int) ([]threads.Topic, error) {
	found, err := s.Service.Suggest(ctx, text, limit)
	return short(found), err
}

// hub is the conversations of four people and three topics.
type hub struct {
	*threads.Service
	t  *testing.T
	db *db.DB
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func open(t *testing.T, d *db.DB) *hub {
	t.Helper()
	h := &hub{t: t, db: d}
	subjects := topics.New(d, time.Now)
	h.Service = threads.New(d, topicSource{subjects}, time.Now)
	h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Cats Trust', 'cats', FALSE, 1)`)
	h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Economy', 1)`)
	h.exec(`
INSERT INTO people (external_id, organisation_id, unit_id, handle, name, sort_name, created_at, updated_at)
VALUES ('p/ada', 1, 1, 'ada', 'Ada Lane', 'lane ada', 1, 1), ('p/ben', 1, 1, 'ben', 'Ben Okri', 'okri ben', 1, 1),
  ('p/mo', 1, NULL, 'mo', 'Mo Field', 'field mo', 1, 1), ('p/pat', 2, NULL, 'pat', 'Pat Guest', 'guest pat', 1, 1)`)
	for _, in := range []topics.Input{{Name: "Connectivity", Synonyms: []string{"broadband"}}, {Name: "Schools"}, {Name: "Libraries"}} {
		if _, err := subjects.Create(t.Context(), mo, in); err != nil {
			t.Fatal(err)
		}
	}
	h.exec(`DELETE FROM events`)
	return h
}

func (h *hub) tx(do func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Tx(h.t.Context(), do); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	h.tx(func(tx *db.Tx) error {
		_, err := tx.Exec(h.t.Context(), statement, args...)
		return err
	})
}

// events returns what has happened since the last call: verb, object and target of each event.
func (h *hub) events() string {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), `
SELECT verb, object_kind, object_id, target_kind, target_id
FROM events
ORDER BY id
LIMIT 1000`)
	list, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
		var (
			verb, object, target string
			id, to               int64
		)
		err := r.Scan(&verb, &object, &id, &target, &to)
		if target != "" {
			target = fmt.Sprintf(">%s:%d", target, to)
		}
		return fmt.Sprintf("%s %s:%d%s", verb, object, id, target), err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.exec(`DELETE FROM events`)
	return strings.Join(list, ", ")
}

func (h *hub) ask(v auth.Viewer, audience string, names ...string) int64 {
	h.t.Helper()
	id, err := h.Open(h.t.Context(), v, threads.NewThread{
		Kind: threads.Question, Title: "Can a school share its fibre?", Body: "The line sits **idle**.", Topics: names, Audience: audience,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *hub) say(v auth.Viewer, thread int64, body string) int64 {
	h.t.Helper()
	id, err := h.Reply(h.t.Context(), v, thread, threads.NewReply{Body: body})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *hub) find(v auth.Viewer, id int64) threads.Thread {
	h.t.Helper()
	th, err := h.Find(h.t.Context(), v, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return th
}

func fields(err error) string {
	var names []string
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestOpen(t *testing.T) {
	good := func(change func(in *threads.NewThread)) threads.NewThread {
		in := threads.NewThread{Kind: threads.Question, Title: "How do I share a line?", Body: "Ask @ben about #connectivity.", Topics: []string{"broadband", "Schools"}, Audience: "hub"}
		if change != nil {
			change(&in)
		}
		return in
	}
	each(t, func(t *testing.T, h *hub) {
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			in     threads.NewThread
			kind   errs.Kind
			fields string
		}{
			{name: "signed out", as: stranger, in: good(nil), kind: errs.Unauthenticated},
			{name: "no title", as: ada, in: good(func(in *threads.NewThread) { in.Title = " \n " }), kind: errs.Invalid, fields: "title"},
			{name: "title of 151 runes", as: ada, in: good(func(in *threads.NewThread) { in.Title = strings.Repeat("ä", 151) }), kind: errs.Invalid, fields: "title"},
			{name: "body of 20,001 runes", as: ada, in: good(func(in *threads.NewThread) { in.Body = strings.Repeat("ä", 20_001) }), kind: errs.Invalid, fields: "body"},
			{name: "body nobody can parse", as: ada, in: good(func(in *threads.NewThread) { in.Body = strings.Repeat("[", 10_000) }), kind: errs.Invalid, fields: "body"},
			{name: "a post is not opened here", as: ada, in: good(func(in *threads.NewThread) { in.Kind = threads.Post }), kind: errs.Invalid, fields: "kind"},
			{name: "another organisation", as: pat, in: good(func(in *threads.NewThread) { in.Audience = "org:1" }), kind: errs.Invalid, fields: "audience"},
			{name: "no audience", as: ada, in: good(func(in *threads.NewThread) { in.Audience = "everyone" }), kind: errs.Invalid, fields: "audience"},
			{name: "unknown topic", as: ada, in: good(func(in *threads.NewThread) { in.Topics = []string{"Conectivity"} }), kind: errs.Invalid, fields: "topics"},
			{name: "too many topics", as: ada, in: good(func(in *threads.NewThread) { in.Topics = strings.Split(strings.Repeat("x,", 40), ",") }), kind: errs.Invalid, fields: "topics"},
			{name: "everything wrong at once", as: ada, in: threads.NewThread{Topics: []string{"Nothing"}}, kind: errs.Invalid, fields: "title kind audience topics"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				_, err := h.Open(t.Context(), tc.as, tc.in)
				if errs.KindOf(err) != tc.kind || fields(err) != tc.fields {
					t.Errorf("Open = %v (%s), want kind %v, fields %q", err, fields(err), tc.kind, tc.fields)
				}
			})
		}
		if got := h.events(); got != "" {
			t.Errorf("refused openings made events: %s", got)
		}

		id, err := h.Open(t.Context(), ada, good(func(in *threads.NewThread) { in.Title = strings.Repeat("ä", 150) }))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.events(), fmt.Sprintf("thread.created thread:%d", id); got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		th := h.find(ada, id)
		if !th.Watched || th.CanVote || !th.CanEdit || !th.CanAccept || !th.CanClose || !th.CanReply {
			t.Errorf("the author watches %t, may vote %t, edit %t", th.Watched, th.CanVote, th.CanEdit)
		}
		if got := th.Topics; len(got) != 2 || got[0].Slug != "connectivity" || got[1].Slug != "schools" {
			t.Errorf("topics = %v", got)
		}
		for _, want := range []string{`href="/people/ben"`, "Ben Okri", `href="/topics/connectivity"`} {
			if !strings.Contains(th.HTML, want) {
				t.Errorf("body lacks %s: %s", want, th.HTML)
			}
		}
		if th.Author.Unit != "Economy" || th.Excerpt == "" || th.Revision != 1 {
			t.Errorf("thread = %+v", th)
		}
	})
}

func TestNearTopicsAreNamed(t *testing.T) {
	h := open(t, backends.SQLite(t))
	_, err := h.Open(t.Context(), ada, threads.NewThread{Kind: threads.Question, Title: "How?", Topics: []string{"Conectivity"}, Audience: "hub"})
	e := errs.As(err)
	if e == nil || len(e.Fields) != 1 || !strings.Contains(e.Fields[0].Text, "Connectivity") {
		t.Errorf("error = %+v, want one that names Connectivity", e)
	}
}

// TestAudience goes through every door with every viewer: what somebody may not see does not exist for them.
func TestAudience(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		audiences := []string{"public", "hub", "org:1", "org:2"}
		reads := map[string]string{ // viewer → the audiences they are in
			"ada": "public hub org:1", "mo": "public hub org:1", "pat": "public hub org:2", "stranger": "public",
		}
		ctx := t.Context()
		for _, audience := range audiences {
			author := ben
			if audience == "org:2" {
				author = pat
			}
			thread := h.ask(author, audience, "Schools")
			reply := h.say(author, thread, "Nobody knows.")
			for name, may := range reads {
				v, seen := people[name], slices.Contains(strings.Fields(may), audience)
				doors := []struct {
					name  string
					write bool
					call  func() error
				}{
					{"find", false, func() error { _, err := h.Find(ctx, v, thread); return err }},
					{"find reply", false, func() error { _, _, err := h.FindReply(ctx, v, reply); return err }},
					{"permalink", false, func() error { _, _, err := h.Locate(ctx, v, reply); return err }},
					{"history", false, func() error { _, err := h.ThreadHistory(ctx, v, thread); return err }},
					{"history of reply", false, func() error { _, err := h.ReplyHistory(ctx, v, reply); return err }},
					{"reply", true, func() error {
						_, err := h.Reply(ctx, v, thread, threads.NewReply{Body: "Me neither."})
						return err
					}},
					{"answer a reply", true, func() error {
						_, err := h.Reply(ctx, v, thread, threads.NewReply{Body: "Me neither.", Parent: reply})
						return err
					}},
					{"vote", true, func() error { return h.VoteThread(ctx, v, thread, true) }},
					{"vote for reply", true, func() error { return h.VoteReply(ctx, v, reply, true) }},
					{"follow", true, func() error { return h.Watch(ctx, v, "thread", thread) }},
					{"accept", true, func() error { return h.Accept(ctx, v, reply) }},
					{"unaccept", true, func() error { return h.Unaccept(ctx, v, reply) }},
					{"close", true, func() error { return h.Close(ctx, v, thread) }},
					{"reopen", true, func() error { return h.Reopen(ctx, v, thread) }},
					{"edit", true, func() error {
						return h.EditThread(ctx, v, thread, threads.Edit{Revision: 1, Title: "Can a school share its fibre?", Body: "The line sits **idle**.", Topics: []string{"Schools"}})
					}},
					{"edit reply", true, func() error { return h.EditReply(ctx, v, reply, threads.Edit{Revision: 1, Body: "Nobody knows."}) }},
				}
				if v.SignedIn() && !seen { // deleting comes last and only where it must fail
					doors = append(doors, []struct {
						name  string
						write bool
						call  func() error
					}{
						{"delete", true, func() error { return h.DeleteThread(ctx, v, thread) }},
						{"delete reply", true, func() error { return h.DeleteReply(ctx, v, reply) }},
					}...)
				}
				for _, door := range doors {
					err := door.call()
					switch kind := errs.KindOf(err); {
					case door.write && !v.SignedIn():
						if kind != errs.Unauthenticated {
							t.Errorf("%s, %s, %s: %v, want Unauthenticated", name, audience, door.name, err)
						}
					case seen && kind == errs.NotFound, !seen && kind != errs.NotFound, seen && kind == errs.Internal && err != nil:
						t.Errorf("%s, %s, %s: %v (seen: %t)", name, audience, door.name, err, seen)
					}
				}
				for _, q := range []threads.FeedQuery{{Tab: threads.Latest}, {Topic: 2}, {Author: author.Person}, {Tab: threads.Unanswered}} {
					feed, err := h.Feed(ctx, v, q)
					if err != nil {
						t.Fatal(err)
					}
					shown := slices.ContainsFunc(feed.Items, func(i threads.Item) bool { return i.ID == thread })
					if want := seen && q.Tab != threads.Unanswered; shown != want {
						t.Errorf("%s, %s: in feed %+v %t, want %t", name, audience, q, shown, want)
					}
				}
			}
		}
	})
}

// TestReplyRules covers what may be said where, and what happens to the text when it may not.
func TestReplyRules(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		first, second := h.ask(ada, "hub"), h.ask(ada, "hub")
		elsewhere := h.say(ben, second, "Elsewhere")
		gone := h.say(ben, first, "Gone soon")
		if err := h.DeleteReply(ctx, ben, gone); err != nil {
			t.Fatal(err)
		}
		h.events()
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			in     threads.NewReply
			kind   errs.Kind
			fields string
		}{
			{"empty", ben, threads.NewReply{Body: " \n"}, errs.Invalid, "body"},
			{"too long", ben, threads.NewReply{Body: strings.Repeat("x", 20_001)}, errs.Invalid, "body"},
			{"parent in another thread", ben, threads.NewReply{Body: "Hm", Parent: elsewhere}, errs.Invalid, "parent"},
			{"parent deleted", ben, threads.NewReply{Body: "Hm", Parent: gone}, errs.Invalid, "parent"},
			{"signed out", stranger, threads.NewReply{Body: "Hm"}, errs.Unauthenticated, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				_, err := h.Reply(ctx, tc.as, first, tc.in)
				if errs.KindOf(err) != tc.kind || fields(err) != tc.fields {
					t.Errorf("Reply = %v, want kind %v, fields %q", err, tc.kind, tc.fields)
				}
			})
		}
		if got := h.events(); got != "" {
			t.Errorf("refused replies made events: %s", got)
		}
		if th := h.find(ada, first); th.Replies != 0 {
			t.Errorf("replies = %d, want 0", th.Replies)
		}

		if _, err := h.SaveDraft(ctx, ben, threads.Draft{Place: threads.ReplyPlace(first), Body: "We did th"}); err != nil {
			t.Fatal(err)
		}
		a := h.say(ben, first, "We did this.")
		b, err := h.Reply(ctx, ada, first, threads.NewReply{Body: "How?", Parent: a})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.events(), fmt.Sprintf("reply.created reply:%d>thread:%d, reply.created reply:%d>thread:%d", a, first, b, first); got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		if _, err := h.Draft(ctx, ben, threads.ReplyPlace(first)); !errs.IsNotFound(err) {
			t.Errorf("the draft is still there after sending: %v", err)
		}
		th := h.find(ada, first)
		page, err := h.Replies(ctx, ada, th, threads.RepliesQuery{})
		if err != nil || th.Replies != 2 || len(page.Replies) != 3 || page.Replies[2].ParentBy != "Ben Okri" || !th.ActiveAt.Equal(page.Replies[2].CreatedAt) {
			t.Errorf("thread %+v, page %+v, %v", th, page, err)
		}
		if stub := page.Replies[0]; !stub.Deleted || stub.HTML != "" || stub.Author.Name != "" || stub.CanEdit {
			t.Errorf("stub = %+v", stub)
		}

		if err := h.Close(ctx, ada, first); err != nil {
			t.Fatal(err)
		}
		_, err = h.Reply(ctx, ben, first, threads.NewReply{Body: "Too late, and long in the writing."})
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("reply to a closed thread: %v, want Conflict", err)
		}
		if d, err := h.Draft(ctx, ben, threads.ReplyPlace(first)); err != nil || d.Body != "Too late, and long in the writing." {
			t.Errorf("the refused reply is not kept: %+v, %v", d, err)
		}
		if th := h.find(ben, first); th.CanReply || th.CanClose || !th.Closed() {
			t.Errorf("closed thread = %+v", th)
		}
	})
}

// TestActions runs one sequence of what people do to a question and its replies, with the events each step makes.
func TestActions(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub")
		r1, r2 := h.say(ben, q, "First answer"), h.say(pat, q, "Second answer")
		d, err := h.Open(ctx, ada, threads.NewThread{Kind: threads.Discussion, Title: "What do we think?", Audience: "hub"})
		if err != nil {
			t.Fatal(err)
		}
		dr := h.say(ben, d, "A lot")
		h.events()
		of := func(format string, ids ...any) string { return fmt.Sprintf(format, ids...) }
		for _, tc := range []struct {
			name   string
			call   func() error
			kind   errs.Kind // of the error; Internal means success here
			events string
		}{
			{"own thread is not useful", func() error { return h.VoteThread(ctx, ada, q, true) }, errs.Forbidden, ""},
			{"own reply is not useful", func() error { return h.VoteReply(ctx, ben, r1, true) }, errs.Forbidden, ""},
			{"vote", func() error { return h.VoteThread(ctx, ben, q, true) }, 0, of("thread.voted thread:%d", q)},
			{"vote again", func() error { return h.VoteThread(ctx, ben, q, true) }, 0, ""},
			{"vote for a reply", func() error { return h.VoteReply(ctx, ada, r1, true) }, 0, of("reply.voted reply:%d>thread:%d", r1, q)},
			{"take it back", func() error { return h.VoteReply(ctx, ada, r1, false) }, 0, of("reply.unvoted reply:%d>thread:%d", r1, q)},
			{"take it back again", func() error { return h.VoteReply(ctx, ada, r1, false) }, 0, ""},
			{"vote for nothing", func() error { return h.VoteReply(ctx, ada, 99999, true) }, errs.NotFound, ""},

			{"accept is for the asker", func() error { return h.Accept(ctx, ben, r1) }, errs.Forbidden, ""},
			{"accept", func() error { return h.Accept(ctx, ada, r1) }, 0, of("thread.accepted thread:%d>reply:%d", q, r1)},
			{"accept again", func() error { return h.Accept(ctx, ada, r1) }, 0, ""},
			{"accept another", func() error { return h.Accept(ctx, mo, r2) }, 0,
				of("thread.unaccepted thread:%d>reply:%d, thread.accepted thread:%d>reply:%d", q, r1, q, r2)},
			{"unaccept what is not accepted", func() error { return h.Unaccept(ctx, ada, r1) }, 0, ""},
			{"unaccept is for the asker", func() error { return h.Unaccept(ctx, pat, r2) }, errs.Forbidden, ""},
			{"unaccept", func() error { return h.Unaccept(ctx, ada, r2) }, 0, of("thread.unaccepted thread:%d>reply:%d", q, r2)},
			{"discussions have no answer", func() error { return h.Accept(ctx, ada, dr) }, errs.Invalid, ""},

			{"follow", func() error { return h.Watch(ctx, ben, "thread", q) }, 0, of("watch.started thread:%d", q)},
			{"follow twice", func() error { return h.Watch(ctx, ben, "thread", q) }, 0, ""},
			{"follow a topic", func() error { return h.Watch(ctx, ben, "topic", 1) }, 0, "watch.started topic:1"},
			{"follow a person", func() error { return h.Watch(ctx, ben, "person", 1) }, 0, "watch.started person:1"},
			{"follow a unit", func() error { return h.Watch(ctx, pat, "unit", 1) }, 0, "watch.started unit:1"},
			{"follow oneself", func() error { return h.Watch(ctx, ben, "person", 2) }, errs.Invalid, ""},
			{"follow what is not there", func() error { return h.Watch(ctx, ben, "topic", 99) }, errs.NotFound, ""},
			{"follow the weather", func() error { return h.Watch(ctx, ben, "weather", 1) }, errs.NotFound, ""},
			{"unfollow", func() error { return h.Unwatch(ctx, ben, "thread", q) }, 0, of("watch.ended thread:%d", q)},
			{"unfollow twice", func() error { return h.Unwatch(ctx, ben, "thread", q) }, 0, ""},

			{"close is for the author", func() error { return h.Close(ctx, ben, q) }, errs.Forbidden, ""},
			{"close", func() error { return h.Close(ctx, ada, q) }, 0, of("thread.closed thread:%d", q)},
			{"close again", func() error { return h.Close(ctx, ada, q) }, 0, ""},
			{"reopen by an administrator", func() error { return h.Reopen(ctx, chief, q) }, 0, of("thread.reopened thread:%d", q)},
			{"reopen again", func() error { return h.Reopen(ctx, mo, q) }, 0, ""},

			{"delete a reply of somebody", func() error { return h.DeleteReply(ctx, ada, r1) }, errs.Forbidden, ""},
			{"accept before deletion", func() error { return h.Accept(ctx, ada, r1) }, 0, of("thread.accepted thread:%d>reply:%d", q, r1)},
			{"delete the accepted reply", func() error { return h.DeleteReply(ctx, ben, r1) }, 0,
				of("thread.unaccepted thread:%d>reply:%d, reply.deleted reply:%d>thread:%d", q, r1, r1, q)},
			{"delete again", func() error { return h.DeleteReply(ctx, ben, r1) }, errs.NotFound, ""},
			{"accept what was deleted", func() error { return h.Accept(ctx, ada, r1) }, errs.NotFound, ""},
			{"vote for what was deleted", func() error { return h.VoteReply(ctx, ada, r1, true) }, errs.NotFound, ""},
			{"history of what was deleted", func() error { _, err := h.ReplyHistory(ctx, ben, r1); return err }, errs.NotFound, ""},

			{"delete a thread of somebody", func() error { return h.DeleteThread(ctx, ben, q) }, errs.Forbidden, ""},
			{"delete by a moderator", func() error { return h.DeleteThread(ctx, mo, q) }, 0, of("thread.deleted thread:%d", q)},
			{"reply to what was deleted", func() error { _, err := h.Reply(ctx, ben, q, threads.NewReply{Body: "Hm"}); return err }, errs.NotFound, ""},
			{"vote in what was deleted", func() error { return h.VoteReply(ctx, ada, r2, true) }, errs.NotFound, ""},
			{"edit what was deleted", func() error { return h.EditThread(ctx, ada, q, threads.Edit{Revision: 1, Title: "New"}) }, errs.NotFound, ""},
			{"delete own reply in it", func() error { return h.DeleteReply(ctx, pat, r2) }, 0, of("reply.deleted reply:%d>thread:%d", r2, q)},
		} {
			err := tc.call()
			if errs.KindOf(err) != tc.kind || tc.kind == 0 && err != nil {
				t.Errorf("%s: %v, want kind %v", tc.name, err, tc.kind)
			}
			if got := h.events(); got != tc.events {
				t.Errorf("%s: events = %q, want %q", tc.name, got, tc.events)
			}
		}
		th := h.find(ada, q)
		if !th.Deleted || th.Title != "" || th.HTML != "" || th.Body != "" || th.Replies != 0 || th.Votes != 1 || th.Accepted != 0 || th.CanReply {
			t.Errorf("stub = %+v", th)
		}
		h.checkCounters()
	})
}

// checkCounters compares the counters of every thread and reply with the rows they count.
func (h *hub) checkCounters() {
	h.t.Helper()
	for _, check := range []string{
		`SELECT COUNT(*) FROM threads t WHERE reply_count <> (SELECT COUNT(*) FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL)`,
		`SELECT COUNT(*) FROM threads t WHERE vote_count <> imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'thread' AND v.object_id = t.id)`,
		`SELECT COUNT(*) FROM replies r WHERE vote_count <> imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'reply' AND v.object_id = r.id)`,
		`SELECT COUNT(*) FROM threads t WHERE active_at < created_at OR active_at < (SELECT COALESCE(MAX(created_at), 0) FROM replies r WHERE r.thread_id = t.id)`,
	} {
		var wrong int
		if err := h.db.QueryRow(h.t.Context(), check).Scan(&wrong); err != nil || wrong != 0 {
			h.t.Errorf("%d rows with wrong counters (%v): %s", wrong, err, check)
		}
	}
}

func TestEditAndHistory(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub", "Schools")
		r := h.say(ben, q, "Yes.")
		h.events()
		edit := func(v auth.Viewer, revision int, title, body string, names ...string) error {
			return h.EditThread(ctx, v, q, threads.Edit{Revision: revision, Title: title, Body: body, Topics: names})
		}
		for _, tc := range []struct {
			name   string
			call   func() error
			kind   errs.Kind
			events string
		}{
			{"somebody else", func() error { return edit(ben, 1, "Mine now", "x") }, errs.Forbidden, ""},
			{"no title", func() error { return edit(ada, 1, "", "x") }, errs.Invalid, ""},
			{"nothing changed", func() error {
				return edit(ada, 1, "Can a school share its fibre?", "The line sits **idle**.", "Schools")
			}, 0, ""},
			{"the author", func() error { return edit(ada, 1, "Can a school share?", "The line sits **idle**.", "Schools") }, 0, fmt.Sprintf("thread.edited thread:%d", q)},
			{"from an old revision", func() error { return edit(mo, 1, "Moderated", "Other") }, errs.Conflict, ""},
			{"a moderator", func() error { return edit(mo, 2, "Can a school share?", "It is *idle*.", "Schools") }, 0, fmt.Sprintf("thread.edited thread:%d", q)},
			{"topics only", func() error { return edit(ada, 3, "Can a school share?", "It is *idle*.", "Libraries") }, 0, fmt.Sprintf("thread.edited thread:%d", q)},
			{"a reply of somebody else", func() error { return h.EditReply(ctx, ada, r, threads.Edit{Revision: 1, Body: "No."}) }, errs.Forbidden, ""},
			{"an emptied reply", func() error { return h.EditReply(ctx, ben, r, threads.Edit{Revision: 1}) }, errs.Invalid, ""},
			{"a reply", func() error { return h.EditReply(ctx, ben, r, threads.Edit{Revision: 1, Body: "Yes, **we did**."}) }, 0, fmt.Sprintf("reply.edited reply:%d>thread:%d", r, q)},
			{"a reply from an old revision", func() error { return h.EditReply(ctx, mo, r, threads.Edit{Revision: 1, Body: "No."}) }, errs.Conflict, ""},
		} {
			err := tc.call()
			if errs.KindOf(err) != tc.kind || tc.kind == 0 && err != nil {
				t.Errorf("%s: %v, want kind %v", tc.name, err, tc.kind)
			}
			if got := h.events(); got != tc.events {
				t.Errorf("%s: events = %q, want %q", tc.name, got, tc.events)
			}
		}
		th := h.find(ada, q)
		if th.Revision != 3 || th.Title != "Can a school share?" || th.EditedAt.IsZero() || th.Topics[0].Name != "Libraries" || !strings.Contains(th.HTML, "<em>idle</em>") {
			t.Errorf("thread = %+v", th)
		}
		past, err := h.ThreadHistory(ctx, pat, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range past.Versions {
			got = append(got, fmt.Sprintf("%d %s: %s / %s", v.Number, v.Editor.Name, v.Title, v.Body))
		}
		want := []string{
			"3 Mo Field: Can a school share? / It is *idle*.",
			"2 Ada Lane: Can a school share? / The line sits **idle**.",
			"1 Ada Lane: Can a school share its fibre? / The line sits **idle**.",
		}
		if !slices.Equal(got, want) {
			t.Errorf("history = %q, want %q", got, want)
		}
		if past, err := h.ReplyHistory(ctx, ada, r); err != nil || len(past.Versions) != 2 || past.Versions[1].Body != "Yes." || past.Versions[0].Editor.Name != "Ben Okri" {
			t.Errorf("history of the reply = %+v, %v", past, err)
		}
	})
}

// TestTogether has many people do the same thing at the same moment.
func TestTogether(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub")
		r1, r2 := h.say(ben, q, "One"), h.say(pat, q, "Two")
		h.events()
		together := func(calls ...func() error) []error {
			results := make([]error, len(calls))
			var wg sync.WaitGroup
			for i, call := range calls {
				wg.Go(func() { results[i] = call() })
			}
			wg.Wait()
			return results
		}
		for _, err := range together(
			func() error { return h.VoteThread(ctx, ben, q, true) }, func() error { return h.VoteThread(ctx, ben, q, true) },
			func() error { return h.VoteThread(ctx, pat, q, true) }, func() error { return h.VoteThread(ctx, mo, q, true) },
		) {
			if err != nil {
				t.Errorf("vote: %v", err)
			}
		}
		if th := h.find(ada, q); th.Votes != 3 {
			t.Errorf("votes = %d, want 3", th.Votes)
		}
		h.events()

		for _, err := range together(func() error { return h.Accept(ctx, ada, r1) }, func() error { return h.Accept(ctx, mo, r2) }) {
			if err != nil && errs.KindOf(err) != errs.Conflict {
				t.Errorf("accept: %v", err)
			}
		}
		// Whoever came second, the events tell the same story as the row.
		accepted := map[string]bool{}
		for _, e := range strings.Split(h.events(), ", ") {
			verb, target, _ := strings.Cut(e, " ")
			_, reply, _ := strings.Cut(target, ">")
			accepted[reply] = verb == "thread.accepted"
		}
		for _, id := range []int64{r1, r2} {
			if want := h.find(ada, q).Accepted == id; accepted[fmt.Sprintf("reply:%d", id)] != want {
				t.Errorf("events say %v, the thread says %d", accepted, h.find(ada, q).Accepted)
			}
		}

		edit := func(v auth.Viewer, title string) func() error {
			return func() error { return h.EditThread(ctx, v, q, threads.Edit{Revision: 1, Title: title, Body: "x"}) }
		}
		var won, lost int
		for _, err := range together(edit(ada, "Mine"), edit(mo, "No, mine")) {
			switch {
			case err == nil:
				won++
			case errs.KindOf(err) == errs.Conflict:
				lost++
			default:
				t.Errorf("edit: %v", err)
			}
		}
		if th := h.find(ada, q); won != 1 || lost != 1 || th.Revision != 2 {
			t.Errorf("%d editors won, %d lost, revision %d; want 1, 1, 2", won, lost, th.Revision)
		}

		var calls []func() error
		for i := range 30 {
			calls = append(calls, func() error {
				_, err := h.Reply(ctx, []auth.Viewer{ada, ben, pat}[i%3], q, threads.NewReply{Body: "Me too"})
				return err
			})
		}
		for _, err := range together(calls...) {
			if err != nil {
				t.Errorf("reply: %v", err)
			}
		}
		if th := h.find(ada, q); th.Replies != 32 {
			t.Errorf("replies = %d, want 32", th.Replies)
		}
		h.checkCounters()
	})
}

func TestDrafts(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		hidden, shown := h.ask(ada, "org:1"), h.ask(ada, "hub")
		r := h.say(ben, shown, "Mine")
		h.events()
		save := func(v auth.Viewer, d threads.Draft) {
			t.Helper()
			if _, err := h.SaveDraft(ctx, v, d); err != nil {
				t.Fatal(err)
			}
		}
		save(ben, threads.Draft{Place: threads.PlaceNew, Kind: threads.Discussion, Title: "A", Body: "B", Topics: "C, D", Audience: "hub"})
		save(ben, threads.Draft{Place: threads.ReplyPlace(hidden), Body: "1"})
		save(ben, threads.Draft{Place: threads.ReplyPlace(hidden), Body: "12"})
		save(ben, threads.Draft{Place: threads.EditPlace("reply", r), Body: "Mine too"})
		save(pat, threads.Draft{Place: threads.ReplyPlace(hidden), Body: "Pat cannot see it any more"})
		if got := h.events(); got != "" {
			t.Errorf("drafts made events: %s", got)
		}
		list, err := h.Drafts(ctx, ben)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range list {
			got = append(got, fmt.Sprintf("%s|%s|%s|%s", d.Path, d.About, d.Title, d.Body))
		}
		slices.Sort(got)
		want := []string{
			fmt.Sprintf("/replies/%d/edit|Can a school share its fibre?||Mine too", r),
			fmt.Sprintf("/threads/%d#reply|Can a school share its fibre?||12", hidden),
			"/write||A|B",
		}
		if !slices.Equal(got, want) {
			t.Errorf("drafts = %q, want %q", got, want)
		}
		if list, err := h.Drafts(ctx, pat); err != nil || len(list) != 1 || list[0].About != "" {
			t.Errorf("drafts of pat = %+v, %v: the title of a hidden thread must not show", list, err)
		}
		if err := h.DeleteDraft(ctx, pat, list[0].ID); !errs.IsNotFound(err) {
			t.Errorf("deleting somebody's draft: %v, want NotFound", err)
		}
		save(ben, threads.Draft{Place: threads.PlaceNew, Title: "  "})
		if _, err := h.Draft(ctx, ben, threads.PlaceNew); !errs.IsNotFound(err) {
			t.Errorf("an emptied draft is still there: %v", err)
		}
		for _, place := range []string{"", "old", "thread:0", "thread:x", "thread:01", "edit:thread:", "edit:person:1", "reply:1", "thread:1:2"} {
			if _, err := h.SaveDraft(ctx, ben, threads.Draft{Place: place, Body: "x"}); !errs.IsNotFound(err) {
				t.Errorf("place %q: %v, want NotFound", place, err)
			}
		}
		if _, err := h.SaveDraft(ctx, stranger, threads.Draft{Place: threads.PlaceNew, Body: "x"}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("signed out: %v", err)
		}
		long := threads.Draft{Place: threads.PlaceNew, Body: strings.Repeat("x", 30_000)}
		save(ben, long) // too long to send, and kept all the same
		if _, err := h.Open(ctx, ben, threads.NewThread{Kind: threads.Question, Title: "Short now?", Audience: "hub"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Draft(ctx, ben, threads.PlaceNew); !errs.IsNotFound(err) {
			t.Errorf("the draft is still there after opening: %v", err)
		}
	})
}

// fill writes replies straight into the table, each at its own time but every third, which shares one with the reply before.
func (h *hub) fill(thread int64, n int) {
	h.t.Helper()
	h.tx(func(tx *db.Tx) error {
		for i := range n {
			_, err := tx.Exec(h.t.Context(), `
INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at)
VALUES ($1, $2, $3, $4, 1, $5)`, thread, int64(i%3+1), "Reply", "<p>Reply</p>", int64(1_000_000+i-i%3/2))
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(h.t.Context(), "UPDATE threads SET created_at = 1, reply_count = reply_count + $1 WHERE id = $2", n, thread)
		return err
	})
}

func TestPagingOfALongThread(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for _, n := range []int{0, 1, 49, 50, 51, 100, 101, 2000} {
			q := h.ask(ada, "hub")
			h.fill(q, n)
			rows, err := h.db.Query(ctx, `SELECT id FROM replies WHERE thread_id = $1 ORDER BY created_at, id LIMIT 5000`, q)
			all, err := db.Collect(rows, err, db.One[int64])
			if err != nil {
				t.Fatal(err)
			}
			th := h.find(ben, q)
			page := func(in threads.RepliesQuery) threads.RepliesPage {
				t.Helper()
				p, err := h.Replies(ctx, ben, th, in)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			ids := func(p threads.RepliesPage) (list []int64) {
				for _, r := range p.Replies {
					list = append(list, r.ID)
				}
				return list
			}
			var forward []int64
			p := page(threads.RepliesQuery{})
			for pages := 0; ; pages++ {
				if p.First != len(forward)+1 || p.Shown != len(p.Replies) || (p.Next != threads.Key{} || p.Previous != threads.Key{}) && p.Total != n {
					t.Errorf("%d replies, page %d: first %d, shown %d, total %d", n, pages, p.First, p.Shown, p.Total)
				}
				for _, id := range ids(p)[:min(3, len(p.Replies))] {
					_, at, err := h.Locate(ctx, ben, id)
					if located := page(at); err != nil || !slices.Equal(ids(located), ids(p)) {
						t.Errorf("%d replies: permalink %d leads to %d–, want %d– (%v)", n, id, located.First, p.First, err)
					}
				}
				forward = append(forward, ids(p)...)
				if p.Next == (threads.Key{}) || pages > 100 {
					break
				}
				p = page(threads.RepliesQuery{After: p.Next})
			}
			if !slices.Equal(forward, all) {
				t.Errorf("%d replies: walking forward shows %d", n, len(forward))
			}
			p = page(threads.RepliesQuery{Last: true})
			var backward []int64
			for {
				backward = append(ids(p), backward...)
				if p.Previous == (threads.Key{}) {
					break
				}
				p = page(threads.RepliesQuery{Before: p.Previous})
			}
			if !slices.Equal(backward, all) {
				t.Errorf("%d replies: walking backward shows %d", n, len(backward))
			}
		}
	})
}

func TestAcceptedAnswerIsPinned(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub")
		h.fill(q, 120)
		all, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{Last: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name   string
			accept int64
			shown  int // replies under the pinned one on the first page
		}{
			{"from a later page", all.Replies[5].ID, 50},
			{"from the first page", 3, 49},
		} {
			if tc.accept == 3 {
				first, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{})
				if err != nil {
					t.Fatal(err)
				}
				tc.accept = first.Replies[7].ID
			}
			if err := h.Accept(ctx, ada, tc.accept); err != nil {
				t.Fatal(err)
			}
			p, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{})
			if err != nil {
				t.Fatal(err)
			}
			twice := slices.ContainsFunc(p.Replies, func(r threads.Reply) bool { return r.ID == tc.accept })
			if p.Pinned == nil || p.Pinned.ID != tc.accept || !p.Pinned.Accepted || twice || len(p.Replies) != tc.shown || p.Shown != 50 {
				t.Errorf("%s: pinned %+v, %d replies", tc.name, p.Pinned, len(p.Replies))
			}
			if _, at, err := h.Locate(ctx, ben, tc.accept); err != nil || at != (threads.RepliesQuery{}) {
				t.Errorf("%s: the permalink leads to %+v, %v", tc.name, at, err)
			}
			next, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{After: p.Next})
			if err != nil || next.Pinned != nil || next.First != 51 {
				t.Errorf("%s: second page %d, pinned %v, %v", tc.name, next.First, next.Pinned, err)
			}
		}
	})
}

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

func TestWhoSees(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.exec(`INSERT INTO people (organisation_id, handle, name, sort_name, left_at, created_at, updated_at) VALUES (1, 'gone', 'Gone', 'gone', 5, 1, 1)`)
		for _, tc := range []struct {
			as             auth.Viewer
			audience, want string
		}{
			{ada, "hub", "Everyone signed in: 3 staff and 1 partner."},
			{ada, "public", "Anyone, without signing in."},
			{ada, "org:1", "Only people at Devon: 3 people."},
			{pat, "org:2", "Only people at Cats Trust: 1 person."},
		} {
			reach, err := h.Reach(t.Context(), tc.as)
			if got := reach.WhoSees(tc.audience); err != nil || got != tc.want {
				t.Errorf("%s: %q, want %q (%v)", tc.audience, got, tc.want, err)
			}
		}
	})
}

// TestStatementsPerUseCase holds every page and write to a number of statements that does not grow with what is in it.
func TestStatementsPerUseCase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		small, big := h.ask(ada, "hub", "Schools", "Libraries"), h.ask(ada, "hub", "Schools")
		h.fill(small, 40)
		h.fill(big, 400)
		for range 30 {
			h.ask(pat, "hub", "Connectivity", "Schools")
		}
		if err := h.Watch(t.Context(), ben, "topic", 1); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name string
			most int64
			call func(ctx context.Context) error
		}{
			{"thread page with 40 replies", 2, func(ctx context.Context) error {
				th, err := h.Find(ctx, ben, small)
				_, err2 := h.Replies(ctx, ben, th, threads.RepliesQuery{})
				return errors.Join(err, err2)
			}},
			{"thread page of many", 3, func(ctx context.Context) error {
				th, err := h.Find(ctx, ben, big)
				_, err2 := h.Replies(ctx, ben, th, threads.RepliesQuery{})
				return errors.Join(err, err2)
			}},
			{"last page of many", 4, func(ctx context.Context) error {
				th, err := h.Find(ctx, ben, big)
				_, err2 := h.Replies(ctx, ben, th, threads.RepliesQuery{Last: true})
				return errors.Join(err, err2)
			}},
			{"latest", 2, func(ctx context.Context) error { _, err := h.Feed(ctx, ben, threads.FeedQuery{}); return err }},
			{"for you", 3, func(ctx context.Context) error {
				_, err := h.Feed(ctx, ben, threads.FeedQuery{Tab: threads.ForYou})
				return err
			}},
			{"desk", 3, func(ctx context.Context) error { _, err := h.Desk(ctx, ben); return err }},
			{"permalink", 3, func(ctx context.Context) error { _, _, err := h.Locate(ctx, ben, 300); return err }},
			{"drafts", 3, func(ctx context.Context) error { _, err := h.Drafts(ctx, ben); return err }},
			{"reply", 5, func(ctx context.Context) error {
				_, err := h.Reply(ctx, ben, small, threads.NewReply{Body: "Cheap"})
				return err
			}},
		} {
			ctx, n := db.CountQueries(t.Context())
			if err := tc.call(ctx); err != nil {
				t.Fatalf("%s: %v", tc.name, err)
			}
			if got := n.Load(); got > tc.most {
				t.Errorf("%s takes %d statements, want at most %d", tc.name, got, tc.most)
			}
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

func TestRecount(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		q := h.ask(ada, "hub")
		r := h.say(ben, q, "Yes")
		if err := h.VoteThread(t.Context(), ben, q, true); err != nil {
			t.Fatal(err)
		}
		if n, err := h.Recount(t.Context()); n != 0 || err != nil {
			t.Errorf("Recount of a sound hub repairs %d, %v", n, err)
		}
		want := h.find(ada, q)
		h.exec(`UPDATE threads SET reply_count = 7, vote_count = 7, active_at = created_at, accepted_reply_id = 99`)
		h.exec(`UPDATE replies SET vote_count = 7 WHERE id = $1`, r)
		if n, err := h.Recount(t.Context()); n != 5 || err != nil {
			t.Errorf("Recount repairs %d, %v; want 5", n, err)
		}
		if got := h.find(ada, q); got.Replies != 1 || got.Votes != 1 || got.Accepted != 0 || !got.ActiveAt.Equal(want.ActiveAt) {
			t.Errorf("thread = %+v", got)
		}
		h.checkCounters()
	})
}
