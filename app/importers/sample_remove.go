package importers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/blogs"
	"watercooler/app/briefs"
	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/experts"
	"watercooler/app/find"
	"watercooler/app/insights"
	"watercooler/app/maps"
	"watercooler/app/people"
	"watercooler/app/reflections"
	"watercooler/app/routing"
	"watercooler/app/signals"
	"watercooler/app/site"
	"watercooler/app/threads"
	"watercooler/auth"
)

// SampleRemoved is what RemoveSample took away.
type SampleRemoved struct {
	Counts []ExportedCount
	// Kept says what stays because others use it, a sentence each.
	Kept []string
}

// String lists what was removed for a terminal.
func (r SampleRemoved) String() string {
	var b strings.Builder
	for _, c := range r.Counts {
		fmt.Fprintf(&b, "%8d %s\n", c.Number, c.Noun)
	}
	for _, k := range r.Kept {
		fmt.Fprintln(&b, k)
	}
	return b.String()
}

// RemoveSample removes the people of the sample for good, with their accounts, everything they wrote, loaded or written since,
// their networks and blogs, the units and organisations that nobody else is in, and the topics that nothing else is about. It
// is one transaction: all of it happens or nothing.
//
// What other people wrote under any of this would go too. Unless withReplies says that it may, the removal is then refused as
// a Conflict that says how much it is.
func RemoveSample(ctx context.Context, d Deps, withReplies bool) (SampleRemoved, error) {
	var done SampleRemoved
	err := d.DB.Tx(ctx, func(tx *db.Tx) error {
		r := removal{Deps: d, tx: tx}
		if err := r.find(ctx); err != nil {
			return err
		}
		if !withReplies {
			if err := r.others(); err != nil {
				return err
			}
		}
		var err error
		done, err = r.remove(ctx)
		return err
	})
	return done, err
}

// removal is one call of RemoveSample.
type removal struct {
	Deps
	tx       *db.Tx
	sourced  people.Sourced
	networks []int64
	blogs    []int64
	said     threads.Erasure
}

// find finds what is of the sample, and everything that goes with it.
func (r *removal) find(ctx context.Context) (err error) {
	const prefix = sampleSource + "/"
	if r.sourced, err = r.People.FromSource(ctx, r.tx, prefix); err != nil {
		return err
	}
	if len(r.sourced.People) == 0 {
		return errs.NotFoundf("The sample content is not in this hub.")
	}
	loaded, err := r.Networks.FromSource(ctx, r.tx, prefix)
	if err != nil {
		return err
	}
	theirs, err := r.Networks.Alone(ctx, r.tx, r.sourced.People)
	if err != nil {
		return err
	}
	r.networks = slices.Concat(loaded, theirs)
	slices.Sort(r.networks)
	r.networks = slices.Compact(r.networks)
	var posts []int64
	r.blogs, posts, err = r.Blogs.Of(ctx, r.tx, blogs.Owners{People: r.sourced.People, Units: r.sourced.Units, Networks: r.networks})
	if err != nil {
		return err
	}
	r.said, err = r.Threads.ToErase(ctx, r.tx, r.sourced.People, r.networks, posts)
	return err
}

// others refuses to remove what people who are not of the sample have written.
func (r *removal) others() error {
	var list []string
	if n := r.said.OthersThreads; n > 0 {
		list = append(list, plural(n, "thread"))
	}
	if n := r.said.OthersReplies; n == 1 {
		list = append(list, "1 reply")
	} else if n > 1 {
		list = append(list, fmt.Sprintf("%d replies", n))
	}
	if len(list) == 0 {
		return nil
	}
	return errs.Conflictf("People who are not of the sample have written %s in it. Nothing was removed. With --with-replies that goes too.",
		strings.Join(list, " and "))
}

// remove removes what was found, each kind before what it refers to.
func (r *removal) remove(ctx context.Context) (SampleRemoved, error) {
	var done SampleRemoved
	if err := r.Blogs.Erase(ctx, r.tx, r.blogs, r.said.Threads, r.sourced.People); err != nil {
		return done, err
	}
	if err := experts.Erase(ctx, r.tx, r.said.Threads, r.said.Replies, r.sourced.People); err != nil {
		return done, err
	}
	if err := find.Erase(ctx, r.tx, map[string][]int64{"person": r.sourced.People, "thread": r.said.Threads, "network": r.networks, "unit": r.sourced.Units}); err != nil {
		return done, err
	}
	if err := routing.Erase(ctx, r.tx, r.said.Threads, r.sourced.People); err != nil {
		return done, err
	}
	if err := decisions.Erase(ctx, r.tx, r.said.Threads, r.sourced.People); err != nil {
		return done, err
	}
	if err := reflections.Erase(ctx, r.tx, r.said.Threads, r.sourced.People); err != nil {
		return done, err
	}
	if err := insights.Erase(ctx, r.tx, r.said.Threads, r.sourced.People); err != nil {
		return done, err
	}
	if err := maps.Erase(ctx, r.tx); err != nil {
		return done, err
	}
	if err := briefs.Erase(ctx, r.tx, r.sourced.People, r.sourced.Units, r.networks); err != nil {
		return done, err
	}
	sources, err := signals.Erase(ctx, r.tx, sampleSource+"/", r.said.Threads, r.sourced.People, r.networks)
	if err != nil {
		return done, err
	}
	if err := r.Threads.Erase(ctx, r.tx, r.said); err != nil {
		return done, err
	}
	if err := r.Threads.EraseTraces(ctx, r.tx, map[string][]int64{"person": r.sourced.People, "network": r.networks, "blog": r.blogs}); err != nil {
		return done, err
	}
	if err := r.Networks.Erase(ctx, r.tx, r.networks, r.sourced.People); err != nil {
		return done, err
	}
	accounts, err := auth.Erase(ctx, r.tx, r.sourced.People)
	if err != nil {
		return done, err
	}
	for _, disown := range []func(context.Context, *db.Tx, []int64) error{event.Disown, site.Disown} {
		if err := disown(ctx, r.tx, r.sourced.People); err != nil {
			return done, err
		}
	}
	gone, err := r.People.Erase(ctx, r.tx, r.sourced)
	if err != nil {
		return done, err
	}
	topics, err := r.Topics.Erase(ctx, r.tx, sampleTopic)
	if err != nil {
		return done, err
	}
	if err := r.Threads.EraseTraces(ctx, r.tx, map[string][]int64{"unit": gone.Units, "topic": topics}); err != nil {
		return done, err
	}
	for _, c := range []ExportedCount{
		{"threads", len(r.said.Threads)}, {"replies", len(r.said.Replies)}, {"blogs", len(r.blogs)}, {"networks", len(r.networks)}, {"sources", sources},
		{"accounts", accounts}, {"people", len(gone.People)}, {"units", len(gone.Units)}, {"organisations", len(gone.Organisations)},
		{"topics", len(topics)},
	} {
		if c.Number > 0 {
			done.Counts = append(done.Counts, c)
		}
	}
	if len(gone.Organisations) < len(r.sourced.Organisations) {
		done.Kept = append(done.Kept, "An organisation of the sample stays, because other people belong to it.")
	}
	return done, nil
}
