package decisions

import (
	"strconv"
	"strings"

	"watercooler/views/parts"
)

// field is the name of a field in a row, by its place from 0.
func field(name string, i int) string { return name + "-" + strconv.Itoa(i+1) }

// numbered is the label of a row.
func numbered(label string, i int) string { return label + " " + strconv.Itoa(i+1) }

// choose returns the options of a select with one of them selected.
func choose(all []parts.Option, value string) []parts.Option {
	list := make([]parts.Option, len(all))
	for i, o := range all {
		o.Selected = o.Value == value
		list[i] = o
	}
	return list
}

// paragraphs are the paragraphs of a plain text.
func paragraphs(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// heading says what it is that follows.
func (p Panel) heading() string {
	if p.State.Code == "proposed" {
		return "The proposal"
	}
	return "The decision"
}

// what is the first question of the form.
func (p WritePage) what() string {
	if p.Proposal {
		return "What is proposed"
	}
	return "What was decided"
}

// acts reports whether there is anything to do in the row of actions.
func (p Panel) acts() bool {
	return p.AgreePath+p.ChallengePath+p.ReviewPath+p.AmendPath+p.WithdrawPath+p.ReplacePath+p.SupersedePath+p.UnsupersedePath != ""
}

// told is a field with what is wrong with it.
func told(f parts.Field, problems parts.Problems) parts.Field {
	f.Problem = problems.Of(f.Name)
	return f
}
