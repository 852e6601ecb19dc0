package routing

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// newOffer is an offer to be made.
type newOffer struct {
	thread, person int64
	by             *int64 // nil for the hub
	step           int
	reason, note   string
	most           int // in seven days; 0 for no bound, and the hub always has one
}

// insertOffer offers a question and returns the id of the offer. It is NotFound when the person may not read the question, has it
// before them already, or has had as many as they take.
func insertOffer(ctx context.Context, tx *db.Tx, in newOffer) (id int64, err error) {
	var p db.Params
	text := `
		INSERT INTO offers (thread_id, person_id, by_id, step, state, reason, note, created_at)
		SELECT t.id, p.id, CAST(` + p.One(in.by) + ` AS BIGINT), CAST(` + p.One(in.step) + ` AS INTEGER), 'offered',
		  CAST(` + p.One(in.reason) + ` AS TEXT), CAST(` + p.One(in.note) + ` AS TEXT), CAST(` + p.One(db.Micros(tx.Now())) + ` AS BIGINT)
		FROM threads t JOIN people p ON p.id = ` + p.One(in.person) + `
		WHERE t.id = ` + p.One(in.thread) + ` AND p.id <> t.author_id AND ` + waits + ` AND ` + readable
	if in.most > 0 || in.by == nil {
		text += `
		  AND (SELECT COUNT(*) FROM offers x WHERE x.person_id = p.id AND x.created_at > ` + p.One(db.Micros(tx.Now().Add(-week))) + `) < ` + p.One(in.most)
	}
	err = tx.QueryRow(ctx, text+`
		ON CONFLICT (thread_id, person_id) DO NOTHING
		RETURNING id`, p.Values()...).Scan(&id)
	return id, err
}

func updateState(ctx context.Context, tx *db.Tx, id int64, state State, why Choice) error {
	_, err := tx.Exec(ctx, `
		UPDATE offers
		SET state = $1, choice = $2, answered_at = $3
		WHERE id = $4`, string(state), string(why), db.Micros(tx.Now()), id)
	return err
}

// updateAsked adds the word of a colleague to an offer of the hub.
func updateAsked(ctx context.Context, tx *db.Tx, id, by int64, note string) error {
	_, err := tx.Exec(ctx, `
		UPDATE offers
		SET by_id = $1, note = $2
		WHERE id = $3`, by, note, id)
	return err
}

