package threads

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/auth"
)

// ThreadRecord is one thread as a source outside the hub describes it. Fields that came later are left out of its JSON while they
// are empty, so that the hash that importers make of it stays what it was.
type ThreadRecord struct {
	ExternalID         string // required, unique for ever, such as "stackexchange/SITE/post/123"
	Kind               Kind
	Title              string // cut to MaxTitle runes
	Body               string // Markdown
	AuthorExternalID   string
	Author             int64    `json:",omitempty"` // instead of AuthorExternalID: the id of somebody who is in the hub already
	Network            int64    `json:",omitempty"` // where it lives, by its id in the hub; 0 is nowhere
	Topics             []string // names, synonyms or slugs; those that mean no topic are left out
	Audience           string   // "" is hub; narrowed to what its network allows
	CreatedAt          time.Time
	EditedAt           *time.Time
	ClosedAt           *time.Time
	PinnedAt           *time.Time `json:",omitempty"` // shown first where it lives
	Votes              int        // votes nobody's name is known for
	AcceptedExternalID string     // the accepted answer, if it is in the hub already; otherwise ReplyRecord.Accepted says so later
	Unfollowed         bool       // its author follows it only if ImportWatches says so; otherwise authors do
	Hash               string     // of the whole record: equal means there is nothing to write
}

// ReplyRecord is one reply as a source outside the hub describes it.
type ReplyRecord struct {
	ExternalID       string // required, unique for ever
	ThreadExternalID string
	ParentExternalID string // the reply this one answers; "" for the thread itself. May come later in the same call
	Body             string // Markdown
	AuthorExternalID string
	Author           int64 `json:",omitempty"` // instead of AuthorExternalID: the id of somebody who is in the hub already
	CreatedAt        time.Time
	EditedAt         *time.Time
	Votes            int        // votes nobody's name is known for
	Accepted         bool       // this reply settled the question
	DeletedAt        *time.Time // it was withdrawn: a stub without text stands in its place
	Hash             string
}

// Skipped is a record that could not be taken, and why, as a sentence for the fidelity report.
type Skipped struct {
	ExternalID, Reason string
}

// Outcome is what an import did. IDs has every record of the call that is in the hub afterwards, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	Skipped                     []Skipped
	IDs                         map[string]int64 // external id → id in the hub
}

// chunk is how many records are looked up, rendered and written together.
const chunk = 256

// ImportThreads brings threads in or up to date. A record whose Hash is the one of the last time writes nothing. The text of
// a changed one replaces what is there, which is kept as a revision. All of it is part of tx, with one event.
//
// Authors must be in the hub already; a record without its author is skipped and says so.
func (s *Service) ImportThreads(ctx context.Context, tx *db.Tx, records []ThreadRecord) (Outcome, error) {
	im := importer{tx: tx, out: Outcome{IDs: make(map[string]int64, len(records))}}
	for part := range slices.Chunk(uniq(records, func(r ThreadRecord) string { return r.ExternalID }), chunk) {
		if err := im.threads(ctx, part); err != nil {
			return Outcome{}, fmt.Errorf("import threads from %s: %w", part[0].ExternalID, err)
		}
	}
	if err := im.finish(ctx, "threads"); err != nil {
		return Outcome{}, fmt.Errorf("import threads: %w", err)
	}
	return im.out, nil
}

// ImportReplies brings replies in or up to date, like ImportThreads, and keeps the counters and the accepted answer of their
// threads. Threads and authors must be in the hub already. A reply to a reply that is nowhere becomes one to the thread:
// losing the text would be worse than losing the indentation.
func (s *Service) ImportReplies(ctx context.Context, tx *db.Tx, records []ReplyRecord) (Outcome, error) {
	im := importer{tx: tx, out: Outcome{IDs: make(map[string]int64, len(records))}}
	for part := range slices.Chunk(parentsFirst(uniq(records, func(r ReplyRecord) string { return r.ExternalID })), chunk) {
		if err := im.replies(ctx, part); err != nil {
			return Outcome{}, fmt.Errorf("import replies from %s: %w", part[0].ExternalID, err)
		}
	}
	if err := im.finish(ctx, "replies"); err != nil {
		return Outcome{}, fmt.Errorf("import replies: %w", err)
	}
	return im.out, nil
}

// uniq keeps the last record of each external id, so that one statement never writes a row twice.
func uniq[R any](records []R, id func(R) string) []R {
	last := make(map[string]int, len(records))
	for i, r := range records {
		last[id(r)] = i
	}
	if len(last) == len(records) {
		return records
	}
	kept := make([]R, 0, len(last))
	for i, r := range records {
		if last[id(r)] == i {
			kept = append(kept, r)
		}
	}
	return kept
}

