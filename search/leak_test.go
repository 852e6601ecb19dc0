package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"watercooler/search"
)

// A world is a hub at random: threads for many audiences with replies, whose words are partly everybody's and partly their own.
type world struct {
	docs  []search.Doc
	texts map[string]string
	words []string // of everybody's texts
	rare  []string // each of one thread
}

var worldAudiences = []string{"public", "hub", "org:1", "org:2", "network:1", "network:2", "network:3"}

func newWorld(r *rand.Rand, threads int) *world {
	w := &world{texts: make(map[string]string)}
	word := func() string {
		b := make([]byte, 6+r.IntN(4))
		for i := range b {
			b[i] = "bcdfgklmnprtaeiou"[r.IntN(17)]
		}
		return string(b)
	}
	for range 60 {
		w.words = append(w.words, word())
	}
	some := func(n int) string {
		var out []string
		for range n {
			out = append(out, w.words[r.IntN(len(w.words))])
		}
		return strings.Join(out, " ")
	}
	reply := 0
	for i := range threads {
		own := word()
		w.rare = append(w.rare, own)
		d := search.Doc{
			ID: "thread:" + strconv.Itoa(i+1), Type: "thread", Kind: []string{"question", "discussion", "post"}[r.IntN(3)], Thread: int64(i + 1),
			Title: some(2) + " " + own, Body: some(12) + ". " + own, Audience: worldAudiences[r.IntN(len(worldAudiences))],
			Created: micros("2026-01-01") + int64(i)*3_600_000_000, TopicSlugs: []string{"topic-" + strconv.Itoa(r.IntN(5))}, AuthorID: int64(1 + r.IntN(8)),
			Network: "net-" + strconv.Itoa(r.IntN(3)), Author: "author-" + strconv.Itoa(r.IntN(8)), HasFile: r.IntN(4) == 0, Votes: r.IntN(9),
		}
		for range r.IntN(4) {
			reply++
			body := some(8) + " " + own + "x"
			said := search.Doc{
				ID: "reply:" + strconv.Itoa(reply), Type: "reply", Kind: d.Kind, Thread: d.Thread, ThreadTitle: d.Title, Body: body, Audience: d.Audience,
				Created: d.Created + 60_000_000, AuthorID: int64(1 + r.IntN(8)), Author: "author-" + strconv.Itoa(r.IntN(8)), TopicSlugs: d.TopicSlugs, Network: d.Network,
			}
			d.Replies, d.Replied = d.Replies+"\n"+body, true
			w.texts[said.ID] = body
			w.docs = append(w.docs, said)
		}
		w.texts[d.ID] = d.Title + "\n" + d.Body
		w.docs = append(w.docs, d)
	}
	return w
}

// for returns what some audiences may read.
func (w *world) readable(audiences []string) []search.Doc {
	return slices.DeleteFunc(slices.Clone(w.docs), func(d search.Doc) bool { return !slices.Contains(audiences, d.Audience) })
}

// Texts is a search.Reader.
func (w *world) Texts(_ context.Context, refs []string) ([]string, error) {
	out := make([]string, len(refs))
	for i, ref := range refs {
		out[i] = w.texts[ref]
	}
	return out, nil
}

// query is something somebody may type, about what they may read or not.
func (w *world) query(r *rand.Rand) string {
	own, two := w.rare[r.IntN(len(w.rare))], w.words[r.IntN(len(w.words))]+" "+w.words[r.IntN(len(w.words))]
	bent := own[:len(own)-2] + string("bdgklmn"[r.IntN(7)]) + own[len(own)-1:]
	switch r.IntN(12) {
	case 0:
		return own
	case 1:
		return bent
	case 2:
		return own[:len(own)-2]
	case 3:
		return own + "x"
	case 4:
		return two + " " + own
	case 5:
		return `"` + two + `"`
	case 6:
		return two + " -" + own
	case 7:
		return own[:3] + " " + own[3:]
	case 8:
		return "topic:topic-" + strconv.Itoa(r.IntN(5)) + " " + two
	case 9:
		return "how do I " + two + " with the " + bent + " and a " + own + "?"
	case 10:
		return "author:author-" + strconv.Itoa(r.IntN(8)) + " " + []string{"", "has:file", "is:unanswered", "kind:reply"}[r.IntN(4)]
	default:
		return two
	}
}

// seen is all that an index tells somebody, without what depends on how common words are everywhere: order, and amounts.
func seen(t *testing.T, x *search.Index, text string, audiences []string) []string {
	t.Helper()
	res, err := x.Search(t.Context(), search.Query{Text: text, Audiences: audiences, Limit: 500, Explain: true})
	must(t, err)
	lines := []string{fmt.Sprint(res.Total, res.AtLeast, res.Instead, res.Parsed.Notes, res.Parsed.Highlight(text, 0))}
	for _, h := range res.Hits {
		line := h.ID
		if h.Why == nil { // nothing was typed but orders, or a late reply was found
			lines = append(lines, line)
			continue
		}
		var terms []string
		for _, term := range h.Why.Terms {
			terms = append(terms, term.Term)
		}
		slices.Sort(terms)
		line += " " + strings.Join(terms, " ")
		lines = append(lines, line)
	}
	facets, err := x.Facets(t.Context(), search.Query{Text: text, Audiences: audiences})
	must(t, err)
	lines = append(lines, fmt.Sprint("facets ", facets))
	suggested, err := x.Suggest(t.Context(), text, audiences, 500)
	must(t, err)
	for _, s := range suggested {
		lines = append(lines, "suggested "+s.ID)
	}
	like, err := x.Similar(t.Context(), text, audiences, 0, 500)
	must(t, err)
	for _, h := range like {
		lines = append(lines, "like "+h.ID)
	}
	slices.Sort(lines)
	return lines
}

// except returns what is in a and not in b.
func except(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) })
}

// TestNobodyCanTellWhatIsHidden compares, for audiences and queries at random, what an index of everything tells with what an index
// tells that has only what these audiences may read. Whatever differs would let somebody find out about the rest: hits and how many
// there are, facets, suggestions, corrections, notes, what is alike, and explanations. Only the order may differ a little, because how
// rare a word is counts everywhere.
func TestNobodyCanTellWhatIsHidden(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := newWorld(r, 120)
		all := open(t)
		put(t, all, w.docs...)
		all.Feedback(w.Texts)
		for range 4 {
			audiences := slices.DeleteFunc(slices.Clone(worldAudiences), func(string) bool { return r.IntN(2) == 0 })
			some := open(t)
			put(t, some, w.readable(audiences)...)
			some.Feedback(w.Texts)
			for range 40 {
				text := w.query(r)
				more, less := seen(t, all, text, audiences), seen(t, some, text, audiences)
				if !slices.Equal(more, less) {
					t.Fatalf("seed %d, %q for %v:\nonly with what is hidden: %q\nonly without: %q", seed, text, audiences, except(more, less), except(less, more))
				}
				people, err := all.Experts(t.Context(), search.Need{Text: text, Audiences: audiences, Limit: 50})
				must(t, err)
				for _, p := range people {
					for _, vote := range p.Evidence {
						if !slices.ContainsFunc(w.readable(audiences), func(d search.Doc) bool { return d.ID == vote.ID }) {
							t.Fatalf("seed %d, %q for %v: %s is evidence for %d", seed, text, audiences, vote.ID, p.Person)
						}
					}
				}
			}
		}
	}
}
