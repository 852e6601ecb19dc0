package topics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/topics"
	"watercooler/auth"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

var (
	moderator = auth.ForPerson(1, 1, 1, true, auth.Moderator)
	admin     = auth.ForPerson(1, 1, 1, true, auth.Admin)
	member    = auth.ForPerson(2, 2, 1, true, 0)
)

// hub is topics with two people: 1, who moderates, and 2.
type hub struct {
	*topics.Service
	db  *db.DB
	now time.Time
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := &hub{db: d, now: noon}
		h.Service = topics.New(d, func() time.Time { return h.now })
		h.exec(t, `INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1)`)
		for _, name := range []string{"mo", "gwen"} {
			h.exec(t, `INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at) VALUES (1, $1, $2, $3, 1, 1)`, name, name, name)
		}
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

// add creates topics, each written "Name: synonym, synonym < broader-slug".
func (h *hub) add(t *testing.T, list ...string) {
	t.Helper()
	for _, s := range list {
		s, broader, _ := strings.Cut(s, " < ")
		name, words, _ := strings.Cut(s, ": ")
		if _, err := h.Create(t.Context(), moderator, topics.Input{Name: name, Synonyms: strings.Split(words, ", "), Broader: broader}); err != nil {
			t.Fatal(err)
		}
	}
}

// thread adds a thread about the topics with these ids.
func (h *hub) thread(t *testing.T, audience string, about ...int64) {
	t.Helper()
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
			VALUES ('question', 'How?', '', '', '', 1, 2, $1, 1, 1)
			RETURNING id`, audience).Scan(&id)
		for _, topic := range about {
			if err == nil {
				_, err = tx.Exec(ctx, `INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, id, topic)
			}
		}
		return err
	})
}

func (h *hub) events(t *testing.T) string {
	t.Helper()
	return backends.Verbs(t, h.db)
}

func slugs(list []topics.Topic) string {
	var s []string
	for _, t := range list {
		s = append(s, t.Slug)
	}
	return strings.Join(s, " ")
}

func TestCreateAndEdit(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Connectivity: wi-fi, broadband", "Libraries: library service", "Village halls: < connectivity", "New: fresh")
		h.events(t)
		if got, err := h.Find(t.Context(), "new-2"); err != nil || got.Name != "New" {
			t.Errorf("a topic called New: got %+v, %v, want it beside the address of the form", got, err)
		}
		cases := []struct {
			name   string
			as     auth.Viewer
			edit   string // slug; "" creates
			in     topics.Input
			want   errs.Kind
			field  string
			text   string
			events string
		}{
			{name: "member", as: member, in: topics.Input{Name: "X"}, want: errs.Forbidden},
			{name: "signed out", as: auth.Public, in: topics.Input{Name: "X"}, want: errs.Unauthenticated},
			{name: "member edits", as: member, edit: "libraries", in: topics.Input{Name: "X"}, want: errs.Forbidden},
			{name: "moderator", as: moderator, in: topics.Input{Name: "Rights of way", Synonyms: []string{"footpaths", "Footpaths", " ", "rights of WAY"}}, events: "topic.created"},
			{name: "administrator", as: admin, in: topics.Input{Name: "Procurement"}, events: "topic.created"},
			{name: "no name", as: moderator, in: topics.Input{Name: "  "}, want: errs.Invalid, field: "name"},
			{name: "long name", as: moderator, in: topics.Input{Name: strings.Repeat("x", 61)}, want: errs.Invalid, field: "name"},
			{name: "long synonym", as: moderator, in: topics.Input{Name: "Y", Synonyms: []string{strings.Repeat("x", 61)}}, want: errs.Invalid, field: "synonyms"},
			{name: "name of another", as: moderator, in: topics.Input{Name: "LIBRARIES"}, want: errs.Invalid, field: "name", text: "There is already a topic called “Libraries”."},
			{name: "name is a synonym of another", as: moderator, in: topics.Input{Name: "Wi-Fi"}, want: errs.Invalid, field: "name", text: "“Wi-Fi” is already a word for the topic “Connectivity”."},
			{name: "synonym of another", as: moderator, in: topics.Input{Name: "Networks", Synonyms: []string{"Broadband"}}, want: errs.Invalid, field: "synonyms", text: "“Broadband” is already a word for the topic “Connectivity”."},
			{name: "synonym is the name of another", as: moderator, in: topics.Input{Name: "Books", Synonyms: []string{"líbraries"}}, want: errs.Invalid, field: "synonyms", text: "There is already a topic called “Libraries”."},
			{name: "unknown broader", as: moderator, in: topics.Input{Name: "Z", Broader: "nothing"}, want: errs.Invalid, field: "broader"},
			{name: "keeps its own words", as: moderator, edit: "connectivity", in: topics.Input{Name: "Connectivity", Synonyms: []string{"wi-fi", "fibre"}}, events: "topic.edited"},
			{name: "under itself", as: moderator, edit: "connectivity", in: topics.Input{Name: "Connectivity", Broader: "connectivity"}, want: errs.Invalid, field: "broader"},
			{name: "under one below it", as: moderator, edit: "connectivity", in: topics.Input{Name: "Connectivity", Broader: "village-halls"}, want: errs.Invalid, field: "broader"},
			{name: "broadband is free again", as: moderator, edit: "libraries", in: topics.Input{Name: "Library service", Synonyms: []string{"broadband"}}, events: "topic.edited"},
			{name: "unknown topic", as: moderator, edit: "nothing", in: topics.Input{Name: "A"}, want: errs.NotFound},
		}
		for _, c := range cases {
			var err error
			if c.edit == "" {
				_, err = h.Create(t.Context(), c.as, c.in)
			} else {
				err = h.Edit(t.Context(), c.as, c.edit, c.in)
			}
			if err == nil && c.want != errs.Internal || err != nil && errs.KindOf(err) != c.want {
				t.Errorf("%s: got %v, want kind %d", c.name, err, c.want)
			}
			if e := errs.As(err); c.field != "" && (e == nil || len(e.Fields) == 0 || e.Fields[0].Name != c.field || c.text != "" && e.Fields[0].Text != c.text) {
				t.Errorf("%s: got %+v, want %s: %s", c.name, e, c.field, c.text)
			}
			if got := h.events(t); got != c.events {
				t.Errorf("%s: got events %q, want %q", c.name, got, c.events)
			}
		}
		renamed, err := h.Find(t.Context(), "libraries")
		if err != nil || renamed.Name != "Library service" || !slices.Equal(renamed.Synonyms, []string{"broadband"}) {
			t.Errorf("renamed topic keeps its address: got %+v, %v", renamed, err)
		}
		way, err := h.Find(t.Context(), "rights-of-way")
		if err != nil || !slices.Equal(way.Synonyms, []string{"footpaths"}) {
			t.Errorf("synonyms once, without the name: got %+v, %v", way, err)
		}
	})
}

