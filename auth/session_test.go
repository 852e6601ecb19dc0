package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/kv"
	"watercooler/auth"
)

func TestSessionTellsWhoIsLooking(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada := k.account("ada", "", auth.Moderator|auth.Admin)
		token := k.start(ada)
		v := k.viewer(token)
		if v.Account != ada || v.Handle != "ada" || v.Email != "ada@devon.example" || !v.Staff || !v.Is(auth.Admin) || v.Is(auth.Leader) || v.Session == "" {
			t.Errorf("viewer = %+v", v)
		}
		want := []string{"hub", auth.OrgAudience(k.org), "public"}
		if got := strings.Join(v.Audiences(), " "); got != strings.Join(want, " ") {
			t.Errorf("audiences = %v, want %v", got, want)
		}
		for _, bad := range []string{"", "x", strings.Repeat("A", 43), token[:42], token + "A", "'; DROP TABLE accounts; --"} {
			if v := k.viewer(bad); v.SignedIn() {
				t.Errorf("token %q signs in", bad)
			}
		}
		if raw, err := k.kv.Get(t.Context(), "session:"+token); !errs.IsNotFound(err) {
			t.Errorf("the token itself is a key in the store: %s, %v", raw, err)
		}
	})
}

// TestSessionCostsTwoStatements keeps the price of being signed in where it is: one value, one row.
func TestSessionCostsTwoStatements(t *testing.T) {
	k := newKit(t, backends.SQLite(t), auth.Config{})
	token := k.start(k.account("ada", "", 0))
	ctx, count := db.CountQueries(t.Context())
	if _, err := k.BySession(ctx, token); err != nil {
		t.Fatal(err)
	}
	if n := count.Load(); n > 2 {
		t.Errorf("a signed-in request makes %d statements, want at most 2", n)
	}
}

func TestSessionEnds(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(k *kit, account int64, token string)
		live bool
	}{
		{"used within the idle time", func(k *kit, _ int64, _ string) { k.clock.add(11 * time.Hour) }, true},
		{"idle", func(k *kit, _ int64, _ string) { k.clock.add(13 * time.Hour) }, false},
		{"kept alive by use", func(k *kit, _ int64, token string) {
			for range 20 {
				k.clock.add(10 * time.Hour)
				k.viewer(token)
			}
		}, true},
		{"too old, however much used", func(k *kit, _ int64, token string) {
			for range 73 {
				k.clock.add(10 * time.Hour)
				k.viewer(token)
			}
		}, false},
		{"signed out", func(k *kit, _ int64, token string) {
			if err := k.End(k.ctx(), token); err != nil {
				k.t.Fatal(err)
			}
		}, false},
		{"another session ended", func(k *kit, account int64, _ string) {
			if err := k.End(k.ctx(), k.start(account)); err != nil {
				k.t.Fatal(err)
			}
		}, true},
		{"account disabled", func(k *kit, account int64, _ string) {
			k.tx(func(tx *db.Tx) error { return k.SetDisabled(k.ctx(), tx, account, true) })
		}, false},
		{"roles changed", func(k *kit, account int64, _ string) {
			k.tx(func(tx *db.Tx) error { return k.SetRoles(k.ctx(), tx, account, auth.Leader) })
		}, false},
		{"password changed", func(k *kit, account int64, _ string) {
			k.tx(func(tx *db.Tx) error { return k.SetPassword(k.ctx(), tx, account, "") })
		}, false},
		{"person left", func(k *kit, account int64, _ string) {
			k.tx(func(tx *db.Tx) error {
				_, err := tx.Exec(k.ctx(), `
					UPDATE people
					SET left_at = $1
					WHERE id = (SELECT person_id FROM accounts WHERE id = $2)`, db.Micros(k.clock.Now()), account)
				return err
			})
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			backends.Each(t, func(t *testing.T, d *db.DB) {
				k := newKit(t, d, auth.Config{})
				account := k.account("ada", "", 0)
				token := k.start(account)
				tc.end(k, account, token)
				if got := k.viewer(token).SignedIn(); got != tc.live {
					t.Errorf("signed in = %v, want %v", got, tc.live)
				}
			})
		})
	}
}

// racing ends a session between the moment a request reads it and the moment it writes back that it was used.
type racing struct {
	kv.Store
	end func()
}

func (r *racing) Replace(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	r.end()
	return r.Store.Replace(ctx, key, value, ttl)
}

func TestSessionEndedDuringASlowRequestStaysEnded(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		token := k.start(k.account("ada", "", 0))
		slow := &racing{Store: k.kv, end: func() {
			if err := k.End(t.Context(), token); err != nil {
				t.Error(err)
			}
		}}
		s, err := auth.New(d, slow, auth.Config{}, k.clock.Now, discard)
		if err != nil {
			t.Fatal(err)
		}
		k.clock.add(time.Hour) // so that the request wants to write "seen"
		if v, err := s.BySession(t.Context(), token); err != nil || v.SignedIn() {
			t.Errorf("slow request: %+v, %v; want signed out", v, err)
		}
		if k.viewer(token).SignedIn() {
			t.Error("the ended session is back")
		}
	})
}

