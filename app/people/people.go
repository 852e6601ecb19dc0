// Package people is the directory: organisations, their units, and the people who work in them.
//
// A person is not an account. A person is a row in the directory, kept for as long as something they wrote is kept; an
// account (package auth) is the login that may or may not belong to them. Somebody who leaves is marked, never removed:
// their answers stay useful and the page about them says "No longer works here".
//
// The directory is for signed-in viewers. Signed out, every read answers Unauthenticated, and a public thread shows its
// author's name as plain text.
//
// What people say of themselves they may keep to their organisation or to themselves, field by field (see privacy.go). Every
// read blanks what its viewer may not see, administrators included, and no filter finds anybody by what they hide.
//
// One organisation is the home organisation, which runs the hub. The others are partners.
package people

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/files"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Organisation is a public body or partner. Exactly one is Home.
type Organisation struct {
	ID   int64
	Name string
	Slug string
	Home bool
}

// Unit is a node of an organisation's tree: a directorate, service or team.
type Unit struct {
	ID           int64
	Organisation int64
	Parent       int64 // 0 for a unit at the top
	Name         string
}

// Card is what other pages show of a person: enough for a byline or a row of a list.
type Card struct {
	ID           int64
	Handle       string
	Name         string
	JobTitle     string
	Unit         string // name, "" when in none
	Organisation string // name
	Pronouns     string
	Location     string
	Phone        string
	Photo        string // key in app/files, "" for none
	Staff        bool   // belongs to the home organisation
	Left         bool   // no longer works here

	OrganisationID int64
	privacy        string // as kept: see ParsePrivacy
}

// Path returns the address of the person's profile.
func (c Card) Path() string { return "/people/" + c.Handle }

