package find

import (
	"context"
	"strings"
	"sync"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/auth"
)

// names keeps what topics and networks are called, for the facets of every page of results. It is emptied by the events that
// keep the index level, so a name is never older than what is found.
type names struct {
	mu     sync.RWMutex
	change int // how often it was emptied: what was read before must not come in afterwards
	kept   map[named]label
}

// named is a topic or a network.
type named struct{ facet, slug string }

// label is a name and who may know it.
type label struct{ name, audience string }

// maxNames bounds what is kept; a hub has some thousands of topics at most.
const maxNames = 20_000

// of returns the names of slugs that v may know, by slug. read finds those that are not kept.
func (n *names) of(ctx context.Context, q db.Querier, v auth.Viewer, facet string, slugs []string,
	read func(ctx context.Context, q db.Querier, slugs []string) (map[string]label, error),
) (map[string]string, error) {
	out := make(map[string]string, len(slugs))
	var missing []string
	n.mu.RLock()
	change := n.change
	for _, slug := range slugs {
		switch l, ok := n.kept[named{facet, slug}]; {
		case !ok:
			missing = append(missing, slug)
		case v.CanRead(l.audience):
			out[slug] = l.name
		}
	}
	n.mu.RUnlock()
	if len(missing) == 0 {
		return out, nil
	}
	found, err := read(ctx, q, missing)
	if err != nil {
		return nil, err
	}
	for slug, l := range found {
		if v.CanRead(l.audience) {
			out[slug] = l.name
		}
	}
	n.keep(change, facet, found)
	return out, nil
}

// keep adds what was read when change was the count, unless it may be out of date already.
func (n *names) keep(change int, facet string, found map[string]label) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.change != change {
		return
	}
	if n.kept == nil || len(n.kept) > maxNames {
		n.kept = make(map[named]label)
	}
	for slug, l := range found {
		n.kept[named{facet, slug}] = l
	}
}

// hear empties the names when one of them may have changed.
func (n *names) hear(events []event.Event) {
	for _, e := range events {
		if strings.HasPrefix(e.Verb, "topic.") || strings.HasPrefix(e.Verb, "network.") || e.Verb == event.BatchVerb {
			n.mu.Lock()
			n.kept, n.change = nil, n.change+1
			n.mu.Unlock()
			return
		}
	}
}
