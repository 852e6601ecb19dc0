package importers

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/threads"
)

// exportFresh writes what was said about whether threads are still right, and who keeps them so. A successor that was deleted is none.
func exportFresh(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(t.external_id, ''), t.id, t.created_at,
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				COALESCE(s.external_id, ''), COALESCE(s.id, 0), COALESCE(s.created_at, 0),
				COALESCE(o.external_id, ''), COALESCE(o.id, 0), COALESCE(o.created_at, 0),
				COALESCE(d.external_id, ''), COALESCE(d.id, 0), COALESCE(d.created_at, 0),
				t.checked_at, t.reference, t.check_at, COALESCE(t.check_every, 0)
			FROM threads t
			LEFT JOIN people p ON p.id = t.checked_by
			LEFT JOIN threads s ON s.id = t.superseded_by AND s.deleted_at IS NULL
			LEFT JOIN people o ON o.id = t.owner_id
			LEFT JOIN people d ON d.id = t.deputy_id
			WHERE t.id > $1 AND t.deleted_at IS NULL AND (t.checked_at IS NOT NULL OR t.superseded_by IS NOT NULL
				OR t.reference OR t.check_at IS NOT NULL OR t.owner_id IS NOT NULL OR t.deputy_id IS NOT NULL)
			ORDER BY t.id
			LIMIT $2`, after.self.id, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var checked, check *int64
			var keep keepLine
			err = s.Scan(r.dest(4, &checked, &keep.Guide, &check, &keep.Every)...)
			keep.Owner, keep.Deputy, keep.Next = r.refs[2].name(typePerson), r.refs[3].name(typePerson), writtenOr(check)
			if r.Created = writtenOr(checked); keep != (keepLine{}) {
				r.Keep = &keep
			}
			return r, err
		})
	}, each(func(r exportedRow) error {
		if r.Created == "" && r.refs[1].id == 0 && r.Keep == nil {
			return nil
		}
		r.Type, r.Thread = typeFresh, r.self.name(typeThread)
		r.Person, r.Successor = r.refs[0].name(typePerson), r.refs[1].name(typeThread)
		return put(r.archiveLine)
	}))
}

// writeFresh writes whether threads are still right, once all of them are there.
func (j *jsonl) writeFresh(ctx context.Context) error {
	const noun = "checks"
	j.Progress.Start(noun, j.counts[typeFresh])
	out := &batch[record]{ctx: ctx, r: j.run, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
		var people, opened []string
		for _, rec := range list {
			people, opened = append(people, rec.Person), append(opened, rec.Thread, rec.Successor)
			if rec.Keep != nil {
				people = append(people, rec.Keep.Owner, rec.Keep.Deputy)
			}
		}
		person, err := j.People.IDsByExternal(ctx, tx, people)
		if err != nil {
			return outcome{}, err
		}
		thread, err := j.Threads.IDsByExternal(ctx, tx, opened)
		if err != nil {
			return outcome{}, err
		}
		var (
			records []threads.FreshRecord
			out     outcome
		)
		for _, rec := range list {
			if thread[rec.Thread] == 0 {
				out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.Thread, Reason: absent})
				continue
			}
			fresh := threads.FreshRecord{
				Thread: thread[rec.Thread], CheckedBy: person[rec.Person], CheckedAt: j.created(&rec), Successor: thread[rec.Successor],
			}
			if k := rec.Keep; k != nil {
				fresh.Reference, fresh.Every, fresh.Owner, fresh.Deputy = k.Guide, k.Every, person[k.Owner], person[k.Deputy]
				if fresh.CheckAt, err = momentIn(k.Next); err != nil {
					return outcome{}, err
				}
			}
			records = append(records, fresh)
		}
		done, err := j.Threads.ImportFresh(ctx, tx, records)
		out.changed, out.unchanged = done.Changed, done.Unchanged
		return out, err
	}}
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typeFresh {
			return nil
		}
		j.report.read(noun, 1)
		return out.add(*rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}
