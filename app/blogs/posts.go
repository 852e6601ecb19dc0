package blogs

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Place is a blog as a line beside a post names it.
type Place struct {
	ID    int64
	Slug  string
	Name  string
	Owner string // person, unit or network
}

// Path returns the blog's address.
func (p Place) Path() string { return "/blog/" + p.Slug }

// Series is posts of one blog that belong together, in order. The zero Series is none.
type Series struct {
	ID   int64
	Slug string
	Name string
}

// Post is a published post. Its ID is that of its thread.
type Post struct {
	ID          int64
	Blog        Place
	Slug        string
	Title       string
	Summary     string // as its author wrote it; "" when they did not
	Excerpt     string // how it begins, plain text
	Body        string // Markdown; filled where it says so
	HTML        string // Body as app/markup rendered it; filled where it says so
	Cover       string // key in app/files, "" for none
	CoverAlt    string
	Series      Series
	Minutes     int // to read
	Audience    string
	Author      threads.Author
	Others      []threads.Author // who wrote it with Author
	PublishedAt time.Time
	EditedAt    time.Time // zero when never edited
	Replies     int
	Votes       int
}

// Path returns the post's address.
func (p Post) Path() string { return p.Blog.Path() + "/" + p.Slug }

// Lead returns what stands for the post in lists: its summary, or how it begins.
func (p Post) Lead() string {
	if p.Summary != "" {
		return p.Summary
	}
	return p.Excerpt
}

// Authors returns everybody who wrote it.
func (p Post) Authors() []threads.Author {
	return append([]threads.Author{p.Author}, p.Others...)
}

// PostQuery asks for one page of posts, newest first.
type PostQuery struct {
	Blog   int64       // 0 for all blogs
	Author int64       // only those this person wrote, alone or with others; 0 for anybody
	Series int64       // only of this series, 0 for any
	Month  int         // only of this month, as yyyymm in the hub's time zone; 0 for any
	Before threads.Key // the page after this place
	Limit  int         // at most MaxPosts; 0 is PageSize
	Bodies bool        // with Body and HTML, for feeds and letters
}

// How many posts a page has.
const (
	PageSize = 12
	MaxPosts = 100
)

// PostPage is one page of posts, newest first.
type PostPage struct {
	Posts []Post
	Older threads.Key // for PostQuery.Before, zero on the last page
}

// Posts returns one page of the posts v may read.
func (s *Service) Posts(ctx context.Context, v auth.Viewer, in PostQuery) (PostPage, error) {
	if in.Limit <= 0 || in.Limit > MaxPosts {
		in.Limit = PageSize
	}
	in.Limit++
	posts, err := s.selectPosts(ctx, s.db, v, in)
	if err != nil {
		return PostPage{}, fmt.Errorf("posts: %w", err)
	}
	page := PostPage{Posts: posts}
	if last := in.Limit - 1; len(posts) > last {
		page.Posts = posts[:last]
		end := posts[last-1]
		page.Older = threads.Key{At: end.PublishedAt.UnixMicro(), ID: end.ID}
	}
	return page, nil
}

// wordsPerMinute is what people read of text like this.
const wordsPerMinute = 220

func minutes(words int) int { return max(1, (words+wordsPerMinute/2)/wordsPerMinute) }

// FindPost returns a post with its text and who wrote it, if v may read it.
func (s *Service) FindPost(ctx context.Context, v auth.Viewer, blog, slug string) (Post, error) {
	p, err := selectPost(ctx, s.db, v, blog, slug)
	if err != nil {
		return Post{}, fmt.Errorf("find post %s/%s: %w", blog, slug, err)
	}
	return p, nil
}

// Part is where a post stands in its series.
type Part struct {
	Number, Of     int
	Previous, Next Post // zero at the ends
}

