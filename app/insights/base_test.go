package insights_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/insights"
	"watercooler/app/threads"
	"watercooler/auth"
)

// base is a month in which so many people did everything that one thing more or less never decides what may be shown.
type base struct {
	asked, answer, bare, unread int64
}

// base writes it: of each kind there is for each person of many one thing that has a mark, and one that has not.
func (h *hub) base() *base {
	h.t.Helper()
	b := new(base)
	half := h.staff[:20]
	far := h.staff[30:50]
	at := h.clock.AddDate(0, 0, -5).UnixMicro()
	for i, v := range half {
		h.open(v, threads.Question, auth.AudienceHub)
		h.reply(far[i], h.open(v, threads.Question, auth.AudienceHub))
		repeated := h.open(v, threads.Question, auth.AudienceHub)
		h.update("thread.superseded", repeated, "superseded_by = 1")
		answered := h.open(v, threads.Question, auth.AudienceHub)
		h.reply(far[(i+7)%len(far)], answered)
		h.update("thread.superseded", answered, "superseded_by = 1")
		h.open(v, threads.Discussion, auth.AudienceHub)
		h.reply(far[i], h.open(v, threads.Discussion, auth.AudienceHub))
		many := h.open(v, threads.Discussion, auth.AudienceHub)
		for j := range 4 {
			h.reply(far[(i+j)%len(far)], many)
		}
		for n := range 8 {
			d := h.put(v, "decision", at)
			h.exec(`INSERT INTO decisions (thread_id, state, decided_by, decided_at) VALUES ($1, 'agreed', $2, $3)`, d, v.Person, at+9)
			if n&1 != 0 {
				h.exec(`INSERT INTO decision_evidence (thread_id, position, kind, title, added_at) VALUES ($1, 0, 'data', 'x', 1)`, d)
			} else {
				b.bare = d
			}
			for o := range n & 2 {
				h.exec(`INSERT INTO decision_options (thread_id, position, said, chosen) VALUES ($1, $2, 'x', FALSE)`, d, o)
			}
			if n&4 != 0 {
				h.exec(`INSERT INTO decision_stances (thread_id, person_id, stance, created_at, updated_at) VALUES ($1, $2, 'block', 1, 1)`, d, far[i].Person)
			}
			h.tell("decision.agreed", d)
		}
		for n := range 4 {
			s := h.put(v, "signal", at)
			var read any
			if n&1 != 0 {
				read = at + 99
			} else {
				b.unread = s
			}
			h.exec(`INSERT INTO signals (thread_id, url, url_key, kind, source, published_at, read_at) VALUES ($1, 'x', 'x', 'press', 'x', $2, $3)`, s, at, read)
			if n&2 != 0 {
				h.reply(far[i], s)
			}
			h.tell("signal.clipped", s)
		}
	}
	// Within a unit people answer too, so that what does not cross is not little.
	for i := range 6 {
		h.reply(h.staff[3+i], h.open(h.staff[3+(i+1)%6], threads.Question, auth.AudienceHub))
	}
	h.settle()
	return b
}

// put writes a thread of a kind that belongs to another slice.
func (h *hub) put(v auth.Viewer, kind string, at int64) int64 {
	return h.id(`
		INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
		VALUES ($1, 'T', '', '', '', 1, $2, 'hub', $3, $3)
		RETURNING id`, kind, v.Person, at)
}

func (h *hub) open(v auth.Viewer, kind threads.Kind, audience string) int64 {
	h.t.Helper()
	in := threads.NewThread{Kind: kind, Title: "Who has tablets to lend?", Body: "Ten", Audience: audience}
	if audience == auth.NetworkAudience(1) {
		in.Network, v = 1, v.In(auth.Membership{Network: 1})
	}
	id, err := h.threads.Open(h.t.Context(), v, in)
	h.must(err)
	return id
}

func (h *hub) reply(v auth.Viewer, thread int64) int64 {
	h.t.Helper()
	id, err := h.threads.Reply(h.t.Context(), v, thread, threads.NewReply{Body: "So it is"})
	h.must(err)
	return id
}

func (h *hub) moderator() auth.Viewer {
	v := h.staff[0]
	v.Roles = auth.Moderator
	return v
}

// update changes a thread as its slice would.
func (h *hub) update(verb string, thread int64, set string) {
	h.t.Helper()
	h.exec("UPDATE threads SET "+set+" WHERE id = $1", thread)
	h.tell(verb, thread)
}

func (h *hub) leave(v auth.Viewer) {
	h.t.Helper()
	h.must(h.db.Tx(h.t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(h.t.Context(), "UPDATE people SET left_at = 1 WHERE id = $1", v.Person); err != nil {
			return err
		}
		return event.Append(h.t.Context(), tx, event.Event{Verb: "person.left", Object: event.Ref{Kind: "person", ID: v.Person}})
	}))
}

// figures are all figures of the month that is not over, and those of the other months under their month.
func (h *hub) figures(unit int64) map[string]insights.Figure {
	out := make(map[string]insights.Figure)
	for _, s := range h.read(unit).Series {
		for i, f := range s.Figures {
			name := s.Key
			if i < len(s.Figures)-1 {
				if s.Key == "breadth" {
					continue // of who is here today, in every month
				}
				name += " in " + string(f.Month)
			}
			if s.Kind == insights.Median {
				f.Value = 0 // whether the middle moves depends on the others
			}
			out[name] = f
		}
	}
	return out
}

// changed says by how much which figures differ: value/whole.
func changed(before, after map[string]insights.Figure) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		a, b := before[name], after[name]
		if a.State != b.State {
			out = append(out, fmt.Sprintf("%s is %s and was %s", name, b.State, a.State))
			continue
		}
		if a.Value == b.Value && a.Whole == b.Whole {
			continue
		}
		value := signed(b.Value - a.Value)
		if m := insights.MetricOf(name); m != nil && m.Kind == insights.Median {
			value = "."
		}
		out = append(out, fmt.Sprintf("%s %s/%s", name, value, signed(b.Whole-a.Whole)))
	}
	return strings.Join(out, ", ")
}

func signed(n int64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}
