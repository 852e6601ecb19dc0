package admin_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/admin"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/files"
	"watercooler/app/kv"
	"watercooler/app/people"
	"watercooler/app/signin"
	"watercooler/app/web"
	"watercooler/auth"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// accounts gives the sign-in slice the shape that admin asks for, as app.go does.
type accounts struct{ *signin.Service }

func (a accounts) Invite(ctx context.Context, v auth.Viewer, name, email string, roles auth.Role) (int64, error) {
	return a.Service.Invite(ctx, v, signin.Invitation{Name: name, Email: email, Roles: roles})
}

// documents is an index with this many documents.
type documents uint64

func (d documents) Count() (uint64, error) { return uint64(d), nil }

// hub has one administrator, account 1, and one member, account 2, and a consumer that handles nothing.
type hub struct {
	*admin.Service
	db            *db.DB
	auth          *auth.Service
	dispatcher    *event.Dispatcher
	admin, member auth.Viewer
	broken        *atomic.Bool
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		now, log := func() time.Time { return noon }, slog.New(slog.DiscardHandler)
		store, err := files.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		a, err := auth.New(d, kv.NewSQL(d, now), auth.Config{}, now, log)
		if err != nil {
			t.Fatal(err)
		}
		p := people.New(d, store, now)
		h := &hub{db: d, auth: a, broken: new(atomic.Bool)}
		h.broken.Store(true)
		h.dispatcher = event.NewDispatcher(d, log, event.Options{MaxAttempts: 1}, event.Consumer{
			Name: "fragile", Handle: func(context.Context, []event.Event) error {
				if h.broken.Load() {
					return errors.New("out of order")
				}
				return nil
			}})
		if err := h.dispatcher.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Service = admin.New(d, accounts{signin.New(d, a, p, signin.Config{BaseURL: "https://hub.example"}, log)}, h.dispatcher, documents(12), now)
		err = d.Tx(t.Context(), func(tx *db.Tx) error {
			if _, err := p.Found(t.Context(), tx, "Devon County Council"); err != nil {
				return err
			}
			for i, name := range []string{"Ada Admin", "Mia Member"} {
				person, err := p.Create(t.Context(), tx, people.NewPerson{Name: name})
				if err != nil {
					return err
				}
				roles := []auth.Role{auth.Admin, 0}[i]
				if _, err := a.Create(t.Context(), tx, auth.NewAccount{Person: person, Email: fmt.Sprintf("a%d@devon.example", i+1), Roles: roles}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		h.admin, h.member = auth.ForPerson(1, 1, 1, true, auth.Admin), auth.ForPerson(2, 2, 1, true, auth.Manager|auth.Leader|auth.Moderator)
		test(t, h)
	})
}

func TestOnlyAdministrators(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		uses := map[string]func(v auth.Viewer) error{
			"overview":   func(v auth.Viewer) error { _, err := h.Overview(t.Context(), v); return err },
			"accounts":   func(v auth.Viewer) error { _, _, err := h.Accounts(t.Context(), v, "", 0); return err },
			"invite":     func(v auth.Viewer) error { return h.Invite(t.Context(), v, "Eve", "eve@devon.example", 0) },
			"roles":      func(v auth.Viewer) error { return h.SetRoles(t.Context(), v, 2, auth.Admin) },
			"disable":    func(v auth.Viewer) error { return h.SetDisabled(t.Context(), v, 2, true) },
			"enable":     func(v auth.Viewer) error { return h.SetDisabled(t.Context(), v, 2, false) },
			"link":       func(v auth.Viewer) error { _, err := h.HandOutLink(t.Context(), v, 1); return err },
			"deliveries": func(v auth.Viewer) error { _, err := h.Deliveries(t.Context(), v); return err },
			"retry":      func(v auth.Viewer) error { return h.Retry(t.Context(), v, 1) },
			"discard":    func(v auth.Viewer) error { return h.Discard(t.Context(), v, 1) },
		}
		for name, use := range uses {
			for who, v := range map[string]auth.Viewer{"signed out": auth.Public, "member with every other role": h.member} {
				if err := use(v); !errs.IsNotFound(err) {
					t.Errorf("%s, %s: got %v, want NotFound", name, who, err)
				}
			}
		}
	})
}

