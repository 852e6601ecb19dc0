package app

import (
	"context"
	"fmt"
	"io"

	"watercooler/app/errs"
)

// doctor checks the hub against itself, repairs what it can, and says so line by line. It returns an error when something is
// left that a person has to look at.
func (a *App) doctor(ctx context.Context, out io.Writer) error {
	problems := 0
	say := func(ok bool, format string, args ...any) {
		mark := "ok      "
		if !ok {
			mark = "PROBLEM "
			problems++
		}
		fmt.Fprintf(out, mark+format+"\n", args...)
	}

	say(a.db.Ping(ctx) == nil, "database answers")
	pending, err := a.db.Pending(ctx)
	if err != nil {
		return err
	}
	say(pending == 0, "migrations waiting: %d", pending)

	repaired, err := a.threads.Recount(ctx)
	if err != nil {
		return fmt.Errorf("recount replies and votes: %w", err)
	}
	say(true, "counters of threads and replies: %d repaired", repaired)

	if err := a.dispatcher.Drain(ctx); err != nil {
		return fmt.Errorf("hand on waiting events: %w", err)
	}
	failed, err := a.dispatcher.Failed(ctx, 100)
	if err != nil {
		return err
	}
	say(len(failed) == 0, "events that no attempt could handle: %d (the administrator's page shows them)", len(failed))

	if err := a.checkExperts(ctx, say); err != nil {
		return err
	}
	if err := a.checkInsights(ctx, out, say); err != nil {
		return err
	}
	if err := a.checkSymptoms(ctx, say); err != nil {
		return err
	}
	if err := a.checkIndex(ctx, out, say); err != nil {
		return err
	}
	wrong, err := a.maps.Check(ctx)
	if err != nil {
		return fmt.Errorf("draw the maps of the organisation anew: %w", err)
	}
	say(true, "maps of the organisation: %d differed from what was said, and were drawn anew", wrong)
	missing, err := a.missingPhotos(ctx)
	if err != nil {
		return err
	}
	say(missing == 0, "photos that profiles name but the folder lacks: %d", missing)

	swept, err := a.people.SweepPhotos(ctx)
	if err != nil {
		return fmt.Errorf("remove photos that no profile shows: %w", err)
	}
	say(true, "photos that no profile has shown for a day: %d removed", swept)

	say(a.kv.Ping(ctx) == nil, "store of sessions answers")
	if problems > 0 {
		return errs.Invalidf("%d of the checks found a problem.", problems)
	}
	return nil
}

// checkExperts compares who knows what with the threads it was counted from, and counts anew when they differ.
func (a *App) checkExperts(ctx context.Context, say func(bool, string, ...any)) error {
	wrong, err := a.experts.Check(ctx)
	if err != nil {
		return err
	}
	if wrong == 0 {
		say(true, "who knows what agrees with what was written")
		return nil
	}
	if err := a.experts.Recount(ctx); err != nil {
		return fmt.Errorf("count who knows what anew: %w", err)
	}
	say(true, "who knows what differed in %d rows and was counted anew", wrong)
	return nil
}

// checkInsights compares the figures with what they were made from, and makes them anew when they differ.
func (a *App) checkInsights(ctx context.Context, out io.Writer, say func(bool, string, ...any)) error {
	if err := a.addUpAllSearches(ctx); err != nil {
		return err
	}
	wrong, err := a.insights.Check(ctx)
	if err != nil {
		return err
	}
	if wrong == 0 {
		say(true, "figures agree with what they were made from")
		return nil
	}
	if err := a.countInsights(ctx, out); err != nil {
		return fmt.Errorf("make the figures anew: %w", err)
	}
	say(true, "figures differed in %d rows and were made anew", wrong)
	return nil
}

// checkSymptoms looks through the record and compares what is kept of symptoms with what it finds. They differ by what has happened in the
// hour since the last look.
func (a *App) checkSymptoms(ctx context.Context, say func(bool, string, ...any)) error {
	wrong, err := a.symptoms.Check(ctx)
	if err != nil {
		return err
	}
	if wrong == 0 {
		say(true, "symptoms are those that the record shows")
		return nil
	}
	if _, err := a.symptoms.Look(ctx); err != nil {
		return err
	}
	say(true, "symptoms differed from what the record shows in %d findings and were looked for anew", wrong)
	return nil
}

// checkIndex compares the number of documents with the rows they are made from, and builds the index anew when they differ.
func (a *App) checkIndex(ctx context.Context, out io.Writer, say func(bool, string, ...any)) error {
	want, err := a.find.Documents(ctx)
	if err != nil {
		return err
	}
	have, err := a.index.Count()
	if err != nil {
		return err
	}
	if int(have) == want && !a.stale {
		say(true, "search index holds all %d documents", want)
		return nil
	}
	if err := a.reindex(ctx, out); err != nil {
		return fmt.Errorf("build the search index anew: %w", err)
	}
	say(true, "search index held %d documents for %d rows and was built anew", have, want)
	return nil
}

func (a *App) missingPhotos(ctx context.Context) (missing int, err error) {
	keys, err := a.people.Photos(ctx)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		f, _, err := a.files.Get(key)
		if errs.IsNotFound(err) {
			missing++
			continue
		}
		if err != nil {
			return 0, err
		}
		if err := f.Close(); err != nil {
			return 0, err
		}
	}
	return missing, nil
}
