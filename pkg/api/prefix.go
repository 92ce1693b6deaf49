package api

import (
	"context"
	"net/http"
	"strings"
)

// The API may be reached below a prefix: the stage of an API Gateway, the base path of
// its custom domain, or the path of a proxy before the local door. Requests are routed
// without it, and links in answers have it.

type prefixKey struct{}

// WithPrefix returns a context with the prefix of its request: "/dev", or "" for none.
func WithPrefix(ctx context.Context, prefix string) context.Context {
	if prefix == "" {
		return ctx
	}
	return context.WithValue(ctx, prefixKey{}, prefix)
}

// Prefix returns the prefix of the request of ctx. It is "" or begins with a slash and
// doesn't end with one.
func Prefix(ctx context.Context) string {
	prefix, _ := ctx.Value(prefixKey{}).(string)
	return prefix
}

// StripPrefix removes prefix from the paths of requests, and puts it into their context.
// A request without it, such as a health check that doesn't come through the proxy, is
// passed on as it is.
func StripPrefix(prefix string, next http.Handler) http.Handler {
	if prefix == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, below := CutPrefix(r.URL.EscapedPath(), prefix)
		if !below {
			next.ServeHTTP(w, r)
			return
		}
		u := *r.URL
		u.Path = strings.TrimPrefix(u.Path, prefix)
		if u.RawPath != "" {
			u.RawPath = path
		}
		r = r.WithContext(WithPrefix(r.Context(), prefix))
		r.URL = &u
		next.ServeHTTP(w, r)
	})
}

// CutPrefix returns a path without prefix, and whether the path was below it.
func CutPrefix(path, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || !strings.HasPrefix(rest, "/") {
		return path, false
	}
	return rest, true
}

// ValidPrefix reports whether a path may be a prefix: segments of characters that need
// no escape anywhere. So "//other.example" is none, which would lead to another host.
func ValidPrefix(prefix string) bool {
	rest, ok := strings.CutPrefix(prefix, "/")
	if !ok {
		return prefix == ""
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if strings.Trim(segment, ".") == "" || strings.ContainsFunc(segment, func(c rune) bool {
			return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-._~$+!*()", c)
		}) {
			return false
		}
	}
	return true
}
