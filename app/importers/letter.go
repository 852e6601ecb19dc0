package importers

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"watercooler/app/markup"
)

// maxLetter bounds one message in bytes. What comes after is cut off, which costs attachments and no text.
const maxLetter = 32 << 20

// letter is one message of a mailbox. It is only valid during the call it is given to.
type letter struct {
	file     string
	line     int    // of its From_ line
	envelope string // the From_ line: "From ann@example.org  Thu Mar  4 12:00:00 2027"
	header   header
	body     []byte
	cut      bool // it was longer than maxLetter
}

var (
	// envelopeLine is what tells a From_ line from a sentence that begins with "From": it ends in a date.
	envelopeLine = regexp.MustCompile(`^From .*\b\d{1,2}:\d\d(:\d\d)?\b.*\b\d{4}\b`)
	headerLine   = regexp.MustCompile(`^[!-9;-~]+[ \t]*:`)
	// quotedFrom is a line of text that begins with "From", as mailboxes quote it. mboxrd adds one ">" to every such line,
	// quoted before or not; mboxo only to the bare one, which reads the same.
	quotedFrom = regexp.MustCompile(`^>+From `)
)

// letters calls do with each message of a mailbox. A message begins with a From_ line after an empty line, followed by a
// header.
func letters(ctx context.Context, path string, do func(m *letter) error) error {
	file := filepath.Base(path)
	var (
		m       *letter
		raw     []byte
		waiting string // a From_ line whose header has not been seen yet
		waits   int    // its line
		blank   bool   // the line before was empty
	)
	flush := func() error {
		if m == nil {
			return nil
		}
		m.header, m.body = splitHeader(raw)
		err := do(m)
		raw = raw[:0]
		return err
	}
	text := func(line []byte) {
		if quotedFrom.Match(line) {
			line = line[1:]
		}
		if m.cut = m.cut || len(raw)+len(line) >= maxLetter; !m.cut {
			raw = append(append(raw, line...), '\n')
		}
	}
	err := lines(ctx, path, func(n int, line []byte) error {
		if waits > 0 {
			switch {
			case headerLine.Match(line):
				if err := flush(); err != nil {
					return err
				}
				m = &letter{file: file, line: waits, envelope: waiting}
			case m == nil:
				return problem(file, n, "the first message has no header.")
			default:
				text([]byte(waiting)) // a sentence after all
			}
			waits = 0
		}
		was := blank
		blank = len(line) == 0
		if (was || m == nil) && envelopeLine.Match(line) {
			waiting, waits = string(line), n
			return nil
		}
		if m == nil {
			if blank {
				return nil
			}
			return problem(file, n, `this is not a mailbox: there is no line such as "From ann@example.org Thu Mar  4 12:00:00 2027" before the first message.`)
		}
		text(line)
		return nil
	})
	if err != nil {
		return err
	}
	if m == nil && waits > 0 {
		return problem(file, waits, "the first message has no header.")
	}
	if m != nil && waits > 0 {
		text([]byte(waiting))
	}
	return flush()
}

// header holds header fields by their canonical names. net/mail refuses a whole message for one bad line; old archives are full
// of those, so lines that are no field are passed over here.
type header map[string][]string

func (h header) get(name string) string {
	if v := h[textproto.CanonicalMIMEHeaderKey(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// splitHeader cuts a message at its first empty line.
func splitHeader(raw []byte) (header, []byte) {
	h := header{}
	last := ""
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		raw = rest
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if v := h[last]; len(v) > 0 {
				v[len(v)-1] += " " + string(bytes.TrimSpace(line))
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		last = textproto.CanonicalMIMEHeaderKey(string(bytes.TrimSpace(name)))
		h[last] = append(h[last], string(bytes.TrimSpace(value)))
	}
	return h, raw
}

// words decodes the encoded words of RFC 2047 (=?utf-8?Q?Si=C3=A2n?=) in a header field. What is in no known character set
// stays readable where it can.
func words(s string) string {
	if !utf8.ValidString(s) {
		s = string(decode1252([]byte(s)))
	}
	d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		text, _ := decodeCharset(raw, charset, true)
		return strings.NewReader(text), nil
	}}
	if decoded, err := d.DecodeHeader(s); err == nil {
		s = decoded
	}
	return strings.Join(strings.Fields(printable(s)), " ")
}

// printable drops what no page can show.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == '\ufeff' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "�"))
}

// decodeCharset reads raw in a character set and reports whether the set is known. encoded says that the bytes came out of base64
// or quoted-printable; bytes that lie open in an archive have often been turned into UTF-8 long after their header was written.
func decodeCharset(raw []byte, charset string, encoded bool) (text string, known bool) {
	name := strings.ToLower(strings.Trim(charset, `"' `))
	known = true
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968":
	default:
		if !encoded && utf8.Valid(raw) {
			break
		}
		e, err := htmlindex.Get(name)
		if err != nil || e == encoding.Replacement {
			known = false
			break
		}
		if out, err := e.NewDecoder().Bytes(raw); err == nil {
			return printable(string(out)), true
		}
	}
	if !utf8.Valid(raw) {
		raw = decode1252(raw)
	}
	return printable(string(raw)), known
}

