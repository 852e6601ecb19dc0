package threads

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/auth"
)

// What those who keep order are told.
var (
	notKeeper = errs.Forbiddenf("Only a moderator, or a steward of the network it is in, can do that.")
	inBlog    = errs.Invalidf("A post stays in its blog.")
)

// unsure says what would happen to somebody's readers, and asks them to say yes to it.
func unsure(text string) error { return errs.InvalidFields(errs.Field{Name: "sure", Text: text}) }

// keep runs fn in a transaction on a thread that v can see and keeps in order.
func (s *Service) keep(ctx context.Context, v auth.Viewer, id int64, fn func(tx *db.Tx, e entry) error) error {
	return s.change(ctx, v, kindThread, id, func(tx *db.Tx, e entry) error {
		if !keeps(v, e.network) {
			return notKeeper
		}
		return fn(tx, e)
	})
}

// Pin shows a thread first where it lives: in its network, or among the latest. At most MaxPinned are, in each place.
func (s *Service) Pin(ctx context.Context, v auth.Viewer, id int64) error {
	return s.setPinned(ctx, v, id, true)
}

// Unpin ends what Pin began.
func (s *Service) Unpin(ctx context.Context, v auth.Viewer, id int64) error {
	return s.setPinned(ctx, v, id, false)
}

