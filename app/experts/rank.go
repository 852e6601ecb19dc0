package experts

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/people"
	"watercooler/auth"
	"watercooler/search"
)

const (
	// considered is how many of those whom the index ranks are looked at: their evidence is read, and they are counted by unit.
	considered = 60
	// maxLimit bounds how many people one call names.
	maxLimit = 50
	// usual is how many people are named unless a call says.
	usual = 10
	// maxTopic is the most letters of a text that may be the name of a topic: more is a question.
	maxTopic = 60
	// fades is the time without a contribution after which somebody "was strong".
	fades = 2 * 365 * 24 * time.Hour
	// named and chosen are what contributions to a topic count beside words. When somebody names a topic and nothing else the words
	// add only what is not filed under it; the topics of a question say where it belongs, and its words what it asks.
	named, chosen = 2.0, 0.2
)

// need is what knowledge is looked for, and for whom.
type need struct {
	text      string
	topics    []Topic
	trust     float64                                       // in the topics: named or chosen
	audiences []string                                      // of the evidence
	reads     func(p *db.Params, column string) string      // the same to the database
	sees      func(privacy string, organisation int64) bool // a place, of somebody of that organisation
	outside   int64                                         // a thread that is no evidence
	except    []int64                                       // people who are not looked for
}

// by returns what v looks for.
func by(v auth.Viewer, text string, topics []Topic) need {
	return need{text: text, topics: topics, trust: chosen, audiences: v.Audiences(), reads: v.Reads, sees: func(privacy string, organisation int64) bool {
		// SECURITY: who keeps a field from some is not found by it.
		level := people.ParsePrivacy(privacy)[people.FieldLocation]
		return level == people.ForHub || level == people.ForOrg && organisation == v.Organisation
	}}
}

// Rank names people who may know what q is about, best first, by evidence that v may read. Who left or stepped out is not
// among them. Signed out it names nobody: profiles are for those who are signed in. It takes eight statements and one look into
// the index, however many people it finds.
func (s *Service) Rank(ctx context.Context, v auth.Viewer, q Question) (Ranking, error) {
	q.Text = strings.TrimSpace(q.Text)
	if !v.SignedIn() || q.Text == "" && len(q.Topics) == 0 {
		return Ranking{}, nil
	}
	topics, err := s.about(ctx, q)
	if err != nil {
		return Ranking{}, fmt.Errorf("find topics: %w", err)
	}
	n := by(v, q.Text, topics)
	n.trust = named
	found, err := s.gather(ctx, n)
	if err != nil {
		return Ranking{}, fmt.Errorf("find who knows about %q: %w", q.Text, err)
	}
	near := onTopic(found, topics)
	r := Ranking{Topics: topics, Facets: facetsOf(found), Units: unitsOf(near), Thin: thin(near)}
	found = slices.DeleteFunc(found, func(e Expert) bool { return !q.Filter.takes(e) })
	if q.Limit <= 0 {
		q.Limit = usual
	}
	from := min(max(q.Offset, 0), len(found))
	to := min(from+min(q.Limit, maxLimit), len(found))
	r.People, r.More = found[from:to], to < len(found)
	return r, nil
}

// about returns the topics that q names, or else the one that its words are a name of.
func (s *Service) about(ctx context.Context, q Question) ([]Topic, error) {
	names := q.Topics
	if len(names) == 0 {
		if len(q.Text) > maxTopic {
			return nil, nil
		}
		names = []string{q.Text}
	}
	known, _, err := s.topics.Resolve(ctx, names)
	return known, err
}

