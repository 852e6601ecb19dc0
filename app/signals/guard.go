package signals

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// errPrivate refuses a connection to what is not a public site.
var errPrivate = errors.New("signals: not a public address")

// guard decides where the hub connects to when it reads feeds.
type guard struct {
	allow []netip.Prefix // besides public addresses, and there at any port
}

// control is the Control of a net.Dialer: it is asked with the address a name was resolved to, right before the connection is made.
//
// SECURITY: the check is here and nowhere else, because only here the address is the one that is connected to. A name that is checked
// and then resolved again may mean something else the second time (DNS rebinding), and a redirect may lead anywhere.
func (g guard) control(network, address string, _ syscall.RawConn) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return errPrivate
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return errPrivate
	}
	ip = ip.WithZone("").Unmap() // ::ffff:10.0.0.1 is 10.0.0.1
	for _, p := range g.allow {
		if p.Contains(ip) {
			return nil
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n != 80 && n != 443 || !public(ip) {
		return errPrivate
	}
	return nil
}

// public reports whether an address is that of a site on the internet. For IPv6 the range that is handed out is allowed and everything
// else is not; for IPv4, where nearly all is handed out, what is set aside is not (IANA's registries of special-purpose addresses).
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	if ip.Is6() && !handedOut.Contains(ip) {
		return false
	}
	for _, p := range setAside {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

var handedOut = netip.MustParsePrefix("2000::/3")

// setAside are the ranges that belong to no site. 169.254.169.254, which tells machines in a cloud their secrets, is link-local.
var setAside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // shared by the customers of a provider
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), // of documentation, like the next two
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), // of measurements
	netip.MustParsePrefix("224.0.0.0/3"),   // of groups, and what comes after them
	netip.MustParsePrefix("2001::/23"),     // Teredo and others that hold an IPv4 address
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4 holds one too
	netip.MustParsePrefix("3fff::/20"),
}
