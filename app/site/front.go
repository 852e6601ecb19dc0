package site

import (
	"context"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/site"
)

// frontLasts is how long the lists of the page for strangers are believed, when another process of the hub may have written.
const frontLasts = 2 * time.Second

// front keeps the lists of the page for strangers. They are the same for all of them, and what a hub says in public may be read by
// anybody as often as they like. Whatever is recorded in this process lets them go.
type front struct {
	mu       sync.Mutex // held while they are read, so that many who come at once read them once
	lists    frontLists
	until    time.Time
	happened <-chan struct{}
}

// frontLists are what the page for strangers lists.
type frontLists struct {
	items, posts []parts.Item
	networks     []views.Network
	topics       []parts.Topic
}

func newFront(d *db.DB) *front {
	happened, _ := d.Listen(event.Happened) // for as long as the process lives
	return &front{happened: happened}
}

// get returns the lists as they were a moment ago, or as read finds them.
func (f *front) get(now time.Time, read func() (frontLists, error)) (frontLists, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.happened:
		f.until = time.Time{}
	default:
	}
	if now.Before(f.until) {
		return f.lists, nil
	}
	lists, err := read()
	if err != nil {
		return frontLists{}, err
	}
	f.lists, f.until = lists, now.Add(frontLasts)
	return lists, nil
}

// frontLists reads what the page for strangers lists.
func (h *Web) frontLists(ctx context.Context) (l frontLists, err error) {
	talk, err := h.feed.Feed(ctx, auth.Public, threads.FeedQuery{
		Tab: threads.Latest, Kinds: []threads.Kind{threads.Question, threads.Discussion}, Limit: frontThreads,
	})
	if err != nil {
		return l, err
	}
	posts, err := h.feed.Feed(ctx, auth.Public, threads.FeedQuery{Tab: threads.Latest, Kinds: []threads.Kind{threads.Post}, Limit: frontPosts})
	if err != nil {
		return l, err
	}
	networks, err := selectNetworks(ctx, h.site.db, frontNetworks)
	if err != nil {
		return l, err
	}
	topics, err := selectLively(ctx, h.site.db, frontTopics)
	if err != nil {
		return l, err
	}
	l.items, l.posts = h.shown.Items(auth.Public, talk.Items), h.shown.Items(auth.Public, posts.Items)
	for _, list := range [][]parts.Item{l.items, l.posts} {
		for i := range list {
			list[i].Audience = "" // public, as the page says of all of it
		}
	}
	for _, n := range networks {
		l.networks = append(l.networks, views.Network{Name: n.Name, Path: n.Path, Purpose: n.Purpose})
	}
	for _, t := range topics {
		l.topics = append(l.topics, parts.Topic{Name: t.Name, Path: t.Path})
	}
	return l, nil
}
