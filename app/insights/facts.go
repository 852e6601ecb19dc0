package insights

import (
	"cmp"
	"context"
	"slices"

	"watercooler/app/db"
)

// The families of facts. One fact is one thing that happened in a month, counted for one person. Metrics of one family count the
// same things, so that they can be subtracted from each other; suppress.go keeps what that leaves from being too few.
const (
	famQuestion   = "question" // and discussion, post, signal: the kinds of thread, for whoever opened it
	famDiscussion = "discussion"
	famPost       = "post"
	famSignal     = "signal"
	famProposed   = "proposed"   // a thread of kind decision, for whoever opened it
	famDecision   = "decision"   // agreed; who decided and who took a stance stand behind it besides
	famReview     = "review"     // of a decision: done, or due and not done
	famChange     = "change"     // of a decision, because something was learnt
	famReflection = "reflection" // shared
	famCheck      = "check"      // of a thread, for whoever looks after it: done, or due and not done
	famReply      = "reply"      // all of one person in one thread and month
	famTopic      = "topic"      // of a thread, for whoever opened it

	// Not from threads, and not in the ledger.
	famSearch = "search"
	famPeople = "people"
)

// marks say what is true of a fact, by bits.
type marks uint32

const (
	markReplied  marks = 1 << iota // a question, a signal: somebody else replied
	markMerged                     // a question: into another, so that it is no thread any more
	markRepeat                     // a question: merged or overtaken
	markRead                       // a signal: somebody else opened it
	markEvidence                   // a decision
	markOptions                    // a decision: two or more
	markDissent                    // a decision
	markDone                       // a review, a check
	markOwn                        // a reply: to a thread of their own
	markSignal                     // a topic: the thread is a signal

	// Found when figures are made, because it depends on where people are now, or on others.
	markCross   // a reply: to somebody of another unit
	markAcross  // a discussion: people of two or more units
	markSeveral // a discussion: three or more others
	markActive  // a person: took part
	markOpened  // a search
	markNone    // a search: without a result

	kindsFrom // and the bits above: the kind of source of a signal
)

// sourceKinds are the kinds of source, each with a bit from kindsFrom on.
var sourceKinds = []string{"press", "regulator", "demography", "local", "national", "peers", "technology", "policy"}

func kindMark(kind string) marks {
	i := slices.Index(sourceKinds, kind)
	if i < 0 {
		return 0
	}
	return kindsFrom << i
}

// fact is a row of the ledger.
type fact struct {
	thread  int64
	family  string
	item    int64
	person  int64
	month   Month
	counted int64
	marks   marks
	value   int64 // seconds; -1 for none
	other   int64 // 0 for none
}

func byPlace(a, b fact) int {
	return cmp.Or(cmp.Compare(a.thread, b.thread), cmp.Compare(a.family, b.family), cmp.Compare(a.item, b.item), cmp.Compare(a.person, b.person), cmp.Compare(a.month, b.month))
}

// said is a thread of the open record, as far as figures are made of it.
type said struct {
	id, author, owner   int64
	kind                string
	at                  int64
	deleted             bool
	superseded          bool
	checkedAt, checkAt  int64 // 0 for never
	replies             []word
	topics, authors     []int64
	signalKind          string
	readAt              int64
	decision            *decided
	reflector, sharedAt int64
	stances             []int64
	changes             []changed
	evidence, options   int64
	dissent             bool
}

type word struct{ author, at int64 }

type decided struct {
	state                    string
	by, at, review, reviewed int64
}

type changed struct {
	id, at, by int64
	change     string
}

const second = 1_000_000 // microseconds

