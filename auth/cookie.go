package auth

import "strings"

const (
	sessionCookie = "wc_session"
	pendingCookie = "wc_sso"
)

// CookieName returns name as it is on the wire. Under https it gets the __Host- prefix: browsers then accept it only with
// Secure, Path=/ and no Domain, so no other host of the domain can plant one.
func CookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// tokenForm reports whether s looks like a token of ours: 43 characters of base64url, which is 32 bytes. Anything else is
// not worth a look in the store.
func tokenForm(s string) bool {
	return len(s) == 43 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
