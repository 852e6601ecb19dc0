package decisions

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/threads"
)

// Record is what a source outside the hub says of a decision, besides its words, which are those of a thread that is there. People and
// threads are named by their ids here; 0 is none.
type Record struct {
	Thread, Source int64
	State          State
	By             int64
	Authority      string
	DecidedAt      time.Time // the times that are absent are zero
	NoticeDays     int
	EffectiveAt    time.Time
	ReviewAt       time.Time
	ReviewedAt     time.Time
	ClosesAt       time.Time
	Learnt         string
	Options        []Option
	Evidence       []Evidence // of an Item the URL is that of the thread
	Assumptions    []Assumption
	Stances        []StanceRecord
	Changes        []ChangeRecord // the oldest first
	Once           bool           // what is there already stays as it is
}

// StanceRecord is what one person said of a proposal.
type StanceRecord struct {
	Person               int64
	Position             Position
	Reason               string
	CreatedAt, UpdatedAt time.Time
}

// ChangeRecord is one thing that happened to a decision.
type ChangeRecord struct {
	At     time.Time
	By     int64 // 0 for the hub
	What   string
	Reason string
	Other  int64
}

// changes are what can happen to a decision.
var changes = []string{"proposed", "agreed", "amended", "challenged", "reviewed", "superseded", "reinstated", "withdrawn"}

// Check says what is wrong with the words of a record that come from a fixed list; nil for nothing.
func (r Record) Check() error {
	if !slices.Contains(States, r.State) {
		return fmt.Errorf("%.20q is no state of a decision", r.State)
	}
	for _, e := range r.Evidence {
		if !slices.Contains(AllGrounds, e.Kind) {
			return fmt.Errorf("%.20q is no sort of evidence", e.Kind)
		}
	}
	for _, s := range r.Stances {
		if !slices.Contains(Positions, s.Position) {
			return fmt.Errorf("%.20q is no stance", s.Position)
		}
	}
	for _, c := range r.Changes {
		if !slices.Contains(changes, c.What) {
			return fmt.Errorf("%.20q is nothing that happens to a decision", c.What)
		}
	}
	return nil
}

// Import brings decisions in or up to date, in tx, with one event for the threads that changed. What is the same already is left
// alone. Stances of people who are not there, and threads that are no decisions, are left out.
func (s *Service) Import(ctx context.Context, tx *db.Tx, records []Record) (threads.Outcome, error) {
	var out threads.Outcome
	var written []int64
	for _, r := range records {
		if err := lock(ctx, tx, r.Thread); err != nil {
			return out, err
		}
		r = r.tidy()
		was, found, err := selectRecord(ctx, tx, r.Thread)
		if errs.IsNotFound(err) {
			out.Skipped = append(out.Skipped, threads.Skipped{ExternalID: fmt.Sprint(r.Thread), Reason: "its thread is not a decision"})
			continue
		}
		if err != nil {
			return out, fmt.Errorf("read decision %d: %w", r.Thread, err)
		}
		switch {
		case found && (r.Once || reflect.DeepEqual(was, r)):
			out.Unchanged++
			continue
		case found:
			out.Changed++
		default:
			out.Created++
		}
		if err := writeRecord(ctx, tx, r, found); err != nil {
			return out, fmt.Errorf("write decision %d: %w", r.Thread, err)
		}
		written = append(written, r.Thread)
	}
	slices.Sort(written)
	return out, event.AppendBatch(ctx, tx, map[string][]int64{"threads": written})
}

// tidy is r as it would be read back.
func (r Record) tidy() Record {
	for _, t := range []*time.Time{&r.DecidedAt, &r.EffectiveAt, &r.ReviewAt, &r.ReviewedAt, &r.ClosesAt} {
		*t = kept(*t)
	}
	r.Options = slices.Clone(r.Options)
	r.Evidence, r.Assumptions = slices.Clone(r.Evidence), slices.Clone(r.Assumptions)
	for i := range r.Evidence {
		e := &r.Evidence[i]
		e.DatedAt, e.AddedAt, e.Hidden = kept(e.DatedAt), kept(e.AddedAt), false
		if e.Item != 0 && e.URL == "" {
			e.URL = threadPath(e.Item)
		}
	}
	for i := range r.Assumptions {
		r.Assumptions[i].BrokenAt = kept(r.Assumptions[i].BrokenAt)
	}
	r.Stances = slices.DeleteFunc(slices.Clone(r.Stances), func(s StanceRecord) bool { return s.Person == 0 })
	slices.SortFunc(r.Stances, func(a, b StanceRecord) int { return cmp.Compare(a.Person, b.Person) })
	r.Stances = slices.CompactFunc(r.Stances, func(a, b StanceRecord) bool { return a.Person == b.Person })
	for i := range r.Stances {
		r.Stances[i].CreatedAt, r.Stances[i].UpdatedAt = kept(r.Stances[i].CreatedAt), kept(r.Stances[i].UpdatedAt)
	}
	r.Changes = slices.Clone(r.Changes)
	slices.SortStableFunc(r.Changes, func(a, b ChangeRecord) int { return a.At.Compare(b.At) })
	for i := range r.Changes {
		r.Changes[i].At = kept(r.Changes[i].At)
	}
	return r
}

