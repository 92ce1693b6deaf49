package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// newAgent is an agent of the project, to be created.
func (w *world) newAgent(n int64) model.Agent {
	return model.Agent{
		ID: w.base + n, Name: fmt.Sprint("Agent ", n), ProjectID: w.base, TeamID: w.project.TeamID, OrganizationID: w.base, TypeID: 1,
		AccessLevel: string(access.Private), ConfigVersion: 1, LastVersion: 1, ConfigHash: w.config(1).ConfigHash, Stamp: model.Created("System", dawn), Version: 1,
	}
}

// config is a version of the configuration of an agent.
func (w *world) config(version int64) model.AgentVersion {
	c := model.AgentConfig{Instructions: fmt.Sprint("Version ", version), Starters: []string{}}
	return model.AgentVersion{AgentID: w.base, ConfigVersion: version, Config: c, ConfigHash: c.Hash(), Stamp: model.Created("System", dawn)}
}

// onAgent is a permission of the n-th user on an agent.
func (w *world) onAgent(a model.Agent, n int64, role access.AgentRole) model.AgentMember {
	return model.AgentMember{ID: 10*a.ID + n, AgentID: a.ID, ProjectID: a.ProjectID, UserID: w.base + n, Role: string(role), CreatedOn: dawn}
}

// makes returns a write that creates an agent, which the first user owns.
func (w *world) makes(a model.Agent) func(*table.Tx) {
	owner, config := w.onAgent(a, 1, access.AgentOwner), w.config(1)
	a.OwnerID, config.AgentID = &owner.UserID, a.ID
	return func(tx *table.Tx) { w.Store.CreateAgent(tx, w.project, a, config, &owner) }
}

// agent creates the n-th agent and returns its row.
func (w *world) agent(n int64) model.Agent {
	w.Helper()
	w.must(w.makes(w.newAgent(n)))
	return w.now(w.base + n)
}

// now returns an agent's present row.
func (w *world) now(id int64) model.Agent {
	w.Helper()
	a, ok := find(w, table.Agents, id)
	if !ok {
		w.Fatalf("agent %d isn't there", id)
	}
	return a
}

// allOf makes writes at the same time, and repeats each while it is stale, 50 times at
// most. All have to pass.
func (w *world) allOf(notes ...func(*table.Tx)) {
	w.Helper()
	g := concurrent.NewGroup()
	for _, note := range notes {
		g.Go(func() error {
			for range 50 {
				if err := w.try(note); !errors.Is(err, table.ErrStale) {
					return err
				}
			}
			return errors.New("one of them never passes")
		})
	}
	if err := g.Wait(); err != nil {
		w.Error(err)
	}
}

