package signin_test

import (
	"strconv"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/app/signin"
	"watercooler/auth"
)

func TestFirstRun(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		b := h.browser()
		if got := b.get("/who"); got.status != 303 || got.location != "/welcome" {
			t.Errorf("a page before the first run: %d to %q, want the first run", got.status, got.location)
		}
		if got := b.get("/welcome"); got.status != 200 {
			t.Errorf("first run: status %d", got.status)
		}
		address, err := h.WelcomeURL(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(address, "code=")
		for _, tc := range []struct{ name, code, organisation, person, email, password, want string }{
			{"guessed code", "AAAAAAAAAAAAAAAAAAAAAAAAAA", "Devon", "Ada", "ada@devon.example", goodPassword, "code"},
			{"no code", "", "Devon", "Ada", "ada@devon.example", goodPassword, "code"},
			{"easy password", code, "Devon", "Ada", "ada@devon.example", "passwordpassword", "password"},
			{"no organisation", code, " ", "Ada", "ada@devon.example", goodPassword, "organisation"},
			{"no address", code, "Devon", "Ada", "ada", goodPassword, "email"},
			{"no name", code, "Devon", "", "ada@devon.example", goodPassword, "name"},
		} {
			_, err := h.Welcome(t.Context(), signin.Founding{Code: tc.code, Organisation: tc.organisation, Name: tc.person, Email: tc.email, Password: tc.password}, "10.0.0.1")
			if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != tc.want {
				t.Errorf("%s: %v, want a problem with %s", tc.name, err, tc.want)
			}
			if got := b.post("/welcome", "code", tc.code, "organisation", tc.organisation, "name", tc.person, "email", tc.email, "password", tc.password); got.status != 422 {
				t.Errorf("%s: status %d, want 422", tc.name, got.status)
			}
		}
		admin, ada := h.founded()
		if !admin.Staff || ada.who() != "ada@devon.example" {
			t.Errorf("the founder is %+v", admin)
		}
		if home, err := h.people.Home(t.Context()); err != nil || home.Name != "Devon County Council" {
			t.Errorf("home organisation = %+v, %v", home, err)
		}
		if got := b.get("/welcome"); got.status != 404 {
			t.Errorf("first run, again: status %d, want 404", got.status)
		}
		if got := b.post("/welcome", "code", code, "organisation", "Evil", "name", "Eve", "email", "eve@devon.example", "password", goodPassword); got.status != 404 {
			t.Errorf("founding again: status %d, want 404", got.status)
		}
		letters := h.drain()
		if len(letters) != 1 || letters[0].To != "ada@devon.example" {
			t.Fatalf("letters = %+v, want one to confirm the address", letters)
		}
		link := h.linkIn(letters[0])
		if got := b.get(link); got.status != 200 || h.account("ada@devon.example").Verified {
			t.Errorf("opening the link: %d; it must not confirm anything by itself", got.status)
		}
		if got := b.post(link); got.status != 303 || !h.account("ada@devon.example").Verified || b.who() != "" {
			t.Errorf("confirming: %d, signed in as %q; want confirmed and not signed in", got.status, b.who())
		}
	})
}

func TestSignInWithPassword(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		h.founded()
		for _, tc := range []struct {
			name, email, password, back string
			status                      int
			location, who               string
		}{
			{"right", "ada@devon.example", goodPassword, "/threads/7", 303, "/threads/7", "ada@devon.example"},
			{"right, led astray", "ada@devon.example", goodPassword, "//evil.example", 303, "/", "ada@devon.example"},
			{"wrong", "ada@devon.example", "wrong", "/threads/7", 422, "", ""},
			{"unknown", "eve@devon.example", goodPassword, "/", 422, "", ""},
		} {
			b := h.browser()
			got := b.post("/sign-in", "email", tc.email, "password", tc.password, "return", tc.back)
			if got.status != tc.status || got.location != tc.location || b.who() != tc.who {
				t.Errorf("%s: %d to %q as %q, want %d to %q as %q", tc.name, got.status, got.location, b.who(), tc.status, tc.location, tc.who)
			}
			if strings.Contains(got.body, tc.password) {
				t.Errorf("%s: the page repeats the password", tc.name)
			}
		}
	})
}

