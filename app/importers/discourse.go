package importers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
)

// Discourse imports what the API of a Discourse forum answers, saved as JSON: one file, or a folder of them, plain or compressed.
// It reads topics (/t/ID.json and the further posts of /t/ID/posts.json), lists of topics (/latest.json), categories
// (/categories.json, /site.json) and posts (/posts.json), in any order and number; one topic may be spread over many files.
//
// Topics become questions or discussions, posts replies, categories and tags topics, likes useful votes. The source is the name of
// the folder or file, best that of the host. External ids are discourse/SOURCE/topic/ID, …/post/ID, …/user/ID and …/tag/NAME.
func Discourse(ctx context.Context, d Deps, path string, o Options) (Report, error) {
	r, err := begin(d, o, "discourse")
	if err != nil {
		return Report{}, err
	}
	files, err := filesOf(path, "JSON file", ".json")
	if err != nil {
		return Report{}, err
	}
	site := sourceOf(o, path)
	r.report.Source = "discourse/" + site
	switch r.Organisation {
	case "":
		r.Organisation = site
	case Home:
		r.Organisation = ""
	}
	x := &discourse{
		run: r, files: files, site: site, prefix: r.report.Source + "/", categories: map[int]discourseCategory{},
		topicsByID: map[int]*discourseThread{}, posts: map[int]*discourseEntry{}, users: map[string]*discourseUser{},
	}
	if err := r.findNetwork(ctx); err != nil {
		return *r.report, err
	}
	return r.passes(ctx, x.check, x.write)
}

// discourseFile is anything the API answers.
type discourseFile struct {
	discourseTopic // /t/ID.json

	TopicList *struct {
		Topics []discourseTopic `json:"topics"`
	} `json:"topic_list"`
	LatestPosts  []discoursePost `json:"latest_posts"`
	CategoryList *struct {
		Categories []discourseCategory `json:"categories"`
	} `json:"category_list"`
	Categories []discourseCategory `json:"categories"` // of /site.json
	Errors     []string            `json:"errors"`
}

type discourseTopic struct {
	ID           int             `json:"id"`
	Title        string          `json:"title"`
	CreatedAt    moment          `json:"created_at"`
	LastPostedAt moment          `json:"last_posted_at"`
	DeletedAt    moment          `json:"deleted_at"`
	CategoryID   int             `json:"category_id"`
	Tags         []discourseTag  `json:"tags"`
	Archetype    string          `json:"archetype"`
	Visible      *bool           `json:"visible"`
	Closed       bool            `json:"closed"`
	Archived     bool            `json:"archived"`
	HasAccepted  bool            `json:"has_accepted_answer"`
	Accepted     *discourseSolve `json:"accepted_answer"`
	PostsCount   int             `json:"posts_count"`
	PostStream   *struct {
		Posts  []discoursePost `json:"posts"`
		Stream []int           `json:"stream"`
	} `json:"post_stream"`
}

// discourseSolve names the post that the plugin Solved has marked.
type discourseSolve struct {
	PostNumber int `json:"post_number"`
}

// discourseTag is a name, in newer versions an object that has one.
type discourseTag string

// UnmarshalJSON implements json.Unmarshaler.
func (t *discourseTag) UnmarshalJSON(raw []byte) error {
	var object struct {
		Name string `json:"name"`
	}
	if len(raw) > 0 && raw[0] == '{' {
		err := json.Unmarshal(raw, &object)
		*t = discourseTag(object.Name)
		return err
	}
	return json.Unmarshal(raw, (*string)(t))
}

type discourseCategory struct {
	ID             int                 `json:"id"`
	Name           string              `json:"name"`
	Description    string              `json:"description_text"`
	ReadRestricted bool                `json:"read_restricted"`
	Parent         int                 `json:"parent_category_id"`
	Below          []discourseCategory `json:"subcategory_list"`
}

