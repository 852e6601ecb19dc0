package find

import (
	"context"
	"fmt"
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

// Answers returns how many pieces of evidence there are, and how many are accepted answers.
func (e Expert) Answers() (all, accepted int) {
	for _, h := range e.Evidence {
		if h.Accepted {
			accepted++
		}
	}
	return len(e.Evidence), accepted
}

// Experts ranks people who may know about text, by what they wrote that the viewer may read. People who left are not
// suggested. Signed out, nobody is: profiles are for those who are signed in.
func (s *Service) Experts(ctx context.Context, v auth.Viewer, text string, limit int) ([]Expert, error) {
	limit = min(max(limit, 1), maxLimit)
	if !v.SignedIn() || strings.TrimSpace(text) == "" {
		return nil, nil
	}
	votes, err := s.index.Votes(ctx, search.Query{Text: text, Audiences: v.Audiences()}, search.VoteDepth)
	if err != nil {
		return nil, fmt.Errorf("find who knows about %q: %w", text, err)
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
