package threads

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Edit is what somebody made of a thread or reply.
type Edit struct {
	Revision int // the one they started from
	Title    string
	Body     string
	Topics   []string // names, as typed
	Audience string   // of a thread; "" leaves it as it is
}

// EditThread changes what a thread says, which topics it has and who may read it, and keeps what it said before. Conflict means that somebody
// else changed it since in.Revision; nothing was written.
func (s *Service) EditThread(ctx context.Context, v auth.Viewer, id int64, in Edit) error {
	if !v.SignedIn() {
		return signIn
	}
	in.Title = oneLine(in.Title)
	topics, wrong, err := s.resolve(ctx, in.Topics)
	if err != nil {
		return err
	}
	was, err := selectEntry(ctx, s.db, v, kindThread, id)
	if err != nil {
		return fmt.Errorf("edit thread %d: %w", id, err)
	}
	form, problems := opening, checkBody(in.Body, false)
	if was.of == Post {
		form, problems = article, checkArticle(in.Body, true)
	}
	doc, err := s.renderChecked(ctx, in.Body, form, slices.Concat(checkTitle(in.Title), problems, wrong))
	if err != nil {
		return err
	}
	err = s.change(ctx, v, kindThread, id, func(tx *db.Tx, e entry) error {
		rewritten, err := s.rewrite(ctx, tx, v, e, in, doc)
		if err != nil {
			return err
		}
		opened, err := readdress(ctx, tx, v, &e, in.Audience)
		if err != nil {
			return err
		}
		regrouped, err := replaceTopics(ctx, tx, id, topics)
		if err != nil {
			return err
		}
		if err := deleteDraftAt(ctx, tx, v.Person, EditPlace(kindThread, id)); err != nil {
			return err
		}
		if !rewritten && !regrouped && !opened {
			return nil
		}
		return s.append(ctx, tx, v, "thread.edited", e)
	})
	if err != nil {
		return fmt.Errorf("edit thread %d: %w", id, err)
	}
	return nil
}

// EditReply changes what a reply says and keeps what it said before. Conflict means that somebody else changed it since
// in.Revision; nothing was written.
func (s *Service) EditReply(ctx context.Context, v auth.Viewer, id int64, in Edit) error {
	if !v.SignedIn() {
		return signIn
	}
	in.Title = ""
	doc, err := s.renderChecked(ctx, in.Body, answer, checkBody(in.Body, true))
	if err != nil {
		return err
	}
	err = s.change(ctx, v, kindReply, id, func(tx *db.Tx, e entry) error {
		if e.gone {
			return noThread
		}
		e.title = ""
		rewritten, err := s.rewrite(ctx, tx, v, e, in, doc)
		if err != nil {
			return err
		}
		if err := deleteDraftAt(ctx, tx, v.Person, EditPlace(kindReply, id)); err != nil {
			return err
		}
		if !rewritten {
			return nil
		}
		return s.append(ctx, tx, v, "reply.edited", e)
	})
	if err != nil {
		return fmt.Errorf("edit reply %d: %w", id, err)
	}
	return nil
}

// readdress changes who may read the thread e, in the transaction of an edit, and reports whether it did; "" leaves it as it is.
// It never is wider than its network, or its blog, allows.
func readdress(ctx context.Context, tx *db.Tx, v auth.Viewer, e *entry, audience string) (bool, error) {
	if audience == "" || audience == e.audience {
		return false, nil
	}
	wrong := func(text string) error { return errs.InvalidFields(errs.Field{Name: "audience", Text: text}) }
	// SECURITY: CanRead keeps people from sending a thread to where they could not follow it.
	if !auth.ValidAudience(audience) || !v.CanRead(audience) {
		return false, wrong("Choose who will see this.")
	}
	if e.of == Post {
		blog, err := lockedBlogAudience(ctx, tx, e.id)
		switch {
		case err != nil:
			return false, err
		case !within(audience, blog):
			return false, wrong("A post cannot have more readers than its blog.")
		}
	}
	if err := settle(ctx, tx, v, e.network, audience); err != nil {
		return false, err
	}
	if e.network == 0 && e.of != Post && !(place{}).allows(audience) {
		return false, wrong((place{}).refuses())
	}
	e.audience = audience
	_, err := tx.Exec(ctx, "UPDATE threads SET audience = $1 WHERE id = $2", audience, e.id)
	return err == nil, err
}

