package evaluate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/auth"
)

// active is how many of those who write most are looked past in the tail: whoever asks them anything is often right.
const active = 10

// maxPeople is how many people are ranked for a query. Who comes later adds less than .01 to a reciprocal rank.
const maxPeople = 100

// Experts asks for people. Beside the ranking of the hub it measures two that do not read the query: those who have written
// most, and chance.
func (s *Service) Experts(ctx context.Context, v auth.Viewer, o Options) ([]Result, error) {
	o.defaults(FieldBoth)
	people, err := s.people(ctx)
	if err != nil {
		return nil, fmt.Errorf("read external ids of people: %w", err)
	}
	popular, err := s.mostActive(ctx, v, people)
	if err != nil {
		return nil, fmt.Errorf("count what people wrote: %w", err)
	}
	busy := popular[:min(active, len(popular))]
	return s.each(o, people.names(), func(r *Result, m *matcher, q query) error {
		begin := time.Now()
		list, err := s.rank(ctx, v, q.text, min(o.Depth, maxPeople))
		took := time.Since(begin)
		if err != nil {
			return err
		}
		ranked := make([]string, len(list))
		for i, id := range list {
			ranked[i] = people[id].external
		}
		r.count(ranked, took)
		r.judge(q, ranked)
		if len(q.gold) == 0 {
			return nil
		}
		tail := !slices.ContainsFunc(busy, func(id string) bool { return q.gold[id] > 0 })
		r.compare(q, tail, popular)
		return o.write(m, q, ranked)
	})
}

// compare counts what the baselines come to on a query that was added.
func (r *Result) compare(q query, tail bool, popular []string) {
	most, luck := score(popular, q.gold), chance(q.gold, len(popular))
	r.popular, r.random = append(r.popular, most), append(r.random, luck)
	if tail {
		r.tail = append(r.tail, r.all[len(r.all)-1])
		r.popularTail, r.randomTail = append(r.popularTail, most), append(r.randomTail, luck)
	}
}

// mostActive returns everybody who has shown that they know something, in what v may read, who wrote most first.
func (s *Service) mostActive(ctx context.Context, v auth.Viewer, people persons) ([]string, error) {
	counts, err := s.contributions(ctx, v)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for id := range counts {
		if p := people[id]; !p.left {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = people[id].external
	}
	return out, nil
}
