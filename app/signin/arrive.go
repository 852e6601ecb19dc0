package signin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/auth"
)

// CompleteSSO finishes a sign-in with a provider and returns the account it is for, made now if this is the first time, and
// the path the person was on the way to.
func (s *Service) CompleteSSO(ctx context.Context, provider, token string, query url.Values) (account int64, back string, err error) {
	identity, back, err := s.auth.Complete(ctx, provider, token, query)
	if err != nil {
		return 0, "", err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		account, err = s.arrive(ctx, tx, identity)
		return err
	})
	if err != nil {
		return 0, "", fmt.Errorf("arrive with %s: %w", provider, err)
	}
	return account, back, nil
}

// arrive finds the account of a verified identity. Issuer and subject decide; the e-mail address only helps at the first
// visit, and only where the configuration names its domain for this provider.
func (s *Service) arrive(ctx context.Context, tx *db.Tx, i auth.Identity) (account int64, err error) {
	account, err = s.auth.AccountOf(ctx, tx, i)
	switch {
	case errs.IsNotFound(err):
		return s.firstVisit(ctx, tx, i)
	case err != nil:
		return 0, err
	}
	a, err := s.auth.ByID(ctx, tx, account)
	if err != nil {
		return 0, err
	}
	return account, s.settle(ctx, tx, a, i)
}

// settle notes the visit and takes over the roles the provider decides about.
func (s *Service) settle(ctx context.Context, tx *db.Tx, a auth.Account, i auth.Identity) error {
	if a.Disabled || a.Left {
		return errs.Forbiddenf("This account is closed. Ask an administrator of this hub if that is a mistake.")
	}
	if err := s.auth.Join(ctx, tx, a.ID, i); err != nil {
		return err
	}
	roles := a.Roles&^i.Governed | i.Roles
	if roles == a.Roles {
		return nil
	}
	if err := s.auth.SetRoles(ctx, tx, a.ID, roles); err != nil {
		return err
	}
	return s.tell(ctx, tx, 0, "account.roles_changed", a.ID)
}

func (s *Service) firstVisit(ctx context.Context, tx *db.Tx, i auth.Identity) (int64, error) {
	label := s.auth.ProviderLabel(i.Provider)
	if i.Email == "" {
		return 0, errs.Forbiddenf("%s does not say that your e-mail address is verified, so this hub cannot tell whether you may come in. Ask an administrator for an invitation.", label).
			Because(errors.New("identity without verified e-mail"))
	}
	standing := s.auth.Admit(i)
	if !standing.Known {
		_, domain, _ := strings.Cut(i.Email, "@")
		return 0, errs.Forbiddenf("You are signed in with %s, but this hub is not open to everybody at %s. Ask an administrator for an invitation.", label, domain)
	}
	a, err := s.auth.ByEmail(ctx, tx, i.Email)
	switch {
	case errs.IsNotFound(err):
		return s.newcomer(ctx, tx, i, standing)
	case err != nil:
		return 0, err
	case !standing.Named:
		// SECURITY: "*" admits strangers; it does not make this provider the judge of who owns an address.
		return 0, errs.Conflictf("There is already an account with your e-mail address. Sign in to it the way you did before.")
	}
	if !a.Verified && a.HasPassword {
		// SECURITY: whoever set this password never proved that the address is theirs. It must not open the account any more.
		if err := s.auth.SetPassword(ctx, tx, a.ID, ""); err != nil {
			return 0, err
		}
	}
	if err := s.auth.Verify(ctx, tx, a.ID); err != nil {
		return 0, err
	}
	return a.ID, s.settle(ctx, tx, a, i)
}

// newcomer makes an account, and a profile from the claims unless the staff list brought one in already.
func (s *Service) newcomer(ctx context.Context, tx *db.Tx, i auth.Identity, standing auth.Standing) (account int64, err error) {
	n := people.NewPerson{Name: i.Name, Email: i.Email, JobTitle: i.JobTitle, Unit: i.Unit, Manager: i.Manager}
	if n.Name == "" {
		n.Name, _, _ = strings.Cut(i.Email, "@")
	}
	if !standing.Staff {
		if n.Organisation, err = s.people.Partner(ctx, tx, standing.Organisation); err != nil {
			return 0, err
		}
	}
	person, err := s.personFor(ctx, tx, n, standing.Named)
	if err != nil {
		return 0, err
	}
	account, err = s.auth.Create(ctx, tx, auth.NewAccount{Person: person, Email: i.Email, Verified: true, Roles: i.Roles})
	if err != nil {
		return 0, err
	}
	if err := s.auth.Join(ctx, tx, account, i); err != nil {
		return 0, err
	}
	return account, s.tell(ctx, tx, person, "account.created", account)
}
