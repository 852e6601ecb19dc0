package threads_test

import (
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

func TestPin(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter := h.network("winter", "open", "hub")
		member := in(ada, winter)
		var here []int64
		for range 4 {
			here = append(here, h.ask(ada, "hub"))
		}
		there := h.askIn(member, winter, "hub")
		h.events()
		for _, id := range here[:3] {
			if err := h.Pin(ctx, mo, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Pin(ctx, mo, here[3]); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a fourth: %v, want Conflict", err)
		}
		if err := h.Pin(ctx, mo, here[0]); err != nil {
			t.Errorf("pinning again: %v", err)
		}
		if err := h.Pin(ctx, mo, there); err != nil {
			t.Errorf("in another place: %v", err)
		}
		if err := h.Unpin(ctx, mo, here[1]); err != nil {
			t.Fatal(err)
		}
		if got, want := h.events(), "thread.pinned thread:1, thread.pinned thread:2, thread.pinned thread:3, thread.pinned thread:5, thread.unpinned thread:2"; got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		feed, err := h.Feed(ctx, ben, threads.FeedQuery{Tab: threads.Latest})
		var pinned, items []int64
		for _, i := range feed.Pinned {
			pinned = append(pinned, i.ID)
		}
		for _, i := range feed.Items {
			items = append(items, i.ID)
		}
		slices.Sort(pinned)
		if err != nil || !slices.Equal(pinned, []int64{here[0], here[2]}) || !slices.Equal(items, []int64{there, here[3], here[1]}) {
			t.Errorf("latest: pinned %v, then %v, %v", pinned, items, err)
		}
	})
}

func TestMove(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter, circle := h.network("winter", "open", "hub"), h.network("circle", "closed", "hub")
		member := in(ada, winter, circle)
		all := in(mo, winter, circle)
		id := h.askIn(member, winter, "hub")
		answer := h.say(ben, id, "Sand.")
		if err := h.Accept(ctx, member, answer); err != nil {
			t.Fatal(err)
		}
		if err := h.Pin(ctx, mo, id); err != nil {
			t.Fatal(err)
		}
		h.events()
		own := auth.NetworkAudience
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			in     threads.Move
			fields string
			where  string // afterwards: network, audience, kind
			events string
		}{
			{"keeping an audience the place does not allow", all, threads.Move{Network: circle}, "audience", "winter hub question", ""},
			{"to where the mover is not", steward(ben, winter), threads.Move{Network: circle, Audience: own(circle)}, "network audience", "winter hub question", ""},
			{"a moderator into a closed network of others", mo, threads.Move{Network: circle, Audience: own(circle)}, "network audience", "winter hub question", ""},
			{"narrower", all, threads.Move{Network: circle, Audience: own(circle)}, "", "circle network:2 question", "thread.moved thread:1>network:1"},
			{"wider without a word", all, threads.Move{Network: winter, Audience: "hub"}, "sure", "circle network:2 question", ""},
			{"to the members of another", all, threads.Move{Network: winter, Audience: own(winter)}, "sure", "circle network:2 question", ""},
			{"wider and meant", all, threads.Move{Network: winter, Audience: "hub", Sure: true}, "", "winter hub question", "thread.moved thread:1>network:2"},
			{"nowhere new", all, threads.Move{Network: winter}, "", "winter hub question", ""},
			{"no kind of that name", all, threads.Move{Network: winter, Kind: threads.Decision}, "kind", "winter hub question", ""},
			{"out, as a discussion", steward(ben, winter), threads.Move{Kind: threads.Discussion}, "", " hub discussion", "thread.unaccepted thread:1>reply:1, thread.moved thread:1>network:1"},
		} {
			err := h.Move(ctx, tc.as, id, tc.in)
			if fields(err) != tc.fields || tc.fields == "" && err != nil {
				t.Errorf("%s: %v (%s), want fields %q", tc.name, err, fields(err), tc.fields)
			}
			th := h.find(member, id)
			if got := fmt.Sprintf("%s %s %s", th.Network.Slug, th.Audience, th.Kind); got != tc.where {
				t.Errorf("%s: it is %s, want %s", tc.name, got, tc.where)
			}
			if got := h.events(); got != tc.events {
				t.Errorf("%s: events %s, want %s", tc.name, got, tc.events)
			}
		}
		if th := h.find(member, id); th.Pinned || th.Accepted != 0 {
			t.Errorf("after all: %+v", th)
		}
		h.checkCounters()
	})
}