// parentsFirst orders replies so that what is answered comes before the answer. Replies that answer one another in a circle
// come last.
func parentsFirst(records []ReplyRecord) []ReplyRecord {
	waiting := make(map[string]int) // replies of this call not yet in order
	for _, r := range records {
		waiting[r.ExternalID]++
	}
	ordered := make([]ReplyRecord, 0, len(records))
	rest := records
	for len(rest) > 0 {
		var later []ReplyRecord
		for _, r := range rest {
			if waiting[r.ParentExternalID] > 0 {
				later = append(later, r)
				continue
			}
			ordered = append(ordered, r)
			waiting[r.ExternalID]--
		}
		if len(later) == len(rest) {
			return append(ordered, later...)
		}
		rest = later
	}
	return ordered
}

// importer is one import call.
type importer struct {
	tx      *db.Tx
	out     Outcome
	written []int64
}

// known is a row that an earlier import wrote.
type known struct {
	id     int64
	thread int64
	hash   string
}

func (im *importer) skip(id, format string, args ...any) {
	im.out.Skipped = append(im.out.Skipped, Skipped{ExternalID: id, Reason: fmt.Sprintf(format, args...)})
}

// fresh puts one record into created, changed or unchanged and reports whether it has to be written.
func (im *importer) fresh(id, hash string, have known) bool {
	switch {
	case have.id == 0:
		im.out.Created++
	case have.hash == hash:
		im.out.IDs[id] = have.id
		im.out.Unchanged++
		return false
	default:
		im.out.Changed++
	}
	return true
}

// wrote notes a row that was inserted or updated.
func (im *importer) wrote(external string, id int64) {
	im.out.IDs[external] = id
	im.written = append(im.written, id)
}

// finish appends the one event of the call.
func (im *importer) finish(ctx context.Context, kind string) error {
	slices.Sort(im.written)
	return event.AppendBatch(ctx, im.tx, map[string][]int64{kind: im.written})
}

// threadRow is a thread on its way into the database.
type threadRow struct {
	ThreadRecord
	author  int64
	doc     markup.Doc
	changed bool // it is there, and says something else
}

func (im *importer) threads(ctx context.Context, records []ThreadRecord) error {
	have, err := selectKnown(ctx, im.tx, "threads", column(records, func(r ThreadRecord) string { return r.ExternalID }))
	if err != nil {
		return fmt.Errorf("read what is there: %w", err)
	}
	authors, err := selectKnown(ctx, im.tx, "people", column(records, func(r ThreadRecord) string { return r.AuthorExternalID }))
	if err != nil {
		return fmt.Errorf("read authors: %w", err)
	}
	homes, err := selectHomes(ctx, im.tx, records)
	if err != nil {
		return fmt.Errorf("read networks: %w", err)
	}
	var rows []threadRow
	for _, r := range records {
		author := cmp.Or(r.Author, authors[r.AuthorExternalID].id)
		r.Title, r.Audience = shorten(oneLine(r.Title)), cmp.Or(r.Audience, auth.AudienceHub)
		switch {
		case author == 0:
			im.skip(r.ExternalID, "its author %q is not in the hub", r.AuthorExternalID)
		case r.Title == "":
			im.skip(r.ExternalID, "it has no title")
		case !slices.Contains(kinds, r.Kind):
			im.skip(r.ExternalID, "%q is no kind of thread", string(r.Kind))
		case !auth.ValidAudience(r.Audience):
			im.skip(r.ExternalID, "%q is no audience", r.Audience)
		case !homes[r.Network].fit(&r):
			im.skip(r.ExternalID, "%q is no audience of where it lives", r.Audience)
		case markup.Check(r.Body, markup.MaxArticle) != nil:
			im.skip(r.ExternalID, "its text is too long or too deeply nested")
		case im.fresh(r.ExternalID, r.Hash, have[r.ExternalID]):
			rows = append(rows, threadRow{ThreadRecord: r, author: author, changed: have[r.ExternalID].id != 0})
		}
	}
	docs, err := renderAll(ctx, im.tx, column(rows, func(r threadRow) string { return r.Body }), article)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].doc = docs[i]
	}
	return im.writeThreads(ctx, rows)
}

var kinds = []Kind{Question, Discussion, Post, Signal, Decision}

func shorten(title string) string {
	if runes := []rune(title); len(runes) > MaxTitle {
		return string(runes[:MaxTitle-1]) + "…"
	}
	return title
}

