package threads

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"watercooler/app/db"
	"watercooler/auth"
)

// Tab is one way of looking at all threads.
type Tab string

// The tabs of the feed. Each shows only what the viewer may read.
const (
	Latest     Tab = "latest"     // by last activity
	Unanswered Tab = "unanswered" // questions without a reply, newest first
	ForYou     Tab = "foryou"     // by people, about topics, from units, networks and blogs the viewer follows, and from their own unit and networks
	Following  Tab = "following"  // threads the viewer follows
)

// FeedQuery asks for one page of a list of threads. With neither Before nor After it is the first.
type FeedQuery struct {
	Tab    Tab   // "" is Latest, or newest first for the threads of an author
	Topic  int64 // only about this topic, 0 for any
	Author int64 // only by this person, 0 for anybody
	Unit   int64 // only by people of this unit, 0 for any
	// Networks keeps to the threads in any of these. The first is the one whose page it is: on the first page what is pinned in
	// it comes apart, in Feed.Pinned.
	Networks []int64
	Kinds    []Kind // only of these, nil for any; posts alone come newest first
	Before   Key    // the page of older threads after this one
	After    Key    // the page of newer threads before this one
	Limit    int    // at most MaxFeed; 0 is FeedSize
}

// How many threads a page of the feed has.
const (
	FeedSize  = 20
	MaxFeed   = 100
	MaxPinned = 3 // threads pinned in one place
)

// Item is a thread in a list. Its Body and HTML are empty.
type Item struct {
	Thread
	Why string // why it is in For you: "Because you follow Connectivity"; "" elsewhere
}

// Feed is one page of a list of threads, newest first.
type Feed struct {
	Pinned []Item // what a moderator or steward put first: on the first page of Latest, and of a network
	Items  []Item
	Older  Key // for FeedQuery.Before, zero on the last page
	Newer  Key // for FeedQuery.After, zero on the first page
}

// Feed returns one page of a list of threads. It takes two statements, however long the list is: one for the threads and
// one for their topics. One more chooses how to look for For you or for several networks, or reads what is pinned.
func (s *Service) Feed(ctx context.Context, v auth.Viewer, in FeedQuery) (Feed, error) {
	if in.Limit <= 0 || in.Limit > MaxFeed {
		in.Limit = FeedSize
	}
	personal := in.Tab == ForYou || in.Tab == Following
	if personal && !v.SignedIn() {
		return Feed{}, signIn
	}
	backward := in.After != Key{}
	few, err := s.isFew(ctx, v, in)
	if err != nil {
		return Feed{}, fmt.Errorf("feed %s: %w", in.Tab, err)
	}
	rows, err := selectFeed(ctx, s.db, v, in, few)
	if err != nil {
		return Feed{}, fmt.Errorf("feed %s: %w", in.Tab, err)
	}
	more := len(rows) > in.Limit
	if backward && !more { // as far as it goes: the first page, and a full one
		in.After = Key{}
		return s.Feed(ctx, v, in)
	}
	rows = rows[:min(len(rows), in.Limit)]
	if backward {
		slices.Reverse(rows)
	}
	var feed Feed
	if n := len(rows); n > 0 {
		if more || backward {
			feed.Older = rows[n-1].key
		}
		if backward || in.Before != (Key{}) {
			feed.Newer = rows[0].key
		}
	}
	var pinned []feedRow
	if in.pins() && in.Before == (Key{}) && !backward && (len(rows) == 0 || rows[0].pins) {
		if pinned, err = selectPins(ctx, s.db, v, in); err != nil {
			return Feed{}, fmt.Errorf("feed %s: %w", in.Tab, err)
		}
	}
	if len(pinned) > 0 {
		rows = append(pinned, rows...)
	}
	items, err := s.items(ctx, v, in.Tab == ForYou, rows)
	if err != nil {
		return Feed{}, fmt.Errorf("feed %s: %w", in.Tab, err)
	}
	feed.Pinned, feed.Items = items[:len(pinned):len(pinned)], items[len(pinned):]
	return feed, nil
}

// pins reports whether a list is that of a place, where what is pinned comes first: of a network, or of the hub at large.
func (in FeedQuery) pins() bool {
	return (in.Tab == Latest || in.Tab == "" && len(in.Networks) > 0) && in.Topic == 0 && in.Author == 0 && in.Unit == 0 && len(in.Kinds) == 0
}

