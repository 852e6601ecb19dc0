package find_test

import (
	"fmt"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/find"
	"watercooler/app/threads"
	"watercooler/auth"
)

// network makes a network as its slice does, with the event; audience "" is that of a private one, its members.
func (h *hub) network(t *testing.T, slug, access, audience string) int64 {
	t.Helper()
	var id int64
	must(t, h.db.Tx(t.Context(), func(tx *db.Tx) error {
		err := tx.QueryRow(t.Context(), `
			INSERT INTO networks (slug, name, purpose, access, audience, created_at, updated_at)
			VALUES ($1, $2, 'About zebras', $3, $4, 1, 1)
			RETURNING id`, slug, "Network "+slug, access, audience).Scan(&id)
		if err != nil {
			return err
		}
		if audience == "" {
			if _, err := tx.Exec(t.Context(), "UPDATE networks SET audience = $1 WHERE id = $2", auth.NetworkAudience(id), id); err != nil {
				return err
			}
		}
		return event.Append(t.Context(), tx, event.Event{Verb: "network.created", Object: event.Ref{Kind: "network", ID: id}})
	}))
	return id
}

func (h *hub) openIn(t *testing.T, v auth.Viewer, network int64, audience, title string) int64 {
	t.Helper()
	id, err := h.threads.Open(t.Context(), v, threads.NewThread{Kind: threads.Question, Title: title, Body: "Quagga.", Audience: audience, Network: network})
	must(t, err)
	return id
}

// level compares what is found by following events with what is found after a rebuild, and the number of documents.
func (h *hub) level(t *testing.T, name string, v auth.Viewer, finds map[string]string) {
	t.Helper()
	h.drain(t)
	for _, index := range []string{"following events", "after a rebuild"} {
		for text, want := range finds {
			if got := h.refs(t, v, text); got != want {
				t.Errorf("%s, %s: %q finds %q, want %q", name, index, text, got, want)
			}
		}
		want, err := h.Documents(t.Context())
		must(t, err)
		if got, err := h.index.Count(); err != nil || int(got) != want {
			t.Errorf("%s, %s: %d documents, %v; want %d", name, index, got, err, want)
		}
		must(t, h.Rebuild(t.Context(), nil))
	}
}

// TestNothingOfAPrivateNetworkIsShown asks every entry point for a private network and its thread.
func TestNothingOfAPrivateNetworkIsShown(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		board := h.network(t, "board", "private", "")
		insider := h.gwen.In(auth.Membership{Network: board})
		id := h.openIn(t, insider, board, auth.NetworkAudience(board), "Quagga or zebra?")
		h.reply(t, insider, id, "A quagga.")
		open := h.open(t, h.gwen, threads.Question, "public", "Where do quaggas live?", "")
		h.drain(t)
		for name, v := range map[string]auth.Viewer{"moderator": h.ravi, "its author after leaving": h.gwen, "partner": h.pat, "signed out": auth.Public} {
			for _, text := range []string{"zebra", "network:board", "kind:network", "board", "about zebras"} {
				res, err := h.Search(ctx, v, find.Query{Text: text, Limit: 10, Apart: true})
				if err != nil || res.Total != 0 || len(res.Hits) != 0 {
					t.Errorf("%s, %q: %+v, %v; want nothing", name, text, res, err)
				}
			}
			res, err := h.Facets(ctx, v, find.Query{Text: "quaggas"})
			if err != nil || len(res.Nets) != 0 || strings.Contains(fmt.Sprint(res.Facets), "board") {
				t.Errorf("%s: %+v, %v; want the open thread alone", name, res, err)
			}
			for _, typed := range []string{"qua", "boa", "netw"} {
				got, err := h.Suggest(ctx, v, typed, 10)
				for _, hit := range got {
					if hit.Ref != fmt.Sprintf("thread:%d", open) || err != nil {
						t.Errorf("%s types %q: %+v, %v", name, typed, hit, err)
					}
				}
			}
			if got, err := h.Similar(ctx, v, "quagga or zebra", 10); err != nil || len(got) != 1 {
				t.Errorf("%s: similar are %+v, %v; want the open thread alone", name, got, err)
			}
			if got, err := h.Related(ctx, v, threads.Thread{ID: open}, 10); err != nil || len(got) != 0 {
				t.Errorf("%s: related are %+v, %v; want nothing", name, got, err)
			}
		}
		second := h.openIn(t, insider, board, auth.NetworkAudience(board), "Zebra or quagga, once more?")
		h.drain(t)
		th, err := h.threads.Find(ctx, insider, second)
		must(t, err)
		if got, err := h.Related(ctx, insider, th, 10); err != nil || len(got) == 0 || got[0].ID != id {
			t.Errorf("beside a thread of the network stand %+v, %v", got, err)
		}
		res, err := h.Search(ctx, insider, find.Query{Text: "network:board", Limit: 10})
		if err != nil || res.Total != 3 {
			t.Errorf("a member finds %+v, %v; want the network and its threads", res, err)
		}
		if f, err := h.Facets(ctx, insider, find.Query{Text: "network:board"}); err != nil || f.Nets["board"] != "Network board" {
			t.Errorf("a member may narrow by %+v, %v", f, err)
		}
		if got := h.refs(t, insider, "zebras kind:network"); got != fmt.Sprintf("network:%d", board) {
			t.Errorf("a member finds the network as %q", got)
		}
		if got, err := h.Suggest(ctx, insider, "boa", 10); err != nil || len(got) != 1 || got[0].Path != "/networks/board" {
			t.Errorf("a member is offered %+v, %v", got, err)
		}
	})
}