// lockedBlogAudience is selectBlogAudience that holds until tx has ended.
func lockedBlogAudience(ctx context.Context, tx *db.Tx, post int64) (string, error) {
	var blog int64
	if err := tx.QueryRow(ctx, "SELECT blog_id FROM posts WHERE thread_id = $1", post).Scan(&blog); err != nil {
		return "", err
	}
	if err := LockPosts(ctx, tx, blog); err != nil {
		return "", err
	}
	return selectBlogAudience(ctx, tx, post)
}

// selectBlogAudience reads the widest audience a post may have, that of its blog.
func selectBlogAudience(ctx context.Context, q db.Querier, post int64) (audience string, err error) {
	err = q.QueryRow(ctx, `
SELECT b.audience
FROM posts po
JOIN blogs b ON b.id = po.blog_id
WHERE po.thread_id = $1`, post).Scan(&audience)
	return audience, err
}

// renderChecked renders body unless something is wrong with what came with it.
func (s *Service) renderChecked(ctx context.Context, body string, f format, problems []errs.Field) (markup.Doc, error) {
	if err := errs.InvalidFields(problems...); err != nil {
		return markup.Doc{}, err
	}
	return renderIn(ctx, s.db, body, f)
}

// rewrite replaces the text of e and keeps the old one as a revision. It reports whether the text changed. The update comes
// before the copy: it is the one that fails for the second of two editors, by its revision.
func (s *Service) rewrite(ctx context.Context, tx *db.Tx, v auth.Viewer, e entry, in Edit, doc markup.Doc) (bool, error) {
	switch {
	case !may(v, e.author) && !e.coauthor:
		return false, notYours
	case e.title == in.Title && e.body == in.Body:
		return false, nil
	case e.revision != in.Revision:
		return false, overtaken
	}
	updated, err := updateText(ctx, tx, e, in, doc)
	switch {
	case err != nil:
		return false, err
	case !updated:
		return false, overtaken
	}
	return true, insertRevision(ctx, tx, v.Person, e)
}

// Version is what a thread or reply said at one time.
type Version struct {
	Number int // 1 is the original
	Title  string
	Body   string // Markdown
	Editor Author // who wrote this version
	At     time.Time
}

// History is a thread or reply through time, newest version first.
type History struct {
	Thread   int64
	Title    string // of the thread
	Kind     Kind   // of the thread
	Versions []Version
}

// maxVersions bounds a history page; the oldest versions beyond it are not shown.
const maxVersions = 100

// ThreadHistory returns every version of a thread.
func (s *Service) ThreadHistory(ctx context.Context, v auth.Viewer, id int64) (History, error) {
	return s.history(ctx, v, kindThread, id)
}

// ReplyHistory returns every version of a reply.
func (s *Service) ReplyHistory(ctx context.Context, v auth.Viewer, id int64) (History, error) {
	return s.history(ctx, v, kindReply, id)
}

func (s *Service) history(ctx context.Context, v auth.Viewer, kind string, id int64) (History, error) {
	e, err := selectEntry(ctx, s.db, v, kind, id)
	if err == nil && (e.deleted || e.gone) {
		// SECURITY: the old versions of what was deleted are deleted with it.
		err = noThread
	}
	if err != nil {
		return History{}, fmt.Errorf("history of %s %d: %w", kind, id, err)
	}
	author, err := selectAuthor(ctx, s.db, e.author)
	if err != nil {
		return History{}, fmt.Errorf("author of %s %d: %w", kind, id, err)
	}
	kept, err := selectRevisions(ctx, s.db, kind, id, maxVersions)
	if err != nil {
		return History{}, fmt.Errorf("revisions of %s %d: %w", kind, id, err)
	}
	h := History{Thread: e.thread, Title: e.title, Kind: e.of}
	now := Version{Number: e.revision, Title: e.title, Body: e.body, Editor: author, At: db.Time(e.at)}
	if kind == kindReply {
		now.Title = ""
	}
	// A kept revision names who replaced it and when: that is the editor of the version after it.
	for _, old := range kept {
		now.Editor, now.At = old.Editor, old.At
		h.Versions = append(h.Versions, now)
		now = Version{Number: old.Number, Title: old.Title, Body: old.Body, Editor: author, At: db.Time(e.at)}
	}
	h.Versions = append(h.Versions, now)
	return h, nil
}
