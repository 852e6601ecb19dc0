package networks_test

import (
	"fmt"
	"testing"

	"watercooler/app/networks"
)

// TestMapIsLaidOutAlikeAndWithoutOverlap draws a hub of many shapes twice: every network has a place of its own inside the drawing,
// the same each time.
func TestMapIsLaidOutAlikeAndWithoutOverlap(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "top open", "middle open", "other open")
		for i := range 30 {
			slug := fmt.Sprintf("leaf%02d", i)
			h.start(t, slug+" open")
			if i >= 24 {
				continue // by themselves
			}
			if _, err := h.Link(t.Context(), h.as(t, ada), slug, []string{"top", "middle", "other"}[i%3], true); err != nil {
				t.Fatal(err)
			}
		}
		for _, parent := range []string{"top", "other"} { // a network with two above it is drawn once
			if _, err := h.Link(t.Context(), h.as(t, ada), "middle", parent, true); err != nil {
				t.Fatal(err)
			}
		}
		first, err := h.Map(t.Context(), h.as(t, ben))
		if err != nil {
			t.Fatal(err)
		}
		again, err := h.Map(t.Context(), h.as(t, cleo))
		if err != nil || fmt.Sprint(first.Spots) != fmt.Sprint(again.Spots) {
			t.Errorf("drawn again, it looks different: %v", err)
		}
		if len(first.Spots) != 33 || first.Groups != 2 {
			t.Errorf("got %d networks in %d groups, want 33 in 2", len(first.Spots), first.Groups)
		}
		for i, a := range first.Spots {
			if a.X-a.R < 0 || a.Y-a.R < 0 || a.X+a.R > first.Width || a.Y+a.R > first.Height {
				t.Errorf("%s at %d,%d is outside of %d × %d", a.Slug, a.X, a.Y, first.Width, first.Height)
			}
			for _, b := range first.Spots[:i] {
				if dx, dy := a.X-b.X, a.Y-b.Y; dx*dx+dy*dy < (a.R+b.R)*(a.R+b.R) {
					t.Errorf("%s at %d,%d lies on %s at %d,%d", a.Slug, a.X, a.Y, b.Slug, b.X, b.Y)
				}
			}
		}
	})
}

// TestMapTiesThoseThatShareMost looks for lines of shared people: only to networks the viewer may know of, and none to strangers.
func TestMapTiesThoseThatShareMost(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.start(t, "a open public", "b open public", "c private")
		h.add(t, "a", ben, cleo, frank)
		h.add(t, "b", ben, frank)
		h.add(t, "c", cleo)
		for _, c := range []struct {
			name string
			as   int64
			want string
		}{
			{"steward of all", ada, "[{1 2 2} {1 3 2}]"},
			{"one who may not know of one", ben, "[{1 2 2}]"},
			{"signed out", 0, "[]"},
		} {
			m, err := h.Map(t.Context(), h.as(t, c.as))
			if got := fmt.Sprint(m.Ties); err != nil || got != c.want {
				t.Errorf("%s: got %s, %v, want %s", c.name, got, err, c.want)
			}
		}
	})
	var none networks.Chart
	if _, ok := none.Spot(1); ok || none.Crowded() {
		t.Error("the empty map has something on it")
	}
}
