package find

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// How much is kept of what stands beside a thread: a little more than a page shows, since some of it may be gone or be the
// reader.
const (
	relatedKept  = 10 // ids
	knowingRank  = 20 // people looked at
	knowingKept  = 6  // people
	knowingExtra = 2  // more than asked for: the asker and the reader are left out
)

// beside returns v with the audiences that count beside a thread: those that many people share, and that of the network it lives
// in. Hardly two people are in the same networks; with all of them in the key nothing that is kept would be found again.
func beside(v auth.Viewer, t threads.Thread) auth.Viewer {
	switch {
	case len(v.Memberships()) == 0:
		return v
	case v.MemberOf(t.Network.ID):
		return v.In(auth.Membership{Network: t.Network.ID})
	}
	return v.In()
}

// Related returns threads like another one. The ids are kept for a while for each thread and set of audiences; whether the
// viewer may read them is asked anew each time.
func (s *Service) Related(ctx context.Context, v auth.Viewer, t threads.Thread, limit int) ([]threads.Related, error) {
	near, id := beside(v, t), t.ID
	ids, ok := s.related.get(id, near.Audiences())
	if !ok {
		title, err := selectTitle(ctx, s.db, v, id)
		if errs.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the title of thread %d: %w", id, err)
		}
		if ids, err = s.alike(ctx, near, title, id, relatedKept); err != nil {
			return nil, fmt.Errorf("find threads like %d: %w", id, err)
		}
		s.related.put(id, near.Audiences(), ids)
	}
	return s.describe(ctx, v, ids, limit)
}

// Alike returns threads that ask what text asks, best first.
func (s *Service) Alike(ctx context.Context, v auth.Viewer, text string, limit int) ([]threads.Related, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	ids, err := s.alike(ctx, v, text, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("find threads that ask the same: %w", err)
	}
	return s.describe(ctx, v, ids, limit)
}

// alike returns the ids of threads like text, except one.
func (s *Service) alike(ctx context.Context, v auth.Viewer, text string, except int64, limit int) ([]int64, error) {
	found, err := s.index.Similar(ctx, text, v.Audiences(), except, limit)
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.Thread
	}
	return ids, err
}

// describe reads the first of the threads that v may read now, in the same order. More are kept than are shown, and the rest is
// read only in the place of some that were withdrawn.
func (s *Service) describe(ctx context.Context, v auth.Viewer, ids []int64, limit int) ([]threads.Related, error) {
	var out []threads.Related
	for len(ids) > 0 && len(out) < limit {
		next := ids[:min(len(ids), limit)]
		rows, err := threadsBeside(ctx, s.db, v, next)
		if err != nil {
			return nil, fmt.Errorf("read threads: %w", err)
		}
		for _, id := range next {
			if t, ok := rows[id]; ok && len(out) < limit {
				out = append(out, t)
			}
		}
		ids = ids[len(next):]
	}
	return out, nil
}

// Knowing names people who may know about a thread, other than its author, the viewer, and those whose only evidence is what
// they wrote in it. They are kept for a while for each thread and set of audiences, so that a page that is read often asks the
// index once. What is kept of the evidence is a count and a topic, never words of it.
func (s *Service) Knowing(ctx context.Context, v auth.Viewer, t threads.Thread, limit int) ([]threads.Knower, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	with := beside(v, t)
	kept, ok := s.knowing.get(t.ID, with.Audiences())
	if !ok {
		found, err := s.experts(ctx, with, t.Title, t.ID, knowingRank)
		if err != nil {
			return nil, err
		}
		topics := make([]string, len(t.Topics))
		for i, topic := range t.Topics {
			topics[i] = topic.Name
		}
		found = near(found, topics)
		kept = knowers(found[:min(len(found), knowingKept)], topics...)
		s.knowing.put(t.ID, with.Audiences(), kept)
	}
	return others(kept, limit, v.Person, t.Author.ID), nil
}

// near returns those of the ranked people who wrote on one of the topics; all of them when nobody did. Single words of a title
// match by accident, above all where little is written yet; whoever chose its topics did not.
func near(found []Expert, topics []string) []Expert {
	var out []Expert
	for _, e := range found {
		if slices.ContainsFunc(e.Evidence, func(h Hit) bool { return h.on(topics) }) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return found
	}
	return out
}

// MayKnow names people, other than the viewer, who may know about text.
func (s *Service) MayKnow(ctx context.Context, v auth.Viewer, text string, limit int) ([]threads.Knower, error) {
	found, err := s.Experts(ctx, v, text, limit+knowingExtra)
	if err != nil {
		return nil, err
	}
	return others(knowers(found), limit, v.Person), nil
}

func knowers(found []Expert, topics ...string) []threads.Knower {
	list := make([]threads.Knower, len(found))
	for i, e := range found {
		p := e.Person
		list[i] = threads.Knower{
			Author:   threads.Author{ID: p.ID, Handle: p.Handle, Name: p.Name, Photo: p.Photo, Unit: p.Unit},
			Evidence: e.Why(topics...),
		}
	}
	return list
}

// others returns the first of list without certain people.
func others(list []threads.Knower, limit int, except ...int64) []threads.Knower {
	var out []threads.Knower
next:
	for _, k := range list {
		for _, id := range except {
			if k.ID == id {
				continue next
			}
		}
		if len(out) < limit {
			out = append(out, k)
		}
	}
	return out
}
