package insights

// Capability is one of the six abilities by which an organisation is intelligent, after Richard Veryard.
type Capability struct {
	Key      string
	Name     string
	Question string // in plain words
	Headline string // key of the metric on its card
	Nothing  string // what to do about it when there is nothing to count yet
	Do       string // in the words of a link
	Path     string
}

// Capabilities are the six, in the order in which they follow each other.
var Capabilities = []Capability{
	{"perception", "Perception", "Does news from outside reach us?", "signals", "Nobody has clipped a signal yet: news from outside that matters here.", "Clip a signal", "/signals"},
	{"sense-making", "Sense-making", "Do we talk about what it means?", "discussions_across", "No discussion has been opened yet.", "Open a discussion", "/write?kind=discussion"},
	{"deciding", "Deciding", "Does talk become decisions, and good ones?", "decisions", "No decision has been recorded yet. One can be made from any thread.", "See decisions", "/decisions"},
	{"memory", "Memory", "Can people find what we know?", "searches_opened", "Nobody has searched yet.", "Search the hub", "/search"},
	{"learning", "Learning", "Do we look back, and change?", "reflections", "Nobody has shared a reflection yet: what was noticed, tried and learnt.", "Write a reflection", "/reflections"},
	{"communication", "Communication", "Does knowledge cross between units?", "replies_across", "Nobody has replied to a colleague yet.", "See what is unanswered", "/unanswered"},
}

// Kind is what sort of number a metric is.
type Kind int

// The kinds of metric.
const (
	Count   Kind = iota // Value is how many
	Share               // Value of Whole
	Median              // Value is the seconds of the middle one of Whole, the lower of two in the middle
	Variety             // Value is how many kinds there are among Whole
)

// String is the kind in words, for exports.
func (k Kind) String() string { return [...]string{"count", "share", "median seconds", "variety"}[k] }

// Direction is where a metric had better go.
type Direction int

// The directions.
const (
	Neither Direction = iota // more is neither better nor worse
	Up
	Down
)

// Metric is something that is counted each month.
type Metric struct {
	Key        string // in addresses, exports and the database
	Capability string
	Name       string
	Says       string // what it is, in one sentence
	Of         string // what there is Whole of; of a count, what there is Value of
	Kind       Kind
	Direction  Direction
	Gamed      string // how the number could be made to look better without anything being better
	SQL        string // computes Value and Whole: see the note on statements in metrics_sql.go

	OrganisationOnly bool // has no figures of units

	family string
	whole  marks // of those of the family that have all of these marks
	not    marks // and none of these
	part   marks // Value counts those of them that have one of these; 0: all
	others bool  // k people must stand behind it on the other side as well: as many who answered as asked
}

