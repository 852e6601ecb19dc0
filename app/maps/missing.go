package maps

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"watercooler/app/db"
)

const (
	// maxSubjects is about how many topics and decisions together one may ask who is missing.
	maxSubjects = maxAbsentTopics + maxAbsentDecisions

	maxAbsentTopics    = 200
	maxAbsentDecisions = 100
	// maxParts is how many units of a level, places or roles are looked at, those of most people.
	maxParts = 60
)

// Subjects are what one may ask about.
type Subjects struct {
	List []Subject `json:"list"` // topics, then decisions; those most people took part in first
}

// Subject is a topic or a decision.
type Subject struct {
	Kind string `json:"kind"` // topic or decision
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Path string `json:"path"`
}

// Key names the subject in addresses: "topic:42".
func (s Subject) Key() string { return s.Kind + ":" + strconv.FormatInt(s.ID, 10) }

// Missing is what the page shows: an absence, and what else one may ask about.
type Missing struct {
	Absence
	Subjects []Subject
}

// Absence is who took part in something and who did not.
type Absence struct {
	Subject Subject   `json:"subject"`
	Units   [][]Share `json:"units"` // by level, in the order of names
	Places  []Share   `json:"places"`
	Roles   []Share   `json:"roles"` // by the last word of the job title
}

// Share is a group of at least k people and whether it took part: None, Hidden (some did, but fewer than k) or Some.
type Share struct {
	Name string `json:"name"`
	Took Band   `json:"took"`
}

// missing makes the maps of who is missing: one of what there is to ask about, and one of each.
func (t *talk) missing(ctx context.Context, q db.Querier) (Subjects, []Absence, error) {
	type about struct {
		Subject
		people set
	}
	var topics, decisions []about
	for _, topic := range t.list {
		topics = append(topics, about{Subject{"topic", topic.ID, topic.Name, topic.Path()}, t.spoke[topic.ID]})
	}
	if err := t.stances(ctx, q); err != nil {
		return Subjects{}, nil, err
	}
	for _, d := range t.held {
		decisions = append(decisions, about{Subject{"decision", d.id, d.title, "/decisions/" + strconv.FormatInt(d.id, 10)}, d.people})
	}
	most := func(list []about, limit int) []about {
		// SECURITY: of fewer people nothing is said, not even who is missing.
		list = slices.DeleteFunc(list, func(a about) bool { return len(a.people) < t.k })
		slices.SortStableFunc(list, func(a, b about) int {
			return cmp.Or(cmp.Compare(len(b.people), len(a.people)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		return list[:min(len(list), limit)]
	}
	subjects := Subjects{List: []Subject{}}
	var absences []Absence
	all := t.partitions()
	for _, a := range append(most(topics, maxAbsentTopics), most(decisions, maxAbsentDecisions)...) {
		subjects.List = append(subjects.List, a.Subject)
		absences = append(absences, t.absence(a.Subject, a.people, all))
	}
	return subjects, absences, nil
}

// stances adds to decisions who said what they think of them.
func (t *talk) stances(ctx context.Context, q db.Querier) error {
	ids := make([]int64, len(t.held))
	for i, d := range t.held {
		ids[i] = d.id
	}
	said, err := selectStances(ctx, q, ids, t.to)
	for _, d := range t.held {
		for _, p := range said[d.id] {
			if _, ours := t.people[p]; ours {
				d.people.add(p)
			}
		}
	}
	return err
}

// part is a group of people of whom it is asked whether they took part.
type part struct {
	name   string
	people int
}

// partitions are all groups of at least k people who are here, by what they have in common.
type partitions struct {
	units  [levels][]unit
	places []part
	roles  []part
}

func (t *talk) partitions() (p partitions) {
	for level := range levels {
		p.units[level] = t.largest(level, maxParts)
		slices.SortFunc(p.units[level], byName)
	}
	p.places = t.sharing(func(p person) string { return p.location })
	p.roles = t.sharing(func(p person) string { return role(p.job) })
	return p
}

// role is the last word of a job title: a senior planning officer is an officer. What stands in brackets or after a comma is not of it.
func role(job string) string {
	if i := strings.IndexAny(job, ",(/"); i >= 0 {
		job = job[:i]
	}
	words := strings.Fields(job)
	if len(words) == 0 {
		return ""
	}
	word := []rune(strings.ToLower(words[len(words)-1]))
	if !slices.ContainsFunc(word, unicode.IsLetter) {
		return ""
	}
	word[0] = unicode.ToUpper(word[0])
	return string(word)
}

// sharing groups people who are here by a word they share; in the order of the words.
func (t *talk) sharing(of func(person) string) []part {
	count := map[string]int{}
	for id, p := range t.people {
		if word := of(p); word != "" && t.here(id) {
			count[word]++
		}
	}
	var list []part
	for word, n := range count {
		if n >= t.k {
			list = append(list, part{word, n})
		}
	}
	slices.SortFunc(list, func(a, b part) int { return cmp.Or(cmp.Compare(b.people, a.people), cmp.Compare(a.name, b.name)) })
	list = list[:min(len(list), maxParts)]
	slices.SortFunc(list, func(a, b part) int { return cmp.Compare(a.name, b.name) })
	return list
}

// absence says of each group whether it took part.
func (t *talk) absence(s Subject, people set, all partitions) Absence {
	a := Absence{Subject: s}
	unitTook := [levels]map[int64]int{}
	for level := range levels {
		unitTook[level] = map[int64]int{}
	}
	placeTook, roleTook := map[string]int{}, map[string]int{}
	for id := range people {
		p := t.people[id]
		for level := range levels {
			if up, ok := t.above[level][p.unit]; ok {
				unitTook[level][up]++
			}
		}
		placeTook[p.location]++
		roleTook[role(p.job)]++
	}
	for level := range levels {
		list := []Share{}
		for _, u := range all.units[level] {
			list = append(list, Share{u.name, t.took(unitTook[level][u.id])})
		}
		a.Units = append(a.Units, list)
	}
	a.Places, a.Roles = []Share{}, []Share{}
	for _, p := range all.places {
		a.Places = append(a.Places, Share{p.name, t.took(placeTook[p.name])})
	}
	for _, p := range all.roles {
		a.Roles = append(a.Roles, Share{p.name, t.took(roleTook[p.name])})
	}
	return a
}

// took is the band of how many took part.
func (t *talk) took(n int) Band {
	switch {
	case n == 0:
		return None
	case n < t.k:
		return Hidden
	default:
		return Some
	}
}