type discoursePost struct {
	ID         int    `json:"id"`
	TopicID    int    `json:"topic_id"`
	TopicTitle string `json:"topic_title"` // in /posts.json
	Number     int    `json:"post_number"`
	Type       int    `json:"post_type"`
	ReplyTo    int    `json:"reply_to_post_number"`
	UserID     int    `json:"user_id"`
	Username   string `json:"username"`
	Name       string `json:"name"`
	CreatedAt  moment `json:"created_at"`
	UpdatedAt  moment `json:"updated_at"`
	DeletedAt  moment `json:"deleted_at"`
	Version    int    `json:"version"`
	Cooked     string `json:"cooked"`
	ActionCode string `json:"action_code"`
	Hidden     bool   `json:"hidden"`
	Removed    bool   `json:"user_deleted"`
	Accepted   *bool  `json:"accepted_answer"` // nil where the forum marks no answers
	Actions    []struct {
		ID    int `json:"id"`
		Count int `json:"count"`
	} `json:"actions_summary"`
}

const (
	discourseRegular = 1
	discourseMessage = 2 // of a moderator
	discourseAction  = 3 // "closed this topic"
	discourseWhisper = 4
	discourseLike    = 2 // of actions_summary
)

// leftOut says why a post does not come along; "" means it does.
func (p *discoursePost) leftOut() string {
	switch {
	case !p.DeletedAt.IsZero() || p.Removed:
		return "deleted"
	case p.Hidden:
		return "hidden by the forum's moderators"
	case p.Type == discourseWhisper:
		return "whispers, which only the forum's staff may read"
	case p.Type == discourseAction:
		return "notices of the forum, such as that a topic was closed"
	case p.Type != discourseRegular && p.Type != discourseMessage && p.Type != 0:
		return "of a type that is not known"
	case strings.TrimSpace(p.Cooked) == "":
		return "empty"
	}
	return ""
}

func (p *discoursePost) likes() int {
	for _, a := range p.Actions {
		if a.ID == discourseLike {
			return max(0, a.Count)
		}
	}
	return 0
}

// discourse is the import of one forum. What it keeps from the first pass is a few words per topic and post.
type discourse struct {
	*run
	files        []string
	site, prefix string

	categories map[int]discourseCategory
	topicsByID map[int]*discourseThread
	posts      map[int]*discourseEntry
	users      map[string]*discourseUser // by external id

	unnamed map[int]bool // categories no file names
	cut     int          // texts that were too long
}

// discourseThread is what is known of a topic when everything was read.
type discourseThread struct {
	discourseTopic
	place   place
	listed  bool // only in a list of topics so far
	numbers map[int]int
	stream  map[int]bool
	closed  time.Time
	solved  int  // number of the accepted answer
	marks   bool // the forum marks answers
	first   int  // id of the post that begins it
	skip    string
}

// discourseEntry is what is kept of a post.
type discourseEntry struct {
	topic   int
	author  string // external id
	written bool   // in the second pass
	skip    string
}

type discourseUser struct {
	username, name string
	first          time.Time
}

// maxAnswer bounds one file in bytes: the API answers in pages of at most a few hundred posts.
const maxAnswer = 64 << 20

// readAnswer reads one file.
func readAnswer(path string) (f *discourseFile, err error) {
	s, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	raw, err := io.ReadAll(io.LimitReader(s, maxAnswer+1))
	if err != nil {
		return nil, damaged(s.name, 1+bytes.Count(raw, []byte("\n")), err)
	}
	if len(raw) > maxAnswer {
		return nil, problem(s.name, 1, "the file is longer than %d MB, so it is not an answer of the Discourse API.", maxAnswer>>20)
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	f = &discourseFile{}
	if err := json.Unmarshal(raw, f); err != nil {
		return nil, jsonProblem(s.name, raw, err)
	}
	if len(f.Errors) > 0 {
		return nil, problem(s.name, 1, "the forum answered with an error: %s", clipped(strings.Join(f.Errors, " ")))
	}
	return f, nil
}

// jsonProblem says where JSON is broken, by line.
func jsonProblem(file string, raw []byte, err error) error {
	line := func(offset int64) int { return 1 + bytes.Count(raw[:min(int(offset), len(raw))], []byte("\n")) }
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	var date dateError
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return problem(file, 1, "the file is empty.")
	case errors.As(err, &syntax) && int(syntax.Offset) >= len(raw):
		return problem(file, line(syntax.Offset), "the file ends in the middle; it was cut off while it was copied.")
	case errors.As(err, &syntax):
		return problem(file, line(syntax.Offset), "this is not JSON (%s).", clipped(syntax.Error()))
	case errors.As(err, &wrong) && wrong.Field == "":
		return problem(file, line(wrong.Offset), "this is a %s, not an answer of the Discourse API.", wrong.Value)
	case errors.As(err, &wrong):
		return problem(file, line(wrong.Offset), "%q is a %s here, so this is not an answer of the Discourse API.",
			strings.TrimPrefix(wrong.Field, "discourseTopic."), wrong.Value)
	case errors.As(err, &date):
		return problem(file, line(int64(max(0, bytes.Index(raw, []byte(date))))), "%s.", date) // an escaped one is not found
	default:
		return problem(file, 1, "this is not JSON (%s).", clipped(err.Error()))
	}
}

