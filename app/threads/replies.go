package threads

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// NewReply is a reply as somebody wrote it.
type NewReply struct {
	Body   string // Markdown
	Parent int64  // the reply this one answers, 0 for the thread itself
}

// Reply adds a reply to a thread and returns its id. When the thread was closed in the meantime the reply is refused and
// its text kept as a draft.
//
// This is the hub's hottest write. Its transaction is four short statements and the event: the counter update comes first
// and is at once the audience check, the check that the thread is open, and the lock that orders replies.
func (s *Service) Reply(ctx context.Context, v auth.Viewer, thread int64, in NewReply) (int64, error) {
	if !v.SignedIn() {
		return 0, signIn
	}
	if err := errs.InvalidFields(checkBody(in.Body, true)...); err != nil {
		return 0, err
	}
	doc, err := s.render(ctx, in.Body, answer)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		audience, err := countReply(ctx, tx, v, thread)
		if err != nil {
			return err
		}
		if in.Parent != 0 {
			if err := selectParent(ctx, tx, thread, in.Parent); err != nil {
				return err
			}
		}
		if id, err = insertReply(ctx, tx, v.Person, thread, in, doc); err != nil {
			return err
		}
		if err := deleteDraftAt(ctx, tx, v.Person, ReplyPlace(thread)); err != nil {
			return err
		}
		return s.append(ctx, tx, v, "reply.created", entry{kind: kindReply, id: id, thread: thread, audience: audience})
	})
	if errors.Is(err, wasClosed) {
		if _, failed := s.SaveDraft(ctx, v, Draft{Place: ReplyPlace(thread), Body: in.Body}); failed != nil {
			err = failed
		}
	}
	if err != nil {
		return 0, fmt.Errorf("reply to thread %d: %w", thread, err)
	}
	return id, nil
}

// FindReply returns one reply with its Markdown, to edit it.
func (s *Service) FindReply(ctx context.Context, v auth.Viewer, id int64) (Reply, Thread, error) {
	e, err := selectEntry(ctx, s.db, v, kindReply, id)
	if err != nil {
		return Reply{}, Thread{}, fmt.Errorf("find reply %d: %w", id, err)
	}
	t, err := selectThread(ctx, s.db, v, e.thread)
	if err != nil {
		return Reply{}, Thread{}, fmt.Errorf("find thread of reply %d: %w", id, err)
	}
	r, err := selectPinned(ctx, s.db, v, e.thread, id)
	if err != nil {
		return Reply{}, Thread{}, fmt.Errorf("find reply %d: %w", id, err)
	}
	t.rights(v)
	if !r.Deleted {
		r.Body = e.body
	}
	r.rights(v, t)
	return r, t, nil
}

// rights fills in what v may do with r, a reply of t.
func (r *Reply) rights(v auth.Viewer, t Thread) {
	r.Accepted = t.Accepted == r.ID && !r.Deleted
	if !v.SignedIn() || r.Deleted {
		return
	}
	mine := may(v, r.Author.ID)
	r.CanDelete = mine || keeps(v, t.Network.ID)
	r.CanEdit = mine && !t.Deleted
	r.CanVote = v.Person != r.Author.ID && !t.Deleted
	r.CanAccept = t.CanAccept
}

// RepliesQuery names one page of a thread's replies. The zero value is the first page.
type RepliesQuery struct {
	After, Before Key  // the page after this reply, or before it
	Last          bool // the last page
}

// RepliesPage is one page of a thread's replies, oldest first. Stubs of deleted replies count as replies here: they take up
// a line.
type RepliesPage struct {
	Replies      []Reply
	Pinned       *Reply // the accepted answer, on the first page only; it is then not among Replies
	First, Total int    // the page shows replies First to First+Shown-1 of Total
	Shown        int
	Previous     Key // for RepliesQuery.Before, zero on the first page
	Next         Key // for RepliesQuery.After, zero on the last page
}

// Replies returns one page of the replies under t, which must come from Find for the same viewer: its audience is not asked
// about again.
func (s *Service) Replies(ctx context.Context, v auth.Viewer, t Thread, in RepliesQuery) (RepliesPage, error) {
	page, err := s.replies(ctx, v, t, in)
	if err != nil {
		return RepliesPage{}, fmt.Errorf("replies of thread %d: %w", t.ID, err)
	}
	return page, nil
}

