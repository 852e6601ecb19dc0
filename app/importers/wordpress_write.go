package importers

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// wordpressBlog is where the posts go: a blog that is in the hub, or one that the import makes.
type wordpressBlog struct {
	id       int64 // 0 until it is made
	slug     string
	audience string
	network  int64
	owner    *wordpressAuthor // of a new one: who wrote most
}

// chooseBlog finds the blog, at the end of the first pass, and makes sure that its posts may be for whom they shall be.
func (x *wordpress) chooseBlog(ctx context.Context) error {
	if len(x.items) == 0 {
		return nil
	}
	b := &x.blog
	where, arg := "b.slug = $1", x.Blog
	switch x.Blog {
	case "": // where an earlier import put them
		where, arg = "b.id = (SELECT p.blog_id FROM posts p JOIN threads t ON t.id = p.thread_id WHERE t.external_id >= $1 AND t.external_id < $2 ORDER BY p.thread_id LIMIT 1)", x.prefix+"post/"
	case NewBlog:
		where, arg = "b.external_id = $1", x.prefix+"blog"
	}
	args := []any{arg}
	if x.Blog == "" {
		args = append(args, x.prefix+"post0") // the character after the slash
	}
	var kind string
	var owner int64
	err := x.DB.QueryRow(ctx, `
		SELECT b.id, b.slug, b.audience, b.owner_kind, b.owner_id
		FROM blogs b
		WHERE `+where, args...).Scan(&b.id, &b.slug, &b.audience, &kind, &owner)
	switch {
	case errs.IsNotFound(err) && x.Blog != "" && x.Blog != NewBlog:
		return errs.NotFoundf("There is no blog /blog/%s in the hub.", x.Blog)
	case errs.IsNotFound(err):
		return x.planBlog(ctx)
	case err != nil:
		return err
	case kind == blogs.OwnerNetwork:
		b.network = owner
	}
	switch {
	case narrowerOrSame(x.Audience, b.audience):
	case x.asked == "":
		x.Audience = b.audience
	default:
		return errs.Invalidf("The posts of /blog/%s can be for %s at most, not for %s. Change the blog's settings first, or leave --audience out.", b.slug, b.audience, x.asked)
	}
	return nil
}

// narrowerOrSame reports whether everybody in an audience is in limit too.
func narrowerOrSame(audience, limit string) bool {
	return audience == limit || limit == auth.AudiencePublic || limit == auth.AudienceHub && audience != auth.AudiencePublic
}

// planBlog decides whose blog a new one is: that of whoever wrote most.
func (x *wordpress) planBlog(ctx context.Context) error {
	for _, login := range sortedKeys(x.authors) {
		if a := x.authors[login]; x.blog.owner == nil || a.posts > x.blog.owner.posts {
			x.blog.owner = a
		}
	}
	if err := x.findPeople(ctx); err != nil || x.blog.owner.id == 0 {
		return err
	}
	var slug string
	err := x.DB.QueryRow(ctx, `
		SELECT b.slug
		FROM blogs b
		WHERE b.owner_kind = $1 AND b.owner_id = $2`, blogs.OwnerPerson, x.blog.owner.id).Scan(&slug)
	if errs.IsNotFound(err) {
		return nil
	}
	if err == nil {
		err = errs.Conflictf("%s, who wrote most of it, has a blog already. Name it with --blog %s, or that of a unit or network.", x.blog.owner.name, slug)
	}
	return err
}

// write is the second pass.
func (x *wordpress) write(ctx context.Context) error {
	for _, noun := range []string{"people", "topics", "blogs", wordpressPost, wordpressPage, wordpressDraft, wordpressUp, "comments", "old addresses"} {
		x.report.read(noun, 0) // the order of the report
	}
	for _, step := range []func(context.Context) error{x.writePeople, x.writeTopics, x.writeBlog, x.writePosts, x.writeComments} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	x.reportUploads()
	x.notes()
	return nil
}