// pinnedIn is the network whose pinned threads stand apart in a list, 0 for the hub at large.
func (in FeedQuery) pinnedIn() int64 {
	if len(in.Networks) > 0 {
		return in.Networks[0]
	}
	return 0
}

// items adds the topics to the rows of a feed and says why each is there.
func (s *Service) items(ctx context.Context, v auth.Viewer, why bool, rows []feedRow) ([]Item, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var person int64
	if why {
		person = v.Person
	}
	topics, followed, err := selectTopics(ctx, s.db, person, ids...)
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	items := make([]Item, len(rows))
	for i, r := range rows {
		items[i].Thread = r.Thread
		items[i].Topics = topics[r.ID]
		if why {
			items[i].Why = r.why(v, followed[r.ID])
		}
	}
	return items, nil
}

// why names the nearest reason for r to be in For you.
func (r feedRow) why(v auth.Viewer, topic string) string {
	switch {
	case r.person:
		return "Because you follow " + r.Author.Name
	case topic != "":
		return "Because you follow " + topic
	case r.blog != "":
		return "Because you follow the blog " + r.blog
	case v.MemberOf(r.Network.ID):
		return "From your network " + r.Network.Name
	case r.network:
		return "Because you follow " + r.Network.Name
	case r.unit:
		return "Because you follow " + r.Author.Unit
	}
	return "From your unit"
}

// feedRow is a thread as a list reads it.
type feedRow struct {
	Thread
	key          Key
	person, unit bool   // its author, or the author's unit, is followed
	network      bool   // its network is followed
	blog         string // name of its blog, when that is followed
	pins         bool   // something is pinned where the list is, whoever may read it
}

// nearThreads selects the ids of the threads that are in For you before the audience is looked at, some of them several
// times. CROSS JOIN tells SQLite to begin with what is followed; it would read all threads first.
func nearThreads(v auth.Viewer) (part string, values []any) {
	return `
SELECT a.id
FROM threads a
WHERE a.author_id IN (` + nearAuthors + `)
UNION ALL
SELECT b.thread_id
FROM watches w CROSS JOIN thread_topics b
WHERE w.person_id = ? AND w.object_kind = 'topic' AND b.topic_id = w.object_id
UNION ALL
SELECT c.id
FROM watches w CROSS JOIN threads c
WHERE w.person_id = ? AND w.object_kind = 'network' AND c.network_id = w.object_id AND c.deleted_at IS NULL
UNION ALL
SELECT d.thread_id
FROM watches w CROSS JOIN posts d
WHERE w.person_id = ? AND w.object_kind = 'blog' AND d.blog_id = w.object_id
UNION ALL
SELECT e.id
FROM network_members m CROSS JOIN threads e
WHERE m.person_id = ? AND m.state = 'member' AND e.network_id = m.network_id AND e.deleted_at IS NULL`,
		[]any{v.Unit, v.Person, v.Person, v.Person, v.Person, v.Person, v.Person}
}

// nearAuthors selects the people of a unit, those of units that somebody follows, and those that they follow themselves.
const nearAuthors = `
  SELECT m.id
  FROM people m
  WHERE m.unit_id = ?
  UNION ALL
  SELECT m.id
  FROM watches w CROSS JOIN people m
  WHERE w.person_id = ? AND w.object_kind = 'unit' AND m.unit_id = w.object_id
  UNION ALL
  SELECT w.object_id
  FROM watches w
  WHERE w.person_id = ? AND w.object_kind = 'person'`

// fewThreads is where the two ways of looking for For you cost the same on a hub of 20,000 threads, about 1 ms. Somebody with
// less near them gets all of it sorted. For somebody with more the threads are walked from the latest on, and the page is
// full soon: after 420 of them on average when one in twenty is near.
const fewThreads = 600

