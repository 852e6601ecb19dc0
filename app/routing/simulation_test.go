package routing

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// The simulation asks 1,000 questions of 500 people over ten weeks and watches them for three more. Choosing, learning, the
// course of a question and its times are the real ones; only people are made up:
//
//   - 50 units of ten, 40 topics. Each unit is about two topics. What somebody knows of a topic is Zipf: of the people of a
//     topic the first knows nearly everything, the tenth a tenth of it. A few experts sit in units that are about something else.
//   - The hub sees what they know as their past answers show it, which is off by a third, up or down.
//   - One in five works part of the week, one in ten takes no questions, the others take two to eight a week.
//   - Somebody looks in twice a working day, and then at five questions at most, the latest first. Who knows answers half of the
//     time, at once, and says no for want of time once in ten; who does not know declines, one in three times, or does nothing.
//
// Broadcasting puts each question before all who follow its topic, at once and without a cap. Nobody is less ready to answer
// because many others were asked, although people are: the comparison is kinder to broadcasting than life.
const (
	simPeople    = 500
	simQuestions = 1000
	simUnits     = 50
	simTopics    = 40
	simWeeks     = 10
	simWatch     = 13 // weeks, arrival included
	simLooks     = 5  // questions somebody reads when they look in
)

// simPerson is one of the five hundred.
type simPerson struct {
	id      int
	unit    int
	knows   [simTopics]float64 // share of the questions on a topic they can answer
	seen    [simTopics]float64 // as the hub sees it
	follows [simTopics]bool
	terms   Terms
	open    []*simOffer
	offers  []time.Time
	answers [simTopics][]simAnswer
}

type simAnswer struct {
	Answer
	at time.Time
}

// simOffer is a question before somebody.
type simOffer struct {
	q     *simQuestion
	state State
	at    time.Time
	knows bool
	read  bool
}

// simQuestion is one of the thousand.
type simQuestion struct {
	topic    int
	asker    *simPerson
	at       time.Time
	step     int
	next     time.Time
	given    map[*simPerson]*simOffer
	toKnower time.Time // when somebody who knows first read it
	answered time.Time
	reads    int
}

// simWorld is a simulation under way.
type simWorld struct {
	rng       *rand.Rand
	service   *Service
	people    []*simPerson
	questions []*simQuestion
	now       time.Time
	policy    string // routing, neighbours first, or broadcasting
}

func newWorld(policy string) *simWorld {
	w := &simWorld{rng: rand.New(rand.NewPCG(4, 2027)), service: &Service{zone: time.UTC}, policy: policy}
	for i := range simPeople {
		p := &simPerson{id: i + 1, unit: 1 + i*simUnits/simPeople, terms: Terms{Open: w.rng.IntN(10) > 0, WeeklyCap: 2 + w.rng.IntN(7), Days: Weekdays}}
		if w.rng.IntN(5) == 0 {
			p.terms.Days &^= 1 << (1 + w.rng.IntN(5))
			p.terms.Days &^= 1 << (1 + w.rng.IntN(5))
		}
		w.people = append(w.people, p)
	}
	for topic := range simTopics {
		w.settle(topic)
	}
	begin := time.Date(2027, time.May, 3, 0, 0, 0, 0, time.UTC) // a Monday
	for range simQuestions {
		day := w.rng.IntN(5 * simWeeks)
		at := begin.AddDate(0, 0, day/5*7+day%5).Add(9*time.Hour + time.Duration(w.rng.IntN(8*60))*time.Minute)
		// Popular topics are asked about more: the square of an even chance.
		topic := int(math.Pow(w.rng.Float64(), 2) * simTopics)
		w.questions = append(w.questions, &simQuestion{topic: topic, asker: w.people[w.rng.IntN(simPeople)], at: at, next: at.Add(grace), given: map[*simPerson]*simOffer{}})
	}
	slices.SortFunc(w.questions, func(a, b *simQuestion) int { return a.at.Compare(b.at) })
	w.now = begin
	return w
}

// settle spreads what is known about a topic over people.
func (w *simWorld) settle(topic int) {
	order := w.rng.Perm(simPeople)
	home := func(i int) bool { u := w.people[i].unit; return u%simTopics == topic || (u*7)%simTopics == topic }
	slices.SortStableFunc(order, func(a, b int) int { // those of its units first, but for every fourth
		rank := func(i int) int {
			if home(i) || i%4 == 0 {
				return 0
			}
			return 1
		}
		return cmp.Compare(rank(a), rank(b))
	})
	for i, n := range order[:40] {
		p := w.people[n]
		p.knows[topic] = 0.95 / float64(i+1)
		p.seen[topic] = p.knows[topic] * (0.67 + 0.66*w.rng.Float64())
		p.follows[topic] = w.rng.IntN(2) == 0
	}
	for _, n := range order[40:] {
		w.people[n].follows[topic] = w.rng.IntN(12) == 0 // out of interest
	}
}

