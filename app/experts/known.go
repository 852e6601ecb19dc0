package experts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"watercooler/auth"
)

const (
	// shownEvidence is how much of what somebody wrote stands beside each topic of theirs.
	shownEvidence = 3
	// maxTopics is how many topics of one person are looked at, those of most contributions first.
	maxTopics = 40
	// maxKnowing is how many people of one topic are looked at.
	maxKnowing = 200
)

// Profile says what the profile of a person shows of what they know: the topics they say they can be asked about, each with what
// v may read of what they wrote on it. A topic that is only inferred is no label, and is not here; nor is one they stepped out
// of, or what colleagues say about such a one.
func (s *Service) Profile(ctx context.Context, v auth.Viewer, person int64) (Profile, error) {
	if !v.SignedIn() {
		return Profile{}, signIn
	}
	topics, decided, years, err := selectAsked(ctx, s.db, v.Reads, person)
	if err != nil {
		return Profile{}, fmt.Errorf("read what person %d can be asked about: %w", person, err)
	}
	known := s.byTopic(years)
	if err := s.cite(ctx, v, person, known); err != nil {
		return Profile{}, fmt.Errorf("read what person %d knows: %w", person, err)
	}
	var p Profile
	for _, t := range topics {
		i := slices.IndexFunc(known, func(k Knowledge) bool { return k.Topic.ID == t.ID })
		switch {
		case decided[t.ID] == Out:
		case i < 0:
			p.Topics = append(p.Topics, Knowledge{Topic: t})
		case known[i].Faded():
			p.Faded = append(p.Faded, known[i])
		default:
			p.Topics = append(p.Topics, known[i])
		}
	}
	said, err := selectEndorsements(ctx, s.db, v.Reads, []int64{person})
	if err != nil {
		return Profile{}, fmt.Errorf("read endorsements of person %d: %w", person, err)
	}
	for _, e := range said[person] {
		if e.choice == NoChoice {
			e.Mine = e.By.ID == v.Person
			p.Endorsements = append(p.Endorsements, e)
		}
	}
	return p, nil
}

// Inferred returns what the hub infers about v from what they wrote, with its evidence and what they decided. Nobody else is
// shown it.
func (s *Service) Inferred(ctx context.Context, v auth.Viewer) (Inferred, error) {
	if v.Person == 0 {
		return Inferred{}, signIn
	}
	known, err := s.knowledge(ctx, v, v.Person, nil)
	if err != nil {
		return Inferred{}, fmt.Errorf("infer what person %d knows: %w", v.Person, err)
	}
	decided, err := selectDecided(ctx, s.db, v.Person)
	if err != nil {
		return Inferred{}, fmt.Errorf("read choices of person %d: %w", v.Person, err)
	}
	asks, _, err := selectAsks(ctx, s.db, []int64{v.Person}, nil)
	if err != nil {
		return Inferred{}, fmt.Errorf("read what person %d can be asked about: %w", v.Person, err)
	}
	in := Inferred{}
	if in.Settings, err = s.Settings(ctx, v); err != nil {
		return Inferred{}, err
	}
	for _, k := range known {
		i := Inference{Knowledge: k}
		for _, a := range asks {
			if a.topic.ID == k.Topic.ID {
				i.Choice = Confirmed
			}
		}
		for _, d := range decided {
			if d.topic.ID == k.Topic.ID {
				i.Choice = d.choice
			}
		}
		in.Topics = append(in.Topics, i)
	}
	for _, d := range decided {
		if d.choice == Out && !slices.ContainsFunc(known, func(k Knowledge) bool { return k.Topic.ID == d.topic.ID }) {
			in.Out = append(in.Out, d.topic)
		}
	}
	return in, nil
}

// knowledge returns what a person wrote by topic, as far as v may read it, most first: about some topics, or all when nil.
func (s *Service) knowledge(ctx context.Context, v auth.Viewer, person int64, topics []Topic) ([]Knowledge, error) {
	if topics != nil && len(topics) == 0 {
		return nil, nil
	}
	years, err := selectYears(ctx, s.db, v.Reads, person, topics)
	if err != nil {
		return nil, err
	}
	known := s.byTopic(years)
	known = known[:min(len(known), maxTopics)]
	if len(known) == 0 {
		return nil, nil
	}
	return known, s.cite(ctx, v, person, known)
}

