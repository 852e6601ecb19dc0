package blogs

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

// MaxCover bounds the file somebody sends as a cover, in bytes.
const MaxCover = 10 << 20

// KeepCover keeps an uploaded picture for a draft or post that is about to be saved, and returns its key. One that is never
// saved is swept away later. The picture is decoded and encoded anew, so that the place it was taken at and whatever else
// hides in the file stays behind.
func (s *Service) KeepCover(ctx context.Context, v auth.Viewer, r io.Reader) (key string, err error) {
	if !v.SignedIn() {
		return "", signIn
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return "", errs.Unavailablef("The hub is busy with other pictures. Try again in a moment.").Because(ctx.Err())
	}
	limited := &io.LimitedReader{R: r, N: MaxCover + 1}
	jpeg, err := files.Picture(limited)
	if limited.N == 0 {
		err = errs.Invalidf("This picture has more than %d MB. Choose a smaller one.", MaxCover>>20)
	}
	if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
		return "", errs.InvalidFields(errs.Field{Name: "cover", Text: e.Text})
	}
	if err != nil {
		return "", fmt.Errorf("read cover: %w", err)
	}
	if key, err = s.files.Put(bytes.NewReader(jpeg), ".jpg", MaxCover); err != nil {
		return "", fmt.Errorf("keep cover: %w", err)
	}
	return key, nil
}

// MayReadCover reports whether a picture is the cover of something that v may see.
func (s *Service) MayReadCover(ctx context.Context, v auth.Viewer, key string) (bool, error) {
	shown, err := selectShown(ctx, s.db, v, key)
	if err != nil {
		return false, fmt.Errorf("cover %s: %w", key, err)
	}
	return shown, nil
}

// SharedCover opens the cover of a draft for whoever has the link to it.
func (s *Service) SharedCover(ctx context.Context, secret string) (io.ReadSeekCloser, files.Info, error) {
	d, err := s.Shared(ctx, secret)
	if err != nil {
		return nil, files.Info{}, err
	}
	return s.files.Get(d.Cover)
}

// selectShown reports whether a picture is the cover of something that v may see.
//
// SECURITY: the same picture may be the cover of several posts; one that v may read is enough, and a key is no permission.
func selectShown(ctx context.Context, q db.Querier, v auth.Viewer, key string) (shown bool, err error) {
	var p db.Params
	text := `
SELECT EXISTS (
    SELECT 1
    FROM posts o
    JOIN threads t ON t.id = o.thread_id
    WHERE o.cover = ` + p.One(key) + ` AND t.deleted_at IS NULL AND t.audience IN (` + db.AllOf(&p, v.Audiences()) + `))`
	if v.SignedIn() {
		text += `
  OR EXISTS (
    SELECT 1
    FROM post_drafts d
    JOIN blogs b ON b.id = d.blog_id
    WHERE d.cover = ` + p.One(key) + ` AND (` + mine(&p, v) + ` OR ` + keeps(&p, v) + `))`
	}
	err = q.QueryRow(ctx, text, p.Values()...).Scan(&shown)
	return shown, err
}
