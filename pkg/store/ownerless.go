package store

import (
	"context"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A place whose last admin or owner goes is put on a list in the same
// transaction, and whoever becomes admin or owner of one that was without takes it
// off. The list leads to such places and may name one more: the place's own row
// tells.

// Ownerless lists ids of an organisation's projects, teams or agents that may be
// held by nobody, after an id, strongly consistent. Read the things again.
func (s *Store) Ownerless(ctx context.Context, organization int64, of string, from int64, n int) ([]int64, error) {
	return idsAfter(ctx, s, table.Ownerless, "ownerless_id", from, n, organization, of)
}

// idsAfter lists ids of rows whose sort key in the table itself is an id, after one:
// n of them, where there are as many. The rows are small, so that one trip has them.
func idsAfter[T any](ctx context.Context, s *Store, of *table.Entity[T], attribute string, from int64, n int, values ...any) ([]int64, error) {
	span := table.Span{}
	if from != 0 {
		span.From = of.Below(from)
	}
	got, err := of.Within(ctx, s.db, span, n, values...)
	if err != nil {
		return nil, outcome(err)
	}
	out := make([]int64, len(got.Keys))
	for i, key := range got.Keys {
		out[i], _ = of.ID(key, attribute)
	}
	return out, nil
}

// listOwnerless puts a thing that nobody owns on the list of such things.
func listOwnerless(tx *table.Tx, organization int64, of string, id int64) {
	row := model.Ownerless{OrganizationID: organization, Of: of, ID: id}
	if !slices.Contains(tx.Written(), table.Ownerless.Key(organization, of, id)) {
		table.Ownerless.Put(tx, row)
	}
}

// listOwned takes a thing off that list, since somebody owns it.
func listOwned(tx *table.Tx, organization int64, of string, id int64) {
	row := model.Ownerless{OrganizationID: organization, Of: of, ID: id}
	if !slices.Contains(tx.Written(), table.Ownerless.Key(organization, of, id)) {
		table.Ownerless.Drop(tx, row)
	}
}

// ownsAgent keeps the list of agents that nobody owns.
func ownsAgent(tx *table.Tx, from, to model.Agent) {
	switch was, is := disowned(from), disowned(to); {
	case is && !was:
		listOwnerless(tx, to.OrganizationID, model.OwnerlessAgent, to.ID)
	case was && !is:
		listOwned(tx, from.OrganizationID, model.OwnerlessAgent, from.ID)
	}
}

func disowned(a model.Agent) bool { return a.ID != 0 && !a.IsDeleted && a.OwnerID == nil }
