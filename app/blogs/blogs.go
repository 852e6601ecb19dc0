// Package blogs keeps what people publish: every person, unit and network may have one Blog, with an address, posts and a
// feed.
//
// A published post is a thread of kind post plus a row of its own (posts): its words, replies, votes, audience and history
// are those of the thread, so that a post is searched, followed and guarded like everything else people say. Before that it
// is a Draft, which is no thread at all: no list, index or feed can let it slip out.
//
// A blog has an audience, the widest its posts may have. It can also be prepared quietly: until LaunchAt only those who
// write in it see it, and nothing is published in it before; so a thread of kind post exists only once its blog is launched,
// and whoever shows posts needs no rule beside the audience.
//
// Who may write: a person in their own blog, the people of a unit in the unit's, the members of a network in the network's,
// and in the first two the authors named in blog_authors. Who may change its settings: the person; the head of the unit and those of
// its people who are named authors; the stewards of the network; and moderators, as far as they can read it.
package blogs

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/threads"
	"watercooler/auth"
)

// The kinds of owners.
const (
	OwnerPerson  = "person"
	OwnerUnit    = "unit"
	OwnerNetwork = "network"
)

// Owner is whose blog it is.
type Owner struct {
	Kind  string // person, unit or network
	ID    int64
	Name  string
	Slug  string // handle of a person, slug of a network, "" for a unit
	Photo string // of a person: key in app/files
}

// Path returns the address of the owner's own page.
func (o Owner) Path() string {
	switch o.Kind {
	case OwnerPerson:
		return "/people/" + o.Slug
	case OwnerNetwork:
		return "/networks/" + o.Slug
	}
	return fmt.Sprintf("/units/%d", o.ID)
}

// Blog is the posts of a person, unit or network.
type Blog struct {
	ID          int64
	Slug        string
	Name        string
	Description string // plain text
	Owner       Owner
	Audience    string    // the widest its posts may have
	LaunchAt    time.Time // zero: it was never prepared
	CreatedAt   time.Time
	Prepared    bool    // its day has not come: only those who write in it see it
	network     network // whose blog it is, for a network's

	// What the viewer has done and may do.
	Followed  bool
	CanWrite  bool
	CanKeep   bool // look after it for its owner: see its drafts, launch it
	CanManage bool // change its settings: keepers and moderators
}

// Path returns the blog's address.
func (b Blog) Path() string { return "/blog/" + b.Slug }

// Network returns the network whose blog it is, 0 for others.
func (b Blog) Network() int64 {
	if b.Owner.Kind == OwnerNetwork {
		return b.Owner.ID
	}
	return 0
}

// Viewers tells who a person would be if they were looking now, for what the hub publishes on their behalf. NotFound for
// somebody who left or may not sign in any more. Package auth fills it.
type Viewers interface {
	ByPerson(ctx context.Context, person int64) (auth.Viewer, error)
}

// Options are what blogs need besides the rows.
type Options struct {
	Viewers  Viewers
	Timezone *time.Location // of months and schedules; nil is UTC
	Now      func() time.Time
}

// Service holds the use cases of blogs.
type Service struct {
	db      *db.DB
	threads *threads.Service
	files   *files.Store
	viewers Viewers
	zone    *time.Location
	now     func() time.Time
	turns   chan struct{} // bounds how many pictures are decoded at the same time
}

// decoders is how many pictures are decoded at the same time. Each takes up to 200 MB while it is.
const decoders = 2

// New returns the blogs kept in d, whose posts are threads of t and whose pictures are in store.
func New(d *db.DB, t *threads.Service, store *files.Store, o Options) *Service {
	if o.Timezone == nil {
		o.Timezone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{
		db: d, threads: t, files: store, viewers: o.Viewers, zone: o.Timezone, now: o.Now, turns: make(chan struct{}, decoders),
	}
}

// What people are told.
var (
	noBlog  = errs.NotFoundf("There is no such blog here.")
	noPost  = errs.NotFoundf("There is no such post here.")
	signIn  = errs.Unauthenticatedf("Sign in to write.")
	notYour = errs.Forbiddenf("Only those who look after this blog can do that.")
)

// Find returns the blog with this address, if v may know of it.
func (s *Service) Find(ctx context.Context, v auth.Viewer, slug string) (Blog, error) {
	b, err := selectBlog(ctx, s.db, v, s.now(), slug)
	if err != nil {
		return Blog{}, fmt.Errorf("find blog %q: %w", slug, err)
	}
	return b, nil
}

// ByOwner returns the blog of a person, unit or network, NotFound when there is none that v may know of.
func (s *Service) ByOwner(ctx context.Context, v auth.Viewer, kind string, id int64) (Blog, error) {
	b, err := selectBlogOf(ctx, s.db, v, s.now(), kind, id)
	if err != nil {
		return Blog{}, fmt.Errorf("blog of %s %d: %w", kind, id, err)
	}
	return b, nil
}
