package symptoms

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/auth"
)

// readBatch is how many rows of one table are read at a time.
const readBatch = 5_000

// open is the condition that everybody in the home organisation may read thread t; its one value is the audience of that
// organisation, $1.
//
// SECURITY: what is in closed and private rooms is no evidence; each statement that reads a Record holds it, or reads only of threads that
// one did which does.
const open = "t.deleted_at IS NULL AND t.audience IN ('public', 'hub', $1)"

// reader reads a Record.
type reader struct {
	q      db.Querier
	r      *Record
	home   int64
	places map[int64]place  // by thread, all that are read
	unitOf map[int64]int64  // by person of the home organisation
	active map[int64]Months // by person: in which months they wrote something
}

// place is a thread in the Record, with what the Record does not tell of it.
type place struct {
	at     int
	author int64
}

// selectRecord reads the open record as it is at now.
func selectRecord(ctx context.Context, q db.Querier, now time.Time, zone *time.Location, k int) (Record, error) {
	r := Record{Now: now, Zone: zone, K: k, Knowers: map[int64]int{}, Links: map[Pair]bool{}, Answers: map[int64]string{}}
	g := reader{q: q, r: &r, places: map[int64]place{}, unitOf: map[int64]int64{}, active: map[int64]Months{}}
	for _, step := range []struct {
		what string
		read func(ctx context.Context) error
	}{
		{"the home organisation", g.organisation}, {"units", g.units}, {"threads", g.threads}, {"topics", g.topics}, {"replies", g.replies}, {"units", g.heard},
		{"who closed questions", g.closings}, {"who knows", g.knowers}, {"decisions", g.decisions}, {"signals", g.signals}, {"gaps", g.gaps},
		{"what leads where", g.alike},
	} {
		if err := step.read(ctx); err != nil {
			return Record{}, fmt.Errorf("read %s: %w", step.what, err)
		}
	}
	return r, nil
}

// audience is that of the home organisation.
func (g *reader) audience() string { return auth.OrgAudience(g.home) }

func (g *reader) organisation(ctx context.Context) error {
	return g.q.QueryRow(ctx, `
		SELECT o.id
		FROM organisations o
		WHERE o.home = TRUE`).Scan(&g.home)
}

// units reads the units of the home organisation, and who sits where: those who are here now.
func (g *reader) units(ctx context.Context) error {
	rows, err := g.q.Query(ctx, `
		SELECT u.id, COALESCE(u.parent_id, 0)
		FROM units u
		WHERE u.organisation_id = $1
		ORDER BY u.id`, g.home)
	if g.r.Units, err = db.Collect(rows, err, func(s db.Scanner) (u Unit, err error) { return u, s.Scan(&u.ID, &u.Parent) }); err != nil {
		return err
	}
	units := g.r.tree()
	return walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT p.id, COALESCE(p.unit_id, 0)
			FROM people p
			WHERE p.organisation_id = $1 AND p.left_at IS NULL AND p.id > $2
			ORDER BY p.id
			LIMIT $3`, g.home, after, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (id int64, err error) {
			var unit int64
			err = s.Scan(&id, &unit)
			g.unitOf[id] = unit
			if u := units[unit]; u != nil {
				u.People++
			}
			return id, err
		})
	})
}

// walk calls next with the last id it returned until it returns none.
func walk(next func(after int64) ([]int64, error)) error {
	for after := int64(0); ; {
		ids, err := next(after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// threads reads those of the time the record goes back, and what is meant to last however old it is.
func (g *reader) threads(ctx context.Context) error {
	begin := db.Micros(since(g.r.Now, g.r.Zone, memoryMonths))
	return walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT t.id, t.kind, t.title, t.author_id, COALESCE(t.owner_id, t.author_id), t.created_at, t.closed_at,
			       COALESCE(t.accepted_reply_id, 0), t.superseded_by IS NOT NULL, t.reference
			FROM threads t
			WHERE `+open+` AND t.id > $2 AND (t.active_at >= $3 OR t.closed_at >= $3 OR t.reference = TRUE OR t.kind = 'decision')
			ORDER BY t.id
			LIMIT $4`, g.audience(), after, begin, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (int64, error) {
			var t Thread
			var kind string
			var author, keeper, created int64
			var closed *int64
			err := s.Scan(&t.ID, &kind, &t.Title, &author, &keeper, &created, &closed, &t.Accepted, &t.Superseded, &t.Guide)
			t.Kind, t.At, t.Unit = threads.Kind(kind), db.Time(created), g.unitOf[keeper]
			if closed != nil {
				t.ClosedAt = db.Time(*closed)
			}
			g.write(&t, author, t.At)
			g.places[t.ID] = place{len(g.r.Threads), author}
			g.r.Threads = append(g.r.Threads, t)
			return t.ID, err
		})
	})
}

