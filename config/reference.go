package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Reference is the page docs/config.md: every option with its default and its explanation. A test compares the two.
func Reference() string {
	var c Config
	s := settling{env: map[string]string{}, flags: map[string]string{}, read: map[string]bool{}}
	s.walk(reflect.ValueOf(&c).Elem(), scope{}, func(def string) string { return def })
	s.walk(reflect.ValueOf(&Provider{}).Elem(), scope{prefix: "sso-name-", group: "Single sign-on", envOnly: true}, func(def string) string { return def })

	var b strings.Builder
	b.WriteString(`# Configuration

Every option is an environment variable; most are flags of the command too (` + "`HUB_LISTEN` is `--listen`" + `). A flag wins over the
environment, and the environment over the default. Options marked *secret* can also be read from a file: set the
variable with ` + "`_FILE`" + ` added to the path, as in ` + "`HUB_SMTP_PASSWORD_FILE=/run/secrets/smtp`" + `.

` + "`watercooler config`" + ` prints what is in force and where each value came from, with secrets masked. A hub with wrong
settings does not start: it lists every mistake at once. Sizes are written as 512KB or 12MB, times as 30m, 12h or 14d,
lists with commas.

This page is generated from the code; ` + "`go test ./config -update`" + ` writes it.
`)
	group := ""
	for _, o := range s.options {
		if o.Group != group {
			group = o.Group
			fmt.Fprintf(&b, "\n## %s\n\n", group)
			if group == "Single sign-on" {
				b.WriteString("For each name in `HUB_SSO`, with that name in capitals in place of `NAME`: the client ID of `entra` is\n`HUB_SSO_ENTRA_CLIENT_ID`. The address to register with the provider is `BASE_URL/sign-in/sso/name/callback`.\n\n")
			}
			b.WriteString("| Option | Default | What it does |\n|---|---|---|\n")
		}
		def := "`" + o.Default + "`"
		if o.Default == "" {
			def = "–"
		}
		doc := o.Doc
		if o.Secret {
			doc += " *Secret.*"
		}
		if o.OneOf != "" {
			doc += " One of `" + strings.ReplaceAll(o.OneOf, ",", "`, `") + "`."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Env, def, doc)
	}
	return b.String()
}
