package threads_test

import (
	"fmt"
	"strings"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

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
