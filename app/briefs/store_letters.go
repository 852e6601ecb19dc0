package briefs

import (
	"context"
	"time"

	"watercooler/app/db"
)

// mostDue is how many letters one turn sends.
const mostDue = 500

// insertReader begins letters; those that come already go on as they are.
func insertReader(ctx context.Context, tx *db.Tx, r Reader) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO brief_readers (person_id, scope_kind, scope_id, weekly, token, run_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person_id, scope_kind, scope_id, weekly) DO NOTHING`,
		r.Person, string(r.Kind), r.Scope, r.Weekly, r.Token, r.runAt, db.Micros(tx.Now()))
	return err
}

// deleteReaderOf ends letters, also those about a network that does not exist for the person any more.
func deleteReaderOf(ctx context.Context, tx *db.Tx, person int64, ref Ref, weekly bool) error {
	kind := Organisation
	switch {
	case ref.Network != "":
		kind = Network
	case ref.Unit != 0:
		kind = Unit
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM brief_readers
		WHERE person_id = $1 AND scope_kind = $2 AND weekly = $3
		  AND scope_id = CASE WHEN $2 = 'network' THEN COALESCE((SELECT n.id FROM networks n WHERE n.slug = $4), 0) ELSE $5 END`,
		person, string(kind), weekly, ref.Network, ref.Unit)
	return err
}

// selectJoined reports whether a person gets the briefs of a scope each week and each month.
func selectJoined(ctx context.Context, q db.Querier, person int64, scope Scope) (weekly, monthly bool, err error) {
	rows, err := q.Query(ctx, `
		SELECT r.weekly
		FROM brief_readers r
		WHERE r.person_id = $1 AND r.scope_kind = $2 AND r.scope_id = $3
		LIMIT 2`, person, string(scope.Kind), scope.key())
	list, err := db.Collect(rows, err, db.One[bool])
	for _, w := range list {
		weekly, monthly = weekly || w, monthly || !w
	}
	return weekly, monthly, err
}

const readerColumns = `r.id, r.person_id, r.scope_kind, r.scope_id, COALESCE(n.slug, ''), r.weekly, r.token, r.run_at`

func scanReader(s db.Scanner) (r Reader, err error) {
	err = s.Scan(&r.ID, &r.Person, &r.Kind, &r.Scope, &r.Slug, &r.Weekly, &r.Token, &r.runAt)
	return r, err
}

func selectReaderByToken(ctx context.Context, q db.Querier, token string) (Reader, error) {
	return scanReader(q.QueryRow(ctx, `
		SELECT `+readerColumns+`
		FROM brief_readers r
		LEFT JOIN networks n ON r.scope_kind = 'network' AND n.id = r.scope_id
		WHERE r.token = $1`, token))
}

// selectDue returns whose letter is due, those of one scope together, because they share what is gathered.
func selectDue(ctx context.Context, q db.Querier, now time.Time) ([]Reader, error) {
	rows, err := q.Query(ctx, `
		SELECT `+readerColumns+`
		FROM brief_readers r
		LEFT JOIN networks n ON r.scope_kind = 'network' AND n.id = r.scope_id
		WHERE r.run_at <= $1
		ORDER BY r.scope_kind, r.scope_id, r.weekly, r.id
		LIMIT $2`, db.Micros(now), mostDue)
	return db.Collect(rows, err, scanReader)
}

// claimReader puts a letter that is due off until run, unless another server has.
func claimReader(ctx context.Context, tx *db.Tx, r Reader, run int64) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE brief_readers
		SET run_at = $1
		WHERE id = $2 AND run_at = $3`, run, r.ID, r.runAt)
	return n > 0, err
}

// releaseReader lets a letter be tried again.
func releaseReader(ctx context.Context, tx *db.Tx, id int64, again time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE brief_readers
		SET run_at = $1
		WHERE id = $2`, db.Micros(again), id)
	return err
}

func deleteReader(ctx context.Context, tx *db.Tx, token string) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM brief_readers
		WHERE token = $1`, token)
	return err
}
