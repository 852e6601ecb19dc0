package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/kv"
)

// Config is how one hub signs people in. The zero value of each duration is its default.
type Config struct {
	BaseURL   string        // decides the callback addresses and whether cookies are Secure
	Idle      time.Duration // a session not used for this long is over; 12 hours
	Absolute  time.Duration // a session is over after this long in any case; 30 days
	Providers []ProviderConfig
	HTTP      *http.Client // to reach identity providers; nil for one with time limits
}

const (
	defaultIdle     = 12 * time.Hour
	defaultAbsolute = 30 * 24 * time.Hour
)

// Service holds accounts, sessions and everything else that says who somebody is. Its methods are safe for concurrent use.
type Service struct {
	db        *db.DB
	kv        kv.Store
	cfg       Config
	secure    bool
	now       func() time.Time
	log       *slog.Logger
	hashing   chan struct{} // one place per password being hashed: 19 MiB each
	decoy     PasswordHash  // verified for accounts that do not exist, so that they take as long
	providers []*provider
}

// New returns a Service on d and store, or says what is wrong with the configured providers. It asks no provider anything:
// one that is down must not keep the hub from starting.
func New(d *db.DB, store kv.Store, cfg Config, now func() time.Time, log *slog.Logger) (*Service, error) {
	if cfg.Idle <= 0 {
		cfg.Idle = defaultIdle
	}
	if cfg.Absolute <= 0 {
		cfg.Absolute = defaultAbsolute
	}
	if cfg.HTTP == nil {
		cfg.HTTP = newHTTPClient()
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	s := &Service{
		db: d, kv: store, cfg: cfg, secure: base.Scheme == "https", now: now, log: log,
		hashing: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
	}
	s.decoy = decoyHash()
	for _, p := range cfg.Providers {
		party, err := newProvider(p, cfg, now)
		if err != nil {
			return nil, err
		}
		for _, other := range s.providers {
			if other.cfg.Name == p.Name {
				return nil, fmt.Errorf("single sign-on %q: there are two providers of this name", p.Name)
			}
		}
		s.providers = append(s.providers, party)
	}
	return s, nil
}

// newToken returns 256 random bits for a cookie, a link or a program.
func newToken() string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// hashOf returns what is kept of a token.
//
// SECURITY: only this is stored, so that a copy of the database signs nobody in. A plain hash is enough for 256 random bits.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// foldEmail returns the form of an e-mail address under which accounts are kept.
func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
