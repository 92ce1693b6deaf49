package account

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// groupChange is the change that a request makes to a group, and the rows read for it.
type groupChange struct {
	name       *string        // nil for no change
	externalID *string        // nil for no change
	replaces   bool           // members who aren't named are removed, except owners
	named      map[int64]bool // users to be members (true), or not (false)

	all      []model.TeamMember // the present members, where they were read
	homonyms []int64            // teams that may have the name, by an index
}

// joining lists the users to be members, by id.
func (g *groupChange) joining() []int64 {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(g.named)), func(id int64) bool { return !g.named[id] })
}

// needs asks for the rows that the change of a team needs; team is 0 for a new one. With
// members, it asks for all present members.
func (g *groupChange) needs(f *request.Fetch, team int64, members bool) {
	s, o := f.Store(), f.Organization
	if g.name != nil {
		f.Rows(member.GroupNameKey(o, *g.name))
		request.Ask(f, &g.homonyms, func(ctx context.Context) ([]int64, error) { return s.TeamsNamed(ctx, o, *g.name) })
	}
	if g.externalID != nil && *g.externalID != "" {
		f.Rows(store.ProvisionedKey(o, model.ExternalGroups, *g.externalID))
	}
	for id := range g.named {
		f.Rows(store.User(id).Key)
		if team != 0 {
			f.Rows(store.TeamMember(team, id).Key)
		}
	}
	if members {
		request.Ask(f, &g.all, func(ctx context.Context) ([]model.TeamMember, error) { return s.MembersOfTeam(ctx, team) })
	}
}

// freeForGroup refuses (uniqueness) a name or an externalId that another group, or a
// name that any other team, of the organisation has; from is the present team, zero for
// a new one.
func (g *groupChange) freeForGroup(ctx context.Context, c *request.Request, from, to model.Team) error {
	o := c.Organization.ID
	if to.ExternalID != "" && to.ExternalID != from.ExternalID {
		if id := store.HolderOf(c.Rows(), store.ProvisionedKey(o, model.ExternalGroups, to.ExternalID)); id != 0 && id != from.ID {
			return fault.New(fault.KindDuplicate, "Another group has this externalId: change that first, or choose another")
		}
	}
	if to.Name == from.Name {
		return nil
	}
	taken := store.HolderOf(c.Rows(), member.GroupNameKey(o, to.Name))
	if taken == 0 || taken == from.ID {
		if _, err := c.ReadMissing(ctx, teamKeys(g.homonyms)...); err != nil {
			return err
		}
		for _, id := range g.homonyms {
			if t, ok := foundGroup(c, id); ok && id != from.ID && model.FoldKey(t.Name) == model.FoldKey(to.Name) {
				taken = id
			}
		}
	}
	if taken != 0 && taken != from.ID {
		return fault.New(fault.KindDuplicate, "Another team has this displayName: rename that first, or choose another")
	}
	return nil
}

// present refuses users who aren't active users of the organisation.
func present(c *request.Request, users []int64) error {
	for _, id := range users {
		if c.Active([]int64{id}) != nil {
			return badSCIM(invalidValue, fmt.Sprintf("members: no active user has the id %d", id))
		}
	}
	return nil
}

// The most members that one transaction removes, as Remove User from Team does, and its
// rows for all changes: a new member is two.
const (
	leaveAtOnce = 45
	rowsAtOnce  = 76
)

// makeGroup notes a new group. It is continued where one transaction can't add all
// members.
func (h *handlers) makeGroup(ctx context.Context, c *request.Request, g *groupChange) (model.Team, error) {
	t := model.Team{Name: *g.name, ExternalID: *g.externalID, IsGroup: true}
	users := g.joining()
	if made := c.Continued; made != 0 {
		return h.continueGroup(ctx, c, made, users)
	}
	if err := g.freeForGroup(ctx, c, model.Team{}, t); err != nil {
		return t, err
	}
	if err := present(c, users); err != nil {
		return t, err
	}
	first := users[:min(len(users), rowsAtOnce/2)]
	t, err := member.CreateTeam(ctx, h.store, c, t, access.Viewer, first...)
	if len(first) < len(users) {
		c.Continue(t.ID)
	}
	return t, err
}

