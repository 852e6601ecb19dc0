// Package evaluate measures how well a hub finds things, on whatever is in it: queries and judgements in the formats of TREC go
// in, the usual measures come out. It asks through the same doors as the pages do, as somebody with the same permissions, so
// that what it measures is what people get.
package evaluate

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/find"
	"watercooler/auth"
)

// Finder is package find, as far as measuring needs it.
type Finder interface {
	Search(ctx context.Context, v auth.Viewer, q find.Query) (find.Results, error)
}

// Ranker names people who may know about a text, best first, by their ids.
type Ranker func(ctx context.Context, v auth.Viewer, text string, limit int) ([]int64, error)

// The parts of a query that are asked.
const (
	FieldTitle = "title" // the short text
	FieldText  = "text"  // the longer one; the short one where there is none
	FieldBoth  = "both"  // the short text and the beginning of the longer one, as somebody pastes a question
)

// mostText is how much of the longer text FieldBoth asks, in characters.
const mostText = 600

// Options say what is measured.
type Options struct {
	Sets        []Set
	Field       string   // "" is FieldTitle for search and FieldBoth for experts
	Kinds       []string // only hits of these kinds: question, post …
	ExcludeSelf bool     // the document that the query is itself is no answer to it
	Depth       int      // hits asked for; 0 is 1,000
	Run         io.Writer
	PerQuery    io.Writer
	Progress    func(done, total int)
}

// Set is a collection of queries and what is known about the answers.
type Set struct {
	Name           string // in the table
	Queries, Qrels string // paths
	Source         string // what external ids begin with; "": it follows from the judgements
}

// DefaultDepth is how many hits count for MAP.
const DefaultDepth = 1000

// pageSize is how many hits a page of results has, and deepPage how many are asked for at once beyond the first.
const (
	pageSize = 20
	deepPage = 100
)

// Service measures the hub in d.
type Service struct {
	db   *db.DB
	find Finder
	rank Ranker
}

// New returns a Service that asks find for results and rank for people.
func New(d *db.DB, find Finder, rank Ranker) *Service {
	return &Service{db: d, find: find, rank: rank}
}

// Result is what one set came to.
type Result struct {
	Set      string
	Queries  int // asked
	Judged   int // of these, with something relevant; the measures are means over them
	Empty    int // asked, and nothing was found
	Missing  int // relevant documents or people that are not in the hub
	Mean     Scores
	Error    Scores // standard errors of the means
	TailMRR  float64
	TailErr  float64
	Tail     int // judged queries none of whose people is among the ten most active
	Popular  Baseline
	Random   Baseline
	Took     time.Duration // the middle one
	TookMost time.Duration // of 99 in 100

	all, tail, popular, popularTail, random, randomTail []Scores
	took                                                []time.Duration
}

// Baseline is what a ranking that does not read the query comes to.
type Baseline struct {
	Mean    Scores
	TailMRR float64
}

// Search asks for documents.
func (s *Service) Search(ctx context.Context, v auth.Viewer, o Options) ([]Result, error) {
	o.defaults(FieldTitle)
	docs, err := s.documents(ctx)
	if err != nil {
		return nil, fmt.Errorf("read external ids: %w", err)
	}
	return s.each(o, docs.names, func(r *Result, m *matcher, q query) error {
		ranked, took, err := s.searched(ctx, v, o, q, docs)
		if err != nil {
			return err
		}
		r.count(ranked, took)
		ranked = m.others(q.id, ranked)
		r.judge(q, ranked)
		return o.write(m, q, ranked)
	})
}

// each reads the sets and calls do with every query.
func (s *Service) each(o Options, known names, do func(r *Result, m *matcher, q query) error) ([]Result, error) {
	var out []Result
	for _, set := range o.Sets {
		queries, gold, err := readSet(set)
		if err != nil {
			return nil, err
		}
		m, err := newMatcher(set.Source, gold, queries, o.ExcludeSelf, known)
		if err != nil {
			return nil, err
		}
		r := Result{Set: set.Name, Missing: m.missing}
		for i, q := range queries {
			q.text, q.gold = q.asked(o.Field), m.grades(gold[q.id])
			if err := do(&r, m, q); err != nil {
				return nil, fmt.Errorf("query %s: %w", q.id, err)
			}
			if o.Progress != nil {
				o.Progress(i+1, len(queries))
			}
		}
		if len(r.all) == 0 {
			return nil, errs.Invalidf("None of the queries in %s has a relevant answer in %s. Do they belong together?", set.Queries, set.Qrels)
		}
		r.finish()
		out = append(out, r)
	}
	if len(out) > 1 {
		out = append(out, join(out))
	}
	return out, nil
}

