package routing

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Terms are how somebody wants to be asked.
type Terms struct {
	Open      bool // the hub may offer them questions; a colleague may ask them anyway
	WeeklyCap int  // questions in any seven days, at most
	Days      Days // on which questions are offered
}

// Candidate is somebody who may know what a question asks.
type Candidate struct {
	Person int64
	Unit   int64   // 0 for none
	Fit    float64 // how much they are thought to know about it beside the other candidates; only the ratio matters
	Reason string  // why the question comes to them, in words for them alone: "You answered “…” and 3 more on Connectivity"
	Terms
}

// Record is what is known of how somebody has been asked before.
type Record struct {
	Waiting int     // questions that wait for their word, or that they said they will answer
	Week    int     // questions offered in the last seven days, by anybody, whatever became of them
	Busy    bool    // said within those days that they have no time
	Accepts float64 // questions about the same topics that they took, halved per 180 days
	Refused float64 // such questions that they did not want, halved likewise; what they never looked at counts a little
}

// Prospect is a candidate with their record.
type Prospect struct {
	Candidate
	Record
}

// Rule says how widely a question is offered.
type Rule struct {
	Places int     // how many people may have it before them
	Floor  float64 // who fits less than this share of the best is not disturbed
	Share  float64 // of somebody's week that may be used for it; 0 is all
}

// room returns how many questions p may be offered in a week for a rule: all they take, or a share of that, but one in any case.
func (r Rule) room(p Prospect) int {
	if r.Share == 0 {
		return p.WeeklyCap
	}
	return min(p.WeeklyCap, max(1, int(r.Share*float64(p.WeeklyCap))))
}

// Choose picks who is offered a question now, best first, at most as many as rule has places left. asked counts by unit the
// people who have it before them already. It is the whole policy, and pure: the simulation runs it as it is.
//
// Three things are certain, whatever the score: the hub offers nothing to who is not open to it, nothing on a day on which
// they do not work, and nothing once the last seven days have brought them as many questions as they take. later is how many
// were passed over for the last two alone, so that it is worth asking again another day.
//
// Old questions may use only a share of anybody's week. Whoever is asked late is asked because those who know best had no answer, so
// most of these offers lead nowhere; without the share they take the places of fresh questions, and all of them wait: in the
// simulation 58 working hours in the middle instead of 6, for four times as many offers.
//
// Among the others the score decides, a product of four shares, each of which can only hold somebody back:
//
//	score = fit × willing × load × spread
//
//	fit      the candidate's fit by that of the best
//	willing  (3 + A) / (3 + ¾A + R), for A questions on the topic taken and R refused: 1 for somebody new, ¾ after one
//	         refusal, ½ after three, 1.3 at most. It is the share of questions taken, with three questions of prior
//	         belief, so that one refusal does not brand anybody
//	load     √((cap − week) / cap) / (1 + open/2), and half of it for who had no time this week. The root keeps the first
//	         questions of a week cheap and makes the last ones dear, so that offers move on to the next best before
//	         anybody is full; each question still open counts more than one that is done
//	spread   0.7ⁿ for n others of the same unit who have the question already: colleagues know the same things and ask one
//	         another anyway, and units are where knowledge is hidden from those outside
//
// The best in the hub are asked first, and not those nearest to the asker. Waiting is dominated by whether one of the first three
// knows: when none does, a day is lost, and three people were disturbed for nothing. What the neighbours know could be had
// across the desk, and they see the question on their home page anyway. Simulated, asking the asker's own unit first makes the
// wait in the middle 22 working hours instead of 6 and puts half as many questions again before people for each answer.
func Choose(all []Prospect, asked map[int64]int, rule Rule, today time.Weekday) (chosen []Prospect, later int) {
	best := 0.0
	for _, p := range all {
		best = max(best, p.Fit)
	}
	var left []Prospect
	for _, p := range all {
		switch {
		case !p.Open || p.Fit <= 0 || p.Fit < rule.Floor*best:
		case p.Week >= rule.room(p) || !p.Days.Has(today):
			if p.WeeklyCap > 0 && p.Days != 0 {
				later++
			}
		default:
			left = append(left, p)
		}
	}
	units := make(map[int64]int, len(asked))
	for unit, n := range asked {
		units[unit] = n
	}
	for len(chosen) < rule.Places && len(left) > 0 {
		i := bestOf(left, units, best)
		chosen = append(chosen, left[i])
		units[left[i].Unit]++
		left = slices.Delete(left, i, i+1)
	}
	return chosen, later
}

// bestOf returns the place in list of the highest score; of equals the one with fewer questions this week, then the lower id.
func bestOf(list []Prospect, units map[int64]int, best float64) int {
	top := 0
	for i := range list {
		if cmp.Or(
			cmp.Compare(list[i].score(units, best), list[top].score(units, best)),
			cmp.Compare(list[top].Week, list[i].Week),
			cmp.Compare(list[top].Person, list[i].Person),
		) > 0 {
			top = i
		}
	}
	return top
}

// score is the formula that Choose explains.
func (p Prospect) score(units map[int64]int, best float64) float64 {
	fit := p.Fit / best
	willing := (3 + p.Accepts) / (3 + 0.75*p.Accepts + p.Refused)
	load := math.Sqrt(float64(p.WeeklyCap-p.Week)/float64(p.WeeklyCap)) / (1 + float64(p.Waiting)/2)
	if p.Busy {
		load /= 2
	}
	spread := 1.0
	if p.Unit != 0 {
		spread = math.Pow(0.7, float64(units[p.Unit]))
	}
	return fit * willing * load * spread
}

// remembered is the time after which what somebody did with a question counts half as much.
const remembered = 180 * 24 * time.Hour

// Answer is what somebody did with a question on the same topics before.
type Answer struct {
	State  State
	Choice Choice        // when they declined
	After  time.Duration // how long they had it until then
	Age    time.Duration // since then
}

// Learn adds up answers for Record.Accepts and Record.Refused.
//
//   - A question that was taken within a day counts 1; one taken later ½, because its asker waited.
//   - "Not my subject", and no for no reason, counts 1 against; "somebody else knows" ½, since who knows that knows something.
//     "No time" says nothing about the topic and counts as load instead.
//   - A question that lapsed after lying there for a day or more counts ⅓: not a no, but no use to an asker either. One that somebody
//     else answered sooner counts nothing.
func Learn(answers []Answer) (accepts, refused float64) {
	for _, a := range answers {
		weight := math.Pow(0.5, float64(a.Age)/float64(remembered))
		switch {
		case a.State == Accepted || a.State == Answered:
			if a.After > 24*time.Hour {
				weight /= 2
			}
			accepts += weight
		case a.State == Declined && a.Choice == Elsewhere:
			refused += weight / 2
		case a.State == Declined && a.Choice != NoTime:
			refused += weight
		case a.State == Lapsed && a.After >= 24*time.Hour:
			refused += weight / 3
		}
	}
	return accepts, refused
}
