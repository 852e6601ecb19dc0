// Package mail sends letters. What they say and to whom is decided elsewhere; this package only hands them to an SMTP
// server, or to a test.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
)

// Letter is one message to one person. Text is required; HTML, where there is some, says the same.
type Letter struct {
	To      string // an address, or a name and an address: "Ada Lovelace <ada@example.org>"
	Subject string
	Text    string
	HTML    string
	// Unsubscribe is the address at which the recipient ends letters of this kind: a page for people that also takes the
	// one-click POST of RFC 8058. Empty for letters that answer something the recipient did.
	Unsubscribe string
}

// Sender sends letters. A nil error means that the next server has accepted the letter, not that it was read.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// ErrLetter marks a letter that no server would take: an address that is none, a line break in a header. Sending it again
// is no use.
var ErrLetter = errors.New("the letter cannot be sent")

// Config says which server takes the letters.
type Config struct {
	Host     string
	Port     int    // 0: 587, or 465 with TLS "tls"
	Username string // "" does not authenticate
	Password string
	From     string // "Watercooler <hub@council.example>"
	TLS      string // "starttls" (default, required), "tls" from the first byte, "none" (a relay on the same machine)
	Timeout  time.Duration
	Client   *tls.Config // nil: the system's roots
}

// SMTP is a Sender that opens one connection per letter: letters are few, and a kept connection dies behind firewalls.
type SMTP struct {
	cfg  Config
	from *netmail.Address
	opts []mail.Option
}

// NewSMTP checks cfg and returns a sender. It does not connect.
func NewSMTP(cfg Config) (*SMTP, error) {
	if cfg.Host == "" {
		return nil, errors.New("mail: the SMTP host is missing")
	}
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("mail: sender %q: %w", cfg.From, err)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	opts := []mail.Option{mail.WithTimeout(cfg.Timeout), mail.WithoutNoop()}
	port := 587
	switch cfg.TLS {
	case "", "starttls":
		// Mandatory, not opportunistic: a stripped STARTTLS must fail, because sign-in links travel in these letters.
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls":
		port = 465
		opts = append(opts, mail.WithSSL())
	case "none":
		port = 25
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("mail: TLS is %q, want starttls, tls or none", cfg.TLS)
	}
	if cfg.Port != 0 {
		port = cfg.Port
	}
	opts = append(opts, mail.WithPort(port))
	if cfg.Client != nil {
		opts = append(opts, mail.WithTLSConfig(cfg.Client))
	}
	if cfg.Username != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(cfg.Username), mail.WithPassword(cfg.Password))
	}
	return &SMTP{cfg: cfg, from: from, opts: opts}, nil
}

// Send hands l to the server.
func (s *SMTP) Send(ctx context.Context, l Letter) error {
	to, err := check(l)
	if err != nil {
		return err
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	m.ToMailAddress(to)
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageID()
	// Out-of-office replies to a hub help nobody.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if l.Unsubscribe != "" {
		m.SetGenHeader("List-Unsubscribe", "<"+l.Unsubscribe+">")
		if strings.HasPrefix(l.Unsubscribe, "https://") { // RFC 8058 wants nothing less
			m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, l.HTML)
	}
	c, err := mail.NewClient(s.cfg.Host, s.opts...)
	if err != nil {
		return fmt.Errorf("send letter: %w", err)
	}
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		return fmt.Errorf("send letter through %s: %w", s.cfg.Host, err)
	}
	return nil
}

// check refuses what would change the meaning of the letter's headers.
//
// SECURITY: names and titles of strangers end up in subjects. The library encodes line breaks too; this does not rely on it.
func check(l Letter) (*netmail.Address, error) {
	if strings.ContainsFunc(l.To+l.Subject+l.Unsubscribe, unicode.IsControl) || strings.ContainsAny(l.Unsubscribe, "<> ") {
		return nil, fmt.Errorf("%w: a header holds a character that would end it", ErrLetter)
	}
	to, err := netmail.ParseAddress(l.To)
	if err != nil {
		return nil, fmt.Errorf("%w: recipient: %w", ErrLetter, err)
	}
	if l.Subject == "" || l.Text == "" {
		return nil, fmt.Errorf("%w: the subject or the text is missing", ErrLetter)
	}
	return to, nil
}
