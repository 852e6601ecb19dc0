package web

import (
	"strconv"
	"time"

	"watercooler/views/parts"
)

const (
	dateLayout  = "2 January 2006"
	clockLayout = dateLayout + " at 15:04"
)

// Moment returns t as a page shows it: machine-readable, as a date in the organisation's time zone, and relative to now. The
// zero time is never, which shows nothing.
func (w *Web) Moment(t time.Time) parts.Moment {
	if t.IsZero() {
		return parts.Moment{}
	}
	local := t.In(w.cfg.Timezone)
	return parts.Moment{
		ISO:  t.UTC().Format(time.RFC3339),
		Text: local.Format(dateLayout),
		Full: local.Format(clockLayout),
		Ago:  ago(local, w.cfg.Now().In(w.cfg.Timezone)),
	}
}

// Date returns t as "4 March 2027" in the organisation's time zone.
func (w *Web) Date(t time.Time) string { return t.In(w.cfg.Timezone).Format(dateLayout) }

// Day reads what a field of type date sends, "2027-03-04", as the beginning of that day in the organisation's time zone.
func (w *Web) Day(s string) (day time.Time, ok bool) {
	day, err := time.ParseInLocation(time.DateOnly, s, w.cfg.Timezone)
	return day, err == nil
}

// DayOf returns the day of t as a field of type date takes it, "" for the zero time.
func (w *Web) DayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(w.cfg.Timezone).Format(time.DateOnly)
}

// Clock returns t as "4 March 2027 at 14:05" in the organisation's time zone.
func (w *Web) Clock(t time.Time) string {
	return t.In(w.cfg.Timezone).Format(clockLayout)
}

// ago says how long before now t was. Within half a day it counts elapsed time, which no change of the clocks distorts; past
// that it counts midnights in the time zone of both, because "yesterday" is about calendars and a day may have 23 or 25 hours.
func ago(t, now time.Time) string {
	elapsed := now.Sub(t)
	days := daysBetween(t, now)
	switch {
	case elapsed < -time.Minute:
		return t.Format(dateLayout) // a clock is wrong somewhere: the plain date at least is true
	case elapsed < time.Minute:
		return "just now"
	case elapsed < time.Hour:
		return strconv.Itoa(int(elapsed/time.Minute)) + " min ago"
	case days == 0 || elapsed < 12*time.Hour:
		return strconv.Itoa(int(elapsed/time.Hour)) + " h ago"
	case days == 1:
		return "yesterday"
	case days < 7:
		return strconv.Itoa(days) + " days ago"
	default:
		return t.Format(dateLayout)
	}
}

// daysBetween counts the midnights between two times in the same zone.
func daysBetween(from, to time.Time) int {
	civil := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(civil(to).Sub(civil(from)) / (24 * time.Hour))
}
