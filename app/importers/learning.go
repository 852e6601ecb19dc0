package importers

import (
	"context"
	"errors"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/find"
	"watercooler/app/markup"
	"watercooler/app/reflections"
	"watercooler/app/threads"
)

// keepLine is how a thread is looked after, in a line of type fresh.
type keepLine struct {
	Guide  bool   `json:"guide,omitempty"`
	Owner  string `json:"owner,omitempty"`
	Deputy string `json:"deputy,omitempty"`
	Next   string `json:"next,omitempty"`  // when it is checked next
	Every  int    `json:"every,omitempty"` // months from one check to the next
}

func (k *keepLine) check(p place, refer func(typ, id, what string)) error {
	if k == nil {
		return nil
	}
	refer(typePerson, k.Owner, "owner")
	refer(typePerson, k.Deputy, "deputy")
	if k.Every < 0 || k.Every > 120 {
		return problem(p.file, p.line, "a thread is checked every so many months, at most 120, not %d.", k.Every)
	}
	_, err := momentIn(k.Next)
	return inLine(p, err)
}

// inLine says of which line an error is.
func inLine(p place, err error) error {
	if err != nil {
		return problem(p.file, p.line, "%s.", err)
	}
	return nil
}

// momentIn reads a moment inside a line, zero for "".
func momentIn(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, errors.New("“" + text + "” is not a moment like 2027-03-04T09:30:00Z")
	}
	return at, nil
}

// reflectionLine is what somebody learnt, besides its title and dates.
type reflectionLine struct {
	Noticed string `json:"noticed,omitempty"`
	Tried   string `json:"tried,omitempty"`
	Learnt  string `json:"learnt,omitempty"`
	Change  string `json:"change,omitempty"`
	About   string `json:"about,omitempty"`  // the thread it looks back at
	Shared  string `json:"shared,omitempty"` // when
}

