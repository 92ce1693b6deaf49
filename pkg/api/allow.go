package api

import (
	"net/http"
	"slices"
	"strings"

	"wardroom/pkg/fault"
)

// methods are the methods of operations, in the order in which Allow lists them.
var methods = [...]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// allow is a path's 405.
type allow struct{ methods []string }

func (a *allow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", strings.Join(a.methods, ", "))
	d := dialectOf(r.URL.Path)
	refuse(w, r, fault.New(fault.KindMethodNotAllowed, "%s", d.wrongVerb()), d)
}

// takes reports whether the path has an operation for the method.
func (a *allow) takes(method string) bool { return slices.Contains(a.methods, method) }

// allows finds the methods of every path, by its shape.
func allows(groups []Group) map[string]*allow {
	declared := map[string][]string{}
	for _, g := range groups {
		for _, o := range g.Ops {
			for _, path := range o.Paths() {
				declared[shape(path)] = append(declared[shape(path)], o.Method)
			}
		}
	}
	out := make(map[string]*allow, len(declared))
	for path, taken := range declared {
		a := &allow{}
		for _, method := range methods {
			if slices.Contains(taken, method) || method == http.MethodHead && slices.Contains(taken, http.MethodGet) {
				a.methods = append(a.methods, method)
			}
		}
		out[path] = a
	}
	return out
}

// shape returns a path without the names of its parameters.
func shape(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// covers reports whether every request to the narrow shape matches the wide one too:
// /project/{} covers /project/recent.
func covers(wide, narrow []string) bool {
	if len(wide) != len(narrow) {
		return false
	}
	for i := range wide {
		if wide[i] != "{}" && wide[i] != narrow[i] {
			return false
		}
	}
	return true
}
