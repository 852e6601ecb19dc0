package threads

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"watercooler/app/db"
	"watercooler/app/event"
)

// Erasure is what Erase removes, as ToErase found it, by ids.
type Erasure struct {
	Threads, Replies []int64
	// Others is how much of it was written by people who stay.
	OthersThreads, OthersReplies int
	people                       []int64
}

// ToErase finds what goes with people: what they wrote, everything in networks, the threads of posts, and every reply to any
// of these, whoever wrote it.
func (s *Service) ToErase(ctx context.Context, q db.Querier, people, networks, posts []int64) (Erasure, error) {
	e := Erasure{Threads: posts, people: people}
	for _, look := range []struct {
		query string
		ids   []int64
		into  *[]int64
	}{
		{"SELECT t.id FROM threads t WHERE t.author_id IN ($1)", people, &e.Threads},
		{"SELECT t.id FROM threads t WHERE t.network_id IN ($1)", networks, &e.Threads},
		{"SELECT r.id FROM replies r WHERE r.author_id IN ($1)", people, &e.Replies},
	} {
		found, err := db.QueryIn(ctx, q, look.query, look.ids)
		if err != nil {
			return Erasure{}, fmt.Errorf("find what to erase: %w", err)
		}
		*look.into = each(*look.into, found)
	}
	under, err := db.QueryIn(ctx, q, "SELECT r.id FROM replies r WHERE r.thread_id IN ($1)", e.Threads)
	if err != nil {
		return Erasure{}, fmt.Errorf("find replies to erase: %w", err)
	}
	e.Replies = each(e.Replies, under)
	if e.OthersThreads, err = s.byOthers(ctx, q, "SELECT DISTINCT t.author_id FROM threads t WHERE t.id IN ($1)", "threads", e.Threads, people); err != nil {
		return Erasure{}, err
	}
	e.OthersReplies, err = s.byOthers(ctx, q, "SELECT DISTINCT r.author_id FROM replies r WHERE r.id IN ($1)", "replies", e.Replies, people)
	return e, err
}

// each returns the ids of both lists, each once, in order.
func each(a, b []int64) []int64 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// byOthers counts those of ids whose author is not one of people.
func (s *Service) byOthers(ctx context.Context, q db.Querier, authors, table string, ids, people []int64) (int, error) {
	all, err := db.QueryIn(ctx, q, authors, ids)
	if err != nil {
		return 0, fmt.Errorf("find authors: %w", err)
	}
	others := slices.DeleteFunc(all, func(id int64) bool { _, one := slices.BinarySearch(people, id); return one })
	theirs, err := db.QueryIn(ctx, q, "SELECT x.id FROM "+table+" x WHERE x.author_id IN ($1)", others)
	if err != nil {
		return 0, fmt.Errorf("count what others wrote: %w", err)
	}
	theirs = slices.DeleteFunc(theirs, func(id int64) bool { _, gone := slices.BinarySearch(ids, id); return !gone })
	return len(theirs), nil
}

// Erase removes e for good, in tx, with votes, revisions, attachments and follows, and everything else of the people that is
// kept here. What others wrote and voted elsewhere is counted anew. What a post has besides must be gone from package blogs.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, e Erasure) error {
	touched, err := db.QueryIn(ctx, tx, "SELECT r.thread_id FROM replies r WHERE r.id IN ($1)", e.Replies)
	if err != nil {
		return fmt.Errorf("find threads to count: %w", err)
	}
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"UPDATE replies SET parent_id = NULL WHERE parent_id IN ($1)", e.Replies},
		{"DELETE FROM votes WHERE object_kind = 'reply' AND object_id IN ($1)", e.Replies},
		{"DELETE FROM revisions WHERE object_kind = 'reply' AND object_id IN ($1)", e.Replies},
		{"DELETE FROM redirects WHERE object_kind = 'reply' AND object_id IN ($1)", e.Replies},
		{"DELETE FROM replies WHERE id IN ($1)", e.Replies},
		{"UPDATE threads SET moved_to = NULL WHERE moved_to IN ($1)", e.Threads},
		{"UPDATE threads SET superseded_by = NULL WHERE superseded_by IN ($1)", e.Threads},
		{"UPDATE threads SET checked_at = NULL, checked_by = NULL WHERE checked_by IN ($1)", e.people},
		{"UPDATE threads SET owner_id = NULL WHERE owner_id IN ($1)", e.people},
		{"UPDATE threads SET deputy_id = NULL WHERE deputy_id IN ($1)", e.people},
		{"DELETE FROM votes WHERE object_kind = 'thread' AND object_id IN ($1)", e.Threads},
		{"DELETE FROM revisions WHERE object_kind = 'thread' AND object_id IN ($1)", e.Threads},
		{"DELETE FROM redirects WHERE object_kind = 'thread' AND object_id IN ($1)", e.Threads},
		{"DELETE FROM watches WHERE object_kind = 'thread' AND object_id IN ($1)", e.Threads},
		{"DELETE FROM attachments WHERE thread_id IN ($1)", e.Threads},
		{"DELETE FROM thread_topics WHERE thread_id IN ($1)", e.Threads},
		{"DELETE FROM threads WHERE id IN ($1)", e.Threads},
		{"DELETE FROM votes WHERE person_id IN ($1)", e.people},
		{"DELETE FROM revisions WHERE editor_id IN ($1)", e.people},
		{"DELETE FROM watches WHERE person_id IN ($1)", e.people},
		{"DELETE FROM drafts WHERE person_id IN ($1)", e.people},
		{"DELETE FROM attachments WHERE person_id IN ($1)", e.people},
		{"UPDATE threads SET active_at = COALESCE((SELECT MAX(r.created_at) FROM replies r WHERE r.thread_id = threads.id), created_at) WHERE id IN ($1)", touched},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase threads: %w", err)
		}
	}
	for _, id := range e.Threads { // what somebody was about to reply
		if _, err := tx.Exec(ctx, "DELETE FROM drafts WHERE place = $1", "thread:"+strconv.FormatInt(id, 10)); err != nil {
			return fmt.Errorf("erase drafts: %w", err)
		}
	}
	for _, statement := range recounts {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("count anew: %w", err)
		}
	}
	return event.AppendBatch(ctx, tx, map[string][]int64{"threads": each(e.Threads, touched), "replies": e.Replies})
}

// EraseTraces removes, in tx, the follows and old addresses of things that are gone, and takes networks out of what is being
// written.
func (s *Service) EraseTraces(ctx context.Context, tx *db.Tx, gone map[string][]int64) error {
	if _, err := tx.ExecIn(ctx, "UPDATE drafts SET network_id = NULL WHERE network_id IN ($1)", gone["network"]); err != nil {
		return fmt.Errorf("take networks out of drafts: %w", err)
	}
	for kind, ids := range gone {
		for _, table := range []string{"watches", "redirects"} {
			if _, err := tx.ExecIn(ctx, "DELETE FROM "+table+" WHERE object_kind = '"+kind+"' AND object_id IN ($1)", ids); err != nil {
				return fmt.Errorf("erase what leads to a %s: %w", kind, err)
			}
		}
	}
	return nil
}
