package importers

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/topics"
)

// NewBlog as Options.Blog asks for a blog of its own, whatever an earlier import did.
const NewBlog = "new"

// WordPress imports a blog from the XML file that Tools → Export of WordPress writes (WXR 1.0 to 1.2), plain or compressed.
//
// Published posts become posts of a blog, pages posts in the series "Pages" there. Whatever was not published (drafts, pending,
// scheduled, private, with a password) becomes a draft, and importing never publishes one. Comments become replies, categories
// and tags topics, authors and commenters people. With Options.Attachments, files come along and pictures stay pictures. Old
// addresses lead to the new ones.
//
// The source is the site's address, or the name of the file where it says none; external ids are wordpress/SITE/post/ID, …/comment/ID, …/user/LOGIN, …/category/SLUG,
// …/tag/SLUG, …/attachment/ID/POST and, of those who commented without an account, …/person/DIGEST.
func WordPress(ctx context.Context, d Deps, file string, o Options) (Report, error) {
	given := o.Audience
	r, err := begin(d, o, "wordpress")
	if err != nil {
		return Report{}, err
	}
	x := &wordpress{
		run: r, file: file, asked: given, authors: map[string]*wordpressAuthor{}, byUser: map[string]*wordpressAuthor{},
		commenters: map[string]*wordpressAuthor{}, terms: map[string]topics.Record{}, items: map[string]*wordpressItem{},
		uploads: map[string]*wordpressFile{}, byAddress: map[string]*wordpressFile{}, below: map[string][]*wordpressFile{},
		kept: map[string]string{}, slugs: map[string]string{}, left: map[string]int{},
	}
	x.text = wordpressText{address: x.address, gallery: x.gallery, shortcodes: map[string]int{}, blocks: map[string]int{}}
	r.Progress.Start("Checking", 0)
	return r.passes(ctx, x.check, x.write)
}

// wordpress is one import. What it keeps of the first pass is a few words for each item.
type wordpress struct {
	*run
	file   string
	asked  string // the audience, as the caller gave it
	site   wxrSite
	prefix string // of external ids
	host   string // of the site's own links

	authors    map[string]*wordpressAuthor // by login
	byUser     map[string]*wordpressAuthor // by number
	commenters map[string]*wordpressAuthor // by external id
	terms      map[string]topics.Record    // by external id without the prefix
	items      map[string]*wordpressItem   // posts and pages, by number
	uploads    map[string]*wordpressFile   // attachments, by number
	byAddress  map[string]*wordpressFile   // the same, by address
	below      map[string][]*wordpressFile // the same, by the post they were brought to
	paths      map[string]string           // address of a post on the site → the one that leads to it here
	comments   int

	blog  wordpressBlog
	slugs map[string]string // of topics, by keys of terms
	kept  map[string]string // file in the folder → key in the hub's

	text   wordpressText
	post   *wordpressItem            // whose text is being read
	used   map[string]*wordpressFile // in it
	left   map[string]int            // attributes of posts that were left out, by what is said of them
	cuts   int
	failed error // of a file, where an error could not be returned
	quiet  bool  // the first pass: nothing is counted
}

// What becomes of an item.
const (
	wordpressPost  = "posts"
	wordpressPage  = "pages"
	wordpressDraft = "drafts"
	wordpressUp    = "attachments"
)

// wordpressItem is what the first pass keeps of a post or page.
type wordpressItem struct {
	id, becomes string
	paths       []string // that it had, the best first
}

// pagesSeries is where pages end up.
const pagesSeries = "Pages"

// becomes says what an item turns into, or why it stays behind.
func (i *wxrItem) becomes() (noun, reason string) {
	switch i.Type {
	case "post", "page":
	case "attachment":
		return wordpressUp, ""
	case "":
		return "other items", "of no type"
	default:
		return "other items", "of the type " + i.Type + ", which only the site itself uses"
	}
	noun = wordpressPost
	if i.Type == "page" {
		noun = wordpressPage
	}
	switch {
	case i.Status == "trash" || i.Status == "auto-draft" || i.Status == "inherit":
		return noun, "of the status " + i.Status + ", so nobody wanted to keep it"
	case plainWords(i.Title) == "" && strings.TrimSpace(i.text("content")) == "":
		return noun, "without title and text"
	case i.Status == "publish" && strings.TrimSpace(i.Password) == "":
		return noun, ""
	}
	return wordpressDraft, ""
}

