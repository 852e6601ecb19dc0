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

	"watercooler/app/db"
)

// postgresCorpus is the corpus in a PostgreSQL server.
type postgresCorpus struct {
	url  string
	pid  int   // of the postmaster, when it runs here and may be pinned; otherwise 0
	made built // zero when the corpus was there
}

// preparePostgres makes the corpus in a database of its own inside the server at address, unless it is there.
func preparePostgres(ctx context.Context, address string, fresh bool, say io.Writer) (_ postgresCorpus, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return postgresCorpus{}, errors.New("the URL cannot be read") // it may hold a password
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return postgresCorpus{}, err
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	p := postgresCorpus{pid: postmaster(ctx, admin)}
	name := "watercooler_bench_v" + strconv.Itoa(corpusVersion)
	u.Path = "/" + name
	p.url = u.String()

	// The comment on the database is written last, so it stands for a corpus that is whole.
	var whole bool
	if err := admin.QueryRowContext(ctx, `
SELECT COALESCE((
  SELECT shobj_description(oid, 'pg_database') = 'whole'
  FROM pg_database
  WHERE datname = $1
), FALSE)`, name).Scan(&whole); err != nil {
		return p, err
	}
	if whole && !fresh {
		return p, nil
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return p, err
		}
	}
	d, err := db.Open(ctx, p.url, db.Options{})
	if err != nil {
		return p, err
	}
	p.made, err = build(ctx, d, say)
	if err = errors.Join(err, d.Close()); err != nil {
		return p, err
	}
	if _, err := admin.ExecContext(ctx, "COMMENT ON DATABASE "+name+" IS 'whole'"); err != nil {
		return p, err
	}
	return p, analyse(ctx, p.url)
}

// analyse gives the planner its statistics, which a server at work collects by itself within minutes.
func analyse(ctx context.Context, address string) (err error) {
	d, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("analyse: %w", err)
	}
	return nil
}

// postmaster returns the process id of the server, or 0 when it is elsewhere or we may not know.
func postmaster(ctx context.Context, d *sql.DB) int {
	var dir string
	if d.QueryRowContext(ctx, "SHOW data_directory").Scan(&dir) != nil {
		return 0
	}
	raw, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return pid
}
