package symptoms

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"watercooler/app/db"
)

const (
	// stale is after what time the record is looked through again.
	stale = time.Hour
	// lease is how long one server may be about it before another takes over.
	lease = 15 * time.Minute
	// keptGone is for how many calendar months it is kept that something was found and is found no more.
	keptGone = shownMonths
)

// Refresh looks through the record when the last look is more than an hour old and no other server is about it.
func (s *Service) Refresh(ctx context.Context) error {
	due := false
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		due, err = claim(ctx, tx, tx.Now().Add(-stale), tx.Now().Add(-lease))
		return err
	})
	if err != nil {
		return fmt.Errorf("claim the look for symptoms: %w", err)
	}
	if !due {
		return nil
	}
	_, err = s.Look(ctx)
	return err
}

// Look looks through the record now and makes what is kept what was found. It returns how many findings were not as they should have
// been.
func (s *Service) Look(ctx context.Context) (changed int, err error) {
	now := s.now()
	r, err := selectRecord(ctx, s.db, now, s.zone, s.k)
	if err != nil {
		return 0, fmt.Errorf("look for symptoms: %w", err)
	}
	found := Find(r)
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "symptoms"); err != nil {
			return err
		}
		if changed, err = s.settle(ctx, tx, found, now); err != nil {
			return err
		}
		return updateLook(ctx, tx, now, r)
	})
	if err != nil {
		return 0, fmt.Errorf("keep the symptoms that were found: %w", err)
	}
	return changed, nil
}

// Check returns how many findings are not what a look would make of the record as it is.
func (s *Service) Check(ctx context.Context) (wrong int, err error) {
	r, err := selectRecord(ctx, s.db, s.now(), s.zone, s.k)
	if err != nil {
		return 0, fmt.Errorf("check the symptoms: %w", err)
	}
	have, err := selectKept(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("check the symptoms: %w", err)
	}
	for _, c := range compare(have, Find(r)) {
		if c.differs() {
			wrong++
		}
	}
	return wrong, nil
}

// key names what a finding is about, by which it is known again.
func (f Finding) key() string {
	out := ""
	for _, part := range []struct {
		kind string
		id   int64
	}{{"topic", f.Topic}, {"unit", f.Unit}, {"gap", f.Gap}, {"thread", f.Anchor}} {
		if part.id != 0 {
			out += " " + part.kind + ":" + strconv.FormatInt(part.id, 10)
		}
	}
	if out == "" {
		return "hub"
	}
	return out[1:]
}

// kept is a finding as it is kept.
type kept struct {
	Finding
	id    int64
	state string
}

// The states of a finding that is kept.
const (
	stateOpen      = "open"
	stateDismissed = "dismissed"
	stateGone      = "gone"
)

// identity is what a finding is known by.
type identity struct {
	symptom Symptom
	variant Variant
	key     string
}

// change is a finding as it is kept, as it was found, or both.
type change struct {
	have *kept
	want *Finding
}

// differs reports whether what is kept is not what was found.
func (c change) differs() bool {
	switch {
	case c.have == nil:
		return true
	case c.want == nil:
		return c.have.state != stateGone
	case c.have.state == stateGone:
		return true
	case c.have.state == stateDismissed:
		return grown(c.have.Finding, *c.want)
	}
	a, b := c.have.Finding, *c.want
	return a.Least != b.Least || a.Number != b.Number || a.Days != b.Days || a.Said != b.Said ||
		!a.Since.Equal(b.Since) || !a.Latest.Equal(b.Latest) ||
		!slices.EqualFunc(a.Items, b.Items, func(x, y Item) bool { return x.Thread == y.Thread && x.Gap == y.Gap && x.At.Equal(y.At) })
}

// grown reports whether a finding that was put aside, as it was then, has come back with half as much evidence again, or more.
func grown(then, now Finding) bool {
	fresh := 0
	for _, item := range now.Items {
		if !slices.ContainsFunc(then.Items, func(i Item) bool { return i.Thread == item.Thread && i.Gap == item.Gap }) {
			fresh++
		}
	}
	return fresh > 0 && 2*fresh >= len(then.Items)
}

// compare puts what is kept beside what was found, in an order that is always the same.
func compare(have []kept, want []Finding) []change {
	all := map[identity]change{}
	for i := range have {
		f := &have[i]
		all[identity{f.Symptom, f.Variant, f.key()}] = change{have: f}
	}
	for i := range want {
		f := &want[i]
		id := identity{f.Symptom, f.Variant, f.key()}
		c := all[id]
		c.want = f
		all[id] = c
	}
	ids := slices.SortedFunc(maps.Keys(all), func(a, b identity) int {
		return cmp.Or(cmp.Compare(a.symptom, b.symptom), cmp.Compare(a.variant, b.variant), cmp.Compare(a.key, b.key))
	})
	out := make([]change, len(ids))
	for i, id := range ids {
		out[i] = all[id]
	}
	return out
}

// settle makes what is kept what was found. What a leader put aside keeps the evidence it had then, by which it is seen whether it
// has grown.
func (s *Service) settle(ctx context.Context, tx *db.Tx, found []Finding, now time.Time) (changed int, err error) {
	have, err := selectKept(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, c := range compare(have, found) {
		if !c.differs() {
			continue
		}
		changed++
		switch {
		case c.want == nil:
			err = markGone(ctx, tx, c.have.id, now)
		case c.have == nil:
			err = insertFinding(ctx, tx, *c.want, now)
		default:
			err = replaceFinding(ctx, tx, c.have.id, *c.want)
		}
		if err != nil {
			return 0, err
		}
	}
	return changed, deleteGone(ctx, tx, since(now, s.zone, keptGone))
}