// each reads every file. What is no answer of the API is refused, or, among others in a folder, named in the report.
func (x *discourse) each(ctx context.Context, do func(file string, f *discourseFile) error) error {
	for _, path := range x.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := readAnswer(path)
		if err != nil {
			return err
		}
		if err := do(filepath.Base(path), f); err != nil {
			return err
		}
	}
	return nil
}

// eachPost calls do with every post of a file and the topic it says it is in.
func (f *discourseFile) eachPost(do func(topic int, p *discoursePost) error) error {
	if f.PostStream != nil {
		for i := range f.PostStream.Posts {
			p := &f.PostStream.Posts[i]
			if err := do(cmp.Or(f.ID, p.TopicID), p); err != nil {
				return err
			}
		}
	}
	for i := range f.LatestPosts {
		if err := do(f.LatestPosts[i].TopicID, &f.LatestPosts[i]); err != nil {
			return err
		}
	}
	return nil
}

// check is the first pass.
func (x *discourse) check(ctx context.Context) error {
	x.Progress.Start("Checking", 0)
	x.unnamed = map[int]bool{}
	err := x.each(ctx, func(file string, f *discourseFile) error {
		x.Progress.Add(1)
		categories := f.Categories
		if f.CategoryList != nil {
			categories = append(categories, f.CategoryList.Categories...)
		}
		if f.PostStream == nil && f.TopicList == nil && f.LatestPosts == nil && categories == nil {
			if len(x.files) == 1 {
				return problem(file, 1, "there are no topics, posts or categories in it, so this is not an answer of the Discourse API.")
			}
			x.report.read("files", 1)
			x.report.skip("files", "there are no topics, posts or categories in it", file)
			return nil
		}
		x.keepCategories(categories, 0)
		if f.TopicList != nil {
			for _, t := range f.TopicList.Topics {
				if err := x.keepTopic(file, t, true); err != nil {
					return err
				}
			}
		}
		if f.PostStream != nil && f.ID != 0 && f.Title != "" {
			if err := x.keepTopic(file, f.discourseTopic, false); err != nil {
				return err
			}
		}
		return f.eachPost(func(topic int, p *discoursePost) error { return x.keepPost(file, topic, p) })
	})
	if err != nil {
		return err
	}
	if len(x.topicsByID) == 0 {
		return errs.Invalidf("There is nothing to import: %s names no topic.", filepath.Base(x.files[0]))
	}
	for _, id := range slices.Sorted(maps.Keys(x.topicsByID)) {
		if err := x.settle(x.topicsByID[id]); err != nil {
			return err
		}
	}
	writes := map[string]bool{} // whoever wrote only what stays behind, stays behind
	for _, e := range x.posts {
		if e.skip == "" && x.topicsByID[e.topic].skip == "" {
			writes[e.author] = true
		}
	}
	maps.DeleteFunc(x.users, func(id string, _ *discourseUser) bool { return !writes[id] })
	x.Progress.End()
	return nil
}

