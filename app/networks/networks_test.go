package networks_test

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
	"watercooler/app/networks"
	"watercooler/auth"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// The people of a test, with the ids they get.
const (
	ada   = 1 // starts the networks
	ben   = 2
	cleo  = 3
	dora  = 4 // moderates
	emil  = 5 // of a partner organisation
	frank = 6 // has left
)

var handles = []string{"ada", "ben", "cleo", "dora", "emil", "frank"}

// hub is networks with six people.
type hub struct {
	*networks.Service
	db       *db.DB
	now      time.Time
	narrowed []int64 // networks whose threads were narrowed
}

// NarrowNetwork does what threads do, as far as it can be seen from here.
func (h *hub) NarrowNetwork(ctx context.Context, tx *db.Tx, network int64) error {
	h.narrowed = append(h.narrowed, network)
	_, err := tx.Exec(ctx, `UPDATE threads SET audience = $1 WHERE network_id = $2`, auth.NetworkAudience(network), network)
	return err
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := &hub{db: d, now: noon}
		h.Service = networks.New(d, h, func() time.Time { return h.now })
		h.exec(t, `INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Moors', 'moors', FALSE, 1)`)
		h.exec(t, `INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Libraries', 1), (1, 'Highways', 1)`)
		for i, handle := range handles {
			organisation, unit := 1, 1
			if i+1 == emil {
				organisation = 2
			}
			if i+1 == cleo {
				unit = 2
			}
			h.exec(t, `
				INSERT INTO people (external_id, organisation_id, unit_id, handle, name, sort_name, email, created_at, updated_at)
				VALUES ($1, $2, $3, $4, $5, $4, $6, 1, 1)`,
				"p/"+handle, organisation, unit, handle, strings.ToUpper(handle[:1])+handle[1:]+" Vane", handle+"@devon.example")
		}
		h.exec(t, `UPDATE people SET left_at = 1 WHERE id = $1`, frank)
		test(t, h)
	})
}

func (h *hub) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	backends.Exec(t, h.db, statement, args...)
}

