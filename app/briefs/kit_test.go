package briefs_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/briefs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/mail"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/auth"
)

// noon is a Tuesday: the month before is over, and so is the week before.
var noon = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// hub is the slice under test. Its rows are written by SQL: what other slices make of them is theirs.
type hub struct {
	*briefs.Service
	t     *testing.T
	db    *db.DB
	clock time.Time
	post  *post

	viewers map[string]auth.Viewer
	threads int64 // so many there are
}

func (h *hub) now() time.Time { return h.clock }

// Visit finds a topic by its slug; briefs asks the topics slice.
func (h *hub) Visit(ctx context.Context, _ auth.Viewer, slug string) (t briefs.Topic, err error) {
	err = h.db.QueryRow(ctx, `SELECT id, slug, name FROM topics WHERE slug = $1`, slug).Scan(&t.ID, &t.Slug, &t.Name)
	if slug == "roads" {
		t.Synonyms = []string{"Potholes"}
	}
	return t, err
}

// The places of a hub under test, by id. Devon is home, and in it Libraries lie below Culture; Pat Lane works for the police.
const (
	culture, libraries, highways, tiny = 1, 2, 3, 4
	openNet, closedNet, privateNet     = 1, 2, 3
	staff                              = 24 // people 1 to 24; the others are partners
	everybody                          = 30
)

// each runs test on both databases, in a hub with people, units, topics and networks, in which nothing was said.
func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		h := &hub{t: t, clock: noon, post: &post{boxes: map[int64]string{}}}
		h.db = backends.Open(t, url, db.Options{Sync: "normal", Now: h.now})
		p := people.New(h.db, nil, h.now)
		h.post.hub = h
		h.Service = briefs.New(h.db, p, networks.New(h.db, threads.New(h.db, nil, h.now), h.now), h, briefs.Config{
			Letters: briefs.Letters{BaseURL: "https://hub.example", Hub: func() string { return "Devon" }, Mail: h.post, People: h.post},
		}, h.now)
		h.found()
		test(t, h)
	})
}

func (h *hub) found() {
	h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
	h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Culture', 1)`)
	h.exec(`INSERT INTO units (organisation_id, parent_id, name, created_at) VALUES (1, 1, 'Libraries', 1), (1, NULL, 'Highways', 1), (1, NULL, 'Tiny', 1), (2, NULL, 'Traffic', 1)`)
	for i, name := range []string{"Roads", "Books", "Floods", "Trees"} {
		h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ($1, $2, $3)`, strings.ToLower(name), name, i)
	}
	h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES
		('open-net', 'Open Net', 'open', 'public', 1, 1), ('closed-net', 'Closed Net', 'closed', 'hub', 1, 1), ('private-net', 'Private Net', 'private', 'network:3', 1, 1)`)
	for i := 1; i <= everybody; i++ {
		org, unit := 1, any(1+(i-1)%3)
		switch {
		case i > staff:
			org, unit = 2, any(5)
		case i == staff:
			unit = tiny
		}
		h.exec(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, created_at, updated_at) VALUES ($1, $2, $3, $3, $3, 1, 1)`, org, unit, fmt.Sprintf("p%02d", i))
		h.exec(`INSERT INTO accounts (person_id, email, created_at, updated_at) VALUES ($1, $2, 1, 1)`, i, fmt.Sprintf("p%02d@hub.example", i))
	}
	for network, members := range map[int][]int{openNet: {2, 26}, closedNet: {3, 27}, privateNet: {4}} {
		for _, m := range members {
			h.exec(`INSERT INTO network_members (network_id, person_id, state, created_at, updated_at) VALUES ($1, $2, 'member', 1, 1)`, network, m)
		}
	}
	in := func(n int64) auth.Membership { return auth.Membership{Network: n} }
	h.viewers = map[string]auth.Viewer{
		"public": auth.Public, "staff": auth.ForPerson(1, 1, 1, true, 0), "partner": auth.ForPerson(25, 25, 2, false, 0),
		"staff in open": auth.ForPerson(2, 2, 1, true, 0).In(in(openNet)), "partner in open": auth.ForPerson(26, 26, 2, false, 0).In(in(openNet)),
		"staff in closed": auth.ForPerson(3, 3, 1, true, 0).In(in(closedNet)), "partner in closed": auth.ForPerson(27, 27, 2, false, 0).In(in(closedNet)),
		"staff in private": auth.ForPerson(4, 4, 1, true, 0).In(in(privateNet)),
	}
}

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

// thread is a thread as a test says it.
type thread struct {
	kind, title, audience string // question and hub when empty
	author, network       int    // person 1 when 0
	at                    time.Time
	votes                 int
	topics                []int
}

// open writes a thread and returns its id.
func (h *hub) open(x thread) int64 {
	h.t.Helper()
	h.threads++
	if x.kind == "" {
		x.kind = "question"
	}
	if x.audience == "" {
		x.audience = "hub"
	}
	if x.title == "" {
		x.title = fmt.Sprintf("T%03d", h.threads)
	}
	network := any(nil)
	if x.network != 0 {
		network = x.network
	}
	at := db.Micros(x.at)
	h.exec(`INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at, vote_count)
		VALUES ($1, $2, '', '', '', 1, $3, $4, $5, $6, $6, $7)`, x.kind, x.title, max(1, x.author), x.audience, network, at, x.votes)
	for _, topic := range x.topics {
		h.exec(`INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, h.threads, topic)
	}
	return h.threads
}

