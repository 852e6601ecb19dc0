package symptoms

import (
	"context"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// claim notes that this server sets out to look, unless the last look is younger than fresh or another set out after busy.
func claim(ctx context.Context, tx *db.Tx, fresh, busy time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO symptom_looks (id, claimed_at)
		VALUES (1, $1)
		ON CONFLICT (id) DO UPDATE
		SET claimed_at = excluded.claimed_at
		WHERE (symptom_looks.looked_at IS NULL OR symptom_looks.looked_at <= $2)
		  AND (symptom_looks.claimed_at <= $3 OR symptom_looks.claimed_at <= symptom_looks.looked_at)`,
		db.Micros(tx.Now()), db.Micros(fresh), db.Micros(busy))
	return n > 0, err
}

// updateLook notes what was read.
func updateLook(ctx context.Context, tx *db.Tx, now time.Time, r Record) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO symptom_looks (id, first_at, looked_at, claimed_at, threads, decisions, signals)
		VALUES (1, $1, $1, $1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE
		SET first_at = COALESCE(symptom_looks.first_at, excluded.first_at), looked_at = excluded.looked_at, claimed_at = excluded.claimed_at,
		    threads = excluded.threads, decisions = excluded.decisions, signals = excluded.signals`,
		db.Micros(now), len(r.Threads), len(r.Decisions), len(r.Signals))
	return err
}

// findingColumns are what scanFinding reads of finding f.
const findingColumns = `f.id, f.symptom, f.variant, f.key, COALESCE(f.topic_id, 0), COALESCE(f.unit_id, 0), f.least, f.number, f.days, f.said,
		       f.since_at, f.latest_at, f.state`

func scanFinding(r db.Scanner, more ...any) (k kept, err error) {
	var since, latest int64
	var symptom, variant, key string
	err = r.Scan(append([]any{&k.id, &symptom, &variant, &key, &k.Topic, &k.Unit, &k.Least, &k.Number, &k.Days, &k.Said, &since, &latest, &k.state}, more...)...)
	k.Symptom, k.Variant = Symptom(symptom), Variant(variant)
	k.Since, k.Latest = db.Time(since), db.Time(latest)
	k.Anchor, k.Gap = named(key, "thread:"), named(key, "gap:")
	return k, err
}

// named returns the id of one kind in a key, 0 for none.
func named(key, kind string) int64 {
	for part := range strings.SplitSeq(key, " ") {
		if digits, ok := strings.CutPrefix(part, kind); ok {
			id, _ := strconv.ParseInt(digits, 10, 64) // written by us
			return id
		}
	}
	return 0
}

// selectKept returns every finding with its items.
func selectKept(ctx context.Context, q db.Querier) ([]kept, error) {
	var list []kept
	at := map[int64]int{}
	err := walk(func(after int64) ([]int64, error) {
		rows, err := q.Query(ctx, `
			SELECT `+findingColumns+`
			FROM symptom_findings f
			WHERE f.id > $1
			ORDER BY f.id
			LIMIT $2`, after, readBatch)
		return db.Collect(rows, err, func(r db.Scanner) (int64, error) {
			k, err := scanFinding(r)
			at[k.id] = len(list)
			list = append(list, k)
			return k.id, err
		})
	})
	if err != nil {
		return nil, err
	}
	finding, position := int64(0), 0
	for {
		rows, err := q.Query(ctx, `
			SELECT i.finding_id, i.position, COALESCE(i.thread_id, 0), COALESCE(i.gap_id, 0), i.at
			FROM symptom_items i
			WHERE (i.finding_id, i.position) > ($1, $2)
			ORDER BY i.finding_id, i.position
			LIMIT $3`, finding, position, readBatch)
		read, err := db.Collect(rows, err, func(r db.Scanner) (item Item, err error) {
			var us int64
			err = r.Scan(&finding, &position, &item.Thread, &item.Gap, &us)
			item.At = db.Time(us)
			f := &list[at[finding]]
			f.Items = append(f.Items, item)
			return item, err
		})
		if err != nil || len(read) == 0 {
			return list, err
		}
	}
}

