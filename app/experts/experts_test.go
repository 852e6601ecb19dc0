package experts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/experts"
	"watercooler/app/find"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
	"watercooler/search"
)

var noon = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// hub is the slice under test with the slices it follows.
type hub struct {
	*experts.Service
	t          *testing.T
	db         *db.DB
	people     *people.Service
	topics     *topics.Service
	threads    *threads.Service
	dispatcher *event.Dispatcher
	clock      time.Time

	ada, gwen, ben, eva auth.Viewer // staff; eva is in the network
	pat                 auth.Viewer // of a partner organisation
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

type knownTopics struct{ *topics.Service }

func (s knownTopics) Resolve(ctx context.Context, names []string) (found []experts.Topic, unknown []string, err error) {
	list, unknown, err := s.Service.Resolve(ctx, names)
	for _, l := range list {
		found = append(found, experts.Topic{ID: l.ID, Slug: l.Slug, Name: l.Name})
	}
	return found, unknown, err
}

// each runs test on both databases, in a hub with five people, two units, three topics and a closed network.
func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		h := &hub{t: t, clock: noon}
		h.db = backends.Open(t, url, db.Options{Sync: "normal", Now: h.now})
		x, err := search.Open(search.Options{Dir: t.TempDir()})
		if !errors.Is(err, search.ErrStale) {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := x.Close(); err != nil {
				t.Error(err)
			}
		})
		h.people, h.topics = people.New(h.db, nil, h.now), topics.New(h.db, h.now)
		h.threads = threads.New(h.db, threadTopics{h.topics}, h.now)
		h.Service = experts.New(h.db, x, knownTopics{h.topics}, h.people, h.now)
		h.topics.ReferredBy(h.threads, h.people, h.Service)
		h.dispatcher = event.NewDispatcher(h.db, nil, event.Options{}, find.New(h.db, x, h.now).Consumer("search:test"), h.Consumer())
		if err := h.dispatcher.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Libraries', 1), (1, 'Highways', 1)`)
		h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('connectivity', 'Connectivity', 1), ('procurement', 'Procurement', 1), ('gritting', 'Gritting', 1)`)
		h.exec(`INSERT INTO topic_synonyms (topic_id, name, folded) VALUES (1, 'Broadband', 'broadband')`)
		h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		for i, p := range []struct {
			name, location, privacy string
			org, unit               int
			to                      *auth.Viewer
		}{
			{"Ada Ash", "Exeter", "", 1, 1, &h.ada}, {"Gwen Pryce", "Exeter", "", 1, 1, &h.gwen}, {"Ben Chaffe", "Bude", "location=me", 1, 2, &h.ben},
			{"Eva Lund", "", "", 1, 2, &h.eva}, {"Pat Lane", "", "", 2, 0, &h.pat},
		} {
			unit := any(nil)
			if p.unit != 0 {
				unit = p.unit
			}
			handle := strings.ToLower(strings.ReplaceAll(p.name, " ", "-"))
			h.exec(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, location, privacy, languages, created_at, updated_at)
				VALUES ($1, $2, $3, $4, $4, $5, $6, 'English, Cymraeg', 1, 1)`, p.org, unit, handle, p.name, p.location, p.privacy)
			h.exec(`INSERT INTO accounts (person_id, email, created_at, updated_at) VALUES ($1, $2, 1, 1)`, i+1, handle+"@hub.example")
			*p.to = auth.ForPerson(int64(i+1), int64(i+1), int64(p.org), p.org == 1, 0)
		}
		h.exec(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) VALUES (1, 4, 'member', 'steward', 1, 1)`)
		h.eva = h.eva.In(auth.Membership{Network: 1, Steward: true})
		test(t, h)
	})
}

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hub) drain() {
	h.t.Helper()
	h.must(h.dispatcher.Drain(h.t.Context()))
}

func (h *hub) open(v auth.Viewer, kind threads.Kind, audience, title string, topics ...string) int64 {
	h.t.Helper()
	id, err := h.threads.Open(h.t.Context(), v, threads.NewThread{Kind: kind, Title: title, Body: title, Audience: audience, Topics: topics})
	h.must(err)
	return id
}

func (h *hub) reply(v auth.Viewer, thread int64, body string) int64 {
	h.t.Helper()
	id, err := h.threads.Reply(h.t.Context(), v, thread, threads.NewReply{Body: body})
	h.must(err)
	return id
}

// answered is a question of Ada about topic that somebody answered, and whose answer she accepted.
func (h *hub) answered(by auth.Viewer, title, topic string) (thread, reply int64) {
	h.t.Helper()
	thread = h.open(h.ada, threads.Question, auth.AudienceHub, title, topic)
	reply = h.reply(by, thread, "About "+title+": this is how it is done")
	h.must(h.threads.Accept(h.t.Context(), h.ada, reply))
	return thread, reply
}

// names are those v is told to ask about text, each with why.
func (h *hub) names(v auth.Viewer, q experts.Question) string {
	h.t.Helper()
	r, err := h.Rank(h.t.Context(), v, q)
	h.must(err)
	var out []string
	for _, e := range r.People {
		out = append(out, e.Person.Name+": "+e.Why)
	}
	return strings.Join(out, "; ")
}

func text(s string) experts.Question { return experts.Question{Text: s} }

func TestRank(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.answered(h.gwen, "Leased lines for rural libraries", "connectivity")
		h.answered(h.gwen, "Wireless links across the moor", "connectivity")
		h.open(h.ben, threads.Discussion, auth.AudienceHub, "Fibre for rural schools", "connectivity")
		h.open(h.ada, threads.Question, auth.AudienceHub, "Rural libraries again", "connectivity") // asking shows nothing
		h.exec(`INSERT INTO person_topics (person_id, topic_id, position) VALUES (4, 1, 0)`)
		h.drain()
		for _, tt := range []struct {
			name string
			as   auth.Viewer
			ask  experts.Question
			want string
		}{
			{"a topic by its name", h.ada, text("Connectivity"),
				"Gwen Pryce: 2 accepted answers on Connectivity; Ben Chaffe: 1 contribution on Connectivity; Eva Lund: Can be asked about Connectivity"},
			{"words", h.ada, text("rural fibre for a school"), "Ben Chaffe: Wrote about Connectivity; Gwen Pryce: An accepted answer on Connectivity"},
			{"of a unit", h.ada, experts.Question{Text: "Connectivity", Filter: experts.Filter{Unit: 1}}, "Gwen Pryce: 2 accepted answers on Connectivity"},
			{"of a place", h.ada, experts.Question{Text: "Connectivity", Filter: experts.Filter{Location: "exeter"}}, "Gwen Pryce: 2 accepted answers on Connectivity"},
			{"of a place that is kept private", h.ada, experts.Question{Text: "Connectivity", Filter: experts.Filter{Location: "Bude"}}, ""},
			{"by language", h.ada, experts.Question{Text: "Connectivity", Filter: experts.Filter{Language: "klingon"}}, ""},
			{"active later", h.ada, experts.Question{Text: "Connectivity", Filter: experts.Filter{ActiveSince: noon.Add(time.Hour)}}, ""},
			{"the second", h.ada, experts.Question{Text: "Connectivity", Limit: 1, Offset: 1}, "Ben Chaffe: 1 contribution on Connectivity"},
			{"nothing", h.ada, text("  "), ""},
			{"signed out", auth.Public, text("Connectivity"), ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if got := h.names(tt.as, tt.ask); got != tt.want {
					t.Errorf("got %s\nwant %s", got, tt.want)
				}
			})
		}
	})
}