func TestSignOut(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		_, b := h.founded()
		kept := b.cookies["__Host-wc_session"]
		if got := b.post("/sign-out"); got.status != 303 || b.who() != "" {
			t.Errorf("signing out: %d, still %q", got.status, b.who())
		}
		b.cookies["__Host-wc_session"] = kept
		if b.who() != "" {
			t.Error("the cookie still signs in after signing out")
		}
	})
}

func TestForgotten(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		_, ada := h.founded()
		h.drain()
		b := h.browser()
		known := b.post("/sign-in/forgotten", "email", "ada@devon.example")
		unknown := b.post("/sign-in/forgotten", "email", "eve@devon.example")
		if known.status != 200 || unknown.status != 200 || strings.ReplaceAll(known.body, "ada@", "eve@") != unknown.body {
			t.Errorf("the answers tell accounts apart: %d, %d", known.status, unknown.status)
		}
		letters := h.drain()
		if len(letters) != 1 {
			t.Fatalf("%d letters, want 1", len(letters))
		}
		link := h.linkIn(letters[0])
		if got := b.post(link, "password", "short"); got.status != 422 {
			t.Errorf("easy password: %d, want 422", got.status)
		}
		if got := b.post(link, "password", goodPassword+" too"); got.status != 303 || b.who() != "ada@devon.example" {
			t.Errorf("new password: %d as %q", got.status, b.who())
		}
		if ada.who() != "" {
			t.Error("the other device is still signed in after a reset")
		}
		if got := h.browser().post(link, "password", goodPassword+" three"); got.status != 404 {
			t.Errorf("link used twice: %d, want 404", got.status)
		}
		if got := h.browser().post("/sign-in", "email", "ada@devon.example", "password", goodPassword); got.status != 422 {
			t.Errorf("old password: %d, want 422", got.status)
		}
		var tries int
		for tries = 1; tries < 10 && h.browser().post("/sign-in/forgotten", "email", "ada@devon.example").status == 200; tries++ {
		}
		if tries > 3 {
			t.Errorf("%d letters in a row to one address", tries)
		}
	})
}

func TestNoSecretIsInTheLog(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		h.founded()
		h.browser().post("/sign-in/forgotten", "email", "ada@devon.example")
		h.drain()
		rows, err := h.db.Query(t.Context(), `SELECT verb, data FROM events WHERE data <> '' AND object_kind = 'account' LIMIT 10`)
		list, err := db.Collect(rows, err, func(r db.Scanner) (s [2]string, err error) { return s, r.Scan(&s[0], &s[1]) })
		if err != nil || len(list) != 0 {
			t.Errorf("events about accounts carry data: %v, %v", list, err)
		}
	})
}

func TestWithoutMailAdministratorsHandOutLinks(t *testing.T) {
	each(t, func(c *signin.Config, _ *auth.ProviderConfig) { c.Mail = nil }, func(t *testing.T, h *hub) {
		admin, _ := h.founded()
		id, err := h.Invite(t.Context(), admin, signin.Invitation{Name: "Grace Hopper", Email: "Grace@devon.example", Roles: auth.Moderator})
		if err != nil {
			t.Fatal(err)
		}
		if letters := h.drain(); len(letters) != 0 {
			t.Errorf("letters without mail: %v", letters)
		}
		address, err := h.HandOutLink(t.Context(), admin, id, "")
		if err != nil || !strings.HasPrefix(address, base+"/link/") {
			t.Fatalf("HandOutLink = %q, %v", address, err)
		}
		b := h.browser()
		if got := b.post(strings.TrimPrefix(address, base), "password", goodPassword+" too"); got.status != 303 || b.who() != "grace@devon.example" {
			t.Errorf("invitation: %d as %q", got.status, b.who())
		}
		if got := h.browser().get("/sign-in/forgotten"); got.status != 200 {
			t.Errorf("forgotten without mail: %d", got.status)
		}
		if got, want := h.verbs(), "created verification_requested invited link_handed_out"; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
	})
}

