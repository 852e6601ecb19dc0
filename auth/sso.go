package auth

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// ProviderConfig is one OpenID Connect provider people may sign in with. Entra ID, Google, Okta, Keycloak, ADFS and GitLab are
// all plain OpenID Connect; Entra ID with the tenant's own issuer, never "common".
type ProviderConfig struct {
	Name         string // in addresses and the database: lower-case letters, digits and hyphens
	Label        string // on the button: "Microsoft"
	Issuer       string
	ClientID     string
	ClientSecret string
	Scopes       []string // empty means openid profile email

	// StaffDomains and PartnerDomains say whose e-mail domain makes somebody staff or a partner at their first sign-in. A
	// partner domain may name its organisation: "example.org=Example Trust". "*" admits every domain. With both empty only
	// people who already have an account with this provider get in.
	StaffDomains   []string
	PartnerDomains []string

	// TrustEmail takes every e-mail address of this provider as verified although it does not say so. It is for Entra ID with
	// the tenant's own issuer, whose administrators alone decide addresses; wrong for any provider where people choose theirs.
	TrustEmail bool

	// Require lists claims that must have a value, such as hd=council.gov.uk for Google Workspace.
	Require map[string]string

	Claims  ClaimNames
	RoleMap map[string]string // value in the Roles claim → role here: "hub-admins" → "admin"
}

// ClaimNames says which claims of the id_token fill a profile. Dots reach into objects: "realm_access.roles". Empty names leave
// that part of a profile alone, but Name and Email have the standard claims as defaults.
type ClaimNames struct {
	Name     string
	Email    string
	Unit     string // names from the top, as a list or as text with "/" between them
	JobTitle string
	Manager  string // e-mail address of the manager
	Roles    string // groups or roles, for RoleMap
}

func (p ProviderConfig) scopes() []string {
	if len(p.Scopes) == 0 {
		return []string{oidc.ScopeOpenID, "profile", "email"}
	}
	return p.Scopes
}

var (
	providerName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)
	// everyTenant matches the shared issuers of Microsoft, whose tokens say nothing about whose administrators vouch for them.
	everyTenant = regexp.MustCompile(`^/(common|organizations|consumers)\b`)
)