// unpublished says why an item is a draft.
func (i *wxrItem) unpublished() string {
	switch i.Status {
	case "publish":
		return "had a password"
	case "future":
		return "was scheduled"
	case "private":
		return "was private"
	case "pending":
		return "waited for review"
	case "draft":
		return "was a draft"
	}
	return "had the status " + i.Status
}

// title returns what an item is called, the beginning of its text where it has no name.
func (i *wxrItem) title() string {
	return cmp.Or(plainWords(i.Title), firstSentence(plainWords(i.text("content"))), "Untitled")
}

// check is the first pass.
func (x *wordpress) check(ctx context.Context) error {
	x.paths = map[string]string{}
	dropped, err := readWXR(ctx, x.file, wxrVisitor{site: x.keepSite, author: x.keepAuthor, term: x.keepTerm, item: x.keepItem})
	if err != nil {
		return err
	}
	if dropped > 0 {
		x.report.note("%s that XML does not allow was left out.", plural(dropped, "control character"))
	}
	if len(x.items)+len(x.authors)+len(x.terms) == 0 {
		return errs.Invalidf("There is nothing to import: %s holds no posts, pages, authors or topics.", filepath.Base(x.file))
	}
	for _, i := range x.items {
		for _, path := range i.paths[min(1, len(i.paths)):] {
			x.paths[path] = i.paths[0]
		}
		if len(i.paths) > 0 {
			x.paths[i.paths[0]] = i.paths[0]
		}
	}
	return x.chooseBlog(ctx)
}

func (x *wordpress) keepSite(s wxrSite) error {
	x.site = s
	site := strings.Trim(x.Source, "/")
	if site == "" {
		site = cmp.Or(s.name(), sourceOf(x.Options, x.file))
	}
	x.report.Source = "wordpress/" + site
	x.prefix = x.report.Source + "/"
	for _, address := range []string{s.base, s.link} {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			x.host = strings.TrimPrefix(strings.ToLower(u.Host), "www.")
			break
		}
	}
	switch x.Organisation {
	case "":
		x.Organisation = cmp.Or(plainWords(s.title), site)
	case Home:
		x.Organisation = ""
	}
	return nil
}

// keepTerm remembers a category or tag.
func (x *wordpress) keepTerm(t wxrTerm) error {
	if t.tag {
		x.keepTopic("tag", t.TagSlug, t.TagName, t.TagText, "")
		return nil
	}
	x.keepTopic("category", t.CategorySlug, t.CategoryName, t.CategoryText, t.Parent)
	return nil
}

// keepTopic remembers a topic under what the site calls it, and returns its external id without the prefix, "" for none.
func (x *wordpress) keepTopic(kind, slug, name, description, parent string) string {
	name, slug = plainWords(name), strings.TrimSpace(slug)
	if slug = cmp.Or(slug, markup.Slug(name)); name == "" || kind == "category" && slug == "uncategorized" {
		return ""
	}
	if unescaped, err := url.PathUnescape(slug); err == nil {
		slug = unescaped
	}
	id := kind + "/" + slug
	if _, ok := x.terms[id]; !ok {
		x.terms[id] = topics.Record{Name: name, Description: plainWords(description), Broader: strings.TrimSpace(parent)}
	}
	return id
}

