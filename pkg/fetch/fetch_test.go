package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a name server: each name has its addresses, one after the other for each
// question, the last of them for good.
type names map[string][]string

// resolver asks it.
func (n names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	asked := map[string]int{}
	go func() {
		packet := make([]byte, 1<<12)
		for {
			size, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(n.answer(packet[:size], asked), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func (n names) answer(question []byte, asked map[string]int) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := strings.TrimSuffix(q.Name.String(), ".")
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}
	m.Additionals = nil
	all, known := n[name]
	switch {
	case !known:
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		address := all[min(asked[name], len(all)-1)]
		asked[name]++
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
		}}
	}
	out, _ := m.Pack()
	return out
}

// loopback is where sites are in these tests: 127.0.0.1 stands for the internet, and
// every other address of this machine for what is inside.
const loopback = "127.0.0.1"

// site is a server, and a client that reaches it.
type testSite struct {
	*httptest.Server
	port   string
	client *Client
}

func serve(t *testing.T, handler http.HandlerFunc, c Config, known names) *testSite {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	c.inside, c.ports = []netip.Prefix{netip.MustParsePrefix(loopback + "/32")}, []uint16{uint16(port)}
	c.resolver = known.resolver(t)
	return &testSite{s, u.Port(), New(c)}
}

func (s *testSite) at(host, path string) string {
	return "http://" + net.JoinHostPort(host, s.port) + path
}

func TestGet(t *testing.T) {
	const etag = `"one"`
	asked := map[string]*atomic.Int32{"/page": {}}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if n := asked[r.URL.Path]; n != nil {
			n.Add(1)
		}
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /private\nUser-agent: Wardroom\nDisallow: /mine\n")
		case "/page":
			w.Header().Set("ETag", etag)
			w.Header().Set("Content-Type", "text/html")
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, "<p>page")
		case "/since":
			http.ServeContent(w, r, "since.txt", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), strings.NewReader("since"))
		case "/here":
			http.Redirect(w, r, "/page", http.StatusFound)
		case "/mine/way":
			fmt.Fprint(w, "mine")
		case "/way":
			http.Redirect(w, r, "/mine/way", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://inside.example"+strings.TrimPrefix(r.Host, "site.example")+"/page", http.StatusFound)
		case "/large":
			fmt.Fprint(w, strings.Repeat("a", 2000))
		case "/long":
			for range 3000 {
				fmt.Fprint(w, "a")
				w.(http.Flusher).Flush() //nolint:forcetypeassert // it is one
			}
		case "/slow":
			<-r.Context().Done()
		case "/status":
			n, _ := strconv.Atoi(r.URL.RawQuery)
			w.WriteHeader(n)
		default:
			http.NotFound(w, r)
		}
	}
	s := serve(t, handler, Config{MaxBytes: 1000, Timeout: 2 * time.Second}, names{
		"site.example":   {loopback},
		"inside.example": {"127.0.0.2"},
		"turns.example":  {loopback, "127.0.0.2"}, // for robots.txt, and then for the page
	})
	for _, tt := range []struct {
		says, host, path string
		known            Known
		body             string
		reason           Reason
	}{
		{says: "a page", path: "/page", body: "<p>page"},
		{says: "unchanged by its ETag", path: "/page", known: Known{ETag: etag}},
		{says: "known at another address", path: "/page", known: Known{URL: "http://other.example/page", ETag: etag}, body: "<p>page"},
		{says: "unchanged where it leads to", path: "/here", known: Known{URL: "page", ETag: etag}},
		{says: "changed since", path: "/page", known: Known{ETag: `"zero"`}, body: "<p>page"},
		{says: "unchanged by its time", path: "/since", known: Known{LastModified: "Fri, 02 Jan 2026 03:04:05 GMT"}},
		{says: "where it leads to", path: "/here", body: "<p>page"},
		{says: "what the site wants no program to read", path: "/mine", reason: Robots},
		{says: "nor by another way", path: "/way", reason: Robots},
		{says: "what it wants other programs not to read", path: "/private", reason: Gone},
		{says: "round and round", path: "/round", reason: Unreachable},
		{says: "leading nowhere", path: "/nowhere", reason: Unreachable},
		{says: "leading to a file", path: "/file", reason: NoAddress},
		{says: "leading inside", path: "/inside", reason: Unreachable},
		{says: "inside by its name", host: "inside.example", path: "/page", reason: Unreachable},
		{says: "inside by its address", host: "127.0.0.2", path: "/page", reason: Unreachable},
		{says: "a name that leads inside the second time", host: "turns.example", path: "/page", reason: Unreachable},
		{says: "a name that there isn't", host: "none.example", path: "/page", reason: Unreachable},
		{says: "too large", path: "/large", reason: TooLarge},
		{says: "too large, though it doesn't say so", path: "/long", reason: TooLarge},
		{says: "too slow", path: "/slow", reason: Unreachable},
		{says: "not there", path: "/other", reason: Gone},
		{says: "not there any more", path: "/status?410", reason: Gone},
		{says: "behind a sign-in", path: "/status?401", reason: Refused},
		{says: "failing", path: "/status?500", reason: Unreachable},
		{says: "unchanged, though nothing was known", path: "/status?304", reason: Unreachable},
	} {
		t.Run(tt.says, func(t *testing.T) {
			host := tt.host
			if host == "" {
				host = "site.example"
			}
			if tt.known.URL == "page" {
				tt.known.URL = s.at(host, "/page")
			}
			if tt.known != (Known{}) && tt.known.URL == "" {
				tt.known.URL = s.at(host, tt.path)
			}
			page, err := s.client.Get(t.Context(), s.at(host, tt.path), tt.known)
			var refusal *Refusal
			if errors.As(err, &refusal) {
				if refusal.Reason != tt.reason || strings.Contains(refusal.Says, "127.0.0.2") {
					t.Errorf("%s: %s, want %q", refusal.Reason, refusal.Says, tt.reason)
				}
				return
			}
			unchanged := tt.known != Known{} && tt.body == ""
			if err != nil || tt.reason != "" || string(page.Body) != tt.body || page.Unchanged != unchanged || unchanged && page.Known != tt.known {
				t.Errorf("%+v, %v", page, err)
			}
		})
	}
	if page, err := s.client.Get(t.Context(), s.at("site.example", "/here#part"), Known{}); err != nil || page.URL != s.at("site.example", "/page") || page.ETag != etag || page.ContentType != "text/html" {
		t.Errorf("%+v, %v", page, err)
	}
}

