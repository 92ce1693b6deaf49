package removal

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// maxHoldings is how many projects and teams an offboarding takes on: what its
// answer and the row of its plan have room for.
const maxHoldings = 5000

// leaving is a leaver with everything he is a member of, as just read.
type leaving struct {
	user     model.User
	heirs    model.Heirs
	held     *Held
	holdings []holding // projects and then teams, by id: the order of the steps

	until    model.Time      // when the plan ends
	fleeting map[string]bool // what ends by itself before that
	astray   bool            // an agent would go to somebody else than its heir, who can't reach it
}

// holding is a live project or a live team that the leaver is a member of. heir
// takes his place where he is the last of its admins or owners; he is 0 where
// nobody has to.
type holding struct {
	project *model.Project
	inside  model.ProjectMember
	team    *model.Team
	within  model.TeamMember
	heir    int64
}

// leave reads a leaver's row into the case, and then everything he is a member
// of: a post that he gets in between moves the version of his row. held is what
// an index told of him, nil to ask now. Whose account has ended holds nothing:
// the removal that ended it is working that off.
func leave(ctx context.Context, s *store.Store, c *guard.Case, user int64, heirs model.Heirs, held *Held) (*leaving, error) {
	l := &leaving{heirs: heirs, held: held}
	if held == nil {
		l.held = &Held{}
		if err := c.Read(ctx, l.people(user)...); err != nil {
			return nil, err
		}
		if err := l.held.look(ctx, s, []int64{user}); err != nil {
			return nil, err
		}
	}
	l.user, _ = c.UserRow(user)
	if !l.user.IsActive {
		return l, nil
	}
	if len(l.held.projects)+len(l.held.teams) > maxHoldings {
		return nil, fault.New(fault.KindLimit, "The user is in more than %d projects and teams: remove them from some first", maxHoldings)
	}
	if err := l.read(ctx, c); err != nil {
		return nil, err
	}
	l.take(c)
	return l, nil
}

// people are the rows of the leaver and of who take over.
func (l *leaving) people(user int64) []table.Primary {
	keys := []table.Primary{table.Users.Key(user)}
	for _, id := range l.heirs.All() {
		keys = append(keys, table.Users.Key(id))
	}
	return keys
}

// read reads what the index named, and what the leaver and the heirs are there.
// The teams of projects, through which they may be reached too, are known only
// then.
func (l *leaving) read(ctx context.Context, c *guard.Case) error {
	user, keys := l.user.ID, []table.Primary(nil)
	for _, m := range l.held.projects {
		keys = append(keys, table.Projects.Key(m.place), table.ProjectMembers.Key(m.place, user),
			table.Tombstones.Key(m.place, user), table.ProjectMembers.Key(m.place, l.heirs.OfProjects()))
	}
	for _, m := range l.held.teams {
		keys = append(keys, table.Teams.Key(m.place), table.TeamMembers.Key(m.place, user), table.TeamMembers.Key(m.place, l.heirs.TransferTo))
	}
	if err := c.Read(ctx, keys...); err != nil {
		return err
	}
	keys = nil
	for _, m := range l.held.projects {
		if p, ok := table.Projects.In(c.Rows(), m.place); ok && p.Team() != 0 {
			keys = append(keys, table.TeamMembers.Key(p.Team(), user), table.TeamMembers.Key(p.Team(), l.heirs.OfProjects()))
		}
	}
	return c.Read(ctx, keys...)
}

// take finds the holdings among the rows.
func (l *leaving) take(c *guard.Case) {
	for _, m := range l.held.projects {
		p, live := store.LiveProject(c.Rows(), m.place)
		row, is := c.ProjectMember(m.place, l.user.ID)
		if !live || !is {
			continue
		}
		h := holding{project: &p, inside: row}
		if row.Role == string(access.ProjectAdmin) && p.AdminCount <= 1 {
			h.heir = l.heirs.OfProjects()
		}
		l.holdings = append(l.holdings, h)
	}
	for _, m := range l.held.teams {
		t, live := store.LiveTeam(c.Rows(), m.place)
		row, is := c.TeamMember(m.place, l.user.ID)
		if !live || !is {
			continue
		}
		h := holding{team: &t, within: row}
		if row.Role == string(access.Owner) && t.OwnerCount <= 1 {
			h.heir = l.heirs.TransferTo
		}
		l.holdings = append(l.holdings, h)
	}
	slices.SortFunc(l.holdings, func(a, b holding) int {
		return cmp.Or(cmp.Compare(a.kind(), b.kind()), cmp.Compare(a.id(), b.id()))
	})
}

func (h holding) kind() int {
	if h.project != nil {
		return 0
	}
	return 1
}

func (h holding) id() int64 {
	if h.project != nil {
		return h.project.ID
	}
	return h.team.ID
}

// name is what the audit log calls the place.
func (h holding) name() string {
	if h.project != nil {
		return guard.ProjectName(h.project.ID)
	}
	return guard.TeamName(h.team.ID)
}

// reached reports whether the heir, where there must be one, is an active user
// who can reach the place.
func (h holding) reached(c *guard.Case) bool {
	if h.heir == 0 {
		return true
	}
	u, ok := c.UserRow(h.heir)
	if !ok {
		return false
	}
	if h.project != nil {
		return Ways(u, c.ProjectTarget(*h.project, u.ID)).StillHasAccess
	}
	return Ways(u, c.TeamTarget(*h.team, u.ID, access.KindTeam)).StillHasAccess
}

// left is what may still lead the leaver to projects once the first n of his
// holdings are gone, and the one after them is about to.
func (l *leaving) left(n int) Left {
	var left Left
	for _, h := range l.holdings[n:] {
		switch {
		case h.project != nil && len(left.projects) < leftPage:
			left.projects = append(left.projects, h.project.ID)
		case h.team != nil && len(left.teams) < leftPage:
			left.teams = append(left.teams, h.team.ID)
		}
	}
	return left
}
