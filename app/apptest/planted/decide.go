package planted

import (
	"time"

	"watercooler/app/db"
)

// decided is a decision before its rows are made.
type decided struct {
	*Thread
	state     string
	at        time.Time // zero while it is proposed
	notice    int
	options   int
	evidence  []proof
	stances   int
	changes   []step
	effective time.Time
}

// proof is a piece of evidence, step what happened to a decision.
type proof struct{ dated, added time.Time }
type step struct {
	at     time.Time
	by     int64
	what   string
	reason string
	other  int64
}

const day = 24 * time.Hour

// decision makes one as decisions should be: proposed, discussed, with options, evidence and notice.
func (a *ailing) decision(author int64, at time.Time) *decided {
	m := a.matter()
	t := a.o.Thread(Thread{Kind: "decision", Title: m.guide(a.r), Body: prose(a.r, 40), Author: author, Topics: []int64{a.any()}, At: at.Add(-time.Duration(a.between(5, 30)) * day)})
	d := &decided{Thread: t, state: "agreed", at: at, notice: a.between(0, 30), options: a.between(1, 4), stances: a.between(0, 5)}
	d.effective = at.AddDate(0, 0, d.notice)
	for range a.between(1, 4) {
		dated := at.AddDate(0, 0, -a.between(0, 300))
		d.evidence = append(d.evidence, proof{dated, later(t.At, dated)})
	}
	if a.r.IntN(3) > 0 {
		a.answer(t, a.between(1, 90))
	}
	return d
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// write makes the rows of a decision.
func (a *ailing) write(d *decided) *decided {
	var by any
	if !d.at.IsZero() {
		by = d.Author
		d.changes = append([]step{{d.At, d.Author, "proposed", "", 0}, {d.at, d.Author, "agreed", "", 0}}, d.changes...)
	}
	a.o.Also("decisions", "thread_id, state, decided_by, decided_at, notice_days, effective_at", []any{d.ID, d.state, by, when(d.at), d.notice, when(d.effective)})
	for i := range d.options {
		a.o.Also("decision_options", "thread_id, position, said, chosen", []any{d.ID, i + 1, prose(a.r, 6), i == 0})
	}
	for i, e := range d.evidence {
		a.o.Also("decision_evidence", "thread_id, position, kind, title, dated_at, added_at", []any{d.ID, i + 1, "data", prose(a.r, 5), when(e.dated), db.Micros(e.added)})
	}
	for i := range d.stances {
		a.o.Also("decision_stances", "thread_id, person_id, stance, created_at, updated_at", []any{d.ID, d.Author%1900 + int64(i) + 1, "agree", db.Micros(d.At.Add(time.Hour)), db.Micros(d.At.Add(time.Hour))})
	}
	for _, c := range d.changes {
		a.o.Also("decision_changes", "thread_id, at, by_id, change, reason, other_id", []any{d.ID, db.Micros(c.at), c.by, c.what, c.reason, id(c.other)})
	}
	return d
}

// decide plants what goes wrong with decisions, among 600 with which nothing does.
func (a *ailing) decide() {
	for range 600 {
		d := a.decision(a.person(), a.ago(a.between(1, 700)))
		if a.r.IntN(8) == 0 { // could not wait
			a.rush(d)
		}
		a.write(d)
	}
	recent := func() *decided { return a.decision(a.person(), a.ago(a.between(5, 360))) }
	for range 40 {
		d := recent()
		d.evidence, d.options = nil, a.r.IntN(2)
		a.sign(Sign{Symptom: "guesswork", Threads: []int64{a.write(d).ID}})

		d = recent() // a choice
		d.evidence, d.options = nil, 2
		a.write(d)
		d = recent() // evidence
		d.evidence, d.options = d.evidence[:1], 0
		a.write(d)
		d = recent() // not decided yet
		d.evidence, d.options, d.state, d.at, d.effective = nil, 0, "proposed", time.Time{}, time.Time{}
		a.write(d)
		d = recent() // taken back
		d.evidence, d.options, d.state = nil, 0, "withdrawn"
		a.write(d)
		d = a.decision(a.person(), a.ago(a.between(430, 700))) // long ago
		d.evidence, d.options = nil, 0
		a.write(d)
	}
	a.meddle()
	a.runs()
	a.evidenceAfter(recent)
	a.challenges()
	a.backAndForth()
}

// rush makes a decision one that nobody had notice of.
func (a *ailing) rush(d *decided) {
	d.At, d.notice, d.effective, d.stances = d.at.Add(-time.Hour), 0, d.at, 0
	for _, r := range d.Replies {
		r.At = d.at.Add(time.Duration(a.between(2, 90)) * time.Hour)
	}
}

// meddle plants changes from above, and changes by others, on one day, or over years.
func (a *ailing) meddle() {
	change := func(d *decided, unit int64, days ...int) {
		for _, n := range days {
			d.changes = append(d.changes, step{at: d.at.Add(time.Duration(n)*day + time.Minute), by: a.of(unit), what: "amended"})
		}
	}
	of := func(unit int64) *decided { return a.decision(a.of(unit), a.ago(a.between(260, 350))) }
	for i := range 20 {
		team := a.teams[i]
		service := a.o.Unit(team).Parent
		directorate := a.o.Unit(service).Parent

		d := of(team)
		change(d, service, 3, 20)
		change(d, directorate, 41, 55)
		a.sign(Sign{Symptom: "meddling", Threads: []int64{a.write(d).ID}})

		d = of(team) // their own
		change(d, team, 3, 20, 41, 55)
		a.write(d)
		d = of(team) // from the side
		change(d, a.teams[len(a.teams)-1-i], 3, 20, 41)
		a.write(d)
		d = of(team) // twice
		change(d, service, 3, 20)
		a.write(d)
		d = of(team) // over a year
		change(d, service, 3, 90, 180)
		a.write(d)
		d = of(team) // on one day
		change(d, directorate, 3, 3, 3, 3)
		a.write(d)
		d = of(team) // by whoever owns it
		d.Owner = a.of(directorate)
		d.changes = append(d.changes, step{d.at.Add(day), d.Owner, "amended", "", 0}, step{d.at.Add(9 * day), d.Owner, "amended", "", 0}, step{d.at.Add(30 * day), d.Owner, "amended", "", 0})
		a.write(d)
	}
}

// runs plants decisions without notice, close together in one directorate.
func (a *ailing) runs() {
	for i := range 8 {
		directorate := a.o.Units[i%5*21].ID
		if a.o.Unit(directorate).Level != 0 {
			panic("planted: directorates are not where they were")
		}
		from := a.between(40, 80) + 80*(i/5)*2
		var ids []int64
		for range a.between(7, 9) {
			author := a.person()
			for !a.o.Within(a.o.Person(author).Unit, directorate) {
				author = a.person()
			}
			d := a.decision(author, a.ago(from-a.r.IntN(20)))
			a.rush(d)
			ids = append(ids, a.write(d).ID)
		}
		a.sign(Sign{Symptom: "panic", Unit: directorate, Threads: ids})
	}
}

// evidenceAfter plants decisions whose evidence came after them.
func (a *ailing) evidenceAfter(recent func() *decided) {
	for i := range 25 {
		d := recent()
		d.at = a.ago(a.between(120, 340))
		after := func() time.Time { return d.at.Add(time.Duration(a.between(8, 90)) * day) }
		d.evidence = nil
		for range a.between(1, 3) {
			at := after()
			d.evidence = append(d.evidence, proof{at, at.Add(day)})
		}
		if i%4 == 0 {
			d.evidence = []proof{{added: after()}}
		}
		if i%5 == 0 { // one came before, two after
			d.evidence = append([]proof{{d.at.Add(-9 * day), d.at}}, proof{after(), after()}, proof{after(), after()})
		}
		a.sign(Sign{Symptom: "policy", Threads: []int64{a.write(d).ID}})

		d = recent() // the same day
		d.evidence = []proof{{d.at.Truncate(day).Add(20 * time.Hour), d.at.Add(day)}}
		a.write(d)
		d = recent() // written down late
		d.evidence = []proof{{d.at.Add(-40 * day), d.at.Add(3 * day)}, {d.at.Add(-2 * day), d.at.Add(4 * day)}}
		a.write(d)
		d = recent() // followed up
		d.evidence = []proof{{d.at.Add(-40 * day), d.at}, {d.at.Add(-9 * day), d.at}, {d.at.Add(4 * day), d.at.Add(4 * day)}}
		a.write(d)
		d = recent() // without a date, within a week
		d.evidence = []proof{{added: d.at.Add(3 * day)}}
		a.write(d)
		d = a.decision(a.person(), a.ago(a.between(200, 350))) // learnt when it was looked at again
		d.changes = append(d.changes, step{d.at.Add(90 * day), d.Author, "reviewed", "It works.", 0})
		d.evidence = []proof{{d.at.Add(80 * day), d.at.Add(91 * day)}, {d.at.Add(85 * day), d.at.Add(91 * day)}}
		a.write(d)
	}
}

// challenges plants challenges that met nothing.
func (a *ailing) challenges() {
	old := func() *decided { return a.decision(a.person(), a.ago(a.between(200, 350))) }
	challenge := func(d *decided) time.Time {
		at := d.at.Add(time.Duration(a.between(20, 60)) * day)
		d.changes = append(d.changes, step{at, a.other(d.Author), "challenged", "It does not hold any more.", 0})
		d.state = "review"
		return at
	}
	for i := range 15 {
		d := old()
		at := challenge(d)
		if i%3 == 0 { // taken back without a word
			d.state = "agreed"
			d.changes = append(d.changes, step{at.Add(5 * day), d.Author, "reinstated", "", 0})
		}
		a.sign(Sign{Symptom: "denial", Threads: []int64{a.write(d).ID}})

		d = old() // talked about
		at = challenge(d)
		a.o.Reply(d.Thread, d.Author, at.Add(3*day))
		a.write(d)
		d = old() // looked at
		at = challenge(d)
		d.changes = append(d.changes, step{at.Add(20 * day), d.Author, "reviewed", "It holds.", 0})
		a.write(d)
		d = old() // confirmed, with a reason
		at = challenge(d)
		d.state = "agreed"
		d.changes = append(d.changes, step{at.Add(5 * day), d.Author, "reinstated", "The figures of March agree with it.", 0})
		a.write(d)
		d = a.decision(a.person(), a.ago(60)) // only now
		d.changes = append(d.changes, step{a.ago(a.between(2, 20)), a.person(), "challenged", "Why?", 0})
		a.write(d)
	}
}

// backAndForth plants decisions that return to what had been decided, among those that are refined.
func (a *ailing) backAndForth() {
	chain := func(texts ...string) (ids []int64) {
		author, topic := a.person(), a.any()
		var all []*decided
		for i, text := range texts {
			d := a.decision(author, a.ago(330-90*i))
			d.Body, d.Topics, d.options = text, []int64{topic}, 0
			all = append(all, d)
		}
		for i, d := range all {
			if i+1 < len(all) {
				d.state, d.Superseded = "superseded", all[len(all)-1].ID
				d.changes = append(d.changes, step{all[i+1].at, author, "superseded", "", all[i+1].ID})
			}
			ids = append(ids, a.write(d).ID)
		}
		return ids
	}
	for range 12 {
		first, other := prose(a.r, 50), prose(a.r, 50)
		a.sign(Sign{Symptom: "repetition", Threads: chain(first, other, first+" "+prose(a.r, 6))})
		chain(prose(a.r, 50), prose(a.r, 50), prose(a.r, 50)) // on and on
		text := prose(a.r, 40)
		chain(text, text+" "+prose(a.r, 5), text+" "+prose(a.r, 8)) // refined
		chain(prose(a.r, 50), prose(a.r, 50))
	}
	reinstate := func(days int) int64 {
		d := a.decision(a.person(), a.ago(300))
		left := d.at.Add(60 * day)
		d.changes = append(d.changes, step{left, d.Author, "withdrawn", "Not now.", 0}, step{left.Add(time.Duration(days) * day), d.Author, "reinstated", "It holds again.", 0})
		return a.write(d).ID
	}
	for range 8 {
		a.sign(Sign{Symptom: "repetition", Threads: []int64{reinstate(a.between(20, 120))}})
		reinstate(1) // a slip
	}
}
