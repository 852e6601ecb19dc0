package signin

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/auth"
)

// accountsPage is how many accounts a page of the list has.
const accountsPage = 50

// mayAdminister is the rule for everything in this file. To others accounts do not exist.
func mayAdminister(v auth.Viewer) error {
	if !v.Is(auth.Admin) {
		return errs.NotFoundf("There is no such page.")
	}
	return nil
}

// Accounts returns accounts whose name or e-mail address contains query, those after the id given, and whether there are
// more.
func (s *Service) Accounts(ctx context.Context, v auth.Viewer, query string, after int64) (list []auth.Account, more bool, err error) {
	if err := mayAdminister(v); err != nil {
		return nil, false, err
	}
	list, err = s.auth.List(ctx, s.db, query, after, accountsPage+1)
	if err != nil {
		return nil, false, err
	}
	return list[:min(len(list), accountsPage)], len(list) > accountsPage, nil
}

// Invitation is somebody an administrator lets in.
type Invitation struct {
	Name     string
	Email    string
	JobTitle string
	Roles    auth.Role
}

// Invite makes an account for somebody, with the profile that the staff list brought in if it has their address. A letter
// follows; without SMTP the administrator hands out a link.
func (s *Service) Invite(ctx context.Context, v auth.Viewer, in Invitation) (account int64, err error) {
	if err := mayAdminister(v); err != nil {
		return 0, err
	}
	email, err := auth.CheckEmail(in.Email)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := s.auth.ByEmail(ctx, tx, email); !errs.IsNotFound(err) {
			return orElse(err, errs.InvalidFields(errs.Field{Name: "email", Text: "There is already an account with this e-mail address."}))
		}
		person, err := s.personFor(ctx, tx, people.NewPerson{Name: in.Name, Email: email, JobTitle: in.JobTitle, Actor: v.Person}, true)
		if err != nil {
			return err
		}
		if account, err = s.auth.Create(ctx, tx, auth.NewAccount{Person: person, Email: email, Roles: in.Roles}); err != nil {
			return err
		}
		return s.tell(ctx, tx, v.Person, "account.invited", account)
	})
	return account, err
}

// SendsLetters reports whether the hub can send e-mail.
func (s *Service) SendsLetters() bool { return s.cfg.Mail != nil }

// HandOutLink makes a one-time link for the administrator to pass on, and returns its address. An empty purpose is the one that
// fits: an invitation for somebody without a password, a new password for the others. The log keeps who made it.
func (s *Service) HandOutLink(ctx context.Context, v auth.Viewer, account int64, purpose auth.Purpose) (address string, err error) {
	if err := mayAdminister(v); err != nil {
		return "", err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := s.auth.ByID(ctx, tx, account)
		if err != nil {
			return err
		}
		if a.Disabled || a.Left {
			return errs.Conflictf("This account is closed. Open it before you hand out a link.")
		}
		if purpose == "" {
			purpose = auth.Reset
			if !a.HasPassword {
				purpose = auth.Invite
			}
		}
		if address, err = s.linkFor(ctx, tx, account, purpose); err != nil {
			return err
		}
		return s.tell(ctx, tx, v.Person, "account.link_handed_out", account)
	})
	return address, err
}

// linkFor makes a one-time link and returns its address.
func (s *Service) linkFor(ctx context.Context, tx *db.Tx, account int64, purpose auth.Purpose) (string, error) {
	secret, err := s.auth.NewLink(ctx, tx, account, purpose)
	return s.cfg.BaseURL + "/link/" + secret, err
}

// SetRoles replaces the roles of an account, which is then signed out everywhere.
func (s *Service) SetRoles(ctx context.Context, v auth.Viewer, account int64, roles auth.Role) error {
	if err := mayAdminister(v); err != nil {
		return err
	}
	if account == v.Account && !roles.Has(auth.Admin) {
		return errs.Conflictf("You cannot stop being an administrator yourself. Ask another administrator, so that there is always one.")
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := s.auth.ByID(ctx, tx, account)
		if err != nil || a.Roles == roles {
			return err
		}
		if err := s.auth.SetRoles(ctx, tx, account, roles); err != nil {
			return err
		}
		return s.tell(ctx, tx, v.Person, "account.roles_changed", account)
	})
}

// Disable shuts an account: every device is signed out at once and its API tokens end. What the person wrote stays.
func (s *Service) Disable(ctx context.Context, v auth.Viewer, account int64) error {
	if account == v.Account && v.SignedIn() {
		return errs.Conflictf("You cannot close your own account. Ask another administrator.")
	}
	return s.setDisabled(ctx, v, account, true)
}

// Enable opens an account that was shut. Its API tokens stay ended.
func (s *Service) Enable(ctx context.Context, v auth.Viewer, account int64) error {
	return s.setDisabled(ctx, v, account, false)
}

func (s *Service) setDisabled(ctx context.Context, v auth.Viewer, account int64, disabled bool) error {
	if err := mayAdminister(v); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := s.auth.ByID(ctx, tx, account)
		if err != nil || a.Disabled == disabled {
			return err
		}
		if err := s.auth.SetDisabled(ctx, tx, account, disabled); err != nil {
			return err
		}
		if !disabled {
			return s.tell(ctx, tx, v.Person, "account.enabled", account)
		}
		if err := s.auth.RevokeTokens(ctx, tx, account); err != nil {
			return err
		}
		return s.tell(ctx, tx, v.Person, "account.disabled", account)
	})
}
