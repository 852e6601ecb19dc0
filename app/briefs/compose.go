package briefs

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"watercooler/auth"
)

const (
	mostSentences = 25 // of a brief
	mostNamed     = 3  // titles in one sentence
	leastSaid     = 3  // replies to a thread, before it is said that much was said in it
	leastUseful   = 2  // votes for a thread, before it is said that people found it useful
	heated        = 6  // replies to a thread before views may be said to differ in it
	ripe          = 10 // replies to a discussion before it is asked whether it needs a decision
	leastUnits    = 3  // units whose people met in a thread
	longestQuote  = 180
)

// composer writes one brief for one reader.
type composer struct {
	*Brief
	m     *material
	items map[int64]Item
	v     auth.Viewer
	k     int
	zone  *time.Location
	now   time.Time

	told map[int64]bool // discussions that something was said about already
}

// compose writes the sections, what asks for something first.
func (c *composer) compose() {
	c.told = make(map[int64]bool)
	for _, part := range []struct {
		heading string
		write   func() []Sentence
	}{
		{"", c.lead},
		{"What needs a decision", c.needs},
		{"What was decided", c.decided},
		{"What moved", c.moved},
		{"What is rising", c.rises},
		{"What is stuck", c.stuck},
		{"Where views differ", c.differ},
		{"What was learnt", c.learnt},
		{"What was noticed", c.noticed},
		{"What people looked for", c.lookedFor},
	} {
		if list := part.write(); len(list) > 0 {
			c.Sections = append(c.Sections, Section{Heading: part.heading, Sentences: list})
		}
	}
	c.shorten()
}

// shorten leaves out what matters least until the brief is short enough: the last sentence of the last section that has several.
func (c *composer) shorten() {
	for len(c.Sentences()) > mostSentences {
		for i := len(c.Sections) - 1; i >= 0; i-- {
			if s := &c.Sections[i]; len(s.Sentences) > 1 || i == 0 {
				s.Sentences = s.Sentences[:len(s.Sentences)-1]
				break
			}
		}
	}
}

// way chooses between ways of saying the same.
func (c *composer) way(about string, ways ...string) string {
	return chosen(string(c.Scope.Kind)+strconv.FormatInt(c.Scope.ID, 10)+c.Period.String()+about, ways...)
}

// day writes the day of t in the hub's time zone.
func (c *composer) day(t time.Time) string { return date(t.In(c.zone)) }

// in says when the period was: "in May 2027", "in the week of 3 May 2027".
func (c *composer) in() string { return "in " + c.Period.Name() }

// found returns the items of marks that the reader may open, with their marks, and how many there are in all: also those past the
// first, which were counted by audience. What weighs most comes first, and then what is latest, or of what waits the earliest.
func (c *composer) found(w what, has func(sub string) bool) (items []Item, marks []mark, total int) {
	type group struct{ sub, audience string }
	counted := make(map[group]bool)
	earliest := w == waiting || w == due
	for _, m := range c.m.marks {
		if m.what != w || has != nil && !has(m.sub) || !c.v.CanRead(m.audience) {
			continue
		}
		if g := (group{m.sub, m.audience}); !counted[g] {
			counted[g] = true
			total += m.total
		}
		it, ok := c.items[m.thread]
		if !ok { // it was taken away since
			total--
			continue
		}
		items, marks = append(items, it), append(marks, m)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := marks[a], marks[b]
		if !earliest {
			x, y = y, x
		}
		return cmp.Or(cmp.Compare(marks[b].weight, marks[a].weight), x.at.Compare(y.at), cmp.Compare(x.thread, y.thread))
	})
	sortedItems, sortedMarks := make([]Item, len(items)), make([]mark, len(items))
	for i, o := range order {
		sortedItems[i], sortedMarks[i] = items[o], marks[o]
	}
	return sortedItems, sortedMarks, total
}

func is(want string) func(string) bool { return func(sub string) bool { return sub == want } }

// first returns as much of a list as one sentence names.
func first(list []Item) []Item { return list[:min(len(list), mostNamed)] }

// kindWords are the kinds of thread, one and several, in the order in which they are told.
var kindWords = [...]struct{ kind, one, many string }{
	{"question", "question", "questions"}, {"discussion", "discussion", "discussions"}, {"post", "post", "posts"},
	{"signal", "signal", "signals"}, {"decision", "decision", "decisions"},
}

