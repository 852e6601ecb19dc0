package routing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
)

// course says how a question is offered ever more widely: when, counted in working days since it began, and how widely. Between
// two steps the places of somebody who declined are filled again.
var course = [...]struct {
	after int // working days
	rule  Rule
}{
	1: {0, Rule{Places: 3, Floor: 0.25}},
	2: {1, Rule{Places: 6, Floor: 0.1, Share: 0.75}},
	3: {3, Rule{Places: widest, Share: 0.25}},
}

const (
	// last is the widest step.
	last = len(course) - 1
	// widest bounds the last step: more than that is a newsletter, and no person feels meant by it.
	widest = 40
	// restless is how many working days the last step is tried again each morning, for those who were full or away.
	restless = 8
	// grace lets an asker put a slip right, and colleagues who are reading anyway answer, before anybody is asked.
	grace = 5 * time.Minute
	// recent is how old a question may be for its routing to begin by itself.
	recent = 14 * 24 * time.Hour
	// candidates is how many of those who may know are looked at.
	candidates = 40
	// together is how many routings one turn takes, and lease how long it has for them before another server may.
	together = 50
	lease    = 5 * time.Minute
)

// due returns when a question that began at t is offered for the nth step.
func (s *Service) due(t time.Time, n int) time.Time {
	if n == 1 {
		return t
	}
	return workdaysAfter(t, course[n].after, s.zone)
}

// routing is a question on its way.
type routing struct {
	thread    int64
	step      int
	state     string
	next      time.Time // zero unless it is open
	createdAt time.Time
}

// The states of a routing, and what they mean to the one who asked.
const (
	stateOpen    = "open"
	statePaused  = "paused"  // somebody replied
	stateResting = "resting" // nobody is left to ask
	stateStopped = "stopped" // the asker had enough
	stateDone    = "done"    // settled, or gone
)

// Consumer returns what keeps offers level with what happens to questions and people: it begins to look for somebody when a
// question is opened, stops when it is answered, and lets offers lapse that somebody may no longer read or no longer wants.
func (s *Service) Consumer() event.Consumer {
	return event.Consumer{
		Name:   "routing",
		Verbs:  slices.Concat(aboutThreads, aboutPeople),
		Handle: s.handle,
	}
}

// What routing wants to hear of: of a thread, whatever may end or begin it; of people, whatever changes who may read what.
var (
	aboutThreads = []string{
		"thread.created", "thread.edited", "thread.accepted", "thread.unaccepted", "thread.closed", "thread.reopened", "thread.deleted",
		"thread.moved", "thread.merged", "thread.split", "reply.created", "reply.deleted",
	}
	aboutPeople = []string{"network.", "person.left", "account.disabled", "expert.", event.BatchVerb}
)

// handle looks once at everything a batch of events is about.
func (s *Service) handle(ctx context.Context, events []event.Event) error {
	var order []int64
	fresh, people := make(map[int64]bool), false // by thread: whether its routing may begin
	note := func(about event.Ref, begins bool) {
		if about.Kind != "thread" {
			return
		}
		if _, seen := fresh[about.ID]; !seen {
			order = append(order, about.ID)
		}
		fresh[about.ID] = fresh[about.ID] || begins
	}
	for _, e := range events {
		note(e.Object, e.Verb == "thread.created" || e.Verb == "thread.moved")
		note(e.Target, e.Verb == "thread.split")
		people = people || !slices.Contains(aboutThreads, e.Verb)
	}
	for _, thread := range order {
		if err := s.review(ctx, thread, fresh[thread]); err != nil {
			return fmt.Errorf("review the routing of thread %d: %w", thread, err)
		}
	}
	if !people {
		return nil
	}
	// Who may read what, or wants to be asked, has changed somewhere. Few offers are open at any time, so all of them are looked at.
	return s.change(ctx, func(tx *db.Tx) error {
		return s.lapse(ctx, tx, stranded, nil)
	})
}

// review makes the routing and the offers of a question agree with what has become of it. start says whether routing may begin.
func (s *Service) review(ctx context.Context, thread int64, start bool) error {
	return s.change(ctx, func(tx *db.Tx) error {
		q, err := selectQuestion(ctx, tx, thread)
		if err != nil {
			return ignoreAbsent(err)
		}
		r, err := selectRouting(ctx, tx, thread)
		known := err == nil
		if ignoreAbsent(err) != nil {
			return err
		}
		if err := s.noteReplies(ctx, tx, thread); err != nil {
			return err
		}
		if err := s.lapse(ctx, tx, stranded, &thread); err != nil {
			return err
		}
		if !q.live() {
			if err := s.lapse(ctx, tx, needless, &thread); err != nil || !known || r.state == stateDone {
				return err
			}
			return updateRouting(ctx, tx, thread, r.step, stateDone, nil)
		}
		if q.replied {
			if err := s.lapse(ctx, tx, unasked, &thread); err != nil || !known || r.state != stateOpen {
				return err
			}
			return updateRouting(ctx, tx, thread, r.step, statePaused, nil)
		}
		next := tx.Now().Add(grace)
		switch {
		case !known && start && tx.Now().Sub(q.createdAt) < recent:
			return insertRouting(ctx, tx, thread, stateOpen, &next)
		case known && (r.state == statePaused || r.state == stateDone): // the reply was taken back, or it was opened again
			return updateRouting(ctx, tx, thread, r.step, stateOpen, &next)
		}
		return nil
	})
}

