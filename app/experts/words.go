package experts

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"watercooler/search"
)

// why says in a few words what speaks for e: accepted answers before everything else, and the topic that most of it is about, one of
// those asked for where there is any. Of these topics the counts are complete; of a text only the best of the evidence is known.
func (e Expert) why(asked []Topic) string {
	if len(e.counts) > 0 {
		most := slices.MaxFunc(e.counts, func(a, b topicCounts) int { return cmp.Compare(a.Contributions(), b.Contributions()) })
		return most.say() + " on " + most.topic.Name
	}
	switch {
	case len(e.Evidence) > 0:
		return wrote(e.Evidence, asked)
	case len(e.Asks) > 0:
		return "Can be asked about " + names(e.Asks)
	default:
		return "Endorsed for " + e.Endorsements[0].Topic.Name + " by " + e.Endorsements[0].By.Name
	}
}

// say says counts in words: the two kinds that say most.
func (c Counts) say() string {
	var said []string
	switch {
	case c.Accepted > 0:
		said = append(said, number(c.Accepted, "accepted answer"))
	case c.Answers > 0:
		said = append(said, number(c.Answers, "answer"))
	}
	if c.Posts > 0 {
		said = append(said, number(c.Posts, "post"))
	}
	if len(said) == 0 {
		said = append(said, number(c.Discussions, "contribution"))
	}
	return strings.Join(said, " and ")
}

func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func names(topics []Topic) string {
	list := make([]string, len(topics))
	for i, t := range topics {
		list[i] = t.Name
	}
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// wrote says what evidence is.
func wrote(evidence []Evidence, asked []Topic) string {
	if on := slices.DeleteFunc(slices.Clone(evidence), func(w Evidence) bool { return !w.on(asked) }); len(on) > 0 {
		evidence = on
	}
	accepted := slices.DeleteFunc(slices.Clone(evidence), func(w Evidence) bool { return !w.Accepted })
	if len(accepted) > 0 {
		n, on := mostly(accepted, asked)
		if n == 1 {
			return "An accepted answer on " + on
		}
		return fmt.Sprintf("%s accepted answers on %s", counted(n), on)
	}
	switch n, on := mostly(evidence, asked); n {
	case 1:
		return "Wrote about " + on
	case 2:
		return "Wrote about " + on + " twice"
	default:
		return fmt.Sprintf("Wrote about %s %s times", on, counted(n))
	}
}

// counted says a number of pieces of evidence. No more than search.MaxEvidence are kept of anybody, so that many may be more.
func counted(n int) string {
	if n >= search.MaxEvidence {
		return fmt.Sprintf("%d or more", n)
	}
	return strconv.Itoa(n)
}

// mostly returns the topic that most of the evidence has, one of those asked for before any other, and how much of it does;
// "this", and all of it, when no two pieces of several share one.
func mostly(evidence []Evidence, asked []Topic) (n int, topic string) {
	counts := make(map[int64]int)
	var met []Topic // in the order met, so that the same evidence always says the same
	for _, w := range evidence {
		for _, t := range w.Topics {
			if counts[t.ID]++; counts[t.ID] == 1 {
				met = append(met, t)
			}
		}
	}
	slices.SortStableFunc(met, func(a, b Topic) int {
		return cmp.Or(truth(contains(asked, b))-truth(contains(asked, a)), counts[b.ID]-counts[a.ID])
	})
	if len(met) == 0 || counts[met[0].ID] == 1 && len(evidence) > 1 && !contains(asked, met[0]) {
		return len(evidence), "this"
	}
	return counts[met[0].ID], met[0].Name
}

// reason says to e why a question comes to them.
func (e Expert) reason() string {
	if len(e.Evidence) == 0 {
		if len(e.Asks) == 0 {
			return "Colleagues endorsed you for " + e.Endorsements[0].Topic.Name
		}
		return "You can be asked about " + names(e.Asks)
	}
	w := e.Evidence[0]
	did := map[Role]string{Answered: "You answered", Wrote: "You wrote", Discussed: "You took part in"}[w.Role] + " “" + w.Title + "”"
	for _, c := range e.counts {
		if more := c.Contributions() - 1; more > 0 && contains(w.Topics, c.topic) {
			return fmt.Sprintf("%s and %d more on %s", did, more, c.topic.Name)
		}
	}
	return did
}

// thin says that the hub depends on few people for something, or "". It blames nobody: that somebody knows most is a reason to
// thank them, and to share it.
func thin(found []Expert) string {
	total, most := 0, 0
	for _, e := range found {
		total += len(e.Evidence)
		most = max(most, len(e.Evidence))
	}
	return thinCover(len(found), most, total)
}

// thinCover says that of so many people, and of so much that is known, most is of one person.
func thinCover(people, most, total int) string {
	switch {
	case people == 0:
		return ""
	case people == 1:
		return "Only one person here is known to know about this. Consider pairing up, or writing a guide together."
	case people == 2:
		return "Only two people here are known to know about this. Consider pairing up, or writing a guide together."
	case total >= 5 && most*5 >= total*4:
		return "Nearly everything about this comes from one person. Consider pairing up, or writing a guide together."
	}
	return ""
}

// unitsOf counts people by unit, most people first. Who sits in none is not counted.
func unitsOf(found []Expert) []UnitCover {
	list := make([]Person, len(found))
	for i, e := range found {
		list[i] = e.Person
	}
	return coverOf(list)
}

func coverOf(people []Person) []UnitCover {
	var units []UnitCover
	for _, p := range people {
		if p.Unit == 0 {
			continue
		}
		i := slices.IndexFunc(units, func(u UnitCover) bool { return u.ID == p.Unit })
		if i < 0 {
			i = len(units)
			units = append(units, UnitCover{ID: p.Unit, Name: p.UnitName})
		}
		units[i].People++
	}
	slices.SortStableFunc(units, func(a, b UnitCover) int { return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Name, b.Name)) })
	return units
}

// facetsOf counts what found can be narrowed by.
func facetsOf(found []Expert) Facets {
	var f Facets
	for _, e := range found {
		if e.Person.Unit != 0 {
			f.Units = count(f.Units, strconv.FormatInt(e.Person.Unit, 10), e.Person.UnitName)
		}
		f.Organisations = count(f.Organisations, strconv.FormatInt(e.Person.Organisation, 10), e.card.organisation)
		if e.card.location != "" {
			f.Locations = count(f.Locations, e.card.location, e.card.location)
		}
		for _, l := range e.card.languages {
			f.Languages = count(f.Languages, l, l)
		}
	}
	for _, list := range [][]Value{f.Units, f.Organisations, f.Locations, f.Languages} {
		slices.SortStableFunc(list, func(a, b Value) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	}
	return f
}

// count adds one to the value of key, which differs by more than case from the others.
func count(list []Value, key, name string) []Value {
	for i := range list {
		if strings.EqualFold(list[i].Key, key) {
			list[i].Count++
			return list
		}
	}
	return append(list, Value{Key: key, Name: name, Count: 1})
}
