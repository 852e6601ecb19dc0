package people

import (
	"context"
	"fmt"
	"io"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/auth"
)

// File is an uploaded file that somebody may read. Whoever gets it closes it.
type File struct {
	io.ReadSeekCloser
	Name        string // to save it under
	ContentType string
	Size        int64 // bytes
	Photo       bool  // of a profile
	Public      bool  // anyone may read it, signed in or not
}

// Attached is what a file is that belongs to something people write.
type Attached struct{ Name, ContentType string }

// FileSource knows files that belong to what people write, and who may read them.
type FileSource interface {
	MayRead(ctx context.Context, v auth.Viewer, key string) (a Attached, ok bool, err error)
}

// Files lets the sources given open files besides photos. Call it before the first request.
func (s *Service) Files(sources ...FileSource) { s.sources = sources }

var errNoFile = errs.NotFoundf("There is no such file.")

// File opens any uploaded file, for commands that run on the server. The caller closes it.
//
// SECURITY: for everybody else there is Open, which asks what the file belongs to.
func (s *Service) File(v auth.Viewer, key string) (io.ReadSeekCloser, files.Info, error) {
	if v.Account != auth.Operator().Account {
		return nil, files.Info{}, errNoFile
	}
	return s.files.Get(key)
}

// Open opens an uploaded file: a photo for everyone signed in, another for whoever may read what it belongs to.
//
// SECURITY: signed out, a photo is as absent as a file that was never there.
func (s *Service) Open(ctx context.Context, v auth.Viewer, key string) (File, error) {
	f, found, err := s.find(ctx, v, key)
	if err != nil {
		return File{}, fmt.Errorf("find file %q: %w", key, err)
	}
	if !found {
		return File{}, errNoFile
	}
	var info files.Info
	if f.ReadSeekCloser, info, err = s.files.Get(key); err != nil {
		return File{}, err
	}
	f.Size = info.Size
	if f.ContentType == "" {
		f.ContentType = info.Type
	}
	return f, nil
}

// find says what v may read under key, without opening it.
func (s *Service) find(ctx context.Context, v auth.Viewer, key string) (f File, found bool, err error) {
	if v.SignedIn() {
		if f.Photo, err = selectIsPhoto(ctx, s.db, key); err != nil || f.Photo {
			return f, f.Photo, err
		}
	}
	for _, source := range s.sources {
		a, ok, err := source.MayRead(ctx, v, key)
		if err != nil {
			return f, false, err
		}
		if !ok {
			continue
		}
		f.Name, f.ContentType = a.Name, a.ContentType
		_, f.Public, err = source.MayRead(ctx, auth.Public, key)
		return f, true, err
	}
	return f, false, nil
}

// forgottenAfter is how long a file stays in the folder after the last row has let go of it: far longer than the moment
// between the file and the row of a new photo, and long enough for a backup of the database to fit the folder beside it.
const forgottenAfter = 24 * time.Hour

// SweepPhotos removes files that nothing names any more: photos that were replaced, taken off, or left behind by a crash before
// the profile was written, and what belonged to posts and threads that let go of it. It returns how many. It keeps no list of
// what to remove, so nothing can be lost from one.
func (s *Service) SweepPhotos(ctx context.Context) (removed int, err error) {
	named, err := s.Photos(ctx)
	if err != nil {
		return 0, err
	}
	attached, err := selectAttached(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("list files of threads and posts: %w", err)
	}
	kept := make(map[string]bool, len(named)+len(attached))
	for _, key := range append(named, attached...) {
		kept[key] = true
	}
	return s.files.Sweep(ctx, s.now().Add(-forgottenAfter), kept)
}

func selectIsPhoto(ctx context.Context, q db.Querier, key string) (yes bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM people p WHERE p.photo = $1 AND p.photo <> '')`, key).Scan(&yes)
	return yes, err
}

// selectAttached returns the files that threads, posts and drafts of posts name. All of them: one that is left out is removed.
func selectAttached(ctx context.Context, q db.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT a.file FROM attachments a
		UNION
		SELECT p.cover FROM posts p WHERE p.cover <> ''
		UNION
		SELECT d.cover FROM post_drafts d WHERE d.cover <> ''`)
	return db.Collect(rows, err, db.One[string])
}
