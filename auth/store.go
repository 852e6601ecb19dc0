package auth

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// selectViewer reads who is behind a session in one statement. It finds nothing when the account is shut, its person has
// left, or it has been signed out everywhere since the session began.
func selectViewer(ctx context.Context, q db.Querier, account, epoch int64, now time.Time) (Viewer, error) {
	return scanViewer(q.QueryRow(ctx, `
		SELECT a.id, a.email, a.roles, p.id, p.name, p.handle, p.photo, p.unit_id, p.organisation_id, o.home, `+memberships+`
		FROM accounts a
		JOIN people p ON p.id = a.person_id
		JOIN organisations o ON o.id = p.organisation_id
		WHERE a.id = $1 AND a.session_epoch = $2 AND a.disabled_at IS NULL AND (p.left_at IS NULL OR p.left_at > $3)`,
		account, epoch, db.Micros(now)))
}

func selectTokenViewer(ctx context.Context, q db.Querier, hash string, now time.Time) (Viewer, error) {
	return scanViewer(q.QueryRow(ctx, `
		SELECT a.id, a.email, a.roles, p.id, p.name, p.handle, p.photo, p.unit_id, p.organisation_id, o.home, `+memberships+`
		FROM api_tokens t
		JOIN accounts a ON a.id = t.account_id
		JOIN people p ON p.id = a.person_id
		JOIN organisations o ON o.id = p.organisation_id
		WHERE t.hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
		  AND a.disabled_at IS NULL AND (p.left_at IS NULL OR p.left_at > $2)`,
		hash, db.Micros(now)))
}

// selectPersonViewer reads the viewer that person would be if they signed in now.
func selectPersonViewer(ctx context.Context, q db.Querier, person int64, now time.Time) (Viewer, error) {
	return scanViewer(q.QueryRow(ctx, `
		SELECT a.id, a.email, a.roles, p.id, p.name, p.handle, p.photo, p.unit_id, p.organisation_id, o.home, `+memberships+`
		FROM people p
		JOIN accounts a ON a.person_id = p.id
		JOIN organisations o ON o.id = p.organisation_id
		WHERE p.id = $1 AND a.disabled_at IS NULL AND (p.left_at IS NULL OR p.left_at > $2)`,
		person, db.Micros(now)))
}

// memberships are the networks of person p, a steward's marked with a star: "3 7* 12". One text, because both databases can make
// that and it saves a second statement on every request. In no order: sorting takes SQLite as long as all the rest, and the
// index gives them by id anyway.
const memberships = `COALESCE((
		  SELECT string_agg(CAST(m.network_id AS TEXT) || CASE m.role WHEN 'steward' THEN '*' ELSE '' END, ' ')
		  FROM network_members m
		  WHERE m.person_id = p.id AND m.state = 'member'), '')`

func scanViewer(r db.Scanner) (Viewer, error) {
	var v Viewer
	var roles, networks string
	var unit *int64
	err := r.Scan(&v.Account, &v.Email, &roles, &v.Person, &v.Name, &v.Handle, &v.Photo, &unit, &v.Organisation, &v.Staff, &networks)
	if err != nil {
		return Public, err
	}
	if v.memberships, err = parseMemberships(networks); err != nil {
		return Public, err
	}
	v.Roles, _ = ParseRoles(roles) // a role the code no longer knows gives nothing
	if unit != nil {
		v.Unit = *unit
	}
	return v.withAudiences(), nil
}

// parseMemberships reads what the SQL of memberships makes, and sorts it.
func parseMemberships(text string) ([]Membership, error) {
	if text == "" {
		return nil, nil
	}
	all := make([]Membership, 0, 1+strings.Count(text, " "))
	for word := range strings.SplitSeq(text, " ") {
		digits, steward := strings.CutSuffix(word, "*")
		id, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("membership %q: %w", word, err)
		}
		all = append(all, Membership{Network: id, Steward: steward})
	}
	slices.SortFunc(all, byNetwork)
	return all, nil
}

// updateSignedIn notes a sign-in and returns the epoch its session belongs to; NotFound when the account is shut.
func updateSignedIn(ctx context.Context, tx *db.Tx, account int64) (epoch int64, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE accounts
		SET signed_in_at = $1
		WHERE id = $2 AND disabled_at IS NULL
		RETURNING session_epoch`,
		db.Micros(tx.Now()), account).Scan(&epoch)
	return epoch, err
}

func selectEpoch(ctx context.Context, q db.Querier, account int64) (epoch int64, err error) {
	err = q.QueryRow(ctx, `SELECT session_epoch FROM accounts WHERE id = $1`, account).Scan(&epoch)
	return epoch, err
}

func updateEpoch(ctx context.Context, tx *db.Tx, account int64) error {
	return one(tx.Exec(ctx, `UPDATE accounts SET session_epoch = session_epoch + 1 WHERE id = $1`, account))
}

// one turns a statement that should change one row and found none into NotFound.
func one(affected int64, err error) error {
	if err == nil && affected == 0 {
		return errs.ErrNotFound
	}
	return err
}

func insertAccount(ctx context.Context, tx *db.Tx, n NewAccount) (id int64, err error) {
	now := db.Micros(tx.Now())
	var verified *int64
	if n.Verified {
		verified = &now
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO accounts (person_id, email, email_verified_at, password_hash, roles, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)
		RETURNING id`,
		n.Person, n.Email, verified, string(n.Password), n.Roles.String(), now).Scan(&id)
	return id, err
}

