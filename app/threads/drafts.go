package threads

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// PlaceNew is where the composer keeps a thread that is not opened yet.
const PlaceNew = "new"

// ReplyPlace is where a reply to a thread is kept until it is sent.
func ReplyPlace(thread int64) string { return "thread:" + strconv.FormatInt(thread, 10) }

// EditPlace is where an unfinished edit of a thread or reply is kept.
func EditPlace(kind string, id int64) string { return "edit:" + kind + ":" + strconv.FormatInt(id, 10) }

// Draft is unfinished writing. Each person has at most one in each place, and nobody else can read it.
type Draft struct {
	ID        int64
	Place     string
	Kind      Kind
	Title     string
	Body      string
	Topics    string // as typed, comma separated
	Audience  string
	Network   int64 // where it is to go, 0 for none
	UpdatedAt time.Time
}

// Empty reports whether there is nothing in d worth keeping.
func (d Draft) Empty() bool {
	return strings.TrimSpace(d.Title) == "" && strings.TrimSpace(d.Body) == "" && strings.TrimSpace(d.Topics) == ""
}

const (
	maxDraft  = 200_000 // bytes: room for a text that is too long to send, which must not be lost either
	maxDrafts = 200     // of one person
)

// parsePlace takes a place apart: "new", or the kind and id of the thread to reply to or the entry to edit.
func parsePlace(place string) (edit bool, kind string, id int64, ok bool) {
	if place == PlaceNew {
		return false, "", 0, true
	}
	rest, edit := strings.CutPrefix(place, "edit:")
	kind, digits, _ := strings.Cut(rest, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	ok = err == nil && id > 0 && strconv.FormatInt(id, 10) == digits && (kind == kindThread || edit && kind == kindReply)
	return edit, kind, id, ok
}

// SaveDraft keeps unfinished writing in its place, over what was there, and returns when. An empty draft removes what was
// there. Drafts make no event: they are nobody's business but the writer's.
func (s *Service) SaveDraft(ctx context.Context, v auth.Viewer, d Draft) (time.Time, error) {
	if !v.SignedIn() {
		return time.Time{}, signIn
	}
	if _, _, _, ok := parsePlace(d.Place); !ok {
		return time.Time{}, errs.NotFoundf("There is no such place to write in.")
	}
	if !v.MemberOf(d.Network) {
		d.Network = 0 // nothing can be sent there; the text is kept all the same
	}
	if len(d.Title)+len(d.Body)+len(d.Topics) > maxDraft {
		return time.Time{}, errs.InvalidFields(errs.Field{Name: "body", Text: "This text is too long to keep as a draft. Keep a copy of it elsewhere and shorten it."})
	}
	var at time.Time
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		at = tx.Now()
		if d.Empty() {
			return deleteDraftAt(ctx, tx, v.Person, d.Place)
		}
		updated, err := updateDraft(ctx, tx, v.Person, d)
		if err != nil || updated {
			return err
		}
		return insertDraft(ctx, tx, v.Person, d)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("save draft %s: %w", d.Place, err)
	}
	return at, nil
}

// Draft returns what v left unfinished in a place, NotFound when there is nothing.
func (s *Service) Draft(ctx context.Context, v auth.Viewer, place string) (Draft, error) {
	if !v.SignedIn() {
		return Draft{}, signIn
	}
	d, err := selectDraft(ctx, s.db, v.Person, place)
	if err != nil {
		return Draft{}, fmt.Errorf("draft %s: %w", place, err)
	}
	return d, nil
}

// KeptDraft is a draft in the list of somebody's drafts.
type KeptDraft struct {
	Draft
	Path  string // where to go on writing
	About string // title of the thread it belongs to, "" for a new one, or when the thread can no longer be seen
}

// Drafts returns everything v left unfinished, latest first.
func (s *Service) Drafts(ctx context.Context, v auth.Viewer) ([]KeptDraft, error) {
	if !v.SignedIn() {
		return nil, signIn
	}
	drafts, err := selectDrafts(ctx, s.db, v.Person)
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	var threads, replies []int64
	for _, d := range drafts {
		switch _, kind, id, _ := parsePlace(d.Place); kind {
		case kindThread:
			threads = append(threads, id)
		case kindReply:
			replies = append(replies, id)
		}
	}
	titles, err := selectTitles(ctx, s.db, v, threads, replies)
	if err != nil {
		return nil, fmt.Errorf("threads of drafts: %w", err)
	}
	kept := make([]KeptDraft, len(drafts))
	for i, d := range drafts {
		kept[i] = KeptDraft{Draft: d, Path: "/write"}
		edit, kind, id, _ := parsePlace(d.Place)
		switch {
		case kind == "":
			continue
		case edit && kind == kindThread:
			kept[i].Path = threadPath(id) + "/edit"
		case edit:
			kept[i].Path = replyPath(id) + "/edit"
		default:
			kept[i].Path = threadPath(id) + "#reply"
		}
		kept[i].About = titles[entryID{kind, id}]
	}
	return kept, nil
}

