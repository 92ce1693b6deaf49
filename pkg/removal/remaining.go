package removal

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Remaining has the projects and teams by which a user may still reach projects after
// a removal: the first page of each, by an index.
type Remaining struct{ projects, teams []int64 }

// remainingPage is the size of these pages.
const remainingPage = 25

// Ask asks the indexes in the request's second trip.
func (l *Remaining) Ask(f *request.Fetch, user int64) {
	s := f.Store()
	request.Ask(f, &l.projects, func(ctx context.Context) ([]int64, error) { return s.ProjectsOfUser(ctx, user, 0, remainingPage) })
	request.Ask(f, &l.teams, func(ctx context.Context) ([]int64, error) { return s.TeamsOfUser(ctx, user, 0, remainingPage) })
}

// Look asks the indexes in a trip of its own.
func (l *Remaining) Look(ctx context.Context, s *store.Store, user int64) error {
	g, ctx := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		l.projects, err = s.ProjectsOfUser(ctx, user, 0, remainingPage)
		return err
	})
	g.Go(func() (err error) {
		l.teams, err = s.TeamsOfUser(ctx, user, 0, remainingPage)
		return err
	})
	return g.Wait()
}

// departure is the project or the team that a user is removed from; the other is 0.
type departure struct{ project, team int64 }

// stranded reports whether u reaches no project after leaving, neither by membership
// nor by team nor by rank. Rows that the indexes found are read again, since they may
// be of a deleted project, an empty team or an expired membership: one more round trip
// for each page, until one gives access.
func (l *Remaining) stranded(ctx context.Context, s *store.Store, now model.Time, u model.User, leaving departure) (bool, error) {
	if access.RankOf(u.IsStaff, u.IsSuperuser).Admin() {
		return false, nil
	}
	projects, teams := l.projects, l.teams
	for len(projects)+len(teams) > 0 {
		found, err := leads(ctx, s, now, u.ID, projects, teams, leaving)
		if err != nil || found {
			return false, err
		}
		if projects, err = next(ctx, s.ProjectsOfUser, u.ID, projects); err != nil {
			return false, err
		}
		if teams, err = next(ctx, s.TeamsOfUser, u.ID, teams); err != nil {
			return false, err
		}
	}
	return true, nil
}

// next returns the page after a full one; nil after one that isn't.
func next(ctx context.Context, ask func(context.Context, int64, int64, int) ([]int64, error), user int64, page []int64) ([]int64, error) {
	if len(page) < remainingPage {
		return nil, nil
	}
	return ask(ctx, user, page[len(page)-1], remainingPage)
}

// leads reports whether a user reaches a project by one of these projects or teams,
// other than the one they leave.
func leads(ctx context.Context, s *store.Store, now model.Time, user int64, projects, teams []int64, leaving departure) (bool, error) {
	keys := make([]table.Primary, 0, 2*(len(projects)+len(teams)))
	for _, id := range projects {
		if id != leaving.project {
			keys = append(keys, table.Projects.Key(id), table.ProjectMembers.Key(id, user))
		}
	}
	for _, id := range teams {
		if id != leaving.team {
			keys = append(keys, table.Teams.Key(id), table.TeamMembers.Key(id, user))
		}
	}
	rows, err := s.Read(ctx, keys...)
	if err != nil {
		return false, err
	}
	for _, id := range projects {
		_, live := store.LiveProject(rows, id)
		if m, ok := table.ProjectMembers.In(rows, id, user); ok && live && !model.Expired(m.ExpiresOn, now) {
			return true, nil
		}
	}
	for _, id := range teams {
		t, live := store.LiveTeam(rows, id)
		if _, ok := table.TeamMembers.In(rows, id, user); ok && live && t.ProjectCount > 0 {
			return true, nil
		}
	}
	return false, nil
}