func insertFinding(ctx context.Context, tx *db.Tx, f Finding, now time.Time) error {
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO symptom_findings (symptom, variant, key, topic_id, unit_id, least, number, days, said, since_at, latest_at, state, found_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12)
		RETURNING id`,
		string(f.Symptom), string(f.Variant), f.key(), idOrNull(f.Topic), idOrNull(f.Unit), f.Least, f.Number, f.Days, f.Said,
		db.Micros(f.Since), db.Micros(f.Latest), db.Micros(now)).Scan(&id)
	if err != nil {
		return err
	}
	return insertItems(ctx, tx, id, f.Items)
}

// replaceFinding writes a finding anew, open.
func replaceFinding(ctx context.Context, tx *db.Tx, id int64, f Finding) error {
	if _, err := tx.Exec(ctx, `
		UPDATE symptom_findings
		SET least = $1, number = $2, days = $3, said = $4, since_at = $5, latest_at = $6, state = 'open', gone_at = NULL,
		    dismissed_at = NULL, dismissed_by = NULL, reason = ''
		WHERE id = $7`, f.Least, f.Number, f.Days, f.Said, db.Micros(f.Since), db.Micros(f.Latest), id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM symptom_items WHERE finding_id = $1", id); err != nil {
		return err
	}
	return insertItems(ctx, tx, id, f.Items)
}

// itemsAtOnce is how many items one statement writes.
const itemsAtOnce = 50

func insertItems(ctx context.Context, tx *db.Tx, finding int64, items []Item) error {
	for from := 0; from < len(items); from += itemsAtOnce {
		var p db.Params
		text := `
		INSERT INTO symptom_items (finding_id, position, thread_id, gap_id, at)
		VALUES `
		for i, item := range items[from:min(from+itemsAtOnce, len(items))] {
			if i > 0 {
				text += ", "
			}
			text += "(" + p.One(finding) + "," + p.One(from+i+1) + "," + p.One(idOrNull(item.Thread)) + "," + p.One(idOrNull(item.Gap)) + "," + p.One(db.Micros(item.At)) + ")"
		}
		if _, err := tx.Exec(ctx, text, p.Values()...); err != nil {
			return err
		}
	}
	return nil
}

// markGone says that a finding is found no more. When that was stays; what it rested on does not.
func markGone(ctx context.Context, tx *db.Tx, id int64, now time.Time) error {
	if _, err := tx.Exec(ctx, `
		UPDATE symptom_findings
		SET state = 'gone', gone_at = $1, dismissed_at = NULL, dismissed_by = NULL, reason = ''
		WHERE id = $2`, db.Micros(now), id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM symptom_items WHERE finding_id = $1", id)
	return err
}

func deleteGone(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, "DELETE FROM symptom_findings WHERE state = 'gone' AND gone_at < $1", db.Micros(before))
	return err
}

// updateDismissed puts a finding aside, or takes it up again when reason is "".
func updateDismissed(ctx context.Context, tx *db.Tx, id, by int64, reason string) error {
	if reason == "" {
		_, err := tx.Exec(ctx, `
			UPDATE symptom_findings
			SET state = 'open', dismissed_at = NULL, dismissed_by = NULL, reason = ''
			WHERE id = $1`, id)
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE symptom_findings
		SET state = 'dismissed', dismissed_at = $1, dismissed_by = $2, reason = $3
		WHERE id = $4`, db.Micros(tx.Now()), idOrNull(by), reason, id)
	return err
}

func idOrNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// readable is the condition that v may read what item i is, and everybody in the home organisation may.
//
// SECURITY: a finding rests on the open record alone, also when what it rests on has been moved or deleted since it was found.
func readable(p *db.Params, v auth.Viewer) string {
	home := p.One(auth.OrgAudience(v.Organisation))
	return `(i.gap_id IS NOT NULL OR EXISTS (
			SELECT 1
			FROM threads t
			WHERE t.id = i.thread_id AND t.deleted_at IS NULL AND t.audience IN ('public', 'hub', ` + home + `) AND ` + v.Reads(p, "t.audience") + `))`
}
