package account

import (
	"context"
	"strconv"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// A group of SCIM is a team. SCIM adds members as viewers; other roles are given by the
// team's own routes, and a replacement of the members keeps the owners.

// SCIMGroup is a team as SCIM shows it. Empty fields are omitted.
type SCIMGroup struct {
	Schemas     []string      `json:"schemas"`
	ID          string        `json:"id"`
	ExternalID  string        `json:"externalId,omitempty" doc:"The client's own name for the group"`
	DisplayName string        `json:"displayName,omitempty" doc:"The team's name"`
	Members     *[]SCIMMember `json:"members,omitempty" doc:"In no order; an empty list where there are none"`
	Meta        *SCIMMeta     `json:"meta,omitempty"`
}

// SCIMMember is a member of a group.
type SCIMMember struct {
	Value string `json:"value" doc:"Id of the user"`
	Ref   string `json:"$ref"`
	Type  string `json:"type" enum:"User"`
}

// showGroup returns t with the requested attributes.
func (p partial) showGroup(t model.Team, members []int64) SCIMGroup {
	id := strconv.FormatInt(t.ID, 10)
	out := SCIMGroup{Schemas: []string{groupSchema}, ID: id}
	wanted := p.wanted(groupSchema)
	if wanted("externalid") {
		out.ExternalID = t.ExternalID
	}
	if wanted("displayname") {
		out.DisplayName = t.Name
	}
	if wanted("members.value") {
		all := make([]SCIMMember, len(members))
		for i, m := range members {
			user := strconv.FormatInt(m, 10)
			all[i] = SCIMMember{user, scimRoot + "/Users/" + user, userType}
		}
		out.Members = &all
	}
	if wanted("meta") {
		out.Meta = &SCIMMeta{ResourceType: "Group", Created: t.CreatedOn, Location: scimRoot + "/Groups/" + id}
	}
	return out
}

// membersWanted reports whether members are requested.
func (p partial) membersWanted() bool { return p.wanted(groupSchema)("members.value") }

// showGroups returns teams with the requested attributes, among them the present
// members.
func (h *handlers) showGroups(ctx context.Context, found []model.Team, show partial) ([]SCIMGroup, error) {
	out := make([]SCIMGroup, len(found))
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	for i, t := range found {
		g.Go(func() error {
			var members []model.TeamMember
			var err error
			if show.membersWanted() {
				members, err = h.store.MembersOfTeam(ctx, t.ID)
			}
			out[i] = show.showGroup(t, usersOf(members))
			return store.LeaveOut(ctx, err)
		})
	}
	return out, g.Wait()
}

func usersOf(members []model.TeamMember) []int64 {
	users := make([]int64, len(members))
	for i, m := range members {
		users[i] = m.UserID
	}
	return users
}

// foundGroup returns a team of the caller's organisation, if its row was read and it
// isn't deleted.
func foundGroup(c *request.Request, id int64) (model.Team, bool) {
	t, ok := store.LiveTeam(c.Rows(), id)
	return t, ok && t.OrganizationID == c.Organization.ID
}

// groupID names the team of a request.
type groupID struct {
	ID int64 `path:"id" example:"7" doc:"Id of the team."`
}

type getGroupIn struct {
	request.In
	groupID
	partial

	members []model.TeamMember
}

// Load asks for the team's members.
func (in *getGroupIn) Load(f *request.Fetch) {
	s := f.Store()
	if in.membersWanted() {
		request.Ask(f, &in.members, func(ctx context.Context) ([]model.TeamMember, error) {
			members, err := s.MembersOfTeam(ctx, in.ID)
			return members, store.LeaveOut(ctx, err)
		})
	}
}

func (h *handlers) getGroup(_ context.Context, in *getGroupIn) (SCIMGroup, error) {
	return in.showGroup(*in.Request().Team, usersOf(in.members)), nil
}

type deleteGroupIn struct {
	request.In
	groupID
}

// deleteGroup deletes a team as Delete Team does.
func (h *handlers) deleteGroup(_ context.Context, in *deleteGroupIn) (struct{}, error) {
	_, err := member.DeleteTeam(h.store, in.Request())
	return struct{}{}, err
}

func teamKeys(ids []int64) []store.Key {
	keys := make([]store.Key, len(ids))
	for i, id := range ids {
		keys[i] = store.Team(id).Key
	}
	return keys
}
