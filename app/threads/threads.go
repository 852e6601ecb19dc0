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
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
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
	Lang   string // language of what they write, BCP 47; "" for that of the hub
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

// Place is a network as the threads in it name it. The zero Place is the hub at large.
type Place struct {
	ID   int64
	Slug string
	Name string
}

// Path returns the address of the network's page.
func (p Place) Path() string { return "/networks/" + p.Slug }

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
	Network    Place  // where it lives, zero when in no network
	Post       string // of a blog post "BLOG/SLUG", its address below /blog; "" otherwise
	Pinned     bool   // shown first where it lives
	MovedTo    int64  // the thread it was merged into, 0 for none; it is then deleted as well
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

	// Whether it is still right: see fresh.go. All but Superseded is filled by Find.
	Superseded bool      // another thread has taken its place
	Successor  Other     // that thread, zero where the viewer may not read it
	Replaces   []Other   // threads whose place it has taken, as far as the viewer may read them
	Reference  bool      // a guide: what it says is meant to last
	Owner      Keeper    // who looks after it; zero is its author
	Deputy     Keeper    // who stands in, zero for nobody
	CheckAt    time.Time // when somebody is to look at it again, zero for no such day
	CheckEvery int       // months from one check to the next, 0 where CheckAt is zero
	CheckedAt  time.Time // when somebody last said that it is still right, zero for never
	CheckedBy  Author    // who that was: ID, Handle and Name

	// What the viewer has done and may do.
	Voted, Watched                 bool
	CanVote, CanReply, CanEdit     bool
	CanDelete, CanClose, CanAccept bool
	CanModerate                    bool // move, merge, split and pin it
	CanFreshen                     bool // say that it is still right, what has taken its place, and who looks after it

	coauthor bool // the viewer wrote the post together with its author
	blog     bool // the viewer looks after the blog of the post for its unit
	replaces bool // there are threads whose place it has taken
}

// Path returns the thread's address.
func (t Thread) Path() string { return home(t.ID, t.Post) }

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
	Post      string // of a blog post "BLOG/SLUG", as in Thread
}

// Path returns the related thread's address.
func (r Related) Path() string { return home(r.ID, r.Post) }

// RelatedSource finds threads like another one or like a text, all readable by v, best first. The find slice fills it.
type RelatedSource interface {
	Related(ctx context.Context, v auth.Viewer, t Thread, limit int) ([]Related, error)
	Alike(ctx context.Context, v auth.Viewer, text string, limit int) ([]Related, error)
}

// Knower is somebody who may know, and why the hub thinks so.
type Knower struct {
	Author
	Evidence string // "4 accepted answers on Connectivity"
}

// PeopleSource names people who may know, other than v, by what they wrote that v may read. The find slice fills it.
type PeopleSource interface {
	// Knowing names people who may know what t asks, other than the one who asks.
	Knowing(ctx context.Context, v auth.Viewer, t Thread, limit int) ([]Knower, error)
	// MayKnow names people who may know about what is being written.
	MayKnow(ctx context.Context, v auth.Viewer, text string, limit int) ([]Knower, error)
}

// Service holds the use cases of conversations.
type Service struct {
	db     *db.DB
	topics TopicSource
	now    func() time.Time
	rooms  map[Kind]Room
	weeks  perMinute[Week]
	lively perMinute[[]Topic] // what is written about most
	few    perMinute[bool]    // by person: whether few threads are near them
}

// New returns the conversations kept in d, about the topics in source. now is the clock, time.Now outside tests.
func New(d *db.DB, source TopicSource, now func() time.Time) *Service {
	return &Service{db: d, topics: source, now: now}
}

// home is the address of a thread: that of a post is in its blog.
func home(id int64, post string) string {
	if post != "" {
		return "/blog/" + post
	}
	return threadPath(id)
}

func threadPath(id int64) string { return "/threads/" + strconv.FormatInt(id, 10) }

func replyPath(id int64) string { return "/replies/" + strconv.FormatInt(id, 10) }

// What people are told.
var (
	noThread  = errs.NotFoundf("There is no such thread here.")
	noReply   = errs.NotFoundf("There is no such reply here.")
	signIn    = errs.Unauthenticatedf("Sign in to take part.")
	notYours  = errs.Forbiddenf("Only the person who wrote this, or a moderator, can do that.")
	notAsker  = errs.Forbiddenf("Only the person who asked, or a moderator, can accept an answer.")
	wasClosed = errs.Conflictf("This conversation is closed, so nobody can reply any more. Your text is kept in your drafts.")
	amended   = errs.Conflictf("A decision is amended with the reason for it, from its own page.")
	overtaken = errs.Conflictf("Somebody changed this while you were editing. Your text is kept below, beside what it says now.")
)