// run lets the weeks pass, a quarter of an hour at a time.
func (w *simWorld) run() {
	const turn = 15 * time.Minute
	asked := 0
	for end := w.now.AddDate(0, 0, 7*simWatch); w.now.Before(end); w.now = w.now.Add(turn) {
		for ; asked < simQuestions && !w.questions[asked].at.After(w.now); asked++ {
			if w.policy == "broadcasting" {
				w.broadcast(w.questions[asked])
			}
		}
		if w.policy != "broadcasting" {
			for _, q := range w.questions[:asked] {
				if q.answered.IsZero() && !q.next.IsZero() && !q.next.After(w.now) {
					w.widen(q)
				}
			}
		}
		if hour := w.now.Hour(); hour < 9 || hour >= 17 {
			continue
		}
		for _, p := range w.people {
			if p.terms.Days.Has(w.now.Weekday()) && w.rng.IntN(16) == 0 {
				w.look(p)
			}
		}
	}
}

func (w *simWorld) broadcast(q *simQuestion) {
	for _, p := range w.people {
		if p.follows[q.topic] && p != q.asker {
			w.give(q, p)
		}
	}
}

func (w *simWorld) give(q *simQuestion, p *simPerson) {
	o := &simOffer{q: q, state: Offered, at: w.now, knows: w.rng.Float64() < p.knows[q.topic]}
	q.given[p] = o
	p.open = append(p.open, o)
	p.offers = append(p.offers, w.now)
}

// widen is Service.widen without a database.
func (w *simWorld) widen(q *simQuestion) {
	step := max(q.step, 1)
	if q.step < last && !w.now.Before(w.service.due(q.at, q.step+1)) {
		step = q.step + 1
	}
	rule, units, total := course[step].rule, map[int64]int{}, 0
	for p, o := range q.given {
		total++
		if o.state == Offered || o.state == Accepted {
			units[int64(p.unit)]++
			rule.Places--
		}
	}
	rule.Places = min(rule.Places, 2*course[step].rule.Places-total)
	left := 0
	if rule.Places > 0 {
		chosen, later := Choose(w.prospects(q, step), units, rule, w.now.Weekday())
		for _, c := range chosen {
			w.give(q, w.people[c.Person-1])
		}
		if len(chosen) < rule.Places {
			left = later
		}
	}
	_, next := w.service.next(routing{step: q.step, createdAt: q.at}, step, w.now, left > 0)
	q.step, q.next = step, time.Time{}
	if next != nil {
		q.next = *next
	}
}

func (w *simWorld) prospects(q *simQuestion, step int) []Prospect {
	var list []Prospect
	for _, p := range w.people {
		fit := p.seen[q.topic]
		if fit == 0 && step == last && p.follows[q.topic] {
			fit = 0.05
		}
		if fit == 0 || p == q.asker || q.given[p] != nil {
			continue
		}
		if w.policy == "neighbours first" && step < 2 && p.unit != q.asker.unit {
			continue
		}
		one := Prospect{Candidate: Candidate{Person: int64(p.id), Unit: int64(p.unit), Fit: fit, Terms: p.terms}}
		for _, at := range p.offers {
			if w.now.Sub(at) < week {
				one.Week++
			}
		}
		for _, o := range p.open {
			if o.state == Offered && o.q.answered.IsZero() {
				one.Waiting++
			}
		}
		var answers []Answer
		for _, a := range p.answers[q.topic] {
			a.Age = w.now.Sub(a.at)
			answers = append(answers, a.Answer)
			one.Busy = one.Busy || a.Choice == NoTime && a.Age < week
		}
		one.Accepts, one.Refused = Learn(answers)
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b Prospect) int { return cmp.Compare(b.Fit, a.Fit) })
	if step < last {
		list = list[:min(len(list), candidates)]
	}
	return list
}

// look is somebody reading the latest of what is before them.
func (w *simWorld) look(p *simPerson) {
	p.open = slices.DeleteFunc(p.open, func(o *simOffer) bool { return o.state != Offered || !o.q.answered.IsZero() })
	for i, read := len(p.open)-1, 0; i >= 0 && read < simLooks; i-- {
		o := p.open[i]
		if o.read {
			continue
		}
		read++
		w.read(p, o)
	}
}

func (w *simWorld) read(p *simPerson, o *simOffer) {
	o.read = true
	o.q.reads++
	if o.knows && o.q.toKnower.IsZero() {
		o.q.toKnower = w.now
	}
	switch chance := w.rng.IntN(10); {
	case o.knows && chance < 5:
		o.state, o.q.answered = Answered, w.now
	case o.knows && chance < 6:
		w.decline(p, o, NoTime)
	case !o.knows && chance < 3:
		w.decline(p, o, NotMine)
	}
	if o.state == Answered {
		p.answers[o.q.topic] = append(p.answers[o.q.topic], simAnswer{Answer{State: Answered, After: w.now.Sub(o.at)}, w.now})
	}
}

