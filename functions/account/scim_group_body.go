package account

import (
	"context"
	"fmt"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/scim"
)

// groupBody is a group as a client sends it. Other attributes of SCIM or its extensions
// are ignored.
type groupBody struct {
	DisplayName string       `json:"displayName" minLength:"1" maxLength:"200" doc:"The team's name; one group of the organization each"`
	ExternalID  *string      `json:"externalId" required:"false" maxLength:"255" doc:"The client's own name for the group; one group of the organization each"`
	Members     []memberBody `json:"members" required:"false" maxItems:"1000" doc:"Users of the organization, who become viewers. A replacement leaves the owners alone, and everybody where it doesn't say."`
}

// memberBody is a member as a client sends it.
type memberBody struct {
	Value *string `json:"value" required:"false" maxLength:"100" doc:"Id of a user"`
	Type  *string `json:"type" required:"false" maxLength:"100" doc:"User, if anything"`
}

// change returns the change that the body makes to a group. It refuses values that no
// group can have.
func (b groupBody) change() (groupChange, error) {
	externalID := text(b.ExternalID)
	g := groupChange{name: &b.DisplayName, externalID: &externalID, replaces: b.Members != nil, named: map[int64]bool{}}
	if !model.IsIdentifier(externalID) {
		return g, badSCIM(invalidValue, badExternalID)
	}
	for i, m := range b.Members {
		id, ok := idIn(text(m.Value))
		if !ok || m.Type != nil && !scim.Same(*m.Type, userType) {
			return g, badSCIM(invalidValue, fmt.Sprintf("members[%d] is no user", i))
		}
		g.named[id] = true
	}
	return g, nil
}

const userType = "User"

// memberOf reads the id of a member as providers send it; false for anything else.
func memberOf(v any) (int64, bool) {
	if kind, given := scim.Member(v, "type"); given && kind != nil {
		if kind, _ := scim.Text(kind); !scim.Same(kind, userType) {
			return 0, false
		}
	}
	switch v := scim.Unwrap(v).(type) {
	case string:
		return idIn(strings.TrimSpace(v))
	case float64:
		return int64(v), v >= 1 && v == float64(int64(v))
	}
	return 0, false
}

type createGroupIn struct {
	request.In
	partial
	Body groupBody

	change groupChange
}

// Validate refuses values that no group can have.
func (in *createGroupIn) Validate(model.Time) (err error) {
	in.change, err = in.Body.change()
	return err
}

// Load asks for the rows that reserve the names, and for the members.
func (in *createGroupIn) Load(f *request.Fetch) { in.change.needs(f, 0, false) }

// createGroup creates a team without an owner, until an admin rank names one.
func (h *handlers) createGroup(ctx context.Context, in *createGroupIn) (SCIMGroup, error) {
	t, err := h.makeGroup(ctx, in.Request(), &in.change)
	return in.showGroup(t, in.change.joining()), err
}

type replaceGroupIn struct {
	request.In
	groupID
	partial
	Body groupBody

	change groupChange
}

// Validate refuses values that no group can have.
func (in *replaceGroupIn) Validate(model.Time) (err error) {
	in.change, err = in.Body.change()
	return err
}

// Load asks for the rows that reserve the names, and for the team's members.
func (in *replaceGroupIn) Load(f *request.Fetch) { in.change.needs(f, in.ID, true) }

func (h *handlers) replaceGroup(ctx context.Context, in *replaceGroupIn) (SCIMGroup, error) {
	t, members, err := h.changeGroup(ctx, in.Request(), &in.change)
	return in.showGroup(t, members), err
}
