package briefs

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"watercooler/app/errs"
)

// Period is what one brief is about: a calendar month, or a week from Monday to Sunday as ISO 8601 counts them, in the time zone of
// the hub. The zero Period is none.
type Period struct {
	Year   int // of a week the year that most of it lies in
	Number int // of the month, 1 to 12, or of the week, 1 to 53
	Weekly bool
}

// oldest is the first year that has briefs.
const oldest = 1990

var (
	writtenPeriod = regexp.MustCompile(`^([0-9]{4})-(W?)([0-9]{2})$`)
	noPeriod      = errs.NotFoundf("There is no such brief.")
)

// ParsePeriod reads a period as addresses have it, 2027-05 or 2027-W18.
func ParsePeriod(s string) (Period, error) {
	m := writtenPeriod.FindStringSubmatch(s)
	if m == nil {
		return Period{}, noPeriod
	}
	year, _ := strconv.Atoi(m[1]) // of digits, as the pattern says
	number, _ := strconv.Atoi(m[3])
	p := Period{Year: year, Number: number, Weekly: m[2] != ""}
	if year < oldest || number < 1 || !p.Weekly && number > 12 {
		return Period{}, noPeriod
	}
	if p.Weekly && WeekOf(p.From(time.UTC)) != p { // a year has 52 weeks or 53
		return Period{}, noPeriod
	}
	return p, nil
}

// MonthOf returns the month in which t lies, by the clock of t's zone.
func MonthOf(t time.Time) Period { return Period{Year: t.Year(), Number: int(t.Month())} }

// WeekOf returns the week in which t lies, by the clock of t's zone.
func WeekOf(t time.Time) Period {
	year, week := t.ISOWeek()
	return Period{Year: year, Number: week, Weekly: true}
}

// String returns p as addresses have it.
func (p Period) String() string {
	if p.Weekly {
		return fmt.Sprintf("%04d-W%02d", p.Year, p.Number)
	}
	return fmt.Sprintf("%04d-%02d", p.Year, p.Number)
}

// From returns the moment at which p begins.
func (p Period) From(zone *time.Location) time.Time {
	if !p.Weekly {
		return time.Date(p.Year, time.Month(p.Number), 1, 0, 0, 0, 0, zone)
	}
	first := time.Date(p.Year, time.January, 4, 0, 0, 0, 0, zone) // always in the first week
	monday := first.Day() - (int(first.Weekday())+6)%7
	return time.Date(p.Year, time.January, monday+7*(p.Number-1), 0, 0, 0, 0, zone)
}

// To returns the moment at which p is over: the first that it does not hold.
func (p Period) To(zone *time.Location) time.Time { return p.Next().From(zone) }

// Next returns the period after p.
func (p Period) Next() Period { return p.step(1) }

// Before returns the period before p.
func (p Period) Before() Period { return p.step(-1) }

// step returns the period n after p, or before it when n is below 0.
func (p Period) step(n int) Period {
	from := p.From(time.UTC)
	if p.Weekly {
		return WeekOf(from.AddDate(0, 0, 7*n))
	}
	return MonthOf(from.AddDate(0, n, 0))
}

// Other returns the month in which a week ends, or the last whole week of a month.
func (p Period) Other() Period {
	last := p.Next().From(time.UTC).AddDate(0, 0, -1)
	if p.Weekly {
		return MonthOf(last)
	}
	return WeekOf(last.AddDate(0, 0, -6))
}

// Name returns p as people say it: "May 2027", "the week of 3 May 2027".
func (p Period) Name() string {
	if p.Weekly {
		return "the week of " + date(p.From(time.UTC))
	}
	return p.From(time.UTC).Format("January 2006")
}

// Title is Name at the head of a page.
func (p Period) Title() string { return start(p.Name()) }

// unit is the word for a period like p.
func (p Period) unit() string {
	if p.Weekly {
		return "week"
	}
	return "month"
}

// lookBack is how many periods, p among them, say what is usual: a year of months, half a year of weeks.
func (p Period) lookBack() int {
	if p.Weekly {
		return 26
	}
	return 13
}
