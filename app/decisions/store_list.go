package decisions

import (
	"context"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/auth"
)

// madeAt is when decision d of thread t was decided, or proposed.
const madeAt = `COALESCE(d.decided_at, t.created_at)`

// lineColumns are read by scanLine, from the tables of lineTables.
var lineColumns = `t.id, t.title, d.state, d.authority, t.audience, t.created_at, d.decided_at, d.review_at, d.reviewed_at, d.closes_at, d.effective_at,
		  t.reply_count, COALESCE(u.name, ''), COALESCE(n.id, 0), COALESCE(n.slug, ''), COALESCE(n.name, ''),
		  (SELECT COUNT(*) FROM decision_options x WHERE x.thread_id = d.thread_id),
		  (SELECT COUNT(*) FROM decision_evidence x WHERE x.thread_id = d.thread_id),
		  (SELECT COUNT(*) FROM decision_stances x WHERE x.thread_id = d.thread_id),
		  ` + personColumns("a") + `, ` + personColumns("b")

const lineTables = `decisions d
		JOIN threads t ON t.id = d.thread_id
		JOIN people a ON a.id = t.author_id
		LEFT JOIN units u ON u.id = a.unit_id
		LEFT JOIN networks n ON n.id = t.network_id
		LEFT JOIN people b ON b.id = d.decided_by`

func scanLine(r db.Scanner) (l Line, err error) {
	var (
		created                                int64
		decided, review, seen, ends, effective *int64
	)
	dest := append([]any{
		&l.Thread, &l.Title, &l.State, &l.Authority, &l.Audience, &created, &decided, &review, &seen, &ends, &effective,
		&l.Replies, &l.Author.Unit, &l.Network.ID, &l.Network.Slug, &l.Network.Name, &l.Options, &l.Evidence, &l.Stances,
	}, append(personOf(&l.Author), personOf(&l.By)...)...)
	err = r.Scan(dest...)
	l.CreatedAt, l.DecidedAt, l.ReviewAt = db.Time(created), timeOf(decided), timeOf(review)
	l.ReviewedAt, l.ClosesAt, l.EffectiveAt = timeOf(seen), timeOf(ends), timeOf(effective)
	return l, err
}

// conditions returns what a filter asks for, as parts of a WHERE.
func (s *Service) conditions(f Filter) func(p *db.Params) string {
	return func(p *db.Params) string {
		var b strings.Builder
		if f.State != "" {
			b.WriteString(" AND d.state = " + p.One(string(f.State)))
		}
		if f.Unit != 0 {
			b.WriteString(" AND a.unit_id = " + p.One(f.Unit))
		}
		if f.Network != "" {
			b.WriteString(" AND n.slug = " + p.One(f.Network))
		}
		if f.Topic != "" {
			b.WriteString(` AND EXISTS (
		    SELECT 1
		    FROM thread_topics ft
		    JOIN topics fp ON fp.id = ft.topic_id
		    WHERE ft.thread_id = t.id AND fp.slug = ` + p.One(f.Topic) + `)`)
		}
		if f.Due {
			b.WriteString(" AND d.state IN ('agreed', 'review') AND d.review_at <= " + p.One(db.Micros(s.now())))
		}
		if f.Year != 0 {
			begins := time.Date(f.Year, 1, 1, 0, 0, 0, 0, s.zone)
			b.WriteString(" AND " + madeAt + " >= " + p.One(db.Micros(begins)) + " AND " + madeAt + " < " + p.One(db.Micros(begins.AddDate(1, 0, 0))))
		}
		return b.String()
	}
}

// selectRegister reads decisions that v may read, the latest first.
func selectRegister(ctx context.Context, q db.Querier, v auth.Viewer, where func(*db.Params) string, before threads.Key, limit int) ([]Line, error) {
	var p db.Params
	text := `
		SELECT ` + lineColumns + `
		FROM ` + lineTables + `
		WHERE t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + where(&p)
	if before != (threads.Key{}) {
		text += ` AND (` + madeAt + `, t.id) < (` + p.One(before.At) + `, ` + p.One(before.ID) + `)`
	}
	rows, err := q.Query(ctx, text+`
		ORDER BY `+madeAt+` DESC, t.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanLine)
}

