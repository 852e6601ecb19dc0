package auth_test

import (
	"slices"
	"strings"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// place puts the person of an account into a new network and returns its id; role is steward or "".
func (k *kit) place(account int64, state, role string) (network int64) {
	k.t.Helper()
	k.tx(func(tx *db.Tx) error {
		err := tx.QueryRow(k.ctx(), `
			INSERT INTO networks (slug, name, access, audience, created_at, updated_at)
			SELECT 'n' || CAST(COUNT(*) AS TEXT), 'N', 'closed', 'hub', 0, 0
			FROM networks
			RETURNING id`).Scan(&network)
		if err != nil {
			return err
		}
		_, err = tx.Exec(k.ctx(), `
			INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at)
			SELECT CAST($1 AS BIGINT), a.person_id, $2, $3, 0, 0
			FROM accounts a
			WHERE a.id = $4`, network, state, role, account)
		return err
	})
	return network
}

// TestMembershipsGiveAudiences holds all ways to a Viewer to the same rule: a member has the audience of the network, and whoever
// has asked or is invited has nothing of it.
func TestMembershipsGiveAudiences(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada, ben := k.account("ada", "", 0), k.account("ben", "", auth.Moderator|auth.Admin)
		member, steward := k.place(ada, "member", ""), k.place(ada, "member", "steward")
		asked, invited := k.place(ada, "requested", ""), k.place(ada, "invited", "steward")
		for range 9 { // so that ids have two digits, and are not in the order of their words
			k.place(ben, "member", "")
		}
		late := k.place(ada, "member", "steward")

		token, err := k.NewAPIToken(t.Context(), "ada@devon.example", "test")
		if err != nil {
			t.Fatal(err)
		}
		var person int64
		if err := d.QueryRow(t.Context(), `SELECT person_id FROM accounts WHERE id = $1`, ada).Scan(&person); err != nil {
			t.Fatal(err)
		}
		ways := map[string]func() (auth.Viewer, error){
			"session": func() (auth.Viewer, error) { return k.BySession(t.Context(), k.start(ada)) },
			"token":   func() (auth.Viewer, error) { return k.ByToken(t.Context(), token) },
			"person":  func() (auth.Viewer, error) { return k.ByPerson(t.Context(), person) },
		}
		for name, way := range ways {
			v, err := way()
			if err != nil {
				t.Fatal(name, err)
			}
			if got, want := v.Networks(), []int64{member, steward, late}; !slices.Equal(got, want) {
				t.Errorf("%s: networks %v, want %v", name, got, want)
			}
			for _, c := range []struct {
				network         int64
				member, steward bool
			}{{member, true, false}, {steward, true, true}, {late, true, true}, {asked, false, false}, {invited, false, false}, {0, false, false}, {999, false, false}} {
				if v.MemberOf(c.network) != c.member || v.Stewards(c.network) != c.steward || v.CanRead(auth.NetworkAudience(c.network)) != c.member {
					t.Errorf("%s: network %d: member %v, steward %v, reads %v, want %+v", name, c.network,
						v.MemberOf(c.network), v.Stewards(c.network), v.CanRead(auth.NetworkAudience(c.network)), c)
				}
			}
			want := []string{"hub", auth.OrgAudience(k.org), "public", auth.NetworkAudience(member), auth.NetworkAudience(steward), auth.NetworkAudience(late)}
			if !slices.Equal(v.Audiences(), want) {
				t.Errorf("%s: audiences %v, want %v", name, v.Audiences(), want)
			}
		}
		for _, end := range []string{`UPDATE network_members SET state = 'requested' WHERE person_id = $1`, `DELETE FROM network_members WHERE person_id = $1`} {
			k.tx(func(tx *db.Tx) error { _, err := tx.Exec(k.ctx(), end, person); return err })
			for name, way := range ways {
				if v, err := way(); err != nil || len(v.Networks()) != 0 || len(v.Audiences()) != 3 {
					t.Errorf("%s, out of all networks: %v, %v", name, v.Audiences(), err)
				}
			}
		}
	})
}

// TestByPersonGivesOnlyWhoCouldSignIn keeps letters from those who could no longer read them here.
func TestByPersonGivesOnlyWhoCouldSignIn(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada := k.account("ada", "", auth.Moderator)
		var person int64
		if err := d.QueryRow(t.Context(), `SELECT person_id FROM accounts WHERE id = $1`, ada).Scan(&person); err != nil {
			t.Fatal(err)
		}
		if v, err := k.ByPerson(t.Context(), person); err != nil || v.Account != ada || !v.Moderates() || v.Session != "" {
			t.Errorf("got %+v, %v", v, err)
		}
		k.tx(func(tx *db.Tx) error { return k.SetDisabled(k.ctx(), tx, ada, true) })
		if v, err := k.ByPerson(t.Context(), person); !errs.IsNotFound(err) || v.SignedIn() {
			t.Errorf("account disabled: got %+v, %v, want NotFound", v, err)
		}
		k.tx(func(tx *db.Tx) error { return k.SetDisabled(k.ctx(), tx, ada, false) })
		k.tx(func(tx *db.Tx) error {
			_, err := tx.Exec(k.ctx(), `UPDATE people SET left_at = $1 WHERE id = $2`, db.Micros(k.clock.Now()), person)
			return err
		})
		for _, nobody := range []int64{person, 0, 999} {
			if v, err := k.ByPerson(t.Context(), nobody); !errs.IsNotFound(err) || v.SignedIn() {
				t.Errorf("person %d: got %+v, %v, want NotFound", nobody, v, err)
			}
		}
	})
}

func TestViewerIn(t *testing.T) {
	v := auth.ForPerson(1, 2, 3, true, 0)
	in := v.In(auth.Membership{Network: 12}, auth.Membership{Network: 7, Steward: true})
	if got := strings.Join(in.Audiences(), " "); got != "hub org:3 public network:7 network:12" {
		t.Errorf("audiences: got %q", got)
	}
	if in.Stewards(12) || !in.Stewards(7) || v.MemberOf(7) {
		t.Errorf("got %+v, from %+v", in.Memberships(), v.Memberships())
	}
	if out := auth.Public.In(auth.Membership{Network: 1}); out.CanRead(auth.NetworkAudience(1)) {
		t.Errorf("signed out: audiences %v", out.Audiences())
	}
	for s, want := range map[string]bool{"network:1": true, "network:": false, "network:0": false, "network:01": false, "network:-1": false, "network:+1": false, "network:x": false, "net:1": false} {
		if auth.ValidAudience(s) != want {
			t.Errorf("ValidAudience(%q) = %v", s, !want)
		}
	}
}
