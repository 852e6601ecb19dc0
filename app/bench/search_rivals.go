package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A contender answers the queries of the search benchmark.
type contender interface {
	name() string
	// ask answers one query in full, as a page of results needs it, and returns how many results it shows.
	ask(ctx context.Context, kind string, words []string) (int, error)
	Close() error
}

// shown is how many results a page has.
const shown = 20

// rival is a full-text search of a database: the documents in one table, each with its audience, and an index over it, used as its
// handbook says. It is asked through its driver in this process, without the way through HTTP and the page that the hub makes.
type rival struct {
	*sql.DB
	called   string
	dialect  dialect
	mine     []any // the audiences of whoever asks
	indexing time.Duration
	size     int64 // of the index
}

// dialect is what the two databases say differently. Statements take what is looked for first, then the audiences.
type dialect struct {
	find, suggest, facets, experts string
	highlight                      func(ctx context.Context, r *rival, query string, ids []any) error
	query                          func(kind string, words []string) string
}

func (r *rival) name() string { return r.called }

func (r *rival) ask(ctx context.Context, kind string, words []string) (int, error) {
	query := r.dialect.query(kind, words)
	args := append([]any{query}, r.mine...)
	switch kind {
	case kindSuggest:
		ids, err := r.column(ctx, r.dialect.suggest, args)
		return len(ids), err
	case kindExpert:
		ids, err := r.column(ctx, r.dialect.experts, args)
		return len(ids), err
	}
	ids, err := r.column(ctx, r.dialect.find, args)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := r.dialect.highlight(ctx, r, query, ids); err != nil {
		return 0, err
	}
	if kind == kindFacets {
		if _, err := r.column(ctx, r.dialect.facets, args); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// column returns the first column of what a statement finds.
func (r *rival) column(ctx context.Context, statement string, args []any) (out []any, err error) {
	rows, err := r.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	into := make([]any, len(columns))
	for i := range into {
		into[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, *into[0].(*any)) //nolint:forcetypeassert // made two lines above
	}
	return out, rows.Err()
}

// audiences are those of whoever measures: everyone signed in, and one network of mineEvery.
func audiences() []any {
	out := []any{"hub"}
	for i := 0; i < searchNetworks; i += mineEvery {
		out = append(out, "network:"+strconv.Itoa(i))
	}
	return out
}

func (d *searchDoc) audience() string {
	if d.network < 0 {
		return "hub"
	}
	return "network:" + strconv.Itoa(d.network)
}

func slots(first, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = "$" + strconv.Itoa(first+i)
	}
	return strings.Join(list, ", ")
}

// withSQLite opens FTS5 over the corpus, with Porter stems, the text in a table beside it, and prefixes of the titles.
func withSQLite(ctx context.Context, s *searchCorpus, dir string, say io.Writer) (*rival, error) {
	path := filepath.Join(dir, "fts5.db")
	r := &rival{called: "SQLite FTS5", mine: audiences()}
	in := slots(2, len(r.mine))
	r.dialect = dialect{
		find: `SELECT d.id, d.thread, d.title FROM fts JOIN docs d ON d.id = fts.rowid
WHERE fts MATCH $1 AND d.audience IN (` + in + `) ORDER BY bm25(fts, 2.0, 1.0) LIMIT ` + strconv.Itoa(shown),
		suggest: `SELECT d.id, d.title FROM titles JOIN docs d ON d.id = titles.rowid
WHERE titles MATCH $1 AND d.audience IN (` + in + `) ORDER BY bm25(titles) LIMIT 8`,
		facets: `SELECT d.kind, d.year, COUNT(*) FROM fts JOIN docs d ON d.id = fts.rowid
WHERE fts MATCH $1 AND d.audience IN (` + in + `) GROUP BY d.kind, d.year`,
		experts: `SELECT author FROM (
  SELECT d.author, bm25(fts, 2.0, 1.0) AS s FROM fts JOIN docs d ON d.id = fts.rowid
  WHERE fts MATCH $1 AND d.audience IN (` + in + `) ORDER BY s LIMIT 1000)
GROUP BY author ORDER BY SUM(s) LIMIT 10`,
		// Of the twenty alone: beside bm25 it would be made for everything that matches.
		highlight: func(ctx context.Context, r *rival, query string, ids []any) error {
			_, err := r.column(ctx, `SELECT snippet(fts, 1, '<mark>', '</mark>', '…', 30) FROM fts
WHERE fts MATCH $1 AND rowid IN (`+slots(2, len(ids))+`)`, append([]any{query}, ids...))
			return err
		},
		query: func(kind string, words []string) string {
			quoted := make([]string, len(words))
			for i, w := range words {
				quoted[i] = `"` + w + `"`
			}
			switch kind {
			case kindAll:
				return strings.Join(quoted, " AND ")
			case kindPhrase:
				return `"` + strings.Join(words, " ") + `"`
			case kindSuggest:
				return `"` + words[0] + `" *`
			}
			return strings.Join(quoted, " OR ")
		},
	}
	whole := path + ".whole"
	if _, err := os.Stat(whole); err != nil {
		if err := r.buildSQLite(ctx, s, path, say); err != nil {
			return nil, fmt.Errorf("build FTS5: %w", err)
		}
		if err := os.WriteFile(whole, fmt.Appendf(nil, "%d %d", r.indexing, r.size), 0o600); err != nil {
			return nil, err
		}
	}
	raw, err := os.ReadFile(whole)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscan(string(raw), (*int64)(&r.indexing), &r.size); err != nil {
		return nil, err
	}
	r.DB, err = openSQLite(path)
	return r, err
}

func openSQLite(path string) (*sql.DB, error) {
	d, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=journal_mode(wal)&_pragma=synchronous(off)&_pragma=cache_size(-65536)&_pragma=mmap_size(2000000000)")
	if err == nil {
		d.SetMaxOpenConns(1)
	}
	return d, err
}

// load writes the documents into the table of a rival, many to a transaction.
func (r *rival) load(ctx context.Context, s *searchCorpus, say io.Writer) (err error) {
	const columns, rows = 9, 100
	var values []string
	for i := range rows {
		values = append(values, "("+slots(1+columns*i, columns)+")")
	}
	insert := func(n int) string {
		return "INSERT INTO docs (id, thread, title, body, author, kind, year, audience, opens) VALUES " + strings.Join(values[:n], ", ")
	}
	tx, err := r.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	full, err := tx.PrepareContext(ctx, insert(rows))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, full.Close()) }()
	var args []any
	err = s.each(func(d *searchDoc) error {
		args = append(args, d.id+1, d.thread, d.title, d.body, d.author, d.kind, d.at.Year(), d.audience(), d.opens)
		if d.id%250_000 == 249_999 {
			_, _ = fmt.Fprintf(say, "%s: %d of %d documents\n", r.called, d.id+1, s.size)
		}
		if len(args) < rows*columns {
			return nil
		}
		_, err := full.ExecContext(ctx, args...)
		args = args[:0]
		return err
	})
	if err == nil && len(args) > 0 {
		_, err = tx.ExecContext(ctx, insert(len(args)/columns), args...)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

func (r *rival) buildSQLite(ctx context.Context, s *searchCorpus, path string, say io.Writer) (err error) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(path + suffix); err != nil {
			return err
		}
	}
	if r.DB, err = openSQLite(path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if _, err := r.ExecContext(ctx, `CREATE TABLE docs (id INTEGER PRIMARY KEY, thread INTEGER, title TEXT, body TEXT, author INTEGER, kind TEXT, year INTEGER, audience TEXT, opens BOOLEAN)`); err != nil {
		return err
	}
	if err := r.load(ctx, s, say); err != nil {
		return err
	}
	before, err := r.pages(ctx)
	if err != nil {
		return err
	}
	begin := time.Now()
	for _, statement := range []string{
		`CREATE VIRTUAL TABLE fts USING fts5(title, body, content='docs', content_rowid='id', tokenize='porter unicode61')`,
		`CREATE VIRTUAL TABLE titles USING fts5(title, content='docs', content_rowid='id', prefix='2 3 4')`,
		`INSERT INTO fts (fts) VALUES ('rebuild')`,
		`INSERT INTO titles (rowid, title) SELECT id, title FROM docs WHERE opens`,
		`INSERT INTO fts (fts) VALUES ('optimize')`,
	} {
		if _, err := r.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	r.indexing = time.Since(begin)
	after, err := r.pages(ctx)
	r.size = after - before
	return err
}

func (r *rival) pages(ctx context.Context) (bytes int64, err error) {
	var n, size int64
	err = errors.Join(r.QueryRowContext(ctx, "PRAGMA page_count").Scan(&n), r.QueryRowContext(ctx, "PRAGMA page_size").Scan(&size))
	return n * size, err
}

// withPostgres opens full text with a GIN index over the corpus, in a database of its own that is made anew.
func withPostgres(ctx context.Context, s *searchCorpus, address string, say io.Writer) (_ *rival, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the URL cannot be read") // it may hold a password
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	name := "watercooler_search_" + strconv.Itoa(s.size)
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(err, admin.Close())
		}
	}
	if err := admin.Close(); err != nil {
		return nil, err
	}
	u.Path = "/" + name
	r := &rival{called: "PostgreSQL", mine: audiences()}
	in := slots(2, len(r.mine))
	r.dialect = dialect{
		find: `SELECT d.id, d.thread, d.title FROM docs d, to_tsquery('english', $1) q
WHERE d.words @@ q AND d.audience IN (` + in + `) ORDER BY ts_rank_cd(d.words, q) DESC LIMIT ` + strconv.Itoa(shown),
		suggest: `SELECT d.id, d.title FROM docs d, to_tsquery('simple', $1) q
WHERE d.opens AND to_tsvector('simple', d.title) @@ q AND d.audience IN (` + in + `) LIMIT 8`,
		facets: `SELECT d.kind, d.year, COUNT(*) FROM docs d, to_tsquery('english', $1) q
WHERE d.words @@ q AND d.audience IN (` + in + `) GROUP BY d.kind, d.year`,
		experts: `SELECT author FROM (
  SELECT d.author, ts_rank_cd(d.words, q) AS s FROM docs d, to_tsquery('english', $1) q
  WHERE d.words @@ q AND d.audience IN (` + in + `) ORDER BY s DESC LIMIT 1000) best
GROUP BY author ORDER BY SUM(s) DESC LIMIT 10`,
		highlight: func(ctx context.Context, r *rival, query string, ids []any) error {
			_, err := r.column(ctx, `SELECT ts_headline('english', d.body, q) FROM docs d, to_tsquery('english', $1) q
WHERE d.id IN (`+slots(2, len(ids))+`)`, append([]any{query}, ids...))
			return err
		},
		query: func(kind string, words []string) string {
			quoted := make([]string, len(words))
			for i, w := range words {
				quoted[i] = "'" + w + "'"
			}
			switch kind {
			case kindAll:
				return strings.Join(quoted, " & ")
			case kindPhrase:
				return strings.Join(quoted, " <-> ")
			case kindSuggest:
				return quoted[0] + ":*"
			}
			return strings.Join(quoted, " | ")
		},
	}
	if r.DB, err = sql.Open("pgx", u.String()); err != nil {
		return nil, err
	}
	r.SetMaxOpenConns(1)
	if err := r.buildPostgres(ctx, s, say); err != nil {
		return nil, errors.Join(fmt.Errorf("build PostgreSQL: %w", err), r.Close())
	}
	return r, nil
}

func (r *rival) buildPostgres(ctx context.Context, s *searchCorpus, say io.Writer) error {
	if _, err := r.ExecContext(ctx, `CREATE UNLOGGED TABLE docs (id BIGINT, thread BIGINT, title TEXT, body TEXT, author BIGINT, kind TEXT, year INT, audience TEXT,
  opens BOOLEAN,
  words TSVECTOR GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')) STORED)`); err != nil {
		return err
	}
	begin := time.Now()
	if err := r.load(ctx, s, say); err != nil {
		return err
	}
	for _, statement := range []string{
		`SET maintenance_work_mem = '512MB'`,
		`CREATE UNIQUE INDEX docs_id ON docs (id)`,
		`CREATE INDEX docs_words ON docs USING gin (words)`,
		`CREATE INDEX docs_titles ON docs USING gin (to_tsvector('simple', title)) WHERE opens`,
		`VACUUM ANALYZE docs`,
	} {
		if _, err := r.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	r.indexing = time.Since(begin)
	return r.QueryRowContext(ctx, `SELECT pg_relation_size('docs_words') + pg_relation_size('docs_titles') + SUM(pg_column_size(words)) FROM docs`).Scan(&r.size)
}