func TestMerge(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		into := h.ask(ada, "hub", "Schools")
		before := h.say(ben, into, "Before.")
		from, err := h.Open(ctx, pat, threads.NewThread{Kind: threads.Question, Title: "Which *salt*?", Body: "It **rusts**.", Audience: "hub"})
		if err != nil {
			t.Fatal(err)
		}
		answer := h.say(ben, from, "Sand.")
		gone := h.say(ben, from, "Nonsense.")
		if err := h.DeleteReply(ctx, ben, gone); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			h.Accept(ctx, pat, answer), h.VoteThread(ctx, ada, from, true), h.VoteThread(ctx, ben, from, true), h.VoteReply(ctx, ada, answer, true),
			h.EditThread(ctx, pat, from, threads.Edit{Revision: 1, Title: "Which *salt*?", Body: "It **rusts** badly."}),
			h.Watch(ctx, mo, "thread", from), h.Watch(ctx, mo, "thread", into), h.Watch(ctx, ben, "thread", from),
			second(h.SaveDraft(ctx, ben, threads.Draft{Place: threads.ReplyPlace(from), Body: "And"})),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		h.tx(func(tx *db.Tx) error {
			if _, err := h.Attach(ctx, tx, threads.Attachment{Thread: from, Person: pat.Person, File: "salt.png", Name: "salt.png"}); err != nil {
				return err
			}
			return h.Redirect(ctx, tx, "/old/salt", "thread", from)
		})
		h.events()
		if err := h.Merge(ctx, mo, from, threads.Merge{Into: into}); err != nil {
			t.Fatal(err)
		}
		if got, want := h.events(), fmt.Sprintf("thread.accepted thread:%d>reply:%d, thread.merged thread:%d>thread:%d", into, answer, from, into); got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		th := h.find(ada, into)
		page, err := h.Replies(ctx, ada, th, threads.RepliesQuery{})
		if err != nil || th.Replies != 3 || th.Accepted != answer || page.Pinned == nil || len(page.Replies) != 3 {
			t.Fatalf("thread %+v, page %+v, %v", th, page, err)
		}
		opening := page.Replies[1]
		if page.Replies[0].ID != before || opening.Author.ID != pat.Person || opening.Votes != 2 || !opening.Voted || opening.Revision != 2 {
			t.Errorf("the opening became %+v", opening)
		}
		if !strings.Contains(opening.HTML, "<strong>Which *salt*?</strong>") || !strings.Contains(opening.HTML, "<strong>rusts</strong> badly") {
			t.Errorf("it says %s", opening.HTML)
		}
		if page.Pinned.Parent != opening.ID || page.Pinned.ParentBy != "Pat Guest" {
			t.Errorf("what answered it answers %d by %s", page.Pinned.Parent, page.Pinned.ParentBy)
		}
		past, err := h.ReplyHistory(ctx, ada, opening.ID)
		if err != nil || len(past.Versions) != 2 {
			t.Errorf("its history: %+v, %v", past, err)
		}
		old := h.find(ada, from)
		if old.MovedTo != into || !old.Deleted || old.Replies != 0 || old.Votes != 0 {
			t.Errorf("what is left: %+v", old)
		}
		for _, v := range []auth.Viewer{ben, mo} {
			if on, err := h.Watches(ctx, v, "thread", into); !on || err != nil {
				t.Errorf("%s does not follow: %v", v.Name, err)
			}
		}
		if d, err := h.Draft(ctx, ben, threads.ReplyPlace(into)); err != nil || d.Body != "And" {
			t.Errorf("the draft: %+v, %v", d, err)
		}
		if a, ok, err := h.MayReadFile(ctx, ada, "salt.png"); !ok || a.Thread != into || err != nil {
			t.Errorf("the file: %+v, %t, %v", a, ok, err)
		}
		if path, err := h.Moved(ctx, ada, "/old/salt"); err != nil || path != th.Path() {
			t.Errorf("the old address leads to %s, %v", path, err)
		}
		if path, _, err := h.Locate(ctx, ada, answer); err != nil || path != th.Path() {
			t.Errorf("a permalink leads to %s, %v", path, err)
		}
		h.checkCounters()
		if n, err := h.Recount(ctx); n != 0 || err != nil {
			t.Errorf("Recount repairs %d, %v", n, err)
		}
		// Once more into a third: what was merged before leads there as well.
		last := h.ask(ada, "hub")
		if err := h.Merge(ctx, mo, into, threads.Merge{Into: last}); err != nil {
			t.Fatal(err)
		}
		if old := h.find(ada, from); old.MovedTo != last {
			t.Errorf("the first leads to %d, want %d", old.MovedTo, last)
		}
		h.checkCounters()
	})
}

func TestMergeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter, private := h.network("winter", "open", "hub"), h.network("board", "private", "")
		member := in(mo, winter, private)
		hub, org, public := h.ask(ada, "hub"), h.ask(ada, "org:1"), h.ask(ada, "public")
		members := h.askIn(in(ada, private), private, auth.NetworkAudience(private))
		inWinter := h.askIn(in(ada, winter), winter, "hub")
		post := h.post(ada, "hub", 0)
		for _, tc := range []struct {
			name       string
			as         auth.Viewer
			from, into int64
			sure       bool
			fields     string
		}{
			{"into itself", member, hub, hub, false, "into"},
			{"into what is not there", member, hub, 999, false, "into"},
			{"into what one cannot see", mo, hub, members, true, "into"},
			{"a post", member, post, hub, true, "into"},
			{"into a post", member, hub, post, true, "into"},
			{"a steward into where they keep no order", steward(ben, winter), inWinter, hub, false, "into"},
			{"for different people", member, members, org, true, "into"},
			{"members' thread into where no members are", member, members, hub, true, "into"},
			{"narrower, not said", member, hub, org, false, "sure"},
			{"wider into narrower, not said", member, public, hub, false, "sure"},
			{"narrower, and said", member, org, hub, true, ""},
		} {
			err := h.Merge(ctx, tc.as, tc.from, threads.Merge{Into: tc.into, Sure: tc.sure})
			if fields(err) != tc.fields || tc.fields == "" && err != nil {
				t.Errorf("%s: %v (%s), want fields %q", tc.name, err, fields(err), tc.fields)
			}
		}
		if got := h.find(ada, hub).Audience; got != "org:1" {
			t.Errorf("the narrower of two is not kept: %s", got)
		}
		if err := h.Merge(ctx, ben, public, threads.Merge{Into: hub, Sure: true}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("somebody without the right: %v", err)
		}
		h.checkCounters()
	})
}

func TestSplit(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter := h.network("winter", "open", "hub")
		from := h.askIn(in(ada, winter), winter, "hub")
		a := h.say(ben, from, "Sand.")
		b, err := h.Reply(ctx, pat, from, threads.NewReply{Body: "Which ![sand](/files/sand.png)?", Parent: a})
		if err != nil {
			t.Fatal(err)
		}
		c, err := h.Reply(ctx, ben, from, threads.NewReply{Body: "Fine sand.", Parent: b})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{h.Accept(ctx, ada, b), h.Watch(ctx, pat, "thread", from), h.VoteReply(ctx, ada, b, true)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		h.tx(func(tx *db.Tx) error {
			_, err := h.Attach(ctx, tx, threads.Attachment{Thread: from, Person: pat.Person, File: "sand.png", Name: "sand.png"})
			return err
		})
		elsewhere := h.say(ben, h.ask(ada, "hub"), "Elsewhere")
		h.events()
		good := threads.Split{Kind: threads.Discussion, Title: "Which sand?", Replies: []int64{b, c, b}}
		with := func(change func(in *threads.Split)) threads.Split {
			in := good
			change(&in)
			return in
		}
		for _, tc := range []struct {
			name   string
			in     threads.Split
			fields string
		}{
			{"nothing chosen", with(func(in *threads.Split) { in.Replies = nil }), "replies"},
			{"no title, no kind", with(func(in *threads.Split) { in.Title, in.Kind = " ", threads.Post }), "title kind"},
			{"a reply of another thread", with(func(in *threads.Split) { in.Replies = []int64{b, elsewhere} }), "replies"},
		} {
			if _, err := h.Split(ctx, mo, from, tc.in); fields(err) != tc.fields {
				t.Errorf("%s: %v, want fields %q", tc.name, err, tc.fields)
			}
		}
		if got := h.events(); got != "" {
			t.Errorf("refused splits made events: %s", got)
		}
		fresh, err := h.Split(ctx, steward(mo, winter), from, good)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.events(), fmt.Sprintf("thread.unaccepted thread:%d>reply:%d, thread.split thread:%d>thread:%d", from, b, from, fresh); got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		th, old := h.find(ada, fresh), h.find(ada, from)
		if th.Network.Slug != "winter" || th.Audience != "hub" || th.Replies != 2 || !strings.Contains(th.HTML, `href="/threads/1"`) || !th.CreatedAt.Before(th.ActiveAt) {
			t.Errorf("the new thread: %+v", th)
		}
		page, err := h.Replies(ctx, ada, th, threads.RepliesQuery{})
		if err != nil || page.Replies[0].ID != b || page.Replies[0].Parent != 0 || page.Replies[1].Parent != b || page.Replies[0].Votes != 1 {
			t.Errorf("its replies: %+v, %v", page.Replies, err)
		}
		page, err = h.Replies(ctx, ada, old, threads.RepliesQuery{})
		if err != nil || old.Replies != 2 || old.Accepted != 0 || len(page.Replies) != 2 || !strings.Contains(page.Replies[1].HTML, "2 replies have moved to") ||
			!strings.Contains(page.Replies[1].HTML, `href="`+th.Path()+`"`) {
			t.Errorf("the old thread: %+v, %+v, %v", old, page.Replies, err)
		}
		if path, _, err := h.Locate(ctx, ada, c); err != nil || path != th.Path() {
			t.Errorf("a permalink leads to %s, %v", path, err)
		}
		if on, err := h.Watches(ctx, pat, "thread", fresh); !on || err != nil {
			t.Errorf("who wrote there does not follow it: %v", err)
		}
		var files int
		if err := h.db.QueryRow(ctx, `SELECT COUNT(*) FROM attachments WHERE file = 'sand.png'`).Scan(&files); err != nil || files != 2 {
			t.Errorf("the file belongs to %d threads, %v", files, err)
		}
		h.checkCounters()
		if n, err := h.Recount(ctx); n != 0 || err != nil {
			t.Errorf("Recount repairs %d, %v", n, err)
		}
	})
}

