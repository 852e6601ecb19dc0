package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/markbates/goth/providers/openidConnect"
	"golang.org/x/oauth2"
)

// client speaks the OAuth half of a sign-in through goth: the address to send the browser to, and the exchange of the code.
// It believes nothing that comes back; provider verifies it. Everything goth leaves to its caller is done by provider too:
// state, nonce, PKCE and the signature of the id_token.
type client struct{ goth *openidConnect.Provider }

// endpoints are where a provider's own metadata says things are.
type endpoints struct{ issuer, authorize, token string }

func newClient(cfg ProviderConfig, callback string, at endpoints, web *http.Client) (client, error) {
	p, err := openidConnect.NewCustomisedURL(cfg.ClientID, cfg.ClientSecret, callback, at.authorize, at.token, at.issuer, "", "", cfg.scopes()...)
	if err != nil {
		return client{}, err
	}
	p.SetName(cfg.Name)
	p.HTTPClient = web
	// SECURITY: goth lets the unsigned userinfo overwrite the signed id_token, email_verified included.
	p.SkipUserInfoRequest = true
	return client{p}, nil
}

// begin returns the address at which the provider asks the person to sign in, and goth's session to keep until they are back.
func (c client) begin(state, nonce, verifier string) (address, session string, err error) {
	started, err := c.goth.BeginAuth(state)
	if err != nil {
		return "", "", err
	}
	raw, err := started.GetAuthURL()
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", "", err
	}
	// Per request, on the address: goth's SetAuthCodeOptions changes the provider that all requests share.
	q := u.Query()
	q.Set("nonce", nonce)
	q.Set("code_challenge", oauth2.S256ChallengeFromVerifier(verifier))
	q.Set("code_challenge_method", "S256")
	u.RawQuery = q.Encode()
	return u.String(), started.Marshal(), nil
}

// redeem exchanges a code for tokens, none of them verified.
func (c client) redeem(session, code, verifier string) (idToken, accessToken string, err error) {
	// goth asserts types of what the provider sends without checking; a provider must not be able to end a request with a panic.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("exchange code: %v", r)
		}
	}()
	restored, err := c.goth.UnmarshalSession(session)
	if err != nil {
		return "", "", err
	}
	s, ok := restored.(*openidConnect.Session)
	if !ok {
		return "", "", fmt.Errorf("exchange code: session is a %T", restored)
	}
	// SECURITY: never the query of the callback: goth would take redirect_uri and code_verifier from it.
	accessToken, err = s.Authorize(c.goth, url.Values{"code": {code}, "code_verifier": {verifier}})
	if err != nil {
		return "", "", fmt.Errorf("exchange code: %w", err)
	}
	if s.IDToken == "" {
		return "", "", errors.New("exchange code: the provider sent no id_token")
	}
	return s.IDToken, accessToken, nil
}