func (x *discourse) keepCategories(list []discourseCategory, depth int) {
	for _, c := range list {
		if c.ID != 0 && strings.TrimSpace(c.Name) != "" {
			x.categories[c.ID] = c
		}
		if depth < 5 {
			x.keepCategories(c.Below, depth+1)
		}
	}
}

// keepTopic remembers a topic. What its own file says counts for more than a list.
func (x *discourse) keepTopic(file string, t discourseTopic, listed bool) error {
	if t.ID == 0 || strings.TrimSpace(t.Title) == "" {
		return problem(file, 1, "a topic has no id or no title.")
	}
	old := x.topicsByID[t.ID]
	if old == nil {
		old = &discourseThread{listed: true, numbers: map[int]int{}, stream: map[int]bool{}, place: place{file, 1}}
		x.topicsByID[t.ID] = old
	}
	if t.PostStream != nil {
		for _, id := range t.PostStream.Stream {
			old.stream[id] = true
		}
	}
	if listed && !old.listed {
		return nil
	}
	t.PostStream = nil
	if len(t.Tags) == 0 {
		t.Tags = old.Tags
	}
	t.HasAccepted = t.HasAccepted || old.HasAccepted
	old.discourseTopic, old.listed = t, listed
	if t.Accepted != nil {
		old.solved = t.Accepted.PostNumber
	}
	return nil
}

func (x *discourse) keepPost(file string, topic int, p *discoursePost) error {
	switch {
	case p.ID == 0 || topic == 0 || p.Number == 0:
		return problem(file, 1, "a post has no id, no topic_id or no post_number.")
	case p.CreatedAt.IsZero():
		return problem(file, 1, "post %d has no created_at.", p.ID)
	}
	t := x.topicsByID[topic]
	if t == nil {
		if p.TopicTitle == "" {
			// /t/ID/posts.json names no title; the topic's own file may come later.
			t = &discourseThread{listed: true, numbers: map[int]int{}, stream: map[int]bool{}, place: place{file, 1}}
			t.ID = topic
		} else {
			if err := x.keepTopic(file, discourseTopic{ID: topic, Title: p.TopicTitle}, true); err != nil {
				return err
			}
			t = x.topicsByID[topic]
		}
		x.topicsByID[topic] = t
	}
	if e := x.posts[p.ID]; e != nil {
		if e.topic != topic {
			x.report.read("other posts", 1)
			x.report.skip("other posts", fmt.Sprintf("the same post is in topic %d already", e.topic), strconv.Itoa(p.ID))
		}
		return nil
	}
	e := &discourseEntry{topic: topic, author: x.userID(p), skip: p.leftOut()}
	x.posts[p.ID] = e
	t.numbers[p.Number] = p.ID
	t.marks = t.marks || p.Accepted != nil
	if p.Accepted != nil && *p.Accepted {
		t.solved = p.Number
	}
	if strings.HasPrefix(p.ActionCode, "closed.enabled") || strings.HasPrefix(p.ActionCode, "autoclosed.enabled") {
		t.closed = p.CreatedAt.Time
	}
	if e.skip == "" {
		u := x.users[e.author]
		if u == nil {
			u = &discourseUser{first: p.CreatedAt.Time}
			x.users[e.author] = u
		}
		u.username, u.name = cmp.Or(p.Username, u.username), cmp.Or(strings.TrimSpace(p.Name), u.name)
		if p.CreatedAt.Before(u.first) {
			u.first = p.CreatedAt.Time
		}
	}
	return nil
}

func (x *discourse) userID(p *discoursePost) string {
	switch {
	case p.UserID != 0:
		return x.prefix + "user/" + strconv.Itoa(p.UserID)
	case p.Username != "":
		return x.prefix + "user/name/" + p.Username
	default:
		return x.prefix + "user/former"
	}
}

