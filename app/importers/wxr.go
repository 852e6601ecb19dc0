package importers

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
)

// WXR is what WordPress calls the XML it exports: an RSS feed with elements of its own. This file reads it as a stream, one
// author, term or item at a time, and knows nothing of the hub.

// wxrItem is a post, page, attachment or whatever else WordPress keeps in its table of posts.
type wxrItem struct {
	Title    string        `xml:"title"`
	Link     string        `xml:"link"`
	PubDate  string        `xml:"pubDate"`
	Creator  string        `xml:"creator"`
	GUID     string        `xml:"guid"`
	Texts    []wxrText     `xml:"encoded"` // content and excerpt differ in their namespace alone
	ID       string        `xml:"post_id"`
	Date     string        `xml:"post_date"`
	DateGMT  string        `xml:"post_date_gmt"`
	Modified string        `xml:"post_modified_gmt"`
	Talk     string        `xml:"comment_status"`
	Name     string        `xml:"post_name"`
	Status   string        `xml:"status"`
	Parent   string        `xml:"post_parent"`
	Type     string        `xml:"post_type"`
	Password string        `xml:"post_password"`
	Sticky   string        `xml:"is_sticky"`
	File     string        `xml:"attachment_url"`
	Terms    []wxrCategory `xml:"category"`
	Meta     []wxrMeta     `xml:"postmeta"`
	Comments []wxrComment  `xml:"comment"`

	line int
}

type wxrText struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

type wxrCategory struct {
	Domain string `xml:"domain,attr"`
	Slug   string `xml:"nicename,attr"`
	Name   string `xml:",chardata"`
}

type wxrMeta struct {
	Key   string `xml:"meta_key"`
	Value string `xml:"meta_value"`
}

type wxrComment struct {
	ID       string `xml:"comment_id"`
	Author   string `xml:"comment_author"`
	Email    string `xml:"comment_author_email"`
	User     string `xml:"comment_user_id"`
	Date     string `xml:"comment_date"`
	DateGMT  string `xml:"comment_date_gmt"`
	Text     string `xml:"comment_content"`
	Approved string `xml:"comment_approved"`
	Type     string `xml:"comment_type"`
	Parent   string `xml:"comment_parent"`
}

// wxrAuthor is somebody with an account on the site. Version 1.0 has none, only names in items.
type wxrAuthor struct {
	ID    string `xml:"author_id"`
	Login string `xml:"author_login"`
	Email string `xml:"author_email"`
	Shown string `xml:"author_display_name"`
	First string `xml:"author_first_name"`
	Last  string `xml:"author_last_name"`
}

// wxrTerm is a category or a tag; the names of its elements depend on which.
type wxrTerm struct {
	tag bool

	CategorySlug string `xml:"category_nicename"`
	CategoryName string `xml:"cat_name"`
	Parent       string `xml:"category_parent"` // slug of another category
	CategoryText string `xml:"category_description"`
	TagSlug      string `xml:"tag_slug"`
	TagName      string `xml:"tag_name"`
	TagText      string `xml:"tag_description"`
}

// wxrSite is what the channel says before its first item.
type wxrSite struct {
	title, link, description, version, base string
}

// wxrVisitor is called with what a file holds, in its order; site comes before the first item, or at the end.
type wxrVisitor struct {
	site   func(wxrSite) error
	author func(wxrAuthor) error
	term   func(wxrTerm) error
	item   func(*wxrItem) error
}

// maxItem bounds one item with all its comments, in bytes.
const maxItem = 64 << 20

// text returns what an item says in content or excerpt.
func (i *wxrItem) text(of string) string {
	for _, t := range i.Texts {
		if strings.Contains(t.XMLName.Space, of) {
			return t.Text
		}
	}
	return ""
}

func (i *wxrItem) meta(key string) string {
	for _, m := range i.Meta {
		if strings.TrimSpace(m.Key) == key {
			return strings.TrimSpace(m.Value)
		}
	}
	return ""
}

// trim takes the white space off the fields that are no texts: exports are indented in many ways.
func (i *wxrItem) trim() {
	for _, field := range []*string{&i.Title, &i.Link, &i.Creator, &i.GUID, &i.ID, &i.Name, &i.Status, &i.Parent, &i.Type, &i.Sticky, &i.File, &i.Talk} {
		*field = strings.TrimSpace(*field)
	}
	for n := range i.Comments {
		c := &i.Comments[n]
		for _, field := range []*string{&c.ID, &c.Author, &c.Email, &c.User, &c.Approved, &c.Type, &c.Parent} {
			*field = strings.TrimSpace(*field)
		}
	}
}

