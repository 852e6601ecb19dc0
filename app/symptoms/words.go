package symptoms

import (
	"fmt"
	"net/url"
	"strconv"
)

// Words are what people read of a symptom.
type Words struct {
	Name     string
	Meaning  string // what it means when it shows
	Found    string // how it is found
	Misleads string // how it can mislead
	Next     string // what to do about it
}

// Says returns what people read of s.
func (s Symptom) Says() Words { return said[s] }

var said = map[Symptom]Words{
	Choke: {
		Name:    "Choke",
		Meaning: "Questions wait although there are people who could answer them. Something stands between the two: people are not asked, have no time, or do not feel free to answer.",
		Found: fmt.Sprintf("A question is overdue when nobody but the asker has replied, and it has waited longer than nine in ten questions on its topic did, and at least %d days. "+
			"A topic, or a unit that asks, is named when at least %d of its questions are overdue, when that is at least twice the share elsewhere and no chance (fewer than 1 in %d), "+
			"and when at least five people have had an answer accepted or answered three times about the topic, say that they can be asked, or were offered the questions.", int(patienceLeast.Hours())/24, chokeLeast, int(1/rare)),
		Misleads: "A question may have been answered in a meeting or by telephone. Some questions have no answer, and a good one takes time.",
		Next:     "See who may know and bring the oldest questions to them. If it is always the same few, agree with their units how much time answering may take.",
	},
	Denial: {
		Name:    "Denial",
		Meaning: "What hurts is put away without anything being done about it, so that it cannot be learnt from.",
		Found: fmt.Sprintf("Three things count. A gap in what people find that its owner closed with neither an answer nor a word why. A question that somebody other than the asker closed before anybody had answered. "+
			"A challenge to a decision that nobody has said anything about in %d days, or after which the decision was confirmed or withdrawn without a reason.", int(challengeTime.Hours())/24),
		Misleads: "Something may have been done that the hub does not hold. A duplicate that was closed rather than merged looks the same.",
		Next:     "Open it again, or write one sentence on why nothing will be done. Either is an answer.",
	},
	Guesswork: {
		Name:     "Guesswork",
		Meaning:  "Something was decided, and nothing that is written down led to it. Nobody can tell later whether it was right, or when to look again.",
		Found:    fmt.Sprintf("A decision that was agreed with no evidence at all and fewer than %d options.", twoOptions),
		Misleads: "Small or urgent matters need no paper. The evidence may be in a document that nobody linked.",
		Next:     "Add what the decision rests on, even if that is experience, and a day to look at it again.",
	},
	Meddling: {
		Name:    "Meddling",
		Meaning: "One decision is changed again and again from above. Those who look after it stop deciding, and wait.",
		Found: fmt.Sprintf("A decision that was amended on at least %d days within %d days from a unit that stands above the one that looks after it. Changes on one day count once. Who made them is not looked at.",
			meddlingLeast, int(meddlingTime.Hours())/24),
		Misleads: "A decision may be shared between levels by agreement, and the hub cannot weigh how small a change is.",
		Next:     "Agree at which level this is decided, and write that down as the decision’s authority.",
	},
	Muddle: {
		Name:    "Muddle",
		Meaning: "Two texts say what holds for the same thing, and nothing leads from one to the other. Whoever finds the wrong one does not know it.",
		Found: "Guides and decisions that are in force, and accepted answers, are compared by the words of their titles. Those that share at least three words in four and the same numbers, on one topic, are named when neither has taken the place of the other and no link leads between them. " +
			"Accepted answers are named only when fewer than half of their words are the same.",
		Misleads: "Titles that read alike can be about different things, and two answers may say the same in other words.",
		Next:     "Compare them. Mark the one that no longer holds as superseded, or link the two and say when each holds.",
	},
	Panic: {
		Name:    "Panic",
		Meaning: "Decisions come in a run, and those they are about had no notice. What is decided in haste is often decided twice.",
		Found: fmt.Sprintf("A decision had no notice when it was agreed on the day it was proposed, takes effect at once, nobody took a stance, and nobody had written about it before. "+
			"At least %d of them within %d days in one large part of the organisation, of five people or more, or on one topic are named, when they are at least a third of what was decided there and more than chance makes of how usual that is elsewhere.", panicLeast, int(panicTime.Hours())/24),
		Misleads: "An emergency leaves no time. Decisions written down together after a meeting that gave notice look the same.",
		Next:     "Look at the run as one matter: what made it urgent, and who should have known? Give the next one a period of notice.",
	},
	Policy: {
		Name:    "Policy-based evidence",
		Meaning: "The evidence came after the decision. It was looked for to support what had been decided, and not to find out.",
		Found: fmt.Sprintf("A decision most of whose evidence is dated later than the decision, or, where it has no date, was added more than %d days after it. What was added when the decision was reviewed, challenged or amended does not count: that is learning.",
			int(policyGrace.Hours())/24),
		Misleads: "Old papers may be written down late and without their date.",
		Next:     "Review the decision with the evidence as it is now, and say what would have shown that it is wrong.",
	},
	Repetition: {
		Name:    "Repetition and oscillation",
		Meaning: "The same question comes again and again, or a decision goes there and back: what was learnt the last time is not found or not believed.",
		Found: fmt.Sprintf("Questions whose titles share at least three words in four and the same numbers, asked on at least %d occasions that lie more than %d days apart, none of them marked as superseded. "+
			"A decision that took the place of another and says again what the one before that said, or one that was withdrawn or superseded for more than %d days and reinstated.", occasions, int(occasionTime.Hours())/24, int(undone.Hours())/24),
		Misleads: "New people ask old questions, which is how they learn. Circumstances change, and going back can be right.",
		Next:     "Write the answer once, as a guide, and mark the questions as superseded by it. Of a decision, write down what would have to change before it is taken up again.",
	},
	Tunnel: {
		Name:    "Tunnel vision",
		Meaning: "Nothing is heard from a part of the organisation or about a subject, or it is seen through one window only.",
		Found: fmt.Sprintf("A topic or unit of which nothing was heard in this month and the three before, although what was heard in the year before makes that no chance (fewer than 1 in %d) and no season. A unit of which nothing was heard in a year. "+
			"A topic, or the whole hub, with at least %d signals that are all from one source or all of one kind. Units of fewer than five people are left out, and units by which one could tell who else was heard.", int(1/rare), oneLeast),
		Misleads: "A subject may be done with. People may talk elsewhere, and some work leaves no time at a screen. That is still worth knowing.",
		Next:     "Ask what is going on there, and where it is talked about. Add a source that sees it differently.",
	},
}

