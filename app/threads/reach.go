package threads

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// Home is a network that somebody may write in.
type Home struct {
	Place
	Audiences []string // that a thread there may have, the usual one first
	Members   int
}

// Reach is where somebody may write, and how many people they would reach.
type Reach struct {
	Staff, Partners int    // everyone who works here or at a partner, people who left apart
	Own             int    // of the viewer's organisation
	Organisation    string // name of the viewer's organisation
	Homes           []Home // networks the viewer is a member of, by name
}

// Reach counts who would see something that v writes, for the line "Who will see this".
func (s *Service) Reach(ctx context.Context, v auth.Viewer) (Reach, error) {
	if !v.SignedIn() {
		return Reach{}, signIn
	}
	var r Reach
	err := s.db.QueryRow(ctx, `
SELECT
  COUNT(*) FILTER (WHERE o.home),
  COUNT(*) FILTER (WHERE NOT o.home),
  COUNT(*) FILTER (WHERE o.id = $1),
  COALESCE(MAX(CASE WHEN o.id = $1 THEN o.name END), '')
FROM organisations o
JOIN people p ON p.organisation_id = o.id AND p.left_at IS NULL`, v.Organisation).Scan(&r.Staff, &r.Partners, &r.Own, &r.Organisation)
	if err != nil && !errs.IsNotFound(err) {
		return Reach{}, fmt.Errorf("count who would see it: %w", err)
	}
	if r.Homes, err = s.homes(ctx, v); err != nil {
		return Reach{}, fmt.Errorf("networks to write in: %w", err)
	}
	return r, nil
}

// homes returns the networks v is a member of and may write in, by name.
func (s *Service) homes(ctx context.Context, v auth.Viewer) ([]Home, error) {
	if len(v.Networks()) == 0 {
		return nil, nil
	}
	return collect(ctx, s.db, sql(`
SELECT n.id, n.slug, n.name, n.access, n.audience,
  (SELECT COUNT(*) FROM network_members m WHERE m.network_id = n.id AND m.state = 'member')
FROM networks n
WHERE n.id IN (?) AND n.closed_at IS NULL
ORDER BY n.name, n.id
LIMIT 500`, v.Networks()), func(r db.Scanner) (h Home, err error) {
		var (
			p      place
			access string
		)
		err = r.Scan(&p.ID, &p.Slug, &p.Name, &access, &p.audience, &h.Members)
		p.open = access == "open"
		h.Place, h.Audiences = p.Place, p.audiences()
		return h, err
	})
}

// audiences are those a thread in a network may have, the usual one first.
func (p place) audiences() []string {
	all := []string{auth.AudienceHub, auth.NetworkAudience(p.ID), auth.AudiencePublic}
	return slices.DeleteFunc(all, func(a string) bool { return !p.allows(a) })
}

// home returns one of the networks in r, and false when it is none of them.
func (r Reach) home(network int64) (Home, bool) {
	i := slices.IndexFunc(r.Homes, func(h Home) bool { return h.ID == network })
	if i < 0 {
		return Home{}, false
	}
	return r.Homes[i], true
}

// WhoSees says in a sentence who can read what is for audience.
func (r Reach) WhoSees(audience string) string {
	switch audience {
	case auth.AudiencePublic:
		return "Anyone, without signing in."
	case auth.AudienceHub:
		who := count(r.Staff, "member of staff", "staff")
		if r.Partners > 0 {
			who += " and " + count(r.Partners, "partner", "partners")
		}
		return "Everyone signed in: " + who + "."
	}
	if id, ok := networkOf(audience); ok {
		h, _ := r.home(id)
		if h.Name == "" {
			return "Only members of the network."
		}
		return fmt.Sprintf("Only members of %s: %s.", h.Name, count(h.Members, "person", "people"))
	}
	return fmt.Sprintf("Only people at %s: %s.", r.Organisation, count(r.Own, "person", "people"))
}

// AudiencesFor returns the audiences that v may give t, which is theirs to edit, the present one among them. There may be one
// only: that of a closed network, or of another organisation.
func (s *Service) AudiencesFor(ctx context.Context, v auth.Viewer, t Thread) ([]string, error) {
	all := audiences(v)
	if t.Network.ID != 0 {
		p, err := selectPlace(ctx, s.db, v, t.Network.ID)
		if err != nil {
			return nil, fmt.Errorf("audiences of thread %d: %w", t.ID, err)
		}
		all = p.audiences()
	}
	if t.Kind == Post {
		blog, err := selectBlogAudience(ctx, s.db, t.ID)
		if err != nil {
			return nil, fmt.Errorf("audiences of post %d: %w", t.ID, err)
		}
		all = slices.DeleteFunc(all, func(a string) bool { return !Within(a, blog) })
	}
	all = slices.DeleteFunc(all, func(a string) bool { return !v.CanRead(a) })
	if !slices.Contains(all, t.Audience) {
		all = append(all, t.Audience)
	}
	return all, nil
}