// write counts that somebody wrote something in t.
func (g *reader) write(t *Thread, person int64, at time.Time) {
	m := g.r.monthOf(at)
	if m < 0 || m >= memoryMonths {
		return
	}
	t.Active |= 1 << m
	if _, here := g.unitOf[person]; here {
		g.active[person] |= 1 << m
	}
}

// heard adds up how many people of each unit wrote something in each month.
func (g *reader) heard(context.Context) error {
	units := g.r.tree()
	for person, months := range g.active {
		u := units[g.unitOf[person]]
		if u == nil {
			continue
		}
		for m := range memoryMonths {
			u.Active[m] += int(months >> m & 1)
		}
	}
	return nil
}

// topics reads what the threads are about.
func (g *reader) topics(ctx context.Context) error {
	thread, topic := int64(0), int64(0)
	for {
		rows, err := g.q.Query(ctx, `
			SELECT h.thread_id, h.topic_id
			FROM thread_topics h
			WHERE (h.thread_id, h.topic_id) > ($1, $2)
			ORDER BY h.thread_id, h.topic_id
			LIMIT $3`, thread, topic, readBatch)
		list, err := db.Collect(rows, err, func(s db.Scanner) (struct{}, error) {
			err := s.Scan(&thread, &topic)
			if p, ok := g.places[thread]; ok {
				t := &g.r.Threads[p.at]
				t.Topics = append(t.Topics, topic)
			}
			return struct{}{}, err
		})
		if err != nil || len(list) == 0 {
			return err
		}
	}
}

// replies reads when somebody wrote where.
func (g *reader) replies(ctx context.Context) error {
	begin := db.Micros(since(g.r.Now, g.r.Zone, memoryMonths))
	return walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT r.id, r.thread_id, r.author_id, r.created_at
			FROM replies r
			WHERE r.id > $1 AND r.deleted_at IS NULL AND r.created_at >= $2
			ORDER BY r.id
			LIMIT $3`, after, begin, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (id int64, err error) {
			var thread, author, created int64
			err = s.Scan(&id, &thread, &author, &created)
			p, ok := g.places[thread]
			if !ok || err != nil {
				return id, err
			}
			t, at := &g.r.Threads[p.at], db.Time(created)
			g.write(t, author, at)
			if author != p.author && (t.Answered.IsZero() || at.Before(t.Answered)) {
				t.Answered = at
			}
			return id, nil
		})
	})
}

// closings reads which questions without an answer were closed by somebody other than their author: the last time, as the log has it.
func (g *reader) closings(ctx context.Context) error {
	begin := db.Micros(since(g.r.Now, g.r.Zone, shownMonths))
	return walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT e.id, e.object_id, COALESCE(e.actor_id, 0)
			FROM events e
			WHERE e.id > $1 AND e.verb = 'thread.closed' AND e.at >= $2
			ORDER BY e.id
			LIMIT $3`, after, begin, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (id int64, err error) {
			var thread, by int64
			err = s.Scan(&id, &thread, &by)
			if p, ok := g.places[thread]; ok {
				t := &g.r.Threads[p.at]
				t.Dismissed = !t.ClosedAt.IsZero() && by != 0 && by != p.author
			}
			return id, err
		})
	})
}

// knowers reads how many people of the home organisation could answer about each topic: an answer of theirs was accepted, they answered or
// wrote about it three times, say that they can be asked, or were offered a question on it and did not answer. Who does not want to be suggested is not among them.
func (g *reader) knowers(ctx context.Context) error {
	rows, err := g.q.Query(ctx, `
		SELECT k.topic_id, COUNT(*)
		FROM (SELECT e.topic_id, e.person_id
		      FROM expertise e
		      WHERE e.audience IN ('public', 'hub', $1)
		      GROUP BY e.topic_id, e.person_id
		      HAVING SUM(e.accepted) >= 1 OR SUM(e.answers + e.posts) >= 3
		      UNION
		      SELECT a.topic_id, a.person_id
		      FROM person_topics a
		      UNION
		      SELECT h.topic_id, o.person_id
		      FROM offers o
		      JOIN threads t ON t.id = o.thread_id
		      JOIN thread_topics h ON h.thread_id = o.thread_id
		      WHERE o.state IN ('passed', 'declined', 'lapsed') AND `+open+`) k
		JOIN people p ON p.id = k.person_id
		WHERE p.organisation_id = $2 AND p.left_at IS NULL
		  AND NOT EXISTS (SELECT 1 FROM expert_settings s WHERE s.person_id = k.person_id AND s.suggested = FALSE)
		  AND NOT EXISTS (SELECT 1 FROM expert_topics x WHERE x.person_id = k.person_id AND x.topic_id = k.topic_id AND x.choice = 'out')
		GROUP BY k.topic_id`, g.audience(), g.home)
	_, err = db.Collect(rows, err, func(s db.Scanner) (struct{}, error) {
		var topic int64
		var n int
		err := s.Scan(&topic, &n)
		g.r.Knowers[topic] = n
		return struct{}{}, err
	})
	return err
}

