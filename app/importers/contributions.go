package importers

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/reflections"
	"watercooler/auth"
)

// contributions is what one person takes along: what they wrote and chose themselves, and nothing that others wrote.
//
// SECURITY: every statement names the person. A title of somebody else's thread, which tells where a reply stands, comes along
// only while its owner may read that thread.
type contributions struct {
	Deps
	v     auth.Viewer
	url   func(path string) string
	zip   *zip.Writer
	now   time.Time // when the files of the archive are from
	files map[string]bool
	order []string
}

// fewer is how many texts are in memory at a time; posts may be long.
const fewer = 20

// Contributions writes what v has contributed to w, as a zip file of Markdown and JSON Lines, a few texts at a time. url makes
// addresses whole.
func Contributions(ctx context.Context, d Deps, v auth.Viewer, url func(path string) string, w io.Writer) error {
	if v.Person == 0 {
		return errs.Unauthenticatedf("Sign in to take your contributions with you.")
	}
	x := &contributions{Deps: d, v: v, url: url, zip: zip.NewWriter(w), now: time.Now().UTC(), files: map[string]bool{}}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"read me", x.readMe}, {"profile", x.profile}, {"posts", x.posts}, {"drafts", x.drafts}, {"threads", x.threads}, {"replies", x.replies}, {"reflections", x.reflections},
		{"votes", x.votes}, {"follows", x.follows}, {"networks", x.networks}, {"attachments", x.attachments}, {"files", x.copyFiles},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("contributions of person %d: %s: %w", v.Person, step.what, err)
		}
	}
	return x.zip.Close()
}

const readMe = `What you have contributed to this hub, for you to keep and to use elsewhere.

profile.json       your profile
posts/             your blog posts, and those you wrote with others, as Markdown
drafts/            your posts that are not published
threads.jsonl      questions and discussions you opened
reflections.jsonl  what you learnt, shared or not
replies.jsonl      your replies, with the title and address of the thread while you may read it
useful.jsonl       what you found useful
follows.jsonl      what you follow
networks.jsonl     networks you are in
attachments.jsonl  files you brought
files/             your photo, and pictures and files from your posts

Files that end in .md are text with a few lines about it at the top. Files that end in .jsonl have one JSON object a line.
Dates are in UTC. What you have deleted is not here, nor is anything that others wrote.
`

func (x *contributions) readMe(context.Context) error {
	w, err := x.entry("README.txt")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, readMe)
	return err
}

func (x *contributions) entry(name string) (io.Writer, error) { return x.create(name, zip.Deflate) }

func (x *contributions) create(name string, method uint16) (io.Writer, error) {
	return x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: x.now})
}

// take remembers a file to write at the end.
func (x *contributions) take(key string) {
	if key != "" && !x.files[key] {
		x.files[key] = true
		x.order = append(x.order, key)
	}
}

func (x *contributions) profile(ctx context.Context) error {
	var p struct {
		Name           string   `json:"name"`
		Address        string   `json:"address"`
		Pronouns       string   `json:"pronouns,omitempty"`
		JobTitle       string   `json:"job_title,omitempty"`
		Organisation   string   `json:"organisation"`
		Unit           string   `json:"unit,omitempty"`
		Manager        string   `json:"manager,omitempty"`
		Location       string   `json:"location,omitempty"`
		Phone          string   `json:"phone,omitempty"`
		Email          string   `json:"email,omitempty"`
		Languages      string   `json:"languages,omitempty"`
		WorkingPattern string   `json:"working_pattern,omitempty"`
		About          string   `json:"about,omitempty"`
		HowToWork      string   `json:"how_to_work,omitempty"`
		AskAbout       []string `json:"ask_about,omitempty"`
		WritesIn       string   `json:"writes_in,omitempty"`
		Privacy        string   `json:"privacy,omitempty"`
		Photo          string   `json:"photo,omitempty"`
	}
	var handle string
	err := x.DB.QueryRow(ctx, `
		SELECT p.handle, p.name, p.pronouns, p.job_title, o.name, COALESCE(u.name, ''), COALESCE(m.name, ''), p.location, p.phone, p.email,
			p.languages, p.working_pattern, p.about, p.how_to_work, p.writes_in, p.privacy, p.photo
		FROM people p
		JOIN organisations o ON o.id = p.organisation_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN people m ON m.id = p.manager_id
		WHERE p.id = $1`, x.v.Person).Scan(&handle, &p.Name, &p.Pronouns, &p.JobTitle, &p.Organisation, &p.Unit, &p.Manager, &p.Location,
		&p.Phone, &p.Email, &p.Languages, &p.WorkingPattern, &p.About, &p.HowToWork, &p.WritesIn, &p.Privacy, &p.Photo)
	if err != nil {
		return err
	}
	rows, err := x.DB.Query(ctx, `
		SELECT t.name
		FROM person_topics x
		JOIN topics t ON t.id = x.topic_id
		WHERE x.person_id = $1
		ORDER BY x.position
		LIMIT 100`, x.v.Person)
	if p.AskAbout, err = db.Collect(rows, err, db.One[string]); err != nil {
		return err
	}
	p.Address = x.url("/people/" + handle)
	if p.Photo != "" {
		x.take(p.Photo)
		p.Photo = archiveFiles + p.Photo
	}
	w, err := x.entry("profile.json")
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p)
}

