package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A Need is what somebody wants to know, and whose word on it counts.
type Need struct {
	Text      string   // a word, or a whole question as it was typed or pasted
	Topics    []string // slugs; nobody is ranked by what is about none of them, unless there are none
	Audiences []string // what the reader may read; none means nobody is found
	Except    []int64  // people left out
	Outside   int64    // a thread whose own contributions do not count, 0 for none
	Limit     int
	Synonyms  Synonyms
}

// A Vote is a contribution that matches a need, and so speaks for its author.
type Vote struct {
	ID, Type string
	Thread   int64
	Score    float64
	Created  int64 // Unix microseconds, to the second
	Accepted bool
	Votes    int
}

// A Ranked person, with the contributions that put them there, best first.
type Ranked struct {
	Person   int64
	Score    float64 // the best is 1; only the order and the ratio mean something
	Evidence []Vote
}

// MaxEvidence is how many contributions are kept of each person.
const MaxEvidence = 5

// Parameters of the voting. None is of one collection: each is the same for all of them, and what differs from community to community,
// how fast it moves and how few people say how much of it, is read from the contributions that were found.
const (
	voteDepth   = 3_000 // contributions asked for their vote
	fewTerms    = 6     // a need of so few words is taken by what its matches say alone
	voteTerms   = 4.0   // a question of so many words halves how strictly it is taken
	strictest   = 5.0   // exponents of relative scores
	mildest     = 2.0
	strictness  = 20.0 // the exponent where half of the authors wrote one thing, before it is bounded
	clockDepth  = 100  // contributions that say when the need is about
	clockPower  = 4.0
	clockShare  = 0.9  // of their weight lies before the time to reckon from
	lifetimes   = 2.0  // half-lives: how much older than that time the middle one of them is
	shortest    = 0.1  // years
	longest     = 10.0 // years
	worthVotes  = 0.05 // more, for each doubling of votes
	worthAnswer = 0.15 // more, for what settled a question
	voteSlope   = 0.75 // contributions differ more in length than threads do
)

// voteFields are what is ranked of contributions: a thread's own words without what others replied, and replies.
var voteFields = []weightedField{
	{fieldTitle, 3}, {fieldTopics, 1.5}, {fieldBody, 1}, {fieldFiles, 0.4}, {fieldReplyBody, 1}, {fieldReplyTitle, 1},
}

