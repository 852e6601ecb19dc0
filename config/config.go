// Package config is every setting of the hub, in one struct: its flag, its environment variable, its default, its check and
// its explanation. The flags, `watercooler config`, and the reference page in docs/config.md are all read from that struct,
// so they cannot disagree.
//
// A value comes from the first of these that has one: the flag (--listen), the environment (HUB_LISTEN), a file named by
// the environment (HUB_SMTP_PASSWORD_FILE, secrets only), the default. The name of the variable is the name of the flag in
// capitals after HUB_. Mistakes are collected and reported together, because an operator who fixes them one restart at a
// time is an operator who stops reading them.
//
// The package imports nothing of ours, and only main imports it: values are passed down.
package config

import (
	"log/slog"
	"net/netip"
	"strings"
	"time"
	_ "time/tzdata" // the binary carries its own time zones: a container built from scratch has none
)

// Config is the settings of one process. The tags of a field are its whole definition:
//
//	name     the flag; HUB_NAME in the environment
//	preset   the value when nobody gives one; {data} stands for the data folder
//	group    the heading it stands under, in the help and in docs/config.md
//	help     one or two sentences for the operator
//	check    a rule from checks.go that the value must satisfy
//	oneof    the only values allowed, separated by commas
//	secret   the value is masked wherever it is shown and may come from a file (NAME_FILE);
//	         "url" masks only the password inside it
//
// A struct inside with a prefix holds more of them, whose names begin with it. Flags makes a flag of each, Settle reads them.
type Config struct {
	Data     string `name:"data" group:"The hub" preset:"data" check:"filled" placeholder:"DIR" help:"Folder that holds everything the hub keeps: database, search index, photos. Back this up."`
	BaseURL  string `name:"base-url" group:"The hub" preset:"http://localhost:8080" check:"baseurl" placeholder:"URL" help:"Address people type to reach the hub. Links in letters and single sign-on use it; https turns on secure cookies and HSTS."`
	Timezone string `name:"timezone" group:"The hub" preset:"Europe/London" check:"timezone" placeholder:"ZONE" help:"Time zone of the organisation, in which dates are shown."`
	Sample   bool   `name:"sample" group:"The hub" preset:"false" help:"Fill an empty hub with sample content and let anyone sign in as a sample person. For trying it out, never for real use."`

	InsightsK int `name:"insights-k" group:"The hub" preset:"5" check:"crowd" placeholder:"COUNT" help:"How many people must stand behind a figure before leaders see it. Never fewer than 5; more where people are few."`

	Contact         string `name:"contact" group:"The hub" preset:"" check:"mailbox?" placeholder:"ADDRESS" help:"E-mail address for questions about the hub, named in its accessibility statement, privacy notice and cookie page."`
	SecurityContact string `name:"security-contact" group:"The hub" preset:"" check:"contact?" placeholder:"ADDRESS" help:"Where to report a weakness: an e-mail address, or the https:// address of a page. Published at /.well-known/security.txt; empty: there is none."`

	Listen     string `name:"listen" group:"Web server" preset:":8080" check:"listen" placeholder:"ADDRESS" help:"Address the web server listens on."`
	Metrics    string `name:"metrics-listen" group:"Web server" preset:"127.0.0.1:9090" check:"listen?" placeholder:"ADDRESS" help:"Address that serves Prometheus /metrics, apart from the pages. Empty turns it off."`
	BodyLimit  Bytes  `name:"body-limit" group:"Web server" preset:"12MB" check:"bytes" placeholder:"SIZE" help:"Largest request accepted, uploads included."`
	PhotoLimit Bytes  `name:"photo-limit" group:"Web server" preset:"10MB" check:"bytes" placeholder:"SIZE" help:"Largest photo accepted; no larger than the body limit."`
	RateLimits bool   `name:"rate-limits" group:"Web server" preset:"true" help:"Slow down clients that ask too often. Turn off only behind something that does it better, or to measure."`

	ProxyHeader    string   `name:"proxy-header" group:"Web server" preset:"" check:"header?" placeholder:"NAME" help:"Header in which the reverse proxy passes the client's address, such as X-Forwarded-For. Empty: there is no proxy."`
	TrustedProxies []string `name:"trusted-proxies" group:"Web server" preset:"127.0.0.1,::1" check:"networks" placeholder:"LIST" help:"Addresses or networks of the proxies whose header is believed. Everyone else's is ignored."`

	Database Database `embed:"" prefix:"database-"`
	RedisURL string   `name:"redis-url" group:"Redis" preset:"" check:"redis?" secret:"url" placeholder:"URL" help:"Redis for sessions, rate limits and messages between several servers: redis://, or rediss:// for TLS; ?addr= adds cluster nodes, ?master_name= means Sentinel. Empty: sessions live in the database, the rest in memory."`

	SessionIdle     time.Duration `name:"session-idle" group:"Sign-in" preset:"12h" check:"positive" placeholder:"TIME" help:"A session ends when it has not been used for this long."`
	SessionAbsolute time.Duration `name:"session-absolute" group:"Sign-in" preset:"30d" check:"positive" placeholder:"TIME" help:"A session ends this long after sign-in, however much it is used."`
	SSONames        []string      `name:"sso" group:"Sign-in" preset:"" check:"ssonames" placeholder:"NAMES" help:"Names of the single sign-on providers, such as entra,google. Each has its own settings; see Single sign-on."`

	SMTP SMTP `embed:"" prefix:"smtp-"`

	Signals Signals `embed:"" prefix:"signals-"`

	LogFormat string     `name:"log-format" group:"Logs" preset:"text" oneof:"text,json" placeholder:"FORMAT" help:"Form of the log lines."`
	LogLevel  slog.Level `name:"log-level" group:"Logs" preset:"info" oneof:"debug,info,warn,error" placeholder:"LEVEL" help:"Least level that is logged."`

	// SSO is one entry for each name in SSONames, in that order, from HUB_SSO_NAME_*.
	SSO []Provider

	options  []Option
	warnings []string
}

