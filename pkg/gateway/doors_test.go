package gateway

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// call is one request, as a client writes it.
type call struct {
	method, target, body string
	header               http.Header
	base64               bool // API Gateway says so for a binary body; the client doesn't know
}

// seen is what a handler can tell about its request.
type seen struct {
	Method, Path, EscapedPath, LinePath, Host, Body, Scheme, URLHost string
	Query                                                            url.Values
	Header                                                           http.Header
	Cookies                                                          []string
	RemoteIsAddrPort                                                 bool
	Length                                                           int64
}

func mirror(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s := seen{Method: r.Method, Path: r.URL.Path, EscapedPath: r.URL.EscapedPath(), Host: r.Host, Body: string(body),
		Scheme: r.URL.Scheme, URLHost: r.URL.Host, Query: r.URL.Query(), Header: r.Header.Clone(), Length: r.ContentLength}
	s.LinePath, _, _ = strings.Cut(r.RequestURI, "?") // the query may be spelled differently
	s.Header.Del("Content-Length")                    // the client of one door writes it
	for _, c := range r.Cookies() {
		s.Cookies = append(s.Cookies, c.String())
	}
	_, err := netip.ParseAddrPort(r.RemoteAddr)
	s.RemoteIsAddrPort = err == nil
	_ = json.NewEncoder(w).Encode(s)
}