// byTopic adds up the counts of years, which come by topic.
func (s *Service) byTopic(years []yearCounts) []Knowledge {
	var known []Knowledge
	var strong int // contributions in the best year of the last topic
	for _, y := range years {
		if n := len(known); n == 0 || known[n-1].Topic.ID != y.topic.ID {
			known, strong = append(known, Knowledge{Topic: y.topic}), 0
		}
		k := &known[len(known)-1]
		k.Counts = k.plus(y.Counts)
		if y.last.After(k.Last) {
			k.Last = y.last
		}
		if n := y.Contributions(); n >= strong {
			k.StrongIn, strong = y.year, n
		}
	}
	now := s.now()
	for i := range known {
		if now.Sub(known[i].Last) < fades {
			known[i].StrongIn = 0
		}
	}
	slices.SortStableFunc(known, func(a, b Knowledge) int {
		return cmp.Or(truth(a.Faded())-truth(b.Faded()), cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.Topic.Name, b.Topic.Name))
	})
	return known
}

// plus returns the sum of c and d.
func (c Counts) plus(d Counts) Counts {
	return Counts{
		Answers: c.Answers + d.Answers, Accepted: c.Accepted + d.Accepted, Posts: c.Posts + d.Posts,
		Discussions: c.Discussions + d.Discussions, Votes: c.Votes + d.Votes,
	}
}

// weight orders what people know by counts alone, for lists by topic: an answer that settled a question says most, and to
// take part in a discussion least.
func (c Counts) weight() int {
	return 4*c.Accepted + 2*(c.Answers-c.Accepted) + 3*c.Posts + c.Discussions
}

// cite gives each of known a few contributions that show it.
func (s *Service) cite(ctx context.Context, v auth.Viewer, person int64, known []Knowledge) error {
	if len(known) == 0 {
		return nil
	}
	about := make([]Topic, len(known))
	for i, k := range known {
		about[i] = k.Topic
	}
	shown, err := selectProof(ctx, s.db, v.Reads, person, about)
	for i := range known {
		known[i].Evidence = shown[known[i].Topic.ID]
	}
	return err
}

// Topic says who knows about a topic, by the counts of what v may read, by what they say themselves, and by what colleagues say
// of them; and in which units they sit. Who left or stepped out is not among them.
func (s *Service) Topic(ctx context.Context, v auth.Viewer, topic int64, limit int) (Cover, error) {
	if !v.SignedIn() {
		return Cover{}, nil
	}
	know, err := selectKnowing(ctx, s.db, v.Reads, topic)
	if err != nil {
		return Cover{}, fmt.Errorf("list who knows about topic %d: %w", topic, err)
	}
	asks, _, err := selectAsks(ctx, s.db, nil, []Topic{{ID: topic}})
	if err != nil {
		return Cover{}, fmt.Errorf("list who can be asked about topic %d: %w", topic, err)
	}
	all := make([]int64, 0, len(know)+len(asks))
	for id := range know {
		all = append(all, id)
	}
	for _, a := range asks {
		k := know[a.person]
		k.Asks = true
		know[a.person] = k
		all = append(all, a.person)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	people, err := selectPeople(ctx, s.db, all)
	if err != nil {
		return Cover{}, fmt.Errorf("read who knows about topic %d: %w", topic, err)
	}
	out, err := selectOut(ctx, s.db, topic)
	if err != nil {
		return Cover{}, fmt.Errorf("read who stepped out of topic %d: %w", topic, err)
	}
	endorsed, err := selectEndorsed(ctx, s.db, v.Reads, topic)
	if err != nil {
		return Cover{}, fmt.Errorf("count endorsements for topic %d: %w", topic, err)
	}
	var c Cover
	for _, id := range all {
		card, here := people[id]
		if !here || slices.Contains(out, id) {
			continue
		}
		k := know[id]
		k.Person, k.Endorsed = card.Person, endorsed[id]
		if !k.Last.IsZero() && s.now().Sub(k.Last) >= fades {
			k.StrongIn = k.Last.Year()
		}
		c.People = append(c.People, k)
	}
	c.sum()
	c.People = c.People[:min(len(c.People), max(limit, 0))]
	return c, nil
}

// sum orders the people of c and says where they sit.
func (c *Cover) sum() {
	slices.SortStableFunc(c.People, func(a, b Knows) int {
		return cmp.Or(truth(b.both())-truth(a.both()), truth(a.StrongIn != 0)-truth(b.StrongIn != 0),
			cmp.Compare(b.weight(), a.weight()), cmp.Compare(b.Endorsed, a.Endorsed), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	list := make([]Person, len(c.People))
	total, most := 0, 0
	for i, k := range c.People {
		list[i] = k.Person
		total += k.Contributions()
		most = max(most, k.Contributions())
	}
	c.Units, c.Thin = coverOf(list), thinCover(len(list), most, total)
}

// both reports whether k says that they can be asked, and wrote something that shows it.
func (k Knows) both() bool { return k.Asks && k.Contributions() > 0 }
