package decisions

import (
	"context"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Bounds of what one page reads.
const (
	mostStances = 300
	mostChanges = 300
)

func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return db.Time(*us)
}

// microsOf returns what a column that may be NULL holds for a time, NULL for the zero time.
func microsOf(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	us := db.Micros(t)
	return &us
}

// idOf returns what a reference that may be NULL holds for id.
func idOf(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func orZero(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// personColumns are the columns that personOf reads of a person who may be nobody.
func personColumns(p string) string {
	return `COALESCE(` + p + `.id, 0), COALESCE(` + p + `.handle, ''), COALESCE(` + p + `.name, ''), COALESCE(` + p + `.photo, '')`
}

func personOf(a *threads.Author) []any { return []any{&a.ID, &a.Handle, &a.Name, &a.Photo} }

// selectDecision reads a decision that v may read, without what belongs to it.
func selectDecision(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) (d Decision, err error) {
	var p db.Params
	text := `
		SELECT t.id, t.title, t.audience, COALESCE(t.network_id, 0), t.created_at, d.state, d.authority, d.notice_days, d.learnt,
		  d.decided_at, d.effective_at, d.review_at, d.reviewed_at, d.closes_at, COALESCE(d.source_id, 0),
		  COALESCE((SELECT ` + threads.OtherSaid + ` FROM threads o WHERE o.id = d.source_id AND o.deleted_at IS NULL AND ` + v.Reads(&p, "o.audience") + `), ''),
		  (SELECT COUNT(*) FROM decision_stances s WHERE s.thread_id = d.thread_id AND s.stance = 'agree'),
		  (SELECT COUNT(*) FROM decision_stances s WHERE s.thread_id = d.thread_id AND s.stance = 'abstain'),
		  (SELECT COUNT(*) FROM decision_stances s WHERE s.thread_id = d.thread_id AND s.stance = 'disagree'),
		  (SELECT COUNT(*) FROM decision_stances s WHERE s.thread_id = d.thread_id AND s.stance = 'block'),
		  ` + personColumns("a") + `, ` + personColumns("b") + `, ` + personColumns("w") + `, ` + personColumns("e") + `
		FROM decisions d
		JOIN threads t ON t.id = d.thread_id
		JOIN people a ON a.id = t.author_id
		LEFT JOIN people b ON b.id = d.decided_by
		LEFT JOIN people w ON w.id = t.owner_id
		LEFT JOIN people e ON e.id = t.deputy_id
		WHERE d.thread_id = ` + p.One(thread) + ` AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience")
	var (
		created                                int64
		decided, effective, review, seen, ends *int64
		source                                 string
		counts                                 [4]int
	)
	dest := []any{
		&d.Thread, &d.Title, &d.Audience, &d.Network, &created, &d.State, &d.Authority, &d.NoticeDays, &d.Learnt,
		&decided, &effective, &review, &seen, &ends, &d.source, &source, &counts[0], &counts[1], &counts[2], &counts[3],
	}
	for _, person := range []*threads.Author{&d.Author, &d.By, &d.Owner, &d.Deputy} {
		dest = append(dest, personOf(person)...)
	}
	if err := q.QueryRow(ctx, text, p.Values()...).Scan(dest...); err != nil {
		return Decision{}, err
	}
	d.CreatedAt, d.DecidedAt, d.EffectiveAt = db.Time(created), timeOf(decided), timeOf(effective)
	d.ReviewAt, d.ReviewedAt, d.ClosesAt = timeOf(review), timeOf(seen), timeOf(ends)
	d.Counts = make(map[Position]int, len(counts))
	for i, n := range counts {
		d.Counts[Positions[i]] = n
	}
	d.Source, err = threads.OtherOf(source)
	return d, err
}

// selectLines reads the options, evidence and assumptions of d. Whoever may not read the thread that is evidence is not led to it.
func selectLines(ctx context.Context, q db.Querier, v auth.Viewer, d *Decision) error {
	var p db.Params
	thread := p.One(d.Thread)
	text := `
		SELECT 1 AS part, o.position, o.said, '' AS more, '' AS url, o.chosen, CAST(NULL AS BIGINT) AS at, CAST(0 AS BIGINT) AS item, CAST(0 AS BIGINT) AS added, FALSE AS hidden
		FROM decision_options o
		WHERE o.thread_id = ` + thread + `
		UNION ALL
		SELECT 2, e.position, e.title, e.kind, e.url, FALSE, e.dated_at, COALESCE(e.item_id, 0), e.added_at,
		  e.item_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.id = e.item_id AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `)
		FROM decision_evidence e
		WHERE e.thread_id = ` + thread + `
		UNION ALL
		SELECT 3, a.position, a.said, a.watch_for, '', FALSE, a.broken_at, 0, 0, FALSE
		FROM decision_assumptions a
		WHERE a.thread_id = ` + thread + `
		ORDER BY 1, 2
		LIMIT ` + p.One(3*MaxRows)
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			part, position  int
			said, more, url string
			chosen, hidden  bool
			at              *int64
			item, added     int64
		)
		err := r.Scan(&part, &position, &said, &more, &url, &chosen, &at, &item, &added, &hidden)
		switch part {
		case 1:
			d.Options = append(d.Options, Option{Said: said, Chosen: chosen})
		case 2:
			e := Evidence{Kind: Grounds(more), Title: said, URL: url, Item: item, Hidden: hidden, DatedAt: timeOf(at), AddedAt: db.Time(added)}
			d.Evidence = append(d.Evidence, e)
		case 3:
			d.Assumptions = append(d.Assumptions, Assumption{Said: said, WatchFor: more, BrokenAt: timeOf(at)})
		}
		return struct{}{}, err
	})
	return err
}

