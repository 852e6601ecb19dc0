package planted

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// crowd picks people by how much they write.
type crowd struct {
	people []int64
	upTo   []float64
}

func (o *Organisation) crowd(people []int64) crowd {
	c := crowd{people: people}
	sum := 0.0
	for _, id := range people {
		sum += o.Person(id).activity
		c.upTo = append(c.upTo, sum)
	}
	return c
}

func (c crowd) pick(r *rand.Rand) int64 {
	i, _ := slices.BinarySearch(c.upTo, r.Float64()*c.upTo[len(c.upTo)-1])
	return c.people[min(i, len(c.people)-1)]
}

// speaker finds somebody of a community, or mostly of one, who is here at a time and does not miss from a topic.
type speaker struct {
	o        *Organisation
	everyone crowd
	each     []crowd
	missing  map[int64][]Gap
}

func (o *Organisation) speaker() *speaker {
	s := &speaker{o: o, missing: map[int64][]Gap{}}
	all := make([]int64, len(o.People))
	for i, p := range o.People {
		all[i] = p.ID
	}
	s.everyone = o.crowd(all)
	for _, people := range o.byTop {
		s.each = append(s.each, o.crowd(people))
	}
	for _, g := range o.Truth.Gaps {
		s.missing[g.Topic] = append(s.missing[g.Topic], g)
	}
	return s
}

// of returns somebody of community c, -1 for any, who may speak about a topic at a time.
func (s *speaker) of(r *rand.Rand, c int, topic int64, at time.Time) int64 {
	from := s.everyone
	if c >= 0 {
		from = s.each[c]
	}
	for {
		if id := from.pick(r); s.o.Here(id, at) && !s.misses(id, topic) {
			return id
		}
	}
}

func (s *speaker) misses(person, topic int64) bool {
	for _, g := range s.missing[topic] {
		p := s.o.Person(person)
		if g.Unit != 0 && s.o.Within(p.Unit, g.Unit) || g.Location != "" && g.Location == p.Location {
			return true
		}
	}
	return false
}

// season is how busy a month is beside others: August and December are quiet, January and September are not.
func season(at time.Time) float64 {
	switch at.Month() {
	case time.August, time.December:
		return 0.6
	case time.January, time.September:
		return 1.3
	default:
		return 1
	}
}

// talk makes what is said of the topics of communities and of those of everybody.
func (o *Organisation) talk(r *rand.Rand) {
	s := o.speaker()
	for m := range Months {
		for range int(threadCount / Months * season(o.Month(m))) {
			at := o.within(r, m)
			author := s.of(r, -1, 0, at)
			c := o.Person(author).Community
			topic := int64(communities*topicsEach + 1 + r.IntN(broadTopics))
			switch {
			case r.Float64() < 0.15 || c < 0:
				c = -1
				author = s.of(r, -1, topic, at)
			default:
				if r.Float64() > within {
					c = r.IntN(communities)
				}
				for {
					topic = int64(r.IntN(topicsEach)*communities + c + 1)
					if !slices.Contains(o.Truth.Fading, topic) || m < Months-5 || r.Float64() < 0.2 {
						break
					}
				}
			}
			o.converse(r, s, author, c, topic, at)
		}
	}
}

// within returns a moment in month m.
func (o *Organisation) within(r *rand.Rand, m int) time.Time {
	from, to := o.Month(m), o.Month(m+1)
	return from.Add(time.Duration(r.Int64N(int64(to.Sub(from))))).Truncate(time.Second)
}

// converse opens a thread about a topic and has it replied to, mostly by people of community c.
func (o *Organisation) converse(r *rand.Rand, s *speaker, author int64, c int, topic int64, at time.Time) *Thread {
	t := o.open(r, author, topic, at)
	for r.Float64() < 0.8 && len(t.Replies) < 30 {
		at = at.Add(time.Duration(r.ExpFloat64() * float64(18*time.Hour))).Truncate(time.Second)
		if !at.Before(Now) {
			break
		}
		from := c
		if r.Float64() > within {
			from = -1
		}
		o.Reply(t, s.of(r, from, topic, at), at)
	}
	o.settle(r, t)
	return t
}

// open opens a thread, for one of the audiences that everybody here has, and now and then in a closed room.
func (o *Organisation) open(r *rand.Rand, author, topic int64, at time.Time) *Thread {
	t := Thread{Author: author, Topics: []int64{topic}, At: at}
	if r.Float64() < 0.4 {
		t.Kind = "discussion"
	}
	switch x := r.Float64(); {
	case o.Person(author).Organisation != HomeOrg || x < 0.6:
	case x < 0.85:
		t.Audience = fmt.Sprintf("org:%d", HomeOrg)
	case x < 0.95:
		t.Audience = "public"
	default:
		n := int64(1 + r.IntN(communities*networksEach))
		t.Network, t.Audience = n, fmt.Sprintf("network:%d", n)
	}
	if r.Float64() < 0.01 {
		t.Deleted = at.Add(time.Hour)
	}
	return o.Thread(t)
}

// settle accepts an answer, of one question in three.
func (o *Organisation) settle(r *rand.Rand, t *Thread) {
	if t.Kind == "question" && len(t.Replies) > 0 && r.Float64() < 0.35 {
		if answer := t.Replies[r.IntN(len(t.Replies))]; answer.Author != t.Author {
			t.Accepted = answer.ID
		}
	}
}

// talkNarrowly makes what is said of narrow topics: those who know answer, and now and then somebody else has a guess.
func (o *Organisation) talkNarrowly(r *rand.Rand) {
	s := o.speaker()
	for _, topic := range o.Topics {
		if !topic.Narrow {
			continue
		}
		know := append(slices.Clone(o.Truth.Knowers[topic.ID]), o.Truth.Leavers[topic.ID]...)
		turn := 0
		for m := range Months {
			for range 1 + len(know)/2 {
				at := o.within(r, m)
				t := o.open(r, s.of(r, topic.Community, topic.ID, at), topic.ID, at)
				t.Kind, t.Audience, t.Network, t.Deleted = "question", "hub", 0, time.Time{}
				for range min(2, len(know)) {
					turn++
					at = at.Add(time.Duration(1+r.IntN(48)) * time.Hour)
					if who := know[turn%len(know)]; who != t.Author && o.Here(who, at) && at.Before(Now) {
						o.Reply(t, who, at)
					}
				}
				if r.Float64() < 0.3 {
					if at = at.Add(time.Hour); at.Before(Now) {
						o.Reply(t, s.of(r, topic.Community, topic.ID, at), at)
					}
				}
			}
		}
	}
}

// talkMore makes topics burst.
func (o *Organisation) talkMore(r *rand.Rand) {
	s := o.speaker()
	for _, b := range o.Truth.Bursts {
		c := o.Topic(b.Topic).Community
		for m := b.From; m <= b.To; m++ {
			for range 18 + r.IntN(10) {
				at := o.within(r, m)
				o.converse(r, s, s.of(r, c, b.Topic, at), c, b.Topic, at)
			}
		}
	}
}

func title(t Thread) string { return fmt.Sprintf("Thread %d of person %d", t.ID, t.Author) }
