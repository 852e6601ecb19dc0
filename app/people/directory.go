package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Filter says which people a directory page shows; what it says narrows together. The zero Filter is everybody who works here.
type Filter struct {
	Name         string // starts of words of the name or the job title, in any order
	Unit         int64
	Below        bool // with Unit: the units below it too
	Organisation int64
	Location     string // part of what somebody wrote
	Topic        string // slug of a topic they can be asked about
	Network      string // slug of a network they are a member of
	Letter       string // first letter of the family name, folded
	Leavers      bool   // those who have left, instead of those who work here
	After        int64  // id of the last person of the page before; 0 for the first page
}

// Listing is a page of the directory.
type Listing struct {
	People  []Card
	Total   int      // people on all pages
	More    bool     // there are further pages after the last of People
	Letters []string // first letters of family names, folded, that Filter has somebody under, whatever its own Letter
}

// Narrowing is what the directory can be narrowed by, as far as the viewer may know of it.
type Narrowing struct {
	Organisations []Organisation // the home organisation first
	Units         []Choice
	Locations     []string
	Topics        []Topic   // that somebody can be asked about
	Networks      []Network // with their slug and name
}

// pageSize is how many people a page of the directory has.
const pageSize = 40

// maxChoices bounds each list of a Narrowing but the units.
const maxChoices = 300

// Directory returns a page of people by family name.
func (s *Service) Directory(ctx context.Context, v auth.Viewer, f Filter) (Listing, error) {
	if !v.SignedIn() {
		return Listing{}, errSignIn
	}
	places, err := s.places(ctx, f)
	if err != nil {
		return Listing{}, fmt.Errorf("find the places called %q: %w", f.Location, err)
	}
	list, err := selectDirectory(ctx, s.db, f.conditions(v, places), f.After, pageSize+1)
	if err != nil {
		return Listing{}, fmt.Errorf("list people: %w", err)
	}
	initials, err := s.initials(ctx, v, f, places)
	if err != nil {
		return Listing{}, fmt.Errorf("count people: %w", err)
	}
	l := Listing{People: hideAll(v, list[:min(len(list), pageSize)]), More: len(list) > pageSize}
	for _, i := range initials {
		l.Letters = append(l.Letters, i.letter)
		if f.Letter == "" || f.Letter == i.letter {
			l.Total += i.people
		}
	}
	return l, nil
}

// initials counts those f shows, and those it would show under other letters, by letter.
func (s *Service) initials(ctx context.Context, v auth.Viewer, f Filter, places []string) ([]initial, error) {
	f.Letter, f.After, f.Below = "", 0, f.Below && f.Unit != 0
	if f != (Filter{}) {
		return selectInitials(ctx, s.db, f.conditions(v, places))
	}
	o, err := s.overview(ctx)
	if err != nil {
		return nil, err
	}
	return o.initials, nil
}

// Narrow returns what v can narrow the directory by.
func (s *Service) Narrow(ctx context.Context, v auth.Viewer) (n Narrowing, err error) {
	if !v.SignedIn() {
		return n, errSignIn
	}
	o, err := s.overview(ctx)
	if err != nil {
		return n, err
	}
	n.Organisations, n.Units, n.Topics, n.Locations = o.organisations, o.units, o.topics, o.locations(v)
	for _, w := range o.networks {
		// SECURITY: what is kept is for everybody; whose name is offered is decided for each viewer.
		if v.CanRead(w.audience) && len(n.Networks) < maxChoices {
			n.Networks = append(n.Networks, w.Network)
		}
	}
	return n, nil
}

// conditions are parts of a WHERE, joined by AND, with their values.
type conditions struct {
	db.Params
	text strings.Builder
}

func (c *conditions) add(text string) {
	if c.text.Len() > 0 {
		c.text.WriteString("\n\t\t  AND ")
	}
	c.text.WriteString(text)
}

// visible adds the condition that v may see a field of person p: what Privacy.mayNotSee says, for the database.
//
// SECURITY: who hides their location must not be found by it either. Every filter by a Field goes with this condition.
func (c *conditions) visible(f Field, v auth.Viewer) {
	name := string(f)
	c.add(`(p.privacy NOT LIKE '%` + name + `=%' OR p.id = ` + c.One(v.Person) +
		` OR (p.privacy NOT LIKE '%` + name + `=me%' AND p.organisation_id = ` + c.One(v.Organisation) + `))`)
}

// maxWords bounds the words of a name that the directory searches for.
const maxWords = 4

