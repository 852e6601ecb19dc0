package people

import "time"

// Record is one person as a source outside the hub describes them: a staff list, a forum's users.
type Record struct {
	ExternalID             string // required, unique for ever, such as "people/1234" or "stackexchange/SITE/user/5"
	Name                   string
	Handle                 string // wished for; "" makes one from the name
	JobTitle               string
	Location               string
	Phone                  string
	Email                  string
	About                  string   // Markdown
	Organisation           string   // name; "" is the home organisation
	OrganisationExternalID string   // with Organisation: the source's own id, so that a renamed organisation stays one
	UnitPath               []string // names from the top
	ManagerExternalID      string   // may name somebody who comes later in the same call; LinkManagers ties the rest
	LeftAt                 *time.Time
	CreatedAt              time.Time // zero: now
	Hash                   string    // of the whole record: equal means there is nothing to write
}

// Outcome is what an import did. IDs has every record of the call, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	IDs                         map[string]int64 // external id → id in the hub
}
