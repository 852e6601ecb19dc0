package threads

import (
	"context"
	"fmt"
	"strconv"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// place is where a thread lives, as the rules about its audience see it. The zero place is the hub at large.
type place struct {
	Place
	open     bool   // a network that anybody may join; the threads of others are for their members alone
	audience string // who may know of the network
	ended    bool   // its work is done: nothing new is opened there
}

// allows reports whether a thread there may be for audience. It never is wider than its network.
func (p place) allows(audience string) bool {
	switch {
	case p.ID == 0:
		return auth.ValidAudience(audience) && !isNetwork(audience)
	case audience == auth.NetworkAudience(p.ID):
		return true
	case audience == auth.AudienceHub:
		return p.open
	case audience == auth.AudiencePublic:
		return p.open && p.audience == auth.AudiencePublic
	}
	return false
}

// check returns what is wrong with opening a thread there for audience, as field errors.
func (p place) check(v auth.Viewer, audience string) []errs.Field {
	var problems []errs.Field
	switch {
	case p.ID != 0 && !v.MemberOf(p.ID):
		problems = append(problems, errs.Field{Name: "network", Text: "Join " + p.Name + " first. Only its members write there."})
	case p.ended:
		problems = append(problems, errs.Field{Name: "network", Text: p.Name + " has ended its work. Choose another place."})
	}
	// SECURITY: CanRead keeps people from opening threads for an organisation or network they do not belong to.
	switch {
	case !auth.ValidAudience(audience) || !v.CanRead(audience):
		problems = append(problems, errs.Field{Name: "audience", Text: "Choose who will see this."})
	case !p.allows(audience):
		problems = append(problems, errs.Field{Name: "audience", Text: p.refuses()})
	}
	return problems
}

// refuses says who a thread there can be for, to somebody who chose otherwise.
func (p place) refuses() string {
	switch {
	case p.ID == 0:
		return "Only what is written in a network can be for its members. Choose the network, or another audience."
	case !p.open:
		return "What is written in " + p.Name + " is for its members only."
	case p.audience == auth.AudiencePublic:
		return "What is written in " + p.Name + " is for its members, for everyone signed in, or public."
	}
	return "What is written in " + p.Name + " is for its members or for everyone signed in."
}

// isNetwork reports whether audience is that of the members of some network.
func isNetwork(audience string) bool {
	_, ok := networkOf(audience)
	return ok
}

// networkOf returns the network whose members audience is.
func networkOf(audience string) (int64, bool) {
	const prefix = "network:"
	if len(audience) <= len(prefix) || audience[:len(prefix)] != prefix {
		return 0, false
	}
	id, err := strconv.ParseInt(audience[len(prefix):], 10, 64)
	return id, err == nil
}

// Within reports whether everybody in audience is in wider too, as far as the words say so: people of an organisation and of
// a network are signed in, and everybody is the public.
func Within(audience, wider string) bool {
	switch wider {
	case audience, auth.AudiencePublic:
		return true
	case auth.AudienceHub:
		return audience != auth.AudiencePublic
	}
	return false
}

// place reads where a thread is to live. A network that v may not know of is a field error like one that is not there.
func (s *Service) place(ctx context.Context, v auth.Viewer, network int64) (place, error) {
	p, err := selectPlace(ctx, s.db, v, network)
	if err != nil {
		return place{}, fmt.Errorf("network %d: %w", network, err)
	}
	return p, nil
}

// settle makes sure, in the transaction that writes a thread, that its network still allows the audience: it may have been
// made closed a moment ago. NarrowNetwork waits for the same lock and so misses no thread.
func settle(ctx context.Context, tx *db.Tx, v auth.Viewer, network int64, audience string) error {
	if network == 0 {
		return nil
	}
	if err := tx.Lock(ctx, lockOf(network)); err != nil {
		return err
	}
	p, err := selectPlace(ctx, tx, v, network)
	if err != nil {
		return err
	}
	if !p.allows(audience) {
		return errs.InvalidFields(errs.Field{Name: "audience", Text: p.refuses()})
	}
	return nil
}

func lockOf(network int64) string { return "threads of network " + strconv.FormatInt(network, 10) }

var noNetwork = errs.InvalidFields(errs.Field{Name: "network", Text: "Choose one of your networks, or everyone."})

func selectPlace(ctx context.Context, q db.Querier, v auth.Viewer, network int64) (p place, err error) {
	if network == 0 {
		return place{}, nil
	}
	var (
		access string
		closed *int64
	)
	err = sql(`
SELECT id, slug, name, access, audience, closed_at
FROM networks
WHERE id = ? AND ?`, network, readable{v, "audience"}).row(ctx, q).Scan(&p.ID, &p.Slug, &p.Name, &access, &p.audience, &closed)
	if errs.IsNotFound(err) {
		return place{}, noNetwork
	}
	p.open, p.ended = access == "open", closed != nil
	return p, err
}

// NarrowNetwork gives the threads of network, which has just been changed in tx, the audience it now allows: in one that is closed
// or private they are for its members alone, and in one that is open but no longer public for everyone signed in. One event
// tells of it. Making the network open again widens nothing: what was said among members stays among them.
func (s *Service) NarrowNetwork(ctx context.Context, tx *db.Tx, network int64) error {
	if err := tx.Lock(ctx, lockOf(network)); err != nil {
		return fmt.Errorf("narrow the threads of network %d: %w", network, err)
	}
	var access, known string
	err := tx.QueryRow(ctx, "SELECT access, audience FROM networks WHERE id = $1", network).Scan(&access, &known)
	if err != nil {
		return fmt.Errorf("narrow the threads of network %d: %w", network, err)
	}
	audience, n := auth.NetworkAudience(network), int64(0)
	switch {
	case access != "open":
		n, err = tx.Exec(ctx, "UPDATE threads SET audience = $1 WHERE network_id = $2 AND audience <> $1", audience, network)
	case known != auth.AudiencePublic:
		audience = auth.AudienceHub
		n, err = tx.Exec(ctx, "UPDATE threads SET audience = $1 WHERE network_id = $2 AND audience = $3", audience, network, auth.AudiencePublic)
	}
	if err != nil {
		return fmt.Errorf("narrow the threads of network %d: %w", network, err)
	}
	if n == 0 {
		return nil
	}
	return event.Append(ctx, tx, event.Event{
		Verb: "network.narrowed", Object: event.Ref{Kind: "network", ID: network}, Audience: audience,
	})
}