func (x *wordpress) writeTopics(ctx context.Context) error {
	keys := sortedKeys(x.terms)
	x.Progress.Start("Topics", len(keys))
	list := make([]topics.Record, 0, len(keys))
	for _, key := range keys {
		t := x.terms[key]
		t.ExternalID = x.prefix + key
		t.Broader = x.terms["category/"+t.Broader].Name
		list = append(list, t)
	}
	if len(list) == 0 {
		return nil
	}
	x.report.read("topics", len(list))
	var out topics.Outcome
	if err := x.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = x.Topics.ImportTopics(ctx, tx, list)
		return err
	}); err != nil {
		return err
	}
	c := x.report.count("topics")
	c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
	different := map[int64]bool{}
	for _, id := range out.IDs {
		different[id] = true
	}
	if n := len(list) - len(different); n > 0 {
		x.report.note("%s or tags share a name with another: those of one name are one topic.", plurals(n, "category", "categories"))
	}
	all, err := x.Topics.All(ctx)
	if err != nil {
		return err
	}
	slugs := make(map[int64]string, len(all))
	for _, t := range all {
		slugs[t.ID] = t.Slug
	}
	for _, key := range keys {
		x.slugs[key] = slugs[out.IDs[x.prefix+key]]
	}
	x.Progress.Add(len(list))
	return nil
}

// writeBlog makes the blog, unless it is there.
func (x *wordpress) writeBlog(ctx context.Context) error {
	if len(x.items) == 0 {
		return nil
	}
	x.report.read("blogs", 1)
	if x.blog.id != 0 {
		x.report.count("blogs").Unchanged++
		return nil
	}
	rec := blogs.BlogRecord{
		ExternalID: x.prefix + "blog", Name: cmp.Or(plainWords(x.site.title), x.host), Description: plainWords(x.site.description),
		OwnerKind: blogs.OwnerPerson, Audience: x.Audience,
	}
	rec.OwnerExternalID, rec.OwnerID = x.externalOf(x.blog.owner)
	for _, login := range sortedKeys(x.authors) {
		if a := x.authors[login]; a != x.blog.owner && a.posts > 0 && a.id == 0 {
			rec.Authors = append(rec.Authors, x.prefix+a.external)
		}
	}
	if err := fill(&rec.Hash, rec); err != nil {
		return err
	}
	return x.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err := x.Blogs.ImportBlogs(ctx, tx, []blogs.BlogRecord{rec})
		if err != nil {
			return err
		}
		for _, s := range out.Skipped {
			return errs.Conflictf("The blog cannot be made: %s. Name another with --blog.", s.Reason)
		}
		x.blog.id = out.IDs[rec.ExternalID]
		c := x.report.count("blogs")
		c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
		return nil
	})
}

// wordpressEntry is a published post with all that belongs to it.
type wordpressEntry struct {
	thread threads.ThreadRecord
	post   blogs.PostRecord
	files  []threads.Attachment
	paths  []string
}

func (x *wordpress) writePosts(ctx context.Context) error {
	x.Progress.Start("Posts", len(x.items))
	entries := map[string]*batch[wordpressEntry]{}
	for _, noun := range []string{wordpressPost, wordpressPage} {
		entries[noun] = &batch[wordpressEntry]{ctx: ctx, r: x.run, noun: noun, write: x.writeEntries}
	}
	drafts := &batch[blogs.DraftRecord]{ctx: ctx, r: x.run, noun: wordpressDraft, write: x.writeDrafts}
	_, err := readWXR(ctx, x.file, wxrVisitor{author: ignoreAuthor, term: ignoreTerm, item: func(i *wxrItem) error {
		noun, reason := i.becomes()
		if noun == wordpressUp {
			return nil
		}
		x.report.read(noun, 1)
		if reason != "" {
			x.report.skip(noun, reason, cmp.Or(plainWords(i.Title), i.ID))
			return nil
		}
		if noun == wordpressDraft {
			d, err := x.draft(i)
			if err != nil {
				return err
			}
			return drafts.add(d)
		}
		e, err := x.entry(i)
		if err != nil {
			return err
		}
		return entries[noun].add(e)
	}})
	if err != nil {
		return err
	}
	for _, noun := range []string{wordpressPost, wordpressPage} {
		if err := entries[noun].flush(); err != nil {
			return err
		}
	}
	return drafts.flush()
}

