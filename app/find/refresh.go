package find

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/auth"
	"watercooler/search"
)

// gapsLock keeps changes of gaps apart, in whatever process.
const gapsLock = "gaps"

const (
	mostNeeds  = 600 // ways of asking that are looked at, the most frequent first
	mostTried  = 150 // of them that are searched for again, to compare what they find
	foundFirst = 10  // results that are compared
)

// RefreshGaps opens and closes gaps by the searches of the last 90 days.
//
// A gap opens when searches that ask the same have failed oftenLooked times since it was last closed, the most frequent first, as long
// as there are fewer than mostGaps. It closes as found once a search for it finds enough and something is opened, unless it fails
// oftenLooked times again; as faded when fewer than that look for it in 90 days; and when more than mostGaps are open, as faded too, the
// least looked for first, but never while somebody looks into it.
func (s *Service) RefreshGaps(ctx context.Context) error {
	since := s.now().AddDate(0, 0, -gapDays)
	called, err := s.called.of(ctx, s.db, auth.Operator())
	if err != nil {
		return err
	}
	needs, err := s.needs(ctx, called, since)
	if err != nil {
		return fmt.Errorf("read what is looked for: %w", err)
	}
	open, err := selectOpenGaps(ctx, s.db, since)
	if err != nil {
		return fmt.Errorf("read open gaps: %w", err)
	}
	led := make([]cluster, len(open))
	for i, g := range open {
		led[i] = cluster{gap: g.id, lead: need{said: g.said, stems: called.Canonical(g.said)}}
	}
	plan := planGaps(open, gather(led, needs))
	for i, c := range plan.close {
		if c.why == WhyFound {
			if plan.close[i].answer, err = s.answerSince(ctx, c.said, c.openedAt); err != nil {
				return fmt.Errorf("look for what answers gap %d: %w", c.id, err)
			}
		}
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, gapsLock); err != nil {
			return err
		}
		return s.applyGaps(ctx, tx, plan)
	})
	if err != nil {
		return fmt.Errorf("refresh gaps: %w", err)
	}
	return nil
}

// needs reads what was looked for and failed, with its stems and, of the most frequent, what it finds for everybody.
func (s *Service) needs(ctx context.Context, called *search.Glossary, since time.Time) ([]need, error) {
	list, err := selectNeeds(ctx, s.db, since, mostNeeds)
	if err != nil {
		return nil, err
	}
	readers, err := s.everybody(ctx)
	if err != nil {
		return nil, err
	}
	tried := 0
	for i := range list {
		n := &list[i]
		n.stems = called.Canonical(n.said)
		if n.hits < fewFound || tried == mostTried {
			continue
		}
		tried++
		found, err := s.index.Search(ctx, search.Query{Text: n.said, Audiences: readers, Limit: foundFirst, Synonyms: called})
		if err != nil {
			return nil, err
		}
		if len(found.Hits) < fewFound {
			continue
		}
		for _, h := range found.Hits {
			n.found = append(n.found, h.ID)
		}
	}
	return list, nil
}

// everybody are the audiences that everybody of the organisation that runs the hub is in.
func (s *Service) everybody(ctx context.Context) ([]string, error) {
	home, err := selectHome(ctx, s.db)
	return []string{auth.AudiencePublic, auth.AudienceHub, auth.OrgAudience(home)}, err
}

// answerSince returns the best thread for a search that was written after a time and that everybody may read, 0 for none.
func (s *Service) answerSince(ctx context.Context, said string, since time.Time) (int64, error) {
	readers, err := s.everybody(ctx)
	if err != nil {
		return 0, err
	}
	found, err := s.index.Search(ctx, search.Query{Text: said, Audiences: readers, Types: []string{"thread"}, Limit: foundFirst})
	if err != nil {
		return 0, err
	}
	ids := make([]int64, 0, len(found.Hits))
	for _, h := range found.Hits {
		ids = append(ids, h.Thread)
	}
	written, err := selectWrittenSince(ctx, s.db, ids, readers, since)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if written[id] {
			return id, nil
		}
	}
	return 0, nil
}

// openGap is a gap that is open, as it stands before a refresh.
type openGap struct {
	id       int64
	said     string
	owned    bool
	openedAt time.Time
	times    int       // searches for it in 90 days, however they went
	met      time.Time // when a search for it last found enough of which something was opened; zero for never since it was opened
	since    int       // searches after that
}

// gapPlan is what a refresh changes.
type gapPlan struct {
	open  []cluster // new gaps
	join  []cluster // gaps that more ways of asking belong to, or that are mostly asked for in another
	close []gapClosing
}

// gapClosing is a gap that closes.
type gapClosing struct {
	openGap
	why    Why
	answer int64
}

// planGaps decides which gaps open and close. Clusters are those of the open gaps, in their order, and then of new ones.
func planGaps(open []openGap, clusters []cluster) (plan gapPlan) {
	type standing struct {
		cluster
		owned bool
		gap   *openGap // nil for a new one
	}
	var all []standing
	for i, c := range clusters {
		if i >= len(open) {
			if c.times() >= oftenLooked {
				all = append(all, standing{cluster: c})
			}
			continue
		}
		g := &open[i]
		switch {
		case !g.met.IsZero() && g.since < oftenLooked:
			plan.close = append(plan.close, gapClosing{openGap: *g, why: WhyFound})
		case g.times < oftenLooked && c.times() < oftenLooked:
			plan.close = append(plan.close, gapClosing{openGap: *g, why: WhyFaded})
		default:
			all = append(all, standing{c, g.owned, g})
		}
	}
	slices.SortStableFunc(all, func(a, b standing) int {
		if a.owned != b.owned {
			if a.owned {
				return -1
			}
			return 1
		}
		return cmp.Or(b.times()-a.times(), cmp.Compare(a.said(), b.said()))
	})
	for i, g := range all {
		switch kept := i < mostGaps || g.owned; {
		case kept && g.gap == nil:
			plan.open = append(plan.open, g.cluster)
		case kept:
			plan.join = append(plan.join, g.cluster)
		case g.gap != nil:
			plan.close = append(plan.close, gapClosing{openGap: *g.gap, why: WhyFaded})
		}
	}
	return plan
}

// applyGaps writes what a refresh changes.
func (s *Service) applyGaps(ctx context.Context, tx *db.Tx, plan gapPlan) error {
	told := func(verb string, id int64) error {
		return event.Append(ctx, tx, event.Event{Verb: verb, Object: event.Ref{Kind: "gap", ID: id}})
	}
	for _, c := range plan.close {
		closed, err := closeOpenGap(ctx, tx, c)
		if err != nil {
			return err
		}
		if !closed { // by somebody, a moment ago
			continue
		}
		if err := told("gap.closed", c.id); err != nil {
			return err
		}
	}
	for _, c := range plan.join {
		if err := joinGap(ctx, tx, c.gap, c); err != nil {
			return err
		}
	}
	for _, c := range plan.open {
		taken, err := selectTaken(ctx, tx, c)
		if err != nil {
			return err
		}
		if taken { // by another server, a moment ago
			continue
		}
		id, err := insertGap(ctx, tx, c.said())
		if err != nil {
			return err
		}
		if err := joinGap(ctx, tx, id, c); err != nil {
			return err
		}
		if err := told("gap.opened", id); err != nil {
			return err
		}
	}
	return nil
}
