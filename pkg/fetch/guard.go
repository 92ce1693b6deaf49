package fetch

import (
	"net/netip"
	"net/url"
	"strings"

	"code.dny.dev/ssrf"
)

// denied are networks that package ssrf allows, though they have no web pages: those of
// AS112 (RFC 7534, 7535) and of AMT relays (RFC 7450).
var denied = []netip.Prefix{netip.MustParsePrefix("192.31.196.0/24"), netip.MustParsePrefix("192.175.48.0/24"), netip.MustParsePrefix("192.52.193.0/24")}

// guard checks the address of each connection, after names were resolved: so no spelling
// of an address, no redirect and no name that resolves differently the second time
// evades it.
func (c Config) guard() *ssrf.Guardian {
	ports := c.ports
	if ports == nil {
		ports = []uint16{80, 443}
	}
	return ssrf.New(ssrf.WithPorts(ports...), ssrf.WithDeniedV4Prefixes(denied...), ssrf.WithAllowedV4Prefixes(c.inside...))
}

// address parses the address of a page. It refuses what is no public address by its text
// alone, so that users learn that at once; the guard may refuse others later.
func (c Config) address(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil, u.Opaque != "", u.Hostname() == "":
		return nil, refuse(NoAddress, "It is no address of a web page")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, refuse(NoAddress, "An address of a web page begins with http:// or https://")
	case u.User != nil:
		return nil, refuse(NoAddress, "An address of a web page has no user and no password")
	case u.Port() != "" && u.Port() != "80" && u.Port() != "443" && c.ports == nil:
		return nil, refuse(Inside, "Web pages are read from the ports 80 and 443 alone")
	case isInside(u.Hostname()) && c.inside == nil:
		return nil, refuse(Inside, "It is no address on the public internet")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// isInside reports whether a host is internal, without resolving it: by its name or
// address, or because it is an address in a spelling that only some programs accept
// (2130706433, 0x7f.1, 0177.0.0.1, 127.1).
func isInside(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Zone() != "" || !address.IsGlobalUnicast() || address.IsPrivate()
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch last {
	case "localhost", "local", "internal", "lan", "home", "corp", "":
		return true
	}
	return last[0] >= '0' && last[0] <= '9'
}