// lead says how much was written.
func (c *composer) lead() (out []Sentence) {
	items, _, total := c.found(opened, nil)
	var kinds []string
	for _, k := range kindWords {
		if _, _, n := c.found(opened, is(k.kind)); n > 0 {
			kinds = append(kinds, count(n, k.one, k.many))
		}
	}
	if total > 0 {
		what, which := count(total, "thread", "threads"), ": "+listed(kinds)
		if len(kinds) == 1 {
			what, which = kinds[0], ""
		}
		l := say(start(c.in()) + ", " + c.who() + what)
		if before, ok := c.before(); ok {
			l.and(", " + c.compared(total, before))
		}
		l.and(which)
		out = append(out, l.on(items...).of(total).end("."))
	}
	talks, replies, threads := c.talks()
	if replies > 0 {
		l := say(start(c.way("replies", "there "+were(replies)+" "+count(replies, "reply", "replies")+", in ", "people wrote "+count(replies, "reply", "replies")+", in ")) + count(threads, "thread", "threads"))
		for _, t := range talks {
			l.on(c.items[t.thread])
		}
		out = append(out, l.of(threads).end("."))
	}
	if len(out) > 0 && c.m.people >= c.k {
		l := say("In all, " + number(c.m.people) + " people took part")
		if c.m.placed > 1 {
			l.and(", from " + count(c.m.placed, "unit", "units"))
		}
		ground := total
		for _, t := range talks {
			if total == 0 {
				ground = threads
				l.on(c.items[t.thread])
			}
		}
		out = append(out, l.on(items...).of(ground).end("."))
	}
	return out
}

// who says that somebody opened something.
func (c *composer) who() string {
	switch c.Scope.Kind {
	case Unit:
		return "people in " + c.Scope.Name + " opened "
	case Network:
		return "the members of " + c.Scope.Name + " opened "
	}
	return c.way("who", "people here opened ", "the hub gained ")
}

// before returns how much was opened in the period before, where both are over and there was something.
func (c *composer) before() (n int, ok bool) {
	for _, s := range c.m.subjects {
		if s.topic == 0 && s.bucket == len(c.m.buckets)-2 && c.v.CanRead(s.audience) {
			n += s.threads
		}
	}
	return n, c.Over && n > 0
}

// compared says how n stands to the number before.
func (c *composer) compared(n, before int) string {
	switch {
	case n > before:
		return number(n-before) + " more than in the " + c.Period.unit() + " before"
	case n < before:
		return number(before-n) + " fewer than in the " + c.Period.unit() + " before"
	}
	return "as many as in the " + c.Period.unit() + " before"
}

// talks returns where people replied, as far as the reader may open it, with how many replies there are in how many threads.
func (c *composer) talks() (list []talk, replies, threads int) {
	counted := make(map[string]bool)
	for _, t := range c.m.talks {
		if !c.v.CanRead(t.audience) {
			continue
		}
		if !counted[t.audience] {
			counted[t.audience] = true
			replies, threads = replies+t.total, threads+t.threads
		}
		if _, ok := c.items[t.thread]; !ok {
			replies, threads = replies-t.replies, threads-1
			continue
		}
		list = append(list, t)
	}
	return list, replies, threads
}

