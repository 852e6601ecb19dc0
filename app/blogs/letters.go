package blogs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/mail"
	"watercooler/auth"
	views "watercooler/views/readers"
)

// lettersAtOnce is how many letters one event sends: at a tenth of a second each they are done well within the lease of the
// event, and the next event takes the others.
const lettersAtOnce = 200

// Letters returns the consumer that writes to the readers: once to an address that has to be confirmed, and about each post
// to each reader who may read it at that moment.
//
// A letter is noted as sent before it goes, and the note is taken back when it did not. A failure therefore sends nobody a
// letter twice; a program that is killed between the two loses one letter to one reader, who would rather have none than two.
func (r *Readers) Letters() event.Consumer {
	return event.Consumer{
		Name:  "blog-letters",
		Verbs: []string{"post.published", askedVerb, lettersVerb},
		Batch: 1, // a post whose letters fail must not hold up another
		Handle: func(ctx context.Context, events []event.Event) error {
			for _, e := range events {
				if err := r.handle(ctx, e); err != nil {
					return fmt.Errorf("letters for event %d: %w", e.ID, err)
				}
			}
			return nil
		},
	}
}

func (r *Readers) handle(ctx context.Context, e event.Event) error {
	switch {
	case !r.Sends():
		return nil
	case e.Verb == askedVerb:
		return r.sendQuestion(ctx, e.Object.ID)
	}
	var left struct{ After int64 }
	if e.Data != "" && e.Verb == lettersVerb {
		if err := json.Unmarshal([]byte(e.Data), &left); err != nil {
			return fmt.Errorf("read where the letters go on: %w", err)
		}
	}
	return r.sendPost(ctx, e.Object.ID, left.After)
}

