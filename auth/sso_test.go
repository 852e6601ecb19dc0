package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

const hubURL = "https://hub.example"

// TestSSOWithARealProvider goes the whole way with the OpenID provider of zitadel/oidc, which enforces PKCE and gives name and
// e-mail address out through userinfo only.
func TestSSOWithARealProvider(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		var handler http.Handler
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
		defer srv.Close()
		clients := map[string]*storage.Client{"hub": storage.WebClient("hub", "secret", hubURL+"/sign-in/sso/zitadel/callback")}
		handler = exampleop.SetupServer(srv.URL, storage.NewStorageWithClients(storage.NewUserStore(srv.URL), clients), slog.New(slog.DiscardHandler), false)

		k := newKit(t, d, auth.Config{BaseURL: hubURL, Providers: []auth.ProviderConfig{{Name: "zitadel", Issuer: srv.URL, ClientID: "hub", ClientSecret: "secret"}}})
		address, token, err := k.Begin(t.Context(), "zitadel", "/threads/7")
		if err != nil {
			t.Fatal(err)
		}
		identity, back, err := k.Complete(t.Context(), "zitadel", token, signInAtZitadel(t, srv.URL, address))
		if err != nil {
			t.Fatal(err)
		}
		if back != "/threads/7" || identity.Issuer != srv.URL || identity.Subject != "id1" || identity.Email != "test-user@zitadel.ch" || identity.Name != "Test User" {
			t.Errorf("Complete = %+v, %q", identity, back)
		}
	})
}

// signInAtZitadel does what a person does in a browser, and returns what the provider sends back.
func signInAtZitadel(t *testing.T, issuer, address string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	follow := func(method, to string, form url.Values) string {
		if strings.HasPrefix(to, "/") {
			to = issuer + to
		}
		req, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusFound {
			body, _ := io.ReadAll(res.Body)
			t.Fatalf("%s %s: status %d\n%s", method, to, res.StatusCode, body)
		}
		return res.Header.Get("Location")
	}
	login, err := url.Parse(follow("GET", address, nil))
	if err != nil {
		t.Fatal(err)
	}
	callback := follow("POST", "/login/username", url.Values{
		"username": {"test-user@127.0.0.1"}, "password": {"verysecure"}, "id": {login.Query().Get("authRequestID")},
	})
	back, err := url.Parse(follow("GET", callback, nil))
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

// liar is an OpenID provider that lies as told.
type liar struct {
	*httptest.Server
	key    *rsa.PrivateKey
	mu     sync.Mutex
	grants map[string]url.Values // code → the query of the authorisation request it was given for
	asked  int                   // requests for tokens

	claims   func(c map[string]any)              // changes the claims of id_tokens
	sign     func(c map[string]any) string       // signs id_tokens instead of key
	userinfo map[string]any                      // served as userinfo; nil for none
	lax      bool                                // does not check PKCE
	token    func(idToken string) map[string]any // the answer to the exchange
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newLiar(t *testing.T) *liar {
	t.Helper()
	l := &liar{key: rsaKey(), grants: map[string]url.Values{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": l.URL, "authorization_endpoint": l.URL + "/authorize", "token_endpoint": l.URL + "/token", "jwks_uri": l.URL + "/keys",
			"userinfo_endpoint": l.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &l.key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, _ *http.Request) { answer(w, l.userinfo) })
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.asked++
		grant := l.grants[r.FormValue("code")]
		delete(l.grants, r.FormValue("code"))
		l.mu.Unlock()
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if grant == nil || !l.lax && grant.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		claims := map[string]any{
			"iss": l.URL, "sub": "ada", "aud": "hub", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
			"nonce": grant.Get("nonce"), "email": "Ada@Devon.example", "email_verified": true, "name": "Ada Lovelace",
		}
		if l.claims != nil {
			l.claims(claims)
		}
		sign := l.sign
		if sign == nil {
			sign = l.rs256
		}
		body := map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 3600, "id_token": sign(claims)}
		if l.token != nil {
			maps.Copy(body, l.token(sign(claims)))
		}
		answer(w, body)
	})
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	return l
}

func (l *liar) rs256(claims map[string]any) string { return signed(jose.RS256, l.key, claims) }