// moved says what was talked about, found useful, answered and published.
func (c *composer) moved() (out []Sentence) {
	talks, _, _ := c.talks()
	var said []Item
	var replies []int
	for _, t := range talks {
		if t.replies >= leastSaid && len(said) < mostNamed {
			said, replies = append(said, c.items[t.thread]), append(replies, t.replies)
		}
	}
	if len(said) > 0 {
		out = append(out, say(c.way("said", "Most was said in ", "Most replies went to ")).all(said, func(i int) string {
			if i == 0 {
				return " (" + count(replies[i], "reply", "replies") + ")"
			}
			return " (" + number(replies[i]) + ")"
		}).end("."))
	}
	items, marks, _ := c.found(opened, func(sub string) bool { return sub != "signal" && sub != "decision" })
	useful := 0
	for useful < len(items) && useful < mostNamed && marks[useful].weight >= leastUseful {
		useful++
	}
	switch {
	case useful > 0:
		out = append(out, say(c.way("useful", "Of what was new, people found ", "Of the new threads, people found ")).all(items[:useful], nil).end(" most useful."))
	case len(said) == 0 && len(items) > 0 && marks[0].weight == 0: // nothing stands out
		out = append(out, say(either(len(items) == 1, "What came is ", "The latest threads are ")).all(first(items), nil).end("."))
	}
	out = append(out, c.about()...)
	settled, _, n := c.found(answered, nil)
	switch {
	case n == 1 && len(settled) == 1:
		out = append(out, say("The question ").the(settled[0]).end(" got the answer that settled it."))
	case n > 1 && len(settled) > 0:
		out = append(out, c.among(start(count(n, "question", "questions"))+" got the answer that settled them", n, settled))
	}
	posts, _, n := c.found(opened, is("post"))
	switch {
	case n == 1 && len(posts) == 1:
		out = append(out, say(c.way("post", "On the blogs, ", "In the blogs, ")).the(posts[0]).end(" was published."))
	case n > 1 && len(posts) > 0:
		out = append(out, c.among("On the blogs, "+count(n, "post", "posts")+" "+were(n)+" published", n, posts))
	}
	return out
}

// about says which topics most was written about.
func (c *composer) about() []Sentence {
	topics := c.m.subjectsOf(c.v.CanRead, mostNamed)
	l, named := say(c.way("about", "Most was written about ", "The topics of most threads are ")), 0
	for _, t := range topics {
		var items []Item
		for _, id := range t.ids {
			if it, ok := c.items[id]; ok {
				items = append(items, it)
			}
		}
		if len(items) == 0 {
			continue
		}
		if named++; named > 1 {
			l.and(either(named == len(topics), " and ", ", "))
		}
		l.topic(t.name, t.slug).and(" (" + either(named == 1, count(t.threads, "thread", "threads"), number(t.threads)) + ")").on(items...)
	}
	if named < len(topics) || named == 0 { // a topic without anything to open: it was taken away a moment ago
		return nil
	}
	return []Sentence{l.end(".")}
}

// among ends a sentence about n things with their names, or with some of them.
func (c *composer) among(text string, n int, items []Item) Sentence {
	named := first(items)
	l := say(text)
	if len(named) < n {
		l.and(", among them ")
	} else {
		l.and(": ")
	}
	return l.all(named, nil).on(items...).of(n).end(".")
}

// rises says what is written about more than usual.
func (c *composer) rises() (out []Sentence) {
	const most = 3
	for _, r := range c.m.bursts(c.v.CanRead) {
		var items []Item
		for _, id := range r.ids {
			if it, ok := c.items[id]; ok {
				items = append(items, it)
			}
		}
		if len(items) == 0 {
			continue
		}
		l := say(c.way(r.slug, "Interest in ", "Talk about ")).topic(r.name, r.slug)
		l.and(either(len(out) == 0, " is rising: ", " is rising as well: ") + count(r.threads, "thread", "threads") + " " + c.in() + ", where " + c.usual(r.usual))
		if n := len(c.m.buckets); r.since < n-1 {
			l.and(", and it has been so since " + c.Period.step(r.since-n+1).Name())
		}
		l.and("; for example ").all(items[:min(len(items), 2)], nil)
		out = append(out, l.on(items...).of(r.threads).end("."))
		if len(out) == most {
			break
		}
	}
	c.Rising = len(out) > 0
	return out
}

// usual says how many threads of a topic a period usually has.
func (c *composer) usual(n float64) string {
	unit := c.Period.unit()
	switch whole := int(math.Round(n)); {
	case n < 0.75:
		return "less than one a " + unit + " was usual"
	case math.Abs(n-float64(whole)) < 0.05:
		return number(whole) + " a " + unit + " " + were(whole) + " usual"
	default:
		return "about " + number(whole) + " a " + unit + " " + were(whole) + " usual"
	}
}

