package site

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"watercooler/app/db"
)

// A sitemap file holds what has the ids of one range, so that each stays the same file while the hub grows, and none needs
// the ones before it to be counted.
const (
	perMap   = 10_000 // ids in one file; a file may hold 50,000 addresses
	perRead  = 1_000  // rows in memory at a time
	mostMaps = 10_000 // files of one kind in the index
)

// mapKinds are the kinds of pages there are sitemaps of, each with the statement that lists the maps of the kind, as number
// and last change, and the one that lists the pages of a range: id, address after the hub's own, last change.
//
// SECURITY: each names the public audience in its own text. There is no other in this file.
var mapKinds = []struct{ name, maps, pages string }{
	{"threads", `
		SELECT (t.id - 1) / 10000, MAX(t.active_at)
		FROM threads t
		WHERE t.deleted_at IS NULL AND t.audience = 'public' AND t.kind <> 'post'
		GROUP BY (t.id - 1) / 10000
		ORDER BY 1
		LIMIT $1`, `
		SELECT t.id, '/threads/' || t.id, t.active_at
		FROM threads t
		WHERE t.deleted_at IS NULL AND t.audience = 'public' AND t.kind <> 'post' AND t.id > $1 AND t.id <= $2
		ORDER BY t.id
		LIMIT $3`},
	{"posts", `
		SELECT (t.id - 1) / 10000, MAX(t.active_at)
		FROM posts o
		JOIN threads t ON t.id = o.thread_id
		WHERE t.deleted_at IS NULL AND t.audience = 'public'
		GROUP BY (t.id - 1) / 10000
		ORDER BY 1
		LIMIT $1`, `
		SELECT t.id, '/blog/' || b.slug || '/' || o.slug, t.active_at
		FROM posts o
		JOIN threads t ON t.id = o.thread_id
		JOIN blogs b ON b.id = o.blog_id
		WHERE t.deleted_at IS NULL AND t.audience = 'public' AND o.thread_id > $1 AND o.thread_id <= $2
		ORDER BY t.id
		LIMIT $3`},
	{"blogs", `
		SELECT (b.id - 1) / 10000, MAX(b.updated_at)
		FROM blogs b
		LEFT JOIN networks n ON b.owner_kind = 'network' AND n.id = b.owner_id
		WHERE (b.launch_at IS NULL OR b.launch_at <= $1) AND b.audience = 'public' AND (n.id IS NULL OR n.audience = 'public')
		GROUP BY (b.id - 1) / 10000
		ORDER BY 1
		LIMIT $2`, `
		SELECT b.id, '/blog/' || b.slug, b.updated_at
		FROM blogs b
		LEFT JOIN networks n ON b.owner_kind = 'network' AND n.id = b.owner_id
		WHERE (b.launch_at IS NULL OR b.launch_at <= $1) AND b.audience = 'public' AND (n.id IS NULL OR n.audience = 'public')
			AND b.id > $2 AND b.id <= $3
		ORDER BY b.id
		LIMIT $4`},
	{"networks", `
		SELECT (n.id - 1) / 10000, MAX(n.updated_at)
		FROM networks n
		WHERE n.audience = 'public'
		GROUP BY (n.id - 1) / 10000
		ORDER BY 1
		LIMIT $1`, `
		SELECT n.id, '/networks/' || n.slug, n.updated_at
		FROM networks n
		WHERE n.audience = 'public' AND n.id > $1 AND n.id <= $2
		ORDER BY n.id
		LIMIT $3`},
	{"topics", `
		SELECT (h.topic_id - 1) / 10000, MAX(t.active_at)
		FROM thread_topics h
		JOIN threads t ON t.id = h.thread_id
		WHERE t.deleted_at IS NULL AND t.audience = 'public'
		GROUP BY (h.topic_id - 1) / 10000
		ORDER BY 1
		LIMIT $1`, `
		SELECT x.id, '/topics/' || x.slug, MAX(t.active_at)
		FROM topics x
		JOIN thread_topics h ON h.topic_id = x.id
		JOIN threads t ON t.id = h.thread_id
		WHERE t.deleted_at IS NULL AND t.audience = 'public' AND x.id > $1 AND x.id <= $2
		GROUP BY x.id, x.slug
		ORDER BY x.id
		LIMIT $3`},
}

