package blogs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Limits in characters.
const (
	maxName        = 80
	maxDescription = 300
	maxSlug        = 60
)

// reserved are addresses under /blog that are pages of their own, and those under a blog that posts may not have.
var (
	reservedBlogs = []string{"new", "write", "drafts", "preview", "readers"}
	reservedPosts = []string{"write", "settings", "series", "readers", "authors", "launch", "start", "delete"}
)

// network is what a network allows the blog that belongs to it.
type network struct {
	access, audience string
}

// audiences lists who something of owner may be for, the widest first. A closed or private network keeps to its members.
func audiences(v auth.Viewer, owner Owner, n network) []string {
	if owner.Kind != OwnerNetwork {
		list := []string{auth.AudiencePublic, auth.AudienceHub}
		if v.Organisation != 0 {
			list = append(list, auth.OrgAudience(v.Organisation))
		}
		return list
	}
	own := auth.NetworkAudience(owner.ID)
	switch {
	case n.access == "open" && n.audience == auth.AudiencePublic:
		return []string{auth.AudiencePublic, auth.AudienceHub, own}
	case n.access == "open" && n.audience == auth.AudienceHub:
		return []string{auth.AudienceHub, own}
	}
	return []string{own}
}

// Audiences lists who a post of the blog by v may be for, the widest first: the blog's own audience and narrower ones.
func (b Blog) Audiences(v auth.Viewer) []string {
	list := audiences(v, b.Owner, b.network)
	i := slices.Index(list, b.Audience)
	switch {
	case i >= 0:
		list = list[i:]
	case b.Owner.Kind != OwnerNetwork:
		return nil // for an organisation that v is not of
	}
	return slices.DeleteFunc(list, func(a string) bool { return !v.CanRead(a) })
}

// Choices lists who the blog itself may be for, the widest first.
func (b Blog) Choices(v auth.Viewer) []string {
	list := audiences(v, b.Owner, b.network)
	if !slices.Contains(list, b.Audience) {
		list = append(list, b.Audience)
	}
	return list
}

// Offer is a blog that somebody may set up, or has already.
type Offer struct {
	Owner    Owner
	Slug     string   // of the blog that is there already, "" for none
	Suggest  string   // an address for it
	Audience []string // who it may be for, the widest first
}

// Offers lists whose blogs v may set up: their own, their unit's, those of the networks they look after.
func (s *Service) Offers(ctx context.Context, v auth.Viewer) ([]Offer, error) {
	if !v.SignedIn() {
		return nil, signIn
	}
	list, err := selectOffers(ctx, s.db, v)
	if err != nil {
		return nil, fmt.Errorf("blogs to set up: %w", err)
	}
	return list, nil
}

// NewBlog is a blog as somebody sets it up.
type NewBlog struct {
	OwnerKind   string
	OwnerID     int64
	Name        string
	Slug        string // "" makes one of the owner's name
	Description string
	Audience    string
	LaunchAt    time.Time // zero: it is there at once
}

