package briefs

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{number(0), "no"}, {number(1), "one"}, {number(10), "ten"}, {number(11), "11"}, {number(999), "999"}, {number(4212), "4,212"}, {number(1234567), "1,234,567"},
		{count(1, "reply", "replies"), "one reply"}, {count(2, "reply", "replies"), "two replies"}, {count(0, "reply", "replies"), "no replies"}, {count(1035, "reply", "replies"), "1,035 replies"},
		{were(1), "was"}, {were(0), "were"}, {were(2), "were"}, {have(1), "has"}, {have(3), "have"},
		{listed(nil), ""}, {listed([]string{"A"}), "A"}, {listed([]string{"A", "B"}), "A and B"}, {listed([]string{"A", "B", "C"}), "A, B and C"}, {listed([]string{"A", "B", "C", "D"}), "A, B, C and D"},
		{start("seven questions"), "Seven questions"}, {start("12 questions"), "Altogether 12 questions"}, {start("élan"), "Élan"}, {start("“A” is"), "“A” is"},
		{date(time.Date(2027, time.March, 4, 9, 0, 0, 0, time.UTC)), "4 March 2027"},
		{full("It works"), "It works."}, {full("Does it?"), "Does it?"}, {full(""), ""}, {full("On and on…"), "On and on…"},
		{quoted("  one\n two  ", 40), "one two"}, {quoted("we should have asked the libraries first", 20), "we should have asked…"}, {quoted("abcdefghijklmnop", 5), "abcde…"},
		{chosen("a key", "x"), "x"}, {chosen("another", "x", "y"), chosen("another", "x", "y")},
		{escaped("a_b [c] <d> *e* `f` \\"), "a\\_b \\[c\\] \\<d\\> \\*e\\* \\`f\\` \\\\"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestSentence(t *testing.T) {
	a, b, c := Item{Thread: 1, Title: "A"}, Item{Thread: 2, Title: "B"}, Item{Thread: 3, Title: "C"}
	for _, x := range []struct {
		name        string
		s           Sentence
		text        string
		items, more int
	}{
		{"names all", say("See ").all([]Item{a, b, c}, nil).end("."), "See “A”, “B” and “C”.", 3, 0},
		{"names two", say("See ").all([]Item{a, b}, func(i int) string { return " (" + number(i+1) + ")" }).end("."), "See “A” (one) and “B” (two).", 2, 0},
		{"an item once", say("See ").the(a).on(a, b).of(9).end("."), "See “A”.", 2, 7},
		{"a topic is no ground", say("On ").topic("Roads", "roads").on(c).end("."), "On Roads.", 1, 0},
	} {
		if got := x.s.Text(); got != x.text || len(x.s.Items) != x.items || x.s.More != x.more {
			t.Errorf("%s: %q on %d items and %d more, want %q on %d and %d", x.name, got, len(x.s.Items), x.s.More, x.text, x.items, x.more)
		}
	}
	many := make([]Item, 50)
	for i := range many {
		many[i].Thread = int64(i + 1)
	}
	if s := say("Fifty").on(many...).end("."); len(s.Items) != mostItems || s.More != 50-mostItems {
		t.Errorf("fifty items: %d and %d more", len(s.Items), s.More)
	}
}

func TestUnansweredInWords(t *testing.T) {
	from := time.Date(2027, time.April, 1, 0, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		name string
		subs []string
		over bool
		want []string
	}{
		{"one", []string{"still"}, true, []string{"When the month ended, one question had waited for more than a week without a reply: “Q0” (asked on 1 April 2027)."}},
		{"one, known", []string{"still known"}, false, []string{
			"One question has waited for more than a week without a reply: “Q0” (asked on 1 April 2027).", "There are people here who may know about it: its page names them."}},
		{"one, answered since", []string{"since"}, true, []string{
			"When the month ended, one question had waited for more than a week without a reply: “Q0” (asked on 1 April 2027).", "It has had one since."}},
		{"several", []string{"still", "still known", "since known"}, true, []string{
			"When the month ended, three questions had waited for more than a week without a reply, the longest “Q0” (asked on 1 April 2027).", "One of them has had one since.",
			"There are people here who may know about “Q1”: its page names them."}},
		{"all known", []string{"still known", "still known"}, false, []string{
			"Two questions have waited for more than a week without a reply, the longest “Q0” (asked on 1 April 2027).", "There are people here who may know about all of them: the page of each question names them."}},
		{"some known", []string{"still known", "still known", "still", "since"}, true, []string{
			"When the month ended, four questions had waited for more than a week without a reply, the longest “Q0” (asked on 1 April 2027).", "One of them has had one since.",
			"There are people here who may know about two of those still open: the page of each question names them."}},
		{"all answered since", []string{"since", "since"}, true, []string{
			"When the month ended, two questions had waited for more than a week without a reply, the longest “Q0” (asked on 1 April 2027).", "All of them have had one since."}},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := composer{Brief: &Brief{Period: Period{Year: 2027, Number: 4}, Over: x.over}, m: &material{}, items: map[int64]Item{}, zone: time.UTC, k: leastPeople}
			c.v = staffForTest
			totals := map[string]int{}
			for _, sub := range x.subs {
				totals[sub]++
			}
			for i, sub := range x.subs {
				id := int64(i + 1)
				c.items[id] = Item{Thread: id, Title: "Q" + string(rune('0'+i))}
				c.m.marks = append(c.m.marks, mark{what: waiting, sub: sub, thread: id, audience: "hub", at: from.AddDate(0, 0, i), total: totals[sub]})
			}
			var got []string
			for _, s := range c.unanswered() {
				got = append(got, s.Text())
			}
			if len(got) != len(x.want) {
				t.Fatalf("got %q, want %q", got, x.want)
			}
			for i := range got {
				if got[i] != x.want[i] {
					t.Errorf("got  %q\nwant %q", got[i], x.want[i])
				}
			}
		})
	}
}

