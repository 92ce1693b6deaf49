package account

import (
	"context"
	"encoding/json"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/scim"
	"wardroom/pkg/store"
)

// condition is one comparison of a filter: an attribute equals a text.
type condition struct {
	attribute string // in lower case: "username", "emails"
	text      string
	never     bool // no resource meets it
}

// readFilter parses a filter to conditions on the given attributes. It refuses any other
// with the message says.
func readFilter(filter, schema, says string, attributes ...string) ([]condition, error) {
	wrong := badSCIM(invalidFilter, says)
	terms, ok := scim.ParseFilter(filter)
	if !ok {
		return nil, wrong
	}
	out := make([]condition, 0, len(terms)+1)
	for _, t := range terms {
		if t.Path.Schema != "" && !scim.Same(t.Path.Schema, schema) {
			return nil, wrong
		}
		name := t.Path.Attribute
		several := name == "emails" || name == "members"
		if t.Path.Sub != "" && t.Path.Sub != "value" || (t.Path.Sub != "" || t.Path.Filter != nil) && !several || t.Path.Filter != nil && name == "members" {
			return nil, wrong
		}
		known := false
		for _, a := range attributes {
			known = known || a == name
		}
		text, isText := t.Value.(string)
		if number, ok := t.Value.(json.Number); ok && (name == "id" || name == "members") {
			text, isText = number.String(), true
		}
		if !known || !isText {
			return nil, wrong
		}
		never := false
		if name == "emails" {
			if !isAddress(text) {
				return nil, wrong
			}
			_, err := selected(t.Path.Filter)
			never = err != nil
		}
		out = append(out, condition{name, text, never})
	}
	return out, nil
}

// finder finds users who meet all of its conditions.
type finder []condition

const userFilters = `The filters are userName, externalId, id and emails.value, each eq "…", and several with and between them`

// needs asks for the rows that lead from the conditions' texts to users.
func (q finder) needs(f *request.Fetch) {
	for _, w := range q {
		f.Rows(q.keys(w, f.Organization)...)
	}
}

func (q finder) keys(w condition, organization int64) []store.Key {
	switch w.attribute {
	case "username":
		return []store.Key{store.ProvisionedKey(organization, model.UserNames, w.text), store.Email(organization, w.text).Key}
	case "externalid":
		return []store.Key{store.ProvisionedKey(organization, model.ExternalUsers, w.text)}
	case "emails":
		return []store.Key{store.Email(organization, w.text).Key}
	}
	if id, err := strconv.ParseInt(w.text, 10, 64); err == nil && id > 0 {
		return []store.Key{store.User(id).Key}
	}
	return nil
}

// candidates returns the users to whom the first condition leads.
func (q finder) candidates(c *request.Request) (ids []int64) {
	first := q[0]
	if first.attribute == "id" {
		if id, err := strconv.ParseInt(first.text, 10, 64); err == nil {
			ids = append(ids, id)
		}
		return ids
	}
	for _, key := range q.keys(first, c.Organization.ID) {
		if id := store.HolderOf(c.Rows(), key); id != 0 {
			ids = append(ids, id)
		}
	}
	return model.Distinct(ids)
}

// find returns the users who meet all conditions.
func (q finder) find(ctx context.Context, c *request.Request) (all []model.User, err error) {
	if len(q) == 0 {
		return nil, nil
	}
	ids := q.candidates(c)
	if _, err := c.ReadMissing(ctx, userKeys(ids)...); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if u, ok := found(c, id); ok && q.meets(u) {
			all = append(all, u)
		}
	}
	return all, nil
}

// meets reports whether a user meets all conditions.
func (q finder) meets(u model.User) bool {
	for _, w := range q {
		met := false
		switch w.attribute {
		case "id":
			met = w.text == strconv.FormatInt(u.ID, 10)
		case "username":
			met = model.AddressKey(w.text) == model.AddressKey(u.Login())
		case "externalid":
			met = w.text != "" && w.text == u.ExternalID
		case "emails":
			met = model.AddressKey(w.text) == model.AddressKey(u.Email)
		}
		if !met || w.never {
			return false
		}
	}
	return true
}
