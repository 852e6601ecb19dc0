package importers

import (
	"cmp"
	"context"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/threads"
)

func (j *jsonl) writeThreads(ctx context.Context) error {
	j.Progress.Start("Threads", j.counts[typeThread])
	out := j.threads(ctx, "threads")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typeThread || j.duplicates[p] {
			return nil
		}
		j.report.read("threads", 1)
		if rec.ID != "" {
			rec.Body = asTyped(rec.Text + j.together(rec.Authors)) // nothing, where there is a title alone, as in old bibliographies
		}
		if rec.Title == "" {
			j.report.skip("threads", "it has neither title nor text", rec.ExternalID)
			return nil
		}
		thread := threads.ThreadRecord{
			ExternalID: rec.ExternalID, Kind: threads.Kind(rec.Kind), Title: rec.Title, Body: rec.Body, AuthorExternalID: rec.Author,
			Topics: j.subjects(rec.Topics), Audience: j.audience(rec.Audience), CreatedAt: rec.Created.Time, EditedAt: rec.Edited.pointer(), ClosedAt: rec.Closed.pointer(),
			Network: j.networkIDs[rec.Network], PinnedAt: rec.Pinned.pointer(), Votes: rec.Votes, Unfollowed: j.manifest != nil, // an archive says itself who follows what
		}
		if err := j.dated(rec, &thread.CreatedAt, &thread.Hash, thread); err != nil {
			return err
		}
		return out.add(thread)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// writeCoAuthors says who wrote threads together with their authors.
func (j *jsonl) writeCoAuthors(ctx context.Context) error {
	if j.joint == 0 {
		return nil
	}
	j.Progress.Start("Further authors", j.joint)
	out := j.coAuthors(ctx, "threads by several authors")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typeThread || len(rec.Authors) == 0 || j.duplicates[p] || rec.Kind == string(threads.Post) {
			return nil
		}
		return out.add(blogs.CoAuthorsRecord{ThreadExternalID: rec.ExternalID, AuthorExternalIDs: rec.Authors})
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// audience returns an audience as the hub keeps it.
func (j *jsonl) audience(written string) string {
	if kept, ok := j.audiences[written]; ok {
		return kept
	}
	return cmp.Or(written, j.Audience)
}

func (j *jsonl) writeReplies(ctx context.Context) error {
	j.Progress.Start("Replies", j.counts[typeReply])
	out := j.replies(ctx, "replies")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typeReply || j.duplicates[p] {
			return nil
		}
		j.report.read("replies", 1)
		if rec.ID != "" {
			rec.Body = asTyped(rec.Text)
		}
		if rec.Body == "" && rec.Deleted.IsZero() {
			j.report.skip("replies", "it has no text", rec.ExternalID)
			return nil
		}
		reply := threads.ReplyRecord{
			ExternalID: rec.ExternalID, ThreadExternalID: rec.Thread, ParentExternalID: rec.Parent, Body: rec.Body,
			AuthorExternalID: rec.Author, CreatedAt: rec.Created.Time, EditedAt: rec.Edited.pointer(), Votes: rec.Votes, Accepted: rec.Accepted,
			DeletedAt: rec.Deleted.pointer(),
		}
		if err := j.dated(rec, &reply.CreatedAt, &reply.Hash, reply); err != nil {
			return err
		}
		if j.late[reply.ExternalID] != "" {
			reply.ParentExternalID = "" // until it is there; what comes first is written first
		}
		return out.add(reply)
	})
	if err != nil {
		return err
	}
	if err := out.flush(); err != nil || len(j.late) == 0 {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := j.Threads.LinkParents(ctx, tx, j.late)
		return err
	})
}
