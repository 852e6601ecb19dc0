package insights

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
)

// ConsumerName is who is told of events; servers on one database share the work. Where it was never known, nothing has been
// counted yet: see Recount.
const ConsumerName = "insights"

// batchSize is how many threads are read and written in one transaction.
const batchSize = 200

// linger is how long events are gathered while many come: whatever happens to a thread in that time, it is read once.
const linger = time.Second

// lock is held by every transaction that writes facts or figures.
const lock = "insights"

// Consumer returns what keeps the ledger level with what happens. It re-reads the threads that events are about and writes what
// differs, so that events may come late, twice or in any order, and raises the version of the months they are in. The figures of
// such months are made by Settle.
//
// Figures are not kept as sums to which differences are added, as the ledger of experts does: what may be shown of one unit
// depends on what is shown of its neighbours, and a median on all its values, so that one reply may change any figure of its month. A
// month is made whole instead; that takes about 0.2 s for 70,000 replies, once for however many events came in between.
func (s *Service) Consumer() event.Consumer {
	return event.Consumer{
		Name: ConsumerName,
		Verbs: []string{
			"thread.", "reply.", "post.", "decision.", "stance.", "signal.", "reflection.", "gap.", "topic.merged",
			"network.narrowed", "person.", "people.", "hub.", "import.",
		},
		Batch:  batchSize,
		Linger: linger,
		Handle: s.handle,
	}
}

// touched is what some events are about.
type touched struct {
	threads              map[int64]bool
	replies, reflections []int64
	networks, topics     []int64
	everything           bool // where people are, and so any month
}

func (s *Service) handle(ctx context.Context, events []event.Event) error {
	t := touched{threads: make(map[int64]bool)}
	for _, e := range events {
		if err := t.add(e); err != nil {
			return err
		}
	}
	for _, of := range []struct {
		statement string
		ids       []int64
	}{{threadsOfNetwork, t.networks}, {threadsOfTopic, t.topics}} {
		for _, id := range of.ids {
			if err := db.Walk(ctx, s.db, of.statement, id, batchSize, func(ids []int64) error { return s.level(ctx, ids) }); err != nil {
				return err
			}
		}
	}
	for _, of := range []struct {
		statement string
		ids       []int64
	}{{threadsOfReplies, t.replies}, {threadsOfReflections, t.reflections}} {
		more, err := db.QueryIn(ctx, s.db, of.statement, of.ids)
		if err != nil {
			return fmt.Errorf("find threads: %w", err)
		}
		for _, id := range more {
			t.threads[id] = true
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(t.threads)), batchSize) {
		if err := s.level(ctx, ids); err != nil {
			return err
		}
	}
	if t.everything {
		return s.db.Tx(ctx, func(tx *db.Tx) error { return raiseAll(ctx, tx) })
	}
	return nil
}

func (t *touched) add(e event.Event) error {
	if e.Verb == event.BatchVerb {
		var ids struct{ Threads, Replies, People []int64 }
		if err := json.Unmarshal([]byte(e.Data), &ids); err != nil {
			return fmt.Errorf("read data of event %d: %w", e.ID, err)
		}
		for _, id := range ids.Threads {
			t.threads[id] = true
		}
		t.replies = append(t.replies, ids.Replies...)
		t.everything = t.everything || len(ids.People) > 0
		return nil
	}
	for _, ref := range []event.Ref{e.Object, e.Target} {
		switch ref.Kind {
		case "thread", "decision", "signal":
			t.threads[ref.ID] = true
		case "reply":
			t.replies = append(t.replies, ref.ID)
		case "reflection":
			t.reflections = append(t.reflections, ref.ID)
		case "network":
			t.networks = append(t.networks, ref.ID)
		case "topic":
			t.topics = append(t.topics, ref.ID)
		case "gap", "unit", "organisation", "import":
			t.everything = true
		case "person":
			// An edit that moves nobody has no data: a new phone number changes no figure.
			t.everything = t.everything || e.Verb != "person.edited" || e.Data != ""
		}
	}
	return nil
}

