package insights_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/insights"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// noon is the 20th of a month, so that things can still happen in it.
var noon = time.Date(2027, time.May, 20, 11, 0, 0, 0, time.UTC)

// hub is the slice under test with what it follows.
type hub struct {
	*insights.Service
	t          *testing.T
	db         *db.DB
	threads    *threads.Service
	dispatcher *event.Dispatcher
	zone       *time.Location
	clock      time.Time
	leader     auth.Viewer
	staff      []auth.Viewer // of the home organisation, by unit
	partner    auth.Viewer
	made       int             // people
	places     map[int64]int64 // unit of each of the staff, 0 for none; partners are not in it
}

func (h *hub) now() time.Time { return h.clock }

type threadTopics struct{ *topics.Service }

func (s threadTopics) Resolve(ctx context.Context, names []string) (found []threads.Topic, unknown []string, err error) {
	list, unknown, err := s.Service.Resolve(ctx, names)
	for _, l := range list {
		found = append(found, threads.Topic{ID: l.ID, Slug: l.Slug, Name: l.Name})
	}
	return found, unknown, err
}

func (threadTopics) Suggest(context.Context, string, int) ([]threads.Topic, error) { return nil, nil }

// units are the tree of the home organisation: id, the unit it is part of, people in it.
var units = []struct{ id, parent, people int }{
	{1, 0, 2}, {2, 1, 9}, {3, 1, 6}, {4, 1, 3}, {5, 3, 7}, {6, 0, 0}, {7, 6, 12}, {8, 6, 8}, {9, 0, 11}, {10, 9, 1}, {11, 0, 3},
}

const homeless, partners = 4, 6 // people of the home organisation in no unit, and of another organisation

// each runs test on both databases, in a hub with people and topics, and nothing said.
func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		zone, err := time.LoadLocation("Europe/London")
		if err != nil {
			t.Fatal(err)
		}
		h := &hub{t: t, clock: noon, zone: zone, places: make(map[int64]int64)}
		h.db = backends.Open(t, url, db.Options{Sync: "normal", Now: h.now})
		h.threads = threads.New(h.db, threadTopics{topics.New(h.db, h.now)}, h.now)
		h.Service = insights.New(h.db, zone, 0, h.now)
		h.dispatcher = event.NewDispatcher(h.db, nil, event.Options{}, h.Consumer())
		h.must(h.dispatcher.Register(t.Context()))
		h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (2, 'Patrols', 1)`)
		h.exec(`DELETE FROM units`)
		h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		for i := range 8 {
			h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ($1, $1, 1)`, fmt.Sprint("topic-", i+1))
		}
		ids := map[int]any{0: nil}
		for _, u := range units {
			ids[u.id] = h.id(`INSERT INTO units (organisation_id, parent_id, name, created_at) VALUES (1, $1, $2, 1) RETURNING id`, ids[u.parent], fmt.Sprintf("Unit %02d", u.id))
			for range u.people {
				h.person(1, ids[u.id])
			}
		}
		for range homeless {
			h.person(1, nil)
		}
		for range partners {
			h.partner = h.person(2, nil)
		}
		h.leader = auth.ForPerson(1, 1, 1, true, auth.Leader)
		test(t, h)
	})
}

// unitOf is where somebody is: -1 for partners.
func (h *hub) unitOf(person int64) int64 {
	if unit, home := h.places[person]; home {
		return unit
	}
	return -1
}

