package threads_test

import (
	"slices"
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// TestAudience goes through every door with every viewer: what somebody may not see does not exist for them.
func TestAudience(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		audiences := []string{"public", "hub", "org:1", "org:2"}
		reads := map[string]string{ // viewer → the audiences they are in
			"ada": "public hub org:1", "mo": "public hub org:1", "pat": "public hub org:2", "stranger": "public",
		}
		ctx := t.Context()
		for _, audience := range audiences {
			author := ben
			if audience == "org:2" {
				author = pat
			}
			thread := h.ask(author, audience, "Schools")
			reply := h.say(author, thread, "Nobody knows.")
			for name, may := range reads {
				v, seen := people[name], slices.Contains(strings.Fields(may), audience)
				doors := []struct {
					name  string
					write bool
					call  func() error
				}{
					{"find", false, func() error { _, err := h.Find(ctx, v, thread); return err }},
					{"find reply", false, func() error { _, _, err := h.FindReply(ctx, v, reply); return err }},
					{"permalink", false, func() error { _, _, err := h.Locate(ctx, v, reply); return err }},
					{"history", false, func() error { _, err := h.ThreadHistory(ctx, v, thread); return err }},
					{"history of reply", false, func() error { _, err := h.ReplyHistory(ctx, v, reply); return err }},
					{"reply", true, func() error {
						_, err := h.Reply(ctx, v, thread, threads.NewReply{Body: "Me neither."})
						return err
					}},
					{"answer a reply", true, func() error {
						_, err := h.Reply(ctx, v, thread, threads.NewReply{Body: "Me neither.", Parent: reply})
						return err
					}},
					{"vote", true, func() error { return h.VoteThread(ctx, v, thread, true) }},
					{"vote for reply", true, func() error { return h.VoteReply(ctx, v, reply, true) }},
					{"follow", true, func() error { return h.Watch(ctx, v, "thread", thread) }},
					{"accept", true, func() error { return h.Accept(ctx, v, reply) }},
					{"unaccept", true, func() error { return h.Unaccept(ctx, v, reply) }},
					{"close", true, func() error { return h.Close(ctx, v, thread) }},
					{"reopen", true, func() error { return h.Reopen(ctx, v, thread) }},
					{"edit", true, func() error {
						return h.EditThread(ctx, v, thread, threads.Edit{Revision: 1, Title: "Can a school share its fibre?", Body: "The line sits **idle**.", Topics: []string{"Schools"}})
					}},
					{"edit reply", true, func() error { return h.EditReply(ctx, v, reply, threads.Edit{Revision: 1, Body: "Nobody knows."}) }},
				}
				if v.SignedIn() && !seen { // deleting comes last and only where it must fail
					doors = append(doors, []struct {
						name  string
						write bool
						call  func() error
					}{
						{"delete", true, func() error { return h.DeleteThread(ctx, v, thread) }},
						{"delete reply", true, func() error { return h.DeleteReply(ctx, v, reply) }},
					}...)
				}
				for _, door := range doors {
					err := door.call()
					switch kind := errs.KindOf(err); {
					case door.write && !v.SignedIn():
						if kind != errs.Unauthenticated {
							t.Errorf("%s, %s, %s: %v, want Unauthenticated", name, audience, door.name, err)
						}
					case seen && kind == errs.NotFound, !seen && kind != errs.NotFound, seen && kind == errs.Internal && err != nil:
						t.Errorf("%s, %s, %s: %v (seen: %t)", name, audience, door.name, err, seen)
					}
				}
				for _, q := range []threads.FeedQuery{{Tab: threads.Latest}, {Topic: 2}, {Author: author.Person}, {Tab: threads.Unanswered}} {
					feed, err := h.Feed(ctx, v, q)
					if err != nil {
						t.Fatal(err)
					}
					shown := slices.ContainsFunc(feed.Items, func(i threads.Item) bool { return i.ID == thread })
					if want := seen && q.Tab != threads.Unanswered; shown != want {
						t.Errorf("%s, %s: in feed %+v %t, want %t", name, audience, q, shown, want)
					}
				}
			}
		}
	})
}

func TestWhoSees(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.exec(`INSERT INTO people (organisation_id, handle, name, sort_name, left_at, created_at, updated_at) VALUES (1, 'gone', 'Gone', 'gone', 5, 1, 1)`)
		for _, tc := range []struct {
			as             auth.Viewer
			audience, want string
		}{
			{ada, "hub", "Everyone signed in: 3 staff and 1 partner."},
			{ada, "public", "Anyone, without signing in."},
			{ada, "org:1", "Only people at Devon: 3 people."},
			{pat, "org:2", "Only people at Cats Trust: 1 person."},
		} {
			reach, err := h.Reach(t.Context(), tc.as)
			if got := reach.WhoSees(tc.audience); err != nil || got != tc.want {
				t.Errorf("%s: %q, want %q (%v)", tc.audience, got, tc.want, err)
			}
		}
	})
}
