package networks

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// Link asks for one network to become part of another, on behalf of the network called slug, which v looks after: with joins
// it joins the one called other, otherwise it invites that one. Where v looks after both, or the other side has asked for the
// same, it is done at once, and done says so.
func (s *Service) Link(ctx context.Context, v auth.Viewer, slug, other string, joins bool) (done bool, err error) {
	err = s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if other == "" {
			return errs.InvalidFields(errs.Field{Name: "with", Text: "Choose a network."})
		}
		o, err := s.visible(ctx, tx, v, other)
		if err != nil {
			return err
		}
		if n.Finished() || o.Finished() {
			return errFinished
		}
		child, parent, state := n, o, linkRequested
		if !joins {
			child, parent, state = o, n, linkInvited
		}
		if v.Stewards(o.ID) {
			state = linkMember
		}
		done, err = s.link(ctx, tx, v, child, parent, state)
		return err
	})
	return done, err
}

// AcceptLink agrees, on behalf of the network called slug, to what the one called other asked for.
func (s *Service) AcceptLink(ctx context.Context, v auth.Viewer, slug string, other int64) error {
	return s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		pending, err := selectLink(ctx, tx, n.ID, other)
		switch {
		case err != nil:
			return fmt.Errorf("find the link of networks %d and %d: %w", n.ID, other, err)
		case !pending.awaits(n.ID):
			return errs.Conflictf("There is nothing to decide any more: they have taken it back, or another steward was quicker.")
		}
		o, err := selectNetworkByID(ctx, tx, other)
		if err != nil {
			return fmt.Errorf("find network %d: %w", other, err)
		}
		child, parent := o, n
		if pending.child == n.ID {
			child, parent = n, o
		}
		_, err = s.link(ctx, tx, v, child, parent, linkMember)
		return err
	})
}

// link notes that child is part of parent, or is to be, and reports whether it is.
func (s *Service) link(ctx context.Context, tx *db.Tx, v auth.Viewer, child, parent Network, state string) (done bool, err error) {
	if err := holdLinks(ctx, tx); err != nil {
		return false, err
	}
	switch circle, err := reaches(ctx, tx, child.ID, parent.ID); {
	case err != nil:
		return false, fmt.Errorf("look for a circle of networks: %w", err)
	case child.ID == parent.ID:
		return false, errs.InvalidFields(errs.Field{Name: "with", Text: "A network cannot join itself."})
	case circle:
		return false, errs.InvalidFields(errs.Field{Name: "with", Text: fmt.Sprintf(
			"%s is part of %s already, directly or through others. It cannot be the other way round as well.", parent.Name, child.Name)})
	}
	if err := upsertLink(ctx, tx, parent.ID, child.ID, state, v.Person); err != nil {
		return false, fmt.Errorf("link networks: %w", err)
	}
	l, err := selectLink(ctx, tx, child.ID, parent.ID)
	if err != nil {
		return false, fmt.Errorf("link networks: %w", err)
	}
	done = l.state == linkMember
	verb := "network.linked"
	if !done {
		verb = "network.link_asked"
	}
	return done, appendLinked(ctx, tx, v, verb, child, parent)
}

// Unlink ends what is between two networks, or what one of them asked for, on behalf of the one called slug.
func (s *Service) Unlink(ctx context.Context, v auth.Viewer, slug string, other int64) error {
	return s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		l, err := selectLink(ctx, tx, n.ID, other)
		if err != nil || l.state == "" {
			return err
		}
		if err := deleteLink(ctx, tx, l.parent, l.child); err != nil {
			return fmt.Errorf("unlink networks %d and %d: %w", n.ID, other, err)
		}
		return appendLinked(ctx, tx, v, "network.unlinked", Network{ID: l.child}, Network{ID: l.parent, Audience: auth.NetworkAudience(l.parent)})
	})
}

// appendLinked records what happened between two networks, for the members of the one that has, or would have, the other as a
// part.
func appendLinked(ctx context.Context, tx *db.Tx, v auth.Viewer, verb string, child, parent Network) error {
	return event.Append(ctx, tx, event.Event{
		Actor: v.Person, Verb: verb, Object: event.Ref{Kind: "network", ID: child.ID}, Target: event.Ref{Kind: "network", ID: parent.ID},
		Audience: auth.NetworkAudience(parent.ID),
	})
}

// Linked is a network that is, or would be, part of another.
type Linked struct {
	Network
	Awaits bool // pending, and the steward who looks decides
}

// Links are the networks around one.
type Links struct {
	Parents []Linked // that it has joined
	Kids    []Linked // that have joined it
	Asking  []Linked // for its stewards: would become part of it
	Asked   []Linked // for its stewards: it would become part of these
}

// Links returns what a network has joined and what has joined it, as far as v may know of them, by name. Its stewards also see
// what is pending, and the name of whoever asks even if that network is private: asking tells it.
func (s *Service) Links(ctx context.Context, v auth.Viewer, n Network) (Links, error) {
	rows, err := selectLinks(ctx, s.db, v, n.ID, v.Stewards(n.ID), maxNetworks)
	if err != nil {
		return Links{}, fmt.Errorf("links of network %d: %w", n.ID, err)
	}
	var all Links
	for _, r := range rows {
		l := Linked{Network: r.network, Awaits: r.awaits(n.ID)}
		up := r.child == n.ID
		switch {
		case r.state == linkMember && up:
			all.Parents = append(all.Parents, l)
		case r.state == linkMember:
			all.Kids = append(all.Kids, l)
		case up:
			all.Asked = append(all.Asked, l)
		default:
			all.Asking = append(all.Asking, l)
		}
	}
	return all, nil
}

// link is one row of network_links. The zero link is none.
type link struct {
	parent, child int64
	state         string
}

// awaits reports whether it is for the stewards of network to decide.
func (l link) awaits(network int64) bool {
	return l.state == linkRequested && l.parent == network || l.state == linkInvited && l.child == network
}

// Descendants returns the networks with these ids and all that are part of them, directly or through others, as far as v may
// know of them: their threads are what is going on in a network of networks. Each thread keeps its own audience.
func (s *Service) Descendants(ctx context.Context, v auth.Viewer, ids ...int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := selectDescendants(ctx, s.db, v, ids)
	if err != nil {
		return nil, fmt.Errorf("networks below %d: %w", ids, err)
	}
	return all, nil
}
