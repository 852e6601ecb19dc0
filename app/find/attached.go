package find

import (
	"context"
	"errors"
	"fmt"
	"io"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/files/text"
)

// Files opens what people attached, by key. *files.Store does.
type Files interface {
	Get(key string) (io.ReadSeekCloser, files.Info, error)
}

// Files lets threads be found by the words in what is attached to them. Call it before the index is written.
func (s *Service) Files(store Files) { s.files = store }

// attachment is a file of a thread, with its words where they were read before.
type attachment struct {
	thread     int64
	file       string // key
	name, kind string
	body       string
	read       bool
}

// mostAttached bounds the words of all files of a thread, in bytes: the first hundred pages say what they are about.
const mostAttached = 96 << 10

// attachedTo returns the names and the words of the files of threads.
func (s *Service) attachedTo(ctx context.Context, ids []int64) (map[int64][]string, error) {
	list, err := selectAttached(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]string)
	size := make(map[int64]int)
	for _, a := range list {
		if !a.read && s.files != nil && text.Known(a.name, a.kind) {
			if a.body, err = s.wordsIn(ctx, a); err != nil {
				return nil, fmt.Errorf("read file %s: %w", a.file, err)
			}
		}
		body := a.body[:min(len(a.body), mostAttached-size[a.thread])]
		size[a.thread] += len(body)
		out[a.thread] = append(out[a.thread], a.name, body)
	}
	return out, nil
}

// wordsIn reads the words in a file and keeps them, because files never change and an index is built again. What cannot be read has
// none: its name is found all the same.
func (s *Service) wordsIn(ctx context.Context, a attachment) (string, error) {
	f, info, err := s.files.Get(a.file)
	if errs.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	body := ""
	if at, ok := f.(io.ReaderAt); ok {
		body, err = text.Text(ctx, a.name, a.kind, at, info.Size)
	}
	if err = errors.Join(ignoreUnreadable(err), f.Close()); err != nil {
		return "", err
	}
	return body, s.db.Tx(ctx, func(tx *db.Tx) error { return insertFileText(ctx, tx, a.file, body) })
}

// ignoreUnreadable lets what the file is to blame for pass.
func ignoreUnreadable(err error) error {
	if errors.Is(err, text.ErrBroken) || errors.Is(err, text.ErrTooLarge) {
		return nil
	}
	return err
}

// selectAttached returns the files of threads, with their words where they were read before.
func selectAttached(ctx context.Context, q db.Querier, ids []int64) ([]attachment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT a.thread_id, a.file, a.name, a.content_type, COALESCE(x.body, ''), x.file IS NOT NULL
		FROM attachments a
		LEFT JOIN file_texts x ON x.file = a.file
		WHERE a.thread_id IN (`+db.In(1, len(ids))+`)
		ORDER BY a.thread_id, a.id`, db.Args(ids)...)
	return db.Collect(rows, err, func(r db.Scanner) (a attachment, err error) {
		return a, r.Scan(&a.thread, &a.file, &a.name, &a.kind, &a.body, &a.read)
	})
}

func insertFileText(ctx context.Context, tx *db.Tx, file, body string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO file_texts (file, body, created_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (file) DO NOTHING`, file, body, db.Micros(tx.Now()))
	return err
}
