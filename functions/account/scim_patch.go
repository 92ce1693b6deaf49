package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/scim"
	"wardroom/pkg/store"
)

type patchSCIMIn struct {
	request.In
	scimID
	partial
	Body struct {
		Operations []scimPatch `json:"Operations" minItems:"1" maxItems:"100"`
	}

	edits []edit
}

// scimPatch is one operation of a PATCH (RFC 7644, 3.5.2).
type scimPatch struct {
	Op    string  `json:"op" pattern:"^([aA][dD][dD]|[rR][eE][pP][lL][aA][cC][eE]|[rR][eE][mM][oO][vV][eE])$" patternDescription:"add, replace or remove" doc:"add, replace or remove, in any case"`
	Path  *string `json:"path" required:"false" maxLength:"1000" doc:"The attribute that is meant. Without it value is an object of attributes. Operations on attributes that aren't kept are ignored."`
	Value any     `json:"value" required:"false" doc:"One value may be wrapped in a list or in an object's value; booleans may be text"`
}

// edit is one change that a PATCH makes to a user. It refuses changes that the user's
// present attributes don't allow.
type edit func(*model.User) error

// Validate reads the operations, and refuses those that can't be carried out on
// any user.
func (in *patchSCIMIn) Validate(model.Time) error {
	in.edits = nil
	for _, o := range in.Body.Operations {
		if err := o.each(userSchema, in.set); err != nil {
			return err
		}
	}
	return nil
}

// each calls set with every attribute of the operation: one by its path, or all of an
// object. It skips attributes of other schemas, and refuses malformed operations.
func (o scimPatch) each(schema string, set func(op string, p scim.Path, value any) error) error {
	op := scim.Lower(o.Op)
	if o.Path == nil {
		if op == opRemove {
			return badSCIM(noTarget, "To remove something, name it in path")
		}
		return attributes(schema, op, o.Value, set)
	}
	p, ok := scim.ParsePath(strings.TrimSpace(*o.Path), schema)
	switch {
	case !ok:
		return badSCIM(invalidPath, "path is not the path of an attribute")
	case p.Schema != "" && !scim.Same(p.Schema, schema):
		return nil
	case fixed[p.Attribute]:
		return badSCIM(mutability, "The attribute in path can't be changed")
	case o.Value == nil && op != opRemove:
		return badSCIM(invalidValue, "value is required")
	case p.Attribute == "" && op == opRemove:
		return badSCIM(noTarget, "To remove something, name it in path")
	case p.Attribute == "":
		return attributes(schema, op, o.Value, set)
	}
	return set(op, p, o.Value)
}

