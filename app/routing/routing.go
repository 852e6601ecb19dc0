// Package routing takes open questions to people who may know, a few at a time.
//
// A question that was opened here waits a few minutes and is then offered to three people who may know. As it grows older
// without an answer it is offered to three more, and at last to everyone who says they can be asked about its topics or follows
// them; then it rests, and whoever asked is told what else they can do. Whoever is offered a question finds it under
// "Questions for you": they take it, pass it on to a colleague, or say that it is not for them, and the hub learns from that.
// Who is chosen is one pure function, Choose, whose comment gives the formula and its reasons.
//
// What holds at every moment, and where:
//
//   - Nobody is offered more questions by the hub in any seven days than they take. The statement that inserts an offer counts
//     for itself, under a lock that all such transactions take, so that several servers together keep it too.
//   - Nobody is offered, or keeps, a question that they may not read. The audience rule sits in the statement that offers and in
//     those that list; when an audience becomes narrower, or somebody leaves a network, the offers to those it leaves out lapse.
//   - Nobody is named for declining. The one who asked sees counts, the names of those who said they will answer, and of those
//     they asked by name.
//
// An offer is made, and then accepted, answered, passed, declined or lapsed; each is an event: offer.made, offer.accepted,
// offer.answered, offer.passed, offer.declined, offer.lapsed. Events of offers have no audience, since they concern two people.
package routing

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
)

// State is what became of an offer.
type State string

// The states of an offer.
const (
	Offered  State = "offered"  // waits for their word
	Accepted State = "accepted" // they said they will answer
	Answered State = "answered" // they replied
	Passed   State = "passed"   // they passed it on
	Declined State = "declined"
	Lapsed   State = "lapsed" // not needed any more, or not theirs to read
)

// Choice is why somebody declined.
type Choice string

// The reasons offered for declining; none need be given.
const (
	NotMine   Choice = "subject" // not my subject
	NoTime    Choice = "time"
	Elsewhere Choice = "other" // somebody else knows
)

// Person is somebody as an offer names them.
type Person struct {
	ID           int64
	Handle, Name string
	Photo        string // key in app/files, "" for none
	Unit         string // name, "" when in none
	JobTitle     string
}

// Path returns the address of the person's profile.
func (p Person) Path() string { return "/people/" + p.Handle }

// Knowers names people who may know. The experts slice fills it.
type Knowers interface {
	// Candidates returns people who may know what a thread asks, best first, by evidence that everyone who may read the thread
	// may read. Its author is not among them, nor who does not want to be suggested.
	Candidates(ctx context.Context, thread int64, limit int) ([]Candidate, error)
	// Terms says how people want to be asked, by id; of somebody unknown it says the defaults.
	Terms(ctx context.Context, people []int64) (map[int64]Terms, error)
}

// Service holds the use cases of routing.
type Service struct {
	db      *db.DB
	knowers Knowers
	zone    *time.Location
	now     func() time.Time
}

// New returns the routing of the questions in d to the people knowers names. Days are those of zone, UTC when nil; now is the clock,
// time.Now outside tests.
func New(d *db.DB, knowers Knowers, zone *time.Location, now func() time.Time) *Service {
	if zone == nil {
		zone = time.UTC
	}
	return &Service{db: d, knowers: knowers, zone: zone, now: now}
}

const (
	// week is the time for which a cap counts.
	week = 7 * 24 * time.Hour
	// promise is how long "Ben will answer" keeps others from writing the same.
	promise = 3 * 24 * time.Hour
	// patience is how long an offer waits for somebody's word before it lapses.
	patience = 14 * 24 * time.Hour
)

// What people are told.
var (
	noOffer    = errs.NotFoundf("This question is not waiting for you. Somebody may have answered it already.")
	noQuestion = errs.NotFoundf("There is no such question here.")
	notAsker   = errs.Forbiddenf("Only the person who asked, or a moderator, can decide where a question goes.")
	notOpen    = errs.Conflictf("This question has been settled, so nobody needs to be asked any more.")
	signIn     = errs.Unauthenticatedf("Sign in to see the questions for you.")
)

// change runs fn in a transaction that no other of its kind runs beside, in whatever process: whether somebody has had their share of
// questions cannot be seen in rows that are not there yet. They are few and short.
func (s *Service) change(ctx context.Context, fn func(tx *db.Tx) error) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "offers"); err != nil {
			return err
		}
		return fn(tx)
	})
}

// append records what happened to the offer with this id.
func (s *Service) append(ctx context.Context, tx *db.Tx, actor int64, state State, offer, thread int64) error {
	verb := "offer." + string(state)
	if state == Offered {
		verb = "offer.made"
	}
	return event.Append(ctx, tx, event.Event{
		Actor: actor, Verb: verb, Object: event.Ref{Kind: "offer", ID: offer}, Target: event.Ref{Kind: "thread", ID: thread},
	})
}

