package blogs

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/feeds"
	"watercooler/auth"
)

// feedSize is how many posts a feed has, newest first.
const feedSize = 20

// Feed returns the feed of the blog at slug, of all blogs when slug is "", with addresses on the hub at base, which is
// called hub.
//
// A feed is for programs that have no session, so it says what is public whoever asks; and a blog that is not public has
// none.
func (s *Service) Feed(ctx context.Context, base, hub, slug string) (feeds.Feed, error) {
	f := feeds.Feed{Title: "Posts of " + hub, Home: base + "/blogs", Atom: base + "/feed.atom", JSON: base + "/feed.json", Updated: time.Unix(0, 0)}
	if hub == "" {
		f.Title = "Posts"
	}
	in := PostQuery{Limit: feedSize, Bodies: true}
	if slug != "" {
		b, err := s.Find(ctx, auth.Public, slug)
		if err != nil {
			return feeds.Feed{}, err
		}
		home := base + b.Path()
		f = feeds.Feed{Title: b.Name, Description: b.Description, Home: home, Atom: home + "/feed.atom", JSON: home + "/feed.json", Updated: b.CreatedAt}
		in.Blog = b.ID
	}
	page, err := s.Posts(ctx, auth.Public, in)
	if err != nil {
		return feeds.Feed{}, err
	}
	tags, err := selectTags(ctx, s.db, page.Posts)
	if err != nil {
		return feeds.Feed{}, fmt.Errorf("topics of a feed: %w", err)
	}
	for _, p := range page.Posts {
		f.Entries = append(f.Entries, entry(p, base, tags[p.ID]))
	}
	return f, nil
}

// entry returns p as feeds say it. It is known by the address of its thread, which stays when the post is renamed.
func entry(p Post, base string, tags []string) feeds.Entry {
	e := feeds.Entry{
		ID: fmt.Sprintf("%s/threads/%d", base, p.ID), URL: base + p.Path(), Title: p.Title, Summary: p.Lead(),
		HTML: feeds.Absolute(p.HTML, base, base+p.Path()), Tags: tags, Published: p.PublishedAt, Updated: p.PublishedAt,
	}
	if p.EditedAt.After(e.Updated) {
		e.Updated = p.EditedAt
	}
	if p.Cover != "" {
		e.Image = base + "/files/" + p.Cover
	}
	for _, a := range p.Authors() {
		e.Authors = append(e.Authors, a.Name)
	}
	return e
}

// selectTags returns the names of the topics of posts.
func selectTags(ctx context.Context, q db.Querier, posts []Post) (map[int64][]string, error) {
	tags := make(map[int64][]string, len(posts))
	if len(posts) == 0 {
		return tags, nil
	}
	ids := make([]int64, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	var p db.Params
	rows, err := q.Query(ctx, `
SELECT h.thread_id, x.name
FROM thread_topics h
JOIN topics x ON x.id = h.topic_id
WHERE h.thread_id IN (`+db.AllOf(&p, ids)+`)
ORDER BY x.name, x.id
LIMIT `+p.One(len(ids)*10), p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		tags[id] = append(tags[id], name)
		return struct{}{}, err
	})
	return tags, err
}
