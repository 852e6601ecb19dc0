package decisions

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

func insertDecision(ctx context.Context, tx *db.Tx, d Decision) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO decisions (thread_id, source_id, state, decided_by, authority, decided_at, notice_days, effective_at, review_at, reviewed_at, closes_at, learnt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		d.Thread, idOf(d.source), string(d.State), idOf(d.By.ID), d.Authority, microsOf(d.DecidedAt), d.NoticeDays, microsOf(d.EffectiveAt),
		microsOf(d.ReviewAt), microsOf(d.ReviewedAt), microsOf(d.ClosesAt), d.Learnt)
	return err
}

// updateDecision writes everything but the thread a decision was made from.
func updateDecision(ctx context.Context, tx *db.Tx, d Decision) error {
	_, err := tx.Exec(ctx, `
		UPDATE decisions
		SET state = $1, decided_by = $2, authority = $3, decided_at = $4, notice_days = $5, effective_at = $6, review_at = $7,
		  reviewed_at = $8, closes_at = $9, learnt = $10
		WHERE thread_id = $11`,
		string(d.State), idOf(d.By.ID), d.Authority, microsOf(d.DecidedAt), d.NoticeDays, microsOf(d.EffectiveAt), microsOf(d.ReviewAt),
		microsOf(d.ReviewedAt), microsOf(d.ClosesAt), d.Learnt, d.Thread)
	return err
}

func updateState(ctx context.Context, tx *db.Tx, thread int64, state State) error {
	_, err := tx.Exec(ctx, `
		UPDATE decisions
		SET state = $1
		WHERE thread_id = $2`, string(state), thread)
	return err
}

// writeLines writes the options, evidence and assumptions of d, in the place of those it had.
func writeLines(ctx context.Context, tx *db.Tx, d Decision, fresh bool) error {
	if !fresh {
		for _, table := range []string{"decision_options", "decision_evidence", "decision_assumptions"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE thread_id = $1", d.Thread); err != nil {
				return fmt.Errorf("replace %s: %w", table, err)
			}
		}
	}
	for i, o := range d.Options {
		_, err := tx.Exec(ctx, `
			INSERT INTO decision_options (thread_id, position, said, chosen)
			VALUES ($1, $2, $3, $4)`, d.Thread, i, o.Said, o.Chosen)
		if err != nil {
			return fmt.Errorf("option %d: %w", i, err)
		}
	}
	for i, e := range d.Evidence {
		_, err := tx.Exec(ctx, `
			INSERT INTO decision_evidence (thread_id, position, kind, title, url, item_id, dated_at, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			d.Thread, i, string(e.Kind), e.Title, e.URL, idOf(e.Item), microsOf(e.DatedAt), db.Micros(e.AddedAt))
		if err != nil {
			return fmt.Errorf("evidence %d: %w", i, err)
		}
	}
	for i, a := range d.Assumptions {
		_, err := tx.Exec(ctx, `
			INSERT INTO decision_assumptions (thread_id, position, said, watch_for, broken_at)
			VALUES ($1, $2, $3, $4, $5)`, d.Thread, i, a.Said, a.WatchFor, microsOf(a.BrokenAt))
		if err != nil {
			return fmt.Errorf("assumption %d: %w", i, err)
		}
	}
	return nil
}

// updateBroken marks an assumption, unless it is marked.
func updateBroken(ctx context.Context, tx *db.Tx, thread int64, position int) error {
	_, err := tx.Exec(ctx, `
		UPDATE decision_assumptions
		SET broken_at = $1
		WHERE thread_id = $2 AND position = $3 AND broken_at IS NULL`, db.Micros(tx.Now()), thread, position)
	return err
}

func upsertStance(ctx context.Context, tx *db.Tx, thread, person int64, p Position, reason string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO decision_stances (thread_id, person_id, stance, reason, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (thread_id, person_id) DO UPDATE SET stance = excluded.stance, reason = excluded.reason, updated_at = excluded.updated_at`,
		thread, person, string(p), reason, db.Micros(tx.Now()))
	return err
}

func insertChange(ctx context.Context, tx *db.Tx, thread, by int64, what, reason string, other int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO decision_changes (thread_id, at, by_id, change, reason, other_id)
		VALUES ($1, $2, $3, $4, $5, $6)`, thread, db.Micros(tx.Now()), idOf(by), what, reason, idOf(other))
	return err
}