// person adds somebody.
func (h *hub) person(organisation int64, unit any) auth.Viewer {
	h.t.Helper()
	h.made++
	handle := fmt.Sprint("p", h.made)
	id := h.id(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, created_at, updated_at) VALUES ($1, $2, $3, $3, $3, 1, 1) RETURNING id`, organisation, unit, handle)
	v := auth.ForPerson(id, id, organisation, organisation == 1, 0)
	if organisation == 1 {
		at, _ := unit.(int64)
		h.places[id] = at
		h.staff = append(h.staff, v)
	}
	return v
}

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

func (h *hub) id(statement string, args ...any) (id int64) {
	h.t.Helper()
	h.must(h.db.Tx(h.t.Context(), func(tx *db.Tx) error { return tx.QueryRow(h.t.Context(), statement, args...).Scan(&id) }))
	return id
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// settle hands every event on and makes the figures.
func (h *hub) settle() {
	h.t.Helper()
	h.must(h.dispatcher.Drain(h.t.Context()))
	h.must(h.AddUpSearches(h.t.Context(), insights.Months))
	h.must(h.Settle(h.t.Context()))
}

// tell records that something happened to a thread.
func (h *hub) tell(verb string, thread int64) {
	h.t.Helper()
	h.must(h.db.Tx(h.t.Context(), func(tx *db.Tx) error {
		return event.Append(h.t.Context(), tx, event.Event{Verb: verb, Object: event.Ref{Kind: "thread", ID: thread}})
	}))
}

// read returns the figures of a unit; the whole organisation's are 0.
func (h *hub) read(unit int64) insights.Figures {
	h.t.Helper()
	f, err := h.Read(h.t.Context(), h.leader, insights.Filter{Unit: unit})
	h.must(err)
	return f
}

// unitIDs are the units there are.
func (h *hub) unitIDs() []int64 {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), "SELECT id FROM units ORDER BY id")
	ids, err := db.Collect(rows, err, db.One[int64])
	h.must(err)
	return ids
}

// compute runs the statement of a metric.
func (h *hub) compute(m *insights.Metric, unit int64, month insights.Month) (value, whole int64) {
	h.t.Helper()
	from, to := h.Bounds(month)
	if err := h.db.QueryRow(h.t.Context(), m.SQL, unit, from, to).Scan(&value, &whole); err != nil {
		h.t.Fatalf("%s: %v\n%s", m.Key, err, m.SQL)
	}
	return value, whole
}

// tables are all rows of the ledger and the figures, a line each.
func (h *hub) tables() string {
	h.t.Helper()
	var out []string
	for _, query := range []string{
		`SELECT 'fact ' || thread_id || ' ' || family || ' ' || item_id || ' ' || person_id || ' ' || month || ' ' || counted || ' ' || marks || ' ' || COALESCE(value, -1) || ' ' || COALESCE(other_id, 0) FROM insight_facts`,
		`SELECT 'cell ' || unit_id || ' ' || month || ' ' || metric || ' ' || state || ' ' || value || ' ' || whole FROM insight_cells`,
		`SELECT 'topic ' || month || ' ' || topic_id || ' ' || threads || ' ' || CASE WHEN shown THEN 'shown' ELSE 'hidden' END FROM insight_topics`,
	} {
		rows, err := h.db.Query(h.t.Context(), query)
		list, err := db.Collect(rows, err, db.One[string])
		h.must(err)
		out = append(out, list...)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// sources are the kinds of source of a signal.
var sources = []string{"press", "regulator", "demography", "local", "national", "peers", "technology", "policy"}

// corpus writes what might be said in fifteen months. It is the same for a seed.
type corpus struct {
	*hub
	*rand.Rand
	tx     *db.Tx
	things []thing // of the open record, as the attack sees them
	wrote  []int64
	units  []int64
}

// write writes n threads with all that belongs to them.
func (h *hub) write(seed uint64, n int) *corpus {
	h.t.Helper()
	c := &corpus{hub: h, Rand: rand.New(rand.NewPCG(7, seed)), units: h.unitIDs()}
	h.must(h.db.Tx(h.t.Context(), func(tx *db.Tx) error {
		c.tx, c.things, c.wrote = tx, nil, nil
		for range n {
			c.thread()
		}
		for range 6 * n {
			c.search()
		}
		for range n / 10 {
			at := c.moment()
			why := []string{"", "found", "owner", "faded"}[c.IntN(4)]
			var closed any
			if why != "" {
				closed = at + 1
			}
			c.put(`INSERT INTO gaps (said, opened_at, closed_at, closed_why) VALUES ('tablets', $1, $2, $3)`, at, closed, why)
		}
		return event.AppendBatch(h.t.Context(), tx, map[string][]int64{"threads": c.wrote})
	}))
	h.settle()
	return c
}

func (c *corpus) put(statement string, args ...any) {
	if _, err := c.tx.Exec(c.t.Context(), statement, args...); err != nil {
		c.t.Fatalf("%v\n%s", err, statement)
	}
}

func (c *corpus) insert(statement string, args ...any) (id int64) {
	if err := c.tx.QueryRow(c.t.Context(), statement, args...).Scan(&id); err != nil {
		c.t.Fatalf("%v\n%s", err, statement)
	}
	return id
}

// moment is some time in the last fifteen months, more often lately.
func (c *corpus) moment() int64 {
	days := min(c.Float64(), c.Float64()) * 450
	return c.clock.Add(-time.Duration(days * 24 * float64(time.Hour))).UnixMicro()
}

// somebody is one of the staff, some more often than others, and now and then a partner.
func (c *corpus) somebody() int64 {
	if c.IntN(12) == 0 {
		return c.partner.Person - int64(c.IntN(partners))
	}
	return c.staff[min(c.IntN(len(c.staff)), c.IntN(len(c.staff)+20), len(c.staff)-1)].Person
}

func (c *corpus) search() {
	unit := any(nil)
	if c.IntN(4) > 0 {
		unit = c.units[min(c.IntN(len(c.units)), c.IntN(len(c.units)))]
	}
	hits := max(0, c.IntN(6)-1)
	c.put(`INSERT INTO search_log (at, words, said, hits, opened, unit_id) VALUES ($1, 'tablets', 'tablets', $2, $3, $4)`, c.moment(), hits, hits > 0 && c.IntN(2) == 0, unit)
}

func (c *corpus) thread() {
	kind := []string{"question", "question", "question", "discussion", "discussion", "post", "signal", "signal", "decision"}[c.IntN(9)]
	at, author := c.moment(), c.somebody()
	audience := []string{"public", "hub", "hub", "org:1", "org:1", "org:2", "network:1"}[c.IntN(7)]
	var deleted, moved, superseded, owner, check, checked any
	if c.IntN(20) == 0 {
		deleted = at + 5
	}
	if len(c.wrote) > 0 && kind == "question" {
		other := c.wrote[c.IntN(len(c.wrote))]
		switch c.IntN(8) {
		case 0:
			superseded = other
		case 1:
			deleted, moved = at+9, other
		}
	}
	if c.IntN(5) == 0 {
		owner = c.somebody()
	}
	if c.IntN(4) == 0 {
		check = c.moment()
	}
	if c.IntN(4) == 0 {
		checked = c.moment()
	}
	id := c.insert(`
		INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at, deleted_at, moved_to, superseded_by, owner_id, check_at, checked_at)
		VALUES ($1, 'T', '', '', '', 1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)
		RETURNING id`, kind, author, audience, at, deleted, moved, superseded, owner, check, checked)
	c.wrote = append(c.wrote, id)
	t := truth{id: id, kind: kind, author: author, at: at, open: audience != "org:2" && audience != "network:1", deleted: deleted != nil, merged: deleted != nil && moved != nil, superseded: superseded != nil}
	t.owner = author
	if owner != nil {
		t.owner = owner.(int64)
	}
	t.check, _ = check.(int64)
	t.checked, _ = checked.(int64)
	for topic := range 8 {
		if c.IntN(6) == 0 {
			c.put(`INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, id, topic+1)
			t.topics = append(t.topics, int64(topic+1))
		}
	}
	for range min(c.IntN(7), c.IntN(7)) {
		by, when := c.somebody(), min(at+int64(c.ExpFloat64()*4*24*3600*1e6), c.clock.UnixMicro())
		var gone any
		if c.IntN(10) == 0 {
			gone = when + 7
		}
		c.put(`INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at, deleted_at) VALUES ($1, $2, '', '', 1, $3, $4)`, id, by, when, gone)
		if gone == nil {
			t.replies = append(t.replies, said{by, when})
		}
	}
	switch kind {
	case "post":
		if other := c.somebody(); c.IntN(3) == 0 && other != author {
			c.put(`INSERT INTO post_authors (thread_id, person_id) VALUES ($1, $2)`, id, other)
			t.with = other
		}
	case "signal":
		var read any
		if c.IntN(3) > 0 {
			t.read = at + int64(c.ExpFloat64()*24*3600*1e6)
			read = t.read
		}
		t.source = sources[c.IntN(len(sources))]
		c.put(`INSERT INTO signals (thread_id, url, url_key, kind, source, published_at, read_at) VALUES ($1, 'x', 'x', $2, 'x', $3, $4)`, id, t.source, at, read)
	case "decision":
		c.decision(&t)
	case "discussion":
		if c.IntN(4) == 0 {
			t.reflector, t.shared = c.somebody(), at+3
			c.put(`INSERT INTO reflections (kind, person_id, title, thread_id, created_at, updated_at, shared_at) VALUES ('weeknote', $1, 'W', $2, $3, $3, $4)`, t.reflector, id, at, t.shared)
		}
	}
	c.things = append(c.things, t.things(c.hub)...)
}

