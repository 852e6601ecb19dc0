package importers

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
)

// page is how many rows of a table are in memory at a time.
//
// The table that is walked comes first and CROSS JOIN keeps it there: left to itself SQLite begins at the other end and sorts
// all rows for every page, which made 200,000 replies take four minutes. What was deleted is passed over in Go, because SQLite
// makes a Bloom filter of all threads for such a condition, again for every page.
const page = 200

// pages calls do with every row that read returns, a page at a time. read begins after the row it is given, at first the zero
// row.
func pages[T any](ctx context.Context, read func(after T) ([]T, error), do func(list []T) error) error {
	var last T
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := read(last)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := do(list); err != nil {
			return err
		}
		if len(list) < page {
			return nil
		}
		last = list[len(list)-1]
	}
}

// exportedRow is a row on its way out: its line without references, and the rows it names.
type exportedRow struct {
	archiveLine
	self named
	refs [4]named
	gone bool // what it belongs to was deleted

	paths []string // of redirects, that lead to it
}

// walk writes a table whose rows have ids, in their order, which an import into an empty hub keeps.
func walk(ctx context.Context, read func(after int64) ([]exportedRow, error), put func(r exportedRow) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) { return read(after.self.id) }, each(put))
}

func each[T any](put func(T) error) func([]T) error {
	return func(list []T) error {
		for _, one := range list {
			if err := put(one); err != nil {
				return err
			}
		}
		return nil
	}
}

func (n *named) dest() []any { return []any{&n.external, &n.id, &n.created} }

// dest returns where the columns of a row go: itself, those it names, and more.
func (r *exportedRow) dest(refs int, more ...any) []any {
	d := r.self.dest()
	for i := range refs {
		d = append(d, r.refs[i].dest()...)
	}
	return append(d, more...)
}

func exportOrganisations(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return walk(ctx, func(after int64) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(o.external_id, ''), o.id, o.created_at, o.name, o.slug, o.home
			FROM organisations o
			WHERE o.id > $1
			ORDER BY o.id
			LIMIT $2`, after, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			return r, s.Scan(r.dest(0, &r.Name, &r.Slug, &r.Home)...)
		})
	}, func(r exportedRow) error {
		r.Type, r.ExternalID = typeOrganisation, r.self.name(typeOrganisation)
		return put(r.archiveLine)
	})
}

func exportUnits(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return walk(ctx, func(after int64) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(u.external_id, ''), u.id, u.created_at,
				COALESCE(o.external_id, ''), o.id, o.created_at,
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0), u.name
			FROM units u
			CROSS JOIN organisations o
			LEFT JOIN units p ON p.id = u.parent_id
			WHERE u.id > $1 AND o.id = u.organisation_id
			ORDER BY u.id
			LIMIT $2`, after, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			return r, s.Scan(r.dest(2, &r.Name)...)
		})
	}, func(r exportedRow) error {
		r.Type, r.ExternalID = typeUnit, r.self.name(typeUnit)
		r.Organisation, r.Parent = r.refs[0].name(typeOrganisation), r.refs[1].name(typeUnit)
		return put(r.archiveLine)
	})
}

func exportPeople(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(p.external_id, ''), p.id, p.created_at,
				COALESCE(o.external_id, ''), o.id, o.created_at,
				COALESCE(u.external_id, ''), COALESCE(u.id, 0), COALESCE(u.created_at, 0),
				COALESCE(m.external_id, ''), COALESCE(m.id, 0), COALESCE(m.created_at, 0),
				p.handle, p.name, p.job_title, p.location, p.phone, p.email, p.about, p.photo, p.left_at,
				p.pronouns, p.languages, p.working_pattern, p.how_to_work, p.privacy, p.writes_in
			FROM people p
			CROSS JOIN organisations o
			LEFT JOIN units u ON u.id = p.unit_id
			LEFT JOIN people m ON m.id = p.manager_id
			WHERE p.id > $1 AND o.id = p.organisation_id
			ORDER BY p.id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var left *int64
			err = s.Scan(r.dest(3, &r.Handle, &r.Name, &r.JobTitle, &r.Location, &r.Phone, &r.Email, &r.About, &r.Photo, &left,
				&r.Pronouns, &r.Languages, &r.Pattern, &r.HowToWork, &r.Privacy, &r.WritesIn)...)
			r.Left = writtenOr(left)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		rows, err = q.Query(ctx, `
			SELECT x.person_id, o.name
			FROM person_topics x
			JOIN topics o ON o.id = x.topic_id
			WHERE x.person_id IN (`+db.In(1, len(ids))+`)
			ORDER BY x.person_id, x.position, x.topic_id`, db.Args(ids)...)
		return list, gather(rows, err, at, func(i int, name string) { list[i].AskAbout = append(list[i].AskAbout, name) })
	}, each(func(r exportedRow) error {
		r.Type, r.ExternalID, r.Created = typePerson, r.self.name(typePerson), written(r.self.created)
		r.Organisation, r.Unit, r.Manager = r.refs[0].name(typeOrganisation), r.refs[1].name(typeUnit), r.refs[2].name(typePerson)
		return put(r.archiveLine)
	}))
}

