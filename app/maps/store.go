package maps

import (
	"context"
	stdmaps "maps"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/people"
)

// kept is a map in the table.
type kept struct {
	body   string
	madeAt time.Time
}

func selectMap(ctx context.Context, q db.Querier, month Month, name string) (k kept, err error) {
	var made int64
	err = q.QueryRow(ctx, `
		SELECT body, made_at
		FROM maps
		WHERE month = $1 AND name = $2`, string(month), name).Scan(&k.body, &made)
	k.madeAt = db.Time(made)
	return k, err
}

// maxMaps bounds the maps of a month: those of subjects, and a few more.
const maxMaps = maxSubjects + 20

// selectMaps returns the bodies of all maps of a month, by name.
func selectMaps(ctx context.Context, q db.Querier, month Month) (map[string]string, error) {
	rows, err := q.Query(ctx, `
		SELECT name, body
		FROM maps
		WHERE month = $1
		LIMIT $2`, string(month), maxMaps)
	all := make(map[string]string)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var name, body string
		err := r.Scan(&name, &body)
		all[name] = body
		return struct{}{}, err
	})
	return all, err
}

// made is when the maps of a month were made, and after which event.
type made struct {
	at   time.Time
	mark int64
}

func selectMade(ctx context.Context, q db.Querier) (map[Month]made, error) {
	rows, err := q.Query(ctx, `
		SELECT month, MIN(made_at), MIN(mark)
		FROM maps
		GROUP BY month
		ORDER BY month DESC
		LIMIT $1`, 2*monthsOffered)
	all := make(map[Month]made)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var month string
		var at, mark int64
		err := r.Scan(&month, &at, &mark)
		all[Month(month)] = made{db.Time(at), mark}
		return struct{}{}, err
	})
	return all, err
}

// selectMark returns the id of the last event.
func selectMark(ctx context.Context, q db.Querier) (mark int64, err error) {
	err = q.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM events").Scan(&mark)
	return mark, err
}

func deleteMonth(ctx context.Context, tx *db.Tx, month Month) error {
	_, err := tx.Exec(ctx, "DELETE FROM maps WHERE month = $1", string(month))
	return err
}

func insertMaps(ctx context.Context, tx *db.Tx, month Month, mark int64, bodies map[string]string) error {
	for _, name := range slices.Sorted(stdmaps.Keys(bodies)) {
		_, err := tx.Exec(ctx, `
			INSERT INTO maps (month, name, body, made_at, mark)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (month, name) DO UPDATE SET body = excluded.body, made_at = excluded.made_at, mark = excluded.mark`,
			string(month), name, bodies[name], db.Micros(tx.Now()), mark)
		if err != nil {
			return err
		}
	}
	return nil
}

// In what follows rows are read in batches by id, so that no statement holds the database for long.
const batch = 200

func selectHome(ctx context.Context, q db.Querier) (home int64, err error) {
	err = q.QueryRow(ctx, "SELECT id FROM organisations WHERE home = $1", true).Scan(&home)
	return home, err
}

// unit is a node of the tree.
type unit struct {
	id, parent int64
	name       string
}

func selectUnits(ctx context.Context, q db.Querier, home int64) ([]unit, error) {
	return inBatches(func(after int64) ([]unit, error) {
		rows, err := q.Query(ctx, `
			SELECT id, COALESCE(parent_id, 0), name
			FROM units
			WHERE organisation_id = $1 AND id > $2
			ORDER BY id
			LIMIT $3`, home, after, batch)
		return db.Collect(rows, err, func(r db.Scanner) (u unit, err error) {
			return u, r.Scan(&u.id, &u.parent, &u.name)
		})
	}, func(u unit) int64 { return u.id })
}

// person is somebody of the home organisation, where they are now.
type person struct {
	id, unit      int64
	location, job string
	leftAt        *int64
}

func selectPeople(ctx context.Context, q db.Querier, home int64) ([]person, error) {
	return inBatches(func(after int64) ([]person, error) {
		rows, err := q.Query(ctx, `
			SELECT id, COALESCE(unit_id, 0), location, privacy, job_title, left_at
			FROM people
			WHERE organisation_id = $1 AND id > $2
			ORDER BY id
			LIMIT $3`, home, after, 5*batch)
		return db.Collect(rows, err, func(r db.Scanner) (p person, err error) {
			var privacy string
			err = r.Scan(&p.id, &p.unit, &p.location, &privacy, &p.job, &p.leftAt)
			// SECURITY: a place that somebody keeps to themself is not told by a map either.
			if people.ParsePrivacy(privacy)[people.FieldLocation] == people.ForMe {
				p.location = ""
			}
			return p, err
		})
	}, func(p person) int64 { return p.id })
}

// Topic is a topic with its address.
type Topic struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Path is where the topic is.
func (t Topic) Path() string { return "/topics/" + t.Slug }

func selectTopics(ctx context.Context, q db.Querier) ([]Topic, error) {
	return inBatches(func(after int64) ([]Topic, error) {
		rows, err := q.Query(ctx, `
			SELECT id, slug, name
			FROM topics
			WHERE id > $1
			ORDER BY id
			LIMIT $2`, after, 5*batch)
		return db.Collect(rows, err, func(r db.Scanner) (t Topic, err error) {
			return t, r.Scan(&t.ID, &t.Slug, &t.Name)
		})
	}, func(t Topic) int64 { return t.ID })
}

// thread is a thread of the open record with what was said in it.
type thread struct {
	id, author, at, accepted int64
	kind, title              string
	topics                   []int64
	replies                  []reply
}

type reply struct{ id, thread, author, at int64 }

