package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	_ "modernc.org/sqlite"             // registers the driver "sqlite"

	"watercooler/search/searchbench"
	"watercooler/views/layout"
	"watercooler/views/networks"
	"watercooler/views/parts"
	"watercooler/views/people"
	"watercooler/views/threads"
)

// serveCeilings is the other program of this one: a server that does the least that could be called the same page, on the
// same libraries and the same data. No sessions, no audiences, no error pages, no headers: what it reaches is what the parts
// allow, and the hub is measured against it.
func serveCeilings(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("ceilings", flag.ContinueOnError)
	listen := flags.String("listen", "", "address to listen on")
	database := flags.String("database", "", "corpus: a SQLite file or a postgres:// URL")
	index := flags.String("index", "", "folder of the plain bleve index; empty for none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	bare, err := openBare(*database)
	if err != nil {
		return fmt.Errorf("open the corpus: %w", err)
	}
	f := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	f.Get("/hello", func(c *fiber.Ctx) error { return c.SendString("hello") })
	f.Get("/latest", bare.latest)
	f.Get("/networks", bare.networks)
	f.Get("/networks/:slug", bare.network)
	f.Get("/topics/:slug", bare.topic)
	f.Get("/people", bare.people)
	f.Get("/threads/:id", bare.thread)
	f.Get("/memory/:id", bare.memory())
	if *index != "" {
		plain, err := searchbench.Open(*index)
		if err != nil {
			return err
		}
		f.Get("/search", func(c *fiber.Ctx) error {
			ids, total, err := plain.Search(c.UserContext(), c.Query("q"))
			if err != nil {
				return err
			}
			return c.JSON(fiber.Map{"total": total, "ids": ids})
		})
	}
	stop := context.AfterFunc(ctx, func() { _ = f.Shutdown() }) // Listen returns what went wrong
	defer stop()
	return f.Listen(*listen)
}

// bareDB is the corpus behind one prepared statement for each list, and two for a thread.
type bareDB struct {
	opening, replies, list, inNetwork, onTopic, circles, persons *sql.Stmt
}

func openBare(address string) (*bareDB, error) {
	driver, dsn := "pgx", address
	if u, err := url.Parse(address); err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		driver = "sqlite"
		dsn = "file:" + (&url.URL{Path: address}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=query_only(1)&_pragma=cache_size(-8192)"
	}
	d, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(connections)
	d.SetMaxIdleConns(connections)
	if driver == "sqlite" {
		d.SetMaxOpenConns(4) // as many as the hub reads with by default
	}
	var b bareDB
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&b.opening, `
SELECT t.kind, t.title, t.body_html, t.vote_count, p.id, p.name, COALESCE(u.name, '')
FROM threads t
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE t.id = $1`},
		{&b.replies, `
SELECT r.id, r.body_html, r.vote_count, p.id, p.name, COALESCE(u.name, '')
FROM replies r
JOIN people p ON p.id = r.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE r.thread_id = $1
ORDER BY r.created_at, r.id
LIMIT 50`},
		{&b.list, `
SELECT t.id, t.kind, t.title, t.excerpt, t.reply_count, t.vote_count, p.id, p.name, COALESCE(u.name, '')
FROM threads t
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE t.deleted_at IS NULL
ORDER BY t.active_at DESC, t.id DESC
LIMIT 20`},
		{&b.inNetwork, `
SELECT t.id, t.kind, t.title, t.excerpt, t.reply_count, t.vote_count, p.id, p.name, COALESCE(u.name, '')
FROM networks n
JOIN threads t ON t.network_id = n.id
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE n.slug = $1 AND t.deleted_at IS NULL
ORDER BY t.active_at DESC, t.id DESC
LIMIT 20`},
		{&b.onTopic, `
SELECT t.id, t.kind, t.title, t.excerpt, t.reply_count, t.vote_count, p.id, p.name, COALESCE(u.name, '')
FROM threads t
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE t.deleted_at IS NULL
  AND EXISTS (
    SELECT 1
    FROM topics o
    JOIN thread_topics tt ON tt.topic_id = o.id
    WHERE o.slug = $1 AND tt.thread_id = t.id)
ORDER BY t.active_at DESC, t.id DESC
LIMIT 20`},
		{&b.circles, `
SELECT n.name, n.slug, n.purpose,
  (SELECT COUNT(*) FROM network_members m WHERE m.network_id = n.id AND m.state = 'member')
FROM networks n
ORDER BY n.name, n.id
LIMIT 30`},
		{&b.persons, `
SELECT p.id, p.name, p.job_title, p.location, p.phone, COALESCE(u.name, '')
FROM people p
LEFT JOIN units u ON u.id = p.unit_id
ORDER BY p.sort_name, p.id
LIMIT 40`},
	} {
		if *s.stmt, err = d.Prepare(s.text); err != nil { //nolint:sqlclosecheck // kept as long as the program runs
			return nil, errors.Join(err, d.Close())
		}
	}
	return &b, nil
}

// someday stands for every date: formatting dates is not what a bare page is about, but the bytes are.
var someday = parts.Moment{ISO: "2026-10-04T10:42:00Z", Text: "4 October 2026", Full: "4 October 2026 at 10:42", Ago: "4 weeks ago"}

var chrome = layout.Chrome{Title: "A page", Hub: "Benchshire Council", Nav: "discussions", Path: "/"}

func person(id int64, name, unit string) parts.Person {
	return parts.Person{Name: name, Initials: parts.Initials(name), Tint: parts.Tint(id), Unit: unit}
}