// Offer is a question somebody has been offered.
type Offer struct {
	ID        int64
	Thread    int64
	Title     string
	Excerpt   string
	AskedAt   time.Time
	Asker     Person
	State     State
	Reason    string // why it came to them, "" when a colleague sent it
	Note      string // of that colleague
	By        Person // who asked them, or passed it on; zero for the hub
	CreatedAt time.Time
	Replies   int // of anybody
}

// Path returns the address of the question.
func (o Offer) Path() string { return fmt.Sprintf("/threads/%d", o.Thread) }

// Desk is what waits for somebody.
type Desk struct {
	Offers []Offer // what they said they will answer first, then the latest
	Week   int     // offered to them in the last seven days
	Terms  Terms
}

// Desk returns the questions for v.
func (s *Service) Desk(ctx context.Context, v auth.Viewer) (Desk, error) {
	if !v.SignedIn() {
		return Desk{}, signIn
	}
	var (
		d   Desk
		err error
	)
	if d.Offers, err = selectOffers(ctx, s.db, v, 0); err != nil {
		return Desk{}, fmt.Errorf("list offers: %w", err)
	}
	records, err := selectLoads(ctx, s.db, []int64{v.Person}, s.now())
	if err != nil {
		return Desk{}, fmt.Errorf("count offers: %w", err)
	}
	d.Week = records[v.Person].Week
	terms, err := s.knowers.Terms(ctx, []int64{v.Person})
	if err != nil {
		return Desk{}, fmt.Errorf("terms of person %d: %w", v.Person, err)
	}
	d.Terms = terms[v.Person]
	return d, nil
}

// Waiting is how many questions wait for somebody's word, and the latest of them.
type Waiting struct {
	Count  int
	Latest []Offer // as much of them as a card shows
}

// Waiting says what waits for v; nothing for somebody who is signed out.
func (s *Service) Waiting(ctx context.Context, v auth.Viewer, limit int) (Waiting, error) {
	if v.Person == 0 {
		return Waiting{}, nil
	}
	w, err := selectWaiting(ctx, s.db, v, limit)
	if err != nil {
		return Waiting{}, fmt.Errorf("list waiting offers: %w", err)
	}
	return w, nil
}

// Find returns an offer of v that still stands.
func (s *Service) Find(ctx context.Context, v auth.Viewer, id int64) (Offer, error) {
	o, err := find(ctx, s.db, v, id)
	if err != nil {
		return Offer{}, fmt.Errorf("find offer %d: %w", id, err)
	}
	return o, nil
}

// find returns an offer of v that still stands, about a question v may still read.
func find(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Offer, error) {
	if !v.SignedIn() {
		return Offer{}, signIn
	}
	list, err := selectOffers(ctx, q, v, id)
	if err != nil {
		return Offer{}, err
	}
	if len(list) == 0 {
		return Offer{}, noOffer
	}
	return list[0], nil
}

// Accept notes that v will answer, so that others need not, and returns the question. For a few days nobody else is
// offered it.
func (s *Service) Accept(ctx context.Context, v auth.Viewer, id int64) (Offer, error) {
	o, err := s.answer(ctx, v, id, Accepted, "", func(tx *db.Tx, o Offer) error {
		return postpone(ctx, tx, o.Thread, tx.Now().Add(promise))
	})
	if err != nil {
		return Offer{}, fmt.Errorf("accept offer %d: %w", id, err)
	}
	return o, nil
}

// Decline notes that a question is not for v. The next person is looked for at once.
func (s *Service) Decline(ctx context.Context, v auth.Viewer, id int64, why Choice) error {
	if why != NotMine && why != NoTime && why != Elsewhere {
		why = ""
	}
	_, err := s.answer(ctx, v, id, Declined, why, func(tx *db.Tx, o Offer) error {
		return postpone(ctx, tx, o.Thread, tx.Now())
	})
	if err != nil {
		return fmt.Errorf("decline offer %d: %w", id, err)
	}
	return nil
}

// answer changes an offer of v to state, with what else follows from that, and returns it as it was.
func (s *Service) answer(ctx context.Context, v auth.Viewer, id int64, state State, why Choice, then func(tx *db.Tx, o Offer) error) (Offer, error) {
	var o Offer
	err := s.change(ctx, func(tx *db.Tx) (err error) {
		if o, err = find(ctx, tx, v, id); err != nil || o.State == state {
			return err
		}
		if err := updateState(ctx, tx, id, state, why); err != nil {
			return err
		}
		if err := then(tx, o); err != nil {
			return err
		}
		return s.append(ctx, tx, v.Person, state, id, o.Thread)
	})
	return o, err
}

// question is what routing has to know of a thread.
type question struct {
	id        int64
	author    int64
	kind      threads.Kind
	title     string
	network   int64
	createdAt time.Time
	gone      bool // deleted, or merged into another
	settled   bool // accepted answer, or closed
	replied   bool // somebody else than the author said something
}

// live reports whether somebody is still looked for.
func (q question) live() bool { return q.kind == threads.Question && !q.gone && !q.settled }
