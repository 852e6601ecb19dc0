package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"watercooler/app/db"
	"watercooler/app/importers"
)

// largeHub writes a hub of thirty months: people in a tree of units, threads of all kinds, replies that come ever later, and one event
// for each thread and reply.
type largeHub struct {
	insightsOptions
	*rand.Rand
	db  *db.DB
	now int64
}

// threadsAtOnce are how many threads one transaction writes.
const threadsAtOnce = 1_000

func (c *largeHub) write(ctx context.Context, bar *importers.Progress) error {
	err := c.db.Tx(ctx, func(tx *db.Tx) error { return c.place(ctx, tx) })
	if err != nil {
		return err
	}
	bar.Add(c.people)
	reply := int64(0)
	each := c.events/c.threads - 1 // replies to a thread, on average
	for first := 1; first <= c.threads; first += threadsAtOnce {
		wrote := 0
		err := c.db.Tx(ctx, func(tx *db.Tx) error {
			b := batch{}
			for id := first; id < first+threadsAtOnce && id <= c.threads; id++ {
				reply = c.thread(&b, int64(id), reply, each)
			}
			wrote = len(b.events)
			return b.insert(ctx, tx)
		})
		if err != nil {
			return err
		}
		bar.Add(wrote)
	}
	return nil
}

// place writes organisation, units, people and topics.
func (c *largeHub) place(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "INSERT INTO organisations (name, slug, home, created_at) VALUES ('Benchshire Council', 'benchshire', TRUE, 1)"); err != nil {
		return err
	}
	var units, people, topics [][]any
	for i := 1; i <= c.units; i++ {
		parent := any(nil)
		if i > 10 {
			parent = i / 10 // a tree, ten units beneath each
		}
		units = append(units, []any{1, parent, fmt.Sprint("Unit ", i)})
	}
	for i := 1; i <= c.people; i++ {
		people = append(people, []any{1, 1 + min(c.IntN(c.units), c.IntN(c.units)), fmt.Sprint("person-", i), fmt.Sprint("Person ", i), fmt.Sprint("person ", i), 1, 1})
	}
	for i := range 300 {
		topics = append(topics, []any{fmt.Sprint("topic-", i), fmt.Sprint("Topic ", i), 1})
	}
	row := func(values []any) []any { return values }
	if err := db.InsertMany(ctx, tx, "INSERT INTO units (organisation_id, parent_id, name, created_at) VALUES ", "", units, func(v []any) []any { return append(v, 1) }); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, tx, "INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, created_at, updated_at) VALUES ", "", people, row); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, "INSERT INTO topics (slug, name, created_at) VALUES ", "", topics, row)
}

// batch is rows of one transaction.
type batch struct {
	threads, topics, signals, decisions, stances, replies, events [][]any
}

// thread adds a thread with its replies and returns the id of the last.
func (c *largeHub) thread(b *batch, id, reply int64, each int) int64 {
	const month = 30 * 24 * 3600 * 1_000_000
	at := c.now - int64(float64(int64(c.threads)-id)/float64(c.threads)*30*month)
	kind := "question"
	switch n := c.IntN(100); {
	case n < 3:
		kind = "decision"
	case n < 10:
		kind = "signal"
	case n < 15:
		kind = "post"
	case n < 40:
		kind = "discussion"
	}
	audience := []string{"public", "hub", "hub", "org:1", "network:1"}[c.IntN(5)]
	author := c.somebody()
	n := int(c.ExpFloat64() * float64(each))
	b.threads = append(b.threads, []any{id, kind, "A title of some length", "Words", "<p>Words</p>", "Words", 1, author, audience, at, at, n})
	b.events = append(b.events, []any{at, author, "thread.created", "thread", id, "", 0})
	for i := range c.IntN(3) {
		b.topics = append(b.topics, []any{id, 1 + (int64(min(c.IntN(300), c.IntN(300)))+int64(i)*150)%300})
	}
	switch kind {
	case "signal":
		b.signals = append(b.signals, []any{id, "https://example.org", "x", "press", "x", at, at + int64(c.ExpFloat64()*month/30)})
	case "decision":
		b.decisions = append(b.decisions, []any{id, "agreed", author, min(c.now, at+int64(c.ExpFloat64()*month/4))})
		for i := range c.IntN(8) {
			b.stances = append(b.stances, []any{id, 1 + (author+int64(i)*17)%int64(c.people), "agree", 1, 1})
		}
	}
	for range n {
		reply++
		who, when := c.somebody(), min(c.now, at+int64(c.ExpFloat64()*month/8))
		b.replies = append(b.replies, []any{id, who, "So it is", "<p>So it is</p>", 1, when})
		b.events = append(b.events, []any{when, who, "reply.created", "reply", reply, "thread", id})
	}
	return reply
}

func (c *largeHub) somebody() int64 { return 1 + int64(min(c.IntN(c.people), c.IntN(c.people))) }

func (b *batch) insert(ctx context.Context, tx *db.Tx) error {
	for _, s := range []struct {
		head string
		rows [][]any
	}{
		{"INSERT INTO threads (id, kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at, reply_count) VALUES ", b.threads},
		{"INSERT INTO thread_topics (thread_id, topic_id) VALUES ", b.topics},
		{"INSERT INTO signals (thread_id, url, url_key, kind, source, published_at, read_at) VALUES ", b.signals},
		{"INSERT INTO decisions (thread_id, state, decided_by, decided_at) VALUES ", b.decisions},
		{"INSERT INTO decision_stances (thread_id, person_id, stance, created_at, updated_at) VALUES ", b.stances},
		{"INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at) VALUES ", b.replies},
		{"INSERT INTO events (at, actor_id, verb, object_kind, object_id, target_kind, target_id) VALUES ", b.events},
	} {
		if err := db.InsertMany(ctx, tx, s.head, " ON CONFLICT DO NOTHING", s.rows, func(v []any) []any { return v }); err != nil {
			return err
		}
	}
	return nil
}
