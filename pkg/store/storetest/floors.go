package storetest

import (
	"wardroom/pkg/access"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

func lastAdmin(w *world) {
	demoted := w.admin
	demoted.Role = string(access.ProjectMember)
	goes := func(tx *table.Tx) { store.RemoveMember(tx, w.project, w.admin, false, w.tombstone(1)) }
	w.refused("removed", goes)
	w.refused("demoted", func(tx *table.Tx) { store.ProjectPlace(w.project).Change(tx, w.admin, demoted) })
	w.refused("removed beside a new member", func(tx *table.Tx) {
		goes(tx)
		store.ProjectPlace(w.project).Add(tx, w.member(2, access.ProjectMember))
	})
	w.counts("nothing happened", 1, 1, 1, 1, 1)
	w.must(func(tx *table.Tx) {
		goes(tx)
		store.ProjectPlace(w.project).HandOver(tx, nil, w.member(2, access.ProjectAdmin))
	})
	w.counts("another took over", 1, 1, 1, 1, 1)
	second, _ := find(w, table.ProjectMembers, w.base, w.base+2)
	member := w.member(3, access.ProjectMember)
	w.must(func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, member) })
	member, _ = find(w, table.ProjectMembers, w.base, member.UserID)
	heir := member
	heir.Role = string(access.ProjectAdmin)
	w.must(func(tx *table.Tx) {
		store.RemoveMember(tx, w.project, second, false, w.tombstone(2))
		store.ProjectPlace(w.project).HandOver(tx, &member, heir)
	})
	w.counts("and a member after them", 1, 1, 1, 1, 1)
}

func twoAdmins(w *world) {
	for n := int64(2); n <= 9; n++ {
		other := w.member(n, access.ProjectAdmin)
		w.must(func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, other) })
		other, _ = find(w, table.ProjectMembers, w.base, other.UserID)
		last := w.admin
		w.oneOf(
			func(tx *table.Tx) {
				store.RemoveMember(tx, w.project, last, false, w.tombstone(last.UserID-w.base))
			},
			func(tx *table.Tx) { store.RemoveMember(tx, w.project, other, false, w.tombstone(n)) },
		)
		w.counts("one is left", 1, 1, 1, 1, 1)
		if m, stayed := find(w, table.ProjectMembers, w.base, other.UserID); stayed {
			w.admin = m
		} else {
			w.admin, _ = find(w, table.ProjectMembers, w.base, last.UserID)
		}
	}
}

func lastOwner(w *world) {
	demoted := w.owner
	demoted.Role = string(access.Editor)
	w.refused("demoted", func(tx *table.Tx) { store.TeamPlace(w.team).Change(tx, w.owner, demoted) })
	w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, w.teamMember(2, access.Owner)) })
	w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Change(tx, w.owner, demoted) })
	w.counts("another is left", 1, 1, 2, 1, 1)
}

func twoOwners(w *world) {
	w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Add(tx, w.teamMember(2, access.Owner)) })
	demotion := func(user int64) func(*table.Tx) {
		m, _ := find(w, table.TeamMembers, w.base, user)
		to := m
		to.Role = string(access.Viewer)
		return func(tx *table.Tx) { store.TeamPlace(w.team).Change(tx, m, to) }
	}
	for range 6 {
		w.oneOf(demotion(w.base+1), demotion(w.base+2))
		w.counts("one is left", 1, 1, 2, 1, 1)
		for _, user := range []int64{w.base + 1, w.base + 2} {
			if m, _ := find(w, table.TeamMembers, w.base, user); m.Role == string(access.Viewer) {
				owner := m
				owner.Role = string(access.Owner)
				w.must(func(tx *table.Tx) { store.TeamPlace(w.team).Change(tx, m, owner) })
			}
		}
	}
}

func tombstones(w *world) {
	w.must(func(tx *table.Tx) { store.ProjectPlace(w.project).Add(tx, w.member(2, access.ProjectMember)) })
	m, _ := find(w, table.ProjectMembers, w.base, w.base+2)
	w.must(func(tx *table.Tx) { store.RemoveMember(tx, w.project, m, false, w.tombstone(2)) })
	w.refused("a new member, by who read the project before", func(tx *table.Tx) {
		store.ProjectPlace(w.project).Add(tx, w.member(2, access.ProjectMember))
	})
	now, _ := find(w, table.Projects, w.base)
	w.must(func(tx *table.Tx) { store.ProjectPlace(now).Add(tx, w.member(2, access.ProjectMember)) })
	first := w.tombstone(2)
	first.Epoch = 1
	if got, ok := find(w, table.Tombstones, w.base, w.base+2); !ok || got != first {
		w.Errorf("%+v, %v", got, ok)
	}
	again := w.tombstone(2)
	again.RemovedOn, again.RemovalID = model.At(dawn.Std().AddDate(0, 0, 1)), 7
	m, _ = find(w, table.ProjectMembers, w.base, w.base+2)
	w.refused("by who read the project in the first epoch", func(tx *table.Tx) { store.RemoveMember(tx, w.project, m, false, again) })
	w.must(func(tx *table.Tx) { store.RemoveMember(tx, now, m, false, again) })
	again.Epoch = 2
	if got, _ := find(w, table.Tombstones, w.base, w.base+2); got != again {
		w.Errorf("the second one is %+v", got)
	}
}