// Check says what is wrong with p, or nil.
func (p ProviderConfig) Check() error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if !providerName.MatchString(p.Name) {
		bad("the name is for addresses: lower-case letters, digits and hyphens")
	}
	if p.ClientID == "" {
		bad("the client id is missing")
	}
	u, err := url.Parse(p.Issuer)
	switch {
	case err != nil || u.Host == "":
		bad("the issuer %q is not an address", p.Issuer)
	case u.Scheme != "https" && !loopback(u.Hostname()):
		bad("the issuer %q must use https", p.Issuer)
	case strings.HasSuffix(u.Hostname(), "microsoftonline.com") && everyTenant.MatchString(u.Path):
		bad("the issuer %q admits every Microsoft account of the world; use the one of your tenant", p.Issuer)
	}
	for value, role := range p.RoleMap {
		if roles, ok := ParseRoles(role); !ok || roles == 0 {
			bad("%q is mapped to %q, which is not a role", value, role)
		}
	}
	if len(p.RoleMap) > 0 && p.Claims.Roles == "" {
		bad("roles are mapped, but no claim is named to take them from")
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("single sign-on %q: %w", p.Name, errors.Join(problems...))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Identity is who a provider says somebody is, every part of it verified.
type Identity struct {
	Provider, Issuer, Subject string // Issuer and Subject together name the person for ever
	Email                     string // lower case; "" when the provider does not vouch for it
	Name                      string
	Unit                      []string
	JobTitle                  string
	Manager                   string
	Roles                     Role // that the provider's groups give
	Governed                  Role // roles this provider decides about; the others stay as they are
}

// Button is a provider as the sign-in page offers it.
type Button struct{ Name, Label string }

// Providers returns the single sign-on providers in the order of the configuration.
func (s *Service) Providers() []Button {
	list := make([]Button, len(s.providers))
	for i, p := range s.providers {
		list[i] = Button{p.cfg.Name, p.label()}
	}
	return list
}

// ProviderLabel returns what people call a provider; a provider no longer configured has only its name.
func (s *Service) ProviderLabel(name string) string {
	if p, err := s.provider(name); err == nil {
		return p.label()
	}
	return name
}

func (p *provider) label() string {
	if p.cfg.Label != "" {
		return p.cfg.Label
	}
	return p.cfg.Name
}

func (s *Service) provider(name string) (*provider, error) {
	for _, p := range s.providers {
		if p.cfg.Name == name {
			return p, nil
		}
	}
	return nil, errs.NotFoundf("There is no such way to sign in.")
}

// pendingLife is how long somebody may take at the provider.
const pendingLife = 10 * time.Minute

// pending is a sign-in that has gone to the provider and not come back. It is kept on the server under the hash of a token
// that only the browser that began has, in a cookie.
type pending struct {
	Provider string `json:"provider"`
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Session  string `json:"session"` // goth's
	Return   string `json:"return"`  // path to go to afterwards
}

func pendingKey(token string) string { return "sso:" + hashOf(token) }

// Begin starts a sign-in with a provider: address is where to send the browser, token goes into its cookie until it is back.
// back is the path to go to in the end; the caller has made sure that it is one of ours.
func (s *Service) Begin(ctx context.Context, name, back string) (address, token string, err error) {
	p, err := s.provider(name)
	if err != nil {
		return "", "", err
	}
	known, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	wait := pending{Provider: name, State: newToken(), Nonce: newToken(), Verifier: oauth2.GenerateVerifier(), Return: back}
	if address, wait.Session, err = known.client.begin(wait.State, wait.Nonce, wait.Verifier); err != nil {
		return "", "", fmt.Errorf("begin sign-in with %s: %w", name, err)
	}
	raw, err := json.Marshal(wait)
	if err != nil {
		return "", "", err
	}
	token = newToken()
	if err := s.kv.Put(ctx, pendingKey(token), "", raw, pendingLife); err != nil {
		return "", "", fmt.Errorf("begin sign-in with %s: %w", name, err)
	}
	return address, token, nil
}

// errNotBegun answers callbacks that belong to no sign-in of this browser: replayed, late, tampered with or forced.
var errNotBegun = errs.Forbiddenf("This sign-in was not begun in this browser, or it took too long. Go back to the sign-in page and start again.")

// Complete finishes a sign-in: token is the cookie of the browser, query what the provider sent it back with. It returns who
// the provider says this is and the path given to Begin. Whatever does not hold is refused, and the reason is in the log only.
func (s *Service) Complete(ctx context.Context, name, token string, query url.Values) (Identity, string, error) {
	if !tokenForm(token) {
		return Identity{}, "", errNotBegun
	}
	// SECURITY: taken before anything is looked at, so that no answer can be tried twice.
	raw, err := s.kv.Take(ctx, pendingKey(token))
	if errs.IsNotFound(err) {
		return Identity{}, "", errNotBegun.Because(err)
	}
	if err != nil {
		return Identity{}, "", fmt.Errorf("complete sign-in: %w", err)
	}
	var wait pending
	if err := json.Unmarshal(raw, &wait); err != nil {
		return Identity{}, "", fmt.Errorf("read pending sign-in: %w", err)
	}
	// SECURITY: the provider too must be the one that was asked, or one provider could answer for another (mix-up).
	if wait.Provider != name || subtle.ConstantTimeCompare([]byte(wait.State), []byte(query.Get("state"))) != 1 {
		return Identity{}, "", errNotBegun.Because(errors.New("state or provider differs"))
	}
	p, err := s.provider(name)
	if err != nil {
		return Identity{}, "", err
	}
	identity, err := p.identify(ctx, wait, query)
	return identity, wait.Return, err
}

// identify turns the answer of a provider into an identity.
func (p *provider) identify(ctx context.Context, wait pending, query url.Values) (Identity, error) {
	if reason := query.Get("error"); reason != "" {
		return Identity{}, p.refuse(fmt.Errorf("provider answered %q: %q", reason, query.Get("error_description")))
	}
	known, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	if iss := query.Get("iss"); iss != "" && iss != p.cfg.Issuer { // RFC 9207
		return Identity{}, p.refuse(fmt.Errorf("answer is from issuer %q", iss))
	}
	idToken, accessToken, err := known.client.redeem(wait.Session, query.Get("code"), wait.Verifier)
	if err != nil {
		return Identity{}, p.refuse(err)
	}
	claims, subject, err := p.verify(ctx, known, idToken, accessToken, wait.Nonce)
	if err != nil {
		return Identity{}, p.refuse(err)
	}
	return p.identity(subject, claims)
}

// refuse is what a person reads when their provider's answer does not hold. The cause goes to the log.
func (p *provider) refuse(cause error) error {
	return errs.Forbiddenf("Signing in with %s did not work. Go back to the sign-in page and try again.", p.label()).Because(cause)
}

// verify checks an id_token and returns its claims.
//
// SECURITY: signature against the provider's published keys with an asymmetric algorithm, issuer, audience, expiry and "not
// before" are go-oidc's; subject, nonce, authorised party and the tie to the access token are ours.
func (p *provider) verify(ctx context.Context, known *discovered, idToken, accessToken, nonce string) (claims, string, error) {
	token, err := known.oidc.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, Now: p.now}).Verify(ctx, idToken)
	if err != nil {
		return nil, "", err
	}
	if token.Subject == "" || len(token.Subject) > 255 {
		return nil, "", errors.New("id_token names no subject")
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return nil, "", errors.New("id_token has another nonce")
	}
	if token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(accessToken); err != nil {
			return nil, "", err
		}
	}
	var all claims
	if err := token.Claims(&all); err != nil {
		return nil, "", err
	}
	party := all.text("azp")
	if party != "" && party != p.cfg.ClientID || party == "" && len(token.Audience) > 1 {
		return nil, "", fmt.Errorf("id_token is meant for %q", party)
	}
	for name, want := range p.cfg.Require {
		if !slices.Contains(all.list(name), want) {
			return nil, "", fmt.Errorf("claim %q is not %q", name, want)
		}
	}
	return all, token.Subject, p.addUserInfo(ctx, known, all, token.Subject, accessToken)
}