// article is a post or a draft.
type article struct {
	id, created              int64
	edited, published, later *int64
	title, body, summary     string
	blog, blogSlug, slug     string
	audience, cover, alt     string
	series                   string
	topics                   []string
}

var ownFile = regexp.MustCompile(`\]\(/files/([0-9a-f]{64}\.[a-z0-9]{1,8})\)`)

// markdown writes an article with its facts on top, as YAML.
func (x *contributions) markdown(dir string, a article) error {
	w, err := x.entry(fmt.Sprintf("%s/%s-%s.md", dir, written(a.created)[:10], firstOf(a.slug, fmt.Sprint(a.id))))
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	fact := func(name string, value any) {
		_, _ = b.WriteString(name + ": ")
		_ = e.Encode(value) // texts and lists of them, which JSON can write and YAML reads; b keeps the error of writing
	}
	_, _ = b.WriteString("---\n")
	fact("title", a.title)
	fact("blog", a.blog)
	for _, f := range []struct{ name, value string }{
		{"published", writtenOr(a.published)}, {"scheduled", writtenOr(a.later)}, {"edited", writtenOr(a.edited)}, {"summary", a.summary},
		{"series", a.series}, {"audience", kindOfAudience(a.audience)}, {"cover_alt", a.alt},
	} {
		if f.value != "" {
			fact(f.name, f.value)
		}
	}
	if dir == "posts" {
		fact("address", x.url("/blog/"+a.blogSlug+"/"+a.slug))
	}
	if len(a.topics) > 0 {
		fact("topics", a.topics)
	}
	if a.cover != "" {
		x.take(a.cover)
		fact("cover", "../"+archiveFiles+a.cover)
	}
	_, _ = b.WriteString("---\n\n")
	_, _ = b.WriteString(ownFile.ReplaceAllString(a.body, "](../"+archiveFiles+"$1)"))
	_, _ = b.WriteString("\n")
	return b.Flush()
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// kindOfAudience says for whom something is, without the number that means nothing elsewhere.
func kindOfAudience(audience string) string {
	switch {
	case strings.HasPrefix(audience, audienceOrg):
		return "organisation"
	case strings.HasPrefix(audience, audienceNetwork):
		return "network"
	}
	return audience
}

func (x *contributions) posts(ctx context.Context) error {
	return few(ctx, func(after article) ([]article, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT t.id, t.title, t.body, t.audience, t.created_at, t.edited_at, b.name, b.slug, p.slug, p.summary, p.cover, p.cover_alt,
				COALESCE(s.name, ''), p.published_at
			FROM posts p
			JOIN threads t ON t.id = p.thread_id
			JOIN blogs b ON b.id = p.blog_id
			LEFT JOIN series s ON s.id = p.series_id
			WHERE t.id > $1 AND t.deleted_at IS NULL
				AND (t.author_id = $2 OR EXISTS (SELECT 1 FROM post_authors a WHERE a.thread_id = t.id AND a.person_id = $2))
			ORDER BY t.id
			LIMIT $3`, after.id, x.v.Person, fewer)
		list, err := db.Collect(rows, err, func(r db.Scanner) (a article, err error) {
			return a, r.Scan(&a.id, &a.title, &a.body, &a.audience, &a.created, &a.edited, &a.blog, &a.blogSlug, &a.slug, &a.summary, &a.cover, &a.alt,
				&a.series, &a.published)
		})
		if err != nil {
			return nil, err
		}
		return list, x.topicsOf(ctx, numbers(list, func(a article) int64 { return a.id }), func(i int, name string) { list[i].topics = append(list[i].topics, name) })
	}, func(a article) error {
		if err := x.takeShown(ctx, a.body); err != nil {
			return err
		}
		return x.markdown("posts", a)
	})
}

// takeShown takes the files that a text shows.
//
// SECURITY: anybody can write the address of any file into a post. It comes along only when its owner may open it anyway.
func (x *contributions) takeShown(ctx context.Context, body string) error {
	for _, m := range ownFile.FindAllStringSubmatch(body, -1) {
		if x.files[m[1]] {
			continue
		}
		_, ok, err := x.Threads.MayReadFile(ctx, x.v, m[1])
		if err != nil {
			return err
		}
		if ok {
			x.take(m[1])
		}
	}
	return nil
}

func (x *contributions) drafts(ctx context.Context) error {
	return few(ctx, func(after article) ([]article, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT d.id, d.title, d.body, d.audience, d.created_at, d.updated_at, b.name, b.slug, d.slug, d.summary, d.cover, d.cover_alt,
				COALESCE(s.name, ''), d.publish_at, d.topics
			FROM post_drafts d
			JOIN blogs b ON b.id = d.blog_id
			LEFT JOIN series s ON s.id = d.series_id
			WHERE d.id > $1 AND d.author_id = $2
			ORDER BY d.id
			LIMIT $3`, after.id, x.v.Person, fewer)
		return db.Collect(rows, err, func(r db.Scanner) (a article, err error) {
			var topics string
			err = r.Scan(&a.id, &a.title, &a.body, &a.audience, &a.created, &a.edited, &a.blog, &a.blogSlug, &a.slug, &a.summary, &a.cover, &a.alt,
				&a.series, &a.later, &topics)
			a.slug, a.topics = fmt.Sprint(a.id), typed(topics) // several drafts may have one address in mind
			return a, err
		})
	}, func(a article) error { return x.markdown("drafts", a) })
}

