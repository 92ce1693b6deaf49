package explain

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
)

// Rows are the rows as they stand; nil for those that there aren't.
type Rows struct {
	User         model.User
	Project      *model.Project
	Team         *model.Team
	Organization *model.Organization
	Member       *model.ProjectMember
	TeamMember   *model.TeamMember // of Team, or of the project's team as it stands

	Agent       *model.Agent       // whose project is Project
	AgentMember *model.AgentMember // their own permission on it
	Buried      bool               // a removal from the project has come over that

	// InTeam reads what the user is in another team, to which the project
	// belonged before; nil where they are nothing there.
	InTeam func(ctx context.Context, team int64) (*model.TeamMember, error)
}

// Now is the state that the rows make.
func Now(r Rows, now model.Time) State {
	s := State{At: now, User: User{
		ID: r.User.ID, Organization: r.User.OrganizationID, Exists: !r.User.DateJoined.After(now),
		Active: r.User.IsActive, Rank: access.RankOf(r.User.IsStaff, r.User.IsSuperuser),
	}, Place: r.place(now)}
	if m := r.AgentMember; m != nil && !r.Buried {
		s.Own = &Member{m.Role, m.ExpiresOn}
	}
	if r.Member != nil {
		s.Member = &Member{r.Member.Role, r.Member.ExpiresOn}
	}
	if m := r.TeamMember; m != nil && r.Project != nil {
		s.InTeam = &Member{Role: m.Role}
	} else if m != nil {
		s.Member = &Member{Role: m.Role}
	}
	return s
}

// place is the place as its row stands. What is deleted stays so, and a row
// that was deleted says when: nothing changes it any more.
func (r Rows) place(at model.Time) Place {
	existed := func(s model.Stamp) (exists, deleted bool) {
		return !s.CreatedOn.After(at), s.IsDeleted && !s.ModifiedOn.After(at)
	}
	switch {
	case r.Agent != nil:
		p := Place{Kind: access.KindAgent, ID: r.Agent.ID, Organization: r.Agent.OrganizationID, Project: r.Project.ID, Team: r.Project.Team()}
		p.Open = access.Openness{Level: access.AccessLevel(r.Agent.AccessLevel), Mode: access.PublicMode(r.Agent.Mode())}
		_, without := existed(r.Project.Stamp)
		p.Exists, p.Deleted = existed(r.Agent.Stamp)
		p.Deleted = p.Deleted || without // an agent goes with its project
		return p
	case r.Project != nil:
		p := Place{Kind: access.KindProject, ID: r.Project.ID, Organization: r.Project.OrganizationID, Team: r.Project.Team()}
		p.Exists, p.Deleted = existed(r.Project.Stamp)
		return p
	case r.Team != nil:
		p := Place{Kind: access.KindTeam, ID: r.Team.ID, Organization: r.Team.OrganizationID}
		p.Exists, p.Deleted = existed(r.Team.Stamp)
		return p
	}
	o := r.Organization
	p := Place{Kind: access.KindOrganization, ID: o.ID, Organization: o.ID}
	p.Exists, p.Deleted = existed(o.Stamp)
	return p
}

// Past puts together how things were at a time. A time counts for a change as
// that at which its request began.
func Past(ctx context.Context, log Log, r Rows, at model.Time) (State, error) {
	s := State{At: at, User: User{ID: r.User.ID, Organization: r.User.OrganizationID}, Place: r.place(at)}
	p := past{log: log, organization: r.User.OrganizationID, at: at}
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		s.User, err = p.user(both, r.User)
		return err
	})
	g.Go(func() (err error) {
		switch {
		case r.Agent != nil:
			return p.agent(both, r, &s)
		case r.Project != nil:
			return p.project(both, r, &s)
		case r.Team != nil:
			s.Member, err = p.teamMember(both, r.Team.ID, r.User.ID, r.TeamMember)
		}
		return err
	})
	return s, g.Wait()
}

type past struct {
	log          Log
	organization int64
	at           model.Time
}

