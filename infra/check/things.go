package check

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/table"
)

// things checks each kind of resource: a resource has its parent, a deleted one has an
// end of its retention, and a membership has its resource, its user and a known role. A
// deleted resource may be half purged.
func (c *checks) things() {
	v := resource.NewView(0, model.Time{}, c.rows)
	for p := range c.rows {
		for _, k := range resource.Kinds() {
			if k.Rows == nil || k == &resource.Workspace { // a workspace is a team, checked as such
				continue
			}
			if id, ok := k.Rows.ID(p); ok {
				c.thing(k, &v, id)
			}
			if id, user, ok := k.MemberAt(p); ok {
				c.member(k, &v, id, user)
			}
		}
	}
}

func (c *checks) thing(k *resource.Kind, v *resource.View, id int64) {
	place, _ := k.Place(v, id)
	name := k.Kind.String()
	c.hold(place.IsDeleted == (place.PurgeOn != nil), "%s %d is deleted without an end of its retention, or the other way round", name, id)
	if k.Parent == nil || place.IsDeleted || place.Parent == 0 && !k.EndsWithParent {
		return
	}
	parent, ok := k.Parent.Place(v, place.Parent)
	c.hold(ok && parent.Organization == place.Organization && (k.EndsWithParent || !parent.IsDeleted),
		"%s %d is in %s %d, which isn't there", name, id, k.Parent.Kind, place.Parent)
}

func (c *checks) member(k *resource.Kind, v *resource.View, id, user int64) {
	place, ok := k.Place(v, id)
	name := k.Kind.String()
	c.hold(ok, "user %d is a member of %s %d, which isn't there", user, name, id)
	_, ok = table.Users.In(c.rows, user)
	c.hold(ok, "%s %d has the member %d, who isn't there", name, id, user)
	m, _ := k.Member(v, id, user)
	t := access.Target{Kind: k.Kind, ID: id, Organization: place.Organization}
	k.Assign(&t, m.Role)
	gives := access.Decide(access.Caller{User: user, Organization: place.Organization}, t, 0).Granted
	c.hold(place.ID == 0 || gives != 0, "user %d is a %q of %s %d", user, m.Role, name, id)
}
