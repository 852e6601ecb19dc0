package people

import (
	"context"
	"fmt"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// mostNamed bounds how many people of one name are told apart, or offered in the place of one who is not there.
const mostNamed = 5

// Named finds the one person who works here that somebody means by what they typed: a name as it stands in the directory, an e-mail
// address or @handle. Otherwise the error is one of the form's field and says what to write instead: which of several, or whose
// name holds what was typed.
func Named(ctx context.Context, q db.Querier, field, who string) (Card, error) {
	wrong := func(text string) error { return errs.InvalidFields(errs.Field{Name: field, Text: text}) }
	who = strings.Join(strings.Fields(who), " ")
	if who == "" {
		return Card{}, wrong("Write a name, an e-mail address or an @handle.")
	}
	found, err := selectNamed(ctx, q, who)
	switch {
	case err != nil:
		return Card{}, fmt.Errorf("look for somebody called %q: %w", who, err)
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Card{}, wrong("There is more than one " + who + " here. Write which: " + handlesOf(found, false) + ".")
	case strings.Contains(strings.TrimPrefix(who, "@"), "@"):
		return Card{}, wrong("Nobody in the directory has this e-mail address. An administrator can invite them to the hub.")
	}
	if found, err = selectNamedLike(ctx, q, who); err != nil {
		return Card{}, fmt.Errorf("look for somebody called like %q: %w", who, err)
	}
	if len(found) > 0 {
		return Card{}, wrong("There is nobody by just this name. Do you mean " + handlesOf(found, true) + "?")
	}
	return Card{}, wrong("There is nobody by this name in the directory. Write it as it stands there, or an e-mail address or @handle.")
}

// handlesOf lists people so that one of them can be typed: "@gwen-pryce", and "@gwen-pryce (Gwen Pryce)" with names.
func handlesOf(list []Card, named bool) string {
	names := make([]string, len(list))
	for i, p := range list {
		if names[i] = "@" + p.Handle; named {
			names[i] += " (" + p.Name + ")"
		}
	}
	return strings.Join(names, ", ")
}

const namedColumns = `p.id, p.handle, p.name, p.photo, COALESCE(u.name, ''), p.job_title`

func scanNamed(r db.Scanner) (c Card, err error) {
	return c, r.Scan(&c.ID, &c.Handle, &c.Name, &c.Photo, &c.Unit, &c.JobTitle)
}

// selectNamed returns people who work here by handle, e-mail address or whole name.
func selectNamed(ctx context.Context, q db.Querier, who string) ([]Card, error) {
	low := strings.ToLower(who)
	rows, err := q.Query(ctx, `
		SELECT `+namedColumns+`
		FROM people p
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE p.left_at IS NULL
		  AND (p.handle = $1 OR p.email = $2 OR LOWER(p.name) = $2
		    OR EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id AND a.email = $2))
		ORDER BY p.handle
		LIMIT $3`, strings.TrimPrefix(low, "@"), low, mostNamed)
	return db.Collect(rows, err, scanNamed)
}

// selectNamedLike returns people who work here whose name holds what was typed, whatever its accents.
func selectNamedLike(ctx context.Context, q db.Querier, who string) ([]Card, error) {
	low := strings.TrimPrefix(strings.ToLower(who), "@")
	rows, err := q.Query(ctx, `
		SELECT `+namedColumns+`
		FROM people p
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE p.left_at IS NULL AND (p.handle LIKE $1 ESCAPE '\' OR LOWER(p.name) LIKE $1 ESCAPE '\')
		ORDER BY p.sort_name, p.id
		LIMIT $2`, "%"+like(low)+"%", mostNamed)
	return db.Collect(rows, err, scanNamed)
}