// stuck says what waits.
func (c *composer) stuck() (out []Sentence) {
	out = append(out, c.unanswered()...)
	var late, overdue []Item
	var lateOn, overdueOn []time.Time
	for _, x := range c.choices(func(x choice) bool { return x.state == "proposed" && before(x.closesAt, c.m.end) }) {
		late, lateOn = append(late, c.items[x.thread]), append(lateOn, x.closesAt)
	}
	for _, x := range c.choices(func(x choice) bool {
		return x.state == "agreed" && before(x.reviewAt, c.m.end) && (x.reviewedAt.IsZero() || x.reviewedAt.Before(x.reviewAt))
	}) {
		overdue, overdueOn = append(overdue, c.items[x.thread]), append(overdueOn, x.reviewAt)
	}
	out = append(out, c.dated(late, lateOn, "The proposal ", " closed on ", " and is still not decided", "proposals have closed and are still not decided")...)
	out = append(out, c.dated(overdue, overdueOn, "The decision ", " was due for review on ", " and has not been reviewed", "decisions are overdue for review")...)
	items, marks, n := c.found(due, nil)
	on := make([]time.Time, len(marks))
	for i, m := range marks {
		on[i] = m.at
	}
	if n == 1 {
		return append(out, c.dated(items, on, "", " was due for a check on ", " and nobody has said that it is still right", "")...)
	}
	if n > 1 && len(items) > 0 {
		out = append(out, c.among(start(number(n))+" guides and answers are due for a check", n, items))
	}
	return out
}

func before(t, end time.Time) bool { return !t.IsZero() && t.Before(end) }

// dated writes about things that should have happened on a day: the day of one, and of several which they are.
func (c *composer) dated(items []Item, on []time.Time, one, day, end, several string) []Sentence {
	switch {
	case len(items) == 0:
		return nil
	case len(items) == 1:
		return []Sentence{say(one).the(items[0]).and(day + c.day(on[0])).end(end + ".")}
	}
	return []Sentence{c.among(start(number(len(items)))+" "+several, len(items), items)}
}

// unanswered says which questions nobody has replied to.
func (c *composer) unanswered() (out []Sentence) {
	items, marks, n := c.found(waiting, nil)
	if n == 0 || len(items) == 0 {
		return nil
	}
	_, _, since := c.found(waiting, func(sub string) bool { return sub == "since" || sub == "since known" })
	known, _, k := c.found(waiting, is("still known"))
	verb, when := have(n), ""
	if c.Over {
		verb, when = "had", "When the "+c.Period.unit()+" ended, "
	}
	text := count(n, "question", "questions") + " " + verb + " waited for more than a week without a reply"
	if when == "" {
		text = start(text)
	}
	l := say(when + text)
	if n == 1 {
		l.and(": ").all(items[:1], func(int) string { return " (asked on " + c.day(marks[0].at) + ")" })
	} else {
		l.and(", the longest ").all(items[:1], func(int) string { return " (asked on " + c.day(marks[0].at) + ")" })
	}
	out = append(out, l.on(items...).of(n).end("."))
	if since > 0 {
		later, _, _ := c.found(waiting, func(sub string) bool { return sub == "since" || sub == "since known" })
		l := say(either(since == n, either(n == 1, "It has", "All of them have"), start(number(since))+" of them "+have(since)) + " had one since")
		out = append(out, l.on(later...).of(since).end("."))
	}
	if k > 0 && len(known) > 0 {
		text := "There are people here who may know about "
		switch {
		case k == 1 && n-since == 1:
			l = say(text + "it: its page names them")
			if n > 1 {
				l = say(text).the(known[0]).and(": its page names them")
			}
		case k == 1:
			l = say(text).the(known[0]).and(": its page names them")
		case k == n-since:
			l = say(text + "all of " + either(since > 0, "the others", "them") + ": the page of each question names them")
		default:
			l = say(text + number(k) + " of " + either(since > 0, "those still open", "them") + ": the page of each question names them")
		}
		out = append(out, l.on(known...).of(k).end("."))
	}
	return out
}

// choices returns the decisions that the reader may open and that are as said, the oldest first.
func (c *composer) choices(which func(x choice) bool) (list []choice) {
	for _, x := range c.m.choices {
		if _, ok := c.items[x.thread]; ok && c.v.CanRead(x.audience) && which(x) {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b choice) int {
		return cmp.Or(a.createdAt.Compare(b.createdAt), cmp.Compare(a.thread, b.thread))
	})
	return list
}

// within reports whether t lies in the period.
func (c *composer) within(t time.Time) bool { return !t.Before(c.m.from) && t.Before(c.m.to) }