// While two moderators merge, split and move, others reply, vote, accept and delete. Whatever comes first, the counters are right
// and no reply is lost.
func TestModerationTogether(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for range 5 {
			a, b := h.ask(ada, "hub"), h.ask(ada, "hub")
			var replies []int64
			for range 4 {
				replies = append(replies, h.say(ben, a, "First"), h.say(ben, b, "Second"))
			}
			var before int
			if err := h.db.QueryRow(ctx, `SELECT COUNT(*) FROM replies WHERE deleted_at IS NULL`).Scan(&before); err != nil {
				t.Fatal(err)
			}
			var (
				running sync.WaitGroup
				mu      sync.Mutex
				done    = map[string]int{}
				start   = make(chan struct{})
			)
			do := func(name string, call func() error) {
				running.Go(func() {
					<-start
					err := call()
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						done[name]++
					} else if errs.KindOf(err) == errs.Internal {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			do("merge", func() error { return h.Merge(ctx, mo, a, threads.Merge{Into: b}) })
			do("merge", func() error { return h.Merge(ctx, chief, b, threads.Merge{Into: a}) })
			do("split", func() error {
				return second(h.Split(ctx, mo, a, threads.Split{Kind: threads.Question, Title: "Apart", Replies: replies[:1]}))
			})
			do("reply", func() error { return second(h.Reply(ctx, pat, a, threads.NewReply{Body: "Late"})) })
			do("reply", func() error { return second(h.Reply(ctx, pat, b, threads.NewReply{Body: "Late"})) })
			do("accept", func() error { return h.Accept(ctx, ada, replies[0]) })
			do("accept", func() error { return h.Accept(ctx, ada, replies[1]) })
			do("delete", func() error { return h.DeleteReply(ctx, ben, replies[2]) })
			do("vote", func() error { return h.VoteReply(ctx, pat, replies[4], true) })
			do("vote", func() error { return h.VoteThread(ctx, pat, a, true) })
			close(start)
			running.Wait()
			var after int
			if err := h.db.QueryRow(ctx, `SELECT COUNT(*) FROM replies WHERE deleted_at IS NULL`).Scan(&after); err != nil {
				t.Fatal(err)
			}
			// A merge and a split add one reply each: the opening, and the line that says where the others went.
			if want := before + done["merge"] + done["split"] + done["reply"] - done["delete"]; after != want || done["merge"] > 1 {
				t.Errorf("%d replies, want %d, after %v", after, want, done)
			}
			h.checkCounters()
			if n, err := h.Recount(ctx); n != 0 || err != nil {
				t.Errorf("Recount repairs %d, %v, after %v", n, err, done)
			}
		}
	})
}
