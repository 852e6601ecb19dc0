package importers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
)

// StackExchange imports a dump of one Stack Exchange site, the tables Posts, Users, Comments, Tags, PostLinks and Votes as
// .xml or .xml.gz in one folder. Posts and Users are required.
//
// Questions become threads, answers replies, comments replies to what they comment on, tags topics and users people of an
// organisation named after the site. The source is the name of the folder without "se-". External ids are
// stackexchange/SITE/post/ID, …/user/ID, …/comment/ID and …/tag/NAME. Bodies are turned from HTML into Markdown.
func StackExchange(ctx context.Context, d Deps, dir string, o Options) (Report, error) {
	r, err := begin(d, o, "stackexchange")
	if err != nil {
		return Report{}, err
	}
	site := strings.TrimPrefix(sourceOf(o, dir), "se-")
	r.report.Source = "stackexchange/" + site
	switch r.Organisation {
	case "":
		r.Organisation = siteHost(site)
	case Home:
		r.Organisation = ""
	}
	x := &exchange{run: r, dir: dir, site: site, prefix: r.report.Source + "/"}
	return r.passes(ctx, x.check, x.write)
}

// siteHost returns the host name of a site.
func siteHost(site string) string {
	switch {
	case strings.Contains(site, "."):
		return site
	case site == "stackoverflow", site == "serverfault", site == "superuser", site == "askubuntu":
		return site + ".com"
	default:
		return site + ".stackexchange.com"
	}
}

const community = -1 // the user that stands for nobody in particular

const (
	postQuestion  = "1"
	postAnswer    = "2"
	postTagWiki   = "4" // the excerpt
	linkDuplicate = "3"
)

// exchange is the import of one dump. What it keeps from the first pass is a few words per post, not the posts.
type exchange struct {
	*run
	dir, site, prefix string

	users      map[int]bool // in Users; true once something refers to them
	questions  map[int]bool
	answers    map[int]int    // answer → question
	excerpts   map[int]string // post → description of a tag
	former     map[string]time.Time
	duplicates map[int][]int  // question → the questions it duplicates
	titles     map[int]string // of those

	posts, comments, tags, duplicated int
}