// isFew reports whether a list has so few threads that all of them are best sorted: those near v, about a topic, or of several
// networks. The threads of one network have an index in order. Somebody's For you is counted once a minute: either way of looking for
// it finds the same.
func (s *Service) isFew(ctx context.Context, v auth.Viewer, in FeedQuery) (bool, error) {
	switch {
	case in.Tab == ForYou:
		return s.few.of(strconv.FormatInt(v.Person, 10), s.now(), func() (bool, error) {
			near, err := countNear(ctx, s.db, v, fewThreads)
			return near < fewThreads, err
		})
	case len(in.Networks) > 1:
		n, err := countIn(ctx, s.db, in.Networks, fewThreads)
		return n < fewThreads, err
	case in.Topic != 0:
		return isRare(ctx, s.db, in.Topic)
	}
	return len(in.Networks) == 1, nil
}

// isRare reports whether so few threads are about a topic that reading and sorting them costs less than walking all threads from
// the latest on until the page is full. A thread sorted costs as much as ten walked past; of those there are 20 times as many as
// there are threads for each about the topic. The highest id stands for how many threads there are.
func isRare(ctx context.Context, q db.Querier, topic int64) (bool, error) {
	var about, threads int
	err := sql(`
SELECT
  (SELECT COUNT(*) FROM (
    SELECT 1
    FROM thread_topics
    WHERE topic_id = ?
    LIMIT ?) n),
  (SELECT COALESCE(MAX(id), 0) FROM threads)`, topic, fewThreads).row(ctx, q).Scan(&about, &threads)
	return about < fewThreads && about*about < 2*threads, err
}

// countIn counts up to limit of the threads in networks, whoever may read them; all of it is read from an index.
func countIn(ctx context.Context, q db.Querier, networks []int64, limit int) (n int, err error) {
	err = sql(`
SELECT COUNT(*) FROM (
  SELECT 1
  FROM threads
  WHERE network_id IN (?) AND deleted_at IS NULL
  LIMIT ?) n`, networks, limit).row(ctx, q).Scan(&n)
	return n, err
}

// countNear counts up to limit of the threads near v; all of it is read from indexes.
func countNear(ctx context.Context, q db.Querier, v auth.Viewer, limit int) (n int, err error) {
	part, values := nearThreads(v)
	err = sql("SELECT COUNT(*) FROM ("+part, values...).add(`
LIMIT ?) n`, limit).row(ctx, q).Scan(&n)
	return n, err
}

// selectFeed reads the rows of a page of the feed, one more than asked for to see whether there are others. All lists of the
// hub are this one statement with different parts, and every part has an index that gives its order, so that the database
// stops as soon as the page is full; few says that only few threads are in the list, which are sorted instead.
//
// Where many threads are looked at for a page, because they are sorted or few of those walked past belong to it, an inner
// statement chooses the page, so that what is shown of a thread is read for those on it alone.
func selectFeed(ctx context.Context, q db.Querier, v auth.Viewer, in FeedQuery, few bool) ([]feedRow, error) {
	order := in.order()
	s := selectRows(v, in, few)
	if few || in.Tab == ForYou {
		s.add(`
WHERE t.id IN (
SELECT t.id
FROM threads t`)
		if in.Unit != 0 {
			s.add(`
JOIN people p ON p.id = t.author_id`)
		}
		in.choose(s, v, order, few)
		s.add(`)
ORDER BY ` + in.sorted(order))
	} else {
		in.choose(s, v, order, few)
	}
	return in.collect(ctx, q, s, in.Limit+1)
}

// choose says which threads t are on the page.
func (in FeedQuery) choose(s *statement, v auth.Viewer, order string, few bool) {
	s.add(`
WHERE t.deleted_at IS NULL
  AND ?`, readable{v, "t.audience"})
	switch in.Tab {
	case Unanswered:
		s.add(`
  AND t.kind = 'question' AND t.reply_count = 0`)
	case ForYou:
		near(s, v, few)
	}
	in.filter(s, few)
	if in.pins() {
		s.add(`
  AND (t.pinned_at IS NULL OR COALESCE(t.network_id, 0) <> ?)`, in.pinnedIn())
	}
	from, compared := in.Before, "<"
	switch {
	case in.After != Key{}:
		from, compared = in.After, ">"
	case from == Key{}:
		from = endOfTime
	}
	s.add(`
  AND (`+order+`, t.id) `+compared+` (?, ?)
ORDER BY `+in.sorted(order)+`
LIMIT ?`, from.At, from.ID, in.Limit+1)
}

