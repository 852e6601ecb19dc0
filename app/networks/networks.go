// Package networks keeps the groups of people who gather around something: who may know of a network, who belongs to it, who
// looks after it, and which network is part of which.
//
// A network has an access: open (anybody signed in joins at once), closed (whoever may know of it asks, and a steward decides)
// or private (it exists only for its members, and for those who are invited). Membership gives a person the audience
// network:ID, which auth puts into their Viewer; everything else follows from the one audience rule.
//
// A network that has joined another shows in the other's feed, and that is all: membership is not handed on, and each thread
// keeps its own audience, so the narrower always wins. The links form no circle.
//
// Stewards accept, invite, remove, edit and appoint. A network always keeps one: rules that read before they write take a lock
// first, because on PostgreSQL two stewards could otherwise leave at the same moment.
package networks

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Limits, in characters.
const (
	MaxName    = 60
	MaxPurpose = 200
	MaxNote    = 500
)

// Access is how people come into a network.
type Access string

// The ways in.
const (
	Open    Access = "open"    // anybody signed in joins at once
	Closed  Access = "closed"  // whoever may know of it asks to join
	Private Access = "private" // by invitation; to others it does not exist
)

func (a Access) valid() bool { return a == Open || a == Closed || a == Private }

// rank orders the ways in from wide to narrow.
func (a Access) rank() int {
	switch a {
	case Open:
		return 0
	case Closed:
		return 1
	}
	return 2
}

// Network is people who gather around something.
type Network struct {
	ID         int64
	Slug       string
	Name       string
	Purpose    string // one sentence: what it is for
	About      string // Markdown
	AboutHTML  string // About as app/markup rendered it, safe to show
	Access     Access
	Audience   string // who may know of it: public, hub, or network:ID of a private one
	CreatedAt  time.Time
	FinishedAt time.Time // its work is done; zero while it goes on
}

// Path returns the address of the network's page.
func (n Network) Path() string { return "/networks/" + n.Slug }

// Public reports whether people who are not signed in may know of the network.
func (n Network) Public() bool { return n.Audience == auth.AudiencePublic }

// Finished reports whether its work is done: nobody joins any more, and what was said stays.
func (n Network) Finished() bool { return !n.FinishedAt.IsZero() }

// audience returns who may know of n when its access is a and it is, or is not, public.
func (n Network) audience(a Access, public bool) string {
	switch {
	case a == Private:
		return auth.NetworkAudience(n.ID)
	case public:
		return auth.AudiencePublic
	}
	return auth.AudienceHub
}

// State is what somebody is to a network.
type State string

// The states. Only a member has the network's audience.
const (
	Stranger  State = ""
	Member    State = "member"
	Requested State = "requested"
	Invited   State = "invited"
)

const steward = "steward"

// Input is what the form for a network holds.
type Input struct {
	Name    string
	Purpose string
	About   string // Markdown
	Access  Access
	Public  bool // people who are not signed in may know of it; nothing in a private one
}

// Narrower takes the threads of a network that became narrower out of the sight of those it is no longer open to, and tells of it
// in an event. It is called once the network's row says so. Package threads fills it.
type Narrower interface {
	NarrowNetwork(ctx context.Context, tx *db.Tx, network int64) error
}

// Service holds the use cases of networks.
type Service struct {
	db       *db.DB
	threads  Narrower
	now      func() time.Time
	shares   atomic.Pointer[shares]
	overlaps memory[int64, overlap]  // by network
	sizes    memory[int64, int]      // how many people a network has, in a list of one
	missing  memory[string, Missing] // by what was looked at, the network's own audience among it
}

// New returns the networks kept in d. threads follows when a network becomes narrower; now is the clock, time.Now outside tests.
func New(d *db.DB, threads Narrower, now func() time.Time) *Service {
	return &Service{db: d, threads: threads, now: now}
}

var (
	errNoNetwork  = errs.NotFoundf("There is no such network.")
	errSignIn     = errs.Unauthenticatedf("Sign in to take part in networks.")
	errNotSteward = errs.Forbiddenf("Only the stewards of this network can do that. Ask one of them.")
	errFinished   = errs.Conflictf("This network has finished its work. What was said in it stays.")
)