// noteReplies marks the offers of those who replied as answered.
func (s *Service) noteReplies(ctx context.Context, tx *db.Tx, thread int64) error {
	done, err := updateAnswered(ctx, tx, thread)
	if err != nil {
		return err
	}
	for _, o := range done {
		if err := s.append(ctx, tx, o.person, Answered, o.id, thread); err != nil {
			return err
		}
	}
	return nil
}

// lapse ends the offers for which a condition holds; of one thread, or of all.
func (s *Service) lapse(ctx context.Context, tx *db.Tx, holds condition, thread *int64) error {
	gone, err := updateLapsed(ctx, tx, holds, thread)
	if err != nil {
		return err
	}
	for _, o := range gone {
		if err := s.append(ctx, tx, 0, Lapsed, o.id, o.thread); err != nil {
			return err
		}
	}
	return nil
}

// Widen takes every routing that is due one step on. Several servers may call it at once: each claims routings for itself, and
// one that was claimed by a server that died is taken up by another a few minutes later.
func (s *Service) Widen(ctx context.Context) error {
	var all []error
	for {
		var claimed []routing
		err := s.change(ctx, func(tx *db.Tx) (err error) {
			if err := s.lapse(ctx, tx, forgotten, nil); err != nil {
				return err
			}
			claimed, err = claim(ctx, tx, together)
			return err
		})
		if err != nil {
			return fmt.Errorf("claim routings: %w", err)
		}
		for _, r := range claimed {
			if err := s.widen(ctx, r); err != nil {
				all = append(all, fmt.Errorf("route thread %d: %w", r.thread, err))
			}
		}
		if len(claimed) < together || ctx.Err() != nil {
			return errors.Join(all...)
		}
	}
}

// widen offers the question of a claimed routing to whoever it is the turn of.
func (s *Service) widen(ctx context.Context, r routing) error {
	now := s.now()
	step := max(r.step, 1)
	if r.step < last && !now.Before(s.due(r.createdAt, r.step+1)) {
		step = r.step + 1
	}
	// Ranking takes a while and reads the index, so it happens before the transaction.
	list, err := s.candidates(ctx, r.thread, step)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *db.Tx) error {
		mine, err := stillClaimed(ctx, tx, r)
		if err != nil || !mine {
			return err // stopped, answered or taken over in the meantime
		}
		before, err := selectStanding(ctx, tx, r.thread)
		if err != nil {
			return err
		}
		if until := promised(before); until.After(tx.Now()) {
			return updateRouting(ctx, tx, r.thread, r.step, stateOpen, &until)
		}
		open, later, err := s.offer(ctx, tx, r.thread, step, list, before)
		if err != nil {
			return err
		}
		state, next := s.next(r, step, tx.Now(), open > 0 && later > 0)
		return updateRouting(ctx, tx, r.thread, step, state, next)
	})
}

// next returns what becomes of a routing after a step, and when it is looked at again: for the next step, and sooner, each
// morning, while places are open for somebody who was full or away.
func (s *Service) next(r routing, step int, now time.Time, wanting bool) (state string, at *time.Time) {
	end := workdaysAfter(r.createdAt, restless, s.zone)
	if step < last {
		end = s.due(r.createdAt, step+1)
	}
	if soon := nextMorning(now, s.zone); wanting && soon.Before(end) {
		return stateOpen, &soon
	}
	if step == last {
		return stateResting, nil
	}
	return stateOpen, &end
}

// promised returns until when somebody who said they will answer is given time to.
func promised(offers []standing) (until time.Time) {
	for _, o := range offers {
		if o.state == Accepted && o.answeredAt.Add(promise).After(until) {
			until = o.answeredAt.Add(promise)
		}
	}
	return until
}

