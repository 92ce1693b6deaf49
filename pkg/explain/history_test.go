package explain_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/infra/local/scale"
	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/explain"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// log is an audit log in memory, oldest first.
type log []model.Audit

func (l log) page(about string, from, n int, step int, in func(model.Audit) bool) store.Changes {
	var out store.Changes
	for i := from; i >= 0 && i < len(l); i += step {
		if a := l[i]; a.About == about && in(a) {
			if len(out.Rows) == n {
				out.Next = strconv.Itoa(i)
				return out
			}
			out.Rows = append(out.Rows, a)
		}
	}
	return out
}

func (l log) ChangesUntil(_ context.Context, _ int64, about string, at model.Time, from string, _ int) (store.Changes, error) {
	start := len(l) - 1
	if from != "" {
		start, _ = strconv.Atoi(from)
	}
	return l.page(about, start, 3, -1, func(a model.Audit) bool { return !a.TS.After(at) }), nil
}

func (l log) ChangesAfter(_ context.Context, _ int64, about string, at model.Time, from string, _ int) (store.Changes, error) {
	start, _ := strconv.Atoi(from)
	return l.page(about, start, 3, 1, func(a model.Audit) bool { return a.TS.After(at) }), nil
}

// world is a history as it is made: the rows as they stand, the log, and a
// naive model that keeps every state there was.
type world struct {
	random   *rand.Rand
	now      model.Time
	skew     time.Duration // at most so far is a change's clock from now
	clock    model.Time    // of the change
	users    map[int64]model.User
	projects map[int64]model.Project
	teams    map[int64]model.Team
	members  map[[2]int64]model.ProjectMember
	inTeams  map[[2]int64]model.TeamMember
	log      log
	ages     []age
}

// age is everything as it was from a time on.
type age struct {
	from     model.Time
	users    map[int64]model.User
	projects map[int64]model.Project
	teams    map[int64]model.Team
	members  map[[2]int64]model.ProjectMember
	inTeams  map[[2]int64]model.TeamMember
}