func exportTopics(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(t.external_id, ''), t.id, t.created_at, t.slug, t.name, t.description, COALESCE(b.name, '')
			FROM topics t
			LEFT JOIN topics b ON b.id = t.broader_id
			WHERE t.id > $1
			ORDER BY t.id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			return r, s.Scan(r.dest(0, &r.Slug, &r.Name, &r.Description, &r.Broader)...)
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		rows, err = q.Query(ctx, `
			SELECT y.topic_id, y.name
			FROM topic_synonyms y
			WHERE y.topic_id IN (`+db.In(1, len(ids))+`)
			ORDER BY y.topic_id, y.folded`, db.Args(ids)...)
		if err := gather(rows, err, at, func(i int, word string) { list[i].Synonyms = append(list[i].Synonyms, word) }); err != nil {
			return nil, err
		}
		rows, err = q.Query(ctx, `
			SELECT r.topic_id, r.slug
			FROM topic_redirects r
			WHERE r.topic_id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
		return list, gather(rows, err, at, func(i int, slug string) { list[i].Former = append(list[i].Former, slug) })
	}, each(func(r exportedRow) error {
		r.Type, r.ExternalID = typeTopic, r.self.name(typeTopic)
		slices.Sort(r.Former) // here, because databases sort texts in more than one way
		return put(r.archiveLine)
	}))
}

// idsOf returns the ids of a page, as the list of a statement, and the place of each.
func idsOf(list []exportedRow) (ids []int64, at map[int64]int) {
	at = make(map[int64]int, len(list))
	for i, r := range list {
		ids, at[r.self.id] = append(ids, r.self.id), i
	}
	return db.Pad(ids), at
}

// gather hands out rows of an id and a text.
func gather(rows *db.Rows, err error, at map[int64]int, do func(i int, text string)) error {
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var text string
		err := r.Scan(&id, &text)
		do(at[id], text)
		return struct{}{}, err
	})
	return err
}

func (x *export) threads(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(t.external_id, ''), t.id, t.created_at,
				COALESCE(a.external_id, ''), a.id, a.created_at,
				COALESCE(n.external_id, ''), COALESCE(n.id, 0), COALESCE(n.created_at, 0),
				t.kind, t.title, t.body, t.audience, t.edited_at, t.closed_at, t.pinned_at, t.imported_votes
			FROM threads t
			CROSS JOIN people a
			LEFT JOIN networks n ON n.id = t.network_id
			WHERE t.id > $1 AND t.deleted_at IS NULL AND a.id = t.author_id
			ORDER BY t.id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var edited, closed, pinned *int64
			err = s.Scan(r.dest(2, &r.Kind, &r.Title, &r.Body, &r.Audience, &edited, &closed, &pinned, &r.Votes)...)
			r.Edited, r.Closed, r.Pinned = writtenOr(edited), writtenOr(closed), writtenOr(pinned)
			return r, err
		})
		if err != nil {
			return nil, err
		}
		ids, at := idsOf(list)
		rows, err = q.Query(ctx, `
			SELECT x.thread_id, o.name
			FROM thread_topics x
			JOIN topics o ON o.id = x.topic_id
			WHERE x.thread_id IN (`+db.In(1, len(ids))+`)
			ORDER BY x.thread_id, x.topic_id`, db.Args(ids)...)
		return list, gather(rows, err, at, func(i int, name string) { list[i].Topics = append(list[i].Topics, name) })
	}, each(func(r exportedRow) error {
		r.Type, r.ExternalID, r.Created = typeThread, r.self.name(typeThread), written(r.self.created)
		r.Author, r.Network = r.refs[0].name(typePerson), r.refs[1].name(typeNetwork)
		var err error
		if r.Audience, err = x.audience(r.Audience); err != nil {
			return fmt.Errorf("thread %d: %w", r.self.id, err)
		}
		return put(r.archiveLine)
	}))
}

// exportReplies writes the replies of threads that are there. Of a deleted one only the stub is left, to keep its place.
func exportReplies(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return walk(ctx, func(after int64) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(r.external_id, ''), r.id, r.created_at,
				COALESCE(t.external_id, ''), t.id, t.created_at,
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				COALESCE(a.external_id, ''), a.id, a.created_at,
				CASE WHEN r.deleted_at IS NULL THEN r.body ELSE '' END,
				CASE WHEN r.deleted_at IS NULL THEN r.imported_votes ELSE 0 END,
				CASE WHEN r.deleted_at IS NULL THEN r.edited_at END,
				r.deleted_at, COALESCE(t.accepted_reply_id, 0) = r.id AND r.deleted_at IS NULL, t.deleted_at IS NOT NULL
			FROM replies r
			CROSS JOIN threads t
			CROSS JOIN people a
			LEFT JOIN replies p ON p.id = r.parent_id
			WHERE r.id > $1 AND t.id = r.thread_id AND a.id = r.author_id
			ORDER BY r.id
			LIMIT $2`, after, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var edited, deleted *int64
			err = s.Scan(r.dest(3, &r.Body, &r.Votes, &edited, &deleted, &r.Accepted, &r.gone)...)
			r.Edited, r.Deleted = writtenOr(edited), writtenOr(deleted)
			return r, err
		})
	}, func(r exportedRow) error {
		if r.gone {
			return nil
		}
		r.Type, r.ExternalID, r.Created = typeReply, r.self.name(typeReply), written(r.self.created)
		r.Thread, r.Parent, r.Author = r.refs[0].name(typeThread), r.refs[1].name(typeReply), r.refs[2].name(typePerson)
		return put(r.archiveLine)
	})
}