// settle decides what becomes of a topic once all its posts are known.
func (x *discourse) settle(t *discourseThread) error {
	numbers := slices.Sorted(maps.Keys(t.numbers))
	if len(numbers) > 0 && t.Title == "" {
		return problem(t.place.file, t.place.line, "these are posts of topic %d, whose title is in no file. Add /t/%d.json.", t.ID, t.ID)
	}
	switch {
	case len(numbers) == 0 && !t.listed:
		t.skip = "all its posts are in another topic already"
	case len(numbers) == 0:
		t.skip = "only in a list; its posts are in no file"
	case t.Archetype == "private_message":
		t.skip = "private messages, which stay private"
	case !t.DeletedAt.IsZero():
		t.skip = "deleted"
	case t.Visible != nil && !*t.Visible:
		t.skip = "taken off the forum's lists by its moderators"
	case x.restricted(t.CategoryID):
		t.skip = "in a category that not everybody may read"
	case numbers[0] == 1 && x.posts[t.numbers[1]].skip != "":
		t.skip = "its first post is " + x.posts[t.numbers[1]].skip
	}
	missing := 0
	for id := range t.stream {
		if x.posts[id] == nil {
			missing++
		}
	}
	// Forums give the ids of all posts with the topic, but the posts only page by page.
	if known := len(numbers); t.skip == "" && missing > 0 && known < max(t.PostsCount, len(t.stream)) {
		x.report.note("Topic %d has %d posts, of which %d are in no file.", t.ID, max(t.PostsCount, len(t.stream)), max(t.PostsCount, len(t.stream))-known)
	}
	for _, n := range numbers {
		if t.skip == "" && t.first == 0 && x.posts[t.numbers[n]].skip == "" {
			t.first = t.numbers[n]
			if n != 1 {
				x.report.note("The first post of topic %d is in no file; post %d begins it instead.", t.ID, n)
			}
		}
	}
	if t.skip == "" && t.first == 0 {
		t.skip = "none of its posts can be shown"
	}
	if x.categories[t.CategoryID].Name == "" && t.CategoryID != 0 && t.skip == "" {
		x.unnamed[t.CategoryID] = true
	}
	return nil
}

// restricted reports whether a category, or one above it, is not for everybody.
func (x *discourse) restricted(id int) bool {
	for depth := 0; id != 0 && depth < 5; depth++ {
		c := x.categories[id]
		if c.ReadRestricted {
			return true
		}
		id = c.Parent
	}
	return false
}

