package notification

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type sendIn struct {
	request.In
	UserID int64 `path:"user_id" example:"16"`
	Body   struct {
		Title   string  `json:"title,omitempty" maxLength:"200"`
		Message string  `json:"message" maxLength:"4000"`
		Type    *string `json:"notification_type,omitempty" minLength:"1" maxLength:"40" default:"info"`
		// Browsers drop blanks and control characters, and take \ for /.
		Link string `json:"link,omitempty" maxLength:"2000" pattern:"^([Hh][Tt][Tt][Pp][Ss]?://[^/\\\\\\x00-\\x20\\x7f][^\\\\\\x00-\\x20\\x7f]*|/([^/\\\\\\x00-\\x20\\x7f][^\\\\\\x00-\\x20\\x7f]*)?)?$" patternDescription:"https://example.com/page, or /page" doc:"https://…, http://…, or a path that begins with one /"`
	}

	own, theirs []int64 // projects that the caller and the recipient are members of
}

// Load asks for the projects of both, by indexes.
func (in *sendIn) Load(f *request.Fetch) {
	request.Ask(f, &in.theirs, func(ctx context.Context) ([]int64, error) {
		return store.Every(ctx, f.Store().ProjectsOfUser, in.UserID)
	})
	if f.Caller != 0 {
		request.Ask(f, &in.own, func(ctx context.Context) ([]int64, error) {
			return store.Every(ctx, f.Store().ProjectsOfUser, f.Caller)
		})
	}
}

// Resolve refuses (404) an inactive user and, for a key that is bound to a project, a
// user who is no member of that.
func (in *sendIn) Resolve(ctx context.Context, c *request.Request) error {
	if err := c.Active([]int64{in.UserID}); err != nil {
		return err
	}
	bound := c.Caller.BoundProject
	if bound == 0 {
		return nil
	}
	if err := in.look(ctx, c, []int64{bound}); err != nil {
		return err
	}
	if m, ok := c.ProjectMember(bound, in.UserID); !ok || !c.Live(m.ExpiresOn) {
		return fault.NotFound()
	}
	return nil
}

// look reads projects, and the memberships of both in them.
func (in *sendIn) look(ctx context.Context, c *request.Request, projects []int64) error {
	if len(projects) == 0 {
		return nil
	}
	users := []int64{in.UserID}
	if c.Caller.User != 0 && c.Caller.User != in.UserID {
		users = append(users, c.Caller.User)
	}
	keys := make([]store.Key, 0, len(projects)*(1+len(users)))
	for _, p := range projects {
		keys = append(keys, store.Project(p).Key)
		for _, u := range users {
			keys = append(keys, store.ProjectMember(p, u).Key)
		}
	}
	return c.Read(ctx, keys...)
}

// send sends a user a notification. Both admin ranks may send to anybody, a project's
// admins to its members.
func (h *handlers) send(ctx context.Context, in *sendIn) (model.Notification, error) {
	c, b := in.Request(), &in.Body
	if err := in.may(ctx, c); err != nil {
		return model.Notification{}, err
	}
	id, err := h.store.NewID(ctx, model.NotificationIDs)
	if err != nil {
		return model.Notification{}, err
	}
	n := model.Notification{
		ID: id, UserID: in.UserID, Title: b.Title, Message: b.Message, Type: *b.Type, Link: b.Link, Stamp: model.Created(c.Stamp, c.Now),
	}
	if bound := c.Caller.BoundProject; bound != 0 {
		n.ProjectID = &bound
	}
	h.store.CreateNotification(&c.Tx, n)
	c.Record(audit.NotificationSent{User: in.UserID, Notification: id})
	return n, nil
}

// may refuses (403) callers who may not send notifications to this user.
func (in *sendIn) may(ctx context.Context, c *request.Request) error {
	if c.Caller.BoundProject == 0 {
		if c.Require(access.ManageUsers, c.OrganizationTarget()) == nil {
			return nil
		}
		common := slices.DeleteFunc(slices.Clone(in.own), func(id int64) bool { return !slices.Contains(in.theirs, id) })
		if err := in.look(ctx, c, common); err != nil {
			return err
		}
		for _, id := range common {
			if in.through(c, id) {
				return nil
			}
		}
		return fault.Forbidden(fault.ReasonRole)
	}
	if !in.through(c, c.Caller.BoundProject) {
		return fault.Forbidden(fault.ReasonKeyProject)
	}
	return nil
}

// through reports whether the recipient is a member of a project that the caller manages
// by their own membership, by rank, or by a key that is bound to it.
func (in *sendIn) through(c *request.Request, project int64) bool {
	p, ok := store.LiveProject(c.Rows(), project)
	m, member := store.ProjectMember(project, in.UserID).In(c.Rows())
	if !ok || !member || !c.Live(m.ExpiresOn) {
		return false
	}
	target := c.ProjectTarget(p, c.Caller.User)
	target.TeamRole = "" // roles in the project's team don't count here
	return c.Require(access.ManageMembers, target) == nil
}