// few calls do with every row that read returns, a few at a time. Unlike pages it reads until nothing comes: reads differ in how many
// rows they return at once.
func few[T any](ctx context.Context, read func(after T) ([]T, error), do func(T) error) error {
	var last T
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := read(last)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, one := range list {
			if err := do(one); err != nil {
				return err
			}
		}
		last = list[len(list)-1]
	}
}

func numbers[T any](list []T, of func(T) int64) []int64 {
	out := make([]int64, len(list))
	for i, one := range list {
		out[i] = of(one)
	}
	return out
}

// topicsOf hands out the names of the topics of threads.
func (x *contributions) topicsOf(ctx context.Context, threads []int64, do func(i int, name string)) error {
	at := map[int64]int{}
	for i, id := range threads {
		at[id] = i
	}
	ids := db.Pad(threads)
	rows, err := x.DB.Query(ctx, `
		SELECT x.thread_id, t.name
		FROM thread_topics x
		JOIN topics t ON t.id = x.topic_id
		WHERE x.thread_id IN (`+db.In(1, len(ids))+`)
		ORDER BY x.thread_id, x.topic_id
		LIMIT 5000`, db.Args(ids)...)
	return gather(rows, err, at, do)
}

// contribution is one line of the files about conversations. What is empty is left out.
type contribution struct {
	Kind    string        `json:"kind,omitempty"`
	Title   string        `json:"title,omitempty"`
	Name    string        `json:"name,omitempty"`
	Body    string        `json:"body,omitempty"`
	Topics  []string      `json:"topics,omitempty"`
	Role    string        `json:"role,omitempty"`
	State   string        `json:"state,omitempty"`
	For     string        `json:"audience,omitempty"`
	Address string        `json:"address,omitempty"`
	Thread  *contribution `json:"thread,omitempty"` // that a reply stands under
	File    string        `json:"file,omitempty"`
	Created string        `json:"created,omitempty"`
	Edited  string        `json:"edited,omitempty"`
	Closed  string        `json:"closed,omitempty"`
	Shared  string        `json:"shared,omitempty"`

	id int64
}

// lines writes a file of lines.
func (x *contributions) lines(ctx context.Context, name string, read func(after contribution) ([]contribution, error)) error {
	w, err := x.entry(name)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return few(ctx, read, func(l contribution) error { return e.Encode(l) })
}

