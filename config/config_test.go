package config_test

import (
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"watercooler/config"
)

var update = flag.Bool("update", false, "write docs/config.md")

func TestLoadTakesTheStrongestOrigin(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		args   []string
		env    []string
		option string
		value  string
		origin config.Origin
	}{
		{"default", nil, nil, "HUB_LISTEN", ":8080", config.FromDefault},
		{"environment beats default", nil, []string{"HUB_LISTEN=:81"}, "HUB_LISTEN", ":81", config.FromEnvironment},
		{"flag beats environment", []string{"--listen", ":82"}, []string{"HUB_LISTEN=:81"}, "HUB_LISTEN", ":82", config.FromFlag},
		{"the later flag wins", []string{"--listen=:82", "--listen=:83"}, nil, "HUB_LISTEN", ":83", config.FromFlag},
		{"an empty variable is not given", nil, []string{"HUB_LISTEN="}, "HUB_LISTEN", ":8080", config.FromDefault},
		{"empty turns metrics off", nil, []string{"HUB_METRICS_LISTEN="}, "HUB_METRICS_LISTEN", "", config.FromEnvironment},
		{"database follows the data folder", []string{"--data", "/srv/hub"}, nil, "HUB_DATABASE_URL", "sqlite:/srv/hub/watercooler.db", config.FromDefault},
		{"switch alone", []string{"--sample"}, nil, "HUB_SAMPLE", "true", config.FromFlag},
		{"switch with a value", []string{"--rate-limits=off"}, nil, "HUB_RATE_LIMITS", "off", config.FromFlag},
		{"secret from a file, masked", nil, []string{"HUB_SMTP_PASSWORD_FILE=" + secret}, "HUB_SMTP_PASSWORD", "********", config.FromFile},
		{"environment beats file", nil, []string{"HUB_SMTP_PASSWORD=x", "HUB_SMTP_PASSWORD_FILE=" + secret}, "HUB_SMTP_PASSWORD", "********", config.FromEnvironment},
		{"only the password of a URL is masked", nil, []string{"HUB_DATABASE_URL=postgres://hub:s3cret@db/hub"}, "HUB_DATABASE_URL", "postgres://hub:********@db/hub", config.FromEnvironment},
		{"password in the query of a URL", nil, []string{"HUB_DATABASE_URL=postgres://db/hub?password=s3cret"}, "HUB_DATABASE_URL", "postgres://db/hub?password=********", config.FromEnvironment},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := config.Load(tc.args, tc.env)
			if err != nil {
				t.Fatal(err)
			}
			o := option(t, c, tc.option)
			if o.Value != tc.value || o.Origin != tc.origin {
				t.Errorf("%s = %q from %s, want %q from %s", tc.option, o.Value, o.Origin, tc.value, tc.origin)
			}
		})
	}
}

func TestLoadReadsEveryType(t *testing.T) {
	c, err := config.Load(nil, []string{
		"HUB_BASE_URL=https://hub.council.example/", "HUB_BODY_LIMIT=2 mb", "HUB_PHOTO_LIMIT=512KB", "HUB_RATE_LIMITS=no",
		"HUB_TRUSTED_PROXIES=10.0.0.1, 10.1.0.0/16", "HUB_SESSION_IDLE=36h", "HUB_SESSION_ABSOLUTE=30d", "HUB_LOG_LEVEL=warn",
		"HUB_DATABASE_READ_POOL=8", "HUB_SMTP_PORT=465",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name      string
		got, want any
	}{
		{"address without its last slash", c.BaseURL, "https://hub.council.example"},
		{"size", c.BodyLimit, config.Bytes(2 << 20)},
		{"size in text", c.PhotoLimit.String(), "512KB"},
		{"switch", c.RateLimits, false},
		{"list", c.TrustedProxies, []string{"10.0.0.1", "10.1.0.0/16"}},
		{"time", c.SessionIdle, 36 * time.Hour},
		{"days", c.SessionAbsolute, 30 * 24 * time.Hour},
		{"level", c.LogLevel, slog.LevelWarn},
		{"number", c.Database.ReadPool, 8},
		{"number in a group", c.SMTP.Port, 465},
		{"zone", c.Location().String(), "Europe/London"},
		{"secure", c.Secure(), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !reflect.DeepEqual(tc.got, tc.want) {
				t.Errorf("got %v, want %v", tc.got, tc.want)
			}
		})
	}
}

