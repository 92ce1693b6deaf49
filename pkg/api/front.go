package api

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"wardroom/pkg/fault"
	"wardroom/pkg/telemetry"
)

// front is the handler before the mux: it refuses paths that the mux would redirect,
// forgives one trailing slash and one empty segment at the beginning, gives 404 and
// 405 our shape, and turns a panic into a mute 500.
type front struct{ mux *http.ServeMux }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["X-Request-Id"] = []string{telemetry.From(r.Context()).ID()}
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler: // how a handler asks net/http to cut the connection
			panic(cause)
		default:
			err := fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			refuse(w, r, err, dialectOf(r.URL.Path))
		}
	}()
	r = pathed(r, func(u *url.URL) {
		u.Path, u.RawPath = withoutFirst(u.Path), withoutFirst(u.RawPath)
	})
	if !isPlain(r.URL.EscapedPath()) {
		f.notFound(w, r)
		return
	}
	f.mux.ServeHTTP(w, pathed(r, func(u *url.URL) {
		if path, slash := strings.CutSuffix(u.Path, "/"); slash && path != "" {
			u.Path, u.RawPath = path, ""
		}
	}))
}

// pathed returns r with its path changed by mend.
func pathed(r *http.Request, mend func(*url.URL)) *http.Request {
	u := *r.URL
	if mend(&u); u.Path == r.URL.Path && u.RawPath == r.URL.RawPath {
		return r
	}
	mended := *r
	mended.URL = &u
	return &mended
}

// withoutFirst removes one empty segment at the beginning of a path, which a client's
// base URL with a slash at its end makes.
func withoutFirst(path string) string {
	if strings.HasPrefix(path, "//") {
		return path[1:]
	}
	return path
}

// isPlain reports whether a path, as it was sent, can only mean one thing:
// absolute, without empty or dot segments and without an encoded slash.
func isPlain(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
		return false
	}
	if !strings.ContainsAny(path, "%.") {
		return true
	}
	path = strings.ToLower(path)
	for segment := range strings.SplitSeq(path, "/") {
		if segment = strings.ReplaceAll(segment, "%2e", "."); segment == "." || segment == ".." {
			return false
		}
	}
	return !strings.Contains(path, "%2f")
}

// unknown answers requests without a route: 405 where the path has another method,
// else 404, and either before any authentication, as a gateway would.
func (f *front) unknown(w http.ResponseWriter, r *http.Request) {
	for _, method := range methods {
		switch h, _ := f.mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); h := h.(type) {
		case *route:
			h.allow.ServeHTTP(w, r)
			return
		case *allow:
			h.ServeHTTP(w, r)
			return
		}
	}
	f.notFound(w, r)
}

func (f *front) notFound(w http.ResponseWriter, r *http.Request) {
	d := dialectOf(r.URL.Path)
	refuse(w, r, fault.New(fault.KindNotFound, "%s", d.noPath()), d)
}