func (h *hub) tx(t *testing.T, do func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), func(tx *db.Tx) error { return do(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// as returns somebody with the networks they are in now, as auth does for each request.
func (h *hub) as(t *testing.T, person int64) auth.Viewer {
	t.Helper()
	if person == 0 {
		return auth.Public
	}
	rows, err := h.db.Query(t.Context(), `
		SELECT m.network_id, m.role
		FROM network_members m
		WHERE m.person_id = $1 AND m.state = 'member'
		LIMIT 100`, person)
	in, err := db.Collect(rows, err, func(r db.Scanner) (m auth.Membership, err error) {
		var role string
		err = r.Scan(&m.Network, &role)
		m.Steward = role == "steward"
		return m, err
	})
	if err != nil {
		t.Fatal(err)
	}
	organisation, roles := int64(1), auth.Role(0)
	if person == emil {
		organisation = 2
	}
	if person == dora {
		roles = auth.Moderator
	}
	return auth.ForPerson(person, person, organisation, organisation == 1, roles).In(in...)
}

// start has ada start networks, each written "Name access", with "public" after it where it is that.
func (h *hub) start(t *testing.T, list ...string) {
	t.Helper()
	for _, s := range list {
		words := strings.Fields(s)
		in := networks.Input{Name: words[0], Purpose: "For " + words[0] + ".", Access: networks.Access(words[1]), Public: len(words) > 2}
		if _, err := h.Create(t.Context(), h.as(t, ada), in); err != nil {
			t.Fatal(err)
		}
	}
}

// add makes people members, without a word to anybody.
func (h *hub) add(t *testing.T, slug string, people ...int64) {
	t.Helper()
	for _, p := range people {
		h.exec(t, `
			INSERT INTO network_members (network_id, person_id, state, created_at, updated_at)
			SELECT n.id, CAST($1 AS BIGINT), 'member', 1, 1
			FROM networks n
			WHERE n.slug = $2`, p, slug)
	}
}

// who lists those in a network: "ada* ben cleo? dora!" for a steward, a member, somebody who asks and somebody invited.
func (h *hub) who(t *testing.T, slug string) string {
	t.Helper()
	rows, err := h.db.Query(t.Context(), `
		SELECT p.handle || CASE m.state WHEN 'requested' THEN '?' WHEN 'invited' THEN '!' ELSE CASE m.role WHEN 'steward' THEN '*' ELSE '' END END
		FROM network_members m
		JOIN networks n ON n.id = m.network_id
		JOIN people p ON p.id = m.person_id
		WHERE n.slug = $1
		ORDER BY p.handle
		LIMIT 100`, slug)
	list, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

func (h *hub) events(t *testing.T) string {
	t.Helper()
	return backends.Verbs(t, h.db)
}

// kind is what an error means, "" for none.
func kind(err error) string {
	if err == nil {
		return ""
	}
	return map[errs.Kind]string{
		errs.Internal: "internal: " + err.Error(), errs.Invalid: "invalid", errs.Unauthenticated: "sign in", errs.Forbidden: "forbidden",
		errs.NotFound: "not found", errs.Conflict: "conflict",
	}[errs.KindOf(err)]
}

func TestCreateAndEdit(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "Buses open public", "Care closed", "Board private")
		if got := h.events(t); got != "network.created network.created network.created" {
			t.Errorf("events: got %q", got)
		}
		if got := h.who(t, "board"); got != "ada*" {
			t.Errorf("whoever starts a network looks after it: got %q", got)
		}
		audiences := map[string]string{"buses": "public", "care": "hub", "board": "network:3"}
		for slug, want := range audiences {
			n, err := h.Find(t.Context(), h.as(t, ada), slug)
			if err != nil || n.Audience != want {
				t.Errorf("%s: audience %q, %v, want %q", slug, n.Audience, err, want)
			}
		}
		cases := []struct {
			name   string
			as     int64
			edit   string // slug; "" creates
			in     networks.Input
			want   string
			field  string
			events string
			narrow bool
		}{
			{name: "signed out", in: networks.Input{Name: "X", Purpose: "Y", Access: "open"}, want: "sign in"},
			{name: "partner", as: emil, in: networks.Input{Name: "Rivers", Purpose: "Clean ones.", Access: "open"}, events: "network.created"},
			{name: "no name", as: ben, in: networks.Input{Name: " ", Purpose: "Y", Access: "open"}, want: "invalid", field: "name"},
			{name: "long name", as: ben, in: networks.Input{Name: strings.Repeat("x", 61), Purpose: "Y", Access: "open"}, want: "invalid", field: "name"},
			{name: "no purpose", as: ben, in: networks.Input{Name: "X", Access: "open"}, want: "invalid", field: "purpose"},
			{name: "no access", as: ben, in: networks.Input{Name: "X", Purpose: "Y", Access: "secret"}, want: "invalid", field: "access"},
			{name: "address of a form", as: ben, in: networks.Input{Name: "Map", Purpose: "Y", Access: "open"}, events: "network.created"},
			{name: "name of another", as: ben, in: networks.Input{Name: "Buses", Purpose: "Y", Access: "open"}, events: "network.created"},
			{name: "member edits", as: ben, edit: "buses", in: networks.Input{Name: "X", Purpose: "Y", Access: "open"}, want: "forbidden"},
			{name: "stranger edits what they cannot see", as: ben, edit: "board", in: networks.Input{Name: "X", Purpose: "Y", Access: "open"}, want: "not found"},
			{name: "moderator edits what they cannot see", as: dora, edit: "board", in: networks.Input{Name: "X", Purpose: "Y", Access: "open"}, want: "not found"},
			{name: "moderator corrects words, access stays", as: dora, edit: "buses", in: networks.Input{Name: "Bus people", Purpose: "Y", Access: "private"}, events: "network.edited"},
			{name: "steward edits", as: ada, edit: "care", in: networks.Input{Name: "Care", Purpose: "Better.", Access: "closed", Public: true}, events: "network.edited"},
			{name: "closed", as: ada, edit: "buses", in: networks.Input{Name: "Buses", Purpose: "Y", Access: "closed", Public: true}, events: "network.edited", narrow: true},
			{name: "no longer public", as: ada, edit: "buses", in: networks.Input{Name: "Buses", Purpose: "Y", Access: "closed"}, events: "network.edited", narrow: true},
			{name: "open again narrows nothing", as: ada, edit: "buses", in: networks.Input{Name: "Buses", Purpose: "Y", Access: "open", Public: true}, events: "network.edited"},
			{name: "private", as: ada, edit: "buses", in: networks.Input{Name: "Buses", Purpose: "Y", Access: "private", Public: true}, events: "network.edited", narrow: true},
			{name: "nobody else sees it now", as: dora, edit: "buses", in: networks.Input{Name: "X", Purpose: "Y", Access: "open"}, want: "not found"},
		}
		h.exec(t, `
			INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at)
			VALUES ('question', 'How?', '', '', '', 1, 1, 'public', 1, 1, 1)`)
		for _, c := range cases {
			h.narrowed = nil
			var err error
			if c.edit == "" {
				_, err = h.Create(t.Context(), h.as(t, c.as), c.in)
			} else {
				_, err = h.Edit(t.Context(), h.as(t, c.as), c.edit, c.in)
			}
			if kind(err) != c.want {
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
			if e := errs.As(err); c.field != "" && (e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field) {
				t.Errorf("%s: got %+v, want a mistake in %q", c.name, e, c.field)
			}
			if got := h.events(t); got != c.events {
				t.Errorf("%s: events %q, want %q", c.name, got, c.events)
			}
			if (len(h.narrowed) == 1) != c.narrow {
				t.Errorf("%s: narrowed %v, want %v", c.name, h.narrowed, c.narrow)
			}
		}
		n, err := h.Find(t.Context(), h.as(t, ada), "buses")
		if err != nil || n.Name != "Buses" || n.Audience != "network:1" || n.Access != networks.Private {
			t.Errorf("got %+v, %v", n, err)
		}
		for _, slug := range []string{"map-2", "buses-2"} {
			if _, err := h.Find(t.Context(), h.as(t, ben), slug); err != nil {
				t.Errorf("a network at %s: %v", slug, err)
			}
		}
	})
}

func TestInAndOut(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "Open open public", "Closed closed", "Secret private")
		h.events(t)
		ctx := t.Context()
		do := func(f func(ctx context.Context, v auth.Viewer, slug string) (networks.Network, error)) func(v auth.Viewer, slug string) error {
			return func(v auth.Viewer, slug string) error { _, err := f(ctx, v, slug); return err }
		}
		about := func(f func(ctx context.Context, v auth.Viewer, slug string, person int64) error, person int64) func(v auth.Viewer, slug string) error {
			return func(v auth.Viewer, slug string) error { return f(ctx, v, slug, person) }
		}
		asks := func(v auth.Viewer, slug string) error { _, err := h.Request(ctx, v, slug, "Please."); return err }
		invites := func(who string) func(v auth.Viewer, slug string) error {
			return func(v auth.Viewer, slug string) error { _, err := h.Invite(ctx, v, slug, who, "Come."); return err }
		}
		join, leave, accept, decline := do(h.Join), do(h.Leave), do(h.AcceptInvitation), do(h.DeclineInvitation)
		steps := []struct {
			name   string
			as     int64
			do     func(v auth.Viewer, slug string) error
			slug   string
			want   string
			who    string
			events string
		}{
			{"join, signed out", 0, join, "open", "sign in", "ada*", ""},
			{"join, signed out, what they may not know of", 0, join, "secret", "sign in", "ada*", ""},
			{"join", ben, join, "open", "", "ada* ben", "network.joined"},
			{"join twice", ben, join, "open", "", "ada* ben", ""},
			{"partner joins", emil, join, "open", "", "ada* ben emil", "network.joined"},
			{"ask at an open one: comes in", cleo, asks, "open", "", "ada* ben cleo emil", "network.joined"},
			{"leave", cleo, leave, "open", "", "ada* ben emil", "network.left"},
			{"leave twice", cleo, leave, "open", "", "ada* ben emil", ""},
			{"the last steward leaves", ada, leave, "open", "conflict", "ada* ben emil", ""},
			{"the last steward steps back", ada, about(h.Dismiss, ada), "open", "conflict", "ada* ben emil", ""},
			{"the last steward removes themself", ada, about(h.Remove, ada), "open", "conflict", "ada* ben emil", ""},
			{"a member appoints", ben, about(h.Appoint, ben), "open", "forbidden", "ada* ben emil", ""},
			{"appoint a stranger", ada, about(h.Appoint, cleo), "open", "conflict", "ada* ben emil", ""},
			{"appoint", ada, about(h.Appoint, ben), "open", "", "ada* ben* emil", "network.appointed"},
			{"leave to another", ada, leave, "open", "", "ben* emil", "network.left"},
			{"a member removes", emil, about(h.Remove, ben), "open", "forbidden", "ben* emil", ""},
			{"remove", ben, about(h.Remove, emil), "open", "", "ben*", "network.removed"},
			{"remove who is not there", ben, about(h.Remove, emil), "open", "", "ben*", ""},

			{"join a closed one", ben, join, "closed", "conflict", "ada*", ""},
			{"ask", ben, asks, "closed", "", "ada* ben?", "network.requested"},
			{"ask twice", ben, asks, "closed", "", "ada* ben?", ""},
			{"asking is not being in", ben, about(h.Accept, ben), "closed", "forbidden", "ada* ben?", ""},
			{"take back", ben, leave, "closed", "", "ada*", "network.left"},
			{"accept what was taken back", ada, about(h.Accept, ben), "closed", "conflict", "ada*", ""},
			{"ask again", ben, asks, "closed", "", "ada* ben?", "network.requested"},
			{"accept", ada, about(h.Accept, ben), "closed", "", "ada* ben", "network.joined"},
			{"accept twice", ada, about(h.Accept, ben), "closed", "", "ada* ben", ""},
			{"decline who is in", ada, about(h.Decline, ben), "closed", "conflict", "ada* ben", ""},
			{"another asks", cleo, asks, "closed", "", "ada* ben cleo?", "network.requested"},
			{"decline", ada, about(h.Decline, cleo), "closed", "", "ada* ben", "network.declined"},
			{"ask, and be invited meanwhile", cleo, asks, "closed", "", "ada* ben cleo?", "network.requested"},
			{"that lets them in", ada, invites("@cleo"), "closed", "", "ada* ben cleo", "network.joined"},

			{"ask at a private one", ben, asks, "secret", "not found", "ada*", ""},
			{"join a private one", ben, join, "secret", "not found", "ada*", ""},
			{"accept without an invitation", ben, accept, "secret", "not found", "ada*", ""},
			{"moderator invites", dora, invites("ben"), "secret", "not found", "ada*", ""},
			{"invite by e-mail", ada, invites("BEN@devon.example"), "secret", "", "ada* ben!", "network.invited"},
			{"invite twice", ada, invites("Ben  vane"), "secret", "", "ada* ben!", ""},
			{"join while invited: still not to be seen", ben, join, "secret", "not found", "ada* ben!", ""},
			{"decline the invitation", ben, decline, "secret", "", "ada*", "network.declined"},
			{"decline twice", ben, decline, "secret", "not found", "ada*", ""},
			{"invite by name", ada, invites("cleo vane"), "secret", "", "ada* cleo!", "network.invited"},
			{"take the invitation back", ada, about(h.Remove, cleo), "secret", "", "ada*", "network.removed"},
			{"invite by handle", ada, invites("@cleo"), "secret", "", "ada* cleo!", "network.invited"},
			{"accept the invitation", cleo, accept, "secret", "", "ada* cleo", "network.joined"},
			{"invite a member", ada, invites("@cleo"), "secret", "invalid", "ada* cleo", ""},
			{"member invites", cleo, invites("@ben"), "secret", "forbidden", "ada* cleo", ""},
			{"unknown e-mail", ada, invites("nobody@devon.example"), "secret", "invalid", "ada* cleo", ""},
			{"unknown name", ada, invites("Nobody"), "secret", "invalid", "ada* cleo", ""},
			{"nobody", ada, invites(" "), "secret", "invalid", "ada* cleo", ""},
			{"who has left", ada, invites("@frank"), "secret", "invalid", "ada* cleo", ""},

			{"finish", ada, func(v auth.Viewer, slug string) error { return h.Finish(ctx, v, slug) }, "closed", "", "ada* ben cleo", "network.finished"},
			{"finish twice", ada, func(v auth.Viewer, slug string) error { return h.Finish(ctx, v, slug) }, "closed", "", "ada* ben cleo", ""},
			{"ask at a finished one", emil, asks, "closed", "conflict", "ada* ben cleo", ""},
			{"invite to a finished one", ada, invites("@emil"), "closed", "conflict", "ada* ben cleo", ""},
			{"member resumes", ben, func(v auth.Viewer, slug string) error { return h.Resume(ctx, v, slug) }, "closed", "forbidden", "ada* ben cleo", ""},
			{"resume", ada, func(v auth.Viewer, slug string) error { return h.Resume(ctx, v, slug) }, "closed", "", "ada* ben cleo", "network.resumed"},
		}
		for _, s := range steps {
			if err := s.do(h.as(t, s.as), s.slug); kind(err) != s.want {
				t.Errorf("%s: got %v, want %q", s.name, err, s.want)
			}
			if got := h.who(t, s.slug); got != s.who {
				t.Errorf("%s: in it are %q, want %q", s.name, got, s.who)
			}
			if got := h.events(t); got != s.events {
				t.Errorf("%s: events %q, want %q", s.name, got, s.events)
			}
		}
	})
}