// topicsOf returns what a post is about, as keys of terms.
func (x *wordpress) topicsOf(i *wxrItem) []string {
	var list []string
	for _, t := range i.Terms {
		id := ""
		switch t.Domain {
		case "category":
			id = x.keepTopic("category", t.Slug, t.Name, "", "")
		case "tag", "post_tag":
			id = x.keepTopic("tag", t.Slug, t.Name, "", "")
		case "": // version 1.0 names each twice, once without saying what it is
		default:
			x.leave("%s of the taxonomy "+t.Domain+", of which the hub has none, left out", "term")
		}
		if id != "" && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// leave counts something for the notes at the end; format has one %s, for the number with its noun.
func (x *wordpress) leave(format, noun string) {
	if !x.quiet {
		x.left[format+"\x00"+noun]++
	}
}

// keepItem remembers what an item will be, who wrote it and who spoke under it.
func (x *wordpress) keepItem(i *wxrItem) error {
	x.Progress.Add(1)
	x.quiet = true
	defer func() { x.quiet = false }()
	name := filepath.Base(x.file)
	if i.ID == "" {
		return problem(name, i.line, "an item has no <wp:post_id>.")
	}
	noun, reason := i.becomes()
	switch {
	case reason != "":
		return nil
	case noun == wordpressUp:
		return x.keepUpload(i)
	}
	if x.items[i.ID] != nil {
		return problem(name, i.line, "there is a second item with the number %s.", i.ID)
	}
	if i.moment().IsZero() && noun != wordpressDraft {
		return problem(name, i.line, "the post %s has no date.", i.ID)
	}
	x.topicsOf(i)
	item := &wordpressItem{id: i.ID, becomes: noun}
	if noun != wordpressDraft {
		item.paths = x.pathsOf(i)
	}
	x.items[i.ID] = item
	author := x.authorOf(i.Creator)
	author.wrote(i.moment())
	author.posts += one(noun != wordpressDraft)
	if noun != wordpressDraft {
		for n := range i.Comments {
			if _, reason := i.Comments[n].becomes(); reason == "" {
				x.comments++
				x.speaker(&i.Comments[n]).wrote(i.Comments[n].moment())
			}
		}
	}
	return nil
}

// pathsOf returns the addresses of a post on its site: where it was read, its short address, and what it was called before.
func (x *wordpress) pathsOf(i *wxrItem) []string {
	var list []string
	add := func(path string) {
		if path != "" && path != "/" && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	link := x.path(i.Link)
	add(link)
	if old := i.meta("_wp_old_slug"); old != "" && i.Name != "" && strings.Contains(link, "/"+i.Name) {
		add(strings.Replace(link, "/"+i.Name, "/"+old, 1))
	}
	add(x.path(i.GUID))
	query := "p"
	if i.Type == "page" {
		query = "page_id"
	}
	base := "/"
	if u, err := url.Parse(cmp.Or(x.site.base, x.site.link)); err == nil && u.Path != "" {
		base = strings.TrimRight(u.Path, "/") + "/"
	}
	add(base + "?" + query + "=" + url.QueryEscape(i.ID))
	return list
}

// path returns the path and query of an address of the site, "" for an address elsewhere.
func (x *wordpress) path(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host != "" && strings.TrimPrefix(strings.ToLower(u.Host), "www.") != x.host || u.Opaque != "" || u.Scheme == "mailto" {
		return ""
	}
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

// address makes an address in a text one of the hub, where it leads to something that comes along.
func (x *wordpress) address(href string) string {
	if href == "" || strings.HasPrefix(href, "#") {
		return href
	}
	if f := x.uploadAt(href); f != nil {
		if key := x.keep(f); key != "" {
			x.used[f.id] = f
			return "/files/" + key
		}
	}
	u, err := url.Parse(href)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return href
	}
	if u.Host == "" && !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "?") {
		return href
	}
	fragment := ""
	if u.Fragment != "" {
		fragment = "#" + u.EscapedFragment()
	}
	path := x.path(href)
	for _, p := range []string{path, strings.TrimRight(path, "/"), strings.TrimRight(path, "/") + "/"} {
		if to := x.paths[p]; to != "" && p != "" {
			return to + fragment
		}
	}
	if u.Host == "" && x.host != "" { // what stays there is where it was
		return "https://" + x.host + path + fragment
	}
	return href
}

// gallery returns the pictures of a gallery.
func (x *wordpress) gallery(ids []string) []wordpressPicture {
	list := x.below[x.post.id]
	if len(ids) > 0 {
		list = nil
		for _, id := range ids {
			if f := x.uploads[id]; f != nil {
				list = append(list, f)
			}
		}
	}
	var pictures []wordpressPicture
	for _, f := range list {
		if isPicture(f.address) {
			pictures = append(pictures, wordpressPicture{f.address, cmp.Or(f.alt, f.title), f.caption})
		}
	}
	return pictures
}

// notes says at the end what was changed.
func (x *wordpress) notes() {
	for _, key := range sortedKeys(x.left) {
		format, noun, _ := strings.Cut(key, "\x00")
		x.report.note("%s.", fmt.Sprintf(format, plural(x.left[key], noun)))
	}
	names := func(counts map[string]int) string {
		list := make([]string, 0, len(counts))
		for _, name := range sortedKeys(counts) {
			list = append(list, fmt.Sprintf("%s (%d)", name, counts[name]))
		}
		return strings.Join(list, ", ")
	}
	if len(x.text.shortcodes) > 0 {
		x.report.note("Shortcodes that only the site can fill stay as they were typed, and galleries without pictures are left out: %s.", names(x.text.shortcodes))
	}
	if len(x.text.blocks) > 0 {
		x.report.note("Blocks that the site fills when it shows a page are left out: %s.", names(x.text.blocks))
	}
	if x.cuts > 0 {
		x.report.note("%s longer than the hub shows was cut.", plural(x.cuts, "text"))
	}
	if x.Organisation != "" {
		x.report.note("Nobody's e-mail address was kept.")
	}
}
