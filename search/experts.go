package search

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// A Vote is a contribution that matches a need, and so speaks for its author.
type Vote struct {
	ID, Type string
	AuthorID int64
	Thread   int64
	Score    float64
	Created  int64 // Unix microseconds, to the second
	Accepted bool
	Votes    int
}

// A Ranked person, with the contributions that put them there, best first.
type Ranked struct {
	Person   int64
	Score    float64
	Evidence []Vote
}

// VoteDepth is how many contributions are asked for their vote: beyond it they match by accident.
const VoteDepth = 1_000

// voteFields are what is ranked of contributions: a thread's own words, without what others replied, and replies.
var voteFields = []weightedField{
	{fieldTitle, 3}, {fieldTopics, 1.5}, {fieldBody, 1}, {fieldFiles, 0.4}, {fieldReplyBody, 1}, {fieldReplyTitle, 1},
}

// Votes returns the contributions that best match q, best first: replies, and threads that are not questions, because
// asking shows interest and never knowledge. Like every query it sees only what the reader may read. What several people wrote
// together is a vote for each of them.
func (x *Index) Votes(ctx context.Context, q Query, depth int) ([]Vote, error) {
	p := Parse(q.Text)
	p.Phrases = nil // quotes in a pasted question are no order
	q.Types = []string{"thread", "reply"}
	var votes []Vote
	err := x.see(ctx, func(v *view) error {
		g, err := x.gate(v, q, p)
		if err != nil {
			return err
		}
		words, err := v.rarest(fieldBody, x.analyzer.terms(p.Text), maxTerms)
		if err != nil {
			return err
		}
		found, _, err := v.rank(bm25f{fields: voteFields, terms: words, types: q.Types, slope: 0.75}, allOf{is(fieldEvidence, "1"), g}, depth)
		if err != nil {
			return err
		}
		for _, m := range found {
			f, err := m.facts()
			if err != nil {
				return err
			}
			for _, author := range f.authors {
				votes = append(votes, Vote{
					ID: f.id, Type: typeOf(f.id), AuthorID: author, Thread: f.thread, Score: m.score, Created: f.created,
					Accepted: f.has(flagAccepted), Votes: f.votes,
				})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find evidence: %w", err)
	}
	return votes, nil
}

// Parameters of RankPeople.
const (
	fusion      = 60.0 // k of reciprocal rank fusion
	combDepth   = 100  // votes that CombSUM counts
	expScale    = 3.0  // points of score by which a match must fall behind to count e times less
	halfLife    = 4.0  // years: gentle, for knowledge fades slower than interest
	MaxEvidence = 5    // contributions kept of each person
)

// tally is what the votes for one person add up to, by each technique.
type tally struct {
	exp, power, sum float64
	n               float64
	evidence        []Vote
}

// RankPeople ranks the authors of votes, which come best first. Each vote speaks for its author with a strength that says
// how well it matches, and a little more when it was accepted, found useful, or is recent. Three voting techniques make one
// ranking each, after Macdonald and Ounis ("Voting for Candidates: Adapting Data Fusion Techniques for an Expert Search
// Task", CIKM 2006):
//
//   - expCombMNZ, where the best matches decide and every further one helps;
//   - CombSUM over the first hundred, where the mass of good matches decides;
//   - between the two, the sum of fourth powers times the root of their number.
//
// The rankings are fused by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009), because no single one is best
// everywhere: chat is noisy and wants mass, long documents want the best match. On the joined development set the fusion
// has a mean reciprocal rank of 0.25 where its parts have 0.23 to 0.25 and their order changes from department to
// department. Looking at documents rather than at a profile of everything somebody wrote is Model 2 of Balog, Azzopardi
// and de Rijke ("Formal Models for Expert Finding in Enterprise Corpora", SIGIR 2006; "A language modeling framework for
// expert finding", IP&M 2009). Nobody's rank depends on how much they write about other things.
func RankPeople(votes []Vote, now int64) []Ranked {
	people := make(map[int64]*tally)
	var order []int64
	for i, v := range votes {
		if v.AuthorID == 0 || v.Score <= 0 {
			continue
		}
		t := people[v.AuthorID]
		if t == nil {
			t = &tally{}
			people[v.AuthorID] = t
			order = append(order, v.AuthorID)
		}
		t.count(v, prior(v, now), votes[0].Score, i)
	}
	scores := make(map[int64]float64, len(people))
	for _, by := range []func(t *tally) float64{
		func(t *tally) float64 { return t.exp * t.n },
		func(t *tally) float64 { return t.power * math.Sqrt(t.n) },
		func(t *tally) float64 { return t.sum },
	} {
		slices.SortStableFunc(order, func(a, b int64) int { return descending(by(people[a]), by(people[b])) })
		for rank, id := range order {
			scores[id] += 1 / (fusion + float64(rank+1))
		}
	}
	slices.SortStableFunc(order, func(a, b int64) int { return descending(scores[a], scores[b]) })
	out := make([]Ranked, len(order))
	for i, id := range order {
		out[i] = Ranked{Person: id, Score: scores[id], Evidence: people[id].evidence}
	}
	return out
}

// count adds the vote v, which weighs w and comes at rank, counted from 0.
func (t *tally) count(v Vote, w, top float64, rank int) {
	relative := v.Score / top
	t.n++
	t.exp += w * math.Exp((v.Score-top)/expScale)
	t.power += w * relative * relative * relative * relative
	if rank < combDepth {
		t.sum += w * relative
	}
	if len(t.evidence) < MaxEvidence {
		t.evidence = append(t.evidence, v)
	}
}

// prior is what a contribution is worth before its words are looked at: 1, more when accepted or found useful, less with
// age.
func prior(v Vote, now int64) float64 {
	w := 1 + 0.1*math.Log1p(float64(max(v.Votes, 0)))
	if v.Accepted {
		w += 0.3
	}
	if years := float64(now-v.Created) / microYear; years > 0 {
		w *= math.Exp2(-years / halfLife)
	}
	return w
}

func descending(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}
