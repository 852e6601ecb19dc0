package find

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
)

// Erase removes, in tx, what is kept about things by ref, "person", "thread", "topic" or "network", because they will not be there any
// more: what people followed and what leads to any of them. Units are forgotten in the log of searches, which stays, but for the
// searches of "unit" in which nobody else is, and for gaps that nobody else looked for.
func Erase(ctx context.Context, tx *db.Tx, gone map[string][]int64) error {
	for _, kind := range []string{"person", "thread", "topic", "network"} {
		for _, id := range gone[kind] {
			if _, err := tx.Exec(ctx, `
				DELETE FROM best_bet_words
				WHERE bet_id IN (SELECT b.id FROM best_bets b WHERE b.object_kind = $1 AND b.object_id = $2)`, kind, id); err != nil {
				return fmt.Errorf("erase best bets: %w", err)
			}
			if _, err := tx.Exec(ctx, `
				DELETE FROM best_bets
				WHERE object_kind = $1 AND object_id = $2`, kind, id); err != nil {
				return fmt.Errorf("erase best bets: %w", err)
			}
		}
	}
	if err := eraseSearches(ctx, tx, gone["unit"], gone["person"]); err != nil {
		return fmt.Errorf("erase searches: %w", err)
	}
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM saved_searches WHERE person_id IN ($1)", gone["person"]},
		{"UPDATE best_bets SET by_id = NULL WHERE by_id IN ($1)", gone["person"]},
		{"UPDATE gaps SET owner_id = NULL WHERE owner_id IN ($1)", gone["person"]},
		{"UPDATE gaps SET answer_id = NULL WHERE answer_id IN ($1)", gone["thread"]},
		{"UPDATE search_log SET unit_id = NULL WHERE unit_id IN (SELECT p.unit_id FROM people p WHERE p.id IN ($1))", gone["person"]},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase what search remembers: %w", err)
		}
	}
	return nil
}

// eraseSearches removes the searches of units in which there is nobody but people, and the gaps that only they made.
func eraseSearches(ctx context.Context, tx *db.Tx, units, people []int64) error {
	here, err := db.QueryIn(ctx, tx, "SELECT p.id FROM people p WHERE p.unit_id IN ($1)", units)
	if err != nil {
		return err
	}
	staying := slices.DeleteFunc(here, func(id int64) bool { return slices.Contains(people, id) })
	kept, err := db.QueryIn(ctx, tx, "SELECT DISTINCT p.unit_id FROM people p WHERE p.id IN ($1)", staying)
	if err != nil {
		return err
	}
	units = slices.DeleteFunc(slices.Clone(units), func(id int64) bool { return slices.Contains(kept, id) })
	gaps, err := db.QueryIn(ctx, tx, "SELECT DISTINCT w.gap_id FROM gap_words w JOIN search_log l ON l.words = w.words WHERE l.unit_id IN ($1)", units)
	if err != nil {
		return err
	}
	if _, err := tx.ExecIn(ctx, "DELETE FROM search_log WHERE unit_id IN ($1)", units); err != nil {
		return err
	}
	_, err = tx.ExecIn(ctx, `
		DELETE FROM gaps
		WHERE id IN ($1) AND NOT EXISTS (SELECT 1 FROM gap_words w JOIN search_log l ON l.words = w.words WHERE w.gap_id = gaps.id)`, gaps)
	return err
}