// attributes calls set with those of an object, null ones as removals. Their names may
// be paths, too.
func attributes(schema, op string, value any, set func(op string, p scim.Path, value any) error) error {
	if list := scim.List(value); len(list) == 1 {
		value = list[0]
	}
	values, ok := value.(map[string]any)
	if !ok {
		return badSCIM(invalidValue, "Without a path, value must be an object of attributes")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		p, ok := scim.ParsePath(name, schema)
		// A client that sends a whole resource back may include fixed attributes: ignored.
		switch does := op; {
		case !ok || p.Schema != "" && !scim.Same(p.Schema, schema) || fixed[p.Attribute]:
		case p.Attribute == "":
			if err := attributes(schema, op, values[name], set); err != nil {
				return err
			}
		default:
			if values[name] == nil {
				does = opRemove
			}
			if err := set(does, p, values[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Operations, in lower case.
const (
	opAdd     = "add"
	opReplace = "replace"
	opRemove  = "remove"
)

// fixed are the attributes that clients can't change.
var fixed = map[string]bool{"id": true, "meta": true, "schemas": true}

// set notes the edit of an attribute. It ignores attributes that aren't stored, as the
// body of a PUT does: clients send what they are configured to.
func (in *patchSCIMIn) set(op string, p scim.Path, value any) error {
	note := func(e edit) error { in.edits = append(in.edits, e); return nil }
	attribute := p.Attribute
	if p.Sub != "" {
		attribute += "." + p.Sub
	}
	if p.Filter != nil && (p.Attribute == "username" || p.Attribute == "active" || p.Attribute == "name" || p.Attribute == "externalid") {
		return badSCIM(invalidPath, oneValue)
	}
	switch attribute {
	case "active":
		active, ok := scim.Truth(value)
		switch {
		case op == opRemove:
			return badSCIM(mutability, notRemoved)
		case !ok:
			return badSCIM(invalidValue, "active must be true or false")
		}
		return note(func(u *model.User) error { u.IsActive = active; return nil })
	case "username":
		name, ok := scim.Text(value)
		switch {
		case op == opRemove:
			return badSCIM(mutability, notRemoved)
		case !ok || !fits(name, 254) || name == "" || strings.ContainsFunc(name, unicode.IsSpace) || !model.IsIdentifier(name):
			return badSCIM(invalidValue, badUserName)
		}
		return note(func(u *model.User) error { login(u, name); return nil })
	case "externalid", "name.givenname", "name.familyname":
		text := ""
		if op != opRemove {
			var ok bool
			if text, ok = scim.Text(value); !ok || !fits(text, lengths[attribute]) || !model.IsName(text) || attribute == "externalid" && !model.IsIdentifier(text) {
				return badSCIM(invalidValue, fmt.Sprintf("externalId and names must be texts of at most %d characters that can be seen", lengths[attribute]))
			}
		}
		return note(func(u *model.User) error { *place(u, attribute) = text; return nil })
	case "name":
		if op == opRemove {
			return note(func(u *model.User) error { u.FirstName, u.LastName = "", ""; return nil })
		}
		return in.setName(op, value)
	}
	if p.Attribute == "emails" {
		return in.setEmails(op, p, value)
	}
	return nil
}

// setName notes the parts of a name that are given.
func (in *patchSCIMIn) setName(op string, value any) error {
	if list := scim.List(value); len(list) == 1 {
		value = list[0]
	}
	parts, ok := value.(map[string]any)
	if !ok {
		return badSCIM(invalidValue, "name must be an object")
	}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		does := op
		if parts[part] == nil {
			does = opRemove
		}
		if err := in.set(does, scim.Path{Attribute: "name", Sub: scim.Lower(part)}, parts[part]); err != nil {
			return err
		}
	}
	return nil
}

const oneValue = "The attribute in path has one value alone, which no filter selects"

const (
	badUserName   = "userName must be a text of 1 to 254 characters that can be seen, without white space"
	badExternalID = "externalId must be a text of at most 255 characters that can be seen"
)

const notRemoved = "userName and active can't be removed"

// lengths are the most characters of attributes, as in scimBody.
var lengths = map[string]int{"externalid": 255, "name.givenname": 150, "name.familyname": 150}

func fits(text string, most int) bool { return utf8.RuneCountInString(text) <= most }

// place returns the field of a user's row for an attribute.
func place(u *model.User, attribute string) *string {
	switch attribute {
	case "externalid":
		return &u.ExternalID
	case "name.givenname":
		return &u.FirstName
	}
	return &u.LastName
}

// apply returns u with all edits of the request.
func (in *patchSCIMIn) apply(u model.User) (model.User, error) {
	for _, e := range in.edits {
		if err := e(&u); err != nil {
			return u, err
		}
	}
	return u, nil
}

// Load asks for the user.
func (in *patchSCIMIn) Load(f *request.Fetch) { f.Rows(store.User(in.ID).Key) }

// Resolve answers 404 for a user who isn't there.
func (in *patchSCIMIn) Resolve(_ context.Context, c *request.Request) error { return in.known(c) }

func (h *handlers) patchSCIM(ctx context.Context, in *patchSCIMIn) (SCIMUser, error) {
	u, err := h.changeSCIM(ctx, in.Request(), in.ID, in.apply)
	return in.show(u), err
}
