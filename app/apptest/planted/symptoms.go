package planted

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"watercooler/app/db"
)

// Sign is a symptom that was planted: of which sort, and where it shows.
type Sign struct {
	Symptom          string
	Topic, Unit, Gap int64
	Threads          []int64 // what it shows in, where that is threads
}

// ailing plants symptoms.
type ailing struct {
	o       *Organisation
	r       *rand.Rand
	signs   []Sign
	topics  []int64             // of communities, with nothing else planted in them
	teams   []int64             // of ten people and more
	used    map[int64]bool      // topics that were taken
	silent  map[int64]time.Time // units, since when nobody in them says anything
	gaps    int64
	matters map[matter]bool // what something is about
}

// Ail plants the nine symptoms and, for each, what looks like it and is none. It makes titles of words of everything that was said
// before, and plants what the detectors must not see: which numbers it uses is its own affair, and none of theirs.
func (o *Organisation) Ail() []Sign {
	r := o.Stream("symptoms")
	a := &ailing{o: o, r: r, used: map[int64]bool{}, silent: map[int64]time.Time{}, matters: map[matter]bool{}}
	a.retitle()
	taken := slices.Clone(o.Truth.Fading)
	for _, b := range o.Truth.Bursts {
		taken = append(taken, b.Topic)
	}
	for _, i := range r.Perm(communities * topicsEach) {
		if topic := int64(i + 1); !slices.Contains(taken, topic) {
			a.topics = append(a.topics, topic)
		}
	}
	heads := map[int64]int{}
	for _, p := range o.People {
		if p.Left.IsZero() {
			heads[p.Unit]++
		}
	}
	for _, i := range r.Perm(len(o.Units)) {
		if u := o.Units[i]; u.Level == 2 && heads[u.ID] >= 10 {
			a.teams = append(a.teams, u.ID)
		}
	}
	a.tunnels() // first: it takes away from what was said before
	a.chokes()
	a.denials()
	a.decide()
	a.muddles()
	a.repeats()
	return a.signs
}

func (a *ailing) sign(s Sign) { a.signs = append(a.signs, s) }

// topic takes a topic in which nothing else is planted.
func (a *ailing) topic() int64 {
	t := a.topics[0]
	a.topics, a.used[t] = a.topics[1:], true
	return t
}

func (a *ailing) team() int64 {
	t := a.teams[0]
	a.teams = a.teams[1:]
	return t
}

// any is one of the topics of communities in which nothing was planted before.
func (a *ailing) any() int64 {
	for {
		if topic := int64(1 + a.r.IntN(communities*topicsEach)); !a.used[topic] {
			return topic
		}
	}
}

// person is somebody of the home organisation who stays and is not to be silent.
func (a *ailing) person() int64 {
	for {
		p := a.o.People[a.r.IntN(len(a.o.People))]
		if _, silent := a.silent[p.Unit]; p.Organisation == HomeOrg && p.Left.IsZero() && !silent {
			return p.ID
		}
	}
}

// other is somebody else.
func (a *ailing) other(than int64) int64 {
	for {
		if p := a.person(); p != than {
			return p
		}
	}
}

// of is somebody who stays and sits directly in a unit.
func (a *ailing) of(unit int64) int64 {
	var list []int64
	for _, p := range a.o.People {
		if p.Unit == unit && p.Left.IsZero() {
			list = append(list, p.ID)
		}
	}
	return list[a.r.IntN(len(list))]
}

// ago is a moment so many days before now, by day.
func (a *ailing) ago(days int) time.Time {
	return Now.AddDate(0, 0, -days).Add(-time.Duration(a.r.IntN(3*60)) * time.Minute).Truncate(time.Second)
}

// between is a number from one to another, both included.
func (a *ailing) between(from, to int) int { return from + a.r.IntN(to-from+1) }

// question opens a question by somebody about a topic.
func (a *ailing) question(title string, author, topic int64, at time.Time) *Thread {
	if title == "" {
		title = a.matter().ask(a.r)
	}
	return a.o.Thread(Thread{Title: title, Author: author, Topics: []int64{topic}, At: at})
}

// answer has somebody else reply, some hours later.
func (a *ailing) answer(t *Thread, hours int) *Reply {
	return a.o.Reply(t, a.other(t.Author), t.At.Add(time.Duration(hours)*time.Hour))
}