// page is one address in a sitemap, or one sitemap in the index.
type page struct {
	id      int64 // number, from 0, of a sitemap
	path    string
	changed time.Time
}

// args returns the values of a statement, after the present time for those that ask for it.
func (s *Service) args(kind string, values ...any) []any {
	if kind == "blogs" {
		return append([]any{db.Micros(s.now())}, values...)
	}
	return values
}

// maps lists the sitemaps there are.
func (s *Service) maps(ctx context.Context) ([]page, error) {
	var all []page
	for _, k := range mapKinds {
		rows, err := s.db.Query(ctx, k.maps, s.args(k.name, mostMaps)...)
		list, err := db.Collect(rows, err, func(r db.Scanner) (p page, err error) {
			var at int64
			err = r.Scan(&p.id, &at)
			p.path, p.changed = "/sitemap/"+k.name+"/"+strconv.FormatInt(p.id+1, 10)+".xml", db.Time(at)
			return p, err
		})
		if err != nil {
			return nil, fmt.Errorf("list sitemaps of %s: %w", k.name, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// pages reads the pages of sitemap n of kind whose ids are above after, perRead at most.
func (s *Service) pages(ctx context.Context, kind string, n, after int64) ([]page, error) {
	for _, k := range mapKinds {
		if k.name != kind {
			continue
		}
		rows, err := s.db.Query(ctx, k.pages, s.args(kind, max(after, (n-1)*perMap), n*perMap, perRead)...)
		list, err := db.Collect(rows, err, func(r db.Scanner) (p page, err error) {
			var at int64
			err = r.Scan(&p.id, &p.path, &at)
			p.changed = db.Time(at)
			return p, err
		})
		if err != nil {
			return nil, fmt.Errorf("read sitemap %s %d: %w", kind, n, err)
		}
		return list, nil
	}
	return nil, errNoPage
}

const xmlNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// writeIndex writes the list of sitemaps.
func (s *Service) writeIndex(w *bufio.Writer, maps []page) error {
	return s.write(w, "sitemapindex", "sitemap", func(each func([]page)) error {
		each(maps)
		return nil
	})
}

// writeMap writes sitemap n of kind, of which first has been read; the rest is read as it is written, so that a large file
// needs little memory.
func (s *Service) writeMap(ctx context.Context, w *bufio.Writer, kind string, n int64, first []page) error {
	return s.write(w, "urlset", "url", func(each func([]page)) error {
		for list := first; ; {
			each(list)
			if len(list) < perRead {
				return nil
			}
			var err error
			if list, err = s.pages(ctx, kind, n, list[len(list)-1].id); err != nil {
				return err
			}
		}
	})
}

// write writes a file of the sitemap protocol. When it cannot be finished it stays without its end, so that nobody takes it
// for the whole.
func (s *Service) write(w *bufio.Writer, root, entry string, walk func(each func([]page)) error) error {
	fmt.Fprintf(w, "%s<%s xmlns=%q>\n", xml.Header, root, xmlNamespace)
	err := walk(func(list []page) {
		for _, p := range list {
			fmt.Fprintf(w, "<%s><loc>", entry)
			_ = xml.EscapeText(w, []byte(s.cfg.BaseURL+p.path)) // w keeps its first error until Flush
			fmt.Fprintf(w, "</loc><lastmod>%s</lastmod></%s>\n", p.changed.UTC().Format(time.RFC3339), entry)
		}
	})
	if err == nil {
		fmt.Fprintf(w, "</%s>\n", root)
	}
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	return err
}