// reserved are slugs that mean something else in an address.
var reserved = map[string]bool{"new": true, "map": true}

// Create starts a network; whoever starts it is its first member and steward.
func (s *Service) Create(ctx context.Context, v auth.Viewer, in Input) (Network, error) {
	if !v.SignedIn() {
		return Network{}, errSignIn
	}
	in, html, err := in.checked()
	if err != nil {
		return Network{}, err
	}
	var n Network
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n = Network{Name: in.Name, Purpose: in.Purpose, About: in.About, AboutHTML: html, Access: in.Access, CreatedAt: tx.Now()}
		if n.Slug, err = freeSlug(ctx, tx, in.Name); err != nil {
			return fmt.Errorf("start network: %w", err)
		}
		if err := insertNetwork(ctx, tx, "", "", &n, in.Public); err != nil {
			return fmt.Errorf("start network: %w", raced(err))
		}
		if err := insertMember(ctx, tx, n.ID, v.Person, member{state: Member, steward: true}, db.Micros(tx.Now())); err != nil {
			return fmt.Errorf("start network: %w", err)
		}
		return appendEvent(ctx, tx, v, "network.created", n, 0)
	})
	return n, err
}

// raced says what it means that a slug which was free when we looked is taken.
func raced(err error) error {
	if db.IsUnique(err) {
		return errs.Conflictf("Somebody else has just started a network by this name. Look at the list and try again.").Because(err)
	}
	return err
}

// Edit changes what a network says about itself. The slug stays, so links do too. Moderators may correct the words of any
// network they can see; who may come in is for its stewards alone.
//
// A network that becomes narrower takes its threads with it, in the same transaction. Opening it again changes no thread.
func (s *Service) Edit(ctx context.Context, v auth.Viewer, slug string, in Input) (Network, error) {
	var n Network
	in, html, err := in.checked()
	if err != nil {
		return n, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if n, err = s.editable(ctx, tx, v, slug); err != nil {
			return err
		}
		before := n
		n.Name, n.Purpose, n.About, n.AboutHTML = in.Name, in.Purpose, in.About, html
		if v.Stewards(n.ID) {
			n.Access, n.Audience = in.Access, n.audience(in.Access, in.Public)
		}
		return s.rewrite(ctx, tx, v, before, n)
	})
	return n, err
}

// rewrite writes n over before, and narrows its threads where that is needed.
func (s *Service) rewrite(ctx context.Context, tx *db.Tx, v auth.Viewer, before, n Network) error {
	if err := updateNetwork(ctx, tx, n); err != nil {
		return fmt.Errorf("edit network %d: %w", n.ID, err)
	}
	if narrower(before, n) {
		if err := s.threads.NarrowNetwork(ctx, tx, n.ID); err != nil {
			return fmt.Errorf("narrow the threads of network %d: %w", n.ID, err)
		}
	}
	return appendEvent(ctx, tx, v, "network.edited", n, 0)
}

// narrower reports whether fewer people than before may read what is in a network, or know of it.
func narrower(before, after Network) bool {
	return after.Access.rank() > before.Access.rank() || before.Public() && !after.Public()
}

// editable finds a network for somebody who may change its words.
func (s *Service) editable(ctx context.Context, q db.Querier, v auth.Viewer, slug string) (Network, error) {
	n, err := s.visible(ctx, q, v, slug)
	if err == nil && !v.Stewards(n.ID) && !v.Moderates() {
		err = errNotSteward
	}
	return n, err
}

// Editable returns the network for its form, to those who may change it.
func (s *Service) Editable(ctx context.Context, v auth.Viewer, slug string) (Network, error) {
	return s.editable(ctx, s.db, v, slug)
}

// Finish says that the work of a network is done: nobody joins and nothing new is opened in it. What was said stays.
func (s *Service) Finish(ctx context.Context, v auth.Viewer, slug string) error {
	return s.finish(ctx, v, slug, "network.finished")
}

// Resume takes a finished network up again.
func (s *Service) Resume(ctx context.Context, v auth.Viewer, slug string) error {
	return s.finish(ctx, v, slug, "network.resumed")
}