// conditions returns what f asks of person p. places are the locations that f.Location means.
func (f Filter) conditions(v auth.Viewer, places []string) *conditions {
	c := new(conditions)
	if f.Leavers {
		c.add(`p.left_at IS NOT NULL`)
	} else {
		c.add(`p.left_at IS NULL`)
	}
	words := strings.Fields(markup.Fold(f.Name))
	for _, w := range words[:min(len(words), maxWords)] {
		w = "% " + like(w) + "%"
		c.add(`(' ' || p.sort_name LIKE ` + c.One(w) + ` ESCAPE '\' OR ' ' || LOWER(p.job_title) LIKE ` + c.One(w) + ` ESCAPE '\')`)
	}
	switch {
	case f.Unit != 0 && f.Below:
		c.add(`p.unit_id IN (
			WITH RECURSIVE below (id) AS (
				SELECT b.id FROM units b WHERE b.id = ` + c.One(f.Unit) + `
				UNION
				SELECT c.id FROM units c JOIN below ON c.parent_id = below.id
			)
			SELECT below.id FROM below)`)
	case f.Unit != 0:
		c.add(`p.unit_id = ` + c.One(f.Unit))
	}
	if f.Organisation != 0 {
		c.add(`p.organisation_id = ` + c.One(f.Organisation))
	}
	if f.Location != "" {
		c.add(`p.location <> '' AND p.location IN (` + db.AllOf(&c.Params, places) + `)`)
		c.visible(FieldLocation, v)
	}
	if f.Topic != "" {
		c.add(`p.id IN (SELECT a.person_id FROM person_topics a JOIN topics o ON o.id = a.topic_id WHERE o.slug = ` + c.One(f.Topic) + `)`)
	}
	if f.Network != "" {
		// SECURITY: a network that v may not know of has no members to them.
		c.add(`p.id IN (
			SELECT m.person_id
			FROM network_members m
			JOIN networks n ON n.id = m.network_id
			WHERE n.slug = ` + c.One(f.Network) + ` AND m.state = 'member' AND ` + v.Reads(&c.Params, "n.audience") + `)`)
	}
	if f.Letter != "" {
		c.add(`SUBSTR(p.sort_name, 1, 1) = ` + c.One(f.Letter))
	}
	return c
}

// maxPlaces bounds the places that a few letters may mean.
const maxPlaces = 1000

// places returns the locations in which the words of f.Location stand, whatever their case and accents: a database folds A to Z
// at best. Who may be found by them is for the conditions to say.
func (s *Service) places(ctx context.Context, f Filter) ([]string, error) {
	if f.Location == "" {
		return nil, nil
	}
	all, err := selectPlaces(ctx, s.db, 10*maxPlaces)
	wanted := markup.Fold(f.Location)
	all = slices.DeleteFunc(all, func(p string) bool { return !strings.Contains(markup.Fold(p), wanted) })
	return all[:min(len(all), maxPlaces)], err
}

func selectPlaces(ctx context.Context, q db.Querier, limit int) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT DISTINCT p.location
		FROM people p
		WHERE p.location <> ''
		ORDER BY p.location
		LIMIT $1`, limit)
	return db.Collect(rows, err, db.One[string])
}

// selectDirectory returns those of whom the conditions are true, by family name, after the person with the id given.
func selectDirectory(ctx context.Context, q db.Querier, c *conditions, after int64, limit int) ([]Card, error) {
	if after != 0 {
		c.add(`(p.sort_name, p.id) > (SELECT a.sort_name, a.id FROM people a WHERE a.id = ` + c.One(after) + `)`)
	}
	rows, err := q.Query(ctx, `
		SELECT `+cardColumns+`
		FROM `+cardTables+`
		WHERE `+c.text.String()+`
		ORDER BY p.sort_name, p.id
		LIMIT `+c.One(limit), c.Values()...)
	return db.Collect(rows, err, scanCard)
}

// initial is a first letter of family names, and how many people have it.
type initial struct {
	letter string
	people int
}

// selectInitials counts those of whom the conditions are true by the first letter of their family name.
func selectInitials(ctx context.Context, q db.Querier, c *conditions) ([]initial, error) {
	rows, err := q.Query(ctx, `
		SELECT SUBSTR(p.sort_name, 1, 1), COUNT(*)
		FROM people p
		WHERE `+c.text.String()+`
		GROUP BY SUBSTR(p.sort_name, 1, 1)
		ORDER BY 1
		LIMIT 1000`, c.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (i initial, err error) { return i, r.Scan(&i.letter, &i.people) })
}

// selectAsked returns the topics that somebody who works here can be asked about, by name.
func selectAsked(ctx context.Context, q db.Querier) ([]Topic, error) {
	rows, err := q.Query(ctx, `
		SELECT o.id, o.slug, o.name
		FROM topics o
		WHERE EXISTS (SELECT 1
		              FROM person_topics a
		              JOIN people p ON p.id = a.person_id
		              WHERE a.topic_id = o.id AND p.left_at IS NULL)
		ORDER BY o.name, o.id
		LIMIT $1`, maxChoices)
	return db.Collect(rows, err, func(r db.Scanner) (t Topic, err error) { return t, r.Scan(&t.ID, &t.Slug, &t.Name) })
}

func selectAllUnits(ctx context.Context, q db.Querier) ([]Unit, error) {
	rows, err := q.Query(ctx, `
		SELECT u.id, u.organisation_id, u.parent_id, u.name
		FROM units u
		ORDER BY u.name, u.id
		LIMIT $1`, maxUnits)
	return db.Collect(rows, err, scanUnit)
}
