package people

import (
	"context"
	"fmt"

	"watercooler/auth"
)

// Profile is the page about a person.
type Profile struct {
	Person
	Manager    *Card
	Reports    []Card
	Colleagues []Card // others in the same unit
	Above      []Unit // their unit and those over it, from the top down
	Threads    int    // questions and discussions they opened that the viewer may read, at most MaxCounted
	Answers    int    // to questions the viewer may read, at most MaxCounted
	Posts      int    // that the viewer may read, at most MaxCounted
	Networks   int    // that the viewer may know of
	Followed   bool   // by the viewer
	Mine       bool   // the viewer's own
	CanEdit    bool
}

// Profile returns what the page about a person shows above what they wrote.
func (s *Service) Profile(ctx context.Context, v auth.Viewer, handle string) (Profile, error) {
	person, err := s.Find(ctx, v, handle)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{Person: person, Mine: v.Person == person.ID, CanEdit: mayEdit(v, person.ID)}
	if err := selectTeam(ctx, s.db, &p); err != nil {
		return Profile{}, fmt.Errorf("find team of person %d: %w", p.ID, err)
	}
	hideTeam(v, &p)
	if p.Above, err = s.path(ctx, person); err != nil {
		return Profile{}, err
	}
	if err := selectWritten(ctx, s.db, v, &p); err != nil {
		return Profile{}, fmt.Errorf("count what person %d wrote: %w", p.ID, err)
	}
	return p, nil
}

func hideTeam(v auth.Viewer, p *Profile) {
	if p.Manager != nil {
		p.Manager.hide(v)
	}
	hideAll(v, p.Reports)
	hideAll(v, p.Colleagues)
}

// path returns the unit of a person and those over it, from the top down.
func (s *Service) path(ctx context.Context, p Person) ([]Unit, error) {
	if p.UnitID == 0 {
		return nil, nil
	}
	o, err := s.overview(ctx)
	if err != nil {
		return nil, err
	}
	tree := o.trees[p.OrganisationID]
	if tree == nil || tree.byID[p.UnitID].ID == 0 { // another process may have added it a moment ago
		if tree, err = readTree(ctx, s.db, p.OrganisationID); err != nil {
			return nil, err
		}
	}
	unit := tree.byID[p.UnitID]
	return append(tree.above(unit), unit), nil
}
