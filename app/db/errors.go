package db

import (
	"context"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"watercooler/app/errs"
)

// Codes of PostgreSQL, from its appendix A.
const (
	pgUnique        = "23505"
	pgForeignKey    = "23503"
	pgNotNull       = "23502"
	pgCheck         = "23514"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
)

// IsUnique reports whether err is a row that exists already.
func IsUnique(err error) bool {
	return hasCode(err, pgUnique, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID)
}

// IsForeignKey reports whether err is a reference to a row that does not exist, or the removal of one that is referred to.
func IsForeignKey(err error) bool {
	return hasCode(err, pgForeignKey, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY)
}

// IsNotNull reports whether err is a missing value.
func IsNotNull(err error) bool { return hasCode(err, pgNotNull, sqlite3.SQLITE_CONSTRAINT_NOTNULL) }

// IsCheck reports whether err is a value that a CHECK refuses.
func IsCheck(err error) bool { return hasCode(err, pgCheck, sqlite3.SQLITE_CONSTRAINT_CHECK) }

func hasCode(err error, postgres string, extended ...int) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == postgres
	}
	var s *sqlite.Error
	if errors.As(err, &s) {
		for _, code := range extended {
			if s.Code() == code {
				return true
			}
		}
	}
	return false
}

// retryable reports whether the same transaction may succeed when run again.
func retryable(err error) bool {
	if errors.Is(err, errGroupLost) {
		return true
	}
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == pgSerialization || p.Code == pgDeadlock
	}
	return isBusy(err)
}

// isBusy reports whether SQLite waited busy_timeout for another process in vain.
func isBusy(err error) bool {
	var s *sqlite.Error
	return errors.As(err, &s) && (s.Code()&0xff == sqlite3.SQLITE_BUSY || s.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// translate turns what means "come back later" into errs.Unavailable. Everything else stays as it is: internal, or told
// apart by IsUnique and its like where the caller knows what it means.
func translate(err error) error {
	if err == nil || errs.As(err) != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var down bool
	var p *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &p):
		// Class 53 is a lack of memory, disk or connections, 57P an operator stopping the server.
		down = len(p.Code) == 5 && (p.Code[:2] == "53" || p.Code[:3] == "57P")
	case errors.As(err, &connect), errors.As(err, &network):
		down = true
	default:
		down = isBusy(err)
	}
	if !down {
		return err
	}
	return errs.Unavailablef("The database cannot be reached just now. Please try again in a moment.").Because(err)
}
