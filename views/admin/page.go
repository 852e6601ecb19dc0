// Package admin shows the rooms for administrators: overview, accounts and events that failed.
//
// Inviting posts name, email and roles (repeated); the roles form posts roles (repeated).
package admin

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// OverviewPage says whether the hub is well.
type OverviewPage struct {
	Chrome  layout.Chrome
	Figures []Figure
	Checks  []Check
	Version string
}

// Figure is a number with its name.
type Figure struct {
	Name, Value, Path string
}

// Check is one truth about the running hub.
type Check struct {
	Name, Text string
	OK         bool
	Path       string // where to act on it
}

// AccountsPage lists accounts.
type AccountsPage struct {
	Chrome   layout.Chrome
	Query    string // filter: name or e-mail
	Summary  string
	Accounts []Account
	Empty    parts.Empty
	Pager    parts.Pager
	// Inviting somebody.
	Name     string
	Email    string
	Roles    []parts.Option // to choose from
	Problems parts.Problems
}

// Account is one row. Each form is left out when its path is empty.
type Account struct {
	ID          int64
	Person      parts.Person
	Email       string
	Roles       []parts.Option // all roles, those held selected
	State       string         // "Active", "Invited", "Disabled"
	How         string         // "Password", "Microsoft"
	SeenAt      parts.Moment
	RolesPath   string // POST
	LinkPath    string // POST: makes a one-time link
	DisablePath string // POST
	EnablePath  string // POST
}

// LinkPage shows a one-time link, once.
type LinkPage struct {
	Chrome  layout.Chrome
	Name    string // whom it is for
	Email   string
	Link    string
	Expires parts.Moment
}

// EventsPage lists deliveries that failed for good, and how far each consumer is.
type EventsPage struct {
	Chrome    layout.Chrome
	Failures  []Failure
	Consumers []Consumer
}

// Failure is an event a consumer could not handle.
type Failure struct {
	ID          int64
	Consumer    string
	Verb        string
	Object      string // "thread 42"
	Attempts    int
	Error       string
	At          parts.Moment
	RetryPath   string // POST
	DiscardPath string // POST
}

// Consumer is somebody who handles events, with what is still waiting for them.
type Consumer struct {
	Name    string
	Waiting int
	Oldest  parts.Moment
}
