package auth

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"watercooler/app/db"
)

// Role is a set of the things an account may do beyond what everybody may. The zero Role is an ordinary member.
type Role uint8

// The roles, in the order in which they are written and shown.
const (
	Manager   Role = 1 << iota // sees what a line manager sees of their own unit
	Leader                     // reads the figures for leadership
	Moderator                  // keeps topics and threads in order
	Admin                      // looks after accounts and the hub itself
)

var roleNames = [...]struct {
	role Role
	name string
}{{Manager, "manager"}, {Leader, "leader"}, {Moderator, "moderator"}, {Admin, "admin"}}

// ParseRoles reads role names separated by spaces or commas. It ignores names it does not know and says so with ok false,
// so that a role retired from the code does not lock an account out.
func ParseRoles(s string) (roles Role, ok bool) {
	ok = true
next:
	for _, word := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == ',' }) {
		for _, n := range roleNames {
			if n.name == word {
				roles |= n.role
				continue next
			}
		}
		ok = false
	}
	return roles, ok
}

// Has reports whether r contains every role in want.
func (r Role) Has(want Role) bool { return r&want == want }

// String returns the names in r separated by spaces, the form kept in the database; "" for none.
func (r Role) String() string {
	return strings.Join(r.Names(), " ")
}

// Names returns the names in r, in their fixed order.
func (r Role) Names() []string {
	var names []string
	for _, n := range roleNames {
		if r.Has(n.role) {
			names = append(names, n.name)
		}
	}
	return names
}

// The audiences everybody shares. A thread has exactly one audience; a viewer has a set of them.
const (
	AudiencePublic = "public" // anyone, signed in or not
	AudienceHub    = "hub"    // everyone signed in, partners included
)

const (
	orgPrefix     = "org:"
	networkPrefix = "network:"
)

// OrgAudience returns the audience of everybody in one organisation.
func OrgAudience(organisation int64) string { return orgPrefix + strconv.FormatInt(organisation, 10) }

// NetworkAudience returns the audience of the members of one network.
func NetworkAudience(network int64) string { return networkPrefix + strconv.FormatInt(network, 10) }

// ValidAudience reports whether s is written like an audience. Whether a viewer may use it is Viewer.CanRead.
func ValidAudience(s string) bool {
	if s == AudiencePublic || s == AudienceHub {
		return true
	}
	digits, ok := strings.CutPrefix(s, orgPrefix)
	if !ok {
		digits, ok = strings.CutPrefix(s, networkPrefix)
	}
	if !ok || digits == "" || digits[0] == '0' {
		return false
	}
	id, err := strconv.ParseUint(digits, 10, 63)
	return err == nil && id > 0 && digits[0] != '+'
}

// Viewer is who is looking at this request. It is passed by value to every use case, so that permission is an argument and
// never hides in a context. The zero Viewer may read nothing at all; Public is the signed-out reader.
type Viewer struct {
	Account, Person, Organisation int64
	Unit                          int64 // 0 when the person sits in no unit
	Name, Handle, Email           string
	Photo                         string // key in app/files, "" for none
	Staff                         bool   // belongs to the organisation that runs this hub; everybody else is a partner
	Roles                         Role
	Session                       string // key of the session this request came with; "" for an API token and in commands

	memberships []Membership
	audiences   []string // those that everybody shares, then those of the networks
	shared      int      // how many of audiences are shared
	networks    string   // the audiences of the networks with bars around each: "|network:3|network:12|"; "" for none
}

// Membership is a network that somebody is a member of.
type Membership struct {
	Network int64
	Steward bool // looks after the network: who comes in, what stays
}

func byNetwork(a, b Membership) int { return cmp.Compare(a.Network, b.Network) }

// Public is somebody who has not signed in.
var Public = Viewer{audiences: []string{AudiencePublic}, shared: 1}

// Operator is whoever runs commands on the server: an administrator without an account or a person. They can read the database
// anyway, so nothing is gained by refusing them.
func Operator() Viewer { return Viewer{Account: -1, Staff: true, Roles: Admin} }

// SignedIn reports whether there is an account behind v.
func (v Viewer) SignedIn() bool { return v.Account != 0 }

// Is reports whether v holds every role in want.
func (v Viewer) Is(want Role) bool { return v.SignedIn() && v.Roles.Has(want) }

// Moderates reports whether v keeps topics and threads in order. Administrators do too: a hub has one before it has anybody
// else, and its first wrong word must not wait for a second appointment.
func (v Viewer) Moderates() bool { return v.Is(Moderator) || v.Is(Admin) }

