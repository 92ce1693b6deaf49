package account

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

type patchSCIMIn struct {
	guard.In
	scimID
	partial
	Body struct {
		Operations []scimPatch `json:"Operations" minItems:"1" maxItems:"100"`
	}

	edits []edit
}

// scimPatch is one operation of a PATCH (RFC 7644, 3.5.2).
type scimPatch struct {
	Op    string  `json:"op" pattern:"^([aA][dD][dD]|[rR][eE][pP][lL][aA][cC][eE]|[rR][eE][mM][oO][vV][eE])$" doc:"add, replace or remove"`
	Path  *string `json:"path" required:"false" maxLength:"1000" doc:"userName, externalId, active, name, name.givenName or name.familyName; operations on other attributes are ignored. Without it value is an object of attributes."`
	Value any     `json:"value" required:"false"`
}

// edit is one thing that a PATCH does to a user.
type edit func(*model.User)

// Check reads the operations, and refuses those that can't be carried out on
// any user.
func (in *patchSCIMIn) Check(model.Time) error {
	in.edits = nil
	for _, o := range in.Body.Operations {
		if err := in.read(o); err != nil {
			return err
		}
	}
	return nil
}

func (in *patchSCIMIn) read(o scimPatch) error {
	remove := strings.EqualFold(o.Op, "remove")
	if o.Path == nil {
		values, ok := o.Value.(map[string]any)
		switch {
		case remove:
			return badSCIM(noTarget, "To remove something, name it in path")
		case !ok:
			return badSCIM(invalidValue, "Without a path, value must be an object of attributes")
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			// What a client sends back of a whole user is for us to ignore.
			if attribute, ours := attributeOf(name); ours && !fixed[attribute] {
				if err := in.set(attribute, values[name]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if !pathForm.MatchString(*o.Path) {
		return badSCIM(invalidPath, "path is not the path of an attribute")
	}
	attribute, ours := attributeOf(*o.Path)
	root, _, _ := strings.Cut(attribute, ".")
	switch {
	case !ours:
		return nil
	case fixed[root]:
		return badSCIM(mutability, "The attribute in path can't be changed")
	case remove:
		return in.set(attribute, nil)
	case o.Value == nil:
		return badSCIM(invalidValue, "value is required")
	}
	return in.set(attribute, o.Value)
}

// pathForm is what a path looks like: a schema, an attribute, a filter of its
// values, an attribute inside.
var pathForm = regexp.MustCompile(`^([uU][rR][nN]:[^\s\[\]]+:)?[A-Za-z$][\w$-]*(\[[^\[\]]+\])?(\.[A-Za-z$][\w$-]*)?$`)

// fixed are the attributes that no client changes.
var fixed = map[string]bool{"id": true, "meta": true, "schemas": true}

// set notes that an attribute gets a value, or none. Attributes that aren't kept
// are ignored, as in the body of a PUT: clients send what they are configured
// to.
func (in *patchSCIMIn) set(attribute string, value any) error {
	note := func(e edit) { in.edits = append(in.edits, e) }
	switch attribute {
	case "active":
		active, ok := truth(value)
		if !ok {
			return wrongValue(value, "active must be true or false")
		}
		note(func(u *model.User) { u.IsActive = active })
	case "username":
		name, ok := value.(string)
		if !ok || !fits(name, 254) || name == "" || strings.ContainsFunc(name, unicode.IsSpace) {
			return wrongValue(value, "userName must be a text of 1 to 254 characters without white space")
		}
		note(func(u *model.User) { u.Email = name })
	case "externalid", "name.givenname", "name.familyname":
		text, ok := value.(string)
		if most := lengths[attribute]; value != nil && (!ok || !fits(text, most)) {
			return badSCIM(invalidValue, fmt.Sprintf("externalId and names must be texts, of at most %d characters", most))
		}
		note(func(u *model.User) { *place(u, attribute) = text })
	case "name":
		if value == nil {
			note(func(u *model.User) { u.FirstName, u.LastName = "", "" })
			return nil
		}
		parts, ok := value.(map[string]any)
		if !ok {
			return badSCIM(invalidValue, "name must be an object")
		}
		for _, part := range slices.Sorted(maps.Keys(parts)) {
			if err := in.set("name."+strings.ToLower(part), parts[part]); err != nil {
				return err
			}
		}
	}
	return nil
}

// truth reads a boolean, which some identity providers send as the text "True" or
// "False" in a PATCH.
func truth(value any) (is, ok bool) {
	if text, is := value.(string); is {
		return strings.EqualFold(text, "true"), strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
	}
	is, ok = value.(bool)
	return is, ok
}

// wrongValue refuses a value of an attribute that can't be without one.
func wrongValue(value any, says string) error {
	if value == nil {
		return badSCIM(mutability, "userName and active can't be removed")
	}
	return badSCIM(invalidValue, says)
}

// lengths are how long attributes may be, as in scimBody.
var lengths = map[string]int{"externalid": 255, "name.givenname": 150, "name.familyname": 150}

func fits(text string, most int) bool { return utf8.RuneCountInString(text) <= most }

// place is where a user's row holds an attribute.
func place(u *model.User, attribute string) *string {
	switch attribute {
	case "externalid":
		return &u.ExternalID
	case "name.givenname":
		return &u.FirstName
	}
	return &u.LastName
}

// apply returns u with all that the request does to it.
func (in *patchSCIMIn) apply(u model.User) model.User {
	for _, e := range in.edits {
		e(&u)
	}
	return u
}

// Needs asks for the user, and for whose address a new one is.
func (in *patchSCIMIn) Needs(f *guard.Fetch) {
	f.Rows(table.Users.Key(in.ID))
	will := in.apply(model.User{IsActive: true})
	if will.Email != "" {
		f.Rows(store.EmailKey(f.Organization, will.Email))
	}
}

// Known answers 404 for a user who isn't there.
func (in *patchSCIMIn) Known(_ context.Context, c *guard.Case) error { return in.known(c) }

func (h *handlers) patchSCIM(ctx context.Context, in *patchSCIMIn) (SCIMUser, error) {
	u, err := h.changeSCIM(ctx, in.Case(), in.ID, in.apply)
	return in.show(u), err
}
