package maps

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/auth"
)

// levels is how many levels of the tree of units are compared: those at the top, and those below.
const levels = 2

// set is some people.
type set map[int64]struct{}

func (s set) add(person int64) { s[person] = struct{}{} }

// tally adds people to one of several sets.
func tally[K comparable](sets map[K]set, key K, person int64) {
	s := sets[key]
	if s == nil {
		s = set{}
		sets[key] = s
	}
	s.add(person)
}

// talk is what was said in the open record, by people of the home organisation, as far as maps need it.
type talk struct {
	k        int
	home     int64
	org      string // audience of the home organisation
	month    Month
	months   []Month // the last monthsRead, the earliest first
	from, to int64   // the twelve months

	people  map[int64]person
	units   map[int64]unit
	above   [levels]map[int64]int64 // of each unit, the one above it at a level
	list    []Topic
	names   map[int64]Topic
	asked   map[[2]int64]int // of somebody who opened threads, and somebody who replied in them: how many replies
	spoke   map[int64]set    // of each topic, who said something about it in the twelve months
	monthly []map[int64]set  // the same, month by month
	weight  map[pair]int     // what somebody's contributions of the last monthsRead months say about what they know
	held    []decision       // decisions of the twelve months
}

// decision is one with the people who took part in it.
type decision struct {
	id     int64
	title  string
	people set
}

// listen reads the open record of the months up to the end of month.
func (s *Service) listen(ctx context.Context, month Month) (*talk, error) {
	t := &talk{
		k: s.k, month: month, from: db.Micros(s.begin(month, 1-monthsCovered)), to: db.Micros(s.begin(month, 1)),
		people: map[int64]person{}, units: map[int64]unit{}, names: map[int64]Topic{},
		asked: map[[2]int64]int{}, spoke: map[int64]set{}, weight: map[pair]int{},
	}
	var ends []int64
	for i := range monthsRead {
		t.months = append(t.months, Month(s.begin(month, i+1-monthsRead).Format(monthLayout)))
		t.monthly = append(t.monthly, map[int64]set{})
		ends = append(ends, db.Micros(s.begin(month, i+2-monthsRead)))
	}
	if err := t.look(ctx, s.db); err != nil {
		return nil, err
	}
	begin := db.Micros(s.begin(month, 1-monthsRead))
	for after := int64(0); ; {
		threads, err := selectThreads(ctx, s.db, t.org, begin, t.to, after)
		if err == nil && len(threads) > 0 {
			err = fill(ctx, s.db, threads)
		}
		if err != nil {
			return nil, fmt.Errorf("read the open record: %w", err)
		}
		if len(threads) == 0 {
			break
		}
		for _, th := range threads {
			t.hear(th, begin, ends)
		}
		after = threads[len(threads)-1].id
	}
	return t, nil
}

// look reads who and what there is.
func (t *talk) look(ctx context.Context, q db.Querier) (err error) {
	if t.home, err = selectHome(ctx, q); ignoreAbsent(err) != nil {
		return fmt.Errorf("find the home organisation: %w", err)
	}
	t.org = auth.OrgAudience(t.home)
	units, err := selectUnits(ctx, q, t.home)
	if err != nil {
		return fmt.Errorf("read units: %w", err)
	}
	for _, u := range units {
		t.units[u.id] = u
	}
	for level := range levels {
		t.above[level] = make(map[int64]int64, len(units))
		for _, u := range units {
			if up := t.ancestors(u.id); len(up) > level {
				t.above[level][u.id] = up[level]
			}
		}
	}
	people, err := selectPeople(ctx, q, t.home)
	if err != nil {
		return fmt.Errorf("read people: %w", err)
	}
	for _, p := range people {
		t.people[p.id] = p
	}
	if t.list, err = selectTopics(ctx, q); err != nil {
		return fmt.Errorf("read topics: %w", err)
	}
	for _, topic := range t.list {
		t.names[topic.ID] = topic
	}
	return nil
}

// ancestors returns a unit and those above it, from the top of the tree down.
func (t *talk) ancestors(id int64) (path []int64) {
	for u, ok := t.units[id]; ok && len(path) < 20; u, ok = t.units[u.parent] {
		path = append(path, u.id)
	}
	slices.Reverse(path)
	return path
}

// hear counts what was said in one thread. ends are when the months end that begin with the time begin.
func (t *talk) hear(th thread, begin int64, ends []int64) {
	var authors set
	if th.kind == "decision" {
		authors = set{}
	}
	speak := func(id, at int64, weight int) {
		if _, ours := t.people[id]; !ours || at < begin || at >= t.to {
			return
		}
		month, _ := slices.BinarySearch(ends, at+1)
		for _, topic := range th.topics {
			tally(t.monthly[month], topic, id)
			if at >= t.from {
				tally(t.spoke, topic, id)
			}
			if weight > 0 {
				t.weight[pair{topic, id}] += weight
			}
		}
		if authors != nil && at >= t.from {
			authors.add(id)
		}
	}
	speak(th.author, th.at, opens(th.kind))
	for _, y := range th.replies {
		if y.author == th.author {
			speak(y.author, y.at, 0)
			continue
		}
		speak(y.author, y.at, answers(th.kind, y.id == th.accepted))
		_, asker := t.people[th.author]
		_, replier := t.people[y.author]
		if asker && replier && y.at >= t.from && y.at < t.to {
			t.asked[[2]int64{th.author, y.author}]++
		}
	}
	if authors != nil && th.at >= t.from {
		t.held = append(t.held, decision{th.id, th.title, authors})
	}
}

// What a contribution says about what its author knows is weighed as app/experts does it: an answer that settled a question says most,
// to take part in a discussion least, a question nothing, and what somebody adds to their own thread nothing.
func opens(kind string) int {
	switch kind {
	case "question":
		return 0
	case "post", "decision":
		return 3
	default:
		return 1
	}
}

func answers(kind string, accepted bool) int {
	switch {
	case kind != "question":
		return 1
	case accepted:
		return 4
	default:
		return 2
	}
}

// here reports whether a person is of the home organisation and has not left.
func (t *talk) here(id int64) bool {
	p, ours := t.people[id]
	return ours && p.leftAt == nil
}

// staffed returns how many people who are here sit in each unit or below it, by the level they are looked for at.
func (t *talk) staffed(level int) map[int64]int {
	n := make(map[int64]int)
	for id, p := range t.people {
		if up, ok := t.above[level][p.unit]; ok && t.here(id) {
			n[up]++
		}
	}
	return n
}

// largest returns the units of a level with at least k people, most people first; those of as many by name.
func (t *talk) largest(level, limit int) []unit {
	staffed := t.staffed(level)
	var list []unit
	for id, n := range staffed {
		if n >= t.k {
			list = append(list, t.units[id])
		}
	}
	slices.SortFunc(list, func(a, b unit) int {
		return cmp.Or(cmp.Compare(staffed[b.id], staffed[a.id]), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	return list[:min(len(list), limit)]
}

// byName orders units by name.
func byName(a, b unit) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id)) }