func clone[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func (w *world) keep() {
	w.ages = append(w.ages, age{w.now, clone(w.users), clone(w.projects), clone(w.teams), clone(w.members), clone(w.inTeams)})
}

func (w *world) record(first audit.Change, also ...audit.Change) {
	w.log = append(w.log, audit.Row(model.Audit{OrganizationID: 1, TS: w.clock}, first, also...))
}

// members is a change of what somebody is in a place.
func members(in model.Ref, user int64, turn audit.Turn[audit.Membership]) audit.MembersChanged {
	return audit.MembersChanged{In: in, Members: audit.Members{user: turn}}
}

const people, places = 4, 3

func newWorld(seed uint64) *world {
	w := &world{random: rand.New(rand.NewPCG(seed, 7)), now: model.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
		users: map[int64]model.User{}, projects: map[int64]model.Project{}, teams: map[int64]model.Team{}, members: map[[2]int64]model.ProjectMember{}, inTeams: map[[2]int64]model.TeamMember{}}
	// The first of each stand there already, without a word in the log.
	w.users[1] = model.User{ID: 1, OrganizationID: 1, IsActive: true, IsStaff: true, DateJoined: w.now, Version: 1}
	w.teams[1] = model.Team{ID: 1, OrganizationID: 1, Stamp: model.Created("", w.now), Version: 1}
	team := int64(1)
	w.projects[1] = model.Project{ID: 1, OrganizationID: 1, TeamID: &team, Stamp: model.Created("", w.now), Version: 1}
	w.members[[2]int64{1, 1}] = model.ProjectMember{ID: 1, ProjectID: 1, UserID: 1, Role: "admin", CreatedOn: w.now, Version: 1}
	w.inTeams[[2]int64{1, 1}] = model.TeamMember{ID: 2, TeamID: 1, UserID: 1, Role: "owner", CreatedOn: w.now, Version: 1}
	w.keep()
	return w
}

func (w *world) id(n int) int64 { return 1 + w.random.Int64N(int64(n)) }

func (w *world) one(of ...string) string { return of[w.random.IntN(len(of))] }

// step lets time go by and changes something.
func (w *world) step() {
	w.now = w.now.Add(time.Duration(1+w.random.IntN(5)) * time.Second)
	if w.clock = w.now; w.skew > 0 {
		w.clock = w.now.Add(time.Duration(w.random.Int64N(int64(2*w.skew))) - w.skew)
	}
	u, p, t := w.id(people), w.id(places), w.id(places)
	user, isUser := w.users[u]
	project, isProject := w.projects[p]
	team, isTeam := w.teams[t]
	switch what := w.random.IntN(12); {
	case !isUser:
		w.users[u] = model.User{ID: u, OrganizationID: 1, IsActive: true, DateJoined: w.clock, Version: 1}
		w.record(audit.AccountChanged{User: u, Account: audit.Made(audit.AccountOf(w.users[u]))})
	case !isTeam:
		w.teams[t] = model.Team{ID: t, OrganizationID: 1, Stamp: model.Created("", w.clock), Version: 1}
		m := model.TeamMember{ID: 9, TeamID: t, UserID: u, Role: "owner", CreatedOn: w.clock, Version: 1}
		w.inTeams[[2]int64{t, u}] = m
		w.record(audit.TeamChanged{Team: t, State: audit.Made(audit.TeamState{})}, members(model.KindTeam.Ref(t), u, audit.Made(audit.InTeam(m))))
	case !isProject:
		project = model.Project{ID: p, OrganizationID: 1, Stamp: model.Created("", w.clock), Version: 1}
		if w.random.IntN(2) == 0 && !team.IsDeleted {
			project.TeamID = &t
		}
		m := model.ProjectMember{ID: 9, ProjectID: p, UserID: u, Role: "admin", CreatedOn: w.clock, Version: 1}
		w.projects[p], w.members[[2]int64{p, u}] = project, m
		w.record(audit.ProjectChanged{Project: p, State: audit.Made(audit.StateOfProject(project))}, members(model.KindProject.Ref(p), u, audit.Made(audit.InProject(m))))
	case what < 4 && !project.IsDeleted:
		w.member(p, u)
	case what < 6:
		w.inTeam(t, u)
	case what == 6 && !project.IsDeleted:
		from := audit.StateOfProject(project)
		project.TeamID, project.ModifiedOn, project.Version = nil, w.clock, project.Version+1
		if !team.IsDeleted && w.random.IntN(4) > 0 {
			project.TeamID = &t
		}
		w.projects[p] = project
		renamed := true
		w.record(audit.ProjectChanged{Project: p, State: audit.Became(from, audit.StateOfProject(project)), Renamed: &renamed})
	case what == 7 && w.random.IntN(4) == 0 && !project.IsDeleted:
		from := audit.StateOfProject(project)
		project.IsDeleted, project.ModifiedOn, project.Version = true, w.clock, project.Version+1
		w.projects[p] = project
		w.record(audit.ProjectChanged{Project: p, State: audit.Became(from, audit.StateOfProject(project))})
	case what == 8 && w.random.IntN(4) == 0 && !team.IsDeleted && w.free(t):
		team.IsDeleted, team.ModifiedOn, team.Version = true, w.clock, team.Version+1
		w.teams[t] = team
		w.record(audit.TeamChanged{Team: t, State: audit.Became(audit.TeamState{}, audit.TeamState{IsDeleted: true})})
	case what == 9:
		before := audit.AccountOf(user)
		user.IsStaff, user.IsSuperuser, user.Version = w.random.IntN(2) == 0, w.random.IntN(3) == 0, user.Version+1
		w.users[u] = user
		w.record(audit.AccountChanged{User: u, Account: audit.Became(before, audit.AccountOf(user))})
	case what == 10:
		w.activate(u, user)
	}
	w.keep()
}

func (w *world) free(team int64) bool {
	for _, p := range w.projects {
		if p.Team() == team && !p.IsDeleted {
			return false
		}
	}
	return true
}

// activate ends or restores an account, alone or in a batch.
func (w *world) activate(u int64, user model.User) {
	was := audit.Activity(user.IsActive, user.Version)
	user.IsActive, user.Version = !user.IsActive, user.Version+1
	w.users[u] = user
	of := model.KindUser.Ref(u)
	if w.random.IntN(2) == 0 {
		of = model.KindOrganization.Ref(1)
	}
	is := audit.Activity(user.IsActive, user.Version)
	w.record(audit.Removed{Of: of, Removal: 5}, audit.AccountsChanged{In: of, Accounts: map[int64]audit.Turn[audit.Account]{u: audit.Became(was, is)}})
}

func (w *world) member(p, u int64) {
	k := [2]int64{p, u}
	was, ok := w.members[k]
	switch {
	case ok && w.random.IntN(3) == 0:
		delete(w.members, k)
		project := w.projects[p]
		project.Epoch++
		w.projects[p] = project
		of := model.KindProject.Ref(p).User(u)
		w.record(audit.Removed{Of: of, Removal: 4}, members(of, u, audit.Ended(audit.InProject(was))))
		return
	case !ok:
		was = model.ProjectMember{ID: 3, ProjectID: p, UserID: u, CreatedOn: w.clock, Epoch: w.projects[p].Epoch}
	}
	m := was
	m.Role, m.ExpiresOn, m.Version = w.one("member", "admin"), nil, m.Version+1
	if m.Role == "member" && w.random.IntN(2) == 0 {
		end := w.clock.Add(time.Duration(w.random.IntN(40)) * time.Second)
		m.ExpiresOn = &end
	}
	w.members[k] = m
	turn := audit.Made(audit.InProject(m))
	if ok {
		turn = audit.Became(audit.InProject(was), audit.InProject(m))
	}
	w.record(members(model.KindProject.Ref(p), u, turn))
}

func (w *world) inTeam(t, u int64) {
	k := [2]int64{t, u}
	was, ok := w.inTeams[k]
	switch {
	case ok && w.random.IntN(3) == 0:
		delete(w.inTeams, k)
		team := w.teams[t]
		team.Epoch++
		w.teams[t] = team
		of := model.KindTeam.Ref(t)
		w.record(audit.Removed{Of: of, Removal: 4}, members(of, u, audit.Ended(audit.InTeam(was))))
		return
	case !ok:
		was = model.TeamMember{ID: 3, TeamID: t, UserID: u, CreatedOn: w.clock, Epoch: w.teams[t].Epoch}
	}
	m := was
	m.Role, m.Version = w.one("owner", "workspace_admin", "editor", "viewer", "evaluator", "deployment_manager"), m.Version+1
	w.inTeams[k] = m
	turn := audit.Made(audit.InTeam(m))
	if ok {
		turn = audit.Became(audit.InTeam(was), audit.InTeam(m))
	}
	w.record(members(model.KindTeam.Ref(t), u, turn))
}

// may is the naive answer: docs/access.md, row by row, on the state of an age.
func (a age) may(u int64, action, kind string, id int64, at model.Time) bool {
	user, ok := a.users[u]
	if !ok || !user.IsActive {
		return false
	}
	rank := user.IsStaff || user.IsSuperuser
	if kind == "organization" {
		return action == "view_organization" || action == "manage_users" && rank || action == "manage_organization" && user.IsSuperuser
	}
	if kind == "team" {
		team, ok := a.teams[id]
		if !ok || team.IsDeleted {
			return false
		}
		as := []string{a.inTeams[[2]int64{id, u}].Role}
		if user.IsStaff {
			as = append(as, "workspace_admin")
		}
		if user.IsSuperuser {
			as = []string{"owner", as[0]}
		}
		return slices.ContainsFunc(as, func(role string) bool { return slices.Contains(onTeam[action], role) })
	}
	project, ok := a.projects[id]
	if !ok || project.IsDeleted {
		return false
	}
	if rank {
		return true
	}
	if m, ok := a.members[[2]int64{id, u}]; ok && (m.ExpiresOn == nil || m.ExpiresOn.After(at)) && (m.Role == "admin" || action == "view_project") {
		return true
	}
	return project.TeamID != nil && slices.Contains(onProject[action], a.inTeams[[2]int64{*project.TeamID, u}].Role)
}

var (
	all       = []string{"owner", "workspace_admin", "editor", "viewer", "evaluator", "deployment_manager"}
	onProject = map[string][]string{"view_project": all, "edit_project": all[:3], "manage_members": all[:2], "delete_project": all[:2]}
	onTeam    = map[string][]string{"view_team": all, "create_project": all[:3], "modify_user_roles": all[:2], "delete_workspace": all[:1]}
	actions   = map[string][]string{
		"project": {"view_project", "edit_project", "manage_members", "delete_project"},
		"team":    {"view_team", "create_project", "modify_user_roles", "delete_workspace"}, "organization": {"view_organization", "manage_users", "manage_organization"},
	}
)

// question is about what a request would read today.
func (w *world) question(u int64, kind string, id int64) (explain.Question, bool) {
	rows := table.Rows{}
	put := func(key table.Primary, item map[string]types.AttributeValue, err error) {
		if err != nil {
			panic(err)
		}
		rows[key] = item
	}
	q := explain.Question{User: w.users[u], Kind: resource.Named(kind), ID: id, Read: func(context.Context, ...table.Primary) (table.Rows, error) {
		rows := table.Rows{}
		for at, m := range w.inTeams {
			item, err := table.TeamMembers.Item(m)
			if err != nil {
				return nil, err
			}
			rows[table.TeamMembers.Key(at[0], at[1])] = item
		}
		return rows, nil
	}}
	ok := true
	switch team := id; kind {
	case "organization":
		item, err := table.Organizations.Item(model.Organization{ID: 1})
		put(q.Kind.Key(1), item, err)
	case "project":
		var p model.Project
		if p, ok = w.projects[id]; ok {
			item, err := table.Projects.Item(p)
			put(q.Kind.Key(id), item, err)
		}
		if m, is := w.members[[2]int64{id, u}]; is {
			item, err := table.ProjectMembers.Item(m)
			put(table.ProjectMembers.Key(id, u), item, err)
		}
		team = p.Team()
		fallthrough
	default:
		if m, is := w.inTeams[[2]int64{team, u}]; is {
			item, err := table.TeamMembers.Item(m)
			put(table.TeamMembers.Key(team, u), item, err)
		}
		if t, is := w.teams[id]; kind == "team" {
			ok = is
			item, err := table.Teams.Item(t)
			put(q.Kind.Key(id), item, err)
		}
	}
	view := resource.NewView(1, model.Time{}, rows)
	q.Today = &view
	return q, ok && q.User.ID != 0
}

// disagreements asks about everybody, everything and every time, by a log, and
// lists where the answer isn't the naive one.
func (w *world) disagreements(t *testing.T, by log) (asked int, wrong []string) {
	t.Helper()
	for i, a := range w.ages {
		quiet := i+1 == len(w.ages) || w.ages[i+1].from.After(a.from.Add(2*w.skew+500*time.Millisecond))
		if !quiet && w.skew > 0 {
			continue // the clocks say it in another order than it happened
		}
		at := a.from.Add(w.skew)
		if w.random.IntN(2) == 0 && quiet {
			at = at.Add(500 * time.Millisecond)
		}
		for _, kind := range []string{"project", "team", "organization"} {
			u, id := w.id(people), w.id(places)
			if kind == "organization" {
				id = 1
			}
			q, ok := w.question(u, kind, id)
			if !ok {
				continue
			}
			s, err := explain.Past(t.Context(), by, q, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, action := range actions[kind] {
				need, _ := access.ParsePermission(action)
				got, want := s.Explain(need), a.may(u, action, kind, id, at)
				asked++
				if got.Allowed != want || got.Allowed != (len(got.Paths) > 0) || got.Allowed == (len(got.DeniedBecause) > 0) {
					wrong = append(wrong, fmt.Sprintf("at %v user %d %s %s:%d: %+v, want %v", at, u, action, kind, id, got, want))
				}
			}
		}
	}
	return asked, wrong
}

// agrees demands that the log tells the past as it was, and counts the questions.
func (w *world) agrees(t *testing.T, seed uint64) int {
	t.Helper()
	asked, wrong := w.disagreements(t, w.log)
	for _, line := range wrong {
		t.Errorf("history %d: %s", seed, line)
	}
	if t.Failed() {
		t.FailNow()
	}
	return asked
}

// The past, put together from the log, is that which a naive model kept.
func TestPastIsAsItWasAtScale(t *testing.T) {
	asked := 0
	for seed := range uint64(scale.Of(400)) {
		w := newWorld(seed)
		for range 60 {
			w.step()
		}
		asked += w.agrees(t, seed)
	}
	if asked < scale.Of(10_000) {
		t.Errorf("only %d questions", asked)
	}
	t.Logf("%d questions", asked)
}

// It is even where the clocks of those who changed it were up to five seconds off,
// so that the log has the changes in another order: at a time at which all clocks
// agree on what had happened.
func TestPastByClocksThatDifferAtScale(t *testing.T) {
	asked, swapped := 0, 0
	for seed := range uint64(scale.Of(400)) {
		w := newWorld(seed)
		w.skew = 5 * time.Second
		for n := range 60 {
			if n%6 == 0 {
				w.now = w.now.Add(30 * time.Second)
			}
			w.step()
		}
		later := func(a, b model.Audit) int { return a.TS.Std().Compare(b.TS.Std()) }
		if !slices.IsSortedFunc(w.log, later) {
			swapped++
		}
		slices.SortStableFunc(w.log, later)
		asked += w.agrees(t, seed)
	}
	if asked < scale.Of(5_000) || swapped < scale.Of(300) {
		t.Errorf("only %d questions, and %d logs out of order", asked, swapped)
	}
}

// The comparison notices a log that lost a change.
func TestALostChangeShows(t *testing.T) {
	shown := 0
	for seed := range uint64(40) {
		w := newWorld(seed)
		for range 60 {
			w.step()
		}
		lost := w.random.IntN(len(w.log))
		if _, wrong := w.disagreements(t, slices.Delete(slices.Clone(w.log), lost, lost+1)); len(wrong) > 0 {
			shown++
		}
	}
	if shown < 5 {
		t.Errorf("of 40 lost changes %d show", shown)
	}
}
