// Package maps draws the organisation for those who lead it: who learns from whom, how networks hang together, which topics rise and
// fade, where few people know something, and who is missing from a topic or a decision. And it shows everybody their own connections,
// alone.
//
// A map covers twelve whole calendar months and the open record only: threads that everybody in the home organisation may read. People
// count where they are now. What is published are bands and groups of at least k people, never numbers that could be subtracted and
// never a person; what stands on fewer is hidden, and the map says so. Everything is made from the rows of threads and replies, kept as
// it is published in the table maps, and made anew when something has happened since: pages read that table alone, and Check compares it
// with what would be made now.
package maps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// LeastK is the fewest people that a figure about people may stand on.
const LeastK = 5

const (
	// monthsCovered is how many whole months a map covers.
	monthsCovered = 12
	// monthsOffered is for how many last months there are maps.
	monthsOffered = 13
	// monthsRead is how far back a map of topics looks for what is usual.
	monthsRead = 24
)

// Looks keeps the log of who looked at the figures about people.
type Looks interface {
	Look(ctx context.Context, v auth.Viewer, page string) error
}

// Service makes maps and reads them.
type Service struct {
	db    *db.DB
	looks Looks
	zone  *time.Location
	now   func() time.Time
	k     int
}

// New returns the slice on d. Months are those of zone; figures about people stand on at least k, and never on fewer than LeastK.
func New(d *db.DB, looks Looks, zone *time.Location, k int, now func() time.Time) *Service {
	if zone == nil {
		zone = time.UTC
	}
	return &Service{db: d, looks: looks, zone: zone, now: now, k: max(k, LeastK)}
}

// K returns the number of people that a figure stands on at least.
func (s *Service) K() int { return s.k }

// Band says how much without saying how many.
type Band string

// The bands. What they mean in numbers is said where they are made.
const (
	None   Band = "none"
	Few    Band = "few"
	Some   Band = "some"
	Many   Band = "many"
	Hidden Band = "hidden" // there is something, but too few people stand behind it
)

// Month is a calendar month in the hub's time zone, "2027-04".
type Month string

const monthLayout = "2006-01"

// begin returns when m begins, shifted by some months.
func (s *Service) begin(m Month, shift int) time.Time {
	t, err := time.ParseInLocation(monthLayout, string(m), s.zone)
	if err != nil {
		return time.Time{} // Months made it
	}
	return time.Date(t.Year(), t.Month()+time.Month(shift), 1, 0, 0, 0, 0, s.zone)
}

// Months returns the months that twelve months may end with, the last whole one first.
func (s *Service) Months() []Month {
	now := s.now().In(s.zone)
	out := make([]Month, monthsOffered)
	for i := range out {
		out[i] = Month(time.Date(now.Year(), now.Month()-time.Month(i+1), 1, 0, 0, 0, 0, s.zone).Format(monthLayout))
	}
	return out
}

// noPage is what everybody sees who does not lead.
var noPage = errs.NotFoundf("There is no such page.")

// Page is a published map with what every page says of it.
type Page[T any] struct {
	Map    T
	Month  Month // the last of the twelve
	MadeAt time.Time
	Made   bool // it has been made; a new hub has to wait for its first
}

// read returns a map as it was published, and notes that v looked at it. "" means the last whole month.
func read[T any](ctx context.Context, s *Service, v auth.Viewer, month Month, name string) (p Page[T], err error) {
	// SECURITY: figures about people are for those who lead the home organisation. To everybody else they do not exist.
	if !v.Staff || !v.Is(auth.Leader) && !v.Is(auth.Admin) {
		return p, noPage
	}
	months := s.Months()
	if month == "" {
		month = months[0]
	}
	if !slices.Contains(months, month) {
		return p, noPage
	}
	p.Month = month
	page, _, _ := strings.Cut(name, ":")
	if err := s.looks.Look(ctx, v, "maps/"+page); err != nil {
		return p, fmt.Errorf("note who looked at map %s: %w", name, err)
	}
	k, err := selectMap(ctx, s.db, month, name)
	if errs.IsNotFound(err) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read map %s of %s: %w", name, month, err)
	}
	p.Made, p.MadeAt = true, k.madeAt
	if err := json.Unmarshal([]byte(k.body), &p.Map); err != nil {
		return p, fmt.Errorf("read map %s of %s: %w", name, month, err)
	}
	return p, nil
}

// Replies returns who learns from whom: level 0 among the units at the top of the tree, level 1 among those below.
func (s *Service) Replies(ctx context.Context, v auth.Viewer, month Month, level int) (Page[Replies], error) {
	if level < 0 || level >= levels {
		return Page[Replies]{}, noPage
	}
	return read[Replies](ctx, s, v, month, repliesName(level))
}

// Groups returns how networks and units hang together.
func (s *Service) Groups(ctx context.Context, v auth.Viewer, month Month) (Page[Groups], error) {
	return read[Groups](ctx, s, v, month, groupsName)
}

// Topics returns which topics rise and which fade.
func (s *Service) Topics(ctx context.Context, v auth.Viewer, month Month) (Page[Topics], error) {
	return read[Topics](ctx, s, v, month, topicsName)
}

// Knowledge returns about which topics few people know.
func (s *Service) Knowledge(ctx context.Context, v auth.Viewer, month Month) (Page[Knowledge], error) {
	return read[Knowledge](ctx, s, v, month, knowledgeName)
}

// Missing returns who is missing from a topic or a decision, "topic:42", and what else one may ask about; "" is the subject that most
// people took part in. One that the map does not have is NotFound.
func (s *Service) Missing(ctx context.Context, v auth.Viewer, month Month, about string) (Page[Missing], error) {
	subjects, err := read[Subjects](ctx, s, v, month, subjectsName)
	out := Page[Missing]{Month: subjects.Month, MadeAt: subjects.MadeAt, Made: subjects.Made}
	if err != nil {
		return out, err
	}
	out.Map.Subjects = subjects.Map.List
	at := slices.IndexFunc(subjects.Map.List, func(s Subject) bool { return s.Key() == about })
	switch {
	case len(subjects.Map.List) == 0 && about == "":
		return out, nil
	case about == "":
		at = 0
	case at < 0:
		return out, noPage
	}
	k, err := selectMap(ctx, s.db, out.Month, missingName(subjects.Map.List[at].Key()))
	if err == nil {
		err = json.Unmarshal([]byte(k.body), &out.Map.Absence)
	}
	if err != nil {
		return out, fmt.Errorf("read who is missing from %s: %w", about, err)
	}
	return out, nil
}

// The names under which maps are kept.
const (
	groupsName    = "groups"
	topicsName    = "topics"
	knowledgeName = "knowledge"
	subjectsName  = "missing"
)

func repliesName(level int) string      { return "replies:" + strconv.Itoa(level) }
func missingName(subject string) string { return subjectsName + ":" + subject }
