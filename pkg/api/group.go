package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Version is the version of the API that the document describes. The document
// may not change without it.
const Version = "0.5.0"

// Group is a section of the sidebar, and one function.
type Group struct {
	Name string // "Project APIs"
	Slug string // "project": its folder under functions/, and its name in a restricted key
	Ops  []Op
}

// check panics where a list of operations is wrong, so that no such program starts:
// two operations with one id, an operation that nobody may call, a field that no
// input has. The mux refuses colliding paths.
func check(groups []Group) {
	ids := map[string]bool{}
	for _, g := range groups {
		if g.Name == "" || g.Slug == "" {
			panic("api: a group needs a name and a slug")
		}
		for _, o := range g.Ops {
			if id := o.ID(); ids[id] {
				panic(fmt.Sprintf("api: two operations are called %s", id))
			}
			ids[o.ID()] = true
			o.check()
		}
	}
}

func (o Op) check() {
	wrong := func(format string, args ...any) {
		panic(fmt.Sprintf("api: %s: %s", o.ID(), fmt.Sprintf(format, args...)))
	}
	required := slices.ContainsFunc(o.Needs, func(n Need) bool { return !n.Resource.Optional })
	switch {
	case !o.IsPublic && !o.IsAnyone && len(o.Needs) == 0:
		wrong("who may call it? It needs Allow, Anyone or Public")
	case o.IsPublic && (o.IsAnyone || len(o.Needs) > 0):
		wrong("Public leaves nobody to be allowed")
	case o.IsAnyone && required:
		wrong("open to Anyone, so Allow can only ask for resources IfGiven")
	case !o.IsAnyone && len(o.Needs) > 0 && !required:
		wrong("it asks for nothing where the resource isn't given; say Anyone, too")
	}
	if len(o.MemberFields) > 0 && (len(o.Needs) == 0 || o.Needs[0].Resource.Optional) {
		wrong("Members of what? The first Allow names no resource that is always there")
	}
	if o.SelfField != "" && len(o.Needs) == 0 {
		wrong("OrSelf opens nothing without Allow")
	}
	for _, field := range o.fieldsNamed() {
		if !o.in.has(field) {
			wrong("its input has no field %q", field)
		}
	}
	for _, need := range o.Needs {
		if need.Permission == 0 || need.Resource.Kind == 0 {
			wrong("Allow needs a permission and a resource")
		}
	}
	for _, path := range o.Paths() {
		if path == "/" || !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
			wrong("path %q", path)
		}
		if !slices.Equal(wildcards(path), wildcards(o.Path)) {
			wrong("alias %q has other parameters than the path", path)
		}
	}
	for _, status := range o.Failures {
		if status < 400 || http.StatusText(status) == "" {
			wrong("Fails with %d", status)
		}
	}
	if o.NoAudit != "" && o.IsRead {
		wrong("it only reads, so it needs no reason to leave no audit row")
	}
	if o.Method == http.MethodGet && o.in.body != nil {
		wrong("a GET takes no body")
	}
}

// fieldsNamed lists the input fields that the line names.
func (o Op) fieldsNamed() []string {
	fields := slices.Concat(o.UserFields, o.MemberFields)
	for _, need := range o.Needs {
		if need.Resource.Field != "" {
			fields = append(fields, need.Resource.Field)
		}
	}
	if o.SelfField != "" {
		fields = append(fields, o.SelfField)
	}
	return fields
}

// wildcards lists the names in {} of a path.
func wildcards(path string) []string {
	var names []string
	for segment := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}