// chokes plants topics and units whose questions wait although many know, and beside them: topics in which an answer always
// takes weeks, topics whose askers found out by themselves, and questions in rooms that nobody looks into.
func (a *ailing) chokes() {
	for range 8 {
		topic := a.topic()
		for range a.between(45, 65) {
			a.question("", a.person(), topic, a.ago(a.between(45, 380)))
		}
		a.sign(Sign{Symptom: "choke", Topic: topic})
	}
	for range 3 {
		unit := a.team()
		for range a.between(50, 65) {
			a.question("", a.of(unit), a.any(), a.ago(a.between(45, 380)))
		}
		a.sign(Sign{Symptom: "choke", Unit: unit})
	}
	for range 4 { // slow, and always were
		topic := a.topic()
		for range 60 {
			a.answer(a.question("", a.person(), topic, a.ago(a.between(45, 380))), 24*a.between(10, 40))
		}
		for range 15 {
			a.question("", a.person(), topic, a.ago(a.between(1, 25)))
		}
	}
	for range 3 { // found out by themselves
		topic := a.topic()
		for range 40 {
			t := a.question("", a.person(), topic, a.ago(a.between(45, 380)))
			a.close(t, t.Author, 5)
		}
	}
	for range 4 { // out of sight
		topic, network := a.topic(), int64(1+a.r.IntN(communities*networksEach))
		for range 40 {
			t := a.question("", a.person(), topic, a.ago(a.between(45, 380)))
			t.Network, t.Audience = network, fmt.Sprintf("network:%d", network)
		}
	}
}

// close closes a thread, some days after it was opened.
func (a *ailing) close(t *Thread, by int64, days int) {
	t.Closed = t.At.AddDate(0, 0, days)
	a.o.Also("events", "at, actor_id, verb, object_kind, object_id, audience", []any{db.Micros(t.Closed), by, "thread.closed", "thread", t.ID, t.Audience})
}

// denials plants gaps and questions that were closed and nothing more.
func (a *ailing) denials() {
	gap := func(why, note string, answer int64, closed any) int64 {
		a.gaps++
		a.o.Also("gaps", "said, owner_id, note, answer_id, opened_at, closed_at, closed_why", []any{
			fmt.Sprintf("%s %s", word(a.r, manners), word(a.r, things)), a.person(), note, id(answer), db.Micros(a.ago(400)), closed, why,
		})
		return a.gaps
	}
	closed := func() any { return db.Micros(a.ago(a.between(5, 350))) }
	for range 20 {
		a.sign(Sign{Symptom: "denial", Gap: gap("owner", "", 0, closed())})
		gap("owner", "It is in the handbook of the service, which is not ours to publish.", 0, closed())
		gap("owner", "", a.question("", a.person(), a.any(), a.ago(30)).ID, closed())
		gap("found", "", 0, closed())
		gap("faded", "", 0, closed())
		gap("", "", 0, nil)
	}
	ask := func() *Thread { return a.question("", a.person(), a.any(), a.ago(a.between(60, 330))) }
	for i := range 25 {
		t := ask()
		a.close(t, a.other(t.Author), a.between(1, 20))
		a.sign(Sign{Symptom: "denial", Threads: []int64{t.ID}})

		t = ask() // by whoever asked
		a.close(t, t.Author, a.between(1, 20))
		t = ask() // answered
		a.answer(t, 30)
		a.close(t, a.other(t.Author), 10)
		t = ask() // another says it
		t.Superseded = a.o.Threads[0].ID
		a.close(t, a.other(t.Author), 10)
		t = ask() // long ago
		t.At = a.ago(a.between(500, 700))
		a.close(t, a.other(t.Author), 10)
		if i%2 == 0 { // in a closed room
			t = ask()
			t.Network, t.Audience = 8, "network:8"
			a.close(t, a.other(t.Author), 10)
		}
	}
}