// selectStances reads what people said of a proposal in words, and what v said.
func selectStances(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) ([]Stance, error) {
	rows, err := q.Query(ctx, `
		SELECT s.stance, s.reason, s.updated_at, `+personColumns("p")+`, COALESCE(u.name, '')
		FROM decision_stances s
		JOIN people p ON p.id = s.person_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE s.thread_id = $1 AND (s.reason <> '' OR s.person_id = $2)
		ORDER BY s.updated_at, s.person_id
		LIMIT $3`, thread, v.Person, mostStances)
	return db.Collect(rows, err, func(r db.Scanner) (s Stance, err error) {
		var at int64
		err = r.Scan(append([]any{&s.Position, &s.Reason, &at}, append(personOf(&s.Person), &s.Person.Unit)...)...)
		s.At = db.Time(at)
		return s, err
	})
}

// withWords leaves out the stances of those who gave no reason.
func withWords(list []Stance) []Stance {
	kept := list[:0]
	for _, s := range list {
		if s.Reason != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

// selectChanges reads what happened to a decision.
func selectChanges(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) ([]Change, error) {
	var p db.Params
	text := `
		SELECT c.at, c.change, c.reason, ` + personColumns("p") + `,
		  COALESCE((SELECT ` + threads.OtherSaid + ` FROM threads o WHERE o.id = c.other_id AND o.deleted_at IS NULL AND ` + v.Reads(&p, "o.audience") + `), '')
		FROM decision_changes c
		LEFT JOIN people p ON p.id = c.by_id
		WHERE c.thread_id = ` + p.One(thread) + `
		ORDER BY c.at, c.id
		LIMIT ` + p.One(mostChanges)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (c Change, err error) {
		var (
			at    int64
			other string
		)
		if err := r.Scan(append(append([]any{&at, &c.What, &c.Reason}, personOf(&c.By)...), &other)...); err != nil {
			return Change{}, err
		}
		c.At = db.Time(at)
		c.Other, err = threads.OtherOf(other)
		return c, err
	})
}

// selectSource reads a thread that v may read, as the rules about what is made from it see it.
func selectSource(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) (s source, err error) {
	var p db.Params
	text := `
		SELECT t.id, t.audience
		FROM threads t
		WHERE t.id = ` + p.One(thread) + ` AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience")
	return s, q.QueryRow(ctx, text, p.Values()...).Scan(&s.id, &s.audience)
}

// succession is what takes the place of a decision, and what is known of it here.
type succession struct {
	audience        string
	successor, said int64 // of the thread, and of the last change that said so; 0 for none
	state           State
	decided         bool
}

func selectPlace(ctx context.Context, q db.Querier, thread int64) (s succession, err error) {
	var successor *int64
	err = q.QueryRow(ctx, `
		SELECT t.audience, t.superseded_by, d.state, d.decided_at IS NOT NULL,
		  COALESCE((
		    SELECT c.other_id
		    FROM decision_changes c
		    WHERE c.thread_id = d.thread_id AND c.change = 'superseded'
		    ORDER BY c.at DESC, c.id DESC
		    LIMIT 1), 0)
		FROM decisions d
		JOIN threads t ON t.id = d.thread_id
		WHERE d.thread_id = $1`, thread).Scan(&s.audience, &successor, &s.state, &s.decided, &s.said)
	s.successor = orZero(successor)
	return s, err
}

// selectWords reads what a decision says, as an edit that changes nothing.
func selectWords(ctx context.Context, q db.Querier, thread int64) (e threads.Edit, err error) {
	var topics string
	err = q.QueryRow(ctx, `
		SELECT t.revision, t.title, t.body,
		  COALESCE((
		    SELECT string_agg(tp.name, $1 ORDER BY tp.name, tp.id)
		    FROM thread_topics tt
		    JOIN topics tp ON tp.id = tt.topic_id
		    WHERE tt.thread_id = t.id), '')
		FROM threads t
		WHERE t.id = $2`, "\n", thread).Scan(&e.Revision, &e.Title, &e.Body, &topics)
	if topics != "" {
		e.Topics = strings.Split(topics, "\n")
	}
	return e, err
}

// selectMade reads the decisions made from a thread that v may read, the latest first.
func selectMade(ctx context.Context, q db.Querier, v auth.Viewer, thread int64, limit int) ([]Line, error) {
	var p db.Params
	text := `
		SELECT ` + lineColumns + `
		FROM ` + lineTables + `
		WHERE d.source_id = ` + p.One(thread) + ` AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
		ORDER BY ` + madeAt + ` DESC, t.id DESC
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanLine)
}
