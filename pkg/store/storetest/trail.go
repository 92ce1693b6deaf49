package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

func recents(w *world) {
	list := func(projects ...int64) model.Recents {
		r := model.Recents{UserID: w.base + 1}
		for _, p := range projects {
			r.Entries = append(r.Entries, model.Recent{ID: p, ProjectID: p, LastUsedOn: dawn})
		}
		return r
	}
	w.oneOf(
		func(tx *table.Tx) { w.Store.RecordRecentProjects(tx, model.Recents{}, list(1)) },
		func(tx *table.Tx) { w.Store.RecordRecentProjects(tx, model.Recents{}, list(2)) },
	)
	was, _ := find(w, table.Recents, w.base+1)
	w.oneOf(
		func(tx *table.Tx) { w.Store.RecordRecentProjects(tx, was, list(3, 1)) },
		func(tx *table.Tx) { w.Store.RecordRecentProjects(tx, was, list(3, 1)) },
	)
	want := list(3, 1)
	want.Version = 2
	if got, _ := find(w, table.Recents, w.base+1); !cmp.Equal(got, want) {
		w.Error(cmp.Diff(want, got))
	}
}

func replays(w *world) {
	body := bytes.Repeat([]byte("0123456789"), 70_000)
	id := fmt.Sprint("parts ", w.base)
	n, err := w.Store.KeepParts(w.Context(), id, body, 300<<10, dawn.Std().Unix())
	if err != nil || n != 3 {
		w.Fatalf("%d pieces, %v", n, err)
	}
	if got, err := w.Other.Parts(w.Context(), id, n); !bytes.Equal(got, body) || err != nil {
		w.Errorf("%d bytes of %d, %v", len(got), len(body), err)
	}
	if got, err := w.Store.Parts(w.Context(), id, n+1); err == nil {
		w.Errorf("a piece is missing, and %d bytes came", len(got))
	}
}

func pending(w *world) {
	removal := func(n int64, after time.Duration) model.Removal {
		return model.Removal{ID: w.base + n, Kind: model.FromProject, ProjectID: &w.base, OrganizationID: w.base, State: model.Revoked, RemovedOn: dawn.Add(after)}
	}
	w.must(func(tx *table.Tx) { // all in one shard, and not in the order of their ids
		w.Store.RecordRemoval(tx, removal(table.PendingShards, 3*time.Hour))
		w.Store.RecordRemoval(tx, removal(2*table.PendingShards, time.Hour))
	})
	w.must(func(tx *table.Tx) { w.Store.DeleteProject(tx, w.project, "by", dawn) })
	w.must(func(tx *table.Tx) { w.Store.DeleteTeam(tx, w.read(), "by", dawn) })
	found, err := table.Removals.Query("gsi3", w.base%table.PendingShards).Keys(w.Context(), w.Table)
	if err != nil {
		w.Fatal(err)
	}
	var got []table.Primary
	for _, f := range found {
		if strings.HasSuffix(f.PK, fmt.Sprint(w.base)) || f.Primary == table.Removals.Key(w.base+table.PendingShards) || f.Primary == table.Removals.Key(w.base+2*table.PendingShards) {
			got = append(got, f.Primary)
		}
	}
	want := []table.Primary{table.Removals.Key(w.base + 2*table.PendingShards), table.Removals.Key(w.base + table.PendingShards), table.Projects.Key(w.base), table.Teams.Key(w.base)}
	if d := cmp.Diff(want, got); d != "" {
		w.Errorf("removals by their time, what is deleted when its retention ends: %s", d)
	}
	due := found[slices.IndexFunc(found, func(f table.Found) bool { return f.Primary == table.Projects.Key(w.base) })].Position
	if want := dawn.Std().AddDate(0, 0, 30).Format("2006-01-02"); !strings.HasPrefix(due, want) {
		w.Errorf("the project is due at %s, want %s", due, want)
	}
	w.must(func(tx *table.Tx) {
		r, _ := find(w, table.Removals, w.base+table.PendingShards)
		done := r
		done.State, done.PendingShard, done.PendingOn, done.Version = model.Done, nil, nil, r.Version+1
		table.Removals.Change(tx, r, done)
	})
	found, err = table.Removals.Query("gsi3", w.base%table.PendingShards).Keys(w.Context(), w.Table)
	if err != nil || slices.ContainsFunc(found, func(f table.Found) bool { return f.Primary == table.Removals.Key(w.base+table.PendingShards) }) {
		w.Errorf("a removal that is done is still found; %v", err)
	}
	of, err := table.Removals.Query("gsi1", w.base).Keys(w.Context(), w.Table)
	if err != nil || len(of) != 2 || of[0].Primary != table.Removals.Key(w.base+table.PendingShards) {
		w.Errorf("removals of the project: %v, %v", of, err)
	}
}

func audits(w *world) {
	a := model.Audit{OrganizationID: w.base, ID: "A", TS: dawn, Actor: "user:1", Action: "x", Resource: "project:1", About: "project:1", Outcome: "success", After: map[string]any{"role": "admin"}}
	w.must(func(tx *table.Tx) { w.Store.RecordAudit(tx, a) })
	again := a
	again.Actor = "user:2"
	w.refused("written again", func(tx *table.Tx) { w.Store.RecordAudit(tx, again) })
	if got, _ := find(w, table.Audits, w.base, dawn.String(), "A"); !cmp.Equal(got, a) {
		w.Error(cmp.Diff(a, got))
	}
	again.ID = "B" // in the same microsecond
	w.must(func(tx *table.Tx) { w.Store.RecordAudit(tx, again) })
}

func wholes(w *world) {
	w.refused("one of them is stale", func(tx *table.Tx) {
		store.ProjectPlace(w.project).Add(tx, w.member(2, "member"))
		w.Store.RecordAudit(tx, model.Audit{OrganizationID: w.base, ID: "A", TS: dawn})
		store.TeamPlace(w.team).Add(tx, w.teamMember(1, "viewer")) // who is there
	})
	w.counts("nothing of it was written", 1, 1, 1, 1, 1)
	if rows := w.rows(table.ProjectMembers.Key(w.base, w.base+2), table.Audits.Key(w.base, dawn.String(), "A")); len(rows) != 0 {
		w.Errorf("%v was written", rows)
	}
}
