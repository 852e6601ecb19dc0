package threads

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// EditPost is EditThread for a post, in tx: its blog changes what it knows of the post in the same transaction.
func (s *Service) EditPost(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64, in Edit) error {
	if err := s.editPost(ctx, tx, v, id, in); err != nil {
		return fmt.Errorf("edit post %d: %w", id, err)
	}
	return nil
}

func (s *Service) editPost(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64, in Edit) error {
	e, err := selectPostEntry(ctx, tx, v, id)
	if err != nil {
		return err
	}
	in.Title = oneLine(in.Title)
	topics, wrong, err := topicsFor(ctx, tx, in.Topics)
	if err != nil {
		return err
	}
	if err := errs.InvalidFields(slices.Concat(checkTitle(in.Title), checkArticle(in.Body, true), wrong)...); err != nil {
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
	e, err := selectPostEntry(ctx, tx, v, id)
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

// selectPostEntry reads a post that v can see and that is still there.
func selectPostEntry(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64) (entry, error) {
	if !v.SignedIn() {
		return entry{}, signIn
	}
	e, err := selectEntry(ctx, tx, v, kindThread, id)
	if err == nil && (e.deleted || e.of != Post) {
		err = noThread
	}
	return e, err
}