func TestLoadReadsProviders(t *testing.T) {
	c, err := config.Load(nil, []string{
		"HUB_SSO=entra,google",
		"HUB_SSO_ENTRA_ISSUER=https://login.microsoftonline.com/t/v2.0", "HUB_SSO_ENTRA_CLIENT_ID=id", "HUB_SSO_ENTRA_CLIENT_SECRET=hush",
		"HUB_SSO_ENTRA_LABEL=Council account", "HUB_SSO_ENTRA_STAFF_DOMAINS=council.example", "HUB_SSO_ENTRA_ROLE_CLAIM=groups",
		"HUB_SSO_ENTRA_ROLES=hub-admins=admin, hub-mods=moderator", "HUB_SSO_ENTRA_CLAIM_UNIT=department",
		"HUB_SSO_ENTRA_TRUST_EMAIL=true", "HUB_SSO_GOOGLE_REQUIRE=hd=nhs.example, tier=staff",
		"HUB_SSO_GOOGLE_ISSUER=https://accounts.google.com", "HUB_SSO_GOOGLE_CLIENT_ID=id", "HUB_SSO_GOOGLE_CLIENT_SECRET=hush",
		"HUB_SSO_GOOGLE_PARTNER_DOMAINS=nhs.example=Devon NHS,police.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Provider{
		{Name: "entra", Issuer: "https://login.microsoftonline.com/t/v2.0", ClientID: "id", ClientSecret: "hush", Label: "Council account",
			StaffDomains: []string{"council.example"}, TrustEmail: true, Require: map[string]string{}, ClaimUnit: "department", RoleClaim: "groups",
			Roles: map[string]string{"hub-admins": "admin", "hub-mods": "moderator"}},
		{Name: "google", Issuer: "https://accounts.google.com", ClientID: "id", ClientSecret: "hush", Label: "google",
			PartnerDomains: []string{"nhs.example=Devon NHS", "police.example"}, Require: map[string]string{"hd": "nhs.example", "tier": "staff"}, Roles: map[string]string{}},
	}
	if !reflect.DeepEqual(c.SSO, want) {
		t.Errorf("SSO =\n%+v, want\n%+v", c.SSO, want)
	}
	if o := option(t, c, "HUB_SSO_ENTRA_CLIENT_SECRET"); o.Value != "********" {
		t.Errorf("secret shown as %q", o.Value)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings: %q", w)
	}
}

func TestMistakesSayWhatWouldBeRight(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		env  []string
		want string
	}{
		{"listen", nil, []string{"HUB_LISTEN=80a"}, `HUB_LISTEN (environment) is "80a": want an address to listen on, such as :8080 or 127.0.0.1:8080.`},
		{"flag is named as typed", []string{"--listen=x"}, nil, `--listen (flag) is "x": want an address to listen on, such as :8080 or 127.0.0.1:8080.`},
		{"base URL with a path", nil, []string{"HUB_BASE_URL=https://x.example/hub"}, `HUB_BASE_URL (environment) is "https://x.example/hub": want http:// or https:// and a host, without a path, such as https://hub.council.example.`},
		{"zone", nil, []string{"HUB_TIMEZONE=London"}, `HUB_TIMEZONE (environment) is "London": want a zone of the IANA database, such as Europe/London.`},
		{"one of", nil, []string{"HUB_DATABASE_SYNC=half"}, `HUB_DATABASE_SYNC (environment) is "half": want one of full, normal.`},
		{"switch", nil, []string{"HUB_SAMPLE=maybe"}, `HUB_SAMPLE (environment) is "maybe": want true or false.`},
		{"number", nil, []string{"HUB_SMTP_PORT=mail"}, `HUB_SMTP_PORT (environment) is "mail": want a whole number.`},
		{"range", nil, []string{"HUB_SMTP_PORT=70000"}, `HUB_SMTP_PORT (environment) is "70000": want a number from 1 to 65535.`},
		{"size", nil, []string{"HUB_BODY_LIMIT=big"}, `HUB_BODY_LIMIT (environment) is "big": want a size such as 512KB or 12MB.`},
		{"size that overflows", nil, []string{"HUB_BODY_LIMIT=9999999999999GB"}, `HUB_BODY_LIMIT (environment) is "9999999999999GB": want a size such as 512KB or 12MB.`},
		{"time", nil, []string{"HUB_SESSION_IDLE=soon"}, `HUB_SESSION_IDLE (environment) is "soon": want a time such as 30m, 12h or 14d.`},
		{"proxies", nil, []string{"HUB_TRUSTED_PROXIES=proxy"}, `HUB_TRUSTED_PROXIES (environment) is "proxy": want addresses or networks, such as 10.0.0.1,10.1.0.0/16; "proxy" is none.`},
		{"a secret is never shown", nil, []string{"HUB_DATABASE_URL=mysql://root:hush@db"}, `HUB_DATABASE_URL (environment): want sqlite:PATH or postgres://user:password@host/name.`},
		{"file that is not there", nil, []string{"HUB_SMTP_PASSWORD_FILE=/nowhere"}, `HUB_SMTP_PASSWORD_FILE (environment) is "/nowhere": want a file that the hub can read (open /nowhere: no such file or directory).`},
		{"photo over body", nil, []string{"HUB_PHOTO_LIMIT=20MB"}, `HUB_PHOTO_LIMIT (environment) is "20MB": want no more than HUB_BODY_LIMIT, or the photo never arrives.`},
		{"idle over absolute", nil, []string{"HUB_SESSION_ABSOLUTE=1h"}, `HUB_SESSION_IDLE (default) is "12h": want no more than HUB_SESSION_ABSOLUTE.`},
		{"contact with a name", nil, []string{"HUB_SECURITY_CONTACT=Sam <sam@council.example>"}, `HUB_SECURITY_CONTACT (environment) is "Sam <sam@council.example>": want an e-mail address, such as security@council.example, or an https:// address.`},
		{"contact in the clear", nil, []string{"HUB_SECURITY_CONTACT=http://council.example/report"}, `HUB_SECURITY_CONTACT (environment) is "http://council.example/report": want an e-mail address, such as security@council.example, or an https:// address.`},
		{"mail without sender", nil, []string{"HUB_SMTP_HOST=mail"}, `HUB_SMTP_FROM (default): want the sender of the letters, because HUB_SMTP_HOST is set.`},
		{"provider twice", nil, []string{"HUB_SSO=a,a"}, `want each name once.`},
		{"provider by http", nil, []string{"HUB_SSO=a", "HUB_SSO_A_ISSUER=http://idp.example"}, `HUB_SSO_A_ISSUER (environment) is "http://idp.example": want the provider's https:// address`},
		{"provider without domains", nil, []string{"HUB_SSO=a"}, `HUB_SSO_A_STAFF_DOMAINS (default): want the e-mail domains of those who may sign in, here or in HUB_SSO_A_PARTNER_DOMAINS.`},
		{"provider without secret", nil, []string{"HUB_SSO=a"}, `HUB_SSO_A_CLIENT_SECRET (default): want a value; it has none.`},
		{"unknown role", nil, []string{"HUB_SSO=a", "HUB_SSO_A_ROLES=x=king"}, `want roles among manager, leader, moderator, admin; "king" is none.`},
		{"partner without a name", nil, []string{"HUB_SSO=a", "HUB_SSO_A_PARTNER_DOMAINS=nhs.example="}, `"nhs.example=" is none.`},
		{"everybody as partner", nil, []string{"HUB_SSO=a", "HUB_SSO_A_PARTNER_DOMAINS=*"}, `"*" is none.`},
		{"claims that are no pairs", nil, []string{"HUB_SSO=a", "HUB_SSO_A_REQUIRE=hd"}, `HUB_SSO_A_REQUIRE (environment) is "hd": want pairs NAME=VALUE`},
		{"trust that is no switch", nil, []string{"HUB_SSO=a", "HUB_SSO_A_TRUST_EMAIL=perhaps"}, `HUB_SSO_A_TRUST_EMAIL (environment) is "perhaps": want true or false.`},
		{"roles that are no pairs", nil, []string{"HUB_SSO=a", "HUB_SSO_A_ROLES=admin"}, `want pairs NAME=VALUE with commas between, such as hub-admins=admin,hub-mods=moderator or hd=council.example.`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := config.Load(tc.args, tc.env)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error is\n%v, want in it\n%s", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("the secret is in %v", err)
			}
		})
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	_, err := config.Load([]string{"--base-url=nowhere"}, []string{"HUB_LISTEN=x", "HUB_TIMEZONE=x", "HUB_LOG_LEVEL=loud"})
	var m config.Mistakes
	if !errors.As(err, &m) || len(m) != 4 {
		t.Fatalf("got %v, want four mistakes", err)
	}
	if first, _, _ := strings.Cut(err.Error(), "\n"); first != "4 mistakes in the configuration:" {
		t.Errorf("first line is %q", first)
	}
}

