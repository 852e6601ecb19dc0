package find

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"watercooler/auth"
	"watercooler/search"
)

// Expert is somebody who may know, and why we think so.
type Expert struct {
	Ref        string // "person:7"
	ExternalID string
	Person     Author
	Score      float64
	Evidence   []Hit // what they wrote on it and the viewer may read, best first
}

// Why says in a few words what the evidence is: accepted answers before everything else, and the topic most of it is about,
// one of those asked for where there is any.
func (e Expert) Why(asked ...string) string {
	if on := slices.DeleteFunc(slices.Clone(e.Evidence), func(h Hit) bool { return !h.on(asked) }); len(on) > 0 {
		e.Evidence = on
	}
	accepted := slices.DeleteFunc(slices.Clone(e.Evidence), func(h Hit) bool { return !h.Accepted })
	if len(accepted) > 0 {
		n, on := about(accepted, asked)
		if n == 1 {
			return "An accepted answer on " + on
		}
		return fmt.Sprintf("%s accepted answers on %s", counted(n), on)
	}
	switch n, on := about(e.Evidence, asked); n {
	case 1:
		return "Wrote about " + on
	case 2:
		return "Wrote about " + on + " twice"
	default:
		return fmt.Sprintf("Wrote about %s %s times", on, counted(n))
	}
}

// on reports whether h is about one of the topics.
func (h Hit) on(topics []string) bool {
	return slices.ContainsFunc(h.Topics, func(t Topic) bool { return slices.Contains(topics, t.Name) })
}

// counted says a number of pieces of evidence. No more than search.MaxEvidence are kept of anybody, so that many may be more.
func counted(n int) string {
	if n >= search.MaxEvidence {
		return fmt.Sprintf("%d or more", n)
	}
	return strconv.Itoa(n)
}

// about returns the topic that most of the evidence has, one of those asked for before any other, and how much of it does;
// "this", and all of it, when no two pieces of several share one.
func about(evidence []Hit, asked []string) (n int, topic string) {
	n, topic = len(evidence), "this"
	counts := make(map[string]int)
	var names []string // in the order met, so that the same evidence always says the same
	for _, h := range evidence {
		for _, t := range h.Topics {
			if counts[t.Name]++; counts[t.Name] == 1 {
				names = append(names, t.Name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		if in := slices.Contains(asked, a); in != slices.Contains(asked, b) {
			return map[bool]int{true: -1, false: 1}[in]
		}
		return counts[b] - counts[a]
	})
	if len(names) == 0 || counts[names[0]] == 1 && n > 1 && !slices.Contains(asked, names[0]) {
		return n, topic
	}
	return counts[names[0]], names[0]
}

// Experts ranks people who may know about text, by what they wrote that the viewer may read. People who left are not
// suggested. Signed out, nobody is: profiles are for those who are signed in.
func (s *Service) Experts(ctx context.Context, v auth.Viewer, text string, limit int) ([]Expert, error) {
	return s.experts(ctx, v, text, 0, limit)
}

// experts ranks people by what they wrote outside one thread, 0 for none.
func (s *Service) experts(ctx context.Context, v auth.Viewer, text string, outside int64, limit int) ([]Expert, error) {
	limit = min(max(limit, 1), maxLimit)
	if !v.SignedIn() || strings.TrimSpace(text) == "" {
		return nil, nil
	}
	// Some of the first may have left, or their evidence may have gone.
	ranked, err := s.index.Experts(ctx, search.Need{Text: text, Audiences: v.Audiences(), Outside: outside, Limit: limit + limit/2 + 10})
	if err != nil {
		return nil, fmt.Errorf("find who knows about %q: %w", text, err)
	}
	var refs []string
	for _, r := range ranked {
		refs = append(refs, ref("person", r.Person))
		for _, vote := range r.Evidence {
			refs = append(refs, vote.ID)
		}
	}
	rows, err := s.load(ctx, v, refs)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	var out []Expert
	for _, r := range ranked {
		if e, ok := rows.expert(r, v, text); ok && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// expert describes a ranked person, and reports whether they are here and anything they wrote may still be read.
func (r *rows) expert(ranked search.Ranked, v auth.Viewer, text string) (Expert, bool) {
	p, ok := r.people[ranked.Person]
	if !ok || p.Left {
		return Expert{}, false
	}
	e := Expert{Ref: ref("person", p.ID), ExternalID: p.ExternalID, Person: p.Author, Score: ranked.Score}
	parsed := search.Parse(text)
	for _, vote := range ranked.Evidence {
		if h, ok := r.hit(vote.ID, v, parsed); ok {
			h.Score = vote.Score
			e.Evidence = append(e.Evidence, h)
		}
	}
	return e, len(e.Evidence) > 0
}
