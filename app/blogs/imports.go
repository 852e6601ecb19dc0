package blogs

import (
	"time"
)

// BlogRecord is one blog as a source outside the hub describes it.
type BlogRecord struct {
	ExternalID      string // required, unique for ever
	Slug            string // wished for; a number is added when another blog has it. "" makes one from the name
	Name            string
	Description     string
	OwnerKind       string // person, unit or network
	OwnerExternalID string
	OwnerID         int64      // instead of OwnerExternalID: the id of an owner who is in the hub already
	Audience        string     // "" is hub
	LaunchAt        *time.Time // until then only its authors see it
	Authors         []string   // external ids of people who may write in it besides those its owner stands for
	Series          []SeriesRecord
	CreatedAt       time.Time
	Hash            string // of the whole record: equal means there is nothing to write
}

// SeriesRecord is a series of a BlogRecord.
type SeriesRecord struct {
	ExternalID  string // "" when the source has none: its name then finds it again
	Slug        string // "" makes one from the name
	Name        string
	Description string
}

// PostRecord is what a post has beside its thread, which is brought in first with threads.ImportThreads as a thread of kind
// post: words, author, topics, audience and date are the thread's.
type PostRecord struct {
	ThreadExternalID string // required
	BlogExternalID   string
	Blog             int64  // instead of BlogExternalID: the id of a blog that is in the hub already
	Slug             string // wished for; a number is added when another post of the blog has it. "" makes one from the title
	Summary          string
	Cover            string // key in app/files
	CoverAlt         string
	Series           string    // name; a series the blog has not got yet is made
	Authors          []string  // external ids of those who wrote it with the author of the thread
	PublishedAt      time.Time // zero: when its thread was opened
}

// DraftRecord is a post that is not published, as a source outside the hub describes it.
type DraftRecord struct {
	ExternalID       string // required, unique for ever
	BlogExternalID   string
	Blog             int64 // instead of BlogExternalID: the id of a blog that is in the hub already
	AuthorExternalID string
	Author           int64    // instead of AuthorExternalID: the id of somebody who is in the hub already
	Authors          []string // external ids of the others who write it
	Title            string
	Slug             string
	Summary          string
	Body             string // Markdown
	Topics           []string
	Audience         string // "" is that of the blog
	Cover            string
	CoverAlt         string
	Series           string     // name
	PublishAt        *time.Time // scheduled; nil is a draft
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Hash             string
}
