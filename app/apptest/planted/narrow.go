package planted

import (
	"fmt"
	"slices"
	"time"

	"watercooler/app/db"
)

// tunnels plants topics and units of which nothing is heard, and areas with one voice. Beside them: topics that have a season, topics
// that fade, teams of three, units that say little, and areas with one voice but for a word.
func (a *ailing) tunnels() {
	quiet := a.o.Month(Months-3).AddDate(0, 0, -15) // what was asked in January is answered by February
	for range 4 {
		topic := a.topic()
		a.hush(topic, func(at time.Time) bool { return at.After(quiet) })
		a.sign(Sign{Symptom: "tunnel", Topic: topic})
	}
	for range 3 { // of the second half of each year
		topic := a.topic()
		a.hush(topic, func(at time.Time) bool { return at.Month() < time.June || at.Month() == time.December })
	}
	silent := a.silent
	for i := range 5 {
		unit := a.team()
		silent[unit] = a.o.Month(Months - 3)
		if i >= 3 { // never
			silent[unit] = a.o.Month(0)
		}
		a.sign(Sign{Symptom: "tunnel", Unit: unit})
	}
	small := 0
	for _, u := range a.o.Units { // of three
		if n := len(a.members(u.ID)); n > 0 && n < 5 && u.Level == 2 && small < 2 {
			silent[u.ID] = a.o.Month(Months - 6)
			small++
		}
	}
	little := []int64{a.team(), a.team()}
	for _, unit := range little {
		silent[unit] = a.o.Month(Months - 3)
	}
	a.silence()
	for _, unit := range little {
		a.answer(a.question("", a.of(unit), a.any(), a.ago(20)), 5)
	}
	a.signals()
}

// hush takes away what is said of a topic when drop says so.
func (a *ailing) hush(topic int64, drop func(at time.Time) bool) {
	for _, t := range a.o.Threads {
		if slices.Contains(t.Topics, topic) && (drop(t.At) || slices.ContainsFunc(t.Replies, func(r *Reply) bool { return drop(r.At) })) {
			t.Deleted = t.At.Add(time.Hour)
		}
	}
}

func (a *ailing) members(unit int64) (list []int64) {
	for _, p := range a.o.People {
		if p.Unit == unit && p.Left.IsZero() {
			list = append(list, p.ID)
		}
	}
	return list
}

// silence has others say what the people of silent units said.
func (a *ailing) silence() {
	other := func(person int64, at time.Time) int64 {
		if begin, ok := a.silent[a.o.Person(person).Unit]; !ok || at.Before(begin) {
			return person
		}
		return a.person()
	}
	for _, t := range a.o.Threads {
		t.Author = other(t.Author, t.At)
		for _, r := range t.Replies {
			r.Author = other(r.Author, r.At)
		}
	}
}

// signals plants where they come from.
func (a *ailing) signals() {
	kinds := []string{"press", "regulator", "demography", "local", "national", "peers", "technology", "policy"}
	clip := func(topic int64, source int, kind string) {
		t := a.o.Thread(Thread{Kind: "signal", Title: a.matter().ask(a.r), Author: a.person(), Topics: []int64{topic}, At: a.ago(a.between(2, 360))})
		a.o.Also("signals", "thread_id, url, url_key, kind, source, published_at", []any{
			t.ID, fmt.Sprintf("https://source%d.example/%d", source, t.ID), fmt.Sprintf("source%d.example/%d", source, t.ID), kind, fmt.Sprintf("Source %d", source), db.Micros(t.At),
		})
	}
	anything := func() (int, string) { s := a.r.IntN(20); return s, kinds[s%len(kinds)] }
	for range 5 { // one source
		topic := a.topic()
		s, kind := anything()
		for range a.between(8, 14) {
			clip(topic, s, kind)
		}
		a.sign(Sign{Symptom: "tunnel", Topic: topic})
	}
	for range 4 { // one kind, from several
		topic, kind := a.topic(), a.r.IntN(4)
		for i := range a.between(9, 14) {
			clip(topic, kind+8*(i%3), kinds[kind])
		}
		a.sign(Sign{Symptom: "tunnel", Topic: topic})
	}
	for range 4 { // few
		topic := a.topic()
		s, kind := anything()
		for range 4 {
			clip(topic, s, kind)
		}
	}
	for range 4 { // but for one
		topic := a.topic()
		for range 12 {
			clip(topic, 1, kinds[1])
		}
		clip(topic, 2, kinds[2])
	}
	for range 400 {
		s, kind := anything()
		clip(int64(communities*topicsEach+1+a.r.IntN(broadTopics)), s, kind)
	}
}
