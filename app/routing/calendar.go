package routing

import (
	"strings"
	"time"
)

// Days are days of the week, one bit for each time.Weekday.
type Days uint8

// Weekdays are Monday to Friday: when questions are offered to somebody who has said nothing else, and the days by which
// the patience of an asker is counted.
const Weekdays = Days(1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday)

var dayNames = [...]string{time.Sunday: "sun", time.Monday: "mon", time.Tuesday: "tue", time.Wednesday: "wed", time.Thursday: "thu", time.Friday: "fri", time.Saturday: "sat"}

// ParseDays reads days as they are stored, "mon tue wed". Words that name no day mean nothing.
func ParseDays(s string) (d Days) {
	for _, word := range strings.Fields(s) {
		for day, name := range dayNames {
			if word == name {
				d |= 1 << day
			}
		}
	}
	return d
}

// Has reports whether day is one of d.
func (d Days) Has(day time.Weekday) bool { return d&(1<<day) != 0 }

// morning is the hour at which a new day begins for questions: nobody looks for any before.
const morning = 8

// nextMorning returns the next time after t at which a day begins in zone, whichever day of the week: some work on Saturdays.
func nextMorning(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	begins := time.Date(l.Year(), l.Month(), l.Day(), morning, 0, 0, 0, zone)
	if !begins.After(t) {
		begins = time.Date(l.Year(), l.Month(), l.Day()+1, morning, 0, 0, 0, zone)
	}
	return begins
}

// workdaysAfter returns the same time of day n working days after t, in zone. What is asked at a weekend is asked on Monday
// morning: one working day later is Tuesday.
func workdaysAfter(t time.Time, n int, zone *time.Location) time.Time {
	l := t.In(zone)
	for !Weekdays.Has(l.Weekday()) {
		l = nextMorning(l, zone)
	}
	for ; n > 0; n-- {
		l = l.AddDate(0, 0, 1)
		for !Weekdays.Has(l.Weekday()) {
			l = l.AddDate(0, 0, 1)
		}
	}
	return l
}