// sorted is how the rows of a page come: from the page before it on, which for newer threads is upwards.
func (in FeedQuery) sorted(order string) string {
	if in.After != (Key{}) {
		return order + ", t.id"
	}
	return order + " DESC, t.id DESC"
}

// collect reads the rows of s, which is made by selectRows for in, into a list that need not grow.
func (in FeedQuery) collect(ctx context.Context, q db.Querier, s *statement, most int) ([]feedRow, error) {
	list := make([]feedRow, 0, most)
	_, err := collect(ctx, q, s, func(r db.Scanner) (struct{}, error) {
		list = append(list, feedRow{})
		return struct{}{}, in.scan(r, &list[len(list)-1])
	})
	return list, err
}

// scan reads a row as selectRows asks for it.
func (in FeedQuery) scan(r db.Scanner, row *feedRow) (err error) {
	switch {
	case in.Tab == ForYou:
		err = scanThread(r, &row.Thread, &row.person, &row.unit, &row.network, &row.blog)
	case in.pins():
		err = scanThread(r, &row.Thread, &row.pins)
	default:
		err = scanThread(r, &row.Thread)
	}
	row.key = Key{At: db.Micros(row.ActiveAt), ID: row.ID}
	if in.order() == byCreation {
		row.key.At = db.Micros(row.CreatedAt)
	}
	return err
}

// The columns a list can go by.
const (
	byCreation = "t.created_at"
	byActivity = "t.active_at"
)

// order is the column a list goes by.
func (in FeedQuery) order() string {
	if in.Tab == Unanswered || in.Tab == "" && in.Author != 0 || in.posts() {
		return byCreation
	}
	return byActivity
}

// posts reports whether a list is of posts alone. They are read like a newspaper: the latest post first, not the latest reply.
func (in FeedQuery) posts() bool { return len(in.Kinds) == 1 && in.Kinds[0] == Post }

// selectRows starts a statement that reads feedRows, up to its WHERE. CROSS JOIN tells SQLite to look at the topics of a thread
// that it walks past before it looks for the author.
func selectRows(v auth.Viewer, in FeedQuery, few bool) *statement {
	s := sql("SELECT " + threadColumns)
	switch {
	case in.Tab == ForYou:
		s.add(`, wp.person_id IS NOT NULL, wu.person_id IS NOT NULL,
  EXISTS (SELECT 1 FROM watches wn WHERE wn.person_id = ? AND wn.object_kind = 'network' AND wn.object_id = t.network_id),
  CASE WHEN t.kind = 'post' THEN COALESCE((
    SELECT fb.name
    FROM posts fp
    JOIN blogs fb ON fb.id = fp.blog_id
    JOIN watches wb ON wb.person_id = ? AND wb.object_kind = 'blog' AND wb.object_id = fb.id
    WHERE fp.thread_id = t.id), '') ELSE '' END`, v.Person, v.Person)
	case in.pins(): // asked once for all rows: hardly ever is anything pinned, and then nobody needs to look for it
		s.add(`,
  EXISTS (SELECT 1 FROM threads WHERE pinned_at IS NOT NULL AND deleted_at IS NULL AND COALESCE(network_id, 0) = ?)`, in.pinnedIn())
	}
	s.add(`
FROM threads t`)
	if in.Topic != 0 && !few {
		s.add(`
CROSS JOIN thread_topics tt
CROSS JOIN people p
LEFT JOIN units u ON u.id = p.unit_id`)
	} else {
		s.add(`
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id`)
	}
	switch in.Tab {
	case ForYou:
		s.add(`
LEFT JOIN watches wp ON wp.person_id = ? AND wp.object_kind = 'person' AND wp.object_id = t.author_id
LEFT JOIN watches wu ON wu.person_id = ? AND wu.object_kind = 'unit' AND wu.object_id = p.unit_id`, v.Person, v.Person)
	case Following:
		s.add(`
JOIN watches w ON w.person_id = ? AND w.object_kind = 'thread' AND w.object_id = t.id`, v.Person)
	}
	return s
}

