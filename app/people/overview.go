package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/auth"
)

// overview is what every page of the directory says of the hub as a whole. It is the same for all viewers, or is narrowed for each
// of them in memory, and each process keeps it: to read and sort it takes longer than the page of people does.
type overview struct {
	organisations []Organisation  // the home organisation first
	trees         map[int64]*tree // by organisation; read only
	units         []Choice
	topics        []Topic // that somebody can be asked about
	networks      []knownOf
	places        []located // with most people first
	initials      []initial // of those who work here
}

// knownOf is a network with who may know of it.
type knownOf struct {
	Network
	audience string
}

// located is a place where people work who let the same viewers see it.
type located struct {
	place        string
	level        Level
	organisation int64
	person       int64 // whose it is alone, unless everybody sees it
}

// overviewLast is how long another process goes on with the old one after a change; the process that made the change sees it
// at once.
const overviewLast = 5 * time.Second

// overviews keeps the overview. One that is shared is never changed.
type overviews struct {
	mu      sync.Mutex
	now     *overview
	read    time.Time
	changes int // counts forget, so that a read that began before a change is not kept after it
}

func (c *overviews) forget() {
	c.mu.Lock()
	c.now = nil
	c.changes++
	c.mu.Unlock()
}

// changed forgets the overview once tx is committed. Everything that writes people, units, organisations or what people can be
// asked about calls it.
func (s *Service) changed(tx *db.Tx) { tx.AfterCommit(s.overviews.forget) }

// overview returns what the hub has, at most overviewLast old.
func (s *Service) overview(ctx context.Context) (*overview, error) {
	c, now := &s.overviews, s.now()
	c.mu.Lock()
	seen, age, changes := c.now, now.Sub(c.read), c.changes
	c.mu.Unlock()
	if seen != nil && age >= 0 && age < overviewLast {
		return seen, nil
	}
	seen, err := readOverview(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("read what the directory can be narrowed by: %w", err)
	}
	c.mu.Lock()
	if c.changes == changes {
		c.now, c.read = seen, now
	}
	c.mu.Unlock()
	return seen, nil
}

func readOverview(ctx context.Context, q db.Querier) (*overview, error) {
	o := &overview{trees: make(map[int64]*tree)}
	var err error
	if o.organisations, err = selectOrganisations(ctx, q); err != nil {
		return nil, err
	}
	units, err := selectAllUnits(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, body := range o.organisations {
		o.trees[body.ID] = plant(body.ID, units)
		for _, c := range o.trees[body.ID].choices() {
			if !body.Home {
				c.Label = body.Name + " › " + c.Label
			}
			o.units = append(o.units, c)
		}
	}
	if o.topics, err = selectAsked(ctx, q); err != nil {
		return nil, err
	}
	if o.networks, err = selectGoingOn(ctx, q); err != nil {
		return nil, err
	}
	if o.places, err = selectLocated(ctx, q); err != nil {
		return nil, err
	}
	o.initials, err = selectInitials(ctx, q, Filter{}.conditions(auth.Viewer{}, nil))
	return o, err
}

// locations returns the places most people work at, as far as v may see who does, in order of the alphabet.
func (o *overview) locations(v auth.Viewer) []string {
	var list []string
	seen := make(map[string]bool)
	for _, l := range o.places {
		// SECURITY: as Privacy.mayNotSee. A place that only those have who hide it is not offered.
		may := l.level == ForHub || l.person == v.Person || l.level == ForOrg && l.organisation == v.Organisation
		if may && !seen[l.place] && len(list) < maxChoices {
			seen[l.place] = true
			list = append(list, l.place)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(markup.Fold(a), markup.Fold(b)) })
	return list
}

// selectLocated returns the places where people work, those of most people first. Whoever keeps theirs from some stands alone.
func selectLocated(ctx context.Context, q db.Querier) ([]located, error) {
	rows, err := q.Query(ctx, `
		SELECT l.location, l.level, l.organisation_id, l.person
		FROM (
			SELECT p.location, p.organisation_id,
				CASE WHEN p.privacy NOT LIKE '%location=%' THEN '' WHEN p.privacy LIKE '%location=me%' THEN 'me' ELSE 'org' END AS level,
				CASE WHEN p.privacy LIKE '%location=%' THEN p.id ELSE 0 END AS person
			FROM people p
			WHERE p.left_at IS NULL AND p.location <> ''
		) l
		GROUP BY l.location, l.level, l.organisation_id, l.person
		ORDER BY COUNT(*) DESC, l.location
		LIMIT 10000`)
	return db.Collect(rows, err, func(r db.Scanner) (l located, err error) {
		return l, r.Scan(&l.place, &l.level, &l.organisation, &l.person)
	})
}

// selectGoingOn returns the networks that go on, by name, whoever may know of them.
func selectGoingOn(ctx context.Context, q db.Querier) ([]knownOf, error) {
	rows, err := q.Query(ctx, `
		SELECT n.slug, n.name, n.audience
		FROM networks n
		WHERE n.closed_at IS NULL
		ORDER BY n.name, n.id
		LIMIT 10000`)
	return db.Collect(rows, err, func(r db.Scanner) (n knownOf, err error) { return n, r.Scan(&n.Slug, &n.Name, &n.audience) })
}
