package account

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/scim"
)

type patchGroupIn struct {
	request.In
	groupID
	Body struct {
		Operations []scimPatch `json:"Operations" minItems:"1" maxItems:"100"`
	}

	change groupChange
}

// mostNamed is the most members that a PATCH may name, since each of them is read.
const mostNamed = 1000

// Validate reads the operations, and refuses those that can't be carried out on any
// group.
func (in *patchGroupIn) Validate(model.Time) error {
	in.change = groupChange{named: map[int64]bool{}}
	for _, o := range in.Body.Operations {
		if err := o.each(groupSchema, in.change.set); err != nil {
			return err
		}
	}
	if len(in.change.named) > mostNamed {
		return badSCIM(tooMany, fmt.Sprintf("A PATCH names at most %d members: send more of them", mostNamed))
	}
	return nil
}

// Load asks for the rows that reserve the names, and for the members.
func (in *patchGroupIn) Load(f *request.Fetch) { in.change.needs(f, in.ID, in.change.replaces) }

func (h *handlers) patchGroup(ctx context.Context, in *patchGroupIn) (struct{}, error) {
	_, _, err := h.changeGroup(ctx, in.Request(), &in.change)
	return struct{}{}, err
}

// set notes the change of an attribute. It ignores attributes that aren't stored.
func (g *groupChange) set(op string, p scim.Path, value any) error {
	if p.Attribute == "members" {
		return g.setMembers(op, p, value)
	}
	if p.Attribute != "displayname" && p.Attribute != "externalid" || p.Sub != "" {
		return nil
	}
	if p.Filter != nil {
		return badSCIM(invalidPath, oneValue)
	}
	said, ok := scim.Text(value)
	switch {
	case op == opRemove && p.Attribute == "externalid":
		g.externalID = new(string)
	case op == opRemove:
		return badSCIM(mutability, "displayName can't be removed")
	case p.Attribute == "externalid" && ok && fits(said, lengths["externalid"]) && model.IsIdentifier(said):
		g.externalID = &said
	case p.Attribute == "displayname" && ok && fits(said, 200) && strings.TrimSpace(said) != "" && model.IsName(said):
		g.name = &said
	default:
		return badSCIM(invalidValue, "displayName must be a text of 1 to 200 characters that can be seen, externalId one of at most 255")
	}
	return nil
}

// setMembers notes the users to be added and removed. Removing one who isn't a member is
// no mistake: they may have left otherwise.
func (g *groupChange) setMembers(op string, p scim.Path, value any) error {
	switch {
	case p.Sub != "" && p.Sub != "value":
		return nil
	case p.Filter != nil && op != opRemove:
		return badSCIM(mutability, "A member is added or removed, and can't be changed")
	case p.Filter != nil:
		id, err := memberMeant(p.Filter)
		if id != 0 {
			g.named[id] = false
		}
		return err
	case op == opRemove && value == nil, op == opReplace:
		g.replaces = true
		clear(g.named)
	}
	named := map[int64]bool{}
	for _, v := range scim.List(value) {
		id, ok := memberOf(v)
		switch {
		case ok:
			named[id] = op != opRemove
		case op != opRemove:
			return badSCIM(invalidValue, "members must be users, by their ids")
		}
	}
	maps.Copy(g.named, named)
	return nil
}

// memberMeant returns the user whom a filter in a path selects, 0 for nobody. It refuses
// (invalidFilter) a filter with any term that it doesn't know.
func memberMeant(filter []scim.Term) (id int64, err error) {
	valued, user := false, true
	for _, t := range filter {
		said := fmt.Sprint(t.Value)
		switch is, _ := idIn(said); {
		case t.Path.Attribute == "value" && t.Path.Sub == "":
			user = user && (!valued || is == id)
			id, valued = is, true
		case t.Path.Attribute == "type" && t.Path.Sub == "":
			user = user && scim.Same(said, userType)
		default:
			return 0, badSCIM(invalidFilter, byValue)
		}
	}
	switch {
	case !valued:
		return 0, badSCIM(invalidFilter, byValue)
	case !user:
		return 0, nil
	}
	return id, nil
}

const byValue = `A member is selected by value eq "…"`
