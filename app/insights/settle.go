package insights

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"watercooler/app/db"
)

// Settle makes the figures of every month anew in which something has changed since they were made. What happens meanwhile leaves
// its month unsettled, for the next time.
func (s *Service) Settle(ctx context.Context) error {
	s.settling.Lock()
	defer s.settling.Unlock()
	window := s.Window()
	stale, err := s.stale(ctx, window)
	if err != nil {
		return fmt.Errorf("find unsettled months: %w", err)
	}
	if len(stale) == 0 {
		return nil
	}
	o, err := s.organisation(ctx)
	if err != nil {
		return fmt.Errorf("read who is where: %w", err)
	}
	for _, m := range stale {
		made, err := s.make(ctx, o, m.month, m.month >= window[0])
		if err != nil {
			return fmt.Errorf("make the figures of %s: %w", m.month, err)
		}
		err = s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := tx.Lock(ctx, lock); err != nil {
				return err
			}
			return s.keep(ctx, tx, m, made)
		})
		if err != nil {
			return fmt.Errorf("keep the figures of %s: %w", m.month, err)
		}
	}
	return nil
}

// version is how far a month is.
type version struct {
	month            Month
	version, settled int64
	k                int
}

// stale returns the months whose figures are to be made, those of window and, for topics, the twelve before it. When a month
// begins, it is noted, and those that went out of the window go.
func (s *Service) stale(ctx context.Context, window []Month) ([]version, error) {
	oldest := s.add(window[0], -12)
	list, err := selectVersions(ctx, s.db, oldest)
	if err != nil {
		return nil, err
	}
	var missing []Month
	for _, m := range window {
		if !slices.ContainsFunc(list, func(v version) bool { return v.month == m }) {
			missing = append(missing, m)
		}
	}
	if len(missing) > 0 {
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := tx.Lock(ctx, lock); err != nil {
				return err
			}
			if err := raise(ctx, tx, missing); err != nil {
				return err
			}
			return deleteOld(ctx, tx, window[0], oldest)
		})
		if err != nil {
			return nil, err
		}
		if list, err = selectVersions(ctx, s.db, oldest); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(v version) bool { return v.settled == v.version && v.k == s.k || v.month > window[Months-1] }), nil
}

// cell is a figure as it is kept.
type cell struct {
	unit         int64
	metric       string
	state        State
	value, whole int64
}

// topicCount is how many threads of a month are about a topic.
type topicCount struct {
	topic, threads int64
	shown          bool
}

// made is all that is kept of a month.
type made struct {
	cells  []cell
	topics []topicCount
}

// keep writes what differs from what is kept.
func (s *Service) keep(ctx context.Context, tx *db.Tx, v version, m made) error {
	newer, err := settled(ctx, tx, v.month)
	if err != nil || newer > v.version {
		return err // another server was faster
	}
	have, err := s.kept(ctx, tx, v.month)
	if err != nil {
		return err
	}
	if err := writeCells(ctx, tx, v.month, have.cells, m.cells); err != nil {
		return err
	}
	if err := writeTopics(ctx, tx, v.month, have.topics, m.topics); err != nil {
		return err
	}
	return updateSettled(ctx, tx, v.month, v.version, s.k)
}

func (s *Service) kept(ctx context.Context, q db.Querier, m Month) (have made, err error) {
	if have.cells, err = selectMonth(ctx, q, m); err != nil {
		return have, err
	}
	have.topics, err = selectTopics(ctx, q, m)
	return have, err
}

// checkFigures returns how many figures are not what would be made now.
func (s *Service) checkFigures(ctx context.Context) (wrong int, err error) {
	window := s.Window()
	for _, m := range window {
		have, want, err := s.searches(ctx, s.db, m)
		if err != nil {
			return 0, err
		}
		wrong += differing(have, want)
	}
	if err := s.Settle(ctx); err != nil {
		return 0, err
	}
	o, err := s.organisation(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range window {
		want, err := s.make(ctx, o, m, true)
		if err != nil {
			return 0, err
		}
		have, err := s.kept(ctx, s.db, m)
		if err != nil {
			return 0, err
		}
		wrong += differing(have.cells, want.cells) + differing(have.topics, want.topics)
	}
	return wrong, nil
}

// searchCount is how many searches of a unit went one way.
type searchCount struct {
	unit          int64
	found, opened bool
	n             int64
}

// AddUpSearches adds up the searches of the last months, the present one included: of all 13, or of as many as may still change
// often. They are written beside the events, and so looked at from time to time.
func (s *Service) AddUpSearches(ctx context.Context, months int) error {
	for _, m := range s.Window()[max(0, Months-months):] {
		have, want, err := s.searches(ctx, s.db, m)
		if err != nil {
			return fmt.Errorf("add up searches: %w", err)
		}
		if differing(have, want) == 0 {
			continue
		}
		err = s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := tx.Lock(ctx, lock); err != nil {
				return err
			}
			if err := writeSearches(ctx, tx, m, want); err != nil {
				return err
			}
			return raise(ctx, tx, []Month{m})
		})
		if err != nil {
			return fmt.Errorf("keep the searches of %s: %w", m, err)
		}
	}
	return nil
}

