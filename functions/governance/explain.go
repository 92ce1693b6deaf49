package governance

import (
	"context"
	"slices"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/explain"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
)

type explainIn struct {
	request.In
	UserID       int64       `query:"user_id" required:"true" minimum:"1" example:"16"`
	Action       action      `query:"action" required:"true" example:"edit_project"`
	ResourceType asked       `query:"resource_type" required:"true"`
	ResourceID   int64       `query:"resource_id" required:"true" minimum:"1" example:"151"`
	AsOf         *model.Time `query:"as_of" doc:"A past time; without it, now"`

	need     access.Permission
	question explain.Question
}

// action is the name of a permission that some type of resource has.
type action string

// Schema lists the permissions, with their types.
func (action) Schema(api.Registry) *api.Schema {
	var all access.Permission
	kinds := explained()
	says := make([]string, len(kinds))
	for i, k := range kinds {
		can := access.Applicable(k.Kind)
		all |= can
		published := access.Published(can)
		own := slices.DeleteFunc(strings.Split(can.String(), ", "), func(name string) bool { return slices.Contains(published, name) })
		says[i] = k.Kind.String() + ": " + strings.Join(own, ", ")
		if len(published) > 0 {
			says[i] += " and the permissions of List Workspace Permissions"
		}
	}
	s := api.OneOf(strings.Split(all.String(), ", ")...)
	s.Description = "A permission that the type has. " + strings.Join(says, "; ")
	return s
}

// explained returns the kinds of things that may be asked about. A workspace is asked
// about as a team.
func explained() []*resource.Kind {
	return slices.DeleteFunc(resource.Kinds(), func(k *resource.Kind) bool { return k == &resource.Workspace })
}

// kindName is the name of an explained kind.
type kindName string

// Schema lists the names.
func (kindName) Schema(api.Registry) *api.Schema { return api.OneOf(kindNames()...) }

func kindNames() (names []string) {
	for _, k := range explained() {
		names = append(names, k.Kind.String())
	}
	return names
}

// asked is the name of a kind in a request, kinds that don't exist yet included.
type asked string

// Schema lists the names.
func (asked) Schema(api.Registry) *api.Schema { return api.OneOf(append(kindNames(), "corpus")...) }

// Validate refuses an action that the type doesn't have, and a time in the future.
func (in *explainIn) Validate(now model.Time) error {
	need, known := access.ParsePermission(string(in.Action))
	if kind := in.kind(); !known || kind != nil && !access.Applicable(kind.Kind).Has(need) {
		return fault.Invalid("query.action", "must be a permission that the resource type has")
	}
	in.need = need
	if in.AsOf != nil && in.AsOf.After(now) {
		return fault.Invalid("query.as_of", "must not be in the future")
	}
	return nil
}

// kind returns the kind of the type; nil for one that doesn't exist yet.
func (in *explainIn) kind() *resource.Kind { return resource.Named(string(in.ResourceType)) }

// Load asks for the user and the resource, and the roles of the user and the caller on
// it.
func (in *explainIn) Load(f *request.Fetch) {
	f.Rows(store.User(in.UserID).Key)
	kind := in.kind()
	if kind == nil || kind.Assign == nil { // the organisation is read with the caller
		return
	}
	f.Rows(kind.Key(in.ResourceID))
	f.Rows(kind.MemberKeys(in.ResourceID, 0, in.UserID)...)
	if f.Caller != 0 {
		f.Rows(kind.MemberKeys(in.ResourceID, 0, f.Caller)...)
	}
}

// Resolve finds the user and the resource, deleted ones too. It refuses (404) a resource
// that the caller may not know: a rank knows all of the organisation's, others those they
// see now. It refuses (403) to ask about another user, unless the caller has a rank or
// manages the project.
func (in *explainIn) Resolve(ctx context.Context, c *request.Request) error {
	u, ok := store.User(in.UserID).In(c.Rows())
	place, seen, err := in.find(ctx, c)
	if err != nil {
		return err
	}
	if !seen && !access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed {
		return noResource()
	}
	if !ok || u.OrganizationID != c.Organization.ID {
		return fault.Missing("query.user_id")
	}
	in.question = explain.Question{User: u, Kind: in.kind(), ID: in.ResourceID, Today: &c.View}
	if c.Caller.Is(in.UserID) && c.Caller.BoundProject == 0 {
		return nil
	}
	return knows(ctx, c, place.Project, resourceField)
}

// noResource is the 404 of a resource that doesn't exist or that the caller may not know.
func noResource() error { return fault.Missing(resourceField) }

const resourceField = "query.resource_id"

// find reads the roles of the user and the caller on the resource and its parents, and
// reports whether the caller sees it.
func (in *explainIn) find(ctx context.Context, c *request.Request) (place resource.Place, seen bool, err error) {
	kind := in.kind()
	if kind == nil {
		return place, false, noResource()
	}
	place, ok := kind.Place(&c.View, in.ResourceID)
	if !ok {
		return place, false, noResource()
	}
	if err := c.ReadRoles(ctx, access.Resource{Kind: kind.Kind}, in.ResourceID, []int64{in.UserID, c.Caller.User}); err != nil {
		return place, false, err
	}
	if kind.EndsWithParent {
		if _, ok := kind.Parent.Place(&c.View, place.Parent); !ok { // the parent was purged, and all roles with it
			return place, false, noResource()
		}
	}
	var line resource.Line
	t, live := kind.Find(&c.View, &line, in.ResourceID, c.Caller.User)
	return place, live && access.Decide(c.Caller, t, 0).Visible, nil
}

// explain tells whether the user may do it, by which paths, or what is missing. It
// refuses (limit) a past since which there were too many changes.
func (h *handlers) explain(ctx context.Context, in *explainIn) (explain.Answer, error) {
	if in.AsOf == nil {
		return explain.Now(in.question, in.Request().Now).Explain(in.need), nil
	}
	in.question.Read = h.store.Read
	s, err := explain.Past(ctx, h.store, in.question, *in.AsOf)
	if err != nil {
		return explain.Answer{}, err
	}
	return s.Explain(in.need), nil
}
