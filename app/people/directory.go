package people

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
	list, err := selectDirectory(ctx, s.db, f.conditions(v), f.After, pageSize+1)
	if err != nil {
		return Listing{}, fmt.Errorf("list people: %w", err)
	}
	letter := f.Letter
	f.Letter = ""
	initials, err := selectInitials(ctx, s.db, f.conditions(v))
	if err != nil {
		return Listing{}, fmt.Errorf("count people: %w", err)
	}
	l := Listing{People: hideAll(v, list[:min(len(list), pageSize)]), More: len(list) > pageSize}
	for _, i := range initials {
		l.Letters = append(l.Letters, i.letter)
		if letter == "" || letter == i.letter {
			l.Total += i.people
		}
	}
	return l, nil
}

// Narrow returns what v can narrow the directory by.
func (s *Service) Narrow(ctx context.Context, v auth.Viewer) (n Narrowing, err error) {
	if !v.SignedIn() {
		return n, errSignIn
	}
	if n.Organisations, err = s.Organisations(ctx); err != nil {
		return n, err
	}
	if n.Units, err = s.unitChoices(ctx, n.Organisations); err != nil {
		return n, err
	}
	if n.Locations, err = selectLocations(ctx, s.db, v); err != nil {
		return n, fmt.Errorf("list locations: %w", err)
	}
	if n.Topics, err = selectAsked(ctx, s.db); err != nil {
		return n, fmt.Errorf("list topics people can be asked about: %w", err)
	}
	if n.Networks, err = selectKnown(ctx, s.db, v.Audiences()); err != nil {
		return n, fmt.Errorf("list networks: %w", err)
	}
	return n, nil
}

