// Package decisions keeps what was decided: by whom, with what authority, on what grounds, and when it is looked at again.
//
// A decision is a thread of kind decision: its title is what was decided, its text the details, and it has replies, topics, an
// audience and a place in lists and search like any other. The tables here say the rest. It begins as a proposal, on which people
// take a stance, or is recorded once it is made:
//
//	proposed → agreed ⇄ review
//
// and from each of these it may be withdrawn, or superseded by something newer. Who disagrees says why, and that stays on the page
// in their own words for good. Whoever may read a decision may challenge it, which puts it under review. Each step is a row of
// decision_changes and an event, in the transaction that makes it.
//
// A decision looks after itself with the help of its keepers: who wrote it, who decided it, its owner and their deputy, and those who
// keep order where it lives.
package decisions

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
)

// State is how far a decision is.
type State string

// The states.
const (
	Proposed   State = "proposed"   // people say what they think of it
	Agreed     State = "agreed"     // it holds
	Review     State = "review"     // it holds until somebody has looked at it again
	Superseded State = "superseded" // something newer has taken its place
	Withdrawn  State = "withdrawn"  // it holds no more
)

// States are all of them, in the order in which a decision goes through them.
var States = []State{Proposed, Agreed, Review, Superseded, Withdrawn}

// Position is what somebody thinks of a proposal.
type Position string

// The positions. A block says that it must not happen as it is.
const (
	Agree    Position = "agree"
	Abstain  Position = "abstain"
	Disagree Position = "disagree"
	Block    Position = "block"
)

// Positions are all of them, the gentlest first.
var Positions = []Position{Agree, Abstain, Disagree, Block}

// Grounds is what sort of thing a piece of evidence is.
type Grounds string

// AllGrounds are the sorts of evidence.
var AllGrounds = []Grounds{"data", "research", "experience", "advice", "consultation", "law"}

// Option is a course that was considered.
type Option struct {
	Said   string
	Chosen bool
}

// Evidence is something a decision rests on.
type Evidence struct {
	Kind    Grounds
	Title   string
	URL     string    // https://… or a path of the hub; "" for what has no address
	Item    int64     // the thread that URL means, 0 for none
	Hidden  bool      // the viewer may not read that thread
	DatedAt time.Time // of when it is, zero where nobody said
	AddedAt time.Time
}

// Assumption is something that was taken to be so.
type Assumption struct {
	Said     string
	WatchFor string    // what would show that it is not
	BrokenAt time.Time // when somebody said that it does not hold any more, zero while it does
}

// Stance is what somebody said of a proposal.
type Stance struct {
	Person   threads.Author
	Position Position
	Reason   string // in their own words
	At       time.Time
}

// Change is one thing that happened to a decision.
type Change struct {
	At     time.Time
	By     threads.Author // zero for the hub
	What   string         // proposed, agreed, amended, challenged, reviewed, superseded, reinstated or withdrawn
	Reason string
	Other  threads.Other // what took its place, zero where there is nothing or the viewer may not read it
}

// Decision is what a thread of kind decision has besides its words.
type Decision struct {
	Thread      int64
	Title       string // what was decided
	State       State
	Author      threads.Author // who wrote it down
	By          threads.Author // who decided, zero while it is proposed
	Authority   string
	Owner       threads.Author // zero: the author
	Deputy      threads.Author
	Audience    string
	Network     int64
	Source      threads.Other // the thread it was made from, zero for none or where the viewer may not read it
	CreatedAt   time.Time
	DecidedAt   time.Time // zero while it is proposed
	NoticeDays  int
	EffectiveAt time.Time // zero: at once
	ReviewAt    time.Time // zero: never
	ReviewedAt  time.Time // zero: never yet
	ClosesAt    time.Time // of a proposal; zero for no end
	Learnt      string    // what the last review found
	Options     []Option
	Evidence    []Evidence
	Assumptions []Assumption
	Counts      map[Position]int
	Stances     []Stance // those with words, the oldest first
	Mine        Position // the viewer's, "" for none
	Changes     []Change // the oldest first

	// What the viewer may do.
	CanStance, CanAgree, CanChallenge bool
	CanReview, CanAmend, CanWithdraw  bool

	source int64 // the thread it was made from, whoever may read it
}

// Path returns the address of the decision.
func (d Decision) Path() string { return threadPath(d.Thread) }

// Closed reports whether nobody takes a stance any more.
func (d Decision) Closed(now time.Time) bool { return !d.ClosesAt.IsZero() && !d.ClosesAt.After(now) }

// Due reports whether somebody should look at it again.
func (d Decision) Due(now time.Time) bool {
	return (d.State == Agreed || d.State == Review) && !d.ReviewAt.IsZero() && !d.ReviewAt.After(now)
}

// Settled reports whether nothing more happens to it.
func (d Decision) Settled() bool { return d.State == Superseded || d.State == Withdrawn }

// keeps reports whether v looks after d.
func (d Decision) keeps(v auth.Viewer) bool {
	switch v.Person {
	case 0:
		return v.Moderates()
	case d.Author.ID, d.By.ID, d.Owner.ID, d.Deputy.ID:
		return true
	}
	return v.Moderates() || v.Stewards(d.Network)
}

