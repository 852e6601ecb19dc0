package threads

import (
	"context"
	"slices"

	"watercooler/app/db"
	"watercooler/auth"
)

// selectHomes reads the networks in which records live, and keeps them as they are until tx ends.
func selectHomes(ctx context.Context, tx *db.Tx, records []ThreadRecord) (map[int64]place, error) {
	homes := map[int64]place{}
	var ids []int64
	for _, r := range records {
		if r.Network != 0 {
			ids = append(ids, r.Network)
		}
	}
	slices.Sort(ids) // in order, so that two imports take their locks alike
	for _, id := range slices.Compact(ids) {
		if err := tx.Lock(ctx, lockOf(id)); err != nil {
			return nil, err
		}
		var p place
		var access string
		err := tx.QueryRow(ctx, `
SELECT id, access, audience
FROM networks
WHERE id = $1`, id).Scan(&p.ID, &access, &p.audience)
		if err != nil {
			return nil, err
		}
		p.open = access == "open"
		homes[id] = p
	}
	return homes, nil
}

// fit narrows the audience of r to the widest its network allows, and reports whether there is one: among the members of a
// network there is always something, and nowhere else can be for the members of one.
func (p place) fit(r *ThreadRecord) bool {
	if p.ID == 0 || p.allows(r.Audience) {
		return p.allows(r.Audience)
	}
	if r.Audience == auth.AudiencePublic && p.allows(auth.AudienceHub) {
		r.Audience = auth.AudienceHub
		return true
	}
	r.Audience = auth.NetworkAudience(p.ID)
	return true
}
