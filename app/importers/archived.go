package importers

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// writePhotos keeps the photos that profiles name, and then lets the profiles show them.
func (j *jsonl) writePhotos(ctx context.Context) error {
	photos := map[string]string{} // by external id of the person
	flush := func() error {
		if len(photos) == 0 {
			return nil
		}
		var changed int
		if err := j.DB.Tx(ctx, func(tx *db.Tx) (err error) {
			changed, err = j.People.ImportPhotos(ctx, tx, photos)
			return err
		}); err != nil {
			return err
		}
		c := j.report.count("photos")
		c.Read += len(photos)
		c.Created += changed
		c.Unchanged += len(photos) - changed
		clear(photos)
		return nil
	}
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typePerson || rec.Photo == "" || j.duplicates[p] {
			return nil
		}
		if err := j.keepPhoto(rec.Photo); err != nil {
			if errs.As(err) == nil {
				return fmt.Errorf("keep photo of %s: %w", rec.ExternalID, err)
			}
			j.report.read("photos", 1)
			j.report.skip("photos", errs.As(err).Text, rec.ExternalID)
			return nil
		}
		photos[rec.ExternalID] = rec.Photo
		if len(photos) < batchSize {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// keepPhoto puts a photo into the folder of files, unless it is there. The first pass has compared it with its name.
func (j *jsonl) keepPhoto(key string) error {
	if have, _, err := j.People.File(auth.Operator(), key); err == nil {
		return have.Close()
	}
	f, err := j.photo(key)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	kept, err := j.People.KeepPhoto(f)
	if err == nil && kept != key {
		err = fmt.Errorf("the file %s changed during the import", key)
	}
	return err
}

// objects finds the threads and replies that records are about, and the people behind them.
func (j *jsonl) objects(ctx context.Context, q db.Querier, list []record, who func(record) string) (of func(record) (person int64, kind string, id int64), err error) {
	var persons, threadIDs, replyIDs []string
	for _, rec := range list {
		persons, threadIDs, replyIDs = append(persons, who(rec)), append(threadIDs, rec.Thread), append(replyIDs, rec.Reply)
	}
	people, err := j.People.IDsByExternal(ctx, q, persons)
	if err != nil {
		return nil, err
	}
	opened, err := j.Threads.IDsByExternal(ctx, q, threadIDs)
	if err != nil {
		return nil, err
	}
	replied, err := j.Threads.RepliesByExternal(ctx, q, replyIDs)
	if err != nil {
		return nil, err
	}
	return func(rec record) (int64, string, int64) {
		if rec.Thread != "" {
			return people[who(rec)], typeThread, opened[rec.Thread]
		}
		return people[who(rec)], typeReply, replied[rec.Reply]
	}, nil
}

// absent is why a vote or revision is skipped.
const absent = "what it is about, or who made it, is not in the hub"

func (j *jsonl) writeVotes(ctx context.Context) error {
	return j.writeAbout(ctx, typeVote, "votes", func(rec record) string { return rec.Person },
		func(ctx context.Context, tx *db.Tx, list []record, of func(record) (int64, string, int64)) (outcome, error) {
			var votes []threads.VoteRecord
			var out outcome
			for _, rec := range list {
				person, kind, id := of(rec)
				if person == 0 || id == 0 {
					out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.Person + " → " + rec.Thread + rec.Reply, Reason: absent})
					continue
				}
				votes = append(votes, threads.VoteRecord{Person: person, Kind: kind, ID: id, At: j.date(&rec)})
			}
			done, err := j.Threads.ImportVotes(ctx, tx, votes)
			out.created, out.unchanged = done.Created, done.Unchanged
			return out, err
		})
}

func (j *jsonl) writeRevisions(ctx context.Context) error {
	return j.writeAbout(ctx, typeRevision, "revisions", func(rec record) string { return rec.Editor },
		func(ctx context.Context, tx *db.Tx, list []record, of func(record) (int64, string, int64)) (outcome, error) {
			var revisions []threads.RevisionRecord
			var out outcome
			for _, rec := range list {
				editor, kind, id := of(rec)
				if editor == 0 || id == 0 {
					out.skipped = append(out.skipped, threads.Skipped{ExternalID: fmt.Sprintf("%s%s, %d", rec.Thread, rec.Reply, rec.Number), Reason: absent})
					continue
				}
				revisions = append(revisions, threads.RevisionRecord{
					Kind: kind, ID: id, Number: rec.Number, Title: rec.Title, Body: rec.Body, Editor: editor, At: j.date(&rec),
				})
			}
			done, err := j.Threads.ImportRevisions(ctx, tx, revisions)
			out.created, out.unchanged = done.Created, done.Unchanged
			return out, err
		})
}

// writeAbout writes the records of a type that are about threads and replies.
func (j *jsonl) writeAbout(ctx context.Context, typ, noun string, who func(record) string,
	write func(ctx context.Context, tx *db.Tx, list []record, of func(record) (int64, string, int64)) (outcome, error),
) error {
	if j.counts[typ] == 0 {
		return nil
	}
	j.Progress.Start(noun, j.counts[typ])
	out := &batch[record]{ctx: ctx, r: j.run, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
		of, err := j.objects(ctx, tx, list, who)
		if err != nil {
			return outcome{}, err
		}
		return write(ctx, tx, list, of)
	}}
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typ {
			return nil
		}
		j.report.read(noun, 1)
		return out.add(*rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// date returns when something was done: the moment of the import, where nobody says.
func (j *jsonl) date(rec *record) (at time.Time) {
	if at = j.created(rec); at.IsZero() {
		at = j.now
	}
	return at
}