// TestSessionsEndThoughTheStoreIsDown proves that a password reset does not depend on the store of sessions.
func TestSessionsEndThoughTheStoreIsDown(t *testing.T) {
	k := newKit(t, backends.SQLite(t), auth.Config{})
	account := k.account("ada", "", 0)
	token := k.start(account)
	s, err := auth.New(k.db, deaf{k.kv}, auth.Config{}, k.clock.Now, discard)
	if err != nil {
		t.Fatal(err)
	}
	k.tx(func(tx *db.Tx) error { return s.SetPassword(k.ctx(), tx, account, "") })
	if k.viewer(token).SignedIn() {
		t.Error("the session outlived its password")
	}
}

// deaf does not delete.
type deaf struct{ kv.Store }

func (deaf) DeleteOwned(context.Context, string, ...string) error {
	return errs.Unavailablef("The store is down.")
}

func TestDevices(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		k := newKit(t, d, auth.Config{})
		ada, grace := k.account("ada", "", 0), k.account("grace", "", 0)
		first := k.start(ada)
		k.clock.add(time.Hour)
		second, hers := k.start(ada), k.start(grace)
		v := k.viewer(second)
		list, err := k.Devices(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 || list[0].Key != v.Session || list[0].Name != "Firefox on Windows" || !list[1].Created.Equal(k.clock.Now().Add(-time.Hour)) {
			t.Fatalf("devices = %+v", list)
		}
		if err := k.EndDevice(t.Context(), v, k.viewer(hers).Session); !errs.IsNotFound(err) {
			t.Errorf("ending somebody else's device: %v, want NotFound", err)
		}
		if !k.viewer(hers).SignedIn() {
			t.Error("somebody else's device was signed out")
		}
		if err := k.EndDevice(t.Context(), v, list[1].Key); err != nil || k.viewer(first).SignedIn() {
			t.Errorf("the first device is still signed in (%v)", err)
		}
		third := k.start(ada)
		if err := k.EndOthers(t.Context(), v); err != nil || k.viewer(third).SignedIn() || !k.viewer(second).SignedIn() {
			t.Errorf("EndOthers (%v): want only the device in use signed in", err)
		}
	})
}

func TestMiddleware(t *testing.T) {
	k := newKit(t, backends.SQLite(t), auth.Config{BaseURL: hubURL})
	ada := k.account("ada", "", auth.Admin)
	api, err := k.NewAPIToken(t.Context(), "Ada@Devon.example", "test")
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		return c.SendStatus(errs.KindOf(err).Status())
	}})
	app.Use(k.Middleware())
	app.Get("/who", func(c *fiber.Ctx) error { return c.SendString(auth.ViewerOf(c).Handle) })
	app.Get("/api/who", func(c *fiber.Ctx) error { return c.SendString(auth.ViewerOf(c).Handle) })
	app.Get("/in", func(c *fiber.Ctx) error { return k.SignIn(c, ada) })
	app.Get("/member", auth.RequireSignedIn, func(c *fiber.Ctx) error { return nil })
	app.Get("/moderate", auth.RequireRole(auth.Moderator), func(c *fiber.Ctx) error { return nil })
	do := func(path string, header ...string) (status int, cookies []*http.Cookie) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Cookies()
	}
	old := k.start(ada)
	_, cookies := do("/in", "Cookie", "__Host-wc_session="+old)
	cookie := cookies[0]
	if cookie.Name != "__Host-wc_session" || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("session cookie = %+v", cookie)
	}
	if k.viewer(old).SignedIn() || !k.viewer(cookie.Value).SignedIn() || cookie.Value == old {
		t.Error("signing in does not rotate the session")
	}
	session := "__Host-wc_session=" + cookie.Value
	for _, tc := range []struct {
		name, path string
		header     []string
		status     int
	}{
		{"page, signed in", "/member", []string{"Cookie", session}, 200},
		{"page, signed out", "/member", nil, 401},
		{"cookie without the prefix", "/member", []string{"Cookie", "wc_session=" + cookie.Value}, 401},
		{"role lacking is not found", "/moderate", []string{"Cookie", session}, 404},
		{"role asked of a stranger", "/moderate", nil, 401},
		{"token under /api", "/api/who", []string{"Authorization", "Bearer " + api}, 200},
		{"bad token under /api, good cookie", "/api/who", []string{"Authorization", "Bearer wc_x", "Cookie", session}, 401},
		{"token elsewhere is nothing", "/member", []string{"Authorization", "Bearer " + api}, 401},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, _ := do(tc.path, tc.header...); got != tc.status {
				t.Errorf("status %d, want %d", got, tc.status)
			}
		})
	}
	k.tx(func(tx *db.Tx) error { return k.RevokeTokens(k.ctx(), tx, ada) })
	if got, _ := do("/api/who", "Authorization", "Bearer "+api); got != 401 {
		t.Errorf("revoked token: status %d, want 401", got)
	}
}