func (w *simWorld) decline(p *simPerson, o *simOffer, why Choice) {
	o.state = Declined
	p.answers[o.q.topic] = append(p.answers[o.q.topic], simAnswer{Answer{State: Declined, Choice: why, After: w.now.Sub(o.at)}, w.now})
	if w.policy != "broadcasting" && !o.q.next.IsZero() {
		o.q.next = w.now
	}
}

// simResult is what a simulation is judged by.
type simResult struct {
	policy              string
	week                []int // questions offered in each week to each person, sorted
	most, over          int   // within any seven days, and how often beyond somebody's cap
	found, answered     int
	half, threeQuarters float64 // working hours until somebody who knows reads it
	perAnswer           float64 // questions put before people for each answer
}

func (w *simWorld) result() simResult {
	r := simResult{policy: w.policy}
	var waits []float64
	offers := 0
	for _, p := range w.people {
		offers += len(p.offers)
		for i := range p.offers {
			n := 0
			for j := i; j < len(p.offers) && p.offers[j].Sub(p.offers[i]) < week; j++ {
				n++
			}
			r.most = max(r.most, n)
			if n > p.terms.WeeklyCap {
				r.over++
			}
		}
		for n := range simWeeks {
			from, count := w.questions[0].at.AddDate(0, 0, 7*n), 0
			for _, at := range p.offers {
				if !at.Before(from) && at.Sub(from) < week {
					count++
				}
			}
			r.week = append(r.week, count)
		}
	}
	slices.Sort(r.week)
	for _, q := range w.questions {
		if !q.toKnower.IsZero() {
			r.found++
			waits = append(waits, workingHours(q.at, q.toKnower))
		}
		if !q.answered.IsZero() {
			r.answered++
		}
	}
	for len(waits) < simQuestions { // nobody who knows ever read it
		waits = append(waits, simWatch*40)
	}
	slices.Sort(waits)
	r.half, r.threeQuarters = waits[len(waits)/2], waits[len(waits)*3/4]
	r.perAnswer = float64(offers) / float64(max(1, r.answered))
	return r
}

// workingHours counts the hours between two times in which people are at work.
func workingHours(from, to time.Time) (hours float64) {
	for ; from.Before(to); from = from.Add(15 * time.Minute) {
		if Weekdays.Has(from.Weekday()) && from.Hour() >= 9 && from.Hour() < 17 {
			hours += 0.25
		}
	}
	return hours
}

func (r simResult) at(share float64) int { return r.week[int(share*float64(len(r.week)-1))] }

func (r simResult) String() string {
	return fmt.Sprintf("%-17s %4d %6d %4d %4d %8d %9d %8d%% %8d%% %9.1f h %8.1f h %11.1f", r.policy,
		r.at(0), r.at(0.5), r.at(0.9), r.at(1), r.most, r.over, 100*r.found/simQuestions, 100*r.answered/simQuestions,
		r.half, r.threeQuarters, r.perAnswer)
}

// TestSimulation prints how load and waiting compare, and holds the policy to what it promises.
func TestSimulation(t *testing.T) {
	results := map[string]simResult{}
	lines := []string{
		"                  questions for a person in a week    in any                found              until a knower reads it   questions put",
		"                   min median  p90  max   7 days  over cap  a knower  answered      median       75%      to people for each answer",
	}
	for _, policy := range []string{"routing", "neighbours first", "broadcasting"} {
		w := newWorld(policy)
		w.run()
		results[policy] = w.result()
		lines = append(lines, results[policy].String())
	}
	t.Log("\n" + strings.Join(lines, "\n"))
	routed, near, all := results["routing"], results["neighbours first"], results["broadcasting"]
	if routed.over > 0 || near.over > 0 {
		t.Errorf("somebody had more questions in seven days than they take: %d times, %d times", routed.over, near.over)
	}
	if routed.perAnswer*4 > all.perAnswer {
		t.Errorf("%.1f questions put to people for each answer, want a quarter of broadcasting's %.1f", routed.perAnswer, all.perAnswer)
	}
	if routed.half > 3*all.half {
		t.Errorf("half of the questions waited %.1f working hours for a knower, want at most three times broadcasting's %.1f", routed.half, all.half)
	}
	if float64(routed.answered) < 0.85*float64(all.answered) {
		t.Errorf("%d questions answered, and %d by broadcasting", routed.answered, all.answered)
	}
	if routed.half > near.half {
		t.Errorf("asking neighbours first would be faster: %.1f working hours, not %.1f", near.half, routed.half)
	}
}
