package auth

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/kv"
)

// Account is a login. The person it belongs to is in the directory with or without it.
type Account struct {
	ID          int64
	Person      int64
	Name        string // of the person
	Handle      string
	JobTitle    string
	Photo       string
	Email       string
	Verified    bool // somebody proved or vouched that the address is theirs
	HasPassword bool
	Roles       Role
	Disabled    bool
	Left        bool      // the person no longer works here, so the account is shut too
	SignedInAt  time.Time // the last time; zero for somebody who never came
	CreatedAt   time.Time
	Providers   []string // names of the single sign-on providers it has been used with; filled by List alone
}

// NewAccount is a login to make.
type NewAccount struct {
	Person   int64
	Email    string
	Verified bool
	Password PasswordHash // "" for none
	Roles    Role
}

// CheckEmail returns the form of an address under which its account is kept, or an Invalid error on the field "email".
func CheckEmail(email string) (string, error) {
	email = foldEmail(email)
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 || !strings.Contains(email, "@") {
		return "", errs.InvalidFields(errs.Field{Name: "email", Text: "Write an e-mail address such as name@example.org."})
	}
	return email, nil
}

// Create makes an account for a person in the directory.
func (s *Service) Create(ctx context.Context, tx *db.Tx, n NewAccount) (int64, error) {
	email, err := CheckEmail(n.Email)
	if err != nil {
		return 0, err
	}
	n.Email = email
	id, err := insertAccount(ctx, tx, n)
	if db.IsUnique(err) {
		return 0, errs.Conflictf("There is already an account for this person or e-mail address.").Because(err)
	}
	if err != nil {
		return 0, fmt.Errorf("create account: %w", err)
	}
	return id, nil
}

// ByEmail returns the account with this e-mail address.
func (s *Service) ByEmail(ctx context.Context, q db.Querier, email string) (Account, error) {
	a, err := selectAccountByEmail(ctx, q, foldEmail(email))
	if err != nil {
		return Account{}, fmt.Errorf("find account by e-mail: %w", err)
	}
	return a, nil
}

// ByID returns the account with this id.
func (s *Service) ByID(ctx context.Context, q db.Querier, id int64) (Account, error) {
	a, err := selectAccount(ctx, q, id)
	if errs.IsNotFound(err) {
		return Account{}, errs.NotFoundf("There is no such account.").Because(err)
	}
	if err != nil {
		return Account{}, fmt.Errorf("find account %d: %w", id, err)
	}
	return a, nil
}

