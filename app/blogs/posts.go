package blogs

import (
	"context"
	"fmt"
	"time"

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
