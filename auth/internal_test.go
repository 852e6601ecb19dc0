package auth

import (
	"strings"
	"testing"
)

// FuzzPasswordHash reads hashes nobody here wrote. Parsing must not panic, and must bound what verifying would cost.
func FuzzPasswordHash(f *testing.F) {
	good := string(hashPassword("violet kettle"))
	for _, s := range []string{good, "", "$", "$argon2id$v=19$m=19456,t=2,p=1$$", strings.Replace(good, "m=19456", "m=4294967295", 1),
		strings.Replace(good, "p=1", "p=0", 1), "$2a$10$abc", good + "$", strings.Replace(good, "$v=19", "$v=16", 1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := PasswordHash(s).parse()
		if err == nil && (p.memory > 256*1024 || p.passes > 10 || p.passes < 1 || p.lanes < 1 || len(p.key) < 16) {
			t.Errorf("parse(%q) = %+v", s, p)
		}
	})
}

func TestPasswordHash(t *testing.T) {
	const password = "violet kettle under seven moons"
	ours := hashPassword(password)
	if !strings.HasPrefix(string(ours), "$argon2id$v=19$m=19456,t=2,p=1$") || ours == hashPassword(password) {
		t.Errorf("hash = %s; want argon2id at the recommended cost, with a salt of its own", ours)
	}
	for _, tc := range []struct {
		name, password string
		hash           PasswordHash
		ok, stale, bad bool
	}{
		{"right", password, ours, true, false, false},
		{"wrong", password + " ", ours, false, false, false},
		{"composed another way", "cafe\u0301 au lait for seven", hashPassword("caf\u00e9 au lait for seven"), true, false, false},
		{"made at a lower cost, by the reference program", "password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", true, true, false},
		{"another algorithm", password, "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", false, false, true},
		{"cost that would use up memory", password, PasswordHash(strings.Replace(string(ours), "m=19456", "m=4194304", 1)), false, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ok, stale, err := tc.hash.matches(tc.password)
			if ok != tc.ok || stale != tc.stale || (err != nil) != tc.bad {
				t.Errorf("matches = %v, %v, %v; want %v, %v, error %v", ok, stale, err, tc.ok, tc.stale, tc.bad)
			}
		})
	}
}

func TestDeviceName(t *testing.T) {
	for agent, want := range map[string]string{
		"": "Unknown browser",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                        "Firefox on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                   "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                   "Safari on Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":                                "Chrome on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36":                              "Chrome on Chromebook",
		"curl/8.5.0":                "curl",
		"<script>alert(1)</script>": "Unknown browser",
		"SomethingOn Linux":         "Browser on Linux",
	} {
		if got := deviceName(agent); got != want {
			t.Errorf("deviceName(%.40q) = %q, want %q", agent, got, want)
		}
	}
}
