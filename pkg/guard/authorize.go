package guard

import (
	"cmp"
	"context"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
)

// authorize finds the resources of the operation's line (404) and everything else
// that the request names (404), and decides (403). 404 comes before 403, so a refusal
// waits until everything was found.
func (t *try) authorize(ctx context.Context) error {
	if err := t.r.LoadMoreRoles(ctx, t.leading()); err != nil {
		return err
	}
	denied, err := t.permit()
	if err != nil {
		return err
	}
	if err := t.findUsers(); err != nil {
		return err
	}
	if err := t.findMembers(denied); err != nil {
		return err
	}
	if t.r.Caller.BoundProject != 0 && t.reachesBeyondProject() {
		return fault.NotFound()
	}
	if in, ok := t.call.In.(request.Resolving); ok {
		if err := in.Resolve(ctx, t.r); err != nil {
			return err
		}
	}
	if denied != "" {
		return fault.Forbidden(denied)
	}
	return nil
}

// leading returns the resources of the line that LeadsFurther.
func (t *try) leading() (all []request.Named) {
	for _, n := range t.op.Needs {
		for _, id := range t.call.IDs(n.Resource.Field) {
			if named := (request.Named{Resource: n.Resource, ID: id}); t.r.LeadsFurther(named) {
				all = append(all, named)
			}
		}
	}
	return all
}

// permit decides on every need of the line, and notes the decisions that allowed it.
// denied is the first right that is missing, "" for none; a resource that the caller
// may not know is a 404.
func (t *try) permit() (denied fault.Reason, err error) {
	lacking := func(r fault.Reason) { denied = cmp.Or(denied, r) }
	if !t.r.Credential.Scope.Permits(t.op.Group, t.op.IsRead) {
		lacking(fault.ReasonKeyScope)
	}
	self := t.isSelf()
	for _, n := range t.op.Needs {
		if n.Resource.Kind == access.KindOrganization {
			if !t.permitOrganization(n.Permission, self) {
				lacking(t.r.Lacking(n.Resource.Kind))
			}
			continue
		}
		ids := t.call.IDs(n.Resource.Field)
		if len(ids) == 0 && !n.Resource.Optional {
			return denied, missing(n.Resource.Kind)
		}
		for i, id := range ids {
			target, ok := t.r.Find(n.Resource, id)
			if !ok {
				return denied, t.unknown(n.Resource, i)
			}
			d := access.Decide(t.r.Caller, target, n.Permission)
			if !d.Visible && !(self && target.Organization == t.r.Organization.ID && t.r.Caller.BoundProject == 0) {
				return denied, t.unknown(n.Resource, i)
			}
			if d.Allowed {
				t.r.Grant(d, target)
			} else if !self {
				lacking(t.r.Lacking(n.Resource.Kind))
			}
		}
	}
	return denied, nil
}

// permitOrganization decides on the caller's own organisation.
func (t *try) permitOrganization(need access.Permission, self bool) bool {
	target := t.r.OrganizationTarget()
	d := access.Decide(t.r.Caller, target, need)
	if d.Allowed {
		t.r.Grant(d, target)
	}
	return d.Allowed || self && t.r.Caller.BoundProject == 0
}

// isSelf reports whether the line's OrSelf applies: its field names the caller and
// nobody else.
func (t *try) isSelf() bool {
	if t.op.SelfField == "" || t.r.User == nil {
		return false
	}
	ids := t.call.IDs(t.op.SelfField)
	for _, id := range ids {
		if !t.r.Caller.Is(id) {
			return false
		}
	}
	return len(ids) > 0
}

// reachesBeyondProject reports whether the operation's path names a thing of the
// organisation, which a key that is bound to a project can't reach.
func (t *try) reachesBeyondProject() bool {
	return len(t.op.Needs) > 0 && t.op.Needs[0].Resource.Kind == access.KindOrganization && strings.Contains(t.op.Path, "{")
}

// findUsers answers 404 for users who don't exist in the organisation or are
// deleted.
func (t *try) findUsers() error {
	for _, field := range t.op.UserFields {
		for i, id := range t.call.IDs(field) {
			if u, ok := t.r.UserRow(id); !ok || u.DeletedOn != nil {
				return t.missingAt(fault.NotFound(), field, i)
			}
		}
	}
	return nil
}

// findMembers answers 404 for users who aren't members of the line's first resource,
// and 403 before that to a caller who may not know its members. A deleted user's
// membership may still exist, until their removal deletes it.
func (t *try) findMembers(denied fault.Reason) error {
	for _, field := range t.op.MemberFields {
		if denied != "" && resource.Of(t.op.Needs[0].Resource).HidesMembers {
			return fault.Forbidden(denied)
		}
		for i, id := range t.call.IDs(field) {
			if _, known := t.r.UserRow(id); !known || !t.r.IsMember(t.op.Needs[0].Resource, id) {
				return t.missingAt(fault.NotFound(), field, i)
			}
		}
	}
	return nil
}

// missing is the 404 of a resource.
func missing(k access.Kind) error {
	if k == access.KindWorkspace {
		return fault.New(fault.KindNotFound, "Workspace not found.")
	}
	return fault.NotFound()
}

// unknown is the 404 of the resource that the request names by its nth id, the same
// for one that doesn't exist and one that the caller may not know.
func (t *try) unknown(r access.Resource, n int) error {
	return t.missingAt(fault.Of(missing(r.Kind)), r.Field, n)
}

// missingAt adds the place of the nth id of a field to a 404, unless it is in the
// path.
func (t *try) missingAt(f *fault.Fault, field string, n int) error {
	if where := t.call.Where(field, n); where != "" {
		return f.On(where, fault.Missing(where).Fields[where])
	}
	return f
}

// checkVersion refuses (412) a request whose If-Match names another version of its
// row. It runs after the handler, which may still refuse with 403.
func (t *try) checkVersion() error {
	row := t.r.Outcome.Version
	if row == nil && len(t.op.Needs) > 0 {
		row = t.r.VersionOf(t.op.Needs[0].Resource)
	}
	if row != nil && !t.call.Matches(row.RowVersion()) {
		return fault.New(fault.KindVersionMismatch, "The record was changed meanwhile: read it again and send its present ETag")
	}
	return nil
}
