package threads

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
)

// VoteRecord is that somebody found something useful, by ids in the hub.
type VoteRecord struct {
	Person int64
	Kind   string // thread or reply
	ID     int64
	At     time.Time
}

// ImportVotes brings in votes whose voters are known, in tx, with one event that names what they are about. A vote that is
// there already is unchanged. The ids are the caller's word: it has just looked them up.
func (s *Service) ImportVotes(ctx context.Context, tx *db.Tx, records []VoteRecord) (Outcome, error) {
	var out Outcome
	gained := map[string]map[int64]int{kindThread: {}, kindReply: {}}
	for _, r := range records {
		gains, ok := gained[r.Kind]
		if !ok {
			return Outcome{}, errs.Invalidf("Nobody can vote for a %s.", r.Kind)
		}
		added, err := insertVote(ctx, tx, r)
		switch {
		case err != nil:
			return Outcome{}, fmt.Errorf("import vote of person %d for %s %d: %w", r.Person, r.Kind, r.ID, err)
		case added:
			out.Created++
			gains[r.ID]++
		default:
			out.Unchanged++
		}
	}
	told := make(map[string][]int64, len(gained))
	for _, kind := range []string{kindThread, kindReply} {
		for _, id := range slices.Sorted(maps.Keys(gained[kind])) { // in order, so that two imports take their locks alike
			if err := addVotes(ctx, tx, kind, id, gained[kind][id]); err != nil {
				return Outcome{}, fmt.Errorf("count votes of %s %d: %w", kind, id, err)
			}
			told[tables[kind]] = append(told[tables[kind]], id)
		}
	}
	return out, event.AppendBatch(ctx, tx, told)
}

func insertVote(ctx context.Context, tx *db.Tx, r VoteRecord) (added bool, err error) {
	n, err := tx.Exec(ctx, `
INSERT INTO votes (object_kind, object_id, person_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING`, r.Kind, r.ID, r.Person, db.Micros(r.At))
	return n > 0, err
}

// RevisionRecord is what a thread or reply said before an edit, by ids in the hub.
type RevisionRecord struct {
	Kind   string // thread or reply
	ID     int64
	Number int // 1 is the original
	Title  string
	Body   string
	Editor int64     // who replaced it
	At     time.Time // when it was replaced
}

// ImportRevisions brings in what was said before, in tx. A revision of a number that is there already stays as it is. The
// ids are the caller's word. Nobody is told: nothing that is found or shown in a list changes.
func (s *Service) ImportRevisions(ctx context.Context, tx *db.Tx, records []RevisionRecord) (Outcome, error) {
	var out Outcome
	for _, r := range records {
		if r.Kind != kindThread && r.Kind != kindReply || r.Number < 1 {
			return Outcome{}, errs.Invalidf("A %s has no revision %d.", r.Kind, r.Number)
		}
		added, err := insertOldRevision(ctx, tx, r)
		if err != nil {
			return Outcome{}, fmt.Errorf("import revision %d of %s %d: %w", r.Number, r.Kind, r.ID, err)
		}
		if added {
			out.Created++
		} else {
			out.Unchanged++
		}
	}
	return out, nil
}

func insertOldRevision(ctx context.Context, tx *db.Tx, r RevisionRecord) (added bool, err error) {
	n, err := tx.Exec(ctx, `
INSERT INTO revisions (object_kind, object_id, revision, title, body, editor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING`, r.Kind, r.ID, r.Number, r.Title, r.Body, r.Editor, db.Micros(r.At))
	if err != nil || n == 0 {
		return false, err
	}
	// The present text comes after all that was kept.
	_, err = tx.Exec(ctx, "UPDATE "+tables[r.Kind]+" SET revision = $1 WHERE id = $2 AND revision < $1", r.Number+1, r.ID)
	return true, err
}

// LinkParents ties replies to the replies they answer, both by external id, for those that came before what they answer.
// Pairs the hub does not know or that are not of one thread are left out. It returns how many are newly tied.
func (s *Service) LinkParents(ctx context.Context, tx *db.Tx, parentOf map[string]string) (int, error) {
	known, err := selectKnown(ctx, tx, "replies", slices.Concat(slices.Collect(maps.Keys(parentOf)), slices.Collect(maps.Values(parentOf))))
	if err != nil {
		return 0, fmt.Errorf("link parents: %w", err)
	}
	linked := 0
	for _, external := range slices.Sorted(maps.Keys(parentOf)) {
		reply, parent := known[external], known[parentOf[external]]
		if reply.id == 0 || parent.id == 0 || reply.id == parent.id || reply.thread != parent.thread {
			continue
		}
		n, err := tx.Exec(ctx, `
UPDATE replies
SET parent_id = $1
WHERE id = $2 AND (parent_id IS NULL OR parent_id <> $1)`, parent.id, reply.id)
		if err != nil {
			return 0, fmt.Errorf("link %s to its parent: %w", external, err)
		}
		linked += int(n)
	}
	return linked, nil
}

// RepliesByExternal returns the ids of the replies with these external ids; those the hub does not know are left out.
func (s *Service) RepliesByExternal(ctx context.Context, q db.Querier, external []string) (map[string]int64, error) {
	known, err := selectKnown(ctx, q, "replies", external)
	if err != nil {
		return nil, fmt.Errorf("find replies by external id: %w", err)
	}
	ids := make(map[string]int64, len(known))
	for name, r := range known {
		ids[name] = r.id
	}
	return ids, nil
}

// recountThread puts right what a thread counts, after an import withdrew a reply.
func recountThread(ctx context.Context, tx *db.Tx, thread int64) error {
	_, err := tx.Exec(ctx, `
UPDATE threads
SET reply_count = (SELECT COUNT(*) FROM replies r WHERE r.thread_id = $1 AND r.deleted_at IS NULL),
  accepted_reply_id = (
    SELECT a.id
    FROM replies a
    WHERE a.id = threads.accepted_reply_id AND a.thread_id = threads.id AND a.deleted_at IS NULL)
WHERE id = $1`, thread)
	return err
}