func signed(alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		panic(err)
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	object, err := signer.Sign(raw)
	if err != nil {
		panic(err)
	}
	token, err := object.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return token
}

// authorize is the person pressing "yes" at the provider: it returns what the browser comes back with.
func (l *liar) authorize(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("nonce")) < 40 || len(q.Get("state")) < 40 || q.Get("redirect_uri") != hubURL+"/sign-in/sso/liar/callback" {
		t.Fatalf("authorisation request %v lacks a nonce, a state or PKCE", q)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	code := fmt.Sprintf("code-%d", len(l.grants)+1)
	l.grants[code] = q
	return url.Values{"code": {code}, "state": {q.Get("state")}}
}

func (l *liar) config() auth.ProviderConfig {
	return auth.ProviderConfig{Name: "liar", Label: "Liar", Issuer: l.URL, ClientID: "hub", ClientSecret: "secret"}
}

// login is one sign-in under way.
type login struct {
	token string
	query url.Values
}

func TestSSORefusesLies(t *testing.T) {
	type lie = func(c map[string]any)
	for _, tc := range []struct {
		name   string
		claims lie
		sign   func(l *liar, c map[string]any) string
		token  func(idToken string) map[string]any
		lax    bool
		twist  func(mine, other *login) // what the attacker changes on the way back
		unused bool                     // refused before the provider is asked for tokens
	}{
		{name: "signature by none", sign: func(_ *liar, c map[string]any) string {
			raw, _ := json.Marshal(c)
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(raw) + "."
		}},
		{name: "none with a bogus signature", sign: func(_ *liar, c map[string]any) string {
			raw, _ := json.Marshal(c)
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(raw) + ".Ym9ndXM"
		}},
		{name: "signature by another key", sign: func(_ *liar, c map[string]any) string {
			key, _ := rsa.GenerateKey(rand.Reader, 2048)
			return signed(jose.RS256, key, c)
		}},
		{name: "signature with the client secret", sign: func(_ *liar, c map[string]any) string {
			return signed(jose.HS256, []byte("secretsecretsecretsecretsecretsecret"), c)
		}},
		{name: "payload changed after signing", sign: func(l *liar, c map[string]any) string {
			parts := strings.Split(l.rs256(c), ".")
			c["sub"] = "grace"
			raw, _ := json.Marshal(c)
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString(raw) + "." + parts[2]
		}},
		{name: "wrong issuer", claims: func(c map[string]any) { c["iss"] = "https://other.example" }},
		{name: "wrong audience", claims: func(c map[string]any) { c["aud"] = "other" }},
		{name: "several audiences without authorised party", claims: func(c map[string]any) { c["aud"] = []string{"hub", "other"} }},
		{name: "meant for another party", claims: func(c map[string]any) { c["azp"] = "other" }},
		{name: "no expiry", claims: func(c map[string]any) { delete(c, "exp") }},
		{name: "expired", claims: func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() }},
		{name: "not valid yet", claims: func(c map[string]any) { c["nbf"] = time.Now().Add(time.Hour).Unix() }},
		{name: "no subject", claims: func(c map[string]any) { delete(c, "sub") }},
		{name: "empty subject", claims: func(c map[string]any) { c["sub"] = "" }},
		{name: "subject that is no text", claims: func(c map[string]any) { c["sub"] = 7 }},
		{name: "no nonce", claims: func(c map[string]any) { delete(c, "nonce") }},
		{name: "wrong nonce", claims: func(c map[string]any) { c["nonce"] = "replayed" }},
		{name: "access token of somebody else", claims: func(c map[string]any) { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" }},
		{name: "no id_token", token: func(string) map[string]any { return map[string]any{"id_token": nil} }},
		{name: "id_token that is no text", token: func(string) map[string]any { return map[string]any{"id_token": 7} }},
		{name: "tampered state", twist: func(m, _ *login) { m.query.Set("state", m.query.Get("state")+"x") }, unused: true},
		{name: "no state", twist: func(m, _ *login) { m.query.Del("state") }, unused: true},
		{name: "callback in another browser", twist: func(m, _ *login) { m.token = "" }, unused: true},
		{name: "callback in a browser with its own sign-in", twist: func(m, o *login) { m.token = o.token }, unused: true},
		{name: "made-up pending cookie", twist: func(m, _ *login) { m.token = strings.Repeat("A", 43) }, unused: true},
		{name: "code of another sign-in", twist: func(m, o *login) { m.query.Set("code", o.query.Get("code")) }},
		{name: "code of another sign-in, provider without PKCE", lax: true, twist: func(m, o *login) { m.query.Set("code", o.query.Get("code")) }},
		{name: "verifier in the query", twist: func(m, o *login) {
			m.query.Set("code", o.query.Get("code"))
			m.query.Set("code_verifier", "chosen by the attacker")
		}},
		{name: "answer of another issuer", twist: func(m, _ *login) { m.query.Set("iss", "https://other.example") }, unused: true},
		{name: "no code", twist: func(m, _ *login) { m.query.Del("code") }},
		{name: "refused by the person", twist: func(m, _ *login) { m.query = url.Values{"error": {"access_denied"}, "state": m.query["state"]} }, unused: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLiar(t)
			l.claims, l.token, l.lax = tc.claims, tc.token, tc.lax
			if tc.sign != nil {
				l.sign = func(c map[string]any) string { return tc.sign(l, c) }
			}
			k := newKit(t, backends.SQLite(t), auth.Config{BaseURL: hubURL, Providers: []auth.ProviderConfig{l.config()}})
			begin := func() *login {
				address, token, err := k.Begin(t.Context(), "liar", "/")
				if err != nil {
					t.Fatal(err)
				}
				return &login{token, l.authorize(t, address)}
			}
			mine, other := begin(), begin()
			if tc.twist != nil {
				tc.twist(mine, other)
			}
			identity, _, err := k.Complete(t.Context(), "liar", mine.token, mine.query)
			if errs.KindOf(err) != errs.Forbidden || identity.Subject != "" {
				t.Errorf("Complete = %+v, %v; want a refusal", identity, err)
			}
			if tc.unused && l.asked != 0 {
				t.Errorf("the provider was asked for tokens %d times, want 0", l.asked)
			}
		})
	}
}