// Experts ranks people by what they wrote that matches a need: replies, and threads that are not questions, because asking shows
// interest and never knowledge. Like every query it sees only what the reader may read. What several people wrote together
// speaks for each of them.
//
// Looking at documents rather than at a profile of everything somebody wrote is Model 2 of Balog, Azzopardi and de Rijke ("Formal
// Models for Expert Finding in Enterprise Corpora", SIGIR 2006; "A language modeling framework for expert finding", IP&M 2009), and
// letting documents vote for their authors is Macdonald and Ounis ("Voting for Candidates: Adapting Data Fusion Techniques for an
// Expert Search Task", CIKM 2006). Their CombSUM adds up scores, so that whoever wrote most wins; their expCombMNZ lets the best
// matches decide. Which of them is right depends on the community. Here one family has both as its ends, and two things that the
// contributions themselves say choose within it:
//
//		weight(d)  = (score(d) / best score)^p · 2^(−age(d) / half-life) · worth(d)
//		score(a)   = Σ weight(d) over the contributions of a
//
//	  - p, how strictly a match is taken, falls from 5 to 2 with the root of how much the authors of the best matches have written
//	    altogether. In chat thousands of short messages say little each, and mass tells; where people write seldom, the best match does. A
//	    short query is taken less strictly than a long one, for all its matches are alike.
//	  - Age is reckoned from when the need itself was about, the time before which nine tenths of the best matches lie, and the half-life
//	    is twice the age of the middle one. What is asked about a project of three years ago is known by those who were on it; in a
//	    chat room that is last week. It is a year where contributions are spread over some months, which is the usual case.
//
// The votes are counted twice, and each person's shares of the best are added up: once in the order of the need as it was put, and once
// with the words that its best matches share added to it (RM3, see widen). One finds whoever wrote just that, the other whoever wrote
// about the same thing in other words. A need of few words is taken by the second alone: a topic's name says too little.
//
// Measured on the four development collections together, as departments of one hub (731 questions, none of whose departments is
// given): MRR .304, nDCG@10 .290, and .259 where none of the ten most active is an answer; each by itself: quantumcomputing .569, digitalgov
// .364, its topics .603, PEPs .332, slack .272. By the first count alone: .307, and .548, .340, .575, .325, .265. What was tried and is
// not here: the widened need alone, .297; reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) of CombSUM, expCombMNZ and a
// voting between them, halved by the year, .266, and with a profile model .275; this voting fused with the profile model, .303, better
// for long documents and worse for short topics; half-lives of 1, 2 and 4 years for all, .290, .286, .277; how much a person has written,
// altogether or among the matches, as a prior of any strength and sign: what one collection gains by it another loses. A vote count and
// acceptance change little, and stay because people expect them to count.
func (x *Index) Experts(ctx context.Context, n Need) (out []Ranked, err error) {
	if n.Limit < 1 {
		return nil, nil
	}
	err = x.see(ctx, func(v *view) error {
		votes, a, err := x.votes(v, n)
		if err != nil || len(votes) == 0 {
			return err
		}
		widened := slices.Clone(votes)
		if err := x.widen(&a, widened); err != nil {
			return err
		}
		slices.SortStableFunc(widened, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
		ballots := [][]hit{votes, widened}
		if len(a.q.terms) <= fewTerms {
			ballots = ballots[1:]
		}
		out, err = v.elect(ballots, len(a.q.terms), n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find who knows: %w", err)
	}
	return out[:min(len(out), n.Limit)], nil
}

// votes returns the contributions that best match n, best first, and what was asked for them; none when n says nothing.
func (x *Index) votes(v *view, n Need) ([]hit, asked, error) {
	p := Parse(n.Text)
	p.Phrases, p.Not = nil, nil // in a pasted question they are no order
	q := Query{Audiences: n.Audiences, Types: []string{"thread", "reply"}, Synonyms: n.Synonyms}
	g, err := x.gate(v, q, p)
	if err != nil {
		return nil, asked{}, err
	}
	all := allOf{is(fieldEvidence, "1"), g}
	if len(n.Topics) > 0 {
		all = append(all, terms{fieldTopic, n.Topics})
	}
	gate := gate(all)
	if n.Outside != 0 {
		gate = without{all, is(fieldThread, strconv.FormatInt(n.Outside, 10))}
	}
	pl, err := x.understand(v, q, &p, voteFields)
	if err != nil || len(pl.terms) == 0 {
		return nil, asked{}, err
	}
	for i := range pl.terms { // a word that a long question keeps saying says less each time
		pl.terms[i].weight = math.Sqrt(pl.terms[i].weight)
	}
	ask := asked{view: v, q: bm25f{fields: pl.fields, terms: pl.terms, types: q.Types, slope: voteSlope, average: v.stats.contribution}}
	found, _, err := v.rank(ask.q, gate, voteDepth)
	if err != nil {
		return nil, asked{}, err
	}
	votes := make([]hit, len(found))
	for i, m := range found {
		votes[i] = hit{match: m}
		if votes[i].facts, err = m.facts(); err != nil {
			return nil, asked{}, err
		}
	}
	return votes, ask, nil
}

// elect lets votes speak for their authors, by each of the ballots: the same votes in one order or another, best first. A person's
// score is the sum of their shares of the best on each. What speaks for them is named as the first ballot has it.
func (v *view) elect(ballots [][]hit, terms int, n Need) ([]Ranked, error) {
	people := make(map[int64]*Ranked)
	for i, votes := range ballots {
		power, err := v.power(votes, terms)
		if err != nil {
			return nil, err
		}
		scores, best := tally(votes, power, n.Except)
		for author, score := range scores {
			if people[author] == nil {
				people[author] = &Ranked{Person: author}
			}
			people[author].Score += score / best
		}
		if i > 0 {
			continue
		}
		for _, vote := range votes {
			for _, author := range vote.authors {
				if r := people[author]; r != nil && len(r.Evidence) < MaxEvidence {
					r.Evidence = append(r.Evidence, Vote{
						ID: vote.id, Type: typeOf(vote.id), Thread: vote.thread, Score: vote.score, Created: vote.created,
						Accepted: vote.has(flagAccepted), Votes: vote.votes,
					})
				}
			}
		}
	}
	out := make([]Ranked, 0, len(people))
	for _, r := range people {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Ranked) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Person, b.Person)) })
	for i := len(out) - 1; i >= 0; i-- {
		out[i].Score /= out[0].Score
	}
	return out, nil
}