// TestTwoStewardsLeaveAtOnce has both stewards of many networks leave at the same moment: one of them has to stay.
func TestTwoStewardsLeaveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for i := range 8 {
			slug := fmt.Sprintf("pair%d", i)
			h.start(t, slug+" open")
			h.add(t, slug, ben)
			if err := h.Appoint(t.Context(), h.as(t, ada), slug, ben); err != nil {
				t.Fatal(err)
			}
			viewers := []auth.Viewer{h.as(t, ada), h.as(t, ben)}
			var wg sync.WaitGroup
			failed := make([]error, len(viewers))
			for j, v := range viewers {
				wg.Go(func() { _, failed[j] = h.Leave(t.Context(), v, slug) })
			}
			wg.Wait()
			stayed := h.who(t, slug)
			if stayed != "ada*" && stayed != "ben*" || errs.KindOf(errors.Join(failed...)) != errs.Conflict {
				t.Errorf("%s: %q are left, %v, want one steward and one conflict", slug, stayed, failed)
			}
		}
	})
}

func TestSomebodyIsAlwaysFoundToLookAfterIt(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "Open open", "Secret private")
		for _, slug := range []string{"open", "secret"} {
			h.add(t, slug, ben, cleo)
		}
		h.exec(t, `UPDATE people SET left_at = 1 WHERE id = $1`, ada)
		cases := []struct {
			name string
			as   int64
			slug string
			want string
		}{
			{"stranger", emil, "open", "forbidden"},
			{"moderator who cannot see it", dora, "secret", "not found"},
			{"member of a private one", ben, "secret", ""},
			{"another, once there is a steward", cleo, "secret", "forbidden"},
			{"moderator", dora, "open", ""},
		}
		for _, c := range cases {
			if err := h.Appoint(t.Context(), h.as(t, c.as), c.slug, ben); kind(err) != c.want {
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
		}
	})
}

