package importers

import (
	"context"

	"watercooler/app/db"
)

// section is how the lines of one type come in: read one after the other, written in batches.
type section[T any] struct {
	kind  string // of the lines
	title string // for the progress bar
	noun  string // for the report
	read  func(rec *record) (T, error)
	write func(ctx context.Context, tx *db.Tx, list []T) (outcome, error)
}

// writeSection brings in the lines of s; where there are none, nothing is said.
func writeSection[T any](ctx context.Context, j *jsonl, s section[T]) error {
	if j.counts[s.kind] == 0 {
		return nil
	}
	j.Progress.Start(s.title, j.counts[s.kind])
	out := &batch[T]{ctx: ctx, r: j.run, noun: s.noun, write: s.write}
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != s.kind {
			return nil
		}
		j.report.read(s.noun, 1)
		one, err := s.read(rec)
		if err != nil {
			return err
		}
		return out.add(one)
	})
	if err != nil {
		return err
	}
	return out.flush()
}
