package site

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/feeds"
	"watercooler/app/threads"
	"watercooler/auth"
)

// feedOf turns public threads into the entries of a feed. It says how each begins; the rest is read where it can be answered.
func (s *Service) feedOf(list []threads.Item) (entries []feeds.Entry) {
	for _, t := range list {
		e := feeds.Entry{
			ID: fmt.Sprintf("%s/threads/%d", s.cfg.BaseURL, t.ID), URL: s.cfg.BaseURL + t.Path(), Title: t.Title, Summary: t.Excerpt,
			Authors: []string{t.Author.Name}, Published: t.CreatedAt, Updated: t.CreatedAt,
		}
		if t.EditedAt.After(e.Updated) {
			e.Updated = t.EditedAt
		}
		for _, topic := range t.Topics {
			e.Tags = append(e.Tags, topic.Name)
		}
		entries = append(entries, e)
	}
	return entries
}

// room is a topic or a network as the feed of its public threads needs it.
type room struct {
	id                int64
	path, name, about string
}

// feed returns the feed of the public threads that q asks for.
func (s *Service) feed(ctx context.Context, source *threads.Service, r room, q threads.FeedQuery) (feeds.Feed, error) {
	q.Tab = threads.Latest
	list, err := source.Feed(ctx, auth.Public, q)
	if err != nil {
		return feeds.Feed{}, err
	}
	home := s.cfg.BaseURL + r.path
	return feeds.Feed{Title: r.name, Description: r.about, Home: home, Atom: home + "/feed.atom", Updated: time.Unix(0, 0), Entries: s.feedOf(list.Items)}, nil
}

// selectTopic returns a topic that has a public thread.
func selectTopic(ctx context.Context, q db.Querier, slug string) (r room, err error) {
	err = q.QueryRow(ctx, `
		SELECT x.id, '/topics/' || x.slug, x.name, x.description
		FROM topics x
		WHERE x.slug = $1 AND EXISTS (
			SELECT 1
			FROM thread_topics h
			JOIN threads t ON t.id = h.thread_id
			WHERE h.topic_id = x.id AND t.deleted_at IS NULL AND t.audience = 'public')`, slug).Scan(&r.id, &r.path, &r.name, &r.about)
	return r, err
}

// selectNetwork returns a public network.
func selectNetwork(ctx context.Context, q db.Querier, slug string) (r room, err error) {
	err = q.QueryRow(ctx, `
		SELECT n.id, '/networks/' || n.slug, n.name, n.purpose
		FROM networks n
		WHERE n.slug = $1 AND n.audience = 'public'`, slug).Scan(&r.id, &r.path, &r.name, &r.about)
	return r, err
}
