package config

import (
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bytes is a size. It is written as a number with an optional unit: 512KB, 12MB, 1GB, powers of 1,024.
type Bytes int64

var units = []struct {
	suffix string
	size   Bytes
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}, {"B", 1}, {"", 1}}

// String writes b with the largest unit that divides it.
func (b Bytes) String() string {
	for _, u := range units {
		if b >= u.size && b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

func parseBytes(s string) (Bytes, bool) {
	upper := strings.ToUpper(strings.TrimSpace(s))
	for _, u := range units {
		if digits, ok := strings.CutSuffix(upper, u.suffix); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
			if err == nil && n >= 0 && n <= math.MaxInt64/int64(u.size) {
				return Bytes(n) * u.size, true
			}
		}
	}
	return 0, false
}

// parseDuration reads what time.ParseDuration reads, and days: 90d.
func parseDuration(s string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err == nil && n <= 36500 && n >= -36500 { // beyond a century it would overflow, and is not meant
			return time.Duration(n) * 24 * time.Hour, true
		}
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

// list splits at commas and drops spaces and empty entries.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// set converts raw into the field, or says what would be right. The field keeps its zero value in that case.
func set(field reflect.Value, raw string) string {
	switch target := field.Addr().Interface().(type) {
	case *string:
		*target = strings.TrimSpace(raw)
	case *[]string:
		*target = list(raw)
	case *bool:
		switch strings.ToLower(raw) {
		case "true", "on", "yes", "1":
			*target = true
		case "false", "off", "no", "0":
			*target = false
		default:
			return "want true or false."
		}
	case *int:
		n, err := strconv.Atoi(raw)
		if err != nil {
			return "want a whole number."
		}
		*target = n
	case *Bytes:
		n, ok := parseBytes(raw)
		if !ok {
			return "want a size such as 512KB or 12MB."
		}
		*target = n
	case *time.Duration:
		d, ok := parseDuration(raw)
		if !ok {
			return "want a time such as 30m, 12h or 14d."
		}
		*target = d
	case *slog.Level:
		if target.UnmarshalText([]byte(raw)) != nil {
			return "want one of debug, info, warn, error."
		}
	case *map[string]string:
		pairs := map[string]string{}
		for _, pair := range list(raw) {
			k, v, ok := strings.Cut(pair, "=")
			if !ok || strings.TrimSpace(k) == "" || strings.TrimSpace(v) == "" {
				return "want pairs NAME=VALUE with commas between, such as hub-admins=admin,hub-mods=moderator or hd=council.example."
			}
			pairs[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
		*target = pairs
	default:
		panic("config: no way to read a " + field.Type().String())
	}
	return ""
}

// check applies the rule called name to a field and says what would be right; "" means all is well. A rule whose name ends
// in ? accepts an empty value.
func check(name string, field reflect.Value) string {
	if name == "" {
		return ""
	}
	rule, optional := strings.CutSuffix(name, "?")
	if optional && field.IsZero() {
		return ""
	}
	return rules[rule](field)
}

var (
	providerName = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)
	headerName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	domainName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$`)
	roleNames    = []string{"manager", "leader", "moderator", "admin"}
)

// rules are the checks a field can name. Each returns what would be right.
var rules = map[string]func(reflect.Value) string{
	"filled": text(func(s string) bool { return s != "" }, "want a value; it has none."),
	"listen": text(isListen, "want an address to listen on, such as :8080 or 127.0.0.1:8080."),
	"header": text(headerName.MatchString, "want the name of a header, such as X-Forwarded-For."),
	"baseurl": text(func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && strings.Trim(u.Path, "/") == "" &&
			u.RawQuery == "" && u.Fragment == "" && u.User == nil
	}, "want http:// or https:// and a host, without a path, such as https://hub.council.example."),
	// SECURITY: the issuer's keys decide who may sign in, so they are fetched by https, except from this machine.
	"issuer": text(func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && u.Hostname() != "" && (u.Scheme == "https" || u.Scheme == "http" && isLocal(u.Hostname()))
	}, "want the provider's https:// address, such as https://login.microsoftonline.com/TENANT/v2.0."),
	"timezone": text(func(s string) bool {
		_, err := time.LoadLocation(s)
		return err == nil && s != "" && s != "Local"
	}, "want a zone of the IANA database, such as Europe/London."),
	"database": text(func(s string) bool {
		if path, ok := strings.CutPrefix(s, "sqlite:"); ok {
			return path != ""
		}
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Path != "/" && u.Path != ""
	}, "want sqlite:PATH or postgres://user:password@host/name."),
	"redis": text(func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "redis" || u.Scheme == "rediss") && u.Host != ""
	}, "want redis://host:6379/0, or rediss:// for TLS."),
	"mailbox": text(func(s string) bool {
		_, err := mail.ParseAddress(s)
		return err == nil
	}, "want an e-mail address, such as hub@council.example or Watercooler <hub@council.example>."),
	"contact": text(func(s string) bool {
		if a, err := mail.ParseAddress(s); err == nil {
			return a.Address == s // it stands in an address of its own, mailto:, where a name has no place
		}
		u, err := url.Parse(s)
		return err == nil && u.Scheme == "https" && u.Hostname() != ""
	}, "want an e-mail address, such as security@council.example, or an https:// address."),
	"bytes": func(v reflect.Value) string {
		if v.Int() < 64<<10 || v.Int() > 1<<30 {
			return "want between 64KB and 1GB."
		}
		return ""
	},
	"positive": func(v reflect.Value) string {
		if time.Duration(v.Int()) < time.Minute {
			return "want at least a minute (1m)."
		}
		return ""
	},
	"pool":  between(1, 256),
	"crowd": between(5, 1000),
	"port":  between(1, 65535),
	"networks": each(func(s string) bool {
		if _, err := netip.ParseAddr(s); err == nil {
			return true
		}
		_, err := netip.ParsePrefix(s)
		return err == nil
	}, "want addresses or networks, such as 10.0.0.1,10.1.0.0/16"),
	"domains": each(domainName.MatchString, "want domains in lower case, such as council.example,nhs.example"),
	"partners": each(func(s string) bool {
		domain, name, named := strings.Cut(s, "=")
		return domainName.MatchString(domain) && (!named || strings.TrimSpace(name) != "")
	}, "want domains in lower case, each with its organisation if you like, such as nhs.example=Devon NHS,police.example"),
	"ssonames": func(v reflect.Value) string {
		names := v.Interface().([]string)
		if want := each(providerName.MatchString, "want names of lower-case letters and digits, such as entra,google")(v); want != "" {
			return want
		}
		if len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
			return "want each name once."
		}
		return ""
	},
	"roles": func(v reflect.Value) string {
		pairs := v.Interface().(map[string]string)
		for _, group := range slices.Sorted(maps.Keys(pairs)) {
			if !slices.Contains(roleNames, pairs[group]) {
				return fmt.Sprintf("want roles among %s; %q is none.", strings.Join(roleNames, ", "), pairs[group])
			}
		}
		return ""
	},
}

func text(ok func(string) bool, want string) func(reflect.Value) string {
	return func(v reflect.Value) string {
		if ok(v.String()) {
			return ""
		}
		return want
	}
}

func each(ok func(string) bool, want string) func(reflect.Value) string {
	return func(v reflect.Value) string {
		for _, s := range v.Interface().([]string) {
			if !ok(s) {
				return fmt.Sprintf("%s; %q is none.", want, s)
			}
		}
		return ""
	}
}

func between(least, most int64) func(reflect.Value) string {
	return func(v reflect.Value) string {
		if v.Int() < least || v.Int() > most {
			return fmt.Sprintf("want a number from %d to %d.", least, most)
		}
		return ""
	}
}

func isListen(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || strings.ContainsAny(host, " /") {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// checkTogether finds settings that are right alone and wrong beside each other.
func (s *settling) checkTogether(c *Config) {
	s.together("HUB_SMTP_FROM", c.SMTP.Host != "" && c.SMTP.From == "",
		"want the sender of the letters, because HUB_SMTP_HOST is set.")
	s.together("HUB_SMTP_PASSWORD", c.SMTP.User != "" && c.SMTP.Password == "",
		"want the password, because HUB_SMTP_USER is set.")
	s.together("HUB_PHOTO_LIMIT", c.PhotoLimit > c.BodyLimit,
		"want no more than HUB_BODY_LIMIT, or the photo never arrives.")
	s.together("HUB_SESSION_IDLE", c.SessionIdle > c.SessionAbsolute,
		"want no more than HUB_SESSION_ABSOLUTE.")
	for _, p := range c.SSO {
		prefix := envName("sso-" + p.Name + "-")
		s.together(prefix+"STAFF_DOMAINS", len(p.StaffDomains)+len(p.PartnerDomains) == 0,
			"want the e-mail domains of those who may sign in, here or in "+prefix+"PARTNER_DOMAINS.")
		s.together(prefix+"ROLES", p.RoleClaim != "" && len(p.Roles) == 0,
			"want what the groups mean, because "+prefix+"ROLE_CLAIM is set.")
		s.together(prefix+"ROLE_CLAIM", p.RoleClaim == "" && len(p.Roles) > 0,
			"want the claim that lists the groups, because "+prefix+"ROLES is set.")
	}
}

// together records a mistake of the option with that variable, unless it has one already.
func (s *settling) together(env string, wrong bool, want string) {
	if !wrong {
		return
	}
	i := slices.IndexFunc(s.options, func(o Option) bool { return o.Env == env })
	o := s.options[i]
	known := slices.ContainsFunc(s.mistakes, func(m Mistake) bool {
		return m.Name == o.Env || m.Name == o.Env+"_FILE" || o.Name != "" && m.Name == "--"+o.Name
	})
	if known {
		return
	}
	m := Mistake{Name: o.Env, Origin: o.Origin, Value: o.Value, Text: want}
	if o.Origin == FromFlag {
		m.Name = "--" + o.Name
	}
	s.mistakes = append(s.mistakes, m)
}

// warn finds what is allowed and probably not meant.
func (s *settling) warn(c *Config) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		if strings.HasPrefix(name, "HUB_") && !s.read[name] {
			out = append(out, fmt.Sprintf("%s is not an option and is ignored%s.", name, s.nearest(name)))
		}
	}
	for _, o := range s.options {
		if o.Secret && o.Origin != FromFile && s.env[o.Env+"_FILE"] != "" {
			out = append(out, fmt.Sprintf("%s_FILE is ignored, because the value also comes from the %s.", o.Env, o.Origin))
		}
	}
	u, err := url.Parse(c.BaseURL)
	local := err == nil && isLocal(u.Hostname())
	if c.Sample && !local {
		out = append(out, "HUB_SAMPLE lets anyone who reaches "+c.BaseURL+" sign in as anyone.")
	}
	if !c.Secure() && !local {
		out = append(out, "HUB_BASE_URL is not https: passwords and sessions travel in the open.")
	}
	if c.SMTP.Host != "" && c.SMTP.TLS == "none" && !isLocal(c.SMTP.Host) {
		out = append(out, "HUB_SMTP_TLS is none: letters travel to "+c.SMTP.Host+" in the open.")
	}
	return out
}

// nearest suggests the option that a mistyped variable may have meant.
func (s *settling) nearest(name string) string {
	best, at := "", 4
	for _, known := range slices.Sorted(maps.Keys(s.read)) {
		if d := distance(name, known); d < at {
			best, at = known, d
		}
	}
	if best == "" {
		return ""
	}
	return " (is " + best + " meant?)"
}

// distance is Levenshtein's: how many letters to add, drop or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal
			} else {
				row[j+1] = 1 + min(diagonal, above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}
