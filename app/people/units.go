package people

import (
	"context"
	"fmt"

	"watercooler/app/errs"
	"watercooler/auth"
)

// Place is a unit with what is around it.
type Place struct {
	Unit         Unit
	Organisation Organisation
	Above        []Unit // from the top down
	Below        []Unit // directly under it
	Followed     bool   // by the viewer
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