// Create sets a blog up and returns it. Whoever sets up the blog of their unit looks after it from then on.
func (s *Service) Create(ctx context.Context, v auth.Viewer, in NewBlog) (Blog, error) {
	if !v.SignedIn() {
		return Blog{}, signIn
	}
	var b Blog
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		offers, err := selectOffers(ctx, tx, v)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(offers, func(o Offer) bool { return o.Owner.Kind == in.OwnerKind && o.Owner.ID == in.OwnerID })
		if i < 0 {
			return errs.InvalidFields(errs.Field{Name: "owner", Text: "Choose whose blog this is."})
		}
		offer := offers[i]
		if offer.Slug != "" {
			return errs.InvalidFields(errs.Field{Name: "owner", Text: offer.Owner.Name + " has a blog already."})
		}
		if in.Slug = strings.TrimSpace(in.Slug); in.Slug == "" {
			in.Slug = offer.Suggest
		}
		b = Blog{Name: in.Name, Slug: in.Slug, Description: in.Description, Owner: offer.Owner, Audience: in.Audience, LaunchAt: in.LaunchAt}
		if err := b.check(offer.Audience, tx.Now()); err != nil {
			return err
		}
		id, err := insertBlog(ctx, tx, b)
		if err != nil {
			return takenSlug(err)
		}
		if b.Owner.Kind == OwnerUnit {
			if err := insertAuthor(ctx, tx, id, v.Person); err != nil {
				return err
			}
		}
		if b, err = selectBlogByID(ctx, tx, v, tx.Now(), id); err != nil {
			return err
		}
		return appendBlog(ctx, tx, v.Person, "blog.created", b)
	})
	if err != nil {
		return Blog{}, fmt.Errorf("create blog: %w", err)
	}
	return b, nil
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// check tidies what b says of itself and holds it to the rules; allowed are the audiences it may have.
func (b *Blog) check(allowed []string, now time.Time) error {
	b.Name, b.Description = oneLine(b.Name), oneLine(b.Description)
	var wrong []errs.Field
	add := func(name, format string, args ...any) {
		wrong = append(wrong, errs.Field{Name: name, Text: fmt.Sprintf(format, args...)})
	}
	switch n := utf8.RuneCountInString(b.Name); {
	case n == 0:
		add("name", "Give the blog a name.")
	case n > maxName:
		add("name", "Shorten the name to %d characters; it has %d.", maxName, n)
	}
	if n := utf8.RuneCountInString(b.Description); n > maxDescription {
		add("description", "Shorten the description to %d characters; it has %d.", maxDescription, n)
	}
	switch {
	case !slugPattern.MatchString(b.Slug) || len(b.Slug) > maxSlug:
		add("slug", "Write the address in small letters and digits with hyphens between, such as “%s”.", markup.Slug(b.Slug+" "+b.Name))
	case slices.Contains(reservedBlogs, b.Slug):
		add("slug", "This address is one of the hub's own pages. Choose another.")
	}
	if !slices.Contains(allowed, b.Audience) {
		add("audience", "Choose who may read it.")
	}
	if !b.LaunchAt.IsZero() && !b.LaunchAt.After(now) {
		add("launch", "Choose a date and time that is still to come.")
	}
	return errs.InvalidFields(wrong...)
}

// takenSlug says what it means that a blog is there already.
func takenSlug(err error) error {
	if db.IsUnique(err) {
		return errs.InvalidFields(errs.Field{Name: "slug", Text: "Another blog has this address. Choose another."})
	}
	return err
}

// Settings is what can be changed about a blog.
type Settings struct {
	Name        string
	Slug        string // can change until something is published; "" leaves it
	Description string
	Audience    string
	Narrow      bool // posts and drafts for more people than Audience has become narrower, too
}

// Edit changes what a blog says of itself and who it is for. No post is ever for more people than its blog: narrowing a blog with
// such posts takes in.Narrow, and narrows them in the same transaction. Opening the blog up again changes no post.
func (s *Service) Edit(ctx context.Context, v auth.Viewer, slug string, in Settings) (Blog, error) {
	var edited Blog
	err := s.manage(ctx, v, slug, func(tx *db.Tx, b Blog) error {
		before := b.Audience
		b.Name, b.Description, b.Audience, b.LaunchAt = in.Name, in.Description, in.Audience, time.Time{}
		if in.Slug != "" {
			b.Slug = strings.TrimSpace(in.Slug)
		}
		if err := b.check(b.Choices(v), tx.Now()); err != nil {
			return err
		}
		if b.Slug != slug {
			if err := checkUnpublished(ctx, tx, b); err != nil {
				return err
			}
		}
		if b.Audience != before {
			if err := s.narrow(ctx, tx, v, b, in.Narrow); err != nil {
				return err
			}
		}
		if err := updateBlog(ctx, tx, b); err != nil {
			return takenSlug(err)
		}
		edited = b
		return appendBlog(ctx, tx, v.Person, "blog.edited", b)
	})
	if err != nil {
		return Blog{}, fmt.Errorf("edit blog %q: %w", slug, err)
	}
	return edited, nil
}

// checkUnpublished refuses a new address once something is published.
func checkUnpublished(ctx context.Context, tx *db.Tx, b Blog) error {
	counts, err := selectAudiences(ctx, tx, b.ID)
	if err == nil && len(counts) > 0 {
		err = errs.InvalidFields(errs.Field{Name: "slug", Text: "The address stays once something is published: others may have linked to it."})
	}
	return err
}

