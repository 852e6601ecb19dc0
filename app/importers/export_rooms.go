package importers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/auth"
)

// nameAudiences finds out what the audiences of organisations and networks are called in an archive.
func (x *export) nameAudiences(ctx context.Context, q db.Querier) error {
	for _, kind := range []struct {
		typ, table, prefix string
		audience           func(int64) string
	}{
		{typeOrganisation, "organisations", audienceOrg, auth.OrgAudience}, {typeNetwork, "networks", audienceNetwork, auth.NetworkAudience},
	} {
		err := pages(ctx, func(after named) ([]named, error) {
			rows, err := q.Query(ctx, `
				SELECT COALESCE(x.external_id, ''), x.id, x.created_at
				FROM `+kind.table+` x
				WHERE x.id > $1
				ORDER BY x.id
				LIMIT $2`, after.id, page)
			return db.Collect(rows, err, func(s db.Scanner) (n named, err error) { return n, s.Scan(n.dest()...) })
		}, each(func(n named) error {
			x.audiences[kind.audience(n.id)] = kind.prefix + n.name(kind.typ)
			return nil
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// audience returns an audience as an archive writes it.
func (x *export) audience(kept string) (string, error) {
	if !strings.HasPrefix(kept, audienceOrg) && !strings.HasPrefix(kept, audienceNetwork) {
		return kept, nil
	}
	if name, ok := x.audiences[kept]; ok {
		return name, nil
	}
	return "", fmt.Errorf("it is for %s, which does not exist", kept)
}

// gatherNamed hands out rows of an id and somebody or something with a name in the archive.
func gatherNamed(rows *db.Rows, err error, at map[int64]int, do func(i int, of named)) error {
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var of named
		err := r.Scan(append([]any{&id}, of.dest()...)...)
		do(at[id], of)
		return struct{}{}, err
	})
	return err
}

func exportNetworks(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(n.external_id, ''), n.id, n.created_at, n.slug, n.name, n.purpose, n.about, n.access, n.audience = $1, n.closed_at
			FROM networks n
			WHERE n.id > $2
			ORDER BY n.id
			LIMIT $3`, auth.AudiencePublic, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var closed *int64
			err = s.Scan(r.dest(0, &r.Slug, &r.Name, &r.Purpose, &r.About, &r.Access, &r.Public, &closed)...)
			r.Closed = writtenOr(closed)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		if err := exportMembers(ctx, q, ids, at, list); err != nil {
			return nil, err
		}
		rows, err = q.Query(ctx, `
			SELECT l.child_id, COALESCE(p.external_id, ''), p.id, p.created_at
			FROM network_links l
			JOIN networks p ON p.id = l.parent_id
			WHERE l.child_id IN (`+db.In(1, len(ids))+`) AND l.state = 'member'
			ORDER BY l.child_id, l.parent_id`, db.Args(ids)...)
		return list, gatherNamed(rows, err, at, func(i int, of named) { list[i].Parents = append(list[i].Parents, of.name(typeNetwork)) })
	}, each(func(r exportedRow) error {
		r.Type, r.ExternalID, r.Created = typeNetwork, r.self.name(typeNetwork), written(r.self.created)
		return put(r.archiveLine)
	}))
}

// exportMembers adds the people to lines of networks, also those who have asked or been asked.
func exportMembers(ctx context.Context, q db.Querier, ids []int64, at map[int64]int, list []exportedRow) error {
	rows, err := q.Query(ctx, `
		SELECT m.network_id, COALESCE(p.external_id, ''), p.id, p.created_at, m.role, m.state, m.note, m.created_at
		FROM network_members m
		JOIN people p ON p.id = m.person_id
		WHERE m.network_id IN (`+db.In(1, len(ids))+`)
		ORDER BY m.network_id, m.person_id`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			network, created int64
			person           named
			m                memberLine
		)
		err := r.Scan(append(append([]any{&network}, person.dest()...), &m.Role, &m.State, &m.Note, &created)...)
		if m.State == "member" {
			m.State = ""
		}
		m.Person, m.Created = person.name(typePerson), moment{db.Time(created)}
		list[at[network]].Members = append(list[at[network]].Members, m)
		return struct{}{}, err
	})
	return err
}

func (x *export) blogs(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(b.external_id, ''), b.id, b.created_at,
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				COALESCE(u.external_id, ''), COALESCE(u.id, 0), COALESCE(u.created_at, 0),
				COALESCE(n.external_id, ''), COALESCE(n.id, 0), COALESCE(n.created_at, 0),
				b.slug, b.name, b.description, b.audience, b.launch_at
			FROM blogs b
			LEFT JOIN people p ON b.owner_kind = 'person' AND p.id = b.owner_id
			LEFT JOIN units u ON b.owner_kind = 'unit' AND u.id = b.owner_id
			LEFT JOIN networks n ON b.owner_kind = 'network' AND n.id = b.owner_id
			WHERE b.id > $1
			ORDER BY b.id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var launch *int64
			err = s.Scan(r.dest(3, &r.Slug, &r.Name, &r.Description, &r.Audience, &launch)...)
			r.Launch = writtenOr(launch)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		rows, err = q.Query(ctx, `
			SELECT a.blog_id, COALESCE(p.external_id, ''), p.id, p.created_at
			FROM blog_authors a
			JOIN people p ON p.id = a.person_id
			WHERE a.blog_id IN (`+db.In(1, len(ids))+`)
			ORDER BY a.blog_id, a.person_id`, db.Args(ids)...)
		err = gatherNamed(rows, err, at, func(i int, of named) { list[i].Authors = append(list[i].Authors, of.name(typePerson)) })
		if err != nil {
			return nil, err
		}
		return list, exportSeries(ctx, q, ids, at, list)
	}, each(func(r exportedRow) (err error) {
		r.Type, r.ExternalID, r.Created = typeBlog, r.self.name(typeBlog), written(r.self.created)
		r.Person, r.Unit, r.Network = r.refs[0].name(typePerson), r.refs[1].name(typeUnit), r.refs[2].name(typeNetwork)
		if r.Audience, err = x.audience(r.Audience); err != nil {
			return fmt.Errorf("blog %d: %w", r.self.id, err)
		}
		return put(r.archiveLine)
	}))
}

func exportSeries(ctx context.Context, q db.Querier, ids []int64, at map[int64]int, list []exportedRow) error {
	rows, err := q.Query(ctx, `
		SELECT s.blog_id, COALESCE(s.external_id, ''), s.slug, s.name, s.description
		FROM series s
		WHERE s.blog_id IN (`+db.In(1, len(ids))+`)
		ORDER BY s.blog_id, s.id`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var blog int64
		var s seriesLine
		err := r.Scan(&blog, &s.ExternalID, &s.Slug, &s.Name, &s.Description)
		list[at[blog]].AllSeries = append(list[at[blog]].AllSeries, s)
		return struct{}{}, err
	})
	return err
}

func (x *export) posts(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(t.external_id, ''), t.id, t.created_at, COALESCE(b.external_id, ''), b.id, b.created_at,
				p.slug, p.summary, p.cover, p.cover_alt, COALESCE(s.name, ''), p.published_at, t.deleted_at IS NOT NULL
			FROM posts p
			CROSS JOIN threads t
			CROSS JOIN blogs b
			LEFT JOIN series s ON s.id = p.series_id
			WHERE p.thread_id > $1 AND t.id = p.thread_id AND b.id = p.blog_id
			ORDER BY p.thread_id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var published int64
			err = s.Scan(r.dest(1, &r.Slug, &r.Summary, &r.Cover, &r.CoverAlt, &r.Series, &published, &r.gone)...)
			r.Published = written(published)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		rows, err = q.Query(ctx, `
			SELECT a.thread_id, COALESCE(p.external_id, ''), p.id, p.created_at
			FROM post_authors a
			JOIN people p ON p.id = a.person_id
			WHERE a.thread_id IN (`+db.In(1, len(ids))+`)
			ORDER BY a.thread_id, a.person_id`, db.Args(ids)...)
		return list, gatherNamed(rows, err, at, func(i int, of named) { list[i].Authors = append(list[i].Authors, of.name(typePerson)) })
	}, each(func(r exportedRow) error {
		if r.gone {
			return nil
		}
		x.with(&r.Cover)
		r.Type, r.Thread, r.Blog = typePost, r.self.name(typeThread), r.refs[0].name(typeBlog)
		return put(r.archiveLine)
	}))
}

func (x *export) drafts(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(d.external_id, ''), d.id, d.created_at, COALESCE(b.external_id, ''), b.id, b.created_at,
				COALESCE(a.external_id, ''), a.id, a.created_at,
				d.authors, d.title, d.slug, d.summary, d.body, d.topics, d.audience, d.cover, d.cover_alt, COALESCE(s.name, ''),
				d.publish_at, d.updated_at
			FROM post_drafts d
			CROSS JOIN blogs b
			CROSS JOIN people a
			LEFT JOIN series s ON s.id = d.series_id
			WHERE d.id > $1 AND b.id = d.blog_id AND a.id = d.author_id
			ORDER BY d.id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var (
				authors, topics string
				publish         *int64
				updated         int64
			)
			err = s.Scan(r.dest(2, &authors, &r.Title, &r.Slug, &r.Summary, &r.Body, &topics, &r.Audience, &r.Cover, &r.CoverAlt, &r.Series,
				&publish, &updated)...)
			r.Authors, r.Topics = strings.Fields(authors), typed(topics)
			r.Publish, r.Edited = writtenOr(publish), written(updated)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		return list, nameAuthors(ctx, q, list)
	}, each(func(r exportedRow) (err error) {
		x.with(&r.Cover)
		r.Type, r.ExternalID, r.Created = typeDraft, r.self.name(typeDraft), written(r.self.created)
		r.Blog, r.Author = r.refs[0].name(typeBlog), r.refs[1].name(typePerson)
		if r.Audience, err = x.audience(r.Audience); err != nil {
			return fmt.Errorf("draft %d: %w", r.self.id, err)
		}
		return put(r.archiveLine)
	}))
}

// typed returns the topics of a draft, which are kept as they were typed.
func typed(topics string) (list []string) {
	for _, name := range strings.Split(topics, ",") {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// nameAuthors puts the archive's names of people in the place of their handles. A handle that is nobody's is left out.
func nameAuthors(ctx context.Context, q db.Querier, list []exportedRow) error {
	var handles []string
	for _, r := range list {
		handles = append(handles, r.Authors...)
	}
	slices.Sort(handles)
	people := map[string]string{}
	err := chunked(slices.Compact(handles), func(in string, args []any) error {
		rows, err := q.Query(ctx, `
			SELECT p.handle, COALESCE(p.external_id, ''), p.id, p.created_at
			FROM people p
			WHERE p.handle IN (`+in+`)
			LIMIT 2000`, args...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var handle string
			var of named
			err := r.Scan(append([]any{&handle}, of.dest()...)...)
			people[handle] = of.name(typePerson)
			return struct{}{}, err
		})
		return err
	})
	for i := range list {
		var names []string
		for _, handle := range list[i].Authors {
			if name := people[handle]; name != "" {
				names = append(names, name)
			}
		}
		list[i].Authors = names
	}
	return err
}

func (x *export) attachments(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return walk(ctx, func(after int64) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(a.external_id, ''), a.id, a.created_at, COALESCE(p.external_id, ''), p.id, p.created_at,
				COALESCE(t.external_id, ''), COALESCE(t.id, 0), COALESCE(t.created_at, 0), a.file, a.name, a.content_type, a.size,
				t.deleted_at IS NOT NULL
			FROM attachments a
			CROSS JOIN people p
			LEFT JOIN threads t ON t.id = a.thread_id
			WHERE a.id > $1 AND p.id = a.person_id
			ORDER BY a.id
			LIMIT $2`, after, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			return r, s.Scan(r.dest(2, &r.File, &r.Name, &r.ContentType, &r.Size, &r.gone)...)
		})
	}, func(r exportedRow) error {
		if r.gone {
			return nil
		}
		if x.with(&r.File); r.File == "" {
			return nil
		}
		r.Type, r.ExternalID = typeAttachment, r.self.name(typeAttachment)
		r.Person, r.Thread = r.refs[0].name(typePerson), r.refs[1].name(typeThread)
		return put(r.archiveLine)
	})
}

