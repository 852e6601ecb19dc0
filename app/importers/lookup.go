package importers

import (
	"context"
	"slices"
	"strconv"

	"watercooler/app/db"
)

// This file reads what is in the hub already, so that importing twice writes nothing.

// column returns one text of every record.
func column[R any](records []R, of func(R) string) []string {
	list := make([]string, len(records))
	for i, r := range records {
		list[i] = of(r)
	}
	return list
}

// chunked calls do with the texts of a list, some at a time, as the list of a statement.
func chunked(texts []string, do func(in string, args []any) error) error {
	for part := range slices.Chunk(texts, batchSize) {
		part = db.Pad(part)
		if err := do(db.In(1, len(part)), db.Args(part)); err != nil {
			return err
		}
	}
	return nil
}

// intoMap reads rows of two texts.
func intoMap(rows *db.Rows, err error, into map[string]string) error {
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var key, value string
		err := r.Scan(&key, &value)
		into[key] = value
		return struct{}{}, err
	})
	return err
}

// attached returns the files of attachments that are in the hub already, by external id.
func attached(ctx context.Context, q db.Querier, external []string) (map[string]string, error) {
	have := map[string]string{}
	return have, chunked(external, func(in string, args []any) error {
		rows, err := q.Query(ctx, `
			SELECT a.external_id, a.file
			FROM attachments a
			WHERE a.external_id IN (`+in+`)
			LIMIT 2000`, args...)
		return intoMap(rows, err, have)
	})
}

// redirected returns what old addresses lead to already, as lead writes it.
func redirected(ctx context.Context, q db.Querier, paths []string) (map[string]string, error) {
	have := map[string]string{}
	return have, chunked(paths, func(in string, args []any) error {
		rows, err := q.Query(ctx, `
			SELECT r.path, r.object_kind || ' ' || CAST(r.object_id AS TEXT)
			FROM redirects r
			WHERE r.path IN (`+in+`)
			LIMIT 2000`, args...)
		return intoMap(rows, err, have)
	})
}

// lead names what an address leads to.
func lead(kind string, id int64) string { return kind + " " + strconv.FormatInt(id, 10) }