func (x *contributions) threads(ctx context.Context) error {
	return x.lines(ctx, "threads.jsonl", func(after contribution) ([]contribution, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT t.id, t.kind, t.title, t.body, t.audience, t.created_at, t.edited_at, t.closed_at
			FROM threads t
			WHERE t.id > $1 AND t.author_id = $2 AND t.deleted_at IS NULL AND t.kind <> 'post'
			ORDER BY t.id
			LIMIT $3`, after.id, x.v.Person, fewer)
		list, err := db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
			var created int64
			var edited, closed *int64
			err = r.Scan(&l.id, &l.Kind, &l.Title, &l.Body, &l.For, &created, &edited, &closed)
			l.For, l.Address = kindOfAudience(l.For), x.url(fmt.Sprintf("/threads/%d", l.id))
			l.Created, l.Edited, l.Closed = written(created), writtenOr(edited), writtenOr(closed)
			return l, err
		})
		if err != nil {
			return nil, err
		}
		return list, x.topicsOf(ctx, numbers(list, func(l contribution) int64 { return l.id }), func(i int, name string) { list[i].Topics = append(list[i].Topics, name) })
	})
}

// readable returns the condition that x.v may read thread t, for a statement with n values before its own.
func (x *contributions) readable(n int) string {
	return `t.deleted_at IS NULL AND t.audience IN (` + db.In(n+1, len(x.audiences())) + `)`
}

func (x *contributions) audiences() []string { return db.Pad(x.v.Audiences()) }

// args puts the audiences behind other values.
func (x *contributions) args(values ...any) []any { return append(values, db.Args(x.audiences())...) }

func (x *contributions) replies(ctx context.Context) error {
	return x.lines(ctx, "replies.jsonl", func(after contribution) ([]contribution, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT r.id, r.body, r.created_at, r.edited_at, COALESCE(t.id, 0), COALESCE(t.title, '')
			FROM replies r
			LEFT JOIN threads t ON t.id = r.thread_id AND `+x.readable(3)+`
			WHERE r.id > $1 AND r.author_id = $2 AND r.deleted_at IS NULL
			ORDER BY r.id
			LIMIT $3`, x.args(after.id, x.v.Person, fewer)...)
		return db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
			var created, thread int64
			var edited *int64
			var title string
			err = r.Scan(&l.id, &l.Body, &created, &edited, &thread, &title)
			l.Created, l.Edited = written(created), writtenOr(edited)
			if thread != 0 {
				l.Address = x.url(fmt.Sprintf("/replies/%d", l.id))
				l.Thread = &contribution{Title: title, Address: x.url(fmt.Sprintf("/threads/%d", thread))}
			}
			return l, err
		})
	})
}

