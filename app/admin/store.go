package admin

import (
	"context"

	"watercooler/app/db"
)

func selectCounts(ctx context.Context, q db.Querier) (c Counts, err error) {
	err = q.QueryRow(ctx, `
		SELECT
			(SELECT COUNT(*) FROM people p WHERE p.left_at IS NULL),
			(SELECT COUNT(*) FROM people p WHERE p.left_at IS NOT NULL),
			(SELECT COUNT(*) FROM accounts a WHERE a.disabled_at IS NULL),
			(SELECT COUNT(*) FROM threads t WHERE t.deleted_at IS NULL),
			(SELECT COUNT(*) FROM replies r WHERE r.deleted_at IS NULL),
			(SELECT COUNT(*) FROM topics t)`).Scan(&c.People, &c.Leavers, &c.Accounts, &c.Threads, &c.Replies, &c.Topics)
	return c, err
}

// holder is the person an account belongs to.
type holder struct {
	Name, Email string
	HasPassword bool
}

func selectHolder(ctx context.Context, q db.Querier, account int64) (h holder, err error) {
	err = q.QueryRow(ctx, `
		SELECT p.name, a.email, a.password_hash <> ''
		FROM accounts a
		JOIN people p ON p.id = a.person_id
		WHERE a.id = $1`, account).Scan(&h.Name, &h.Email, &h.HasPassword)
	return h, err
}
