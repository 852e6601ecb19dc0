package insights_test

import (
	"slices"
	"time"
)

// truth is a thread as the test wrote it: what the attack and nobody else knows.
type truth struct {
	id, author, owner, at              int64
	kind                               string
	open, deleted, merged, superseded  bool
	check, checked                     int64
	topics                             []int64
	replies                            []said
	with, read, reflector, shared      int64
	source                             string
	state                              string
	decider, decided, review, reviewed int64
	options                            int
	evidence, dissent                  bool
	stances                            []int64
	changes                            []string
	changedAt                          []int64
}

type said struct{ by, at int64 }

// thing is something that is counted: a question, a review, the replies of somebody in a thread. It is the atom of the attack: what is
// learnt of a set of things is learnt of whoever did them.
type thing struct {
	family, month string
	people        []int64 // who did it; the first is counted for it
	other         int64   // who answered first
	is            []string
	weight        int64
	topics        []int64
}

// things are what t counts for.
func (t truth) things(h *hub) (out []thing) {
	if !t.open {
		return nil
	}
	add := func(family string, at int64, weight int64, other int64, is []string, people ...int64) {
		month := time.UnixMicro(at).In(h.zone).Format("2006-01")
		out = append(out, thing{family: family, month: month, people: people, other: other, is: is, weight: weight})
	}
	if t.deleted {
		if t.merged && t.kind == "question" {
			add("question", t.at, 1, 0, []string{"merged", "repeat"}, t.author)
		}
		return out
	}
	var is []string
	first := said{}
	others := map[int64]bool{}
	for _, r := range t.replies {
		if r.by == t.author {
			continue
		}
		others[r.by] = true
		if first.at == 0 || r.at < first.at || r.at == first.at && r.by < first.by {
			first = r
		}
	}
	if first.at != 0 {
		is = append(is, "replied")
	}
	switch t.kind {
	case "question":
		if t.superseded {
			is = append(is, "repeat")
		}
		add("question", t.at, 1, first.by, is, t.author)
	case "signal":
		if t.read != 0 {
			is = append(is, "read")
		}
		add("signal", t.at, 1, 0, is, t.author)
	case "discussion":
		var voices []string
		if len(others) >= 3 {
			voices = append(voices, "several")
		}
		for o := range others {
			if h.unitOf(o) != h.unitOf(t.author) {
				voices = append(voices, "across")
				break
			}
		}
		add("discussion", t.at, 1, 0, voices, t.author)
	case "decision":
		t.decisionThings(add)
	}
	if t.checked != 0 {
		add("check", t.checked, 1, 0, []string{"done"}, t.owner)
	}
	if t.check != 0 && !t.superseded && t.checked < t.check {
		add("check", t.check, 1, 0, nil, t.owner)
	}
	if t.reflector != 0 {
		add("reflection", t.shared, 1, 0, nil, t.reflector)
	}
	for _, r := range t.replies {
		if r.by == t.author {
			continue
		}
		var is []string
		if h.unitOf(r.by) != h.unitOf(t.author) {
			is = []string{"cross"}
		}
		add("reply", r.at, 1, 0, is, r.by)
	}
	if len(t.topics) > 0 {
		add("topic", t.at, 1, 0, nil, t.author)
		out[len(out)-1].topics = t.topics
	}
	for _, p := range append([]int64{t.author}, t.with) {
		if p != 0 {
			add("active", t.at, 1, 0, nil, p)
		}
	}
	for _, r := range t.replies {
		add("active", r.at, 1, 0, nil, r.by)
	}
	return out
}

func (t truth) decisionThings(add func(family string, at, weight, other int64, is []string, people ...int64)) {
	people := append([]int64{t.author}, t.stances...)
	if t.decider != 0 {
		people = append(people, t.decider)
	}
	if t.decided != 0 {
		var is []string
		for _, c := range []struct {
			has  bool
			mark string
		}{{t.evidence, "evidence"}, {t.options > 1, "options"}, {t.dissent, "dissent"}} {
			if c.has {
				is = append(is, c.mark)
			}
		}
		add("decision", t.decided, 1, 0, is, people...)
	}
	if t.review != 0 && (t.state == "agreed" || t.state == "review") && t.reviewed < t.review {
		add("review", t.review, 1, 0, nil, people...)
	}
	for i, c := range t.changes {
		switch {
		case c == "reviewed":
			add("review", t.changedAt[i], 1, 0, []string{"done"}, people...)
		case c == "superseded", (c == "amended" || c == "withdrawn") && slices.ContainsFunc(t.changes[:i], func(e string) bool { return e == "reviewed" || e == "challenged" }):
			add("change", t.changedAt[i], 1, 0, nil, people...)
		}
	}
}

// counts says what of which things each metric counts: all of them that are, and of those the part.
var counts = map[string]struct {
	family, are, not, part string
}{
	"signals": {family: "signal"}, "signal_read": {family: "signal", are: "read"}, "signal_sources": {family: "signal"}, "signals_discussed": {family: "signal", part: "replied"},
	"discussions": {family: "discussion"}, "discussions_across": {family: "discussion", part: "across"}, "discussions_several": {family: "discussion", part: "several"},
	"decisions": {family: "decision"}, "decisions_evidence": {family: "decision", part: "evidence"}, "decisions_alternatives": {family: "decision", part: "options"},
	"decisions_dissent": {family: "decision", part: "dissent"}, "decision_time": {family: "decision"},
	"reviews_on_time": {family: "review", part: "done"}, "reviews": {family: "review", are: "done"}, "decisions_changed": {family: "change"},
	"checked": {family: "check", part: "done"}, "reflections": {family: "reflection"},
	"questions": {family: "question", not: "merged"}, "answered": {family: "question", not: "merged", part: "replied"}, "first_answer": {family: "question", not: "merged", are: "replied"},
	"repeats": {family: "question", are: "repeat"}, "thread_age": {family: "reply"}, "replies_across": {family: "reply", part: "cross"},
	"breadth": {family: "people", part: "active"}, "searches": {family: "search"}, "searches_opened": {family: "search", part: "opened"}, "searches_nothing": {family: "search", part: "none"},
}