func (c *corpus) decision(t *truth) {
	state := []string{"proposed", "agreed", "agreed", "review", "superseded", "withdrawn"}[c.IntN(6)]
	var by, at, review, reviewed any
	if state != "proposed" {
		t.decider, t.decided = c.somebody(), min(t.at+int64(c.ExpFloat64()*9*24*3600*1e6), c.clock.UnixMicro())
		by, at = t.decider, t.decided
	}
	if c.IntN(2) == 0 {
		t.review = c.moment()
		review = t.review
	}
	if c.IntN(3) == 0 {
		t.reviewed = c.moment()
		reviewed = t.reviewed
	}
	t.state = state
	c.put(`INSERT INTO decisions (thread_id, state, decided_by, decided_at, review_at, reviewed_at) VALUES ($1, $2, $3, $4, $5, $6)`, t.id, state, by, at, review, reviewed)
	for i := range c.IntN(3) {
		c.put(`INSERT INTO decision_options (thread_id, position, said, chosen) VALUES ($1, $2, 'x', FALSE)`, t.id, i)
		t.options++
	}
	if c.IntN(2) == 0 {
		c.put(`INSERT INTO decision_evidence (thread_id, position, kind, title, added_at) VALUES ($1, 0, 'data', 'x', 1)`, t.id)
		t.evidence = true
	}
	for range c.IntN(9) {
		who, stance := c.somebody(), []string{"agree", "agree", "agree", "abstain", "disagree", "block"}[c.IntN(6)]
		if slices.Contains(t.stances, who) {
			continue
		}
		t.stances = append(t.stances, who)
		t.dissent = t.dissent || stance == "disagree" || stance == "block"
		c.put(`INSERT INTO decision_stances (thread_id, person_id, stance, created_at, updated_at) VALUES ($1, $2, $3, 1, 1)`, t.id, who, stance)
	}
	at2 := t.at
	for range c.IntN(4) {
		change := []string{"reviewed", "challenged", "amended", "withdrawn", "superseded"}[c.IntN(5)]
		at2 = min(at2+int64(c.ExpFloat64()*20*24*3600*1e6), c.clock.UnixMicro())
		c.put(`INSERT INTO decision_changes (thread_id, at, change) VALUES ($1, $2, $3)`, t.id, at2, change)
		t.changes = append(t.changes, change)
		t.changedAt = append(t.changedAt, at2)
	}
}
