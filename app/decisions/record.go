package decisions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Record writes a decision down, or a proposal for one, and returns the thread it is. Mistakes come back together, one field each.
func (s *Service) Record(ctx context.Context, v auth.Viewer, in Form) (int64, error) {
	if v.Person == 0 {
		return 0, signIn
	}
	t, err := s.read(ctx, v, in, Decision{})
	if err != nil {
		return 0, fmt.Errorf("record a decision: %w", err)
	}
	var id int64
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		source, problems, err := readSource(ctx, tx, v, in)
		if err != nil {
			return err
		}
		t.problems = append(t.problems, problems...)
		id, err = s.threads.OpenRoom(ctx, tx, v, threads.Decision, threads.NewPost{
			Title: in.Title, Body: in.Body, Topics: in.Topics, Audience: in.Audience, Network: in.Network,
		})
		if err := together(err, t.problems); err != nil {
			return err
		}
		d := Decision{Thread: id, State: Agreed, Audience: in.Audience, source: source}
		if in.Proposal {
			d.State, t.by = Proposed, 0
		}
		if err := s.write(ctx, tx, d, t, true); err != nil {
			return err
		}
		if in.Replaces != 0 {
			if err := s.threads.SupersedeIn(ctx, tx, v, in.Replaces, id); err != nil {
				return unplaced(err)
			}
		}
		return record(ctx, tx, v, d, string(d.State), "", 0)
	})
	if err != nil {
		return 0, fmt.Errorf("record a decision: %w", err)
	}
	return id, nil
}

// unplaced is an error about what is superseded as one of the whole form, which has no field for it.
func unplaced(err error) error {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return errs.InvalidFields(errs.Field{Text: e.Fields[0].Text})
	}
	return err
}

// together adds what the room found wrong with a form to what its thread found, so that all of it is shown at once.
func together(err error, more []errs.Field) error {
	if len(more) == 0 {
		return err
	}
	if err == nil {
		return errs.InvalidFields(more...)
	}
	if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
		return errs.InvalidFields(append(slices.Clone(e.Fields), more...)...)
	}
	return err
}

// readSource makes sure that a decision has no more readers than the thread it is made from, and returns that thread.
func readSource(ctx context.Context, tx *db.Tx, v auth.Viewer, in Form) (int64, []errs.Field, error) {
	if in.Source == 0 {
		return 0, nil, nil
	}
	src, err := selectSource(ctx, tx, v, in.Source)
	if err != nil {
		if errs.IsNotFound(err) {
			err = errs.NotFoundf("The thread this was to be decided about is not here any more.").Because(err)
		}
		return 0, nil, err
	}
	return src.id, src.check(in.Audience), nil
}

// source is the thread that a decision is made from.
type source struct {
	id       int64
	audience string
}

// check says what is wrong with an audience beside that of the source.
func (s source) check(audience string) []errs.Field {
	// SECURITY: what was said among a few does not become known to many by being decided.
	if audience != "" && !threads.Within(audience, s.audience) {
		return []errs.Field{{Name: "audience", Text: "A decision cannot have more readers than the thread it is made from."}}
	}
	return nil
}

// From returns the form of a decision about a thread that v may read, and where that thread is. It begins with the topics and
// the audience of the thread.
func (s *Service) From(ctx context.Context, v auth.Viewer, thread int64) (Form, threads.Thread, error) {
	if v.Person == 0 {
		return Form{}, threads.Thread{}, signIn
	}
	t, err := s.threads.Find(ctx, v, thread)
	switch {
	case err != nil:
		return Form{}, t, fmt.Errorf("decide about thread %d: %w", thread, err)
	case t.Deleted:
		return Form{}, t, errs.NotFoundf("There is no such thread here.")
	case t.Kind == threads.Decision:
		return Form{}, t, errs.Conflictf("This is a decision already.")
	}
	in := s.Blank()
	in.Source, in.Audience, in.Network = t.ID, t.Audience, t.Network.ID
	for _, topic := range t.Topics {
		in.Topics = append(in.Topics, topic.Name)
	}
	return in, t, nil
}

// Audiences returns who a decision made from t can be for, the audience of t first. It never is wider.
func (s *Service) Audiences(ctx context.Context, v auth.Viewer, t threads.Thread) ([]string, error) {
	all, err := s.threads.AudiencesFor(ctx, v, t)
	if err != nil {
		return nil, fmt.Errorf("audiences of a decision from thread %d: %w", t.ID, err)
	}
	list := []string{t.Audience}
	for _, a := range all {
		if a != t.Audience && threads.Within(a, t.Audience) {
			list = append(list, a)
		}
	}
	return list, nil
}

