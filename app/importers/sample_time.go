package importers

import (
	"hash/fnv"
	"slices"
	"time"
)

// The files of the sample say "12d4h ago" and do not know on which weekday, or at what time, they are loaded. People write at
// work: openings move back to the working day before, replies on to the morning after, and nothing to after the load. One in
// ten stays where it is, because some do write in the evening.

// Hours of the working day.
const (
	dayBegins = 8
	dayEnds   = 18
)

// chance returns a number below n that is always the same for an id.
func chance(id string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32()>>3) % n
}

// atWork reports whether people write at t: in working hours, or in the evening if they are of those.
func atWork(t time.Time, id string) bool {
	if day := t.Weekday(); day == time.Saturday || day == time.Sunday {
		return false
	}
	return t.Hour() >= dayBegins && t.Hour() < dayEnds || chance(id, 10) == 0 && t.Hour() > 5 && t.Hour() < 22
}

// before returns t or a time of the working day before it.
func before(t time.Time, id string) time.Time {
	if atWork(t, id) {
		return t
	}
	day := t
	if t.Hour() < dayBegins {
		day = t.AddDate(0, 0, -1)
	}
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, -1)
	}
	return onThe(day, chance(id, (dayEnds-dayBegins)*60))
}

// after returns t or a time in the morning of the working day after it.
func after(t time.Time, id string) time.Time {
	if atWork(t, id) {
		return t
	}
	day := t
	if t.Hour() >= dayEnds {
		day = t.AddDate(0, 0, 1)
	}
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	return onThe(day, chance(id, 150))
}

// onThe returns the time some minutes into a working day.
func onThe(day time.Time, minutes int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), dayBegins, minutes, chance(day.String(), 60), 0, day.Location())
}

// dates gives every thread and reply its time, for a load at now.
func dates(list []*sampleThread, now time.Time) {
	for _, t := range list {
		t.CreatedAt = before(now.Add(-t.ago), t.ExternalID)
		if t.closed > 0 {
			at := within(t.CreatedAt, after(t.CreatedAt.Add(t.closed), t.ExternalID), now)
			t.ClosedAt = &at
		}
		if t.pinned {
			at := within(t.CreatedAt, t.CreatedAt.Add(time.Hour), now)
			t.PinnedAt = &at
		}
		order := make([]*sampleReply, len(t.replies))
		for i := range t.replies {
			order[i] = &t.replies[i]
		}
		slices.SortStableFunc(order, func(a, b *sampleReply) int { return int(a.after - b.after) })
		last := t.CreatedAt
		for _, r := range order {
			r.CreatedAt = within(last, after(t.CreatedAt.Add(r.after), r.ExternalID), now)
			last = r.CreatedAt
		}
	}
}

// within returns t, or, when it is not between last and now, a time that is.
func within(last, t, now time.Time) time.Time {
	switch {
	case !t.Before(now):
		return last.Add(now.Sub(last) / 2)
	case !t.After(last):
		return within(last, last.Add(7*time.Minute), now)
	}
	return t
}
