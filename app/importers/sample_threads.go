package importers

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"watercooler/app/blogs"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// sampleThread is an opening of the sample and what was replied. Its number is its place in its file, so a file may be
// continued but not put in another order.
type sampleThread struct {
	place
	threads.ThreadRecord
	key     string        // FILE/NUMBER
	ago     time.Duration // before the load
	closed  time.Duration // after the opening; 0: it is open
	pinned  bool
	network string // key, "" for none
	whom    string // public, hub, own or network
	blog    string // key, of a post
	post    blogs.PostRecord
	signal  sampleSignal // of a signal
	useful  []string     // handles of those who found it so
	replies []sampleReply

	decision *sampleDecision // of a decision
}

type sampleReply struct {
	place
	threads.ReplyRecord
	author string
	after  time.Duration // the opening
	useful []string
}

// sampleDraft is a post that is not published yet.
type sampleDraft struct {
	place
	blogs.DraftRecord
	author, blog string
	ago, publish time.Duration
}

// handle returns who wrote it.
func (t *sampleThread) handle() string {
	return strings.TrimPrefix(t.AuthorExternalID, samplePersonID)
}

// parseThreads reads what people say, in the order of the files. What is in the blog of a network is in the network.
func parseThreads(c *cast) ([]*sampleThread, error) {
	names, err := fs.Glob(sampleFiles, "sample/threads/*.txt")
	if err != nil {
		return nil, err
	}
	var all []*sampleThread
	for _, path := range names {
		name := strings.TrimPrefix(path, "sample/")
		text, err := readSample(name)
		if err != nil {
			return nil, err
		}
		list, err := readThreads(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	for _, b := range c.blogs {
		for _, t := range all {
			if network, ok := strings.CutPrefix(b.OwnerExternalID, sampleNetworkID); ok && t.blog == b.key {
				t.network = network
			}
		}
	}
	return all, nil
}

// readThreads reads one file, such as threads/10-connectivity.txt.
func readThreads(name, text string) ([]*sampleThread, error) {
	blocks, err := parseBlocks(name, text)
	if err != nil {
		return nil, err
	}
	file := strings.TrimSuffix(strings.TrimPrefix(name, "threads/"), ".txt")
	list := make([]*sampleThread, len(blocks))
	for i, b := range blocks {
		if list[i], err = b.thread(file + "/" + strconv.Itoa(i+1)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (b block) thread(key string) (*sampleThread, error) {
	kind := threads.Kind(b.key)
	fields := []string{"by", "in", "for", "topics", "ago", "votes", "useful", "closed", "pinned"}
	switch kind {
	case threads.Post:
		fields = append(fields, "blog", "slug", "series", "with", "summary")
	case threads.Signal:
		fields = append(fields, "from", "sort", "url", "read")
	case threads.Decision:
		fields = append(fields, decisionFields...)
	case threads.Question, threads.Discussion:
	default:
		return nil, b.problem("a thread is a question, a discussion, a post, a signal or a decision, not a %q.", b.key)
	}
	if err := b.only(fields...); err != nil {
		return nil, err
	}
	t := &sampleThread{place: b.place, key: key, network: b.get("in"), whom: b.get("for"), blog: b.get("blog"), useful: b.list("useful")}
	t.ThreadRecord = threads.ThreadRecord{
		ExternalID: sampleThreadID + key, Kind: kind, Title: b.title, Body: b.body, AuthorExternalID: samplePersonID + b.get("by"), Topics: b.list("topics"),
	}
	_, t.pinned = b.find("pinned")
	var err error
	if t.ago, err = b.span("ago"); err != nil {
		return nil, err
	}
	if _, ok := b.find("closed"); ok {
		if t.closed, err = b.span("closed"); err != nil {
			return nil, err
		}
	}
	if t.Votes, err = b.number("votes"); err != nil {
		return nil, err
	}
	switch kind {
	case threads.Post:
		t.post = b.post(t.ExternalID)
	case threads.Signal:
		t.signal = b.signal()
	case threads.Decision:
		if t.decision, err = b.decision(); err != nil {
			return nil, err
		}
	}
	if t.Hash, err = b.hash(); err != nil {
		return nil, err
	}
	return t, b.readReplies(t)
}

func (b block) post(thread string) blogs.PostRecord {
	p := blogs.PostRecord{
		ThreadExternalID: thread, BlogExternalID: sampleBlogID + b.get("blog"), Slug: b.get("slug"), Summary: b.get("summary"), Series: b.get("series"),
	}
	if p.Slug == "" {
		p.Slug = markup.Slug(b.title)
	}
	for _, who := range b.list("with") {
		p.Authors = append(p.Authors, samplePersonID+who)
	}
	return p
}

func (b block) readReplies(t *sampleThread) error {
	for i, part := range b.parts {
		r, err := part.reply(t, i+1)
		if err != nil {
			return err
		}
		t.replies = append(t.replies, r)
	}
	return nil
}

func (b block) reply(t *sampleThread, number int) (sampleReply, error) {
	r := sampleReply{place: b.place, author: b.key, useful: b.list("useful")}
	r.ReplyRecord = threads.ReplyRecord{
		ExternalID: sampleReplyID + t.key + "/" + strconv.Itoa(number), ThreadExternalID: t.ExternalID, AuthorExternalID: samplePersonID + b.key, Body: b.body,
	}
	for i, f := range b.fields {
		if after, ok := strings.CutPrefix(f.name, "+"); ok {
			b.fields[i] = field{"after", after}
		}
	}
	if err := b.only("after", "votes", "useful", "accepted", "to"); err != nil {
		return r, err
	}
	var err error
	if r.after, err = b.span("after"); err != nil {
		return r, err
	}
	if r.Votes, err = b.number("votes"); err != nil {
		return r, err
	}
	_, r.Accepted = b.find("accepted")
	to, err := b.number("to")
	if err != nil {
		return r, err
	}
	if to >= number {
		return r, b.problem("reply %d cannot be to reply %d, which is not before it.", number, to)
	}
	if to > 0 {
		r.ParentExternalID = sampleReplyID + t.key + "/" + strconv.Itoa(to)
	}
	r.Hash, err = b.hash()
	return r, err
}

// number reads a field such as "votes 3"; 0 where it is absent.
func (b block) number(name string) (int, error) {
	v, ok := b.find(name)
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, b.problem("%q is not a number of %s.", v, name)
	}
	return n, nil
}

// parseDrafts reads the posts that are not published yet.
func parseDrafts() ([]sampleDraft, error) {
	const name = "drafts.txt"
	text, err := readSample(name)
	if err != nil {
		return nil, err
	}
	blocks, err := parseBlocks(name, text)
	if err != nil {
		return nil, err
	}
	list := make([]sampleDraft, len(blocks))
	for i, b := range blocks {
		if list[i], err = b.draft(i + 1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (b block) draft(number int) (sampleDraft, error) {
	d := sampleDraft{place: b.place, author: b.get("by"), blog: b.get("blog")}
	if err := b.only("blog", "by", "with", "ago", "publish", "topics", "for", "slug", "series", "summary"); err != nil {
		return d, err
	}
	d.DraftRecord = blogs.DraftRecord{
		ExternalID: sampleDraftID + strconv.Itoa(number), BlogExternalID: sampleBlogID + d.blog, AuthorExternalID: samplePersonID + d.author,
		Title: b.title, Slug: b.get("slug"), Summary: b.get("summary"), Body: b.body, Topics: b.list("topics"), Audience: b.get("for"), Series: b.get("series"),
	}
	for _, who := range b.list("with") {
		d.Authors = append(d.Authors, samplePersonID+who)
	}
	var err error
	if d.ago, err = b.span("ago"); err != nil {
		return d, err
	}
	if _, ok := b.find("publish"); ok {
		if d.publish, err = b.span("publish"); err != nil {
			return d, err
		}
	}
	d.Hash, err = b.hash()
	return d, err
}

// threadLink is a link from one thread of the sample to another: [words](thread:10-connectivity/4).
var threadLink = regexp.MustCompile(`\[([^\]]*)\]\(thread:([0-9a-z-]+/[0-9]+)\)`)

// linked returns body with its links leading to where the threads are, by key. Words whose thread is not there stay without.
func linked(body string, paths map[string]string) string {
	if !strings.Contains(body, "](thread:") {
		return body
	}
	return threadLink.ReplaceAllStringFunc(body, func(link string) string {
		m := threadLink.FindStringSubmatch(link)
		if path := paths[m[2]]; path != "" {
			return "[" + m[1] + "](" + path + ")"
		}
		return m[1]
	})
}

// audience returns who may read a thread, in the words of the hub.
func (t *sampleThread) audience(organisation, network int64, open bool) string {
	switch {
	case network != 0 && (t.whom == "network" || !open):
		return auth.NetworkAudience(network)
	case t.whom == "own":
		return auth.OrgAudience(organisation)
	case t.whom == auth.AudiencePublic:
		return auth.AudiencePublic
	}
	return auth.AudienceHub
}
