package gateway

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// Whatever the event says, it becomes a request or an error and never a panic;
// what net/http would have made of the same line is what the handler sees.
func FuzzEvent(f *testing.F) {
	f.Add("GET", "/api/project/151", "limit", "10", "11", "X-A", "1", "{}", false)
	f.Add("", "", "", "", "", "", "", "", true)
	f.Add("DELETE", "//a/../%2F%zz?x#y", "a&b", "+ %2B", "é", "Host", "x\r\ny", "\xff", true)
	f.Fuzz(func(t *testing.T, method, path, name, v1, v2, header, hv, body string, b64 bool) {
		e := events.APIGatewayProxyRequest{HTTPMethod: method, Path: path, Body: body, IsBase64Encoded: b64,
			MultiValueQueryStringParameters: map[string][]string{name: {v1, v2}}, MultiValueHeaders: map[string][]string{header: {hv}}}
		called := false
		res, err := Invoke(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			called = true
			if q, err := url.ParseQuery(r.URL.RawQuery); err != nil || len(q[name]) != 2 || q[name][0] != v1 || q[name][1] != v2 {
				t.Errorf("query %q: %v %v", r.URL.RawQuery, q, err)
			}
			if b, _ := io.ReadAll(r.Body); !b64 && string(b) != body {
				t.Errorf("body %q", b)
			}
			if line, err := url.ParseRequestURI(path); err == nil && strings.HasPrefix(path, "/") && !strings.ContainsAny(path, "?#") {
				asSent := escape(path) == path // other bytes have no one escaped form
				if r.URL.Path != line.Path || asSent && r.URL.EscapedPath() != line.EscapedPath() {
					t.Errorf("path %q: %q %q, net/http has %q %q", path, r.URL.Path, r.URL.EscapedPath(), line.Path, line.EscapedPath())
				}
			} else if !strings.Contains(path, "%") && strings.TrimPrefix(r.URL.Path, "/") != strings.TrimPrefix(path, "/") {
				t.Errorf("path %q became %q", path, r.URL.Path)
			}
			w.Header().Set("X-Echo", hv)
			_, _ = io.WriteString(w, body)
		}))(t.Context(), e)
		_, decodeErr := base64.StdEncoding.DecodeString(body)
		refused := method == "" || path == "" || b64 && decodeErr != nil
		if refused != (err != nil) || called == refused {
			t.Fatalf("error %v, called %v", err, called)
		}
		if !refused {
			if res.StatusCode != http.StatusOK || strings.ContainsAny(res.MultiValueHeaders["X-Echo"][0], "\r\n") {
				t.Errorf("%d %q", res.StatusCode, res.MultiValueHeaders)
			}
			if method != "HEAD" && utf8.ValidString(body) && res.Body != body {
				t.Errorf("body %q became %q", body, res.Body)
			}
		}
	})
}