func (s *Service) replies(ctx context.Context, v auth.Viewer, t Thread, in RepliesQuery) (RepliesPage, error) {
	limit := PageSize
	from, forward := in.After, true
	switch {
	case in.Last:
		total, _, err := countReplies(ctx, s.db, t.ID, endOfTime)
		if err != nil {
			return RepliesPage{}, err
		}
		if total > 0 { // the last page starts where it would when walking from the first
			from, forward, limit = endOfTime, false, (total-1)%PageSize+1
		}
	case in.Before != Key{}:
		from, forward = in.Before, false
	}
	list, err := selectReplies(ctx, s.db, v, t.ID, from, forward, limit+1)
	if err != nil {
		return RepliesPage{}, err
	}
	more := len(list) > limit
	list = list[:min(len(list), limit)]
	if !forward {
		slices.Reverse(list)
	}
	page := RepliesPage{Replies: list, First: 1, Shown: len(list), Total: len(list)}
	first := forward && in.After == Key{}
	if len(list) > 0 && (more || !first) {
		key := keyOf(list[0])
		total, before, err := countReplies(ctx, s.db, t.ID, key)
		if err != nil {
			return RepliesPage{}, err
		}
		page.First, page.Total = before+1, total
		if before > 0 {
			page.Previous = key
		}
		if before+len(list) < total {
			page.Next = keyOf(list[len(list)-1])
		}
	}
	for i := range list {
		list[i].rights(v, t)
	}
	if t.Accepted != 0 && page.First == 1 {
		err = s.pin(ctx, v, t, &page)
	}
	return page, err
}

// pin takes the accepted answer out of its place in time and puts it above the others; it may have to be fetched from a later
// page.
func (s *Service) pin(ctx context.Context, v auth.Viewer, t Thread, page *RepliesPage) error {
	i := slices.IndexFunc(page.Replies, func(r Reply) bool { return r.ID == t.Accepted })
	if i >= 0 {
		pinned := page.Replies[i]
		page.Pinned = &pinned
		page.Replies = slices.Delete(page.Replies, i, i+1)
		return nil
	}
	pinned, err := selectPinned(ctx, s.db, v, t.ID, t.Accepted)
	if err != nil {
		return fmt.Errorf("accepted answer %d: %w", t.Accepted, err)
	}
	pinned.rights(v, t)
	page.Pinned = &pinned
	return nil
}

func keyOf(r Reply) Key { return Key{At: db.Micros(r.CreatedAt), ID: r.ID} }

// Locate returns the address of the thread a reply belongs to and the page of it that holds the reply, for permalinks. Pages are
// counted from the first reply, so a permalink shows the same page as somebody who walked there.
func (s *Service) Locate(ctx context.Context, v auth.Viewer, reply int64) (thread string, page RepliesQuery, err error) {
	e, err := selectEntry(ctx, s.db, v, kindReply, reply)
	if err != nil {
		return "", page, fmt.Errorf("locate reply %d: %w", reply, err)
	}
	thread = home(e.thread, e.post)
	if e.accepted == reply { // pinned on the first page
		return thread, page, nil
	}
	key := Key{At: e.at, ID: reply}
	_, before, err := countReplies(ctx, s.db, e.thread, key)
	if err != nil {
		return "", page, fmt.Errorf("locate reply %d: %w", reply, err)
	}
	if before >= PageSize {
		page.After, err = selectKeyBefore(ctx, s.db, e.thread, key, before%PageSize+1)
		if err != nil {
			return "", page, fmt.Errorf("locate reply %d: %w", reply, err)
		}
	}
	return thread, page, nil
}

// DeleteReply takes a reply away and leaves a stub. If it was the accepted answer, the question is open again.
func (s *Service) DeleteReply(ctx context.Context, v auth.Viewer, id int64) error {
	err := s.change(ctx, v, kindReply, id, func(tx *db.Tx, e entry) error {
		if !may(v, e.author) && !keeps(v, e.network) {
			return notYours
		}
		deleted, err := markDeleted(ctx, tx, kindReply, id)
		if err != nil || !deleted {
			return err
		}
		unaccepted, err := uncountReply(ctx, tx, id)
		if err != nil {
			return err
		}
		if unaccepted {
			if err := s.appendAccepted(ctx, tx, v, "thread.unaccepted", e, id); err != nil {
				return err
			}
		}
		return s.append(ctx, tx, v, "reply.deleted", e)
	})
	if err != nil {
		return fmt.Errorf("delete reply %d: %w", id, err)
	}
	return nil
}