// answer is what a client can tell about the response.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// overHTTP writes the request by hand, so nothing tidies its target.
func overHTTP(t *testing.T, h http.Handler, c call) answer {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\nContent-Length: %d\r\n", c.method, c.target, len(c.body))
	_ = c.header.Write(conn)
	fmt.Fprintf(conn, "\r\n%s", c.body)
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, &http.Request{Method: c.method})
	for err == nil && res.StatusCode < 200 {
		res, err = http.ReadResponse(reader, &http.Request{Method: c.method})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	for _, own := range []string{"Date", "Content-Length", "Connection", "Transfer-Encoding"} { // API Gateway's to write
		res.Header.Del(own)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

// event is what API Gateway makes of a call: the path as it is, the query decoded.
func event(t testing.TB, c call) events.APIGatewayProxyRequest {
	t.Helper()
	path, rawQuery, _ := strings.Cut(c.target, "?")
	q, err := url.ParseQuery(rawQuery)
	if err != nil {
		t.Fatal(err)
	}
	e := events.APIGatewayProxyRequest{HTTPMethod: c.method, Path: path, Body: c.body,
		MultiValueQueryStringParameters: q, QueryStringParameters: map[string]string{},
		MultiValueHeaders: map[string][]string{"Host": {"api.example.com"}, "Connection": {"close"}}, Headers: map[string]string{}}
	for k, v := range c.header {
		e.MultiValueHeaders[strings.ToLower(k)] = v
	}
	for k, v := range e.MultiValueHeaders {
		e.Headers[k] = v[len(v)-1]
	}
	for k, v := range q {
		e.QueryStringParameters[k] = v[len(v)-1]
	}
	if c.base64 {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(c.body)), true
	}
	e.RequestContext.RequestID, e.RequestContext.Identity.SourceIP = "req-1", "203.0.113.9"
	e.RequestContext.DomainName, e.RequestContext.Stage, e.RequestContext.Path = "abc.execute-api.eu-central-1.amazonaws.com", "dev", "/dev"+path
	return e
}

func overLambda(t *testing.T, h http.Handler, c call) answer {
	t.Helper()
	wire, err := json.Marshal(event(t, c)) // as the runtime does, so that what JSON can't carry shows
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayProxyRequest
	if err := json.Unmarshal(wire, &e); err != nil {
		t.Fatal(err)
	}
	got, err := Invoke(h)(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	body := got.Body
	if got.IsBase64Encoded {
		b, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			t.Fatal(err)
		}
		body = string(b)
	}
	return answer{got.StatusCode, got.MultiValueHeaders, body}
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

// A handler can't tell which door a request came through, and a client can't
// tell which door answered.
func TestBothDoors(t *testing.T) {
	get := call{method: "GET", target: "/"}
	to := func(target string) call { return call{method: "GET", target: target} }
	with := func(h http.Header) call { return call{method: "GET", target: "/", header: h} }
	for _, tt := range []struct {
		name string
		call call
		h    http.HandlerFunc // mirror by default
	}{
		// requests
		{"plain", to("/api/project/151/user/16"), nil},
		{"trailing slash", to("/api/project/151/"), nil},
		{"doubled slash", to("//api//project"), nil},
		{"dot segments", to("/api/../secret/./x"), nil},
		{"escaped slash stays escaped", to("/api/project/a%2Fb"), nil},
		{"lower-case escape stays as it is", to("/api/project/a%2fb"), nil},
		{"escaped digit", to("/api/project/15%31"), nil},
		{"escaped percent", to("/api/project/%25zz"), nil},
		{"escaped question mark", to("/api/%3Fx=1"), nil},
		{"escaped hash", to("/api/%23x"), nil},
		{"escaped space and plus in the path", to("/api/a%20b+c"), nil},
		{"escaped non-ASCII path", to("/api/%C3%A9"), nil},
		{"escaped NUL", to("/api/%00"), nil},
		{"escaped invalid UTF-8", to("/api/%ff"), nil},
		{"raw brackets", to("/api/[1]|{x}"), nil},
		{"colon in the first segment", to("/a:b/c"), nil},
		{"query", to("/?limit=10&cursor=abc"), nil},
		{"repeated parameter", to("/?id=2&id=1&id=2"), nil},
		{"parameter without value", to("/?flag"), nil},
		{"empty value", to("/?a=&b="), nil},
		{"encoded separators in a value", to("/?q=a%26b%3Dc%2Fd%3Fe%23f"), nil},
		{"plus and encoded plus", to("/?q=a+b%2Bc"), nil},
		{"percent in a value", to("/?q=100%25&r=%2525"), nil},
		{"non-ASCII query", to("/?%C3%A9=%E2%82%AC&q=%F0%9F%A6%84"), nil},
		{"encoded name", to("/?a%5Bb%5D=1&a%26b=2"), nil},
		{"question mark in the query", to("/?a=b?c"), nil},
		{"control characters in a value", to("/?q=%00%0A%0D"), nil},
		{"comma in a header", with(http.Header{"Signature": {"t=1,v1=abc"}}), nil},
		{"repeated header", with(http.Header{"If-Match": {`"1"`, `W/"2", "3"`}}), nil},
		{"cookies", with(http.Header{"Cookie": {"a=1; b=2"}}), nil},
		{"two cookie headers", with(http.Header{"Cookie": {"a=1", "b=2"}}), nil},
		{"lower-case header", with(http.Header{"ocp-apim-subscription-key": {"k"}}), nil},
		{"body", call{method: "POST", target: "/", body: `{"a":"é"}`, header: http.Header{"Content-Type": {"application/json"}}}, nil},
		{"base64 body", call{method: "PUT", target: "/", body: "{\"a\":\"\U0001F984\"}", base64: true}, nil},
		{"delete with a body", call{method: "DELETE", target: "/", body: "[1]"}, nil},
		{"large body", call{method: "POST", target: "/", body: strings.Repeat("x", 5<<20)}, func(w http.ResponseWriter, r *http.Request) {
			n, err := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n, err, r.ContentLength)
		}},
		{"unusual method", call{method: "PROPFIND", target: "/"}, nil},
		{"lower-case method", call{method: "get", target: "/"}, nil},

		// responses
		{"untouched is 200", get, func(http.ResponseWriter, *http.Request) {}},
		{"headers only", get, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"3"`) }},
		{"first status wins", get, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			w.WriteHeader(http.StatusInternalServerError)
		}},
		{"write, then status", get, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "x")
			w.WriteHeader(http.StatusInternalServerError)
		}},
		{"headers after the status", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Early", "1")
			w.WriteHeader(http.StatusAccepted)
			w.Header().Set("X-Late", "1")
			w.Header().Set("X-Early", "2")
			w.Header()["X-Early"][0] = "3"
		}},
		{"headers after the body began", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "x")
			w.(http.Flusher).Flush()
			w.Header().Set("X-Late", "1")
		}},
		{"repeated response header", get, func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
			http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		}},
		{"flush, then status", get, func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			w.WriteHeader(http.StatusInternalServerError)
		}},
		{"headers of the connection", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "1")
			w.Header().Set("Connection", "close")
			fmt.Fprint(w, "x")
		}},
		{"newline in a header value", get, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-A", "1\r\nX-B: 2") }},
		{"text is recognised", get, text("plain text")},
		{"HTML is recognised", get, text("<html><body>")},
		{"type of the first bytes, however written", get, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<ht"); fmt.Fprint(w, "ml>") }},
		{"no guess at an encoded body", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "application/gzip")
			_, _ = w.Write([]byte{0x1f, 0x8b, 0x08, 0xff})
		}},
		{"binary", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("\x89PNG\r\n\xff\xfe"))
		}},
		{"JSON with every plane", get, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "{\"a\":\"<é€\U0001F984\u2028>\"}")
		}},
		{"HEAD has no body", call{method: "HEAD", target: "/"}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"1"`)
			fmt.Fprint(w, "hello")
		}},
		{"204 has no body", get, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			_, err := w.Write([]byte("x"))
			if !errors.Is(err, http.ErrBodyNotAllowed) {
				t.Errorf("write after 204: %v", err)
			}
		}},
		{"304 has no body", get, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotModified)
			fmt.Fprint(w, "x")
		}},
		{"redirect", to("/a/b"), func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/c?d=e", http.StatusFound) }},
		{"http.Error", get, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusTeapot) }},
		{"mux: not found", to("/none"), http.NewServeMux().ServeHTTP},
		{"early hints are no answer", get, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNotFound)
		}},
		{"body too large for its handler", call{method: "POST", target: "/", body: strings.Repeat("x", 100)}, func(w http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 10))
			fmt.Fprint(w, err)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := tt.h
			if h == nil {
				h = mirror
			}
			local, lambda := overHTTP(t, h, tt.call), overLambda(t, h, tt.call)
			if d := cmp.Diff(local, lambda); d != "" {
				t.Errorf("-net/http +lambda:\n%s", d)
			}
		})
	}
}

// A malformed request line never reaches a handler of net/http, which answers
// 400 by itself. API Gateway does the same; should such a path come through,
// it is a path like any other, and the handler says that it knows none.
func TestBarePercent(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "ours: "+r.URL.Path, http.StatusNotFound) })
	for _, path := range []string{"/api/%zz", "/api/%", "/api/%2", "/%%%", "/é", "/a b", "/a?b#c", "/\x01"} {
		e := event(t, call{method: "GET", target: "/"})
		e.Path = path
		res, err := Invoke(mux)(t.Context(), e)
		if err != nil || res.StatusCode != http.StatusNotFound || res.Body != "ours: "+path+"\n" {
			t.Errorf("%q: %d %q %v", path, res.StatusCode, res.Body, err)
		}
	}
	if got := overHTTP(t, mux, call{method: "GET", target: "/api/%zz"}); got.Status != 400 {
		t.Errorf("net/http answers %d; the comment above is wrong", got.Status)
	}
}