// Database is where the truth is kept.
type Database struct {
	URL      string `name:"url" group:"Database" preset:"sqlite:{data}/watercooler.db" check:"database" secret:"url" placeholder:"URL" help:"The database: sqlite:PATH, or postgres://user:password@host/name."`
	Sync     string `name:"sync" group:"Database" preset:"full" oneof:"full,normal" placeholder:"MODE" help:"SQLite only. full: what was acknowledged survives a power cut. normal: faster, and a power cut may lose the last moments."`
	ReadPool int    `name:"read-pool" group:"Database" preset:"4" check:"pool" placeholder:"COUNT" help:"Connections that read at the same time."`
}

// SMTP is how letters leave the hub. Without a host none do, and an administrator hands out one-time links instead.
type SMTP struct {
	Host     string `name:"host" group:"Mail" preset:"" placeholder:"NAME" help:"Mail server. Empty: the hub sends no letters and administrators hand out one-time links."`
	Port     int    `name:"port" group:"Mail" preset:"587" check:"port" placeholder:"NUMBER" help:"Port of the mail server."`
	User     string `name:"user" group:"Mail" preset:"" placeholder:"NAME" help:"User name at the mail server. Empty: no authentication."`
	Password string `name:"password" group:"Mail" preset:"" secret:"all" placeholder:"TEXT" help:"Password at the mail server."`
	From     string `name:"from" group:"Mail" preset:"" check:"mailbox?" placeholder:"ADDRESS" help:"Sender of the letters, such as Watercooler <hub@council.example>. Needed with a mail server."`
	TLS      string `name:"tls" group:"Mail" preset:"starttls" oneof:"starttls,tls,none" placeholder:"MODE" help:"How the connection is protected: starttls (usually port 587), tls (usually 465), or none (only within one machine)."`
}

// Signals is how the hub reads the feeds of others.
type Signals struct {
	Fetch bool     `name:"fetch" group:"Signals" preset:"true" help:"Read the feeds that people add as sources of signals, each about once an hour. The sample hub reads none."`
	Allow []string `name:"allow" group:"Signals" preset:"" check:"networks" placeholder:"LIST" help:"Addresses or networks that feeds are read from although they are not public, such as 10.20.0.0/16 for a site on your intranet; there at any port. All other private addresses are refused."`
}

