package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// pages demands that a list gives want, whole and in pages of three.
func (w *world) pages(says string, want []int64, list func(ctx context.Context, after int64, n int) ([]int64, error)) {
	w.Helper()
	if d := cmp.Diff(want, w.must2(list(w.Context(), 0, 1000))); d != "" {
		w.Errorf("%s: %s", says, d)
	}
	var got []int64
	for after := int64(0); len(got) <= len(want); {
		page := w.must2(list(w.Context(), after, 3))
		got = append(got, page...)
		if len(page) < 3 {
			break
		}
		after = page[2]
	}
	if d := cmp.Diff(want, got); d != "" {
		w.Errorf("%s, in pages: %s", says, d)
	}
}

// from lists n ids that follow the base.
func (w *world) from(first, n int64) (ids []int64) {
	for i := range n {
		ids = append(ids, w.base+first+i)
	}
	return ids
}

func userLists(w *world) {
	w.pages("users of the organisation", w.from(1, users), func(ctx context.Context, after int64, n int) ([]int64, error) {
		return w.Store.UsersOfOrganization(ctx, w.base, after, n)
	})
	for _, n := range []int64{33, 31} {
		u := w.user(n)
		u.IsSuperuser = true
		w.must(func(tx *table.Tx) { w.Store.CreateUser(tx, u) })
	}
	if got := w.must2(w.Store.GlobalAdmins(w.Context(), w.base)); !slices.Equal(got, []int64{w.base + 31, w.base + 33}) {
		w.Errorf("global admins %v", got)
	}
}

func teamLists(w *world) {
	for _, n := range []int64{4, 2, 3, 1} {
		t, owner := w.team, w.owner
		t.ID, t.Name, t.ProjectCount = w.base+n, fmt.Sprint("Team ", n), 0
		owner.TeamID, owner.ID = t.ID, w.base+300+n
		w.must(func(tx *table.Tx) { w.Store.CreateTeam(tx, t, owner) })
	}
	ofOrganization := func(ctx context.Context, after int64, n int) ([]int64, error) {
		return w.Store.TeamsOfOrganization(ctx, w.base, after, n)
	}
	w.pages("teams of the organisation", w.from(0, 5), ofOrganization)
	w.pages("teams of a user", w.from(0, 5), func(ctx context.Context, after int64, n int) ([]int64, error) {
		return w.Store.TeamsOfUser(ctx, w.base+1, after, n)
	})
	last, _ := find(w, table.Teams, w.base+4)
	w.must(func(tx *table.Tx) { w.Store.DeleteTeam(tx, last, "by", dawn) })
	w.pages("teams that are left", w.from(0, 4), ofOrganization)
}

