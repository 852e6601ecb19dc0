package topics

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// Knows is somebody to ask about a topic: they say so themselves, or their answers about it were accepted.
type Knows struct {
	Person              int64
	Handle, Name, Photo string
	JobTitle, Unit      string
	Asks                bool // to be asked about it
	Accepted            int
}

// MaxKnowing is how many people a topic's page names in all; of each kind.
const MaxKnowing = 60

// Knowing returns up to limit people who say "ask me about this", and up to limit whose answers to questions about it were
// accepted, with the number of answers as evidence. Signed out it names nobody.
//
// SECURITY: an accepted answer counts when it was given where everybody of v's organisation may read it. What is said in a
// network with members of its own tells nobody outside who knows what, and is left out for all, so that colleagues share the list.
func (s *Service) Knowing(ctx context.Context, v auth.Viewer, topic int64, limit int) ([]Knows, error) {
	if !v.SignedIn() {
		return nil, nil
	}
	list, err := selectAsking(ctx, s.db, topic, limit)
	if err != nil {
		return nil, fmt.Errorf("list those to ask about topic %d: %w", topic, err)
	}
	known, err := s.experts(ctx, v, topic)
	if err != nil {
		return nil, fmt.Errorf("list those who answered about topic %d: %w", topic, err)
	}
	known = known[:min(limit, len(known))]
	people, err := selectKnows(ctx, s.db, known)
	if err != nil {
		return nil, fmt.Errorf("read those who answered about topic %d: %w", topic, err)
	}
	for _, e := range known {
		k, here := people[e.person]
		if i := slices.IndexFunc(list, func(a Knows) bool { return a.Person == e.person }); i >= 0 {
			list[i].Accepted = e.accepted
		} else if here {
			k.Accepted = e.accepted
			list = append(list, k)
		}
	}
	return list, nil
}

// expert is somebody whose answers about a topic were accepted. Their name is not kept here: it can change, and they can leave.
type expert struct {
	person   int64
	accepted int
}

// answered keeps the experts of topics, as they were a moment ago, by topic and by what the organisation of a viewer may read. To
// find them all threads about a topic are gone through, which takes 10 ms where there are 5,000.
type answered struct {
	mu   sync.Mutex
	kept map[string]experts
}

// experts are those of one topic.
type experts struct {
	list []expert
	at   time.Time
}

const (
	expertsLast = time.Minute // how long experts are believed
	mostExperts = 2_000       // topics kept; then all are let go, because a hub with so many is seldom asked for the same again
)

// experts returns those whose answers about a topic were accepted, most answers first.
func (s *Service) experts(ctx context.Context, v auth.Viewer, topic int64) ([]expert, error) {
	audiences := slices.DeleteFunc(slices.Clone(v.Audiences()), func(a string) bool { return strings.HasPrefix(a, "network:") })
	key, now := strconv.FormatInt(topic, 10)+" "+strings.Join(audiences, " "), s.now()
	s.answered.mu.Lock()
	known, ok := s.answered.kept[key]
	s.answered.mu.Unlock()
	if ok && now.Sub(known.at) < expertsLast {
		return known.list, nil
	}
	list, err := selectExperts(ctx, s.db, topic, db.Pad(audiences), MaxKnowing)
	if err != nil {
		return nil, err
	}
	s.answered.mu.Lock()
	defer s.answered.mu.Unlock()
	if s.answered.kept == nil || len(s.answered.kept) >= mostExperts {
		s.answered.kept = make(map[string]experts)
	}
	s.answered.kept[key] = experts{list: list, at: now}
	return list, nil
}
