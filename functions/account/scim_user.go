package account

import (
	"strconv"
	"strings"

	"wardroom/pkg/model"
)

// SCIMUser is a user as SCIM shows them. Empty fields are omitted.
type SCIMUser struct {
	Schemas    []string    `json:"schemas"`
	ID         string      `json:"id"`
	ExternalID string      `json:"externalId,omitempty" doc:"The client's own name for the user"`
	UserName   string      `json:"userName,omitempty" doc:"What the user signs in with: the e-mail address, unless the client gave another name"`
	Name       *SCIMName   `json:"name,omitempty"`
	Active     *bool       `json:"active,omitempty"`
	Emails     []SCIMEmail `json:"emails,omitempty"`
	Meta       *SCIMMeta   `json:"meta,omitempty"`
}

// SCIMName is a user's names.
type SCIMName struct {
	GivenName  string `json:"givenName,omitempty"`
	FamilyName string `json:"familyName,omitempty"`
}

// SCIMEmail is an address of a user.
type SCIMEmail struct {
	Value   string `json:"value"`
	Type    string `json:"type"`
	Primary bool   `json:"primary"`
}

// SCIMMeta has a resource's type and location.
type SCIMMeta struct {
	ResourceType string     `json:"resourceType"`
	Created      model.Time `json:"created"`
	Location     string     `json:"location"`
}

// partial selects attributes of the resources in an answer (RFC 7644, 3.9).
type partial struct {
	Attributes string `query:"attributes" maxLength:"2000" doc:"Names of the attributes to answer, with commas between them; id always is."`
	Excluded   string `query:"excludedAttributes" maxLength:"2000" doc:"Names of attributes to leave out. Means nothing beside attributes."`
}

// show returns u with the requested attributes.
func (p partial) show(u model.User) SCIMUser {
	id := strconv.FormatInt(u.ID, 10)
	out := SCIMUser{
		Schemas: []string{userSchema}, ID: id, ExternalID: u.ExternalID, UserName: u.Login(), Active: &u.IsActive,
		Name: &SCIMName{GivenName: u.FirstName, FamilyName: u.LastName},
		Meta: &SCIMMeta{ResourceType: "User", Created: u.DateJoined, Location: scimRoot + "/Users/" + id},
	}
	if isAddress(u.Email) {
		out.Emails = []SCIMEmail{{Value: u.Email, Type: workType, Primary: true}}
	}
	wanted := p.wanted(userSchema)
	if !wanted("externalid") {
		out.ExternalID = ""
	}
	if !wanted("username") {
		out.UserName = ""
	}
	if !wanted("name.givenname") {
		out.Name.GivenName = ""
	}
	if !wanted("name.familyname") {
		out.Name.FamilyName = ""
	}
	if *out.Name == (SCIMName{}) {
		out.Name = nil
	}
	if !wanted("active") {
		out.Active = nil
	}
	if !wanted("emails.value") {
		out.Emails = nil
	}
	if !wanted("meta") {
		out.Meta = nil
	}
	return out
}

// wanted returns a function that reports whether an attribute, by its name in lower
// case, is requested. Naming an attribute requests those inside it.
func (p partial) wanted(schema string) func(attribute string) bool {
	names := func(list, attribute string) bool {
		for name := range strings.SplitSeq(list, ",") {
			name, ours := attributeOf(strings.TrimSpace(name), schema)
			if rest, ok := strings.CutPrefix(attribute, name); ours && ok && name != "" && (rest == "" || rest[0] == '.') {
				return true
			}
		}
		return false
	}
	return func(attribute string) bool {
		if strings.TrimSpace(p.Attributes) != "" {
			return names(p.Attributes, attribute)
		}
		return !names(p.Excluded, attribute)
	}
}