// DeleteDraft throws one of v's drafts away.
func (s *Service) DeleteDraft(ctx context.Context, v auth.Viewer, id int64) error {
	if !v.SignedIn() {
		return signIn
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		// SECURITY: person_id keeps people out of each other's drafts.
		n, err := tx.Exec(ctx, "DELETE FROM drafts WHERE id = $1 AND person_id = $2", id, v.Person)
		if err == nil && n == 0 {
			return errs.NotFoundf("There is no such draft.")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete draft %d: %w", id, err)
	}
	return nil
}

const draftColumns = "id, place, kind, title, body, topics, audience, network_id, updated_at"

func scanDraft(r db.Scanner) (d Draft, err error) {
	var (
		at      int64
		network *int64
	)
	err = r.Scan(&d.ID, &d.Place, &d.Kind, &d.Title, &d.Body, &d.Topics, &d.Audience, &network, &at)
	d.UpdatedAt, d.Network = db.Time(at), orZero(network)
	return d, err
}

func selectDraft(ctx context.Context, q db.Querier, person int64, place string) (Draft, error) {
	return scanDraft(q.QueryRow(ctx, `
SELECT `+draftColumns+`
FROM drafts
WHERE person_id = $1 AND place = $2`, person, place))
}

func selectDrafts(ctx context.Context, q db.Querier, person int64) ([]Draft, error) {
	rows, err := q.Query(ctx, `
SELECT `+draftColumns+`
FROM drafts
WHERE person_id = $1
ORDER BY updated_at DESC, id DESC
LIMIT $2`, person, maxDrafts)
	return db.Collect(rows, err, scanDraft)
}

func updateDraft(ctx context.Context, tx *db.Tx, person int64, d Draft) (bool, error) {
	n, err := tx.Exec(ctx, `
UPDATE drafts
SET kind = $1, title = $2, body = $3, topics = $4, audience = $5, network_id = $6, updated_at = $7
WHERE person_id = $8 AND place = $9`,
		string(d.Kind), d.Title, d.Body, d.Topics, d.Audience, idOrNull(d.Network), db.Micros(tx.Now()), person, d.Place)
	return n > 0, err
}

func insertDraft(ctx context.Context, tx *db.Tx, person int64, d Draft) error {
	var count int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM drafts WHERE person_id = $1", person).Scan(&count); err != nil {
		return err
	}
	if count >= maxDrafts {
		return errs.Conflictf("You have %d drafts, which is as many as are kept. Delete some first.", maxDrafts)
	}
	// Another tab may have written the first draft of this place a moment ago: the later one stays.
	_, err := tx.Exec(ctx, `
INSERT INTO drafts (person_id, place, kind, title, body, topics, audience, network_id, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (person_id, place) DO UPDATE
SET kind = excluded.kind, title = excluded.title, body = excluded.body, topics = excluded.topics,
  audience = excluded.audience, network_id = excluded.network_id, updated_at = excluded.updated_at`,
		person, d.Place, string(d.Kind), d.Title, d.Body, d.Topics, d.Audience, idOrNull(d.Network), db.Micros(tx.Now()))
	return err
}

func deleteDraftAt(ctx context.Context, tx *db.Tx, person int64, place string) error {
	_, err := tx.Exec(ctx, "DELETE FROM drafts WHERE person_id = $1 AND place = $2", person, place)
	return err
}

// entryID names a thread or reply.
type entryID struct {
	kind string
	id   int64
}

// selectTitles reads the titles of threads and of the threads of replies, those that v may see.
func selectTitles(ctx context.Context, q db.Querier, v auth.Viewer, threads, replies []int64) (map[entryID]string, error) {
	titles := map[entryID]string{}
	read := func(kind, part string, ids []int64) error {
		if len(ids) == 0 {
			return nil
		}
		rows, err := sqlRows(ctx, q, sql(part, ids, readable{v, "t.audience"}))
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var (
				id    int64
				title string
			)
			err := r.Scan(&id, &title)
			titles[entryID{kind, id}] = title
			return struct{}{}, err
		})
		return err
	}
	err := read(kindThread, `
SELECT t.id, t.title
FROM threads t
WHERE t.id IN (?) AND ? AND t.deleted_at IS NULL`, threads)
	if err != nil {
		return nil, err
	}
	return titles, read(kindReply, `
SELECT r.id, t.title
FROM replies r
JOIN threads t ON t.id = r.thread_id
WHERE r.id IN (?) AND ? AND t.deleted_at IS NULL`, replies)
}