// PartOf returns where p stands in its series, as far as v may read it.
func (s *Service) PartOf(ctx context.Context, v auth.Viewer, p Post) (Part, error) {
	if p.Series.ID == 0 {
		return Part{}, nil
	}
	part, err := selectPart(ctx, s.db, v, p)
	if err != nil {
		return Part{}, fmt.Errorf("place of post %d in its series: %w", p.ID, err)
	}
	return part, nil
}

// Month is a month in an archive.
type Month struct {
	Month int // yyyymm in the hub's time zone
	Posts int
}

// Archive is what a blog holds, by month and by series, newest first.
type Archive struct {
	Posts  int
	Months []Month
	Series []CountedSeries
}

// Archive counts the posts of a blog that v may read. What lies before the latest 5,000 is not counted.
func (s *Service) Archive(ctx context.Context, v auth.Viewer, b Blog) (Archive, error) {
	dates, err := selectDates(ctx, s.db, v, b.ID)
	if err != nil {
		return Archive{}, fmt.Errorf("archive of blog %d: %w", b.ID, err)
	}
	a := Archive{Posts: len(dates)}
	for _, us := range dates {
		at := time.UnixMicro(us).In(s.zone)
		month := at.Year()*100 + int(at.Month())
		if n := len(a.Months); n > 0 && a.Months[n-1].Month == month {
			a.Months[n-1].Posts++
		} else {
			a.Months = append(a.Months, Month{Month: month, Posts: 1})
		}
	}
	if len(dates) == 0 {
		return a, nil
	}
	if a.Series, err = selectCountedSeries(ctx, s.db, v, b.ID); err != nil {
		return Archive{}, fmt.Errorf("series of blog %d: %w", b.ID, err)
	}
	return a, nil
}

// FindSeries returns a series of a blog in which there is something that v may read.
func (s *Service) FindSeries(ctx context.Context, v auth.Viewer, b Blog, slug string) (Series, error) {
	list, err := selectCountedSeries(ctx, s.db, v, b.ID)
	if err != nil {
		return Series{}, fmt.Errorf("series %q of blog %d: %w", slug, b.ID, err)
	}
	for _, c := range list {
		if c.Slug == slug {
			return c.Series, nil
		}
	}
	return Series{}, errs.NotFoundf("There is no such series in this blog.")
}

// listedBlogs is how many blogs a page of the directory has.
const listedBlogs = 60

// DirectoryPage is part of the directory, A to Z.
type DirectoryPage struct {
	Blogs []Listed
	Next  int64 // id to ask for the part after this one with, 0 at the end
}

// Directory lists the blogs v may know of, A to Z: those of one kind of owner, or of all when kind is "". after is the id of
// the blog before, 0 for the first page.
func (s *Service) Directory(ctx context.Context, v auth.Viewer, kind string, after int64) (DirectoryPage, error) {
	in := directoryQuery{kind: kind, limit: listedBlogs + 1}
	if after != 0 {
		b, err := selectBlogByID(ctx, s.db, v, s.now(), after)
		if err != nil {
			return DirectoryPage{}, fmt.Errorf("directory of blogs after %d: %w", after, err)
		}
		in.after, in.id = b.Name, b.ID
	}
	list, err := selectDirectory(ctx, s.db, v, s.now(), in)
	if err != nil {
		return DirectoryPage{}, fmt.Errorf("directory of blogs: %w", err)
	}
	page := DirectoryPage{Blogs: list}
	if len(list) > listedBlogs {
		page.Blogs = list[:listedBlogs]
		page.Next = page.Blogs[listedBlogs-1].ID
	}
	return page, nil
}

// Mine lists the blogs v writes in, with how many drafts of theirs are in each.
func (s *Service) Mine(ctx context.Context, v auth.Viewer) ([]Listed, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	list, err := selectDirectory(ctx, s.db, v, s.now(), directoryQuery{own: true, limit: listedBlogs})
	if err != nil {
		return nil, fmt.Errorf("blogs of person %d: %w", v.Person, err)
	}
	return list, nil
}
