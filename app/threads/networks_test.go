package threads_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestOpenInANetwork(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		winter, flood := h.network("winter", "open", "hub"), h.network("flood", "open", "public")
		closed, private := h.network("circle", "closed", "hub"), h.network("board", "private", "")
		ended := h.network("old", "open", "hub")
		h.exec(`UPDATE networks SET closed_at = 1 WHERE id = $1`, ended)
		member := in(ada, winter, flood, closed, private, ended)
		members := func(id int64) string { return auth.NetworkAudience(id) }
		for _, tc := range []struct {
			name     string
			as       auth.Viewer
			network  int64
			audience string
			fields   string
		}{
			{"open, for everyone", member, winter, "hub", ""},
			{"open, for members", member, winter, members(winter), ""},
			{"open but not public, for the public", member, winter, "public", "audience"},
			{"open and public, for the public", member, flood, "public", ""},
			{"open, for an organisation", member, winter, "org:1", "audience"},
			{"open, for members of another", member, winter, members(flood), "audience"},
			{"closed, for everyone", member, closed, "hub", "audience"},
			{"closed, for members", member, closed, members(closed), ""},
			{"private, for everyone", member, private, "hub", "audience"},
			{"private, for members", member, private, members(private), ""},
			{"no member", ada, winter, "hub", "network"},
			{"no member of a closed one", ada, closed, "hub", "network audience"},
			{"moderators are no members either", mo, winter, "hub", "network"},
			{"a private one of others is not there", ada, private, "hub", "network"},
			{"nor is one that does not exist", ada, 999, "hub", "network"},
			{"one that has ended", member, ended, "hub", "network"},
			{"members of a network, outside of it", member, 0, members(winter), "audience"},
		} {
			_, err := h.Open(t.Context(), tc.as, threads.NewThread{
				Kind: threads.Question, Title: "Which salt?", Audience: tc.audience, Network: tc.network,
			})
			if fields(err) != tc.fields || err == nil != (tc.fields == "") {
				t.Errorf("%s: %v (%s), want fields %q", tc.name, err, fields(err), tc.fields)
			}
		}
		hidden, _ := h.Open(t.Context(), ada, threads.NewThread{Kind: threads.Question, Title: "?", Audience: "hub", Network: private})
		if hidden != 0 {
			t.Error("a thread was opened in somebody else's private network")
		}
	})
}