func TestWeigh(t *testing.T) {
	for _, x := range []struct {
		name     string
		list     []stance
		said     string
		minority int
	}{
		{"nobody", nil, "", 0},
		{"enough on each side", []stance{{stance: "agree", people: 8}, {stance: "disagree", people: 5, reasons: []string{"no"}}}, "13 people said what they think: eight agree and five disagree", 1},
		{"too few against", []stance{{stance: "agree", people: 8}, {stance: "disagree", people: 4, reasons: []string{"no"}}}, "12 people said what they think: some agree and some do not", 1},
		{"too few at all", []stance{{stance: "agree", people: 2}, {stance: "block", people: 1, reasons: []string{"never"}}}, "some agree and some do not", 1},
		{"few and of one mind", []stance{{stance: "agree", people: 3}}, "", 0},
		{"many of one mind", []stance{{stance: "agree", people: 6}}, "six people said what they think: six agree", 0},
		{"few abstain, which could be taken from the whole", []stance{{stance: "agree", people: 6}, {stance: "abstain", people: 1}}, "seven people said what they think", 0},
		{"more against than for", []stance{{stance: "agree", people: 1, reasons: []string{"yes"}}, {stance: "disagree", people: 7, reasons: []string{"a", "b"}}}, "eight people said what they think: some agree and some do not", 1},
	} {
		got := weigh(x.list, leastPeople)
		if got == nil {
			got = &Stances{}
		}
		if got.Said() != x.said || len(got.Minority) != x.minority {
			t.Errorf("%s: %q with %d reasons, want %q with %d", x.name, got.Said(), len(got.Minority), x.said, x.minority)
		}
	}
}

func TestAbout(t *testing.T) {
	topic := Topic{Name: "Flood defences", Synonyms: []string{"Sea walls"}}
	for said, want := range map[string]bool{"flood defence grants": true, "who mends a sea wall": true, "floods": false, "sea": false, "walls": false, "": false} {
		if got := about(topic, said); got != want {
			t.Errorf("about %q: %v, want %v", said, got, want)
		}
	}
}