func (s *Service) finish(ctx context.Context, v auth.Viewer, slug, verb string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := s.stewarded(ctx, tx, v, slug)
		if err != nil {
			return err
		}
		changed, err := updateFinished(ctx, tx, n.ID, verb == "network.finished")
		if err != nil || !changed {
			return err
		}
		return appendEvent(ctx, tx, v, verb, n, 0)
	})
}

// Find returns the network with this slug, if v may know of it.
func (s *Service) Find(ctx context.Context, v auth.Viewer, slug string) (Network, error) {
	return s.visible(ctx, s.db, v, slug)
}

// visible finds a network that v may know of. Whoever is invited to a private one does not see it here: Invitation shows them
// what they may see.
func (s *Service) visible(ctx context.Context, q db.Querier, v auth.Viewer, slug string) (Network, error) {
	n, err := selectNetwork(ctx, q, slug)
	switch {
	case errs.IsNotFound(err):
		return Network{}, errNoNetwork.Because(err)
	case err != nil:
		return Network{}, fmt.Errorf("find network %q: %w", slug, err)
	case !v.CanRead(n.Audience):
		return Network{}, errNoNetwork
	}
	return n, nil
}

// stewarded finds a network for one of its stewards.
func (s *Service) stewarded(ctx context.Context, q db.Querier, v auth.Viewer, slug string) (Network, error) {
	n, err := s.visible(ctx, q, v, slug)
	switch {
	case err != nil:
		return Network{}, err
	case !v.SignedIn():
		return Network{}, errSignIn
	case !v.Stewards(n.ID):
		return Network{}, errNotSteward
	}
	return n, nil
}

// appendEvent records what v did in a network, and to whom. What concerns one person is for its members alone.
func appendEvent(ctx context.Context, tx *db.Tx, v auth.Viewer, verb string, n Network, person int64) error {
	e := event.Event{Actor: v.Person, Verb: verb, Object: event.Ref{Kind: "network", ID: n.ID}, Audience: n.Audience}
	if person != 0 {
		e.Target = event.Ref{Kind: "person", ID: person}
		e.Audience = auth.NetworkAudience(n.ID)
	}
	return event.Append(ctx, tx, e)
}

// checked returns in tidied, with About rendered, or says what needs correcting.
func (in Input) checked() (Input, string, error) {
	var wrong []errs.Field
	in.Name, in.Purpose, in.About = spaced(in.Name), spaced(in.Purpose), strings.TrimSpace(in.About)
	wrong = measure(wrong, "name", in.Name, MaxName, "Give the network a name.")
	wrong = measure(wrong, "purpose", in.Purpose, MaxPurpose, "Say in a sentence what the network is for.")
	if !in.Access.valid() {
		wrong = append(wrong, errs.Field{Name: "access", Text: "Choose how people come in."})
	}
	in.Public = in.Public && in.Access != Private
	html, err := aboutHTML(in.About)
	if err != nil {
		wrong = append(wrong, errs.Field{Name: "about", Text: err.Error()})
	}
	return in, html, errs.InvalidFields(wrong...)
}

// measure adds to wrong what is wrong with a line of text: that it is missing, or too long.
func measure(wrong []errs.Field, name, text string, limit int, missing string) []errs.Field {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return append(wrong, errs.Field{Name: name, Text: missing})
	case n > limit:
		return append(wrong, errs.Field{Name: name, Text: fmt.Sprintf("Use at most %d characters.", limit)})
	}
	return wrong
}

func aboutHTML(about string) (string, error) {
	if about == "" {
		return "", nil
	}
	doc, err := markup.Render(about, markup.Options{Prefix: "about"})
	return doc.HTML, err
}

// spaced returns s on one line with single spaces.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// freeSlug returns the address a network by this name gets: that of another is not taken, nor that of a form.
func freeSlug(ctx context.Context, q db.Querier, name string) (string, error) {
	slug := markup.Slug(name)
	taken, err := selectSlugs(ctx, q, slug)
	if err != nil {
		return "", err
	}
	free := slug
	for i := 2; taken[free] || reserved[free]; i++ {
		free = slug + "-" + strconv.Itoa(i)
	}
	return free, nil
}
