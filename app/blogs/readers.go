package blogs

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/mail"
	"watercooler/auth"
)

// Mailboxes tells where somebody with an account gets letters: an address that was proved to be theirs, "" when there is
// none. Package auth fills it.
type Mailboxes interface {
	Mailbox(ctx context.Context, v auth.Viewer) (string, error)
}

// ReadersConfig is what following by e-mail needs besides the blogs.
type ReadersConfig struct {
	BaseURL   string
	Hub       func() string // name of the home organisation, "" before the first run
	Mail      mail.Sender   // nil: the hub sends no letters, and nobody can follow by e-mail
	Mailboxes Mailboxes
}

// Readers are those who get the posts of blogs by e-mail: people of the hub at the address of their account, and others at an
// address they confirmed. What the others may know is what is public.
type Readers struct {
	blogs *Service
	cfg   ReadersConfig
}

// NewReaders returns the readers of the blogs of s.
func NewReaders(s *Service, cfg ReadersConfig) *Readers { return &Readers{blogs: s, cfg: cfg} }

// Reader is one address that gets the posts of one blog.
type Reader struct {
	ID        int64
	Blog      Place
	Person    int64  // 0 for somebody without an account
	Email     string // as it was when they began
	Token     string // in the links that confirm and that end it
	Confirmed bool
	CreatedAt time.Time
}

// Path returns the address of the page on which somebody who has the token confirms or ends it.
func (r Reader) Path() string { return "/blog/readers/" + r.Token }

// Limits on what a stranger can make the hub do to somebody else's address.
const (
	maxEmail     = 254
	maxAsked     = 3                  // unconfirmed blogs of one address at a time: letters nobody asked for stop there
	askAgain     = time.Hour          // a second letter about the same blog not before
	unconfirmed  = 7 * 24 * time.Hour // an address that was not confirmed is forgotten then
	maxFollowing = 500                // blogs in somebody's list
)

var (
	errNoLetters = errs.NotFoundf("There is no such page.")
	errNoReader  = errs.NotFoundf("This link no longer works. There is nothing left to end, and no letters come.")
)

// Sends reports whether the hub sends letters at all.
func (r *Readers) Sends() bool { return r != nil && r.cfg.Mail != nil }

// Ask notes that a stranger would like to get the posts of a public blog at an address, and sends a letter there that asks
// whether that is so. What it answers does not depend on whether the hub knows the address.
func (r *Readers) Ask(ctx context.Context, slug, email string) error {
	if !r.Sends() {
		return errNoLetters
	}
	b, err := r.blogs.Find(ctx, auth.Public, slug)
	if err != nil {
		return err
	}
	address, err := checkEmail(email)
	if err != nil {
		return err
	}
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error {
		known, err := selectReader(ctx, tx, b.ID, address)
		switch {
		case errs.IsNotFound(err):
			return r.begin(ctx, tx, b.ID, address)
		case err != nil:
			return fmt.Errorf("look for a reader of blog %d: %w", b.ID, err)
		case known.Confirmed || tx.Now().Sub(known.CreatedAt) < askAgain:
			return nil
		}
		if err := touchReader(ctx, tx, known.ID); err != nil {
			return err
		}
		return appendAsked(ctx, tx, known.ID)
	})
}

// begin adds an address that has to be confirmed.
func (r *Readers) begin(ctx context.Context, tx *db.Tx, blog int64, address string) error {
	asked, err := countUnconfirmed(ctx, tx, address, maxAsked)
	if err != nil || asked >= maxAsked {
		return err
	}
	id, err := insertReader(ctx, tx, blog, 0, address, newToken(), false)
	if err != nil {
		return fmt.Errorf("add a reader of blog %d: %w", blog, err)
	}
	return appendAsked(ctx, tx, id)
}

// askedVerb and lettersVerb are what the letters are written because of, besides post.published.
const (
	askedVerb   = "blog.reader_asked"
	lettersVerb = "blog.letters_left"
)

// appendAsked lets the letter go out that asks for the confirmation. The log names the row and never the address.
func appendAsked(ctx context.Context, tx *db.Tx, reader int64) error {
	return event.Append(ctx, tx, event.Event{Verb: askedVerb, Object: event.Ref{Kind: "blog_reader", ID: reader}})
}