// reply writes a reply and returns its id.
func (h *hub) reply(thread int64, author int, at time.Time) (id int64) {
	h.t.Helper()
	h.exec(`INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at) VALUES ($1, $2, '', '', 1, $3)`, thread, author, db.Micros(at))
	h.exec(`UPDATE threads SET reply_count = reply_count + 1 WHERE id = $1`, thread)
	if err := h.db.QueryRow(h.t.Context(), `SELECT MAX(id) FROM replies`).Scan(&id); err != nil {
		h.t.Fatal(err)
	}
	return id
}

func day(month time.Month, d int) time.Time { return time.Date(2027, month, d, 10, 0, 0, 0, time.UTC) }

func period(t *testing.T, text string) briefs.Period {
	t.Helper()
	p, err := briefs.ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// brief returns a brief for somebody, who must be able to read it.
func (h *hub) brief(who string, ref briefs.Ref, text string) briefs.Brief {
	h.t.Helper()
	b, err := h.Brief(h.t.Context(), h.viewers[who], ref, period(h.t, text))
	if err != nil {
		h.t.Fatalf("%s reads the brief of %v for %s: %v", who, ref, text, err)
	}
	return b
}

// said is a brief as lines: headings, and sentences.
func said(b briefs.Brief) string {
	var out strings.Builder
	for _, section := range b.Sections {
		if section.Heading != "" {
			fmt.Fprintf(&out, "## %s\n", section.Heading)
		}
		for _, s := range section.Sentences {
			fmt.Fprintln(&out, s.Text())
		}
	}
	return out.String()
}

// populate fills the hub with half a year of everything, by chance.
func (h *hub) populate(seed uint64) {
	h.t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	err := h.db.Tx(h.t.Context(), func(tx *db.Tx) error {
		b := &builder{ctx: h.t.Context(), tx: tx, r: r}
		for range 190 {
			b.thread()
		}
		for range 25 {
			b.gap()
		}
		b.known()
		return b.err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// builder writes rows by chance.
type builder struct {
	ctx     context.Context
	tx      *db.Tx
	r       *rand.Rand
	err     error
	threads int64
	replies int64
}

func (b *builder) exec(statement string, args ...any) {
	if b.err == nil {
		if _, err := b.tx.Exec(b.ctx, statement, args...); err != nil {
			b.err = fmt.Errorf("%s: %w", statement, err)
		}
	}
}

func (b *builder) chance(percent int) bool { return b.r.IntN(100) < percent }

// one returns one of a list, by chance.
func one[T any](b *builder, list ...T) T { return list[b.r.IntN(len(list))] }

// when is some time in the last 200 days, in the last sixty more often, or soon.
func (b *builder) when() int64 {
	days := b.r.IntN(60)
	if b.chance(30) {
		days = b.r.IntN(200)
	}
	return db.Micros(noon.Add(-time.Duration(days*24*60+b.r.IntN(24*60)) * time.Minute))
}

func (b *builder) maybe(percent int, at int64) any {
	if b.chance(percent) {
		return at
	}
	return nil
}

func (b *builder) thread() {
	b.threads++
	id, at := b.threads, b.when()
	kind := one(b, "question", "question", "question", "discussion", "discussion", "post", "signal", "decision")
	audience, network := one(b, "public", "hub", "hub", "org:1", "org:2"), any(nil)
	if n := one(b, 0, 0, openNet, openNet, closedNet, privateNet); n != 0 {
		network = n
		audience = fmt.Sprintf("network:%d", n)
		if n == openNet {
			audience = one(b, "public", "hub", "network:1")
		}
	}
	deleted, superseded := b.maybe(6, at+1), any(nil)
	if id > 1 && b.chance(6) {
		superseded = 1 + b.r.Int64N(id-1)
	}
	b.exec(`INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at, vote_count, deleted_at, superseded_by, closed_at, check_at)
		VALUES ($1, $2, '', '', '', 1, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11)`, kind, fmt.Sprintf("T%03d", id), 1+b.r.IntN(everybody), audience, network, at, one(b, 0, 0, 1, 2, 3, 7),
		deleted, superseded, b.maybe(5, b.when()), b.maybe(5, b.when()))
	for topic := 1; topic <= 4; topic++ {
		likely := 30
		if topic == 4 { // much in April and little before
			likely = 4
			if at > db.Micros(noon.AddDate(0, 0, -33)) {
				likely = 60
			}
		}
		if b.chance(likely) {
			b.exec(`INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, id, topic)
		}
	}
	var first int64
	for range one(b, 0, 0, 1, 2, 3, 8, 14) {
		b.replies++
		said := at + b.r.Int64N(max(1, db.Micros(noon)-at))
		b.exec(`INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at, deleted_at) VALUES ($1, $2, '', '', 1, $3, $4)`, id, 1+b.r.IntN(everybody), said, b.maybe(10, said+1))
		if first == 0 {
			first = b.replies
		}
	}
	if kind == "question" && first != 0 && b.chance(60) {
		b.exec(`UPDATE threads SET accepted_reply_id = $1 WHERE id = $2`, first, id)
	}
	switch kind {
	case "decision":
		b.decision(id)
	case "signal":
		b.exec(`INSERT INTO signals (thread_id, url, url_key, kind, source, published_at) VALUES ($1, 'https://a.example', 'a', $2, 'A', $3)`, id, one(b, "press", "regulator", "peers"), at)
	case "discussion":
		if b.chance(30) {
			b.exec(`INSERT INTO reflections (kind, person_id, title, thread_id, created_at, updated_at, shared_at) VALUES ('weeknote', 1, 'W', $1, $2, $2, $2)`, id, at)
		}
	}
}

// known says who knows what: person 5 about roads. Person 6 knows about books and does not want to be suggested, person 7 about floods
// where only a few may read it, and person 8 about trees, and not to be asked about them.
func (b *builder) known() {
	for topic, audience := range []string{"hub", "hub", "network:2", "public"} {
		b.exec(`INSERT INTO expertise (person_id, topic_id, audience, year, answers, accepted, posts, discussions, votes, last_at) VALUES ($1, $2, $3, 2027, 3, 1, 0, 0, 0, 1)`, topic+5, topic+1, audience)
	}
	b.exec(`INSERT INTO expert_settings (person_id, suggested, open, weekly_cap, days, updated_at) VALUES (6, FALSE, FALSE, 0, '', 1)`)
	b.exec(`INSERT INTO expert_topics (person_id, topic_id, choice, created_at) VALUES (8, 4, 'out', 1)`)
	b.exec(`UPDATE threads SET reply_count = (SELECT COUNT(*) FROM replies r WHERE r.thread_id = threads.id AND r.deleted_at IS NULL)`)
}

func (b *builder) decision(id int64) {
	state := one(b, "proposed", "agreed", "agreed", "review", "review", "superseded")
	decided := any(nil)
	if state != "proposed" {
		decided = b.when()
	}
	b.exec(`INSERT INTO decisions (thread_id, source_id, state, authority, decided_at, effective_at, review_at, reviewed_at, closes_at, learnt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, b.maybe(50, 1+b.r.Int64N(id)), state, one(b, "", "Cabinet"), decided, b.maybe(30, db.Micros(noon.AddDate(0, 0, 20))), b.maybe(50, b.when()), b.maybe(30, b.when()),
		b.maybe(70, one(b, b.when(), db.Micros(noon.AddDate(0, 0, 9)))), one(b, "", "It works"))
	for _, person := range b.r.Perm(everybody)[:one(b, 0, 3, 12, 20)] {
		stance := one(b, "agree", "agree", "disagree", "block", "abstain")
		b.exec(`INSERT INTO decision_stances (thread_id, person_id, stance, reason, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)`,
			id, person+1, stance, one(b, "", "Too soon"), b.when())
	}
}

func (b *builder) gap() {
	said := fmt.Sprintf("gap %03d", b.r.IntN(1000))
	answer := any(nil)
	if b.chance(90) {
		answer = 1 + b.r.Int64N(b.threads)
	}
	b.exec(`INSERT INTO gaps (said, owner_id, answer_id, opened_at, closed_at, closed_why) VALUES ($1, $2, $3, $4, $5, 'found')`, said, b.maybe(60, 1), answer, b.when(), b.maybe(60, b.when()))
}

// post is where letters go, and who may be written to.
type post struct {
	hub     *hub
	boxes   map[int64]string
	letters []string // "to: subject"
	texts   []string
	stops   []string
	broken  bool
}

func (p *post) ByPerson(_ context.Context, person int64) (auth.Viewer, error) {
	for _, name := range slices.Sorted(maps.Keys(p.hub.viewers)) {
		if v := p.hub.viewers[name]; v.Person == person && person != 0 {
			return v, nil
		}
	}
	return auth.Public, errs.NotFoundf("Nobody.")
}

func (p *post) Mailbox(_ context.Context, v auth.Viewer) (string, error) {
	return p.boxes[v.Person], nil
}

// Send keeps a letter, or fails as a server that is down.
func (p *post) Send(_ context.Context, l mail.Letter) error {
	if p.broken {
		return errors.New("connection refused")
	}
	p.letters = append(p.letters, l.To+": "+l.Subject)
	p.texts, p.stops = append(p.texts, l.Text), append(p.stops, strings.TrimPrefix(l.Unsubscribe, "https://hub.example/brief/letters/"))
	return nil
}
