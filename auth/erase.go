package auth

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// Erase removes the accounts of people for good, in tx, with their identities, links and tokens. Whoever is signed in with one
// is signed out by their next request.
func Erase(ctx context.Context, tx *db.Tx, people []int64) (accounts int, err error) {
	ids, err := db.QueryIn(ctx, tx, "SELECT a.id FROM accounts a WHERE a.person_id IN ($1)", people)
	if err != nil {
		return 0, fmt.Errorf("find accounts to erase: %w", err)
	}
	for _, statement := range []string{
		"DELETE FROM identities WHERE account_id IN ($1)",
		"DELETE FROM account_links WHERE account_id IN ($1)",
		"DELETE FROM api_tokens WHERE account_id IN ($1)",
		"DELETE FROM accounts WHERE id IN ($1)",
	} {
		if _, err := tx.ExecIn(ctx, statement, ids); err != nil {
			return 0, fmt.Errorf("erase accounts: %w", err)
		}
	}
	return len(ids), nil
}
