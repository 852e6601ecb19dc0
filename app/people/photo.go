package people

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/auth"
)

// decoders is how many photos are decoded at the same time. Each takes up to 200 MB while it is.
const decoders = 2

// MaxPhoto bounds the file somebody sends as their photo, in bytes, unless LimitPhotos says otherwise.
const MaxPhoto = 10 << 20

// LimitPhotos bounds the file somebody sends as their photo, in bytes. Call it before the first photo.
func (s *Service) LimitPhotos(most int64) { s.photo = most }

// SetPhoto makes the image in r the photo on a profile. The image is decoded and written anew as a square JPEG, so that the
// place it was taken at and whatever else hides in the file stays behind.
func (s *Service) SetPhoto(ctx context.Context, v auth.Viewer, handle string, r io.Reader) error {
	if _, err := s.editable(ctx, s.db, v, handle); err != nil {
		return err // before any work on the image
	}
	jpeg, err := s.decode(ctx, r)
	if err != nil {
		return fmt.Errorf("read photo: %w", err)
	}
	key, err := s.files.Put(bytes.NewReader(jpeg), ".jpg", MaxPhoto)
	if err != nil {
		return fmt.Errorf("keep photo: %w", err)
	}
	return s.writePhoto(ctx, v, handle, key)
}

// decode waits for its turn and reads a photo. One with too many bytes is refused.
func (s *Service) decode(ctx context.Context, r io.Reader) ([]byte, error) {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return nil, errs.Unavailablef("The hub is busy with other pictures. Try again in a moment.").Because(ctx.Err())
	}
	limited := &io.LimitedReader{R: r, N: s.photo + 1}
	jpeg, err := files.Photo(limited)
	if limited.N == 0 {
		return nil, errs.Invalidf("This picture has more than %.3g MB. Choose a smaller one.", float64(s.photo)/(1<<20))
	}
	return jpeg, err
}

// RemovePhoto takes the photo off a profile; initials stand in its place.
func (s *Service) RemovePhoto(ctx context.Context, v auth.Viewer, handle string) error {
	return s.writePhoto(ctx, v, handle, "")
}

func (s *Service) writePhoto(ctx context.Context, v auth.Viewer, handle, key string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := s.editable(ctx, tx, v, handle)
		if err != nil || p.Photo == key {
			return err
		}
		if err := updatePhoto(ctx, tx, p.ID, key); err != nil {
			return fmt.Errorf("change photo of person %d: %w", p.ID, err)
		}
		return appendEdited(ctx, tx, v.Person, p.ID, change{})
	})
}

// Photos returns the key of every photo that a profile shows, for checks of the folder they are kept in.
func (s *Service) Photos(ctx context.Context) ([]string, error) {
	var all []string
	for after := int64(0); ; {
		page, last, err := selectPhotos(ctx, s.db, after)
		if err != nil {
			return nil, fmt.Errorf("list photos: %w", err)
		}
		if len(page) == 0 {
			return all, nil
		}
		all, after = append(all, page...), last
	}
}

// selectPhotos returns the photos of up to 1,000 people after the id given, and the last id it saw.
func selectPhotos(ctx context.Context, q db.Querier, after int64) (keys []string, last int64, err error) {
	rows, err := q.Query(ctx, `
		SELECT id, photo
		FROM people
		WHERE id > $1 AND photo <> ''
		ORDER BY id
		LIMIT 1000`, after)
	keys, err = db.Collect(rows, err, func(r db.Scanner) (key string, err error) { return key, r.Scan(&last, &key) })
	return keys, last, err
}
