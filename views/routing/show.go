package routing

import (
	"strings"

	"watercooler/views/parts"
)

// could is the heading of the card on the home page.
func could(n int) string {
	if n == 1 {
		return "A question could use you"
	}
	return parts.Thousands(n) + " questions could use you"
}

// first is the name by which a button calls somebody.
func first(name string) string {
	word, _, _ := strings.Cut(name, " ")
	return word
}

// about says what somebody does and where.
func about(p parts.Person) string {
	if p.JobTitle != "" && p.Unit != "" {
		return p.JobTitle + " · " + p.Unit
	}
	return p.JobTitle + p.Unit
}

// submit is the verb of a form on a button of its own.
func submit(verb string) string { return strings.TrimSuffix(verb, " to") }