func deleteOffer(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM offers WHERE id = $1`, id)
	return err
}

// ended is an offer that has just ended.
type ended struct{ id, thread, person int64 }

func scanEnded(r db.Scanner) (e ended, err error) { return e, r.Scan(&e.id, &e.thread, &e.person) }

// updateAnswered marks the offers of a thread whose people have replied since.
func updateAnswered(ctx context.Context, tx *db.Tx, thread int64) ([]ended, error) {
	rows, err := tx.Query(ctx, `
		UPDATE offers
		SET state = 'answered', answered_at = $1
		WHERE thread_id = $2 AND state <> 'answered' AND EXISTS (
			SELECT 1
			FROM replies y
			WHERE y.thread_id = offers.thread_id AND y.author_id = offers.person_id AND y.created_at >= offers.created_at
			  AND y.deleted_at IS NULL)
		RETURNING id, thread_id, person_id`, db.Micros(tx.Now()), thread)
	return db.Collect(rows, err, scanEnded)
}

// condition is why offers o lapse.
type condition func(p *db.Params, now time.Time) string

// needless holds for all offers: the question is settled, or gone.
func needless(*db.Params, time.Time) string { return `o.state <> ''` }

// unasked holds for what the hub offered by itself and nobody has taken up.
func unasked(*db.Params, time.Time) string { return `o.by_id IS NULL AND o.state = 'offered'` }

// forgotten holds for what nobody has taken up for so long that nobody will.
func forgotten(p *db.Params, now time.Time) string {
	return `o.state = 'offered' AND o.created_at < ` + p.One(db.Micros(now.Add(-patience)))
}

// stranded holds where somebody may no longer read the question, and for what the hub offered to somebody who does not want that
// any more.
//
// SECURITY: who loses a thread loses the offer of it.
func stranded(*db.Params, time.Time) string {
	return `(NOT EXISTS (
		  SELECT 1
		  FROM people p JOIN threads t ON t.id = o.thread_id
		  WHERE p.id = o.person_id AND ` + readable + `)
		OR o.by_id IS NULL AND o.state = 'offered' AND (
		  EXISTS (SELECT 1 FROM expert_settings s WHERE s.person_id = o.person_id AND NOT (s.open AND s.suggested))
		  OR EXISTS (
		    SELECT 1
		    FROM expert_topics x JOIN thread_topics h ON h.topic_id = x.topic_id
		    WHERE x.person_id = o.person_id AND x.choice = 'out' AND h.thread_id = o.thread_id)))`
}

// updateLapsed ends the open offers for which a condition holds; of one thread, or of all.
func updateLapsed(ctx context.Context, tx *db.Tx, holds condition, thread *int64) ([]ended, error) {
	var p db.Params
	text := `
		UPDATE offers
		SET state = 'lapsed', answered_at = ` + p.One(db.Micros(tx.Now())) + `
		WHERE id IN (
			SELECT o.id
			FROM offers o
			WHERE o.state IN ('offered', 'accepted') AND ` + holds(&p, tx.Now())
	if thread != nil {
		text += ` AND o.thread_id = ` + p.One(*thread)
	}
	rows, err := tx.Query(ctx, text+`)
		RETURNING id, thread_id, person_id`, p.Values()...)
	return db.Collect(rows, err, scanEnded)
}

// standing is an offer of a question as routing counts it.
type standing struct {
	id, person, unit int64
	hub              bool // not in the name of a colleague
	state            State
	answeredAt       time.Time
}

const standingColumns = `o.id, o.person_id, COALESCE(p.unit_id, 0), o.by_id IS NULL, o.state, o.answered_at`

func scanStanding(r db.Scanner) (s standing, err error) {
	var answered *int64
	err = r.Scan(&s.id, &s.person, &s.unit, &s.hub, &s.state, &answered)
	if answered != nil {
		s.answeredAt = db.Time(*answered)
	}
	return s, err
}

// selectStanding returns all offers of a question.
func selectStanding(ctx context.Context, q db.Querier, thread int64) ([]standing, error) {
	rows, err := q.Query(ctx, `
		SELECT `+standingColumns+`
		FROM offers o JOIN people p ON p.id = o.person_id
		WHERE o.thread_id = $1
		ORDER BY o.id
		LIMIT 1000`, thread)
	return db.Collect(rows, err, scanStanding)
}

// selectStandingOf returns the offer of a question to one person.
func selectStandingOf(ctx context.Context, q db.Querier, thread, person int64) (standing, error) {
	return scanStanding(q.QueryRow(ctx, `
		SELECT `+standingColumns+`
		FROM offers o JOIN people p ON p.id = o.person_id
		WHERE o.thread_id = $1 AND o.person_id = $2`, thread, person))
}

// mine is the condition that offer o, of thread t, is one that v has before them.
func mine(p *db.Params, v auth.Viewer) string {
	return `o.person_id = ` + p.One(v.Person) + ` AND o.state IN ('offered', 'accepted') AND ` + waits + ` AND ` + v.Reads(p, "t.audience")
}

// selectOffers returns the offers v has before them, those they said they will answer first; or the one with an id.
func selectOffers(ctx context.Context, q db.Querier, v auth.Viewer, id int64) ([]Offer, error) {
	var p db.Params
	text := `
		SELECT o.id, o.thread_id, t.title, t.excerpt, t.created_at, o.state, o.reason, o.note, o.created_at, t.reply_count, ` + personColumns + `,
		  COALESCE(b.id, 0), COALESCE(b.handle, ''), COALESCE(b.name, ''), COALESCE(b.photo, '')
		FROM offers o
		JOIN threads t ON t.id = o.thread_id
		JOIN people p ON p.id = t.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN people b ON b.id = o.by_id
		WHERE ` + mine(&p, v)
	if id != 0 {
		text += ` AND o.id = ` + p.One(id)
	}
	rows, err := q.Query(ctx, text+`
		ORDER BY o.state, o.created_at DESC, o.id DESC
		LIMIT 100`, p.Values()...)
	return db.Collect(rows, err, scanOffer)
}

func scanOffer(r db.Scanner) (o Offer, err error) {
	var asked, created int64
	into := []any{&o.ID, &o.Thread, &o.Title, &o.Excerpt, &asked, &o.State, &o.Reason, &o.Note, &created, &o.Replies}
	into = append(append(into, o.Asker.fields()...), &o.By.ID, &o.By.Handle, &o.By.Name, &o.By.Photo)
	err = r.Scan(into...)
	o.AskedAt, o.CreatedAt = db.Time(asked), db.Time(created)
	return o, err
}

// selectWaiting returns how many offers wait for the word of v, and the latest of them.
func selectWaiting(ctx context.Context, q db.Querier, v auth.Viewer, limit int) (w Waiting, err error) {
	var p db.Params
	text := `
		SELECT o.id, o.thread_id, t.title, COUNT(*) OVER ()
		FROM offers o JOIN threads t ON t.id = o.thread_id
		WHERE ` + mine(&p, v) + ` AND o.state = 'offered'
		ORDER BY o.created_at DESC, o.id DESC
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	w.Latest, err = db.Collect(rows, err, func(r db.Scanner) (o Offer, err error) {
		return o, r.Scan(&o.ID, &o.Thread, &o.Title, &w.Count)
	})
	return w, err
}

