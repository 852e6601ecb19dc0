package briefs

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/networks"
	"watercooler/auth"
)

// Ref says whose brief is meant: that of a unit, of a network, or, with neither, of the organisation.
type Ref struct {
	Unit    int64
	Network string // slug
}

// Query returns what the addresses of r have behind the question mark, with it, "" for the organisation.
func (r Ref) Query() string {
	switch {
	case r.Unit != 0:
		return "?unit=" + strconv.FormatInt(r.Unit, 10)
	case r.Network != "":
		return "?network=" + url.QueryEscape(r.Network)
	}
	return ""
}

// Kind is what a scope is.
type Kind string

// The kinds of scope.
const (
	Organisation Kind = "organisation"
	Unit         Kind = "unit"
	Network      Kind = "network"
)

// Scope is what a brief covers.
type Scope struct {
	Kind Kind
	ID   int64
	Slug string // of a network
	Name string

	home   int64   // the organisation that runs the hub
	units  []int64 // of a unit: itself and all below it
	people int     // of a unit: how many work in it
}

// Ref returns what addresses call s.
func (s Scope) Ref() Ref {
	switch s.Kind {
	case Unit:
		return Ref{Unit: s.ID}
	case Network:
		return Ref{Network: s.Slug}
	}
	return Ref{}
}

// small reports whether s is a unit of so few people that what it wrote says too much of each of them.
func (s Scope) small(k int) bool { return s.Kind == Unit && s.people < k }

// has returns the condition that thread t belongs to s, whose values it adds to p. Of the organisation and of its units that is the
// open record: what everybody who works there may read. A thread counts for the unit in which its author works today. What another
// thread has taken the place of is not told of any more.
func (s Scope) has(p *db.Params) string {
	const there = "t.deleted_at IS NULL AND t.superseded_by IS NULL AND "
	if s.Kind == Network {
		return there + "t.network_id = " + p.One(s.ID)
	}
	open := there + "t.audience IN (" + p.One(auth.AudiencePublic) + "," + p.One(auth.AudienceHub) + "," + p.One(auth.OrgAudience(s.home)) + ")"
	if s.Kind == Unit {
		open += " AND EXISTS (SELECT 1 FROM people a WHERE a.id = t.author_id AND a.unit_id IN (" + db.AllOf(p, s.units) + "))"
	}
	return open
}

// Operator returns the reader for whom the command on the server writes the brief of ref: somebody of the organisation who is in that
// network. Whoever runs it can read the database anyway.
func (s *Service) Operator(ctx context.Context, ref Ref) (auth.Viewer, error) {
	home, err := s.people.Home(ctx)
	if err != nil {
		return auth.Viewer{}, fmt.Errorf("find the organisation: %w", err)
	}
	v := auth.ForPerson(auth.Operator().Account, 0, home.ID, true, auth.Admin)
	if ref.Network == "" {
		return v, nil
	}
	id, err := selectNetwork(ctx, s.db, ref.Network)
	if err != nil {
		return auth.Viewer{}, fmt.Errorf("find network %q: %w", ref.Network, err)
	}
	return v.In(auth.Membership{Network: id}), nil
}

// scope finds what ref means, as far as v may have its briefs.
//
// SECURITY: those of the organisation and its units are for the people who work there; those of a network for whoever may read what
// is written in it. To all others there are none.
func (s *Service) scope(ctx context.Context, v auth.Viewer, ref Ref) (Scope, error) {
	if !v.SignedIn() || ref.Network == "" && !v.Staff || ref.Network != "" && ref.Unit != 0 {
		return Scope{}, noPeriod
	}
	if ref.Network != "" {
		n, err := s.networks.Find(ctx, v, ref.Network)
		if err != nil {
			return Scope{}, err
		}
		if n.Access != networks.Open && !v.MemberOf(n.ID) {
			return Scope{}, noPeriod
		}
		return Scope{Kind: Network, ID: n.ID, Slug: n.Slug, Name: n.Name}, nil
	}
	home, err := s.people.Home(ctx)
	if err != nil {
		return Scope{}, err
	}
	if ref.Unit == 0 {
		return Scope{Kind: Organisation, ID: home.ID, Name: home.Name, home: home.ID}, nil
	}
	unit, err := selectUnit(ctx, s.db, home.ID, ref.Unit)
	if errs.IsNotFound(err) {
		return Scope{}, noPeriod.Because(err)
	}
	if err != nil {
		return Scope{}, fmt.Errorf("find unit %d: %w", ref.Unit, err)
	}
	return unit, nil
}
