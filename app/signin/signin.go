// Package signin opens the doors of the hub: passwords, single sign-on, one-time links, the first run, and on the sample hub
// a door that anybody may use. It also looks after accounts for administrators.
//
// Who somebody is, is decided by package auth. What happens when somebody arrives is decided here: which person an identity
// belongs to, whether a stranger is let in and as what, and which letter goes out.
package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/mail"
	"watercooler/app/people"
	"watercooler/auth"
)

// Config is how this hub's doors stand.
type Config struct {
	BaseURL string        // for the links in letters
	Sample  bool          // the sample door exists
	Mail    mail.Sender   // nil without SMTP: administrators hand out links
	Hub     func() string // name of the home organisation, for letters
}

// Service holds the use cases around accounts.
type Service struct {
	db      *db.DB
	auth    *auth.Service
	people  *people.Service
	cfg     Config
	log     *slog.Logger
	code    string // of the first run; of this process only
	founded atomic.Bool
	sample  atomic.Pointer[[]SampleAccount]
}

// New returns the doors of the hub in d.
func New(d *db.DB, a *auth.Service, p *people.Service, cfg Config, log *slog.Logger) *Service {
	if cfg.Hub == nil {
		cfg.Hub = func() string { return "" }
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	return &Service{db: d, auth: a, people: p, cfg: cfg, log: log, code: rand.Text()}
}

// Founded reports whether the hub has had its first run: whether it has an account.
func (s *Service) Founded(ctx context.Context) (bool, error) {
	if s.founded.Load() {
		return true, nil
	}
	yes, err := s.auth.Any(ctx, s.db)
	if yes {
		s.founded.Store(true)
	}
	return yes, err
}

// WelcomeURL returns the address of the first run with its one-time code, for the log of the server, and "" once the hub is
// founded. Whoever can read the log owns the hub anyway; somebody who merely finds the page does not have the code.
func (s *Service) WelcomeURL(ctx context.Context) (string, error) {
	founded, err := s.Founded(ctx)
	if founded || err != nil {
		return "", err
	}
	return s.cfg.BaseURL + "/welcome?code=" + s.code, nil
}

// Founding is what the first run asks for.
type Founding struct {
	Code         string
	Organisation string
	Name         string
	Email        string
	Password     string
}

var errFounded = errs.NotFoundf("This hub has been set up already.")

// Welcome is the first run: it names the home organisation and makes the first administrator, and returns their account.
// ip is used to count attempts at the code.
func (s *Service) Welcome(ctx context.Context, in Founding, ip string) (account int64, err error) {
	if founded, err := s.Founded(ctx); err != nil || founded {
		return 0, orElse(err, errFounded)
	}
	if err := s.auth.AllowCode(ctx, ip); err != nil {
		return 0, err
	}
	if subtle.ConstantTimeCompare([]byte(strings.TrimSpace(in.Code)), []byte(s.code)) != 1 {
		return 0, errs.InvalidFields(errs.Field{Name: "code", Text: "This is not the code in the log of the server. It changes whenever the server starts."})
	}
	return s.found(ctx, in)
}

// orElse returns err, or other when there is none.
func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (s *Service) found(ctx context.Context, in Founding) (account int64, err error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	hash, err := s.auth.Hash(ctx, in.Password)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if taken, err := s.auth.Any(ctx, tx); err != nil || taken {
			return orElse(err, errFounded)
		}
		if err := s.name(ctx, tx, in.Organisation); err != nil {
			return err
		}
		person, err := s.personFor(ctx, tx, people.NewPerson{Name: in.Name, Email: in.Email}, true)
		if err != nil {
			return err
		}
		if account, err = s.auth.Create(ctx, tx, auth.NewAccount{Person: person, Email: in.Email, Password: hash, Roles: auth.Admin}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, person, "account.created", account); err != nil {
			return err
		}
		return s.tell(ctx, tx, person, "account.verification_requested", account)
	})
	return account, err
}

// name founds the home organisation, or names the one that an import brought with it.
func (s *Service) name(ctx context.Context, tx *db.Tx, organisation string) error {
	_, err := s.people.Home(ctx)
	if err == nil {
		return s.people.Rename(ctx, tx, organisation)
	}
	if errs.IsNotFound(err) {
		_, err = s.people.Found(ctx, tx, organisation)
	}
	return err
}

// check finds every mistake of the form at once.
func (in Founding) check() error {
	var fields []errs.Field
	if strings.TrimSpace(in.Organisation) == "" {
		fields = append(fields, errs.Field{Name: "organisation", Text: "Give the name of your organisation."})
	}
	if strings.TrimSpace(in.Name) == "" {
		fields = append(fields, errs.Field{Name: "name", Text: "Give your name."})
	}
	_, err := auth.CheckEmail(in.Email)
	fields = append(fields, fieldsOf(err)...)
	fields = append(fields, fieldsOf(auth.CheckPassword(in.Password, in.Organisation, in.Name, in.Email))...)
	return errs.InvalidFields(fields...)
}