// The kinds of things votes, revisions, watches and events are about.
const (
	kindThread = "thread"
	kindReply  = "reply"
)

// may reports whether v may change what author wrote.
func may(v auth.Viewer, author int64) bool {
	return v.SignedIn() && (v.Person == author || v.Moderates())
}

// keeps reports whether v keeps order where a thread lives: a moderator everywhere, a steward in their network. Stewards
// close, delete, pin, move, merge and split, but do not put words into anybody's mouth.
func keeps(v auth.Viewer, network int64) bool { return v.Moderates() || v.Stewards(network) }

// NewThread is an opening as somebody wrote it.
type NewThread struct {
	Kind     Kind
	Title    string
	Body     string   // Markdown; may be empty
	Topics   []string // names, as typed
	Audience string   // within what its network allows
	Network  int64    // that v is a member of, 0 for none
}

// Open starts a conversation and returns its id. The author follows it from the start. Mistakes come back together, one
// field each.
func (s *Service) Open(ctx context.Context, v auth.Viewer, in NewThread) (int64, error) {
	if !v.SignedIn() {
		return 0, signIn
	}
	in.Title = oneLine(in.Title)
	problems := append(checkTitle(in.Title), checkBody(in.Body, false)...)
	if in.Kind != Question && in.Kind != Discussion {
		problems = append(problems, errs.Field{Name: "kind", Text: "Choose whether this is a question or a discussion."})
	}
	place, err := s.place(ctx, v, in.Network)
	if err != nil {
		return 0, err
	}
	problems = append(problems, place.check(v, in.Audience)...)
	topics, wrong, err := s.resolve(ctx, in.Topics)
	if err != nil {
		return 0, err
	}
	if err := errs.InvalidFields(append(problems, wrong...)...); err != nil {
		return 0, err
	}
	doc, err := s.render(ctx, in.Body, opening)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := settle(ctx, tx, v, in.Network, in.Audience); err != nil {
			return err
		}
		if id, err = insertThread(ctx, tx, v.Person, tx.Now(), in, doc); err != nil {
			return err
		}
		if err := insertTopics(ctx, tx, id, topics); err != nil {
			return err
		}
		if _, err := insertWatch(ctx, tx, v.Person, kindThread, id); err != nil {
			return err
		}
		if err := deleteDraftAt(ctx, tx, v.Person, PlaceNew); err != nil {
			return err
		}
		return s.append(ctx, tx, v, "thread.created", entry{kind: kindThread, id: id, thread: id, audience: in.Audience})
	})
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", in.Kind, err)
	}
	return id, nil
}

// Find returns a thread with its body, its topics and what v may do with it.
func (s *Service) Find(ctx context.Context, v auth.Viewer, id int64) (Thread, error) {
	t, err := selectThread(ctx, s.db, v, id)
	if err != nil {
		return Thread{}, fmt.Errorf("find thread %d: %w", id, err)
	}
	t.rights(v)
	if t.replaces && !t.Deleted {
		if t.Replaces, err = selectReplaced(ctx, s.db, v, id); err != nil {
			return Thread{}, fmt.Errorf("find what thread %d replaces: %w", id, err)
		}
	}
	return t, nil
}

// rights fills in what v may do.
func (t *Thread) rights(v auth.Viewer) {
	if !v.SignedIn() || t.Deleted {
		return
	}
	mine, keeps := may(v, t.Author.ID), keeps(v, t.Network.ID)
	t.CanVote = v.Person != t.Author.ID
	t.CanReply = !t.Closed()
	t.CanEdit = mine || t.coauthor
	t.CanDelete, t.CanClose, t.CanModerate = mine || keeps, mine || keeps, keeps
	t.CanAccept = (mine || keeps) && t.Kind == Question
	t.CanFreshen = mine || keeps || t.coauthor || t.blog || v.Person != 0 && (v.Person == t.Owner.ID || v.Person == t.Deputy.ID)
}

// Close ends a conversation: what was said stays, nobody can reply any more. Closing a closed thread changes nothing.
func (s *Service) Close(ctx context.Context, v auth.Viewer, id int64) error {
	return s.setClosed(ctx, v, id, true)
}

