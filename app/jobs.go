package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"watercooler/app/importers"
	"watercooler/app/insights"
	"watercooler/app/kv"
	"watercooler/app/signin"
	"watercooler/auth"
)

// startJobs starts the work that goes on beside the requests, each piece in a goroutine that ends with ctx and is waited for
// through running.
func (a *App) startJobs(ctx context.Context, running *sync.WaitGroup) {
	running.Go(func() { a.report(ctx, "hand on events", a.dispatcher.Run(ctx)) })
	if store, ok := a.kv.(*kv.SQL); ok {
		running.Go(func() { a.every(ctx, 10*time.Minute, "sweep expired sessions", store.Sweep) })
	}
	running.Go(func() { a.every(ctx, 20*time.Second, "publish what is due", a.blogs.PublishDue) })
	running.Go(func() { a.every(ctx, time.Minute, "bring questions to people", a.routing.Widen) })
	running.Go(func() { a.every(ctx, time.Minute, "read feeds", a.signals.FetchDue) })
	running.Go(func() { a.every(ctx, time.Hour, "put away what nobody looked at", a.signals.Fade) })
	running.Go(func() {
		a.every(ctx, 2*time.Second, "remember searches", a.find.Remember)
		a.report(context.WithoutCancel(ctx), "remember searches", a.find.Remember(context.WithoutCancel(ctx))) // the last of them
	})
	running.Go(func() { a.every(ctx, 24*time.Hour, "forget old searches", a.find.Forget) })
	running.Go(func() { a.every(ctx, 10*time.Minute, "look for gaps", a.find.RefreshGaps) })
	running.Go(func() { a.every(ctx, 5*time.Minute, "write about searches", a.find.SendAlerts) })
	running.Go(func() { a.makeFigures(ctx) })
	running.Go(func() { a.every(ctx, time.Minute, "add up searches", a.addUpSearches) })
	running.Go(func() { a.every(ctx, 24*time.Hour, "add up all searches", a.addUpAllSearches) })
	running.Go(func() { a.every(ctx, 24*time.Hour, "forget who looked at figures", a.insights.Forget) })
	running.Go(func() { a.every(ctx, 10*time.Minute, "draw the maps of the organisation", a.maps.Refresh) })
	running.Go(func() { a.every(ctx, 5*time.Minute, "send briefs", a.briefs.SendLetters) })
	running.Go(func() { a.every(ctx, 10*time.Minute, "look for symptoms", a.symptoms.Refresh) })
	running.Go(func() { a.every(ctx, 24*time.Hour, "optimise the database", a.db.Optimize) })
	running.Go(func() { a.every(ctx, 6*time.Hour, "remove photos that nobody shows", a.sweepPhotos) })
	running.Go(func() { a.every(ctx, 6*time.Hour, "forget addresses nobody confirmed", a.readers.ForgetUnconfirmed) })
	running.Go(func() { a.every(ctx, 24*time.Hour, "forget servers that are gone", a.forgetServers) })
	if a.stale {
		running.Go(func() { a.report(ctx, "build the search index", a.reindex(ctx, a.out)) })
	}
	if a.cfg.MetricsListen != "" {
		running.Go(func() { a.report(ctx, "serve metrics", a.metrics.serve(ctx, a.cfg.MetricsListen)) })
	}
}

// figuresPause is how long after figures were made they are made again, at least.
const figuresPause = 3 * time.Second

// makeFigures makes the figures of months in which something has changed, until ctx ends. On a large hub where people join by the
// minute that may be all of them; it never takes more than a tenth of the time.
func (a *App) makeFigures(ctx context.Context) {
	for pause := figuresPause; ; {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		begin := time.Now()
		a.report(ctx, "make figures", a.insights.Settle(ctx))
		pause = max(figuresPause, 9*time.Since(begin))
	}
}

// addUpSearches looks at the searches of this month and the one before, which change by the minute.
func (a *App) addUpSearches(ctx context.Context) error { return a.insights.AddUpSearches(ctx, 2) }

// addUpAllSearches looks at all of them: something that an old search found may be opened late.
func (a *App) addUpAllSearches(ctx context.Context) error {
	return a.insights.AddUpSearches(ctx, insights.Months)
}

// countInsights makes the ledger of the figures, and the figures, anew and shows how far it is.
func (a *App) countInsights(ctx context.Context, out io.Writer) error {
	bar := importers.NewProgress(out, time.Now)
	done := 0
	err := a.insights.Recount(ctx, func(now, total int) {
		if done == 0 {
			bar.Start("Counting for the figures", total)
		}
		bar.Add(now - done)
		done = now
	})
	if done > 0 {
		bar.End()
	}
	return err
}

// serverGone is how long a server may be away before no events are kept for its index any more. Should it return, it builds
// its index anew.
const serverGone = 14 * 24 * time.Hour

func (a *App) forgetServers(ctx context.Context) error {
	_, err := a.dispatcher.Forget(ctx, searchConsumer, serverGone)
	return err
}

// every runs do each period until ctx ends. A failure is logged and tried again at the next turn.
func (a *App) every(ctx context.Context, period time.Duration, what string, do func(context.Context) error) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.report(ctx, what, do(ctx))
		}
	}
}

func (a *App) sweepPhotos(ctx context.Context) error {
	_, err := a.people.SweepPhotos(ctx)
	return err
}

