package removal

import (
	"context"
	"maps"
	"slices"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// work is a removal as far as it still has effects: what its kinds find is read
// through it.
type work struct {
	s     *store.Store
	r     model.Removal
	users map[int64]model.User
	at    model.Time // of what is written about it
	told  int        // how many audit rows were written
}

// effect is one thing that is left to do.
type effect struct {
	model.EffectRow
	apply   func(tx *table.Tx) // nil for what is kept
	audit   *model.Audit
	heir    int64          // to whom something goes
	empties bool           // a place is left to nobody by it
	named   func(id int64) // takes the id of a permission that it makes; nil where it makes none
	warns   string         // what the record warns of then; "" for nothing
}

// kind finds what is still to be done about one kind of thing.
type kind func(ctx context.Context, w *work) ([]effect, error)

// kinds are what becomes of what people had, by what they are removed from. A
// new kind of thing is one more word. Each finds what is still to be done, by
// an index and read again. What one line does is written before the next one looks.
var kinds = map[string][][]kind{
	model.FromProject:   {{agentsOfProject, boundKeys, projectInvites}},
	model.FromWorkspace: {{teamInvites, keptProjects, keptAgents}},
	model.OfUser: {
		{identities, posts},
		{agentsOfAll, projectMemberships, teamMemberships, personalKeys, serviceKeys, allInvites, recents, recentAgents, starred, unread},
	},
}

// begin reads who is removed.
func begin(ctx context.Context, s *store.Store, r model.Removal) (*work, error) {
	keys := make([]table.Primary, len(r.UserIDs))
	for i, id := range r.UserIDs {
		keys[i] = table.Users.Key(id)
	}
	rows, err := s.Read(ctx, keys...)
	return among(rows, s, r), err
}

// among is begin where the rows of who is removed were read.
func among(rows table.Rows, s *store.Store, r model.Removal) *work {
	w := &work{s: s, r: r, users: make(map[int64]model.User, len(r.UserIDs))}
	for _, id := range r.UserIDs {
		if u, ok := table.Users.In(rows, id); ok {
			w.users[id] = u
		}
	}
	return w
}

// ours reports whether a thing given in that epoch of the place is one the
// removal is about: somebody taken out of it may be back, with things that are
// new. An account that ended can get nothing new.
func (w *work) ours(epoch int64) bool { return epoch < w.r.Epoch }

// each asks an index about every user at the same time.
func each[T any](ctx context.Context, w *work, ask func(ctx context.Context, u model.User) ([]T, error)) (map[int64][]T, error) {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(16)
	var mu sync.Mutex
	out := make(map[int64][]T, len(w.users))
	for _, u := range w.users {
		g.Go(func() error {
			found, err := ask(ctx, u)
			mu.Lock()
			defer mu.Unlock()
			out[u.ID] = found
			return err
		})
	}
	return out, g.Wait()
}

// places asks an index for all places of every user.
func places(ctx context.Context, w *work, ask func(context.Context, int64, int64, int) ([]int64, error)) (map[int64][]int64, error) {
	return each(ctx, w, func(ctx context.Context, u model.User) ([]int64, error) { return store.Every(ctx, ask, u.ID) })
}

// projectMemberships are deleted with the account, wherever they are.
func projectMemberships(ctx context.Context, w *work) ([]effect, error) {
	found, err := places(ctx, w, w.s.ProjectsOfUser)
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, projects := range found {
		for _, p := range projects {
			keys = append(keys, table.Projects.Key(p), table.ProjectMembers.Key(p, user), table.Tombstones.Key(p, user))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	members := table.ProjectMembers.All(rows)
	going := map[int64]int64{}
	for _, m := range members {
		if m.Role == string(access.ProjectAdmin) {
			going[m.ProjectID]++
		}
	}
	out := make([]effect, 0, len(members))
	for _, m := range members {
		out = append(out, w.endsMembership(m, going[m.ProjectID], rows))
	}
	return out, err
}

// endsMembership deletes a membership of a project, of whose admins so many go.
func (w *work) endsMembership(m model.ProjectMember, going int64, rows table.Rows) effect {
	name := model.ProjectName(m.ProjectID)
	e := effect{EffectRow: model.EffectRow{UserID: m.UserID, ProjectMember: &m, Effect: model.Effect{
		Resource: model.MemberName(name, m.UserID), Action: "delete", Detail: "membership as " + m.Role}}}
	if tomb, ok := table.Tombstones.In(rows, m.ProjectID, m.UserID); ok {
		e.Tombstone = &tomb
	}
	p, live := store.LiveProject(rows, m.ProjectID)
	admin := live && m.Role == string(access.ProjectAdmin)
	e.empties = admin && p.AdminCount <= going
	e.apply = func(tx *table.Tx) {
		w.s.EndMember(tx, m)
		if admin {
			w.s.VacateAdmin(tx, p, going)
		}
		w.s.Bury(tx, p, model.Tombstone{ProjectID: m.ProjectID, UserID: m.UserID, RemovedOn: w.r.RemovedOn, RemovalID: w.r.ID})
	}
	e.audit = w.audit(name, map[string]any{model.UserName(m.UserID): m.Facts()}, map[string]any{model.EpochFact: p.Epoch + 1})
	return e
}

// teamMemberships are deleted with the account, wherever they are.
func teamMemberships(ctx context.Context, w *work) ([]effect, error) {
	found, err := places(ctx, w, w.s.TeamsOfUser)
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, teams := range found {
		for _, t := range teams {
			keys = append(keys, table.Teams.Key(t), table.TeamMembers.Key(t, user))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	members := table.TeamMembers.All(rows)
	going := map[int64]int64{}
	for _, m := range members {
		if m.Role == string(access.Owner) {
			going[m.TeamID]++
		}
	}
	out := make([]effect, 0, len(members))
	for _, m := range members {
		out = append(out, w.endsTeamMembership(m, going[m.TeamID], rows))
	}
	return out, err
}

// endsTeamMembership is the same for a team.
func (w *work) endsTeamMembership(m model.TeamMember, going int64, rows table.Rows) effect {
	name := model.TeamName(m.TeamID)
	t, live := store.LiveTeam(rows, m.TeamID)
	owner := live && m.Role == string(access.Owner)
	return effect{
		empties: owner && t.OwnerCount <= going,
		EffectRow: model.EffectRow{UserID: m.UserID, TeamMember: &m, Effect: model.Effect{
			Resource: model.MemberName(name, m.UserID), Action: "delete", Detail: "membership as " + m.Role}},
		apply: func(tx *table.Tx) {
			w.s.EndTeamMember(tx, m)
			if owner {
				w.s.VacateOwner(tx, t, going)
			}
		},
		audit: w.audit(name, map[string]any{model.UserName(m.UserID): m.Facts()}, nil),
	}
}

// boundKeys are the personal keys that reach only the project: revoked, and the
// rows kept.
func boundKeys(ctx context.Context, w *work) ([]effect, error) {
	return w.revokesKeys(ctx, "personal key bound to the project", func(ctx context.Context, u model.User) ([]string, error) {
		return w.s.KeysBoundTo(ctx, *w.r.ProjectID, u.ID)
	})
}

// personalKeys are all of a user's.
func personalKeys(ctx context.Context, w *work) ([]effect, error) {
	return w.revokesKeys(ctx, "personal key", func(ctx context.Context, u model.User) ([]string, error) {
		return w.s.PersonalKeys(ctx, u.ID)
	})
}

// serviceKeys are those that somebody made whose account ends: they live on, and
// whoever ends it is told.
func serviceKeys(ctx context.Context, w *work) ([]effect, error) {
	makers := slices.Collect(maps.Values(w.users))
	keys, err := w.s.ServiceKeysMadeBy(ctx, w.r.OrganizationID, w.r.RemovedOn, makers...)
	var out []effect
	for _, k := range keys {
		maker := makers[slices.IndexFunc(makers, k.Made)]
		out = append(out, effect{EffectRow: model.EffectRow{UserID: maker.ID, Effect: model.Effect{
			Resource: model.KeyName(k.ID), Action: "keep", Detail: "service key that the user made"}}})
	}
	return out, err
}

func (w *work) revokesKeys(ctx context.Context, detail string, find func(context.Context, model.User) ([]string, error)) ([]effect, error) {
	found, err := each(ctx, w, find)
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for _, prefixes := range found {
		for _, p := range prefixes {
			keys = append(keys, table.Keys.Key(p))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, k := range table.Keys.All(rows) {
		if k.UserID == nil || k.RevokedOn != nil || w.r.Kind != model.OfUser && !w.ours(k.Epoch) {
			continue
		}
		to := k
		to.Version++
		to.Stamp, to.RevokedOn = k.Modified(w.r.RemovedBy, w.r.RemovedOn), &w.r.RemovedOn
		name := model.KeyName(k.ID)
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: *k.UserID, Prefix: k.Prefix, Was: &model.Revision{Version: k.Version, ModifiedBy: k.ModifiedBy, ModifiedOn: k.ModifiedOn},
				Effect: model.Effect{Resource: name, Action: "revoke", Detail: detail}},
			apply: func(tx *table.Tx) { table.Keys.Change(tx, k, to) },
			audit: w.audit(name, map[string]any{"revoked": false}, map[string]any{"revoked": true}),
		})
	}
	return out, err
}

// projectInvites are the pending invitations to the project.
func projectInvites(ctx context.Context, w *work) ([]effect, error) {
	return w.revokesInvitesTo(ctx, model.ProjectName(*w.r.ProjectID))
}

// teamInvites are those to the team.
func teamInvites(ctx context.Context, w *work) ([]effect, error) {
	return w.revokesInvitesTo(ctx, model.TeamName(*w.r.TeamID))
}

func (w *work) revokesInvitesTo(ctx context.Context, place string) ([]effect, error) {
	keys := make([]table.Primary, 0, len(w.users))
	for _, u := range w.users {
		keys = append(keys, table.InvitesOf.Key(place, u.EmailKey))
	}
	rows, err := w.s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var invites []int64
	for _, i := range table.InvitesOf.All(rows) {
		invites = append(invites, i.InviteID)
	}
	return w.revokesInvites(ctx, invites)
}

// allInvites are all pending ones to a user, by the address in the organisation.
func allInvites(ctx context.Context, w *work) ([]effect, error) {
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]int64, error) {
		return w.s.OpenInvites(ctx, u.OrganizationID, u.EmailKey)
	})
	if err != nil {
		return nil, err
	}
	var invites []int64
	for _, some := range found {
		invites = append(invites, some...)
	}
	return w.revokesInvites(ctx, invites)
}

func (w *work) revokesInvites(ctx context.Context, ids []int64) ([]effect, error) {
	keys := make([]table.Primary, len(ids))
	for i, id := range ids {
		keys[i] = table.Invites.Key(id)
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, i := range table.Invites.All(rows) {
		if i.Status != model.InvitePending || !w.theirs(i) {
			continue
		}
		to := i
		to.Version++
		to.Stamp, to.Status, to.OpenKey = i.Modified(w.r.RemovedBy, w.r.RemovedOn), model.InviteRevoked, nil
		name := model.InviteName(i.ID)
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: w.invited(i), InviteID: i.ID, Was: &model.Revision{Version: i.Version, ModifiedBy: i.ModifiedBy, ModifiedOn: i.ModifiedOn},
				Effect: model.Effect{Resource: name, Action: "revoke", Detail: "pending invitation"}},
			apply: func(tx *table.Tx) { table.Invites.Change(tx, i, to) },
			audit: w.audit(name, map[string]any{"status": i.Status}, map[string]any{"status": to.Status}),
		})
	}
	return out, err
}

