// Package networks shows the list of networks, one network with its tabs, the forms of its stewards, and the map.
//
// The form for a network posts name, purpose, about (Markdown), access (open, closed or private) and public. What a button does is
// in its address: /networks/SLUG/join, /leave, /request (note), /invite (who, note), /people/ID/accept and so on.
package networks

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// ListPage shows the networks.
type ListPage struct {
	Chrome      layout.Chrome
	NewPath     string // for those who may start one
	MapPath     string // empty when there is nothing to draw
	Invitations []Invitation
	Mine        []Card
	Filter      Filter
	Heading     string // over the list of all: "All networks", "3 networks match"
	All         []Card
	Empty       parts.Empty
	Pager       parts.Pager
}

// Filter is the form above the list of all.
type Filter struct {
	Text   string
	Access []parts.Option
	Sort   []parts.Tab // A to Z · Recently active
	Order  string      // kept while filtering: "recent" or ""
}

// Card is a network in a list.
type Card struct {
	Name, Path, Purpose string
	Access              string // "Open", "Closed", "Private"
	Kind                string // open, closed or private, for the colour of the badge
	People              int
	Active              parts.Moment // never: nobody has written yet
	You                 string       // "You look after it", "You have asked to join"; empty says nothing
	Finished            bool
}

// Invitation is a network that the viewer is invited to.
type Invitation struct {
	Name, Purpose           string
	Access                  string // what being a member means, in a sentence
	By, Note                string
	Stewards                []parts.Person
	AcceptPath, DeclinePath string
}

// InvitationPage is a network as somebody sees it who is invited and may see nothing else of it.
type InvitationPage struct {
	Chrome layout.Chrome
	Invitation
}

// Header is what every tab of a network begins with.
type Header struct {
	Access   string // "Open network", "Private network"
	PartOf   []parts.Link
	Name     string
	Purpose  string
	Facts    []string // "84 people", "9 units", "3 partner bodies"
	Stewards []parts.Person
	Active   parts.Moment
	Lively   bool   // somebody wrote in the last few weeks
	Finished string // "Finished on 4 March 2027. …"
	Follow   parts.Follow
	You      string // "You are a member", "You look after this network"
	Doors    []Door
	EditPath string
	Tabs     []parts.Tab
}

// Door is something the viewer can do with a network as a whole: join, ask, take back, leave. Behind it stands what will happen.
type Door struct {
	Text  string // on the button: "Join", "Ask to join"
	Path  string // POST; of a link, GET
	Then  string // what will happen
	Alt   bool   // not the main thing to do here
	Link  bool   // leads somewhere, to sign in
	Fold  bool   // opens first, and is confirmed inside
	Note  string // label of a text that may be sent along; empty for none
	Again string // on the button that confirms
}

// ShowPage is what is going on in a network, its questions or its posts.
type ShowPage struct {
	Chrome    layout.Chrome
	Header    Header
	WritePath string
	WriteText string
	Blog      parts.Link // on the tab of posts
	Pinned    []parts.Item
	Items     []parts.Item
	Empty     parts.Empty
	Pager     parts.Pager
	Around    Diagram
	AroundTo  []Near // the list twin of Around
	Missing   []Missing
	AllPath   string // of the networks tab
	MapPath   string
}

// Near is a network beside another, and why it is there.
type Near struct {
	Name, Path string
	Why        string // "part of this", "4 of the same people"
}

// Missing is a unit with nobody in the network.
type Missing struct {
	Unit       parts.Link
	Why        string // "5 of the latest threads about the same topics come from there."
	InvitePath string
}

// PeoplePage is who belongs to a network.
type PeoplePage struct {
	Chrome    layout.Chrome
	Header    Header
	Stewards  []Member
	Members   []Member
	Requested []Member
	Invited   []Member
	Heading   string // "12 members"
	Orphaned  string // what to do when nobody looks after it any more
	Invite    *InviteForm
	SignIn    string // path, for those who are not signed in
	Pager     parts.Pager
}

// Member is somebody in a network, with what the viewer can do about them.
type Member struct {
	Person  parts.Person
	Home    string // organisation of a partner
	Note    string
	Since   string // "since 4 March 2027", "asked 2 days ago", "invited by Gwen Pryce"
	Actions []Action
}

// Action is a button beside something.
type Action struct {
	Text, Path string // POST
	Of         string // what it is about, for screen readers
	Main       bool
}

// InviteForm asks somebody in.
type InviteForm struct {
	Action    string
	Who, Note string
	Problems  parts.Problems
}

// AboutPage is what a network says about itself.
type AboutPage struct {
	Chrome    layout.Chrome
	Header    Header
	AboutHTML string
	Empty     parts.Empty
	Facts     []Fact
	BriefPath string // what happened in it; empty for whoever may not read what is written in it
}

// Fact is a line of a list of facts.
type Fact struct {
	Name, Text string
}

// NetworksPage is what a network has joined and what has joined it.
type NetworksPage struct {
	Chrome  layout.Chrome
	Header  Header
	Parents []Linked
	Kids    []Linked
	Asking  []Linked
	Asked   []Linked
	Form    *LinkForm // for stewards
	Empty   string    // what it says when there are none
	MapPath string
}

// Linked is a network on the tab of networks.
type Linked struct {
	Name, Path, Purpose string // without Path it may not be opened
	Access, Kind        string
	Actions             []Action
}

// LinkForm asks for a network to join another. It posts with (slug) and way (joins or invites).
type LinkForm struct {
	Action   string
	Choices  []parts.Option
	Ways     []parts.Option
	Problems parts.Problems
}

// EditPage is the form for a new network and for a change to one.
type EditPage struct {
	Chrome     layout.Chrome
	Heading    string
	Lead       string
	Action     string
	CancelPath string
	Submit     string
	Name       string
	Purpose    string
	About      string
	Access     []parts.Option // nobody but stewards change it: empty leaves it out
	Public     bool
	Warning    string // what becoming narrower does
	FinishPath string // for stewards of a network that goes on
	ResumePath string // and of one that has finished
	Problems   parts.Problems
}

// MapPage is all networks as a drawing and as a list.
type MapPage struct {
	Chrome  layout.Chrome
	Diagram Diagram
	Groups  []Group // the list twin
	Empty   parts.Empty
}

// Group is a network of networks in the list twin of the map, or all that stand by themselves.
type Group struct {
	Name     string
	Path     string // empty for those that stand by themselves
	Note     string
	Networks []Near
}

// Diagram is a drawing of networks, laid out by the handler. Coordinates are in the units of its view box.
type Diagram struct {
	Width, Height int
	Edges         []Edge
	Nodes         []Node
}

// Set reports whether there is something to draw.
func (d Diagram) Set() bool { return len(d.Nodes) > 1 }

// Edge is a line between two networks.
type Edge struct {
	X1, Y1, X2, Y2 int
	Shared         bool // of the same people, not of one being part of the other
}

// Node is a network as a dot.
type Node struct {
	X, Y, R int
	Name    string
	Path    string // empty for the one the page is about
	Tint    int    // colour of its group
	Label   string // beside the dot; empty for none
	Here    bool
}
