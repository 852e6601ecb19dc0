package experts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/threads"
)

// ConsumerName is who is told of events; servers on one database share the work. Where it was never known, nothing has been
// counted yet: see Recount.
const ConsumerName = "experts"

// batchSize is how many threads are read and written in one transaction.
const batchSize = 200

// linger is how long events are gathered while many come: whatever happens to a thread in that time, it is read once.
const linger = time.Second

// lock is held by every transaction that writes the ledger: two that read one thread at the same time would both add the
// same difference to the sum.
const lock = "experts"

// Consumer returns what keeps contributions and expertise level with what happens. It re-reads the threads that events are
// about and writes the difference, so that events may come late, twice or in any order. Topics that are merged need no event:
// ReplaceTopic is part of that.
func (s *Service) Consumer() event.Consumer {
	return event.Consumer{
		Name:   ConsumerName,
		Verbs:  []string{"thread.", "reply.", "post.", "network.narrowed", "import."},
		Batch:  batchSize,
		Linger: linger,
		Handle: s.handle,
	}
}

func (s *Service) handle(ctx context.Context, events []event.Event) error {
	touched := make(map[int64]bool)
	var replies []int64
	for _, e := range events {
		switch {
		case e.Verb == event.BatchVerb:
			var ids struct{ Threads, Replies []int64 }
			if err := json.Unmarshal([]byte(e.Data), &ids); err != nil {
				return fmt.Errorf("read data of event %d: %w", e.ID, err)
			}
			replies = append(replies, ids.Replies...)
			for _, id := range ids.Threads {
				touched[id] = true
			}
		case e.Object.Kind == "network":
			if err := db.Walk(ctx, s.db, threadsOfNetwork, e.Object.ID, batchSize, func(ids []int64) error { return s.level(ctx, ids) }); err != nil {
				return err
			}
		default:
			for _, ref := range []event.Ref{e.Object, e.Target} { // a reply's event is aimed at its thread
				if ref.Kind == "thread" {
					touched[ref.ID] = true
				}
			}
		}
	}
	more, err := db.QueryIn(ctx, s.db, threadsOfReplies, replies)
	if err != nil {
		return fmt.Errorf("find threads of replies: %w", err)
	}
	for _, id := range more {
		touched[id] = true
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(touched)), batchSize) {
		if err := s.level(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// level makes the rows of some threads what the threads are now.
func (s *Service) level(ctx context.Context, ids []int64) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, lock); err != nil {
			return err
		}
		have, want, err := compare(ctx, tx, ids)
		if err != nil {
			return err
		}
		return rewrite(ctx, tx, have, want)
	})
	if err != nil {
		return fmt.Errorf("count what %d threads show of people: %w", len(ids), err)
	}
	return nil
}

// key names a row of expertise.
type key struct {
	person, topic int64
	audience      string
	year          int
}

// row is a row of contributions.
type row struct {
	thread int64
	key
	Counts
	last int64
}

func byPlace(a, b row) int {
	return cmp.Or(cmp.Compare(a.thread, b.thread), cmp.Compare(a.topic, b.topic), cmp.Compare(a.person, b.person), cmp.Compare(a.year, b.year))
}

// compare returns the rows that the ledger has of threads, and those it should have; both in the same order.
func compare(ctx context.Context, q db.Querier, ids []int64) (have, want []row, err error) {
	if have, err = selectRows(ctx, q, ids); err != nil {
		return nil, nil, fmt.Errorf("read contributions: %w", err)
	}
	said, err := selectSaid(ctx, q, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("read threads: %w", err)
	}
	for _, t := range said {
		want = append(want, t.rows()...)
	}
	slices.SortFunc(have, byPlace)
	slices.SortFunc(want, byPlace)
	return have, want, nil
}

// said is a thread that is there, as far as it shows who knows about what.
type said struct {
	id       int64
	kind     threads.Kind
	audience string
	authors  []int64 // who wrote the opening, alone or with others
	at       int64
	votes    int
	accepted int64 // a reply
	topics   []int64
	replies  []word
}

// word is a reply.
type word struct {
	id, author, at int64
	votes          int
}

// rows are what t shows of people, about each of its topics. Nothing is inferred from a question about whoever asked it, nor
// from what somebody adds to their own thread.
func (t said) rows() []row {
	type who struct {
		person int64
		year   int
	}
	people := make(map[who]*row)
	count := func(person, at int64, votes int, add func(c *Counts)) {
		w := who{person, db.Time(at).Year()}
		r := people[w]
		if r == nil {
			r = &row{thread: t.id, key: key{person: person, audience: t.audience, year: w.year}}
			people[w] = r
		}
		r.Votes += votes
		r.last = max(r.last, at)
		add(&r.Counts)
	}
	for _, author := range t.authors {
		switch t.kind {
		case threads.Question:
		case threads.Post, threads.Decision:
			count(author, t.at, t.votes, func(c *Counts) { c.Posts++ })
		default:
			count(author, t.at, t.votes, func(c *Counts) { c.Discussions++ })
		}
	}
	for _, r := range t.replies {
		if slices.Contains(t.authors, r.author) {
			continue
		}
		count(r.author, r.at, r.votes, func(c *Counts) {
			if t.kind != threads.Question {
				c.Discussions++
				return
			}
			c.Answers++
			if r.id == t.accepted {
				c.Accepted++
			}
		})
	}
	var out []row
	for _, topic := range t.topics {
		for _, r := range people {
			about := *r
			about.topic = topic
			out = append(out, about)
		}
	}
	return out
}