// reflections writes what somebody learnt, as the text of four boxes under their headings.
func (x *contributions) reflections(ctx context.Context) error {
	return x.lines(ctx, "reflections.jsonl", func(after contribution) ([]contribution, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT r.id, r.kind, r.title, r.noticed, r.tried, r.learnt, r.change, r.created_at, r.updated_at, r.shared_at, COALESCE(r.thread_id, 0)
			FROM reflections r
			WHERE r.id > $1 AND r.person_id = $2
			ORDER BY r.id
			LIMIT $3`, after.id, x.v.Person, fewer)
		return db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
			var created, edited, thread int64
			var shared *int64
			var b reflections.Boxes
			err = r.Scan(&l.id, &l.Kind, &l.Title, &b.Noticed, &b.Tried, &b.Learnt, &b.Change, &created, &edited, &shared, &thread)
			l.Body, l.Created, l.Edited, l.Shared = reflections.Compose(b, ""), written(created), written(edited), writtenOr(shared)
			if l.Address = x.url(fmt.Sprintf("/reflections/%d", l.id)); thread != 0 {
				l.Address = x.url(fmt.Sprintf("/threads/%d", thread))
			}
			return l, err
		})
	})
}

func (x *contributions) votes(ctx context.Context) error {
	w, err := x.entry("useful.jsonl")
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, of := range []struct{ kind, tables, path string }{
		{typeThread, "JOIN threads t ON t.id = x.object_id", "/threads/%d"},
		{typeReply, "JOIN replies o ON o.id = x.object_id AND o.deleted_at IS NULL JOIN threads t ON t.id = o.thread_id", "/replies/%d"},
	} {
		err := few(ctx, func(after contribution) ([]contribution, error) {
			rows, err := x.DB.Query(ctx, `
				SELECT x.object_id, x.created_at, t.title
				FROM votes x
				`+of.tables+`
				WHERE x.person_id = $1 AND x.object_kind = $2 AND x.object_id > $3 AND `+x.readable(4)+`
				ORDER BY x.object_id
				LIMIT $4`, x.args(x.v.Person, of.kind, after.id, page)...)
			return db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
				var at int64
				err = r.Scan(&l.id, &at, &l.Title)
				l.Kind, l.Created, l.Address = of.kind, written(at), x.url(fmt.Sprintf(of.path, l.id))
				return l, err
			})
		}, func(l contribution) error { return e.Encode(l) })
		if err != nil {
			return err
		}
	}
	return nil
}

// followable are the kinds of things people follow, and what each is called.
var followable = []struct{ kind, tables, columns string }{
	{typeThread, "threads t ON t.id = x.object_id", "t.title, '/threads/' || CAST(t.id AS TEXT)"},
	{typeTopic, "topics o ON o.id = x.object_id", "o.name, '/topics/' || o.slug"},
	{typePerson, "people o ON o.id = x.object_id", "o.name, '/people/' || o.handle"},
	{typeUnit, "units o ON o.id = x.object_id", "o.name, '/units/' || CAST(o.id AS TEXT)"},
	{typeNetwork, "networks t ON t.id = x.object_id", "t.name, '/networks/' || t.slug"},
	{typeBlog, "blogs t ON t.id = x.object_id", "t.name, '/blog/' || t.slug"},
}

func (x *contributions) follows(ctx context.Context) error {
	w, err := x.entry("follows.jsonl")
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, of := range followable {
		condition, values := "", func(v ...any) []any { return v }
		switch of.kind {
		case typeThread:
			condition, values = " AND "+x.readable(4), x.args
		case typeNetwork, typeBlog:
			condition, values = " AND t.audience IN ("+db.In(5, len(x.audiences()))+")", x.args
		}
		err := few(ctx, func(after contribution) ([]contribution, error) {
			rows, err := x.DB.Query(ctx, `
				SELECT x.object_id, `+of.columns+`
				FROM watches x
				JOIN `+of.tables+`
				WHERE x.person_id = $1 AND x.object_kind = $2 AND x.object_id > $3`+condition+`
				ORDER BY x.object_id
				LIMIT $4`, values(x.v.Person, of.kind, after.id, page)...)
			return db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
				err = r.Scan(&l.id, &l.Name, &l.Address)
				l.Kind, l.Address = of.kind, x.url(l.Address)
				return l, err
			})
		}, func(l contribution) error { return e.Encode(l) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *contributions) networks(ctx context.Context) error {
	return x.lines(ctx, "networks.jsonl", func(after contribution) ([]contribution, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT n.id, n.name, n.slug, m.role, m.state, m.note, m.created_at, m.by_id IS NULL
			FROM network_members m
			JOIN networks n ON n.id = m.network_id
			WHERE n.id > $1 AND m.person_id = $2
			ORDER BY n.id
			LIMIT $3`, after.id, x.v.Person, page)
		return db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
			var slug, note string
			var created int64
			var mine bool
			err = r.Scan(&l.id, &l.Name, &slug, &l.Role, &l.State, &note, &created, &mine)
			l.Address, l.Created = x.url("/networks/"+slug), written(created)
			if mine { // a note of whoever invited them is that person's
				l.Body = note
			}
			return l, err
		})
	})
}

func (x *contributions) attachments(ctx context.Context) error {
	return x.lines(ctx, "attachments.jsonl", func(after contribution) ([]contribution, error) {
		rows, err := x.DB.Query(ctx, `
			SELECT a.id, a.file, a.name, a.created_at
			FROM attachments a
			LEFT JOIN threads t ON t.id = a.thread_id
			WHERE a.id > $1 AND a.person_id = $2 AND t.deleted_at IS NULL
			ORDER BY a.id
			LIMIT $3`, after.id, x.v.Person, page)
		return db.Collect(rows, err, func(r db.Scanner) (l contribution, err error) {
			var at int64
			err = r.Scan(&l.id, &l.File, &l.Name, &at)
			x.take(l.File)
			l.File, l.Created = archiveFiles+l.File, written(at)
			return l, err
		})
	})
}

// copyFiles writes the files themselves; one that is gone is left out.
func (x *contributions) copyFiles(ctx context.Context) error {
	for _, key := range x.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, _, err := x.Files.Get(key)
		if errs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		w, err := x.create(archiveFiles+key, zip.Store)
		if err == nil {
			_, err = io.Copy(w, f)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}
