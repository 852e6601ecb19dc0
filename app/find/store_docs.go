package find

import (
	"context"
	"fmt"
	"strings"

	"watercooler/app/db"
)

// A thread is found by what is said in it: by the accepted answer first, and then by as many replies, from the first one on, as make
// mostSaid bytes. Who looks for what the five hundredth says finds that reply itself.
const (
	mostReplies = 200
	mostSaid    = 48 << 10
)

// said is what the replies of a thread say, for the index only.
type said struct {
	parts []string // plain text
	size  int
	last  int64 // when the latest of them was written
}

func (s *said) text() string {
	if s == nil {
		return ""
	}
	return strings.Join(s.parts, "\n")
}

// saidIn returns what is said in threads, whoever may read it: for the index only.
func saidIn(ctx context.Context, q db.Querier, ids []int64) (map[int64]*said, error) {
	out := make(map[int64]*said, len(ids))
	for _, id := range ids {
		out[id] = &said{}
	}
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT s.thread_id, s.created_at, s.body_html
		FROM (
			SELECT r.thread_id, r.id, r.created_at, r.body_html,
				ROW_NUMBER() OVER (PARTITION BY r.thread_id ORDER BY CASE WHEN r.id = t.accepted_reply_id THEN 0 ELSE 1 END, r.created_at, r.id) AS place
			FROM replies r
			JOIN threads t ON t.id = r.thread_id
			WHERE r.deleted_at IS NULL AND r.thread_id IN (`+db.In(1, len(ids))+`)) s
		WHERE s.place <= `+db.In(len(ids)+1, 1)+`
		ORDER BY s.thread_id, s.place`, append(db.Args(ids), mostReplies)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var thread, at int64
		var body string
		err := r.Scan(&thread, &at, &body)
		s := out[thread]
		s.last = max(s.last, at)
		if s.size < mostSaid {
			text := plain(body)
			s.parts = append(s.parts, text)
			s.size += len(text)
		}
		return struct{}{}, err
	})
	return out, err
}

// fresh is whether a thread is still right, and what it is for.
type fresh struct {
	checked    int64 // 0 for never
	superseded bool
	check      int64 // when it is looked at again, 0 for no such day
	guide      bool
	reflection bool // it is what somebody learnt, shared
}

// freshness returns of threads whether they are still right; those of which nothing is known are left out.
func freshness(ctx context.Context, q db.Querier, ids []int64) (map[int64]fresh, error) {
	out := make(map[int64]fresh)
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT t.id, COALESCE(t.checked_at, 0), t.superseded_by IS NOT NULL,
			CASE WHEN t.reference OR t.kind IN ('post', 'discussion') OR t.kind = 'question' AND t.accepted_reply_id IS NOT NULL
				THEN COALESCE(t.check_at, 0) ELSE 0 END,
			t.reference, r.id IS NOT NULL
		FROM threads t
		LEFT JOIN reflections r ON r.thread_id = t.id
		WHERE (t.checked_at IS NOT NULL OR t.superseded_by IS NOT NULL OR t.check_at IS NOT NULL OR t.reference OR r.id IS NOT NULL) AND t.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var f fresh
		err := r.Scan(&id, &f.checked, &f.superseded, &f.check, &f.guide, &f.reflection)
		out[id] = f
		return struct{}{}, err
	})
	return out, err
}

// coAuthors returns who wrote threads beside their authors.
func coAuthors(ctx context.Context, q db.Querier, ids []int64) (map[int64][]Author, error) {
	out := make(map[int64][]Author)
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT a.thread_id, p.id, p.handle, p.name
		FROM post_authors a
		JOIN people p ON p.id = a.person_id
		WHERE a.thread_id IN (`+db.In(1, len(ids))+`)
		ORDER BY a.thread_id, p.id`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var thread int64
		var a Author
		err := r.Scan(&thread, &a.ID, &a.Handle, &a.Name)
		out[thread] = append(out[thread], a)
		return struct{}{}, err
	})
	return out, err
}

// toldBy returns the names of the papers, bodies and sites that signals come from, by thread.
func toldBy(ctx context.Context, q db.Querier, ids []int64) (map[int64]string, error) {
	out := make(map[int64]string)
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT g.thread_id, g.source
		FROM signals g
		WHERE g.thread_id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var thread int64
		var source string
		err := r.Scan(&thread, &source)
		out[thread] = source
		return struct{}{}, err
	})
	return out, err
}

// Texts returns the titles and bodies of threads and replies, "" for anything else and for what is gone: for the index only, which asks
// for nothing that whoever searches may not read.
func (s *Service) Texts(ctx context.Context, refs []string) ([]string, error) {
	var threadIDs, replyIDs []int64
	for _, r := range refs {
		if id, ok := refID(r, "thread"); ok {
			threadIDs = append(threadIDs, id)
		} else if id, ok := refID(r, "reply"); ok {
			replyIDs = append(replyIDs, id)
		}
	}
	found, err := selectTexts(ctx, s.db, threadIDs, replyIDs)
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = plain(found[r])
	}
	return out, nil
}

// selectTexts returns what threads and replies say, threads with their titles, by ref.
func selectTexts(ctx context.Context, q db.Querier, threads, replies []int64) (map[string]string, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT 'thread:' || CAST(t.id AS TEXT), '<p>' || t.title || '</p>' || t.body_html
		FROM threads t
		WHERE t.id IN (`+db.AllOf(&p, threads)+`)
		UNION ALL
		SELECT 'reply:' || CAST(r.id AS TEXT), r.body_html
		FROM replies r
		WHERE r.id IN (`+db.AllOf(&p, replies)+`)`, p.Values()...)
	out := make(map[string]string, len(threads)+len(replies))
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var ref, html string
		err := r.Scan(&ref, &html)
		out[ref] = html
		return struct{}{}, err
	})
	return out, err
}
