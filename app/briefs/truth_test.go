package briefs_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watercooler/app/briefs"
	"watercooler/app/db"
	"watercooler/app/errs"
)

// oracle counts again, by plain SQL, what a brief says to one reader.
type oracle struct {
	h        *hub
	t        *testing.T
	base     string // the condition that thread t may be told of
	from, to int64
	end      int64
	p        briefs.Period
	s        briefs.Sentence
}

func (o oracle) count(statement string, args ...any) (n int) {
	o.t.Helper()
	if err := o.h.db.QueryRow(o.t.Context(), strings.ReplaceAll(statement, "BASE", o.base), args...).Scan(&n); err != nil {
		o.t.Fatalf("%s: %v", statement, err)
	}
	return n
}

// is compares a number of the sentence with what was counted.
func (o oracle) is(said string, want int) {
	o.t.Helper()
	if got := value(o.t, said); got != want {
		o.t.Errorf("%q says %d, and there are %d", o.s.Text(), got, want)
	}
}

// rests checks that the sentence rests on so many items, named or not.
func (o oracle) rests(want int) {
	o.t.Helper()
	if got := len(o.s.Items) + o.s.More; got != want {
		o.t.Errorf("%q rests on %d items, want %d", o.s.Text(), got, want)
	}
}

func value(t *testing.T, said string) int {
	t.Helper()
	if n := slices.Index([]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}, strings.ToLower(said)); n >= 0 {
		return n
	}
	n, err := strconv.Atoi(strings.ReplaceAll(said, ",", ""))
	if err != nil {
		t.Fatalf("%q is no number", said)
	}
	return n
}

// of returns the id of the thread with a title like T042.
func of(t *testing.T, title string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.Trim(title, "“”T"), 10, 64)
	if err != nil {
		t.Fatalf("%q is no title", title)
	}
	return n
}

const (
	num   = `(?:Altogether )?([A-Za-z]+|[0-9,]+)`
	title = `“(T[0-9]{3})”`
	onDay = `([0-9]{1,2} [A-Z][a-z]+ [0-9]{4})`
)

var kindOf = map[string]string{"question": "question", "questions": "question", "discussion": "discussion", "discussions": "discussion", "post": "post", "posts": "post", "signal": "signal", "signals": "signal", "decision": "decision", "decisions": "decision"}

const openedThen = `SELECT COUNT(*) FROM threads t WHERE BASE AND t.created_at >= $1 AND t.created_at < $2`

// choices counts decisions that are as where says.
func (o oracle) choices(where string, args ...any) int {
	o.t.Helper()
	return o.count(`SELECT COUNT(*) FROM threads t JOIN decisions d ON d.thread_id = t.id WHERE BASE AND t.created_at < $1 AND `+where, append([]any{o.end}, args...)...)
}

// named counts decisions with the title of the sentence.
func (o oracle) named(m string, where string, args ...any) {
	o.t.Helper()
	if n := o.choices(fmt.Sprintf("t.id = %d AND ", of(o.t, m))+where, args...); n != 1 {
		o.t.Errorf("%q is not so of decision %s", o.s.Text(), m)
	}
}

// crowds checks "“A” (9 replies by seven people from three units)".
func (o oracle) crowds(title, replies, people, units string) {
	o.t.Helper()
	const said = ` FROM replies r JOIN threads t ON t.id = r.thread_id JOIN people p ON p.id = r.author_id WHERE BASE AND t.id = $1 AND r.deleted_at IS NULL AND r.created_at >= $2 AND r.created_at < $3`
	id := of(o.t, title)
	o.is(replies, o.count(`SELECT COUNT(*)`+said, id, o.from, o.to))
	n := o.count(`SELECT COUNT(DISTINCT r.author_id)`+said, id, o.from, o.to)
	o.is(people, n)
	o.is(units, o.count(`SELECT COUNT(DISTINCT p.unit_id)`+said, id, o.from, o.to))
	if n < 5 {
		o.t.Errorf("%q counts %d people", o.s.Text(), n)
	}
}

const (
	overdue = `d.state = 'agreed' AND d.review_at < $1 AND (d.reviewed_at IS NULL OR d.reviewed_at < d.review_at)`
	waits   = `SELECT COUNT(*) FROM threads t WHERE BASE AND t.kind = 'question' AND t.created_at >= $1 AND t.created_at < $2 AND (t.closed_at IS NULL OR t.closed_at >= $3)
		AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL AND r.created_at < $3)`
)

