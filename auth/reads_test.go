package auth_test

import (
	"strconv"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/auth"
)

// TestReadsIsCanRead holds the condition in SQL to what CanRead says, for viewers in no network, one and many.
func TestReadsIsCanRead(t *testing.T) {
	member := auth.ForPerson(1, 2, 3, true, 0)
	var many []auth.Membership
	for id := range int64(60) {
		many = append(many, auth.Membership{Network: 3 * (id + 1)})
	}
	viewers := map[string]auth.Viewer{
		"nobody":              {},
		"stranger":            auth.Public,
		"operator":            auth.Operator(),
		"member of none":      member,
		"without a home":      auth.ForPerson(1, 2, 0, false, 0).In(auth.Membership{Network: 12}),
		"member of one":       member.In(auth.Membership{Network: 12, Steward: true}),
		"member of many":      member.In(many...),
		"was a member before": member.In(many...).In(),
	}
	audiences := []string{"|", "||", "%", "_", "network:", "network:%", "network:_2", "Network:12", "network:12|", "|network:12"}
	audiences = append(audiences, auth.AudiencePublic, auth.AudienceHub, "org:3", "org:30", "org:4")
	for id := range 40 {
		audiences = append(audiences, "network:"+strconv.Itoa(id))
	}
	backends.Each(t, func(t *testing.T, d *db.DB) {
		for name, v := range viewers {
			t.Run(name, func(t *testing.T) {
				for _, audience := range audiences {
					var p db.Params
					var reads bool
					text := "SELECT " + v.Reads(&p, "x.audience") + " FROM (SELECT CAST(" + p.One(audience) + " AS TEXT) AS audience) x WHERE 1 = " + p.One(1)
					if err := d.QueryRow(t.Context(), text, p.Values()...).Scan(&reads); err != nil {
						t.Fatalf("%s: %v", text, err)
					}
					if reads != v.CanRead(audience) {
						t.Errorf("%q: SQL says %v, CanRead %v", audience, reads, v.CanRead(audience))
					}
					if n := len(p.Values()); n > 4+2 {
						t.Errorf("%d values", n-2)
					}
				}
			})
		}
	})
}