func TestLinks(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "A open public", "B open public", "C closed", "D private")
		in := networks.Input{Name: "Z", Purpose: "Of Ben.", Access: networks.Open}
		z, err := h.Create(t.Context(), h.as(t, ben), in)
		if err != nil {
			t.Fatal(err)
		}
		h.events(t)
		ctx := t.Context()
		link := func(other string, joins bool) func(v auth.Viewer, slug string) error {
			return func(v auth.Viewer, slug string) error { _, err := h.Link(ctx, v, slug, other, joins); return err }
		}
		accept := func(other int64) func(v auth.Viewer, slug string) error {
			return func(v auth.Viewer, slug string) error { return h.AcceptLink(ctx, v, slug, other) }
		}
		end := func(other int64) func(v auth.Viewer, slug string) error {
			return func(v auth.Viewer, slug string) error { return h.Unlink(ctx, v, slug, other) }
		}
		const a, b = 1, 2
		steps := []struct {
			name  string
			as    int64
			slug  string
			do    func(v auth.Viewer, slug string) error
			want  string
			links string
		}{
			{"stranger", cleo, "a", link("b", true), "forbidden", ""},
			{"one who stewards both", ada, "a", link("b", true), "", "a<b"},
			{"itself", ada, "a", link("a", true), "invalid", "a<b"},
			{"the other way round", ada, "b", link("a", true), "invalid", "a<b"},
			{"further down", ada, "b", link("c", true), "", "a<b b<c"},
			{"a circle of three", ada, "c", link("a", true), "invalid", "a<b b<c"},
			{"a private one joins", ada, "d", link("a", true), "", "a<b b<c d<a"},
			{"nothing chosen", ada, "a", link("", true), "invalid", "a<b b<c d<a"},
			{"what they may not know of", ben, "z", link("d", true), "not found", "a<b b<c d<a"},
			{"ask", ben, "z", link("b", true), "", "a<b b<c d<a z<b?"},
			{"accept one's own request", ben, "z", accept(b), "conflict", "a<b b<c d<a z<b?"},
			{"accept", ada, "b", accept(z.ID), "", "a<b b<c d<a z<b"},
			{"accept twice", ada, "b", accept(z.ID), "conflict", "a<b b<c d<a z<b"},
			{"end it", ben, "z", end(b), "", "a<b b<c d<a"},
			{"end what is not", ben, "z", end(b), "", "a<b b<c d<a"},
			{"invite", ada, "a", link("z", false), "", "a<b b<c d<a z<a!"},
			{"ask for what is offered", ben, "z", link("a", true), "", "a<b b<c d<a z<a"},
			{"remove", ada, "a", end(z.ID), "", "a<b b<c d<a"},
			{"invite again", ada, "a", link("z", false), "", "a<b b<c d<a z<a!"},
			{"decline", ben, "z", end(a), "", "a<b b<c d<a"},
		}
		for _, s := range steps {
			if err := s.do(h.as(t, s.as), s.slug); kind(err) != s.want {
				t.Errorf("%s: got %v, want %q", s.name, err, s.want)
			}
			if got := h.links(t); got != s.links {
				t.Errorf("%s: got %q, want %q", s.name, got, s.links)
			}
		}
		if got := h.events(t); strings.Count(got, "network.linked") != 5 || strings.Count(got, "network.link_asked") != 3 || strings.Count(got, "network.unlinked") != 3 {
			t.Errorf("events: %q", got)
		}
		below := []struct {
			name string
			as   int64
			of   []int64
			want string
		}{
			{"whoever is in all of them", ada, []int64{3}, "1 2 3 4"},
			{"the private one is not hinted at", ben, []int64{3}, "1 2 3"},
			{"signed out", 0, []int64{2}, "1 2"},
			{"several", ben, []int64{1, z.ID}, "1 5"},
			{"none", ben, nil, ""},
		}
		for _, c := range below {
			got, err := h.Descendants(ctx, h.as(t, c.as), c.of...)
			if s := strings.Trim(fmt.Sprint(got), "[]"); err != nil || s != c.want {
				t.Errorf("%s: got %q, %v, want %q", c.name, s, err, c.want)
			}
		}
	})
}