func ignoreAuthor(wxrAuthor) error { return nil }

func ignoreTerm(wxrTerm) error { return nil }

// body returns the text of an item as Markdown, and remembers the files in it.
func (x *wordpress) body(i *wxrItem) string {
	x.post, x.used = &wordpressItem{id: i.ID}, map[string]*wordpressFile{}
	text, whole := fitting(x.text.markdown(i.text("content")))
	x.cuts += one(!whole)
	return text
}

// cover returns the file of the featured picture and the words for those who do not see it.
func (x *wordpress) cover(i *wxrItem) (key, alt string) {
	f := x.uploads[i.meta("_thumbnail_id")]
	if f == nil || !isPicture(f.address) {
		return "", ""
	}
	if key = x.keep(f); key == "" || !isPicture(key) {
		x.leave("%s not brought along", "cover picture")
		return "", ""
	}
	x.used[f.id] = f
	return key, cmp.Or(f.alt, f.title)
}

func (x *wordpress) subjects(i *wxrItem) []string {
	var list []string
	for _, key := range x.topicsOf(i) {
		if slug := x.slugs[key]; slug != "" && !slices.Contains(list, slug) {
			list = append(list, slug)
		}
	}
	return list
}

func (x *wordpress) series(i *wxrItem) string {
	if i.Type == "page" {
		return pagesSeries
	}
	return ""
}

// entry makes a published post or page of an item.
func (x *wordpress) entry(i *wxrItem) (wordpressEntry, error) {
	external := x.prefix + "post/" + i.ID
	body := x.body(i)
	cover, alt := x.cover(i)
	e := wordpressEntry{
		thread: threads.ThreadRecord{
			ExternalID: external, Kind: threads.Post, Title: i.title(), Body: body, Topics: x.subjects(i), Audience: x.Audience,
			Network: x.blog.network, CreatedAt: i.moment(),
		},
		post: blogs.PostRecord{
			ThreadExternalID: external, Blog: x.blog.id, Slug: slugOf(i), Summary: plainWords(i.text("excerpt")),
			Cover: cover, CoverAlt: alt, Series: x.series(i), PublishedAt: i.moment(),
		},
		paths: x.items[i.ID].paths,
	}
	e.thread.AuthorExternalID, e.thread.Author = x.externalOf(x.authorOf(i.Creator))
	if edited := wxrMoment(i.Modified); edited.Sub(e.thread.CreatedAt) > time.Minute {
		e.thread.EditedAt = &edited
	}
	if i.Sticky == "1" {
		x.leave("%s of the site: in its place by date, because a blog pins none", "sticky post")
	}
	for _, f := range x.below[i.ID] {
		if x.keep(f) != "" {
			x.used[f.id] = f
		}
	}
	for _, id := range sortedByNumber(x.used) {
		f := x.used[id]
		f.came = true
		e.files = append(e.files, threads.Attachment{
			ExternalID: x.prefix + "attachment/" + f.id + "/" + i.ID, File: f.key, Name: f.name[strings.LastIndexByte(f.name, '/')+1:],
			ContentType: f.contentType, Size: f.size,
		})
	}
	return e, x.failed
}

func slugOf(i *wxrItem) string { return markup.Slug(cmp.Or(i.Name, i.title())) }