func newAgents(w *world) {
	a := w.agent(0)
	if m, ok := find(w, table.AgentMembers, w.base+1, a.ID); !ok || m.Role != string(access.AgentOwner) || m.Version != 1 || a.Owner() != m.UserID {
		w.Errorf("its owner has %+v", m)
	}
	w.refused("an agent that is there", w.makes(w.newAgent(0)))
	w.refresh()
	if w.project.AgentCount != 1 {
		w.Errorf("the project counts %d agents", w.project.AgentCount)
	}
	moved := w.project
	team := w.base + 500
	moved.TeamID = &team
	was := w.project
	w.project = moved
	w.refused("in a project that has moved", w.makes(w.newAgent(1)))
	w.project = was
	w.must(func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	w.refused("in a project that is deleted", w.makes(w.newAgent(1)))
	if _, made := find(w, table.AgentVersions, w.base+1, int64(1)); made {
		w.Error("its configuration was written")
	}
}

func agentEdits(w *world) {
	a := w.agent(0)
	one, two := a, a
	one.Description, two.Description = "one", "two"
	w.must(func(tx *table.Tx) { w.Store.CreateReview(tx, w.review(a, 2, 5)) })
	w.oneOf(
		func(tx *table.Tx) { w.Store.EditAgent(tx, a, one, nil) },
		func(tx *table.Tx) { w.Store.EditAgent(tx, a, two, nil) },
	)
	if now := w.now(a.ID); now.Version != a.Version+1 || now.ReviewCount != 1 {
		w.Errorf("%+v", now)
	}
	a = w.now(a.ID)
	w.oneOf(
		func(tx *table.Tx) { w.Store.EditAgent(tx, a, one, nil) },
		func(tx *table.Tx) { w.Store.DeleteAgent(tx, a, nil, "by", dawn) },
	)
}

func agentVersions(w *world) {
	a := w.agent(0)
	next := func(from model.Agent, config model.AgentVersion) func(*table.Tx) {
		to := from
		to.ConfigVersion, to.LastVersion, to.ConfigHash = config.ConfigVersion, config.ConfigVersion, config.ConfigHash
		return func(tx *table.Tx) { w.Store.EditAgent(tx, from, to, &config) }
	}
	second := w.config(2)
	other := second
	other.Config.Instructions = "Another second"
	other.ConfigHash = other.Config.Hash()
	w.oneOf(next(a, second), next(a, other))
	kept, _ := find(w, table.AgentVersions, a.ID, int64(2))
	if now := w.now(a.ID); kept.ConfigHash != now.ConfigHash {
		w.Errorf("the agent has %s, its version 2 %s", now.ConfigHash, kept.ConfigHash)
	}
	w.refused("a version that is there", next(w.now(a.ID), other))
	w.refused("the first one", next(w.now(a.ID), w.config(1)))
	w.must(next(w.now(a.ID), w.config(3)))
	var got []int64
	for after, more := "", true; more; more = after != "" {
		versions, next, err := w.Store.AgentVersions(w.Context(), a.ID, after, 2)
		if err != nil {
			w.Fatal(err)
		}
		for _, v := range versions {
			got = append(got, v.ConfigVersion)
		}
		after = next
	}
	if !slices.Equal(got, []int64{1, 2, 3}) {
		w.Errorf("its versions are %v", got)
	}
}

func agentOwners(w *world) {
	a := w.agent(0)
	heir := w.onAgent(a, 2, access.AgentOwner)
	w.must(func(tx *table.Tx) { w.Store.HandOverAgent(tx, w.project, a, a, nil, nil, heir) })
	w.refused("handed over as it was", func(tx *table.Tx) { w.Store.HandOverAgent(tx, w.project, a, a, nil, nil, heir) })
	end := dawn.Add(time.Hour)
	viewer := w.onAgent(a, 3, access.AgentViewer)
	viewer.ExpiresOn = &end
	w.must(func(tx *table.Tx) { w.Store.AddAgentMember(tx, a, viewer) })
	w.refused("added twice", func(tx *table.Tx) { w.Store.AddAgentMember(tx, a, viewer) })
	viewer.Version = 1
	owner := viewer
	owner.Role, owner.ExpiresOn = string(access.AgentOwner), nil
	b, first := w.now(a.ID), w.onAgent(a, 1, access.AgentOwner)
	first.Version = 1
	w.must(func(tx *table.Tx) { w.Store.HandOverAgent(tx, w.project, b, b, nil, &viewer, owner) })
	if m, _ := find(w, table.AgentMembers, w.base+3, a.ID); m.Role != owner.Role || m.ExpiresOn != nil || m.Version != 2 || w.now(a.ID).Owner() != m.UserID {
		w.Errorf("who was a viewer has %+v", m)
	}
	w.refused("a permission that ends, by who read another owner", func(tx *table.Tx) { w.Store.RemoveAgentMember(tx, b, first) })
	lowered := first
	lowered.Role = string(access.AgentViewer)
	w.refused("a permission that changes, by the same", func(tx *table.Tx) { w.Store.ChangeAgentMember(tx, b, first, lowered) })
	c := w.now(a.ID)
	w.oneOf( // they become its owner while their permission is taken from them
		func(tx *table.Tx) { w.Store.HandOverAgent(tx, w.project, c, c, nil, &first, first) },
		func(tx *table.Tx) { w.Store.RemoveAgentMember(tx, c, first) },
	)
	now := w.now(a.ID)
	if m, has := find(w, table.AgentMembers, now.Owner(), a.ID); !has || m.Role != string(access.AgentOwner) {
		w.Errorf("user %d owns it with %+v", now.Owner(), m)
	}
	u := w.user(4)
	u.IsActive = false
	w.must(func(tx *table.Tx) { table.Users.Put(tx, u) })
	w.refused("to who is inactive", func(tx *table.Tx) {
		w.Store.HandOverAgent(tx, w.project, now, now, nil, nil, w.onAgent(a, 4, access.AgentOwner))
	})
	w.refused("a permission of who is inactive", func(tx *table.Tx) { w.Store.AddAgentMember(tx, a, w.onAgent(a, 4, access.AgentViewer)) })
}

func agentsOfLeavers(w *world) {
	a, before := w.agent(0), w.project
	heir := w.onAgent(a, 2, access.AgentOwner)
	made, config := w.newAgent(1), w.config(1)
	made.OwnerID, config.AgentID = &heir.UserID, made.ID
	own, viewer := heir, w.onAgent(a, 3, access.AgentViewer)
	own.ID, own.AgentID = 10*made.ID+2, made.ID
	gone := w.onAgent(a, 4, access.AgentViewer)
	w.must(func(tx *table.Tx) { w.Store.AddAgentMember(tx, a, gone) })
	w.must(func(tx *table.Tx) { store.ProjectPlace(before).Add(tx, w.member(4, access.ProjectMember)) })
	member, _ := find(w, table.ProjectMembers, before.ID, gone.UserID)
	w.must(func(tx *table.Tx) {
		store.ProjectPlace(before).End(tx, member)
		store.ProjectPlace(before).Bury(tx, w.tombstone(4))
	})
	after, _ := find(w, table.Projects, before.ID)
	tomb, _ := find(w, table.Tombstones, before.ID, gone.UserID)
	if after.Epoch != before.Epoch+1 || !tomb.Buries(gone.Epoch) || tomb.Buries(after.Epoch) {
		w.Errorf("the project is in epoch %d after %d, and the tombstone of %d", after.Epoch, before.Epoch, tomb.Epoch)
	}
	for says, note := range map[string]func(*table.Tx, model.Project){
		"an agent":     func(tx *table.Tx, p model.Project) { w.Store.HandOverAgent(tx, p, a, a, nil, nil, in(p, heir)) },
		"a new agent":  func(tx *table.Tx, p model.Project) { own := in(p, own); w.Store.CreateAgent(tx, p, made, config, &own) },
		"a permission": func(tx *table.Tx, p model.Project) { w.Store.AddAgentMember(tx, a, in(p, viewer)) },
	} {
		w.refused(says+" of the epoch before", func(tx *table.Tx) { note(tx, before) })
		w.must(func(tx *table.Tx) { note(tx, after) })
	}
}

// in returns m with the epoch of p.
func in(p model.Project, m model.AgentMember) model.AgentMember {
	m.Epoch = p.Epoch
	return m
}