func TestAccounts(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		steps := []struct {
			name string
			do   func() error
			want errs.Kind
			then string // account 2 afterwards: its roles, and whether it is shut
		}{
			{"gives a role", func() error { return h.SetRoles(t.Context(), h.admin, 2, auth.Moderator) }, 0, "moderator open"},
			{"takes it away", func() error { return h.SetRoles(t.Context(), h.admin, 2, 0) }, 0, " open"},
			{"shuts", func() error { return h.SetDisabled(t.Context(), h.admin, 2, true) }, 0, " shut"},
			{"link for a shut account", func() error { _, err := h.HandOutLink(t.Context(), h.admin, 2); return err }, errs.Conflict, " shut"},
			{"opens", func() error { return h.SetDisabled(t.Context(), h.admin, 2, false) }, 0, " open"},
			{"keeps their own last role", func() error { return h.SetRoles(t.Context(), h.admin, 1, auth.Moderator) }, errs.Conflict, " open"},
			{"does not shut themself out", func() error { return h.SetDisabled(t.Context(), h.admin, 1, true) }, errs.Conflict, " open"},
			{"no such account", func() error { return h.SetRoles(t.Context(), h.admin, 99, 0) }, errs.NotFound, " open"},
			{"link for nobody", func() error { _, err := h.HandOutLink(t.Context(), h.admin, 99); return err }, errs.NotFound, " open"},
			{"invites", func() error { return h.Invite(t.Context(), h.admin, "Eve", "eve@devon.example", auth.Leader) }, 0, " open"},
			{"invites twice", func() error { return h.Invite(t.Context(), h.admin, "Eve", "eve@devon.example", 0) }, errs.Invalid, " open"},
			{"invites nowhere", func() error { return h.Invite(t.Context(), h.admin, "Eve", "eve", 0) }, errs.Invalid, " open"},
		}
		for _, s := range steps {
			err := s.do()
			if err == nil && s.want != errs.Internal || err != nil && errs.KindOf(err) != s.want {
				t.Errorf("%s: got %v, want kind %d", s.name, err, s.want)
			}
			a, err := h.auth.ByID(t.Context(), h.db, 2)
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Roles.String() + map[bool]string{true: " shut", false: " open"}[a.Disabled]; got != s.then {
				t.Errorf("%s: got account %q, want %q", s.name, got, s.then)
			}
		}
		l, err := h.HandOutLink(t.Context(), h.admin, 2)
		if err != nil || l.Name != "Mia Member" || !strings.HasPrefix(l.Address, "https://hub.example/link/") || !l.Expires.Equal(noon.Add(auth.Invite.Life())) {
			t.Errorf("link: got %+v, %v", l, err)
		}
		list, more, err := h.Accounts(t.Context(), h.admin, "member", 0)
		if err != nil || len(list) != 1 || list[0].ID != 2 || more {
			t.Errorf("search: got %v, %t, %v", list, more, err)
		}
	})
}