// searches returns what is kept of the searches of a month, and what they are.
func (s *Service) searches(ctx context.Context, q db.Querier, m Month) (have, want []searchCount, err error) {
	if have, err = selectSearches(ctx, q, m); err != nil {
		return nil, nil, err
	}
	from, to := s.Bounds(m)
	want, err = selectLog(ctx, q, from, to)
	return have, want, err
}

// make makes the figures of a month; without cells only its topics.
func (s *Service) make(ctx context.Context, o *organisation, m Month, cells bool) (made, error) {
	g := gathering{organisation: o, k: s.k, families: make(map[string]map[rowKey]*row), active: make(map[int64]bool), topics: make(map[int64][]int64), authors: make(map[int64]int64), blind: make(map[int64]bool)}
	if cells {
		if err := selectParts(ctx, s.db, m, g.part); err != nil {
			return made{}, err
		}
	}
	if err := selectFactsOf(ctx, s.db, m, cells, g.add); err != nil {
		return made{}, err
	}
	g.beside()
	out := made{topics: g.count()}
	if !cells || o.headcount(0) < s.k {
		return out, nil
	}
	searches, err := selectSearches(ctx, s.db, m)
	if err != nil {
		return made{}, err
	}
	g.search(searches)
	g.people()
	from, to := s.Bounds(m)
	closed, gaps, err := countGaps(ctx, s.db, from, to)
	if err != nil {
		return made{}, err
	}
	out.cells = g.cells()
	out.cells = addWhole(out.cells, "gaps_closed", closed, gaps)
	signals := 0
	for _, has := range g.blind {
		if has {
			signals++
		}
	}
	out.cells = addWhole(out.cells, "topics_without_signals", int64(len(g.blind)-signals), int64(len(g.blind)))
	return out, nil
}

// addWhole adds a figure that is about no people.
func addWhole(list []cell, metric string, value, whole int64) []cell {
	if whole == 0 {
		return list
	}
	return append(list, cell{unit: Whole, metric: metric, state: Shown, value: value, whole: whole})
}

// rowKey names a row of a family.
type rowKey struct {
	node  int
	marks marks
}

// gathering is the facts of a month on their way to figures.
type gathering struct {
	*organisation
	k        int
	families map[string]map[rowKey]*row
	active   map[int64]bool    // people who took part
	parts    map[int64][]int64 // who replied, by discussion
	topics   map[int64][]int64 // by thread
	authors  map[int64]int64   // by thread
	blind    map[int64]bool    // by topic: whether a signal is about it
	behind   []fact            // see beside
}

func (g *gathering) row(family string, node int, m marks) *row {
	rows := g.families[family]
	if rows == nil {
		rows = make(map[rowKey]*row)
		g.families[family] = rows
	}
	key := rowKey{node, m}
	r := rows[key]
	if r == nil {
		r = &row{node: node, marks: m}
		rows[key] = r
	}
	return r
}

// part notes that somebody replied in a discussion of the month.
func (g *gathering) part(thread, person int64) {
	if g.parts == nil {
		g.parts = make(map[int64][]int64)
	}
	g.parts[thread] = append(g.parts[thread], person)
}

// add adds a fact. Only what people of the home organisation do is counted.
func (g *gathering) add(f fact) {
	if f.counted == 0 && f.family != famPost {
		g.behind = append(g.behind, f)
		return
	}
	at, home := g.places[f.person]
	if !home {
		return
	}
	m := f.marks
	switch f.family {
	case famTopic:
		g.topics[f.thread] = append(g.topics[f.thread], f.item)
		g.authors[f.thread] = f.person
		g.blind[f.item] = g.blind[f.item] || f.marks&markSignal != 0
		return
	case famReply:
		g.active[f.person] = true
		if g.unitOf(f.other) != at.unit {
			m |= markCross
		}
	case famDiscussion:
		g.active[f.person] = true
		m |= g.voices(f.thread, f.person)
	case famQuestion:
		if m&markMerged == 0 {
			g.active[f.person] = true
		}
	case famPost, famSignal, famProposed:
		g.active[f.person] = true
	case famDecision, famReview, famChange:
		g.authors[f.thread] = f.person
	}
	r := g.row(f.family, at.node, m)
	r.n += f.counted
	r.people = r.people.with(g.k, f.person)
	if f.value >= 0 {
		r.values = append(r.values, f.value)
	}
	if f.other != 0 {
		r.others = r.others.with(g.k, f.other)
	}
}

// beside adds those who stand behind something beside whoever it is counted for, where that one is.
func (g *gathering) beside() {
	for _, f := range g.behind {
		if at, home := g.places[g.authors[f.thread]]; home {
			r := g.row(f.family, at.node, f.marks)
			r.people = r.people.with(g.k, f.person)
		}
	}
}