// table returns the path of a table, plain or compressed, or "" when the dump has none.
func (x *exchange) table(name string) string {
	for _, ext := range []string{".xml", ".xml.gz"} {
		path := filepath.Join(x.dir, name+ext)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// each reads a table if the dump has it.
func (x *exchange) each(ctx context.Context, name string, do func(r row) error) error {
	path := x.table(name)
	if path == "" {
		return nil
	}
	return rows(ctx, path, strings.ToLower(name), do)
}

// check is the first pass: it reads every table, finds what is broken and remembers what refers to what.
func (x *exchange) check(ctx context.Context) error {
	for _, name := range []string{"Posts", "Users"} {
		if x.table(name) == "" {
			return errs.Invalidf("%s holds no %s.xml or %s.xml.gz, so it is not a Stack Exchange dump.", x.dir, name, name)
		}
	}
	x.users, x.questions, x.answers = map[int]bool{}, map[int]bool{}, map[int]int{}
	x.excerpts, x.former = map[int]string{}, map[string]time.Time{}
	x.duplicates, x.titles = map[int][]int{}, map[int]string{}
	x.Progress.Start("Checking", 0)
	for _, step := range []func(context.Context) error{
		x.checkUsers, x.checkTags, x.checkLinks, x.checkPosts, x.checkComments, x.checkVotes,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	x.Progress.End()
	return nil
}

func (x *exchange) checkUsers(ctx context.Context) error {
	return x.each(ctx, "Users", func(r row) error {
		id, err := r.number("Id")
		if err != nil {
			return err
		}
		if _, twice := x.users[id]; twice {
			return r.problem("user %d is in the table twice.", id)
		}
		x.users[id] = false
		x.Progress.Add(1)
		_, err = r.time("CreationDate")
		return err
	})
}

func (x *exchange) checkTags(ctx context.Context) error {
	return x.each(ctx, "Tags", func(r row) error {
		if _, err := r.text("TagName"); err != nil {
			return err
		}
		x.tags++
		if id, err := strconv.Atoi(r.attr["ExcerptPostId"]); err == nil {
			x.excerpts[id] = ""
		}
		return nil
	})
}

// checkLinks keeps the duplicates. Plain links come from the text of a post, where they still are.
func (x *exchange) checkLinks(ctx context.Context) error {
	return x.each(ctx, "PostLinks", func(r row) error {
		from, err := r.number("PostId")
		if err != nil {
			return err
		}
		to, err := r.number("RelatedPostId")
		if err != nil {
			return err
		}
		x.report.read("links", 1)
		if r.attr["LinkTypeId"] != linkDuplicate {
			x.report.skip("links", "already in the text of the post", strconv.Itoa(from)+" → "+strconv.Itoa(to))
			return nil
		}
		x.duplicates[from] = append(x.duplicates[from], to)
		x.titles[to] = ""
		return nil
	})
}

func (x *exchange) checkPosts(ctx context.Context) error {
	type question struct{ line, id int }
	asked := map[int]question{} // answer → its place and question, until all questions are known
	err := x.each(ctx, "Posts", func(r row) error {
		id, err := r.number("Id")
		if err != nil {
			return err
		}
		x.Progress.Add(1)
		if _, described := x.excerpts[id]; described && r.attr["PostTypeId"] == postTagWiki {
			x.excerpts[id] = r.attr["Body"]
		}
		switch r.attr["PostTypeId"] {
		case "":
			return r.problem("the post has no PostTypeId.")
		case postQuestion:
			if _, err := r.text("Title"); err != nil {
				return err
			}
			x.questions[id] = true
			if _, wanted := x.titles[id]; wanted {
				x.titles[id] = r.attr["Title"]
			}
		case postAnswer:
			parent, err := r.number("ParentId")
			if err != nil {
				return err
			}
			asked[id] = question{r.line, parent}
		default:
			return nil
		}
		x.posts++
		if _, ok := r.attr["Body"]; !ok {
			return r.problem("post %d has no Body.", id)
		}
		return x.checkAuthor(r, "OwnerUserId", "OwnerDisplayName")
	})
	if err != nil {
		return err
	}
	for id, q := range asked {
		if !x.questions[q.id] {
			return problem(filepath.Base(x.table("Posts")), q.line, "answer %d belongs to question %d, which is not in the table.", id, q.id)
		}
		x.answers[id] = q.id
	}
	return nil
}

func (x *exchange) checkComments(ctx context.Context) error {
	return x.each(ctx, "Comments", func(r row) error {
		if _, err := r.number("Id"); err != nil {
			return err
		}
		if _, err := r.number("PostId"); err != nil {
			return err
		}
		if _, err := r.text("Text"); err != nil {
			return err
		}
		x.comments++
		x.Progress.Add(1)
		return x.checkAuthor(r, "UserId", "UserDisplayName")
	})
}

// checkVotes reads Votes for the report. The useful votes are in each post's Score already, and the others mean things the
// hub does not have.
func (x *exchange) checkVotes(ctx context.Context) error {
	kinds := map[string]string{
		"2": "counted in the score of their post", "3": "counted in the score of their post",
		"1": "the accepted answer, kept on the question", "5": "favourites, which the hub keeps private",
	}
	return x.each(ctx, "Votes", func(r row) error {
		if _, err := r.number("PostId"); err != nil {
			return err
		}
		reason := kinds[r.attr["VoteTypeId"]]
		if reason == "" {
			reason = "moderation and bounties of the site"
		}
		x.report.read("votes", 1)
		x.report.skip("votes", reason, r.attr["Id"])
		x.Progress.Add(1)
		return nil
	})
}

// checkAuthor makes sure that the author of a row exists, and remembers authors that only have a name.
func (x *exchange) checkAuthor(r row, idAttr, nameAttr string) error {
	at, err := r.time("CreationDate")
	if err != nil {
		return err
	}
	if r.attr[idAttr] == "" { // the account was deleted
		key := x.formerID(r.attr[nameAttr])
		if first, seen := x.former[key]; !seen || at.Before(first) {
			x.former[key] = at
		}
		return nil
	}
	id, err := r.number(idAttr)
	if err != nil {
		return err
	}
	if _, known := x.users[id]; !known {
		return r.problem("user %d wrote this but is not in the Users table.", id)
	}
	x.users[id] = true
	return nil
}

// formerID returns the external id of somebody whose account was deleted: one for each name, one for all without.
func (x *exchange) formerID(name string) string {
	if name = strings.TrimSpace(name); name == "" {
		return x.prefix + "user/former"
	}
	return x.prefix + "user/former/" + name
}

func (x *exchange) author(r row, idAttr, nameAttr string) string {
	if id := r.attr[idAttr]; id != "" {
		return x.prefix + "user/" + id
	}
	return x.formerID(r.attr[nameAttr])
}

// write is the second pass.
func (x *exchange) write(ctx context.Context) error {
	for _, step := range []func(context.Context) error{x.writeTopics, x.writePeople, x.writeQuestions, x.writeAnswers, x.writeComments} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if x.duplicated > 0 {
		x.report.note("%d links say what a question is a duplicate of; each is a line under its question.", x.duplicated)
	}
	negative := x.report.count("answers").Read + x.report.count("questions").Read
	if negative > 0 {
		x.report.note("Scores below zero became 0: the hub counts who found something useful, not who did not.")
	}
	x.report.note("Pictures became links, formulas stay as they were typed, and links between posts lead to %s as before.", siteHost(x.site))
	return nil
}

func (x *exchange) writeTopics(ctx context.Context) error {
	x.Progress.Start("Topics", x.tags)
	out := x.topics(ctx, "topics")
	err := x.each(ctx, "Tags", func(r row) error {
		x.report.read("topics", 1)
		tag := r.attr["TagName"]
		rec := topics.Record{ExternalID: x.prefix + "tag/" + tag, Name: topicName(tag)}
		if rec.Name != tag {
			rec.Synonyms = []string{tag}
		}
		if id, err := strconv.Atoi(r.attr["ExcerptPostId"]); err == nil {
			rec.Description = strings.TrimSpace(markup.FromHTML(x.excerpts[id]))
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// topicName makes "quantum-gate" the name "Quantum gate".
func topicName(tag string) string {
	name := strings.Join(strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' }), " ")
	if name == "" {
		return tag
	}
	first := []rune(name)
	return strings.ToUpper(string(first[:1])) + string(first[1:])
}

func (x *exchange) writePeople(ctx context.Context) error {
	x.Progress.Start("People", len(x.users)+len(x.former))
	out := x.people(ctx, "people")
	err := x.each(ctx, "Users", func(r row) error {
		id, err := r.number("Id")
		if err != nil {
			return err
		}
		x.report.read("people", 1)
		if id == community && !x.users[id] {
			x.report.skip("people", "the site's own account, which wrote nothing", r.attr["Id"])
			return nil
		}
		created, err := r.time("CreationDate")
		if err != nil {
			return err
		}
		name := strings.TrimSpace(r.attr["DisplayName"])
		if name == "" {
			name = "User " + r.attr["Id"]
		}
		about := markup.FromHTML(r.attr["AboutMe"])
		if markup.Check(about, 0) != nil {
			x.report.note("The about text of user %d is too long or too deeply nested and was left out.", id)
			about = ""
		}
		return out.add(people.Record{
			ExternalID: x.prefix + "user/" + r.attr["Id"], Name: name, About: about, Organisation: x.Organisation, CreatedAt: created,
		})
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(x.former) {
		at := x.former[id]
		name := strings.TrimPrefix(strings.TrimPrefix(id, x.prefix+"user/former"), "/")
		if name == "" {
			name = "Former contributor"
		}
		x.report.read("people", 1)
		x.report.note("%s stands for an author whose account was deleted.", name)
		if err := out.add(people.Record{ExternalID: id, Name: name, Organisation: x.Organisation, CreatedAt: at, LeftAt: &at}); err != nil {
			return err
		}
	}
	return out.flush()
}

func (x *exchange) writeQuestions(ctx context.Context) error {
	x.Progress.Start("Questions", len(x.questions))
	out := x.threads(ctx, "questions")
	err := x.each(ctx, "Posts", func(r row) error {
		switch r.attr["PostTypeId"] {
		case postQuestion:
		case postAnswer:
			return nil
		default:
			noun := "other posts"
			x.report.read(noun, 1)
			reason := "moderation notices and wiki pages of the site"
			if r.attr["PostTypeId"] == postTagWiki {
				reason = "tag descriptions, kept with the topic"
			}
			x.report.skip(noun, reason, r.attr["Id"])
			return nil
		}
		x.report.read("questions", 1)
		id, created, err := r.idAndTime()
		if err != nil {
			return err
		}
		rec := threads.ThreadRecord{
			ExternalID: x.prefix + "post/" + r.attr["Id"], Kind: threads.Question, Title: r.attr["Title"],
			Body: markup.FromHTML(r.attr["Body"]) + x.duplicateOf(id), AuthorExternalID: x.author(r, "OwnerUserId", "OwnerDisplayName"),
			Audience: x.Audience, CreatedAt: created, Votes: r.votes("Score"),
		}
		for _, tag := range tagList(r.attr["Tags"]) {
			rec.Topics = append(rec.Topics, topicName(tag))
		}
		if rec.EditedAt, err = r.optionalTime("LastEditDate"); err != nil {
			return err
		}
		if rec.ClosedAt, err = r.optionalTime("ClosedDate"); err != nil {
			return err
		}
		if a := r.attr["AcceptedAnswerId"]; a != "" {
			rec.AcceptedExternalID = x.prefix + "post/" + a
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// duplicateOf returns the paragraph that says of which questions this one is a duplicate.
func (x *exchange) duplicateOf(id int) string {
	var b strings.Builder
	for _, to := range x.duplicates[id] {
		x.duplicated++
		title := x.titles[to]
		if title == "" {
			title = "another question"
		}
		label := strings.NewReplacer("[", `\[`, "]", `\]`).Replace(title)
		fmt.Fprintf(&b, "\n\nThis is a duplicate of [%s](https://%s/q/%d).", label, siteHost(x.site), to)
	}
	return b.String()
}

// tagList splits "<a><b>", or "|a|b|" as newer dumps write it.
func tagList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '<' || r == '>' || r == '|' })
}

func (x *exchange) writeAnswers(ctx context.Context) error {
	accepted := map[string]bool{}
	x.Progress.Start("Answers", len(x.answers))
	out := x.replies(ctx, "answers")
	err := x.each(ctx, "Posts", func(r row) error {
		if r.attr["PostTypeId"] == postQuestion && r.attr["AcceptedAnswerId"] != "" {
			accepted[r.attr["AcceptedAnswerId"]] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = x.each(ctx, "Posts", func(r row) error {
		if r.attr["PostTypeId"] != postAnswer {
			return nil
		}
		x.report.read("answers", 1)
		_, created, err := r.idAndTime()
		if err != nil {
			return err
		}
		rec := threads.ReplyRecord{
			ExternalID: x.prefix + "post/" + r.attr["Id"], ThreadExternalID: x.prefix + "post/" + r.attr["ParentId"],
			Body: markup.FromHTML(r.attr["Body"]), AuthorExternalID: x.author(r, "OwnerUserId", "OwnerDisplayName"), CreatedAt: created,
			Votes: r.votes("Score"), Accepted: accepted[r.attr["Id"]],
		}
		if rec.EditedAt, err = r.optionalTime("LastEditDate"); err != nil {
			return err
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func (x *exchange) writeComments(ctx context.Context) error {
	x.Progress.Start("Comments", x.comments)
	out := x.replies(ctx, "comments")
	err := x.each(ctx, "Comments", func(r row) error {
		x.report.read("comments", 1)
		post, err := r.number("PostId")
		if err != nil {
			return err
		}
		_, created, err := r.idAndTime()
		if err != nil {
			return err
		}
		rec := threads.ReplyRecord{
			ExternalID: x.prefix + "comment/" + r.attr["Id"], Body: r.attr["Text"],
			AuthorExternalID: x.author(r, "UserId", "UserDisplayName"), CreatedAt: created, Votes: r.votes("Score"),
		}
		question, onAnswer := x.answers[post]
		switch {
		case onAnswer:
			rec.ThreadExternalID = x.prefix + "post/" + strconv.Itoa(question)
			rec.ParentExternalID = x.prefix + "post/" + r.attr["PostId"]
		case x.questions[post]:
			rec.ThreadExternalID = x.prefix + "post/" + r.attr["PostId"]
		default:
			x.report.skip("comments", "on a post that is not imported", r.attr["Id"])
			return nil
		}
		return out.add(rec)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func (r row) problem(format string, args ...any) error {
	return problem(r.file, r.line, format, args...)
}

// text returns a required attribute.
func (r row) text(name string) (string, error) {
	v := r.attr[name]
	if strings.TrimSpace(v) == "" {
		return "", r.problem("the row has no %s.", name)
	}
	return v, nil
}

// number returns a required whole number.
func (r row) number(name string) (int, error) {
	v, err := r.text(name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, r.problem("%s is %.40q, not a number.", name, v)
	}
	return n, nil
}

// votes returns a score as useful votes.
func (r row) votes(name string) int {
	n, err := strconv.Atoi(r.attr[name])
	if err != nil {
		return 0
	}
	return max(0, n)
}

// time returns a required time; dumps write UTC without saying so.
func (r row) time(name string) (time.Time, error) {
	v, err := r.text(name)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse("2006-01-02T15:04:05.999999999", v)
	if err != nil {
		return time.Time{}, r.problem("%s is %.40q, not a time.", name, v)
	}
	return t, nil
}

func (r row) optionalTime(name string) (*time.Time, error) {
	if r.attr[name] == "" {
		return nil, nil //nolint:nilnil // an absent attribute is an absent time
	}
	t, err := r.time(name)
	return &t, err
}

func (r row) idAndTime() (int, time.Time, error) {
	id, err := r.number("Id")
	if err != nil {
		return 0, time.Time{}, err
	}
	at, err := r.time("CreationDate")
	return id, at, err
}