func projectLists(w *world) {
	for _, n := range []int64{5, 1, 4, 2, 3} {
		p := w.newProject(n, fmt.Sprint("Project ", n))
		if n > 3 {
			p.TeamID = nil
		}
		w.must(w.creates(p))
	}
	lists := map[string]func(context.Context, int64, int) ([]int64, error){
		"of the organisation": func(ctx context.Context, after int64, n int) ([]int64, error) {
			return w.Store.ProjectsOfOrganization(ctx, w.base, after, n)
		},
		"of the team": func(ctx context.Context, after int64, n int) ([]int64, error) {
			return w.Store.ProjectsOfTeam(ctx, w.base, after, n)
		},
		"of the user": func(ctx context.Context, after int64, n int) ([]int64, error) {
			return w.Store.ProjectsOfUser(ctx, w.base+1, after, n)
		},
	}
	w.pages("projects of the organisation", w.from(0, 6), lists["of the organisation"])
	w.pages("of the team", w.from(0, 4), lists["of the team"])
	w.pages("of the user", w.from(0, 6), lists["of the user"])
	w.must(func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	w.pages("of the organisation without the deleted one", w.from(1, 5), lists["of the organisation"])
	w.pages("of the team without it", w.from(1, 3), lists["of the team"])
	w.pages("of the user, whose membership is still there", w.from(0, 6), lists["of the user"])
}

func memberLists(w *world) {
	for n := int64(8); n > 1; n-- { // so that users and memberships are in different orders
		m, tm := w.member(n, access.ProjectMember), w.teamMember(n, access.Viewer)
		m.ID, tm.ID = w.base+400-n, w.base+400-n
		w.must(func(tx *table.Tx) {
			store.ProjectPlace(w.project).Add(tx, m)
			store.TeamPlace(w.team).Add(tx, tm)
		})
	}
	gone, _ := find(w, table.ProjectMembers, w.base, w.base+5)
	w.must(func(tx *table.Tx) { store.RemoveMember(tx, w.project, gone, false, w.tombstone(5)) })
	goneToo, _ := find(w, table.TeamMembers, w.base, w.base+5)
	w.must(func(tx *table.Tx) { store.RemoveTeamMember(tx, w.team, goneToo) })
	var want []int64
	for _, n := range []int64{1, 8, 7, 6, 4, 3, 2} {
		want = append(want, w.base+n)
	}
	for says, list := range map[string]func(after int64, n int) ([]store.Ref, error){
		"members of the project": func(after int64, n int) ([]store.Ref, error) { return w.Store.Members(w.Context(), w.base, after, n) },
		"members of the team": func(after int64, n int) ([]store.Ref, error) {
			return w.Store.TeamMembers(w.Context(), w.base, after, n)
		},
	} {
		var got []int64
		for after := int64(0); len(got) <= len(want); {
			page, err := list(after, 3)
			if err != nil {
				w.Fatal(err)
			}
			for _, r := range page {
				got = append(got, r.User)
			}
			if len(page) < 3 {
				break
			}
			after = page[2].ID
		}
		if d := cmp.Diff(want, got); d != "" {
			w.Errorf("%s, by membership: %s", says, d)
		}
	}
}

func keyLists(w *world) {
	for n := range int64(6) {
		owner := w.base + n%2
		k := model.APIKey{ID: w.base + n, Prefix: fmt.Sprint("key", w.base+n), Kind: model.PersonalKey, UserID: &owner, OrganizationID: w.base, Stamp: model.Created("System", dawn)}
		if n < 3 {
			k.ProjectID = &w.base
		}
		w.must(func(tx *table.Tx) { w.Store.CreateKey(tx, k) })
		w.refused("the same prefix", func(tx *table.Tx) { w.Store.CreateKey(tx, k) })
	}
	got, err := w.Store.KeysBoundTo(w.Context(), w.base, w.base)
	if want := []string{fmt.Sprint("key", w.base), fmt.Sprint("key", w.base+2)}; err != nil || !slices.Equal(got, want) {
		w.Errorf("bound to the project: %v, %v", got, err)
	}
	revoked := table.Keys.Key(fmt.Sprint("key", w.base))
	rows, err := w.Store.Read(w.Context(), revoked)
	if err != nil {
		w.Fatal(err)
	}
	k, _ := table.Keys.At(rows, revoked)
	w.must(func(tx *table.Tx) { w.Store.RevokeKey(tx, k, "by", dawn) })
	got, err = w.Store.KeysBoundTo(w.Context(), w.base, w.base)
	if want := []string{fmt.Sprint("key", w.base+2)}; err != nil || !slices.Equal(got, want) {
		w.Errorf("bound to the project, once one is revoked: %v, %v", got, err)
	}
	found, err := table.Keys.Query("gsi1", w.base+1).Keys(w.Context(), w.Table)
	if err != nil || len(found) != 3 || found[0].Primary != table.Keys.Key(fmt.Sprint("key", w.base+1)) || found[2].Primary != table.Keys.Key(fmt.Sprint("key", w.base+5)) {
		w.Errorf("keys of a user: %v, %v", found, err)
	}
}
