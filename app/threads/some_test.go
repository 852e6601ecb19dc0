package threads_test

import (
	"fmt"
	"testing"

	"watercooler/auth"
)

func TestSome(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		first, second, inside, gone := h.ask(ada, "hub", "Schools"), h.ask(ada, "public"), h.ask(ada, "org:1"), h.ask(ada, "hub")
		if err := h.DeleteThread(t.Context(), ada, gone); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name string
			as   auth.Viewer
			ids  []int64
			want []int64
		}{
			{"in the order asked for", ben, []int64{second, inside, first}, []int64{second, inside, first}},
			{"without what is deleted or nowhere", ben, []int64{gone, 999_999, first}, []int64{first}},
			{"without what is for others", pat, []int64{inside, second, first}, []int64{second, first}},
			{"what is public, signed out", stranger, []int64{first, second}, []int64{second}},
			{"none", ben, nil, nil},
		} {
			items, err := h.Some(t.Context(), tc.as, tc.ids)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, i := range items {
				got = append(got, i.ID)
				if i.ID == first && (len(i.Topics) != 1 || i.Author.Name == "") {
					t.Errorf("%s: %+v lacks its topic or author", tc.name, i)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
			}
		}
	})
}
