package table_test

import (
	"fmt"
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
	each := func(n int) ([]table.Found, error) { return table.Keys.Each(ctx, db, "gsi1", "", n, user) }
	for says, ask := range map[string]func(n int) (int, error){
		"of an index": func(n int) (int, error) {
			found, err := each(n)
			return len(found), err
		},
		"of a span of an index": func(n int) (int, error) {
			found, err := table.Keys.EachWithin(ctx, db, "gsi1", table.Span{}, n, user)
			return len(found), err
		},
		"of an index backwards": func(n int) (int, error) {
			found, err := table.Keys.Newest(ctx, db, "gsi1", "", n, user)
			return len(found), err
		},
		"of a partition": func(n int) (int, error) {
			found, next, err := table.Effects.Beneath(ctx, db, "", n, int64(1))
			if (next != "") != (n < rows) {
				t.Errorf("after %d rows it goes on at %q", n, next)
			}
			return len(found), err
		},
	} {
		t.Run(says, func(t *testing.T) {
			for n, want := range map[int]int{some: some, table.All: rows} {
				if got, err := ask(n); got != want || err != nil {
					t.Errorf("asked for %d: %d, %v; want %d", n, got, err, want)
				}
			}
		})
	}
	if found, err := db.Beside(ctx, table.Effects.Key(int64(1), "api-key:1"), rows); len(found) != rows-1 || err != nil {
		t.Errorf("beside a row: %v, %v", found, err)
	}
	if found, err := table.Keys.AllUnder(ctx, db, "gsi2", []any{project}, []any{user}); len(found) != rows || err != nil {
		t.Errorf("under what a key begins with: %v, %v", found, err)
	}
}