// selectTopics fills in the topics of lines.
func selectTopics(ctx context.Context, q db.Querier, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	at := make(map[int64]int, len(lines))
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i], at[l.Thread] = l.Thread, i
	}
	var p db.Params
	text := `
		SELECT tt.thread_id, tp.id, tp.slug, tp.name
		FROM thread_topics tt
		JOIN topics tp ON tp.id = tt.topic_id
		WHERE tt.thread_id IN (` + db.AllOf(&p, ids) + `)
		ORDER BY tp.name, tp.id
		LIMIT ` + p.One(4*threads.MaxTopics*len(lines))
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			thread int64
			t      threads.Topic
		)
		err := r.Scan(&thread, &t.ID, &t.Slug, &t.Name)
		if i, ok := at[thread]; ok {
			lines[i].Topics = append(lines[i].Topics, t)
		}
		return struct{}{}, err
	})
	return err
}

// mostChoices is how many values of one kind the register offers.
const mostChoices = 12

// selectChoices counts decisions by two columns, the commonest values first.
func selectChoices(ctx context.Context, q db.Querier, v auth.Viewer, where func(*db.Params) string, columns, joins string) ([]Choice, error) {
	var p db.Params
	value, _, _ := strings.Cut(columns, ", ")
	text := `
		SELECT ` + columns + `, COUNT(*)
		FROM ` + lineTables + `
		` + joins + `
		WHERE t.deleted_at IS NULL AND ` + value + ` IS NOT NULL AND ` + v.Reads(&p, "t.audience") + where(&p) + `
		GROUP BY 1, 2
		ORDER BY 3 DESC, 2
		LIMIT ` + p.One(mostChoices)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (c Choice, err error) { return c, r.Scan(&c.Value, &c.Name, &c.Count) })
}

// selectSpan returns when the first and the last of some decisions were made, and how many of them are due for review.
func selectSpan(ctx context.Context, q db.Querier, v auth.Viewer, where func(*db.Params) string, now time.Time) (first, last time.Time, due int, err error) {
	var (
		p        db.Params
		from, to *int64
	)
	text := `
		SELECT MIN(` + madeAt + `), MAX(` + madeAt + `), COUNT(*) FILTER (WHERE d.state IN ('agreed', 'review') AND d.review_at <= ` + p.One(db.Micros(now)) + `)
		FROM ` + lineTables + `
		WHERE t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + where(&p)
	err = q.QueryRow(ctx, text, p.Values()...).Scan(&from, &to, &due)
	return timeOf(from), timeOf(to), due, err
}

// waiting is a decision that waits for somebody.
type waiting struct {
	thread int64
	title  string
	state  State
	due    time.Time
}

// selectWaiting reads the decisions that wait for v.
func selectWaiting(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, limit int) ([]waiting, error) {
	var p db.Params
	due := `CASE d.state
		    WHEN 'proposed' THEN d.closes_at
		    WHEN 'review' THEN COALESCE((SELECT MAX(c.at) FROM decision_changes c WHERE c.thread_id = d.thread_id AND c.change = 'challenged'), d.review_at)
		    ELSE d.review_at END`
	text := `
		SELECT t.id, t.title, d.state, ` + due + `
		FROM decisions d
		JOIN threads t ON t.id = d.thread_id
		WHERE t.deleted_at IS NULL AND d.state IN ('proposed', 'agreed', 'review')
		  AND (COALESCE(t.owner_id, t.author_id) = ` + p.One(v.Person) + ` OR t.deputy_id = ` + p.One(v.Person) + `)
		  AND ` + v.Reads(&p, "t.audience") + ` AND ` + due + ` <= ` + p.One(db.Micros(now)) + `
		ORDER BY 4, t.id
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (w waiting, err error) {
		var at int64
		err = r.Scan(&w.thread, &w.title, &w.state, &at)
		w.due = db.Time(at)
		return w, err
	})
}

// unitOf reads the id of a unit as an address writes it, 0 for none.
func unitOf(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}