// TestAPrivateThreadIsNowhere looks for the thread of a private network wherever threads are listed, followed or answered.
func TestAPrivateThreadIsNowhere(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		board := h.network("board", "private", "")
		insider := in(ada, board)
		id := h.askIn(insider, board, auth.NetworkAudience(board))
		reply := h.say(insider, id, "Among us.")
		if err := h.Pin(ctx, steward(ada, board), id); err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]auth.Viewer{"ben": ben, "moderator": mo, "administrator": chief, "partner": pat, "stranger": stranger} {
			for door, err := range map[string]error{
				"find":      second(h.Find(ctx, v, id)),
				"permalink": third(h.Locate(ctx, v, reply)),
				"history":   second(h.ThreadHistory(ctx, v, id)),
			} {
				if !errs.IsNotFound(err) {
					t.Errorf("%s, %s: %v, want NotFound", name, door, err)
				}
			}
			for _, q := range []threads.FeedQuery{
				{Tab: threads.Latest}, {Networks: []int64{board}}, {Networks: []int64{board, 0}}, {Author: ada.Person}, {Tab: threads.Unanswered},
				{Kinds: []threads.Kind{threads.Question}},
			} {
				feed, err := h.Feed(ctx, v, q)
				if err != nil || len(feed.Items)+len(feed.Pinned) != 0 {
					t.Errorf("%s: feed %+v has %d items, %v", name, q, len(feed.Items)+len(feed.Pinned), err)
				}
			}
			if !v.SignedIn() {
				continue
			}
			if err := h.Watch(ctx, v, "network", board); !errs.IsNotFound(err) {
				t.Errorf("%s follows a private network: %v", name, err)
			}
			for door, err := range map[string]error{
				"move": h.Move(ctx, v, id, threads.Move{Audience: "hub", Sure: true}), "pin": h.Pin(ctx, v, id),
				"merge": h.Merge(ctx, v, id, threads.Merge{Into: id}),
				"split": second(h.Split(ctx, v, id, threads.Split{Kind: threads.Question, Title: "Mine", Replies: []int64{reply}})),
				"reply": second(h.Reply(ctx, v, id, threads.NewReply{Body: "Hello"})),
			} {
				if !errs.IsNotFound(err) {
					t.Errorf("%s, %s: %v, want NotFound", name, door, err)
				}
			}
			// Merging one's own thread into it must not tell that it is there either.
			own := h.ask(mo, "hub")
			if v.Moderates() {
				into := func(id int64) string { return h.Merge(ctx, v, own, threads.Merge{Into: id}).Error() }
				if a, b := into(id), into(98_765); strings.ReplaceAll(a, key(id)[1:], "N") != strings.ReplaceAll(b, "98765", "N") {
					t.Errorf("%s: %q differs from %q", name, a, b)
				}
			}
			h.exec(`UPDATE threads SET deleted_at = 1 WHERE id = $1`, own)
		}
		if feed, err := h.Feed(ctx, insider, threads.FeedQuery{Networks: []int64{board}}); err != nil || len(feed.Pinned) != 1 {
			t.Errorf("its members find %+v, %v", feed, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }

func TestNarrowNetwork(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		flood, other := h.network("flood", "open", "public"), h.network("other", "open", "public")
		member := in(ada, flood, other)
		public, hub, members := h.askIn(member, flood, "public"), h.askIn(member, flood, "hub"), h.askIn(member, flood, auth.NetworkAudience(flood))
		elsewhere := h.askIn(member, other, "public")
		h.events()
		narrow := func() {
			t.Helper()
			h.tx(func(tx *db.Tx) error { return h.NarrowNetwork(ctx, tx, flood) })
		}
		audiences := func() string {
			var list []string
			for _, id := range []int64{public, hub, members, elsewhere} {
				list = append(list, h.find(member, id).Audience)
			}
			return strings.Join(list, " ")
		}
		narrow()
		if got := h.events() + audiences(); got != "public hub "+auth.NetworkAudience(flood)+" public" {
			t.Errorf("a network that did not change: %s", got)
		}
		h.exec(`UPDATE networks SET audience = 'hub' WHERE id = $1`, flood)
		narrow()
		if got, want := h.events()+" "+audiences(), "network.narrowed network:1 hub hub "+auth.NetworkAudience(flood)+" public"; got != want {
			t.Errorf("no longer public: %s, want %s", got, want)
		}
		h.exec(`UPDATE networks SET access = 'closed' WHERE id = $1`, flood)
		narrow()
		own := auth.NetworkAudience(flood)
		if got, want := h.events()+" "+audiences(), "network.narrowed network:1 "+strings.Repeat(own+" ", 3)+"public"; got != want {
			t.Errorf("closed: %s, want %s", got, want)
		}
	})
}

