package networks

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	directory "watercooler/app/people"
	"watercooler/auth"
)

// Person is somebody in a network, as much of them as its page shows.
type Person struct {
	ID                   int64
	Handle, Name, Photo  string
	JobTitle, Unit, Home string // Home is the organisation of a partner, "" for staff
	State                State
	Steward              bool
	Note                 string // what they wrote when they asked, or what was written when they were invited
	By                   string // who invited them
	Since                time.Time
}

// Path returns the address of the person's profile.
func (p Person) Path() string { return "/people/" + p.Handle }

// Join makes v a member of an open network. Who is one already stays one; an invitation is taken up by joining.
func (s *Service) Join(ctx context.Context, v auth.Viewer, slug string) (Network, error) {
	return s.enter(ctx, v, slug, func(tx *db.Tx, n Network) error { return s.join(ctx, tx, v, n) })
}

// join makes v a member if n is open. The rule is in the statement: the network may be closed while this runs.
func (s *Service) join(ctx context.Context, tx *db.Tx, v auth.Viewer, n Network) error {
	s.moved(tx)
	came, err := insertJoined(ctx, tx, n.ID, v.Person)
	switch {
	case err != nil:
		return fmt.Errorf("join network %d: %w", n.ID, err)
	case came:
		return appendEvent(ctx, tx, v, "network.joined", n, v.Person)
	case n.Access != Open && !v.MemberOf(n.ID):
		return errs.Conflictf("%s is not open to everyone. Ask to join it instead.", n.Name)
	}
	return nil
}

// Request asks the stewards of a closed network to let v in.
func (s *Service) Request(ctx context.Context, v auth.Viewer, slug, note string) (Network, error) {
	note, err := checkedNote(note)
	if err != nil {
		return Network{}, err
	}
	return s.enter(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if err := hold(ctx, tx, n.ID); err != nil {
			return err
		}
		m, err := selectMember(ctx, tx, n.ID, v.Person)
		switch {
		case err != nil:
			return fmt.Errorf("ask to join network %d: %w", n.ID, err)
		case m.state == Member || m.state == Requested:
			return nil
		case m.state == Invited:
			return s.admit(ctx, tx, v, n, v.Person)
		case n.Access == Open:
			return s.join(ctx, tx, v, n)
		}
		if err := insertMember(ctx, tx, n.ID, v.Person, member{state: Requested, note: note}, db.Micros(tx.Now())); err != nil {
			return fmt.Errorf("ask to join network %d: %w", n.ID, err)
		}
		return appendEvent(ctx, tx, v, "network.requested", n, v.Person)
	})
}

// enter does what brings v nearer to a network that goes on and that they may know of.
func (s *Service) enter(ctx context.Context, v auth.Viewer, slug string, do func(tx *db.Tx, n Network) error) (n Network, err error) {
	if !v.SignedIn() {
		return Network{}, errSignIn
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if n, err = s.visible(ctx, tx, v, slug); err != nil {
			return err
		}
		if n.Finished() {
			return errFinished
		}
		return do(tx, n)
	})
	return n, err
}

// admit makes somebody who asked, or was invited, a member.
func (s *Service) admit(ctx context.Context, tx *db.Tx, v auth.Viewer, n Network, person int64) error {
	s.moved(tx)
	if err := updateAdmitted(ctx, tx, n.ID, person); err != nil {
		return fmt.Errorf("admit person %d to network %d: %w", person, n.ID, err)
	}
	return appendEvent(ctx, tx, v, "network.joined", n, person)
}

// Leave ends v's membership, or takes back what they asked. The last steward stays until there is another.
func (s *Service) Leave(ctx context.Context, v auth.Viewer, slug string) (Network, error) {
	if !v.SignedIn() {
		return Network{}, errSignIn
	}
	var n Network
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if n, err = s.visible(ctx, tx, v, slug); err != nil {
			return err
		}
		return s.remove(ctx, tx, v, n, v.Person, "network.left")
	})
	return n, err
}

// Remove takes somebody out of a network: a member, or an invitation that has not been answered.
func (s *Service) Remove(ctx context.Context, v auth.Viewer, slug string, person int64) error {
	return s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		return s.remove(ctx, tx, v, n, person, "network.removed")
	})
}

// remove deletes somebody's place in a network unless they are its last steward, and tells of it when there was one.
func (s *Service) remove(ctx context.Context, tx *db.Tx, v auth.Viewer, n Network, person int64, verb string) error {
	if err := hold(ctx, tx, n.ID); err != nil {
		return err
	}
	m, err := selectMember(ctx, tx, n.ID, person)
	if err != nil || m.state == Stranger {
		return err
	}
	if err := s.another(ctx, tx, n, person, m); err != nil {
		return err
	}
	s.moved(tx)
	if err := deleteMember(ctx, tx, n.ID, person); err != nil {
		return fmt.Errorf("remove person %d from network %d: %w", person, n.ID, err)
	}
	if m.state == Requested && verb == "network.removed" {
		verb = "network.declined"
	}
	return appendEvent(ctx, tx, v, verb, n, person)
}