// Heading says in one line what was found where.
func (f Shown) Heading() string {
	switch f.Variant {
	case ByTopic:
		return fmt.Sprintf("%s questions about %s have no answer", number(f.Number), f.Topic.Name)
	case ByUnit:
		return fmt.Sprintf("%s questions from %s have no answer", number(f.Number), f.Unit.Name)
	case GapClosed:
		return "A gap was closed, and nothing was written"
	case QuestionClosed:
		return "A question was closed before anybody answered"
	case ChallengeUnmet:
		return "A challenge to a decision met no answer"
	case Unevidenced:
		return "Decided without evidence and without options"
	case ChangedAbove:
		return fmt.Sprintf("Changed on %s days from a higher unit", number(f.Number))
	case GuidesClash:
		return fmt.Sprintf("%s texts in force say what holds for the same thing", number(f.Number))
	case AnswersClash:
		return fmt.Sprintf("One question has %s accepted answers that differ", number(f.Number))
	case WithoutNotice:
		if f.Unit.ID != 0 {
			return fmt.Sprintf("%s decisions without notice in %s", number(f.Number), f.Unit.Name)
		}
		return fmt.Sprintf("%s decisions without notice about %s", number(f.Number), f.Topic.Name)
	case EvidenceAfter:
		return "The evidence came after the decision"
	case AskedAgain:
		return fmt.Sprintf("Asked on %s occasions", number(f.Number))
	case DecidedBack:
		return "Decided there and back"
	case TopicQuiet:
		return f.Topic.Name + " has fallen silent"
	case UnitQuiet:
		return f.Unit.Name + " has fallen silent"
	case UnitAbsent:
		return "Nothing was heard from " + f.Unit.Name + " in a year"
	case OneSource:
		return fmt.Sprintf("All %s signals%s come from %s", number(f.Number), f.on(), f.Said)
	case OneKind:
		return fmt.Sprintf("All %s signals%s are of one kind: %s", number(f.Number), f.on(), f.Said)
	}
	return string(f.Variant)
}