func (im *importer) writeThreads(ctx context.Context, rows []threadRow) error {
	var changed []string
	for _, r := range rows {
		if r.changed {
			changed = append(changed, r.ExternalID)
		}
	}
	if err := keepRevisions(ctx, im.tx, kindThread, changed); err != nil {
		return fmt.Errorf("keep revisions: %w", err)
	}
	if err := upsertThreads(ctx, im.tx, rows, im.wrote); err != nil {
		return err
	}
	if err := im.group(ctx, rows); err != nil {
		return fmt.Errorf("topics: %w", err)
	}
	var watches [][]any
	now := db.Micros(im.tx.Now())
	for _, r := range rows {
		if !r.changed && !r.Unfollowed {
			watches = append(watches, []any{r.author, kindThread, im.out.IDs[r.ExternalID], now})
		}
	}
	err := insertRows(ctx, im.tx, "INSERT INTO watches (person_id, object_kind, object_id, created_at)", watches, "ON CONFLICT DO NOTHING")
	if err != nil {
		return fmt.Errorf("watches: %w", err)
	}
	return im.settle(ctx, rows)
}

// group gives the threads their topics, in the place of those they had.
func (im *importer) group(ctx context.Context, rows []threadRow) error {
	var (
		names   []string
		changed []int64
		pairs   [][]any
	)
	for _, r := range rows {
		names = append(names, r.Topics...)
		if r.changed {
			changed = append(changed, im.out.IDs[r.ExternalID])
		}
	}
	topics, err := selectTopicIDs(ctx, im.tx, names)
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		s := sql("DELETE FROM thread_topics WHERE thread_id IN (?)", changed)
		if _, err := im.tx.Exec(ctx, s.text.String(), s.values.Values()...); err != nil {
			return err
		}
	}
	for _, r := range rows {
		for _, name := range r.Topics {
			if id := topics[name]; id != 0 {
				pairs = append(pairs, []any{im.out.IDs[r.ExternalID], id})
			}
		}
	}
	return insertRows(ctx, im.tx, "INSERT INTO thread_topics (thread_id, topic_id)", pairs, "ON CONFLICT DO NOTHING")
}

// settle marks the accepted answers that are in the hub already.
func (im *importer) settle(ctx context.Context, rows []threadRow) error {
	accepted, err := selectKnown(ctx, im.tx, "replies", column(rows, func(r threadRow) string { return r.AcceptedExternalID }))
	if err != nil {
		return fmt.Errorf("read accepted answers: %w", err)
	}
	for _, r := range rows {
		id := im.out.IDs[r.ExternalID]
		if reply := accepted[r.AcceptedExternalID]; reply.id != 0 && reply.thread == id {
			if err := setAccepted(ctx, im.tx, id, reply.id); err != nil {
				return fmt.Errorf("accept %s: %w", r.AcceptedExternalID, err)
			}
		}
	}
	return nil
}

// replyRow is a reply on its way into the database.
type replyRow struct {
	ReplyRecord
	thread, author int64
	parent         *int64
	doc            markup.Doc
	changed        bool // it is there, and says something else
}

func (im *importer) replies(ctx context.Context, records []ReplyRecord) error {
	have, err := selectKnown(ctx, im.tx, "replies", column(records, func(r ReplyRecord) string { return r.ExternalID }))
	if err != nil {
		return fmt.Errorf("read what is there: %w", err)
	}
	threads, err := selectKnown(ctx, im.tx, "threads", column(records, func(r ReplyRecord) string { return r.ThreadExternalID }))
	if err != nil {
		return fmt.Errorf("read threads: %w", err)
	}
	authors, err := selectKnown(ctx, im.tx, "people", column(records, func(r ReplyRecord) string { return r.AuthorExternalID }))
	if err != nil {
		return fmt.Errorf("read authors: %w", err)
	}
	var rows []replyRow
	for _, r := range records {
		if r.DeletedAt != nil {
			r.Body, r.Accepted, r.Votes = "", false, 0
		}
		thread, author, there := threads[r.ThreadExternalID].id, cmp.Or(r.Author, authors[r.AuthorExternalID].id), have[r.ExternalID]
		switch {
		case thread == 0:
			im.skip(r.ExternalID, "its thread %q is not in the hub", r.ThreadExternalID)
		case author == 0:
			im.skip(r.ExternalID, "its author %q is not in the hub", r.AuthorExternalID)
		case there.id != 0 && there.thread != thread:
			im.skip(r.ExternalID, "it is in the hub under another thread")
		case markup.Check(r.Body, markup.MaxArticle) != nil:
			im.skip(r.ExternalID, "its text is too long or too deeply nested")
		case im.fresh(r.ExternalID, r.Hash, there):
			rows = append(rows, replyRow{ReplyRecord: r, thread: thread, author: author, changed: there.id != 0})
		}
	}
	docs, err := renderAll(ctx, im.tx, column(rows, func(r replyRow) string { return r.Body }), imported)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].doc = docs[i]
	}
	return im.writeReplies(ctx, rows)
}