// another refuses what would leave a network without a steward. tx holds the network.
func (s *Service) another(ctx context.Context, q db.Querier, n Network, person int64, m member) error {
	if !m.steward {
		return nil
	}
	others, err := selectStewarded(ctx, q, n.ID, person)
	if err != nil {
		return fmt.Errorf("look for another steward of network %d: %w", n.ID, err)
	}
	if !others {
		return errs.Conflictf("%s needs somebody who looks after it. Make another member a steward first.", n.Name)
	}
	return nil
}

// steward does what only the stewards of a network may do.
func (s *Service) steward(ctx context.Context, v auth.Viewer, slug string, do func(tx *db.Tx, n Network) error) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := s.stewarded(ctx, tx, v, slug)
		if err != nil {
			return err
		}
		return do(tx, n)
	})
}

// Accept lets somebody in who has asked.
func (s *Service) Accept(ctx context.Context, v auth.Viewer, slug string, person int64) error {
	return s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if err := hold(ctx, tx, n.ID); err != nil {
			return err
		}
		switch m, err := selectMember(ctx, tx, n.ID, person); {
		case err != nil:
			return fmt.Errorf("accept person %d: %w", person, err)
		case m.state == Member:
			return nil // another steward was quicker
		case m.state != Requested:
			return errs.Conflictf("They no longer ask to join.")
		}
		return s.admit(ctx, tx, v, n, person)
	})
}

// Decline refuses somebody who has asked. They may ask again.
func (s *Service) Decline(ctx context.Context, v auth.Viewer, slug string, person int64) error {
	return s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		switch m, err := selectMember(ctx, tx, n.ID, person); {
		case err != nil:
			return fmt.Errorf("decline person %d: %w", person, err)
		case m.state == Member:
			return errs.Conflictf("Another steward has let them in a moment ago.")
		}
		return s.remove(ctx, tx, v, n, person, "network.declined")
	})
}

// Invite asks somebody of the directory into a network: by name, e-mail address or @handle. It returns their name. Somebody
// who has asked to join is let in by it.
func (s *Service) Invite(ctx context.Context, v auth.Viewer, slug, who, note string) (name string, err error) {
	note, err = checkedNote(note)
	if err != nil {
		return "", err
	}
	err = s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if n.Finished() {
			return errFinished
		}
		p, err := directory.Named(ctx, tx, "who", who)
		if err != nil {
			return err
		}
		name = p.Name
		if err := hold(ctx, tx, n.ID); err != nil {
			return err
		}
		m, err := selectMember(ctx, tx, n.ID, p.ID)
		switch {
		case err != nil:
			return fmt.Errorf("invite person %d: %w", p.ID, err)
		case m.state == Member:
			return errs.InvalidFields(errs.Field{Name: "who", Text: p.Name + " is a member already."})
		case m.state == Requested:
			return s.admit(ctx, tx, v, n, p.ID)
		case m.state == Invited:
			return nil
		}
		if err := insertMember(ctx, tx, n.ID, p.ID, member{state: Invited, note: note, by: v.Person}, db.Micros(tx.Now())); err != nil {
			return fmt.Errorf("invite person %d: %w", p.ID, err)
		}
		return appendEvent(ctx, tx, v, "network.invited", n, p.ID)
	})
	return name, err
}

// Invitation is what somebody who is invited may see of a network, private ones included, and nothing else.
type Invitation struct {
	Network  Network // with its name, purpose and access
	Note     string
	By       string // who invited them
	Stewards []Person
}

// Invitation returns what v is told about a network that they are invited to.
func (s *Service) Invitation(ctx context.Context, v auth.Viewer, slug string) (Invitation, error) {
	if !v.SignedIn() {
		return Invitation{}, errNoNetwork
	}
	list, err := selectInvitations(ctx, s.db, v.Person, slug, 1)
	if err != nil {
		return Invitation{}, fmt.Errorf("find invitation to %q: %w", slug, err)
	}
	if len(list) == 0 {
		return Invitation{}, errNoNetwork
	}
	people, err := selectStewards(ctx, s.db, list[0].Network.ID)
	if err != nil {
		return Invitation{}, fmt.Errorf("stewards of %q: %w", slug, err)
	}
	list[0].Stewards = people[list[0].Network.ID]
	return list[0], nil
}

// AcceptInvitation makes v a member of a network that they are invited to.
func (s *Service) AcceptInvitation(ctx context.Context, v auth.Viewer, slug string) (Network, error) {
	return s.answer(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if n.Finished() {
			return errFinished
		}
		return s.admit(ctx, tx, v, n, v.Person)
	})
}

// DeclineInvitation refuses an invitation.
func (s *Service) DeclineInvitation(ctx context.Context, v auth.Viewer, slug string) (Network, error) {
	return s.answer(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if err := deleteMember(ctx, tx, n.ID, v.Person); err != nil {
			return fmt.Errorf("decline invitation to network %d: %w", n.ID, err)
		}
		return appendEvent(ctx, tx, v, "network.declined", n, v.Person)
	})
}

