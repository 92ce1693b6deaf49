package storetest

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

func agentLists(w *world) {
	for _, n := range []int64{5, 1, 4, 2, 3} {
		w.agent(n)
	}
	ids := func(list func(context.Context, int64, int64, int) ([]store.Ref, error), of int64) func(context.Context, int64, int) ([]int64, error) {
		return func(ctx context.Context, after int64, n int) ([]int64, error) {
			found, err := list(ctx, of, after, n)
			out := make([]int64, len(found))
			for i, at := range found {
				if out[i] = at.ID; at.Project != w.base || at.Agent != at.ID {
					w.Errorf("agent %d is said to be in project %d", at.ID, at.Project)
				}
			}
			return out, err
		}
	}
	w.pages("agents of the organisation", w.from(1, 5), ids(w.Store.AgentsOfOrganization, w.base))
	w.pages("of the project", w.from(1, 5), ids(w.Store.AgentsOfProject, w.base))
	w.pages("of the team", w.from(1, 5), ids(w.Store.AgentsOfTeam, w.base))
	w.pages("of a user", w.from(1, 5), ids(w.Store.AgentsOfUser, w.base+1))
	w.none("open ones", ids(w.Store.OpenAgents, w.base))
	for n := int64(2); n <= 5; n++ {
		was := w.now(w.base + n)
		to := was
		to.AccessLevel = string(access.OpenToOrganization)
		w.must(func(tx *table.Tx) { w.Store.EditAgent(tx, was, to, nil) })
	}
	w.pages("open ones, once they are", w.from(2, 4), ids(w.Store.OpenAgents, w.base))
	was := w.now(w.base + 2)
	to := was
	to.AccessLevel = string(access.Private)
	w.must(func(tx *table.Tx) { w.Store.EditAgent(tx, was, to, nil) })
	w.must(func(tx *table.Tx) { w.Store.DeleteAgent(tx, w.now(w.base+5), nil, "by", dawn) })
	w.pages("open ones, once one is closed and one deleted", w.from(3, 2), ids(w.Store.OpenAgents, w.base))
	w.pages("of the organisation without the deleted one", w.from(1, 4), ids(w.Store.AgentsOfOrganization, w.base))
	w.pages("of the project without it", w.from(1, 4), ids(w.Store.AgentsOfProject, w.base))
	w.pages("of the team without it", w.from(1, 4), ids(w.Store.AgentsOfTeam, w.base))
	w.pages("of the user, whose permission is still there", w.from(1, 5), ids(w.Store.AgentsOfUser, w.base+1))

	moved := w.project
	moved.TeamID = nil
	w.must(func(tx *table.Tx) { w.Store.EditProject(tx, w.project, moved) })
	w.refused("moved to a team that the project hasn't", func(tx *table.Tx) { w.Store.MoveAgent(tx, w.now(w.base+1), w.project) })
	w.refresh()
	w.must(func(tx *table.Tx) {
		w.Store.MoveAgent(tx, w.now(w.base+1), w.project)
		w.Store.MoveAgent(tx, w.now(w.base+3), w.project)
	})
	w.pages("of the team, when two have left it", []int64{w.base + 2, w.base + 4}, ids(w.Store.AgentsOfTeam, w.base))
	if now := w.now(w.base + 1); now.TeamID != nil || now.Version != 1 {
		w.Errorf("one that has left: %+v", now)
	}
	stale, edited := w.now(w.base+4), w.now(w.base+4)
	edited.Name = "Edited"
	w.must(func(tx *table.Tx) { w.Store.EditAgent(tx, stale, edited, nil) })
	w.refused("moved as it was", func(tx *table.Tx) { w.Store.MoveAgent(tx, stale, w.project) })
}

// none demands that a list is empty.
func (w *world) none(says string, list func(context.Context, int64, int) ([]int64, error)) {
	w.Helper()
	if got := w.must2(list(w.Context(), 0, 10)); len(got) > 0 {
		w.Errorf("%s: %v", says, got)
	}
}

func agentMemberLists(w *world) {
	a, b := w.agent(0), w.agent(1)
	for n := int64(8); n > 1; n-- { // so that users and permissions are in different orders
		m, other := w.onAgent(a, n, access.AgentViewer), w.onAgent(b, n, access.AgentEditor)
		m.ID, other.ID = w.base+400-n, w.base+500-n
		w.must(func(tx *table.Tx) {
			w.Store.AddAgentMember(tx, a, m)
			w.Store.AddAgentMember(tx, b, other)
		})
	}
	gone, _ := find(w, table.AgentMembers, w.base+5, a.ID)
	w.must(func(tx *table.Tx) { w.Store.RemoveAgentMember(tx, a, gone) })
	var got []int64
	for after := int64(0); len(got) <= 7; {
		page, err := w.Store.AgentMembers(w.Context(), a.ID, after, 3)
		if err != nil {
			w.Fatal(err)
		}
		for _, r := range page {
			got = append(got, r.User-w.base)
		}
		if len(page) < 3 {
			break
		}
		after = page[2].ID
	}
	if !slices.Equal(got, []int64{8, 7, 6, 4, 3, 2, 1}) {
		w.Errorf("who has a permission, by permission: %v", got)
	}
	all, err := w.Store.AllAgentsOfUser(w.Context(), w.base+5)
	if err != nil || !slices.Equal(all, []store.Ref{{ID: b.ID, Agent: b.ID, Project: w.base}}) {
		w.Errorf("agents of a user: %v, %v", all, err)
	}
}