func TestAccountsAreForAdministrators(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		admin, adaBrowser := h.founded()
		id, err := h.Invite(t.Context(), admin, signin.Invitation{Name: "Grace Hopper", Email: "grace@devon.example"})
		if err != nil {
			t.Fatal(err)
		}
		letters := h.drain()
		if len(letters) != 2 || letters[1].To != "grace@devon.example" {
			t.Fatalf("letters = %+v", letters)
		}
		grace := h.browser()
		grace.post(h.linkIn(letters[1]), "password", goodPassword+" too")
		member, err := h.auth.BySession(t.Context(), grace.cookies["__Host-wc_session"])
		if err != nil || !member.SignedIn() {
			t.Fatalf("member = %+v, %v", member, err)
		}
		for _, who := range []auth.Viewer{member, auth.Public, {}} {
			if _, _, err := h.Accounts(t.Context(), who, "", 0); !errs.IsNotFound(err) {
				t.Errorf("Accounts as %q: %v, want NotFound", who.Handle, err)
			}
			if _, err := h.Invite(t.Context(), who, signin.Invitation{Name: "Eve", Email: "eve@devon.example"}); !errs.IsNotFound(err) {
				t.Errorf("Invite as %q: %v, want NotFound", who.Handle, err)
			}
			if _, err := h.HandOutLink(t.Context(), who, admin.Account, ""); !errs.IsNotFound(err) {
				t.Errorf("HandOutLink as %q: %v, want NotFound", who.Handle, err)
			}
			if err := h.SetRoles(t.Context(), who, id, auth.Admin); !errs.IsNotFound(err) {
				t.Errorf("SetRoles as %q: %v, want NotFound", who.Handle, err)
			}
			if err := h.Disable(t.Context(), who, admin.Account); !errs.IsNotFound(err) {
				t.Errorf("Disable as %q: %v, want NotFound", who.Handle, err)
			}
			if err := h.Enable(t.Context(), who, id); !errs.IsNotFound(err) {
				t.Errorf("Enable as %q: %v, want NotFound", who.Handle, err)
			}
		}
		list, more, err := h.Accounts(t.Context(), admin, "grace", 0)
		if err != nil || more || len(list) != 1 || list[0].ID != id || list[0].SignedInAt.IsZero() || !list[0].Verified {
			t.Errorf("Accounts = %+v, %v, %v", list, more, err)
		}
		if _, err := h.Invite(t.Context(), admin, signin.Invitation{Name: "Grace", Email: "GRACE@devon.example"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("inviting twice: %v, want Invalid", err)
		}
		if err := h.SetRoles(t.Context(), admin, admin.Account, auth.Moderator); errs.KindOf(err) != errs.Conflict {
			t.Errorf("giving up one's own last role: %v, want Conflict", err)
		}
		if err := h.Disable(t.Context(), admin, admin.Account); errs.KindOf(err) != errs.Conflict {
			t.Errorf("closing one's own account: %v, want Conflict", err)
		}
		if err := h.SetRoles(t.Context(), admin, id, auth.Moderator); err != nil || grace.who() != "" {
			t.Errorf("SetRoles: %v, still signed in as %q", err, grace.who())
		}
		grace.post("/sign-in", "email", "grace@devon.example", "password", goodPassword+" too")
		token, err := h.auth.NewAPIToken(t.Context(), "grace@devon.example", "t")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Disable(t.Context(), admin, id); err != nil || grace.who() != "" {
			t.Errorf("Disable: %v, still signed in as %q", err, grace.who())
		}
		if got := grace.post("/sign-in", "email", "grace@devon.example", "password", goodPassword+" too"); got.status != 422 {
			t.Errorf("signing in to a closed account: %d, want 422", got.status)
		}
		if _, err := h.HandOutLink(t.Context(), admin, id, ""); errs.KindOf(err) != errs.Conflict {
			t.Errorf("link for a closed account: %v, want Conflict", err)
		}
		if err := h.Enable(t.Context(), admin, id); err != nil {
			t.Fatal(err)
		}
		if _, err := h.auth.ByToken(t.Context(), token); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("API token after closing and opening: %v, want it ended", err)
		}
		if adaBrowser.who() == "" {
			t.Error("the administrator was signed out by what happened to others")
		}
		want := "created verification_requested invited roles_changed disabled enabled"
		if got := h.verbs(); got != want {
			t.Errorf("events %q, want %q", got, want)
		}
	})
}

