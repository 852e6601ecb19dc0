package symptoms

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// selectLook returns when the record was looked through, and since when nothing was found of those symptoms of which once was.
func selectLook(ctx context.Context, q db.Querier) (o Overview, gone map[Symptom]time.Time, err error) {
	var first, looked *int64
	err = q.QueryRow(ctx, `
		SELECT l.first_at, l.looked_at, l.threads, l.decisions, l.signals
		FROM symptom_looks l
		WHERE l.id = 1`).Scan(&first, &looked, &o.Threads, &o.Decisions, &o.Signals)
	if err != nil && !errs.IsNotFound(err) {
		return Overview{}, nil, err
	}
	o.FirstAt, o.LookedAt = timeOf(first), timeOf(looked)
	gone = map[Symptom]time.Time{}
	rows, err := q.Query(ctx, `
		SELECT f.symptom, MAX(f.gone_at)
		FROM symptom_findings f
		WHERE f.state = 'gone'
		GROUP BY f.symptom`)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var symptom string
		var at int64
		err := r.Scan(&symptom, &at)
		gone[Symptom(symptom)] = db.Time(at)
		return struct{}{}, err
	})
	return o, gone, err
}

// shownColumns are what scanShown reads of findings x joined with shownNames.
const shownColumns = `x.id, x.symptom, x.variant, COALESCE(x.topic_id, 0), COALESCE(tp.name, ''), COALESCE(tp.slug, ''), COALESCE(x.unit_id, 0),
		       COALESCE(u.name, ''), x.number, x.days, x.said, x.since_at, x.latest_at, x.found_at, x.state = 'dismissed', x.dismissed_at,
		       COALESCE(d.name, ''), x.reason, x.items`

const shownNames = `
		LEFT JOIN topics tp ON tp.id = x.topic_id
		LEFT JOIN units u ON u.id = x.unit_id
		LEFT JOIN people d ON d.id = x.dismissed_by`

// rowsOf selects the findings that meet a condition, each with how much of what it rests on v may read, as items. Those that rest on too
// little are to be left out by whoever asks: items >= least. The condition asks for its values where it stands.
func rowsOf(p *db.Params, v auth.Viewer, condition func() string) string {
	return `
		SELECT f.id, f.symptom, f.variant, f.topic_id, f.unit_id, f.least, f.number, f.days, f.said, f.since_at, f.latest_at, f.found_at,
		       f.state, f.dismissed_at, f.dismissed_by, f.reason,
		       (SELECT COUNT(*) FROM symptom_items i WHERE i.finding_id = f.id AND ` + readable(p, v) + `) AS items
		FROM symptom_findings f
		WHERE ` + condition()
}

func scanShown(r db.Scanner, more ...any) (s Shown, err error) {
	var symptom, variant string
	var since, latest, found int64
	var aside *int64
	err = r.Scan(append([]any{
		&s.ID, &symptom, &variant, &s.Topic.ID, &s.Topic.Name, &s.Topic.Slug, &s.Unit.ID, &s.Unit.Name, &s.Number, &s.Days, &s.Said, &since, &latest,
		&found, &s.Aside, &aside, &s.AsideBy, &s.Reason, &s.Total,
	}, more...)...)
	s.Symptom, s.Variant = Symptom(symptom), Variant(variant)
	s.Since, s.Latest, s.FoundAt, s.AsideAt = db.Time(since), db.Time(latest), db.Time(found), timeOf(aside)
	return s, err
}