// voices marks a discussion by who took part in it.
func (g *gathering) voices(thread, author int64) (m marks) {
	others := make(map[int64]bool)
	for _, p := range g.parts[thread] {
		if p == author {
			continue
		}
		others[p] = true
		if g.unitOf(p) != g.unitOf(author) {
			m |= markAcross
		}
	}
	if len(others) >= 3 {
		m |= markSeveral
	}
	return m
}

// search adds searches. Nobody is kept with them, so each stands for somebody.
func (g *gathering) search(list []searchCount) {
	nobody := int64(0)
	for _, c := range list {
		var m marks
		if c.opened {
			m |= markOpened
		}
		if !c.found {
			m |= markNone
		}
		r := g.row(famSearch, g.at[c.unit], m)
		r.n += c.n
		for range min(c.n, int64(g.k)) {
			nobody--
			r.people = r.people.with(g.k, nobody)
		}
	}
}

// people adds everybody who is here, and whether they took part.
func (g *gathering) people() {
	for id, at := range g.places {
		if !at.here {
			continue
		}
		var m marks
		if g.active[id] {
			m = markActive
		}
		r := g.row(famPeople, at.node, m)
		r.n++
		r.people = r.people.with(g.k, id)
	}
}

// count counts the threads of each topic, and decides which may be shown; those with most threads first.
func (g *gathering) count() []topicCount {
	sets := make(map[string]*row)
	counts := make(map[int64]int64)
	for _, thread := range slices.Sorted(maps.Keys(g.topics)) {
		topics := g.topics[thread]
		slices.Sort(topics)
		key := fmt.Sprint(topics)
		r := sets[key]
		if r == nil {
			r = &row{topics: topics}
			sets[key] = r
		}
		r.n++
		r.people = r.people.with(g.k, g.authors[thread])
		for _, t := range topics {
			counts[t]++
		}
	}
	c := cover{k: g.k}
	for _, key := range slices.Sorted(maps.Keys(sets)) {
		c.rows = append(c.rows, sets[key])
	}
	out := make([]topicCount, 0, len(counts))
	for topic, n := range counts {
		out = append(out, topicCount{topic: topic, threads: n})
	}
	slices.SortFunc(out, func(a, b topicCount) int {
		if a.threads != b.threads {
			return int(b.threads - a.threads)
		}
		return int(a.topic - b.topic)
	})
	for i := range out {
		t := &out[i]
		t.shown = c.show(c.rows, false, func(r *row) bool { return slices.Contains(r.topics, t.topic) }) == Shown
	}
	return out
}

// cells makes the figures of all units, those that lie higher first.
func (g *gathering) cells() (out []cell) {
	covers := make(map[string]*cover)
	for family, rows := range g.families {
		c := &cover{k: g.k}
		for _, r := range rows {
			c.rows = append(c.rows, r)
		}
		slices.SortFunc(c.rows, func(a, b *row) int {
			if a.node != b.node {
				return a.node - b.node
			}
			return int(a.marks) - int(b.marks)
		})
		covers[family] = c
	}
	for _, i := range g.downwards() {
		if g.headcount(i) < g.k {
			continue
		}
		for j := range Metrics {
			m := &Metrics[j]
			if c := covers[m.family]; c != nil && !m.OrganisationOnly {
				if made, some := m.make(c, g.nodes[i].id, c.within(i, g.nodes[i].end)); some {
					out = append(out, made)
				}
			}
		}
	}
	return out
}

// make makes the figure of m for a unit, of the rows of its place; some is false when there is nothing to count.
func (m *Metric) make(c *cover, unit int64, place []*row) (out cell, some bool) {
	whole := func(r *row) bool { return r.marks&m.whole == m.whole && r.marks&m.not == 0 }
	part := func(r *row) bool { return whole(r) && r.marks&m.part != 0 }
	out = cell{unit: unit, metric: m.Key}
	var values []int64
	var kinds marks
	for _, r := range place {
		if !whole(r) {
			continue
		}
		if m.Kind == Median {
			out.whole += int64(len(r.values))
			values = append(values, r.values...)
		} else {
			out.whole += r.n
		}
		if m.Kind == Share && r.marks&m.part != 0 {
			out.value += r.n
		}
		kinds |= r.marks / kindsFrom
	}
	if out.whole == 0 {
		return out, false
	}
	sums := []func(*row) bool{whole}
	switch m.Kind {
	case Count:
		out.value = out.whole
	case Share:
		sums = append(sums, func(r *row) bool { return whole(r) && !part(r) }, part)
	case Median:
		slices.Sort(values)
		out.value = values[(len(values)-1)/2]
	case Variety:
		for ; kinds != 0; kinds &= kinds - 1 {
			out.value++
		}
	}
	if out.state = c.show(place, m.others, sums...); out.state != Shown {
		out.value, out.whole = 0, 0 // SECURITY: what is not shown is not kept
	}
	return out, true
}