func TestSSOIsUsedOnceAndInTime(t *testing.T) {
	l := newLiar(t)
	second := l.config()
	second.Name, second.Label = "second", "Second"
	k := newKit(t, backends.SQLite(t), auth.Config{BaseURL: hubURL, Providers: []auth.ProviderConfig{l.config(), second}})
	begin := func() (string, url.Values) {
		address, token, err := k.Begin(t.Context(), "liar", "/")
		if err != nil {
			t.Fatal(err)
		}
		return token, l.authorize(t, address)
	}

	token, query := begin()
	if _, _, err := k.Complete(t.Context(), "liar", token, query); err != nil {
		t.Fatalf("first callback: %v", err)
	}
	if _, _, err := k.Complete(t.Context(), "liar", token, query); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("replayed callback: %v, want a refusal", err)
	}

	token, query = begin()
	if _, _, err := k.Complete(t.Context(), "second", token, query); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("callback of another provider: %v, want a refusal", err)
	}

	token, query = begin()
	tampered := url.Values{"state": {"x"}, "code": query["code"]}
	if _, _, err := k.Complete(t.Context(), "liar", token, tampered); err == nil {
		t.Error("tampered state passed")
	}
	if _, _, err := k.Complete(t.Context(), "liar", token, query); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("second try with the right state: %v, want a refusal", err)
	}

	token, query = begin()
	k.clock.add(11 * time.Minute)
	if _, _, err := k.Complete(t.Context(), "liar", token, query); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("callback after 11 minutes: %v, want a refusal", err)
	}
}