func TestResolveAndSuggest(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Connectivity: wi-fi, broadband", "Libraries: library service", "Rights of way: footpaths, PROW", "Rights", "Adult social care: care homes, ASC", "C++")
		known, unknown, err := h.Resolve(t.Context(), []string{"WI-FI", "libraries", "rights-of-way", "Connectivity", "gardens", " ", "c++"})
		if err != nil || slugs(known) != "connectivity libraries rights-of-way c-plus-plus" || !slices.Equal(unknown, []string{"gardens"}) {
			t.Errorf("got %s, unknown %q, %v", slugs(known), unknown, err)
		}
		cases := []struct{ name, text, want string }{
			{"name in a sentence", "How do I get better connectivity in the hall?", "connectivity"},
			{"synonym of two words", "Our wi fi is slow", "connectivity"},
			{"plural of a name", "Which library opens late, and is there a footpath near?", "libraries rights-of-way"},
			{"longest wording first, its words not again", "Who keeps rights of way?", "rights-of-way"},
			{"the shorter where it stands alone", "What are my rights here?", "rights"},
			{"longer wordings before more frequent ones", "library library care home", "adult-social-care libraries"},
			{"nothing", "Where is the kettle today?", ""},
			{"beginning of a word", "conn", "connectivity"},
			{"beginning of a later word", "social", "adult-social-care"},
			{"a slip of the finger", "broadbnad", "connectivity"},
			{"one letter wrong", "librery", "libraries"},
			{"too far off", "kettle", ""},
			{"empty", "", ""},
			{"only signs", "?! ++", ""},
		}
		for _, c := range cases {
			got, err := h.Suggest(t.Context(), c.text, 5)
			if err != nil || slugs(got) != c.want {
				t.Errorf("%s: got %q, %v, want %q", c.name, slugs(got), err, c.want)
			}
		}
		if got, err := h.Suggest(t.Context(), "wi-fi, library, rights, asc", 2); err != nil || len(got) != 2 {
			t.Errorf("limit 2: got %q, %v", slugs(got), err)
		}
	})
}

