package audit

import "wardroom/pkg/model"

// Membership is what somebody was in a place, as the log tells it: enough to tell
// later what it allowed.
type Membership struct {
	ID           int64       `fact:"id"`
	Role         string      `fact:"role"`
	ExpiresOn    *model.Time `fact:"expires_on"`
	Epoch        int64       `fact:"epoch"`
	Version      int64       `fact:"version"`
	ProjectEpoch *int64      `fact:"project_epoch"` // of a permission on an agent: it decides what a removal ends
}

// Standing says where it stands among all memberships of its user in the place.
func (m Membership) Standing() model.Standing {
	return model.Standing{Epoch: m.Epoch, Version: m.Version}
}

// InProject is a membership of a project.
func InProject(m model.ProjectMember) Membership {
	return Membership{ID: m.ID, Role: m.Role, ExpiresOn: m.ExpiresOn, Epoch: m.Epoch, Version: m.Version}
}

// InTeam is a membership of a team.
func InTeam(m model.TeamMember) Membership {
	return Membership{ID: m.ID, Role: m.Role, Epoch: m.Epoch, Version: m.Version}
}

// OnAgent is a permission on an agent.
func OnAgent(m model.AgentMember) Membership {
	return Membership{ID: m.ID, Role: m.Role, ExpiresOn: m.ExpiresOn, Epoch: m.AgentEpoch, Version: m.Version, ProjectEpoch: &m.Epoch}
}

// Members are users by their ids, with what they were in a place and are there.
type Members map[int64]Turn[Membership]

// MembersChanged is that people came into a place, went, or got another role in it.
type MembersChanged struct {
	changed
	In      model.Ref `of:"*"`
	Members Members   `fact:"user:"`
}

// MemberIn is what a row tells of what a user was and is in the place that it is
// about.
func MemberIn(a model.Audit, user int64) (t Turn[Membership]) {
	t.From, t.To = factIn[Membership](a.Before, user), factIn[Membership](a.After, user)
	return t
}