func TestSingleSignOn(t *testing.T) {
	claims := func(sub, email string, more ...any) map[string]any {
		c := map[string]any{"sub": sub, "email": email, "email_verified": true, "name": "Grace Hopper"}
		for i := 0; i < len(more); i += 2 {
			c[more[i].(string)] = more[i+1]
		}
		return c
	}
	each(t, func(_ *signin.Config, p *auth.ProviderConfig) {
		p.Claims = auth.ClaimNames{Unit: "department", JobTitle: "title", Roles: "groups"}
		p.RoleMap = map[string]string{"mods": "moderator"}
	}, func(t *testing.T, h *hub) {
		admin, _ := h.founded()
		h.drain()

		b := h.browser()
		if got := b.sso(claims("s1", "grace@devon.example", "department", "Digital/Data", "title", "Rear admiral", "groups", []string{"mods"})); got.status != 303 || got.location != "/threads/7" {
			t.Fatalf("first visit: %d to %q\n%s", got.status, got.location, got.body)
		}
		grace := h.account("grace@devon.example")
		person, err := h.people.Find(t.Context(), admin, grace.Handle)
		if err != nil || b.who() != "grace@devon.example" || grace.Roles != auth.Moderator || grace.HasPassword || !person.Staff || person.JobTitle != "Rear admiral" || person.Unit != "Data" {
			t.Errorf("newcomer: account %+v, person %+v, %v", grace, person, err)
		}

		second := h.browser()
		if got := second.sso(claims("s1", "grace.hopper@devon.example")); got.status != 303 || second.who() != "grace@devon.example" {
			t.Errorf("second visit, new address: %d as %q; want the same account by its subject", got.status, second.who())
		}
		if h.account("grace@devon.example").Roles != 0 || b.who() != "" {
			t.Error("the role the provider took away is still there, or its session is")
		}

		partner := h.browser()
		if got := partner.sso(claims("s2", "nia@nhs.example")); got.status != 303 {
			t.Fatalf("partner: %d", got.status)
		}
		nia, err := h.people.Find(t.Context(), admin, h.account("nia@nhs.example").Handle)
		if err != nil || nia.Staff || nia.Organisation != "NHS Devon" {
			t.Errorf("partner = %+v, %v", nia, err)
		}

		for _, tc := range []struct {
			name   string
			claims map[string]any
		}{
			{"domain on no list", claims("s3", "eve@evil.example")},
			{"address not verified", claims("s4", "eve@devon.example", "email_verified", false)},
			{"no address", claims("s5", "")},
		} {
			b := h.browser()
			if got := b.sso(tc.claims); got.status != 403 || b.who() != "" {
				t.Errorf("%s: %d as %q, want 403", tc.name, got.status, b.who())
			}
		}

		// An account whose password was set by somebody who never proved the address: the owner takes it over.
		before := h.account("ada@devon.example")
		b = h.browser()
		if got := b.sso(claims("s6", "ada@devon.example")); got.status != 303 || b.who() != "ada@devon.example" {
			t.Fatalf("joining by trusted domain: %d as %q", got.status, b.who())
		}
		if after := h.account("ada@devon.example"); before.Verified || after.ID != before.ID || after.HasPassword || !after.Verified {
			t.Errorf("joined account = %+v, was %+v", after, before)
		}

		waiting := int64(0)
		if err := h.db.Tx(t.Context(), func(tx *db.Tx) (err error) {
			waiting, err = h.people.Create(t.Context(), tx, people.NewPerson{Name: "Mary Jackson", Email: "mary@devon.example"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.browser().sso(claims("s7", "mary@devon.example"))
		if got := h.account("mary@devon.example"); got.Person != waiting {
			t.Errorf("person %d, want the profile %d that the staff list brought in", got.Person, waiting)
		}

		if err := h.Disable(t.Context(), admin, grace.ID); err != nil {
			t.Fatal(err)
		}
		b = h.browser()
		if got := b.sso(claims("s1", "grace@devon.example")); got.status != 403 || b.who() != "" {
			t.Errorf("closed account: %d as %q, want 403", got.status, b.who())
		}

		h.browser().post("/sign-in/forgotten", "email", "nia@nhs.example")
		if letters := h.drain(); len(letters) != 1 || strings.Contains(letters[0].Text, "/link/") || !strings.Contains(letters[0].Text, "Council account") {
			t.Errorf("password forgotten by somebody who has none: %+v", letters)
		}
	})
}

// TestEverybodyIsLetInButNobodyIsTakenOver: "*" opens the door and does not make the provider the judge of addresses.
func TestEverybodyIsLetInButNobodyIsTakenOver(t *testing.T) {
	each(t, func(_ *signin.Config, p *auth.ProviderConfig) { p.StaffDomains, p.PartnerDomains = nil, []string{"*"} }, func(t *testing.T, h *hub) {
		h.founded()
		b := h.browser()
		if got := b.sso(map[string]any{"sub": "x", "email": "ada@devon.example", "email_verified": true, "name": "Eve"}); got.status != 409 || b.who() != "" {
			t.Errorf("an address that has an account: %d as %q, want 409", got.status, b.who())
		}
		if got := b.sso(map[string]any{"sub": "y", "email": "eve@x.example", "email_verified": true, "name": "Eve"}); got.status != 303 || b.who() != "eve@x.example" {
			t.Errorf("somebody new: %d as %q", got.status, b.who())
		}
	})
}

func TestCallbackBelongsToItsBrowser(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		h.founded()
		attacker, victim := h.browser(), h.browser()
		begun := attacker.get("/sign-in/sso/entra")
		_, state, _ := strings.Cut(begun.location, "state=")
		state, _, _ = strings.Cut(state, "&")
		if got := victim.get("/sign-in/sso/entra/callback?code=code&state=" + state); got.status != 403 || victim.who() != "" {
			t.Errorf("forced sign-in: %d as %q, want 403", got.status, victim.who())
		}
		if got := victim.get("/sign-in/sso/nowhere"); got.status != 404 {
			t.Errorf("unknown provider: %d, want 404", got.status)
		}
	})
}

func TestSampleDoor(t *testing.T) {
	for _, sample := range []bool{true, false} {
		t.Run("sample "+strconv.FormatBool(sample), func(t *testing.T) {
			each(t, func(c *signin.Config, _ *auth.ProviderConfig) { c.Sample = sample }, func(t *testing.T, h *hub) {
				admin, _ := h.founded()
				var person int64
				if err := h.db.Tx(t.Context(), func(tx *db.Tx) (err error) {
					person, err = h.people.Create(t.Context(), tx, people.NewPerson{Name: "Mo Member", Email: "mo@sample.example"})
					return err
				}); err != nil {
					t.Fatal(err)
				}
				mo := signin.SampleAccount{Person: person, Email: "mo@sample.example", Role: "Member", Can: "Ask and answer."}
				for range 2 { // every start of the server
					if err := h.EnsureSampleAccounts(t.Context(), mo); err != nil {
						t.Fatal(err)
					}
				}
				account := "1"
				if sample {
					account = strconv.FormatInt(h.account("mo@sample.example").ID, 10)
				}
				b := h.browser()
				got := b.post("/sign-in/sample", "account", account)
				if sample && (got.status != 303 || b.who() != "mo@sample.example" || !strings.Contains(h.browser().get("/sign-in").body, "Mo Member")) {
					t.Errorf("sample door: %d as %q", got.status, b.who())
				}
				if !sample && (got.status != 404 || b.who() != "") {
					t.Errorf("sample door of a real hub: %d as %q, want 404", got.status, b.who())
				}
				b = h.browser()
				if got := b.post("/sign-in/sample", "account", strconv.FormatInt(admin.Account, 10)); got.status != 404 || b.who() != "" {
					t.Errorf("a real account through the sample door: %d as %q, want 404", got.status, b.who())
				}
			})
		})
	}
}

func TestSettings(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hub) {
		admin, b := h.founded()
		other := h.browser()
		other.post("/sign-in", "email", "ada@devon.example", "password", goodPassword)
		if got := b.get("/settings"); got.status != 200 || strings.Contains(got.body, b.cookies["__Host-wc_session"]) {
			t.Errorf("settings: %d; the page must not hold the token", got.status)
		}
		if got := h.browser().get("/settings"); got.status != 303 || got.location != "/sign-in?return=%2Fsettings" {
			t.Errorf("settings signed out: %d to %q", got.status, got.location)
		}
		for name, fields := range map[string][]string{
			"wrong present password": {"current", "wrong", "password", goodPassword + " too"},
			"easy new password":      {"current", goodPassword, "password", "passwordpassword"},
			"own name":               {"current", goodPassword, "password", "AdaLovelace1815"},
		} {
			if got := b.post("/settings/password", fields...); got.status != 422 {
				t.Errorf("%s: %d, want 422", name, got.status)
			}
		}
		before := b.cookies["__Host-wc_session"]
		if got := b.post("/settings/password", "current", goodPassword, "password", goodPassword+" too"); got.status != 303 || b.who() != "ada@devon.example" {
			t.Errorf("new password: %d as %q", got.status, b.who())
		}
		if other.who() != "" || b.cookies["__Host-wc_session"] == before {
			t.Error("a new password must sign out other devices and rotate this one")
		}
		other.post("/sign-in", "email", "ada@devon.example", "password", goodPassword+" too")
		devices, err := h.auth.Devices(t.Context(), admin)
		if err != nil || len(devices) != 2 {
			t.Fatalf("devices = %+v, %v", devices, err)
		}
		if got := b.post("/settings/devices/end"); got.status != 303 || other.who() != "" || b.who() == "" {
			t.Errorf("ending the others: %d, other %q, this %q", got.status, other.who(), b.who())
		}
		if got := b.post("/settings/devices/nothing/end"); got.status != 404 {
			t.Errorf("ending what is not mine: %d, want 404", got.status)
		}
		if got := b.post("/settings/theme", "theme", "dark"); got.status != 303 || b.cookies["wc_theme"] != "dark" {
			t.Errorf("theme: %d, cookie %q", got.status, b.cookies["wc_theme"])
		}
		if got := b.post("/settings/theme", "theme", "auto"); got.status != 303 || b.cookies["wc_theme"] != "" {
			t.Errorf("theme of the system: %d, cookie %q", got.status, b.cookies["wc_theme"])
		}
		if got := b.post("/settings/theme", "theme", "pink"); got.status != 422 {
			t.Errorf("no such theme: %d, want 422", got.status)
		}
		me, err := h.auth.BySession(t.Context(), b.cookies["__Host-wc_session"])
		if err != nil {
			t.Fatal(err)
		}
		if got := b.post("/settings/devices/" + me.Session + "/end"); got.status != 303 || b.who() != "" {
			t.Errorf("ending this device: %d as %q", got.status, b.who())
		}
	})
}