// muddles plants guidance that clashes, and answers that differ.
func (a *ailing) muddles() {
	guide := func(title string, topic int64) *Thread {
		return a.o.Thread(Thread{Kind: "discussion", Title: title, Body: prose(a.r, 40), Author: a.person(), Topics: []int64{topic}, At: a.ago(a.between(10, 700)), Reference: true})
	}
	for range 300 {
		guide(a.matter().guide(a.r), a.any())
	}
	for i := range 15 {
		m, topic := a.matter(), a.any()
		pair := []int64{guide(m.guide(a.r), topic).ID, guide(a.reword(m).guide(a.r), topic).ID}
		if i%5 == 0 {
			pair = append(pair, guide(m.guide(a.r), topic).ID)
		}
		a.sign(Sign{Symptom: "muddle", Threads: pair})

		m = a.matter() // one leads to the other
		first, second := guide(m.guide(a.r), topic), guide(m.guide(a.r), topic)
		if i%2 == 0 {
			second.Body += fmt.Sprintf(" This adds to [the other](/threads/%d).", first.ID)
		} else {
			a.answer(first, 100).Body = fmt.Sprintf("See also https://hub.example/threads/%d", second.ID)
		}
		m = a.matter() // one has taken the place of the other
		first, second = guide(m.guide(a.r), topic), guide(m.guide(a.r), topic)
		first.Superseded = second.ID
		m = a.matter() // of different subjects
		guide(m.guide(a.r), topic)
		guide(m.guide(a.r), topic%(communities*topicsEach)+1)
		m = a.matter() // for others
		guide(m.guide(a.r), topic)
		for group := m.group; m.group == group; {
			m.group = groups[len(groups)-1-a.r.IntN(20)]
		}
		guide(m.guide(a.r), topic)
		m = a.matter() // every year
		for year := range 3 {
			guide(fmt.Sprintf("%s %d", m.guide(a.r), 2025+year), topic)
		}
	}
	accepted := func(m matter, topic int64, text string, at time.Time) *Thread {
		t := a.question(m.ask(a.r), a.person(), topic, at)
		r := a.answer(t, a.between(1, 60))
		r.Body, t.Accepted = text, r.ID
		return t
	}
	for range 12 {
		m, topic := a.matter(), a.any()
		one, two := accepted(m, topic, prose(a.r, 30), a.ago(400)), accepted(a.reword(m), topic, prose(a.r, 30), a.ago(100))
		a.sign(Sign{Symptom: "muddle", Threads: []int64{one.ID, two.ID}})

		m = a.matter() // said again
		text := prose(a.r, 30)
		accepted(m, topic, text, a.ago(400))
		accepted(m, topic, text+" "+prose(a.r, 5), a.ago(100))
		m = a.matter() // with a link
		one = accepted(m, topic, prose(a.r, 30), a.ago(400))
		accepted(m, topic, prose(a.r, 20)+fmt.Sprintf(" As in /threads/%d.", one.ID), a.ago(100))
	}
}

// repeats plants questions that come again, and beside them: asked twice, asked by many when something happened, asked for others, asked every
// year, and asked again but led to one answer.
func (a *ailing) repeats() {
	ask := func(title string, days int) *Thread {
		t := a.question(title, a.person(), a.any(), a.ago(days))
		a.answer(t, a.between(1, 60))
		return t
	}
	for range 25 {
		m := a.matter()
		var ids []int64
		for day := a.between(10, 100); day < 650 && len(ids) < 6; day += a.between(40, 180) {
			ids = append(ids, ask(a.reword(m).again(a.r), day).ID)
		}
		a.sign(Sign{Symptom: "repetition", Threads: ids})

		m = a.matter() // twice
		ask(m.ask(a.r), a.between(200, 400))
		ask(m.ask(a.r), a.between(10, 100))
		m = a.matter() // when something happened
		day := a.between(20, 300)
		for range 5 {
			ask(m.ask(a.r), day-a.r.IntN(6))
		}
		m = a.matter() // for others
		for i := range 4 {
			m.group = groups[len(groups)-1-i-a.r.IntN(20)]
			ask(m.ask(a.r), a.between(100*i+10, 100*i+80))
		}
		m = a.matter() // every year
		for i := range 3 {
			ask(fmt.Sprintf("%s %d", m.ask(a.r), 2025+i), 700-300*i-a.r.IntN(50))
		}
		m = a.matter() // led to one answer
		last := ask(m.ask(a.r), a.between(10, 50))
		for i := range 3 {
			ask(m.ask(a.r), a.between(100*i+100, 100*i+160)).Superseded = last.ID
		}
	}
}
