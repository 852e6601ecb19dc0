package threads_test

import (
	"context"
	"fmt"
	"strings"
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
	as map[string]auth.Viewer // people of one test, by the name of the header As
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

// network makes a network; audience "" is that of a private one, its members.
func (h *hub) network(slug, access, audience string) int64 {
	h.t.Helper()
	var id int64
	h.tx(func(tx *db.Tx) error {
		err := tx.QueryRow(h.t.Context(), `
INSERT INTO networks (slug, name, access, audience, created_at, updated_at)
VALUES ($1, $2, $3, $4, 1, 1)
RETURNING id`, slug, strings.ToUpper(slug[:1])+slug[1:], access, audience).Scan(&id)
		if err != nil || audience != "" {
			return err
		}
		_, err = tx.Exec(h.t.Context(), "UPDATE networks SET audience = $1 WHERE id = $2", auth.NetworkAudience(id), id)
		return err
	})
	return id
}

// in is v as a member of networks, and steward as one who looks after them.
func in(v auth.Viewer, networks ...int64) auth.Viewer { return memberOf(v, false, networks) }

func steward(v auth.Viewer, networks ...int64) auth.Viewer { return memberOf(v, true, networks) }

func memberOf(v auth.Viewer, steward bool, networks []int64) auth.Viewer {
	var list []auth.Membership
	for _, id := range networks {
		list = append(list, auth.Membership{Network: id, Steward: steward})
	}
	return v.In(list...)
}

// askIn opens a question in a network.
func (h *hub) askIn(v auth.Viewer, network int64, audience string) int64 {
	h.t.Helper()
	id, err := h.Open(h.t.Context(), v, threads.NewThread{
		Kind: threads.Question, Title: "Which salt for a bridge?", Body: "It **rusts**.", Audience: audience, Network: network,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}