// project finds the project's team then, and what the user was in both.
func (p past) project(ctx context.Context, r Rows, s *State) error {
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		s.Member, err = p.member(both, model.ProjectName(r.Project.ID), r.User.ID, asMember(r.Member))
		return err
	})
	g.Go(func() (err error) {
		if s.Place.Team, err = p.teamOf(both, *r.Project); err != nil || s.Place.Team == 0 {
			return err
		}
		m := r.TeamMember
		if m != nil && m.TeamID != s.Place.Team {
			m = nil // of the team that it belongs to today
		}
		if m == nil && s.Place.Team != r.Project.Team() {
			if m, err = r.InTeam(both, s.Place.Team); err != nil {
				return err
			}
		}
		s.InTeam, err = p.teamMember(both, s.Place.Team, r.User.ID, m)
		return err
	})
	return g.Wait()
}

// agent finds how open an agent was, and what the user was on it, in its project
// and in the team that this had.
func (p past) agent(ctx context.Context, r Rows, s *State) error {
	about, name := model.AgentName(r.Agent.ID), model.UserName(r.User.ID)
	const level, mode = "access_level", "public_mode"
	var own map[string]fact
	g, both := concurrent.WithContext(ctx)
	g.Go(func() error { return p.project(both, r, s) })
	g.Go(func() (err error) {
		own, err = search(both, p.log, p.organization, about, p.at, plainly, name, level, mode)
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if f, ok := own[level]; ok {
		s.Place.Open.Level = access.AccessLevel(text(f.value))
	}
	if f, ok := own[mode]; ok {
		s.Place.Open.Mode = access.PublicMode(text(f.value))
	}
	var given grant
	if f, ok := own[name]; ok {
		s.Own = memberOf(f.value)
		facts, _ := f.value.(map[string]any)
		if given.epoch = number(facts[model.ProjectEpochFact]); !f.later { // else it is older than what the log tells of
			given.on = f.when
		}
		given.ordered = f.stood.Known()
	} else if m := r.AgentMember; m != nil && !m.CreatedOn.After(p.at) {
		s.Own, given = &Member{m.Role, m.ExpiresOn}, grant{m.CreatedOn, m.Epoch, true}
	}
	if s.Own == nil {
		return nil
	}
	buried, err := p.buried(ctx, r.Project.ID, name, given)
	if buried {
		s.Own = nil
	}
	return err
}

// undoAction is what an undo is called in the audit log, as a request and as what
// follows from one.
const undoAction = "undo-removal"

// grant is when somebody was given a permission on an agent, and in which epoch of
// its project, where that was noted.
type grant struct {
	on      model.Time
	epoch   int64
	ordered bool
}

// endedBy reports whether a removal from the project comes over it, which was made
// then and raised the project to that epoch, 0 where that isn't known.
func (g grant) endedBy(epoch int64, then model.Time) bool {
	if g.ordered && epoch != 0 {
		return g.epoch < epoch
	}
	return !g.on.After(then)
}

// buried reports whether a removal from the project, which wasn't undone, has come
// over a permission that somebody has had since then: it ended with the removal,
// though it was deleted only some time later, and doesn't begin again when they are
// a member again.
func (p past) buried(ctx context.Context, project int64, name string, given grant) (bool, error) {
	const removal = "removal_id"
	undone := map[int64]bool{}
	ends := map[int64]model.Time{} // removals that ended it, unless they turn out to be undone
	ended := func(now model.Time) bool {
		for id, on := range ends {
			if !undone[id] && on.After(now.Add(Skew)) {
				return true
			}
		}
		return false
	}
	from, seen := "", 0
	for n := firstPage; ; n = min(2*n, longPage) {
		page, err := p.log.ChangesUntil(ctx, p.organization, model.ProjectName(project), p.at, from, n)
		if err != nil {
			return false, err
		}
		for _, a := range page.Rows {
			_, was := a.Before[name]
			_, is := a.After[name]
			id := number(a.After[removal])
			switch {
			case ended(a.TS):
				return true, nil
			case given.on.After(a.TS.Add(Skew)):
				return ended(model.Time{}), nil
			case a.Action == undoAction:
				undone[id], undone[number(a.Before[removal])] = true, true
			case id != 0 && was && !is && given.endedBy(number(a.After[model.EpochFact]), a.TS):
				ends[id] = a.TS
			}
		}
		if from = page.Next; from == "" {
			return ended(model.Time{}), nil
		}
		if seen += n; seen >= MostChanges {
			return false, tooMuch()
		}
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// row is a membership as it is today, which says nothing of the past: an undo puts
// back the very row that there was.
type row struct {
	Member
	since model.Time
}

func asMember(m *model.ProjectMember) *row {
	if m == nil {
		return nil
	}
	return &row{Member{m.Role, m.ExpiresOn}, m.CreatedOn}
}

func (p past) teamMember(ctx context.Context, team, user int64, m *model.TeamMember) (*Member, error) {
	if m == nil {
		return p.member(ctx, model.TeamName(team), user, nil)
	}
	return p.member(ctx, model.TeamName(team), user, &row{Member{Role: m.Role}, m.CreatedOn})
}

// member finds what a user was in a place.
func (p past) member(ctx context.Context, about string, user int64, today *row) (*Member, error) {
	name := model.UserName(user)
	facts, err := search(ctx, p.log, p.organization, about, p.at, plainly, name)
	if err != nil {
		return nil, err
	}
	if f, ok := facts[name]; ok {
		return memberOf(f.value), nil
	}
	if today != nil && !today.since.After(p.at) {
		return &today.Member, nil
	}
	return nil, nil
}

// memberOf is a membership as the log tells it, nil for none.
func memberOf(v any) *Member {
	facts, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	m := &Member{}
	m.Role, _ = facts["role"].(string)
	if text, ok := facts["expires_on"].(string); ok {
		var end model.Time
		if end.UnmarshalText([]byte(text)) == nil {
			m.ExpiresOn = &end
		}
	}
	return m
}

// teamOf is the team that the project belonged to. A project that wasn't edited
// since is where it was.
func (p past) teamOf(ctx context.Context, row model.Project) (int64, error) {
	if !row.ModifiedOn.After(p.at) {
		return row.Team(), nil
	}
	const team = "team"
	facts, err := search(ctx, p.log, p.organization, model.ProjectName(row.ID), p.at, plainly, team)
	if err != nil {
		return 0, err
	}
	if f, ok := facts[team]; ok {
		return number(f.value), nil
	}
	return row.Team(), nil
}

// number is an id among the facts of an audit row, 0 for none.
func number(fact any) int64 {
	id, _ := model.Integer(fact)
	return id
}

// The facts of an account.
const (
	isActive    = "is_active"
	isStaff     = "is_staff"
	isSuperuser = "is_superuser"
)

// user finds how an account was. What was done to one user is found by their
// name, and what was done to several at once by the organisation's.
func (p past) user(ctx context.Context, row model.User) (User, error) {
	u := User{ID: row.ID, Organization: row.OrganizationID, Exists: !row.DateJoined.After(p.at)}
	was := map[string]bool{isActive: row.IsActive, isStaff: row.IsStaff, isSuperuser: row.IsSuperuser}
	if u.Exists {
		name := model.UserName(row.ID)
		var own, among map[string]fact
		g, both := concurrent.WithContext(ctx)
		for about, into := range map[string]*map[string]fact{name: &own, model.OrganizationName(row.OrganizationID): &among} {
			g.Go(func() (err error) {
				*into, err = search(both, p.log, p.organization, about, p.at, ofUser(name, about == name), isActive, isStaff, isSuperuser)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return u, err
		}
		for thing := range was {
			f, ok := own[thing]
			if g, too := among[thing]; too && (!ok || g.better(f)) {
				f, ok = g, true
			}
			if v, is := f.value.(bool); ok && is {
				was[thing] = v
			}
		}
	}
	u.Active, u.Rank = was[isActive], access.RankOf(was[isStaff], was[isSuperuser])
	return u, nil
}

// ofUser picks what a change says of one account: under their name, and in a
// change of them alone also by itself.
func ofUser(name string, alone bool) telling {
	pick := func(side map[string]any) map[string]any {
		if told, ok := side[name].(map[string]any); ok {
			return told
		}
		if alone {
			return side
		}
		return nil
	}
	return func(a model.Audit) (before, after map[string]any) { return pick(a.Before), pick(a.After) }
}