func TestWarnings(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  []string
		want string
	}{
		{"mistyped", []string{"HUB_LISTN=:80"}, "HUB_LISTN is not an option and is ignored (is HUB_LISTEN meant?)."},
		{"unknown", []string{"HUB_SOMETHING_ELSE=1"}, "HUB_SOMETHING_ELSE is not an option and is ignored."},
		{"public sample", []string{"HUB_SAMPLE=true", "HUB_BASE_URL=https://hub.example"}, "HUB_SAMPLE lets anyone who reaches https://hub.example sign in as anyone."},
		{"public http", []string{"HUB_BASE_URL=http://hub.example"}, "HUB_BASE_URL is not https: passwords and sessions travel in the open."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := config.Load(nil, tc.env)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(c.Warnings(), "\n"); got != tc.want {
				t.Errorf("warnings are %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSettleKeepsWhatIsRight(t *testing.T) {
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Flags(set)
	if err := set.Parse([]string{"--data=d", "--sample", "--log-level", "debug", "--log-level=warn"}); err != nil {
		t.Fatal(err)
	}
	c, err := config.Settle(set, []string{"HUB_LISTEN=x"})
	if !errors.As(err, new(config.Mistakes)) {
		t.Errorf("wrong settings: error %v, want mistakes", err)
	}
	if c.Data != "d" || !c.Sample || c.LogLevel != slog.LevelWarn {
		t.Errorf("data %q, sample %t, level %s", c.Data, c.Sample, c.LogLevel)
	}
}

func TestUsageNamesTheVariable(t *testing.T) {
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Flags(set)
	got := strings.Join(strings.Fields(config.Usage(set, 100)), " ")
	for _, want := range []string{"Web server: --listen ADDRESS", "(HUB_LISTEN, default :8080)", "--sample", "Mail: --smtp-host NAME"} {
		if !strings.Contains(got, want) {
			t.Errorf("the help has no %q:\n%s", want, got)
		}
	}
}

func TestReferencePage(t *testing.T) {
	const page = "../docs/config.md"
	if *update {
		if err := os.WriteFile(page, []byte(config.Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != config.Reference() {
		t.Error("docs/config.md is out of date: go test ./config -update")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("HUB_LISTEN", ":8080")
	f.Add("HUB_SSO", "entra")
	f.Add("HUB_BODY_LIMIT", "-1MB")
	f.Add("HUB_DATABASE_URL", "postgres://%zz")
	f.Fuzz(func(t *testing.T, name, value string) {
		c, err := config.Load(nil, []string{name + "=" + value})
		if err != nil && !errors.As(err, new(config.Mistakes)) {
			t.Errorf("error is %v, want mistakes", err)
		}
		if err == nil && (c.BodyLimit < c.PhotoLimit || c.SessionIdle <= 0) {
			t.Errorf("accepted %+v", c)
		}
	})
}

func option(t *testing.T, c config.Config, env string) config.Option {
	t.Helper()
	for _, o := range c.Options() {
		if o.Env == env {
			return o
		}
	}
	t.Fatalf("no option %s", env)
	return config.Option{}
}