// selectOverview returns the latest open findings of each symptom, and how many there are.
func selectOverview(ctx context.Context, q db.Querier, v auth.Viewer, each int) ([]Shown, map[Symptom]int, error) {
	var p db.Params
	text := `
		SELECT ` + shownColumns + `, x.total
		FROM (SELECT y.id, y.symptom, y.variant, y.topic_id, y.unit_id, y.number, y.days, y.said, y.since_at, y.latest_at, y.found_at, y.state,
		             y.dismissed_at, y.dismissed_by, y.reason, y.items, COUNT(*) OVER (PARTITION BY y.symptom) AS total,
		             ROW_NUMBER() OVER (PARTITION BY y.symptom ORDER BY y.latest_at DESC, y.id DESC) AS place
		      FROM (` + rowsOf(&p, v, func() string { return "f.state = 'open'" }) + `) y
		      WHERE y.items >= y.least) x` + shownNames + `
		WHERE x.place <= ` + p.One(each) + `
		ORDER BY x.symptom, x.place`
	totals := map[Symptom]int{}
	rows, err := q.Query(ctx, text, p.Values()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (s Shown, err error) {
		var total int
		s, err = scanShown(r, &total)
		totals[s.Symptom] = total
		return s, err
	})
	return list, totals, err
}

// selectList returns findings of one symptom after a place, the latest first.
func selectList(ctx context.Context, q db.Querier, v auth.Viewer, symptom Symptom, aside bool, from From, limit int) ([]Shown, error) {
	var p db.Params
	state := stateOpen
	if aside {
		state = stateDismissed
	}
	text := `
		SELECT ` + shownColumns + `
		FROM (` + rowsOf(&p, v, func() string {
		return "f.state = " + p.One(state) + " AND f.symptom = " + p.One(string(symptom)) +
			" AND (f.latest_at, f.id) < (" + p.One(from.At) + ", " + p.One(from.ID) + ")"
	}) + `) x` + shownNames + `
		WHERE x.items >= x.least
		ORDER BY x.latest_at DESC, x.id DESC
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (Shown, error) { return scanShown(r) })
}

// selectShown returns a finding that is found now.
func selectShown(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Shown, error) {
	var p db.Params
	text := `
		SELECT ` + shownColumns + `
		FROM (` + rowsOf(&p, v, func() string { return "f.id = " + p.One(id) + " AND f.state IN ('open', 'dismissed')" }) + `) x` + shownNames + `
		WHERE x.items >= x.least`
	return scanShown(q.QueryRow(ctx, text, p.Values()...))
}

// cite gives each of list the first of what it rests on, as far as v may read it.
func cite(ctx context.Context, q db.Querier, v auth.Viewer, list []Shown, each int) error {
	if len(list) == 0 {
		return nil
	}
	at := make(map[int64]*Shown, len(list))
	ids := make([]int64, len(list))
	for i := range list {
		at[list[i].ID], ids[i] = &list[i], list[i].ID
	}
	var p db.Params
	text := `
		SELECT x.finding_id, x.at, COALESCE(t.id, 0), COALESCE(t.kind, ''), COALESCE(t.title, ''),
		       COALESCE(b.slug || '/' || po.slug, ''), COALESCE(g.said, '')
		FROM (SELECT i.finding_id, i.position, i.at, i.thread_id, i.gap_id,
		             ROW_NUMBER() OVER (PARTITION BY i.finding_id ORDER BY i.at DESC, i.position DESC) AS place
		      FROM symptom_items i
		      WHERE i.finding_id IN (` + db.AllOf(&p, ids) + `) AND ` + readable(&p, v) + `) x
		LEFT JOIN threads t ON t.id = x.thread_id
		LEFT JOIN posts po ON po.thread_id = t.id
		LEFT JOIN blogs b ON b.id = po.blog_id
		LEFT JOIN gaps g ON g.id = x.gap_id
		WHERE x.place <= ` + p.One(each) + `
		ORDER BY x.finding_id, x.place`
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var finding, us int64
		var kind string
		var e Cited
		err := r.Scan(&finding, &us, &e.Thread.ID, &kind, &e.Thread.Title, &e.Thread.Post, &e.Gap)
		e.Kind, e.At = threads.Kind(kind), db.Time(us)
		if f := at[finding]; f != nil {
			f.Evidence = append(f.Evidence, e)
		}
		return struct{}{}, err
	})
	return err
}