// links lists what is part of what: "a<b" says that a has joined b; "?" that it asks to, "!" that it is invited to.
func (h *hub) links(t *testing.T) string {
	t.Helper()
	rows, err := h.db.Query(t.Context(), `
		SELECT c.slug || '<' || p.slug || CASE l.state WHEN 'requested' THEN '?' WHEN 'invited' THEN '!' ELSE '' END
		FROM network_links l
		JOIN networks c ON c.id = l.child_id
		JOIN networks p ON p.id = l.parent_id
		ORDER BY c.slug, p.slug
		LIMIT 100`)
	list, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

// TestNoCircleIsClosedByTwoAtOnce links networks in a ring, all at the same moment: one link has to be refused.
func TestNoCircleIsClosedByTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ring := []string{"a", "b", "c", "d"}
		for _, slug := range ring {
			h.start(t, slug+" open")
		}
		v := h.as(t, ada)
		var wg sync.WaitGroup
		failed := make([]error, len(ring))
		for i, slug := range ring {
			wg.Go(func() { _, failed[i] = h.Link(t.Context(), v, slug, ring[(i+1)%len(ring)], true) })
		}
		wg.Wait()
		refused := 0
		for _, err := range failed {
			if kind(err) == "invalid" {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("links %q, errors %v, want exactly one refused", h.links(t), failed)
		}
	})
}