// signals reads what the signals are.
func (g *reader) signals(ctx context.Context) error {
	return walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT s.thread_id, s.source, s.kind
			FROM signals s
			WHERE s.thread_id > $1
			ORDER BY s.thread_id
			LIMIT $2`, after, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (int64, error) {
			var one Signal
			err := s.Scan(&one.Thread, &one.Source, &one.Kind)
			if p, ok := g.places[one.Thread]; ok && g.r.shown(g.r.Threads[p.at].At) {
				g.r.Signals = append(g.r.Signals, one)
			}
			return one.Thread, err
		})
	})
}

// gaps reads those that were closed.
func (g *reader) gaps(ctx context.Context) error {
	begin := db.Micros(since(g.r.Now, g.r.Zone, shownMonths))
	return walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT g.id, g.closed_at, g.closed_why = 'owner', g.answer_id IS NOT NULL OR g.note <> ''
			FROM gaps g
			WHERE g.id > $1 AND g.closed_at >= $2
			ORDER BY g.id
			LIMIT $3`, after, begin, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (int64, error) {
			var one Gap
			var closed int64
			err := s.Scan(&one.ID, &closed, &one.ByOwner, &one.Acted)
			one.ClosedAt = db.Time(closed)
			g.r.Gaps = append(g.r.Gaps, one)
			return one.ID, err
		})
	})
}

// leadsTo finds addresses of threads and posts in what people wrote.
var leadsTo = regexp.MustCompile(`/threads/(\d+)|/blog/([a-z0-9-]+/[a-z0-9-]+)`)

// alike reads the words that decide of threads whose titles are alike: what leads from one to another, and what was accepted.
func (g *reader) alike(ctx context.Context) error {
	*g.r = g.r.prepared()
	ids := g.r.Alike()
	posts := map[string]int64{}
	for part := range slices.Chunk(ids, chunk) {
		if err := g.each(ctx, `
			SELECT po.thread_id, b.slug || '/' || po.slug
			FROM posts po
			JOIN blogs b ON b.id = po.blog_id
			WHERE po.thread_id IN (`, part, func(thread int64, address string) { posts[address] = thread }); err != nil {
			return err
		}
	}
	link := func(from int64, text string) {
		for _, m := range leadsTo.FindAllStringSubmatch(text, -1) {
			to := posts[m[2]]
			if m[1] != "" {
				to, _ = strconv.ParseInt(m[1], 10, 64) // of more digits than an id has: none
			}
			if to != 0 && to != from {
				g.r.Links[pairOf(from, to)] = true
			}
		}
	}
	for part := range slices.Chunk(ids, chunk) {
		if err := g.each(ctx, `
			SELECT t.id, t.body
			FROM threads t
			WHERE t.id IN (`, part, link); err != nil {
			return err
		}
		if err := g.each(ctx, `
			SELECT r.thread_id, r.body
			FROM replies r
			WHERE r.deleted_at IS NULL AND (r.body LIKE '%/threads/%' OR r.body LIKE '%/blog/%') AND r.thread_id IN (`, part, link); err != nil {
			return err
		}
		if err := g.each(ctx, `
			SELECT t.id, r.body
			FROM threads t
			JOIN replies r ON r.id = t.accepted_reply_id
			WHERE r.deleted_at IS NULL AND t.kind = 'question' AND t.id IN (`, part, func(thread int64, text string) { g.r.Answers[thread] = text }); err != nil {
			return err
		}
	}
	return nil
}

// chunk is how many ids one statement is about.
const chunk = 200

// each runs a query that ends in an open list of ids, and calls do with the two columns of each row.
func (g *reader) each(ctx context.Context, query string, ids []int64, do func(id int64, text string)) error {
	ids = db.Pad(ids)
	rows, err := g.q.Query(ctx, query+db.In(1, len(ids))+")", db.Args(ids)...)
	_, err = db.Collect(rows, err, func(s db.Scanner) (struct{}, error) {
		var id int64
		var text string
		err := s.Scan(&id, &text)
		if err == nil {
			do(id, text)
		}
		return struct{}{}, err
	})
	return err
}
