package maps

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"watercooler/app/db"
	"watercooler/auth"
)

// selectAnswered returns whom v replied to since a time, with the latest of their threads that v replied in, those latest first.
func selectAnswered(ctx context.Context, q db.Querier, v auth.Viewer, since int64) ([]Contact, error) {
	var p db.Params
	text := `
		SELECT a.id, a.handle, a.name, a.photo, COALESCE(u.name, ''), m.thread_id, t.title
		FROM (
			SELECT t.author_id AS person_id, MAX(t.id) AS thread_id, MAX(r.created_at) AS met_at
			FROM replies r
			JOIN threads t ON t.id = r.thread_id
			WHERE r.author_id = ` + p.One(v.Person) + ` AND r.created_at >= ` + p.One(since) + ` AND r.deleted_at IS NULL
			  AND t.author_id <> r.author_id AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
			GROUP BY t.author_id
		) m` + contactsEnd(&p)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanContact)
}

// selectAnsweredBy returns who replied to v since a time, in the same way.
func selectAnsweredBy(ctx context.Context, q db.Querier, v auth.Viewer, since int64) ([]Contact, error) {
	var p db.Params
	text := `
		SELECT a.id, a.handle, a.name, a.photo, COALESCE(u.name, ''), m.thread_id, t.title
		FROM (
			SELECT r.author_id AS person_id, MAX(t.id) AS thread_id, MAX(r.created_at) AS met_at
			FROM threads t
			JOIN replies r ON r.thread_id = t.id
			WHERE t.author_id = ` + p.One(v.Person) + ` AND r.created_at >= ` + p.One(since) + ` AND r.deleted_at IS NULL
			  AND r.author_id <> t.author_id AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
			GROUP BY r.author_id
		) m` + contactsEnd(&p)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanContact)
}

// contactsEnd is how both statements end: one more than is shown.
func contactsEnd(p *db.Params) string {
	return `
		JOIN people a ON a.id = m.person_id
		JOIN threads t ON t.id = m.thread_id
		LEFT JOIN units u ON u.id = a.unit_id
		ORDER BY m.met_at DESC, a.id
		LIMIT ` + p.One(maxContacts+1)
}

func scanContact(r db.Scanner) (c Contact, err error) {
	return c, r.Scan(&c.Person.ID, &c.Person.Handle, &c.Person.Name, &c.Person.Photo, &c.Person.Unit, &c.Thread, &c.Title)
}

// byPerson puts the first maxContacts into the order of names: which of them v meets most is nobody's business.
func byPerson(list []Contact) []Contact {
	list = list[:min(len(list), maxContacts)]
	slices.SortFunc(list, func(a, b Contact) int {
		return cmp.Or(cmp.Compare(a.Person.Name, b.Person.Name), cmp.Compare(a.Person.ID, b.Person.ID))
	})
	return list
}

// selectPlaces returns the networks v is a member of, by name.
func selectPlaces(ctx context.Context, q db.Querier, v auth.Viewer) ([]Place, error) {
	rows, err := q.Query(ctx, `
		SELECT n.id, n.name, n.slug
		FROM network_members m
		JOIN networks n ON n.id = m.network_id
		WHERE m.person_id = $1 AND m.state = 'member' AND n.closed_at IS NULL
		ORDER BY LOWER(n.name), n.id
		LIMIT $2`, v.Person, 5*batch)
	return db.Collect(rows, err, func(r db.Scanner) (p Place, err error) {
		var slug string
		err = r.Scan(&p.ID, &p.Name, &slug)
		p.Path = "/networks/" + slug
		return p, err
	})
}

func selectUnit(ctx context.Context, q db.Querier, id int64) (p Place, err error) {
	err = q.QueryRow(ctx, "SELECT id, name FROM units WHERE id = $1", id).Scan(&p.ID, &p.Name)
	p.Path = "/units/" + strconv.FormatInt(p.ID, 10)
	return p, err
}

// selectOwnTopics returns what v wrote about since a time, by name.
func selectOwnTopics(ctx context.Context, q db.Querier, v auth.Viewer, since int64) ([]Topic, error) {
	var p db.Params
	text := `
		SELECT o.id, o.slug, o.name
		FROM topics o
		WHERE o.id IN (
			SELECT x.topic_id
			FROM threads t JOIN thread_topics x ON x.thread_id = t.id
			WHERE t.author_id = ` + p.One(v.Person) + ` AND t.created_at >= ` + p.One(since) + ` AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
			UNION
			SELECT x.topic_id
			FROM replies r JOIN threads t ON t.id = r.thread_id JOIN thread_topics x ON x.thread_id = t.id
			WHERE r.author_id = ` + p.One(v.Person) + ` AND r.created_at >= ` + p.One(since) + ` AND r.deleted_at IS NULL
			  AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
		)
		ORDER BY o.name, o.id
		LIMIT ` + p.One(maxOwn)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (t Topic, err error) {
		return t, r.Scan(&t.ID, &t.Slug, &t.Name)
	})
}