// unitChoices returns the units of all organisations by path: those of home first, those of partners under their name.
func (s *Service) unitChoices(ctx context.Context, organisations []Organisation) ([]Choice, error) {
	units, err := selectAllUnits(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	var list []Choice
	for _, o := range organisations {
		choices := plant(o.ID, units).choices()
		for _, c := range choices {
			if !o.Home {
				c.Label = o.Name + " › " + c.Label
			}
			list = append(list, c)
		}
	}
	return list, nil
}

// conditions are parts of a WHERE, joined by AND, with the values of their placeholders. In the text of a part a placeholder
// is a question mark; its number is given when it is added.
type conditions struct {
	text strings.Builder
	args []any
}

func (c *conditions) add(text string, args ...any) {
	if c.text.Len() > 0 {
		c.text.WriteString("\n\t\t  AND ")
	}
	c.text.WriteString(c.number(text, args...))
}

// number returns text with its question marks numbered, and takes their values.
func (c *conditions) number(text string, args ...any) string {
	var b strings.Builder
	for _, r := range text {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		c.args = append(c.args, args[0])
		args = args[1:]
		b.WriteString("$" + strconv.Itoa(len(c.args)))
	}
	return b.String()
}

// visible is the condition that v may see a field of person p: what Privacy.mayNotSee says, for the database. Its placeholders
// are the person and the organisation of v.
//
// SECURITY: who hides their location must not be found by it either. Every filter by a Field goes with this condition.
func visible(f Field) string {
	name := string(f)
	return `(p.privacy NOT LIKE '%` + name + `=%' OR p.id = ? OR (p.privacy NOT LIKE '%` + name + `=me%' AND p.organisation_id = ?))`
}

// maxWords bounds the words of a name that the directory searches for.
const maxWords = 4

// conditions returns what f asks of person p.
func (f Filter) conditions(v auth.Viewer) *conditions {
	c := new(conditions)
	if f.Leavers {
		c.add(`p.left_at IS NOT NULL`)
	} else {
		c.add(`p.left_at IS NULL`)
	}
	words := strings.Fields(markup.Fold(f.Name))
	for _, w := range words[:min(len(words), maxWords)] {
		w = "% " + like(w) + "%"
		c.add(`(' ' || p.sort_name LIKE ? ESCAPE '\' OR ' ' || LOWER(p.job_title) LIKE ? ESCAPE '\')`, w, w)
	}
	switch {
	case f.Unit != 0 && f.Below:
		c.add(`p.unit_id IN (
			WITH RECURSIVE below (id) AS (
				SELECT b.id FROM units b WHERE b.id = ?
				UNION
				SELECT c.id FROM units c JOIN below ON c.parent_id = below.id
			)
			SELECT below.id FROM below)`, f.Unit)
	case f.Unit != 0:
		c.add(`p.unit_id = ?`, f.Unit)
	}
	if f.Organisation != 0 {
		c.add(`p.organisation_id = ?`, f.Organisation)
	}
	if f.Location != "" {
		// Both sides in lower case: SQLite knows that only of A to Z, and then it knows the same of both.
		c.add(`LOWER(p.location) LIKE '%' || LOWER(?) || '%' ESCAPE '\'`, like(f.Location))
		c.add(visible(FieldLocation), v.Person, v.Organisation)
	}
	if f.Topic != "" {
		c.add(`p.id IN (SELECT a.person_id FROM person_topics a JOIN topics o ON o.id = a.topic_id WHERE o.slug = ?)`, f.Topic)
	}
	if f.Network != "" {
		// SECURITY: a network that v may not know of has no members to them.
		marks := strings.TrimSuffix(strings.Repeat("?,", len(v.Audiences())), ",")
		c.add(`p.id IN (
			SELECT m.person_id
			FROM network_members m
			JOIN networks n ON n.id = m.network_id
			WHERE n.slug = ? AND m.state = 'member' AND n.audience IN (`+marks+`))`, db.Args(v.Audiences(), f.Network)...)
	}
	if f.Letter != "" {
		c.add(`SUBSTR(p.sort_name, 1, 1) = ?`, f.Letter)
	}
	return c
}

// selectDirectory returns those of whom the conditions are true, by family name, after the person with the id given.
func selectDirectory(ctx context.Context, q db.Querier, c *conditions, after int64, limit int) ([]Card, error) {
	if after != 0 {
		c.add(`(p.sort_name, p.id) > (SELECT a.sort_name, a.id FROM people a WHERE a.id = ?)`, after)
	}
	most := c.number("?", limit)
	rows, err := q.Query(ctx, `
		SELECT `+cardColumns+`
		FROM `+cardTables+`
		WHERE `+c.text.String()+`
		ORDER BY p.sort_name, p.id
		LIMIT `+most, c.args...)
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
		LIMIT 1000`, c.args...)
	return db.Collect(rows, err, func(r db.Scanner) (i initial, err error) { return i, r.Scan(&i.letter, &i.people) })
}

// selectLocations returns the places most people work at, as far as v may see who does, in order of the alphabet.
func selectLocations(ctx context.Context, q db.Querier, v auth.Viewer) ([]string, error) {
	c := new(conditions)
	c.add(`p.left_at IS NULL AND p.location <> ''`)
	c.add(visible(FieldLocation), v.Person, v.Organisation)
	most := c.number("?", maxChoices)
	rows, err := q.Query(ctx, `
		SELECT p.location
		FROM people p
		WHERE `+c.text.String()+`
		GROUP BY p.location
		ORDER BY COUNT(*) DESC, p.location
		LIMIT `+most, c.args...)
	list, err := db.Collect(rows, err, db.One[string])
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(markup.Fold(a), markup.Fold(b)) })
	return list, err
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

// selectKnown returns the networks that go on and whose audience is among audiences, by name.
func selectKnown(ctx context.Context, q db.Querier, audiences []string) ([]Network, error) {
	rows, err := q.Query(ctx, `
		SELECT n.slug, n.name
		FROM networks n
		WHERE n.closed_at IS NULL AND n.audience IN (`+db.In(1, len(audiences))+`)
		ORDER BY n.name, n.id
		LIMIT `+db.In(1+len(audiences), 1), append(db.Args(audiences), maxChoices)...)
	return db.Collect(rows, err, func(r db.Scanner) (n Network, err error) { return n, r.Scan(&n.Slug, &n.Name) })
}

func selectAllUnits(ctx context.Context, q db.Querier) ([]Unit, error) {
	rows, err := q.Query(ctx, `
		SELECT u.id, u.organisation_id, u.parent_id, u.name
		FROM units u
		ORDER BY u.name, u.id
		LIMIT $1`, maxUnits)
	return db.Collect(rows, err, scanUnit)
}