// sendQuestion asks whether an address wants the letters, as long as that is open and the blog is still public.
func (r *Readers) sendQuestion(ctx context.Context, reader int64) error {
	rd, err := selectReaderByID(ctx, r.blogs.db, reader)
	if errs.IsNotFound(err) || rd.Confirmed {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := r.blogs.Find(ctx, auth.Public, rd.Blog.Slug); err != nil {
		if errs.IsNotFound(err) {
			return nil
		}
		return err
	}
	link := r.cfg.BaseURL + rd.Path()
	err = r.cfg.Mail.Send(ctx, mail.Letter{
		To: rd.Email, Subject: line("Confirm: posts of " + rd.Blog.Name + " by e-mail"),
		Text: "Hello,\n\nsomebody, probably you, asked to get new posts of the blog “" + rd.Blog.Name + "” at this address. If that is what you want, open this link:\n\n" +
			link + "\n\nIf it was not you, do nothing: no letters come, and the address is forgotten after a week.\n\n" + r.signature(),
	})
	if errors.Is(err, mail.ErrLetter) {
		return nil // no server takes such an address, today or tomorrow
	}
	return err
}

// sendPost sends the letters about a post to the readers after an id.
func (r *Readers) sendPost(ctx context.Context, thread, after int64) error {
	l, err := selectLetter(ctx, r.blogs.db, thread)
	if errs.IsNotFound(err) {
		return nil // taken back before the letters went out
	}
	if err != nil {
		return fmt.Errorf("read post %d: %w", thread, err)
	}
	list, err := selectUnsent(ctx, r.blogs.db, l, after, lettersAtOnce+1)
	if err != nil {
		return fmt.Errorf("readers of post %d: %w", thread, err)
	}
	more := len(list) > lettersAtOnce
	list = list[:min(len(list), lettersAtOnce)]
	if more {
		if err := r.goOn(ctx, thread, list[len(list)-1].ID); err != nil {
			return err
		}
	}
	var failed []error
	for _, rd := range list {
		if ctx.Err() != nil {
			return errors.Join(append(failed, ctx.Err())...)
		}
		if err := r.sendOne(ctx, l, rd); err != nil {
			failed = append(failed, fmt.Errorf("reader %d: %w", rd.ID, err)) // one full mailbox must not cost the others theirs
		}
	}
	return errors.Join(failed...)
}

// goOn makes the event that sends the letters to the readers after an id.
func (r *Readers) goOn(ctx context.Context, thread, after int64) error {
	data, err := json.Marshal(struct{ After int64 }{after})
	if err != nil {
		return fmt.Errorf("say where the letters go on: %w", err)
	}
	return r.blogs.db.Tx(ctx, func(tx *db.Tx) error {
		return event.Append(ctx, tx, event.Event{Verb: lettersVerb, Object: event.Ref{Kind: "thread", ID: thread}, Data: string(data)})
	})
}

// sendOne sends the letter about a post to one reader, if they may read it now and have not had it.
func (r *Readers) sendOne(ctx context.Context, l letter, rd Reader) error {
	to, err := r.addressOf(ctx, l, rd)
	if err != nil || to == "" {
		return err
	}
	written, err := r.write(ctx, l, rd, to)
	if err != nil {
		return err
	}
	claimed := false
	err = r.blogs.db.Tx(ctx, func(tx *db.Tx) (err error) {
		claimed, err = claimLetter(ctx, tx, l.id, rd.ID)
		return err
	})
	if err != nil || !claimed {
		return err
	}
	err = r.cfg.Mail.Send(ctx, written)
	if err == nil || errors.Is(err, mail.ErrLetter) {
		return nil
	}
	// Even when the lease is over the note has to go, or this reader never gets the letter.
	free := context.WithoutCancel(ctx)
	return errors.Join(err, r.blogs.db.Tx(free, func(tx *db.Tx) error { return releaseLetter(free, tx, l.id, rd.ID) }))
}

// addressOf returns where the letter about a post goes, "" when this reader may not read it.
//
// SECURITY: this is the audience rule for letters. It is asked for each letter when it is sent, because people leave and
// networks close between the click and the post.
func (r *Readers) addressOf(ctx context.Context, l letter, rd Reader) (string, error) {
	if rd.Person == 0 {
		if l.audience != auth.AudiencePublic {
			return "", nil
		}
		return rd.Email, nil
	}
	v, err := r.blogs.viewers.ByPerson(ctx, rd.Person)
	if errs.IsNotFound(err) {
		return "", nil
	}
	if err != nil || !v.CanRead(l.audience) {
		return "", err
	}
	return r.cfg.Mailboxes.Mailbox(ctx, v)
}

// write returns the letter about a post to one reader, in words and as HTML that say the same.
func (r *Readers) write(ctx context.Context, l letter, rd Reader, to string) (mail.Letter, error) {
	lead := l.summary
	if lead == "" {
		lead = l.excerpt
	}
	stop := r.cfg.BaseURL + rd.Path()
	why := "You get this because you follow the blog “" + l.blog.Name + "” by e-mail."
	page := views.Letter{
		Title: l.title, Author: l.author, Blog: l.blog.Name, Lead: lead, Link: r.cfg.BaseURL + l.path, Why: why, Stop: stop, Hub: r.hub(),
	}
	var html strings.Builder
	if err := views.LetterHTML(page).Render(ctx, &html); err != nil {
		return mail.Letter{}, fmt.Errorf("write a letter: %w", err)
	}
	text := l.title + "\nby " + l.author + ", in " + l.blog.Name + "\n\n"
	if lead != "" {
		text += lead + "\n\n"
	}
	text += "Read it:\n" + page.Link + "\n\n-- \n" + why + "\nStop the letters: " + stop + "\n" + r.signature()
	return mail.Letter{To: to, Subject: line(l.title + " – " + l.blog.Name), Text: text, HTML: html.String(), Unsubscribe: stop}, nil
}

func (r *Readers) hub() string {
	if hub := r.cfg.Hub(); hub != "" {
		return hub
	}
	return "Watercooler"
}

func (r *Readers) signature() string { return r.hub() + "\n" + r.cfg.BaseURL + "\n" }

// line returns s fit for a header: one line, without what could end it.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f || c >= 0x80 && c <= 0x9f }), " ")
}