func (b *bareDB) page(ctx context.Context, id int64) (threads.ShowPage, error) {
	p := threads.ShowPage{Chrome: chrome, ID: id, At: someday, WhoSees: "Visible to anyone"}
	p.Heading, p.SignIn = "40 replies", "/sign-in"
	var (
		author     int64
		name, unit string
	)
	err := b.opening.QueryRowContext(ctx, id).Scan(&p.Kind, &p.Title, &p.BodyHTML, &p.Vote.Count, &author, &name, &unit)
	if err != nil {
		return p, err
	}
	p.Author, p.Chrome.Title = person(author, name, unit), p.Title
	p.Vote.ID = "vote-t" + strconv.FormatInt(id, 10)
	rows, err := b.replies.QueryContext(ctx, id)
	if err != nil {
		return p, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var r threads.Reply
		if err := rows.Scan(&r.ID, &r.BodyHTML, &r.Vote.Count, &author, &name, &unit); err != nil {
			return p, err
		}
		n := strconv.FormatInt(r.ID, 10)
		r.Path, r.Vote.ID, r.Author, r.At = "/replies/"+n, "vote-r"+n, person(author, name, unit), someday
		p.Replies = append(p.Replies, r)
	}
	return p, rows.Err()
}

func (b *bareDB) thread(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fiber.ErrNotFound
	}
	p, err := b.page(c.UserContext(), id)
	if err != nil {
		return err
	}
	return render(c, threads.Show(p))
}

// memory renders one thread, read once.
func (b *bareDB) memory() fiber.Handler {
	var kept *threads.ShowPage
	return func(c *fiber.Ctx) error {
		if kept == nil { // the first request comes alone, before the load
			id, err := strconv.ParseInt(c.Params("id"), 10, 64)
			if err != nil {
				return fiber.ErrNotFound
			}
			p, err := b.page(c.UserContext(), id)
			if err != nil {
				return err
			}
			kept = &p
		}
		return render(c, threads.Show(*kept))
	}
}

func (b *bareDB) latest(c *fiber.Ctx) error { return threadList(c, b.list) }

func (b *bareDB) network(c *fiber.Ctx) error { return threadList(c, b.inNetwork, c.Params("slug")) }

func (b *bareDB) topic(c *fiber.Ctx) error { return threadList(c, b.onTopic, c.Params("slug")) }

// threadList shows the threads that a statement finds.
func threadList(c *fiber.Ctx, list *sql.Stmt, args ...any) error {
	rows, err := list.QueryContext(c.UserContext(), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	p := threads.FeedPage{Chrome: chrome, Heading: "Discussions"}
	for rows.Next() {
		var (
			it         parts.Item
			id, author int64
			name, unit string
		)
		if err := rows.Scan(&id, &it.Kind, &it.Title, &it.Excerpt, &it.Replies, &it.Votes, &author, &name, &unit); err != nil {
			return err
		}
		it.Path, it.Author, it.At = "/threads/"+strconv.FormatInt(id, 10), person(author, name, unit), someday
		p.Items = append(p.Items, it)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return render(c, threads.Feed(p))
}

func (b *bareDB) networks(c *fiber.Ctx) error {
	rows, err := b.circles.QueryContext(c.UserContext())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	p := networks.ListPage{Chrome: chrome, Heading: "All networks"}
	for rows.Next() {
		n := networks.Card{Access: "Open", Kind: "open", Active: someday}
		if err := rows.Scan(&n.Name, &n.Path, &n.Purpose, &n.People); err != nil {
			return err
		}
		n.Path = "/networks/" + n.Path
		p.All = append(p.All, n)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return render(c, networks.List(p))
}

func (b *bareDB) people(c *fiber.Ctx) error {
	rows, err := b.persons.QueryContext(c.UserContext())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	p := people.DirectoryPage{Chrome: chrome, Summary: "2,000 people"}
	for rows.Next() {
		var (
			e               people.Entry
			id              int64
			name, job, unit string
		)
		if err := rows.Scan(&id, &name, &job, &e.Location, &e.Phone, &unit); err != nil {
			return err
		}
		e.Person = person(id, name, unit)
		e.Person.JobTitle = job
		p.People = append(p.People, e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return render(c, people.Directory(p))
}

func render(c *fiber.Ctx, page templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := page.Render(c.UserContext(), buf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Context().SetBody(buf.Bytes()) // copies, so the buffer may go back to its pool
	return nil
}

// buildPlain fills a plain bleve index with the corpus in dir's database, and returns how many documents went in per second.
func buildPlain(ctx context.Context, dir string) (rate float64, err error) {
	c := newCorpus()
	x, err := searchbench.Create(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	start, docs := time.Now(), make([]searchbench.Doc, 0, batchSize)
	add := func(d searchbench.Doc) error {
		if docs = append(docs, d); len(docs) < batchSize {
			return nil
		}
		err := x.Add(docs)
		docs = docs[:0]
		return err
	}
	for i, n := range c.replies {
		t := c.thread(i)
		if err := errors.Join(ctx.Err(), add(searchbench.Doc{ID: t.ExternalID, Title: t.Title, Body: t.Body})); err != nil {
			return 0, err
		}
		for k := range n {
			r := c.reply(i, k)
			if err := add(searchbench.Doc{ID: r.ExternalID, Body: r.Body}); err != nil {
				return 0, err
			}
		}
	}
	if err := x.Add(docs); err != nil {
		return 0, err
	}
	return float64(threadCount+replyCount) / time.Since(start).Seconds(), nil
}
