package signals

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/errs"
)

const (
	maxBody      = 5 << 20          // bytes of a feed, unpacked
	patienceLong = 15 * time.Second // for one feed, with its redirects
	patienceHere = 7 * time.Second  // while somebody waits for the page
	maxRedirects = 5
)

// refusal is why a feed could not be read, in words for whoever looks after the source.
type refusal struct {
	text  string
	gone  bool          // for good
	after time.Duration // what the site asked for; 0 for nothing
	cause error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.cause }

// answer is what a site sent.
type answer struct {
	same           bool // as it was the last time
	body           []byte
	at             *url.URL // where redirects led to
	etag, modified string
}

// fetcher reads feeds from the web.
type fetcher struct {
	client *http.Client
	agent  func() string
}

func newFetcher(c Config) fetcher {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard{c.Allow}.control, Resolver: c.Resolver}
	return fetcher{agent: func() string { return userAgent(c) }, client: &http.Client{
		Transport: &http.Transport{
			// SECURITY: no proxy, which would connect in the hub's place and ask nobody.
			DialContext:           dialer.DialContext,
			DisableKeepAlives:     true, // the next visit is in an hour
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errRedirects
			}
			if _, err := webAddress(r.URL.String()); err != nil {
				return errPrivate
			}
			return nil
		},
	}}
}

var errRedirects = errors.New("signals: too many redirects")

// userAgent names the hub to the sites it visits, with an address for those who would like it to stop. Header fields hold ASCII.
func userAgent(c Config) string {
	words := []string{"+" + c.BaseURL}
	if c.Hub != nil {
		words = append([]string{c.Hub()}, words...)
	}
	text := "Watercooler (" + strings.Join(append(words, c.Contact), "; ") + ")"
	text = strings.ReplaceAll(strings.ReplaceAll(text, "; ;", ";"), "; )", ")")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "(; ", "("))
}

// get reads address, unless it is what etag and modified name. Every error is a *refusal, except that of a ctx that ended.
func (f fetcher) get(ctx context.Context, address, etag, modified string, patience time.Duration) (answer, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(within, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, &refusal{text: noAddress, cause: err}
	}
	r.Header.Set("User-Agent", f.agent())
	r.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5")
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	if modified != "" {
		r.Header.Set("If-Modified-Since", modified)
	}
	res, err := f.client.Do(r)
	if err != nil {
		return answer{}, unreached(ctx, err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	if res.StatusCode == http.StatusNotModified {
		return answer{same: true, etag: etag, modified: modified}, nil
	}
	if res.StatusCode != http.StatusOK {
		return answer{}, refused(res)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return answer{}, unreached(ctx, err)
	}
	if len(body) > maxBody {
		return answer{}, &refusal{text: "The feed is larger than 5 MB, which the hub does not read."}
	}
	return answer{body: body, at: res.Request.URL, etag: short(res.Header.Get("ETag")), modified: short(res.Header.Get("Last-Modified"))}, nil
}

// short leaves out a tag that is so long, or such a text, as no honest server sends: it would be kept.
func short(header string) string {
	if len(header) > 300 || !utf8.ValidString(header) {
		return ""
	}
	return header
}

const noAddress = "This is no address of a page on the web."

var errNoAddress = errs.InvalidFields(errs.Field{Name: "url", Text: "Write the address of a page on the web, beginning with https:// or http://."})

// refused says what a status means.
func refused(res *http.Response) *refusal {
	r := &refusal{after: retryAfter(res.Header.Get("Retry-After"), res.Header.Get("Date"))}
	switch code := res.StatusCode; {
	case code == http.StatusGone:
		r.text, r.gone = "The site says that this feed is gone for good.", true
	case code == http.StatusNotFound:
		r.text = "There is nothing at this address (404)."
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		r.text = fmt.Sprintf("The site does not let the hub read this feed (%d).", code)
	case code == http.StatusTooManyRequests:
		r.text = "The site asks the hub to come less often (429)."
	case code >= 500:
		r.text = fmt.Sprintf("The site has trouble of its own (%d).", code)
	default:
		r.text = fmt.Sprintf("The site answered in a way the hub does not understand (%d).", code)
	}
	return r
}

// longestWait bounds what a site can ask for.
const longestWait = 7 * 24 * time.Hour

// retryAfter reads a Retry-After, seconds or a date, which is taken against the site's own clock where it tells it.
func retryAfter(value, date string) time.Duration {
	value = strings.TrimSpace(value)
	if n, err := strconv.ParseInt(value, 10, 32); err == nil && n > 0 {
		return min(time.Duration(n)*time.Second, longestWait)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(date)
	if err != nil {
		return 0
	}
	return max(0, min(until.Sub(now), longestWait))
}

// unreached says why there was no answer. When ctx itself has ended, the hub stops, and that is nobody's failure.
func unreached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		unknown     x509.UnknownAuthorityError
		timeout     interface{ Timeout() bool }
	)
	r := &refusal{text: "The site could not be reached.", cause: err}
	switch {
	case errors.Is(err, errPrivate):
		r.text = "This address does not lead to a public site, and the hub reads no others."
	case errors.Is(err, errRedirects):
		r.text = "The site sends the hub on from one address to the next without end."
	case errors.As(err, &dns) && dns.IsNotFound:
		r.text = "There is no site of this name."
	case errors.As(err, &certificate), errors.As(err, &unknown):
		r.text = "The site’s certificate is not valid, so the hub cannot know that it is the site."
	case errors.As(err, &timeout) && timeout.Timeout():
		r.text = "The site took too long to answer."
	}
	return r
}
