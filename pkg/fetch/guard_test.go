package fetch

import (
	"bufio"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"code.dny.dev/ssrf"
)

// Addresses, and whether they are on the public internet (the registries of special
// addresses of IANA).
const addresses = `
127.0.0.1 shut
127.255.255.254 shut
0.0.0.0 shut
0.1.2.3 shut
10.0.0.1 shut
10.255.255.255 shut
100.64.0.1 shut
100.127.255.255 shut
100.128.0.1 open
169.254.169.254 shut
169.254.170.2 shut
172.15.255.255 open
172.16.0.1 shut
172.31.255.255 shut
172.32.0.1 open
192.0.0.1 shut
192.0.0.170 shut
192.0.2.1 shut
192.31.196.1 shut
192.52.193.1 shut
192.88.99.1 shut
192.168.0.1 shut
192.175.48.1 shut
198.18.0.1 shut
198.19.255.255 shut
198.51.100.1 shut
203.0.113.1 shut
224.0.0.1 shut
239.255.255.255 shut
240.0.0.1 shut
255.255.255.255 shut
8.8.8.8 open
93.184.216.34 open
223.255.255.255 open
:: shut
::1 shut
::ffff:127.0.0.1 shut
::ffff:10.0.0.1 shut
::ffff:169.254.169.254 shut
::ffff:0:127.0.0.1 shut
::127.0.0.1 shut
::8.8.8.8 shut
64:ff9b::7f00:1 shut
64:ff9b::a9fe:a9fe shut
64:ff9b:1::a00:1 shut
100::1 shut
2001::1 shut
2001:0:4136:e378:8000:63bf:80ff:fffe shut
2001:10::1 shut
2001:20::1 shut
2001:db8::1 shut
2002:7f00:1:: shut
2002:a9fe:a9fe:: shut
2620:4f:8000::1 shut
3fff::1 shut
5f00::1 shut
fc00::1 shut
fd00:ec2::254 shut
fe80::1 shut
fec0::1 shut
ff02::1 shut
2606:4700:4700::1111 open
2001:4860:4860::8888 open
2a00:1450:4001:80e::200e open
`

func TestAddressesThatAreDialled(t *testing.T) {
	guard := Config{}.guard()
	n := 0
	for lines := bufio.NewScanner(strings.NewReader(strings.TrimSpace(addresses))); lines.Scan(); n++ {
		address, verdict, _ := strings.Cut(lines.Text(), " ")
		network := "tcp4"
		if a := netip.MustParseAddr(address); a.Is6() && !a.Is4In6() {
			network = "tcp6"
		}
		if a := netip.MustParseAddr(address); a.Is4In6() { // as the dialler has it
			address = a.Unmap().String()
		}
		for _, port := range []string{"80", "443"} {
			if err := guard.Safe(network, net.JoinHostPort(address, port), nil); (err == nil) != (verdict == "open") {
				t.Errorf("%s: %v, want it %s", lines.Text(), err, verdict)
			}
		}
	}
	if n < 60 {
		t.Error(n, "addresses")
	}
	for _, port := range []string{"22", "25", "6379", "8080", "0"} {
		if err := guard.Safe("tcp4", net.JoinHostPort("8.8.8.8", port), nil); !errors.Is(err, ssrf.ErrProhibitedPort) {
			t.Errorf("port %s: %v", port, err)
		}
	}
	for _, network := range []string{"udp4", "tcp", "unix"} {
		if err := guard.Safe(network, "8.8.8.8:80", nil); err == nil {
			t.Error(network, "is dialled")
		}
	}
}

// What is no address of a page on the internet is refused before anything is asked.
func TestAddressesOfPages(t *testing.T) {
	for text, reason := range map[string]Reason{
		"https://example.com":                 "",
		"HTTP://Example.com:80/a?b#c":         "",
		" https://example.com/ ":              "",
		"https://8.8.8.8/":                    "",
		"https://[2606:4700:4700::1111]/":     "",
		"https://пример.example/":             "",
		"":                                    NoAddress,
		"example.com":                         NoAddress,
		"/path":                               NoAddress,
		"//example.com":                       NoAddress,
		"https:example.com":                   NoAddress,
		"https://":                            NoAddress,
		"https:///path":                       NoAddress,
		"ftp://example.com":                   NoAddress,
		"file:///etc/passwd":                  NoAddress,
		"gopher://127.0.0.1:6379/_x":          NoAddress,
		"javascript:alert(1)":                 NoAddress,
		"https://user@example.com":            NoAddress,
		"https://example.com@127.0.0.1/":      NoAddress,
		"https://a:b@example.com":             NoAddress,
		"https://exa mple.com":                NoAddress,
		"https://example.com:99999999/":       Inside,
		"https://[::1":                        NoAddress,
		"https://example.com\r\nHost: x":      NoAddress,
		"http://localhost":                    Inside,
		"http://LOCALHOST./":                  Inside,
		"http://a.localhost":                  Inside,
		"http://printer.local":                Inside,
		"http://metadata.google.internal":     Inside,
		"http://router.lan":                   Inside,
		"http://127.0.0.1":                    Inside,
		"http://127.0.0.1:80/":                Inside,
		"http://127.1":                        Inside,
		"http://2130706433/":                  Inside,
		"http://0x7f000001/":                  Inside,
		"http://0x7f.1/":                      Inside,
		"http://0177.0.0.1/":                  Inside,
		"http://017700000001/":                Inside,
		"http://10.0.0.1":                     Inside,
		"http://192.168.1.1":                  Inside,
		"http://169.254.169.254/latest":       Inside,
		"http://[::1]/":                       Inside,
		"http://[::ffff:127.0.0.1]/":          Inside,
		"http://[fe80::1%25eth0]/":            Inside,
		"http://[fd00:ec2::254]/":             Inside,
		"http://0.0.0.0":                      Inside,
		"http://example.com:22":               Inside,
		"http://example.com:8080":             Inside,
		"http://1.1.1.1.":                     "",
		"http://999.999.999.999":              Inside,
		"http://example.1":                    Inside,
		"http://.":                            Inside,
		"https://example.com/../../etc":       "",
		"https://example.com/%2e%2e/":         "",
		"https://xn--e1afmkfd.example":        "",
		"https://EXAMPLE.com./":               "",
		"https://example.com?x=http://[::1]/": "",
	} {
		_, err := Config{}.address(text)
		var refusal *Refusal
		switch errors.As(err, &refusal) {
		case true:
			if refusal.Reason != reason {
				t.Errorf("%q: %s (%s), want %q", text, refusal.Reason, refusal.Says, reason)
			}
		default:
			if reason != "" || err != nil {
				t.Errorf("%q: %v, want %q", text, err, reason)
			}
		}
	}
}