// exportReflections writes what people learnt, shared or not. A thread that was deleted is none.
func exportReflections(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return walk(ctx, func(after int64) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(r.external_id, ''), r.id, r.created_at,
				COALESCE(p.external_id, ''), p.id, p.created_at,
				COALESCE(a.external_id, ''), COALESCE(a.id, 0), COALESCE(a.created_at, 0),
				COALESCE(t.external_id, ''), COALESCE(t.id, 0), COALESCE(t.created_at, 0),
				r.kind, r.title, r.revision, r.updated_at, r.noticed, r.tried, r.learnt, r.change, r.shared_at
			FROM reflections r
			CROSS JOIN people p
			LEFT JOIN threads a ON a.id = r.about_id AND a.deleted_at IS NULL
			LEFT JOIN threads t ON t.id = r.thread_id AND t.deleted_at IS NULL
			WHERE r.id > $1 AND p.id = r.person_id
			ORDER BY r.id
			LIMIT $2`, after, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var updated int64
			var shared *int64
			l := &reflectionLine{}
			err = s.Scan(r.dest(3, &r.Kind, &r.Title, &r.Number, &updated, &l.Noticed, &l.Tried, &l.Learnt, &l.Change, &shared)...)
			if r.refs[2].id != 0 {
				l.Shared = writtenOr(shared)
			}
			l.About = r.refs[1].name(typeThread)
			r.Edited, r.Reflection = written(updated), l
			return r, err
		})
	}, func(r exportedRow) error {
		r.Type, r.ExternalID, r.Created = typeReflection, r.self.name(typeReflection), written(r.self.created)
		r.Person, r.Thread = r.refs[0].name(typePerson), r.refs[2].name(typeThread)
		return put(r.archiveLine)
	})
}

func (j *jsonl) checkReflection(p place, rec *record, refer func(typ, id, what string)) error {
	refer(typePerson, rec.Person, "person")
	refer(typeThread, rec.Thread, "thread")
	l := rec.Reflection
	switch kind := reflections.Kind(rec.Kind); {
	case kind != reflections.Weeknote && kind != reflections.Retrospective:
		return problem(p.file, p.line, `the kind of a reflection is "weeknote" or "retrospective", not %.20q.`, rec.Kind)
	case l == nil:
		return problem(p.file, p.line, "the reflection %s says nothing.", rec.ExternalID)
	case (rec.Thread == "") != (l.Shared == ""):
		return problem(p.file, p.line, "the reflection %s names the thread it was shared as, and when, or neither.", rec.ExternalID)
	}
	refer(typeThread, l.About, "about")
	for _, text := range []string{l.Noticed, l.Tried, l.Learnt, l.Change} {
		if err := markup.Check(text, 0); err != nil {
			return inLine(p, err)
		}
	}
	_, err := momentIn(l.Shared)
	return inLine(p, err)
}

// writeReflections brings reflections in, once all threads are there.
func (j *jsonl) writeReflections(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeReflection, title: "Reflections", noun: "reflections", read: func(rec *record) (record, error) { return *rec, nil },
		write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
			var people, opened []string
			for _, rec := range list {
				people, opened = append(people, rec.Person), append(opened, rec.Thread, rec.Reflection.About)
			}
			person, thread, err := j.named(ctx, tx, people, opened)
			if err != nil {
				return outcome{}, err
			}
			var out outcome
			var records []reflections.Record
			for _, rec := range list {
				if rec.Thread != "" && thread[rec.Thread] == 0 {
					out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.ExternalID, Reason: absent})
					continue
				}
				r := reflections.Record{
					ExternalID: rec.ExternalID, Kind: reflections.Kind(rec.Kind), Person: person[rec.Person], Title: rec.Title,
					Boxes: reflections.Boxes{Noticed: rec.Reflection.Noticed, Tried: rec.Reflection.Tried, Learnt: rec.Reflection.Learnt, Change: rec.Reflection.Change},
					About: thread[rec.Reflection.About], Thread: thread[rec.Thread], Revision: rec.Number, UpdatedAt: rec.Edited.Time,
				}
				if r.SharedAt, err = momentIn(rec.Reflection.Shared); err != nil {
					return out, err
				}
				if err := j.dated(&rec, &r.CreatedAt, &r.Hash, r); err != nil {
					return out, err
				}
				if r.UpdatedAt.IsZero() {
					r.UpdatedAt = r.CreatedAt
				}
				records = append(records, r)
			}
			done, err := reflections.Import(ctx, tx, records)
			out.created, out.changed, out.unchanged = done.Created, done.Changed, done.Unchanged
			return out, err
		},
	})
}

// named looks up people and threads by their external ids.
func (j *jsonl) named(ctx context.Context, tx *db.Tx, people, opened []string) (person, thread map[string]int64, err error) {
	if person, err = j.People.IDsByExternal(ctx, tx, people); err != nil {
		return nil, nil, err
	}
	thread, err = j.Threads.IDsByExternal(ctx, tx, opened)
	return person, thread, err
}

// gapLine is how people asked for what they did not find, and how that ended.
type gapLine struct {
	Words  []string `json:"words,omitempty"` // ways of asking, folded
	Closed string   `json:"closed,omitempty"`
	Why    string   `json:"why,omitempty"` // found, owner or faded
}

func (g *gapLine) check(p place) error {
	switch {
	case g == nil:
		return nil
	case g.Closed != "" && !slices.Contains([]find.Why{find.WhyFound, find.WhyOwner, find.WhyFaded}, find.Why(g.Why)):
		return problem(p.file, p.line, `a gap was closed because it was "found", by its "owner" or because it "faded", not %.20q.`, g.Why)
	}
	_, err := momentIn(g.Closed)
	return inLine(p, err)
}

// exportGaps writes what people looked for and did not find. The searches themselves stay in the hub.
func exportGaps(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT '', g.id, g.opened_at,
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				COALESCE(t.external_id, ''), COALESCE(t.id, 0), COALESCE(t.created_at, 0),
				g.said, g.note, g.closed_at, g.closed_why
			FROM gaps g
			LEFT JOIN people p ON p.id = g.owner_id
			LEFT JOIN threads t ON t.id = g.answer_id AND t.deleted_at IS NULL
			WHERE g.id > $1
			ORDER BY g.id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var closed *int64
			r.Gap = &gapLine{}
			err = s.Scan(r.dest(2, &r.Title, &r.Body, &closed, &r.Gap.Why)...)
			r.Gap.Closed = writtenOr(closed)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		rows, err = q.Query(ctx, `
			SELECT w.gap_id, w.words
			FROM gap_words w
			WHERE w.gap_id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
		return list, gather(rows, err, at, func(i int, words string) { list[i].Gap.Words = append(list[i].Gap.Words, words) })
	}, each(func(r exportedRow) error {
		r.Type, r.Created, r.Person, r.Thread = typeGap, written(r.self.created), r.refs[0].name(typePerson), r.refs[1].name(typeThread)
		slices.Sort(r.Gap.Words) // here, because databases sort texts in more than one way
		return put(r.archiveLine)
	}))
}

// writeGaps brings gaps in.
func (j *jsonl) writeGaps(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeGap, title: "Gaps", noun: "gaps", read: func(rec *record) (record, error) { return *rec, nil },
		write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
			var people, opened []string
			for _, rec := range list {
				people, opened = append(people, rec.Person), append(opened, rec.Thread)
			}
			person, thread, err := j.named(ctx, tx, people, opened)
			if err != nil {
				return outcome{}, err
			}
			records := make([]find.GapRecord, len(list))
			for i, rec := range list {
				g := find.GapRecord{Said: rec.Title, Owner: person[rec.Person], Answer: thread[rec.Thread], Note: rec.Body, OpenedAt: j.created(&rec)}
				if rec.Gap != nil {
					g.Words, g.Why = rec.Gap.Words, find.Why(rec.Gap.Why)
					if g.ClosedAt, err = momentIn(rec.Gap.Closed); err != nil {
						return outcome{}, err
					}
				}
				if g.OpenedAt.IsZero() {
					g.OpenedAt = j.now
				}
				records[i] = g
			}
			out, err := find.ImportGaps(ctx, tx, records)
			return outcomeOf(out), err
		},
	})
}
