package signin_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/files"
	"watercooler/app/kv"
	"watercooler/app/mail"
	"watercooler/app/people"
	"watercooler/app/signin"
	"watercooler/app/web"
	"watercooler/auth"
)

const (
	base         = "https://hub.example"
	goodPassword = "violet kettle under seven moons"
)

// hub is the doors of a hub with everything behind them, and a letter box in place of SMTP.
type hub struct {
	*signin.Service
	t          *testing.T
	db         *db.DB
	auth       *auth.Service
	people     *people.Service
	app        *fiber.App
	dispatcher *event.Dispatcher
	box        *letterBox
	op         *provider
}

// letterBox keeps letters.
type letterBox struct {
	mu      sync.Mutex
	letters []mail.Letter
}

func (b *letterBox) Send(_ context.Context, l mail.Letter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
	return nil
}

// each runs test on every database, on a hub changed as told.
func each(t *testing.T, change func(c *signin.Config, p *auth.ProviderConfig), test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		test(t, newHub(t, d, change))
	})
}

func newHub(t *testing.T, d *db.DB, change func(c *signin.Config, p *auth.ProviderConfig)) *hub {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	h := &hub{t: t, db: d, box: &letterBox{}, op: newProvider(t)}
	cfg := signin.Config{BaseURL: base, Mail: h.box}
	sso := auth.ProviderConfig{Name: "entra", Label: "Council account", Issuer: h.op.URL, ClientID: "hub", ClientSecret: "secret",
		StaffDomains: []string{"devon.example"}, PartnerDomains: []string{"nhs.example=NHS Devon"}}
	if change != nil {
		change(&cfg, &sso)
	}
	var err error
	if h.auth, err = auth.New(d, kv.NewSQL(d, time.Now), auth.Config{BaseURL: base, Providers: []auth.ProviderConfig{sso}}, time.Now, log); err != nil {
		t.Fatal(err)
	}
	store, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h.people = people.New(d, store, time.Now)
	h.Service = signin.New(d, h.auth, h.people, cfg, log)
	h.dispatcher = event.NewDispatcher(d, log, event.Options{}, h.Letters())
	if err := h.dispatcher.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.routes(cfg)
	return h
}

// routes are those of app/routes.go that lead here.
func (h *hub) routes(cfg signin.Config) {
	w, err := web.New(web.Config{BaseURL: base, Sample: cfg.Sample})
	if err != nil {
		h.t.Fatal(err)
	}
	doors := signin.NewWeb(h.Service, w)
	f := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
	f.Use(web.RequestID, w.AccessLog, web.Deadline, w.SameOrigin, h.auth.Middleware(), doors.FirstRun)
	f.Get("/who", func(c *fiber.Ctx) error { return c.SendString(auth.ViewerOf(c).Email) })
	f.Get("/sign-in", doors.Door)
	f.Post("/sign-in", doors.SignIn)
	f.Post("/sign-in/sample", doors.SampleDoor)
	f.Get("/sign-in/sso/:provider", doors.BeginSSO)
	f.Get("/sign-in/sso/:provider/callback", doors.CompleteSSO)
	f.Get("/sign-in/forgotten", doors.AskReset)
	f.Post("/sign-in/forgotten", doors.Reset)
	f.Post("/sign-out", doors.SignOut)
	f.Get("/link/:secret", doors.OpenLink)
	f.Post("/link/:secret", doors.UseLink)
	f.Get("/welcome", doors.ShowWelcome)
	f.Post("/welcome", doors.Welcome)
	f.Get("/settings", auth.RequireSignedIn, doors.Settings)
	f.Post("/settings/theme", doors.SetTheme)
	f.Post("/settings/password", auth.RequireSignedIn, doors.SetPassword)
	f.Post("/settings/devices/end", auth.RequireSignedIn, doors.EndDevices)
	f.Post("/settings/devices/:id/end", auth.RequireSignedIn, doors.EndDevice)
	h.app = f
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	h       *hub
	cookies map[string]string
}

