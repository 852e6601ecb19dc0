package experts

import (
	"context"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/people"
	"watercooler/app/threads"
)

// reader returns the condition that somebody may read what is for the audience in a column: auth.Viewer.Reads, and its like.
type reader = func(p *db.Params, column string) string

// card is a person with what a ranking is narrowed by.
type card struct {
	Person
	organisation string
	location     string // cleared where the viewer may not know it
	languages    []string
	privacy      string
	open         bool
}

const cardColumns = `p.id, p.handle, p.name, p.photo, p.job_title, COALESCE(u.id, 0), COALESCE(u.name, ''), o.id, o.name, o.home`

// selectPeople returns those of the people who are here and want to be suggested.
func selectPeople(ctx context.Context, q db.Querier, ids []int64) (map[int64]card, error) {
	out := make(map[int64]card, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	// SECURITY: who stepped out is not named, whatever speaks for them.
	rows, err := q.Query(ctx, `
		SELECT `+cardColumns+`, p.location, p.languages, p.privacy, COALESCE(s.open, TRUE)
		FROM people p
		JOIN organisations o ON o.id = p.organisation_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN expert_settings s ON s.person_id = p.id
		WHERE p.left_at IS NULL AND COALESCE(s.suggested, TRUE) AND p.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (c card, err error) {
		var home bool
		var languages string
		err = r.Scan(&c.ID, &c.Handle, &c.Name, &c.Photo, &c.JobTitle, &c.Unit, &c.UnitName, &c.Organisation, &c.organisation, &home,
			&c.location, &languages, &c.privacy, &c.open)
		if !home {
			c.Partner = c.organisation
		}
		// SECURITY: a language that is kept from some is not found by anybody, since it has one list for all.
		if people.VisibleToHub(c.privacy, people.FieldLanguages) {
			for part := range strings.SplitSeq(languages, ",") {
				if part = strings.TrimSpace(part); part != "" {
					c.languages = append(c.languages, part)
				}
			}
		}
		out[c.ID] = c
		return c, err
	})
	return out, err
}

// postAddress is the address of thread t below /blog, or nothing when it is no post.
const postAddress = `CASE WHEN t.kind = 'post' THEN COALESCE(
		(SELECT b.slug || '/' || po.slug FROM posts po JOIN blogs b ON b.id = po.blog_id WHERE po.thread_id = t.id), '') ELSE '' END`

// shown is a thread as evidence shows it.
type shown struct {
	Evidence
	accepted int64
}

// selectThreads returns those of the threads that may be read, as evidence of who opened them, without their topics.
func selectThreads(ctx context.Context, q db.Querier, reads reader, ids []int64) (map[int64]shown, error) {
	out := make(map[int64]shown, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var p db.Params
	// SECURITY: the index and the ledger may be a moment behind; what they name is shown only if the row may be read now.
	rows, err := q.Query(ctx, `
		SELECT t.id, t.kind, t.title, t.created_at, t.vote_count, COALESCE(t.accepted_reply_id, 0), `+postAddress+`
		FROM threads t
		WHERE t.deleted_at IS NULL
		  AND `+reads(&p, "t.audience")+`
		  AND t.id IN (`+db.AllOf(&p, ids)+`)`, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (t shown, err error) {
		var at int64
		var post string
		err = r.Scan(&t.Thread, &t.Kind, &t.Title, &at, &t.Votes, &t.accepted, &post)
		t.Ref, t.At, t.Path = threadRef(t.Thread), db.Time(at), threads.Thread{ID: t.Thread, Post: post}.Path()
		t.Role = Discussed
		if t.Kind == threads.Post || t.Kind == threads.Decision {
			t.Role = Wrote
		}
		out[t.Thread] = t
		return t, err
	})
	return out, err
}

// answer is a reply as evidence shows it; what else is shown belongs to its thread.
type answer struct {
	id, thread, author, at int64
	votes                  int
}

const answerColumns = `r.id, r.thread_id, r.author_id, r.created_at, r.vote_count`

func scanAnswer(r db.Scanner) (a answer, err error) {
	return a, r.Scan(&a.id, &a.thread, &a.author, &a.at, &a.votes)
}

// evidence is a as evidence.
func (a answer) evidence(t shown) Evidence {
	w := t.Evidence
	w.Ref, w.Path = replyRef(a.id), threads.Reply{ID: a.id}.Path()
	w.At, w.Votes, w.Accepted, w.Role = db.Time(a.at), a.votes, t.accepted == a.id, Discussed
	if t.Kind == threads.Question {
		w.Role = Answered
	}
	return w
}

func threadRef(id int64) string { return "thread:" + strconv.FormatInt(id, 10) }
func replyRef(id int64) string  { return "reply:" + strconv.FormatInt(id, 10) }

// refID returns the id in a ref of the kind.
func refID(ref, kind string) (int64, bool) {
	digits, ok := strings.CutPrefix(ref, kind+":")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, err == nil
}

// selectEvidence returns those of the threads and replies that refs name which may be read now, by ref.
func selectEvidence(ctx context.Context, q db.Querier, reads reader, refs []string) (map[string]Evidence, error) {
	var opened, said []int64
	for _, ref := range refs {
		if id, ok := refID(ref, "thread"); ok {
			opened = append(opened, id)
		} else if id, ok := refID(ref, "reply"); ok {
			said = append(said, id)
		}
	}
	replies, err := selectAnswers(ctx, q, said)
	if err != nil {
		return nil, err
	}
	all := opened
	for _, a := range replies {
		all = append(all, a.thread)
	}
	readable, err := selectThreads(ctx, q, reads, all)
	if err != nil {
		return nil, err
	}
	topics, err := topicsOf(ctx, q, all)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Evidence, len(refs))
	for id, t := range readable {
		t.Topics = topics[id]
		readable[id] = t
		out[t.Ref] = t.Evidence
	}
	for _, a := range replies {
		if t, ok := readable[a.thread]; ok {
			out[replyRef(a.id)] = a.evidence(t)
		}
	}
	return out, nil
}

// selectAnswers returns those of the replies that are not deleted. Whether their thread may be read is the caller's question.
func selectAnswers(ctx context.Context, q db.Querier, ids []int64) ([]answer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+answerColumns+`
		FROM replies r
		WHERE r.deleted_at IS NULL AND r.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	return db.Collect(rows, err, scanAnswer)
}

// topicsOf returns the topics of each thread, by name.
func topicsOf(ctx context.Context, q db.Querier, threads []int64) (map[int64][]Topic, error) {
	out := make(map[int64][]Topic)
	if len(threads) == 0 {
		return out, nil
	}
	threads = db.Pad(threads)
	rows, err := q.Query(ctx, `
		SELECT h.thread_id, o.id, o.slug, o.name
		FROM thread_topics h
		JOIN topics o ON o.id = h.topic_id
		WHERE h.thread_id IN (`+db.In(1, len(threads))+`)
		ORDER BY h.thread_id, o.name, o.id`, db.Args(threads)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (t Topic, err error) {
		var thread int64
		err = r.Scan(&thread, &t.ID, &t.Slug, &t.Name)
		out[thread] = append(out[thread], t)
		return t, err
	})
	return out, err
}

// ask is a topic somebody says they can be asked about.
type ask struct {
	person int64
	topic  Topic
}

// selectAsks returns who can be asked about topics; without topics, what people can be asked about.
func selectAsks(ctx context.Context, q db.Querier, people []int64, topics []Topic) ([]ask, error) {
	if len(people)+len(topics) == 0 {
		return nil, nil
	}
	var p db.Params
	which := ""
	if len(topics) > 0 {
		which = `a.topic_id IN (` + db.AllOf(&p, ids(topics)) + `)`
	} else {
		which = `a.person_id IN (` + db.AllOf(&p, people) + `)`
	}
	rows, err := q.Query(ctx, `
		SELECT a.person_id, o.id, o.slug, o.name
		FROM person_topics a
		JOIN topics o ON o.id = a.topic_id
		JOIN people p ON p.id = a.person_id
		WHERE p.left_at IS NULL AND `+which+`
		ORDER BY p.sort_name, p.id, a.position, o.id
		LIMIT `+p.One(8*considered), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (a ask, err error) {
		return a, r.Scan(&a.person, &a.topic.ID, &a.topic.Slug, &a.topic.Name)
	})
}

func ids(topics []Topic) []int64 {
	out := make([]int64, len(topics))
	for i, t := range topics {
		out[i] = t.ID
	}
	return out
}

// topicCounts are somebody's contributions to a topic.
type topicCounts struct {
	topic Topic
	Counts
	last time.Time
}

// selectCounts returns what people contributed to topics, as far as it may be read, by person.
func selectCounts(ctx context.Context, q db.Querier, reads reader, people []int64, topics []Topic) (map[int64][]topicCounts, error) {
	out := make(map[int64][]topicCounts)
	if len(people) == 0 || len(topics) == 0 {
		return out, nil
	}
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT e.person_id, o.id, o.slug, o.name, SUM(e.answers), SUM(e.accepted), SUM(e.posts), SUM(e.discussions), SUM(e.votes), MAX(e.last_at)
		FROM expertise e
		JOIN topics o ON o.id = e.topic_id
		WHERE `+reads(&p, "e.audience")+`
		  AND e.topic_id IN (`+db.AllOf(&p, ids(topics))+`)
		  AND e.person_id IN (`+db.AllOf(&p, people)+`)
		GROUP BY e.person_id, o.id, o.slug, o.name
		ORDER BY e.person_id, o.id`, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (c topicCounts, err error) {
		var person, last int64
		err = r.Scan(&person, &c.topic.ID, &c.topic.Slug, &c.topic.Name, &c.Answers, &c.Accepted, &c.Posts, &c.Discussions, &c.Votes, &last)
		c.last = db.Time(last)
		out[person] = append(out[person], c)
		return c, err
	})
	return out, err
}

// maxEndorsements bounds how many endorsements one statement reads.
const maxEndorsements = 300

// selectEndorsements returns what colleagues say of people because of something that may be read, latest first, by person.
func selectEndorsements(ctx context.Context, q db.Querier, reads reader, people []int64) (map[int64][]Endorsement, error) {
	out := make(map[int64][]Endorsement)
	if len(people) == 0 {
		return out, nil
	}
	var p db.Params
	// SECURITY: an endorsement is shown only where what it stands on may be read now.
	rows, err := q.Query(ctx, `
		SELECT e.id, e.reason, e.created_at, o.id, o.slug, o.name, w.id, w.handle, w.name,
		       p.id, p.handle, p.name, p.photo, p.job_title, COALESCE(u.name, ''), t.id, t.title, COALESCE(r.id, 0), `+postAddress+`
		FROM endorsements e
		JOIN topics o ON o.id = e.topic_id
		JOIN people w ON w.id = e.person_id
		JOIN people p ON p.id = e.by_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN replies r ON e.object_kind = 'reply' AND r.id = e.object_id AND r.deleted_at IS NULL
		JOIN threads t ON t.id = CASE WHEN e.object_kind = 'thread' THEN e.object_id ELSE r.thread_id END
		WHERE t.deleted_at IS NULL
		  AND `+reads(&p, "t.audience")+`
		  AND e.person_id IN (`+db.AllOf(&p, people)+`)
		ORDER BY e.created_at DESC, e.id DESC
		LIMIT `+p.One(maxEndorsements), p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (e Endorsement, err error) {
		var at, thread, reply int64
		var post string
		err = r.Scan(&e.ID, &e.Reason, &at, &e.Topic.ID, &e.Topic.Slug, &e.Topic.Name, &e.Person.ID, &e.Person.Handle, &e.Person.Name,
			&e.By.ID, &e.By.Handle, &e.By.Name, &e.By.Photo, &e.By.JobTitle, &e.By.UnitName, &thread, &e.Title, &reply, &post)
		e.At, e.Path = db.Time(at), threads.Thread{ID: thread, Post: post}.Path()
		if reply != 0 {
			e.Path = threads.Reply{ID: reply}.Path()
		}
		out[e.Person.ID] = append(out[e.Person.ID], e)
		return e, err
	})
	return out, err
}