// theirs reports whether a pending invitation to a user's address is for that user,
// and from before the removal. The address of who is deleted may be another's by
// now: what is for that one stays.
func (w *work) theirs(i model.Invite) bool {
	switch {
	case w.r.Kind != model.OfUser:
		return w.ours(i.Epoch)
	case i.ForUser != nil:
		return w.users[*i.ForUser].ID != 0
	}
	return !w.r.Deletes || w.ours(i.FreeIn)
}

func (w *work) invited(i model.Invite) int64 {
	for _, u := range w.users {
		if u.EmailKey == i.EmailKey {
			return u.ID
		}
	}
	return 0
}

// recents are the recent projects of a user, dropped when they are deleted.
func recents(ctx context.Context, w *work) ([]effect, error) {
	return w.dropsRecents(ctx, table.Recents, "/recent", "recent projects", func(e *model.EffectRow, row *model.Recents) { e.Recents = row })
}

func (w *work) dropsRecents(ctx context.Context, of *table.Entity[model.Recents], name, detail string, keep func(*model.EffectRow, *model.Recents)) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	keys := make([]table.Primary, 0, len(w.users))
	for _, u := range w.users {
		keys = append(keys, of.Key(u.ID))
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, row := range of.All(rows) {
		e := effect{
			EffectRow: model.EffectRow{UserID: row.UserID, Effect: model.Effect{Resource: model.UserName(row.UserID) + name, Action: "delete", Detail: detail}},
			apply:     func(tx *table.Tx) { of.Delete(tx, row) },
		}
		keep(&e.EffectRow, &row)
		out = append(out, e)
	}
	return out, err
}