func (s *Service) setPinned(ctx context.Context, v auth.Viewer, id int64, on bool) error {
	verb := "thread.unpinned"
	if on {
		verb = "thread.pinned"
	}
	err := s.keep(ctx, v, id, func(tx *db.Tx, e entry) error {
		if on {
			if err := tx.Lock(ctx, lockOf(e.network)); err != nil {
				return err
			}
			n, err := countPinned(ctx, tx, e.network, id)
			if err != nil {
				return err
			}
			if n >= MaxPinned {
				return errs.Conflictf("%d threads are pinned here already, which is as many as there can be. Unpin one of them first.", n)
			}
		}
		changed, err := updatePinned(ctx, tx, id, on)
		if err != nil || !changed {
			return err
		}
		return s.append(ctx, tx, v, verb, e)
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// Move is where a thread goes, and what becomes of it there.
type Move struct {
	Network  int64  // 0 is no network
	Audience string // within what the network allows; "" keeps the present one
	Kind     Kind   // question or discussion; "" keeps the present one
	Sure     bool   // yes to people reading it who could not before
}

// Move puts a thread into a network, or out of one, and makes a question of a discussion or the reverse. A question's accepted
// answer is an answer no more in a discussion. Letting people read it who could not before takes Sure.
func (s *Service) Move(ctx context.Context, v auth.Viewer, id int64, in Move) error {
	err := s.keep(ctx, v, id, func(tx *db.Tx, e entry) error {
		if e.of == Post {
			return inBlog
		}
		if in.Audience == "" {
			in.Audience = e.audience
		}
		if in.Kind == "" {
			in.Kind = e.of
		}
		if err := checkMove(ctx, tx, v, e, in); err != nil {
			return err
		}
		return s.move(ctx, tx, v, e, in)
	})
	if err != nil {
		return fmt.Errorf("move thread %d to network %d: %w", id, in.Network, err)
	}
	return nil
}

// checkMove holds a move against the rules of where it leads.
func checkMove(ctx context.Context, tx *db.Tx, v auth.Viewer, e entry, in Move) error {
	if err := tx.Lock(ctx, lockOf(in.Network)); err != nil {
		return err
	}
	to, err := selectPlace(ctx, tx, v, in.Network)
	if err != nil {
		return err
	}
	var problems []errs.Field
	wrong := func(name, text string) { problems = append(problems, errs.Field{Name: name, Text: text}) }
	switch {
	case in.Network == e.network:
	case to.ID != 0 && !v.MemberOf(to.ID) && (!v.Moderates() || !to.open):
		wrong("network", "Choose a network that you are a member of.")
	case to.ended:
		wrong("network", to.Name+" has ended its work. Choose another place.")
	}
	if !to.allows(in.Audience) {
		wrong("audience", to.refuses())
	} else if in.Audience != e.audience && !v.CanRead(in.Audience) {
		// SECURITY: nobody sends a thread to where they cannot follow it.
		wrong("audience", "Choose who will see this.")
	}
	if in.Kind != e.of && (in.Kind != Question && in.Kind != Discussion || e.of != Question && e.of != Discussion) {
		wrong("kind", "Choose whether this is a question or a discussion.")
	}
	if len(problems) == 0 && !Within(in.Audience, e.audience) && !in.Sure {
		return unsure("People will read this who could not before. Say that this is meant.")
	}
	return errs.InvalidFields(problems...)
}

func (s *Service) move(ctx context.Context, tx *db.Tx, v auth.Viewer, e entry, in Move) error {
	if in.Network == e.network && in.Audience == e.audience && in.Kind == e.of {
		return nil
	}
	if e.of == Question && in.Kind != Question && e.accepted != 0 {
		if _, err := updateAccepted(ctx, tx, e.id, e.accepted, 0); err != nil {
			return err
		}
		if err := s.appendAccepted(ctx, tx, v, "thread.unaccepted", e, e.accepted); err != nil {
			return err
		}
	}
	if err := updatePlace(ctx, tx, e.id, in, in.Network == e.network); err != nil {
		return err
	}
	ev := event.Event{Actor: v.Person, Verb: "thread.moved", Object: event.Ref{Kind: kindThread, ID: e.id}, Audience: in.Audience}
	if e.network != 0 {
		ev.Target = event.Ref{Kind: "network", ID: e.network} // where it was
	}
	return event.Append(ctx, tx, ev)
}

// Merge says into which thread another goes.
type Merge struct {
	Into int64
	Sure bool // yes to fewer people reading what is there: the narrower audience of the two is that of both
}

// Merge makes one thread part of another. Its opening becomes a reply with its author, date and votes; its replies, followers
// and files go along, and its old address leads to the other thread. The other keeps its title, topics, kind and accepted
// answer; a question without one takes over that of the thread that comes. Posts are not merged.
func (s *Service) Merge(ctx context.Context, v auth.Viewer, id int64, in Merge) error {
	err := s.keep(ctx, v, id, func(tx *db.Tx, e entry) error {
		into, err := selectEntry(ctx, tx, v, kindThread, in.Into)
		switch {
		case errs.IsNotFound(err) || err == nil && into.deleted:
			return errs.InvalidFields(errs.Field{Name: "into", Text: "There is no such thread here. Write its number, or copy its address."})
		case err != nil:
			return err
		}
		audience, err := checkMerge(ctx, tx, v, e, into, in.Sure)
		if err != nil {
			return err
		}
		return s.merge(ctx, tx, v, e, into, audience)
	})
	if err != nil {
		return fmt.Errorf("merge thread %d into %d: %w", id, in.Into, err)
	}
	return nil
}

// checkMerge holds a merge against the rules and returns the audience of what comes out of it.
func checkMerge(ctx context.Context, tx *db.Tx, v auth.Viewer, e, into entry, sure bool) (audience string, err error) {
	wrong := func(text string) error { return errs.InvalidFields(errs.Field{Name: "into", Text: text}) }
	switch {
	case e.id == into.id:
		return "", wrong("A thread cannot be merged into itself.")
	case e.of == Post || into.of == Post:
		return "", wrong("Posts stay in their blogs and cannot be merged.")
	case e.of == Decision:
		return "", wrong("A decision stays on the record. Withdraw it, or say which one has taken its place.")
	case !keeps(v, into.network):
		return "", wrong("Only a moderator, or a steward of the network it is in, can merge into that thread.")
	case Within(e.audience, into.audience):
		audience = e.audience
	case Within(into.audience, e.audience):
		audience = into.audience
	default:
		return "", wrong("The two are for different people. Move one of them first.")
	}
	if err := tx.Lock(ctx, lockOf(into.network)); err != nil {
		return "", err
	}
	place, err := selectPlace(ctx, tx, v, into.network)
	switch {
	case err != nil:
		return "", err
	case !place.allows(audience):
		return "", wrong("The two are for different people. Move one of them first.")
	case e.audience != into.audience && !sure:
		return "", unsure("Fewer people will read one of the two than before. Say that this is meant.")
	}
	return audience, nil
}

// merge writes what Merge decided. The thread that goes is marked first: from then on nobody replies to it, and what it counts
// stays as it is.
func (s *Service) merge(ctx context.Context, tx *db.Tx, v auth.Viewer, e, into entry, audience string) error {
	gone, err := markMerged(ctx, tx, e.id, into.id)
	if err != nil {
		return err
	}
	text := bold(e.title) + "\n\n" + e.body
	doc, err := renderIn(ctx, tx, text, joined)
	if err != nil {
		return err
	}
	reply, err := insertMerged(ctx, tx, e, into.id, text, doc, gone)
	if err != nil {
		return err
	}
	if err := moveAll(ctx, tx, e.id, into.id, reply); err != nil {
		return err
	}
	if room := s.rooms[into.of]; room != nil && into.successor == e.id { // which moveAll has cleared
		if err := room.Superseded(ctx, tx, v, into.id); err != nil {
			return err
		}
	}
	takesAnswer := into.of == Question && into.accepted == 0 && gone.accepted != 0
	if err := updateMerged(ctx, tx, into.id, audience, gone, takesAnswer); err != nil {
		return err
	}
	if takesAnswer {
		if err := s.appendAccepted(ctx, tx, v, "thread.accepted", entry{thread: into.id, audience: audience}, gone.accepted); err != nil {
			return err
		}
	}
	return event.Append(ctx, tx, event.Event{
		Actor: v.Person, Verb: "thread.merged", Object: event.Ref{Kind: kindThread, ID: e.id},
		Target: event.Ref{Kind: kindThread, ID: into.id}, Audience: audience,
	})
}

// Split says what becomes of replies that have grown into something of their own.
type Split struct {
	Kind    Kind // question or discussion
	Title   string
	Body    string // Markdown; may be empty
	Replies []int64
}

// MaxSplit is how many replies can be split off at once.
const MaxSplit = 500

// Split gives some replies of a thread a thread of their own and returns its id. It is opened by v, before the first of them,
// with the place, audience and topics of the old one. The replies keep their addresses, and a line in each thread says where the
// other is.
func (s *Service) Split(ctx context.Context, v auth.Viewer, id int64, in Split) (int64, error) {
	in.Title = oneLine(in.Title)
	in.Replies = slices.Compact(slices.Sorted(slices.Values(in.Replies)))
	problems := append(checkTitle(in.Title), checkBody(in.Body, false)...)
	if in.Kind != Question && in.Kind != Discussion {
		problems = append(problems, errs.Field{Name: "kind", Text: "Choose whether this is a question or a discussion."})
	}
	switch n := len(in.Replies); {
	case n == 0:
		problems = append(problems, errs.Field{Name: "replies", Text: "Choose the replies that go."})
	case n > MaxSplit:
		problems = append(problems, errs.Field{Name: "replies", Text: fmt.Sprintf("Choose at most %d replies.", MaxSplit)})
	}
	if err := errs.InvalidFields(problems...); err != nil {
		return 0, err
	}
	var fresh int64
	err := s.keep(ctx, v, id, func(tx *db.Tx, e entry) (err error) {
		fresh, err = s.split(ctx, tx, v, e, in)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("split thread %d: %w", id, err)
	}
	return fresh, nil
}

func (s *Service) split(ctx context.Context, tx *db.Tx, v auth.Viewer, e entry, in Split) (int64, error) {
	if err := lockThread(ctx, tx, e.id); err != nil {
		return 0, err
	}
	first, last, n, err := selectSpan(ctx, tx, e.id, in.Replies)
	if err != nil {
		return 0, err
	}
	if n != len(in.Replies) {
		return 0, errs.InvalidFields(errs.Field{Name: "replies", Text: "Some of these replies are no longer there. Choose again."})
	}
	body := strings.TrimSpace(in.Body + "\n\n" + pointer("These replies began under", e.title, home(e.id, e.post)))
	doc, err := renderIn(ctx, tx, body, format{limit: maxMerged, top: opening.top})
	if err != nil {
		return 0, err
	}
	fresh, err := insertThread(ctx, tx, v.Person, db.Time(first), NewThread{
		Kind: in.Kind, Title: in.Title, Body: body, Audience: e.audience, Network: e.network,
	}, doc)
	if err != nil {
		return 0, err
	}
	if err := moveSome(ctx, tx, e.id, fresh, in.Replies, last); err != nil {
		return 0, err
	}
	if err := s.leaveWord(ctx, tx, v, e, fresh, in.Title, n); err != nil {
		return 0, err
	}
	if slices.Contains(in.Replies, e.accepted) {
		if err := s.appendAccepted(ctx, tx, v, "thread.unaccepted", e, e.accepted); err != nil {
			return 0, err
		}
	}
	return fresh, event.Append(ctx, tx, event.Event{
		Actor: v.Person, Verb: "thread.split", Object: event.Ref{Kind: kindThread, ID: e.id},
		Target: event.Ref{Kind: kindThread, ID: fresh}, Audience: e.audience,
	})
}

// leaveWord replies to a thread that n of its replies are now in another, and puts right what the thread counts.
func (s *Service) leaveWord(ctx context.Context, tx *db.Tx, v auth.Viewer, e entry, fresh int64, title string, n int) error {
	said := "1 reply has moved to"
	if n > 1 {
		said = count(n, "reply", "replies") + " have moved to"
	}
	body := pointer(said, title, threadPath(fresh))
	doc, err := renderIn(ctx, tx, body, answer)
	if err != nil {
		return err
	}
	if _, err := insertReply(ctx, tx, v.Person, e.id, NewReply{Body: body}, doc); err != nil {
		return err
	}
	return settleCounts(ctx, tx, e.id)
}

// Destinations returns the networks to which v may move a thread that is in present, by name: those v is a member of, and for a
// moderator every open one. The audiences are those v could still read it with.
func (s *Service) Destinations(ctx context.Context, v auth.Viewer, present int64) ([]Home, error) {
	homes, err := collect(ctx, s.db, sql(`
SELECT id, slug, name, access, audience
FROM networks
WHERE ? AND (id = ? OR closed_at IS NULL AND (id IN (?) OR access = 'open' AND ?))
ORDER BY name, id
LIMIT 1000`, readable{v, "audience"}, present, append(v.Networks(), 0), v.Moderates()), func(r db.Scanner) (h Home, err error) {
		var (
			p      place
			access string
		)
		err = r.Scan(&p.ID, &p.Slug, &p.Name, &access, &p.audience)
		p.open = access == "open"
		h.Place, h.Audiences = p.Place, slices.DeleteFunc(p.audiences(), func(a string) bool { return !v.CanRead(a) })
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("networks to move to: %w", err)
	}
	return homes, nil
}

// Splittable returns the replies of t that can be split off, oldest first, with how each begins in Body, and whether there are
// more than MaxSplit.
func (s *Service) Splittable(ctx context.Context, v auth.Viewer, t Thread) (list []Reply, more bool, err error) {
	all, err := selectReplies(ctx, s.db, v, t.ID, Key{}, true, MaxSplit+1)
	if err != nil {
		return nil, false, fmt.Errorf("replies of thread %d: %w", t.ID, err)
	}
	more = len(all) > MaxSplit
	for _, r := range all[:min(len(all), MaxSplit)] {
		if r.Deleted {
			continue
		}
		r.Body = beginning(markup.FromHTML(r.HTML))
		list = append(list, r)
	}
	return list, more, nil
}
