// Package errs says what went wrong in the words of the person it happened to.
//
// An *Error carries a Kind, which decides the HTTP status, and a Text that is safe to show: a sentence chosen where the
// error was born. Every other error is internal: its text stays in the log and the person reads an apology with a request
// id. Wrap freely with fmt.Errorf and %w; KindOf and As find the *Error inside.
package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what an error means to the person at the other end.
type Kind uint8

// The kinds and the HTTP status each is answered with.
const (
	Internal        Kind = iota // 500: our fault; the text never leaves the log
	Invalid                     // 422: the input needs correcting; Fields say where
	Unauthenticated             // 401: sign in first; pages redirect to the sign-in page
	Forbidden                   // 403: signed in and able to see the thing, but not allowed to do this
	NotFound                    // 404: does not exist, or is not for this viewer to know about
	Conflict                    // 409: true a moment ago, no longer
	TooMany                     // 429: slow down; RetryAfter says how long
	Unavailable                 // 503: something we depend on is down or busy
)

var statuses = [...]int{
	Internal: 500, Invalid: 422, Unauthenticated: 401, Forbidden: 403, NotFound: 404, Conflict: 409, TooMany: 429, Unavailable: 503,
}

// Status returns the HTTP status code for k.
func (k Kind) Status() int { return statuses[k] }

// Field is one mistake in one field of a form or file. Name is the input's name attribute (or a column's name), Text a
// sentence that says how to put it right.
type Field struct {
	Name, Text string
}

// Error is an error whose Text may be shown to anyone.
type Error struct {
	Kind       Kind
	Text       string
	Fields     []Field       // for Invalid
	RetryAfter time.Duration // for TooMany and Unavailable; zero when unknown
	cause      error
}

// Error returns the text, followed by the cause where there is one. It is meant for the log; people are shown Text.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Text + ": " + e.cause.Error()
	}
	return e.Text
}

// Unwrap returns what caused e, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an *Error of the same kind, so that errors.Is(err, errs.ErrNotFound) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind
}

// ErrNotFound matches every NotFound error in errors.Is, whatever its text.
var ErrNotFound = &Error{Kind: NotFound, Text: "Nothing was found here."}

// Because returns a copy of e that wraps cause, for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Invalidf returns an Invalid error about the input as a whole.
func Invalidf(format string, args ...any) *Error { return newf(Invalid, format, args) }

// InvalidFields returns an Invalid error that names each wrong field, or nil when there are none.
func InvalidFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Text: "Some answers need correcting.", Fields: fields}
}

// Unauthenticatedf returns an error that asks the person to sign in.
func Unauthenticatedf(format string, args ...any) *Error { return newf(Unauthenticated, format, args) }

// Forbiddenf returns an error for an action this viewer may not take on something they can see.
func Forbiddenf(format string, args ...any) *Error { return newf(Forbidden, format, args) }

// NotFoundf returns an error for what does not exist, or may not be known to exist.
func NotFoundf(format string, args ...any) *Error { return newf(NotFound, format, args) }

// Conflictf returns an error for a change that no longer fits the present state.
func Conflictf(format string, args ...any) *Error { return newf(Conflict, format, args) }

// Unavailablef returns an error for a dependency that is down or busy.
func Unavailablef(format string, args ...any) *Error { return newf(Unavailable, format, args) }

// TooManyf returns an error that asks the person to wait for after.
func TooManyf(after time.Duration, format string, args ...any) *Error {
	e := newf(TooMany, format, args)
	e.RetryAfter = after
	return e
}

func newf(k Kind, format string, args []any) *Error {
	return &Error{Kind: k, Text: fmt.Sprintf(format, args...)}
}

// As returns the *Error inside err, or nil when err is internal.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// KindOf returns the kind of err; an error that is not ours is Internal.
func KindOf(err error) Kind {
	if e := As(err); e != nil {
		return e.Kind
	}
	return Internal
}

// IsNotFound reports whether err means absence.
func IsNotFound(err error) bool { return KindOf(err) == NotFound }