// report logs what went wrong with work beside the requests. Being told to stop is not wrong: what was left is taken up at
// the next start.
func (a *App) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, what, "err", err)
	}
}

// lag is the age in seconds of the oldest event each consumer has not handled.
func (a *App) lag(ctx context.Context) map[string]float64 {
	list, err := a.dispatcher.Lag(ctx)
	if err != nil {
		a.log.Warn("read the outbox", "err", err)
		return nil
	}
	out := make(map[string]float64, len(list))
	for _, c := range list {
		// An instance name is chance; without it the series stays the same over re-installations.
		name, _, _ := strings.Cut(c.Consumer, ":")
		age := 0.0
		if !c.Oldest.IsZero() {
			age = max(0, a.now().Sub(c.Oldest).Seconds())
		}
		out[name] = max(out[name], age)
	}
	return out
}

// catchUp brings the index level with the database after a command wrote to it. A fresh index is built whole, which is many
// times faster than following events.
func (a *App) catchUp(ctx context.Context, out io.Writer) error {
	if a.stale {
		return a.reindex(ctx, out)
	}
	return a.dispatcher.Drain(ctx)
}

// reindex builds the index anew and shows how far it is, unless there is nothing to put into it. Whoever is served meanwhile
// finds what the present index holds.
func (a *App) reindex(ctx context.Context, out io.Writer) error {
	total, err := a.find.Documents(ctx)
	if err != nil {
		return err
	}
	if total == 0 {
		out = io.Discard
	}
	bar := importers.NewProgress(out, time.Now)
	bar.Start("Indexing", total)
	done := 0
	err = a.find.Rebuild(ctx, func(n int) {
		bar.Add(n - done)
		done = n
	})
	bar.End()
	if err != nil {
		return err
	}
	a.stale = false
	// What building took goes back to the system now; a hub at rest would keep some 30 MB of it for minutes.
	debug.FreeOSMemory()
	return nil
}

// Welcome prepares an empty hub and tells the operator how to get in: with the sample flag it loads the sample content,
// otherwise it prints the one-time code of the first-run page.
func (a *App) Welcome(ctx context.Context, out io.Writer) error {
	if a.cfg.Sample {
		if err := a.loadSample(ctx); err != nil {
			return fmt.Errorf("load the sample content: %w", err)
		}
	}
	first, err := a.signin.WelcomeURL(ctx)
	if err != nil {
		return fmt.Errorf("look for accounts: %w", err)
	}
	if first != "" {
		fmt.Fprintf(out, "\n  This hub has no accounts yet. Name the organisation and make the first administrator at\n  %s\n\n", first)
		return nil
	}
	fmt.Fprintf(out, "\n  Watercooler is at %s\n", a.cfg.BaseURL)
	if a.cfg.Sample {
		fmt.Fprintf(out, "  Sign in as a member, a manager, a leader, a moderator or an administrator, without a password:\n  %s/sign-in\n", a.cfg.BaseURL)
	}
	fmt.Fprintln(out)
	return nil
}

// loadSample fills an empty hub with the sample content, and opens the sample door at every start.
func (a *App) loadSample(ctx context.Context) error {
	founded, err := a.signin.Founded(ctx)
	if err != nil {
		return err
	}
	if !founded {
		if _, err := importers.Sample(ctx, a.importDeps(), a.now()); err != nil {
			return err
		}
	}
	accounts, err := a.sampleAccounts(ctx)
	if err != nil {
		return err
	}
	if err := a.signin.EnsureSampleAccounts(ctx, accounts...); err != nil {
		return err
	}
	if founded {
		return nil
	}
	if err := a.catchUp(ctx, io.Discard); err != nil { // a blink: the sample is small
		return err
	}
	if err := a.find.RefreshGaps(ctx); err != nil {
		return err
	}
	if err := a.Drain(ctx); err != nil { // who comes first finds figures
		return err
	}
	if err := a.maps.Rebuild(ctx, func(int, int) {}); err != nil {
		return err
	}
	if err := a.routing.StartYoung(ctx, sampleOffered); err != nil {
		return err
	}
	_, err = a.symptoms.Look(ctx)
	return err
}

// sampleOffered is how many of the sample's open questions are brought to people who may know.
const sampleOffered = 12

// sampleAccounts are the people behind the sample door.
func (a *App) sampleAccounts(ctx context.Context) ([]signin.SampleAccount, error) {
	listed, err := importers.SampleAccounts()
	if err != nil {
		return nil, err
	}
	ids, err := a.people.IDsByExternal(ctx, a.db, externalIDs(listed))
	if err != nil {
		return nil, err
	}
	out := make([]signin.SampleAccount, len(listed))
	for i, s := range listed {
		roles, ok := auth.ParseRoles(s.Roles)
		if !ok {
			return nil, fmt.Errorf("sample account %s has unknown roles %q", s.Email, s.Roles)
		}
		out[i] = signin.SampleAccount{Person: ids[s.PersonExternalID], Email: s.Email, Roles: roles, Role: s.Label, Can: s.JobTitle}
	}
	return out, nil
}

func externalIDs(list []importers.SampleAccount) []string {
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.PersonExternalID
	}
	return ids
}

// newInstanceName returns a name no other server has.
func newInstanceName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "hub"
	}
	return host + "-" + strings.ToLower(rand.Text()[:8])
}
