package people

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// Sourced is what came from one source, by ids in the hub.
type Sourced struct {
	Organisations, Units, People []int64
}

// FromSource returns what has external ids that begin with prefix.
func (s *Service) FromSource(ctx context.Context, q db.Querier, prefix string) (Sourced, error) {
	var found Sourced
	for table, ids := range map[string]*[]int64{"organisations": &found.Organisations, "units": &found.Units, "people": &found.People} {
		rows, err := q.Query(ctx, `
			SELECT x.id
			FROM `+table+` x
			WHERE x.external_id LIKE $1
			ORDER BY x.id
			LIMIT 100000`, prefix+"%")
		if *ids, err = db.Collect(rows, err, db.One[int64]); err != nil {
			return Sourced{}, fmt.Errorf("find %s of %s: %w", table, prefix, err)
		}
	}
	return found, nil
}

// Erase removes people for good, with the units and organisations that nobody is left in, in tx. Whatever they wrote must be
// gone. It returns what it removed.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, which Sourced) (Sourced, error) {
	s.changed(tx)
	for _, statement := range []string{
		"UPDATE people SET manager_id = NULL WHERE manager_id IN ($1)",
		"DELETE FROM person_topics WHERE person_id IN ($1)",
		"DELETE FROM people WHERE id IN ($1)",
	} {
		if _, err := tx.ExecIn(ctx, statement, which.People); err != nil {
			return Sourced{}, fmt.Errorf("erase people: %w", err)
		}
	}
	gone := Sourced{People: which.People}
	for { // from the bottom of the tree up
		empty, err := db.QueryIn(ctx, tx, `
			SELECT u.id
			FROM units u
			WHERE u.id IN ($1)
			  AND NOT EXISTS (SELECT 1 FROM units b WHERE b.parent_id = u.id)
			  AND NOT EXISTS (SELECT 1 FROM people p WHERE p.unit_id = u.id)`, which.Units)
		if err != nil {
			return Sourced{}, fmt.Errorf("find empty units: %w", err)
		}
		if len(empty) == 0 {
			break
		}
		if _, err := tx.ExecIn(ctx, "DELETE FROM units WHERE id IN ($1)", empty); err != nil {
			return Sourced{}, fmt.Errorf("erase units: %w", err)
		}
		gone.Units = append(gone.Units, empty...)
	}
	var err error
	gone.Organisations, err = db.QueryIn(ctx, tx, `
		SELECT o.id
		FROM organisations o
		WHERE o.id IN ($1)
		  AND NOT EXISTS (SELECT 1 FROM units u WHERE u.organisation_id = o.id)
		  AND NOT EXISTS (SELECT 1 FROM people p WHERE p.organisation_id = o.id)`, which.Organisations)
	if err != nil {
		return Sourced{}, fmt.Errorf("find empty organisations: %w", err)
	}
	if _, err := tx.ExecIn(ctx, "DELETE FROM organisations WHERE id IN ($1)", gone.Organisations); err != nil {
		return Sourced{}, fmt.Errorf("erase organisations: %w", err)
	}
	tx.AfterCommit(func() { s.home.Store(nil) })
	return gone, appendBatch(ctx, tx, which.People)
}
