package find

import (
	"context"
	"fmt"
	"slices"
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

// Why says in a few words what the evidence is: accepted answers before everything else, and the topic most of it is about.
func (e Expert) Why() string {
	accepted := slices.DeleteFunc(slices.Clone(e.Evidence), func(h Hit) bool { return !h.Accepted })
	if len(accepted) > 0 {
		n, on := about(accepted)
		return fmt.Sprintf("%s on %s", counted(n, "An accepted answer", "accepted answers"), on)
	}
	n, on := about(e.Evidence)
	if n == 1 {
		return "Wrote about " + on
	}
	return fmt.Sprintf("Wrote about %s %s", on, counted(n, "once", "times"))
}

// counted says a number of pieces of evidence. No more than MaxEvidence are kept of anybody, so that many may be more.
func counted(n int, one, more string) string {
	switch {
	case n == 1:
		return one
	case n >= search.MaxEvidence:
		return fmt.Sprintf("%d or more %s", n, more)
	}
	return fmt.Sprintf("%d %s", n, more)
}

// about returns the topic that most of the evidence has, and how much of it does; "this", and all of it, when no two pieces
// of several share one.
func about(evidence []Hit) (n int, topic string) {
	n, topic = len(evidence), "this"
	counts := make(map[string]int)
	most := 0
	for _, h := range evidence {
		for _, t := range h.Topics {
			counts[t.Name]++
			if counts[t.Name] > most {
				most, topic = counts[t.Name], t.Name
			}
		}
	}
	switch {
	case most == 0, most == 1 && n > 1:
		return n, "this"
	}
	return most, topic
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
	votes, err := s.index.Votes(ctx, search.Query{Text: text, Audiences: v.Audiences()}, search.VoteDepth)
	if err != nil {
		return nil, fmt.Errorf("find who knows about %q: %w", text, err)
	}
	if outside != 0 {
		votes = slices.DeleteFunc(votes, func(vote search.Vote) bool { return vote.Thread == outside })
	}
	// Some of the first may have left, or their evidence may have gone.
	ranked := search.RankPeople(votes, s.now().UnixMicro())
	ranked = ranked[:min(len(ranked), limit+limit/2+10)]
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
