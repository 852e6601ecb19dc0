package insights

import (
	"fmt"
	"strconv"

	"watercooler/views/parts"
)

// kWord is k as the pages say it.
func kWord(k int) string {
	words := []string{5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
	if k < len(words) {
		return words[k]
	}
	return strconv.Itoa(k)
}

// Said is a figure in words; "" when it is not shown.
func (m *Metric) Said(f Figure) string {
	switch {
	case f.State != Shown:
		return ""
	case m.Kind == Count:
		return parts.Thousands(int(f.Value))
	case f.Whole == 0:
		return "None"
	case m.Kind == Share:
		return strconv.FormatInt(Percent(f), 10) + "%"
	case m.Kind == Median:
		return duration(f.Value)
	}
	return fmt.Sprintf("%d of %d", f.Value, len(sourceKinds))
}

// Percent is a share in whole per cent.
func Percent(f Figure) int64 {
	if f.Whole == 0 {
		return 0
	}
	return (200*f.Value + f.Whole) / (2 * f.Whole)
}

// Of is what a figure stands on: "of 41 questions"; "" when that says nothing new.
func (m *Metric) of(f Figure) string {
	if f.State != Shown || f.Whole == 0 || m.Kind == Count {
		return ""
	}
	return "of " + parts.Thousands(int(f.Whole)) + " " + m.Of
}

// Why says why a figure is not shown; "" when it is.
func (m *Metric) Why(s State, k int) string {
	who := kWord(k) + " people"
	if m.family == famSearch {
		who = kWord(k) + " searches"
	}
	switch s {
	case Small:
		return "The unit has fewer than " + kWord(k) + " people"
	case Few:
		return "Fewer than " + who + " stand behind it, or behind what it leaves"
	case Near:
		return "It would give away fewer than " + who + " elsewhere"
	}
	return ""
}

// duration says seconds in the unit that is fine enough.
func duration(seconds int64) string {
	switch {
	case seconds < 60:
		return "under a minute"
	case seconds < 90*60:
		return parts.Plural(int(rounded(seconds, 60)), "minute", "minutes")
	case seconds < 36*3600:
		return parts.Plural(int(rounded(seconds, 3600)), "hour", "hours")
	}
	return parts.Plural(int(rounded(seconds, 24*3600)), "day", "days")
}

func rounded(n, by int64) int64 { return (n + by/2) / by }

// Change is how a figure differs from that of the month before.
type Change struct {
	Text string    // "6 more than in September 2026"
	Sign string    // "+6"
	Tone Direction // Up: better, Down: worse
}

// Compared returns how the figure of s differs from that of the month before; ok is false when that may not be said.
func (s *Service) Compared(of Series) (c Change, ok bool) {
	before, ok := of.Before()
	if !ok {
		return Change{}, false
	}
	now := of.Now()
	then := s.monthSaid(before.Month)
	a, b := now.Value, before.Value
	var more, less, much string
	switch of.Kind {
	case Share:
		a, b = Percent(now), Percent(before)
		more, less, much = "up", "down", parts.Plural(int(max(a-b, b-a)), "point", "points")
	case Median:
		more, less, much = "longer", "shorter", duration(max(a-b, b-a))
	default:
		more, less, much = "more", "fewer", parts.Thousands(int(max(a-b, b-a)))
	}
	switch {
	case a == b || of.Kind == Median && duration(a) == duration(b):
		return Change{Text: "as in " + then, Sign: "±0"}, true
	case a > b:
		c = Change{Sign: "+" + much, Tone: of.Direction, Text: much + " " + more + " than in " + then}
	default:
		c = Change{Sign: "−" + much, Tone: [...]Direction{Neither, Down, Up}[of.Direction], Text: much + " " + less + " than in " + then}
	}
	if of.Kind == Share {
		word := more
		if a < b {
			word = less
		}
		c.Text = word + " " + much + " on " + then
	}
	return c, true
}

// monthSaid is a month in words: "March 2027".
func (s *Service) monthSaid(m Month) string { return s.begin(m).Format("January 2006") }
