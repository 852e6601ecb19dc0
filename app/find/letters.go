package find

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"watercooler/app/errs"
	"watercooler/app/mail"
	"watercooler/auth"
	"watercooler/search"
	views "watercooler/views/find"
)

// Letters is what writing to people about searches needs besides the index.
type Letters struct {
	BaseURL string
	Hub     func() string  // name of the home organisation, "" before the first run
	Zone    *time.Location // in which a day begins; UTC when nil
	Mail    mail.Sender    // nil: the hub sends no letters
	People  Recipients
}

// Recipients says who may be written to, and where. Package auth knows.
type Recipients interface {
	// ByPerson returns somebody as the viewer they would be if they signed in now, or that there is nobody.
	ByPerson(ctx context.Context, person int64) (auth.Viewer, error)
	// Mailbox returns an address that was proved to be theirs, "" when there is none.
	Mailbox(ctx context.Context, v auth.Viewer) (string, error)
}

// Letters lets the hub write about searches that people follow. Call it before the first request.
func (s *Service) Letters(l Letters) { s.letters = l }

// Sends reports whether the hub sends letters at all.
func (l Letters) Sends() bool { return l.Mail != nil }

func (l Letters) zone() *time.Location {
	if l.Zone == nil {
		return time.UTC
	}
	return l.Zone
}

// send writes to one person about what is new in searches of theirs. What they may read is asked when it is sent, because people leave
// and networks close.
func (l Letters) send(ctx context.Context, s *Service, list []Saved) error {
	v, err := l.People.ByPerson(ctx, list[0].Person)
	if errs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := l.People.Mailbox(ctx, v)
	if err != nil || to == "" {
		return err
	}
	page := views.Letter{Hub: l.hub(), Stop: l.BaseURL + savedPath}
	for _, w := range list {
		news, err := l.news(ctx, s, v, w)
		if err != nil {
			return err
		}
		if len(news.Hits) > 0 {
			page.Searches = append(page.Searches, news)
		}
	}
	if len(page.Searches) == 0 {
		return nil
	}
	letter, err := l.write(ctx, page, to)
	if err != nil {
		return err
	}
	if err := l.Mail.Send(ctx, letter); !errors.Is(err, mail.ErrLetter) { // no server takes such an address, today or tomorrow
		return err
	}
	return nil
}

// news reads what is new in a search.
func (l Letters) news(ctx context.Context, s *Service, v auth.Viewer, w Saved) (views.News, error) {
	out := views.News{Query: w.Query, Link: l.BaseURL + searchPath(w.Query, w.Kind)}
	found, err := s.fresh(ctx, v, w)
	if err != nil {
		return out, err
	}
	hits, err := s.read(ctx, v, found, search.Parsed{})
	for _, h := range hits {
		out.Hits = append(out.Hits, views.NewHit{Title: h.Title, Link: l.BaseURL + h.Path, By: h.Author.Name})
	}
	return out, err
}

// searchPath is the address of a search.
func searchPath(query, kind string) string {
	q := url.Values{"q": {query}}
	if kind != "" {
		q.Set("kind", kind)
	}
	return "/search?" + q.Encode()
}

// write returns the letter in words and as HTML that say the same.
func (l Letters) write(ctx context.Context, page views.Letter, to string) (mail.Letter, error) {
	var html, text strings.Builder
	if err := views.LetterHTML(page).Render(ctx, &html); err != nil {
		return mail.Letter{}, fmt.Errorf("write a letter: %w", err)
	}
	for _, n := range page.Searches {
		fmt.Fprintf(&text, "New for “%s”\n%s\n\n", n.Query, n.Link)
		for _, h := range n.Hits {
			fmt.Fprintf(&text, "- %s\n", h.Title)
			if h.By != "" {
				fmt.Fprintf(&text, "  by %s\n", h.By)
			}
			fmt.Fprintf(&text, "  %s\n", h.Link)
		}
		text.WriteString("\n")
	}
	fmt.Fprintf(&text, "-- \nYou get this because you follow these searches.\nChange or stop it: %s\n%s\n", page.Stop, page.Hub)
	subject := "New for “" + page.Searches[0].Query + "”"
	if n := len(page.Searches) - 1; n > 0 {
		subject += fmt.Sprintf(" and %d more", n)
	}
	return mail.Letter{To: to, Subject: strings.Join(strings.Fields(subject), " "), Text: text.String(), HTML: html.String()}, nil
}

func (l Letters) hub() string {
	if hub := l.Hub(); hub != "" {
		return hub
	}
	return "Watercooler"
}