// unwrap undoes a content transfer encoding, as far as it can be undone.
func unwrap(body []byte, encoding string) (out []byte, encoded bool) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		return unquote(body), true
	case "base64":
		return unbase64(body), true
	default:
		return body, false
	}
}

// unquote decodes quoted-printable. What is not quoted right stays as it is; mime/quotedprintable would give up.
func unquote(body []byte) []byte {
	out := make([]byte, 0, len(body))
	hex := func(c byte) int { return strings.IndexByte("0123456789ABCDEF", bytes.ToUpper([]byte{c})[0]) }
	for len(body) > 0 {
		line, rest, found := bytes.Cut(body, []byte("\n"))
		body = rest
		line = bytes.TrimRight(line, " \t\r")
		soft := bytes.HasSuffix(line, []byte("="))
		if soft {
			line = line[:len(line)-1]
		}
		for i := 0; i < len(line); i++ {
			if line[i] == '=' && i+2 < len(line) && hex(line[i+1]) >= 0 && hex(line[i+2]) >= 0 {
				out = append(out, byte(hex(line[i+1])<<4|hex(line[i+2])))
				i += 2
				continue
			}
			out = append(out, line[i])
		}
		if found && !soft {
			out = append(out, '\n')
		}
	}
	return out
}

// unbase64 decodes base64 and passes over everything that is none, such as a list's footer that was pasted under it.
func unbase64(body []byte) []byte {
	kept := make([]byte, 0, len(body))
	for _, c := range body {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			kept = append(kept, c)
		case c == '=': // the end
			body = nil
		}
		if body == nil {
			break
		}
	}
	if len(kept)%4 == 1 {
		kept = kept[:len(kept)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(kept)))
	n, _ := base64.RawStdEncoding.Decode(out, kept) // the alphabet was checked; what is decoded is kept
	return out[:n]
}

// writer is who wrote a message.
type writer struct{ name, address string }

var (
	bracketed = regexp.MustCompile(`^(.*?)<([^<>]*)>`)
	commented = regexp.MustCompile(`^([^()]*)\((.*)\)\s*$`)
	spelled   = regexp.MustCompile(`(?i)\s+(at|\[at\]|\(at\))\s+`)
	rewritten = regexp.MustCompile(`(?i)\s+via\s+\S.*$`)
)

