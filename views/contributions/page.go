// Package contributions shows what somebody can take along from the hub.
//
// The page has one form, which posts nothing and is answered with a zip file.
package contributions

import "watercooler/views/layout"

// Page says what is in the file and offers it.
type Page struct {
	Chrome layout.Chrome
	Action string // POST
	Parts  []Part
}

// Part is something that is in the file.
type Part struct {
	Name string // "Blog posts and drafts"
	Text string // in which form
}