func TestCacheSeesChanges(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		other := topics.New(h.db, func() time.Time { return h.now }) // as in another process
		if all, err := other.All(t.Context()); err != nil || len(all) != 0 {
			t.Fatalf("got %v, %v, want no topics", all, err)
		}
		h.add(t, "Connectivity")
		if all, err := h.All(t.Context()); err != nil || len(all) != 1 {
			t.Errorf("own change: got %v, %v, want it at once", all, err)
		}
		if _, err := other.Find(t.Context(), "connectivity"); err != nil {
			t.Errorf("page of a topic made elsewhere: got %v, want it at once", err)
		}
		if err := h.Edit(t.Context(), moderator, "connectivity", topics.Input{Name: "Networks"}); err != nil {
			t.Fatal(err)
		}
		if got, err := other.All(t.Context()); err != nil || len(got) != 1 {
			t.Errorf("got %v, %v", got, err)
		}
		h.now = h.now.Add(time.Minute)
		if got, err := other.Find(t.Context(), "connectivity"); err != nil || got.Name != "Networks" {
			t.Errorf("a minute later: got %v, %v, want the new name", got, err)
		}
		ctx, n := db.CountQueries(t.Context())
		for range 3 {
			if _, err := other.Suggest(ctx, "networks", 3); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() != 0 {
			t.Errorf("suggesting from memory made %d statements", n.Load())
		}
	})
}

func TestCountsFollowTheAudience(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Open", "Inside < open", "Empty < open", "Ours")
		all, err := h.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id := map[string]int64{}
		for _, topic := range all {
			id[topic.Slug] = topic.ID
		}
		h.thread(t, "public", id["open"])
		h.thread(t, "hub", id["open"], id["inside"])
		h.thread(t, "org:1", id["ours"])
		h.thread(t, "org:2", id["ours"])
		h.exec(t, `INSERT INTO watches (person_id, object_kind, object_id, created_at) VALUES (2, 'topic', $1, 1)`, id["inside"])
		cases := []struct {
			name   string
			as     auth.Viewer
			list   string
			around string // of Open
		}{
			{"signed out", auth.Public, "open:1", ""},
			{"member", member, "empty:0 inside:1+ open:2 ours:1", "empty inside"},
			{"partner", auth.ForPerson(3, 1, 2, false, 0), "empty:0 inside:1 open:2 ours:1", "empty inside"},
		}
		for _, c := range cases {
			list, err := h.List(t.Context(), c.as)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range list {
				got = append(got, fmt.Sprint(e.Slug, ":", e.Threads, map[bool]string{true: "+"}[e.Followed]))
			}
			if s := strings.Join(got, " "); s != c.list {
				t.Errorf("%s: got %q, want %q", c.name, s, c.list)
			}
			a, err := h.Visit(t.Context(), c.as, "open")
			if err != nil {
				t.Fatal(err)
			}
			got = nil
			for _, n := range a.Narrower {
				got = append(got, n.Slug)
			}
			if s := strings.Join(got, " "); s != c.around {
				t.Errorf("%s: narrower than Open: got %q, want %q", c.name, s, c.around)
			}
		}
		if _, err := h.Visit(t.Context(), auth.Public, "inside"); !errs.IsNotFound(err) {
			t.Errorf("signed out, topic without public threads: got %v, want NotFound", err)
		}
	})
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Connectivity: wi-fi")
		h.events(t)
		list := []topics.Record{
			{ExternalID: "x/1", Name: "git", Description: "Version control.", Synonyms: []string{"Git SCM", "wi-fi"}, Broader: "tools"},
			{ExternalID: "x/2", Name: "tools"},
			{ExternalID: "x/3", Name: "Wi-Fi", Description: "Radio.", Synonyms: []string{"wlan"}},
			{ExternalID: "y/1", Name: "GIT", Synonyms: []string{"git"}},
		}
		imports := func() (out topics.Outcome) {
			h.tx(t, func(ctx context.Context, tx *db.Tx) (err error) {
				out, err = h.ImportTopics(ctx, tx, list)
				return err
			})
			return out
		}
		first := imports()
		if first.Created != 2 || first.Changed != 2 || first.Unchanged != 0 || first.IDs["x/1"] != first.IDs["y/1"] {
			t.Errorf("first: got %+v", first)
		}
		if got := h.events(t); got != "import.batch" {
			t.Errorf("first: got events %q", got)
		}
		second := imports()
		if second.Created+second.Changed != 0 || second.Unchanged != 4 || h.events(t) != "" {
			t.Errorf("second: got %+v, want no change and no event", second)
		}
		git, err := h.Find(t.Context(), "git")
		tools, err2 := h.Find(t.Context(), "tools")
		net, err3 := h.Find(t.Context(), "connectivity")
		if err != nil || err2 != nil || err3 != nil {
			t.Fatal(err, err2, err3)
		}
		if git.Broader != tools.ID || !slices.Equal(git.Synonyms, []string{"Git SCM"}) {
			t.Errorf("git: got %+v, want it under tools, without the synonym that is taken", git)
		}
		if net.Description != "Radio." || !slices.Equal(net.Synonyms, []string{"wi-fi", "wlan"}) {
			t.Errorf("connectivity: got %+v, want the new synonym", net)
		}
		err = h.db.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := h.ImportTopics(t.Context(), tx, []topics.Record{{ExternalID: "x/9", Name: " "}})
			return err
		})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("no name: got %v, want Invalid", err)
		}
	})
}