// List returns accounts whose e-mail address or name contains query, by id, those after the id given; at most limit.
func (s *Service) List(ctx context.Context, q db.Querier, query string, after int64, limit int) ([]Account, error) {
	list, err := selectAccounts(ctx, q, query, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// Any reports whether there is an account at all: without one the hub is in its first run.
func (s *Service) Any(ctx context.Context, q db.Querier) (bool, error) {
	list, err := selectAccounts(ctx, q, "", 0, 1)
	if err != nil {
		return false, fmt.Errorf("look for accounts: %w", err)
	}
	return len(list) > 0, nil
}

// SetRoles replaces the roles of an account and signs it out everywhere, so that nobody goes on with a session from before
// the change.
func (s *Service) SetRoles(ctx context.Context, tx *db.Tx, account int64, roles Role) error {
	if err := updateRoles(ctx, tx, account, roles); err != nil {
		return fmt.Errorf("set roles of account %d: %w", account, err)
	}
	return s.endAll(ctx, tx, account)
}

// SetPassword replaces the password of an account and signs it out everywhere. "" takes the password away.
func (s *Service) SetPassword(ctx context.Context, tx *db.Tx, account int64, password PasswordHash) error {
	if err := updatePassword(ctx, tx, account, password); err != nil {
		return fmt.Errorf("set password of account %d: %w", account, err)
	}
	return s.endAll(ctx, tx, account)
}

// Verify notes that the e-mail address of an account belongs to its person.
func (s *Service) Verify(ctx context.Context, tx *db.Tx, account int64) error {
	if err := updateVerified(ctx, tx, account); err != nil {
		return fmt.Errorf("verify account %d: %w", account, err)
	}
	return nil
}

// SetDisabled shuts an account, at once and on every device, or opens it again.
func (s *Service) SetDisabled(ctx context.Context, tx *db.Tx, account int64, disabled bool) error {
	if err := updateDisabled(ctx, tx, account, disabled); err != nil {
		return fmt.Errorf("disable account %d: %w", account, err)
	}
	return s.endAll(ctx, tx, account)
}

// Limits on trying passwords. Per address and network they stop guessing at one account; per account alone they bound a
// guesser with many networks, generously, because they also let a stranger lock somebody out; per network alone they stop
// one password being tried on everybody, while a whole council behind one address still gets in.
var (
	limitPair    = kv.Rate{Limit: 10, Per: 15 * time.Minute}
	limitAccount = kv.Rate{Limit: 100, Per: time.Hour}
	limitNetwork = kv.Rate{Limit: 600, Per: 15 * time.Minute}
)

// wrongPassword is the one answer to every sign-in that does not work.
//
// SECURITY: unknown address, wrong password, no password and disabled account all read the same and take the same time.
var wrongPassword = errs.InvalidFields(
	errs.Field{Name: "email", Text: "We do not recognise this e-mail address with this password. Check both, or ask for a new password."})

// Authenticate returns the account with this e-mail address and password. ip is where the request came from; it is used to
// count attempts and not kept.
func (s *Service) Authenticate(ctx context.Context, email, password, ip string) (account int64, err error) {
	email = foldEmail(email)
	if err := s.allowAttempt(ctx, email, ip); err != nil {
		return 0, err
	}
	login, err := selectLogin(ctx, s.db, email, s.now())
	if err != nil && !errs.IsNotFound(err) {
		return 0, fmt.Errorf("find login: %w", err)
	}
	hash := login.Hash
	if hash == "" {
		hash = s.decoy
	}
	if len(password) > 4*MaxPassword {
		password = "" // could never have been set; do not spend time on it
	}
	var ok, stale bool
	var parseErr error
	if err := s.inTurn(ctx, func() { ok, stale, parseErr = hash.matches(password) }); err != nil {
		return 0, err
	}
	if parseErr != nil {
		return 0, fmt.Errorf("check password of account %d: %w", login.Account, parseErr)
	}
	if !ok || login.Hash == "" || !login.Open {
		return 0, wrongPassword
	}
	if stale {
		err = s.rehash(ctx, login, password)
	}
	return login.Account, err
}

func (s *Service) allowAttempt(ctx context.Context, email, ip string) error {
	who := hashOf(email)[:32] // no addresses of people in the keys of the store
	return s.allow(ctx,
		limited{"signin:pair:" + who + ":" + ip, limitPair},
		limited{"signin:account:" + who, limitAccount},
		limited{"signin:network:" + ip, limitNetwork})
}

// limited is something counted, and how often it may happen.
type limited struct {
	key  string
	rate kv.Rate
}

func (s *Service) allow(ctx context.Context, limits ...limited) error {
	for _, l := range limits {
		ok, after, err := s.kv.Allow(ctx, l.key, l.rate)
		if err != nil {
			// SECURITY: without its counter the door stays shut.
			return errs.Unavailablef("Signing in is not possible at the moment. Try again shortly.").Because(err)
		}
		if !ok {
			minutes := max(1, int((after+time.Minute-1)/time.Minute))
			return errs.TooManyf(after, "That was too many attempts. Wait %d min and try again.", minutes)
		}
	}
	return nil
}

// rehash keeps a password at today's cost, now that it is known. Nothing about the account changes, so sessions go on.
func (s *Service) rehash(ctx context.Context, login login, password string) error {
	fresh, err := s.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return updateHash(ctx, tx, login.Account, login.Hash, fresh) })
}

// Confirm checks the password of somebody who is signed in, before they change it.
func (s *Service) Confirm(ctx context.Context, v Viewer, password, ip string) error {
	account, err := s.Authenticate(ctx, v.Email, password, ip)
	if errs.KindOf(err) == errs.Invalid || err == nil && account != v.Account {
		return errs.InvalidFields(errs.Field{Name: "current", Text: "This is not your present password."})
	}
	return err
}

// containing returns the LIKE pattern for text that contains s, with "!" as the escape character.
func containing(s string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(s)) + "%"
}

// Limits on what a stranger can make the hub do: send letters to one address, and guess at the code of the first run.
var (
	limitLetters        = kv.Rate{Limit: 3, Per: time.Hour}
	limitLettersNetwork = kv.Rate{Limit: 60, Per: time.Hour}
	limitCode           = kv.Rate{Limit: 20, Per: 15 * time.Minute}
)

// AllowLetter counts a request for a letter to an address by somebody who is not signed in.
func (s *Service) AllowLetter(ctx context.Context, email, ip string) error {
	return s.allow(ctx, limited{"letter:to:" + hashOf(foldEmail(email))[:32], limitLetters}, limited{"letter:network:" + ip, limitLettersNetwork})
}

// AllowCode counts a try at the code of the first run.
func (s *Service) AllowCode(ctx context.Context, ip string) error {
	return s.allow(ctx, limited{"code:" + ip, limitCode})
}
