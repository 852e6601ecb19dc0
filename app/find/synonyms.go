package find

import (
	"context"
	"fmt"
	"sync"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/auth"
	"watercooler/search"
)

// synonyms keeps what else the topics of the hub are called, so that who types one name finds what was written with the other. Like
// names it is emptied by the events that keep the index level: an edited topic counts from the next search, without a new index.
type synonyms struct {
	mu     sync.Mutex
	change int
	all    *search.Glossary // nil when it has to be read
	public *search.Glossary // of topics that a public thread is about: others do not exist for strangers
}

// called is a topic with its other names.
type called struct {
	names  []string
	public bool
}

// of returns the synonyms that v may know.
func (y *synonyms) of(ctx context.Context, q db.Querier, v auth.Viewer) (*search.Glossary, error) {
	y.mu.Lock()
	all, public, change := y.all, y.public, y.change
	y.mu.Unlock()
	if all == nil {
		list, err := selectCalled(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("read what topics are called: %w", err)
		}
		var everything, shown [][]string
		for _, t := range list {
			everything = append(everything, t.names)
			if t.public {
				shown = append(shown, t.names)
			}
		}
		all, public = search.NewGlossary(everything), search.NewGlossary(shown)
		y.mu.Lock()
		if y.change == change {
			y.all, y.public = all, public
		}
		y.mu.Unlock()
	}
	if v.SignedIn() {
		return all, nil
	}
	return public, nil
}

// hear empties the synonyms when a topic, or whether it is public, may have changed.
func (y *synonyms) hear(events []event.Event) {
	for _, e := range events {
		if e.Object.Kind == "topic" || e.Verb == event.BatchVerb || e.Audience == auth.AudiencePublic {
			y.mu.Lock()
			y.all, y.public, y.change = nil, nil, y.change+1
			y.mu.Unlock()
			return
		}
	}
}

// selectCalled returns the topics that have other names.
func selectCalled(ctx context.Context, q db.Querier) ([]called, error) {
	rows, err := q.Query(ctx, `
		SELECT `+topicColumns+`, y.name
		FROM topics t
		JOIN topic_synonyms y ON y.topic_id = t.id
		ORDER BY t.id, y.folded
		LIMIT $1`, maxNames)
	var out []called
	var last int64
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var name string
		t, err := scanTopic(with{r, &name})
		if t.ID != last {
			last = t.ID
			out = append(out, called{names: []string{t.Name}, public: t.Public})
		}
		out[len(out)-1].names = append(out[len(out)-1].names, name)
		return struct{}{}, err
	})
	return out, err
}

// with scans a column behind those that it is asked for.
type with struct {
	db.Scanner
	last any
}

func (w with) Scan(dest ...any) error { return w.Scanner.Scan(append(dest, w.last)...) }
