package topics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// tree writes the topics as "slug<broader(synonyms)", by name.
func (h *hub) tree(t *testing.T) string {
	t.Helper()
	all, err := h.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slug := map[int64]string{}
	for _, topic := range all {
		slug[topic.ID] = "<" + topic.Slug
	}
	var list []string
	for _, topic := range all {
		s := topic.Slug + slug[topic.Broader]
		if len(topic.Synonyms) > 0 {
			s += "(" + strings.Join(topic.Synonyms, ",") + ")"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestMerge(t *testing.T) {
	cases := []struct {
		name       string
		topics     []string
		slug, into string
		want       string // the tree afterwards
		kind       errs.Kind
	}{
		{name: "words move", topics: []string{"Connectivity: broadband", "Wi-fi: wlan"}, slug: "wi-fi", into: "Connectivity", want: "connectivity(broadband,Wi-fi,wlan)"},
		{name: "into a synonym", topics: []string{"Connectivity: broadband", "Wi-fi"}, slug: "wi-fi", into: "BROADBAND", want: "connectivity(broadband,Wi-fi)"},
		{name: "what is below hangs below the other", topics: []string{"Networks", "Wi-fi", "Guests < wi-fi"}, slug: "wi-fi", into: "networks", want: "guests<networks networks(Wi-fi)"},
		{name: "into the broader one", topics: []string{"Networks", "Wi-fi < networks", "Guests < wi-fi"}, slug: "wi-fi", into: "networks", want: "guests<networks networks(Wi-fi)"},
		{name: "into the narrower one", topics: []string{"Top", "Networks < top", "Wi-fi < networks", "Cables < networks"}, slug: "networks", into: "wi-fi", want: "cables<wi-fi top wi-fi<top(Networks)"},
		{name: "into one two levels below", topics: []string{"Networks", "Radio < networks", "Wi-fi < radio"}, slug: "networks", into: "wi-fi", want: "radio<wi-fi wi-fi(Networks)"},
		{name: "into itself", topics: []string{"Networks: lan"}, slug: "networks", into: "lan", want: "networks(lan)", kind: errs.Invalid},
		{name: "into none", topics: []string{"Networks"}, slug: "networks", into: "kettles", want: "networks", kind: errs.Invalid},
		{name: "of none", topics: []string{"Networks"}, slug: "kettles", into: "networks", want: "networks", kind: errs.NotFound},
	}
	each(t, func(t *testing.T, h *hub) {
		h.ReferredBy(threads.New(h.db, nil, nil))
		for _, c := range cases {
			h.exec(t, `UPDATE topics SET broader_id = NULL`)
			for _, table := range []string{"topic_redirects", "topic_synonyms", "topics", "events"} {
				h.exec(t, `DELETE FROM `+table)
			}
			h.now = h.now.Add(1 << 40) // past what is kept in memory
			h.add(t, c.topics...)
			h.exec(t, `DELETE FROM events`)
			_, err := h.Merge(t.Context(), moderator, c.slug, c.into)
			if (err == nil) != (c.kind == errs.Internal) || err != nil && errs.KindOf(err) != c.kind {
				t.Errorf("%s: got %v, want kind %d", c.name, err, c.kind)
			}
			if got := h.tree(t); got != c.want {
				t.Errorf("%s: got %s, want %s", c.name, got, c.want)
			}
			events := "topic.merged topic.edited"
			if c.kind != errs.Internal {
				events = ""
			}
			if got := h.events(t); got != events {
				t.Errorf("%s: got events %q, want %q", c.name, got, events)
			}
		}
		for _, v := range []auth.Viewer{member, auth.Public} {
			if _, err := h.Merge(t.Context(), v, "networks", "kettles"); err == nil || errs.KindOf(err) == errs.Invalid {
				t.Errorf("merged by %+v: got %v", v, err)
			}
		}
	})
}

func TestMergeMovesWhatRefersToTheTopic(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.ReferredBy(threads.New(h.db, nil, nil))
		h.add(t, "Connectivity", "Wi-fi", "Radio")
		ids := map[string]int64{}
		for _, slug := range []string{"connectivity", "wi-fi", "radio"} {
			topic, err := h.Find(t.Context(), slug)
			if err != nil {
				t.Fatal(err)
			}
			ids[slug] = topic.ID
		}
		h.thread(t, "public", ids["wi-fi"])
		h.thread(t, "hub", ids["wi-fi"], ids["connectivity"])
		for _, person := range []int{1, 2} {
			h.exec(t, `INSERT INTO watches (person_id, object_kind, object_id, created_at) VALUES ($1, 'topic', $2, 1)`, person, ids["wi-fi"])
		}
		h.exec(t, `INSERT INTO watches (person_id, object_kind, object_id, created_at) VALUES (2, 'topic', $1, 1)`, ids["connectivity"])

		for _, pair := range [][2]string{{"radio", "wi-fi"}, {"wi-fi", "connectivity"}} { // the address of Radio must follow twice
			if _, err := h.Merge(t.Context(), moderator, pair[0], pair[1]); err != nil {
				t.Fatal(err)
			}
		}
		for _, slug := range []string{"connectivity", "wi-fi", "radio"} {
			a, err := h.Visit(t.Context(), member, slug)
			if err != nil || a.Slug != "connectivity" || !a.Followed {
				t.Errorf("%s leads to %+v, %v; want Connectivity, followed", slug, a, err)
			}
			if n, err := h.Threads(t.Context(), member, a.ID); err != nil || n != 2 {
				t.Errorf("%s leads to %d threads, %v; want two", slug, n, err)
			}
		}
		known, unknown, err := h.Resolve(t.Context(), []string{"Wi-Fi", "radio"})
		if err != nil || slugs(known) != "connectivity" || len(unknown) > 0 {
			t.Errorf("the old names mean %s, not known %q, %v", slugs(known), unknown, err)
		}
		again, err := h.Create(t.Context(), moderator, topics.Input{Name: "Wi fi"})
		if err != nil || again.Slug != "wi-fi-2" {
			t.Errorf("a new topic at the old address: got %q, %v, want another", again.Slug, err)
		}
	})
}

func TestMergeIsOneTransaction(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.ReferredBy(threads.New(h.db, nil, nil), refuses{})
		h.add(t, "Connectivity", "Wi-fi: wlan", "Guests < wi-fi")
		before := h.tree(t)
		if _, err := h.Merge(t.Context(), moderator, "wi-fi", "connectivity"); err == nil {
			t.Fatal("merged although somebody could not follow")
		}
		if got := h.tree(t); got != before {
			t.Errorf("got %s, want all as it was: %s", got, before)
		}
	})
}

// refuses is a referrer that cannot follow.
type refuses struct{}

func (refuses) ReplaceTopic(context.Context, *db.Tx, int64, int64) error { return fmt.Errorf("no") }

func TestTreeHidesWhatIsNotPublic(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Top", "Secret < top", "Middle < secret", "Low < middle", "Quiet < middle", "Deep < low", "Still < low")
		for _, slug := range []string{"top", "middle", "low", "deep"} {
			topic, err := h.Find(t.Context(), slug)
			if err != nil {
				t.Fatal(err)
			}
			h.thread(t, "public", topic.ID)
		}
		around := func(v auth.Viewer) string {
			a, err := h.Visit(t.Context(), v, "middle")
			if err != nil {
				t.Fatal(err)
			}
			s := ""
			for _, topic := range a.Above {
				s += topic.Slug + "/"
			}
			for _, b := range a.Narrower {
				s += " " + b.Slug + ":" + slugs(b.Narrower)
			}
			return s
		}
		if got, want := around(auth.Public), "top/ low:deep"; got != want {
			t.Errorf("signed out: got %q, want %q", got, want)
		}
		if got, want := around(member), "top/secret/ low:deep still quiet:"; got != want {
			t.Errorf("member: got %q, want %q", got, want)
		}
	})
}
