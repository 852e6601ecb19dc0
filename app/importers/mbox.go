package importers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/people"
	"watercooler/app/threads"
)

// Mbox imports the archive of a mailing list: a mailbox in mbox format, as Mailman's pipermail and HyperKitty offer it for
// download, or a folder of such files, which are read as one archive in order of their names.
//
// Messages become discussions and replies, by their References and In-Reply-To fields and then by subject. The source is the
// list: what List-Id says, if that is the same in every message that has it, and otherwise the name of the file or folder.
// External ids are mbox/LIST/MESSAGE-ID, and mbox/LIST/person/DIGEST for people, who are told apart by address.
//
// SECURITY: an address is kept, in the person's own e-mail field, only where the list is of the home organisation. Otherwise
// it is kept nowhere, and addresses in the texts are spelled out.
func Mbox(ctx context.Context, d Deps, path string, o Options) (Report, error) {
	r, err := begin(d, o, "mbox")
	if err != nil {
		return Report{}, err
	}
	files, err := mailboxes(path)
	if err != nil {
		return Report{}, err
	}
	x := &mailbox{run: r, files: files, path: path, now: r.began, home: r.Organisation == Home}
	if err := r.findNetwork(ctx); err != nil {
		return *r.report, err
	}
	return r.passes(ctx, x.check, x.write)
}

// mailboxes returns the files that path means.
func mailboxes(path string) ([]string, error) {
	return filesOf(path, "mailbox (.mbox, .mbx or .txt, plain or .gz)", ".mbox", ".mbx", ".txt")
}

// filesOf returns path itself, or, of a folder, the files in it with one of these endings, plain or compressed.
func filesOf(path, what string, endings ...string) ([]string, error) {
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.NotFoundf("There is no file or folder %s.", path).Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	if !st.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", path, err)
	}
	var files []string
	for _, e := range entries {
		ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(e.Name(), ".gz")))
		if !e.IsDir() && slices.Contains(endings, ext) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, errs.Invalidf("%s holds no %s.", path, what)
	}
	return files, nil
}

// mailbox is the import of one archive. What it keeps from the first pass is a few words per message.
type mailbox struct {
	*run
	files  []string
	path   string
	now    time.Time
	home   bool
	prefix string // of external ids

	posts   []post
	writers map[string]*author // by key
	staff   map[string]string  // key → external id, of authors that the hub knows by another source
	mark    string             // what the list puts before subjects: "[builders]"

	redated, oversized, signatures, footers, hidden int
	unknown                                         map[string]bool // character sets
}

// post is what the first pass keeps of a message.
type post struct {
	id      string // Message-ID without brackets, or a digest
	refs    []string
	subject string // without the marks of replies
	reply   bool   // the subject says so
	at      time.Time
	writer  string // key
	skip    string // why it is left out

	repaired bool // at is when it arrived

	parent int    // index of the message it answers, -1 for none
	root   int    // index of the message that begins its thread; itself when it does
	thread string // external id of the thread it replies to, when that is in the hub and not in the archive
}

type author struct {
	names   map[string]int
	address string
	first   time.Time
}

// name returns the name the person wrote under most often.
func (a *author) name() string {
	best := ""
	for _, n := range sortedKeys(a.names) {
		if a.names[n] > a.names[best] || best == "" {
			best = n
		}
	}
	return best
}

