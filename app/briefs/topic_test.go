package briefs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/briefs"
	"watercooler/app/db"
)

// listed is a collective view as lines.
func listedView(c briefs.Collective) string {
	var out strings.Builder
	for _, g := range c.Groups {
		fmt.Fprintf(&out, "%s %d:", g.Class, g.Total)
		for _, e := range g.Entries {
			fmt.Fprintf(&out, " %s", e.Title)
			if e.Stances != nil {
				fmt.Fprintf(&out, " (%s %q)", e.Stances.Said(), e.Stances.Minority)
			}
			if e.Learnt != "" {
				fmt.Fprintf(&out, " (%s)", e.Learnt)
			}
		}
		out.WriteByte('\n')
	}
	for _, g := range c.Gaps {
		fmt.Fprintf(&out, "gap: %s\n", g.Said)
	}
	return out.String()
}

func TestCollective(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		on := func(kind, title, audience string, d int) int64 {
			x := thread{kind: kind, title: title, audience: audience, at: day(time.April, d), topics: []int{1}}
			if audience == "network:2" {
				x.network = closedNet
			}
			return h.open(x)
		}
		heard := on("signal", "Heard", "hub", 1)
		h.exec(`INSERT INTO signals (thread_id, url, url_key, kind, source, published_at) VALUES ($1, 'u', 'u', 'press', 'S', 1)`, heard)
		h.exec(`UPDATE threads SET reference = TRUE WHERE id = $1`, on("discussion", "Guide", "public", 2))
		settled := on("question", "Settled", "public", 3)
		h.exec(`UPDATE threads SET accepted_reply_id = $1 WHERE id = $2`, h.reply(settled, 2, day(time.April, 4)), settled)
		on("post", "Post", "hub", 5)
		on("discussion", "Talk", "hub", 6)
		on("discussion", "Secret talk", "network:2", 6)
		for i, d := range []struct{ title, state string }{{"Proposal", "proposed"}, {"Decision", "agreed"}, {"Old decision", "superseded"}} {
			id := on("decision", d.title, "hub", 7+i)
			h.exec(`INSERT INTO decisions (thread_id, state, decided_at, reviewed_at, learnt) VALUES ($1, $2, $3, $4, 'It holds')`, id, d.state, db.Micros(day(time.April, 10)), map[bool]any{true: db.Micros(day(time.April, 20))}[d.state == "agreed"])
			for person, stance := range []string{"agree", "agree", "agree", "agree", "agree", "agree", "disagree"} {
				h.exec(`INSERT INTO decision_stances (thread_id, person_id, stance, reason, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $2)`, id, person+1, stance, map[bool]string{true: "Too dear"}[stance == "disagree"])
			}
		}
		note := on("discussion", "Note", "hub", 11)
		h.exec(`INSERT INTO reflections (kind, person_id, title, thread_id, created_at, updated_at, shared_at) VALUES ('weeknote', 3, 'W', $1, 1, 1, $2)`, note, db.Micros(day(time.April, 23)))
		on("question", "Open", "public", 12)
		h.exec(`UPDATE threads SET deleted_at = 1 WHERE id = $1`, on("question", "Gone", "public", 12))
		h.exec(`UPDATE threads SET superseded_by = 1 WHERE id = $1`, on("post", "Overtaken", "public", 12))
		h.open(thread{title: "Of books", at: day(time.April, 12), topics: []int{2}})
		h.exec(`INSERT INTO gaps (said, owner_id, opened_at, closed_at) VALUES ('pothole on my road', 1, 1, NULL), ('road closures', 1, 2, NULL), ('library hours', 1, 3, NULL), ('roads closed', 1, 4, 5), ('roads nobody owns', NULL, 6, NULL)`)

		const stances = ` (seven people said what they think: some agree and some do not ["Too dear"])`
		want := map[string]string{
			"public": "guide 1: Guide\nanswer 1: Settled\nopen 1: Open\n",
			"partner": "noticed 1: Heard\nguide 1: Guide\nanswer 1: Settled\npost 1: Post\nproposed 1: Proposal" + stances + "\ntalk 1: Talk\ndecided 1: Decision" + stances +
				"\nlearnt 2: Note Decision (It holds)\nopen 1: Open\n",
		}
		want["staff"] = want["partner"] + "gap: pothole on my road\ngap: road closures\n"
		want["staff in closed"] = strings.Replace(want["staff"], "talk 1: Talk", "talk 2: Secret talk Talk", 1)
		for _, who := range slices.Sorted(maps.Keys(want)) {
			c, err := h.Collective(t.Context(), h.viewers[who], "roads")
			if err != nil {
				t.Fatal(err)
			}
			if got := listedView(c); got != want[who] {
				t.Errorf("%s sees\n%s\nwant\n%s", who, got, want[who])
			}
		}
	})
}

// TestCollectiveTellsOfNothingHidden compares the view of each reader with what they may read, counted again.
func TestCollectiveTellsOfNothingHidden(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.populate(7)
		for who, v := range h.viewers {
			for topic, slug := range []string{"roads", "books", "floods", "trees"} {
				c, err := h.Collective(t.Context(), v, slug)
				if err != nil {
					t.Fatal(err)
				}
				where := map[briefs.Class]string{
					briefs.Noticed: "t.kind = 'signal'", briefs.Posts: "t.kind = 'post'", briefs.Answers: "t.kind = 'question' AND t.accepted_reply_id IS NOT NULL",
					briefs.Questions:  "t.kind = 'question' AND t.accepted_reply_id IS NULL AND t.reply_count = 0",
					briefs.Talks:      "t.kind = 'discussion' AND NOT EXISTS (SELECT 1 FROM reflections n WHERE n.thread_id = t.id)",
					briefs.Proposals:  "EXISTS (SELECT 1 FROM decisions d WHERE d.thread_id = t.id AND d.state = 'proposed')",
					briefs.Decisions:  "EXISTS (SELECT 1 FROM decisions d WHERE d.thread_id = t.id AND d.state IN ('agreed', 'review'))",
					briefs.Reflection: "(EXISTS (SELECT 1 FROM reflections n WHERE n.thread_id = t.id) OR EXISTS (SELECT 1 FROM decisions d WHERE d.thread_id = t.id AND d.reviewed_at IS NOT NULL))",
				}
				base := fmt.Sprintf(`SELECT COUNT(*) FROM threads t JOIN thread_topics h ON h.thread_id = t.id AND h.topic_id = %d WHERE t.deleted_at IS NULL AND t.superseded_by IS NULL AND t.audience IN (%s) AND `, topic+1, audiences[who])
				o := oracle{h: h, t: t}
				shown := make(map[briefs.Class]int)
				for _, g := range c.Groups {
					shown[g.Class] = g.Total
					for _, e := range g.Entries {
						if o.count(base+where[g.Class]+` AND t.id = $1 AND t.title = $2`, e.Thread, e.Title) != 1 {
							t.Errorf("%s sees %s among %s of %s", who, e.Title, g.Class, slug)
						}
					}
				}
				for class, is := range where {
					if want := o.count(base + is); shown[class] != want {
						t.Errorf("%s sees %d %s of %s, want %d", who, shown[class], class, slug, want)
					}
				}
			}
		}
	})
}