// write is the second pass.
func (x *discourse) write(ctx context.Context) error {
	for _, step := range []func(context.Context) error{x.writeTopics, x.writePeople, x.writeThreads, x.writeReplies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if len(x.unnamed) > 0 {
		x.report.note("%s no name in the files and became no topic. Add /categories.json, which also says which are not for everybody.",
			plural2(len(x.unnamed), "category has", "categories have"))
	}
	if x.cut > 0 {
		x.report.note("%s longer than the hub shows and cut.", plural2(x.cut, "text was", "texts were"))
	}
	x.report.note("Likes became useful votes, without the names. Pictures became links.")
	return nil
}

func plural2(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// topicsOf returns the names of a topic's category and tags.
func (x *discourse) topicsOf(t *discourseThread) []string {
	var names []string
	if c := x.categories[t.CategoryID]; c.Name != "" && !strings.EqualFold(c.Name, "Uncategorized") {
		names = append(names, c.Name)
	}
	for _, tag := range t.Tags {
		if name := topicName(string(tag)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (x *discourse) writeTopics(ctx context.Context) error {
	list := map[string]topics.Record{}
	for _, t := range x.topicsByID {
		if t.skip != "" {
			continue
		}
		for _, name := range x.topicsOf(t) {
			list[name] = topics.Record{ExternalID: x.prefix + "tag/" + markup.Fold(name), Name: name}
		}
		if c := x.categories[t.CategoryID]; list[c.Name].Name != "" {
			list[c.Name] = topics.Record{
				ExternalID: x.prefix + "category/" + strconv.Itoa(c.ID), Name: c.Name, Description: strings.TrimSpace(c.Description),
			}
		}
	}
	x.Progress.Start("Topics", len(list))
	out := x.topics(ctx, "topics")
	for _, name := range sortedKeys(list) {
		if markup.Fold(name) == "" {
			continue
		}
		x.report.read("topics", 1)
		if err := out.add(list[name]); err != nil {
			return err
		}
	}
	return out.flush()
}

func (x *discourse) writePeople(ctx context.Context) error {
	x.Progress.Start("People", len(x.users))
	out := x.people(ctx, "people")
	for part := range slices.Chunk(sortedKeys(x.users), batchSize) {
		known, err := x.People.IDsByExternal(ctx, x.DB, part)
		if err != nil {
			return err
		}
		for _, id := range part {
			x.report.read("people", 1)
			if known[id] != 0 { // another part of the forum brought them
				x.report.count("people").Unchanged++
				continue
			}
			u := x.users[id]
			rec := people.Record{
				ExternalID: id, Name: cmp.Or(u.name, u.username, "Former contributor"), Handle: u.username,
				Organisation: x.Organisation, CreatedAt: u.first,
			}
			if u.username == "" {
				rec.LeftAt = &u.first
			}
			if err := out.add(rec); err != nil {
				return err
			}
		}
	}
	return out.flush()
}

func (x *discourse) threadID(topic int) string { return x.prefix + "topic/" + strconv.Itoa(topic) }
func (x *discourse) postID(post int) string    { return x.prefix + "post/" + strconv.Itoa(post) }

func (x *discourse) writeThreads(ctx context.Context) error {
	x.Progress.Start("Threads", len(x.topicsByID))
	out := x.threads(ctx, "threads")
	for _, id := range slices.Sorted(maps.Keys(x.topicsByID)) {
		x.report.read("threads", 1)
		if t := x.topicsByID[id]; t.skip != "" {
			x.report.skip("threads", t.skip, strconv.Itoa(id))
		}
	}
	err := x.eachWanted(ctx, func(t *discourseThread, p *discoursePost) error {
		if p.ID != t.first {
			return nil
		}
		rec := threads.ThreadRecord{
			ExternalID: x.threadID(t.ID), Kind: threads.Discussion, Title: t.Title, Body: x.body(p), AuthorExternalID: x.userID(p),
			Topics: x.topicsOf(t), Audience: x.Audience, Network: x.lives, CreatedAt: p.CreatedAt.Time, EditedAt: p.edited(), Votes: p.likes(),
		}
		// Where the forum marks answers, a title that asks is a question, settled or not.
		if t.solved > 0 || t.HasAccepted || t.marks && strings.HasSuffix(strings.TrimSpace(t.Title), "?") {
			rec.Kind = threads.Question
		}
		if id := t.numbers[t.solved]; t.solved > 0 && id != 0 {
			rec.AcceptedExternalID = x.postID(id)
		}
		if t.Closed || t.Archived {
			at := t.closed
			if at.IsZero() {
				at = t.LastPostedAt.Time
			}
			if at.IsZero() {
				at = rec.CreatedAt
			}
			rec.ClosedAt = &at
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// eachWanted calls do once with each post that comes along.
func (x *discourse) eachWanted(ctx context.Context, do func(t *discourseThread, p *discoursePost) error) error {
	for _, e := range x.posts {
		e.written = false
	}
	return x.each(ctx, func(_ string, f *discourseFile) error {
		return f.eachPost(func(topic int, p *discoursePost) error {
			e := x.posts[p.ID]
			if e == nil || e.topic != topic || e.written || e.skip != "" || x.topicsByID[topic].skip != "" {
				return nil
			}
			e.written = true
			return do(x.topicsByID[topic], p)
		})
	})
}

func (p *discoursePost) edited() *time.Time {
	if p.Version < 2 {
		return nil
	}
	return p.UpdatedAt.pointer()
}

func (x *discourse) writeReplies(ctx context.Context) error {
	x.Progress.Start("Replies", len(x.posts))
	for _, id := range slices.Sorted(maps.Keys(x.posts)) {
		e := x.posts[id]
		if t := x.topicsByID[e.topic]; e.skip != "" || t.skip != "" {
			x.report.read("other posts", 1)
			x.report.skip("other posts", cmp.Or(e.skip, "in a topic that was skipped"), strconv.Itoa(id))
		}
	}
	out := newReplyQueue(x.replies(ctx, "replies"))
	err := x.eachWanted(ctx, func(t *discourseThread, p *discoursePost) error {
		if p.ID == t.first {
			return nil
		}
		x.report.read("replies", 1)
		rec := threads.ReplyRecord{
			ExternalID: x.postID(p.ID), ThreadExternalID: x.threadID(t.ID), Body: x.body(p), AuthorExternalID: x.userID(p),
			CreatedAt: p.CreatedAt.Time, EditedAt: p.edited(), Votes: p.likes(), Accepted: t.solved > 0 && t.solved == p.Number,
		}
		if parent := t.numbers[p.ReplyTo]; parent != 0 && parent != t.first && parent != p.ID && x.posts[parent].skip == "" {
			rec.ParentExternalID = x.postID(parent)
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// body returns the text of a post as Markdown.
func (x *discourse) body(p *discoursePost) string {
	text, whole := fitting(markup.FromHTML(x.plainer(p.Cooked)))
	x.cut += one(!whole)
	if strings.TrimSpace(text) == "" {
		return "*This post has no text.*"
	}
	return text
}

// plainer takes from a post the furniture with which Discourse surrounds quotes, pictures and links, and makes addresses within
// the forum whole, since in the hub they would lead nowhere.
func (x *discourse) plainer(cooked string) string {
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(cooked), body)
	if err != nil { // too deep to parse; FromHTML keeps the words
		return cooked
	}
	var b strings.Builder
	for _, n := range nodes {
		body.AppendChild(n)
	}
	x.plain(body)
	for n := body.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			return cooked
		}
	}
	return b.String()
}

func (x *discourse) plain(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.ElementNode {
			x.plainElement(n, c)
		}
		c = next
	}
}

func (x *discourse) plainElement(parent, c *html.Node) {
	class := func(name string) bool { return slices.Contains(strings.Fields(nodeAttr(c, "class")), name) }
	switch {
	case class("quote-controls"), class("meta") && c.DataAtom == atom.Div, class("avatar"), class("site-icon"), class("expand"):
		parent.RemoveChild(c)
		return
	case c.DataAtom == atom.Img && class("emoji"):
		parent.InsertBefore(&html.Node{Type: html.TextNode, Data: nodeAttr(c, "alt")}, c)
		parent.RemoveChild(c)
		return
	case c.DataAtom == atom.A && class("lightbox"): // the picture in full; its thumbnail goes
		label := "Picture: " + cmp.Or(nodeAttr(c, "title"), "attachment")
		replaceChildren(c, label)
	case c.DataAtom == atom.A && (class("mention") || class("mention-group")):
		for c.FirstChild != nil {
			child := c.FirstChild
			c.RemoveChild(child)
			parent.InsertBefore(child, c)
		}
		parent.RemoveChild(c)
		return
	case c.DataAtom == atom.Aside && class("onebox"): // a preview of another page: a quotation of it
		c.DataAtom, c.Data = atom.Blockquote, "blockquote"
		dropThumbnails(c)
	}
	for i := range c.Attr {
		if a := &c.Attr[i]; a.Key == "href" || a.Key == "src" {
			a.Val = x.absolute(a.Val)
		}
	}
	x.plain(c)
}

func replaceChildren(n *html.Node, text string) {
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
	n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
}

// dropThumbnails removes pictures, which in a preview only decorate.
func dropThumbnails(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.DataAtom == atom.Img {
			n.RemoveChild(c)
		} else {
			dropThumbnails(c)
		}
		c = next
	}
}

func nodeAttr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// absolute makes an address whole: "/t/5" is on the forum, if its host is known, and otherwise nowhere.
func (x *discourse) absolute(address string) string {
	switch {
	case strings.HasPrefix(address, "//"):
		return "https:" + address
	case !strings.HasPrefix(address, "/"):
		return address
	case strings.Contains(x.site, ".") && !strings.ContainsAny(x.site, " /"):
		return "https://" + x.site + address
	default:
		return ""
	}
}
