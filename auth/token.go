package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// tokenPrefix starts every API token, so that people and scanners recognise one that leaked.
const tokenPrefix = "wc_"

// tokenLife is how long an API token works: long enough for a tool, short enough that a forgotten one ends.
const tokenLife = 365 * 24 * time.Hour

// NewAPIToken makes a token with which a program acts as the account of this e-mail address under /api. It is shown once; only
// its hash is kept. name says what it is for.
func (s *Service) NewAPIToken(ctx context.Context, email, name string) (string, error) {
	token := tokenPrefix + newToken()
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := selectAccountByEmail(ctx, tx, foldEmail(email))
		if errs.IsNotFound(err) {
			return errs.NotFoundf("There is no account with this e-mail address.").Because(err)
		}
		if err != nil {
			return err
		}
		return insertToken(ctx, tx, hashOf(token), a.ID, name, s.now().Add(tokenLife))
	})
	if err != nil {
		return "", fmt.Errorf("new API token: %w", err)
	}
	return token, nil
}

// ByToken returns the viewer behind an API token. It is Unauthenticated when the token is unknown, expired or revoked, or its
// account is shut.
func (s *Service) ByToken(ctx context.Context, token string) (Viewer, error) {
	secret, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || !tokenForm(secret) {
		return Public, errBadToken
	}
	v, err := selectTokenViewer(ctx, s.db, hashOf(token), s.now())
	if errs.IsNotFound(err) {
		return Public, errBadToken.Because(err)
	}
	if err != nil {
		return Public, fmt.Errorf("find viewer of token: %w", err)
	}
	return v, nil
}

var errBadToken = errs.Unauthenticatedf("This API token is not valid. Ask an administrator for a new one.")

// RevokeTokens ends every API token of an account.
func (s *Service) RevokeTokens(ctx context.Context, tx *db.Tx, account int64) error {
	if err := updateTokensRevoked(ctx, tx, account); err != nil {
		return fmt.Errorf("revoke tokens of account %d: %w", account, err)
	}
	return nil
}
