package briefs

import (
	"slices"
	"time"
)

// needs says what waits for a decision.
func (c *composer) needs() (out []Sentence) {
	open := c.choices(func(x choice) bool { return x.state == "proposed" && !before(x.closesAt, c.m.end) })
	slices.SortStableFunc(open, func(a, b choice) int { return closing(a).Compare(closing(b)) })
	items := c.of(open)
	until := func(i int) string {
		switch at := open[i].closesAt; {
		case at.IsZero():
			return ""
		case at.Before(c.now):
			return " (closed on " + c.day(at) + ")"
		default:
			return " (open until " + c.day(at) + ")"
		}
	}
	switch n := len(items); {
	case n == 1:
		out = append(out, say("One proposal waits for a decision: ").all(items, until).end("."))
	case n > 1:
		l := say(start(number(n)) + " proposals wait for a decision")
		l.and(either(n > mostNamed, ", first of all ", ": ")).all(first(items), until)
		out = append(out, l.on(items...).of(n).end("."))
	}
	challenged := c.of(c.choices(func(x choice) bool { return x.state == "review" }))
	switch n := len(challenged); {
	case n == 1:
		out = append(out, say("The decision ").the(challenged[0]).end(" has been challenged and is being looked at again."))
	case n > 1:
		out = append(out, c.among(start(number(n))+" decisions have been challenged and are being looked at again", n, challenged))
	}
	talks, _, _ := c.talks()
	for _, t := range talks {
		if t.kind != "discussion" || t.closed || t.settled || t.replies < ripe || t.people < c.k || t.units < leastUnits {
			continue
		}
		c.told[t.thread] = true
		return append(out, say("Much was said in ").the(c.items[t.thread]).and(" ("+c.crowd(t)+"), and nothing has been decided from it yet").end("."))
	}
	return out
}

// crowd says how many took part in a talk, of whom there must be k.
func (c *composer) crowd(t talk) string {
	return count(t.replies, "reply", "replies") + " by " + number(t.people) + " people from " + count(t.units, "unit", "units")
}

// closing is when a proposal closes, in the far future for one without a day.
func closing(x choice) time.Time {
	if x.closesAt.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return x.closesAt
}

func (c *composer) of(list []choice) []Item {
	items := make([]Item, len(list))
	for i, x := range list {
		items[i] = c.items[x.thread]
	}
	return items
}

// decided says what was decided.
func (c *composer) decided() (out []Sentence) {
	made := c.choices(func(x choice) bool { return (x.state == "agreed" || x.state == "review") && c.within(x.decidedAt) })
	items := c.of(made)
	by := func(i int) string {
		if made[i].authority == "" {
			return ""
		}
		return " (" + quoted(made[i].authority, 60) + ")"
	}
	switch n := len(made); {
	case n == 1:
		out = append(out, say("One decision was made: ").all(items, by).end("."))
	case n > 1:
		l := say(start(number(n))+" decisions were made").and(either(n > mostNamed, ", among them ", ": ")).all(first(items), by)
		out = append(out, l.on(items...).of(n).end("."))
	}
	most := 2
	for i, x := range made {
		if x.effectiveAt.After(c.m.end) && most > 0 {
			most--
			out = append(out, say("").the(items[i]).end(" takes effect on "+c.day(x.effectiveAt)+"."))
		}
	}
	return out
}

// differ says where people disagree, and where many met.
func (c *composer) differ() (out []Sentence) {
	split := c.choices(func(x choice) bool { return c.within(x.saidAt) && x.agree > 0 && x.disagree+x.block > 0 })
	for _, x := range split[:min(len(split), 2)] {
		l := say("Not everybody agrees about ").the(c.items[x.thread])
		if against := x.disagree + x.block; x.agree >= c.k && against >= c.k && (x.abstain == 0 || x.abstain >= c.k) {
			l.and(": " + number(x.agree) + " agree and " + number(against) + " do not")
		}
		out = append(out, l.end("."))
		if x.dissent != "" {
			out = append(out, say("One reason given in ").the(c.items[x.thread]).and(": ‘"+full(quoted(x.dissent, longestQuote))).end("’"))
		}
	}
	talks, _, _ := c.talks()
	var met []Item
	var crowds []string
	for _, t := range talks {
		if t.kind != "discussion" && t.kind != "decision" || c.told[t.thread] || t.replies < heated || t.people < c.k || t.units < leastUnits || len(met) == 2 {
			continue
		}
		met, crowds = append(met, c.items[t.thread]), append(crowds, c.crowd(t))
	}
	if len(met) > 0 {
		out = append(out, say("Views of several units meet in ").all(met, func(i int) string { return " (" + crowds[i] + ")" }).end("."))
	}
	return out
}