func (h *hub) browser() *browser { return &browser{h, map[string]string{}} }

type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (b *browser) get(path string) answer { return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string, fields ...string) answer {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.h.t.Helper()
	r := httptest.NewRequestWithContext(b.h.t.Context(), method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.h.app.Test(r, -1)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if c.Value == "" {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header, string(raw)}
}

// who returns the e-mail address this browser is signed in with, "" for none.
func (b *browser) who() string { return b.get("/who").body }

// founded gives the hub its first administrator and returns them with a browser signed in as them.
func (h *hub) founded() (auth.Viewer, *browser) {
	h.t.Helper()
	address, err := h.WelcomeURL(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	_, code, _ := strings.Cut(address, "code=")
	b := h.browser()
	if got := b.post("/welcome", "code", code, "organisation", "Devon County Council", "name", "Ada Lovelace", "email", "ada@devon.example", "password", goodPassword); got.status != 303 {
		h.t.Fatalf("first run: %d\n%s", got.status, got.body)
	}
	v, err := h.auth.BySession(h.t.Context(), b.cookies["__Host-wc_session"])
	if err != nil || !v.Is(auth.Admin) {
		h.t.Fatalf("the founder is %+v, %v; want an administrator", v, err)
	}
	return v, b
}

// drain delivers every letter and returns those that came.
func (h *hub) drain() []mail.Letter {
	h.t.Helper()
	if err := h.dispatcher.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	letters := h.box.letters
	h.box.letters = nil
	return letters
}

var linkPattern = regexp.MustCompile(base + `(/link/[A-Za-z0-9_-]{43})\n`)

// linkIn returns the path of the one-time link in a letter.
func (h *hub) linkIn(l mail.Letter) string {
	h.t.Helper()
	m := linkPattern.FindStringSubmatch(l.Text)
	if m == nil {
		h.t.Fatalf("no link in the letter:\n%s", l.Text)
	}
	return m[1]
}

// account returns the account with an e-mail address.
func (h *hub) account(email string) auth.Account {
	h.t.Helper()
	a, err := h.auth.ByEmail(h.t.Context(), h.db, email)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// verbs returns what has happened to accounts, in order.
func (h *hub) verbs() string {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), `SELECT verb FROM events WHERE object_kind = 'account' ORDER BY id LIMIT 100`)
	list, err := db.Collect(rows, err, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.ReplaceAll(strings.Join(list, " "), "account.", "")
}

// provider is an honest OpenID provider at which everybody is who user says.
type provider struct {
	*httptest.Server
	user   map[string]any // claims
	nonces map[string]string
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newProvider(t *testing.T) *provider {
	p := &provider{nonces: map[string]string{}}
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &rsaKey().PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		claims := map[string]any{"iss": p.URL, "aud": "hub", "exp": time.Now().Add(time.Hour).Unix(), "nonce": p.nonces[r.FormValue("code")]}
		maps.Copy(claims, p.user)
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey()}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
		if err != nil {
			t.Error(err)
			return
		}
		raw, _ := json.Marshal(claims)
		object, err := signer.Sign(raw)
		if err != nil {
			t.Error(err)
			return
		}
		token, _ := object.CompactSerialize()
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "id_token": token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// sso signs in through the provider as somebody with these claims.
func (b *browser) sso(claims map[string]any) answer {
	b.h.t.Helper()
	b.h.op.user = claims
	begun := b.get("/sign-in/sso/entra?return=/threads/7")
	u, err := url.Parse(begun.location)
	if err != nil || begun.status != 303 || !strings.HasPrefix(begun.location, b.h.op.URL) {
		b.h.t.Fatalf("begin: %d to %q, %v", begun.status, begun.location, err)
	}
	b.h.op.nonces["code"] = u.Query().Get("nonce")
	return b.get("/sign-in/sso/entra/callback?" + url.Values{"code": {"code"}, "state": {u.Query().Get("state")}}.Encode())
}
