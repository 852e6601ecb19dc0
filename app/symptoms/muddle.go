package symptoms

import (
	"slices"

	"watercooler/app/threads"
)

const (
	// guideWords and questionWords are how many words a title needs to say what it is about. A guide is often called by two; a
	// question of two is "Printer broken".
	guideWords    = 2
	questionWords = 3
	// differing is below which similarity of their words two answers are taken to say something else.
	differing = 0.5
	// mostAnswers bounds how many answers to one question are compared with each other; the latest are.
	mostAnswers = 50
)

// twins are the threads whose titles are alike, by place in Record.Threads.
type twins struct {
	guides    [][]int // guidance and decisions in force
	questions [][]int
}

// prepared returns r with its twins found.
func (r Record) prepared() Record {
	if r.twins != nil {
		return r
	}
	inForce := map[int64]bool{}
	for _, d := range r.Decisions {
		inForce[d.Thread] = d.State == "agreed" || d.State == "review"
	}
	r.twins = &twins{
		guides: r.alike(guideWords, func(t *Thread) bool {
			return !t.Superseded && (t.Guide || inForce[t.ID])
		}),
		questions: r.alike(questionWords, func(t *Thread) bool { return t.Kind == threads.Question && !t.Superseded }),
	}
	return r
}

// alike returns the groups of threads, of those that want names, whose titles are alike.
func (r Record) alike(least int, want func(t *Thread) bool) [][]int {
	var at []int
	var titles []string
	for i := range r.Threads {
		if want(&r.Threads[i]) {
			at, titles = append(at, i), append(titles, r.Threads[i].Title)
		}
	}
	out := gather(wordsOf(titles), least)
	for _, group := range out {
		for i := range group {
			group[i] = at[group[i]]
		}
	}
	return out
}

// Alike returns the threads whose words decide: Links is wanted between them, and Answers of those that have an accepted answer.
func (r Record) Alike() []int64 {
	r = r.prepared()
	var ids []int64
	for _, group := range r.twins.guides {
		for _, i := range group {
			ids = append(ids, r.Threads[i].ID)
		}
	}
	for _, group := range r.twins.questions {
		for _, i := range r.answered(group) {
			ids = append(ids, r.Threads[i].ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// answered returns those of a group of questions that have an accepted answer, the latest; none when it is only one.
func (r Record) answered(group []int) []int {
	var list []int
	for _, i := range group {
		if r.Threads[i].Accepted != 0 {
			list = append(list, i)
		}
	}
	if len(list) < 2 {
		return nil
	}
	return list[max(0, len(list)-mostAnswers):]
}

// muddle finds guidance, decisions in force and accepted answers of which two say what holds for the same thing: their titles are alike,
// they share a topic, neither has taken the place of the other, and nothing leads from one to the other. Answers are muddled only when
// their words differ.
func muddle(r Record) []Finding {
	r = r.prepared()
	var found []Finding
	for _, group := range r.twins.guides {
		found = append(found, r.clashes(GuidesClash, group, func(_, _ *Thread) bool { return true })...)
	}
	for _, group := range r.twins.questions {
		list := r.answered(group)
		texts := make([]string, len(list))
		for i, at := range list {
			texts[i] = r.Answers[r.Threads[at].ID]
		}
		said := map[int64][]int32{}
		for i, w := range wordsOf(texts) {
			said[r.Threads[list[i]].ID] = w.list
		}
		found = append(found, r.clashes(AnswersClash, list, func(a, b *Thread) bool {
			return len(said[a.ID]) > 0 && len(said[b.ID]) > 0 && jaccard(said[a.ID], said[b.ID]) < differing
		})...)
	}
	return found
}

// clashes returns the threads of a group that clash, gathered by what clashes with what.
func (r Record) clashes(v Variant, group []int, differ func(a, b *Thread) bool) []Finding {
	var ids []int64
	for _, i := range group {
		ids = append(ids, r.Threads[i].ID)
	}
	var links, pairs []Pair
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			if r.Links[pairOf(a, b)] {
				links = append(links, pairOf(a, b))
			}
		}
	}
	led := joined(links) // whoever reads one finds the other, perhaps by way of a third
	for i, at := range group {
		a := &r.Threads[at]
		for _, other := range group[i+1:] {
			b := &r.Threads[other]
			if led[a.ID] != 0 && led[a.ID] == led[b.ID] || !related(a, b) || !differ(a, b) {
				continue
			}
			pairs = append(pairs, pairOf(a.ID, b.ID))
		}
	}
	in := map[int64][]Item{}
	var order []int64
	clash := joined(pairs)
	for _, i := range group {
		t := &r.Threads[i]
		if first := clash[t.ID]; first != 0 {
			if in[first] == nil {
				order = append(order, first)
			}
			in[first] = append(in[first], Item{Thread: t.ID, At: t.At})
		}
	}
	var found []Finding
	for _, first := range order {
		f := about(Muddle, v, 2, in[first]...)
		f.Anchor, f.Number = first, len(in[first])
		found = append(found, f)
	}
	return found
}

// related reports whether two threads share a topic, or have none.
func related(a, b *Thread) bool {
	if len(a.Topics) == 0 && len(b.Topics) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Topics, func(t int64) bool { return slices.Contains(b.Topics, t) })
}
