package evaluate

import (
	"context"
	"strconv"
	"strings"

	"watercooler/app/db"
	"watercooler/auth"
)

// some is how many rows are read at once.
const some = 5_000

// names are what rows are called in judgements: external ids, or addresses in the hub.
type names struct {
	external []string
	at       map[string]string // address → external id
}

func (n *names) add(external, path string, id int64) {
	n.external = append(n.external, external)
	n.at[path+strconv.FormatInt(id, 10)] = external
}

// documents are the external ids of what can be found.
type documents struct {
	names   names
	threads map[int64]string
	replies map[int64]document
}

type document struct {
	external string
	thread   int64
}

// of returns the external ids that a hit stands for: a reply stands for its thread too. Nothing else has any.
func (d *documents) of(ref string) []string {
	kind, digits, _ := strings.Cut(ref, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil
	}
	switch kind {
	case "thread":
		return present(d.threads[id])
	case "reply":
		return present(d.threads[d.replies[id].thread], d.replies[id].external)
	}
	return nil
}

func present(ids ...string) (out []string) {
	for _, id := range ids {
		if id != "" {
			out = append(out, id)
		}
	}
	return out
}

// documents reads all external ids of threads and replies. What was written here has none and is called after its address.
func (s *Service) documents(ctx context.Context) (*documents, error) {
	d := &documents{names: names{at: map[string]string{}}, threads: map[int64]string{}, replies: map[int64]document{}}
	err := pages(func(after int64) ([]int64, error) {
		rows, err := s.db.Query(ctx, `
			SELECT t.id, COALESCE(t.external_id, '/threads/' || CAST(t.id AS TEXT))
			FROM threads t
			WHERE t.id > $1 AND t.deleted_at IS NULL
			ORDER BY t.id
			LIMIT $2`, after, some)
		return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
			var external string
			err = r.Scan(&id, &external)
			d.threads[id] = external
			d.names.add(external, "/threads/", id)
			return id, err
		})
	})
	if err != nil {
		return nil, err
	}
	return d, pages(func(after int64) ([]int64, error) {
		rows, err := s.db.Query(ctx, `
			SELECT r.id, COALESCE(r.external_id, '/replies/' || CAST(r.id AS TEXT)), r.thread_id
			FROM replies r
			WHERE r.id > $1 AND r.deleted_at IS NULL
			ORDER BY r.id
			LIMIT $2`, after, some)
		return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
			var doc document
			err = r.Scan(&id, &doc.external, &doc.thread)
			d.replies[id] = doc
			d.names.add(doc.external, "/replies/", id)
			return id, err
		})
	})
}

// pages calls next with the last id that it returned until it returns nothing.
func pages(next func(after int64) ([]int64, error)) error {
	for after := int64(0); ; {
		ids, err := next(after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// persons are people by their ids.
type persons map[int64]person

type person struct {
	external string
	handle   string
	left     bool
}

// names returns what people are called in judgements.
func (p persons) names() names {
	n := names{at: make(map[string]string, len(p))}
	for _, x := range p {
		n.external = append(n.external, x.external)
		n.at["/people/"+x.handle] = x.external
	}
	return n
}

// people reads everybody in the hub. Who was not imported is called after their address.
func (s *Service) people(ctx context.Context) (persons, error) {
	all := persons{}
	return all, pages(func(after int64) ([]int64, error) {
		rows, err := s.db.Query(ctx, `
			SELECT p.id, COALESCE(p.external_id, '/people/' || p.handle), p.handle, p.left_at IS NOT NULL
			FROM people p
			WHERE p.id > $1
			ORDER BY p.id
			LIMIT $2`, after, some)
		return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
			var p person
			err = r.Scan(&id, &p.external, &p.handle, &p.left)
			all[id] = p
			return id, err
		})
	})
}

// contributions counts what speaks for each person in what v may read: replies, and threads that are not questions.
func (s *Service) contributions(ctx context.Context, v auth.Viewer) (map[int64]int, error) {
	counts := map[int64]int{}
	for _, of := range []struct{ person, from string }{
		{"t.author_id", "threads t WHERE t.kind <> 'question'"},
		{"a.person_id", "post_authors a JOIN threads t ON t.id = a.thread_id WHERE t.kind <> 'question'"},
		{"r.author_id", "replies r JOIN threads t ON t.id = r.thread_id WHERE r.deleted_at IS NULL"},
	} {
		err := pages(func(after int64) ([]int64, error) {
			var p db.Params
			rows, err := s.db.Query(ctx, `
				SELECT `+of.person+`, COUNT(*)
				FROM `+of.from+` AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+` AND `+of.person+` > `+p.One(after)+`
				GROUP BY `+of.person+`
				ORDER BY `+of.person+`
				LIMIT `+p.One(some), p.Values()...)
			return db.Collect(rows, err, func(r db.Scanner) (id int64, err error) {
				var n int
				err = r.Scan(&id, &n)
				counts[id] += n
				return id, err
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}