// kept is a time as the database keeps it.
func kept(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return db.Time(db.Micros(t))
}

// selectRecord reads what is there of a decision, and whether anything is. It is NotFound when the thread is of another kind.
func selectRecord(ctx context.Context, q db.Querier, thread int64) (r Record, found bool, err error) {
	var (
		source, by                             *int64
		decided, effective, review, seen, ends *int64
	)
	err = q.QueryRow(ctx, `
		SELECT t.id, d.thread_id IS NOT NULL, d.source_id, COALESCE(d.state, ''), d.decided_by, COALESCE(d.authority, ''), d.decided_at,
		  COALESCE(d.notice_days, 0), d.effective_at, d.review_at, d.reviewed_at, d.closes_at, COALESCE(d.learnt, '')
		FROM threads t
		LEFT JOIN decisions d ON d.thread_id = t.id
		WHERE t.id = $1 AND t.kind = 'decision'`, thread).Scan(&r.Thread, &found, &source, &r.State, &by, &r.Authority, &decided,
		&r.NoticeDays, &effective, &review, &seen, &ends, &r.Learnt)
	if err != nil || !found {
		return r, false, err
	}
	r.Source, r.By = orZero(source), orZero(by)
	r.DecidedAt, r.EffectiveAt, r.ReviewAt = timeOf(decided), timeOf(effective), timeOf(review)
	r.ReviewedAt, r.ClosesAt = timeOf(seen), timeOf(ends)
	var d Decision
	d.Thread = thread
	if err := selectLines(ctx, q, nobody, &d); err != nil {
		return r, false, err
	}
	r.Options, r.Evidence, r.Assumptions = d.Options, d.Evidence, d.Assumptions
	for i := range r.Evidence {
		r.Evidence[i].Hidden = false
	}
	rows, err := q.Query(ctx, `
		SELECT s.person_id, s.stance, s.reason, s.created_at, s.updated_at
		FROM decision_stances s
		WHERE s.thread_id = $1
		ORDER BY s.person_id
		LIMIT 100000`, thread)
	r.Stances, err = db.Collect(rows, err, func(row db.Scanner) (s StanceRecord, err error) {
		var created, updated int64
		err = row.Scan(&s.Person, &s.Position, &s.Reason, &created, &updated)
		s.CreatedAt, s.UpdatedAt = db.Time(created), db.Time(updated)
		return s, err
	})
	if err != nil {
		return r, false, err
	}
	rows, err = q.Query(ctx, `
		SELECT c.at, COALESCE(c.by_id, 0), c.change, c.reason, COALESCE(c.other_id, 0)
		FROM decision_changes c
		WHERE c.thread_id = $1
		ORDER BY c.at, c.id
		LIMIT 100000`, thread)
	r.Changes, err = db.Collect(rows, err, func(row db.Scanner) (c ChangeRecord, err error) {
		var at int64
		err = row.Scan(&at, &c.By, &c.What, &c.Reason, &c.Other)
		c.At = db.Time(at)
		return c, err
	})
	return r, true, err
}

// writeRecord writes a record in the place of what is there.
func writeRecord(ctx context.Context, tx *db.Tx, r Record, found bool) error {
	d := Decision{
		Thread: r.Thread, source: r.Source, State: r.State, Authority: r.Authority, DecidedAt: r.DecidedAt, NoticeDays: r.NoticeDays,
		EffectiveAt: r.EffectiveAt, ReviewAt: r.ReviewAt, ReviewedAt: r.ReviewedAt, ClosesAt: r.ClosesAt, Learnt: r.Learnt,
		Options: r.Options, Evidence: r.Evidence, Assumptions: r.Assumptions,
	}
	d.By.ID = r.By
	if found {
		if err := erase(ctx, tx, []int64{r.Thread}); err != nil {
			return err
		}
	}
	if err := insertDecision(ctx, tx, d); err != nil {
		return err
	}
	if err := writeLines(ctx, tx, d, true); err != nil {
		return err
	}
	for _, s := range r.Stances {
		_, err := tx.Exec(ctx, `
			INSERT INTO decision_stances (thread_id, person_id, stance, reason, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, r.Thread, s.Person, string(s.Position), s.Reason, db.Micros(s.CreatedAt), db.Micros(s.UpdatedAt))
		if err != nil {
			return fmt.Errorf("stance of person %d: %w", s.Person, err)
		}
	}
	for _, c := range r.Changes {
		_, err := tx.Exec(ctx, `
			INSERT INTO decision_changes (thread_id, at, by_id, change, reason, other_id)
			VALUES ($1, $2, $3, $4, $5, $6)`, r.Thread, db.Micros(c.At), idOf(c.By), c.What, c.Reason, idOf(c.Other))
		if err != nil {
			return fmt.Errorf("change: %w", err)
		}
	}
	return nil
}
