package auth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

const goodPassword = "violet kettle under seven moons"

func TestAuthenticate(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada := k.account("ada", goodPassword, 0)
		k.account("sso", "", 0)
		shut := k.account("shut", goodPassword, 0)
		k.tx(func(tx *db.Tx) error { return k.SetDisabled(k.ctx(), tx, shut, true) })
		refusals := map[string]bool{}
		for _, tc := range []struct {
			name, email, password string
			ok                    bool
		}{
			{"right", "ada@devon.example", goodPassword, true},
			{"capitals and spaces in the address", " Ada@Devon.Example ", goodPassword, true},
			{"wrong password", "ada@devon.example", goodPassword + "x", false},
			{"empty password", "ada@devon.example", "", false},
			{"unknown address", "nobody@devon.example", goodPassword, false},
			{"no password set", "sso@devon.example", "", false},
			{"disabled", "shut@devon.example", goodPassword, false},
			{"password without end", "ada@devon.example", strings.Repeat("x", 1<<20), false},
		} {
			account, err := k.Authenticate(t.Context(), tc.email, tc.password, "10.0.0.1")
			if tc.ok && (err != nil || account != ada) {
				t.Errorf("%s: account %d, %v; want %d", tc.name, account, err, ada)
			}
			if !tc.ok {
				if account != 0 || errs.KindOf(err) != errs.Invalid {
					t.Errorf("%s: account %d, %v; want a refusal", tc.name, account, err)
					continue
				}
				refusals[errs.As(err).Fields[0].Text] = true
			}
		}
		if len(refusals) != 1 {
			t.Errorf("refusals differ, which tells accounts apart: %v", refusals)
		}
	})
}

func TestAuthenticateIsLimited(t *testing.T) {
	for _, email := range []string{"ada@devon.example", "nobody@devon.example"} {
		t.Run(email, func(t *testing.T) {
			k := newKit(t, backends.SQLite(t), auth.Config{})
			k.account("ada", goodPassword, 0)
			var err error
			tries := 0
			for ; tries < 50 && errs.KindOf(err) != errs.TooMany; tries++ {
				_, err = k.Authenticate(t.Context(), email, "wrong", "10.0.0.1")
			}
			if tries != 11 || errs.As(err).RetryAfter <= 0 {
				t.Errorf("stopped after %d tries with %v, want the 11th refused with a time to wait", tries, err)
			}
			if _, err := k.Authenticate(t.Context(), email, "wrong", "10.0.0.2"); errs.KindOf(err) != errs.Invalid {
				t.Errorf("from elsewhere: %v, want the ordinary refusal", err)
			}
			k.clock.add(time.Hour)
			if _, err := k.Authenticate(t.Context(), email, "wrong", "10.0.0.1"); errs.KindOf(err) != errs.Invalid {
				t.Errorf("an hour later: %v, want the ordinary refusal", err)
			}
		})
	}
}

func TestCheckPassword(t *testing.T) {
	about := []string{"Ada Lovelace", "ada.lovelace@devon.example", "Devon County Council"}
	for _, tc := range []struct {
		password string
		ok       bool
	}{
		{goodPassword, true},
		{"xK9!vQ2#mP7z", true},
		{"plum-otter-41-glacier", true},
		{"żółta łódź płynie nocą", true},
		{strings.Repeat("ab3!x9Qz", 25), true}, // 200 characters
		{strings.Repeat("ab3!x9Qz", 25) + "x", false},
		{"short1!aQ", false},
		{"", false},
		{"passwordpassword", false},
		{"P@ssw0rd2027!!", false},
		{"Password123456789", false},
		{"qwertyuiop123456", false},
		{"1q2w3e4r5t6y7u8i", false},
		{"aaaaaaaaaaaaaaaa", false},
		{"abcabcabcabcabc", false},
		{"111111222222333333", false},
		{"abcdefghijklmnop", false},
		{"correct horse battery staple", false},
		{"letmein letmein letmein", false},
		{"Summer2027!!!!", false},
		{"Devon-Council-2027", false},
		{"lovelaceada1815", false},
		{"Liverpool1234!", false},
		{"Welcome2Watercooler!", false},
	} {
		t.Run(tc.password, func(t *testing.T) {
			if err := auth.CheckPassword(tc.password, about...); (err == nil) != tc.ok {
				t.Errorf("CheckPassword = %v, want ok %v", err, tc.ok)
			}
		})
	}
}

func FuzzCheckPassword(f *testing.F) {
	for _, s := range []string{goodPassword, "P@ssw0rd", "\xff\xfe", strings.Repeat("é", 300), "ﬁﬁﬁﬁ", "İıſK"} {
		f.Add(s, "Ada")
	}
	f.Fuzz(func(t *testing.T, password, about string) {
		if err := auth.CheckPassword(password, about); err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("CheckPassword(%q) = %v", password, err)
		}
	})
}