func scanAccount(r db.Scanner) (a Account, err error) {
	var roles, hash string
	var verified, disabled, left, signedIn *int64
	var created int64
	err = r.Scan(&a.ID, &a.Person, &a.Name, &a.Handle, &a.JobTitle, &a.Photo, &a.Email, &verified, &hash, &roles, &disabled, &left, &signedIn, &created)
	a.Roles, _ = ParseRoles(roles)
	a.Verified, a.HasPassword, a.Disabled, a.Left = verified != nil, hash != "", disabled != nil, left != nil
	if signedIn != nil {
		a.SignedInAt = db.Time(*signedIn)
	}
	a.CreatedAt = db.Time(created)
	return a, err
}

func selectAccount(ctx context.Context, q db.Querier, id int64) (Account, error) {
	return scanAccount(q.QueryRow(ctx, `
		SELECT a.id, p.id, p.name, p.handle, p.job_title, p.photo, a.email, a.email_verified_at, a.password_hash, a.roles,
		  a.disabled_at, p.left_at, a.signed_in_at, a.created_at
		FROM accounts a JOIN people p ON p.id = a.person_id
		WHERE a.id = $1`, id))
}

func selectAccountByEmail(ctx context.Context, q db.Querier, email string) (Account, error) {
	return scanAccount(q.QueryRow(ctx, `
		SELECT a.id, p.id, p.name, p.handle, p.job_title, p.photo, a.email, a.email_verified_at, a.password_hash, a.roles,
		  a.disabled_at, p.left_at, a.signed_in_at, a.created_at
		FROM accounts a JOIN people p ON p.id = a.person_id
		WHERE a.email = $1`, email))
}

func selectAccounts(ctx context.Context, q db.Querier, query string, after int64, limit int) ([]Account, error) {
	rows, err := q.Query(ctx, `
		SELECT a.id, p.id, p.name, p.handle, p.job_title, p.photo, a.email, a.email_verified_at, a.password_hash, a.roles,
		  a.disabled_at, p.left_at, a.signed_in_at, a.created_at
		FROM accounts a JOIN people p ON p.id = a.person_id
		WHERE a.id > $1 AND (a.email LIKE $2 ESCAPE '!' OR LOWER(p.name) LIKE $2 ESCAPE '!')
		ORDER BY a.id
		LIMIT $3`, after, containing(query), limit)
	list, err := db.Collect(rows, err, scanAccount)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, addProviders(ctx, q, list)
}

// addProviders fills in where each account of a page signs in, with one statement for all of them.
func addProviders(ctx context.Context, q db.Querier, list []Account) error {
	type use struct {
		account  int64
		provider string
	}
	ids := make([]any, len(list))
	at := make(map[int64]int, len(list))
	for i, a := range list {
		ids[i], at[a.ID] = a.ID, i
	}
	rows, err := q.Query(ctx, `
		SELECT account_id, provider
		FROM identities
		WHERE account_id IN (`+db.In(1, len(ids))+`)
		ORDER BY id`, ids...)
	uses, err := db.Collect(rows, err, func(r db.Scanner) (u use, err error) { return u, r.Scan(&u.account, &u.provider) })
	for _, u := range uses {
		a := &list[at[u.account]]
		a.Providers = append(a.Providers, u.provider)
	}
	return err
}

func updateRoles(ctx context.Context, tx *db.Tx, account int64, roles Role) error {
	return one(tx.Exec(ctx, `UPDATE accounts SET roles = $1, updated_at = $2 WHERE id = $3`, roles.String(), db.Micros(tx.Now()), account))
}

func updatePassword(ctx context.Context, tx *db.Tx, account int64, hash PasswordHash) error {
	return one(tx.Exec(ctx, `UPDATE accounts SET password_hash = $1, updated_at = $2 WHERE id = $3`, string(hash), db.Micros(tx.Now()), account))
}

// updateHash replaces a hash by another of the same password, unless the password was changed meanwhile.
func updateHash(ctx context.Context, tx *db.Tx, account int64, old, fresh PasswordHash) error {
	_, err := tx.Exec(ctx, `UPDATE accounts SET password_hash = $1 WHERE id = $2 AND password_hash = $3`, string(fresh), account, string(old))
	return err
}

