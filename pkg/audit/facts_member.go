package audit

import "wardroom/pkg/model"

// Membership has the facts of a membership or permission: enough to tell later what
// it allowed.
type Membership struct {
	ID           int64       `fact:"id"`
	Role         string      `fact:"role"`
	ExpiresOn    *model.Time `fact:"expires_on"`
	Epoch        int64       `fact:"epoch"`
	Version      int64       `fact:"version"`
	ProjectEpoch *int64      `fact:"project_epoch"` // of a permission on an agent: by it, a removal from the project voids the permission
}

// Standing orders m among all memberships of its user in the place.
func (m Membership) Standing() model.Standing {
	return model.Standing{Epoch: m.Epoch, Version: m.Version}
}

// InProject returns the facts of a membership of a project.
func InProject(m model.ProjectMember) Membership {
	return Membership{ID: m.ID, Role: m.Role, ExpiresOn: m.ExpiresOn, Epoch: m.Epoch, Version: m.Version}
}

// InTeam returns the facts of a membership of a team.
func InTeam(m model.TeamMember) Membership {
	return Membership{ID: m.ID, Role: m.Role, Epoch: m.Epoch, Version: m.Version}
}

// OnAgent returns the facts of a permission on an agent.
func OnAgent(m model.AgentMember) Membership {
	return Membership{ID: m.ID, Role: m.Role, ExpiresOn: m.ExpiresOn, Epoch: m.AgentEpoch, Version: m.Version, ProjectEpoch: &m.Epoch}
}

// Members are memberships of one place before and after a change, by user id.
type Members map[int64]Turn[Membership]

// MembersChanged records that people were added to a place, left it, or got another
// role in it.
type MembersChanged struct {
	changed
	In      model.Ref `of:"*"`
	Members Members   `fact:"user:"`
}

// MemberIn returns a user's membership, before and after the change of a row, of the
// place that the row is about; nil where the row doesn't say.
func MemberIn(a model.Audit, user int64) (t Turn[Membership]) {
	t.From, t.To = factIn[Membership](a.Before, user), factIn[Membership](a.After, user)
	return t
}