// each reads the archive. n counts the messages from 0.
func (x *mailbox) each(ctx context.Context, do func(n int, m *letter) error) error {
	n := 0
	for _, file := range x.files {
		err := letters(ctx, file, func(m *letter) error {
			n++
			return do(n-1, m)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// check is the first pass: it reads every message, and finds out what belongs to what.
func (x *mailbox) check(ctx context.Context) error {
	x.writers, x.unknown = map[string]*author{}, map[string]bool{}
	lists, marks := map[string]bool{}, map[string]int{}
	seen := map[string]bool{}
	x.Progress.Start("Checking", 0)
	err := x.each(ctx, func(_ int, m *letter) error {
		x.Progress.Add(1)
		p := x.read(m)
		if list := listID(m.header.get("List-Id")); list != "" {
			lists[list] = true
		}
		marks[subjectMark.FindString(p.subject)]++
		switch {
		case p.skip != "":
		case seen[p.id]:
			p.skip = "a message with the same Message-ID comes before it"
		default:
			seen[p.id] = true
			x.wrote(m.writer(), p)
			x.redated += one(p.repaired)
			x.oversized += one(m.cut)
		}
		x.posts = append(x.posts, p)
		return nil
	})
	if err != nil {
		return err
	}
	if len(x.posts) == 0 {
		return errs.Invalidf("%s holds no message.", filepath.Base(x.path))
	}
	list := sourceOf(x.Options, x.path)
	if x.Source == "" && len(lists) == 1 {
		list = sortedKeys(lists)[0]
	}
	x.prefix = "mbox/" + list + "/"
	x.report.Source = "mbox/" + list
	switch x.Organisation {
	case "":
		x.Organisation = list
	case Home:
		x.Organisation = ""
	}
	x.subjects(list, marks)
	return x.link(ctx)
}

// listID returns the name of a list: "Builders <builders.example.org>" → "builders.example.org".
func listID(field string) string {
	_, id, ok := strings.Cut(field, "<")
	if !ok {
		return ""
	}
	id, _, _ = strings.Cut(id, ">")
	if id = strings.ToLower(strings.TrimSpace(id)); strings.ContainsAny(id, " /") {
		return ""
	}
	return id
}

var messageID = regexp.MustCompile(`<([^<>\s]+)>`)

// longestID is how long a message id may be to be part of an external id as it is.
const longestID = 200

func ids(field string) []string {
	var list []string
	for _, m := range messageID.FindAllStringSubmatch(field, -1) {
		list = append(list, shortID(m[1]))
	}
	return list
}

func shortID(id string) string {
	id = words(id)
	if len(id) > longestID {
		return digest(id)
	}
	return id
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// read takes from a message what the first pass needs.
func (x *mailbox) read(m *letter) post {
	p := post{subject: words(m.header.get("Subject")), writer: m.writer().key(), parent: -1}
	if list := ids(m.header.get("Message-Id")); len(list) > 0 {
		p.id = list[0]
	} else if id := strings.TrimSpace(m.header.get("Message-Id")); id != "" && !strings.ContainsAny(id, " \t") {
		p.id = shortID(id)
	} else {
		p.id = "none/" + digest(m.envelope, m.header.get("From"), m.header.get("Date"), p.subject, string(m.body))
	}
	// The message it answers first, then those before, nearest first.
	p.refs = ids(m.header.get("In-Reply-To"))
	if len(p.refs) > 1 {
		p.refs = p.refs[:1] // what follows is a comment, often with an address
	}
	references := ids(m.header.get("References"))
	slices.Reverse(references)
	for _, id := range references {
		if !slices.Contains(p.refs, id) && len(p.refs) < 100 {
			p.refs = append(p.refs, id)
		}
	}
	var ok bool
	if p.at, p.repaired, ok = m.date(x.now.Add(24 * time.Hour)); !ok {
		p.skip = "no date, not even in its From line"
	}
	return p
}

// wrote remembers the author of a message.
func (x *mailbox) wrote(w writer, p post) {
	a := x.writers[p.writer]
	if a == nil {
		a = &author{names: map[string]int{}, address: w.address, first: p.at}
		x.writers[p.writer] = a
	}
	a.names[cmp.Or(w.name, unknownAuthor)]++
	if p.at.Before(a.first) {
		a.first = p.at
	}
}

// personID returns the external id of a writer.
//
// SECURITY: a digest, because external ids are in the export and the address must not be.
func (x *mailbox) personID(key string) string {
	if id := x.staff[key]; id != "" {
		return id
	}
	return x.prefix + "person/" + digest(key)
}

// findStaff finds the authors who are in the hub by their addresses already, as they are when a staff list came first. Two people
// with one address would be two profiles of one person, and neither could sign in. taken are the addresses of people whom an
// import cannot name as authors.
func (x *mailbox) findStaff(ctx context.Context) (taken map[string]bool, err error) {
	taken, x.staff = map[string]bool{}, map[string]string{}
	if !x.home {
		return taken, nil
	}
	for part := range slices.Chunk(sortedKeys(x.writers), batchSize) {
		addresses := make([]string, len(part))
		for i, key := range part {
			addresses[i] = x.writers[key].address
		}
		found, err := x.People.ExternalByEmail(ctx, x.DB, addresses)
		if err != nil {
			return nil, err
		}
		for i, key := range part {
			external, ok := found[addresses[i]]
			own := x.personID(key)
			taken[key] = ok && len(external) == 0
			for _, id := range slices.Backward(external) { // the first, but rather another than the one of an earlier import of this list
				if id != own {
					x.staff[key] = id
				}
			}
		}
	}
	return taken, nil
}

var (
	subjectMark = regexp.MustCompile(`^\[[^\]\[]{1,60}\]\s*`)
	replyMark   = regexp.MustCompile(`(?i)^(re|aw|antw|sv|vs|rv|ref|rif|odp|fwd?|wg|tr)\s*(\[\d+\]|\(\d+\))?\s*[:：]\s*`)
	forwardMark = regexp.MustCompile(`(?i)^(fwd?|wg|tr)\b`)
)

// subjects takes off what the list puts before every subject, and the marks of replies.
func (x *mailbox) subjects(list string, marks map[string]int) {
	short, _, _ := strings.Cut(list, ".")
	for _, mark := range sortedKeys(marks) {
		n := marks[mark]
		if mark == "" {
			continue
		}
		name := strings.Trim(strings.TrimSpace(mark), "[]")
		if n > 1 && n > len(x.posts)/2 || markup.Fold(name) == markup.Fold(short) {
			x.mark = mark
		}
	}
	for i := range x.posts {
		p := &x.posts[i]
		if p.subject, p.reply = x.plainSubject(p.subject); !x.home {
			p.subject = obscure(p.subject)
		}
	}
}

func (x *mailbox) plainSubject(s string) (subject string, reply bool) {
	for {
		if rest, ok := strings.CutPrefix(s, strings.TrimSpace(x.mark)); ok && x.mark != "" {
			s = strings.TrimSpace(rest)
			continue
		}
		m := replyMark.FindString(s)
		if m == "" || forwardMark.MatchString(m) && !reply {
			return s, reply
		}
		s, reply = s[len(m):], true
	}
}

// quiet is how long nobody may have written before "Re: Minutes" is about other minutes.
const quiet = 90 * 24 * time.Hour

// link finds the thread of every message, and the message it answers.
func (x *mailbox) link(ctx context.Context) error {
	known, err := x.inHub(ctx)
	if err != nil {
		return err
	}
	position := make(map[string]int, len(x.posts))
	for i, p := range x.posts {
		if p.skip == "" {
			position[p.id] = i
		}
	}
	groups := newGroups()
	for i := range x.posts {
		p := &x.posts[i]
		if p.skip != "" {
			continue
		}
		groups.of(p.id)
		for _, ref := range p.refs {
			groups.join(p.id, ref)
			if j, ok := position[ref]; ok && p.parent < 0 && !x.answers(j, i) {
				p.parent = j
			}
		}
	}
	x.elect(groups, known)
	x.joinSubjects(known)
	for i := range x.posts { // a thread's first message is no parent: what answers it answers the thread
		p := &x.posts[i]
		if p.parent >= 0 && (x.posts[p.parent].root == p.parent && x.posts[p.parent].thread == "" || x.posts[p.parent].root != p.root) {
			p.parent = -1
		}
		p.refs = nil
	}
	return nil
}

// answers reports whether message i is message j or an answer to it, at any remove.
func (x *mailbox) answers(i, j int) bool {
	for ; i >= 0; i = x.posts[i].parent {
		if i == j {
			return true
		}
	}
	return false
}

// inHub asks which messages of the archive, and which that they refer to, are threads in the hub already. They stay threads.
func (x *mailbox) inHub(ctx context.Context) (map[string]bool, error) {
	known := map[string]bool{}
	all := map[string]bool{}
	for _, p := range x.posts {
		all[p.id] = true
		for _, ref := range p.refs {
			all[ref] = true
		}
	}
	for part := range slices.Chunk(sortedKeys(all), batchSize) {
		external := make([]string, len(part))
		for i, id := range part {
			external[i] = x.prefix + id
		}
		found, err := x.Threads.IDsByExternal(ctx, x.DB, external)
		if err != nil {
			return nil, err
		}
		for id := range found {
			known[strings.TrimPrefix(id, x.prefix)] = true
		}
	}
	return known, nil
}

// elect chooses the message that begins the thread of each group: one that is a thread in the hub, or else the earliest that
// answers nothing in the archive.
func (x *mailbox) elect(groups *groups, known map[string]bool) {
	first := map[int]int{}      // group → message
	outside := map[int]string{} // group → thread in the hub that is not in the archive
	here := map[string]bool{}
	for _, p := range x.posts {
		here[p.id] = here[p.id] || p.skip == ""
	}
	for i, p := range x.posts {
		if p.skip != "" {
			continue
		}
		g := groups.of(p.id)
		for _, ref := range p.refs {
			if known[ref] && !here[ref] {
				outside[g] = x.prefix + ref
			}
		}
		best, ok := first[g]
		switch {
		case known[p.id] && (!ok || !known[x.posts[best].id] || p.at.Before(x.posts[best].at)):
			first[g] = i
		case p.parent >= 0 || ok && known[x.posts[best].id]:
		case !ok || p.at.Before(x.posts[best].at):
			first[g] = i
		}
	}
	for i := range x.posts {
		p := &x.posts[i]
		if p.skip != "" {
			continue
		}
		g := groups.of(p.id)
		p.root = first[g]
		for j := i; j >= 0; j = x.posts[j].parent {
			if known[x.posts[j].id] {
				p.root = j
				break
			}
		}
		if external := outside[g]; external != "" && !known[x.posts[p.root].id] {
			p.thread = external
		}
	}
}

// joinSubjects puts threads that begin with a reply under the last thread of that subject.
func (x *mailbox) joinSubjects(known map[string]bool) {
	type thread struct {
		root int
		last time.Time
	}
	last := map[int]time.Time{}
	var roots []int
	for i, p := range x.posts {
		if p.skip != "" || p.thread != "" {
			continue
		}
		if p.at.After(last[p.root]) {
			last[p.root] = p.at
		}
		if p.root == i {
			roots = append(roots, i)
		}
	}
	slices.SortStableFunc(roots, func(a, b int) int { return x.posts[a].at.Compare(x.posts[b].at) })
	latest := map[string]thread{}
	moved := map[int]int{}
	for _, i := range roots {
		p := x.posts[i]
		subject := markup.Fold(p.subject)
		if subject == "" {
			continue
		}
		t, ok := latest[subject]
		if ok && (p.reply || len(p.refs) > 0) && !known[p.id] && p.at.Sub(t.last) < quiet {
			moved[i] = t.root
			if last[i].After(t.last) {
				t.last = last[i]
			}
			latest[subject] = t
			continue
		}
		latest[subject] = thread{i, last[i]}
	}
	for i := range x.posts {
		if to, ok := moved[x.posts[i].root]; ok && x.posts[i].skip == "" {
			x.posts[i].root = to
		}
	}
}

// groups are sets of messages that refer to each other, also by way of messages that are not in the archive.
type groups struct {
	number map[string]int
	leader []int
}

func newGroups() *groups { return &groups{number: map[string]int{}} }

// of returns the number of the group that a message is in.
func (g *groups) of(id string) int {
	i, ok := g.number[id]
	if !ok {
		i = len(g.leader)
		g.number[id] = i
		g.leader = append(g.leader, i)
	}
	for g.leader[i] != i {
		g.leader[i] = g.leader[g.leader[i]]
		i = g.leader[i]
	}
	return i
}

func (g *groups) join(a, b string) { g.leader[g.of(b)] = g.of(a) }

// write is the second pass.
func (x *mailbox) write(ctx context.Context) error {
	for _, noun := range []string{"people", "threads", "replies"} { // the order of the report
		x.report.read(noun, 0)
	}
	for _, step := range []func(context.Context) error{x.writePeople, x.writeThreads, x.writeReplies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	x.notes()
	return nil
}

func (x *mailbox) notes() {
	if x.mark != "" {
		x.report.note("%s before the subjects was left out.", strings.TrimSpace(x.mark))
	}
	for _, n := range []struct {
		number int
		one    string
		many   string
	}{
		{x.signatures, "1 signature after \"-- \" was left out.", "%d signatures after \"-- \" were left out."},
		{x.footers, "1 footer of the list was left out.", "%d footers of the list were left out."},
		{x.redated, "1 message has the date of its arrival, because it says none that can be.", "%d messages have the date of their arrival, because they say none that can be."},
		{x.oversized, "1 message was cut off at 32 MB.", "%d messages were cut off at 32 MB."},
		{x.hidden, "1 text was longer than the hub shows and was cut.", "%d texts were longer than the hub shows and were cut."},
	} {
		switch {
		case n.number == 1:
			x.report.note("%s", n.one)
		case n.number > 1:
			x.report.note(n.many, n.number)
		}
	}
	if len(x.unknown) > 0 {
		x.report.note("These character sets are not known, so some letters may be wrong: %s.", strings.Join(sortedKeys(x.unknown), ", "))
	}
	if !x.home {
		x.report.note("Nobody's e-mail address was kept, and addresses in the texts are spelled out.")
	}
}

func (x *mailbox) writePeople(ctx context.Context) error {
	taken, err := x.findStaff(ctx)
	if err != nil {
		return err
	}
	keys := sortedKeys(x.writers)
	x.Progress.Start("People", len(keys))
	out := x.people(ctx, "people")
	for part := range slices.Chunk(keys, batchSize) {
		external := make([]string, len(part))
		for i, key := range part {
			external[i] = x.personID(key)
		}
		known, err := x.People.IDsByExternal(ctx, x.DB, external)
		if err != nil {
			return err
		}
		for _, key := range part {
			x.report.read("people", 1)
			a, id := x.writers[key], x.personID(key)
			if known[id] != 0 { // an earlier part of the archive brought them; this one may know less
				x.report.count("people").Unchanged++
				continue
			}
			rec := people.Record{ExternalID: id, Name: a.name(), Organisation: x.Organisation, CreatedAt: a.first}
			switch {
			case taken[key]:
				x.report.note("%s has a profile under the same address already that no source brought; the letters have one of their own, without the address.", rec.Name)
			case x.home:
				rec.Email = a.address
			}
			if err := out.add(rec); err != nil {
				return err
			}
		}
	}
	return out.flush()
}

func (x *mailbox) writeThreads(ctx context.Context) error {
	x.Progress.Start("Threads", 0)
	out := x.threads(ctx, "threads")
	err := x.each(ctx, func(n int, m *letter) error {
		p := x.posts[n]
		if p.skip != "" {
			x.report.read("messages", 1)
			x.report.skip("messages", p.skip, fmt.Sprintf("%s, line %d", m.file, m.line))
			return nil
		}
		if p.root != n || p.thread != "" {
			return nil
		}
		x.report.read("threads", 1)
		return out.add(threads.ThreadRecord{
			ExternalID: x.prefix + p.id, Kind: threads.Discussion, Title: cmp.Or(p.subject, "No subject"), Body: x.body(m),
			AuthorExternalID: x.personID(p.writer), Audience: x.Audience, Network: x.lives, CreatedAt: p.at,
		})
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func (x *mailbox) writeReplies(ctx context.Context) error {
	x.Progress.Start("Replies", 0)
	out := newReplyQueue(x.replies(ctx, "replies"))
	err := x.each(ctx, func(n int, m *letter) error {
		p := x.posts[n]
		if p.skip != "" || p.root == n && p.thread == "" {
			return nil
		}
		x.report.read("replies", 1)
		rec := threads.ReplyRecord{
			ExternalID: x.prefix + p.id, ThreadExternalID: cmp.Or(p.thread, x.prefix+x.posts[p.root].id), Body: x.body(m),
			AuthorExternalID: x.personID(p.writer), CreatedAt: p.at,
		}
		if p.parent >= 0 {
			rec.ParentExternalID = x.prefix + x.posts[p.parent].id
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// replyQueue writes replies so that what is answered is written before its answers, in whatever order a source has them. Only
// answers that come too early wait in memory.
type replyQueue struct {
	out     *batch[threads.ReplyRecord]
	written map[string]bool
	waiting map[string][]threads.ReplyRecord // by what they answer
}

func newReplyQueue(out *batch[threads.ReplyRecord]) *replyQueue {
	out.r.report.read(out.noun, 0)
	return &replyQueue{out: out, written: map[string]bool{}, waiting: map[string][]threads.ReplyRecord{}}
}

func (q *replyQueue) add(rec threads.ReplyRecord) error {
	if parent := rec.ParentExternalID; parent != "" && !q.written[parent] {
		q.waiting[parent] = append(q.waiting[parent], rec)
		return nil
	}
	for list := []threads.ReplyRecord{rec}; len(list) > 0; list = list[1:] {
		if err := q.out.add(list[0]); err != nil {
			return err
		}
		id := list[0].ExternalID
		q.written[id] = true
		list = append(list, q.waiting[id]...)
		delete(q.waiting, id)
	}
	return nil
}

// flush writes the rest, also answers to what never came.
func (q *replyQueue) flush() error {
	for _, parent := range sortedKeys(q.waiting) {
		for _, rec := range q.waiting[parent] {
			if err := q.out.add(rec); err != nil {
				return err
			}
		}
	}
	return q.out.flush()
}

// body returns what a message says as Markdown, and counts what was left out of it.
func (x *mailbox) body(m *letter) string {
	c := m.content()
	var out []string
	attached := c.attached
	for _, p := range c.pieces {
		text := ""
		if p.html {
			text = markup.FromHTML(p.text)
			if !x.home {
				text = obscure(text)
			}
		} else {
			if !x.home {
				p.text = obscure(p.text)
			}
			t := readPlain(p)
			attached = append(attached, t.scrubbed...)
			x.signatures += one(t.signature)
			x.footers += one(t.footer)
			text = t.markdown()
		}
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	for _, name := range c.unknown {
		x.unknown[name] = true
	}
	for _, a := range attached {
		x.report.read("attachments", 1)
		x.report.skip("attachments", a.reason, a.name)
		if a.silent {
			continue
		}
		line := "<p><em>Attachment that did not come along: " + html.EscapeString(a.name) + "</em></p>"
		if strings.HasPrefix(a.url, "http") && a.url != a.name {
			line = `<p><em>Attachment in the archive:</em> <a href="` + html.EscapeString(a.url) + `">` + html.EscapeString(a.name) + "</a></p>"
		}
		out = append(out, markup.FromHTML(line))
	}
	if len(out) == 0 {
		return "*This message has no text.*"
	}
	text, whole := fitting(strings.Join(out, "\n\n"))
	x.hidden += one(!whole)
	return text
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// fitting returns text as it is when the hub can show it, and otherwise as much of it as it can, as plain words.
func fitting(text string) (string, bool) {
	if markup.Check(text, markup.MaxArticle) == nil {
		return text, true
	}
	r := []rune(text)
	const enough = markup.MaxArticle * 3 / 4
	if len(r) > enough {
		r = r[:enough]
	}
	cut := string(r)
	if markup.Check(cut, markup.MaxArticle) != nil {
		cut = markup.FromHTML("<p>" + html.EscapeString(strings.Join(strings.Fields(cut), " ")) + "</p>")
	}
	return cut + "\n\n*The text goes on, but the hub does not show texts of this length.*", false
}