// readWriter reads a From field: any form of RFC 5322, the "ann at example.org (Ann Example)" of archives, and what is left
// of them when a program mangled it.
func readWriter(field string) writer {
	field = strings.TrimSpace(field)
	p := mail.AddressParser{WordDecoder: &mime.WordDecoder{}}
	if list, err := p.ParseList(field); err == nil && len(list) > 0 {
		return writer{words(list[0].Name), strings.ToLower(list[0].Address)}
	}
	var name, address string
	if m := bracketed.FindStringSubmatch(field); m != nil {
		name, address = m[1], m[2]
	} else if m := commented.FindStringSubmatch(field); m != nil {
		address, name = m[1], m[2]
	} else if strings.Contains(field, "@") || spelled.MatchString(field) {
		address = field
	} else {
		name = field
	}
	w := writer{name: words(strings.ReplaceAll(strings.Trim(strings.TrimSpace(name), `"'`), `\`, ""))}
	address = strings.ToLower(words(spelled.ReplaceAllString(strings.TrimSpace(address), "@")))
	if local, domain, ok := strings.Cut(address, "@"); ok && local != "" && domain != "" && !strings.ContainsAny(address, " ,;") {
		w.address = address
	}
	return w
}

// writer returns who wrote the message. Lists that send in their own name ("Ann Example via Builders <builders@…>") leave the
// person's address in another field.
func (m *letter) writer() writer {
	w := readWriter(m.header.get("From"))
	if via := rewritten.FindStringIndex(w.name); via != nil && via[0] > 0 {
		w.name = strings.Trim(w.name[:via[0]], `"' `)
		list := w.address
		w.address = ""
		for _, field := range []string{"X-Original-From", "Reply-To"} {
			if other := readWriter(m.header.get(field)); other.address != list && other.address != "" {
				w.address = other.address
				break
			}
		}
	}
	if w.address == "" && w.name == "" {
		sender, _, _ := strings.Cut(strings.TrimPrefix(spelled.ReplaceAllString(m.envelope, "@"), "From "), " ")
		w = readWriter(sender)
	}
	if w.name == "" || strings.Contains(w.name, "@") || spelled.MatchString(w.name) {
		// SECURITY: the name is shown to everybody, so never the whole address.
		w.name, _, _ = strings.Cut(w.address, "@")
	}
	return w
}

// key tells writers apart: by address, and by name where there is none.
func (w writer) key() string {
	if w.address != "" {
		return w.address
	}
	return "name:" + markup.Fold(w.name)
}

// dateLayouts are dates that net/mail does not read but old programs wrote.
var dateLayouts = []string{
	time.ANSIC, time.UnixDate, time.RFC850, time.RFC3339, "Mon Jan _2 15:04:05 2006 -0700", "Mon Jan _2 15:04:05 -0700 2006",
	"Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04 2006", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05", "2006-01-02 15:04:05",
}

func readDate(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if t, err := mail.ParseDate(s); err == nil {
		return t.UTC(), true
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(strings.ReplaceAll(layout, "_2", "2"), s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

var envelopeDate = regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s.*$`)

// date returns when the message was written: by its Date field, or, where that is missing, unreadable, from before there was
// mail or after latest, by when it arrived. repaired says that it was the latter. A date that is impossible is still better
// than none.
func (m *letter) date(latest time.Time) (at time.Time, repaired, ok bool) {
	for i, s := range []string{m.header.get("Date"), m.header.get("X-List-Received-Date"), envelopeDate.FindString(m.envelope)} {
		t, readable := readDate(s)
		if !readable || t.Year() < 1 || t.Year() > 9999 {
			continue
		}
		if t.Year() >= 1970 && t.Before(latest) {
			return t, i > 0, true
		}
		if !ok {
			at, repaired, ok = t, i > 0, true
		}
	}
	return at, repaired, ok
}

// content is what a message says.
type content struct {
	pieces   []piece
	attached []attachment
	unknown  []string // character sets nobody knows
}

// piece is one text of a message.
type piece struct {
	text          string
	html          bool
	flowed, delsp bool // RFC 3676
}

// attachment is what does not come along.
type attachment struct {
	name, reason, url string
	silent            bool // nothing that a reader would miss
}

// maxParts and maxNesting bound what a message may be made of.
const (
	maxParts   = 500
	maxNesting = 8
)

// content reads the body of a message.
func (m *letter) content() *content {
	c := &content{}
	c.pieces = c.part(m.header, m.body, 0)
	return c
}

// part reads one part of a message and those within it.
func (c *content) part(h header, body []byte, depth int) []piece {
	kind, params := mediaType(h.get("Content-Type"), "text/plain")
	disposition, more := mediaType(h.get("Content-Disposition"), "")
	name := more["filename"]
	if name == "" {
		name = params["name"]
	}
	name = words(name)
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" && depth < maxNesting:
		return c.parts(kind, params["boundary"], body, depth)
	case kind == "message/rfc822" || kind == "message/global":
		inner, _ := splitHeader(bytes.TrimLeft(body, "\n"))
		c.attach(attachment{name: words(inner.get("Subject")), reason: "a message inside a message"}, kind)
		return nil
	case kind == "application/pgp-signature" || kind == "application/pkcs7-signature" || kind == "application/x-pkcs7-signature":
		c.attach(attachment{name: name, reason: "digital signatures, which nobody can check here", silent: true}, kind)
		return nil
	case kind != "text/plain" && kind != "text/html" && !strings.HasPrefix(kind, "multipart/"), disposition == "attachment", name != "" && disposition != "inline":
		c.attach(attachment{name: name, reason: "files do not come along"}, kind)
		return nil
	}
	raw, encoded := unwrap(body, h.get("Content-Transfer-Encoding"))
	text, known := decodeCharset(raw, params["charset"], encoded)
	if !known {
		c.unknown = append(c.unknown, params["charset"])
	}
	return []piece{{
		text: text, html: kind == "text/html", flowed: strings.EqualFold(params["format"], "flowed"), delsp: strings.EqualFold(params["delsp"], "yes"),
	}}
}

// parts reads the parts of a multipart body. Of alternatives the plain text is taken, because that is what the person wrote
// and not what a program made of it.
func (c *content) parts(kind, boundary string, body []byte, depth int) []piece {
	var all []piece
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		p, err := r.NextRawPart()
		if err != nil { // the end, or a part that nobody can read: what came before it stays
			break
		}
		raw, err := io.ReadAll(p)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		all = append(all, c.part(header(p.Header), raw, depth+1)...)
	}
	if kind != "multipart/alternative" {
		return all
	}
	var best []piece
	for _, p := range all {
		if strings.TrimSpace(p.text) == "" {
			continue
		}
		if !p.html {
			return []piece{p}
		}
		if best == nil {
			best = []piece{p}
		}
	}
	return best
}

func (c *content) attach(a attachment, kind string) {
	if a.name == "" {
		a.name = kind
	}
	c.attached = append(c.attached, a)
}

// mediaType reads a field such as Content-Type as well as it can be read.
func mediaType(field, otherwise string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(field)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind == "" {
		// "text/plain; charset=foo; bad" and worse: the type is before the first semicolon.
		before, _, _ := strings.Cut(field, ";")
		if kind = strings.ToLower(strings.TrimSpace(before)); !strings.Contains(kind, "/") {
			kind = otherwise
		}
	}
	if params == nil {
		params = map[string]string{}
	}
	return kind, params
}
