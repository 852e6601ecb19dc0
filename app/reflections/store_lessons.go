package reflections

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/auth"
)

const lessonColumns = reflection + `, p.id, p.handle, p.name, p.photo, COALESCE(u.name, ''), p.writes_in,
			COALESCE(n.id, 0), COALESCE(n.slug, ''), COALESCE(n.name, '')`

// lessonTables are those of lessonColumns; t is the thread, which v may read.
//
// SECURITY: the thread in them is what keeps private reflections, and those for others, out of every list.
func lessonTables(p *db.Params, v auth.Viewer) string {
	return from(p, v) + `
		JOIN threads t ON t.id = r.thread_id AND t.deleted_at IS NULL AND ` + v.Reads(p, "t.audience") + `
		JOIN people p ON p.id = r.person_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN networks n ON n.id = t.network_id`
}

func scanLesson(row db.Scanner) (l Lesson, err error) {
	l.Reflection, err = scanReflection(more{row, []any{
		&l.By.ID, &l.By.Handle, &l.By.Name, &l.By.Photo, &l.By.Unit, &l.By.Lang, &l.Network.ID, &l.Network.Slug, &l.Network.Name,
	}})
	return l, err
}

// more scans further columns behind those that it is asked for.
type more struct {
	db.Scanner
	last []any
}

func (m more) Scan(dest ...any) error { return m.Scanner.Scan(append(dest, m.last...)...) }

// selectLessons reads lessons, the latest first; among keeps to the threads of that list, unless it is nil.
func selectLessons(ctx context.Context, q db.Querier, v auth.Viewer, in LessonsQuery, among []int64, limit int) ([]Lesson, error) {
	var p db.Params
	text := `
		SELECT ` + lessonColumns + lessonTables(&p, v) + `
		WHERE r.shared_at IS NOT NULL`
	if among != nil {
		text += ` AND r.thread_id IN (` + db.AllOf(&p, among) + `)`
	}
	if in.Topic != "" {
		text += ` AND EXISTS (SELECT 1 FROM thread_topics x JOIN topics o ON o.id = x.topic_id WHERE x.thread_id = t.id AND o.slug = ` + p.One(in.Topic) + `)`
	}
	if in.Unit != 0 {
		text += ` AND p.unit_id = ` + p.One(in.Unit)
	}
	if in.Network != "" {
		text += ` AND n.slug = ` + p.One(in.Network)
	}
	if in.Before != (Key{}) {
		text += ` AND (r.shared_at, r.id) < (` + p.One(in.Before.At) + `, ` + p.One(in.Before.ID) + `)`
	}
	rows, err := q.Query(ctx, text+`
		ORDER BY r.shared_at DESC, r.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanLesson)
}

// selectLooksBack reads shared reflections about a thread, the latest first.
func selectLooksBack(ctx context.Context, q db.Querier, v auth.Viewer, thread int64, limit int) ([]Lesson, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+lessonColumns+lessonTables(&p, v)+`
		WHERE r.about_id = `+p.One(thread)+`
		ORDER BY r.shared_at DESC, r.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanLesson)
}

// selectTopicsOf reads the topics of the threads of lessons, by thread.
func selectTopicsOf(ctx context.Context, q db.Querier, list []Lesson) (map[int64][]threads.Topic, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(list))
	for i, l := range list {
		ids[i] = l.Thread.ID
	}
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT x.thread_id, o.id, o.slug, o.name
		FROM thread_topics x
		JOIN topics o ON o.id = x.topic_id
		WHERE x.thread_id IN (`+db.AllOf(&p, ids)+`)
		ORDER BY o.name, o.id
		LIMIT `+p.One(20*len(ids)), p.Values()...)
	out := make(map[int64][]threads.Topic, len(list))
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var thread int64
		var t threads.Topic
		err := r.Scan(&thread, &t.ID, &t.Slug, &t.Name)
		out[thread] = append(out[thread], t)
		return struct{}{}, err
	})
	return out, err
}

// selectNarrowing reads what lessons can be narrowed by: n of tables, a unit by its id alone.
func selectNarrowing(ctx context.Context, q db.Querier, v auth.Viewer, tables string) ([]Named, error) {
	slug := "n.slug"
	if tables == unitsOf {
		slug = "''"
	}
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT DISTINCT n.id, `+slug+`, n.name
		FROM reflections r
		JOIN threads t ON t.id = r.thread_id AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+`
		`+tables+`
		ORDER BY n.name, n.id
		LIMIT 200`, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (n Named, err error) { return n, r.Scan(&n.ID, &n.Slug, &n.Name) })
}

// unitsOf are the tables of the units of those who learnt something.
const unitsOf = "JOIN people x ON x.id = r.person_id JOIN units n ON n.id = x.unit_id"