// sum is what is to be added to a row of expertise.
type sum struct {
	Counts
	last int64
	lost bool // something was taken away: the row may be empty now, and its latest contribution another
}

// rewrite makes have, rows as they are, into want, and adds the difference to the sums.
func rewrite(ctx context.Context, tx *db.Tx, have, want []row) error {
	before, after := byThread(have), byThread(want)
	sums := make(map[key]*sum)
	var changed []int64
	var fresh []row
	for _, id := range slices.Sorted(maps.Keys(merged(before, after))) {
		if slices.Equal(before[id], after[id]) {
			continue
		}
		changed = append(changed, id)
		fresh = append(fresh, after[id]...)
		for _, r := range before[id] {
			add(sums, r, -1)
		}
		for _, r := range after[id] {
			add(sums, r, 1)
		}
	}
	if _, err := tx.ExecIn(ctx, "DELETE FROM contributions WHERE thread_id IN ($1)", changed); err != nil {
		return err
	}
	if err := insertRows(ctx, tx, fresh); err != nil {
		return err
	}
	return addSums(ctx, tx, sums)
}

func byThread(list []row) map[int64][]row {
	out := make(map[int64][]row)
	for _, r := range list {
		out[r.thread] = append(out[r.thread], r)
	}
	return out
}

func merged(a, b map[int64][]row) map[int64]bool {
	out := make(map[int64]bool, len(a))
	for id := range a {
		out[id] = true
	}
	for id := range b {
		out[id] = true
	}
	return out
}

// add adds r to the sums, sign times.
func add(sums map[key]*sum, r row, sign int) {
	t := sums[r.key]
	if t == nil {
		t = &sum{}
		sums[r.key] = t
	}
	t.Answers += sign * r.Answers
	t.Accepted += sign * r.Accepted
	t.Posts += sign * r.Posts
	t.Discussions += sign * r.Discussions
	t.Votes += sign * r.Votes
	if sign > 0 {
		t.last = max(t.last, r.last)
	} else {
		t.lost = true
	}
}

// Recount makes contributions and expertise anew from the threads.
func (s *Service) Recount(ctx context.Context) error {
	if err := db.Walk(ctx, s.db, threadsAfter, 0, batchSize, func(ids []int64) error { return s.level(ctx, ids) }); err != nil {
		return err
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, lock); err != nil {
			return err
		}
		return resum(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("sum up who knows what: %w", err)
	}
	return nil
}

// Check returns how many rows of contributions and expertise are not what a recount would make. While events wait, they may
// differ; drain the dispatcher before.
func (s *Service) Check(ctx context.Context) (wrong int, err error) {
	err = db.Walk(ctx, s.db, threadsAfter, 0, batchSize, func(ids []int64) error {
		have, want, err := compare(ctx, s.db, ids)
		wrong += differing(have, want)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("check contributions: %w", err)
	}
	n, err := countWrongSums(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("check expertise: %w", err)
	}
	return wrong + n, nil
}

// differing counts the rows that only one of the two has.
func differing(have, want []row) (n int) {
	rows := make(map[row]bool, len(have))
	for _, r := range have {
		rows[r] = true
	}
	for _, r := range want {
		if !rows[r] {
			n++
		}
		delete(rows, r)
	}
	return n + len(rows)
}

// ReplaceTopic makes what people know about one topic what they know about another, in tx: topics were merged. Their threads
// are about the other already. Who stepped out of either stays out.
func (s *Service) ReplaceTopic(ctx context.Context, tx *db.Tx, old, into int64) error {
	if err := tx.Lock(ctx, lock); err != nil {
		return err
	}
	if err := moveRows(ctx, tx, old, into); err != nil {
		return fmt.Errorf("replace topic %d by %d: %w", old, into, err)
	}
	if err := moveChoices(ctx, tx, old, into); err != nil {
		return fmt.Errorf("replace topic %d by %d: %w", old, into, err)
	}
	return nil
}

// Erase removes, in tx, everything about threads, replies and people that will not be there any more.
func Erase(ctx context.Context, tx *db.Tx, threads, replies, people []int64) error {
	if err := tx.Lock(ctx, lock); err != nil {
		return err
	}
	for ids := range slices.Chunk(threads, batchSize) {
		have, err := selectRows(ctx, tx, ids)
		if err != nil {
			return fmt.Errorf("erase contributions: %w", err)
		}
		slices.SortFunc(have, byPlace)
		if err := rewrite(ctx, tx, have, nil); err != nil {
			return fmt.Errorf("erase contributions: %w", err)
		}
	}
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM endorsements WHERE object_kind = 'thread' AND object_id IN ($1)", threads},
		{"DELETE FROM endorsements WHERE object_kind = 'reply' AND object_id IN ($1)", replies},
		{"DELETE FROM endorsements WHERE person_id IN ($1)", people},
		{"DELETE FROM endorsements WHERE by_id IN ($1)", people},
		{"DELETE FROM contributions WHERE person_id IN ($1)", people},
		{"DELETE FROM expertise WHERE person_id IN ($1)", people},
		{"DELETE FROM expert_topics WHERE person_id IN ($1)", people},
		{"DELETE FROM expert_settings WHERE person_id IN ($1)", people},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase who knows what: %w", err)
		}
	}
	return nil
}
