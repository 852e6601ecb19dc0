package people

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// ExternalByEmail returns who works, or worked, in the home organisation under each of these e-mail addresses, by their external
// ids: a letter in a list's archive says an address, and an import names its authors by external id. An address of somebody
// without an external id has an empty list, one that nobody has is left out.
func (s *Service) ExternalByEmail(ctx context.Context, q db.Querier, emails []string) (map[string][]string, error) {
	home, err := selectHome(ctx, q)
	if errs.IsNotFound(err) {
		return nil, nil //nolint:nilnil // where there is no organisation there is nobody: an empty map
	}
	if err != nil {
		return nil, fmt.Errorf("find people by e-mail: %w", err)
	}
	for i := range emails {
		emails[i] = address(emails[i])
	}
	found, err := selectExternalByEmail(ctx, q, home.ID, emails)
	if err != nil {
		return nil, fmt.Errorf("find people by e-mail: %w", err)
	}
	return found, nil
}

func selectExternalByEmail(ctx context.Context, q db.Querier, organisation int64, emails []string) (map[string][]string, error) {
	found := make(map[string][]string, len(emails))
	err := chunks(emails, func(part []string) error {
		rows, err := q.Query(ctx, `
			SELECT p.email, COALESCE(p.external_id, '')
			FROM people p
			WHERE p.organisation_id = $1 AND p.email <> '' AND p.email IN (`+db.In(2, len(part))+`)
			ORDER BY p.id`, db.Args(part, organisation)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (email string, err error) {
			var external string
			err = r.Scan(&email, &external)
			found[email] = append(found[email], []string{external}[:min(1, len(external))]...)
			return email, err
		})
		return err
	})
	return found, err
}