func TestSSOClaims(t *testing.T) {
	for _, tc := range []struct {
		name     string
		config   func(p *auth.ProviderConfig)
		claims   func(c map[string]any)
		userinfo map[string]any
		want     auth.Identity
		refused  bool
	}{
		{name: "standard claims", want: auth.Identity{Subject: "ada", Email: "ada@devon.example", Name: "Ada Lovelace"}},
		{name: "audience list with authorised party", claims: func(c map[string]any) { c["aud"], c["azp"] = []string{"hub", "x"}, "hub" },
			want: auth.Identity{Subject: "ada", Email: "ada@devon.example", Name: "Ada Lovelace"}},
		{name: "e-mail not verified", claims: func(c map[string]any) { c["email_verified"] = false }, want: auth.Identity{Subject: "ada", Name: "Ada Lovelace"}},
		{name: "userinfo cannot verify", claims: func(c map[string]any) { c["email_verified"] = false; delete(c, "name") },
			userinfo: map[string]any{"sub": "ada", "name": "Ada L", "email": "admin@devon.example", "email_verified": true},
			want:     auth.Identity{Subject: "ada", Name: "Ada L"}},
		{name: "userinfo cannot lend its mark to a signed address", claims: func(c map[string]any) { delete(c, "email_verified"); delete(c, "name") },
			userinfo: map[string]any{"sub": "ada", "name": "Ada L", "email": "other@devon.example", "email_verified": true},
			want:     auth.Identity{Subject: "ada", Name: "Ada L"}},
		{name: "nor a signed mark to its address", claims: func(c map[string]any) { delete(c, "email") },
			userinfo: map[string]any{"sub": "ada", "email": "admin@devon.example"}, want: auth.Identity{Subject: "ada", Name: "Ada Lovelace"}},
		{name: "userinfo fills in", claims: func(c map[string]any) { delete(c, "email"); delete(c, "email_verified"); delete(c, "name") },
			userinfo: map[string]any{"sub": "ada", "name": "Ada L", "email": "ada@devon.example", "email_verified": true},
			want:     auth.Identity{Subject: "ada", Email: "ada@devon.example", Name: "Ada L"}},
		{name: "userinfo about somebody else", claims: func(c map[string]any) { delete(c, "name") }, userinfo: map[string]any{"sub": "grace", "name": "Grace"}, refused: true},
		{name: "trusted provider without the mark", config: func(p *auth.ProviderConfig) { p.TrustEmail = true }, claims: func(c map[string]any) { delete(c, "email_verified") },
			want: auth.Identity{Subject: "ada", Email: "ada@devon.example", Name: "Ada Lovelace"}},
		{name: "required claim", config: func(p *auth.ProviderConfig) { p.Require = map[string]string{"hd": "devon.example"} }, claims: func(c map[string]any) { c["hd"] = "devon.example" },
			want: auth.Identity{Subject: "ada", Email: "ada@devon.example", Name: "Ada Lovelace"}},
		{name: "required claim missing", config: func(p *auth.ProviderConfig) { p.Require = map[string]string{"hd": "devon.example"} }, refused: true},
		{name: "profile and roles",
			config: func(p *auth.ProviderConfig) {
				p.Claims = auth.ClaimNames{Unit: "department", JobTitle: "title", Manager: "boss", Roles: "realm_access.roles"}
				p.RoleMap = map[string]string{"hub-admins": "admin", "hub-mods": "moderator"}
			},
			claims: func(c map[string]any) {
				c["department"], c["title"], c["boss"] = "Economy / Skills", "Analyst", "Grace@Devon.example"
				c["realm_access"] = map[string]any{"roles": []string{"hub-mods", "everyone"}}
			},
			want: auth.Identity{Subject: "ada", Email: "ada@devon.example", Name: "Ada Lovelace", Unit: []string{"Economy", "Skills"}, JobTitle: "Analyst",
				Manager: "grace@devon.example", Roles: auth.Moderator, Governed: auth.Moderator | auth.Admin}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLiar(t)
			l.claims, l.userinfo = tc.claims, tc.userinfo
			p := l.config()
			if tc.config != nil {
				tc.config(&p)
			}
			k := newKit(t, backends.SQLite(t), auth.Config{BaseURL: hubURL, Providers: []auth.ProviderConfig{p}})
			address, token, err := k.Begin(t.Context(), "liar", "/")
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := k.Complete(t.Context(), "liar", token, l.authorize(t, address))
			if tc.refused {
				if errs.KindOf(err) != errs.Forbidden {
					t.Errorf("Complete: %v, want a refusal", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Provider, tc.want.Issuer = "liar", l.URL
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tc.want) {
				t.Errorf("Complete = %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

// TestSSOProviderIsDown proves that a provider that is down neither stops the hub from starting nor stays refused once it is
// back.
func TestSSOProviderIsDown(t *testing.T) {
	l := newLiar(t)
	up := false
	inner := l.Config.Handler
	l.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		inner.ServeHTTP(w, r)
	})
	k := newKit(t, backends.SQLite(t), auth.Config{BaseURL: hubURL, Providers: []auth.ProviderConfig{l.config()}})
	if _, _, err := k.Begin(t.Context(), "liar", "/"); errs.KindOf(err) != errs.Unavailable {
		t.Fatalf("Begin while down: %v, want Unavailable", err)
	}
	up = true
	k.clock.add(time.Minute)
	if _, _, err := k.Begin(t.Context(), "liar", "/"); err != nil {
		t.Errorf("Begin when back: %v", err)
	}
}

func TestAdmit(t *testing.T) {
	k := newKit(t, backends.SQLite(t), auth.Config{BaseURL: hubURL, Providers: []auth.ProviderConfig{
		{Name: "home", Issuer: "https://a.example", ClientID: "x", StaffDomains: []string{"devon.example"}, PartnerDomains: []string{"nhs.example=NHS Devon", "police.example"}},
		{Name: "open", Issuer: "https://b.example", ClientID: "x", PartnerDomains: []string{"*"}},
		{Name: "closed", Issuer: "https://c.example", ClientID: "x"},
	}})
	for _, tc := range []struct {
		provider, email string
		want            auth.Standing
	}{
		{"home", "ada@devon.example", auth.Standing{Known: true, Named: true, Staff: true}},
		{"home", "ada@nhs.example", auth.Standing{Known: true, Named: true, Organisation: "NHS Devon"}},
		{"home", "ada@police.example", auth.Standing{Known: true, Named: true, Organisation: "police.example"}},
		{"home", "ada@sub.devon.example", auth.Standing{}},
		{"home", "ada@devon.example.evil.example", auth.Standing{}},
		{"home", "", auth.Standing{}},
		{"open", "ada@x.example", auth.Standing{Known: true, Organisation: "x.example"}},
		{"closed", "ada@devon.example", auth.Standing{}},
		{"gone", "ada@devon.example", auth.Standing{}},
	} {
		if got := k.Admit(auth.Identity{Provider: tc.provider, Email: tc.email}); got != tc.want {
			t.Errorf("Admit(%s, %q) = %+v, want %+v", tc.provider, tc.email, got, tc.want)
		}
	}
}

func TestProviderConfigCheck(t *testing.T) {
	good := auth.ProviderConfig{Name: "entra", Issuer: "https://login.microsoftonline.com/t/v2.0", ClientID: "x"}
	for _, tc := range []struct {
		name string
		edit func(p *auth.ProviderConfig)
		want string // part of the problem; "" for none
	}{
		{"good", func(*auth.ProviderConfig) {}, ""},
		{"name for addresses", func(p *auth.ProviderConfig) { p.Name = "Entra ID" }, "lower-case"},
		{"no client", func(p *auth.ProviderConfig) { p.ClientID = "" }, "client id"},
		{"plain http", func(p *auth.ProviderConfig) { p.Issuer = "http://idp.example" }, "https"},
		{"loopback may be http", func(p *auth.ProviderConfig) { p.Issuer = "http://127.0.0.1:9" }, ""},
		{"every organisation's Microsoft accounts", func(p *auth.ProviderConfig) { p.Issuer = "https://login.microsoftonline.com/organizations/v2.0" }, "tenant"},
		{"everybody's Microsoft accounts", func(p *auth.ProviderConfig) { p.Issuer = "https://login.microsoftonline.com/common/v2.0" }, "tenant"},
		{"role that is none", func(p *auth.ProviderConfig) { p.Claims.Roles = "groups"; p.RoleMap = map[string]string{"x": "king"} }, "king"},
		{"roles from nowhere", func(p *auth.ProviderConfig) { p.RoleMap = map[string]string{"x": "admin"} }, "no claim"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := good
			tc.edit(&p)
			err := p.Check()
			if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Check = %v, want %q", err, tc.want)
			}
		})
	}
}