func updateVerified(ctx context.Context, tx *db.Tx, account int64) error {
	return one(tx.Exec(ctx, `
		UPDATE accounts
		SET email_verified_at = COALESCE(email_verified_at, $1)
		WHERE id = $2`, db.Micros(tx.Now()), account))
}

func updateDisabled(ctx context.Context, tx *db.Tx, account int64, disabled bool) error {
	now := db.Micros(tx.Now())
	var at *int64
	if disabled {
		at = &now
	}
	return one(tx.Exec(ctx, `UPDATE accounts SET disabled_at = $1, updated_at = $2 WHERE id = $3`, at, now, account))
}

// login is what a sign-in with a password needs to know.
type login struct {
	Account int64
	Hash    PasswordHash
	Open    bool // neither disabled nor of somebody who left
}

func selectLogin(ctx context.Context, q db.Querier, email string, now time.Time) (l login, err error) {
	var hash string
	err = q.QueryRow(ctx, `
		SELECT a.id, a.password_hash, a.disabled_at IS NULL AND (p.left_at IS NULL OR p.left_at > $1)
		FROM accounts a JOIN people p ON p.id = a.person_id
		WHERE a.email = $2`, db.Micros(now), email).Scan(&l.Account, &hash, &l.Open)
	l.Hash = PasswordHash(hash)
	return l, err
}

func insertLink(ctx context.Context, tx *db.Tx, hash string, account int64, purpose Purpose, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO account_links (hash, account_id, purpose, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, hash, account, string(purpose), db.Micros(tx.Now()), db.Micros(expires))
	return err
}

func updateLinksOver(ctx context.Context, tx *db.Tx, account int64, purpose Purpose) error {
	_, err := tx.Exec(ctx, `
		UPDATE account_links
		SET used_at = $1
		WHERE account_id = $2 AND purpose = $3 AND used_at IS NULL`, db.Micros(tx.Now()), account, string(purpose))
	return err
}

func selectLink(ctx context.Context, q db.Querier, hash string, now time.Time) (l Link, err error) {
	err = q.QueryRow(ctx, `
		SELECT l.account_id, l.purpose, p.name, a.email
		FROM account_links l
		JOIN accounts a ON a.id = l.account_id
		JOIN people p ON p.id = a.person_id
		WHERE l.hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND a.disabled_at IS NULL
		  AND (p.left_at IS NULL OR p.left_at > $2)`, hash, db.Micros(now)).Scan(&l.Account, &l.Purpose, &l.Name, &l.Email)
	return l, err
}

// updateLinkUsed is NotFound for the second of two requests.
func updateLinkUsed(ctx context.Context, tx *db.Tx, hash string) error {
	return one(tx.Exec(ctx, `UPDATE account_links SET used_at = $1 WHERE hash = $2 AND used_at IS NULL`, db.Micros(tx.Now()), hash))
}

func insertToken(ctx context.Context, tx *db.Tx, hash string, account int64, name string, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO api_tokens (hash, account_id, name, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, hash, account, name, db.Micros(tx.Now()), db.Micros(expires))
	return err
}

func updateTokensRevoked(ctx context.Context, tx *db.Tx, account int64) error {
	_, err := tx.Exec(ctx, `UPDATE api_tokens SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL`, db.Micros(tx.Now()), account)
	return err
}

func selectIdentity(ctx context.Context, q db.Querier, issuer, subject string) (account int64, err error) {
	err = q.QueryRow(ctx, `SELECT account_id FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject).Scan(&account)
	return account, err
}

// upsertIdentity remembers an identity, or that it was used again. It never moves one to another account.
func upsertIdentity(ctx context.Context, tx *db.Tx, account int64, i Identity) error {
	return one(tx.Exec(ctx, `
		INSERT INTO identities (account_id, provider, issuer, subject, email, created_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (issuer, subject) DO UPDATE
		SET provider = excluded.provider, email = excluded.email, last_used_at = excluded.last_used_at
		WHERE identities.account_id = excluded.account_id`,
		account, i.Provider, i.Issuer, i.Subject, i.Email, db.Micros(tx.Now())))
}

func selectIdentities(ctx context.Context, q db.Querier, account int64) ([]Identity, error) {
	rows, err := q.Query(ctx, `
		SELECT provider, issuer, subject, email
		FROM identities
		WHERE account_id = $1
		ORDER BY id
		LIMIT 20`, account)
	return db.Collect(rows, err, func(r db.Scanner) (i Identity, err error) {
		return i, r.Scan(&i.Provider, &i.Issuer, &i.Subject, &i.Email)
	})
}
