package config

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Load reads the settings from flags, environment (as os.Environ gives it) and defaults. Mistakes in values come back
// together as Mistakes.
func Load(args, environ []string) (Config, error) {
	set := pflag.NewFlagSet("watercooler", pflag.ContinueOnError)
	Flags(set)
	if err := set.Parse(args); err != nil {
		return Config{}, fmt.Errorf("read the flags: %w", err)
	}
	return Settle(set, environ)
}

// Settle reads the settings from a parsed set that Flags has filled, the environment and the defaults. Where values are wrong
// the error is Mistakes, and what is right is there all the same, for a command that needs no settings.
func Settle(set *pflag.FlagSet, environ []string) (Config, error) {
	s := settling{env: map[string]string{}, flags: map[string]string{}, read: map[string]bool{}}
	// A command has its own set, which shares these flags: Visit would not know of what was typed there.
	set.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			s.flags[f.Name] = f.Value.String()
		}
	})
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		s.env[name] = value
	}
	var c Config
	err := s.settle(&c)
	return c, err
}

func envName(flag string) string {
	return "HUB_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Mistakes is every wrong setting, as one error.
type Mistakes []Mistake

// Mistake is one wrong setting. Text says what would be right; Value is "" when the setting is secret or was not given.
type Mistake struct {
	Name   string // as the operator wrote it: --listen, HUB_LISTEN or HUB_SMTP_PASSWORD_FILE
	Origin Origin
	Value  string
	Text   string
}

// Error lists the mistakes, a line each.
func (m Mistakes) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s in the configuration:", len(m), plural(len(m), "mistake", "mistakes"))
	for _, x := range m {
		b.WriteString("\n  ")
		b.WriteString(x.Error())
	}
	return b.String()
}

// Error is the mistake as one line.
func (m Mistake) Error() string {
	if m.Value == "" {
		return fmt.Sprintf("%s (%s): %s", m.Name, m.Origin, m.Text)
	}
	return fmt.Sprintf("%s (%s) is %q: %s", m.Name, m.Origin, m.Value, m.Text)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// settling turns raw texts into a checked Config.
type settling struct {
	env      map[string]string
	flags    map[string]string
	read     map[string]bool // environment names some option looks at
	mistakes Mistakes
	options  []Option
}

func (s *settling) settle(c *Config) error {
	// {data} in a default needs the data folder, which the walk therefore meets first: it is the first field.
	s.walk(reflect.ValueOf(c).Elem(), scope{}, func(def string) string { return strings.ReplaceAll(def, "{data}", c.Data) })
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	for _, name := range c.SSONames {
		p := Provider{Name: name}
		s.walk(reflect.ValueOf(&p).Elem(), scope{prefix: "sso-" + name + "-", group: "Single sign-on: " + name, envOnly: true},
			func(def string) string { return strings.ReplaceAll(def, "{name}", name) })
		c.SSO = append(c.SSO, p)
	}
	s.checkTogether(c)
	c.options = s.options
	c.warnings = s.warn(c)
	if len(s.mistakes) > 0 {
		return s.mistakes
	}
	return nil
}

// scope is where in the tree of settings a walk is.
type scope struct {
	prefix, group string
	envOnly       bool
}

// walk settles every tagged field of v and of the structs inside it.
func (s *settling) walk(v reflect.Value, in scope, expand func(string) string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Tag.Get("prefix") != "" {
			inner := in
			inner.prefix += f.Tag.Get("prefix")
			s.walk(v.Field(i), inner, expand)
			continue
		}
		if f.Tag.Get("name") != "" {
			s.field(f, v.Field(i), in, expand)
		}
	}
}

func (s *settling) field(f reflect.StructField, target reflect.Value, in scope, expand func(string) string) {
	o := Option{
		Group:   cmp.Or(in.group, f.Tag.Get("group")),
		Name:    in.prefix + f.Tag.Get("name"),
		Default: f.Tag.Get("preset"),
		Doc:     f.Tag.Get("help"),
		OneOf:   f.Tag.Get("oneof"),
		Secret:  f.Tag.Get("secret") != "",
	}
	o.Env = envName(o.Name)
	raw, shown, err := s.raw(&o, in.envOnly)
	if in.envOnly {
		o.Name = ""
	}
	if err != nil {
		s.mistakes = append(s.mistakes, Mistake{Name: shown, Origin: FromEnvironment, Value: s.env[shown],
			Text: "want a file that the hub can read (" + err.Error() + ")."})
		s.options = append(s.options, o)
		return // the option itself is not missing as well
	}
	if o.Origin == FromDefault {
		raw = expand(o.Default)
	}
	o.Value = raw
	switch f.Tag.Get("secret") {
	case "all":
		o.Value = mask(raw)
	case "url":
		o.Value = maskURL(raw)
	}
	want := set(target, raw)
	if want == "" && o.OneOf != "" && !slices.Contains(strings.Split(o.OneOf, ","), raw) {
		want = "want one of " + strings.ReplaceAll(o.OneOf, ",", ", ") + "."
	}
	if want == "" {
		want = check(f.Tag.Get("check"), target)
	}
	if want != "" {
		m := Mistake{Name: shown, Origin: o.Origin, Value: raw, Text: want}
		if o.Secret {
			m.Value = ""
		}
		s.mistakes = append(s.mistakes, m)
	}
	s.options = append(s.options, o)
}

// raw finds the text of an option, sets its origin, and returns the name the operator knows it by. The error is that of a
// file which cannot be read.
func (s *settling) raw(o *Option, envOnly bool) (raw, shown string, err error) {
	s.read[o.Env] = true
	if o.Secret {
		s.read[o.Env+"_FILE"] = true
	}
	if raw, ok := s.flags[o.Name]; ok && !envOnly {
		o.Origin = FromFlag
		return raw, "--" + o.Name, nil
	}
	// An empty variable is one that was not given, because compose files pass on what is unset as empty; except where empty
	// means something.
	if raw, ok := s.env[o.Env]; ok && (raw != "" || o.Env == "HUB_METRICS_LISTEN") {
		o.Origin = FromEnvironment
		return raw, o.Env, nil
	}
	if path := s.env[o.Env+"_FILE"]; o.Secret && path != "" {
		o.Origin = FromFile
		text, err := os.ReadFile(path)
		return strings.TrimRight(string(text), "\r\n"), o.Env + "_FILE", err
	}
	o.Origin = FromDefault
	return "", o.Env, nil
}

func mask(s string) string {
	if s == "" {
		return ""
	}
	return "********"
}

// maskURL hides the password in a URL, whether it sits before the host or in the query, and everything when the text cannot
// be read as a URL.
func maskURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return mask(s)
	}
	q := u.Query()
	for k := range q {
		if strings.Contains(strings.ToLower(k), "password") {
			q.Set(k, "********")
			u.RawQuery = q.Encode()
		}
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "********")
	}
	return strings.ReplaceAll(u.String(), "%2A%2A%2A%2A%2A%2A%2A%2A", "********")
}
