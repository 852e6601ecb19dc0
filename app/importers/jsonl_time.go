package importers

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a time in any of the usual ways of writing one; without a zone it is UTC.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return dateError(raw)
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return dateError(s)
}

// dateError is what was written where a date was expected.
type dateError string

// Error implements error.
func (e dateError) Error() string {
	return fmt.Sprintf("%.40q is not a date; write 2027-03-04 or 2027-03-04T09:30:00Z", string(e))
}

// MarshalJSON implements json.Marshaler, as dates are written in an archive.
func (m moment) MarshalJSON() ([]byte, error) { return json.Marshal(m.UTC().Format(time.RFC3339Nano)) }

// pointer returns nil for an absent time.
func (m moment) pointer() *time.Time {
	if m.IsZero() {
		return nil
	}
	return &m.Time
}

// ago reads "3d4h30m" as a duration.
func ago(s string) (time.Duration, error) {
	var total time.Duration
	for rest := s; rest != ""; {
		i := strings.IndexAny(rest, "wdhm")
		if i < 1 {
			return 0, fmt.Errorf("%.20q is not a time ago such as 3d4h", s)
		}
		n, err := strconv.Atoi(rest[:i])
		if err != nil || n < 0 || n > 10_000 {
			return 0, fmt.Errorf("%.20q is not a time ago such as 3d4h", s)
		}
		unit := map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}[rest[i]]
		total += time.Duration(n) * unit
		rest = rest[i+1:]
	}
	return total, nil
}

// created returns when a record was made: its date, or some time before the load.
func (j *jsonl) created(rec *record) time.Time {
	if d, err := ago(rec.Ago); err == nil && rec.Ago != "" {
		return j.now.Add(-d)
	}
	return rec.Created.Time
}

// dated gives a record its hash and then its date. The hash is of what the source says, which is not always what is written:
// "3d ago" is another moment every day, and a document without a date gets that of its import.
func (j *jsonl) dated(rec *record, created *time.Time, hash *string, record any) (err error) {
	if *hash, err = hashOf([]any{record, rec.Ago, rec.LeftAgo}); err != nil {
		return err
	}
	if *created = j.created(rec); created.IsZero() {
		*created = j.now
	}
	return nil
}