// on is what signals are about, in a sentence.
func (f Shown) on() string {
	if f.Topic.ID == 0 {
		return " of the hub"
	}
	return " about " + f.Topic.Name
}

// Detail says what else there is to say of a finding, "" for nothing.
func (f Shown) Detail() string {
	switch f.Variant {
	case ByTopic, ByUnit:
		return fmt.Sprintf("Nine in ten questions like these had an answer within %s. At least five people could answer; how many is not said.", days(f.Days))
	case ChallengeUnmet:
		return fmt.Sprintf("It has waited for %s.", days(f.Days))
	case ChangedAbove:
		return fmt.Sprintf("Within %s. Who made the changes is not looked at.", days(f.Days))
	case UnitQuiet, UnitAbsent:
		return "Nobody in it wrote anything that everybody in the organisation may read. What is said in closed rooms is not counted."
	}
	return ""
}

// Dated says what happened to a piece of evidence on its day.
func (f Shown) Dated() string {
	switch f.Variant {
	case ByTopic, ByUnit, AskedAgain, AnswersClash:
		return "asked"
	case GapClosed, QuestionClosed:
		return "closed"
	case ChallengeUnmet:
		return "challenged"
	case Unevidenced, WithoutNotice, EvidenceAfter, DecidedBack:
		return "decided"
	case ChangedAbove:
		return "last changed"
	}
	return "written"
}

// number writes small numbers as words do at the start of a sentence.
func number(n int) string {
	words := [...]string{2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine", 10: "Ten"}
	if n >= 2 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(n) + " days"
}

// Step is what can be done about a finding with one press.
type Step struct{ Text, Path string }

// Step returns what suggests itself first.
func (f Shown) Step() Step {
	var first, last Cited // the latest, and the oldest of those read
	if len(f.Evidence) > 0 {
		first, last = f.Evidence[0], f.Evidence[len(f.Evidence)-1]
	}
	at := first.Thread.Path()
	switch f.Variant {
	case ByTopic, ByUnit:
		return Step{"See who may know", "/experts?" + url.Values{"q": {last.Thread.Title}}.Encode()}
	case GapClosed:
		return Step{"Search for it now", searchPath(first.Gap)}
	case QuestionClosed:
		return Step{"Open the question", at}
	case GuidesClash, AnswersClash:
		return Step{"Say which one holds", fmt.Sprintf("/threads/%d/supersede?%s", last.Thread.ID, url.Values{"by": {first.Thread.Title}}.Encode())}
	case AskedAgain:
		return Step{"Write the answer as a guide", "/write?" + url.Values{"kind": {"discussion"}, "title": {first.Thread.Title}}.Encode()}
	case TopicQuiet, OneSource, OneKind:
		if f.Topic.ID != 0 {
			return Step{"Open the topic", "/topics/" + url.PathEscape(f.Topic.Slug)}
		}
		return Step{"Open the signals", "/signals"}
	case UnitQuiet, UnitAbsent:
		return Step{"Open the unit", f.Unit.unitPath()}
	}
	return Step{"Open the decision", at}
}

func (p Place) unitPath() string { return "/units/" + strconv.FormatInt(p.ID, 10) }

// searchPath is where something is searched for.
func searchPath(words string) string { return "/search?" + url.Values{"q": {words}}.Encode() }

// Title and Path are how a piece of evidence is named and where it is.
func (e Cited) Title() string {
	if e.Thread.ID == 0 {
		return "Searched for: " + e.Gap
	}
	return e.Thread.Title
}

// Path returns where a piece of evidence is: of a gap, the search for it.
func (e Cited) Path() string {
	if e.Thread.ID == 0 {
		return searchPath(e.Gap)
	}
	return e.Thread.Path()
}