// CanRead reports whether v may read what is for audience. The zero Viewer and an unknown audience are refused.
func (v Viewer) CanRead(audience string) bool { return slices.Contains(v.audiences, audience) }

// Audiences returns every audience v belongs to, in an order that is always the same, for the search query and for keys of what is
// kept; statements use Reads. The slice is shared: read only.
func (v Viewer) Audiences() []string { return v.audiences }

// Reads returns the condition that v may read what is for the audience in column, whose values it adds to p:
//
//	text := "SELECT t.id FROM threads t WHERE " + v.Reads(&p, "t.audience")
//
// It says the same as "column IN (…)" with all of Audiences, and has at most four values however many networks v is in: fifty take
// longer to bind, and to make a set of at each execution, than reading the rows does. Nearly everything is for one of the shared
// audiences, so those are asked first. The others are one text in which the audience is looked for. REPLACE does that and not LIKE
// or INSTR, because both databases know it and nothing in the column has a meaning for it; no audience holds a bar.
func (v Viewer) Reads(p *db.Params, column string) string {
	shared := "''" // of nobody: no column holds it
	for i, audience := range v.audiences[:v.shared] {
		if i == 0 {
			shared = p.One(audience)
		} else {
			shared += "," + p.One(audience)
		}
	}
	shared = column + " IN (" + shared + ")"
	if v.networks == "" {
		return shared
	}
	all := p.One(v.networks)
	return "(" + shared + " OR REPLACE(" + all + ", '|' || " + column + " || '|', '') <> " + all + ")"
}

// Memberships returns the networks v is a member of, by id. The slice is shared: read only.
func (v Viewer) Memberships() []Membership { return v.memberships }

// Networks returns the ids of the networks v is a member of, in ascending order.
func (v Viewer) Networks() []int64 {
	ids := make([]int64, len(v.memberships))
	for i, m := range v.memberships {
		ids[i] = m.Network
	}
	return ids
}

// MemberOf reports whether v is a member of network. To have asked, or to be invited, is not enough.
func (v Viewer) MemberOf(network int64) bool {
	_, ok := v.membership(network)
	return ok
}

// Stewards reports whether v looks after network. False for network 0, where threads live that are in none.
func (v Viewer) Stewards(network int64) bool {
	m, ok := v.membership(network)
	return ok && m.Steward
}

func (v Viewer) membership(network int64) (Membership, bool) {
	i, ok := slices.BinarySearchFunc(v.memberships, network, func(m Membership, id int64) int { return cmp.Compare(m.Network, id) })
	if !ok {
		return Membership{}, false
	}
	return v.memberships[i], true
}

// withAudiences returns v with the audiences that follow from its account, organisation and networks.
func (v Viewer) withAudiences() Viewer {
	if !v.SignedIn() {
		v.audiences, v.shared, v.networks = Public.audiences, Public.shared, ""
		return v
	}
	v.audiences = make([]string, 0, 3+len(v.memberships))
	v.audiences = append(v.audiences, AudienceHub)
	if v.Organisation != 0 {
		v.audiences = append(v.audiences, OrgAudience(v.Organisation))
	}
	v.audiences = append(v.audiences, AudiencePublic)
	v.shared, v.networks = len(v.audiences), ""
	if len(v.memberships) == 0 {
		return v
	}
	text := make([]byte, 0, (len("|"+networkPrefix)+5)*len(v.memberships))
	for _, m := range v.memberships {
		text = append(append(text, '|'), networkPrefix...)
		text = strconv.AppendInt(text, m.Network, 10)
	}
	v.networks = string(append(text, '|'))
	for audience := range strings.SplitSeq(v.networks[1:len(v.networks)-1], "|") { // pieces of the text, which copies nothing
		v.audiences = append(v.audiences, audience)
	}
	return v
}

// In returns v as a member of these networks, for commands and tests.
func (v Viewer) In(networks ...Membership) Viewer {
	v.memberships = slices.Clone(networks)
	slices.SortFunc(v.memberships, byNetwork)
	return v.withAudiences()
}

// ForPerson returns a member's Viewer for commands and tests: signed in as account, without looking anything up.
func ForPerson(account, person, organisation int64, staff bool, roles Role) Viewer {
	return Viewer{Account: account, Person: person, Organisation: organisation, Staff: staff, Roles: roles}.withAudiences()
}
