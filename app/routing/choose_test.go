package routing

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var open = Terms{Open: true, WeeklyCap: 5, Days: Weekdays}

func TestChoose(t *testing.T) {
	who := func(person int64, fit float64, change ...func(*Prospect)) Prospect {
		p := Prospect{Candidate: Candidate{Person: person, Fit: fit, Terms: open}}
		for _, c := range change {
			c(&p)
		}
		return p
	}
	in := func(unit int64) func(*Prospect) { return func(p *Prospect) { p.Unit = unit } }
	three := Rule{Places: 3, Floor: 0.25}
	cases := []struct {
		name  string
		all   []Prospect
		asked map[int64]int
		rule  Rule
		day   time.Weekday
		want  string // ids, and how many another day
	}{
		{name: "nobody", rule: three, want: " 0"},
		{name: "the best three", all: []Prospect{who(1, 1), who(2, 3), who(3, 2), who(4, 4)}, rule: three, want: "4 2 3 0"},
		{name: "who fits too little", all: []Prospect{who(1, 1), who(2, 0.2)}, rule: three, want: "1 0"},
		{name: "who is not open", all: []Prospect{who(1, 1, func(p *Prospect) { p.Open = false }), who(2, 0.9)}, rule: three, want: "2 0"},
		{name: "who is full", all: []Prospect{who(1, 1, func(p *Prospect) { p.Week = 5 }), who(2, 0.9)}, rule: three, want: "2 1"},
		{name: "a cap of nothing", all: []Prospect{who(1, 1, func(p *Prospect) { p.WeeklyCap = 0 })}, rule: three, want: " 0"},
		{name: "who is away today", all: []Prospect{who(1, 1), who(2, 0.9, func(p *Prospect) { p.Days = ParseDays("sun") })}, day: time.Monday, rule: three, want: "1 1"},
		{name: "a Sunday", all: []Prospect{who(1, 1), who(2, 0.9, func(p *Prospect) { p.Days = ParseDays("sun") })}, day: time.Sunday, rule: three, want: "2 1"},
		{name: "who has many already", all: []Prospect{who(1, 1, func(p *Prospect) { p.Waiting, p.Week = 2, 3 }), who(2, 0.6)}, rule: Rule{Places: 1}, want: "2 0"},
		{name: "who had no time", all: []Prospect{who(1, 1, func(p *Prospect) { p.Busy = true }), who(2, 0.6)}, rule: Rule{Places: 1}, want: "2 0"},
		{name: "who refused such questions", all: []Prospect{who(1, 1, func(p *Prospect) { p.Refused = 3 }), who(2, 0.6)}, rule: Rule{Places: 1}, want: "2 0"},
		{name: "who likes such questions", all: []Prospect{who(1, 0.9, func(p *Prospect) { p.Accepts = 3 }), who(2, 1)}, rule: Rule{Places: 1}, want: "1 0"},
		{name: "not all of one unit", all: []Prospect{who(1, 1, in(7)), who(2, 0.9, in(7)), who(3, 0.7, in(8))}, rule: Rule{Places: 2}, want: "1 3 0"},
		{name: "a unit that was asked", all: []Prospect{who(1, 1, in(7)), who(2, 0.8, in(8))}, asked: map[int64]int{7: 1}, rule: Rule{Places: 1}, want: "2 0"},
		{name: "a share of the week", all: []Prospect{who(1, 1, func(p *Prospect) { p.Week = 2 }), who(2, 0.5)}, rule: Rule{Places: 3, Share: 0.5}, want: "2 1"},
		{name: "a share of little is one", all: []Prospect{who(1, 1, func(p *Prospect) { p.WeeklyCap = 1 })}, rule: Rule{Places: 3, Share: 0.25}, want: "1 0"},
		{name: "equals by load, then by id", all: []Prospect{who(3, 1), who(2, 1), who(1, 1, func(p *Prospect) { p.Week = 1 })}, rule: three, want: "2 3 1 0"},
	}
	for _, c := range cases {
		day := c.day
		if day == 0 && c.name != "a Sunday" {
			day = time.Tuesday
		}
		chosen, later := Choose(c.all, c.asked, c.rule, day)
		ids := make([]string, len(chosen))
		for i, p := range chosen {
			ids[i] = fmt.Sprint(p.Person)
		}
		if got := fmt.Sprint(strings.Join(ids, " "), " ", later); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLearn(t *testing.T) {
	cases := []struct {
		name             string
		answer           Answer
		accepts, refused float64
	}{
		{"taken at once", Answer{State: Accepted, After: time.Hour}, 1, 0},
		{"answered late", Answer{State: Answered, After: 30 * time.Hour}, 0.5, 0},
		{"half a year ago", Answer{State: Answered, Age: remembered}, 0.5, 0},
		{"not my subject", Answer{State: Declined, Choice: NotMine}, 0, 1},
		{"no, for no reason", Answer{State: Declined}, 0, 1},
		{"somebody else knows", Answer{State: Declined, Choice: Elsewhere}, 0, 0.5},
		{"no time", Answer{State: Declined, Choice: NoTime}, 0, 0},
		{"passed on", Answer{State: Passed}, 0, 0},
		{"answered by another at once", Answer{State: Lapsed, After: time.Hour}, 0, 0},
		{"ignored", Answer{State: Lapsed, After: 14 * 24 * time.Hour}, 0, 1.0 / 3},
	}
	for _, c := range cases {
		if accepts, refused := Learn([]Answer{c.answer}); accepts != c.accepts || refused != c.refused {
			t.Errorf("%s: %.2f for, %.2f against; want %.2f and %.2f", c.name, accepts, refused, c.accepts, c.refused)
		}
	}
}

func TestCalendar(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		tm, err := time.ParseInLocation("2006-01-02 15:04", s, london)
		if err != nil {
			t.Fatal(err)
		}
		return tm
	}
	cases := []struct {
		name, from string
		days       int
		want       string
	}{
		{"a Tuesday", "2027-05-04 11:00", 1, "2027-05-05 11:00"},
		{"over a weekend", "2027-05-07 16:30", 1, "2027-05-10 16:30"},
		{"three days over a weekend", "2027-05-06 10:00", 3, "2027-05-11 10:00"},
		{"on a Saturday", "2027-05-08 15:00", 1, "2027-05-11 08:00"},
		{"when the clocks change", "2027-03-26 09:00", 1, "2027-03-29 09:00"},
		{"at once", "2027-05-04 11:00", 0, "2027-05-04 11:00"},
	}
	for _, c := range cases {
		if got := workdaysAfter(at(c.from).UTC(), c.days, london); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := nextMorning(at("2027-05-04 07:59"), london); !got.Equal(at("2027-05-04 08:00")) {
		t.Errorf("before eight: %s", got)
	}
	if got := nextMorning(at("2027-05-04 08:00"), london); !got.Equal(at("2027-05-05 08:00")) {
		t.Errorf("at eight: %s", got)
	}
	if got := ParseDays("mon sun nonsense"); !got.Has(time.Monday) || !got.Has(time.Sunday) || got.Has(time.Tuesday) {
		t.Errorf("days %b", got)
	}
}