func (o *Options) defaults(field string) {
	if o.Field == "" {
		o.Field = field
	}
	if o.Depth <= 0 {
		o.Depth = DefaultDepth
	}
}

// searched asks one query and returns what was found as external ids, best first. The time is that of the first page, which
// is what somebody waits for.
func (s *Service) searched(ctx context.Context, v auth.Viewer, o Options, q query, docs *documents) ([]string, time.Duration, error) {
	ask := find.Query{Text: q.text, Kinds: o.Kinds, Limit: pageSize, Page: 1}
	begin := time.Now()
	res, err := s.find.Search(ctx, v, ask)
	took := time.Since(begin)
	if err != nil {
		return nil, 0, err
	}
	if o.Depth > pageSize && res.More {
		ask.Limit = deepPage
		var hits []find.Hit
		for len(hits) < o.Depth && res.More {
			if res, err = s.find.Search(ctx, v, ask); err != nil {
				return nil, 0, err
			}
			hits = append(hits, res.Hits...)
			ask.Page++
		}
		res.Hits = hits
	}
	var ranked []string
	seen := map[string]bool{}
	for _, h := range res.Hits {
		id := credited(docs.of(h.Ref), q.gold, seen)
		if id != "" {
			seen[id] = true
			ranked = append(ranked, id)
		}
	}
	return ranked[:min(len(ranked), o.Depth)], took, nil
}

// credited says which document a hit is counted as. A hit is a thread with its replies: it stands in one place of the ranking
// and counts as the best judged of them that has not been counted yet.
func credited(ids []string, gold map[string]int, seen map[string]bool) string {
	best := ""
	for _, id := range ids {
		if !seen[id] && (best == "" || gold[id] > gold[best]) {
			best = id
		}
	}
	return best
}

// count counts one query.
func (r *Result) count(ranked []string, took time.Duration) {
	r.Queries++
	r.took = append(r.took, took)
	if len(ranked) == 0 {
		r.Empty++
	}
}

// judge counts a query that is not without relevant answers.
func (r *Result) judge(q query, ranked []string) {
	if len(q.gold) > 0 {
		r.all = append(r.all, score(ranked, q.gold))
	}
}

// finish turns what was counted into means.
func (r *Result) finish() {
	r.Judged, r.Tail = len(r.all), len(r.tail)
	r.Mean, r.Error = means(r.all)
	tail, tailErr := means(r.tail)
	r.TailMRR, r.TailErr = tail.RR, tailErr.RR
	for _, b := range []struct {
		to        *Baseline
		all, tail []Scores
	}{{&r.Popular, r.popular, r.popularTail}, {&r.Random, r.random, r.randomTail}} {
		b.to.Mean, _ = means(b.all)
		tail, _ := means(b.tail)
		b.to.TailMRR = tail.RR
	}
	slices.Sort(r.took)
	if n := len(r.took); n > 0 {
		r.Took, r.TookMost = r.took[n/2], r.took[n*99/100]
	}
}

// join is the result over the queries of all sets.
func join(list []Result) Result {
	r := Result{Set: "all"}
	for _, x := range list {
		r.Queries, r.Empty, r.Missing = r.Queries+x.Queries, r.Empty+x.Empty, r.Missing+x.Missing
		r.all, r.tail, r.took = append(r.all, x.all...), append(r.tail, x.tail...), append(r.took, x.took...)
		r.popular, r.popularTail = append(r.popular, x.popular...), append(r.popularTail, x.popularTail...)
		r.random, r.randomTail = append(r.random, x.random...), append(r.randomTail, x.randomTail...)
	}
	r.finish()
	return r
}

// write adds a query to the files that were asked for.
func (o Options) write(m *matcher, q query, ranked []string) error {
	if o.Run != nil {
		for i, id := range ranked {
			// TREC wants a score that falls; the rank says all that is meant.
			if _, err := fmt.Fprintf(o.Run, "%s Q0 %s %d %d watercooler\n", q.id, m.short(id), i+1, len(ranked)-i); err != nil {
				return err
			}
		}
	}
	if o.PerQuery != nil && len(q.gold) > 0 {
		s := score(ranked, q.gold)
		_, err := fmt.Fprintf(o.PerQuery, "%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%s\n", q.id, s.NDCG, s.AP, s.RR, s.R10, s.R100, strings.ReplaceAll(q.text, "\t", " "))
		return err
	}
	return nil
}