func (o oracle) waits(more string) int {
	o.t.Helper()
	const d = int64(24 * time.Hour / time.Microsecond)
	return o.count(waits+more, o.end-92*d, o.end-7*d, o.end)
}

const repliedSince = ` AND EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL)`

// patterns are all sentences that a brief may hold, with how each is counted again. Where nothing is counted, what is said of the items
// named is checked.
var patterns = []struct {
	text  *regexp.Regexp
	check func(o oracle, m []string)
}{
	{regexp.MustCompile(`^In [^,]+, (?:people here|people in [A-Z][a-z]+|the members of [A-Za-z ]+|the hub) (?:opened|gained) ` + num + ` ([a-z]+)(?:, (?:` + num + ` (more|fewer) than|(as many as)) in the [a-z]+ before)?(?:: (.+))?\.$`), func(o oracle, m []string) {
		n := o.count(openedThen, o.from, o.to)
		o.is(m[1], n)
		o.rests(n)
		if kind := kindOf[m[2]]; kind != "" && n != o.count(openedThen+" AND t.kind = $3", o.from, o.to, kind) {
			o.t.Errorf("%q: not all are of that kind", o.s.Text())
		}
		before := o.count(openedThen, db.Micros(o.p.Before().From(time.UTC)), o.from)
		switch {
		case m[4] == "more":
			o.is(m[3], n-before)
		case m[4] == "fewer":
			o.is(m[3], before-n)
		case m[5] != "" && n != before:
			o.t.Errorf("%q, and before there were %d", o.s.Text(), before)
		}
		for _, part := range regexp.MustCompile(`([a-z]+|[0-9,]+) (questions?|discussions?|posts?|signals?|decisions?)\b`).FindAllStringSubmatch(m[6], -1) {
			o.is(part[1], o.count(openedThen+" AND t.kind = $3", o.from, o.to, kindOf[part[2]]))
		}
	}},
	{regexp.MustCompile(`^(?:There (?:was|were)|People wrote) ` + num + ` repl(?:y|ies), in ` + num + ` threads?\.$`), func(o oracle, m []string) {
		const said = ` FROM replies r JOIN threads t ON t.id = r.thread_id WHERE BASE AND r.deleted_at IS NULL AND r.created_at >= $1 AND r.created_at < $2`
		o.is(m[1], o.count(`SELECT COUNT(*)`+said, o.from, o.to))
		n := o.count(`SELECT COUNT(DISTINCT r.thread_id)`+said, o.from, o.to)
		o.is(m[2], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^In all, ` + num + ` people took part(?:, from ` + num + ` units?)?\.$`), func(o oracle, m []string) {
		const who = ` FROM people p WHERE EXISTS (SELECT 1 FROM threads t WHERE BASE AND t.author_id = p.id AND t.created_at >= $1 AND t.created_at < $2)
			OR EXISTS (SELECT 1 FROM replies r JOIN threads t ON t.id = r.thread_id WHERE BASE AND r.author_id = p.id AND r.deleted_at IS NULL AND r.created_at >= $1 AND r.created_at < $2)`
		o.is(m[1], o.count(`SELECT COUNT(*)`+who, o.from, o.to))
		o.is(m[2], o.count(`SELECT COUNT(DISTINCT p.unit_id)`+who, o.from, o.to))
		if value(o.t, m[1]) < 5 {
			o.t.Errorf("%q counts too few", o.s.Text())
		}
	}},
	{regexp.MustCompile(`^` + num + ` proposals? waits? for a decision(?:: |, first of all )(.+)\.$`), func(o oracle, m []string) {
		n := o.choices(`d.state = 'proposed' AND (d.closes_at IS NULL OR d.closes_at >= $1)`)
		o.is(m[1], n)
		o.rests(n)
		for _, x := range regexp.MustCompile(title+` \((?:open until|closed on) `+onDay+`\)`).FindAllStringSubmatch(m[2], -1) {
			o.named(x[1], `d.closes_at >= $2 AND d.closes_at < $3`, micros(o.t, x[2]), micros(o.t, x[2])+dayLong)
		}
	}},
	{regexp.MustCompile(`^The decision ` + title + ` has been challenged and is being looked at again\.$`), func(o oracle, m []string) { o.named(m[1], `d.state = 'review'`); o.rests(1) }},
	{regexp.MustCompile(`^` + num + ` decisions have been challenged and are being looked at again.+\.$`), func(o oracle, m []string) {
		n := o.choices(`d.state = 'review'`)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^Much was said in ` + title + ` \(` + num + ` replies by ` + num + ` people from ` + num + ` units\), and nothing has been decided from it yet\.$`), func(o oracle, m []string) {
		o.crowds(m[1], m[2], m[3], m[4])
		if o.count(`SELECT COUNT(*) FROM decisions d WHERE d.source_id = $1`, of(o.t, m[1])) > 0 {
			o.t.Errorf("%q, but a decision was", o.s.Text())
		}
	}},
	{regexp.MustCompile(`^` + num + ` decisions? (?:was|were) made(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.choices(`d.state IN ('agreed', 'review') AND d.decided_at >= $2 AND d.decided_at < $3`, o.from, o.to)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^` + title + ` takes effect on ` + onDay + `\.$`), func(o oracle, m []string) {
		o.named(m[1], `d.effective_at >= $2 AND d.effective_at < $3 AND d.effective_at > $1`, micros(o.t, m[2]), micros(o.t, m[2])+dayLong)
	}},
	{regexp.MustCompile(`^(?:Most was said in|Most replies went to) (.+)\.$`), func(o oracle, m []string) {
		for i, x := range regexp.MustCompile(title+` \(([a-z]+|[0-9,]+)( repl(?:y|ies))?\)`).FindAllStringSubmatch(m[1], -1) {
			n := o.count(`SELECT COUNT(*) FROM replies r JOIN threads t ON t.id = r.thread_id WHERE BASE AND t.id = $1 AND r.deleted_at IS NULL AND r.created_at >= $2 AND r.created_at < $3`, of(o.t, x[1]), o.from, o.to)
			o.is(x[2], n)
			above := o.count(`SELECT COUNT(*) FROM (SELECT r.thread_id FROM replies r JOIN threads t ON t.id = r.thread_id WHERE BASE AND r.deleted_at IS NULL AND r.created_at >= $1 AND r.created_at < $2 GROUP BY r.thread_id HAVING COUNT(*) > $3) x`, o.from, o.to, n)
			if above > i {
				o.t.Errorf("%q: %d threads have more replies than %s", o.s.Text(), above, x[1])
			}
		}
	}},
	{regexp.MustCompile(`^(?:Of what was new, people found|Of the new threads, people found) (.+) most useful\.$`), func(o oracle, m []string) {
		for i, x := range regexp.MustCompile(title).FindAllStringSubmatch(m[1], -1) {
			if n := o.count(openedThen+` AND t.kind NOT IN ('signal', 'decision') AND t.vote_count > (SELECT y.vote_count FROM threads y WHERE y.id = $3)`, o.from, o.to, of(o.t, x[1])); n > i {
				o.t.Errorf("%q: %d threads have more votes than %s", o.s.Text(), n, x[1])
			}
		}
	}},
	{regexp.MustCompile(`^(?:The latest threads are|What came is) .+\.$`), func(o oracle, _ []string) {
		for _, it := range o.s.Items {
			if o.count(openedThen+` AND t.id = $3`, o.from, o.to, it.Thread) != 1 {
				o.t.Errorf("%q: %s is not of the period", o.s.Text(), it.Title)
			}
		}
	}},
	{regexp.MustCompile(`^(?:Most was written about|The topics of most threads are) (.+)\.$`), func(o oracle, m []string) {
		for _, x := range regexp.MustCompile(`([A-Z][a-z]+) \(([a-z]+|[0-9,]+)`).FindAllStringSubmatch(m[1], -1) {
			o.is(x[2], o.count(openedThen+` AND EXISTS (SELECT 1 FROM thread_topics h JOIN topics o ON o.id = h.topic_id WHERE h.thread_id = t.id AND o.name = $3)`, o.from, o.to, x[1]))
		}
	}},
	{regexp.MustCompile(`^The question ` + title + ` got the answer that settled it\.$`), func(o oracle, m []string) { o.is("one", o.answered(of(o.t, m[1]))) }},
	{regexp.MustCompile(`^` + num + ` questions got the answer that settled them(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.answered(0)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^(?:On|In) the blogs, ` + title + ` was published\.$`), func(o oracle, _ []string) {
		o.is("one", o.count(openedThen+" AND t.kind = 'post'", o.from, o.to))
	}},
	{regexp.MustCompile(`^On the blogs, ` + num + ` posts were published(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.count(openedThen+" AND t.kind = 'post'", o.from, o.to)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^(?:Interest in|Talk about) ([A-Z][a-z]+) is rising(?: as well)?: ` + num + ` threads in .+, where (.+) usual(, and it has been so since .+)?; for example .+\.$`), func(o oracle, m []string) {
		n := o.count(openedThen+` AND EXISTS (SELECT 1 FROM thread_topics h JOIN topics o ON o.id = h.topic_id WHERE h.thread_id = t.id AND o.name = $3)`, o.from, o.to, m[1])
		o.is(m[2], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^(?:When the [a-z]+ ended, )?` + num + ` questions? (?:had|has|have) waited for more than a week without a reply(?:: |, the longest )` + title + ` \(asked on ` + onDay + `\)\.$`), func(o oracle, m []string) {
		n := o.waits("")
		o.is(m[1], n)
		o.rests(n)
		if o.waits(fmt.Sprintf(" AND t.created_at < (SELECT y.created_at FROM threads y WHERE y.id = %d)", of(o.t, m[2]))) != 0 {
			o.t.Errorf("%q: another waits longer", o.s.Text())
		}
	}},
	{regexp.MustCompile(`^(?:It has|All of them have|` + num + ` of them (?:has|have)) had one since\.$`), func(o oracle, m []string) {
		n := o.waits(repliedSince)
		o.rests(n)
		if m[1] != "" {
			o.is(m[1], n)
		}
	}},
	{regexp.MustCompile(`^There are people here who may know about .+: (?:its page names them|the page of each question names them)\.$`), func(o oracle, _ []string) {
		n := o.waits(` AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL) AND EXISTS (SELECT 1 FROM thread_topics h WHERE h.thread_id = t.id AND h.topic_id = 1 AND t.author_id <> 5)`)
		o.rests(n)
		if m := regexp.MustCompile(num + ` of (?:them|those still open)`).FindStringSubmatch(o.s.Text()); m != nil {
			o.is(m[1], n)
		}
	}},
	{regexp.MustCompile(`^The proposal ` + title + ` closed on ` + onDay + ` and is still not decided\.$`), func(o oracle, m []string) {
		o.named(m[1], `d.state = 'proposed' AND d.closes_at < $1`)
		o.is("one", o.choices(`d.state = 'proposed' AND d.closes_at < $1`))
	}},
	{regexp.MustCompile(`^` + num + ` proposals have closed and are still not decided(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.choices(`d.state = 'proposed' AND d.closes_at < $1`)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^The decision ` + title + ` was due for review on ` + onDay + ` and has not been reviewed\.$`), func(o oracle, m []string) { o.named(m[1], overdue); o.is("one", o.choices(overdue)) }},
	{regexp.MustCompile(`^` + num + ` decisions are overdue for review(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.choices(overdue)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^` + title + ` was due for a check on ` + onDay + ` and nobody has said that it is still right\.$`), func(o oracle, _ []string) {
		o.is("one", o.count(`SELECT COUNT(*) FROM threads t WHERE BASE AND t.check_at < $1`, o.end))
	}},
	{regexp.MustCompile(`^` + num + ` guides and answers are due for a check(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.count(`SELECT COUNT(*) FROM threads t WHERE BASE AND t.check_at < $1`, o.end)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^Not everybody agrees about ` + title + `(?:: ` + num + ` agree and ` + num + ` do not)?\.$`), func(o oracle, m []string) {
		const stances = `SELECT COUNT(*) FROM decision_stances s WHERE s.thread_id = $1 AND s.stance IN `
		agree, against := o.count(stances+"('agree')", of(o.t, m[1])), o.count(stances+"('disagree', 'block')", of(o.t, m[1]))
		if agree == 0 || against == 0 {
			o.t.Errorf("%q: they agree", o.s.Text())
		}
		if m[2] != "" {
			o.is(m[2], agree)
			o.is(m[3], against)
			if agree < 5 || against < 5 {
				o.t.Errorf("%q counts too few", o.s.Text())
			}
		}
	}},
	{regexp.MustCompile(`^One reason given in ` + title + `: ‘Too soon\.’$`), func(oracle, []string) {}},
	{regexp.MustCompile(`^Views of several units meet in (.+)\.$`), func(o oracle, m []string) {
		all := regexp.MustCompile(title+` \(`+num+` replies by `+num+` people from `+num+` units\)`).FindAllStringSubmatch(m[1], -1)
		o.rests(len(all))
		for _, x := range all {
			o.crowds(x[1], x[2], x[3], x[4])
		}
	}},
	{regexp.MustCompile(`^The decision ` + title + ` was reviewed(?:\. What it found: ‘It works\.’|\.)$`), func(o oracle, m []string) {
		o.named(m[1], `d.reviewed_at >= $2 AND d.reviewed_at < $3`, o.from, o.to)
	}},
	{regexp.MustCompile(`^` + num + ` reflections? (?:was|were) shared(?:: |, among them ).+\.$`), func(o oracle, m []string) {
		n := o.count(`SELECT COUNT(*) FROM reflections f JOIN threads t ON t.id = f.thread_id WHERE BASE AND f.shared_at >= $1 AND f.shared_at < $2`, o.from, o.to)
		o.is(m[1], n)
		o.rests(n)
	}},
	{regexp.MustCompile(`^` + num + ` signals? (?:was|were) noticed: (.+?)(?:; .+)?\.$`), func(o oracle, m []string) {
		const signals = `SELECT COUNT(*) FROM signals s JOIN threads t ON t.id = s.thread_id WHERE BASE AND t.created_at >= $1 AND t.created_at < $2`
		n := o.count(signals, o.from, o.to)
		o.is(m[1], n)
		o.rests(n)
		for _, x := range regexp.MustCompile(num+` from (the press|regulators|peers)`).FindAllStringSubmatch(m[2], -1) {
			o.is(x[1], o.count(signals+" AND s.kind = $3", o.from, o.to, map[string]string{"the press": "press", "regulators": "regulator", "peers": "peers"}[x[2]]))
		}
	}},
	{regexp.MustCompile(`^The signal that people talked about most is ` + title + `\.$`), func(oracle, []string) {}},
	{regexp.MustCompile(`^(?:People looked for|People searched for) (.+) and did not find enough\.$`), func(o oracle, _ []string) {
		o.rests(o.count(`SELECT COUNT(*) FROM gaps g WHERE g.opened_at >= $1 AND g.opened_at < $2 AND (g.closed_at IS NULL OR g.closed_at >= $2) AND g.owner_id IS NOT NULL`, o.from, o.to))
	}},
	{regexp.MustCompile(`^Who looks for “gap [0-9]{3}” finds ` + title + ` now\.$`), func(oracle, []string) {}},
	{regexp.MustCompile(`^Searches for .+ find something now\.$`), func(oracle, []string) {}},
}

// answered counts questions whose accepted answer was written in the period; one of them when id is given.
func (o oracle) answered(id int64) int {
	o.t.Helper()
	return o.count(`SELECT COUNT(*) FROM threads t JOIN replies r ON r.id = t.accepted_reply_id WHERE BASE AND r.deleted_at IS NULL AND r.created_at >= $1 AND r.created_at < $2 AND ($3 = 0 OR t.id = $3)`, o.from, o.to, id)
}

const dayLong = int64(24 * time.Hour / time.Microsecond)

// micros is when a day begins.
func micros(t *testing.T, day string) int64 {
	t.Helper()
	at, err := time.Parse("2 January 2006", day)
	if err != nil {
		t.Fatal(err)
	}
	return db.Micros(at)
}

// audiences are what the readers of a hub under test may read, written down again.
var audiences = map[string]string{
	"public": "'public'", "staff": "'public', 'hub', 'org:1'", "partner": "'public', 'hub', 'org:2'",
	"staff in open": "'public', 'hub', 'org:1', 'network:1'", "partner in open": "'public', 'hub', 'org:2', 'network:1'",
	"staff in closed": "'public', 'hub', 'org:1', 'network:2'", "partner in closed": "'public', 'hub', 'org:2', 'network:2'", "staff in private": "'public', 'hub', 'org:1', 'network:3'",
}

// scopes are the scopes of a hub under test, with what is in them and who may read their briefs.
var scopes = []struct {
	ref   briefs.Ref
	where string
	who   string // readers, with bars between
}{
	{briefs.Ref{}, "t.audience IN ('public', 'hub', 'org:1')", "staff|staff in open|staff in closed|staff in private"},
	{briefs.Ref{Unit: culture}, "t.audience IN ('public', 'hub', 'org:1') AND t.author_id IN (SELECT a.id FROM people a WHERE a.unit_id IN (1, 2))", "staff|staff in open|staff in closed|staff in private"},
	{briefs.Ref{Unit: highways}, "t.audience IN ('public', 'hub', 'org:1') AND t.author_id IN (SELECT a.id FROM people a WHERE a.unit_id = 3)", "staff|staff in open|staff in closed|staff in private"},
	{briefs.Ref{Network: "open-net"}, "t.network_id = 1", "staff|partner|staff in open|partner in open|staff in closed|partner in closed|staff in private"},
	{briefs.Ref{Network: "closed-net"}, "t.network_id = 2", "staff in closed|partner in closed"},
	{briefs.Ref{Network: "private-net"}, "t.network_id = 3", "staff in private"},
}

// TestEverySentenceIsTrue fills hubs by chance and reads every brief as every reader: each sentence is one of the known ones, its
// numbers are counted again, and all that it names or rests on is something its reader may open. Who may not read a brief does not
// learn that there is one.
func TestEverySentenceIsTrue(t *testing.T) {
	seen := make(map[int]bool)
	for _, seed := range []uint64{1, 2} {
		each(t, func(t *testing.T, h *hub) {
			h.populate(seed)
			for _, scope := range scopes {
				for _, who := range slices.Sorted(maps.Keys(h.viewers)) {
					for _, text := range []string{"2027-04", "2027-05", "2027-W17", "2026-12"} {
						p := period(t, text)
						b, err := h.Brief(t.Context(), h.viewers[who], scope.ref, p)
						if !slices.Contains(strings.Split(scope.who, "|"), who) {
							if !errs.IsNotFound(err) {
								t.Fatalf("%s reads the brief of %v: %v", who, scope.ref, err)
							}
							continue
						}
						if err != nil {
							t.Fatal(err)
						}
						o := oracle{h: h, t: t, p: p, from: db.Micros(p.From(time.UTC)), to: db.Micros(p.To(time.UTC)),
							base: "t.deleted_at IS NULL AND t.superseded_by IS NULL AND t.audience IN (" + audiences[who] + ") AND " + scope.where}
						o.end = min(o.to, db.Micros(noon))
						o.all(b, seen)
						if t.Failed() {
							t.Fatalf("the brief of %v for %s as %s reads it", scope.ref, text, who)
						}
					}
				}
			}
		})
	}
	for i, p := range patterns {
		if !seen[i] && !strings.Contains(p.text.String(), "What came is") {
			t.Errorf("no brief said anything like %s", p.text)
		}
	}
}

// all checks every sentence of a brief.
func (o oracle) all(b briefs.Brief, seen map[int]bool) {
	o.t.Helper()
	if n := len(b.Sentences()); n > 25 {
		o.t.Errorf("%d sentences", n)
	}
next:
	for _, s := range b.Sentences() {
		o.s = s
		o.items()
		for i, p := range patterns {
			if m := p.text.FindStringSubmatch(s.Text()); m != nil {
				seen[i] = true
				p.check(o, m)
				continue next
			}
		}
		o.t.Errorf("nothing is known of such a sentence: %s", s.Text())
	}
}

// items checks that the reader may open everything the sentence names or rests on, and that it is called so.
func (o oracle) items() {
	o.t.Helper()
	if len(o.s.Items) == 0 {
		o.t.Errorf("%q rests on nothing", o.s.Text())
	}
	for _, it := range o.s.Items {
		if it.Thread == 0 {
			if it.Kind != "search" {
				o.t.Errorf("%q rests on %+v", o.s.Text(), it)
			}
			continue
		}
		if o.count(`SELECT COUNT(*) FROM threads t WHERE BASE AND t.id = $1 AND t.title = $2`, it.Thread, it.Title) != 1 {
			o.t.Errorf("%q rests on %s, which is not for this reader", o.s.Text(), it.Title)
		}
	}
	for _, m := range regexp.MustCompile(title).FindAllStringSubmatch(o.s.Text(), -1) {
		if !slices.ContainsFunc(o.s.Items, func(it briefs.Item) bool { return it.Title == m[1] }) {
			o.t.Errorf("%q names %s and does not rest on it", o.s.Text(), m[1])
		}
	}
}
