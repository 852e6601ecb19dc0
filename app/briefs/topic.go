package briefs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watercooler/auth"
	"watercooler/search"
)

// Topic is a topic as its collective view names it.
type Topic struct {
	ID          int64
	Slug, Name  string
	Description string
	Synonyms    []string
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// TopicSource finds topics. The topics slice fills it.
type TopicSource interface {
	// Visit returns the topic with this slug as far as v may know of it; its slug differs where the topic has become part of another.
	Visit(ctx context.Context, v auth.Viewer, slug string) (Topic, error)
}

// Collective is everything that the hub holds about a topic, as one reader may read it: by what kind of knowledge it is, and with what
// nobody knows yet.
type Collective struct {
	Topic  Topic
	Groups []Group // those with something in them, in the order in which they are shown
	Gaps   []Gap   // searches about it that find too little; for those who work here
}

// Class is a kind of knowledge about a topic.
type Class string

// The classes, in the order in which they are shown.
const (
	Noticed    Class = "noticed"  // signals
	Guides     Class = "guide"    // what is marked as reference
	Answers    Class = "answer"   // questions with an accepted answer
	Posts      Class = "post"     // of blogs
	Proposals  Class = "proposed" // with what people think of them
	Talks      Class = "talk"     // discussions
	Decisions  Class = "decided"  // with what people thought of them
	Reflection Class = "learnt"   // what was shared of what was learnt, and decisions that were looked at again
	Questions  Class = "open"     // without an answer
)

// classes gives the order of the classes.
var classes = []Class{Noticed, Guides, Answers, Posts, Proposals, Talks, Decisions, Reflection, Questions}

// Group is what there is of one class, the first few of it.
type Group struct {
	Class   Class
	Entries []Entry
	Total   int // in all
}

// Entry is a thread in a group.
type Entry struct {
	Item
	At      time.Time
	Replies int
	Votes   int
	Learnt  string // of a decision that was looked at again: what that found
	Checked bool   // somebody has said that it is still right
	Stances *Stances
}

// Stances are what people think of a decision or a proposal. Below k people no numbers are told, nor where a number could be found by
// taking the others from the whole.
type Stances struct {
	People                          int  // who said something; 0 where they are fewer than k
	Told                            bool // the next four are told
	Agree, Abstain, Disagree, Block int
	Split                           bool     // some are for it and some against
	Minority                        []string // why the smaller side thinks otherwise, in its own words
}

// Gap is a search that finds too little.
type Gap struct{ Said, Path string }

const (
	mostEntries  = 6 // of a class
	mostReasons  = 3 // of a stance
	mostOpenGaps = 500
	mostTopicGap = 8
	longestSaid  = 280
)

// Collective returns everything about a topic that v may read.
func (s *Service) Collective(ctx context.Context, v auth.Viewer, slug string) (Collective, error) {
	t, err := s.topics.Visit(ctx, v, slug)
	if err != nil {
		return Collective{}, err
	}
	c := Collective{Topic: t}
	if t.Slug != slug {
		return c, nil
	}
	found, err := selectAbout(ctx, s.db, v, t.ID)
	if err != nil {
		return Collective{}, fmt.Errorf("read what there is about topic %d: %w", t.ID, err)
	}
	var decisions []int64
	for _, class := range classes {
		g := Group{Class: class}
		for _, f := range found {
			if f.class != class {
				continue
			}
			g.Entries, g.Total = append(g.Entries, f.Entry), f.total
			if class == Proposals || class == Decisions {
				decisions = append(decisions, f.Thread)
			}
		}
		if len(g.Entries) > 0 {
			c.Groups = append(c.Groups, g)
		}
	}
	if len(decisions) > 0 {
		views, err := selectStances(ctx, s.db, v, decisions)
		if err != nil {
			return Collective{}, fmt.Errorf("read what people think: %w", err)
		}
		c.add(views, s.cfg.K)
	}
	if v.Staff {
		if c.Gaps, err = s.gapsAbout(ctx, t); err != nil {
			return Collective{}, fmt.Errorf("read the gaps about topic %d: %w", t.ID, err)
		}
	}
	return c, nil
}

// stance is what so many people think of a decision, with up to mostReasons reasons.
type stance struct {
	thread  int64
	stance  string
	people  int
	reasons []string
}

// add puts the stances to the decisions they are about.
func (c *Collective) add(list []stance, k int) {
	for _, g := range c.Groups {
		if g.Class != Proposals && g.Class != Decisions {
			continue
		}
		for i := range g.Entries {
			g.Entries[i].Stances = weigh(slices.DeleteFunc(slices.Clone(list), func(s stance) bool { return s.thread != g.Entries[i].Thread }), k)
		}
	}
}

// weigh returns what may be told of the stances to one decision, nil when nobody said anything.
func weigh(list []stance, k int) *Stances {
	out := Stances{Told: true}
	reasons := make(map[string][]string)
	people := 0
	for _, s := range list {
		people += s.people
		out.Told = out.Told && s.people >= k
		reasons[s.stance] = s.reasons
		switch s.stance {
		case "agree":
			out.Agree = s.people
		case "abstain":
			out.Abstain = s.people
		case "disagree":
			out.Disagree = s.people
		case "block":
			out.Block = s.people
		}
	}
	if people == 0 {
		return nil
	}
	against := out.Disagree + out.Block
	out.Split = out.Agree > 0 && against > 0
	switch {
	case against > 0 && (against <= out.Agree || out.Agree == 0):
		out.Minority = append(reasons["block"], reasons["disagree"]...)
	case out.Agree > 0 && against > 0:
		out.Minority = reasons["agree"]
	}
	out.Minority = out.Minority[:min(len(out.Minority), mostReasons)]
	if people >= k {
		out.People = people
	}
	if !out.Told {
		out.Agree, out.Abstain, out.Disagree, out.Block = 0, 0, 0, 0
	}
	return &out
}

// gapsAbout returns the open gaps whose words are about a topic, by its name or another word for it.
func (s *Service) gapsAbout(ctx context.Context, t Topic) ([]Gap, error) {
	open, err := selectOpenGaps(ctx, s.db, s.cfg.K)
	if err != nil {
		return nil, err
	}
	var out []Gap
	for _, said := range open {
		if len(out) < mostTopicGap && about(t, said) {
			out = append(out, Gap{Said: said, Path: searchPath(said)})
		}
	}
	slices.SortStableFunc(out, func(a, b Gap) int { return cmp.Compare(a.Said, b.Said) })
	return out, nil
}

// about reports whether a search has all words of the topic's name, or of another word for it, in whatever form.
func about(t Topic, said string) bool {
	words := strings.Fields(search.Fold(said))
	for _, name := range append([]string{t.Name}, t.Synonyms...) {
		stems := strings.Fields(search.Fold(name))
		if len(stems) > 0 && !slices.ContainsFunc(stems, func(s string) bool { return !slices.Contains(words, s) }) {
			return true
		}
	}
	return false
}