// What a proxy of the environment would look up isn't looked up there.
func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "page") }, Config{}, names{"site.example": {loopback}})
	if page, err := s.client.Get(t.Context(), s.at("site.example", "/"), Known{}); err != nil || string(page.Body) != "page" {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestRobots(t *testing.T) {
	for says, tt := range map[string]struct {
		status int
		text   string
		reason Reason
	}{
		"none":                    {404, "", ""},
		"one that nobody may see": {403, "", ""},
		"one that can't be had":   {503, "", Unreachable},
		"too many questions":      {429, "", Unreachable},
		"everything":              {200, "User-agent: *\nDisallow: /", Robots},
		"nothing":                 {200, "User-agent: *\nDisallow:", ""},
		"what is none":            {200, "<html>\x00", ""},
		"a very long one":         {200, "User-agent: *\nDisallow: /a\n" + strings.Repeat("# more\n", 100_000), Robots},
	} {
		t.Run(says, func(t *testing.T) {
			questions := 0
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					questions++
					w.WriteHeader(tt.status)
					fmt.Fprint(w, tt.text)
					return
				}
				fmt.Fprint(w, "page")
			}, Config{}, names{"site.example": {loopback}})
			for range 2 {
				_, err := s.client.Get(t.Context(), s.at("site.example", "/a"), Known{})
				var refusal *Refusal
				if got := errors.As(err, &refusal); got != (tt.reason != "") || got && refusal.Reason != tt.reason {
					t.Errorf("%v, want %q", err, tt.reason)
				}
			}
			if remembered := tt.reason != Unreachable; remembered && questions != 1 {
				t.Error(questions, "questions")
			}
		})
	}
}

func TestGetEndsWithItsContext(t *testing.T) {
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Config{}, names{"site.example": {loopback}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.client.Get(ctx, s.at("site.example", "/"), Known{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