// near keeps to what belongs into For you.
func near(s *statement, v auth.Viewer, few bool) {
	s.add(`
  AND t.author_id <> ?`, v.Person)
	if few {
		part, values := nearThreads(v)
		s.add(`
  AND t.id IN (`+part+")", values...)
		return
	}
	// Each set is made once; what does not need one is looked up for the threads that are in none.
	s.add(`
  AND (t.author_id IN (`+nearAuthors+`)
    OR t.network_id IN (
      SELECT m.network_id
      FROM network_members m
      WHERE m.person_id = ? AND m.state = 'member'
      UNION ALL
      SELECT w.object_id
      FROM watches w
      WHERE w.person_id = ? AND w.object_kind = 'network')
    OR EXISTS (
      SELECT 1
      FROM watches w
      WHERE w.person_id = ? AND w.object_kind = 'topic')
    AND EXISTS (
      SELECT 1
      FROM thread_topics ft
      JOIN watches wt ON wt.person_id = ? AND wt.object_kind = 'topic' AND wt.object_id = ft.topic_id
      WHERE ft.thread_id = t.id)
    OR t.kind = 'post' AND EXISTS (
      SELECT 1
      FROM posts fp
      JOIN watches wb ON wb.person_id = ? AND wb.object_kind = 'blog' AND wb.object_id = fp.blog_id
      WHERE fp.thread_id = t.id))`, v.Unit, v.Person, v.Person, v.Person, v.Person, v.Person, v.Person, v.Person)
}

// filter keeps to what in names besides its tab.
func (in FeedQuery) filter(s *statement, few bool) {
	if in.Author != 0 {
		s.add(`
  AND t.author_id = ?`, in.Author)
	}
	if in.Unit != 0 {
		s.add(`
  AND p.unit_id = ?`, in.Unit)
	}
	switch {
	case in.Topic == 0:
	case few:
		s.add(`
  AND t.id IN (SELECT tt.thread_id FROM thread_topics tt WHERE tt.topic_id = ?)`, in.Topic)
	default:
		s.add(`
  AND tt.topic_id = ? AND tt.thread_id = t.id AND p.id = t.author_id`, in.Topic)
	}
	switch {
	case len(in.Networks) == 0:
	case few:
		s.add(`
  AND t.network_id IN (?)`, in.Networks)
	default: // COALESCE keeps the database from its index of networks, which would have all of them sorted: 4 ms instead of 0.2
		s.add(`
  AND COALESCE(t.network_id, 0) IN (?)`, in.Networks)
	}
	switch {
	case in.posts(): // in so many words, for the index of posts
		s.add(`
  AND t.kind = 'post'`)
	case len(in.Kinds) > 0:
		kinds := make([]string, len(in.Kinds))
		for i, k := range in.Kinds {
			kinds[i] = string(k)
		}
		s.add(`
  AND t.kind IN (?)`, kinds)
	}
}

// selectPins reads what is pinned where a list is, the latest pin first.
func selectPins(ctx context.Context, q db.Querier, v auth.Viewer, in FeedQuery) ([]feedRow, error) {
	var of FeedQuery // whose rows say nothing but what a thread is
	s := selectRows(v, of, false).add(`
WHERE t.deleted_at IS NULL
  AND ?
  AND t.pinned_at IS NOT NULL`, readable{v, "t.audience"})
	if network := in.pinnedIn(); network != 0 {
		s.add(`
  AND t.network_id = ?`, network)
	} else {
		s.add(`
  AND t.network_id IS NULL`)
	}
	return of.collect(ctx, q, s.add(`
ORDER BY t.pinned_at DESC, t.id DESC
LIMIT ?`, MaxPinned), MaxPinned)
}

// endOfTime lies after every row.
var endOfTime = Key{At: math.MaxInt64, ID: math.MaxInt64}

// Desk is what somebody finds beside their feed.
type Desk struct {
	Unanswered int // questions without a reply, counted up to 100
	Drafts     int
	Topics     []Topic // that they follow, by name, the first 20
	Answerable []Item  // unanswered questions of others, newest first, the first 3: on topics they follow and of units close to them, or any when they follow no topic
	Suggested  []Topic // for somebody who follows no topic yet: what is written about most these days, the first 6
}

