// Package signin shows the doors: signing in, first run, passwords, and a person's own settings.
//
// Field names: the sign-in form posts email, password and return; the sample door posts account (an id) and return; forgotten
// posts email; a one-time link posts password; first run posts code, organisation, name, email and password; settings post theme
// (auto, light, dark or contrast), and current and password.
package signin

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// SignInPage is the door.
type SignInPage struct {
	Chrome    layout.Chrome
	Why       string // "Sign in to write."; empty when somebody came by themselves
	Return    string // where to go afterwards
	Email     string
	Local     bool // accounts with a password exist here
	Forgotten bool // a link can be sent by e-mail
	Providers []Provider
	Sample    []SamplePerson
	Problems  parts.Problems
}

// Provider is a single sign-on button.
type Provider struct {
	Name string // "Microsoft"
	Path string // /sign-in/sso/microsoft?return=…
}

// SamplePerson is somebody whom anyone can sign in as on the sample hub.
type SamplePerson struct {
	Account int64
	Person  parts.Person
	Role    string // "Administrator"
	Can     string // "Everything below, and accounts and settings of the hub."
}

// ForgottenPage asks for the address to send a link to.
type ForgottenPage struct {
	Chrome   layout.Chrome
	Email    string
	Problems parts.Problems
}

// MessagePage says one thing, such as "Look in your e-mail", and where to go next.
type MessagePage struct {
	Chrome  layout.Chrome
	Heading string
	Text    []string // paragraphs
	Next    parts.Link
}

// LinkPage sets a password through a one-time link, or, with Confirm, only asks for a press of the button: mail scanners open
// links, so opening one must not use it up.
type LinkPage struct {
	Chrome   layout.Chrome
	Heading  string // "Welcome, Gwen", "Choose a new password"
	Text     string
	Action   string // POST
	Email    string // told to password managers
	Confirm  bool   // no password is asked for
	Submit   string // "Save password", "Confirm my address"
	Problems parts.Problems
}

// WelcomePage makes the first administrator.
type WelcomePage struct {
	Chrome       layout.Chrome
	Code         string // from the link in the log
	Organisation string
	Name         string
	Email        string
	Problems     parts.Problems
}

// SettingsPage is what a person sets for themselves.
type SettingsPage struct {
	Chrome      layout.Chrome
	Email       string
	Theme       string // "" follows the system; light, dark or contrast
	HasPassword bool   // otherwise single sign-on only, and the form is left out
	Devices     []Device
	Identities  []string // "Microsoft, as priya@devon.example"
	ProfilePath string   // to edit the profile
	Problems    parts.Problems
}

// Device is a browser that is signed in.
type Device struct {
	Name    string // "Firefox on Windows"
	Where   string // address it came from, when kept
	Seen    parts.Moment
	Started parts.Moment
	This    bool
	EndPath string // POST
}
