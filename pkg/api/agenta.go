package api

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wardroom/pkg/fault"
)

// agentaRoots are the paths below which every answer, those of unknown paths
// included, is in the dialect of the workspace routes.
var agentaRoots = [...]string{"/workspaces", "/organizations"}

func isAgentaPath(path string) bool {
	path = strings.TrimPrefix(path, "/api")
	return slices.ContainsFunc(agentaRoots[:], func(root string) bool {
		rest, ok := strings.CutPrefix(path, root)
		return ok && (rest == "" || rest[0] == '/')
	})
}

// The texts of the workspace routes where ours differ.
const (
	agentaForbidden  = "You do not have permission to perform this action. Please contact your Organization Owner"
	agentaNotFound   = "Workspace not found."
	agentaNoPath     = "Not Found"
	agentaWrongVerb  = "Method Not Allowed"
	agentaDetailMeta = "detail" // a fault's Meta under this key is the detail itself, where Agenta answers an object
)

// detail is one entry of FastAPI's HTTPValidationError.
type detail struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// agentaRefusal renders an error in FastAPI's shape. An invalid request with named
// fields is a 422 with a list of them; any other error keeps its status.
func agentaRefusal(err error) (int, []byte) {
	f := fault.Of(err)
	status, body := f.Kind.Status(), any(f.Message)
	var form complaints
	switch {
	case errors.As(err, &form):
		status, body = http.StatusUnprocessableEntity, details(form)
	case f.Kind == fault.KindInvalid && len(f.Fields) > 0:
		status, body = http.StatusUnprocessableEntity, details(complaintsOf(f))
	case f.Meta[agentaDetailMeta] != nil:
		body = f.Meta[agentaDetailMeta]
	case f.Message == fault.Forbidden().Message:
		body = agentaForbidden
	case f.Message == fault.NotFound().Message:
		body = agentaNotFound
	}
	return status, agentaBody(body)
}

func agentaBody(of any) []byte {
	var b bytes.Buffer
	if err := write(&b, map[string]any{"detail": of}); err != nil {
		return []byte(`{"detail":"Internal error"}`)
	}
	return b.Bytes()
}

func details(form complaints) []detail {
	form = slices.Clone(form)
	slices.SortStableFunc(form, func(a, b complaint) int { return strings.Compare(a.where, b.where) })
	out := make([]detail, len(form))
	for i, c := range form {
		out[i] = detail{locOf(c.where), c.msg, c.typ}
	}
	return out
}

// locOf splits a place: body.roles[0] is ["body","roles",0].
func locOf(where string) []any {
	var loc []any
	for part := range strings.SplitSeq(where, ".") {
		name, rest, indexed := strings.Cut(part, "[")
		loc = append(loc, name)
		for indexed {
			var digits string
			digits, rest, _ = strings.Cut(rest, "]")
			if n, err := strconv.Atoi(digits); err == nil {
				loc = append(loc, n)
			}
			rest, indexed = strings.CutPrefix(rest, "[")
		}
	}
	return loc
}

// complaintsOf turns the fields of a handler's fault into complaints. A message that
// is a flaw's, in either dialect, gets that flaw's type.
func complaintsOf(f *fault.Fault) complaints {
	var out complaints
	for where, says := range f.Fields {
		c := complaint{where, flaw{says, says, "value_error"}}
		for _, known := range []flaw{missing, isNull, notInteger, notBoolean, notString, notList, notObject, notEmail} {
			if says == known.says || says == known.msg {
				c.flaw = known
			}
		}
		out = append(out, c)
	}
	return out
}