// A thread that is opened while its network is closed is either refused or narrowed with the others.
func TestOpenWhileANetworkIsClosed(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for i := range 10 {
			network := h.network(fmt.Sprintf("flood-%d", i), "open", "hub")
			member := in(ada, network)
			var running sync.WaitGroup
			start := make(chan struct{})
			for range 4 {
				running.Go(func() {
					<-start
					_, err := h.Open(ctx, member, threads.NewThread{Kind: threads.Question, Title: "Now?", Audience: "hub", Network: network})
					if err != nil && errs.KindOf(err) != errs.Invalid {
						t.Errorf("open: %v", err)
					}
				})
			}
			running.Go(func() {
				<-start
				err := h.db.Tx(ctx, func(tx *db.Tx) error {
					if _, err := tx.Exec(ctx, `UPDATE networks SET access = 'closed' WHERE id = $1`, network); err != nil {
						return err
					}
					return h.NarrowNetwork(ctx, tx, network)
				})
				if err != nil {
					t.Errorf("close: %v", err)
				}
			})
			close(start)
			running.Wait()
			var wide int
			err := h.db.QueryRow(ctx, `SELECT COUNT(*) FROM threads WHERE network_id = $1 AND audience = 'hub'`, network).Scan(&wide)
			if err != nil || wide != 0 {
				t.Fatalf("%d threads of a closed network are for everyone, %v", wide, err)
			}
		}
	})
}

func TestWhoMayReadIsChanged(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter := h.network("winter", "open", "hub")
		own := auth.NetworkAudience(winter)
		member := in(ada, winter)
		id := h.askIn(member, winter, "hub")
		plain := h.ask(ada, "hub")
		h.events()
		edit := func(v auth.Viewer, id int64, audience string) error {
			th := h.find(member, id)
			return h.EditThread(ctx, v, id, threads.Edit{Revision: th.Revision, Title: th.Title, Body: th.Body, Audience: audience})
		}
		for _, tc := range []struct {
			name     string
			as       auth.Viewer
			id       int64
			audience string
			kind     errs.Kind
			want     string
		}{
			{"its author narrows it", member, id, own, errs.Internal, own},
			{"and widens it again", member, id, "hub", errs.Internal, "hub"},
			{"not beyond its network", member, id, "public", errs.Invalid, "hub"},
			{"nor beyond what its author reads", member, plain, "org:2", errs.Invalid, "hub"},
			{"nor to members without a network", member, plain, own, errs.Invalid, "hub"},
			{"a moderator", mo, plain, "public", errs.Internal, "public"},
			{"somebody else", ben, plain, "org:1", errs.Forbidden, "public"},
			{"nothing said leaves it", member, plain, "", errs.Internal, "public"},
		} {
			err := edit(tc.as, tc.id, tc.audience)
			if tc.kind == errs.Internal && err != nil || tc.kind != errs.Internal && errs.KindOf(err) != tc.kind {
				t.Errorf("%s: %v", tc.name, err)
			}
			if got := h.find(member, tc.id).Audience; got != tc.want {
				t.Errorf("%s: it is for %s, want %s", tc.name, got, tc.want)
			}
		}
		if got, want := h.events(), "thread.edited thread:1, thread.edited thread:1, thread.edited thread:2"; got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
	})
}

