package experts

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/search"
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
	terms        Settings // how they want to be asked
}

const cardColumns = `p.id, COALESCE(p.external_id, ''), p.handle, p.name, p.photo, p.job_title, COALESCE(u.id, 0), COALESCE(u.name, ''), o.id, o.name, o.home`

// selectPeople returns those of the people who are here and want to be suggested.
func selectPeople(ctx context.Context, q db.Querier, ids []int64) (map[int64]card, error) {
	out := make(map[int64]card, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	// SECURITY: who stepped out is not named, whatever speaks for them.
	rows, err := q.Query(ctx, `
		SELECT `+cardColumns+`, p.location, p.languages, p.privacy, s.open, s.weekly_cap, s.days
		FROM people p
		JOIN organisations o ON o.id = p.organisation_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN expert_settings s ON s.person_id = p.id
		WHERE p.left_at IS NULL AND COALESCE(s.suggested, TRUE) AND p.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (c card, err error) {
		var home bool
		var languages string
		var open *bool
		var most *int
		var days *string
		err = r.Scan(&c.ID, &c.ExternalID, &c.Handle, &c.Name, &c.Photo, &c.JobTitle, &c.Unit, &c.UnitName, &c.Organisation, &c.organisation, &home,
			&c.location, &languages, &c.privacy, &open, &most, &days)
		if !home {
			c.Partner = c.organisation
		}
		if c.terms = defaults(); open != nil {
			c.terms.Open, c.terms.WeeklyCap, c.terms.Days = *open, *most, ParseDays(*days)
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
	out := make(map[string]Evidence, len(refs))
	if len(opened)+len(said) == 0 {
		return out, nil
	}
	var p db.Params
	// SECURITY: the index and the ledger may be a moment behind; what they name is shown only if the row may be read now.
	rows, err := q.Query(ctx, `
		SELECT `+topicsSaid(&p)+`, t.id, 0, t.kind, t.title, t.created_at, t.vote_count, 0, `+postAddress+`
		FROM threads t
		WHERE t.deleted_at IS NULL AND `+reads(&p, "t.audience")+` AND t.id IN (`+db.AllOf(&p, opened)+`)
		UNION ALL
		SELECT `+topicsSaid(&p)+`, t.id, r.id, t.kind, t.title, r.created_at, r.vote_count, COALESCE(t.accepted_reply_id, 0), ''
		FROM replies r
		JOIN threads t ON t.id = r.thread_id
		WHERE r.deleted_at IS NULL AND t.deleted_at IS NULL AND `+reads(&p, "t.audience")+` AND r.id IN (`+db.AllOf(&p, said)+`)`, p.Values()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (Evidence, error) {
		var topics string
		w, err := scanShown(also{r, &topics})
		if err != nil {
			return w, err
		}
		w.Topics, err = topicsOfText(topics)
		return w, err
	})
	for _, w := range list {
		out[w.Ref] = w
	}
	return out, err
}

// topicsSaid is the topics of thread t in one text, by name, for topicsOfText: to be read with what is known of the thread.
func topicsSaid(p *db.Params) string {
	return `COALESCE((SELECT string_agg(CAST(o.id AS TEXT) || ' ' || o.slug || ' ' || o.name, ` + p.One("\n") + ` ORDER BY o.name, o.id)
		          FROM thread_topics h
		          JOIN topics o ON o.id = h.topic_id
		          WHERE h.thread_id = t.id), '')`
}

// topicsOfText reads what topicsSaid says.
func topicsOfText(said string) (list []Topic, err error) {
	for line := range strings.Lines(said) {
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var t Topic
		t.Slug, t.Name, _ = strings.Cut(rest, " ")
		if t.ID, err = strconv.ParseInt(id, 10, 64); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// scanShown reads a thread, or a reply with its thread.
func scanShown(r db.Scanner) (w Evidence, err error) {
	var reply, at, accepted int64
	var post string
	err = r.Scan(&w.Thread, &reply, &w.Kind, &w.Title, &at, &w.Votes, &accepted, &post)
	w.At, w.Role = db.Time(at), Discussed
	if reply != 0 {
		w.Ref, w.Path, w.Accepted = replyRef(reply), threads.Reply{ID: reply}.Path(), accepted == reply
		if w.Kind == threads.Question {
			w.Role = Answered
		}
		return w, err
	}
	w.Ref, w.Path = threadRef(w.Thread), threads.Thread{ID: w.Thread, Post: post}.Path()
	if w.Kind == threads.Post || w.Kind == threads.Decision {
		w.Role = Wrote
	}
	return w, err
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

// selectAsks returns who can be asked about topics, or without topics what people can be asked about; and what these people, and those
// who can be asked, decided about any topic.
func selectAsks(ctx context.Context, q db.Querier, people []int64, topics []Topic) (asks []ask, decided choices, err error) {
	decided = make(choices)
	if len(people)+len(topics) == 0 {
		return nil, decided, nil
	}
	var p db.Params
	of := func(column string) string { return column + ` IN (` + db.AllOf(&p, people) + `)` }
	which, whose := "", ""
	if len(topics) > 0 {
		which = `a.topic_id IN (` + db.AllOf(&p, ids(topics)) + `)`
		whose = of("x.person_id") + ` OR x.person_id IN (SELECT a.person_id FROM person_topics a WHERE a.topic_id IN (` + db.AllOf(&p, ids(topics)) + `))`
	} else {
		which = of("a.person_id")
		whose = of("x.person_id")
	}
	rows, err := q.Query(ctx, `
		SELECT a.person_id, o.id, o.slug, o.name, '', p.sort_name, a.position
		FROM person_topics a
		JOIN topics o ON o.id = a.topic_id
		JOIN people p ON p.id = a.person_id
		WHERE p.left_at IS NULL AND `+which+`
		UNION ALL
		SELECT x.person_id, x.topic_id, '', '', x.choice, '', 0
		FROM expert_topics x
		WHERE `+whose+`
		ORDER BY 6, 1, 7, 2`, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (a ask, err error) {
		var choice Choice
		var name string
		var position int
		err = r.Scan(&a.person, &a.topic.ID, &a.topic.Slug, &a.topic.Name, &choice, &name, &position)
		switch {
		case choice == NoChoice:
			asks = append(asks, a)
		case decided[a.person] == nil:
			decided[a.person] = map[int64]Choice{a.topic.ID: choice}
		default:
			decided[a.person][a.topic.ID] = choice
		}
		return a, err
	})
	return asks[:min(len(asks), maxAsks)], decided, err
}

// maxAsks bounds how many who can be asked about something are looked at.
const maxAsks = 8 * considered

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

// yearsOf are somebody's contributions to a topic in one year.
type yearsOf struct {
	person int64
	yearCounts
}

// maxYears bounds how many years of people are read about some topics.
const maxYears = 2_000

// selectYearsOf returns what people contributed to topics by year, as far as it may be read; most first where there is much.
func selectYearsOf(ctx context.Context, q db.Querier, reads reader, topics []Topic) ([]yearsOf, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT e.person_id, e.topic_id, e.year, SUM(e.answers), SUM(e.accepted), SUM(e.posts), SUM(e.discussions), SUM(e.votes), MAX(e.last_at)
		FROM expertise e
		WHERE `+reads(&p, "e.audience")+`
		  AND e.topic_id IN (`+db.AllOf(&p, ids(topics))+`)
		GROUP BY e.person_id, e.topic_id, e.year
		ORDER BY 2 * SUM(e.accepted) + 2 * SUM(e.answers) + 3 * SUM(e.posts) + SUM(e.discussions) DESC, e.person_id, e.topic_id, e.year
		LIMIT `+p.One(maxYears), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (y yearsOf, err error) {
		var topic, last int64
		err = r.Scan(&y.person, &topic, &y.year, &y.Answers, &y.Accepted, &y.Posts, &y.Discussions, &y.Votes, &last)
		y.topic, y.last = topics[slices.IndexFunc(topics, func(t Topic) bool { return t.ID == topic })], db.Time(last)
		return y, err
	})
}

// written is something somebody wrote.
type written struct {
	author int64
	ref    string
}

// selectWrittenOn returns what people wrote about topics, except in one thread, as far as the ledger says that it may be read:
// what settled a question first, then the latest.
func selectWrittenOn(ctx context.Context, q db.Querier, reads reader, people []int64, topics []Topic, outside int64) ([]written, error) {
	if len(people) == 0 || len(topics) == 0 {
		return nil, nil
	}
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT c.person_id, c.thread_id, COALESCE(r.id, 0)
		FROM contributions c
		JOIN threads t ON t.id = c.thread_id
		LEFT JOIN replies r ON r.thread_id = c.thread_id AND r.author_id = c.person_id AND r.deleted_at IS NULL AND t.author_id <> c.person_id
		WHERE `+reads(&p, "c.audience")+`
		  AND c.thread_id <> `+p.One(outside)+`
		  AND c.topic_id IN (`+db.AllOf(&p, ids(topics))+`)
		  AND c.person_id IN (`+db.AllOf(&p, people)+`)
		ORDER BY CASE WHEN t.accepted_reply_id = r.id THEN 0 ELSE 1 END, c.last_at DESC, c.thread_id, r.id
		LIMIT `+p.One(search.MaxEvidence*considered), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (w written, err error) {
		var thread, reply int64
		err = r.Scan(&w.author, &thread, &reply)
		if w.ref = threadRef(thread); reply != 0 {
			w.ref = replyRef(reply)
		}
		return w, err
	})
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
		SELECT e.id, e.reason, e.created_at, COALESCE(x.choice, ''), o.id, o.slug, o.name, w.id, w.handle, w.name,
		       p.id, p.handle, p.name, p.photo, p.job_title, COALESCE(u.name, ''), t.id, t.title, COALESCE(r.id, 0), `+postAddress+`
		FROM endorsements e
		JOIN topics o ON o.id = e.topic_id
		JOIN people w ON w.id = e.person_id
		JOIN people p ON p.id = e.by_id
		LEFT JOIN expert_topics x ON x.person_id = e.person_id AND x.topic_id = e.topic_id
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
		err = r.Scan(&e.ID, &e.Reason, &at, &e.choice, &e.Topic.ID, &e.Topic.Slug, &e.Topic.Name, &e.Person.ID, &e.Person.Handle, &e.Person.Name,
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
