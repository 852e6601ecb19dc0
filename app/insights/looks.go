package insights

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// looksKept is for how many months it is kept who looked at figures.
const looksKept = 13

// Looked is that somebody looked at a page of figures, or took one away.
type Looked struct {
	Person Person
	Page   string
	At     time.Time // the first time on that day
}

// Person is who looked.
type Person struct {
	ID                        int64
	Handle, Name, Photo, Unit string
}

// Look keeps that v looked at a page, once a day. Whoever runs the hub from the command line is nobody.
func (s *Service) Look(ctx context.Context, v auth.Viewer, page string) error {
	if v.Person == 0 {
		return nil
	}
	now := s.now()
	day := now.In(s.zone).Format("2006-01-02")
	known, err := hasLooked(ctx, s.db, v.Person, page, day)
	if err == nil && !known {
		err = s.db.Tx(ctx, func(tx *db.Tx) error { return insertLook(ctx, tx, v.Person, page, day) })
	}
	if err != nil {
		return fmt.Errorf("keep that figures were looked at: %w", err)
	}
	return nil
}

// looksShown is how many lines of the log one page holds.
const looksShown = 100

// Looks returns who looked at figures, latest first, before a line that Cursor names; the zero cursor begins with the latest.
func (s *Service) Looks(ctx context.Context, v auth.Viewer, before time.Time, person int64) (list []Looked, more bool, err error) {
	if !Reads(v) {
		return nil, false, nothing
	}
	list, err = selectLooks(ctx, s.db, before, person, looksShown+1)
	if err != nil {
		return nil, false, fmt.Errorf("read who looked: %w", err)
	}
	if len(list) > looksShown {
		return list[:looksShown], true, nil
	}
	return list, false, nil
}

// Forget deletes who looked at figures more than 13 months ago.
func (s *Service) Forget(ctx context.Context) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM insight_looks WHERE at < $1", db.Micros(s.now().AddDate(0, -looksKept, 0)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget who looked at figures: %w", err)
	}
	return nil
}

func hasLooked(ctx context.Context, q db.Querier, person int64, page, day string) (has bool, err error) {
	err = q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM insight_looks l WHERE l.person_id = $1 AND l.page = $2 AND l.day = $3)", person, page, day).Scan(&has)
	return has, err
}

func insertLook(ctx context.Context, tx *db.Tx, person int64, page, day string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO insight_looks (person_id, page, day, at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, page, day) DO NOTHING`, person, page, day, db.Micros(tx.Now()))
	return err
}

func selectLooks(ctx context.Context, q db.Querier, before time.Time, person int64, limit int) ([]Looked, error) {
	var p db.Params
	text := `
		SELECT p.id, p.handle, p.name, p.photo, COALESCE(u.name, ''), l.page, l.at
		FROM insight_looks l
		JOIN people p ON p.id = l.person_id
		LEFT JOIN units u ON u.id = p.unit_id`
	if !before.IsZero() {
		text += `
		WHERE (l.at, l.person_id) < (` + p.One(db.Micros(before)) + ", " + p.One(person) + ")"
	}
	rows, err := q.Query(ctx, text+`
		ORDER BY l.at DESC, l.person_id DESC, l.page
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (l Looked, err error) {
		var at int64
		err = r.Scan(&l.Person.ID, &l.Person.Handle, &l.Person.Name, &l.Person.Photo, &l.Person.Unit, &l.Page, &at)
		l.At = db.Time(at)
		return l, err
	})
}
