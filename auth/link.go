package auth

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes of one-time links.
const (
	Verify Purpose = "verify" // proves an e-mail address
	Reset  Purpose = "reset"  // sets a new password
	Invite Purpose = "invite" // sets the first password
)

// lifetimes is how long each link works. An invitation may wait for somebody to come back from leave.
var lifetimes = map[Purpose]time.Duration{Verify: 3 * 24 * time.Hour, Reset: 4 * time.Hour, Invite: 14 * 24 * time.Hour}

// Life returns how long a link works from the moment it is made.
func (p Purpose) Life() time.Duration { return lifetimes[p] }

// Link is a one-time link that still works.
type Link struct {
	Account int64
	Purpose Purpose
	Name    string // of the person
	Email   string
}

// errLinkOver is the one answer to links that were used, expired or never were.
var errLinkOver = errs.NotFoundf("This link has been used already or is too old. Ask for a new one.")

// NewLink makes the secret of a one-time link. Links made before for the same account and purpose stop working, so that the
// newest letter is the one that counts.
func (s *Service) NewLink(ctx context.Context, tx *db.Tx, account int64, purpose Purpose) (secret string, err error) {
	life, ok := lifetimes[purpose]
	if !ok {
		return "", fmt.Errorf("new link: unknown purpose %q", purpose)
	}
	secret = newToken()
	if err := updateLinksOver(ctx, tx, account, purpose); err != nil {
		return "", fmt.Errorf("end links of account %d: %w", account, err)
	}
	if err := insertLink(ctx, tx, hashOf(secret), account, purpose, s.now().Add(life)); err != nil {
		return "", fmt.Errorf("new link for account %d: %w", account, err)
	}
	return secret, nil
}

// Peek returns what a link is for without using it up: mail scanners open every link they see.
func (s *Service) Peek(ctx context.Context, secret string) (Link, error) {
	if !tokenForm(secret) {
		return Link{}, errLinkOver
	}
	l, err := selectLink(ctx, s.db, hashOf(secret), s.now())
	if errs.IsNotFound(err) {
		return Link{}, errLinkOver.Because(err)
	}
	if err != nil {
		return Link{}, fmt.Errorf("find link: %w", err)
	}
	return l, nil
}

// UseLink uses a link up. Of two requests with the same link one gets it.
func (s *Service) UseLink(ctx context.Context, tx *db.Tx, secret string) (Link, error) {
	if !tokenForm(secret) {
		return Link{}, errLinkOver
	}
	l, err := selectLink(ctx, tx, hashOf(secret), s.now())
	if err == nil {
		err = updateLinkUsed(ctx, tx, hashOf(secret))
	}
	if errs.IsNotFound(err) {
		return Link{}, errLinkOver.Because(err)
	}
	if err != nil {
		return Link{}, fmt.Errorf("use link: %w", err)
	}
	return l, nil
}
