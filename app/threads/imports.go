package threads

import "time"

// ThreadRecord is one thread as a source outside the hub describes it.
type ThreadRecord struct {
	ExternalID         string // required, unique for ever, such as "stackexchange/SITE/post/123"
	Kind               Kind
	Title              string // cut to MaxTitle runes
	Body               string // Markdown
	AuthorExternalID   string
	Topics             []string // names, synonyms or slugs; those that mean no topic are left out
	Audience           string   // "" is hub
	CreatedAt          time.Time
	EditedAt           *time.Time
	ClosedAt           *time.Time
	Votes              int    // votes nobody's name is known for
	AcceptedExternalID string // the accepted answer, if it is in the hub already; otherwise ReplyRecord.Accepted says so later
	Hash               string // of the whole record: equal means there is nothing to write
}

// ReplyRecord is one reply as a source outside the hub describes it.
type ReplyRecord struct {
	ExternalID       string // required, unique for ever
	ThreadExternalID string
	ParentExternalID string // the reply this one answers; "" for the thread itself. May come later in the same call
	Body             string // Markdown
	AuthorExternalID string
	CreatedAt        time.Time
	EditedAt         *time.Time
	Votes            int  // votes nobody's name is known for
	Accepted         bool // this reply settled the question
	Hash             string
}

// Skipped is a record that could not be taken, and why, as a sentence for the fidelity report.
type Skipped struct {
	ExternalID, Reason string
}

// Outcome is what an import did. IDs has every record of the call that is in the hub afterwards, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	Skipped                     []Skipped
	IDs                         map[string]int64 // external id → id in the hub
}
