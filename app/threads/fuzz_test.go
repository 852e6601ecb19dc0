package threads

import (
	"slices"
	"strconv"
	"testing"
)

// FuzzParsePlace: a place that is understood is written in exactly one way, so that nobody has two drafts for one box.
func FuzzParsePlace(f *testing.F) {
	for _, seed := range []string{"new", "thread:1", "edit:thread:42", "edit:reply:9", "edit:", "thread:+1", "thread:01", "reply:3", "edit:edit:thread:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, place string) {
		edit, kind, id, ok := parsePlace(place)
		if !ok {
			return
		}
		want := PlaceNew
		switch {
		case edit:
			want = EditPlace(kind, id)
		case kind == kindThread:
			want = ReplyPlace(id)
		}
		if place != want {
			t.Errorf("%q is read as %q", place, want)
		}
	})
}

// FuzzParentsFirst: however replies answer one another, circles included, each comes out once, and after its parent where
// that is possible.
func FuzzParentsFirst(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0})
	f.Add([]byte{0, 0, 1, 9})
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, parents []byte) {
		records := make([]ReplyRecord, len(parents))
		for i, p := range parents {
			records[i].ExternalID = strconv.Itoa(i)
			if int(p) != i {
				records[i].ParentExternalID = strconv.Itoa(int(p))
			}
		}
		ordered := parentsFirst(records)
		place := make(map[string]int, len(ordered))
		for i, r := range ordered {
			place[r.ExternalID] = i
		}
		if len(ordered) != len(records) || len(place) != len(records) {
			t.Fatalf("%d records became %d", len(records), len(ordered))
		}
		for i, r := range ordered {
			if at, here := place[r.ParentExternalID]; here && at > i && !circular(records, r) {
				t.Errorf("%s comes before its parent %s", r.ExternalID, r.ParentExternalID)
			}
		}
	})
}

// circular reports whether the chain of parents above r never ends.
func circular(records []ReplyRecord, r ReplyRecord) bool {
	for range records {
		i := slices.IndexFunc(records, func(p ReplyRecord) bool { return p.ExternalID == r.ParentExternalID })
		if i < 0 {
			return false
		}
		r = records[i]
	}
	return true
}