func TestFeedOfNetworks(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		parent, child, board := h.network("parent", "open", "hub"), h.network("child", "open", "hub"), h.network("board", "private", "")
		member := in(ada, parent, child, board)
		a, b := h.askIn(member, parent, "hub"), h.askIn(member, child, "hub")
		secret := h.askIn(member, board, auth.NetworkAudience(board))
		h.ask(ada, "hub")
		all := []int64{parent, child, board}
		ids := func(v auth.Viewer, q threads.FeedQuery) (pinned, items []int64) {
			t.Helper()
			feed, err := h.Feed(ctx, v, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range feed.Pinned {
				pinned = append(pinned, i.ID)
			}
			for _, i := range feed.Items {
				items = append(items, i.ID)
			}
			return pinned, items
		}
		if _, got := ids(ben, threads.FeedQuery{Networks: all}); !slices.Equal(got, []int64{b, a}) {
			t.Errorf("somebody else sees %v", got)
		}
		if _, got := ids(member, threads.FeedQuery{Networks: all}); !slices.Equal(got, []int64{secret, b, a}) {
			t.Errorf("a member sees %v", got)
		}
		if _, got := ids(in(ben, child), threads.FeedQuery{Tab: threads.ForYou}); !slices.Contains(got, b) {
			t.Errorf("for a member: %v", got)
		}
		h.exec(`UPDATE people SET unit_id = NULL WHERE handle = 'ada'`)
		if err := h.Watch(ctx, pat, "network", child); err != nil {
			t.Fatal(err)
		}
		if _, got := ids(pat, threads.FeedQuery{Tab: threads.ForYou}); !slices.Equal(got, []int64{b}) {
			t.Errorf("for a follower: %v, want %v", got, b)
		}
		if err := h.Pin(ctx, steward(ada, parent), a); err != nil {
			t.Fatal(err)
		}
		if pinned, items := ids(ben, threads.FeedQuery{Networks: all}); !slices.Equal(pinned, []int64{a}) || !slices.Equal(items, []int64{b}) {
			t.Errorf("pinned %v, then %v", pinned, items)
		}
		if pinned, items := ids(ben, threads.FeedQuery{Networks: []int64{child, parent}}); len(pinned) != 0 || !slices.Equal(items, []int64{b, a}) {
			t.Errorf("on another network's page: pinned %v, then %v", pinned, items)
		}
		// With much in the networks the threads are walked; both ways show the same.
		for range 1005 {
			h.exec(`
INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at)
VALUES ('question', 'Old', '', '', '', 1, 1, 'hub', $1, 1, 1)`, child)
		}
		feed, err := h.Feed(ctx, ben, threads.FeedQuery{Networks: all, Limit: 1})
		if err != nil || len(feed.Items) != 1 || feed.Items[0].ID != b || feed.Items[0].Network.Name != "Child" {
			t.Errorf("with many: %+v, %v", feed.Items, err)
		}
	})
}

// Those who keep order do so in their own network alone.
func TestStewards(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter, other := h.network("winter", "open", "hub"), h.network("other", "open", "hub")
		asker := in(ada, winter)
		keeper := steward(ben, winter)
		id := h.askIn(asker, winter, "hub")
		reply := h.say(pat, id, "Sand.")
		for name, tc := range map[string]struct {
			as   auth.Viewer
			call func(v auth.Viewer) error
			may  bool
		}{
			"a steward closes":            {keeper, func(v auth.Viewer) error { return h.Close(ctx, v, id) }, true},
			"a steward opens":             {keeper, func(v auth.Viewer) error { return h.Reopen(ctx, v, id) }, true},
			"a steward accepts":           {keeper, func(v auth.Viewer) error { return h.Accept(ctx, v, reply) }, true},
			"a steward does not edit":     {keeper, func(v auth.Viewer) error { return h.EditThread(ctx, v, id, threads.Edit{Revision: 1, Title: "X"}) }, false},
			"nor a reply":                 {keeper, func(v auth.Viewer) error { return h.EditReply(ctx, v, reply, threads.Edit{Revision: 1, Body: "X"}) }, false},
			"a member does not close":     {in(ben, winter), func(v auth.Viewer) error { return h.Close(ctx, v, id) }, false},
			"a steward of another":        {steward(ben, other), func(v auth.Viewer) error { return h.Close(ctx, v, id) }, false},
			"the author does not pin":     {asker, func(v auth.Viewer) error { return h.Pin(ctx, v, id) }, false},
			"the author does not move it": {asker, func(v auth.Viewer) error { return h.Move(ctx, v, id, threads.Move{}) }, false},
		} {
			if err := tc.call(tc.as); tc.may != (err == nil) || !tc.may && errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		th := h.find(keeper, id)
		if !th.CanModerate || !th.CanClose || !th.CanDelete || th.CanEdit || !th.CanAccept {
			t.Errorf("a steward may: %+v", th)
		}
		if err := errors.Join(h.DeleteReply(ctx, keeper, reply), h.DeleteThread(ctx, keeper, id)); err != nil {
			t.Errorf("a steward deletes: %v", err)
		}
	})
}
