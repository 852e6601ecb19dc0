package importers

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// Report says faithfully what an import did.
type Report struct {
	Kind   string // which importer: "stackexchange", "people", "jsonl"
	Source string // what the external ids begin with
	Counts []Count
	Notes  []string // what was altered or left out on purpose, a sentence each
	Took   time.Duration
}

// Count is what became of one kind of record, such as "answers".
type Count struct {
	Noun                              string
	Read, Created, Changed, Unchanged int
	Skipped                           []Reason
}

// Reason is why records were skipped, how many, and the first few of them.
type Reason struct {
	Text     string
	Number   int
	Examples []string
}

// maxExamples is how many skipped records a Reason names.
const maxExamples = 5

// Changes is how many records were written. A second run of the same import reports 0.
func (r *Report) Changes() int {
	n := 0
	for _, c := range r.Counts {
		n += c.Created + c.Changed
	}
	return n
}

// Skipped is how many records were left out.
func (r *Report) Skipped() int {
	n := 0
	for _, c := range r.Counts {
		n += c.skipped()
	}
	return n
}

func (c *Count) skipped() int {
	n := 0
	for _, s := range c.Skipped {
		n += s.Number
	}
	return n
}

// count returns the count of a noun, in the order they first appear.
func (r *Report) count(noun string) *Count {
	for i := range r.Counts {
		if r.Counts[i].Noun == noun {
			return &r.Counts[i]
		}
	}
	r.Counts = append(r.Counts, Count{Noun: noun})
	return &r.Counts[len(r.Counts)-1]
}

func (r *Report) read(noun string, n int) { r.count(noun).Read += n }

// skip notes that one record was left out.
func (r *Report) skip(noun, reason, example string) {
	c := r.count(noun)
	for i := range c.Skipped {
		if s := &c.Skipped[i]; s.Text == reason {
			s.Number++
			if len(s.Examples) < maxExamples {
				s.Examples = append(s.Examples, example)
			}
			return
		}
	}
	c.Skipped = append(c.Skipped, Reason{Text: reason, Number: 1, Examples: []string{example}})
}

// note adds a sentence unless it is there already.
func (r *Report) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	for _, have := range r.Notes {
		if have == s {
			return
		}
	}
	r.Notes = append(r.Notes, s)
}

// String writes the report for a terminal.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Imported %s as %q in %s: %s.\n\n", r.Kind, r.Source, r.Took.Round(100*time.Millisecond), plural(r.Changes(), "change"))
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "\tread\tcreated\tchanged\tunchanged\tskipped\t")
	for _, c := range r.Counts {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", c.Noun, c.Read, c.Created, c.Changed, c.Unchanged, c.skipped())
	}
	_ = t.Flush() // a strings.Builder does not fail
	if r.Skipped() > 0 {
		b.WriteString("\nSkipped\n")
		for _, c := range r.Counts {
			for _, s := range c.Skipped {
				fmt.Fprintf(&b, "  %d %s: %s (%s)\n", s.Number, c.Noun, s.Text, examples(s))
			}
		}
	}
	if len(r.Notes) > 0 {
		b.WriteString("\nNotes\n")
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "  %s\n", n)
		}
	}
	return b.String()
}

func examples(s Reason) string {
	list := strings.Join(s.Examples, ", ")
	if s.Number > len(s.Examples) {
		list += ", …"
	}
	return list
}

func plural(n int, noun string) string { return plurals(n, noun, noun+"s") }

func plurals(n int, noun, many string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, many)
}
