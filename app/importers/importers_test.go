package importers_test

import (
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/files"
	"watercooler/app/importers"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/signals"
	"watercooler/app/site"
	"watercooler/app/threads"
	"watercooler/app/topics"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// hub is an empty hub whose home organisation is Devon County Council.
type hub struct {
	deps importers.Deps
}

func newHub(t *testing.T, d *db.DB) *hub {
	t.Helper()
	h := emptyHub(t, d)
	err := d.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := h.deps.People.Found(t.Context(), tx, "Devon County Council")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// emptyHub has no organisation yet.
func emptyHub(t *testing.T, d *db.DB) *hub {
	t.Helper()
	return emptyHubAt(t, d, noon)
}

// emptyHubAt is emptyHub on another day.
func emptyHubAt(t *testing.T, d *db.DB, day time.Time) *hub {
	t.Helper()
	store, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return day }
	// Imports look topics up in their own transaction, so the conversations need no source of topics here.
	talk := threads.New(d, nil, now)
	words, err := site.New(d, site.Config{}, now)
	if err != nil {
		t.Fatal(err)
	}
	decides := decisions.New(d, talk, time.UTC, "", now)
	talk.Room(threads.Decision, decides)
	return &hub{importers.Deps{
		Decisions: decides,
		DB:        d, Files: store, People: people.New(d, store, now), Topics: topics.New(d, now), Networks: networks.New(d, talk, now), Threads: talk,
		Blogs: blogs.New(d, talk, store, blogs.Options{Now: now}), Signals: signals.New(d, talk, nil, signals.Config{}, now), Statements: words,
	}}
}

// each runs test on an empty hub on every database.
func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) { test(t, newHub(t, d)) })
}

// number returns the one number that a query selects.
func (h *hub) number(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := h.deps.DB.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// texts returns the one column of text that a query selects.
func (h *hub) texts(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := h.deps.DB.Query(t.Context(), query, args...)
	list, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// rows counts everything an import could have written.
func (h *hub) rows(t *testing.T) int {
	t.Helper()
	return h.number(t, `
		SELECT (SELECT COUNT(*) FROM people) + (SELECT COUNT(*) FROM threads) + (SELECT COUNT(*) FROM replies)
			+ (SELECT COUNT(*) FROM topics) + (SELECT COUNT(*) FROM organisations) + (SELECT COUNT(*) FROM units)
			+ (SELECT COUNT(*) FROM events)`)
}

func sqliteHub(t *testing.T) *hub {
	t.Helper()
	return newHub(t, backends.SQLite(t))
}

func emptySQLite(t *testing.T) *hub {
	t.Helper()
	return emptyHub(t, backends.SQLite(t))
}

// exec runs a statement that no use case would.
func (h *hub) exec(t *testing.T, statement string) {
	t.Helper()
	backends.Exec(t, h.deps.DB, statement)
}
