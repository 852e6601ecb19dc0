package signin

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/mail"
	"watercooler/auth"
)

// Letters returns the consumer that writes to people about their accounts. The secret of each link is made when its letter is
// sent and stored only as a hash, so that neither the event log nor the outbox ever holds one. A letter sent twice after a
// failure brings a fresh link, and the one before stops working.
func (s *Service) Letters() event.Consumer {
	return event.Consumer{
		Name:  "letters",
		Verbs: []string{"account.verification_requested", "account.reset_requested", "account.invited"},
		Batch: 1, // one letter failing must not send another one twice
		Handle: func(ctx context.Context, events []event.Event) error {
			for _, e := range events {
				if err := s.write(ctx, e); err != nil {
					return fmt.Errorf("letter for event %d: %w", e.ID, err)
				}
			}
			return nil
		},
	}
}

// write sends the letter an event asks for, if it still makes sense.
func (s *Service) write(ctx context.Context, e event.Event) error {
	if s.cfg.Mail == nil || e.Object.ID == 0 { // no SMTP; or a password forgotten by somebody who has no account
		return nil
	}
	a, err := s.auth.ByID(ctx, s.db, e.Object.ID)
	if errs.IsNotFound(err) || a.Disabled || a.Left {
		return nil
	}
	if err != nil {
		return err
	}
	var letter mail.Letter
	switch e.Verb {
	case "account.verification_requested":
		if a.Verified {
			return nil
		}
		letter, err = s.withLink(ctx, a, auth.Verify, verifyLetter)
	case "account.invited":
		letter, err = s.withLink(ctx, a, auth.Invite, inviteLetter)
	case "account.reset_requested":
		letter, err = s.resetLetter(ctx, a)
	}
	if err != nil {
		return err
	}
	letter.To = a.Email
	return s.cfg.Mail.Send(ctx, letter)
}

// wording is a letter around a link: what it is about, what to do, and what if it was not you.
type wording struct{ subject, ask, otherwise string }

var (
	verifyLetter = wording{"Confirm your e-mail address",
		"Confirm that this is your e-mail address by opening this link:",
		"If you have no account there, somebody may have mistyped their address. You need do nothing."}
	inviteLetter = wording{"Your account is ready",
		"An account has been made for you. Choose your password by opening this link:",
		"If you did not expect this, ask your colleagues before you open it."}
	resetLetter = wording{"Choose a new password",
		"Somebody, probably you, asked for a new password. Choose it by opening this link:",
		"If it was not you, do nothing: your password stays as it is."}
)

// resetLetter answers somebody who forgot a password. People who come through single sign-on only have none to forget, and
// get none this way: it would outlive their account at their organisation.
func (s *Service) resetLetter(ctx context.Context, a auth.Account) (mail.Letter, error) {
	if !a.HasPassword {
		known, err := s.auth.Identities(ctx, a.ID)
		if err != nil {
			return mail.Letter{}, err
		}
		if len(known) > 0 {
			return s.letter(a, wording{"How to sign in",
				"Somebody, probably you, asked for a new password. Your account has none: use the button “" +
					s.auth.ProviderLabel(known[0].Provider) + "” on the sign-in page:",
				"If it was not you, do nothing."}, s.cfg.BaseURL+"/sign-in", 0), nil
		}
	}
	return s.withLink(ctx, a, auth.Reset, resetLetter)
}

func (s *Service) withLink(ctx context.Context, a auth.Account, purpose auth.Purpose, w wording) (letter mail.Letter, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		address, err := s.linkFor(ctx, tx, a.ID, purpose)
		letter = s.letter(a, w, address, purpose.Life())
		return err
	})
	return letter, err
}

func (s *Service) letter(a auth.Account, w wording, address string, life time.Duration) mail.Letter {
	hub := s.cfg.Hub()
	if hub == "" {
		hub = "Watercooler"
	}
	text := "Hello " + a.Name + ",\n\n" + w.ask + "\n\n" + address + "\n\n"
	if life > 0 {
		text += "It works once, for " + lasts(life) + ". "
	}
	return mail.Letter{Subject: w.subject + " – " + hub, Text: text + w.otherwise + "\n\n" + hub + "\n" + s.cfg.BaseURL + "\n"}
}

func lasts(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
	}
	return fmt.Sprintf("%d hours", int(d/time.Hour))
}