// offer fills the places of a step from list. It returns how many stay open, and how many may be asked another day.
func (s *Service) offer(ctx context.Context, tx *db.Tx, thread int64, step int, list []Prospect, before []standing) (open, later int, err error) {
	rule, units := course[step].rule, make(map[int64]int)
	total := 0
	for _, o := range before {
		list = slices.DeleteFunc(list, func(p Prospect) bool { return p.Person == o.person })
		if o.hub {
			total++
		}
		if o.state == Offered || o.state == Accepted || o.state == Passed {
			units[o.unit]++
			rule.Places--
		}
	}
	// Places are filled again when somebody declines, but not without end: a question nobody wants is not everybody's.
	rule.Places = min(rule.Places, 2*course[step].rule.Places-total)
	if rule.Places <= 0 {
		return 0, 0, nil
	}
	// Loads are read anew under the lock: since list was made others may have been offered questions.
	ids := make([]int64, len(list))
	for i, p := range list {
		ids[i] = p.Person
	}
	loads, err := selectLoads(ctx, tx, ids, tx.Now())
	if err != nil {
		return 0, 0, err
	}
	for i := range list {
		now := loads[list[i].Person]
		list[i].Waiting, list[i].Week, list[i].Busy = now.Waiting, now.Week, now.Busy
	}
	chosen, later := Choose(list, units, rule, tx.Now().In(s.zone).Weekday())
	for _, p := range chosen {
		id, err := insertOffer(ctx, tx, newOffer{thread: thread, person: p.Person, step: step, reason: p.Reason, most: p.WeeklyCap})
		if ignoreAbsent(err) != nil {
			return 0, 0, err
		}
		if err != nil {
			continue // may not read it, or has no account to see it with
		}
		rule.Places--
		if err := s.append(ctx, tx, 0, Offered, id, thread); err != nil {
			return 0, 0, err
		}
	}
	return rule.Places, later, nil
}

// candidates returns those who may be offered a question, with what is known of how they have been asked before. At the last
// step everybody who says that they can be asked about its topics, or follows them, is among them.
func (s *Service) candidates(ctx context.Context, thread int64, step int) ([]Prospect, error) {
	found, err := s.knowers.Candidates(ctx, thread, candidates)
	if err != nil {
		return nil, fmt.Errorf("find candidates: %w", err)
	}
	if step == last {
		if found, err = s.further(ctx, thread, found); err != nil {
			return nil, err
		}
	}
	var ids []int64
	for _, c := range found {
		ids = append(ids, c.Person)
	}
	eligible, err := selectEligible(ctx, s.db, thread, ids)
	if err != nil {
		return nil, fmt.Errorf("leave out who cannot read it: %w", err)
	}
	answers, err := selectAnswers(ctx, s.db, thread, ids, s.now())
	if err != nil {
		return nil, fmt.Errorf("read how they were asked before: %w", err)
	}
	var list []Prospect
	for _, c := range found {
		unit, ok := eligible[c.Person]
		if !ok {
			continue
		}
		p := Prospect{Candidate: c}
		p.Unit = unit
		p.Accepts, p.Refused = Learn(answers[c.Person])
		list = append(list, p)
	}
	return list, nil
}

// further adds to found those who say they can be asked about the topics of a thread, and those who follow them. They fit less
// than anybody who has shown what they know.
func (s *Service) further(ctx context.Context, thread int64, found []Candidate) ([]Candidate, error) {
	people, err := selectInterested(ctx, s.db, thread, 2*widest)
	if err != nil {
		return nil, fmt.Errorf("find who follows the topics: %w", err)
	}
	best := 0.0
	for _, c := range found {
		best = max(best, c.Fit)
		people = slices.DeleteFunc(people, func(p interested) bool { return p.person == c.Person })
	}
	if best == 0 {
		best = 1 // they are all there is
	}
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.person)
	}
	terms, err := s.knowers.Terms(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("terms of who follows the topics: %w", err)
	}
	for _, p := range people {
		c := Candidate{Person: p.person, Fit: 0.05 * best, Reason: "You follow " + p.topic + ".", Terms: terms[p.person]}
		if p.asks {
			c.Fit, c.Reason = 0.1*best, "You say that people can ask you about "+p.topic+"."
		}
		found = append(found, c)
	}
	return found, nil
}

// StartYoung begins to route the youngest questions without a reply, at most limit, among those that were loaded rather than opened here,
// and offers them at once. It is for the sample hub: what is loaded elsewhere was asked long ago, and of other people.
func (s *Service) StartYoung(ctx context.Context, limit int) error {
	err := s.change(ctx, func(tx *db.Tx) error {
		young, err := selectYoung(ctx, tx, tx.Now().Add(-recent), limit)
		if err != nil {
			return err
		}
		for _, thread := range young {
			now := tx.Now()
			if err := insertRouting(ctx, tx, thread, stateOpen, &now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("start routing: %w", err)
	}
	return s.Widen(ctx)
}
