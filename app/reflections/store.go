package reflections

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// postOf is the address of a thread below /blog, in the place of %.
const (
	aboutPost  = `CASE WHEN a.kind = 'post' THEN COALESCE((SELECT b.slug || '/' || po.slug FROM posts po JOIN blogs b ON b.id = po.blog_id WHERE po.thread_id = a.id), '') ELSE '' END`
	reflection = `r.id, r.kind, r.title, r.noticed, r.tried, r.learnt, r.change, r.person_id, COALESCE(r.about_id, 0), COALESCE(r.thread_id, 0),
			r.revision, r.created_at, r.updated_at, r.shared_at, COALESCE(a.id, 0), COALESCE(a.title, ''), ` + aboutPost
)

func scanReflection(row db.Scanner) (r Reflection, err error) {
	var created, updated int64
	var shared *int64
	err = row.Scan(&r.ID, &r.Kind, &r.Title, &r.Noticed, &r.Tried, &r.Learnt, &r.Change, &r.Author, &r.about, &r.Thread.ID,
		&r.Revision, &created, &updated, &shared, &r.About.ID, &r.About.Title, &r.About.Post)
	r.CreatedAt, r.UpdatedAt, r.Thread.Title = db.Time(created), db.Time(updated), r.Title
	if shared != nil {
		r.SharedAt = db.Time(*shared)
	}
	return r, err
}

// from are the tables of reflection: what it looks back at is a as far as v may read it.
func from(p *db.Params, v auth.Viewer) string {
	return `
		FROM reflections r
		LEFT JOIN threads a ON a.id = r.about_id AND a.deleted_at IS NULL AND ` + v.Reads(p, "a.audience")
}

// selectOwn reads a reflection of v's.
func selectOwn(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Reflection, error) {
	var p db.Params
	r, err := scanReflection(q.QueryRow(ctx, `
		SELECT `+reflection+from(&p, v)+`
		WHERE r.id = `+p.One(id)+` AND r.person_id = `+p.One(v.Person), p.Values()...))
	return r, absent(err)
}

// selectReadable reads a reflection that is v's own, or that is shared where v may read it.
func selectReadable(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Reflection, error) {
	var p db.Params
	r, err := scanReflection(q.QueryRow(ctx, `
		SELECT `+reflection+from(&p, v)+`
		LEFT JOIN threads t ON t.id = r.thread_id AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+`
		WHERE r.id = `+p.One(id)+` AND (r.person_id = `+p.One(v.Person)+` OR t.id IS NOT NULL)`, p.Values()...))
	return r, absent(err)
}

func absent(err error) error {
	if errs.IsNotFound(err) {
		return noReflection.Because(err)
	}
	return err
}

func selectMine(ctx context.Context, q db.Querier, v auth.Viewer, before Key, limit int) ([]Reflection, error) {
	var p db.Params
	text := `
		SELECT ` + reflection + from(&p, v) + `
		WHERE r.person_id = ` + p.One(v.Person)
	if before != (Key{}) {
		text += ` AND (r.updated_at, r.id) < (` + p.One(before.At) + `, ` + p.One(before.ID) + `)`
	}
	rows, err := q.Query(ctx, text+`
		ORDER BY r.updated_at DESC, r.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanReflection)
}

// other is a thread that may be looked back at.
type other struct {
	threads.Other
	audience string
}

// selectOther reads a thread that v may read.
func selectOther(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (o other, err error) {
	var p db.Params
	err = q.QueryRow(ctx, `
		SELECT a.id, a.title, `+aboutPost+`, a.audience
		FROM threads a
		WHERE a.id = `+p.One(id)+` AND a.deleted_at IS NULL AND `+v.Reads(&p, "a.audience"), p.Values()...).Scan(&o.ID, &o.Title, &o.Post, &o.audience)
	if errs.IsNotFound(err) {
		err = errs.NotFoundf("There is no such thread here.").Because(err)
	}
	return o, err
}

func orNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func insertReflection(ctx context.Context, tx *db.Tx, person int64, in Draft) (id int64, err error) {
	now := db.Micros(tx.Now())
	err = tx.QueryRow(ctx, `
		INSERT INTO reflections (kind, person_id, title, noticed, tried, learnt, change, about_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		RETURNING id`, string(in.Kind), person, in.Title, in.Noticed, in.Tried, in.Learnt, in.Change, orNull(in.About), now, now).Scan(&id)
	return id, err
}

func updateReflection(ctx context.Context, tx *db.Tx, id int64, in Draft) error {
	_, err := tx.Exec(ctx, `
		UPDATE reflections
		SET kind = $1, title = $2, noticed = $3, tried = $4, learnt = $5, change = $6, about_id = $7, updated_at = $8, revision = revision + 1
		WHERE id = $9`, string(in.Kind), in.Title, in.Noticed, in.Tried, in.Learnt, in.Change, orNull(in.About), db.Micros(tx.Now()), id)
	return err
}

func updateShared(ctx context.Context, tx *db.Tx, id, thread int64) error {
	now := db.Micros(tx.Now())
	_, err := tx.Exec(ctx, `
		UPDATE reflections
		SET thread_id = $1, shared_at = $2, updated_at = $2
		WHERE id = $3`, thread, now, id)
	return err
}

func deleteReflection(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM reflections WHERE id = $1", id)
	return err
}

// followed is a shared reflection beside what its thread says now.
type followed struct {
	id          int64
	title, body string
	deleted     bool
	at          time.Time // when the thread was last edited
	was         Reflection
}

// selectFollowed returns the reflections that were shared as any of threads.
func selectFollowed(ctx context.Context, q db.Querier, ids []int64) ([]followed, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT r.id, r.title, r.noticed, r.tried, r.learnt, r.change, t.title, t.body, t.deleted_at IS NOT NULL, COALESCE(t.edited_at, t.created_at)
		FROM reflections r
		JOIN threads t ON t.id = r.thread_id
		WHERE r.thread_id IN (`+db.AllOf(&p, ids)+`)
		LIMIT `+p.One(len(ids)), p.Values()...)
	return db.Collect(rows, err, func(row db.Scanner) (f followed, err error) {
		var at int64
		err = row.Scan(&f.id, &f.was.Title, &f.was.Noticed, &f.was.Tried, &f.was.Learnt, &f.was.Change, &f.title, &f.body, &f.deleted, &at)
		f.at = db.Time(at)
		return f, err
	})
}

// updateFollowed writes what the thread of a reflection says now, unless it was not shared any more a moment ago.
func updateFollowed(ctx context.Context, tx *db.Tx, f followed, b Boxes) error {
	_, err := tx.Exec(ctx, `
		UPDATE reflections
		SET title = $1, noticed = $2, tried = $3, learnt = $4, change = $5, updated_at = $6, revision = revision + 1
		WHERE id = $7 AND thread_id IS NOT NULL`, f.title, b.Noticed, b.Tried, b.Learnt, b.Change, db.Micros(f.at), f.id)
	return err
}

// updateUnshared makes a reflection its author's alone again.
func updateUnshared(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE reflections SET thread_id = NULL, shared_at = NULL WHERE id = $1", id)
	return err
}
