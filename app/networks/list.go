package networks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watercooler/app/errs"
	"watercooler/auth"
)

// Entry is a network in a list.
type Entry struct {
	Network
	People   int       // members who work here
	ActiveAt time.Time // when somebody last wrote in it what the viewer may read; zero for never
	State    State     // what the viewer is to it
	Steward  bool      // the viewer looks after it
}

// Query asks for one page of the list of networks.
type Query struct {
	Text   string // part of the name or the purpose, in any case
	Access Access // "" for any
	Recent bool   // by last activity, not A to Z
	After  int64  // the last of the page before, 0 for the first page
}

// Listing is a page of the list of networks.
type Listing struct {
	Networks []Entry
	More     bool // there are further pages after the last of Networks
}

// listSize is how many networks a page of the list has.
const listSize = 30

// List returns a page of the networks that v may know of. It takes two statements, however many there are.
func (s *Service) List(ctx context.Context, v auth.Viewer, in Query) (Listing, error) {
	in.Text = strings.ToLower(cut(spaced(in.Text), MaxName))
	list, err := selectList(ctx, s.db, v, in, listSize+1)
	if err != nil {
		return Listing{}, fmt.Errorf("list networks: %w", err)
	}
	more := len(list) > listSize
	list = list[:min(len(list), listSize)]
	if err := s.count(ctx, list); err != nil {
		return Listing{}, err
	}
	return Listing{Networks: list, More: more}, nil
}

// count fills in how many people each network has, as it was a moment ago.
func (s *Service) count(ctx context.Context, list []Entry) error {
	now, changes := s.now(), 0
	var unknown []int64
	for i := range list {
		size, ok, n := s.sizes.recall(now, list[i].ID)
		if changes = n; ok {
			list[i].People = size[0]
		} else {
			unknown = append(unknown, list[i].ID)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	counts, err := selectPeopleCounts(ctx, s.db, unknown)
	if err != nil {
		return fmt.Errorf("count the people of networks: %w", err)
	}
	for i, e := range list {
		if slices.Contains(unknown, e.ID) {
			list[i].People = counts[e.ID]
		}
	}
	for _, id := range unknown {
		s.sizes.keep(now, id, []int{counts[id]}, changes)
	}
	return nil
}

// maxMine bounds the networks a person is shown as theirs.
const maxMine = 100

// Mine returns the networks that v is a member of or has asked to join, those that were active last first.
func (s *Service) Mine(ctx context.Context, v auth.Viewer) ([]Entry, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	list, err := selectMine(ctx, s.db, v, maxMine)
	if err != nil {
		return nil, fmt.Errorf("list the networks of person %d: %w", v.Person, err)
	}
	return list, s.count(ctx, list)
}

// Invitations returns what v is invited to, with the stewards who can be asked about it.
func (s *Service) Invitations(ctx context.Context, v auth.Viewer) ([]Invitation, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	list, err := selectInvitations(ctx, s.db, v.Person, "", maxMine)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, n := range list {
		ids[i] = n.Network.ID
	}
	stewards, err := selectStewards(ctx, s.db, ids...)
	if err != nil {
		return nil, fmt.Errorf("stewards of networks: %w", err)
	}
	for i := range list {
		list[i].Stewards = stewards[list[i].Network.ID]
	}
	return list, nil
}

// Choices returns the networks that v may know of and that go on, by name, for a form to choose from.
func (s *Service) Choices(ctx context.Context, v auth.Viewer) ([]Network, error) {
	list, err := selectChoices(ctx, s.db, v, maxNetworks)
	if err != nil {
		return nil, fmt.Errorf("list networks to choose from: %w", err)
	}
	return list, nil
}

// Around is a network as its page shows it.
type Around struct {
	Entry
	Units    int      // of its people
	Partners int      // organisations of its people beside the one that runs the hub
	Stewards []Person // nobody for those who are not signed in
	Waiting  int      // for its stewards: people and networks that ask to join
	Followed bool     // by the viewer
	Blog     string   // slug of its blog, if it has one that the viewer may read
	Links    Links
	Shared   []Shared // networks with some of the same people, most first; for those who are signed in
}

// Shared is a network with some of the same people as another.
type Shared struct {
	Network
	People int
}

// Enough people to say that two networks share people, and how many such networks a page names.
const (
	fewShared   = 2
	maxShared   = 8
	maxOverlaps = 64 // looked at, because a viewer may not know of some
)

// Visit returns a network for its page.
func (s *Service) Visit(ctx context.Context, v auth.Viewer, slug string) (Around, error) {
	a, err := selectAround(ctx, s.db, v, slug, s.now())
	if errs.IsNotFound(err) {
		return Around{}, errNoNetwork.Because(err)
	}
	if err != nil {
		return Around{}, fmt.Errorf("look at network %q: %w", slug, err)
	}
	if a.Links, err = s.Links(ctx, v, a.Network); err != nil {
		return Around{}, err
	}
	if !v.SignedIn() {
		return a, nil
	}
	stewards, err := selectStewards(ctx, s.db, a.ID)
	if err != nil {
		return Around{}, fmt.Errorf("stewards of %q: %w", slug, err)
	}
	a.Stewards = stewards[a.ID]
	return a, nil
}

// Neighbours adds to a the networks that share people with it.
func (s *Service) Neighbours(ctx context.Context, v auth.Viewer, a *Around) (err error) {
	if !v.SignedIn() {
		return nil
	}
	overlaps, err := s.overlaps.get(s.now(), a.ID, func() ([]overlap, error) { return selectOverlaps(ctx, s.db, a.ID, fewShared, maxOverlaps) })
	if err != nil {
		return fmt.Errorf("networks that share people with %q: %w", a.Slug, err)
	}
	ids := make([]int64, len(overlaps))
	for i, o := range overlaps {
		ids[i] = o.network
	}
	// SECURITY: what is kept counts everybody in every network; which of them v may know of is asked each time.
	known, err := selectKnown(ctx, s.db, v, ids)
	if err != nil {
		return fmt.Errorf("networks around %q: %w", a.Slug, err)
	}
	a.Shared = nil
	for _, o := range overlaps {
		if n, ok := known[o.network]; ok && len(a.Shared) < maxShared {
			a.Shared = append(a.Shared, Shared{Network: n, People: o.people})
		}
	}
	return nil
}

// Missing is a unit that writes about what a network writes about, and has nobody in it.
type Missing struct {
	Unit    int64
	Name    string
	Threads int // of its people, about the same topics
}

// How much a unit has to write before its absence says something, and how many units are named.
const (
	fewThreads = 3
	maxMissing = 3
)

// Missing returns the units whose people open threads about the topics that a network's threads are about, and of whom nobody is a
// member. It answers only members: others have nobody to invite.
//
// SECURITY: it looks at what all members of the network in v's organisation may read, and is kept for those.
func (s *Service) Missing(ctx context.Context, v auth.Viewer, n Network) ([]Missing, error) {
	if !v.MemberOf(n.ID) || n.Finished() {
		return nil, nil
	}
	own := auth.NetworkAudience(n.ID)
	audiences := slices.DeleteFunc(slices.Clone(v.Audiences()), func(a string) bool { return strings.HasPrefix(a, "network:") && a != own })
	list, err := s.missing.get(s.now(), strings.Join(audiences, " "), func() ([]Missing, error) {
		return selectMissing(ctx, s.db, audiences, n.ID, fewThreads, maxMissing)
	})
	if err != nil {
		return nil, fmt.Errorf("units missing in network %d: %w", n.ID, err)
	}
	return list, nil
}