// tally adds up what votes, which come best first, are worth to each of their authors but those left out, and says what the best has.
func tally(votes []hit, power float64, except []int64) (scores map[int64]float64, best float64) {
	clock := clockOf(votes)
	scores = make(map[int64]float64)
	for _, vote := range votes {
		weight := math.Pow(vote.score/votes[0].score, power) * clock.weight(vote.created) * vote.worth()
		for _, author := range vote.authors {
			if !slices.Contains(except, author) {
				scores[author] += weight
				best = max(best, scores[author])
			}
		}
	}
	return scores, best
}

// worth is what a contribution is worth whatever was asked for.
func (f *facts) worth() float64 {
	w := 1 + worthVotes*math.Log2(1+float64(f.votes))
	if f.has(flagAccepted) {
		w += worthAnswer
	}
	return w
}

// power returns how strictly matches are taken: the exponent of their relative scores.
func (v *view) power(votes []hit, terms int) (float64, error) {
	written := make(map[int64]int)
	var all []int // for each author of the best matches, how much they have written altogether
	for _, vote := range votes[:min(clockDepth, len(votes))] {
		for _, author := range vote.authors {
			n, ok := written[author]
			if !ok {
				var err error
				if n, err = v.docs(fieldExpert, strconv.FormatInt(author, 10)); err != nil {
					return 0, err
				}
				written[author] = n
			}
			all = append(all, max(1, n))
		}
	}
	slices.Sort(all)
	middle := 1
	if len(all) > 0 {
		middle = all[len(all)/2]
	}
	p := min(max(strictness/math.Sqrt(float64(middle)), mildest), strictest)
	return p * float64(terms) / (float64(terms) + voteTerms), nil
}

// A clock says when a need is about, and how fast what is known of it fades.
type clock struct {
	from     int64 // Unix microseconds: nothing later is older than that
	halfLife float64
}

// clockOf reads the clock from the best votes.
func clockOf(votes []hit) clock {
	type moment struct {
		at     int64
		weight float64
	}
	var moments []moment
	sum := 0.0
	for _, vote := range votes[:min(clockDepth, len(votes))] {
		w := math.Pow(vote.score/votes[0].score, clockPower)
		moments = append(moments, moment{vote.created, w})
		sum += w
	}
	slices.SortFunc(moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	quantile := func(share float64) int64 {
		before := 0.0
		for _, m := range moments {
			if before += m.weight; before >= share*sum {
				return m.at
			}
		}
		return moments[len(moments)-1].at
	}
	from := quantile(clockShare)
	age := float64(from-quantile(0.5)) / microYear
	return clock{from: from, halfLife: min(max(lifetimes*age, shortest), longest)}
}

// weight is what is left of something written at a time, in Unix microseconds.
func (c clock) weight(at int64) float64 {
	return math.Exp2(-max(0, float64(c.from-at)/microYear) / c.halfLife)
}
