package threads

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// EditPost is EditRoom for a post.
func (s *Service) EditPost(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64, in Edit) error {
	return s.EditRoom(ctx, tx, v, Post, id, in)
}

// EditRoom is EditThread for a thread of a room's own kind, in tx: the room changes what it knows of the thread in the same
// transaction. Who may rewrite a post is decided here; of other kinds the room has decided that v may.
func (s *Service) EditRoom(ctx context.Context, tx *db.Tx, v auth.Viewer, kind Kind, id int64, in Edit) error {
	if err := s.editRoom(ctx, tx, v, kind, id, in); err != nil {
		return fmt.Errorf("edit %s %d: %w", kind, id, err)
	}
	return nil
}

func (s *Service) editRoom(ctx context.Context, tx *db.Tx, v auth.Viewer, kind Kind, id int64, in Edit) error {
	e, err := selectRoomEntry(ctx, tx, v, kind, id)
	if err != nil {
		return err
	}
	e.coauthor = e.coauthor || kind != Post
	in.Title = oneLine(in.Title)
	topics, wrong, err := topicsFor(ctx, tx, in.Topics)
	if err != nil {
		return err
	}
	if err := errs.InvalidFields(slices.Concat(checkTitle(in.Title), checkArticle(in.Body, kind == Post), wrong)...); err != nil {
		return err
	}
	doc, err := renderIn(ctx, tx, in.Body, article)
	if err != nil {
		return err
	}
	rewritten, err := s.rewrite(ctx, tx, v, e, in, doc)
	if err != nil {
		return err
	}
	opened, err := readdress(ctx, tx, v, &e, in.Audience)
	if err != nil {
		return err
	}
	regrouped, err := replaceTopics(ctx, tx, id, topics)
	if err != nil || !rewritten && !regrouped && !opened {
		return err
	}
	return s.append(ctx, tx, v, "thread.edited", e)
}

// DeletePost is DeleteThread for a post, in tx, and reports how many replies stay behind: its blog takes away what it knows of
// the post in the same transaction.
func (s *Service) DeletePost(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64) (replies int, err error) {
	e, err := selectRoomEntry(ctx, tx, v, Post, id)
	if err == nil && !may(v, e.author) && !keeps(v, e.network) {
		err = notYours
	}
	if err != nil {
		return 0, fmt.Errorf("delete post %d: %w", id, err)
	}
	if _, err := markDeleted(ctx, tx, kindThread, id); err != nil {
		return 0, fmt.Errorf("delete post %d: %w", id, err)
	}
	if err := tx.QueryRow(ctx, "SELECT reply_count FROM threads WHERE id = $1", id).Scan(&replies); err != nil {
		return 0, fmt.Errorf("delete post %d: %w", id, err)
	}
	return replies, s.append(ctx, tx, v, "thread.deleted", e)
}

// selectRoomEntry reads a thread of a kind that v can see and that is still there.
func selectRoomEntry(ctx context.Context, tx *db.Tx, v auth.Viewer, kind Kind, id int64) (entry, error) {
	if !v.SignedIn() {
		return entry{}, signIn
	}
	e, err := selectEntry(ctx, tx, v, kindThread, id)
	if err == nil && (e.deleted || e.of != kind) {
		err = noThread
	}
	return e, err
}