func TestLinks(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada := k.account("ada", "", 0)
		link := func(p auth.Purpose) (secret string) {
			k.tx(func(tx *db.Tx) (err error) {
				secret, err = k.NewLink(k.ctx(), tx, ada, p)
				return err
			})
			return secret
		}
		use := func(secret string) error {
			return d.Tx(k.ctx(), func(tx *db.Tx) error {
				_, err := k.UseLink(k.ctx(), tx, secret)
				return err
			})
		}

		secret := link(auth.Reset)
		got, err := k.Peek(k.ctx(), secret)
		if err != nil || got.Account != ada || got.Purpose != auth.Reset || got.Email != "ada@devon.example" {
			t.Fatalf("Peek = %+v, %v", got, err)
		}
		if err := use(secret); err != nil {
			t.Fatalf("first use after a look: %v", err)
		}
		if err := use(secret); !errs.IsNotFound(err) {
			t.Errorf("second use: %v, want NotFound", err)
		}

		older, newer, other := link(auth.Invite), link(auth.Invite), link(auth.Verify)
		if err := use(older); !errs.IsNotFound(err) {
			t.Errorf("older of two links: %v, want NotFound", err)
		}
		if err := use(other); err != nil {
			t.Errorf("link of another purpose: %v", err)
		}
		k.tx(func(tx *db.Tx) error { return k.SetDisabled(k.ctx(), tx, ada, true) })
		if err := use(newer); !errs.IsNotFound(err) {
			t.Errorf("link of a closed account: %v, want NotFound", err)
		}
		for _, bad := range []string{"", "x", strings.Repeat("A", 43)} {
			if _, err := k.Peek(k.ctx(), bad); !errs.IsNotFound(err) {
				t.Errorf("Peek(%q): %v, want NotFound", bad, err)
			}
		}
	})
}

func TestLinkExpires(t *testing.T) {
	k := newKit(t, backends.SQLite(t), auth.Config{})
	ada := k.account("ada", "", 0)
	var secret string
	k.tx(func(tx *db.Tx) (err error) {
		secret, err = k.NewLink(k.ctx(), tx, ada, auth.Reset)
		return err
	})
	k.clock.add(auth.Reset.Life() + time.Minute)
	if _, err := k.Peek(k.ctx(), secret); !errs.IsNotFound(err) {
		t.Errorf("Peek after its time: %v, want NotFound", err)
	}
}

func TestLinkIsUsedByOneOfMany(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada := k.account("ada", "", 0)
		var secret string
		k.tx(func(tx *db.Tx) (err error) {
			secret, err = k.NewLink(k.ctx(), tx, ada, auth.Reset)
			return err
		})
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			wg.Go(func() {
				err := d.Tx(k.ctx(), func(tx *db.Tx) error {
					_, err := k.UseLink(k.ctx(), tx, secret)
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errs.IsNotFound(err) {
					t.Errorf("UseLink: %v", err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d requests used the link, want 1", won)
		}
	})
}

func TestAccounts(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada := k.account("ada", goodPassword, auth.Admin)
		k.account("grace_h", "", 0)
		k.tx(func(tx *db.Tx) error {
			return k.Join(k.ctx(), tx, ada, auth.Identity{Provider: "entra", Issuer: "i", Subject: "s"})
		})
		list, err := k.List(t.Context(), d, "", 0, 10)
		if err != nil || len(list) != 2 || list[0].Roles != auth.Admin || !list[0].HasPassword || len(list[0].Providers) != 1 || list[1].HasPassword {
			t.Errorf("List = %+v, %v", list, err)
		}
		for query, want := range map[string]int{"ADA": 1, "devon.example": 2, "_": 1, "%": 0, "!": 0} {
			if list, err := k.List(t.Context(), d, query, 0, 10); err != nil || len(list) != want {
				t.Errorf("List(%q) = %d accounts, %v; want %d", query, len(list), err, want)
			}
		}
		if list, err := k.List(t.Context(), d, "", list[0].ID, 10); err != nil || len(list) != 1 || list[0].Handle != "grace_h" {
			t.Errorf("List after the first = %+v, %v", list, err)
		}
		grace := list[1].ID
		err = d.Tx(k.ctx(), func(tx *db.Tx) error {
			return k.Join(k.ctx(), tx, grace, auth.Identity{Provider: "entra", Issuer: "i", Subject: "s"})
		})
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("joining an identity to a second account: %v, want Conflict", err)
		}
		err = d.Tx(k.ctx(), func(tx *db.Tx) error {
			_, err := k.Create(k.ctx(), tx, auth.NewAccount{Person: list[0].Person, Email: "other@devon.example"})
			return err
		})
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("second account for one person: %v, want Conflict", err)
		}
	})
}

func TestRolesAndAudiences(t *testing.T) {
	for text, want := range map[string]string{"": "", "admin": "admin", "admin,moderator": "moderator admin", "Leader  manager": "manager leader", "king admin": "admin"} {
		if got, _ := auth.ParseRoles(text); got.String() != want {
			t.Errorf("ParseRoles(%q) = %q, want %q", text, got, want)
		}
	}
	for audience, want := range map[string]bool{"public": true, "hub": true, "org:7": true, "": false, "org:": false, "org:0": false, "org:07": false, "org:-1": false, "org:+1": false, "org:x": false, "Public": false} {
		if got := auth.ValidAudience(audience); got != want {
			t.Errorf("ValidAudience(%q) = %v, want %v", audience, got, want)
		}
	}
	member := auth.ForPerson(1, 1, 3, true, 0)
	for audience, want := range map[string]bool{"public": true, "hub": true, "org:3": true, "org:4": false} {
		if got := member.CanRead(audience); got != want {
			t.Errorf("member reads %s = %v, want %v", audience, got, want)
		}
	}
	if !auth.Public.CanRead("public") || auth.Public.CanRead("hub") || (auth.Viewer{}).CanRead("public") {
		t.Error("signed out, only what is public can be read; the zero Viewer reads nothing")
	}
	for role, want := range map[auth.Role]bool{0: false, auth.Manager | auth.Leader: false, auth.Moderator: true, auth.Admin: true} {
		if got := auth.ForPerson(1, 1, 3, true, role).Moderates(); got != want {
			t.Errorf("somebody with the roles %q moderates = %v, want %v", role, got, want)
		}
	}
	if (auth.Viewer{Roles: auth.Admin}).Moderates() {
		t.Error("a viewer without an account moderates")
	}
	if (auth.Viewer{Roles: auth.Admin}).Is(auth.Admin) {
		t.Error("a viewer without an account holds a role")
	}
}
