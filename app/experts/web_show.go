package experts

import (
	"strings"
	"time"

	"watercooler/auth"
	"watercooler/search"
	views "watercooler/views/experts"
	"watercooler/views/parts"
)

// shownProof is in how many threads that somebody wrote in the evidence beside their name lies.
const shownProof = 3

// expert describes e to v, with what was asked for marked in the titles.
func (h *Web) expert(e Expert, v auth.Viewer, marks search.Parsed, back string) views.Expert {
	out := views.Expert{
		Person: face(e.Person), First: first(e.Person.Name), Partner: e.Person.Partner, Why: e.Why, Faded: e.Faded,
		Asks: chips(e.Asks), Endorsements: h.endorsements(e.Endorsements, v, back),
	}
	seen := make(map[int64]bool)
	for _, w := range e.Evidence {
		if !seen[w.Thread] && len(seen) < shownProof {
			seen[w.Thread] = true
			out.Evidence = append(out.Evidence, h.evidence(w, marks))
		}
	}
	return out
}

func (h *Web) evidence(w Evidence, marks search.Parsed) views.Evidence {
	out := views.Evidence{Path: w.Path, Kind: string(w.Kind), At: h.web.Moment(w.At), Accepted: w.Accepted}
	for _, s := range marks.Highlight(w.Title, 0) {
		out.Title = append(out.Title, parts.Span(s))
	}
	return out
}

func (h *Web) endorsements(list []Endorsement, v auth.Viewer, back string) []views.Endorsement {
	var out []views.Endorsement
	for _, e := range list {
		shown := views.Endorsement{By: face(e.By), Topic: chip(e.Topic), Reason: e.Reason, Title: e.Title, Path: e.Path}
		if v.Person == e.By.ID || v.Person == e.Person.ID {
			shown.WithdrawPath, shown.Return = endorsementPath(e.ID), back
		}
		out = append(out, shown)
	}
	return out
}

func face(p Person) parts.Person {
	out := parts.Person{Name: p.Name, Path: p.Path(), Initials: parts.Initials(p.Name), Tint: parts.Tint(p.ID), Unit: p.UnitName, JobTitle: p.JobTitle}
	if p.Photo != "" {
		out.Photo = "/files/" + p.Photo
	}
	return out
}

func chip(t Topic) parts.Topic { return parts.Topic{Name: t.Name, Path: t.Path()} }

func chips(topics []Topic) []parts.Topic {
	out := make([]parts.Topic, len(topics))
	for i, t := range topics {
		out[i] = chip(t)
	}
	return out
}

// first is what somebody is called among colleagues.
func first(name string) string {
	given, _, _ := strings.Cut(name, " ")
	return given
}

// knowledge describes k, with what may be said for it when endorse leads to the form.
func (h *Web) knowledge(k Knowledge, endorse func(Evidence) string) views.Knowledge {
	out := views.Knowledge{Topic: chip(k.Topic), Said: h.said(k), Faded: k.StrongIn}
	for _, w := range k.Evidence {
		shown := h.evidence(w, search.Parsed{})
		if endorse != nil {
			shown.EndorsePath = endorse(w)
		}
		out.Evidence = append(out.Evidence, shown)
	}
	return out
}

// said says what somebody contributed to a topic, and when last.
func (h *Web) said(k Knowledge) string {
	if k.Contributions() == 0 {
		return ""
	}
	_, month, _ := strings.Cut(h.web.Date(k.Last), " ") // "March 2027" where the hub is
	return k.say() + ", most recently in " + month
}

// days are the days of the week as the form offers them, from Monday on.
func daysOf(on []time.Weekday) []parts.Option {
	out := make([]parts.Option, 0, len(dayNames))
	for i := range len(dayNames) {
		day := time.Weekday((i + 1) % len(dayNames))
		o := parts.Option{Value: dayNames[day], Label: day.String()}
		for _, d := range on {
			o.Selected = o.Selected || d == day
		}
		out = append(out, o)
	}
	return out
}
