package people

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/auth"
)

// Chart is an organisation as its chart draws it: units with who manages them.
type Chart struct {
	Organisation Organisation
	People       int    // who work in it
	Focus        Unit   // what the chart is about, where it is not the whole organisation
	Above        []Unit // the units over Focus, from the top down
	Units        []Branch
}

// Branch is a unit in a chart.
type Branch struct {
	Unit   Unit
	Head   *Card // who manages it: see head
	People int   // who work in it and in the units below
	Below  []Branch
	Folded int // units directly below that are left out, because the drawing would be too large
}

// maxDrawn is how many units a chart shows at once. Where there are more it shows fewer levels, and each unit leads on.
const maxDrawn = 120

// Charts returns the chart of each organisation, the home organisation first; with a unit, only of that unit and those below.
func (s *Service) Charts(ctx context.Context, v auth.Viewer, unit int64) ([]Chart, error) {
	if !v.SignedIn() {
		return nil, errSignIn
	}
	organisations, err := s.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	units, err := selectAllUnits(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	staff, err := selectStaff(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("list who works where: %w", err)
	}
	var charts []Chart
	for _, o := range organisations {
		tree := plant(o.ID, units)
		focus, found := tree.byID[unit]
		if unit != 0 && !found {
			continue
		}
		c := Chart{Organisation: o, Focus: focus, Above: tree.above(focus), People: staff.in[o.ID]}
		charts = append(charts, draw(c, tree, staff))
	}
	if unit != 0 && len(charts) == 0 {
		return nil, errNoUnit
	}
	return charts, s.name(ctx, v, charts)
}

// draw fills in the units of c, as many levels as there is room for.
func draw(c Chart, t *tree, staff roll) Chart {
	below := make(map[int64][]Unit, len(t.units))
	for _, u := range t.units {
		below[u.Parent] = append(below[u.Parent], u)
	}
	top := below[0]
	if c.Focus.ID != 0 {
		top = []Unit{c.Focus}
	}
	levels, drawn := 0, 0
	for row := top; len(row) > 0 && (levels < 1 || drawn+len(row) <= maxDrawn) && levels < len(t.units); levels++ {
		drawn += len(row)
		var next []Unit
		for _, u := range row {
			next = append(next, below[u.ID]...)
		}
		row = next
	}
	p := pen{below: below, staff: staff}
	for _, u := range top {
		c.Units = append(c.Units, p.branch(u, levels))
	}
	return c
}

// pen draws branches.
type pen struct {
	below map[int64][]Unit
	staff roll
}

// branch returns the branch of u with as many levels, u's own among them.
func (p pen) branch(u Unit, levels int) Branch {
	b := Branch{Unit: u, People: p.people(u, len(p.below)+1)}
	if boss := head(p.staff.of[u.ID]); boss != 0 {
		b.Head = &Card{ID: boss}
	}
	if levels <= 1 {
		b.Folded = len(p.below[u.ID])
		return b
	}
	for _, d := range p.below[u.ID] {
		b.Below = append(b.Below, p.branch(d, levels-1))
	}
	return b
}

// people counts who work in u and below, depth levels deep at most, so that a circle ends.
func (p pen) people(u Unit, depth int) int {
	n := len(p.staff.of[u.ID])
	if depth == 0 {
		return n
	}
	for _, d := range p.below[u.ID] {
		n += p.people(d, depth-1)
	}
	return n
}

// name fills in the cards of those who manage the units of charts.
func (s *Service) name(ctx context.Context, v auth.Viewer, charts []Chart) error {
	heads := make(map[int64][]*Card)
	var ids []int64
	var collect func([]Branch)
	collect = func(list []Branch) {
		for _, b := range list {
			if b.Head != nil {
				if heads[b.Head.ID] == nil {
					ids = append(ids, b.Head.ID)
				}
				heads[b.Head.ID] = append(heads[b.Head.ID], b.Head)
			}
			collect(b.Below)
		}
	}
	for _, c := range charts {
		collect(c.Units)
	}
	cards, err := selectCards(ctx, s.db, ids)
	if err != nil {
		return fmt.Errorf("find %d people: %w", len(ids), err)
	}
	for _, c := range hideAll(v, cards) {
		for _, h := range heads[c.ID] {
			*h = c
		}
	}
	return nil
}

// roll is who works where: by unit, and how many in each organisation.
type roll struct {
	of map[int64][]member
	in map[int64]int
}

// maxStaff bounds the people a chart counts.
const maxStaff = 50000

// selectStaff reads the roll of all organisations.
func selectStaff(ctx context.Context, q db.Querier) (roll, error) {
	type row struct {
		member
		unit, organisation int64
	}
	rows, err := q.Query(ctx, `
		SELECT p.id, COALESCE(p.manager_id, 0), COALESCE(p.unit_id, 0), p.organisation_id
		FROM people p
		WHERE p.left_at IS NULL
		ORDER BY p.sort_name, p.id
		LIMIT $1`, maxStaff)
	list, err := db.Collect(rows, err, func(r db.Scanner) (w row, err error) {
		return w, r.Scan(&w.id, &w.manager, &w.unit, &w.organisation)
	})
	managed := make(map[int64]int)
	for _, w := range list {
		managed[w.manager]++
	}
	staff := roll{of: make(map[int64][]member), in: make(map[int64]int)}
	for _, w := range list {
		w.managed = managed[w.id]
		staff.in[w.organisation]++
		if w.unit != 0 {
			staff.of[w.unit] = append(staff.of[w.unit], w.member)
		}
	}
	return staff, err
}