// Amending returns a decision as the form that amends it, for somebody who looks after it.
func (s *Service) Amending(ctx context.Context, v auth.Viewer, thread int64) (Form, Decision, threads.Thread, error) {
	d, err := s.Find(ctx, v, thread)
	if err == nil {
		err = d.amendable(v)
	}
	if err != nil {
		return Form{}, Decision{}, threads.Thread{}, err
	}
	t, err := s.threads.Find(ctx, v, thread)
	if err != nil {
		return Form{}, Decision{}, threads.Thread{}, fmt.Errorf("amend decision %d: %w", thread, err)
	}
	in := Form{
		Title: t.Title, By: handleOf(d.By), Authority: d.Authority, Review: s.day(d.ReviewAt), Proposal: d.State == Proposed,
		Closes: s.day(d.ClosesAt), Decided: s.day(d.DecidedAt), Body: t.Body, Audience: t.Audience, Network: t.Network.ID,
		Owner: handleOf(d.Owner), Deputy: handleOf(d.Deputy), Source: d.source,
	}
	if d.NoticeDays > 0 {
		in.Notice = fmt.Sprint(d.NoticeDays)
	}
	for _, topic := range t.Topics {
		in.Topics = append(in.Topics, topic.Name)
	}
	for i, o := range d.Options {
		in.Options = append(in.Options, o.Said)
		if o.Chosen {
			in.Chosen = i + 1
		}
	}
	for _, e := range d.Evidence {
		in.Evidence = append(in.Evidence, EvidenceRow{Kind: string(e.Kind), Title: e.Title, URL: e.URL, Date: s.day(e.DatedAt)})
	}
	for _, a := range d.Assumptions {
		in.Assumptions = append(in.Assumptions, AssumptionRow{Said: a.Said, WatchFor: a.WatchFor})
	}
	return in, d, t, nil
}

// amendable says why v may not amend d.
func (d Decision) amendable(v auth.Viewer) error {
	switch {
	case v.Person == 0:
		return signIn
	case !d.keeps(v):
		return notKeeper
	case d.Settled():
		return isSettled
	}
	return nil
}

func handleOf(p threads.Author) string {
	if p.ID == 0 {
		return ""
	}
	return "@" + p.Handle
}

// Amend changes what a decision says, with the reason for it. revision is that of the thread from which somebody started.
func (s *Service) Amend(ctx context.Context, v auth.Viewer, thread int64, in Form, revision int, why string) error {
	was, err := s.Find(ctx, v, thread)
	if err == nil {
		err = was.amendable(v)
	}
	if err != nil {
		return fmt.Errorf("amend decision %d: %w", thread, err)
	}
	in.Proposal = was.State == Proposed
	t, err := s.read(ctx, v, in, was)
	if err != nil {
		return fmt.Errorf("amend decision %d: %w", thread, err)
	}
	why, unsaid := reason("reason", why, "Say why it is changed. The reason stays on its page.")
	if e := errs.As(unsaid); e != nil {
		t.problems = append(t.problems, e.Fields...)
	}
	err = s.change(ctx, v, thread, func(tx *db.Tx, d Decision) error {
		if err := errors.Join(d.amendable(v), stays(d, was)); err != nil {
			return err
		}
		if in.Source = d.source; d.source != 0 && in.Audience != d.Audience {
			_, problems, err := readSource(ctx, tx, v, in)
			if err != nil && !errs.IsNotFound(err) {
				return err
			}
			t.problems = append(t.problems, problems...)
		}
		err := s.threads.EditRoom(ctx, tx, v, threads.Decision, thread, threads.Edit{
			Revision: revision, Title: in.Title, Body: in.Body, Topics: in.Topics, Audience: in.Audience,
		})
		if err := together(err, t.problems); err != nil {
			return err
		}
		if in.Audience != "" {
			d.Audience = in.Audience
		}
		if d.State == Proposed {
			t.by = 0
		}
		if err := s.write(ctx, tx, d, t, false); err != nil {
			return err
		}
		return record(ctx, tx, v, d, "amended", why, 0)
	})
	if err != nil {
		return fmt.Errorf("amend decision %d: %w", thread, err)
	}
	return nil
}

// stays makes sure that a decision is still in the state in which its form was read.
func stays(d, was Decision) error {
	if d.State != was.State {
		return errs.Conflictf("Something happened to this decision while you were writing. Look at it again.")
	}
	return nil
}

// write writes what a form means: the row of the decision, what belongs to it, and who keeps it. What an earlier form said in the same
// words keeps what became of it since.
func (s *Service) write(ctx context.Context, tx *db.Tx, d Decision, t terms, fresh bool) error {
	now := tx.Now()
	for i, e := range t.evidence {
		t.evidence[i].AddedAt = now
		for _, old := range d.Evidence {
			if old.Title == e.Title && old.URL == e.URL {
				t.evidence[i].AddedAt = old.AddedAt
			}
		}
	}
	for i, a := range t.assumptions {
		for _, old := range d.Assumptions {
			if strings.EqualFold(old.Said, a.Said) {
				t.assumptions[i].BrokenAt = old.BrokenAt
			}
		}
	}
	d.Options, d.Evidence, d.Assumptions = t.options, t.evidence, t.assumptions
	d.By.ID, d.Authority, d.DecidedAt, d.NoticeDays = t.by, t.authority, t.decided, t.notice
	d.EffectiveAt, d.ReviewAt, d.ClosesAt = t.effective, t.review, t.closes
	store := updateDecision
	if fresh {
		store = insertDecision
	}
	if err := store(ctx, tx, d); err != nil {
		return err
	}
	if err := writeLines(ctx, tx, d, fresh); err != nil {
		return err
	}
	return s.threads.SetKeepers(ctx, tx, d.Thread, t.owner, t.deputy)
}
