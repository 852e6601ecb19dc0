package insights

import (
	"strings"

	views "watercooler/views/insights"
)

// sentence is put together from words, figures and links.
type sentence []views.Piece

func (s sentence) say(text string) sentence { return append(s, views.Piece{Text: text}) }

func (s sentence) figure(f views.Figure, then string) sentence {
	return append(s, views.Piece{Figure: f, Text: then})
}

func (s sentence) link(f views.Figure, text, path string) sentence {
	return append(s, views.Piece{Figure: f, Text: text, Path: path})
}

// prose is the month in a few sentences. What is not shown is not talked about.
func (h *Web) prose(f Figures) (out [][]views.Piece) {
	has := func(key string) (views.Figure, Series, bool) {
		s := f.Of(key)
		v := h.figure(f, s)
		return v, s, v.Text != ""
	}
	who := "Staff"
	if f.Filter.Unit != Whole {
		who = "People of " + f.Unit.Name
	}
	score := scorePath + h.narrowed(f)
	if v, s, ok := has("questions"); ok && s.Now().Value > 0 {
		line := sentence{}.say(who+" asked ").link(v, " "+plural(s.Now().Value, "question"), score+"#questions")
		if a, _, ok := has("answered"); ok {
			line = line.say(", and colleagues have answered ").link(a, " of them", score+"#answered")
			if t, _, ok := has("first_answer"); ok {
				line = line.say(", half within ").figure(t, "")
			}
		}
		out = append(out, line.say("."))
	}
	if v, _, ok := has("breadth"); ok {
		line := sentence{}.link(v, " of those who are here took part", score+"#breadth")
		if r, _, ok := has("replies_across"); ok {
			line = line.say(", and ").link(r, " of replies went to another unit", score+"#replies_across")
		}
		out = append(out, line.say("."))
	}
	if f.Filter.Unit == Whole && len(f.Rising) > 0 {
		line := sentence{}.say("The talk is moving to ")
		for i, t := range f.Rising[:min(3, len(f.Rising))] {
			if i > 0 {
				line = line.say([]string{", ", " and "}[min(1, i/(min(3, len(f.Rising))-1))])
			}
			line = line.link(views.Figure{}, t.Name, "/topics/"+t.Slug)
		}
		out = append(out, line.say("."))
	}
	if v, s, ok := has("decisions"); ok && s.Now().Value > 0 {
		line := sentence{}.link(v, " "+plural(s.Now().Value, "decision")+" agreed", "/decisions")
		if e, _, ok := has("decisions_evidence"); ok {
			line = line.say(", ").figure(e, " of them with evidence")
		}
		out = append(out, line.say("."))
	}
	if v, s, ok := has("signals"); ok && s.Now().Value > 0 {
		line := sentence{}.link(v, " "+plural(s.Now().Value, "signal")+" from outside came in", "/signals")
		if d, _, ok := has("signals_discussed"); ok {
			line = line.say(", and ").figure(d, " of them were talked about")
		}
		out = append(out, line.say("."))
	}
	if v, _, ok := has("searches_opened"); ok {
		line := sentence{}.link(v, " of searches led to something that was opened", score+"#searches_opened")
		if n, _, ok := has("searches_nothing"); ok {
			line = line.say(", and ").figure(n, " found nothing at all")
		}
		out = append(out, line.say("."))
	}
	if len(out) == 0 {
		out = append(out, sentence{}.say("There is nothing yet of this month that may be said of "+strings.ToLower(where(f))+"."))
	}
	return out
}

func where(f Figures) string {
	if f.Filter.Unit != Whole {
		return "this unit"
	}
	return "the organisation"
}

// plural is the noun alone: the number stands before it as a figure.
func plural(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
