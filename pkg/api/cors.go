package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// CheckOrigins refuses texts that no browser sends as an origin, and so would have no
// effect: an origin is a scheme and a host, "https://app.example.com", without a slash
// at its end; or "*". A quote is refused because API Gateway puts an origin into a
// quoted text.
func CheckOrigins(origins []string) error {
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host || strings.ContainsAny(origin, `'"`)) {
			return fmt.Errorf("%q is no origin: each must look like https://app.example.com, or be *", origin)
		}
	}
	return nil
}

// CORS lets browsers of the given origins ("https://app.example.com", or "*")
// call next. Without origins it is next itself, and an OPTIONS is a 405.
//
// A preflight is answered before any authentication, on every path that has an
// operation: the Allow header of next's 405 lists its methods.
func CORS(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	any := slices.Contains(origins, "*")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin == "" || !any && !slices.Contains(origins, origin) {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			h.Set("Access-Control-Expose-Headers", "ETag, Retry-After, "+removalHeader+", X-Request-Id")
			next.ServeHTTP(w, r)
			return
		}
		refusal := &unsent{header: http.Header{}}
		next.ServeHTTP(refusal, r)
		allow := refusal.header.Get("Allow")
		if refusal.status != http.StatusMethodNotAllowed || allow == "" {
			next.ServeHTTP(w, r) // no such path: the 404 is for the browser to see
			return
		}
		h.Set("Access-Control-Allow-Methods", allow)
		h.Set("Access-Control-Allow-Headers", strings.Join(requestHeaders, ", "))
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	})
}

// requestHeaders are the headers that an operation may read.
var requestHeaders = []string{"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Ocp-Apim-Subscription-Key"}

// unsent is a response that is dropped, except for its status and header.
type unsent struct {
	header http.Header
	status int
}

func (u *unsent) Header() http.Header         { return u.header }
func (u *unsent) Write(b []byte) (int, error) { return len(b), nil }
func (u *unsent) WriteHeader(status int) {
	if u.status == 0 {
		u.status = status
	}
}
