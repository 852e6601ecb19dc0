// Package people is the directory: organisations, their units, and the people who work in them.
//
// A person is not an account. A person is a row in the directory, kept for as long as something they wrote is kept; an
// account (package auth) is the login that may or may not belong to them. Somebody who leaves is marked, never removed:
// their answers stay useful and the page about them says "No longer works here".
//
// The directory is for signed-in viewers. Signed out, every read answers Unauthenticated, and a public thread shows its
// author's name as plain text.
//
// One organisation is the home organisation, which runs the hub. The others are partners.
package people

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"watercooler/app/db"
	"watercooler/app/files"
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
	Photo        string // key in app/files, "" for none
	Staff        bool   // belongs to the home organisation
	Left         bool   // no longer works here
}

// Path returns the address of the person's profile.
func (c Card) Path() string { return "/people/" + c.Handle }

// Person is everything the directory knows about somebody.
type Person struct {
	Card
	OrganisationID int64
	UnitID         int64 // 0 when in none
	ManagerID      int64 // 0 when unknown
	Location       string
	Phone          string
	Email          string
	About          string // Markdown
	AboutHTML      string // About as app/markup rendered it, safe to show
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
	Manager      string   // e-mail address of the manager, if the manager is in the directory
	Actor        int64    // who adds them; 0 for the hub or the person themself
}

// Service holds the use cases of the directory.
type Service struct {
	db    *db.DB
	files *files.Store
	now   func() time.Time
	home  atomic.Pointer[Organisation]
}

// New returns the directory kept in d, with photos in store. now is the clock, time.Now outside tests.
func New(d *db.DB, store *files.Store, now func() time.Time) *Service {
	return &Service{db: d, files: store, now: now}
}