// Reopen lets people reply to a closed thread again. Reopening an open thread changes nothing.
func (s *Service) Reopen(ctx context.Context, v auth.Viewer, id int64) error {
	return s.setClosed(ctx, v, id, false)
}

func (s *Service) setClosed(ctx context.Context, v auth.Viewer, id int64, closed bool) error {
	verb := "thread.reopened"
	if closed {
		verb = "thread.closed"
	}
	err := s.change(ctx, v, kindThread, id, func(tx *db.Tx, e entry) error {
		if !may(v, e.author) && !keeps(v, e.network) {
			return notYours
		}
		changed, err := updateClosed(ctx, tx, id, closed)
		if err != nil || !changed {
			return err
		}
		return s.append(ctx, tx, v, verb, e)
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// DeleteThread takes the opening away. A stub stands in its place, and what others replied stays.
func (s *Service) DeleteThread(ctx context.Context, v auth.Viewer, id int64) error {
	err := s.change(ctx, v, kindThread, id, func(tx *db.Tx, e entry) error {
		if !may(v, e.author) && !keeps(v, e.network) {
			return notYours
		}
		deleted, err := markDeleted(ctx, tx, kindThread, id)
		if err != nil || !deleted {
			return err
		}
		if err := s.release(ctx, tx, v, id); err != nil {
			return err
		}
		return s.append(ctx, tx, v, "thread.deleted", e)
	})
	if err != nil {
		return fmt.Errorf("delete thread %d: %w", id, err)
	}
	return nil
}

// change runs fn in a transaction on a thread or reply that v can see and that is still there.
func (s *Service) change(ctx context.Context, v auth.Viewer, kind string, id int64, fn func(tx *db.Tx, e entry) error) error {
	if !v.SignedIn() {
		return signIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		e, err := selectEntry(ctx, tx, v, kind, id)
		switch {
		case err != nil:
			return err
		case e.deleted && kind == kindThread:
			return noThread
		case e.deleted:
			return noReply
		}
		return fn(tx, e)
	})
}

// append records that v did something to e. A reply's event is aimed at its thread.
func (s *Service) append(ctx context.Context, tx *db.Tx, v auth.Viewer, verb string, e entry) error {
	ev := event.Event{Actor: v.Person, Verb: verb, Object: event.Ref{Kind: e.kind, ID: e.id}, Audience: e.audience}
	if e.kind == kindReply {
		ev.Target = event.Ref{Kind: kindThread, ID: e.thread}
	}
	return event.Append(ctx, tx, ev)
}

// resolve finds the topics people typed, and a field error that helps for what is no topic.
func (s *Service) resolve(ctx context.Context, names []string) ([]Topic, []errs.Field, error) {
	if len(names) == 0 {
		return nil, nil, nil
	}
	if len(names) > 4*MaxTopics { // never worth a search for each
		return nil, []errs.Field{tooManyTopics}, nil
	}
	known, unknown, err := s.topics.Resolve(ctx, names)
	if err != nil {
		return nil, nil, fmt.Errorf("resolve topics: %w", err)
	}
	if len(known) > MaxTopics {
		return nil, []errs.Field{tooManyTopics}, nil
	}
	var texts []string
	for _, name := range unknown {
		text, err := s.near(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, text)
	}
	if len(texts) > 0 {
		return nil, []errs.Field{{Name: "topics", Text: strings.Join(texts, " ")}}, nil
	}
	return known, nil, nil
}

var tooManyTopics = errs.Field{Name: "topics", Text: fmt.Sprintf("Choose at most %d topics.", MaxTopics)}

func checkTitle(title string) []errs.Field {
	switch n := utf8.RuneCountInString(title); {
	case n == 0:
		return []errs.Field{{Name: "title", Text: "Write a title: one sentence that says what this is about."}}
	case n > MaxTitle:
		return []errs.Field{{Name: "title", Text: fmt.Sprintf("Shorten the title to %d characters; it has %d.", MaxTitle, n)}}
	}
	return nil
}

func checkBody(body string, required bool) []errs.Field {
	switch n := utf8.RuneCountInString(body); {
	case n > MaxBody:
		return []errs.Field{{Name: "body", Text: fmt.Sprintf("Shorten the text to 20,000 characters; it has %d.", n)}}
	case required && strings.TrimSpace(body) == "":
		return []errs.Field{{Name: "body", Text: "Write something first."}}
	}
	return nil
}

// oneLine makes a title of what came out of a form or file: one line, single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
