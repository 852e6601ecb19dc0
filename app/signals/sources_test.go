package signals_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/signals"
	"watercooler/auth"
)

func TestSources(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			fmt.Fprint(w, rss("Gazette", "one", "two"))
		case "/page":
			fmt.Fprint(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/feed2"></head></html>`)
		case "/feed2":
			fmt.Fprint(w, rss("", "three"))
		case "/plain":
			fmt.Fprint(w, "Good morning")
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	each(t, loopback, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for _, tc := range []struct {
			name  string
			as    int64
			in    signals.NewSource
			fails errs.Kind
			field string // what is said
		}{
			{"signed out", 0, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press}, errs.Unauthenticated, ""},
			{"a member for everyone", ben, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press}, errs.Forbidden, ""},
			{"a steward for everyone", sam, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press}, errs.Forbidden, ""},
			{"a member of the network", ada, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press, Network: 1}, errs.Forbidden, ""},
			{"a moderator for a network that is not theirs", mo, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press, Network: 1}, errs.Forbidden, ""},
			{"no kind", mo, signals.NewSource{URL: site.URL + "/feed"}, errs.Invalid, "Choose what kind"},
			{"no address", mo, signals.NewSource{URL: "nothing", Kind: signals.Press}, errs.Invalid, "Write the address"},
			{"a file", mo, signals.NewSource{URL: "file:///etc/passwd", Kind: signals.Press}, errs.Invalid, "Write the address"},
			{"no feed", mo, signals.NewSource{URL: site.URL + "/plain", Kind: signals.Press}, errs.Invalid, "is no feed"},
			{"nothing there", mo, signals.NewSource{URL: site.URL + "/gone", Kind: signals.Press}, errs.Invalid, "nothing at this address (404)"},
			{"no topic", mo, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press, Topic: "nonsense"}, errs.Invalid, "no topic called"},
			{"a moderator for everyone", mo, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press, Topic: "flooding"}, 0, ""},
			{"the same again", mo, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press}, errs.Invalid, "already"},
			{"the same for a network", sam, signals.NewSource{URL: site.URL + "/feed", Kind: signals.Press, Network: 1}, errs.Invalid, "already"},
			{"a page that names its feed", sam, signals.NewSource{URL: site.URL + "/page", Title: "  Our\nletter ", Kind: signals.Peers, Network: 1}, 0, ""},
			{"what a network has already, for everyone", mo, signals.NewSource{URL: site.URL + "/feed2", Kind: signals.Peers}, 0, ""},
		} {
			_, _, err := h.Add(ctx, as(tc.as), tc.in)
			said := ""
			if e := errs.As(err); e != nil && len(e.Fields) > 0 {
				said = e.Fields[0].Text
			}
			if (err == nil) != (tc.fails == 0) || err != nil && errs.KindOf(err) != tc.fails || !strings.Contains(said, tc.field) {
				t.Errorf("%s: %v (%s), want %v, %q", tc.name, err, said, tc.fails, tc.field)
			}
		}
		list, err := h.Sources(ctx, as(sam))
		h.must(err)
		var got []string
		for _, s := range list {
			got = append(got, fmt.Sprintf("%s|%s|%s|%d|%v|%d", s.Title, s.Kind, s.Topic.Name, s.Waiting, s.CanChange, s.Network.ID))
		}
		// The network's came first; that of everyone tells nothing that its members do not know, and yet all see it.
		if want := "127.0.0.1|peers||1|false|0, Gazette|press|Flooding|2|false|0, Our letter|peers||1|true|1"; strings.Join(got, ", ") != want {
			t.Errorf("sources\n%s, want\n%s", strings.Join(got, ", "), want)
		}

		id := h.number(`SELECT id FROM signal_sources WHERE title = 'Gazette'`)
		for _, tc := range []struct {
			name  string
			fails errs.Kind
			err   error
		}{
			{"a member pauses", errs.Forbidden, h.Pause(ctx, as(ben), id)}, {"a member changes", errs.Forbidden, h.Change(ctx, as(ben), id, signals.SourceChange{Title: "x", Kind: signals.Press})},
			{"a member removes", errs.Forbidden, h.Remove(ctx, as(ben), id)}, {"signed out", errs.Unauthenticated, h.Pause(ctx, auth.Public, id)},
			{"without a name", errs.Invalid, h.Change(ctx, as(mo), id, signals.SourceChange{Kind: signals.Press})}, {"changed", 0, h.Change(ctx, as(mo), id, signals.SourceChange{Title: "Echo", Kind: signals.Local})},
			{"paused", 0, h.Pause(ctx, as(mo), id)},
		} {
			if (tc.err == nil) != (tc.fails == 0) || tc.err != nil && errs.KindOf(tc.err) != tc.fails {
				t.Errorf("%s: %v, want %v", tc.name, tc.err, tc.fails)
			}
		}
		src, err := h.Source(ctx, as(mo), id)
		if err != nil || !src.Paused() || src.Title != "Echo" || src.Kind != signals.Local || src.Topic.ID != 0 {
			t.Errorf("after changing and pausing: %+v (%v)", src, err)
		}
		h.must(h.Resume(ctx, as(mo), id))
		if src, err = h.Source(ctx, as(mo), id); err != nil || !src.NextAt.Equal(begin.Add(time.Hour)) {
			t.Errorf("read again at %v (%v), want an hour after the last time", src.NextAt, err)
		}
		item := h.number(`SELECT MIN(id) FROM signal_items WHERE source_id = $1`, id)
		thread, err := h.Clip(ctx, as(ben), item, "")
		h.must(err)
		h.must(h.Remove(ctx, as(mo), id))
		if n := h.number(`SELECT COUNT(*) FROM signal_items WHERE source_id = $1`, id); n != 0 {
			t.Errorf("%d items are left of a source that was removed", n)
		}
		if o, err := h.Origin(ctx, as(ada), thread); err != nil || o.Source != "Echo" {
			t.Errorf("what was clipped comes from %+v (%v)", o, err)
		}
		if got, want := h.events(), "signal.source_added signal_source hub; signal.source_added signal_source network:1; signal.source_added signal_source hub; "+
			"signal.source_changed signal_source hub; signal.source_paused signal_source hub; signal.source_resumed signal_source hub; signal.clipped thread hub; signal.source_removed signal_source hub"; got != want {
			t.Errorf("events\n%s, want\n%s", got, want)
		}
		h.must(h.db.Tx(ctx, func(tx *db.Tx) error { return h.ReplaceTopic(ctx, tx, 2, 1) }))
	})
}