// keptProjects are the memberships of the team's projects that stay: they are
// the people's own, and the report says so.
func keptProjects(ctx context.Context, w *work) ([]effect, error) {
	var ofTeam []int64
	var found map[int64][]int64
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		ofTeam, err = store.Every(both, w.s.ProjectsOfTeam, *w.r.TeamID)
		return err
	})
	g.Go(func() (err error) {
		found, err = places(both, w, w.s.ProjectsOfUser)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	team := set(ofTeam)
	var keys []table.Primary
	for user, projects := range found {
		for _, p := range projects {
			if team[p] {
				keys = append(keys, table.Projects.Key(p), table.ProjectMembers.Key(p, user))
			}
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, m := range table.ProjectMembers.All(rows) {
		p, live := store.LiveProject(rows, m.ProjectID)
		if live && p.Team() == *w.r.TeamID && !model.Expired(m.ExpiresOn, w.r.RemovedOn) {
			out = append(out, effect{EffectRow: model.EffectRow{UserID: m.UserID, Effect: model.Effect{
				Resource: model.MemberName(model.ProjectName(m.ProjectID), m.UserID), Action: "keep", Detail: "direct membership as " + m.Role}}})
		}
	}
	return out, err
}

func set(ids []int64) map[int64]bool {
	out := make(map[int64]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}
