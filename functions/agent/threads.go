package agent

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
)

// untitled is the title of a thread that was given none.
const untitled = "New chat"

type threadIn struct {
	agentIn
	Body *struct {
		Title   *string `json:"title,omitempty" minLength:"1" maxLength:"200"`
		AgentID *int64  `json:"agent,omitempty" minimum:"1" doc:"If given, the agent of the path"`
	}
}

// Validate refuses another agent than that of the path.
func (in *threadIn) Validate(model.Time) error {
	if in.Body != nil && in.Body.AgentID != nil && *in.Body.AgentID != in.AgentID {
		return fault.Invalid("body.agent", "must be the agent of the path")
	}
	return nil
}

// createThread creates a chat of the caller with the agent. It refuses (403) a service
// key, which has no chats.
func (h *handlers) createThread(ctx context.Context, in *threadIn) (model.Thread, error) {
	c := in.Request()
	me, err := c.Me()
	if err != nil {
		return model.Thread{}, err
	}
	t := model.Thread{
		Title: untitled, AgentID: in.AgentID, UserID: me.ID, ProjectID: c.Agent.ProjectID,
		CreatedBy: c.Stamp, CreatedOn: c.Now, ModifiedOn: c.Now, Version: 1,
	}
	if in.Body != nil {
		set(&t.Title, in.Body.Title)
	}
	if t.ID, err = h.store.NewID(ctx, model.ThreadIDs); err != nil {
		return model.Thread{}, err
	}
	h.store.CreateThread(&c.Tx, t)
	return t, nil
}