// narrow holds what is in b to its new audience, as far as whoever asks has confirmed that.
func (s *Service) narrow(ctx context.Context, tx *db.Tx, v auth.Viewer, b Blog, confirmed bool) error {
	if err := threads.LockPosts(ctx, tx, b.ID); err != nil {
		return err
	}
	counts, err := selectAudiences(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	for audience := range counts {
		// Who reads such a post is not among those who would read the blog. To give it to these would show it to new people.
		if !nested(audience, b.Audience) {
			return errs.InvalidFields(errs.Field{Name: "audience", Text: "Some posts are for people who could not read the blog any more. Change who may read them first."})
		}
	}
	if n := countWider(counts, b.Audience); n > 0 && !confirmed {
		return errs.InvalidFields(errs.Field{Name: "narrow", Text: "Confirm that fewer people may read what is published already."})
	}
	if _, err := s.threads.NarrowPosts(ctx, tx, v, b.ID, b.Audience); err != nil {
		return err
	}
	return narrowDrafts(ctx, tx, b)
}

// nested reports whether one of two audiences holds everybody in the other.
func nested(a, b string) bool {
	return a == b || slices.Contains(threads.Wider(a), b) || slices.Contains(threads.Wider(b), a)
}

func countWider(counts map[string]int, audience string) (n int) {
	for _, wider := range threads.Wider(audience) {
		n += counts[wider]
	}
	return n
}

// SetLaunch makes a blog that has published nothing yet be prepared until at, or moves its day. What was to be published
// with the launch moves with it.
func (s *Service) SetLaunch(ctx context.Context, v auth.Viewer, slug string, at time.Time) error {
	err := s.manage(ctx, v, slug, func(tx *db.Tx, b Blog) error {
		counts, err := selectAudiences(ctx, tx, b.ID)
		switch {
		case err != nil:
			return err
		case len(counts) > 0:
			return errs.Conflictf("This blog has published something already, so it cannot be launched again.")
		case !at.After(tx.Now()):
			return errs.InvalidFields(errs.Field{Name: "launch", Text: "Choose a date and time that is still to come."})
		}
		if err := updateLaunch(ctx, tx, b, at); err != nil {
			return err
		}
		return appendBlog(ctx, tx, v.Person, "blog.edited", b)
	})
	if err != nil {
		return fmt.Errorf("set the launch of blog %q: %w", slug, err)
	}
	return nil
}

// Launch opens a prepared blog now and publishes what waits for that. Launching an open blog changes nothing.
func (s *Service) Launch(ctx context.Context, v auth.Viewer, slug string) error {
	err := s.manage(ctx, v, slug, func(tx *db.Tx, b Blog) error {
		if !b.Prepared {
			return nil
		}
		if err := updateLaunch(ctx, tx, b, tx.Now()); err != nil {
			return err
		}
		return s.launch(ctx, tx, v.Person, b.ID)
	})
	if err != nil {
		return fmt.Errorf("launch blog %q: %w", slug, err)
	}
	return s.PublishDue(ctx)
}

// Published counts the posts of a blog, and those of them that would become narrower if it were for audience, for those who
// manage it.
func (s *Service) Published(ctx context.Context, b Blog, audience string) (all, wider int, err error) {
	counts, err := selectAudiences(ctx, s.db, b.ID)
	if err != nil {
		return 0, 0, fmt.Errorf("posts of blog %d: %w", b.ID, err)
	}
	for _, n := range counts {
		all += n
	}
	return all, countWider(counts, audience), nil
}

// launch ends the preparation of a blog. Of several servers that see its day has come, one gets the row.
func (s *Service) launch(ctx context.Context, tx *db.Tx, actor, blog int64) error {
	b, err := endPreparation(ctx, tx, blog)
	if errs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return appendBlog(ctx, tx, actor, "blog.launched", b)
}

// Delete takes an empty blog away, with its drafts.
func (s *Service) Delete(ctx context.Context, v auth.Viewer, slug string) error {
	err := s.manage(ctx, v, slug, func(tx *db.Tx, b Blog) error {
		if !b.CanKeep {
			return notYour
		}
		counts, err := selectAudiences(ctx, tx, b.ID)
		switch {
		case err != nil:
			return err
		case len(counts) > 0:
			return errs.Conflictf("This blog has posts. Delete them first, one by one.")
		}
		if err := deleteBlog(ctx, tx, b.ID); err != nil {
			if db.IsForeignKey(err) {
				return errs.Conflictf("Somebody has just published here. Look at the blog again.").Because(err)
			}
			return err
		}
		b.Prepared = true // nobody else needs to hear of it
		return appendBlog(ctx, tx, v.Person, "blog.deleted", b)
	})
	if err != nil {
		return fmt.Errorf("delete blog %q: %w", slug, err)
	}
	return nil
}

// Authors lists who may write in a blog besides those its owner stands for, for those who look after it.
func (s *Service) Authors(ctx context.Context, v auth.Viewer, b Blog) ([]threads.Author, error) {
	if !b.CanManage && !b.CanWrite {
		return nil, notYour
	}
	list, err := selectAuthors(ctx, s.db, b.ID)
	if err != nil {
		return nil, fmt.Errorf("authors of blog %d: %w", b.ID, err)
	}
	return list, nil
}

// maxAuthors bounds who may be named as author of one blog.
const maxAuthors = 100

// AddAuthor lets somebody else write in a blog.
func (s *Service) AddAuthor(ctx context.Context, v auth.Viewer, slug, handle string) (threads.Author, error) {
	var p threads.Author
	err := s.manage(ctx, v, slug, func(tx *db.Tx, b Blog) error {
		if b.Owner.Kind == OwnerNetwork {
			return errs.InvalidFields(errs.Field{Name: "handle", Text: "All members of the network write in its blog. Invite them to the network instead."})
		}
		found, err := selectPeople(ctx, tx, handlesOf(handle))
		switch {
		case err != nil:
			return err
		case len(found) != 1:
			return errs.InvalidFields(errs.Field{Name: "handle", Text: "There is nobody with this name in their address. It stands at the end of the address of their profile, such as sian-rees."})
		}
		p = found[0]
		authors, err := selectAuthors(ctx, tx, b.ID)
		switch {
		case err != nil:
			return err
		case len(authors) >= maxAuthors:
			return errs.Conflictf("This blog has %d authors, which is as many as there can be.", maxAuthors)
		}
		if err := insertAuthor(ctx, tx, b.ID, p.ID); err != nil {
			return err
		}
		return appendBlog(ctx, tx, v.Person, "blog.edited", b)
	})
	if err != nil {
		return threads.Author{}, fmt.Errorf("add an author to blog %q: %w", slug, err)
	}
	return p, nil
}

// RemoveAuthor takes somebody's right to write in a blog away. What they wrote stays.
func (s *Service) RemoveAuthor(ctx context.Context, v auth.Viewer, slug string, person int64) error {
	err := s.manage(ctx, v, slug, func(tx *db.Tx, b Blog) error {
		removed, err := deleteAuthor(ctx, tx, b.ID, person)
		if err != nil || !removed {
			return err
		}
		return appendBlog(ctx, tx, v.Person, "blog.edited", b)
	})
	if err != nil {
		return fmt.Errorf("remove an author of blog %q: %w", slug, err)
	}
	return nil
}

// manage runs fn in a transaction on a blog whose settings v may change.
func (s *Service) manage(ctx context.Context, v auth.Viewer, slug string, fn func(tx *db.Tx, b Blog) error) error {
	if !v.SignedIn() {
		return signIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		b, err := selectBlog(ctx, tx, v, tx.Now(), slug)
		switch {
		case err != nil:
			return err
		case !b.CanManage:
			return notYour
		}
		return fn(tx, b)
	})
}

// appendBlog records that actor did something to b. Only those who write in a prepared blog may know of it.
func appendBlog(ctx context.Context, tx *db.Tx, actor int64, verb string, b Blog) error {
	ev := event.Event{Actor: actor, Verb: verb, Object: event.Ref{Kind: "blog", ID: b.ID}, Audience: b.Audience}
	if b.Prepared {
		ev.Audience = ""
	}
	return event.Append(ctx, tx, ev)
}

// handlesOf reads handles as people type them: with or without @, with commas or spaces between.
func handlesOf(typed string) []string {
	var list []string
	for _, h := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == ';' }) {
		h = strings.ToLower(strings.TrimPrefix(h, "@"))
		if h != "" && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

// oneLine tidies what came out of a form: one line, single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// isProblem reports whether err is about what somebody wrote or may do, and not about the hub.
func isProblem(err error) (*errs.Error, bool) {
	e := errs.As(err)
	return e, e != nil && e.Kind != errs.Unavailable && e.Kind != errs.Internal && !errors.Is(err, context.Canceled)
}
