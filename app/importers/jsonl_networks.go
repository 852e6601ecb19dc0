package importers

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/networks"
	"watercooler/auth"
)

// writeNetworks writes all networks in one call: one that has joined another may come before it.
func (j *jsonl) writeNetworks(ctx context.Context) error {
	if j.counts[typeNetwork] == 0 {
		return nil
	}
	j.Progress.Start("Networks", j.counts[typeNetwork])
	var list []networks.NetworkRecord
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typeNetwork {
			return nil
		}
		n := networks.NetworkRecord{
			ExternalID: rec.ExternalID, Slug: rec.Slug, Name: rec.Name, Purpose: rec.Purpose, About: rec.About, Access: networks.Access(rec.Access),
			Public: rec.Public, FinishedAt: rec.Closed.Time, Parents: rec.Parents,
		}
		for _, m := range rec.Members {
			n.Members = append(n.Members, networks.MemberRecord{
				PersonExternalID: m.Person, Steward: m.Role == "steward", State: networks.State(m.State), Note: m.Note, At: m.Created.Time,
			})
		}
		if err := j.dated(rec, &n.CreatedAt, &n.Hash, n); err != nil {
			return err
		}
		list = append(list, n)
		return nil
	})
	if err != nil {
		return err
	}
	j.report.read("networks", len(list))
	var out networks.Outcome
	if err := j.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = j.Networks.ImportNetworks(ctx, tx, list)
		return err
	}); err != nil {
		return fmt.Errorf("write networks: %w", err)
	}
	c := j.report.count("networks")
	c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
	j.networkIDs = out.IDs
	for external, id := range out.IDs {
		j.audiences[audienceNetwork+external] = auth.NetworkAudience(id)
	}
	j.Progress.Add(len(list))
	return nil
}