// addUserInfo fills in claims that the id_token lacks: many providers put name and e-mail address only into userinfo.
//
// SECURITY: userinfo is not signed. It may add, never change; and the address and whether it is verified come from one place,
// so that a verified mark cannot be lent to another address.
func (p *provider) addUserInfo(ctx context.Context, known *discovered, all claims, subject, accessToken string) error {
	complete := true
	for _, name := range p.cfg.Claims.wanted() {
		complete = complete && all.at(name) != nil
	}
	if complete || known.oidc.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := known.oidc.UserInfo(oidc.ClientContext(ctx, p.web), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: accessToken}))
	if err != nil {
		return fmt.Errorf("ask for userinfo: %w", err)
	}
	if info.Subject != subject {
		return errors.New("userinfo is about another subject")
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return err
	}
	if _, signed := all[p.cfg.Claims.email()]; signed {
		delete(more, "email_verified")
	} else {
		delete(all, "email_verified")
	}
	for name, value := range more {
		if _, signed := all[name]; !signed {
			all[name] = value
		}
	}
	return nil
}

func (p *provider) identity(subject string, all claims) (Identity, error) {
	names := p.cfg.Claims
	i := Identity{
		Provider: p.cfg.Name,
		Issuer:   p.cfg.Issuer,
		Subject:  subject,
		Name:     all.text(names.name()),
		JobTitle: all.text(names.JobTitle),
		Manager:  foldEmail(all.text(names.Manager)),
		Unit:     all.path(names.Unit),
	}
	if p.cfg.TrustEmail || all.isTrue("email_verified") {
		if email, err := CheckEmail(all.text(names.email())); err == nil {
			i.Email = email
		}
	}
	held := all.list(names.Roles)
	for value, name := range p.cfg.RoleMap {
		role, _ := ParseRoles(name) // Check has refused others
		i.Governed |= role
		if slices.Contains(held, value) {
			i.Roles |= role
		}
	}
	return i, nil
}

// Standing is what a provider's configuration says about an e-mail domain.
type Standing struct {
	Known        bool   // somebody with an address there is let in
	Named        bool   // by its name and not by "*": this provider is trusted to say who has an address there
	Staff        bool   // belongs to the home organisation
	Organisation string // of a partner: the name given, or the domain
}

// Admit says whether the provider of an identity may bring in its e-mail domain, and as what. An identity without a verified
// address is nobody's.
func (s *Service) Admit(i Identity) Standing {
	p, err := s.provider(i.Provider)
	_, domain, found := strings.Cut(i.Email, "@")
	if err != nil || !found {
		return Standing{}
	}
	for _, d := range p.cfg.StaffDomains {
		if d == "*" || strings.EqualFold(strings.TrimSpace(d), domain) {
			return Standing{Known: true, Named: d != "*", Staff: true}
		}
	}
	for _, d := range p.cfg.PartnerDomains {
		d, organisation, _ := strings.Cut(d, "=")
		if d = strings.TrimSpace(d); d == "*" || strings.EqualFold(d, domain) {
			if organisation = strings.TrimSpace(organisation); organisation == "" {
				organisation = domain
			}
			return Standing{Known: true, Named: d != "*", Organisation: organisation}
		}
	}
	return Standing{}
}

// AccountOf returns the account an identity has signed in to before.
func (s *Service) AccountOf(ctx context.Context, q db.Querier, i Identity) (int64, error) {
	id, err := selectIdentity(ctx, q, i.Issuer, i.Subject)
	if err != nil {
		return 0, fmt.Errorf("find identity: %w", err)
	}
	return id, nil
}

// Join ties an identity to an account, or notes that it was used again.
func (s *Service) Join(ctx context.Context, tx *db.Tx, account int64, i Identity) error {
	err := upsertIdentity(ctx, tx, account, i)
	if errs.IsNotFound(err) {
		return errs.Conflictf("This sign-in belongs to another account.")
	}
	if err != nil {
		return fmt.Errorf("join identity to account %d: %w", account, err)
	}
	return nil
}

