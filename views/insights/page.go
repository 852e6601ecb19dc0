package insights

import (
	"watercooler/views/charts"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Figure is one number with its words.
type Figure struct {
	Metric string // key, with the month what a program needs to find it again
	Month  string // "2027-03"
	Value  string // for programs: a count, a share of 1, seconds
	Text   string // "91%"
	Of     string // "of 41 questions"
	Why    string // why it is not shown; Text is empty then
}

// Change is how a figure differs from that of the month before. The zero Change says nothing.
type Change struct {
	Sign, Text string
	Tone       string // ok: better, bad: worse, "": neither
}

// Card is one capability on the summary, or one figure beneath them.
type Card struct {
	ID, Name, Question string
	Label              string // name of the metric shown
	Figure             Figure
	Change             Change
	Spark              charts.Spark
	Nothing            string // said instead of a figure when there is nothing to count
	Do                 parts.Link
	Path               string // of all its figures
}

// Piece is some words of a sentence: plain, a figure, or a link.
type Piece struct {
	Text   string
	Figure Figure // shown strongly, when its Text is set
	Path   string
}

// Filters are what the figures of a page are narrowed by.
type Filters struct {
	Action string
	Months []parts.Option
	Units  []parts.Option
	CSV    string
	JSON   string
}

// Head begins each page of figures.
type Head struct {
	Chrome  layout.Chrome
	Tabs    []parts.Tab
	Over    string // "1 to 31 March 2027 · the whole organisation"
	Heading string
	Filters Filters
	Note    string // why there are no figures, or fewer
}

// SummaryPage is the page leaders begin with.
type SummaryPage struct {
	Head
	Prose  [][]Piece
	Cards  []Card // the six capabilities
	Below  []Card
	Rising []Rising
	KWord  string
}

// Rising is a topic that is talked about more than it was.
type Rising struct {
	Name, Path, Usual string
	Figure            Figure
}

// Metric is one metric on the scorecard.
type Metric struct {
	Key, Name, Says, Gamed, Direction string
	Figure                            Figure
	Change                            Change
	Spark                             charts.Spark
	Nothing                           string
}

// Capability is one of the six on the scorecard.
type Capability struct {
	ID, Name, Question string
	Metrics            []Metric
	Nothing            string
	Do                 parts.Link
}

// ScorecardPage is all metrics.
type ScorecardPage struct {
	Head
	Capabilities []Capability
}

// Definition is a metric on the page of the method.
type Definition struct {
	Key, Name, Capability, Says, Kind, Better, Gamed, SQL string
}

// MethodPage says what is counted and how.
type MethodPage struct {
	Chrome      layout.Chrome
	Tabs        []parts.Tab
	K           string
	Definitions []Definition
}

// Look is a line of the log of who looked.
type Look struct {
	Person parts.Person
	Page   string
	At     parts.Moment
}

// LookedPage is the log of who looked.
type LookedPage struct {
	Chrome layout.Chrome
	Tabs   []parts.Tab
	Looks  []Look
	Older  string
}
