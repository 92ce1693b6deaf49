package project

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type createIn struct {
	request.In
	Body struct {
		Name        string  `json:"project_name" minLength:"1" maxLength:"200" doc:"Unique in its team, compared trimmed, in NFC and case folded"`
		Description string  `json:"description,omitempty" maxLength:"4000"`
		TeamID      *int64  `json:"team_id,omitempty" minimum:"1" doc:"The team it belongs to; without it, none"`
		UserIDs     []int64 `json:"user_ids,omitempty" maxItems:"40" doc:"Its first members beside the caller"`
	}
}

// Load asks for the row that reserves the name.
func (in *createIn) Load(f *request.Fetch) { f.Rows(store.NameKey(in.project(f.Organization))) }

// Resolve refuses members who are inactive.
func (in *createIn) Resolve(_ context.Context, c *request.Request) error {
	return c.ActiveIn("body.user_ids", in.Body.UserIDs)
}

func (in *createIn) project(organization int64) model.Project {
	return model.Project{Name: in.Body.Name, Description: in.Body.Description, TeamID: in.Body.TeamID, OrganizationID: organization}
}

// create creates a project whose first admin is the caller; a service key's has none,
// and is left to the ranks. It refuses (duplicate) a name that is taken.
func (h *handlers) create(ctx context.Context, in *createIn) (model.Project, error) {
	c := in.Request()
	p := in.project(c.Organization.ID)
	if err := c.Unbound(); err != nil {
		return p, err
	}
	if _, taken := c.Rows()[store.NameKey(p)]; taken {
		return p, fault.New(fault.KindDuplicate, "A project of this name exists already: choose another name").On("body.project_name", "is taken")
	}
	users := model.Distinct(in.Body.UserIDs)
	if c.User != nil {
		users = append([]int64{c.User.ID}, without(users, c.User.ID)...)
	}
	fresh, err := h.store.NewIDsOf(ctx, map[string]int{model.ProjectIDs: 1, model.PermissionIDs: len(users)})
	if err != nil {
		return p, err
	}
	id, ids := fresh[model.ProjectIDs][0], fresh[model.PermissionIDs]
	p.ID, p.Stamp = id, model.Created(c.Stamp, c.Now)
	members := make([]model.ProjectMember, len(users))
	for i, user := range users {
		members[i] = model.ProjectMember{ID: ids[i], ProjectID: id, UserID: user, Role: string(access.ProjectMember), CreatedBy: c.Stamp, CreatedOn: c.Now}
	}
	if c.User != nil {
		members[0].Role = string(access.ProjectAdmin)
	}
	p = h.store.CreateProject(&c.Tx, p, members)
	told := make(audit.Members, len(members))
	for _, m := range members {
		m.Version = p.Version
		told[m.UserID] = audit.Made(audit.InProject(m))
		c.Notify(m.UserID, model.NoticeAdded, model.ProjectName(id))
	}
	c.Record(audit.ProjectChanged{Project: id, State: audit.Made(audit.StateOfProject(p))}, audit.MembersChanged{In: model.KindProject.Ref(id), Members: told})
	return p, nil
}

type editIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`
	Body      struct {
		Name        *string             `json:"project_name,omitempty" minLength:"1" maxLength:"200"`
		Description *string             `json:"description,omitempty" maxLength:"4000"`
		TeamID      api.Optional[int64] `json:"team_id,omitempty" minimum:"1" doc:"Another team, or null for none; it takes the right to create projects there"`
	}
}

// moves returns the team to which the body moves the project, 0 where it doesn't move it
// or only takes it out of its team.
func (in *editIn) moves(p model.Project) int64 {
	if to := in.Body.TeamID.Value; to != nil && *to != p.Team() {
		return *to
	}
	return 0
}

// Load asks for the row that reserves the new name in the project's new team, and for
// the caller's role in that.
func (in *editIn) Load(f *request.Fetch) {
	p, ok := f.Project(in.ProjectID)
	if !ok {
		return
	}
	if edited := in.edited(p); renamed(p, edited) {
		f.Rows(store.NameKey(edited))
	}
	if to := in.moves(p); to != 0 {
		f.Rows(store.Team(to).Key)
		if f.Caller != 0 {
			f.Rows(store.TeamMember(to, f.Caller).Key)
		}
	}
}

// Resolve refuses a team that the caller may not know.
func (in *editIn) Resolve(_ context.Context, c *request.Request) error {
	to := in.moves(*c.Project)
	if to == 0 {
		return nil
	}
	if _, err := c.VisibleTeam(to); err != nil {
		return fault.Missing("body.team_id")
	}
	return nil
}

// edited returns p with the fields that the body names.
func (in *editIn) edited(p model.Project) model.Project {
	if in.Body.Name != nil {
		p.Name = *in.Body.Name
	}
	if in.Body.Description != nil {
		p.Description = *in.Body.Description
	}
	if in.Body.TeamID.Given {
		p.TeamID = in.Body.TeamID.Value
	}
	return p
}

// renamed reports whether a project's name or the team in which it is unique changes, so
// that it may be taken.
func renamed(from, to model.Project) bool { return from.Name != to.Name || from.Team() != to.Team() }

// edit changes the fields in the body. It refuses (403) to move a project unless the
// caller may create one in the new team, and (duplicate) a name that is taken there.
func (h *handlers) edit(_ context.Context, in *editIn) (model.Project, error) {
	c := in.Request()
	old := *c.Project
	p := in.edited(old)
	if p.Team() != old.Team() {
		if err := c.Unbound(); err != nil {
			return p, err
		}
		if to := in.moves(old); to != 0 {
			t, err := c.VisibleTeam(to)
			if err != nil {
				return p, err
			}
			if err := c.Require(access.CreateProject, t); err != nil {
				return p, err
			}
		}
	}
	if p.Name == old.Name && p.Description == old.Description && p.Team() == old.Team() {
		return old, nil
	}
	if renamed(old, p) && store.NameOf(p) != store.NameOf(old) {
		if _, taken := c.Rows()[store.NameKey(p)]; taken {
			return p, fault.New(fault.KindDuplicate, "A project of this name exists already: choose another name").On("body.project_name", "is taken")
		}
	}
	p.Stamp = p.Modified(c.Stamp, c.Now)
	p = h.store.EditProject(&c.Tx, old, p)
	another := p.Name != old.Name
	c.Record(audit.ProjectChanged{Project: p.ID, State: audit.Became(audit.StateOfProject(old), audit.StateOfProject(p)), Renamed: &another})
	return p, nil
}

type deleteIn struct {
	request.In
	ProjectID int64 `path:"project_id" example:"151"`
	DryRun    bool  `query:"dry_run" doc:"Make every check and answer, but write nothing"`
}

// delete deletes the project and frees its name.
func (h *handlers) delete(_ context.Context, in *deleteIn) ([]model.Project, error) {
	c := in.Request()
	if in.DryRun {
		c.Rehearse()
	}
	p := h.store.DeleteProject(&c.Tx, *c.Project, c.Stamp, c.Now)
	c.Record(audit.ProjectChanged{Project: p.ID, State: audit.Became(audit.StateOfProject(*c.Project), audit.StateOfProject(p))})
	return []model.Project{p}, nil
}

func without(ids []int64, id int64) []int64 {
	out := ids[:0:0]
	for _, v := range ids {
		if v != id {
			out = append(out, v)
		}
	}
	return out
}
