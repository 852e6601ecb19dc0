package planted_test

import (
	"reflect"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/apptest/planted"
	"watercooler/app/db"
)

// TestOrganisation holds what was made up against what the package says of it.
func TestOrganisation(t *testing.T) {
	o := planted.New(1)
	if len(o.People) != 2_000 || len(o.Threads) < 20_000 || len(o.Replies) < 70_000 {
		t.Fatalf("%d people, %d threads, %d replies", len(o.People), len(o.Threads), len(o.Replies))
	}
	if again := planted.New(1); !reflect.DeepEqual(o, again) {
		t.Error("the same seed made another organisation")
	}
	spoke := func(visit func(person int64, at time.Time, topics []int64)) {
		for _, th := range o.Threads {
			visit(th.Author, th.At, th.Topics)
			for _, r := range th.Replies {
				visit(r.Author, r.At, th.Topics)
			}
		}
	}
	missing := map[int64][]planted.Gap{}
	for _, g := range o.Truth.Gaps {
		missing[g.Topic] = append(missing[g.Topic], g)
	}
	last := o.Month(0)
	spoke(func(person int64, at time.Time, topics []int64) {
		if at.Before(o.Month(0)) || !at.Before(planted.Now) || !o.Here(person, at) {
			t.Fatalf("person %d spoke at %v, out of time", person, at)
		}
		if at.After(last) {
			last = at
		}
		for _, g := range missing[topics[0]] {
			if p := o.Person(person); g.Unit != 0 && o.Within(p.Unit, g.Unit) || g.Location == p.Location && g.Location != "" {
				t.Errorf("person %d spoke of topic %d, from which they should be missing", person, topics[0])
			}
		}
	})
	if last.Before(o.Month(planted.Months - 1)) {
		t.Errorf("nothing was said after %v", last)
	}
	if len(o.Truth.Bursts) != 10 || len(o.Truth.Bridges) != 6 || len(o.Truth.Knowers) < 20 || len(o.Truth.Leavers) < 5 {
		t.Errorf("too little was planted: %d bursts, %d bridges, %d narrow topics, %d with leavers", len(o.Truth.Bursts), len(o.Truth.Bridges), len(o.Truth.Knowers), len(o.Truth.Leavers))
	}
}

// TestWrite writes it, with something that a test planted besides.
func TestWrite(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		o := planted.New(2)
		mine := o.Thread(planted.Thread{Kind: "decision", Title: "Keep the keys at the desk", Author: 7, At: o.Month(20)})
		o.Reply(mine, 9, mine.At.Add(time.Hour))
		o.Also("decisions", "thread_id, state, decided_by, decided_at", []any{mine.ID, "agreed", 7, db.Micros(mine.At)})
		start := time.Now()
		o.Write(t, d)
		t.Logf("wrote %d threads and %d replies in %v", len(o.Threads), len(o.Replies), time.Since(start).Round(time.Millisecond))
		var title string
		var replies int
		err := d.QueryRow(t.Context(), `
			SELECT t.title, t.reply_count
			FROM threads t JOIN decisions d ON d.thread_id = t.id JOIN replies r ON r.thread_id = t.id
			WHERE r.author_id = $1`, 9).Scan(&title, &replies)
		if err != nil || title != mine.Title || replies != 1 {
			t.Errorf("got %q with %d replies (%v), want the decision with 1", title, replies, err)
		}
	})
}
