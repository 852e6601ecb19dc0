// Package errors shows what went wrong in the words of the person it happened to.
package errors

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Page is an error. Heading and Advice may be left empty: they then follow from Status.
type Page struct {
	Chrome    layout.Chrome
	Status    int    // 401, 403, 404, 409, 422, 429, 500 or 503
	Heading   string // "Page not found"
	Text      string // what happened, safe to show
	Advice    string // what to do
	Problems  parts.Problems
	RequestID string
	SignIn    string // path to sign in and come back; empty leaves it out
	Retry     string // "Try again in 30 seconds."; empty leaves it out
}