// draft makes a draft of what was not published.
func (x *wordpress) draft(i *wxrItem) (blogs.DraftRecord, error) {
	body := x.body(i)
	cover, alt := x.cover(i)
	d := blogs.DraftRecord{
		ExternalID: x.prefix + "post/" + i.ID, Blog: x.blog.id, Title: i.title(), Slug: slugOf(i), Summary: plainWords(i.text("excerpt")),
		Body: body, Topics: x.subjects(i), Audience: x.Audience, Cover: cover, CoverAlt: alt, Series: x.series(i), CreatedAt: i.moment(),
		UpdatedAt: wxrMoment(i.Modified, i.DateGMT, i.PubDate, i.Date),
	}
	d.AuthorExternalID, d.Author = x.externalOf(x.authorOf(i.Creator))
	x.leave("%s that "+i.unpublished()+" there: a draft here", i.Type)
	if n := len(i.Comments); n > 0 {
		x.report.read("comments", n)
		for range n {
			x.report.skip("comments", "under a post that is a draft now", d.Title)
		}
	}
	err := fill(&d.Hash, d)
	return d, errors.Join(x.failed, err)
}

func (x *wordpress) writeDrafts(ctx context.Context, tx *db.Tx, list []blogs.DraftRecord) (outcome, error) {
	out, err := x.Blogs.ImportDrafts(ctx, tx, list)
	return outcomeOf(out), err
}

// writeEntries writes posts in one transaction with their threads, files and old addresses, so that none is seen without the
// others.
func (x *wordpress) writeEntries(ctx context.Context, tx *db.Tx, list []wordpressEntry) (outcome, error) {
	records := make([]threads.ThreadRecord, len(list))
	for n := range list {
		if err := fill(&list[n].thread.Hash, list[n].thread); err != nil {
			return outcome{}, err
		}
		records[n] = list[n].thread
	}
	opened, err := x.Threads.ImportThreads(ctx, tx, records)
	if err != nil {
		return outcome{}, err
	}
	posts := make([]blogs.PostRecord, 0, len(list))
	for _, e := range list {
		if opened.IDs[e.thread.ExternalID] != 0 {
			posts = append(posts, e.post)
		}
	}
	published, err := x.Blogs.ImportPosts(ctx, tx, posts)
	if err != nil {
		return outcome{}, err
	}
	if err := x.attach(ctx, tx, list, opened.IDs); err != nil {
		return outcome{}, err
	}
	if err := x.redirect(ctx, tx, list, opened.IDs); err != nil {
		return outcome{}, err
	}
	out := outcome{created: opened.Created, changed: opened.Changed, unchanged: opened.Unchanged, skipped: opened.Skipped}
	if opened.Changed == 0 && published.Changed > 0 { // the words are the same, what stands beside them is not
		out.changed, out.unchanged = published.Changed, max(0, out.unchanged-published.Changed)
	}
	out.skipped = append(out.skipped, outcomeOf(published).skipped...)
	return out, nil
}

