package importers

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// keepFile puts a file of the archive into the folder of files, unless it is there. The first pass has compared it with its name.
func (j *jsonl) keepFile(key string) (err error) {
	if key == "" {
		return nil
	}
	if have, _, err := j.Files.Get(key); err == nil {
		return have.Close()
	}
	f, err := j.photo(key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	kept, err := j.Files.Put(f, path.Ext(key), maxFile)
	if err == nil && kept != key {
		err = fmt.Errorf("the file %s changed during the import", key)
	}
	return err
}

// writeAttachments brings in the files that belong to threads. One that is tied already, under the same name, is unchanged.
func (j *jsonl) writeAttachments(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeAttachment, title: "Attachments", noun: "attachments",
		read: func(rec *record) (record, error) {
			if err := j.keepFile(rec.File); err != nil {
				return record{}, fmt.Errorf("keep %s: %w", rec.ExternalID, err)
			}
			return *rec, nil
		},
		write: j.attach,
	})
}

// attach ties files to their threads.
func (j *jsonl) attach(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
	have, err := attached(ctx, tx, column(list, func(r record) string { return r.ExternalID }))
	if err != nil {
		return outcome{}, err
	}
	of, err := j.objects(ctx, tx, list, func(r record) string { return r.Person })
	if err != nil {
		return outcome{}, err
	}
	var out outcome
	for _, rec := range list {
		person, _, thread := of(rec)
		if person == 0 || rec.Thread != "" && thread == 0 {
			out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.ExternalID, Reason: absent})
			continue
		}
		switch have[rec.ExternalID] {
		case rec.File:
			out.unchanged++
			continue
		case "":
			out.created++
		default:
			out.changed++
		}
		a := threads.Attachment{
			ExternalID: rec.ExternalID, Thread: thread, Person: person, File: rec.File, Name: rec.Name, ContentType: rec.ContentType, Size: rec.Size,
		}
		if rec.Thread == "" {
			a.Thread = 0
		}
		if _, err := j.Threads.Attach(ctx, tx, a); err != nil {
			return outcome{}, err
		}
	}
	return out, nil
}

// writeRedirects makes old addresses lead to what was there. One that leads somewhere already keeps leading there.
func (j *jsonl) writeRedirects(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeRedirect, title: "Old addresses", noun: "old addresses",
		read:  func(rec *record) (record, error) { return *rec, nil },
		write: j.redirect,
	})
}

func (j *jsonl) redirect(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
	have, err := redirected(ctx, tx, column(list, func(r record) string { return r.Path }))
	if err != nil {
		return outcome{}, err
	}
	of, err := j.objects(ctx, tx, list, func(r record) string { return r.Person })
	if err != nil {
		return outcome{}, err
	}
	var out outcome
	for _, rec := range list {
		kind, id := j.target(rec, of)
		switch to := lead(kind, id); {
		case id == 0:
			out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.Path, Reason: "what it leads to is not in the hub"})
		case have[rec.Path] == to:
			out.unchanged++
		case have[rec.Path] != "":
			out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.Path, Reason: "it leads to something else already"})
		default:
			out.created++
			if err := j.Threads.Redirect(ctx, tx, rec.Path, kind, id); err != nil {
				return outcome{}, err
			}
		}
	}
	return out, nil
}

// target returns what a redirect leads to.
func (j *jsonl) target(rec record, of func(record) (int64, string, int64)) (kind string, id int64) {
	switch {
	case rec.Topic != "":
		return typeTopic, j.topicIDs[rec.Topic]
	case rec.Blog != "":
		return typeBlog, j.blogIDs[rec.Blog]
	case rec.Network != "":
		return typeNetwork, j.networkIDs[rec.Network]
	case rec.Person != "":
		id, _, _ = of(rec)
		return typePerson, id
	}
	_, kind, id = of(rec)
	return kind, id
}

// writeStatements brings in the accessibility statement and its like, where somebody has changed them. What this hub says
// itself stays: it is about this hub.
func (j *jsonl) writeStatements(ctx context.Context) error {
	return j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typeStatement {
			return nil
		}
		j.report.read("statements", 1)
		var have string
		err := j.DB.QueryRow(ctx, `
			SELECT s.body
			FROM statements s
			WHERE s.slug = $1`, rec.Slug).Scan(&have)
		switch {
		case err == nil && have == rec.Body:
			j.report.count("statements").Unchanged++
			return nil
		case err == nil:
			j.report.skip("statements", "the hub has one of its own", rec.Slug)
			return nil
		case !errs.IsNotFound(err):
			return err
		}
		if j.Statements == nil {
			j.report.skip("statements", "this program cannot write statements", rec.Slug)
			return nil
		}
		j.report.count("statements").Created++
		return j.Statements.Edit(ctx, auth.Operator(), rec.Slug, rec.Body, time.Time{})
	})
}