// moment returns the first of some dates that is one. WordPress writes 0000-00-00 where there is none, and local time
// without a zone, which is taken as UTC.
func wxrMoment(dates ...string) time.Time {
	for _, s := range dates {
		s = strings.TrimSpace(s)
		for _, layout := range []string{time.DateTime, time.RFC1123Z, time.RFC1123} {
			if t, err := time.Parse(layout, s); err == nil && t.Year() > 1 {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}

func (i *wxrItem) moment() time.Time { return wxrMoment(i.DateGMT, i.PubDate, i.Date) }

// wxr is one pass over a file.
type wxr struct {
	name  string
	meter *meter
	d     *xml.Decoder
	visit wxrVisitor
	site  wxrSite
	told  bool // the visitor knows the site
	depth int
	ended bool
}

// readWXR calls visit with what a file holds. Control characters that XML does not allow are left out, as WordPress writes
// them where somebody has pasted them; dropped is how many.
func readWXR(ctx context.Context, path string, visit wxrVisitor) (dropped int, err error) {
	s, err := open(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	clean := &sieve{r: s}
	x := &wxr{name: s.name, meter: &meter{r: clean, most: maxItem}, visit: visit}
	x.meter.reset()
	x.d = xml.NewDecoder(x.meter)
	x.d.Entity = xml.HTMLEntity
	x.d.CharsetReader = charset.NewReaderLabel
	for n := 0; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		done, err := x.next()
		if err != nil || done {
			return clean.dropped, err
		}
	}
}

func (x *wxr) line() int { n, _ := x.d.InputPos(); return n }

// broken says in words what the XML decoder found.
func (x *wxr) broken(err error) error {
	if errors.Is(err, errTooLong) {
		return problem(x.name, x.line(), "this item is longer than %d MB, so the file is not what it should be.", maxItem>>20)
	}
	if strings.HasSuffix(err.Error(), "unexpected EOF") {
		err = errors.Join(io.ErrUnexpectedEOF, err)
	}
	return damaged(x.name, x.line(), err)
}

// next reads up to the next element that matters.
func (x *wxr) next() (done bool, err error) {
	x.meter.reset()
	t, err := x.d.Token()
	switch {
	case errors.Is(err, io.EOF) && x.ended:
		return true, nil
	case errors.Is(err, io.EOF):
		return false, problem(x.name, x.line(), "the file holds no XML; a WordPress export begins with <rss>.")
	case err != nil:
		return false, x.broken(err)
	}
	switch t := t.(type) {
	case xml.StartElement:
		x.depth++
		return false, x.start(t)
	case xml.EndElement:
		x.depth--
		x.ended = x.depth == 0
		if x.depth == 1 && t.Name.Local == "channel" {
			return false, x.tell()
		}
	}
	return false, nil
}

func (x *wxr) start(t xml.StartElement) error {
	name := t.Name.Local
	switch {
	case x.depth == 1 && name != "rss":
		return problem(x.name, x.line(), "the file holds <%s>; a WordPress export begins with <rss>.", name)
	case x.depth == 2 && name != "channel":
		return problem(x.name, x.line(), "the file holds <%s> where a WordPress export has its <channel>.", name)
	case x.depth != 3:
		return nil
	}
	x.depth-- // what follows is read to its end
	if name == "item" {
		return x.item(t)
	}
	if !isWordPress(t.Name.Space) {
		return x.about(t)
	}
	switch name {
	case "wxr_version", "base_blog_url", "base_site_url":
		return x.about(t)
	case "author":
		var a wxrAuthor
		if err := x.decode(&a, t); err != nil {
			return err
		}
		for _, field := range []*string{&a.ID, &a.Login, &a.Email, &a.Shown, &a.First, &a.Last} {
			*field = strings.TrimSpace(*field)
		}
		return x.visit.author(a)
	case "category", "tag":
		term := wxrTerm{tag: name == "tag"}
		if err := x.decode(&term, t); err != nil {
			return err
		}
		return x.visit.term(term)
	}
	return x.skip()
}

func isWordPress(space string) bool {
	return space == "wp" || strings.Contains(space, "wordpress.org/export")
}

func (x *wxr) decode(into any, t xml.StartElement) error {
	if err := x.d.DecodeElement(into, &t); err != nil {
		return x.broken(err)
	}
	return nil
}

func (x *wxr) skip() error {
	if err := x.d.Skip(); err != nil {
		return x.broken(err)
	}
	return nil
}

// about reads a fact about the site.
func (x *wxr) about(t xml.StartElement) error {
	fields := map[string]*string{
		"title": &x.site.title, "link": &x.site.link, "description": &x.site.description, "wxr_version": &x.site.version,
		"base_blog_url": &x.site.base,
	}
	field := fields[t.Name.Local]
	if field == nil || *field != "" {
		return x.skip()
	}
	var s string
	if err := x.decode(&s, t); err != nil {
		return err
	}
	*field = strings.TrimSpace(s)
	return nil
}

func (x *wxr) item(t xml.StartElement) error {
	if err := x.tell(); err != nil {
		return err
	}
	i := &wxrItem{line: x.line()}
	if err := x.decode(i, t); err != nil {
		return err
	}
	i.trim()
	return x.visit.item(i)
}

// tell makes sure that the file is an export that this program reads, and tells the visitor what site it is of.
func (x *wxr) tell() error {
	if x.told {
		return nil
	}
	x.told = true
	switch v := x.site.version; v {
	case "1.0", "1.1", "1.2":
	case "":
		return problem(x.name, x.line(), "there is no <wp:wxr_version>; this is a feed or an incomplete file, not what Tools → Export of WordPress writes.")
	default:
		return problem(x.name, x.line(), "the export has version %.20q; this program reads 1.0, 1.1 and 1.2.", v)
	}
	if x.visit.site == nil {
		return nil
	}
	return x.visit.site(x.site)
}

// sieve leaves out the control characters that XML does not allow.
type sieve struct {
	r       io.Reader
	dropped int
}

// Read implements io.Reader.
func (p *sieve) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	kept := 0
	for _, c := range b[:n] {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			p.dropped++
			continue
		}
		b[kept] = c
		kept++
	}
	return kept, err
}

// name names a site after its address: the host, and the path where it has one; "" where it has no address.
func (s wxrSite) name() string {
	for _, address := range []string{s.base, s.link} {
		address = strings.ToLower(strings.TrimRight(address, "/"))
		if _, rest, ok := strings.Cut(address, "://"); ok && rest != "" {
			return strings.TrimPrefix(rest, "www.")
		}
	}
	return ""
}
