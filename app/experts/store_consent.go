package experts

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// selectSettings returns the settings of those of the people who have said something.
func selectSettings(ctx context.Context, q db.Querier, people []int64) (map[int64]Settings, error) {
	out := make(map[int64]Settings, len(people))
	if len(people) == 0 {
		return out, nil
	}
	people = db.Pad(people)
	rows, err := q.Query(ctx, `
		SELECT s.person_id, s.suggested, s.open, s.weekly_cap, s.days
		FROM expert_settings s
		WHERE s.person_id IN (`+db.In(1, len(people))+`)`, db.Args(people)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (in Settings, err error) {
		var id int64
		var days string
		err = r.Scan(&id, &in.Suggested, &in.Open, &in.WeeklyCap, &days)
		in.Days = ParseDays(days)
		out[id] = in
		return in, err
	})
	return out, err
}

func upsertSettings(ctx context.Context, tx *db.Tx, person int64, in Settings) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO expert_settings (person_id, suggested, open, weekly_cap, days, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id) DO UPDATE
		SET suggested = excluded.suggested, open = excluded.open, weekly_cap = excluded.weekly_cap, days = excluded.days, updated_at = excluded.updated_at`,
		person, in.Suggested, in.Open, in.WeeklyCap, FormatDays(in.Days), db.Micros(tx.Now()))
	return err
}

func upsertChoice(ctx context.Context, tx *db.Tx, person, topic int64, choice Choice) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO expert_topics (person_id, topic_id, choice, created_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, topic_id) DO UPDATE
		SET choice = excluded.choice, created_at = excluded.created_at`, person, topic, string(choice), db.Micros(tx.Now()))
	return err
}

func deleteChoice(ctx context.Context, tx *db.Tx, person, topic int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM expert_topics
		WHERE person_id = $1 AND topic_id = $2`, person, topic)
	return err
}

// choices are what people decided about topics, by person and topic.
type choices map[int64]map[int64]Choice

func (c choices) of(person, topic int64) Choice { return c[person][topic] }

// selectObject returns what an endorsement may stand on: a thread or a reply that v may read.
func selectObject(ctx context.Context, q db.Querier, v auth.Viewer, thread, reply int64) (o object, err error) {
	var p db.Params
	var author int64
	var kind threads.Kind
	text := `
		SELECT t.id, t.kind, t.author_id, t.audience
		FROM threads t
		WHERE t.id = ` + p.One(thread)
	if reply != 0 {
		p = db.Params{}
		text = `
		SELECT t.id, '', r.author_id, t.audience
		FROM replies r
		JOIN threads t ON t.id = r.thread_id
		WHERE r.deleted_at IS NULL AND r.id = ` + p.One(reply)
	}
	err = q.QueryRow(ctx, text+` AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience"), p.Values()...).Scan(&thread, &kind, &author, &o.audience)
	if errs.IsNotFound(err) {
		return object{}, noObject
	}
	if err != nil {
		return object{}, err
	}
	o.authors, o.asked = []int64{author}, kind == threads.Question
	if kind == threads.Post {
		rows, err := q.Query(ctx, `
			SELECT a.person_id
			FROM post_authors a
			WHERE a.thread_id = $1`, thread)
		others, err := db.Collect(rows, err, db.One[int64])
		if err != nil {
			return object{}, err
		}
		o.authors = append(o.authors, others...)
	}
	topics, err := topicsOf(ctx, q, []int64{thread})
	o.topics = topics[thread]
	return o, err
}

// selectHandle returns somebody who is here, by handle.
func selectHandle(ctx context.Context, q db.Querier, handle string) (p Person, err error) {
	err = q.QueryRow(ctx, `
		SELECT p.id, p.handle, p.name
		FROM people p
		WHERE p.left_at IS NULL AND p.handle = $1`, handle).Scan(&p.ID, &p.Handle, &p.Name)
	if errs.IsNotFound(err) {
		return Person{}, nobody
	}
	return p, err
}

func upsertEndorsement(ctx context.Context, tx *db.Tx, by int64, in NewEndorsement, topic int64) (id int64, err error) {
	kind, object := "thread", in.Thread
	if in.Reply != 0 {
		kind, object = "reply", in.Reply
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO endorsements (person_id, topic_id, by_id, reason, object_kind, object_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (person_id, topic_id, by_id) DO UPDATE
		SET reason = excluded.reason, object_kind = excluded.object_kind, object_id = excluded.object_id, created_at = excluded.created_at
		RETURNING id`, in.Person, topic, by, in.Reason, kind, object, db.Micros(tx.Now())).Scan(&id)
	return id, err
}