// Networks are the networks in Allow.
func (s Signals) Networks() []netip.Prefix {
	var list []netip.Prefix
	for _, text := range s.Allow {
		if p, err := netip.ParsePrefix(text); err == nil {
			list = append(list, p.Masked())
		} else if a, err := netip.ParseAddr(text); err == nil {
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return list
}

// Provider is one OpenID Connect provider, read from HUB_SSO_NAME_ and the name of the option. There are no flags for it:
// a secret on a command line is read by everyone on the machine.
type Provider struct {
	Name           string            // as in HUB_SSO; part of the callback address /sign-in/sso/NAME/callback
	Issuer         string            `name:"issuer" check:"issuer" placeholder:"URL" help:"Issuer address, from which the provider's configuration is discovered."`
	ClientID       string            `name:"client-id" check:"filled" placeholder:"TEXT" help:"Client ID that the provider gave this hub."`
	ClientSecret   string            `name:"client-secret" check:"filled" secret:"all" placeholder:"TEXT" help:"Client secret that the provider gave this hub."`
	Label          string            `name:"label" preset:"{name}" placeholder:"TEXT" help:"Words on the sign-in button."`
	StaffDomains   []string          `name:"staff-domains" check:"domains" placeholder:"LIST" help:"Verified e-mail domains whose people are staff."`
	PartnerDomains []string          `name:"partner-domains" check:"partners" placeholder:"LIST" help:"Verified e-mail domains whose people are partners, with the name of their organisation after = where it is not the domain. Everyone else is refused."`
	TrustEmail     bool              `name:"trust-email" preset:"false" help:"Take every e-mail address of this provider as verified, although it does not say so. Only for a provider whose administrators alone decide addresses: Entra ID with your own tenant's issuer."`
	Require        map[string]string `name:"require" placeholder:"PAIRS" help:"Claims that must have this value for anyone to get in, such as hd=council.gov.uk for Google Workspace."`
	ClaimUnit      string            `name:"claim-unit" placeholder:"CLAIM" help:"Claim that holds the person's unit, such as department."`
	ClaimJobTitle  string            `name:"claim-job-title" placeholder:"CLAIM" help:"Claim that holds the job title."`
	ClaimManager   string            `name:"claim-manager" placeholder:"CLAIM" help:"Claim that holds the manager's e-mail address."`
	RoleClaim      string            `name:"role-claim" placeholder:"CLAIM" help:"Claim that lists the person's groups or roles."`
	Roles          map[string]string `name:"roles" check:"roles" placeholder:"PAIRS" help:"What those groups are here, such as hub-admins=admin,hub-mods=moderator. Roles: manager, leader, moderator, admin."`
}

// Location is the time zone of the organisation.
func (c Config) Location() *time.Location {
	l, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC // never after Load, which checks the zone
	}
	return l
}

// Secure reports whether people reach the hub by https.
func (c Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Options lists every setting with its present value, masked where it is secret, and where that came from, in the order of
// the struct, providers last.
func (c Config) Options() []Option { return c.options }

// Warnings are sentences about settings that are allowed but probably not meant: a HUB_ variable that no option reads, a
// sample hub on a public address.
func (c Config) Warnings() []string { return c.warnings }

// Option is one setting as `watercooler config` prints it.
type Option struct {
	Group   string
	Name    string // of the flag, without dashes; "" when there is no flag
	Env     string
	Value   string // masked when secret
	Origin  Origin
	Default string
	Doc     string
	OneOf   string // the only values allowed, separated by commas; "" when it is free
	Secret  bool   // may also come from the file that Env_FILE names
}

// Origin says where a value came from.
type Origin string

// The origins, weakest first.
const (
	FromDefault     Origin = "default"
	FromFile        Origin = "file"
	FromEnvironment Origin = "environment"
	FromFlag        Origin = "flag"
)