// learnt says what reviews and reflections found.
func (c *composer) learnt() (out []Sentence) {
	most := 2
	for _, x := range c.choices(func(x choice) bool { return c.within(x.reviewedAt) }) {
		if most--; most < 0 {
			break
		}
		l := say("The decision ").the(c.items[x.thread]).and(" was reviewed")
		if x.learnt == "" {
			out = append(out, l.end("."))
			continue
		}
		out = append(out, l.and(". What it found: ‘"+full(quoted(x.learnt, longestQuote))).end("’"))
	}
	items, _, n := c.found(reflected, nil)
	switch {
	case n == 1 && len(items) == 1:
		out = append(out, say("One reflection was shared: ").all(items, nil).end("."))
	case n > 1 && len(items) > 0:
		out = append(out, c.among(start(number(n))+" reflections were shared", n, items))
	}
	return out
}

// signalWords say where signals come from.
var signalWords = [...]struct{ kind, from string }{
	{"press", "from the press"}, {"regulator", "from regulators"}, {"demography", "about the population"}, {"local", "about local politics"},
	{"national", "about national politics"}, {"peers", "from peers"}, {"technology", "about technology"}, {"policy", "about policy"},
}

// noticed says what came from outside.
func (c *composer) noticed() (out []Sentence) {
	items, marks, n := c.found(noticed, nil)
	if n == 0 || len(items) == 0 {
		return nil
	}
	var kinds []string
	for _, w := range signalWords {
		if _, _, of := c.found(noticed, is(w.kind)); of > 0 {
			kinds = append(kinds, number(of)+" "+w.from)
		}
	}
	if n == 1 {
		return append(out, say("One signal was noticed: ").all(items, nil).end("."))
	}
	l := say(start(number(n)) + " signals were noticed: " + listed(kinds))
	if n > mostNamed {
		l.and("; among them ")
	} else {
		l.and("; they are ")
	}
	out = append(out, l.all(first(items), nil).on(items...).of(n).end("."))
	if marks[0].weight >= leastSaid {
		out = append(out, say("The signal that people talked about most is ").the(items[0]).end("."))
	}
	return out
}

// lookedFor says what was searched for in vain, and what was found at last.
func (c *composer) lookedFor() (out []Sentence) {
	var missing, there []Item
	var answers []Sentence
	for _, g := range c.m.gaps {
		search := Item{Kind: "search", Title: g.said, Path: searchPath(g.said)}
		switch answer, ok := c.items[g.answer]; {
		case !g.closedAt.IsZero() && g.closedAt.Before(c.m.to):
			if ok {
				answers = append(answers, say("Who looks for ").the(search).and(" finds ").the(answer).end(" now."))
			} else {
				there = append(there, search)
			}
		default:
			missing = append(missing, search)
		}
	}
	if n := len(missing); n > 0 {
		l := say(c.way("looked", "People looked for ", "People searched for ")).all(first(missing), nil)
		if n > mostNamed {
			l.and(" and " + count(n-mostNamed, "other thing", "other things"))
		}
		out = append(out, l.on(missing...).of(n).end(" and did not find enough."))
	}
	out = append(out, answers[:min(len(answers), 2)]...)
	if n := len(there); n > 0 {
		out = append(out, say("Searches for ").all(first(there), nil).on(there...).of(n).end(" find something now."))
	}
	return out
}