func fieldsOf(err error) []errs.Field {
	if e := errs.As(err); e != nil {
		return e.Fields
	}
	return nil
}

// personFor returns the person in the directory who waits for an account under this e-mail address, or adds one. claim says
// whether the address has been proven; without it nobody's profile is taken over.
func (s *Service) personFor(ctx context.Context, tx *db.Tx, n people.NewPerson, claim bool) (int64, error) {
	if claim {
		person, err := s.people.Unclaimed(ctx, tx, n.Email)
		if err == nil || !errs.IsNotFound(err) {
			return person, err
		}
	}
	return s.people.Create(ctx, tx, n)
}

// tell appends an event about an account.
func (s *Service) tell(ctx context.Context, tx *db.Tx, actor int64, verb string, account int64) error {
	return event.Append(ctx, tx, event.Event{Actor: actor, Verb: verb, Object: event.Ref{Kind: "account", ID: account}})
}

// Forgotten asks for a letter with a link to set a new password.
//
// SECURITY: it does and answers the same whether or not the address has an account: one event, which the letters consumer
// later finds to be about nobody.
func (s *Service) Forgotten(ctx context.Context, email, ip string) error {
	email, err := auth.CheckEmail(email)
	if err != nil {
		return err
	}
	if err := s.auth.AllowLetter(ctx, email, ip); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := s.auth.ByEmail(ctx, tx, email)
		if err != nil && !errs.IsNotFound(err) {
			return err
		}
		return s.tell(ctx, tx, 0, "account.reset_requested", a.ID)
	})
}

// Follow follows a one-time link: it sets the password, where the link is for that, and returns the account, which is now
// signed out everywhere. The link has come by letter or from an administrator's hand, so the address counts as verified.
func (s *Service) Follow(ctx context.Context, secret, password string) (account int64, err error) {
	link, err := s.auth.Peek(ctx, secret)
	if err != nil {
		return 0, err
	}
	var hash auth.PasswordHash
	if link.Purpose != auth.Verify {
		if err := auth.CheckPassword(password, link.Name, link.Email, s.cfg.Hub()); err != nil {
			return 0, err
		}
		if hash, err = s.auth.Hash(ctx, password); err != nil {
			return 0, err
		}
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		link, err := s.auth.UseLink(ctx, tx, secret)
		if err != nil {
			return err
		}
		account = link.Account
		if err := s.auth.Verify(ctx, tx, account); err != nil {
			return err
		}
		if link.Purpose == auth.Verify {
			return nil
		}
		return s.auth.SetPassword(ctx, tx, account, hash)
	})
	return account, err
}

// ChangePassword replaces the viewer's password and signs them out everywhere; the caller begins a fresh session for the
// browser they are using.
func (s *Service) ChangePassword(ctx context.Context, v auth.Viewer, current, password, ip string) error {
	if !v.SignedIn() {
		return errs.Unauthenticatedf("Sign in to change your password.")
	}
	if err := s.auth.Confirm(ctx, v, current, ip); err != nil {
		return err
	}
	if err := auth.CheckPassword(password, v.Name, v.Email, s.cfg.Hub()); err != nil {
		return err
	}
	hash, err := s.auth.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.auth.SetPassword(ctx, tx, v.Account, hash) })
}

// SampleAccount is somebody whom anyone may sign in as on the sample hub.
type SampleAccount struct {
	Account int64 // filled by EnsureSampleAccounts
	Person  int64
	Email   string
	Roles   auth.Role
	Role    string // "Administrator"
	Can     string // what they can do, in a sentence
}

// EnsureSampleAccounts makes the accounts of the sample door where they are missing and opens the door. It does nothing
// unless this is the sample hub.
func (s *Service) EnsureSampleAccounts(ctx context.Context, list ...SampleAccount) error {
	if !s.cfg.Sample {
		return nil
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		for i := range list {
			a, err := s.auth.ByEmail(ctx, tx, list[i].Email)
			if errs.IsNotFound(err) {
				a.ID, err = s.auth.Create(ctx, tx, auth.NewAccount{Person: list[i].Person, Email: list[i].Email, Verified: true, Roles: list[i].Roles})
			}
			if err != nil {
				return fmt.Errorf("sample account %s: %w", list[i].Email, err)
			}
			list[i].Account = a.ID
		}
		return nil
	})
	if err == nil {
		s.sample.Store(&list)
	}
	return err
}

// SampleAccounts returns the people behind the sample door; none unless this is the sample hub.
func (s *Service) SampleAccounts() []SampleAccount {
	if list := s.sample.Load(); list != nil && s.cfg.Sample {
		return *list
	}
	return nil
}

// EnterSample checks that an account is behind the sample door.
//
// SECURITY: on any hub but the sample this finds nothing, and on the sample only the accounts made for it.
func (s *Service) EnterSample(account int64) error {
	for _, a := range s.SampleAccounts() {
		if a.Account == account {
			return nil
		}
	}
	return errs.NotFoundf("There is no such page.")
}