// level makes the facts of some threads what the threads are now, and raises the version of each month in which something
// changed, and of those in which the threads were opened: what others say in a discussion is a figure of the month it began.
func (s *Service) level(ctx context.Context, ids []int64) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, lock); err != nil {
			return err
		}
		have, want, err := s.compare(ctx, tx, ids)
		if err != nil {
			return err
		}
		return rewrite(ctx, tx, have, want)
	})
	if err != nil {
		return fmt.Errorf("count what %d threads add to the figures: %w", len(ids), err)
	}
	return nil
}

// rewrite makes have, facts as they are, into want.
func rewrite(ctx context.Context, tx *db.Tx, have, want []fact) error {
	before, after := byThread(have), byThread(want)
	months := make(map[Month]bool)
	var changed []int64
	var fresh []fact
	for _, list := range []map[int64][]fact{before, after} {
		for id := range list {
			if slices.Equal(before[id], after[id]) || slices.Contains(changed, id) {
				continue
			}
			changed = append(changed, id)
			fresh = append(fresh, after[id]...)
			for _, f := range slices.Concat(before[id], after[id]) {
				months[f.month] = true
			}
		}
	}
	if len(changed) == 0 {
		return nil
	}
	slices.Sort(changed)
	slices.SortFunc(fresh, byPlace)
	if _, err := tx.ExecIn(ctx, "DELETE FROM insight_facts WHERE thread_id IN ($1)", changed); err != nil {
		return err
	}
	if err := insertFacts(ctx, tx, fresh); err != nil {
		return err
	}
	return raise(ctx, tx, slices.Sorted(maps.Keys(months)))
}

func byThread(list []fact) map[int64][]fact {
	out := make(map[int64][]fact)
	for _, f := range list {
		out[f.thread] = append(out[f.thread], f)
	}
	return out
}

// Progress is told how many threads of how many have been counted.
type Progress func(done, total int)

// Recount makes the ledger and the figures anew from the threads.
func (s *Service) Recount(ctx context.Context, tell Progress) error {
	total, err := countThreads(ctx, s.db)
	if err != nil {
		return fmt.Errorf("count threads: %w", err)
	}
	done := 0
	err = db.Walk(ctx, s.db, threadsAfter, 0, batchSize, func(ids []int64) error {
		if err := s.level(ctx, ids); err != nil {
			return err
		}
		done += len(ids)
		if tell != nil {
			tell(done, total)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return raiseAll(ctx, tx) }); err != nil {
		return fmt.Errorf("make all figures anew: %w", err)
	}
	return s.Settle(ctx)
}

// Check returns how many facts and figures are not what a recount would make. While events wait, they may differ; drain the
// dispatcher before.
func (s *Service) Check(ctx context.Context) (wrong int, err error) {
	err = db.Walk(ctx, s.db, threadsAfter, 0, batchSize, func(ids []int64) error {
		have, want, err := s.compare(ctx, s.db, ids)
		wrong += differing(have, want)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("check what is counted: %w", err)
	}
	n, err := s.checkFigures(ctx)
	if err != nil {
		return 0, fmt.Errorf("check figures: %w", err)
	}
	return wrong + n, nil
}

// differing counts the values that only one of the two has.
func differing[T comparable](have, want []T) (n int) {
	all := make(map[T]bool, len(have))
	for _, v := range have {
		all[v] = true
	}
	for _, v := range want {
		if !all[v] {
			n++
		}
		delete(all, v)
	}
	return n + len(all)
}

// Erase removes, in tx, everything about threads and people that will not be there any more.
func Erase(ctx context.Context, tx *db.Tx, threads, people []int64) error {
	if err := tx.Lock(ctx, lock); err != nil {
		return err
	}
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM insight_facts WHERE thread_id IN ($1)", threads},
		{"DELETE FROM insight_facts WHERE person_id IN ($1)", people},
		{"DELETE FROM insight_looks WHERE person_id IN ($1)", people},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase figures: %w", err)
		}
	}
	return raiseAll(ctx, tx)
}