// about are the tables of what a vote or revision is about, the condition that finds it, and whether it was deleted.
var about = []struct{ kind, tables, found, gone string }{
	{typeThread, `CROSS JOIN threads o`, `o.id = x.object_id`, `o.deleted_at IS NOT NULL`},
	{typeReply, `CROSS JOIN replies o CROSS JOIN threads t`, `o.id = x.object_id AND t.id = o.thread_id`,
		`o.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL`},
}

// said puts the name of what a line is about where it belongs.
func (l *archiveLine) said(kind string, of named) {
	if kind == typeThread {
		l.Thread = of.name(typeThread)
	} else {
		l.Reply = of.name(typeReply)
	}
}

func exportVotes(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	for _, a := range about {
		err := pages(ctx, func(after exportedRow) ([]exportedRow, error) {
			rows, err := q.Query(ctx, `
				SELECT COALESCE(o.external_id, ''), o.id, o.created_at, COALESCE(p.external_id, ''), p.id, p.created_at, x.created_at,
					`+a.gone+`
				FROM votes x
				`+a.tables+`
				CROSS JOIN people p
				WHERE x.object_kind = $1 AND (x.object_id, x.person_id) > ($2, $3) AND p.id = x.person_id AND `+a.found+`
				ORDER BY x.object_id, x.person_id
				LIMIT $4`, a.kind, after.self.id, after.refs[0].id, page)
			return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
				var at int64
				err = s.Scan(r.dest(1, &at, &r.gone)...)
				r.Created = written(at)
				return r, err
			})
		}, each(func(r exportedRow) error {
			if r.gone {
				return nil
			}
			r.Type, r.Person = typeVote, r.refs[0].name(typePerson)
			r.said(a.kind, r.self)
			return put(r.archiveLine)
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

func exportRevisions(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	for _, a := range about {
		err := pages(ctx, func(after exportedRow) ([]exportedRow, error) {
			rows, err := q.Query(ctx, `
				SELECT COALESCE(o.external_id, ''), o.id, o.created_at, COALESCE(p.external_id, ''), p.id, p.created_at,
					x.revision, x.title, x.body, x.created_at, `+a.gone+`
				FROM revisions x
				`+a.tables+`
				CROSS JOIN people p
				WHERE x.object_kind = $1 AND (x.object_id, x.revision) > ($2, $3) AND p.id = x.editor_id AND `+a.found+`
				ORDER BY x.object_id, x.revision
				LIMIT $4`, a.kind, after.self.id, after.Number, page)
			return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
				var at int64
				err = s.Scan(r.dest(1, &r.Number, &r.Title, &r.Body, &at, &r.gone)...)
				r.Created = written(at)
				return r, err
			})
		}, each(func(r exportedRow) error {
			if r.gone {
				return nil
			}
			r.Type, r.Editor = typeRevision, r.refs[0].name(typePerson)
			r.said(a.kind, r.self)
			return put(r.archiveLine)
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// mostFollowed bounds what one line of follows names.
const mostFollowed = 500

// watched is a row of watches.
type watched struct {
	person, object named
	watcher        int64
	kind           string
	of             int64
	topic          string
}

// exportFollows writes a line for everybody who follows something, and another when it gets too long.
func exportFollows(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	var (
		line  archiveLine
		whose int64
		n     int
	)
	flush := func() error {
		if n == 0 {
			return nil
		}
		n = 0
		return put(line)
	}
	err := pages(ctx, func(after watched) ([]watched, error) { return selectWatched(ctx, q, after) }, each(func(w watched) error {
		if w.object.id == 0 {
			return nil // a thread that was deleted
		}
		if w.watcher != whose || n == mostFollowed {
			if err := flush(); err != nil {
				return err
			}
			whose, line = w.watcher, archiveLine{Type: typeFollow, Person: w.person.name(typePerson)}
		}
		n++
		switch w.kind {
		case typeThread:
			line.Threads = append(line.Threads, w.object.name(typeThread))
		case typePerson:
			line.People = append(line.People, w.object.name(typePerson))
		case typeUnit:
			line.Units = append(line.Units, w.object.name(typeUnit))
		case typeTopic:
			line.Topics = append(line.Topics, w.topic)
		case typeNetwork:
			line.Networks = append(line.Networks, w.object.name(typeNetwork))
		case typeBlog:
			line.Blogs = append(line.Blogs, w.object.name(typeBlog))
		default:
			return fmt.Errorf("person %d follows a %s, which the format does not know", w.watcher, w.kind)
		}
		return nil
	}))
	if err != nil {
		return err
	}
	return flush()
}

func selectWatched(ctx context.Context, q db.Querier, after watched) ([]watched, error) {
	rows, err := q.Query(ctx, `
		SELECT COALESCE(p.external_id, ''), p.id, p.created_at, w.person_id, w.object_kind, w.object_id,
			COALESCE(t.external_id, m.external_id, u.external_id, n.external_id, b.external_id, ''),
			COALESCE(t.id, m.id, u.id, o.id, n.id, b.id, 0),
			COALESCE(t.created_at, m.created_at, u.created_at, o.created_at, n.created_at, b.created_at, 0),
			COALESCE(o.name, '')
		FROM watches w
		CROSS JOIN people p
		LEFT JOIN threads t ON w.object_kind = 'thread' AND t.id = w.object_id AND t.deleted_at IS NULL
		LEFT JOIN people m ON w.object_kind = 'person' AND m.id = w.object_id
		LEFT JOIN units u ON w.object_kind = 'unit' AND u.id = w.object_id
		LEFT JOIN topics o ON w.object_kind = 'topic' AND o.id = w.object_id
		LEFT JOIN networks n ON w.object_kind = 'network' AND n.id = w.object_id
		LEFT JOIN blogs b ON w.object_kind = 'blog' AND b.id = w.object_id
		WHERE (w.person_id, w.object_kind, w.object_id) > ($1, $2, $3) AND p.id = w.person_id
		ORDER BY w.person_id, w.object_kind, w.object_id
		LIMIT $4`, after.watcher, after.kind, after.of, page)
	return db.Collect(rows, err, func(r db.Scanner) (w watched, err error) {
		return w, r.Scan(append(append(w.person.dest(), &w.watcher, &w.kind, &w.of), append(w.object.dest(), &w.topic)...)...)
	})
}
