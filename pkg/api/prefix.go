package api

import (
	"context"
	"net/http"
	"strings"
)

// The API may be reached below a path that isn't the root: the stage of an API
// Gateway, the base path of its custom domain, or whatever a proxy before the local
// door puts there. Paths are routed without it, and links that we answer carry it.

type prefixKey struct{}

// WithPrefix returns the context of a request that was sent to a path below prefix:
// "/dev", say, or "" for none.
func WithPrefix(ctx context.Context, prefix string) context.Context {
	if prefix == "" {
		return ctx
	}
	return context.WithValue(ctx, prefixKey{}, prefix)
}

// Prefix is what stands before the paths of the API, for whoever sent the
// request. It is "" or begins with a slash and doesn't end with one.
func Prefix(ctx context.Context) string {
	prefix, _ := ctx.Value(prefixKey{}).(string)
	return prefix
}

// StripPrefix takes prefix off the paths of requests, and says in their context that
// it was there. A request without it is passed on as it is: a health check, say,
// that doesn't come through the proxy.
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

// CutPrefix takes prefix off a path, and reports whether it was there.
func CutPrefix(path, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || !strings.HasPrefix(rest, "/") {
		return path, false
	}
	return rest, true
}

// ValidPrefix reports whether a path may be a prefix: plain segments alone, which mean
// the same wherever they are written. So "//other.example" is none, which would
// lead to another host.
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