// answer does what v decides about an invitation. Without one the network need not exist.
func (s *Service) answer(ctx context.Context, v auth.Viewer, slug string, do func(tx *db.Tx, n Network) error) (n Network, err error) {
	if !v.SignedIn() {
		return Network{}, errSignIn
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		list, err := selectInvitations(ctx, tx, v.Person, slug, 1)
		if err != nil {
			return fmt.Errorf("find invitation to %q: %w", slug, err)
		}
		if len(list) == 0 {
			return errNoNetwork
		}
		n = list[0].Network
		if err := hold(ctx, tx, n.ID); err != nil {
			return err
		}
		if m, err := selectMember(ctx, tx, n.ID, v.Person); err != nil || m.state != Invited {
			return err // answered in another window a moment ago
		}
		return do(tx, n)
	})
	return n, err
}

// Appoint makes a member a steward. When nobody who works here looks after the network any more, its members and the moderators
// who can see it may appoint one.
func (s *Service) Appoint(ctx context.Context, v auth.Viewer, slug string, person int64) error {
	if !v.SignedIn() {
		return errSignIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := s.visible(ctx, tx, v, slug)
		if err != nil {
			return err
		}
		if err := hold(ctx, tx, n.ID); err != nil {
			return err
		}
		if !v.Stewards(n.ID) {
			kept, err := selectStewarded(ctx, tx, n.ID, 0)
			if err != nil {
				return fmt.Errorf("look for a steward of network %d: %w", n.ID, err)
			}
			if kept || !v.MemberOf(n.ID) && !v.Moderates() {
				return errNotSteward
			}
		}
		return s.role(ctx, tx, v, n, person, true)
	})
}

// Dismiss makes a steward an ordinary member again, unless there is no other.
func (s *Service) Dismiss(ctx context.Context, v auth.Viewer, slug string, person int64) error {
	return s.steward(ctx, v, slug, func(tx *db.Tx, n Network) error {
		if err := hold(ctx, tx, n.ID); err != nil {
			return err
		}
		return s.role(ctx, tx, v, n, person, false)
	})
}

// role makes a member a steward, or no longer one. tx holds the network.
func (s *Service) role(ctx context.Context, tx *db.Tx, v auth.Viewer, n Network, person int64, stewards bool) error {
	m, err := selectMember(ctx, tx, n.ID, person)
	switch {
	case err != nil:
		return fmt.Errorf("find person %d in network %d: %w", person, n.ID, err)
	case m.state != Member:
		return errs.Conflictf("Only a member can be a steward.")
	case m.steward == stewards:
		return nil
	}
	verb := "network.appointed"
	if !stewards {
		if err := s.another(ctx, tx, n, person, m); err != nil {
			return err
		}
		verb = "network.dismissed"
	}
	if err := updateRole(ctx, tx, n.ID, person, member{steward: stewards}.role()); err != nil {
		return fmt.Errorf("change the role of person %d in network %d: %w", person, n.ID, err)
	}
	return appendEvent(ctx, tx, v, verb, n, person)
}

// People is a page of those in a network.
type People struct {
	Stewards  []Person // only on the first page
	Members   []Person // by family name
	Requested []Person // for stewards: who asks to join, the first come first
	Invited   []Person // for stewards: who has not answered yet
	Total     int      // members and stewards
	More      bool     // there are further pages after the last of Members
	Orphaned  bool     // no steward works here any more, and v may name one
}

// pageSize is how many people a page of a network's people has.
const pageSize = 60

// maxWaiting bounds the requests and invitations that a page lists.
const maxWaiting = 100

// People returns who is in a network, to those who are signed in and may know of it. after is the id of the last member of the
// page before, 0 for the first page.
func (s *Service) People(ctx context.Context, v auth.Viewer, n Network, after int64) (People, error) {
	if !v.SignedIn() {
		return People{}, errSignIn
	}
	var p People
	stewards, err := selectStewards(ctx, s.db, n.ID)
	if err != nil {
		return p, fmt.Errorf("stewards of network %d: %w", n.ID, err)
	}
	p.Stewards = stewards[n.ID]
	p.Orphaned = len(p.Stewards) == 0 && (v.MemberOf(n.ID) || v.Moderates())
	if p.Members, err = selectMembers(ctx, s.db, n.ID, after, pageSize+1); err != nil {
		return p, fmt.Errorf("members of network %d: %w", n.ID, err)
	}
	if len(p.Members) > pageSize {
		p.Members, p.More = p.Members[:pageSize], true
	}
	if !v.Stewards(n.ID) || after != 0 {
		return p, nil
	}
	waiting, err := selectWaiting(ctx, s.db, n.ID, maxWaiting)
	if err != nil {
		return p, fmt.Errorf("who waits at network %d: %w", n.ID, err)
	}
	for _, w := range waiting {
		if w.State == Requested {
			p.Requested = append(p.Requested, w)
		} else {
			p.Invited = append(p.Invited, w)
		}
	}
	return p, nil
}

func checkedNote(note string) (string, error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > MaxNote {
		return "", errs.InvalidFields(errs.Field{Name: "note", Text: fmt.Sprintf("Use at most %d characters.", MaxNote)})
	}
	return note, nil
}
