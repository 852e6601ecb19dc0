// Package topics keeps the hub's controlled subjects: each has a name, synonyms people use for it, and perhaps a broader
// topic above it.
//
// Two topics never share a word for the same thing: a name or synonym belongs to one topic in the whole hub, compared
// without case and accents, so that what somebody types always means one topic. Moderators keep the list; everyone reads
// it. There are tens to a few thousand topics, so each process keeps the table in memory (see cache.go).
package topics

import (
	"time"

	"watercooler/app/db"
)

// Topic is a controlled subject.
type Topic struct {
	ID          int64
	Slug        string
	Name        string
	Description string   // plain text
	Synonyms    []string // other words for it, in order of the alphabet
	Broader     int64    // id of the broader topic, 0 for none
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// Record is one topic as a source outside the hub describes it.
type Record struct {
	ExternalID  string // required, unique for ever, such as "stackexchange/SITE/tag/12"
	Name        string
	Description string
	Synonyms    []string
	Broader     string // name of the broader topic; may come later in the same call
}

// Outcome is what an import did. IDs has every record of the call, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	IDs                         map[string]int64 // external id → id in the hub
}

// Service holds the use cases of topics.
type Service struct {
	db    *db.DB
	now   func() time.Time
	cache cache
}

// New returns the topics kept in d. now is the clock, time.Now outside tests.
func New(d *db.DB, now func() time.Time) *Service {
	return &Service{db: d, now: now}
}
