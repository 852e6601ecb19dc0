package reflections

import "strings"

// Boxes are what a reflection says, in Markdown. Each may be empty, but not all of them.
type Boxes struct{ Noticed, Tried, Learnt, Change string }

// box is one of the four.
type box struct{ name, heading, text string }

// The headings of the boxes, in forms and in the threads of shared reflections.
const (
	HeadingNoticed = "What we noticed"
	HeadingTried   = "What we tried"
	HeadingLearnt  = "What we learnt"
	HeadingChange  = "What we would change"
)

// all returns the boxes in their order.
func (b Boxes) all() []box {
	return []box{
		{"noticed", HeadingNoticed, b.Noticed}, {"tried", HeadingTried, b.Tried}, {"learnt", HeadingLearnt, b.Learnt}, {"change", HeadingChange, b.Change},
	}
}

// lookingBack begins the line that says what a reflection looks back at.
const lookingBack = "Looking back at "

// Compose makes the text of a thread of boxes: those that say something, each under its heading. About is a link to what it looks back
// at, "" for nothing.
func Compose(b Boxes, about string) string {
	var out []string
	if about != "" {
		out = append(out, lookingBack+about+".")
	}
	for _, one := range b.all() {
		if text := strings.Trim(one.text, "\r\n\t "); text != "" {
			out = append(out, "## "+one.heading, text)
		}
	}
	return strings.Join(out, "\n\n")
}

// Parse reads the boxes back from the text of a thread: what stands under each heading, whatever its level. A text without any of
// the headings was written anew; all of it is what was learnt.
func Parse(text string) Boxes {
	var b Boxes
	into := map[string]*string{HeadingNoticed: &b.Noticed, HeadingTried: &b.Tried, HeadingLearnt: &b.Learnt, HeadingChange: &b.Change}
	var at *string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if heading, ok := headingOf(line); ok {
			if to, known := into[heading]; known {
				if at = to; *at != "" {
					*at += "\n"
				}
				continue
			}
		}
		if at != nil {
			*at += line
		}
	}
	if at == nil {
		b.Learnt = text
	}
	for _, to := range into {
		*to = strings.Trim(*to, "\r\n\t ")
	}
	return b
}

// headingOf returns the text of a line that is a heading.
func headingOf(line string) (string, bool) {
	marks := len(line) - len(strings.TrimLeft(line, "#"))
	if marks == 0 || marks > 6 || !strings.HasPrefix(line[marks:], " ") {
		return "", false
	}
	return strings.TrimSpace(strings.TrimRight(strings.TrimSpace(line[marks:]), "#")), true
}

// trimmed returns b as Parse gives it back.
func (b Boxes) trimmed() Boxes {
	for _, to := range []*string{&b.Noticed, &b.Tried, &b.Learnt, &b.Change} {
		*to = strings.Trim(*to, "\r\n\t ")
	}
	return b
}