// TestIndexFollowsModeration does what moderators do and looks at what is found then.
func TestIndexFollowsModeration(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		flood, winter := h.network(t, "flood", "open", "public"), h.network(t, "winter", "open", "public")
		v := h.gwen.In(auth.Membership{Network: flood}, auth.Membership{Network: winter})
		first, second := h.openIn(t, v, flood, "public", "Okapi on the bypass"), h.openIn(t, v, flood, "hub", "Tapir on the bypass")
		one, two := h.reply(t, v, first, "Chase it with a broom."), h.reply(t, v, first, "Lure it with turnips.")
		thread := func(id int64) string { return fmt.Sprintf("thread:%d", id) }
		h.level(t, "opened", v, map[string]string{"network:flood okapi": thread(first), "network:winter okapi": "", "broom": thread(first), "broom kind:reply": fmt.Sprintf("reply:%d", one)})

		must(t, h.threads.Move(ctx, v, first, threads.Move{Network: winter, Audience: "hub"}))
		h.level(t, "moved", v, map[string]string{"network:flood okapi": "", "network:winter okapi": thread(first), "network:winter broom": thread(first), "network:winter broom kind:reply": fmt.Sprintf("reply:%d", one)})
		h.level(t, "moved, signed out", auth.Public, map[string]string{"okapi": "", "broom": ""})

		fresh, err := h.threads.Split(ctx, v, first, threads.Split{Kind: threads.Discussion, Title: "Wombat turnips", Replies: []int64{two}})
		must(t, err)
		h.level(t, "split", v, map[string]string{"lure": thread(fresh), "lure kind:reply": fmt.Sprintf("reply:%d", two), "kind:discussion wombat": thread(fresh)})

		must(t, h.threads.Merge(ctx, v, first, threads.Merge{Into: second}))
		h.level(t, "merged", v, map[string]string{"okapi": thread(fresh) + " " + thread(second), "network:winter okapi": thread(fresh), "network:flood broom": thread(second), "network:flood broom kind:reply": fmt.Sprintf("reply:%d", one), "tapir kind:question": thread(second)})

		must(t, h.db.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE networks SET access = 'closed' WHERE id = $1", flood); err != nil {
				return err
			}
			return h.threads.NarrowNetwork(ctx, tx, flood)
		}))
		h.level(t, "narrowed", v, map[string]string{"tapir kind:question": thread(second)})
		h.level(t, "narrowed, for others", h.ravi, map[string]string{"tapir": "", "broom": ""})
	})
}

// What somebody keeps from others is not found by it.
func TestPrivateFieldsAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		set := func(privacy string) {
			must(t, h.db.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `
					UPDATE people
					SET location = 'Kestrel House', about_html = '<p>I keep falcons.</p>', privacy = $1
					WHERE id = $2`, privacy, h.gwen.Person)
				if err != nil {
					return err
				}
				return event.Append(ctx, tx, event.Event{Verb: "person.edited", Object: event.Ref{Kind: "person", ID: h.gwen.Person}})
			}))
		}
		ref := fmt.Sprintf("person:%d", h.gwen.Person)
		set("")
		h.level(t, "all shown", h.ravi, map[string]string{"kestrel": ref, "falcons": ref})
		set("location=me about=org")
		h.level(t, "kept", h.ravi, map[string]string{"kestrel": "", "falcons": "", "pryce": ref})
		res, err := h.Search(ctx, h.ravi, find.Query{Text: "pryce", Limit: 5})
		if err != nil || len(res.Hits) != 1 || res.Hits[0].Location != "" || len(res.Hits[0].BodySpans) != 0 {
			t.Errorf("the hit shows %+v, %v", res.Hits, err)
		}
	})
}