// attach ties files to the threads they are in, those that are not yet.
func (x *wordpress) attach(ctx context.Context, tx *db.Tx, list []wordpressEntry, ids map[string]int64) error {
	var names []string
	for _, e := range list {
		for _, f := range e.files {
			names = append(names, f.ExternalID)
		}
	}
	have, err := attached(ctx, tx, names)
	if err != nil {
		return err
	}
	people, err := x.People.IDsByExternal(ctx, tx, column(list, func(e wordpressEntry) string { return e.thread.AuthorExternalID }))
	if err != nil {
		return err
	}
	c := x.report.count(wordpressUp)
	for _, e := range list {
		for _, f := range e.files {
			switch have[f.ExternalID] {
			case f.File:
				c.Unchanged++
				continue
			case "":
				c.Created++
			default:
				c.Changed++
			}
			f.Thread, f.Person = ids[e.thread.ExternalID], cmp.Or(e.thread.Author, people[e.thread.AuthorExternalID])
			if _, err := x.Threads.Attach(ctx, tx, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// redirect makes the old addresses lead to the posts. One that leads somewhere already keeps leading there.
func (x *wordpress) redirect(ctx context.Context, tx *db.Tx, list []wordpressEntry, ids map[string]int64) error {
	var paths []string
	for _, e := range list {
		paths = append(paths, e.paths...)
	}
	have, err := redirected(ctx, tx, paths)
	if err != nil {
		return err
	}
	c := x.report.count("old addresses")
	for _, e := range list {
		id := ids[e.thread.ExternalID]
		if id == 0 {
			continue
		}
		to := lead(typeThread, id)
		for _, path := range e.paths {
			c.Read++
			switch have[path] {
			case to:
				c.Unchanged++
			case "":
				c.Created++
				have[path] = to
				if err := x.Threads.Redirect(ctx, tx, path, typeThread, id); err != nil {
					return err
				}
			default:
				x.report.skip("old addresses", "it leads to something else already", path)
			}
		}
	}
	return nil
}

// becomes says whether a comment is a reply, or why it stays behind.
func (c *wxrComment) becomes() (noun, reason string) {
	switch {
	case c.Type == "pingback" || c.Type == "trackback":
		return "", c.Type + "s, which other sites had sent"
	case c.Type != "" && c.Type != "comment":
		return "", "of the type " + c.Type
	case c.Approved == "spam":
		return "", "marked as spam"
	case c.Approved == "trash" || c.Approved == "post-trashed":
		return "", "thrown away"
	case c.Approved != "1" && c.Approved != "approve":
		return "", "not approved"
	case strings.TrimSpace(c.Text) == "":
		return "", "empty"
	case c.ID == "":
		return "", "without a number"
	}
	return "replies", ""
}

func (c *wxrComment) moment() time.Time { return wxrMoment(c.DateGMT, c.Date) }

func (x *wordpress) writeComments(ctx context.Context) error {
	x.Progress.Start("Comments", x.comments)
	out := newReplyQueue(x.replies(ctx, "comments"))
	_, err := readWXR(ctx, x.file, wxrVisitor{author: ignoreAuthor, term: ignoreTerm, item: func(i *wxrItem) error {
		switch noun, reason := i.becomes(); {
		case noun == wordpressDraft:
			return nil // writePosts has counted them
		case reason != "" || noun == wordpressUp:
			for range i.Comments {
				x.report.read("comments", 1)
				x.report.skip("comments", "under something that stays behind", cmp.Or(plainWords(i.Title), i.ID))
			}
			return nil
		}
		here := map[string]bool{}
		for n := range i.Comments {
			if _, reason := i.Comments[n].becomes(); reason == "" {
				here[i.Comments[n].ID] = true
			}
		}
		x.post = x.items[i.ID]
		for n := range i.Comments {
			c := &i.Comments[n]
			x.report.read("comments", 1)
			if _, reason := c.becomes(); reason != "" {
				x.report.skip("comments", reason, c.ID)
				continue
			}
			if err := out.add(x.reply(i, c, here)); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		return err
	}
	return out.flush()
}

// reply makes a reply of a comment. One that answers a comment that stays behind answers the post.
func (x *wordpress) reply(i *wxrItem, c *wxrComment, here map[string]bool) threads.ReplyRecord {
	x.used = map[string]*wordpressFile{}
	text, whole := fitting(x.text.markdown(c.Text))
	x.cuts += one(!whole)
	r := threads.ReplyRecord{
		ExternalID: x.prefix + "comment/" + c.ID, ThreadExternalID: x.prefix + "post/" + i.ID, Body: cmp.Or(strings.TrimSpace(text), "…"),
		CreatedAt: c.moment(),
	}
	if r.CreatedAt.IsZero() {
		r.CreatedAt = i.moment()
	}
	r.AuthorExternalID, r.Author = x.externalOf(x.speaker(c))
	if here[c.Parent] && c.Parent != c.ID {
		r.ParentExternalID = x.prefix + "comment/" + c.Parent
	}
	return r
}

// sortedByNumber returns keys that are numbers in order.
func sortedByNumber[V any](m map[string]V) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
}