// settles reports whether v may say that a proposal is agreed: not everybody who looks after it, but who made it or who keeps order.
func (d Decision) settles(v auth.Viewer) bool {
	return v.Person != 0 && (v.Person == d.Author.ID || v.Person == d.Owner.ID) || v.Moderates() || v.Stewards(d.Network)
}

// rights fills in what v may do.
func (d *Decision) rights(v auth.Viewer, now time.Time) {
	if v.Person == 0 {
		return
	}
	lives := !d.Settled()
	d.CanStance = d.State == Proposed && !d.Closed(now)
	d.CanAgree = d.State == Proposed && d.settles(v)
	d.CanChallenge = d.State == Agreed
	d.CanReview = (d.State == Agreed || d.State == Review) && d.keeps(v)
	d.CanAmend = lives && d.keeps(v)
	d.CanWithdraw = lives && d.keeps(v)
}

// Service holds the use cases of decisions.
type Service struct {
	db      *db.DB
	threads *threads.Service
	zone    *time.Location
	base    string
	now     func() time.Time
}

// New returns the decisions kept in d. zone is where their days begin and end, base the address of the hub, and now the clock,
// time.Now outside tests.
func New(d *db.DB, t *threads.Service, zone *time.Location, base string, now func() time.Time) *Service {
	if zone == nil {
		zone = time.UTC
	}
	return &Service{db: d, threads: t, zone: zone, base: strings.TrimRight(base, "/"), now: now}
}

func threadPath(id int64) string { return fmt.Sprintf("/threads/%d", id) }

// What people are told.
var (
	noDecision = errs.NotFoundf("There is no such decision here.")
	signIn     = errs.Unauthenticatedf("Sign in to take part.")
	notKeeper  = errs.Forbiddenf("Only those who look after this decision, or a moderator, can do that.")
	notSettler = errs.Forbiddenf("Only whoever made this proposal, its owner or a moderator can say that it is agreed.")
	isSettled  = errs.Conflictf("This decision does not hold any more, so there is nothing to change about it.")
	isDecided  = errs.Conflictf("This has been decided. Challenge it, if it is wrong.")
	isProposed = errs.Conflictf("This is a proposal and not decided yet. Say what you think of it.")
	isClosed   = errs.Conflictf("This proposal has closed, so nobody takes a stance any more. Say what you think in a reply.")
	inReview   = errs.Conflictf("This decision is under review already. Say what is wrong with it in a reply.")
)

// Find returns the decision of a thread that v may read, and what v may do with it. It takes four statements.
func (s *Service) Find(ctx context.Context, v auth.Viewer, thread int64) (Decision, error) {
	d, err := find(ctx, s.db, v, thread)
	if err != nil {
		return Decision{}, fmt.Errorf("find decision %d: %w", thread, err)
	}
	if d.Stances, err = selectStances(ctx, s.db, v, thread); err != nil {
		return Decision{}, fmt.Errorf("stances on decision %d: %w", thread, err)
	}
	for i, st := range d.Stances {
		if st.Person.ID == v.Person {
			d.Mine = d.Stances[i].Position
		}
	}
	// Who says nothing is counted and not named; they alone see that they are.
	d.Stances = withWords(d.Stances)
	if d.Changes, err = selectChanges(ctx, s.db, v, thread); err != nil {
		return Decision{}, fmt.Errorf("history of decision %d: %w", thread, err)
	}
	d.rights(v, s.now())
	return d, nil
}

// find reads a decision with its options, evidence and assumptions.
func find(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) (Decision, error) {
	d, err := selectDecision(ctx, q, v, thread)
	if errs.IsNotFound(err) {
		err = noDecision.Because(err)
	}
	if err != nil {
		return Decision{}, err
	}
	return d, selectLines(ctx, q, v, &d)
}

// change runs fn in a transaction on a decision that v may read. Nobody else changes it meanwhile.
func (s *Service) change(ctx context.Context, v auth.Viewer, thread int64, fn func(tx *db.Tx, d Decision) error) error {
	if v.Person == 0 {
		return signIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := lock(ctx, tx, thread); err != nil {
			return err
		}
		d, err := find(ctx, tx, v, thread)
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

func lock(ctx context.Context, tx *db.Tx, thread int64) error {
	return tx.Lock(ctx, fmt.Sprintf("decision %d", thread))
}

// record notes what v did to a decision, for its page and for whoever listens.
func record(ctx context.Context, tx *db.Tx, v auth.Viewer, d Decision, what, reason string, other int64) error {
	if err := insertChange(ctx, tx, d.Thread, v.Person, what, reason, other); err != nil {
		return err
	}
	return tell(ctx, tx, v, d, "decision."+what, other)
}

// tell appends an event about a decision.
func tell(ctx context.Context, tx *db.Tx, v auth.Viewer, d Decision, verb string, other int64) error {
	e := event.Event{Actor: v.Person, Verb: verb, Object: event.Ref{Kind: "thread", ID: d.Thread}, Audience: d.Audience}
	if other != 0 {
		e.Target = event.Ref{Kind: "thread", ID: other}
	}
	return event.Append(ctx, tx, e)
}
