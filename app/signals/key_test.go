package signals

import (
	"strings"
	"testing"
)

func TestKey(t *testing.T) {
	const same = "gazette.example/news/bridge"
	for _, tc := range []struct{ name, address, want string }{
		{"plain", "https://gazette.example/news/bridge", same},
		{"another scheme", "http://gazette.example/news/bridge", same},
		{"www", "https://www.gazette.example/news/bridge", same},
		{"the usual port", "https://gazette.example:443/news/bridge", same},
		{"an unusual port", "https://gazette.example:8443/news/bridge", "gazette.example:8443/news/bridge"},
		{"the port of the other scheme", "http://gazette.example:443/news/bridge", "gazette.example:443/news/bridge"},
		{"a slash at the end", "https://gazette.example/news/bridge/", same},
		{"a fragment", "https://gazette.example/news/bridge#comments", same},
		{"a campaign", "https://gazette.example/news/bridge?utm_source=letter&UTM_Medium=email&fbclid=x", same},
		{"a query that matters", "https://gazette.example/news?utm_source=x&id=7", "gazette.example/news?id=7"},
		{"the order of a query", "https://gazette.example/news?b=2&a=1", "gazette.example/news?a=1&b=2"},
		{"capitals of a host", "https://Gazette.Example/news/bridge", same},
		{"capitals of a path", "https://gazette.example/News", "gazette.example/News"},
		{"a site alone", "https://gazette.example", "gazette.example"},
		{"and its slash", "https://gazette.example/", "gazette.example"},
		{"nothing after www", "https://www./x", "www./x"},
		{"spaces around", " https://gazette.example/news/bridge ", same},
		{"IPv6", "http://[2001:db8::1]:80/x", "2001:db8::1/x"},
		{"escapes", "https://gazette.example/a%2Fb", "gazette.example/a%2Fb"},
		{"no web address", "ftp://gazette.example/news", ""},
		{"script", "javascript:alert(1)", ""},
		{"a password", "https://me:secret@gazette.example/", ""},
		{"no host", "https:///news", ""},
		{"a port alone", "https://:443/news", ""},
		{"nothing", "", ""},
		{"too long", "https://gazette.example/" + strings.Repeat("x", 2000), ""},
		{"control characters", "https://gazette.example/\nnews", ""},
		{"bytes that are no text", "https://gazette.example/?\xff", ""},
		{"a backslash", `https://gazette.example\@evil.example/`, ""},
	} {
		if got := Key(tc.address); got != tc.want {
			t.Errorf("%s: Key(%q) = %q, want %q", tc.name, tc.address, got, tc.want)
		}
	}
}

func TestTitleKey(t *testing.T) {
	for _, tc := range []struct{ title, want string }{
		{"New bridge opens at Bellever", "new bridge opens at bellever"},
		{"“New bridge” opens – at  BELLEVER!", "new bridge opens at bellever"},
		{"Café owners want a later bus", "cafe owners want a later bus"},
		{"Weekly update", ""},
		{"News from us", ""},
		{"", ""},
	} {
		if got := TitleKey(tc.title); got != tc.want {
			t.Errorf("TitleKey(%q) = %q, want %q", tc.title, got, tc.want)
		}
	}
}

// FuzzKey: a key never grows, is a fixed point, and is there for what is an address alone.
func FuzzKey(f *testing.F) {
	for _, s := range []string{"https://www.gazette.example:443/a/?utm_x=1&b=2#c", "http://[::1]:80", "https://a.example/%zz", "//x", "https://a.example/?&&=&a=b", "https://www.www.a.example//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		key := Key(address)
		_, err := webAddress(address)
		if (key == "") != (err != nil) {
			t.Fatalf("Key(%q) = %q, and it is an address: %v", address, key, err)
		}
		if key != "" && (len(key) > 4*len(address) || strings.ContainsAny(key, "#\n")) {
			t.Errorf("Key(%q) = %q", address, key)
		}
		if rest, ok := strings.CutPrefix(address, "http://"); ok && key != "" && !strings.Contains(key, ":") && Key("https://"+rest) != key && !strings.Contains(rest, ":") {
			t.Errorf("the scheme of %q matters: %q and %q", address, key, Key("https://"+rest))
		}
	})
}
