// Package admin is the room for administrators: whether the hub is well, who has an account, and events that a consumer could
// not handle.
//
// It keeps nothing of its own. Accounts belong to the sign-in slice, events to the dispatcher, the index to search; this
// package asks them through the interfaces below and shows what they say. To everybody but an administrator the room does
// not exist.
package admin

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// Accounts looks after accounts on behalf of an administrator. The sign-in slice fills it, and holds the rules: among them
// that no administrator can stop being one by their own hand, so that there is always one.
type Accounts interface {
	// Accounts returns accounts whose name or e-mail address contains query, after the id given, and whether there are more.
	Accounts(ctx context.Context, v auth.Viewer, query string, after int64) (list []auth.Account, more bool, err error)
	// Invite makes an account, and sends a letter where the hub can.
	Invite(ctx context.Context, v auth.Viewer, name, email string, roles auth.Role) (account int64, err error)
	// SendsLetters reports whether the hub can send e-mail.
	SendsLetters() bool
	// HandOutLink returns the address of a new one-time link.
	HandOutLink(ctx context.Context, v auth.Viewer, account int64, purpose auth.Purpose) (address string, err error)
	SetRoles(ctx context.Context, v auth.Viewer, account int64, roles auth.Role) error
	Disable(ctx context.Context, v auth.Viewer, account int64) error
	Enable(ctx context.Context, v auth.Viewer, account int64) error
}

// Events is the dispatcher's side for people: what failed for good, and how far each consumer is.
type Events interface {
	Failed(ctx context.Context, limit int) ([]event.Failure, error)
	Retry(ctx context.Context, delivery int64) error
	Discard(ctx context.Context, delivery int64) error
	Lag(ctx context.Context) ([]event.ConsumerLag, error)
}

// Index is this process's search index.
type Index interface {
	Count() (documents uint64, err error)
}

// Service holds what administrators may ask.
type Service struct {
	db       *db.DB
	accounts Accounts
	events   Events
	index    Index
	now      func() time.Time
}

// New returns the administrators' view of the hub in d. now is the clock, time.Now outside tests.
func New(d *db.DB, accounts Accounts, events Events, index Index, now func() time.Time) *Service {
	return &Service{db: d, accounts: accounts, events: events, index: index, now: now}
}

// allow refuses everybody but administrators.
func allow(v auth.Viewer) error {
	if !v.Is(auth.Admin) {
		return errs.NotFoundf("There is no such page.")
	}
	return nil
}

// Counts is how much there is of each thing.
type Counts struct {
	People, Leavers, Accounts, Threads, Replies, Topics int
}

// Overview says whether the hub is well.
type Overview struct {
	Counts
	Documents uint64        // in the search index
	Waiting   int           // events that some consumer has yet to handle
	Behind    time.Duration // age of the oldest of them
	Failed    int           // that no consumer will handle by itself any more, counted up to maxFailed
}

// maxFailed bounds the failed events that are shown and counted.
const maxFailed = 100

// late is how old an event may be before it looks as if its consumer had stopped.
const late = 5 * time.Minute

// Overview asks every part of the hub how it is.
func (s *Service) Overview(ctx context.Context, v auth.Viewer) (o Overview, err error) {
	if err := allow(v); err != nil {
		return o, err
	}
	if o.Counts, err = selectCounts(ctx, s.db); err != nil {
		return o, fmt.Errorf("count everything: %w", err)
	}
	if o.Documents, err = s.index.Count(); err != nil {
		return o, fmt.Errorf("count documents: %w", err)
	}
	lag, err := s.events.Lag(ctx)
	if err != nil {
		return o, fmt.Errorf("read the outbox: %w", err)
	}
	for _, l := range lag {
		o.Waiting += l.Waiting
		if !l.Oldest.IsZero() {
			o.Behind = max(o.Behind, s.now().Sub(l.Oldest))
		}
	}
	failed, err := s.events.Failed(ctx, maxFailed)
	if err != nil {
		return o, fmt.Errorf("read failed events: %w", err)
	}
	o.Failed = len(failed)
	return o, nil
}

// Accounts returns a page of accounts.
func (s *Service) Accounts(ctx context.Context, v auth.Viewer, query string, after int64) (list []auth.Account, more bool, err error) {
	if err := allow(v); err != nil {
		return nil, false, err
	}
	return s.accounts.Accounts(ctx, v, query, after)
}

// Invite makes an account for somebody.
func (s *Service) Invite(ctx context.Context, v auth.Viewer, name, email string, roles auth.Role) error {
	if err := allow(v); err != nil {
		return err
	}
	_, err := s.accounts.Invite(ctx, v, name, email, roles)
	return err
}

// SendsLetters reports whether invitations go out by e-mail; where they do not, administrators pass one-time links on.
func (s *Service) SendsLetters() bool { return s.accounts.SendsLetters() }

// SetRoles replaces the roles of an account.
func (s *Service) SetRoles(ctx context.Context, v auth.Viewer, account int64, roles auth.Role) error {
	if err := allow(v); err != nil {
		return err
	}
	return s.accounts.SetRoles(ctx, v, account, roles)
}

// SetDisabled shuts an account or opens it again.
func (s *Service) SetDisabled(ctx context.Context, v auth.Viewer, account int64, disabled bool) error {
	if err := allow(v); err != nil {
		return err
	}
	if disabled {
		return s.accounts.Disable(ctx, v, account)
	}
	return s.accounts.Enable(ctx, v, account)
}

// Link is a one-time link for an administrator to pass on. It is shown once and kept nowhere.
type Link struct {
	Name, Email string // whom it is for
	Address     string
	Expires     time.Time
}

// HandOutLink makes a link with which somebody chooses a password: their first, or a new one.
func (s *Service) HandOutLink(ctx context.Context, v auth.Viewer, account int64) (Link, error) {
	if err := allow(v); err != nil {
		return Link{}, err
	}
	who, err := selectHolder(ctx, s.db, account)
	if errs.IsNotFound(err) {
		return Link{}, errs.NotFoundf("There is no such account.").Because(err)
	}
	if err != nil {
		return Link{}, fmt.Errorf("find account %d: %w", account, err)
	}
	purpose := auth.Invite
	if who.HasPassword {
		purpose = auth.Reset
	}
	address, err := s.accounts.HandOutLink(ctx, v, account, purpose)
	return Link{Name: who.Name, Email: who.Email, Address: address, Expires: s.now().Add(purpose.Life())}, err
}

// Deliveries is how the consumers of events are doing.
type Deliveries struct {
	Failed    []event.Failure
	Consumers []event.ConsumerLag
}

// Deliveries returns what failed for good and how far each consumer is.
func (s *Service) Deliveries(ctx context.Context, v auth.Viewer) (d Deliveries, err error) {
	if err := allow(v); err != nil {
		return d, err
	}
	if d.Failed, err = s.events.Failed(ctx, maxFailed); err != nil {
		return d, fmt.Errorf("read failed events: %w", err)
	}
	if d.Consumers, err = s.events.Lag(ctx); err != nil {
		return d, fmt.Errorf("read the outbox: %w", err)
	}
	return d, nil
}

// Retry hands a failed event to its consumer again.
func (s *Service) Retry(ctx context.Context, v auth.Viewer, delivery int64) error {
	if err := allow(v); err != nil {
		return err
	}
	return s.events.Retry(ctx, delivery)
}

// Discard gives a failed event up for its consumer. The event itself stays in the log.
func (s *Service) Discard(ctx context.Context, v auth.Viewer, delivery int64) error {
	if err := allow(v); err != nil {
		return err
	}
	return s.events.Discard(ctx, delivery)
}