// gather returns everybody who may know what n looks for, best first: those the index ranks by what they wrote, then those who
// wrote nothing that it found and say themselves that they can be asked.
func (s *Service) gather(ctx context.Context, n need) ([]Expert, error) {
	f := findings{need: n, now: s.now()}
	ranked, err := s.ranked(ctx, n)
	if err != nil {
		return nil, err
	}
	years, err := selectYearsOf(ctx, s.db, n.reads, n.topics)
	if err != nil {
		return nil, fmt.Errorf("count contributions: %w", err)
	}
	f.counts = f.add(years)
	ranked = f.fuse(ranked, years)
	var ids []int64
	for _, r := range ranked {
		ids = append(ids, r.Person)
	}
	if f.asks, f.choices, err = selectAsks(ctx, s.db, ids, n.topics); err != nil {
		return nil, fmt.Errorf("read who can be asked: %w", err)
	}
	for _, a := range f.asks {
		if !slices.Contains(ids, a.person) && !slices.Contains(n.except, a.person) {
			ids = append(ids, a.person)
			ranked = append(ranked, search.Ranked{Person: a.person})
		}
	}
	if err := s.cited(ctx, n, ranked); err != nil {
		return nil, err
	}
	if err := s.read(ctx, &f, ids, ranked); err != nil {
		return nil, err
	}
	var out []Expert
	for _, r := range ranked {
		if e, ok := f.expert(r); ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// ranked asks the index who wrote what matches.
func (s *Service) ranked(ctx context.Context, n need) ([]search.Ranked, error) {
	text := n.text
	if text == "" {
		var names []string
		for _, t := range n.topics {
			names = append(names, t.Name)
		}
		text = strings.Join(names, " ")
	}
	return s.index.Experts(ctx, search.Need{Text: text, Audiences: n.audiences, Except: n.except, Outside: n.outside, Limit: considered})
}

// add adds up what people contributed to topics over the years, leaving out who is not looked for.
func (f *findings) add(years []yearsOf) map[int64][]topicCounts {
	out := make(map[int64][]topicCounts)
	for _, y := range years {
		if slices.Contains(f.except, y.person) {
			continue
		}
		list := out[y.person]
		i := slices.IndexFunc(list, func(c topicCounts) bool { return c.topic.ID == y.topic.ID })
		if i < 0 {
			i, list = len(list), append(list, topicCounts{topic: y.topic})
		}
		list[i].Counts = list[i].plus(y.Counts)
		if y.last.After(list[i].last) {
			list[i].last = y.last
		}
		out[y.person] = list
	}
	return out
}

// fuse puts the people who contributed most to the topics among those whom the index ranks, and returns the first of both.
// Whoever answers questions about a topic seldom repeats its name, so that words alone do not find them: "connectivity" is in no
// answer about leased lines. What somebody contributed in a year counts a quarter of
// what they did in the next, which named experts of the topics of digitalgov better than a half did (MRR .658 and .615): who is on a
// topic changes within the year. Both scores are taken as shares of the best.
func (f *findings) fuse(ranked []search.Ranked, years []yearsOf) []search.Ranked {
	weights := make(map[int64]float64)
	most, best := 0.0, 0.0
	for _, y := range years {
		if _, ok := f.counts[y.person]; ok {
			weights[y.person] += float64(y.weight()) * math.Exp2(2*float64(y.year-f.now.Year()))
			most = max(most, weights[y.person])
		}
	}
	at := make(map[int64]int, len(ranked))
	for i, r := range ranked {
		at[r.Person] = i
		best = max(best, r.Score)
	}
	for i := range ranked {
		ranked[i].Score /= best
	}
	for _, person := range slices.Sorted(maps.Keys(weights)) {
		i, found := at[person]
		if !found {
			i, ranked = len(ranked), append(ranked, search.Ranked{Person: person})
		}
		ranked[i].Score += f.trust * weights[person] / most
	}
	slices.SortStableFunc(ranked, func(a, b search.Ranked) int { return cmp.Compare(b.Score, a.Score) })
	return ranked[:min(len(ranked), considered)]
}

// cited gives those of ranked for whom the index found nothing what they wrote about the topics.
func (s *Service) cited(ctx context.Context, n need, ranked []search.Ranked) error {
	var without []int64
	for _, r := range ranked {
		if len(r.Evidence) == 0 {
			without = append(without, r.Person)
		}
	}
	written, err := selectWrittenOn(ctx, s.db, n.reads, without, n.topics, n.outside)
	if err != nil {
		return fmt.Errorf("find contributions: %w", err)
	}
	for i := range ranked {
		for _, w := range written {
			if w.author == ranked[i].Person && len(ranked[i].Evidence) < search.MaxEvidence {
				ranked[i].Evidence = append(ranked[i].Evidence, search.Vote{ID: w.ref})
			}
		}
	}
	return nil
}

// findings are the rows about those who may know.
type findings struct {
	need
	now      time.Time
	people   map[int64]card
	evidence map[string]Evidence // by ref
	asks     []ask
	choices  choices
	counts   map[int64][]topicCounts // about the topics asked for, by person
	vouched  map[int64][]Endorsement
}

// read fills in what f says about people and their evidence.
func (s *Service) read(ctx context.Context, f *findings, ids []int64, ranked []search.Ranked) (err error) {
	if f.people, err = selectPeople(ctx, s.db, ids); err != nil {
		return fmt.Errorf("read people: %w", err)
	}
	var refs []string
	for _, r := range ranked {
		for _, vote := range r.Evidence {
			refs = append(refs, vote.ID)
		}
	}
	if f.evidence, err = selectEvidence(ctx, s.db, f.reads, refs); err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	if f.vouched, err = selectEndorsements(ctx, s.db, f.reads, ids); err != nil {
		return fmt.Errorf("read endorsements: %w", err)
	}
	return nil
}

// expert describes a ranked person, and reports whether they are here, want to be suggested, and anything speaks for them that may be
// read now.
func (f *findings) expert(r search.Ranked) (Expert, bool) {
	p, ok := f.people[r.Person]
	if !ok || f.isOut(r.Person) {
		return Expert{}, false
	}
	e := Expert{Person: p.Person, Open: p.terms.Open, score: r.Score, card: p}
	if !f.sees(p.privacy, p.Organisation) {
		e.card.location = ""
	}
	for _, vote := range r.Evidence {
		if w, ok := f.evidence[vote.ID]; ok && !f.anyOut(r.Person, w.Topics) {
			e.Evidence = append(e.Evidence, w)
		}
	}
	if len(f.topics) > 0 { // what is about the topics says most
		slices.SortStableFunc(e.Evidence, func(a, b Evidence) int { return truth(b.on(f.topics)) - truth(a.on(f.topics)) })
	}
	for _, a := range f.asks {
		if a.person == r.Person && f.choices.of(a.person, a.topic.ID) != Out && (len(f.topics) > 0 || e.wroteOn(a.topic)) {
			e.Asks = append(e.Asks, a.topic)
		}
	}
	for _, v := range f.vouched[r.Person] {
		if f.choices.of(r.Person, v.Topic.ID) == NoChoice && (contains(f.topics, v.Topic) || len(f.topics) == 0 && e.wroteOn(v.Topic)) {
			e.Endorsements = append(e.Endorsements, v)
		}
	}
	if len(e.Evidence)+len(e.Asks)+len(e.Endorsements) == 0 {
		return Expert{}, false
	}
	e.Faded = f.faded(e)
	e.counts = f.counts[r.Person]
	e.Why = e.why(f.topics)
	return e, true
}

// isOut reports whether somebody stepped out of all topics that are looked for.
func (f *findings) isOut(person int64) bool {
	return len(f.topics) > 0 && !slices.ContainsFunc(f.topics, func(t Topic) bool { return f.choices.of(person, t.ID) != Out })
}

// anyOut reports whether somebody stepped out of one of topics.
func (f *findings) anyOut(person int64, topics []Topic) bool {
	return slices.ContainsFunc(topics, func(t Topic) bool { return f.choices.of(person, t.ID) == Out })
}

// faded returns the year of the newest thing e wrote when that is long ago, else 0.
func (f *findings) faded(e Expert) int {
	var last time.Time
	for _, w := range e.Evidence {
		if w.At.After(last) {
			last = w.At
		}
	}
	for _, c := range f.counts[e.Person.ID] {
		if c.last.After(last) {
			last = c.last
		}
	}
	if last.IsZero() || f.now.Sub(last) < fades {
		return 0
	}
	return last.Year()
}

// on reports whether w is about one of topics.
func (w Evidence) on(topics []Topic) bool {
	return slices.ContainsFunc(w.Topics, func(t Topic) bool { return contains(topics, t) })
}

func (e Expert) wroteOn(t Topic) bool {
	return slices.ContainsFunc(e.Evidence, func(w Evidence) bool { return contains(w.Topics, t) })
}

func contains(list []Topic, t Topic) bool {
	return slices.ContainsFunc(list, func(o Topic) bool { return o.ID == t.ID })
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// onTopic returns those of found of whom anything speaks for one of topics; all of them when nothing does of anybody. Single words
// match by accident, above all where little is written yet; whoever chose the topics of a thread did not.
func onTopic(found []Expert, topics []Topic) []Expert {
	var near []Expert
	for _, e := range found {
		if len(e.Asks)+len(e.Endorsements) > 0 || slices.ContainsFunc(e.Evidence, func(w Evidence) bool { return w.on(topics) }) {
			near = append(near, e)
		}
	}
	if len(topics) == 0 || len(near) == 0 {
		return found
	}
	return near
}

// takes reports whether e is one of those f leaves.
func (f Filter) takes(e Expert) bool {
	switch {
	case f.Unit != 0 && e.Person.Unit != f.Unit, f.Organisation != 0 && e.Person.Organisation != f.Organisation:
		return false
	case f.Location != "" && !strings.EqualFold(f.Location, e.card.location):
		return false
	case f.Language != "" && !slices.ContainsFunc(e.card.languages, func(l string) bool { return strings.EqualFold(l, f.Language) }):
		return false
	}
	return f.ActiveSince.IsZero() || slices.ContainsFunc(e.Evidence, func(w Evidence) bool { return !w.At.Before(f.ActiveSince) })
}