// selectThreads returns the next threads of the open record that were opened before a time and in which something was said since
// another.
//
// SECURITY: everybody in the home organisation may read these, and nothing else is ever counted. Audiences of networks are not here.
func selectThreads(ctx context.Context, q db.Querier, org string, from, to, after int64) ([]thread, error) {
	rows, err := q.Query(ctx, `
		SELECT t.id, t.kind, t.title, t.author_id, t.created_at, COALESCE(t.accepted_reply_id, 0)
		FROM threads t
		WHERE t.audience IN ('public', 'hub', $1) AND t.deleted_at IS NULL AND t.active_at >= $2 AND t.created_at < $3 AND t.id > $4
		ORDER BY t.id
		LIMIT $5`, org, from, to, after, batch)
	return db.Collect(rows, err, func(r db.Scanner) (t thread, err error) {
		return t, r.Scan(&t.id, &t.kind, &t.title, &t.author, &t.at, &t.accepted)
	})
}

// fill adds topics and replies to threads.
func fill(ctx context.Context, q db.Querier, list []thread) error {
	at := make(map[int64]*thread, len(list))
	ids := make([]int64, len(list))
	for i := range list {
		ids[i], at[list[i].id] = list[i].id, &list[i]
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT thread_id, topic_id
		FROM thread_topics
		WHERE thread_id IN (`+db.In(1, len(ids))+`)
		ORDER BY thread_id, topic_id`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id, topic int64
		err := r.Scan(&id, &topic)
		if t := at[id]; t != nil {
			t.topics = append(t.topics, topic)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	rows, err = q.Query(ctx, `
		SELECT id, thread_id, author_id, created_at
		FROM replies
		WHERE thread_id IN (`+db.In(1, len(ids))+`) AND deleted_at IS NULL
		ORDER BY thread_id, id`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var y reply
		err := r.Scan(&y.id, &y.thread, &y.author, &y.at)
		if t := at[y.thread]; t != nil {
			t.replies = append(t.replies, y)
		}
		return struct{}{}, err
	})
	return err
}

// inBatches reads a list whose next part is what comes after an id.
func inBatches[T any](next func(after int64) ([]T, error), id func(T) int64) (all []T, err error) {
	for after := int64(0); ; {
		some, err := next(after)
		if err != nil || len(some) == 0 {
			return all, err
		}
		all = append(all, some...)
		after = id(some[len(some)-1])
	}
}

// network is one that is open to all and that everybody here may know of.
type network struct {
	id         int64
	slug, name string
}

// selectNetworks returns networks whose members are no secret. What is in closed and private ones is never counted.
func selectNetworks(ctx context.Context, q db.Querier, org string) ([]network, error) {
	return inBatches(func(after int64) ([]network, error) {
		rows, err := q.Query(ctx, `
			SELECT id, slug, name
			FROM networks
			WHERE access = 'open' AND audience IN ('public', 'hub', $1) AND closed_at IS NULL AND id > $2
			ORDER BY id
			LIMIT $3`, org, after, 5*batch)
		return db.Collect(rows, err, func(r db.Scanner) (n network, err error) {
			return n, r.Scan(&n.id, &n.slug, &n.name)
		})
	}, func(n network) int64 { return n.id })
}

// selectMembers returns the people who belong to networks.
func selectMembers(ctx context.Context, q db.Querier, networks []network) (map[int64][]int64, error) {
	members := make(map[int64][]int64, len(networks))
	for part := range slices.Chunk(networks, batch/4) {
		ids := make([]int64, len(part))
		for i, n := range part {
			ids[i] = n.id
		}
		ids = db.Pad(ids)
		rows, err := q.Query(ctx, `
			SELECT network_id, person_id
			FROM network_members
			WHERE network_id IN (`+db.In(1, len(ids))+`) AND state = 'member'
			ORDER BY network_id, person_id`, db.Args(ids)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var n, p int64
			err := r.Scan(&n, &p)
			members[n] = append(members[n], p)
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return members, nil
}

// pair is somebody and something.
type pair struct{ topic, person int64 }

// selectConfirmed returns which people say themselves that they can be asked about which of some topics, and have not stepped out.
func selectConfirmed(ctx context.Context, q db.Querier, topics []int64) (map[pair]bool, error) {
	confirmed := make(map[pair]bool)
	for part := range slices.Chunk(topics, batch) {
		part = db.Pad(part)
		rows, err := q.Query(ctx, `
			SELECT a.topic_id, a.person_id
			FROM person_topics a
			WHERE a.topic_id IN (`+db.In(1, len(part))+`)
			  AND NOT EXISTS (SELECT 1 FROM expert_topics o WHERE o.person_id = a.person_id AND o.topic_id = a.topic_id AND o.choice = 'out')
			  AND NOT EXISTS (SELECT 1 FROM expert_settings e WHERE e.person_id = a.person_id AND NOT e.suggested)
			ORDER BY a.topic_id, a.person_id`, db.Args(part)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var p pair
			err := r.Scan(&p.topic, &p.person)
			confirmed[p] = true
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return confirmed, nil
}

// selectStances returns who said what they think of some decisions, before a time.
func selectStances(ctx context.Context, q db.Querier, decisions []int64, before int64) (map[int64][]int64, error) {
	said := make(map[int64][]int64)
	for part := range slices.Chunk(decisions, batch) {
		part = db.Pad(part)
		rows, err := q.Query(ctx, `
			SELECT thread_id, person_id
			FROM decision_stances
			WHERE thread_id IN (`+db.In(1, len(part))+`) AND created_at < `+db.In(len(part)+1, 1)+`
			ORDER BY thread_id, person_id`, append(db.Args(part), before)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var d, p int64
			err := r.Scan(&d, &p)
			said[d] = append(said[d], p)
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return said, nil
}