// Identities returns the single sign-on identities of an account.
func (s *Service) Identities(ctx context.Context, account int64) ([]Identity, error) {
	list, err := selectIdentities(ctx, s.db, account)
	if err != nil {
		return nil, fmt.Errorf("list identities of account %d: %w", account, err)
	}
	return list, nil
}

// claims are those of a verified id_token.
type claims map[string]any

func (n ClaimNames) name() string  { return orElse(n.Name, "name") }
func (n ClaimNames) email() string { return orElse(n.Email, "email") }

// wanted returns the names of the claims that fill a profile.
func (n ClaimNames) wanted() []string {
	names := []string{n.name(), n.email(), n.Unit, n.JobTitle, n.Manager, n.Roles}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// at returns the claim of this name; dots reach into objects, unless a claim has them in its name.
func (c claims) at(name string) any {
	if name == "" {
		return nil
	}
	if value, ok := c[name]; ok {
		return value
	}
	first, rest, ok := strings.Cut(name, ".")
	if !ok {
		return nil
	}
	inner, _ := c[first].(map[string]any)
	return claims(inner).at(rest)
}

func (c claims) text(name string) string {
	s, _ := c.at(name).(string)
	return strings.TrimSpace(s)
}

// list returns a claim that is one text or a list of texts.
func (c claims) list(name string) []string {
	switch value := c.at(name).(type) {
	case string:
		return []string{value}
	case []any:
		var list []string
		for _, v := range value {
			if s, ok := v.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// path returns a claim that is a list of names, or one text with "/" between them.
func (c claims) path(name string) []string {
	list := c.list(name)
	if len(list) == 1 {
		list = strings.Split(list[0], "/")
	}
	var path []string
	for _, part := range list {
		if part = strings.TrimSpace(part); part != "" {
			path = append(path, part)
		}
	}
	return path
}

// isTrue accepts the text "true" too, which some providers send.
func (c claims) isTrue(name string) bool {
	switch value := c.at(name).(type) {
	case bool:
		return value
	case string:
		return value == "true"
	}
	return false
}

// provider is a configured provider and, once it has answered, what it says about itself.
type provider struct {
	cfg      ProviderConfig
	callback string
	web      *http.Client
	now      func() time.Time
	turn     chan struct{} // held while the provider is being asked
	known    *discovered   // guarded by turn
	failed   error         // the last answer while it is fresh; guarded by turn
	failedAt time.Time
}

// discovered is a provider's metadata in the two forms that use it.
type discovered struct {
	oidc   *oidc.Provider
	client client
}

// retryAfter is how long a provider that did not answer is left alone, so that requests do not pile up waiting for it.
const retryAfter = 5 * time.Second

func newProvider(p ProviderConfig, cfg Config, now func() time.Time) (*provider, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	return &provider{
		cfg: p, web: cfg.HTTP, now: now, turn: make(chan struct{}, 1),
		callback: strings.TrimRight(cfg.BaseURL, "/") + "/sign-in/sso/" + p.Name + "/callback",
	}, nil
}

// discover asks the provider for its metadata the first time somebody signs in with it.
func (p *provider) discover(ctx context.Context) (*discovered, error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, p.unavailable(ctx.Err())
	}
	defer func() { <-p.turn }()
	if p.known != nil {
		return p.known, nil
	}
	if p.failed != nil && p.now().Sub(p.failedAt) < retryAfter {
		return nil, p.unavailable(p.failed)
	}
	// Not the request's context: the provider keeps it for fetching keys later on. The client has time limits of its own.
	metadata, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.web), p.cfg.Issuer)
	if err != nil {
		p.failed, p.failedAt = err, p.now()
		return nil, p.unavailable(err)
	}
	at := metadata.Endpoint()
	c, err := newClient(p.cfg, p.callback, endpoints{p.cfg.Issuer, at.AuthURL, at.TokenURL}, p.web)
	if err != nil {
		return nil, p.unavailable(err)
	}
	p.known, p.failed = &discovered{metadata, c}, nil
	return p.known, nil
}

func (p *provider) unavailable(cause error) error {
	return errs.Unavailablef("%s cannot be reached at the moment. Try again shortly.", p.label()).Because(cause)
}

// newHTTPClient returns a client for talking to identity providers: bounded in time and size, and following no redirects, so
// that secrets go only to the addresses the provider published.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout:       8 * time.Second,
		Transport:     boundedTransport{http.DefaultTransport.(*http.Transport).Clone()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// maxAnswer bounds what a provider may send in one answer; key sets and metadata are a few kilobytes.
const maxAnswer = 1 << 20

type boundedTransport struct{ http.RoundTripper }

func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = boundedBody{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

type boundedBody struct {
	io.Reader
	io.Closer
}
