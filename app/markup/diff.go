package markup

import "strings"

// DiffOp says what became of a line or of some words.
type DiffOp uint8

// The three things that can have happened.
const (
	Same DiffOp = iota
	Added
	Removed
)

// DiffLine is one line of a Diff. Parts are its words grouped by what happened to them; together they spell Text. A line
// that was changed appears as a Removed line followed by an Added one, whose Parts say which words differ.
type DiffLine struct {
	Op    DiffOp
	Text  string
	Parts []DiffPart
}

// DiffPart is a run of words in a line.
type DiffPart struct {
	Op   DiffOp
	Text string
}

// maxDiffCells bounds the table of the comparison; past it the differing middle is shown as replaced whole.
const maxDiffCells = 4_000_000

// Diff compares two texts line by line, and word by word within lines that changed, for history pages.
func Diff(a, b string) []DiffLine {
	var out []DiffLine
	steps := compare(splitLines(a), splitLines(b))
	for i := 0; i < len(steps); {
		if steps[i].op == Same {
			out = append(out, DiffLine{Same, steps[i].text, []DiffPart{{Same, steps[i].text}}})
			i++
			continue
		}
		var gone, came []string
		for ; i < len(steps) && steps[i].op != Same; i++ {
			if steps[i].op == Removed {
				gone = append(gone, steps[i].text)
			} else {
				came = append(came, steps[i].text)
			}
		}
		for n := range max(len(gone), len(came)) {
			switch {
			case n < len(gone) && n < len(came):
				removed, added := compareWords(gone[n], came[n])
				out = append(out, DiffLine{Removed, gone[n], removed}, DiffLine{Added, came[n], added})
			case n < len(gone):
				out = append(out, DiffLine{Removed, gone[n], []DiffPart{{Removed, gone[n]}}})
			default:
				out = append(out, DiffLine{Added, came[n], []DiffPart{{Added, came[n]}}})
			}
		}
	}
	return out
}

func splitLines(s string) []string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// compareWords returns the parts of a removed and of an added line.
func compareWords(gone, came string) (removed, added []DiffPart) {
	for _, s := range compare(splitWords(gone), splitWords(came)) {
		if s.op != Added {
			removed = appendPart(removed, s)
		}
		if s.op != Removed {
			added = appendPart(added, s)
		}
	}
	return removed, added
}

func appendPart(parts []DiffPart, s step) []DiffPart {
	if n := len(parts); n > 0 && parts[n-1].Op == s.op {
		parts[n-1].Text += s.text
		return parts
	}
	return append(parts, DiffPart{s.op, s.text})
}

// splitWords cuts after each run of spaces, so that the pieces spell the line.
func splitWords(line string) []string { return strings.SplitAfter(line, " ") }

type step struct {
	op   DiffOp
	text string
}

// compare returns a shortest way from a to b by longest common subsequence, removals before additions.
func compare(a, b []string) []step {
	var head, tail []step
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, step{Same, a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, step{Same, a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	i, j := 0, 0
	if width := len(b) + 1; (len(a)+1)*width <= maxDiffCells && len(a) > 0 && len(b) > 0 {
		longest := make([]int32, (len(a)+1)*width) // of the rest from (i, j)
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					longest[i*width+j] = longest[(i+1)*width+j+1] + 1
				} else {
					longest[i*width+j] = max(longest[(i+1)*width+j], longest[i*width+j+1])
				}
			}
		}
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				head = append(head, step{Same, a[i]})
				i++
				j++
			case longest[(i+1)*width+j] >= longest[i*width+j+1]:
				head = append(head, step{Removed, a[i]})
				i++
			default:
				head = append(head, step{Added, b[j]})
				j++
			}
		}
	}
	for ; i < len(a); i++ {
		head = append(head, step{Removed, a[i]})
	}
	for ; j < len(b); j++ {
		head = append(head, step{Added, b[j]})
	}
	for i := len(tail) - 1; i >= 0; i-- {
		head = append(head, tail[i])
	}
	return head
}