// TestWhatIsPrivateIsNotHintedAt looks at a private network as everybody else, wherever networks are named.
func TestWhatIsPrivateIsNotHintedAt(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "Everybody open public", "Inside open", "Secret private")
		h.add(t, "everybody", ben, cleo, dora)
		h.add(t, "secret", ben, cleo)
		ctx := t.Context()
		for _, slug := range []string{"inside", "secret"} {
			if _, err := h.Link(ctx, h.as(t, ada), slug, "everybody", true); err != nil {
				t.Fatal(err)
			}
		}
		cases := []struct {
			name string
			as   int64
			want string
		}{
			{"signed out", 0, "everybody"},
			{"steward", ada, "everybody inside secret"},
			{"member", ben, "everybody inside secret"},
			{"moderator", dora, "everybody inside"},
			{"partner", emil, "everybody inside"},
		}
		for _, c := range cases {
			v := h.as(t, c.as)
			for name, seen := range map[string]func() ([]string, error){
				"list": func() ([]string, error) {
					l, err := h.List(ctx, v, networks.Query{})
					return slugs(l.Networks, func(e networks.Entry) string { return e.Slug }), err
				},
				"recent": func() ([]string, error) {
					l, err := h.List(ctx, v, networks.Query{Recent: true})
					return slugs(l.Networks, func(e networks.Entry) string { return e.Slug }), err
				},
				"choices": func() ([]string, error) {
					l, err := h.Choices(ctx, v)
					return slugs(l, func(n networks.Network) string { return n.Slug }), err
				},
				"map": func() ([]string, error) {
					m, err := h.Map(ctx, v)
					return slugs(m.Spots, func(s networks.Spot) string { return s.Slug }), err
				},
				"page": func() ([]string, error) {
					a, err := h.Visit(ctx, v, "everybody")
					if err == nil {
						err = h.Neighbours(ctx, v, &a)
					}
					list := append(slugs(a.Links.Kids, func(l networks.Linked) string { return l.Slug }), a.Slug)
					for _, s := range a.Shared {
						if !slices.Contains(list, s.Slug) {
							t.Errorf("%s: %s shares people, and is not known otherwise", c.name, s.Slug)
						}
					}
					return list, err
				},
			} {
				got, err := seen()
				slices.Sort(got)
				if s := strings.Join(got, " "); err != nil || s != c.want {
					t.Errorf("%s, %s: got %q, %v, want %q", c.name, name, s, err, c.want)
				}
			}
			_, err := h.Visit(ctx, v, "secret")
			if hidden := errs.IsNotFound(err); hidden != !strings.Contains(c.want, "secret") {
				t.Errorf("%s: the page: %v", c.name, err)
			}
		}
		if _, err := h.Invite(ctx, h.as(t, ada), "secret", "@emil", "Come."); err != nil {
			t.Fatal(err)
		}
		v := h.as(t, emil)
		if _, err := h.Visit(ctx, v, "secret"); !errs.IsNotFound(err) {
			t.Errorf("invited: the page: got %v, want NotFound", err)
		}
		i, err := h.Invitation(ctx, v, "secret")
		if err != nil || i.Network.Purpose != "For Secret." || i.By != "Ada Vane" || i.Note != "Come." || len(i.Stewards) != 1 {
			t.Errorf("invited: got %+v, %v", i, err)
		}
		if list, err := h.Invitations(ctx, v); err != nil || len(list) != 1 {
			t.Errorf("invitations: got %+v, %v", list, err)
		}
		if _, err := h.Invitation(ctx, h.as(t, dora), "secret"); !errs.IsNotFound(err) {
			t.Errorf("not invited: got %v, want NotFound", err)
		}
	})
}