// Person is everything the directory knows about somebody.
type Person struct {
	Card
	UnitID         int64 // 0 when in none
	ManagerID      int64 // 0 when unknown
	Email          string
	Languages      string // spoken, comma separated, as typed
	WorkingPattern string // "Monday to Thursday, from home on Wednesdays"
	About          string // Markdown
	AboutHTML      string // About as app/markup rendered it, safe to show
	HowToWork      string // "How to work with me", Markdown
	HowToWorkHTML  string
	WritesIn       string  // language of what they write, BCP 47; "" for that of the hub
	Privacy        Privacy // who sees which field
	Hidden         []Field // left empty here because the viewer may not see them
	LeftAt         time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// NewPerson is somebody to add by hand or at their first sign-in. Only the name is required.
type NewPerson struct {
	Name         string
	Email        string
	JobTitle     string
	Location     string
	Phone        string
	About        string
	Organisation int64    // 0 for the home organisation
	Unit         []string // names from the top of the organisation; missing units are made
	Manager      string   // e-mail address of the manager, who counts if they work in the same organisation
	Actor        int64    // who adds them; 0 for the hub or the person themself
}

// Service holds the use cases of the directory.
type Service struct {
	db        *db.DB
	files     *files.Store
	now       func() time.Time
	home      atomic.Pointer[Organisation]
	overviews overviews
	topics    TopicSource   // filled by Topics
	sources   []FileSource  // filled by Files
	photo     int64         // most bytes of a photo
	turns     chan struct{} // a photo being decoded holds one
}

// New returns the directory kept in d, with photos in store. now is the clock, time.Now outside tests.
func New(d *db.DB, store *files.Store, now func() time.Time) *Service {
	return &Service{db: d, files: store, now: now, photo: MaxPhoto, turns: make(chan struct{}, decoders)}
}

// maxTeam bounds the reports a profile shows, maxColleagues the others in the same unit.
const (
	maxTeam       = 30
	maxColleagues = 6
)

// errSignIn is the answer to every read of the directory by somebody signed out.
var errSignIn = errs.Unauthenticatedf("Sign in to see who works here.")

var (
	errNoPerson = errs.NotFoundf("There is nobody here by that name.")
	errNoUnit   = errs.NotFoundf("There is no such unit.")
)

// Find returns the person with this handle, without what v may not see.
func (s *Service) Find(ctx context.Context, v auth.Viewer, handle string) (Person, error) {
	if !v.SignedIn() {
		return Person{}, errSignIn
	}
	p, err := selectPerson(ctx, s.db, handle)
	if errs.IsNotFound(err) {
		return Person{}, errNoPerson.Because(err)
	}
	if err != nil {
		return Person{}, fmt.Errorf("find person %q: %w", handle, err)
	}
	p.hide(v)
	return p, nil
}

// ByID returns the cards of the people with these ids. Ids of nobody are left out. It asks no viewer: a byline is part of
// what it stands under, and shows what everyone signed in may see.
func (s *Service) ByID(ctx context.Context, ids ...int64) (map[int64]Card, error) {
	found := make(map[int64]Card, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	cards, err := selectCards(ctx, s.db, ids)
	if err != nil {
		return nil, fmt.Errorf("find %d people: %w", len(ids), err)
	}
	for _, c := range hideAll(auth.Viewer{}, cards) {
		found[c.ID] = c
	}
	return found, nil
}

// Home returns the organisation that runs this hub; NotFound before the first run has named it.
func (s *Service) Home(ctx context.Context) (Organisation, error) {
	if o := s.home.Load(); o != nil {
		return *o, nil
	}
	o, err := selectHome(ctx, s.db)
	if err != nil {
		return Organisation{}, fmt.Errorf("find home organisation: %w", err)
	}
	s.home.Store(&o)
	return o, nil
}

// Organisations returns every organisation, the home organisation first.
func (s *Service) Organisations(ctx context.Context) ([]Organisation, error) {
	list, err := selectOrganisations(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return list, nil
}

// Found names the home organisation, once in the life of a hub.
func (s *Service) Found(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	name = line(name, maxLine)
	if name == "" {
		return 0, errs.InvalidFields(errs.Field{Name: "organisation", Text: "Give the name of your organisation."})
	}
	switch o, err := selectHome(ctx, tx); {
	case err == nil:
		return 0, errs.Conflictf("This hub already belongs to %s.", o.Name)
	case !errs.IsNotFound(err):
		return 0, fmt.Errorf("find home organisation: %w", err)
	}
	o := Organisation{Name: name, Slug: markup.Slug(name), Home: true}
	var err error
	o.ID, err = insertOrganisation(ctx, tx, "", o.Name, o.Slug, true)
	if errs.IsNotFound(err) {
		return 0, errs.Conflictf("There is already an organisation called %s here.", name)
	}
	if err != nil {
		return 0, fmt.Errorf("found %q: %w", name, err)
	}
	tx.AfterCommit(func() { s.home.Store(&o) })
	s.changed(tx)
	return o.ID, event.Append(ctx, tx, event.Event{Verb: "hub.founded", Object: event.Ref{Kind: "organisation", ID: o.ID}})
}

// Rename gives the home organisation its name: an import may have come before the first run.
func (s *Service) Rename(ctx context.Context, tx *db.Tx, name string) error {
	name = line(name, maxLine)
	o, err := selectHome(ctx, tx)
	if err != nil {
		return fmt.Errorf("find home organisation: %w", err)
	}
	if name == "" || name == o.Name {
		return nil
	}
	o.Name = name
	if err := updateOrganisation(ctx, tx, o); err != nil {
		return fmt.Errorf("rename home organisation: %w", err)
	}
	tx.AfterCommit(func() { s.home.Store(&o) })
	s.changed(tx)
	return nil
}

// Partner returns the organisation called name, added as a partner when the hub does not know it.
func (s *Service) Partner(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	s.changed(tx)
	o, err := ensureOrganisation(ctx, tx, "", name)
	return o.ID, err
}

func ensureOrganisation(ctx context.Context, tx *db.Tx, external, name string) (Organisation, error) {
	name = line(name, maxLine)
	slug := markup.Slug(name)
	o, err := selectOrganisation(ctx, tx, external, slug)
	if err == nil || !errs.IsNotFound(err) {
		return o, err
	}
	o = Organisation{Name: name, Slug: slug}
	o.ID, err = insertOrganisation(ctx, tx, external, name, slug, false)
	if errs.IsNotFound(err) { // somebody else has just added it
		o, err = selectOrganisation(ctx, tx, external, slug)
	}
	if err != nil {
		return o, fmt.Errorf("add organisation %q: %w", name, err)
	}
	return o, nil
}

// Create adds somebody to the directory and returns their id.
func (s *Service) Create(ctx context.Context, tx *db.Tx, n NewPerson) (int64, error) {
	s.changed(tx)
	row := personRow{
		Name: line(n.Name, maxName), JobTitle: line(n.JobTitle, maxLine), Location: line(n.Location, maxLine),
		Phone: line(n.Phone, maxLine), Email: address(n.Email), About: cut(n.About, maxAbout), CreatedAt: db.Micros(tx.Now()),
		Organisation: n.Organisation,
	}
	if row.Name == "" {
		return 0, errs.InvalidFields(errs.Field{Name: "name", Text: "Give a name."})
	}
	if row.Organisation == 0 {
		home, err := selectHome(ctx, tx)
		if errs.IsNotFound(err) {
			return 0, errNotFounded
		}
		if err != nil {
			return 0, fmt.Errorf("find home organisation: %w", err)
		}
		row.Organisation = home.ID
	}
	var err error
	if row.AboutHTML, err = rendered("about", row.About); err != nil {
		return 0, err
	}
	tree, err := readTree(ctx, tx, row.Organisation)
	if err != nil {
		return 0, err
	}
	if row.Unit, err = tree.ensure(ctx, tx, n.Unit); err != nil {
		return 0, err
	}
	if n.Manager != "" {
		if row.Manager, err = only(selectByEmail(ctx, tx, row.Organisation, address(n.Manager))); err != nil {
			return 0, fmt.Errorf("find manager: %w", err)
		}
	}
	row.Handle = handle("", row.Name)
	ids, err := add(ctx, tx, []personRow{row})
	if err != nil {
		return 0, err
	}
	id := ids[0]
	return id, event.Append(ctx, tx, event.Event{Actor: n.Actor, Verb: "person.created", Object: event.Ref{Kind: "person", ID: id},
		Audience: auth.AudienceHub})
}

// errNotFounded is the answer to whoever adds people before the first run.
var errNotFounded = errs.Conflictf("This hub has no home organisation yet. Finish the first run, which names it.")

// Unclaimed returns the person who works here under this e-mail address and has no account yet, so that somebody the staff
// list brought in finds their profile waiting at their first sign-in. It is NotFound when there is nobody, or more than one:
// a shared address does not say who is signing in.
//
// SECURITY: call it only with an address that the identity provider or a letter has verified.
func (s *Service) Unclaimed(ctx context.Context, q db.Querier, email string) (int64, error) {
	if address(email) == "" {
		return 0, errNoPerson
	}
	id, err := only(selectUnclaimed(ctx, q, address(email)))
	if err != nil {
		return 0, fmt.Errorf("find person without account: %w", err)
	}
	if id == 0 {
		return 0, errNoPerson
	}
	return id, nil
}

// only returns the id when there is exactly one, 0 otherwise.
func only(ids []int64, err error) (int64, error) {
	if err != nil || len(ids) != 1 {
		return 0, err
	}
	return ids[0], nil
}

// address returns an e-mail address as it is kept: lower case, without spaces around it.
func address(email string) string { return strings.ToLower(line(email, maxLine)) }
