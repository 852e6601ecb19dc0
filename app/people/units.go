package people

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// maxShown bounds the posts and the open questions that the page of a unit shows.
const maxShown = 5

// Place is a unit with what is around it.
type Place struct {
	Unit         Unit
	Organisation Organisation
	Above        []Unit // from the top down
	Below        []Unit // directly under it
	Followed     bool   // by the viewer
}

// Visit is what the page of a unit shows besides its people.
type Visit struct {
	Place
	Head      *Card // who manages it: see head
	Blog      Blog
	Posts     []Thread // the latest of its blog
	Questions []Thread // of its people, that wait for an answer
}

// Unit returns a unit and its place in the tree.
func (s *Service) Unit(ctx context.Context, v auth.Viewer, id int64) (Place, error) {
	if !v.SignedIn() {
		return Place{}, errSignIn
	}
	unit, o, followed, err := selectPlace(ctx, s.db, id, v.Person)
	if errs.IsNotFound(err) {
		return Place{}, errNoUnit.Because(err)
	}
	if err != nil {
		return Place{}, fmt.Errorf("find unit %d: %w", id, err)
	}
	tree, err := readTree(ctx, s.db, unit.Organisation)
	if err != nil {
		return Place{}, err
	}
	return Place{Unit: unit, Organisation: o, Above: tree.above(unit), Below: tree.below(unit.ID), Followed: followed}, nil
}

// Visit returns a unit for its page.
func (s *Service) Visit(ctx context.Context, v auth.Viewer, id int64) (Visit, error) {
	place, err := s.Unit(ctx, v, id)
	if err != nil {
		return Visit{}, err
	}
	visit := Visit{Place: place}
	members, err := selectMembership(ctx, s.db, id)
	if err != nil {
		return Visit{}, fmt.Errorf("find the manager of unit %d: %w", id, err)
	}
	if boss := head(members); boss != 0 {
		cards, err := s.ByID(ctx, boss)
		if err != nil {
			return Visit{}, err
		}
		if c, ok := cards[boss]; ok && !c.Left {
			visit.Head = &c
		}
	}
	if visit.Blog, err = s.Blog(ctx, v, "unit", id); err != nil {
		return Visit{}, err
	}
	if visit.Blog.Slug != "" {
		if visit.Posts, err = selectUnitPosts(ctx, s.db, v, id, maxShown); err != nil {
			return Visit{}, fmt.Errorf("list posts of unit %d: %w", id, err)
		}
	}
	if visit.Questions, err = selectOpen(ctx, s.db, v, id, maxShown); err != nil {
		return Visit{}, fmt.Errorf("list open questions of unit %d: %w", id, err)
	}
	return visit, nil
}

// member is somebody who works in a unit, as far as it takes to find who manages it.
type member struct {
	id, manager int64
	managed     int // people who report to them, wherever those work
}

// head returns who manages a unit, from the people who work in it by name, 0 when nobody can be told to. Nobody keeps a list of
// the managers of units, so it is read off from who reports to whom:
//
//  1. whoever in the unit most of its people report to, directly or through others of the unit;
//  2. where nobody reports to anybody within the unit, somebody whose manager sits outside it: the only one there is, or the
//     one with most reports elsewhere, as a director has who shares a unit with an assistant;
//  3. or else the person outside the unit whom more than half of its people report to.
func head(members []member) int64 {
	managerOf := make(map[int64]int64, len(members))
	for _, m := range members {
		managerOf[m.id] = m.manager
	}
	under := make(map[int64]int) // top of a line of the unit → how many stand in the line below
	outside := make(map[int64]int)
	for _, m := range members {
		top := m.id
		for range members { // a circle, which a staff list may have, ends here
			boss := managerOf[top]
			if _, inside := managerOf[boss]; !inside {
				break
			}
			top = boss
		}
		if top != m.id {
			under[top]++
		}
		outside[m.manager]++
	}
	var best member
	for _, m := range members {
		if n, b := under[m.id], under[best.id]; n > b || n == b && m.managed > best.managed {
			best = m
		}
	}
	switch {
	case under[best.id] > 0, best.managed > 0:
		return best.id
	case len(members) == 1:
		return members[0].id
	}
	for boss, n := range outside {
		if boss != 0 && 2*n > len(members) {
			return boss
		}
	}
	return 0
}

// selectPlace returns a unit, its organisation, and whether viewer follows it.
func selectPlace(ctx context.Context, q db.Querier, id, viewer int64) (u Unit, o Organisation, followed bool, err error) {
	var parent *int64
	err = q.QueryRow(ctx, `
		SELECT u.id, u.organisation_id, u.parent_id, u.name, o.id, o.name, o.slug, o.home,
			EXISTS (SELECT 1 FROM watches w WHERE w.person_id = $1 AND w.object_kind = 'unit' AND w.object_id = u.id)
		FROM units u
		JOIN organisations o ON o.id = u.organisation_id
		WHERE u.id = $2`, viewer, id).Scan(&u.ID, &u.Organisation, &parent, &u.Name, &o.ID, &o.Name, &o.Slug, &o.Home, &followed)
	u.Parent = some(parent)
	return u, o, followed, err
}

// maxMembers bounds the people of one unit that are looked at to find who manages it.
const maxMembers = 2000

func selectMembership(ctx context.Context, q db.Querier, unit int64) ([]member, error) {
	rows, err := q.Query(ctx, `
		SELECT p.id, COALESCE(p.manager_id, 0),
			(SELECT COUNT(*) FROM people r WHERE r.manager_id = p.id AND r.left_at IS NULL)
		FROM people p
		WHERE p.unit_id = $1 AND p.left_at IS NULL
		ORDER BY p.sort_name, p.id
		LIMIT $2`, unit, maxMembers)
	return db.Collect(rows, err, func(r db.Scanner) (m member, err error) { return m, r.Scan(&m.id, &m.manager, &m.managed) })
}

// selectUnitPosts returns the latest posts of the blog of a unit.
func selectUnitPosts(ctx context.Context, q db.Querier, v auth.Viewer, unit int64, limit int) ([]Thread, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+threadColumns+`, b.slug, p.slug
		FROM `+threadTables+`
		JOIN posts p ON p.thread_id = t.id
		JOIN blogs b ON b.id = p.blog_id
		WHERE b.owner_kind = 'unit' AND b.owner_id = `+p.One(unit)+` AND t.deleted_at IS NULL
		  AND `+v.Reads(&p, "t.audience")+`
		ORDER BY p.published_at DESC, t.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanThread)
}

// selectOpen returns the questions of people in a unit that no answer has settled, newest first.
func selectOpen(ctx context.Context, q db.Querier, v auth.Viewer, unit int64, limit int) ([]Thread, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+threadColumns+`, '', ''
		FROM `+threadTables+`
		WHERE t.author_id IN (SELECT p.id FROM people p WHERE p.unit_id = `+p.One(unit)+` AND p.left_at IS NULL)
		  AND t.kind = 'question' AND t.accepted_reply_id IS NULL AND t.closed_at IS NULL AND t.deleted_at IS NULL
		  AND `+v.Reads(&p, "t.audience")+`
		ORDER BY t.created_at DESC, t.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanThread)
}