// redirectable are the kinds of things that old addresses lead to, the tables of what is exported of them, and where an archive
// says which.
var redirectable = []struct {
	kind, tables string
	into         func(l *archiveLine, name string)
}{
	{typeThread, "threads o WHERE o.deleted_at IS NULL AND", func(l *archiveLine, name string) { l.Thread = name }},
	{typeReply, "replies o JOIN threads t ON t.id = o.thread_id WHERE t.deleted_at IS NULL AND", func(l *archiveLine, name string) { l.Reply = name }},
	{typeTopic, "topics o WHERE", func(l *archiveLine, name string) { l.Topic = name }},
	{typePerson, "people o WHERE", func(l *archiveLine, name string) { l.Person = name }},
	{typeNetwork, "networks o WHERE", func(l *archiveLine, name string) { l.Network = name }},
	{typeBlog, "blogs o WHERE", func(l *archiveLine, name string) { l.Blog = name }},
}

// exportRedirects writes old addresses, in the order of what they lead to. The paths of one thing are sorted here, because
// databases sort texts in more than one way.
func exportRedirects(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	for _, kind := range redirectable {
		err := pages(ctx, func(after exportedRow) ([]exportedRow, error) {
			rows, err := q.Query(ctx, `
				SELECT COALESCE(o.external_id, ''), o.id, o.created_at
				FROM `+kind.tables+` o.id > $1 AND EXISTS (SELECT 1 FROM redirects r WHERE r.object_kind = $2 AND r.object_id = o.id)
				ORDER BY o.id
				LIMIT $3`, after.self.id, kind.kind, page)
			list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) { return r, s.Scan(r.dest(0)...) })
			if err != nil {
				return nil, err
			}
			ids, at := idsOf(list)
			rows, err = q.Query(ctx, `
				SELECT r.object_id, r.path
				FROM redirects r
				WHERE r.object_kind = $1 AND r.object_id IN (`+db.In(2, len(ids))+`)`, append([]any{kind.kind}, db.Args(ids)...)...)
			return list, gather(rows, err, at, func(i int, path string) { list[i].paths = append(list[i].paths, path) })
		}, each(func(r exportedRow) error {
			slices.Sort(r.paths)
			for _, path := range r.paths {
				l := archiveLine{Type: typeRedirect, Path: path}
				kind.into(&l, r.self.name(kind.kind))
				if err := put(l); err != nil {
					return err
				}
			}
			return nil
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// exportStatements writes the statements that somebody has changed; the others come with every hub.
func exportStatements(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	rows, err := q.Query(ctx, `
		SELECT s.slug, s.body
		FROM statements s
		LIMIT 100`)
	list, err := db.Collect(rows, err, func(r db.Scanner) (l archiveLine, err error) {
		l.Type = typeStatement
		return l, r.Scan(&l.Slug, &l.Body)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b archiveLine) int { return strings.Compare(a.Slug, b.Slug) })
	return each(put)(list)
}
