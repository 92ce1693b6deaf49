package signin_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/signin"
)

// published is what both resolvers are asked about.
var published = signin.Zone{
	"one.example":         {"wardroom-verification=abc"},
	"several.example":     {"v=spf1 -all", "wardroom-verification=abc", "another"},
	"blank.example":       {""},
	"long.example":        {strings.Repeat("0123456789", 60)}, // which a record holds in pieces of 255 bytes
	"quoted.example":      {`"quoted; and \ more"`},
	"none.example":        {}, // which is there, and has no such record
	"xn--bcher-kva.tld":   {"by its ASCII form"},
	"a.very.deep.example": {"deep"},
}

// A resolver tells the texts that are published at a domain, and nothing where
// there are none or no such domain.
func TestResolvers(t *testing.T) {
	for name, r := range map[string]signin.Resolver{
		"Zone": published,
		"Net":  signin.Nameservers{Resolver: asking(serve(t, published))},
	} {
		t.Run(name, func(t *testing.T) {
			for domain, want := range published {
				got, err := r.TXT(t.Context(), domain)
				slices.Sort(got)
				want = slices.Sorted(slices.Values(want))
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: %q, %v, want %q", domain, got, err, want)
				}
			}
			for _, domain := range []string{"absent.example", "example", "www.one.example"} {
				if got, err := r.TXT(t.Context(), domain); len(got) != 0 || err != nil {
					t.Errorf("%s: %q, %v, want nothing", domain, got, err)
				}
			}
		})
	}
}

// What nobody could say is an error, never "there is none".
func TestNobodyCouldSay(t *testing.T) {
	got, err := signin.Nameservers{Resolver: asking(serve(t, nil))}.TXT(t.Context(), "one.example")
	if err == nil {
		t.Errorf("a server in trouble: %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := (signin.Nameservers{Resolver: asking(serve(t, published))}).TXT(ctx, "one.example"); err == nil {
		t.Errorf("a request that is over: %q", got)
	}
}

// A request finds the resolver that it carries, else the machine's own.
func TestCarry(t *testing.T) {
	var found signin.Resolver
	seen := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { found = signin.ResolverOf(r.Context()) })
	for _, tt := range []struct {
		name string
		r    signin.Resolver
		zone bool
	}{{"a zone", published, true}, {"none", nil, false}} {
		signin.WithResolver(tt.r, seen).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if _, zone := found.(signin.Zone); zone != tt.zone {
			t.Errorf("%s: found %T", tt.name, found)
		}
	}
}

// asking is a resolver that asks the server at an address alone.
func asking(address string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", address)
	}}
}

// serve answers questions about a zone on loopback until the test ends; a nil
// zone is a server in trouble.
func serve(t *testing.T, zone signin.Zone) (address string) {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := concurrent.Start(func() error {
		question := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return nil //nolint:nilerr // the test has ended
			}
			if answer, err := answered(zone, question[:n]); err == nil {
				_, _ = conn.WriteTo(answer, from) // who doesn't hear it asks again
			}
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		for range ended { // which ends with its connection
		}
	})
	return conn.LocalAddr().String()
}

// answered is the answer of a zone to a question.
func answered(zone signin.Zone, question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	q := m.Questions[0]
	texts, there := zone[strings.TrimSuffix(strings.ToLower(q.Name.String()), ".")]
	switch {
	case zone == nil:
		m.RCode = dnsmessage.RCodeServerFailure
	case !there:
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, text := range texts {
		var pieces []string
		for piece := range slices.Chunk([]byte(text), 255) {
			pieces = append(pieces, string(piece))
		}
		if pieces == nil {
			pieces = []string{""}
		}
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
			Body:   &dnsmessage.TXTResource{TXT: pieces},
		})
	}
	return m.Pack()
}