func slugs[T any](list []T, slug func(T) string) (out []string) {
	for _, v := range list {
		out = append(out, slug(v))
	}
	return out
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for i := range 64 {
			h.start(t, fmt.Sprintf("%s%02d open", []string{"net", "Net"}[i%2], i))
		}
		h.exec(t, `
			INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at)
			VALUES ('question', 'How?', '', '', '', 1, 1, 'hub', 10, 1, 50), ('question', 'Why?', '', '', '', 1, 1, 'network:20', 20, 1, 90)`)
		for _, c := range []struct {
			name  string
			as    int64
			in    networks.Query
			first string
			n     int
		}{
			{"A to Z in any case", ben, networks.Query{}, "net00 net01 net02", 64},
			{"recent, as far as one may read", ben, networks.Query{Recent: true}, "net09 net63 net62", 64},
			{"recent, as a member", ada, networks.Query{Recent: true}, "net19 net09 net63", 64},
			{"text", ben, networks.Query{Text: "NET1"}, "net10 net11 net12", 10},
			{"text of the purpose", ben, networks.Query{Text: "for net33"}, "net33", 1},
			{"signs mean themselves", ben, networks.Query{Text: "n%t"}, "", 0},
			{"access", ben, networks.Query{Access: networks.Closed}, "", 0},
		} {
			var got []string
			pages := 0
			for in := c.in; ; pages++ {
				l, err := h.List(t.Context(), h.as(t, c.as), in)
				if err != nil || pages > 5 {
					t.Fatal(c.name, err, pages)
				}
				got = append(got, slugs(l.Networks, func(e networks.Entry) string { return e.Slug })...)
				if !l.More {
					break
				}
				in.After = l.Networks[len(l.Networks)-1].ID
			}
			sorted := slices.Clone(got)
			slices.Sort(sorted)
			if len(got) != c.n || len(slices.Compact(sorted)) != c.n || !strings.HasPrefix(strings.Join(got, " "), c.first) {
				t.Errorf("%s: got %d: %s…, want %d that begin with %s", c.name, len(got), strings.Join(got[:min(5, len(got))], " "), c.n, c.first)
			}
		}
		ctx, n := db.CountQueries(t.Context())
		if _, err := h.List(ctx, h.as(t, ben), networks.Query{}); err != nil || n.Load() > 2 {
			t.Errorf("a page took %d statements, %v", n.Load(), err)
		}
	})
}