// Metrics are all of them; those of one capability stand together. Within a family those that stand first are shown first where
// not all can be.
var Metrics = []Metric{
	{Key: "signals", Capability: "perception", Name: "Signals clipped", Of: "signals", Kind: Count, Direction: Up, family: famSignal, SQL: countSignals,
		Says:  "Signals that people clipped in the month: news, reports and figures from outside.",
		Gamed: "By clipping much that nobody needs. Look at how many are talked about."},
	{Key: "signal_read", Capability: "perception", Name: "Time to the first reader", Of: "signals read", Kind: Median, Direction: Down, family: famSignal, whole: markRead, SQL: medianRead,
		Says:  "Half of the signals clipped in the month were first opened, by somebody other than who clipped them, within this time. Those nobody has opened are left out.",
		Gamed: "By opening everything without reading it."},
	{Key: "signal_sources", Capability: "perception", Name: "Kinds of source", Of: "signals", Kind: Variety, Direction: Up, family: famSignal, SQL: varietySignals,
		Says:  "How many of the eight kinds of source the signals of the month came from: press, regulator, demography, local, national, peers, technology and policy.",
		Gamed: "By clipping one of each. Look at whether they are talked about."},
	{Key: "topics_without_signals", Capability: "perception", Name: "Topics without a signal", Of: "topics talked about", Kind: Share, Direction: Down, OrganisationOnly: true, SQL: shareBlindTopics,
		Says:  "Of the topics that threads of the month are about, how many no signal of the month is about.",
		Gamed: "By putting many topics on each signal."},

	{Key: "discussions", Capability: "sense-making", Name: "Discussions opened", Of: "discussions", Kind: Count, family: famDiscussion, SQL: countDiscussions,
		Says:  "Discussions opened in the month.",
		Gamed: "By opening discussions nobody joins."},
	{Key: "discussions_across", Capability: "sense-making", Name: "Discussions across units", Of: "discussions", Kind: Share, Direction: Up, family: famDiscussion, part: markAcross, SQL: shareAcross,
		Says:  "Of the discussions opened in the month, those in which people of two or more units have taken part so far.",
		Gamed: "By a word of thanks from next door. It counts whoever says anything."},
	{Key: "discussions_several", Capability: "sense-making", Name: "Discussions with several voices", Of: "discussions", Kind: Share, Direction: Up, family: famDiscussion, part: markSeveral, SQL: shareSeveral,
		Says:  "Of the discussions opened in the month, those to which three or more people other than whoever opened them have replied so far, so that competing readings stand side by side.",
		Gamed: "By asking friends to agree. It does not know whether they differ."},
	{Key: "signals_discussed", Capability: "sense-making", Name: "Signals talked about", Of: "signals", Kind: Share, Direction: Up, family: famSignal, part: markReplied, SQL: shareDiscussed,
		Says:  "Of the signals clipped in the month, those to which somebody other than who clipped them has replied so far.",
		Gamed: "By replying with a word. It does not know what was understood."},

	{Key: "decisions", Capability: "deciding", Name: "Decisions agreed", Of: "decisions", Kind: Count, family: famDecision, SQL: countDecisions,
		Says:  "Decisions agreed in the month, whatever became of them since.",
		Gamed: "By cutting one decision into many. More is not better."},
	{Key: "decisions_evidence", Capability: "deciding", Name: "With evidence", Of: "decisions", Kind: Share, Direction: Up, family: famDecision, part: markEvidence, SQL: shareEvidence,
		Says:  "Of the decisions agreed in the month, those that name what they rest on.",
		Gamed: "By a link that says nothing, or one added afterwards. Symptoms look at the dates."},
	{Key: "decisions_alternatives", Capability: "deciding", Name: "With alternatives", Of: "decisions", Kind: Share, Direction: Up, family: famDecision, part: markOptions, SQL: shareOptions,
		Says:  "Of the decisions agreed in the month, those that name two or more options that were considered.",
		Gamed: "By options nobody would choose."},
	{Key: "decisions_dissent", Capability: "deciding", Name: "With dissent kept", Of: "decisions", Kind: Share, family: famDecision, part: markDissent, SQL: shareDissent,
		Says:  "Of the decisions agreed in the month, those in which somebody who disagreed, or would have stopped it, is on the record.",
		Gamed: "By staying silent. None at all may mean that nobody dares."},
	{Key: "decision_time", Capability: "deciding", Name: "Time to decide", Of: "decisions", Kind: Median, family: famDecision, SQL: medianDecision,
		Says:  "Half of the decisions agreed in the month were agreed within this time of being proposed.",
		Gamed: "By recording them once they are made. Fast is not good by itself."},
	{Key: "reviews_on_time", Capability: "deciding", Name: "Reviews done when due", Of: "reviews", Kind: Share, Direction: Up, family: famReview, part: markDone, SQL: shareReviews,
		Says:  "Of the reviews of decisions that were done in the month, or fall due in it and are not done, those that were done.",
		Gamed: "By moving the date, or by a review that looks at nothing."},

	{Key: "searches", Capability: "memory", Name: "Searches", Of: "searches", Kind: Count, family: famSearch, SQL: countSearches,
		Says:  "Searches in the month. They are kept without the person.",
		Gamed: "Nobody gains by it."},
	{Key: "searches_opened", Capability: "memory", Name: "Searches that found something", Of: "searches", Kind: Share, Direction: Up, family: famSearch, part: markOpened, SQL: shareOpened,
		Says:  "Of the searches in the month, those after which something was opened.",
		Gamed: "By titles that promise more than the page holds."},
	{Key: "searches_nothing", Capability: "memory", Name: "Searches without a result", Of: "searches", Kind: Share, Direction: Down, family: famSearch, part: markNone, SQL: shareNone,
		Says:  "Of the searches in the month, those that found nothing at all.",
		Gamed: "By showing anything rather than nothing."},
	{Key: "checked", Capability: "memory", Name: "Answers and guides checked", Of: "checks", Kind: Share, Direction: Up, family: famCheck, part: markDone, SQL: shareChecked,
		Says:  "Of the threads whose latest check was in the month, or whose check falls due in it and is not done, those that were checked.",
		Gamed: "By saying that it is still right without reading it."},
	{Key: "repeats", Capability: "memory", Name: "Questions asked again", Of: "questions", Kind: Count, Direction: Down, family: famQuestion, whole: markRepeat, SQL: countRepeats,
		Says:  "Questions of the month that were merged into another since, or overtaken by one.",
		Gamed: "By leaving them unmerged: a fall may mean that nobody tidies up."},
	{Key: "thread_age", Capability: "memory", Name: "Age of what is talked about", Of: "conversations", Kind: Median, family: famReply, not: markOwn, SQL: medianAge,
		Says:  "Half of the threads that somebody replied to in the month were no older than this then. A thread counts once for each person who replied to somebody else's.",
		Gamed: "Nobody gains by it. Old is good where knowledge lasts, and bad where questions wait."},
	{Key: "gaps_closed", Capability: "memory", Name: "Gaps closed", Of: "gaps", Kind: Share, Direction: Up, OrganisationOnly: true, SQL: shareGaps,
		Says:  "Of the gaps that opened in the month, things looked for again and again and not found, those that have closed because they are found now, or were answered.",
		Gamed: "By closing them by hand. Symptoms look for what was closed and is still looked for."},

	{Key: "reflections", Capability: "learning", Name: "Reflections shared", Of: "reflections", Kind: Count, Direction: Up, family: famReflection, SQL: countReflections,
		Says:  "Weeknotes and retrospectives that people shared in the month. Those they keep to themselves are counted nowhere.",
		Gamed: "By asking everybody for one. A reflection that is asked for is a report."},
	{Key: "reviews", Capability: "learning", Name: "Decisions reviewed", Of: "reviews", Kind: Count, Direction: Up, family: famReview, whole: markDone, SQL: countReviews,
		Says:  "Reviews of decisions that were done in the month.",
		Gamed: "By reviews that find nothing. Look at how many changed something."},
	{Key: "decisions_changed", Capability: "learning", Name: "Decisions changed by learning", Of: "decisions", Kind: Count, family: famChange, SQL: countChanges,
		Says:  "Decisions that were superseded in the month, or amended or withdrawn after a review or a challenge.",
		Gamed: "By changing what need not change. None at all may mean that nobody looks back."},

	{Key: "questions", Capability: "communication", Name: "Questions asked", Of: "questions", Kind: Count, family: famQuestion, not: markMerged, SQL: countQuestions,
		Says:  "Questions asked in the month.",
		Gamed: "By asking what one knows. More is neither better nor worse."},
	{Key: "answered", Capability: "communication", Name: "Questions answered", Of: "questions", Kind: Share, Direction: Up, family: famQuestion, not: markMerged, part: markReplied, SQL: shareAnswered,
		Says:  "Of the questions asked in the month, those to which somebody other than the asker has replied so far.",
		Gamed: "By replies that do not answer."},
	{Key: "first_answer", Capability: "communication", Name: "Time to the first answer", Of: "questions answered", Kind: Median, Direction: Down, family: famQuestion, whole: markReplied, not: markMerged, others: true, SQL: medianAnswer,
		Says:  "Half of the answered questions of the month had their first reply within this time. It is a figure of questions, never of those who answer: at least as many people must have answered first as must have asked.",
		Gamed: "By a quick word that does not answer."},
	{Key: "replies_across", Capability: "communication", Name: "Replies that cross units", Of: "replies to others", Kind: Share, Direction: Up, family: famReply, not: markOwn, part: markCross, SQL: shareCross,
		Says:  "Of the replies that people wrote in the month to threads of others, those to somebody of another unit.",
		Gamed: "By cutting units smaller. People count where they are today."},
	{Key: "breadth", Capability: "communication", Name: "People who take part", Of: "people", Kind: Share, Direction: Up, family: famPeople, part: markActive, SQL: shareActive,
		Says:  "Of the people who are here today, those who opened a thread, helped to write a post, or replied in the month.",
		Gamed: "By asking everybody for a word. Reading is taking part too, and is not counted."},
}

// MetricOf returns the metric with a key; nil for none.
func MetricOf(key string) *Metric {
	for i := range Metrics {
		if Metrics[i].Key == key {
			return &Metrics[i]
		}
	}
	return nil
}
