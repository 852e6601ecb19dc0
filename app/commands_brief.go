package app

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/briefs"
	"watercooler/app/db"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
)

// Brief prints the brief of a period as Markdown, also while the hub runs: the last month that is over when period is "". Operators
// read what everybody in the organisation may, and what is in the network they ask for.
func (c Command) Brief(ctx context.Context, period string, unit int64, network string) error {
	return c.database(ctx, func(d *db.DB) error {
		t := topics.New(d, time.Now)
		s := briefs.New(d, people.New(d, nil, time.Now), networks.New(d, threads.New(d, topicSource{t}, time.Now), time.Now), topicVisits{t},
			briefs.Config{Zone: c.Config.Location()}, time.Now)
		p := s.Latest()
		if period != "" {
			var err error
			if p, err = briefs.ParsePeriod(period); err != nil {
				return err
			}
		}
		ref := briefs.Ref{Unit: unit, Network: network}
		v, err := s.Operator(ctx, ref)
		if err != nil {
			return err
		}
		b, err := s.Brief(ctx, v, ref, p)
		if err == nil {
			fmt.Fprint(c.Out, b.Markdown(c.Config.BaseURL))
		}
		return err
	})
}
