package maps

import (
	"cmp"
	"context"
	"slices"

	"watercooler/app/db"
)

const (
	// knows is what contributions of two years must weigh to show that somebody knows a topic: three answers, or two posts.
	knows = 6
	// maxTopics is how many topics are listed, those first that fewest people know.
	maxTopics = 150
)

// Knowledge is about which topics few people know. Only topics that at least k people spoke of are here: where nobody asks, little is at
// risk, and who they are would be plain.
type Knowledge struct {
	Topics []AtRisk `json:"topics"` // fewest people who know first; within a band, most talked of first
	// Left is how many people left in the twelve months who knew a topic, and Lost of how many topics; both only where at least k left.
	Left     Band `json:"left"`
	Lost     int  `json:"lost"`
	LostLast int  `json:"lost_last"` // topics of Lost that nobody or one or two people know now
}

// AtRisk is a topic with how many people know it.
type AtRisk struct {
	Topic
	Known Known `json:"known"`
	// Confirmed says that somebody of them says on their profile that they can be asked about it; so the page of the topic names them.
	Confirmed bool `json:"confirmed"`
}

// Known is how many people know a topic.
type Known string

// The bands of how many people know.
const (
	KnownNone Known = "nobody"
	KnownTwo  Known = "one or two"
	KnownFour Known = "three or four"
	KnownNine Known = "five to nine"
	KnownMany Known = "ten or more"
)

var knownOrder = []Known{KnownNone, KnownTwo, KnownFour, KnownNine, KnownMany}

func known(n int) Known {
	switch {
	case n == 0:
		return KnownNone
	case n <= 2:
		return KnownTwo
	case n <= 4:
		return KnownFour
	case n <= 9:
		return KnownNine
	default:
		return KnownMany
	}
}

// Of people who left, Few are fewer than ten and Some fewer than twenty.
func leftBand(n, k int) Band {
	switch {
	case n == 0:
		return None
	case n < k:
		return Hidden
	case n < 2*LeastK:
		return Few
	case n < 4*LeastK:
		return Some
	default:
		return Many
	}
}

// knowledge makes the map.
func (t *talk) knowledge(ctx context.Context, q db.Querier) (m Knowledge, err error) {
	here, gone := map[int64]int{}, map[int64]bool{}
	left := set{}
	var topics []int64
	for _, topic := range t.list {
		topics = append(topics, topic.ID)
	}
	confirmed, err := selectConfirmed(ctx, q, topics)
	if err != nil {
		return m, err
	}
	asked := map[int64]bool{}
	for p, weight := range t.weight {
		person := t.people[p.person]
		switch {
		case weight < knows:
		case person.leftAt == nil:
			here[p.topic]++
			asked[p.topic] = asked[p.topic] || confirmed[p]
		case *person.leftAt >= t.from && *person.leftAt < t.to:
			left.add(p.person)
			gone[p.topic] = true
		}
	}
	m.Topics, m.Left = []AtRisk{}, leftBand(len(left), t.k)
	for _, topic := range t.list {
		if len(t.spoke[topic.ID]) >= t.k {
			m.Topics = append(m.Topics, AtRisk{topic, known(here[topic.ID]), asked[topic.ID]})
		}
	}
	// SECURITY: how many topics lost somebody is said only where enough people left; otherwise it would be about them.
	if len(left) >= t.k {
		for topic := range gone {
			m.Lost++
			if here[topic] <= 2 {
				m.LostLast++
			}
		}
	}
	slices.SortStableFunc(m.Topics, func(a, b AtRisk) int {
		return cmp.Or(cmp.Compare(slices.Index(knownOrder, a.Known), slices.Index(knownOrder, b.Known)),
			cmp.Compare(len(t.spoke[b.ID]), len(t.spoke[a.ID])), cmp.Compare(a.Name, b.Name))
	})
	m.Topics = m.Topics[:min(len(m.Topics), maxTopics)]
	return m, nil
}