// writeReplies writes rows in groups in which nothing is answered that is not written yet.
func (im *importer) writeReplies(ctx context.Context, rows []replyRow) error {
	parents, err := selectKnown(ctx, im.tx, "replies", column(rows, func(r replyRow) string { return r.ParentExternalID }))
	if err != nil {
		return fmt.Errorf("read parents: %w", err)
	}
	here := make(map[string]bool, len(rows)) // in the group not yet written
	var group []replyRow
	write := func() error {
		clear(here)
		defer func() { group = nil }()
		return im.writeGroup(ctx, group, func(external string, id, thread int64) { parents[external] = known{id: id, thread: thread} })
	}
	for _, r := range rows {
		if here[r.ParentExternalID] {
			if err := write(); err != nil {
				return err
			}
		}
		if p := parents[r.ParentExternalID]; p.id != 0 && p.thread == r.thread {
			r.parent = &p.id
		}
		group = append(group, r)
		here[r.ExternalID] = true
	}
	return write()
}

func (im *importer) writeGroup(ctx context.Context, rows []replyRow, written func(external string, id, thread int64)) error {
	var changed []string
	for _, r := range rows {
		if r.changed {
			changed = append(changed, r.ExternalID)
		}
	}
	if err := keepRevisions(ctx, im.tx, kindReply, changed); err != nil {
		return fmt.Errorf("keep revisions: %w", err)
	}
	if err := upsertReplies(ctx, im.tx, rows, im.wrote); err != nil {
		return err
	}
	type gain struct {
		replies int
		active  int64
		answer  int64
		recount bool
	}
	gains := map[int64]*gain{}
	var order []int64
	for _, r := range rows {
		id := im.out.IDs[r.ExternalID]
		written(r.ExternalID, id, r.thread)
		g := gains[r.thread]
		if g == nil {
			g = new(gain)
			gains[r.thread], order = g, append(order, r.thread)
		}
		switch {
		case r.changed && r.DeletedAt != nil:
			g.recount = true
		case !r.changed:
			if r.DeletedAt == nil {
				g.replies++
			}
			g.active = max(g.active, db.Micros(r.CreatedAt))
		}
		if r.Accepted {
			g.answer = id
		}
	}
	for _, thread := range order {
		g := gains[thread]
		if err := addReplies(ctx, im.tx, thread, g.replies, g.active); err != nil {
			return fmt.Errorf("count the replies of thread %d: %w", thread, err)
		}
		if g.recount {
			if err := recountThread(ctx, im.tx, thread); err != nil {
				return fmt.Errorf("count the replies of thread %d again: %w", thread, err)
			}
		}
		if g.answer != 0 {
			if err := setAccepted(ctx, im.tx, thread, g.answer); err != nil {
				return fmt.Errorf("accept reply %d: %w", g.answer, err)
			}
		}
	}
	return nil
}

// column returns one text of every record.
func column[R any](records []R, of func(R) string) []string {
	list := make([]string, len(records))
	for i, r := range records {
		list[i] = of(r)
	}
	return list
}

// renderAll renders bodies, on all processors: rendering costs more than writing. Mentions of all of them are looked up
// together; only bodies that have some are rendered a second time.
func renderAll(ctx context.Context, tx *db.Tx, bodies []string, f format) ([]markup.Doc, error) {
	docs := make([]markup.Doc, len(bodies))
	failures := make([]error, len(bodies))
	each := func(do func(i int)) {
		next := make(chan int)
		var wg sync.WaitGroup
		for range min(runtime.GOMAXPROCS(0), len(bodies)) {
			wg.Go(func() {
				for i := range next {
					do(i)
				}
			})
		}
		for i := range bodies {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	each(func(i int) { docs[i], failures[i] = renderPlain(bodies[i], f) })
	var people, topics []string
	for i := range docs {
		if failures[i] != nil {
			return nil, failures[i]
		}
		people, topics = append(people, docs[i].Mentions...), append(topics, docs[i].Topics...)
	}
	names, err := selectMentioned(ctx, tx, people, topics)
	if err != nil {
		return nil, fmt.Errorf("resolve mentions: %w", err)
	}
	if names.empty() {
		return docs, nil
	}
	each(func(i int) {
		if len(docs[i].Mentions) > 0 || len(docs[i].Topics) > 0 {
			docs[i], failures[i] = names.render(bodies[i], f)
		}
	})
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return docs, nil
}
