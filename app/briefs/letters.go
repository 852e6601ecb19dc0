package briefs

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/mail"
	"watercooler/auth"
	views "watercooler/views/briefs"
	"watercooler/views/parts"
)

// Letters is what sending briefs by e-mail needs.
type Letters struct {
	BaseURL string
	Hub     func() string // name of the home organisation, "" before the first run
	Mail    mail.Sender   // nil: the hub sends no letters
	People  Recipients
}

// Recipients says who may be written to, and where. Package auth knows.
type Recipients interface {
	// ByPerson returns somebody as the viewer they would be if they signed in now, or that there is nobody.
	ByPerson(ctx context.Context, person int64) (auth.Viewer, error)
	// Mailbox returns an address that was proved to be theirs, "" when there is none.
	Mailbox(ctx context.Context, v auth.Viewer) (string, error)
}

// Reader is somebody who gets the briefs of a scope by e-mail.
type Reader struct {
	ID     int64
	Person int64
	Kind   Kind
	Scope  int64 // id of the unit or network, 0 for the organisation
	Slug   string
	Weekly bool
	Token  string // in the link that ends it

	runAt int64 // when the next letter is due
}

// Ref returns whose briefs they are.
func (r Reader) Ref() Ref {
	switch r.Kind {
	case Unit:
		return Ref{Unit: r.Scope}
	case Network:
		return Ref{Network: r.Slug}
	}
	return Ref{}
}

// letterHour is when letters go out, by the clock of the hub, on the first day after the period.
const letterHour = 7

var (
	errNoLetters = errs.NotFoundf("There is no such page.")
	errNoReader  = errs.NotFoundf("This link no longer works. There is nothing left to end, and no letters come.")
)

// Sends reports whether the hub sends letters at all.
func (s *Service) Sends() bool { return s.cfg.Letters.Mail != nil }

// due returns when the letter about a period goes out.
func (s *Service) due(p Period) time.Time {
	to := p.To(s.cfg.Zone)
	return time.Date(to.Year(), to.Month(), to.Day(), letterHour, 0, 0, 0, s.cfg.Zone)
}

// coming returns the period whose letter goes out next.
func (s *Service) coming(weekly bool) Period {
	now := s.now().In(s.cfg.Zone)
	p := MonthOf(now)
	if weekly {
		p = WeekOf(now)
	}
	if before := p.Before(); s.due(before).After(now) { // early on the first morning
		return before
	}
	return p
}

// Join sends v the briefs of a scope that v may read, each week or each month, to the address of v's account.
func (s *Service) Join(ctx context.Context, v auth.Viewer, ref Ref, weekly bool) error {
	if !s.Sends() || v.Person == 0 {
		return errNoLetters
	}
	scope, err := s.scope(ctx, v, ref)
	if err != nil {
		return err
	}
	address, err := s.cfg.Letters.People.Mailbox(ctx, v)
	if err != nil {
		return fmt.Errorf("address of person %d: %w", v.Person, err)
	}
	if address == "" {
		return errs.Conflictf("Your account has no confirmed e-mail address. Confirm it first, then letters can come there.")
	}
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	r := Reader{Person: v.Person, Kind: scope.Kind, Scope: scope.key(), Weekly: weekly, Token: base64.RawURLEncoding.EncodeToString(raw[:]), runAt: db.Micros(s.due(s.coming(weekly)))}
	err = s.db.Tx(ctx, func(tx *db.Tx) error { return insertReader(ctx, tx, r) })
	if err != nil {
		return fmt.Errorf("send briefs to person %d: %w", v.Person, err)
	}
	return nil
}

// key is the id of s as a reader's row has it: there is one organisation, whose id is not said.
func (s Scope) key() int64 {
	if s.Kind == Organisation {
		return 0
	}
	return s.ID
}

// Leave ends the letters of a scope to v. It is no mistake when there were none, nor when v may not read the scope any more.
func (s *Service) Leave(ctx context.Context, v auth.Viewer, ref Ref, weekly bool) error {
	if v.Person == 0 {
		return errNoLetters
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return deleteReaderOf(ctx, tx, v.Person, ref, weekly) })
}

// Joined returns whether v gets the briefs of a scope each week and each month.
func (s *Service) Joined(ctx context.Context, v auth.Viewer, scope Scope) (weekly, monthly bool, err error) {
	if v.Person == 0 || !s.Sends() {
		return false, false, nil
	}
	weekly, monthly, err = selectJoined(ctx, s.db, v.Person, scope)
	if err != nil {
		return false, false, fmt.Errorf("which briefs person %d gets: %w", v.Person, err)
	}
	return weekly, monthly, nil
}

// ByToken returns the reader that a link in a letter is about. Who has the link is whoever got the letter.
func (s *Service) ByToken(ctx context.Context, token string) (Reader, error) {
	r, err := selectReaderByToken(ctx, s.db, token)
	if errs.IsNotFound(err) {
		return Reader{}, errNoReader.Because(err)
	}
	if err != nil {
		return Reader{}, fmt.Errorf("find the reader of a link: %w", err)
	}
	return r, nil
}

