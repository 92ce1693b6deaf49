package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// convertible returns e without everything that the adapter gets wrong; restore puts it
// back. The adapter converts the headers, the body and the context.
func convertible(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	e.HTTPMethod = http.MethodPost // any that parses
	e.Path = "/"
	e.RequestContext.DomainName = "localhost"
	e.QueryStringParameters, e.MultiValueQueryStringParameters = nil, nil
	if len(e.MultiValueHeaders) == 0 {
		e.MultiValueHeaders = nil // else it wins over Headers
	}
	return e
}

// restore makes r the request that net/http would have read from the wire.
func restore(r *http.Request, e *events.APIGatewayProxyRequest) {
	r.Method = e.HTTPMethod
	r.URL, r.RequestURI = target(e)
	r.RemoteAddr = net.JoinHostPort(sourceIP(e), "0")
	r.Host = r.Header.Get("Host")
	if r.Host == "" {
		r.Host = e.RequestContext.DomainName
	}
	r.Header.Del("Host") // net/http keeps it in r.Host only
}

// sourceIP is the caller's address, 0.0.0.0 where the event has none: the console's test
// button sends a word.
func sourceIP(e *events.APIGatewayProxyRequest) string {
	if _, err := netip.ParseAddr(e.RequestContext.Identity.SourceIP); err != nil {
		return netip.IPv4Unspecified().String()
	}
	return e.RequestContext.Identity.SourceIP
}

// target rebuilds the request line of an event, and parses it by the function that
// net/http uses, so that Path and RawPath are the same as there.
func target(e *events.APIGatewayProxyRequest) (*url.URL, string) {
	raw := escape(e.Path)
	if !strings.HasPrefix(raw, "/") {
		raw = "/" + raw
	}
	if q := query(e); q != "" {
		raw += "?" + q
	}
	u, err := url.ParseRequestURI(raw)
	if err != nil { // escape leaves nothing to refuse; an odd event must not be a panic all the same
		return &url.URL{Path: e.Path}, raw
	}
	return u, raw
}

// escape escapes bytes that the path of a request line can't have. A REST API delivers
// the path as it was sent, so escapes are kept; SAM's emulator delivers it decoded, so
// it may have any byte.
func escape(path string) string {
	const hex = "0123456789ABCDEF"
	if !strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '%' || c == '?' || c == '#' }) {
		return path
	}
	b := make([]byte, 0, len(path)+8)
	for i := range len(path) {
		switch c := path[i]; {
		case c == '%' && i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2]):
			b = append(b, c)
		case c <= ' ', c >= 0x7f, c == '%', c == '?', c == '#':
			b = append(b, '%', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// query encodes the parameters, which a REST API delivers decoded ("+" as a
// space). They are sorted by name, so one request has one spelling and a
// repeated one the same fingerprint.
func query(e *events.APIGatewayProxyRequest) string {
	values := url.Values(e.MultiValueQueryStringParameters)
	if len(values) == 0 {
		if len(e.QueryStringParameters) == 0 {
			return ""
		}
		values = make(url.Values, len(e.QueryStringParameters))
		for name, v := range e.QueryStringParameters {
			values[name] = []string{v}
		}
	}
	return values.Encode()
}
