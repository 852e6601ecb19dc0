package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"watercooler/app/db"
	"watercooler/app/experts"
	"watercooler/app/find"
	"watercooler/app/topics"
	"watercooler/auth"
	"watercooler/search"
)

// inside is the search of the hub without HTTP and pages: what is asked of a database through its driver. It works on the same
// database, and on a second index made of the same files, because an index belongs to one process.
type inside struct {
	db      *db.DB
	index   *search.Index
	find    *find.Service
	experts *experts.Service
	mine    auth.Viewer
}

// knownTopics are the topics that words mean.
type knownTopics struct{ *topics.Service }

func (s knownTopics) Resolve(ctx context.Context, names []string) (list []experts.Topic, unknown []string, err error) {
	known, unknown, err := s.Service.Resolve(ctx, names)
	for _, t := range known {
		list = append(list, experts.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name})
	}
	return list, unknown, err
}

// openInside opens what the hub in dir serves. The folder of the index is a copy of links: its segments never change.
func openInside(ctx context.Context, dir string) (_ *inside, err error) {
	again := filepath.Join(filepath.Dir(dir), "inside")
	if err := errors.Join(os.RemoveAll(again), linkTree(filepath.Join(dir, "index"), again)); err != nil {
		return nil, fmt.Errorf("link the index: %w", err)
	}
	in := &inside{}
	if in.db, err = db.Open(ctx, "sqlite:"+filepath.Join(dir, "watercooler.db"), db.Options{}); err != nil {
		return nil, err
	}
	if in.index, err = search.Open(search.Options{Dir: again}); err != nil {
		return nil, errors.Join(fmt.Errorf("open the second index: %w", err), in.db.Close())
	}
	in.find = find.New(in.db, in.index, time.Now)
	in.experts = experts.New(in.db, in.index, knownTopics{topics.New(in.db, time.Now)}, nil, time.Now)
	if in.mine, err = in.viewer(ctx); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

// linkTree makes a folder like another, of links to its segments and copies of everything else.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, rel); {
		case d.IsDir():
			return os.MkdirAll(target, 0o750)
		case filepath.Ext(path) == ".zap":
			return os.Link(path, target)
		default:
			return copyFile(path, target)
		}
	})
}

// viewer is the account that measures.
func (in *inside) viewer(ctx context.Context) (auth.Viewer, error) {
	var person, account, organisation int64
	if err := in.db.QueryRow(ctx, `
SELECT p.id, a.id, p.organisation_id
FROM people p
JOIN accounts a ON a.person_id = p.id
WHERE a.email = $1`, accountEmail).Scan(&person, &account, &organisation); err != nil {
		return auth.Viewer{}, fmt.Errorf("find who measures: %w", err)
	}
	rows, err := in.db.Query(ctx, "SELECT network_id FROM network_members WHERE person_id = $1 AND state = 'member' ORDER BY network_id LIMIT 1000", person)
	list, err := db.Collect(rows, err, func(r db.Scanner) (m auth.Membership, err error) { return m, r.Scan(&m.Network) })
	return auth.ForPerson(account, person, organisation, true, 0).In(list...), err
}

func (in *inside) name() string { return "hub, inside" }

// Close closes the index and the database.
func (in *inside) Close() error { return errors.Join(in.index.Close(), in.db.Close()) }

func (in *inside) ask(ctx context.Context, kind string, words []string) (int, error) {
	switch text := typedQuery(kind, words); kind {
	case kindSuggest:
		list, err := in.find.Suggest(ctx, in.mine, text, 8)
		return len(list), err
	case kindExpert:
		found, err := in.experts.Rank(ctx, in.mine, experts.Question{Text: text, Limit: 10})
		return len(found.People), err
	default:
		res, err := in.find.Search(ctx, in.mine, find.Query{Text: text, Limit: shown, Page: 1, Apart: true})
		return len(res.Hits), err
	}
}
