package find

import (
	"context"
	"testing"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/auth"
)

// TestNames holds what is kept of names to the audience of each and to what events say.
func TestNames(t *testing.T) {
	present := map[string]label{"moths": {"Moths", "hub"}, "owls": {"Owls", "network:7"}}
	reads := 0
	read := func(context.Context, db.Querier, []string) (map[string]label, error) {
		reads++
		out := map[string]label{}
		for slug, l := range present {
			out[slug] = l
		}
		return out, nil
	}
	var n names
	ask := func(v auth.Viewer) map[string]string {
		t.Helper()
		got, err := n.of(t.Context(), nil, v, "network", []string{"moths", "owls"}, read)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	outside := auth.ForPerson(1, 1, 1, true, 0)
	inside := outside.In(auth.Membership{Network: 7})
	for range 2 { // read, then kept
		if got := ask(inside); len(got) != 2 || got["owls"] != "Owls" {
			t.Errorf("a member is told %v", got)
		}
		if got := ask(outside); len(got) != 1 || got["moths"] != "Moths" {
			t.Errorf("somebody outside is told %v", got)
		}
	}
	if reads != 1 {
		t.Errorf("%d reads, want 1", reads)
	}

	present["moths"] = label{"Moths", "network:7"}
	n.hear([]event.Event{{Verb: "thread.created"}, {Verb: "network.narrowed"}})
	if got := ask(outside); len(got) != 0 || reads != 2 {
		t.Errorf("after it became private somebody outside is told %v, after %d reads", got, reads)
	}

	change := n.change
	n.hear([]event.Event{{Verb: "topic.edited"}})
	n.keep(change, "network", map[string]label{"moths": {"Moths", "hub"}})
	if len(n.kept) != 0 {
		t.Error("what was read before a change came in after it")
	}
}