func TestFailedEvents(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		fail := func() {
			t.Helper()
			for _, roles := range []auth.Role{auth.Leader, 0} {
				if err := h.SetRoles(t.Context(), h.admin, 2, roles); err != nil {
					t.Fatal(err)
				}
			}
			if err := h.dispatcher.Drain(t.Context()); err != nil {
				t.Log("drain:", err)
			}
		}
		fail()
		d, err := h.Deliveries(t.Context(), h.admin)
		if err != nil || len(d.Failed) < 2 || len(d.Consumers) != 1 {
			t.Fatalf("got %+v, %v, want failures and one consumer", d, err)
		}
		o, err := h.Overview(t.Context(), h.admin)
		if err != nil || o.Failed != len(d.Failed) || o.People != 2 || o.Accounts != 2 || o.Documents != 12 {
			t.Errorf("overview: got %+v, %v", o, err)
		}
		h.broken.Store(false)
		if err := h.Discard(t.Context(), h.admin, d.Failed[0].ID); err != nil {
			t.Fatal(err)
		}
		for _, f := range d.Failed[1:] {
			if err := h.Retry(t.Context(), h.admin, f.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.dispatcher.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d, err = h.Deliveries(t.Context(), h.admin); err != nil || len(d.Failed) != 0 || d.Consumers[0].Waiting != 0 {
			t.Errorf("afterwards: got %+v, %v, want nothing left", d, err)
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		w, err := web.New(web.Config{Now: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		viewers := map[string]auth.Viewer{"": auth.Public, "admin": h.admin, "member": h.member}
		var statements atomic.Int64
		f := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
		f.Use(func(c *fiber.Ctx) error {
			ctx, n := db.CountQueries(c.UserContext())
			c.SetUserContext(ctx)
			auth.SetViewer(c, viewers[c.Get("X-As")])
			err := c.Next()
			statements.Store(n.Load())
			return err
		})
		pages := admin.NewWeb(h.Service, w, "1.0")
		f.Get("/admin", pages.Overview)
		f.Get("/admin/accounts", pages.Accounts)
		f.Post("/admin/accounts", pages.Invite)
		f.Post("/admin/accounts/:id/roles", pages.SetRoles)
		f.Post("/admin/accounts/:id/link", pages.Link)
		f.Post("/admin/accounts/:id/disable", pages.Disable)
		f.Post("/admin/accounts/:id/enable", pages.Enable)
		f.Get("/admin/events", pages.Events)
		f.Post("/admin/events/:id/retry", pages.Retry)
		f.Post("/admin/events/:id/discard", pages.Discard)
		cases := []struct {
			name, as, method, path, form string
			status                       int
			location                     string
			most                         int64 // statements
		}{
			{name: "overview", as: "admin", path: "/admin", status: 200, most: 4},
			{name: "overview, member", as: "member", path: "/admin", status: 404, most: 0},
			{name: "overview, signed out", path: "/admin", status: 404, most: 0},
			{name: "accounts", as: "admin", path: "/admin/accounts?q=mia", status: 200, most: 3},
			{name: "accounts, nonsense", as: "admin", path: "/admin/accounts?after=-7", status: 200, most: 3},
			{name: "events", as: "admin", path: "/admin/events", status: 200, most: 3},
			{name: "invited", as: "admin", method: "POST", path: "/admin/accounts", form: "name=Eve&email=eve@devon.example&roles=leader&roles=manager", status: 303, location: "/admin/accounts?q=eve%40devon.example", most: 30},
			{name: "invited nowhere", as: "admin", method: "POST", path: "/admin/accounts", form: "name=Eve&email=x", status: 422, most: 30},
			{name: "roles", as: "admin", method: "POST", path: "/admin/accounts/2/roles", form: "roles=moderator", status: 303, location: "/admin/accounts", most: 30},
			{name: "unknown role", as: "admin", method: "POST", path: "/admin/accounts/2/roles", form: "roles=king", status: 422, most: 0},
			{name: "own role", as: "admin", method: "POST", path: "/admin/accounts/1/roles", status: 409, most: 30},
			{name: "roles, member", as: "member", method: "POST", path: "/admin/accounts/2/roles", form: "roles=admin", status: 404, most: 0},
			{name: "link", as: "admin", method: "POST", path: "/admin/accounts/2/link", status: 200, most: 30},
			{name: "shut", as: "admin", method: "POST", path: "/admin/accounts/2/disable", status: 303, location: "/admin/accounts", most: 30},
			{name: "open", as: "admin", method: "POST", path: "/admin/accounts/2/enable", status: 303, location: "/admin/accounts", most: 30},
			{name: "not an account", as: "admin", method: "POST", path: "/admin/accounts/x/enable", status: 404, most: 0},
			{name: "no such failure", as: "admin", method: "POST", path: "/admin/events/99/retry", status: 404, most: 10},
		}
		for _, c := range cases {
			req := httptest.NewRequest(cmp.Or(c.method, "GET"), c.path, strings.NewReader(c.form))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("X-As", c.as)
			res, err := f.Test(req, -1)
			if err != nil {
				t.Fatal(c.name, err)
			}
			body, err := io.ReadAll(res.Body)
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil || res.StatusCode != c.status || res.Header.Get("Location") != c.location {
				t.Errorf("%s: got %d to %q, %v, want %d to %q\n%.300s", c.name, res.StatusCode, res.Header.Get("Location"), err, c.status, c.location, body)
			}
			if n := statements.Load(); n > c.most {
				t.Errorf("%s: made %d statements, want at most %d", c.name, n, c.most)
			}
			if c.name == "link" && (!strings.Contains(string(body), "https://hub.example/link/") || res.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("link: got %v, want the link, once", res.Header)
			}
		}
	})
}