// leg is an offer as the course of a question tells it.
type leg struct {
	standing
	by        int64 // 0 for the hub
	step      int
	reason    string
	note      string
	createdAt time.Time
	who       Person
}

// selectCourse returns the routing of a thread and its offers in the order in which they were made. NotFound when it has none.
func selectCourse(ctx context.Context, q db.Querier, thread int64) (routing, []leg, error) {
	var g routing
	rows, err := q.Query(ctx, `
		SELECT r.thread_id, r.step, r.state, r.next_at, r.created_at,
		  COALESCE(o.id, 0), COALESCE(o.by_id, 0), COALESCE(o.step, 0), COALESCE(o.state, ''), COALESCE(o.reason, ''), COALESCE(o.note, ''),
		  COALESCE(o.created_at, 0), o.answered_at,
		  COALESCE(p.id, 0), COALESCE(p.handle, ''), COALESCE(p.name, ''), COALESCE(p.photo, ''), COALESCE(u.name, ''), COALESCE(p.job_title, '')
		FROM routings r
		LEFT JOIN offers o ON o.thread_id = r.thread_id
		LEFT JOIN people p ON p.id = o.person_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE r.thread_id = $1
		ORDER BY o.created_at, o.id
		LIMIT 500`, thread)
	legs, err := db.Collect(rows, err, func(r db.Scanner) (l leg, err error) {
		var next, answered *int64
		var began, created int64
		into := []any{&g.thread, &g.step, &g.state, &next, &began, &l.id, &l.by, &l.step, &l.state, &l.reason, &l.note, &created, &answered}
		err = r.Scan(append(into, l.who.fields()...)...)
		g.createdAt, l.createdAt, l.person, l.hub = db.Time(began), db.Time(created), l.who.ID, l.by == 0
		if next != nil {
			g.next = db.Time(*next)
		}
		if answered != nil {
			l.answeredAt = db.Time(*answered)
		}
		return l, err
	})
	if err == nil && len(legs) == 0 {
		err = errs.ErrNotFound
	}
	if len(legs) == 1 && legs[0].id == 0 {
		legs = nil // a routing that has offered nothing yet
	}
	return g, legs, err
}
