package signals

import (
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	g := guard{}
	opened := guard{allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}}
	for _, tc := range []struct {
		name, address string
		guard         guard
		want          bool
	}{
		{"a site", "93.184.216.34:443", g, true},
		{"a site without TLS", "93.184.216.34:80", g, true},
		{"a site on IPv6", "[2606:2800:220:1:248:1893:25c8:1946]:443", g, true},
		{"a site mapped into IPv6", "[::ffff:93.184.216.34]:443", g, true},
		{"another port", "93.184.216.34:22", g, false},
		{"a port of its own", "93.184.216.34:8080", g, false},
		{"this host", "0.0.0.0:80", g, false},
		{"this network", "0.1.2.3:80", g, false},
		{"loopback", "127.0.0.1:80", g, false},
		{"loopback, further on", "127.9.9.9:443", g, false},
		{"private 10", "10.0.0.1:80", g, false},
		{"private 172.16", "172.16.0.1:80", g, false},
		{"private 172.31", "172.31.255.254:80", g, false},
		{"public 172.32", "172.32.0.1:80", g, true},
		{"private 192.168", "192.168.1.1:80", g, false},
		{"link-local", "169.254.1.1:80", g, false},
		{"metadata of a cloud", "169.254.169.254:80", g, false},
		{"shared by a provider", "100.64.0.1:80", g, false},
		{"shared by a provider, the last", "100.127.255.255:80", g, false},
		{"Alibaba's metadata", "100.100.100.200:80", g, false},
		{"after what is shared", "100.128.0.1:80", g, true},
		{"protocol assignments", "192.0.0.8:80", g, false},
		{"documentation", "192.0.2.1:80", g, false},
		{"documentation 2", "198.51.100.1:80", g, false},
		{"documentation 3", "203.0.113.1:80", g, false},
		{"measurements", "198.18.0.1:80", g, false},
		{"6to4 relay", "192.88.99.1:80", g, false},
		{"multicast", "224.0.0.1:80", g, false},
		{"reserved", "240.0.0.1:80", g, false},
		{"broadcast", "255.255.255.255:80", g, false},
		{"IPv6 loopback", "[::1]:80", g, false},
		{"IPv6 unspecified", "[::]:80", g, false},
		{"IPv6 link-local", "[fe80::1%eth0]:80", g, false},
		{"IPv6 site-local", "[fec0::1]:80", g, false},
		{"unique local", "[fd00::1]:80", g, false},
		{"unique local, metadata", "[fd00:ec2::254]:80", g, false},
		{"IPv6 multicast", "[ff02::1]:80", g, false},
		{"mapped loopback", "[::ffff:127.0.0.1]:80", g, false},
		{"mapped private", "[::ffff:10.0.0.1]:80", g, false},
		{"mapped metadata", "[::ffff:169.254.169.254]:80", g, false},
		{"compatible loopback", "[::127.0.0.1]:80", g, false},
		{"NAT64 of private", "[64:ff9b::a00:1]:80", g, false},
		{"Teredo", "[2001::1]:80", g, false},
		{"6to4 of private", "[2002:a00:1::1]:80", g, false},
		{"IPv6 documentation", "[2001:db8::1]:80", g, false},
		{"IPv6 documentation 2", "[3fff::1]:80", g, false},
		{"discard", "[100::1]:80", g, false},
		{"not an address", "localhost:80", g, false},
		{"no port", "93.184.216.34", g, false},
		{"allowed", "10.1.2.3:8080", opened, true},
		{"allowed, mapped", "[::ffff:10.1.2.3]:8080", opened, true},
		{"beside what is allowed", "10.2.0.1:80", opened, false},
		{"allowed on IPv6", "[fd00:1::5]:9000", opened, true},
		{"beside it", "[fd00:2::5]:80", opened, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			network := "tcp4"
			if tc.address[0] == '[' {
				network = "tcp6"
			}
			if err := tc.guard.control(network, tc.address, nil); (err == nil) != tc.want {
				t.Errorf("%s: %v, want allowed: %v", tc.address, err, tc.want)
			}
		})
	}
	if g.control("unix", "/run/docker.sock", nil) == nil || g.control("udp4", "93.184.216.34:443", nil) == nil {
		t.Error("something other than TCP is allowed")
	}
}
