package removal

import (
	"context"

	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// list is everything a removal changes: what its record says is done at once,
// and what is left to do. A preview, a report and the removal itself all have
// it from the same kinds.
func list(ctx context.Context, s *store.Store, r model.Removal) ([]model.Effect, error) {
	out := atOnce(r)
	w, err := begin(ctx, s, r)
	if err != nil {
		return out, err
	}
	for _, kind := range kinds[r.Kind] {
		found, err := kind(ctx, w)
		if err != nil {
			return out, err
		}
		for _, e := range found {
			out = append(out, e.Effect)
		}
	}
	return out, nil
}

// Effects is list of a removal that was made: what it changed so far, and what
// is left.
func Effects(ctx context.Context, s *store.Store, r model.Removal) ([]model.Effect, error) {
	done, err := s.EffectsOf(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var out []model.Effect
	seen := make(map[string]bool, len(done))
	if r.UndoneBy == "" && (r.State == model.Revoked || r.State == model.Cleaning) {
		if out, err = list(ctx, s, r); err != nil {
			return nil, err
		}
		for _, e := range out {
			seen[e.Resource] = true
		}
	} else {
		out = atOnce(r)
	}
	for _, e := range done {
		if !seen[e.Resource] {
			out = append(out, e.Effect)
		}
	}
	return out, nil
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