// Desk returns what stands beside v's feed.
func (s *Service) Desk(ctx context.Context, v auth.Viewer) (Desk, error) {
	if !v.SignedIn() {
		return Desk{}, signIn
	}
	var (
		d   Desk
		err error
	)
	if err = selectDesk(ctx, s.db, v, &d); err != nil {
		return Desk{}, fmt.Errorf("count unanswered questions and drafts, and read followed topics: %w", err)
	}
	if len(d.Topics) == 0 {
		d.Suggested, err = s.lively.get(v, s.now(), func(shared auth.Viewer) ([]Topic, error) { return selectLivelyTopics(ctx, s.db, shared, 6) })
		if err != nil {
			return Desk{}, fmt.Errorf("topics to follow: %w", err)
		}
	}
	rows, err := selectAnswerable(ctx, s.db, v, len(d.Topics) > 0, 3)
	if err != nil {
		return Desk{}, fmt.Errorf("questions to answer: %w", err)
	}
	for _, r := range rows {
		d.Answerable = append(d.Answerable, Item{Thread: r})
	}
	return d, nil
}

// selectDesk reads the counts of a desk and the topics that v follows, in one statement: the topics come as one text, a line each.
func selectDesk(ctx context.Context, q db.Querier, v auth.Viewer, d *Desk) (err error) {
	var topics string
	err = sql(`
SELECT
  (SELECT COUNT(*) FROM (
    SELECT 1
    FROM threads
    WHERE deleted_at IS NULL AND kind = 'question' AND reply_count = 0 AND ?
    LIMIT 100) u),
  (SELECT COUNT(*) FROM drafts WHERE person_id = ?),
  COALESCE((SELECT string_agg(CAST(f.id AS TEXT) || ' ' || f.slug || ' ' || f.name, ? ORDER BY f.name, f.id)
            FROM (
              SELECT tp.id, tp.slug, tp.name
              FROM watches w
              JOIN topics tp ON tp.id = w.object_id
              WHERE w.person_id = ? AND w.object_kind = 'topic'
              ORDER BY tp.name, tp.id
              LIMIT 20) f), '')`, readable{v, "audience"}, v.Person, "\n", v.Person).row(ctx, q).Scan(&d.Unanswered, &d.Drafts, &topics)
	if err != nil {
		return err
	}
	d.Topics, err = parseTopics(topics)
	return err
}

// selectLivelyTopics returns the topics of the last hundred threads that v may read, the most frequent first.
func selectLivelyTopics(ctx context.Context, q db.Querier, v auth.Viewer, limit int) ([]Topic, error) {
	return collect(ctx, q, sql(`
SELECT tp.id, tp.slug, tp.name
FROM (
  SELECT id
  FROM threads
  WHERE deleted_at IS NULL AND ?
  ORDER BY active_at DESC, id DESC
  LIMIT 100) t
JOIN thread_topics tt ON tt.thread_id = t.id
JOIN topics tp ON tp.id = tt.topic_id
GROUP BY tp.id, tp.slug, tp.name
ORDER BY COUNT(*) DESC, tp.name
LIMIT ?`, readable{v, "audience"}, limit), func(r db.Scanner) (t Topic, err error) { return t, r.Scan(&t.ID, &t.Slug, &t.Name) })
}

// selectAnswerable returns the newest questions of others without a reply; near keeps to the topics v follows, the
// units v follows, and v's own.
func selectAnswerable(ctx context.Context, q db.Querier, v auth.Viewer, near bool, limit int) ([]Thread, error) {
	s := sql("SELECT "+threadColumns+`
FROM threads t
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE t.deleted_at IS NULL AND t.kind = 'question' AND t.reply_count = 0
  AND ?
  AND t.author_id <> ?`, readable{v, "t.audience"}, v.Person)
	if near {
		s.add(`
  AND (p.unit_id = ?
    OR EXISTS (
      SELECT 1
      FROM watches w
      WHERE w.person_id = ? AND w.object_kind = 'unit' AND w.object_id = p.unit_id)
    OR EXISTS (
      SELECT 1
      FROM thread_topics tt
      JOIN watches w ON w.person_id = ? AND w.object_kind = 'topic' AND w.object_id = tt.topic_id
      WHERE tt.thread_id = t.id))`, v.Unit, v.Person, v.Person)
	}
	s.add(`
ORDER BY t.created_at DESC, t.id DESC
LIMIT ?`, limit)
	return collect(ctx, q, s, func(r db.Scanner) (t Thread, err error) {
		err = scanThread(r, &t)
		return t, err
	})
}
