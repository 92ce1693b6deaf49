package api

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// Mount serves the groups behind the guard, which may be nil where every operation is
// Public. It panics where an operation can't be served as it is declared.
func Mount(g Guard, groups ...Group) http.Handler {
	check(groups)
	f := &front{mux: http.NewServeMux()}
	f.mux.HandleFunc("/", f.unknown)
	paths := allows(groups)
	for _, group := range groups {
		for _, op := range group.Ops {
			op.Group = group.Slug
			if g == nil && !op.IsPublic {
				panic("api: " + op.ID() + " needs a guard")
			}
			for _, path := range op.Paths() {
				rt := newRoute(g, op, path)
				rt.allow = paths[shape(path)]
				f.mux.Handle(op.Method+" "+path, rt)
			}
		}
	}
	f.refuseElsewhere(paths)
	return f
}

// refuseElsewhere adds 405 routes for the methods that a path lacks but a path with a
// parameter in the same place has: DELETE /project/recent is a 405, as at the gateway,
// and no deletion of a project with the id "recent".
func (f *front) refuseElsewhere(paths map[string]*allow) {
	parts := make(map[string][]string, len(paths))
	for path := range paths {
		parts[path] = strings.Split(path, "/")
	}
	for narrow, a := range paths {
		missing := map[string]bool{}
		for wide, b := range paths {
			if wide == narrow || !covers(parts[wide], parts[narrow]) {
				continue
			}
			for _, method := range b.methods {
				if method != http.MethodHead && !a.takes(method) {
					missing[method] = true
				}
			}
		}
		for method := range missing {
			f.mux.Handle(method+" "+numbered(narrow), a)
		}
	}
}

// numbered names the parameters of a shape, as patterns of the mux need.
func numbered(shape string) string {
	segments := strings.Split(shape, "/")
	for i, s := range segments {
		if s == "{}" {
			segments[i] = "{p" + strconv.Itoa(i) + "}"
		}
	}
	return strings.Join(segments, "/")
}

// route is one operation on one of its paths.
type route struct {
	op      Op
	id      string
	guard   Guard
	bare    bool   // the answer is the data alone
	message []byte // as JSON
	allow   *allow // the 405 of its path
}

func newRoute(g Guard, op Op, path string) *route {
	if h, ok := g.(Hooking); ok {
		hooked(op.in.typ, h.Hooks())
	}
	var message bytes.Buffer
	if err := write(&message, op.Message); err != nil {
		panic(err)
	}
	return &route{
		op: op, id: op.ID(), guard: g, message: message.Bytes(),
		bare: op.dialect() != ours || !strings.HasPrefix(path, "/api/"),
	}
}
