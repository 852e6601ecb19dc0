package blogs

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
)

// CoAuthorsRecord says who wrote a thread together with its author, as a source outside the hub describes it. What they wrote
// speaks for each of them.
type CoAuthorsRecord struct {
	ThreadExternalID  string
	AuthorExternalIDs []string // those the hub does not know are left out
}

// ImportCoAuthors brings further authors of threads in or up to date. Threads must be in the hub already; one that is not was
// skipped before and said so. All of it is part of tx, with one event.
func (s *Service) ImportCoAuthors(ctx context.Context, tx *db.Tx, list []CoAuthorsRecord) (threads.Outcome, error) {
	im := newImporter(tx, len(list))
	for _, r := range list {
		if err := im.coAuthors(ctx, r); err != nil {
			return threads.Outcome{}, fmt.Errorf("import authors of %s: %w", r.ThreadExternalID, err)
		}
	}
	if err := im.finish(ctx, "threads"); err != nil {
		return threads.Outcome{}, fmt.Errorf("import authors: %w", err)
	}
	return im.out, nil
}

func (im *importer) coAuthors(ctx context.Context, r CoAuthorsRecord) error {
	var id, author int64
	err := im.tx.QueryRow(ctx, `
SELECT id, author_id
FROM threads
WHERE external_id = $1`, r.ThreadExternalID).Scan(&id, &author)
	if errs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	want, err := selectPeopleByExternal(ctx, im.tx, r.AuthorExternalIDs)
	if err != nil {
		return err
	}
	want = slices.DeleteFunc(want, func(p int64) bool { return p == author })
	have, err := selectCoAuthors(ctx, im.tx, id)
	if err != nil {
		return err
	}
	if slices.Equal(have, want) {
		im.out.Unchanged++
		return nil
	}
	im.out.Changed++
	im.written = append(im.written, id)
	p := Post{ID: id, Author: threads.Author{ID: author}}
	for _, person := range want {
		p.Others = append(p.Others, threads.Author{ID: person})
	}
	return replacePostAuthors(ctx, im.tx, p)
}

// selectPeopleByExternal returns the ids of people by their external ids, in ascending order.
func selectPeopleByExternal(ctx context.Context, q db.Querier, external []string) ([]int64, error) {
	external = external[:min(len(external), maxOthers)]
	rows, err := q.Query(ctx, `
SELECT id
FROM people
WHERE external_id IN (`+db.In(1, len(external))+`)
ORDER BY id`, db.Args(external)...)
	return db.Collect(rows, err, db.One[int64])
}

// selectCoAuthors returns who wrote a thread with its author, in ascending order.
func selectCoAuthors(ctx context.Context, q db.Querier, thread int64) ([]int64, error) {
	rows, err := q.Query(ctx, `
SELECT person_id
FROM post_authors
WHERE thread_id = $1
ORDER BY person_id
LIMIT $2`, thread, 2*maxOthers)
	return db.Collect(rows, err, db.One[int64])
}