func TestPeopleAndWhoIsMissing(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "Buses closed public")
		h.add(t, "buses", ben, emil, frank)
		ctx := t.Context()
		if _, err := h.Request(ctx, h.as(t, cleo), "buses", "I drive one."); err != nil {
			t.Fatal(err)
		}
		a, err := h.Visit(ctx, h.as(t, ada), "buses")
		if err != nil || a.People != 3 || a.Units != 1 || a.Partners != 1 || a.Waiting != 1 || len(a.Stewards) != 1 || !a.Steward {
			t.Errorf("steward: got %+v, %v", a, err)
		}
		out, err := h.Visit(ctx, auth.Public, "buses")
		if err != nil || out.People != 3 || out.Waiting != 0 || len(out.Stewards) != 0 {
			t.Errorf("signed out: got %+v, %v, want figures without names", out, err)
		}
		if _, err := h.People(ctx, auth.Public, out.Network, 0); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("people, signed out: got %v", err)
		}
		p, err := h.People(ctx, h.as(t, ada), a.Network, 0)
		if err != nil || len(p.Stewards) != 1 || len(p.Members) != 2 || len(p.Requested) != 1 || p.Requested[0].Note != "I drive one." || p.Members[1].Home != "Moors" {
			t.Errorf("people: got %+v, %v", p, err)
		}
		if p, err := h.People(ctx, h.as(t, ben), a.Network, 0); err != nil || len(p.Requested) != 0 {
			t.Errorf("people, as a member: got %+v, %v, want nobody who waits", p, err)
		}

		h.exec(t, `INSERT INTO topics (slug, name, created_at) VALUES ('buses', 'Buses', 1)`)
		for i := range 4 {
			network, author := "NULL", cleo // of Highways, which has nobody in it
			if i == 3 {
				network, author = "1", ada
			}
			h.exec(t, `
				INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at)
				VALUES ('question', 'How?', '', '', '', 1, $1, 'hub', `+network+`, 1, 1)`, author)
			h.exec(t, `INSERT INTO thread_topics (thread_id, topic_id) SELECT MAX(id), 1 FROM threads`)
		}
		missing, err := h.Missing(ctx, h.as(t, ben), a.Network)
		if err != nil || len(missing) != 1 || missing[0].Name != "Highways" || missing[0].Threads != 3 {
			t.Errorf("missing: got %+v, %v, want Highways with 3", missing, err)
		}
		if missing, err := h.Missing(ctx, h.as(t, cleo), a.Network); err != nil || missing != nil {
			t.Errorf("missing, as somebody else: got %+v, %v, want nothing", missing, err)
		}
		if err := h.Accept(ctx, h.as(t, ada), "buses", cleo); err != nil {
			t.Fatal(err)
		}
		if missing, err := h.Missing(ctx, h.as(t, ben), a.Network); err != nil || len(missing) != 0 {
			t.Errorf("missing, once somebody has come: got %+v, %v", missing, err)
		}
	})
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		list := []networks.NetworkRecord{
			{
				ExternalID: "x/1", Name: "Bus people", Purpose: "Buses.", Access: networks.Open, Public: true, Hash: "1", Parents: []string{"x/2"}, CreatedAt: noon,
				Members: []networks.MemberRecord{
					{PersonExternalID: "p/ada", Steward: true}, {PersonID: ben, At: noon.Add(time.Hour)}, {PersonExternalID: "p/nobody"},
					{PersonExternalID: "p/cleo", State: networks.Requested, Steward: true, Note: "Please."},
				},
			},
			{ExternalID: "x/2", Slug: "rural", Name: "Rural partnership", Purpose: "Places.", Access: networks.Closed, Hash: "1", Parents: []string{"x/1", "x/9"}},
			{ExternalID: "x/3", Name: "Rural", Purpose: "More.", Access: networks.Private, Hash: "1", FinishedAt: noon},
		}
		imports := func() (out networks.Outcome) {
			h.tx(t, func(ctx context.Context, tx *db.Tx) (err error) {
				out, err = h.ImportNetworks(ctx, tx, list)
				return err
			})
			return out
		}
		if got := imports(); got.Created != 3 || got.Changed+got.Unchanged != 0 || len(got.IDs) != 3 {
			t.Errorf("first: got %+v", got)
		}
		if got := h.events(t); got != "import.batch" {
			t.Errorf("first: events %q", got)
		}
		if got := h.who(t, "bus-people"); got != "ada* ben cleo?" {
			t.Errorf("in it: got %q", got)
		}
		if got := h.links(t); got != "bus-people<rural" {
			t.Errorf("links: got %q, want no circle", got)
		}
		if got := imports(); got.Unchanged != 3 || h.events(t) != "" {
			t.Errorf("second: got %+v, want nothing written", got)
		}
		list[0].Hash, list[0].Access, list[0].Purpose = "2", networks.Private, "Fewer buses."
		list[0].Members = append(list[0].Members, networks.MemberRecord{PersonExternalID: "p/dora"})
		if _, err := h.Leave(t.Context(), h.as(t, ben), "bus-people"); err != nil {
			t.Fatal(err)
		}
		h.events(t)
		if got := imports(); got.Changed != 1 || got.Unchanged != 2 || len(h.narrowed) != 1 {
			t.Errorf("changed: got %+v, narrowed %v", got, h.narrowed)
		}
		n, err := h.Find(t.Context(), h.as(t, ada), "bus-people")
		if err != nil || n.Purpose != "Fewer buses." || n.Audience != auth.NetworkAudience(n.ID) || !n.CreatedAt.Equal(noon) {
			t.Errorf("changed: got %+v, %v", n, err)
		}
		err = h.db.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := h.ImportNetworks(t.Context(), tx, []networks.NetworkRecord{{ExternalID: "x/9", Name: "X"}})
			return err
		})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("no access: got %v, want Invalid", err)
		}
	})
}
