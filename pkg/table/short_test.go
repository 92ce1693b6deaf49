package table_test

import (
	"fmt"
	"math"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// A question is answered in full, in however many pieces the service answers it,
// and with no more than was asked for.
func TestAnswersInPieces(t *testing.T) {
	const rows, piece, some = 7, 2, 5 // more than two pieces
	db := fresh(t, fixture.Short(piece))
	var notes []func(*table.Tx)
	user, project := int64(7), int64(151)
	for id := int64(1); id <= rows; id++ {
		k := model.APIKey{ID: id, Prefix: fmt.Sprint("k", id), UserID: &user, ProjectID: &project}
		e := model.EffectRow{RemovalID: 1, Effect: model.Effect{Resource: fmt.Sprint("api-key:", id)}}
		notes = append(notes, func(tx *table.Tx) { table.Keys.Create(tx, k); table.Effects.Create(tx, e) })
	}
	commit(t, db, notes...)
	ctx := t.Context()
	keys := table.Keys.Query("gsi1", user)
	for says, ask := range map[string]func(n int) (int, error){
		"of an index": func(n int) (int, error) {
			found, err := keys.Limit(n).Keys(ctx, db)
			return len(found), err
		},
		"of a span of an index": func(n int) (int, error) {
			found, err := keys.Span(table.Span{From: "0"}).Limit(n).Keys(ctx, db)
			return len(found), err
		},
		"of an index backwards": func(n int) (int, error) {
			found, err := keys.Reverse().Limit(n).Keys(ctx, db)
			return len(found), err
		},
		"of a partition, by keys": func(n int) (int, error) {
			found, err := table.Effects.Query("", int64(1)).Limit(n).Keys(ctx, db)
			return len(found), err
		},
		"of a partition, as it lies there": func(n int) (int, error) {
			found, err := table.Effects.Query("", int64(1)).Limit(n).Items(ctx, db)
			if found.More != (n < rows) || len(found.Rows) != len(found.Keys) {
				t.Errorf("%d of %d rows, more: %t", len(found.Rows), n, found.More)
			}
			return len(found.Keys), err
		},
		"of a partition": func(n int) (int, error) {
			found, next, err := table.Effects.Query("", int64(1)).Limit(n).Values(ctx, db)
			if (next != "") != (n < rows) {
				t.Errorf("after %d rows it goes on at %q", n, next)
			}
			return len(found), err
		},
	} {
		t.Run(says, func(t *testing.T) {
			for n, want := range map[int]int{some: some, math.MaxInt: rows} {
				if got, err := ask(n); got != want || err != nil {
					t.Errorf("asked for %d: %d, %v; want %d", n, got, err, want)
				}
			}
		})
	}
	if found, err := db.Siblings(ctx, table.Effects.Key(int64(1), "api-key:1"), rows); len(found) != rows-1 || err != nil {
		t.Errorf("beside a row: %v, %v", found, err)
	}
	if found, err := table.Keys.Query("gsi2", project).Prefix(user).Keys(ctx, db); len(found) != rows || err != nil {
		t.Errorf("under what a key begins with: %v, %v", found, err)
	}
}
