package removal

import (
	"context"

	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// list is everything a removal changes: what its record says was done at once,
// and what is left to do.
func list(_ context.Context, _ *store.Store, r model.Removal, _ model.Time) ([]model.Effect, error) {
	return atOnce(r), nil
}

// atOnce is what phase 1 of a removal changes, by its record.
func atOnce(r model.Removal) []model.Effect {
	out := []model.Effect{}
	add := func(resource, action, detail string) {
		out = append(out, model.Effect{Resource: resource, Action: action, Detail: detail})
	}
	if r.Kind == model.OfUser {
		for _, id := range r.UserIDs {
			if r.Deletes {
				add(guard.UserName(id), "delete", "account, purged 30 days later")
			} else {
				add(guard.UserName(id), "deactivate", "account")
			}
		}
	}
	for _, m := range r.ProjectMembers {
		add(guard.MemberName(guard.ProjectName(m.ProjectID), m.UserID), "delete", "membership as "+m.Role)
	}
	for _, m := range r.TeamMembers {
		add(guard.MemberName(guard.TeamName(m.TeamID), m.UserID), "delete", "membership as "+m.Role)
	}
	for _, h := range r.Handovers {
		if h.Project != nil {
			add(guard.MemberName(guard.ProjectName(h.Project.ProjectID), h.Project.UserID), "transfer", "becomes admin")
		} else {
			add(guard.MemberName(guard.TeamName(h.Team.TeamID), h.Team.UserID), "transfer", "becomes owner")
		}
	}
	return out
}
