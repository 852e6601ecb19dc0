package find

import (
	"slices"

	"watercooler/auth"
	"watercooler/search"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

// part is a person as the viewer sees them: signed out, a name is plain text and nobody has a face.
func part(a Author, v auth.Viewer) parts.Person {
	p := parts.Person{Name: a.Name, Initials: parts.Initials(a.Name), Tint: parts.Tint(a.ID), Unit: a.Unit}
	if v.SignedIn() {
		p.Path, p.JobTitle = a.Path(), a.JobTitle
		if a.Photo != "" {
			p.Photo = "/files/" + a.Photo
		}
	}
	return p
}

func (h *Web) hit(f Hit, v auth.Viewer) views.Hit {
	out := views.Hit{
		Kind: f.Kind, Path: f.Path, Title: spans(f.TitleSpans), Body: spans(f.BodySpans), Replies: f.Replies, Votes: f.Votes,
		Answered: f.Answered, Accepted: f.Accepted, Superseded: f.Superseded,
	}
	if f.Author.ID != 0 {
		out.Author, out.At = part(f.Author, v), h.web.Moment(f.CreatedAt)
	}
	if f.Network.Slug != "" {
		out.Network = parts.Link{Text: f.Network.Name, Path: f.Network.Path()}
	}
	for _, t := range f.Topics {
		out.Topics = append(out.Topics, parts.Topic{Name: t.Name, Path: t.Path()})
	}
	if f.Reply != nil {
		out.Reply = &views.Said{
			Path: f.Reply.Path, Author: part(f.Reply.Author, v), At: h.web.Moment(f.Reply.CreatedAt), Text: spans(f.Reply.Spans), Accepted: f.Reply.Accepted,
		}
	}
	if f.Why != nil {
		out.Why = why(*f.Why)
	}
	return out
}

// fieldsSaid are the fields of a document in words.
var fieldsSaid = map[string]string{
	"title": "title", "topics": "topics", "body": "text", "replies": "replies", "files": "files", "names": "names", "exact": "text",
	"r_body": "text", "r_title": "title of the thread",
}

// why is an explanation for those who answer for the hub.
func why(e search.Explanation) *views.Why {
	out := &views.Why{Score: e.Score, Alike: e.Alike}
	for _, t := range e.Terms {
		term := views.Term{Text: t.Term, Score: t.Score}
		for _, f := range t.Fields {
			term.Fields = append(term.Fields, views.Field{Name: fieldsSaid[f.Field], Times: f.Times, Of: f.Tokens, Weight: f.Weight})
		}
		out.Terms = append(out.Terms, term)
	}
	for _, p := range e.Priors {
		out.Priors = append(out.Priors, views.Prior{Name: p.Name, Factor: p.Factor})
	}
	return out
}

func (h *Web) personHit(f Hit) views.PersonHit {
	p := part(f.Author, auth.Viewer{})
	p.Path, p.JobTitle = f.Path, f.Author.JobTitle
	if f.Author.Photo != "" {
		p.Photo = "/files/" + f.Author.Photo
	}
	why := spans(f.BodySpans)
	if !slices.ContainsFunc(why, func(s parts.Span) bool { return s.Hit }) {
		why = nil // the name matched, and it is there already
	}
	return views.PersonHit{Person: p, Location: f.Location, Why: why}
}

func spans(list []search.Span) []parts.Span {
	out := make([]parts.Span, len(list))
	for i, s := range list {
		out[i] = parts.Span(s)
	}
	return out
}
