// Package threads is the hub's one conversation engine. Whatever people talk about is a Thread: an opening, of some Kind,
// with Replies under it. Questions and discussions are opened here; the other kinds belong to rooms that add their own
// small table keyed by the thread and share everything else: replies, votes, watches, revisions, drafts, the feed, the
// search document and the audience rule.
//
// The audience rule: a thread has one audience, a viewer has a set of them, and a thread is readable when its audience is in
// the set. The rule sits in every statement that touches a thread on behalf of a viewer, reads and writes alike, so there is
// no way around it; what a viewer may not read is NotFound, never Forbidden.
//
// Every write is one transaction with its event. Counters (reply_count, vote_count, active_at) change in the transaction
// that makes them true, so they never need a repair after a crash.
package threads

import (
	"context"
	"strconv"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// Kind is what sort of thread something is.
type Kind string

// The kinds. Question and Discussion are opened by Service.Open; posts, signals and decisions by the rooms they belong to.
const (
	Question   Kind = "question"
	Discussion Kind = "discussion"
	Post       Kind = "post"
	Signal     Kind = "signal"
	Decision   Kind = "decision"
)

// Limits on what people write, in runes.
const (
	MaxTitle  = 150
	MaxBody   = 20_000
	MaxTopics = 5 // topics of one thread
)

// PageSize is how many replies a page of a thread shows.
const PageSize = 50

// Author is the person behind a thread or reply, as much of them as a byline shows.
type Author struct {
	ID     int64
	Handle string
	Name   string
	Photo  string // key in app/files, "" for none
	Unit   string // name, "" when in none
}

// Path returns the address of the author's profile.
func (a Author) Path() string { return "/people/" + a.Handle }

// Topic is a subject of a thread.
type Topic struct {
	ID   int64
	Slug string
	Name string
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// Thread is an opening and what is known about the replies under it. Once Deleted is set, Title and the bodies are empty: a
// stub stands in the place of what was removed, and other people's replies stay.
type Thread struct {
	ID         int64
	Kind       Kind
	Title      string
	Body       string // Markdown; filled by Find, not in lists
	HTML       string // Body as app/markup rendered it, safe to show; filled by Find, not in lists
	Excerpt    string // plain text, for lists
	Author     Author
	Audience   string
	Topics     []Topic
	CreatedAt  time.Time
	ActiveAt   time.Time // the opening or the last reply
	EditedAt   time.Time // zero when never edited
	ClosedAt   time.Time // zero when open
	Deleted    bool
	Revision   int
	Replies    int       // without deleted ones
	Votes      int       // people who found it useful
	Accepted   int64     // id of the accepted answer, 0 for none
	AnsweredAt time.Time // when the accepted answer was written, zero for none; filled by Find

	// What the viewer has done and may do.
	Voted, Watched                 bool
	CanVote, CanReply, CanEdit     bool
	CanDelete, CanClose, CanAccept bool
}

// Path returns the thread's address.
func (t Thread) Path() string { return threadPath(t.ID) }

// Closed reports whether the thread takes no more replies.
func (t Thread) Closed() bool { return !t.ClosedAt.IsZero() }

// Reply is an entry under a thread. Once Deleted is set, the bodies are empty and a stub stands in its place.
type Reply struct {
	ID        int64
	Thread    int64
	Parent    int64  // the reply this one answers, 0 for the thread itself
	ParentBy  string // name of the parent's author
	Body      string // Markdown; filled by FindReply, not in pages
	HTML      string // Body as app/markup rendered it, safe to show
	Author    Author
	CreatedAt time.Time
	EditedAt  time.Time // zero when never edited
	Deleted   bool
	Revision  int
	Votes     int
	Accepted  bool

	// What the viewer has done and may do.
	Voted                       bool
	CanVote, CanEdit, CanDelete bool
	CanAccept                   bool
}

// Path returns the reply's permalink, which leads to the page of the thread that holds it.
func (r Reply) Path() string { return replyPath(r.ID) }

// TopicSource looks topics up. The topics slice fills it.
type TopicSource interface {
	// Resolve finds the topic each name means, by name, slug or synonym. It returns every topic once, and the names that
	// mean none.
	Resolve(ctx context.Context, names []string) (known []Topic, unknown []string, err error)
	// Suggest names up to limit topics that text is about, or that are spelt nearly like it.
	Suggest(ctx context.Context, text string, limit int) ([]Topic, error)
}

// Related is a thread like another one, as the margin of a page shows it.
type Related struct {
	ID        int64
	Kind      Kind
	Title     string
	Author    string // name
	Answered  bool   // has an accepted answer
	Replies   int
	CreatedAt time.Time
}

// Path returns the related thread's address.
func (r Related) Path() string { return threadPath(r.ID) }

// RelatedSource finds threads like another one, all readable by v. The find slice fills it.
type RelatedSource interface {
	Related(ctx context.Context, v auth.Viewer, thread int64, limit int) ([]Related, error)
}

// Service holds the use cases of conversations.
type Service struct {
	db     *db.DB
	topics TopicSource
	now    func() time.Time
}

// New returns the conversations kept in d, about the topics in source. now is the clock, time.Now outside tests.
func New(d *db.DB, source TopicSource, now func() time.Time) *Service {
	return &Service{db: d, topics: source, now: now}
}

func threadPath(id int64) string { return "/threads/" + strconv.FormatInt(id, 10) }

func replyPath(id int64) string { return "/replies/" + strconv.FormatInt(id, 10) }
