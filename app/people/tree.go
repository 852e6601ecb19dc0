package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/markup"
)

// tree is the units of one organisation.
type tree struct {
	organisation int64
	locked       bool   // nobody else adds units now
	units        []Unit // by name
	byID         map[int64]Unit
	byName       map[place]int64
}

// place is where a unit hangs and what it is called there; names are compared folded.
type place struct {
	parent int64
	name   string
}

func readTree(ctx context.Context, q db.Querier, organisation int64) (*tree, error) {
	units, err := selectUnits(ctx, q, organisation)
	if err != nil {
		return nil, fmt.Errorf("read units of organisation %d: %w", organisation, err)
	}
	return plant(organisation, units), nil
}

// plant returns the tree of those of units that belong to an organisation.
func plant(organisation int64, units []Unit) *tree {
	t := &tree{organisation: organisation, byID: make(map[int64]Unit, len(units)), byName: make(map[place]int64, len(units))}
	for _, u := range units {
		if u.Organisation == organisation {
			t.add(u)
		}
	}
	return t
}

func (t *tree) add(u Unit) {
	t.units = append(t.units, u)
	t.byID[u.ID] = u
	t.byName[place{u.Parent, markup.Fold(u.Name)}] = u.ID
}

// ensure returns the unit at the end of path, adding what is missing on the way. The empty path is no unit.
func (t *tree) ensure(ctx context.Context, tx *db.Tx, path []string) (int64, error) {
	var id int64
	for _, name := range path {
		name = line(name, maxLine)
		if name == "" {
			continue
		}
		if known, ok := t.byName[place{id, markup.Fold(name)}]; ok {
			id = known
			continue
		}
		if !t.locked {
			if err := t.lock(ctx, tx); err != nil {
				return 0, err
			}
			return t.ensure(ctx, tx, path)
		}
		u := Unit{Organisation: t.organisation, Parent: id, Name: name}
		var err error
		if u.ID, err = insertUnit(ctx, tx, u); err != nil {
			return 0, fmt.Errorf("add unit %q: %w", name, err)
		}
		t.add(u)
		id = u.ID
	}
	return id, nil
}

// lock takes the tree for this transaction and reads it again, with what others added before.
func (t *tree) lock(ctx context.Context, tx *db.Tx) error {
	if err := lockOrganisation(ctx, tx, t.organisation); err != nil {
		return fmt.Errorf("lock organisation %d: %w", t.organisation, err)
	}
	fresh, err := readTree(ctx, tx, t.organisation)
	if err != nil {
		return err
	}
	*t = *fresh
	t.locked = true
	return nil
}

// above returns the units over u, from the top down.
func (t *tree) above(u Unit) []Unit {
	var chain []Unit
	for len(chain) < len(t.units) { // a circle, which only a repair by hand could make, ends here
		parent, ok := t.byID[u.Parent]
		if !ok {
			break
		}
		chain = append([]Unit{parent}, chain...)
		u = parent
	}
	return chain
}

// below returns the units directly under id, by name.
func (t *tree) below(id int64) []Unit {
	var list []Unit
	for _, u := range t.units {
		if u.Parent == id {
			list = append(list, u)
		}
	}
	return list
}

// label returns "Directorate › Service › Team".
func (t *tree) label(u Unit) string {
	names := make([]string, 0, 4)
	for _, a := range t.above(u) {
		names = append(names, a.Name)
	}
	return strings.Join(append(names, u.Name), " › ")
}

// choices returns every unit with its path, in order of the paths.
func (t *tree) choices() []Choice {
	list := make([]Choice, len(t.units))
	for i, u := range t.units {
		list[i] = Choice{ID: u.ID, Label: t.label(u)}
	}
	slices.SortFunc(list, func(a, b Choice) int { return strings.Compare(markup.Fold(a.Label), markup.Fold(b.Label)) })
	return list
}