// checkEmail returns an address in the form it is kept in, or says what is wrong with it.
func checkEmail(typed string) (string, error) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	a, err := netmail.ParseAddress(typed)
	if err != nil || a.Address != typed || len(typed) > maxEmail || !strings.Contains(typed[strings.LastIndexByte(typed, '@'):], ".") {
		return "", errs.InvalidFields(errs.Field{Name: "email", Text: "Write an e-mail address, like name@example.org."})
	}
	return typed, nil
}

func newToken() string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// Join sends v the posts of a blog that v may read, to the address of v's account, which needs no confirming.
func (r *Readers) Join(ctx context.Context, v auth.Viewer, slug string) error {
	if !r.Sends() {
		return errNoLetters
	}
	if !v.SignedIn() {
		return errs.Unauthenticatedf("Sign in to follow by e-mail.")
	}
	b, err := r.blogs.Find(ctx, v, slug)
	if err != nil {
		return err
	}
	address, err := r.cfg.Mailboxes.Mailbox(ctx, v)
	if err != nil {
		return fmt.Errorf("address of person %d: %w", v.Person, err)
	}
	if address == "" {
		return errs.Conflictf("Your account has no confirmed e-mail address. Confirm it first, then letters can come there.")
	}
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error {
		if on, err := followsByMail(ctx, tx, b.ID, v.Person); err != nil || on {
			return err
		}
		if _, err := insertReader(ctx, tx, b.ID, v.Person, strings.ToLower(address), newToken(), true); err != nil {
			return fmt.Errorf("add reader %d of blog %d: %w", v.Person, b.ID, err)
		}
		return nil
	})
}

// Leave ends the letters of a blog to v. It is no mistake when there were none.
func (r *Readers) Leave(ctx context.Context, v auth.Viewer, slug string) error {
	if !v.SignedIn() {
		return errs.Unauthenticatedf("Sign in to change what you get by e-mail.")
	}
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error { return deleteReaderOf(ctx, tx, slug, v.Person) })
}

// Joined reports whether v gets the posts of a blog by e-mail.
func (r *Readers) Joined(ctx context.Context, v auth.Viewer, blog int64) (bool, error) {
	if !v.SignedIn() {
		return false, nil
	}
	on, err := followsByMail(ctx, r.blogs.db, blog, v.Person)
	if err != nil {
		return false, fmt.Errorf("does %d get the letters of blog %d: %w", v.Person, blog, err)
	}
	return on, nil
}

// Mine lists the blogs whose posts v gets by e-mail and may still read, by name.
func (r *Readers) Mine(ctx context.Context, v auth.Viewer) ([]Reader, error) {
	if !v.SignedIn() {
		return nil, errs.Unauthenticatedf("Sign in to see what you get by e-mail.")
	}
	list, err := selectReadersOf(ctx, r.blogs.db, v, maxFollowing)
	if err != nil {
		return nil, fmt.Errorf("list blogs by e-mail of %d: %w", v.Person, err)
	}
	return list, nil
}

// ByToken returns the reader that a link in a letter is about. Who has the link is whoever got the letter.
func (r *Readers) ByToken(ctx context.Context, token string) (Reader, error) {
	found, err := selectReaderByToken(ctx, r.blogs.db, token)
	if errs.IsNotFound(err) {
		return Reader{}, errNoReader.Because(err)
	}
	if err != nil {
		return Reader{}, fmt.Errorf("find the reader of a link: %w", err)
	}
	return found, nil
}

// Confirm begins the letters to the address that the link with this token was sent to.
func (r *Readers) Confirm(ctx context.Context, token string) error {
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error {
		found, err := confirmReader(ctx, tx, token)
		if err == nil && !found {
			return errNoReader
		}
		return err
	})
}

// Stop ends the letters that the link with this token was in, and forgets the address. Twice is no mistake.
func (r *Readers) Stop(ctx context.Context, token string) error {
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error { return deleteReader(ctx, tx, token) })
}

// ForgetUnconfirmed forgets the addresses that nobody has confirmed for a week.
func (r *Readers) ForgetUnconfirmed(ctx context.Context) error {
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error {
		return deleteUnconfirmed(ctx, tx, tx.Now().Add(-unconfirmed))
	})
}
