package reflections_test

import (
	"strings"
	"testing"

	"watercooler/app/reflections"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       reflections.Boxes
	}{
		{"as it was composed", reflections.Compose(reflections.Boxes{Noticed: "a", Change: "d\n\ne"}, "[x](/threads/1)"), reflections.Boxes{Noticed: "a", Change: "d\n\ne"}},
		{"in another order, at another level", "# What we learnt\nx\n### What we tried ###\r\ny\r\n", reflections.Boxes{Learnt: "x", Tried: "y"}},
		{"a heading twice", "## What we tried\na\n## What we learnt\nb\n## What we tried\nc", reflections.Boxes{Tried: "a\n\nc", Learnt: "b"}},
		{"headings of their own", "## What we tried\na\n## Costs\nb", reflections.Boxes{Tried: "a\n## Costs\nb"}},
		{"written anew", "Just this.\n", reflections.Boxes{Learnt: "Just this."}},
		{"nothing", "", reflections.Boxes{}},
		{"no heading", "#What we tried\nb", reflections.Boxes{Learnt: "#What we tried\nb"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := reflections.Parse(tc.text); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// FuzzParse: what is composed of boxes without the headings themselves is read back as it was, and nothing is ever lost of a text
// without headings.
func FuzzParse(f *testing.F) {
	f.Add("a", "b\n\nc", "", "# d", "x")
	f.Add("", "", "", "", "## What we learnt\n\n")
	f.Fuzz(func(t *testing.T, a, b, c, d, text string) {
		reflections.Parse(text)
		boxes := reflections.Boxes{Noticed: a, Tried: b, Learnt: c, Change: d}
		for _, s := range []*string{&boxes.Noticed, &boxes.Tried, &boxes.Learnt, &boxes.Change} {
			*s = strings.Trim(strings.ReplaceAll(*s, "\r\n", "\n"), "\r\n\t ")
			for line := range strings.Lines(*s) {
				if strings.Contains(line, "What we ") {
					t.Skip()
				}
			}
		}
		if got := reflections.Parse(reflections.Compose(boxes, "")); got != boxes {
			t.Errorf("%+v came back as %+v", boxes, got)
		}
	})
}