// facts are what t adds to the figures.
func (s *Service) facts(t *said) (out []fact) {
	add := func(family string, item, person, at int64, m marks) *fact {
		out = append(out, fact{thread: t.id, family: family, item: item, person: person, month: s.monthOf(at), counted: 1, marks: m, value: -1})
		return &out[len(out)-1]
	}
	if t.deleted { // merged into another
		if t.kind == famQuestion {
			add(famQuestion, 0, t.author, t.at, markMerged|markRepeat)
		}
		return out
	}
	first := word{}
	for _, r := range t.replies {
		if r.author != t.author && (first.at == 0 || r.at < first.at || r.at == first.at && r.author < first.author) {
			first = r
		}
	}
	var m marks
	if first.at != 0 {
		m |= markReplied
	}
	switch t.kind {
	case famQuestion:
		if t.superseded {
			m |= markRepeat
		}
		f := add(famQuestion, 0, t.author, t.at, m)
		if first.at != 0 {
			f.value, f.other = max(0, first.at-t.at)/second, first.author
		}
	case famSignal:
		m |= kindMark(t.signalKind)
		f := add(famSignal, 0, t.author, t.at, m)
		if t.readAt != 0 {
			f.marks |= markRead
			f.value = max(0, t.readAt-t.at) / second
		}
	case famDecision:
		add(famProposed, 0, t.author, t.at, 0)
	default:
		add(t.kind, 0, t.author, t.at, 0)
		for _, a := range t.authors {
			if a != t.author {
				add(t.kind, 0, a, t.at, 0).counted = 0
			}
		}
	}
	for _, topic := range t.topics {
		f := add(famTopic, topic, t.author, t.at, 0)
		if t.kind == famSignal {
			f.marks = markSignal
		}
	}
	if t.checkedAt != 0 {
		add(famCheck, 0, t.owner, t.checkedAt, markDone)
	}
	if t.checkAt != 0 && !t.superseded && t.checkedAt < t.checkAt {
		add(famCheck, 1, t.owner, t.checkAt, 0)
	}
	if t.reflector != 0 {
		add(famReflection, 0, t.reflector, t.sharedAt, 0)
	}
	out = append(out, s.decisionFacts(t)...)
	return append(out, s.replyFacts(t)...)
}

// decisionFacts are what the course of a decision adds. Whoever proposed it, decided it or said what they think of it stands behind
// all of that: a decision is nobody's alone.
func (s *Service) decisionFacts(t *said) (out []fact) {
	d := t.decision
	if d == nil {
		return nil
	}
	behind := append([]int64{}, t.stances...)
	if d.by != 0 {
		behind = append(behind, d.by)
	}
	slices.Sort(behind)
	behind = slices.Compact(behind)
	add := func(family string, item, at int64, m marks, value int64) {
		f := fact{thread: t.id, family: family, item: item, person: t.author, month: s.monthOf(at), counted: 1, marks: m, value: value}
		out = append(out, f)
		f.counted, f.value = 0, -1
		for _, p := range behind {
			if p != t.author {
				f.person = p
				out = append(out, f)
			}
		}
	}
	if d.at != 0 {
		var m marks
		for mark, has := range map[marks]bool{markEvidence: t.evidence > 0, markOptions: t.options > 1, markDissent: t.dissent} {
			if has {
				m |= mark
			}
		}
		add(famDecision, 0, d.at, m, max(0, d.at-t.at)/second)
	}
	if d.review != 0 && (d.state == "agreed" || d.state == "review") && d.reviewed < d.review {
		add(famReview, 0, d.review, 0, -1)
	}
	for i, c := range t.changes {
		learnt := c.change == "superseded"
		if c.change == "amended" || c.change == "withdrawn" {
			learnt = slices.ContainsFunc(t.changes[:i], func(e changed) bool { return e.change == "reviewed" || e.change == "challenged" })
		}
		if learnt {
			add(famChange, c.id, c.at, 0, -1)
		}
		if c.change == "reviewed" {
			add(famReview, c.id, c.at, markDone, -1)
		}
	}
	return out
}

// replyFacts gathers the replies of each person and month.
func (s *Service) replyFacts(t *said) []fact {
	type who struct {
		person int64
		month  Month
	}
	at := make(map[who]int)
	var out []fact
	for _, r := range t.replies {
		w := who{r.author, s.monthOf(r.at)}
		age := max(0, r.at-t.at) / second
		i, there := at[w]
		if !there {
			i = len(out)
			at[w] = i
			f := fact{thread: t.id, family: famReply, person: r.author, month: w.month, value: age, other: t.author}
			if r.author == t.author {
				f.marks = markOwn
			}
			out = append(out, f)
		}
		out[i].counted++
		out[i].value = min(out[i].value, age)
	}
	return out
}

// compare returns the facts that the ledger has of threads, and those it should have; both in the same order.
func (s *Service) compare(ctx context.Context, q db.Querier, ids []int64) (have, want []fact, err error) {
	if have, err = selectFacts(ctx, q, ids); err != nil {
		return nil, nil, err
	}
	list, err := selectSaid(ctx, q, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range list {
		want = append(want, s.facts(t)...)
	}
	slices.SortFunc(have, byPlace)
	slices.SortFunc(want, byPlace)
	return have, want, nil
}