// continueGroup adds more members to a group that an earlier part of the request made.
func (h *handlers) continueGroup(ctx context.Context, c *request.Request, id int64, users []int64) (model.Team, error) {
	keys := teamKeys([]int64{id})
	for _, u := range users {
		keys = append(keys, store.TeamMember(id, u).Key)
	}
	if err := c.Read(ctx, keys...); err != nil {
		return model.Team{}, err
	}
	t, ok := foundGroup(c, id)
	if !ok {
		return t, fault.NotFound()
	}
	c.Team = &t
	return t, h.move(ctx, c, absent(c, users), nil, nil)
}

// absent returns those of users who aren't members of the request's team. It reuses the
// slice.
func absent(c *request.Request, users []int64) []int64 {
	return slices.DeleteFunc(users, func(id int64) bool {
		_, is := c.TeamMember(c.Team.ID, id)
		return is
	})
}

// changeGroup notes a change of the request's team, and returns it with its members as
// they will be, if all present members were read.
func (h *handlers) changeGroup(ctx context.Context, c *request.Request, g *groupChange) (model.Team, []int64, error) {
	to := *c.Team
	if g.name != nil && *g.name != to.Name {
		to.Name, to.IsGroup = *g.name, true
	}
	if g.externalID != nil {
		to.ExternalID = *g.externalID
	}
	if err := g.freeForGroup(ctx, c, *c.Team, to); err != nil {
		return to, nil, err
	}
	wanted := g.joining()
	joining := absent(c, slices.Clone(wanted))
	if err := present(c, joining); err != nil {
		return to, nil, err
	}
	leaving := g.leaving(c)
	if c.Team.MemberCount-int64(len(leaving))+int64(len(joining)) > store.MaxTeamMembers {
		return to, nil, member.FullTeam()
	}
	edited, err := member.EditTeam(h.store, c, to)
	if err != nil {
		return to, nil, err
	}
	var change *audit.TeamChanged
	if to != *c.Team {
		renamed, another := to.Name != c.Team.Name, to.ExternalID != c.Team.ExternalID
		change = &audit.TeamChanged{Team: to.ID, Renamed: &renamed, ExternalIDChanged: &another}
	}
	members := usersOf(slices.DeleteFunc(slices.Clone(g.all), func(m model.TeamMember) bool { return slices.Contains(leaving, m) }))
	return edited, append(members, joining...), h.move(ctx, c, joining, leaving, change)
}

// leaving lists the members to be removed. An owner is removed only if they are named.
func (g *groupChange) leaving(c *request.Request) (out []model.TeamMember) {
	for _, id := range slices.Sorted(maps.Keys(g.named)) {
		if m, is := c.TeamMember(c.Team.ID, id); is && !g.named[id] {
			out = append(out, m)
		}
	}
	for _, m := range g.all {
		if _, named := g.named[m.UserID]; g.replaces && !named && m.Role != string(access.Owner) {
			out = append(out, m)
		}
	}
	return out
}

// move notes the new and removed members of the request's team, as far as one
// transaction has room; the request is continued until all are done. edit is a further
// change for the audit row, nil for none.
func (h *handlers) move(ctx context.Context, c *request.Request, joining []int64, leaving []model.TeamMember, edit *audit.TeamChanged) error {
	out := leaving[:min(len(leaving), leaveAtOnce)]
	in := joining[:min(len(joining), (rowsAtOnce-len(out))/2)]
	if len(out) < len(leaving) || len(in) < len(joining) {
		c.Continue(c.Team.ID)
	}
	change := member.ChangeTeam(h.store, c)
	change.CountLeavers(len(out))
	if _, err := change.Admit(ctx, access.Viewer, false, in...); err != nil {
		return err
	}
	if len(out) > 0 {
		if err := h.takeOut(ctx, c, out); err != nil {
			return err
		}
	}
	if edit != nil {
		change.Also(*edit)
	}
	return change.Done()
}

// takeOut notes the removal of members, as Remove User from Team does.
func (h *handlers) takeOut(ctx context.Context, c *request.Request, members []model.TeamMember) error {
	keys := make([]store.Key, len(members))
	left := make([]removal.Remaining, len(members))
	g, both := concurrent.WithContext(ctx)
	g.SetLimit(16)
	for i, m := range members {
		keys[i] = store.User(m.UserID).Key
		g.Go(func() error { return left[i].Look(both, h.store, m.UserID) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if _, err := c.ReadMissing(ctx, keys...); err != nil {
		return err
	}
	_, err := removal.FromTeam(ctx, h.store, c, members, left, false, removal.Options{})
	return err
}