// Stop ends the letters that the link with this token was in. Twice is no mistake.
func (s *Service) Stop(ctx context.Context, token string) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error { return deleteReader(ctx, tx, token) })
}

// SendLetters writes to everybody whose brief is due. Several servers may call it at once: nobody gets a brief twice.
func (s *Service) SendLetters(ctx context.Context) error {
	if !s.Sends() {
		return nil
	}
	list, err := selectDue(ctx, s.db, s.now())
	if err != nil {
		return fmt.Errorf("read the briefs that are due: %w", err)
	}
	var all []error
	for _, r := range list {
		if ctx.Err() != nil {
			break
		}
		if err := s.deliver(ctx, r); err != nil {
			all = append(all, fmt.Errorf("send a brief to person %d: %w", r.Person, err)) // one full mailbox must not cost the others theirs
		}
	}
	return errors.Join(all...)
}

// deliver sends one brief to one reader. It is put off before it goes, so that two servers do not both send it, and taken back when it
// could not be sent. Who has been away for several periods gets the last of them.
func (s *Service) deliver(ctx context.Context, r Reader) error {
	coming := s.coming(r.Weekly)
	claimed := false
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		claimed, err = claimReader(ctx, tx, r, db.Micros(s.due(coming)))
		return err
	})
	if err != nil || !claimed {
		return err
	}
	err = s.send(ctx, r, coming.Before())
	if err == nil || errors.Is(err, mail.ErrLetter) { // no server takes such an address, today or tomorrow
		return nil
	}
	free := context.WithoutCancel(ctx)
	return errors.Join(err, s.db.Tx(free, func(tx *db.Tx) error { return releaseReader(free, tx, r.ID, s.now().Add(time.Hour)) }))
}

// send writes the brief of p to one reader, as far as they may read it at this moment: people leave and networks close. When there is
// nothing to tell, no letter comes.
//
// SECURITY: the brief is made for the viewer that the recipient would be if they signed in now.
func (s *Service) send(ctx context.Context, r Reader, p Period) error {
	v, err := s.cfg.Letters.People.ByPerson(ctx, r.Person)
	if errs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := s.Brief(ctx, v, r.Ref(), p)
	if errs.IsNotFound(err) || err == nil && (b.Quiet() || b.Small) {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := s.cfg.Letters.People.Mailbox(ctx, v)
	if err != nil || to == "" {
		return err
	}
	letter, err := s.write(ctx, b, r, to)
	if err != nil {
		return err
	}
	return s.cfg.Letters.Mail.Send(ctx, letter)
}

// write returns a brief as a letter, in words and as HTML that say the same.
func (s *Service) write(ctx context.Context, b Brief, r Reader, to string) (mail.Letter, error) {
	l := s.cfg.Letters
	hub := l.Hub()
	if hub == "" {
		hub = "Watercooler"
	}
	title := b.Scope.Name + ": " + b.Period.Name()
	page := views.Letter{Title: title, Link: l.BaseURL + "/brief/" + b.Period.String() + b.Scope.Ref().Query(), Stop: l.BaseURL + letterPath(r.Token), Hub: hub}
	if b.Rising {
		page.Method = Method
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n%s\n", title, page.Link)
	for _, section := range b.Sections {
		shown := views.LetterSection{Heading: section.Heading}
		if section.Heading != "" {
			fmt.Fprintf(&text, "\n%s\n", strings.ToUpper(section.Heading))
		}
		for _, sentence := range section.Sentences {
			fmt.Fprintf(&text, "\n%s\n", sentence.Text())
			spans := make([]parts.Link, 0, len(sentence.Spans))
			for _, span := range sentence.Spans {
				out := parts.Link{Text: span.Text}
				if span.Item != nil {
					out.Path = l.BaseURL + span.Item.Path
					fmt.Fprintf(&text, "  %s\n", out.Path)
				}
				spans = append(spans, out)
			}
			shown.Sentences = append(shown.Sentences, spans)
		}
		page.Sections = append(page.Sections, shown)
	}
	fmt.Fprintf(&text, "\nWhat each sentence rests on: %s\n\n-- \nYou get this because you asked for it.\nStop it: %s\n%s\n", page.Link, page.Stop, hub)
	var html strings.Builder
	if err := views.LetterHTML(page).Render(ctx, &html); err != nil {
		return mail.Letter{}, fmt.Errorf("write a letter: %w", err)
	}
	return mail.Letter{To: to, Subject: strings.Join(strings.Fields("The brief of "+title), " "), Text: text.String(), HTML: html.String(), Unsubscribe: page.Stop}, nil
}

// letterPath is the address of the page that ends letters.
func letterPath(token string) string { return "/brief/letters/" + token }
