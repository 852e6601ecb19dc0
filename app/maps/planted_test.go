package maps_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/apptest/planted"
	"watercooler/app/db"
	"watercooler/app/graph"
	"watercooler/app/maps"
	"watercooler/auth"
)

// nobody keeps no log.
type nobody struct{}

func (nobody) Look(context.Context, auth.Viewer, string) error { return nil }

// leader reads the figures of the planted organisation.
var leader = auth.ForPerson(1, 1, planted.HomeOrg, true, auth.Leader)

// last is the last whole month of the planted organisation.
const last = maps.Month("2027-04")

func service(t *testing.T, d *db.DB) *maps.Service {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return maps.New(d, nobody{}, zone, 0, func() time.Time { return planted.Now })
}

// must returns the map of a page that has to be there.
func must[T any](t *testing.T, p maps.Page[T], err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if !p.Made {
		t.Fatal("the map has not been made")
	}
	return p.Map
}

// TestPlanted holds every map against what was planted in an organisation of 2,000 people, and prints how well it is found.
func TestPlanted(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		o := planted.New(seed)
		d := backends.SQLite(t)
		o.Write(t, d)
		s := service(t, d)
		start := time.Now()
		if err := s.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Logf("seed %d: two months of maps made in %v", seed, time.Since(start).Round(time.Millisecond))
		groupsFound(t, s, o)
		burstsFound(t, s, o)
		risksFound(t, s, o)
		absencesFound(t, s, o)
	}
}

func groupsFound(t *testing.T, s *maps.Service, o *planted.Organisation) {
	t.Helper()
	p, err := s.Groups(t.Context(), leader, last)
	m := must(t, p, err)
	var found, truth []int
	bridges, right := 0, 0
	var named []int64
	for _, g := range m.Groups {
		var community int
		if g.Kind == "network" {
			community = o.Networks[g.ID-1].Community
		} else {
			community = o.Unit(g.ID).Community
		}
		planted := g.Kind == "network" && slices.Contains(o.Truth.Bridges, g.ID)
		if g.Bridge != maps.None {
			bridges++
			if planted {
				right++
			}
		}
		if planted {
			named = append(named, g.ID)
		}
		if community >= 0 && g.Community >= 0 {
			found, truth = append(found, g.Community), append(truth, community)
		}
	}
	nmi := graph.NMI(found, truth)
	precision, recall := ratio(right, bridges), ratio(right, len(o.Truth.Bridges))
	t.Logf("communities: %d groups, %d communities, NMI %.3f; bridges: precision %.2f, recall %.2f of %d", len(m.Groups), len(m.Communities), nmi, precision, recall, len(o.Truth.Bridges))
	if nmi < 0.85 || precision < 0.9 || recall < 0.8 || len(named) != len(o.Truth.Bridges) {
		t.Errorf("NMI %.3f, want 0.85; bridges: precision %.2f, want 0.9, recall %.2f, want 0.8", nmi, precision, recall)
	}
	// The topics that name a community are those of its people.
	good, all := 0, 0
	for i, c := range m.Communities {
		votes := map[int]int{}
		for j, g := range m.Groups {
			if g.Community == i && g.Kind == "unit" {
				votes[o.Unit(m.Groups[j].ID).Community]++
			}
		}
		most := -1
		for c, n := range votes {
			if most < 0 || n > votes[most] {
				most = c
			}
		}
		for _, topic := range c.Topics {
			all++
			if o.Topic(topic.ID).Community == most {
				good++
			}
		}
	}
	t.Logf("names of communities: %d of %d topics are theirs", good, all)
	if ratio(good, all) < 0.9 {
		t.Errorf("%d of %d topics that name communities are theirs", good, all)
	}
}

func burstsFound(t *testing.T, s *maps.Service, o *planted.Organisation) {
	t.Helper()
	p, err := s.Topics(t.Context(), leader, last)
	m := must(t, p, err)
	var ranks []int
	for _, b := range o.Truth.Bursts {
		ranks = append(ranks, 1+slices.IndexFunc(m.Rising, func(r maps.Trend) bool { return r.ID == b.Topic }))
	}
	t.Logf("bursts: the planted ones are at ranks %v", ranks)
	if slices.Min(ranks) < 1 || slices.Max(ranks) > len(o.Truth.Bursts) {
		t.Errorf("planted bursts at ranks %v, want all in the first %d", ranks, len(o.Truth.Bursts))
	}
	for _, topic := range o.Truth.Fading {
		rank := 1 + slices.IndexFunc(m.Fading, func(r maps.Trend) bool { return r.ID == topic })
		if rank < 1 || rank > len(o.Truth.Fading) {
			t.Errorf("topic %d, which fades, is at rank %d, want one of the first %d", topic, rank, len(o.Truth.Fading))
		}
	}
}

func risksFound(t *testing.T, s *maps.Service, o *planted.Organisation) {
	t.Helper()
	p, err := s.Knowledge(t.Context(), leader, last)
	m := must(t, p, err)
	said := map[int64]maps.Known{}
	for _, r := range m.Topics {
		said[r.ID] = r.Known
	}
	found, right, planted, exact := 0, 0, 0, 0
	for _, topic := range o.Topics {
		n := len(o.Truth.Knowers[topic.ID])
		risk := topic.Narrow && n <= 2
		if risk {
			planted++
		}
		if said[topic.ID] == maps.KnownTwo || said[topic.ID] == maps.KnownNone {
			found++
			if risk {
				right++
			}
		}
		if topic.Narrow && said[topic.ID] == knownOf(n) {
			exact++
		}
	}
	precision, recall := ratio(right, found), ratio(right, planted)
	t.Logf("risk map: precision %.2f, recall %.2f of %d; of %d narrow topics %d are in the right band; left: %s", precision, recall, planted, len(o.Truth.Knowers), exact, m.Left)
	if precision < 0.9 || recall < 0.8 {
		t.Errorf("risk map: precision %.2f, want 0.9; recall %.2f, want 0.8", precision, recall)
	}
}

func knownOf(n int) maps.Known {
	switch {
	case n <= 2:
		return maps.KnownTwo
	case n <= 4:
		return maps.KnownFour
	default:
		return maps.KnownNine
	}
}

func absencesFound(t *testing.T, s *maps.Service, o *planted.Organisation) {
	t.Helper()
	found, right := 0, 0
	for _, topic := range o.Topics {
		if topic.Community >= 0 {
			continue // of whose people it is known that others do not speak of it
		}
		p, err := s.Missing(t.Context(), leader, last, maps.Subject{Kind: "topic", ID: topic.ID}.Key())
		m := must(t, p, err)
		for _, u := range m.Units[1] {
			if u.Took == maps.None {
				found++
				right += truth(slices.ContainsFunc(o.Truth.Gaps, func(g planted.Gap) bool {
					return g.Topic == topic.ID && g.Unit != 0 && o.Unit(g.Unit).Name == u.Name
				}))
			}
		}
		for _, l := range m.Places {
			if l.Took == maps.None {
				found++
				right += truth(slices.ContainsFunc(o.Truth.Gaps, func(g planted.Gap) bool { return g.Topic == topic.ID && g.Location == l.Name }))
			}
		}
	}
	precision, recall := ratio(right, found), ratio(right, len(o.Truth.Gaps))
	t.Logf("who is missing: precision %.2f, recall %.2f of %d", precision, recall, len(o.Truth.Gaps))
	if precision < 0.9 || recall < 0.8 {
		t.Errorf("who is missing: precision %.2f, want 0.9; recall %.2f, want 0.8", precision, recall)
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
