package threads

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// Attachment is a file that belongs to a thread. Whoever may read the thread may read the file; without a thread only who
// brought it may.
type Attachment struct {
	ID          int64
	ExternalID  string // of the source it came from, "" when it was brought here
	Thread      int64  // 0 while it belongs to none
	Person      int64  // who brought it
	File        string // key in app/files
	Name        string // as people know it: "depot-plan.pdf"
	ContentType string
	Size        int64 // bytes
}

// Attach records that a file which is in app/files already belongs to a thread, in tx, and returns the attachment's id. One that
// came before under the same external id is brought up to date.
func (s *Service) Attach(ctx context.Context, tx *db.Tx, a Attachment) (id int64, err error) {
	var external *string
	if a.ExternalID != "" {
		external = &a.ExternalID
	}
	err = tx.QueryRow(ctx, `
INSERT INTO attachments (external_id, thread_id, person_id, file, name, content_type, size, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (external_id) DO UPDATE
SET thread_id = excluded.thread_id, person_id = excluded.person_id, file = excluded.file, name = excluded.name,
  content_type = excluded.content_type, size = excluded.size
RETURNING id`, external, idOrNull(a.Thread), a.Person, a.File, a.Name, a.ContentType, a.Size, db.Micros(tx.Now())).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("attach %s to thread %d: %w", a.Name, a.Thread, err)
	}
	return id, nil
}

// MayReadFile returns the attachment through which v may read the file called key, and false when there is none: the file may
// not be an attachment, or be one of things v cannot see.
func (s *Service) MayReadFile(ctx context.Context, v auth.Viewer, key string) (Attachment, bool, error) {
	var (
		a        Attachment
		external *string
		thread   *int64
	)
	// SECURITY: the audience in the WHERE keeps files of threads from those who cannot read them. An attachment of a thread that
	// was deleted has gone with it.
	err := sql(`
SELECT a.id, a.external_id, a.thread_id, a.person_id, a.file, a.name, a.content_type, a.size
FROM attachments a
LEFT JOIN threads t ON t.id = a.thread_id
WHERE a.file = ?
  AND (t.deleted_at IS NULL AND ? OR a.thread_id IS NULL AND a.person_id = ?)
ORDER BY a.id
LIMIT 1`, key, readable{v, "t.audience"}, v.Person).row(ctx, s.db).Scan(
		&a.ID, &external, &thread, &a.Person, &a.File, &a.Name, &a.ContentType, &a.Size)
	switch {
	case errs.IsNotFound(err):
		return Attachment{}, false, nil
	case err != nil:
		return Attachment{}, false, fmt.Errorf("file %s: %w", key, err)
	}
	if external != nil {
		a.ExternalID = *external
	}
	a.Thread = orZero(thread)
	return a, true, nil
}
