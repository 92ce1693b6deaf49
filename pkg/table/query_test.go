package table_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// asked is a table of five effects of a removal, beside its own row, and of as many
// keys of a user.
func asked(t *testing.T) *table.DB {
	t.Helper()
	db := fresh(t, fixture.Short(3))
	user, project := int64(7), int64(151)
	notes := []func(*table.Tx){func(tx *table.Tx) { table.Removals.Create(tx, model.Removal{ID: 1, OrganizationID: 1}) }}
	for id := int64(1); id <= 5; id++ {
		k := model.APIKey{ID: id, Prefix: fmt.Sprint("k", id), UserID: &user, ProjectID: &project}
		e := model.EffectRow{RemovalID: 1, Effect: model.Effect{Resource: fmt.Sprint("user:", id)}}
		notes = append(notes, func(tx *table.Tx) { table.Keys.Create(tx, k); table.Effects.Create(tx, e) })
	}
	commit(t, db, notes...)
	return db
}

func TestQueries(t *testing.T) {
	db := asked(t)
	keys, effects := table.Keys.Query("gsi1", int64(7)), table.Effects.Query("", int64(1))
	at := func(id int64) string { return fmt.Sprintf("%016d", id) }
	effect := func(id int) string { return table.Effects.Key(int64(1), fmt.Sprint("user:", id)).SK }
	for says, tt := range map[string]struct {
		ask interface {
			Keys(ctx context.Context, d *table.DB) ([]table.Found, error)
		}
		want []string
	}{
		"all of a partition of an index":                      {keys, []string{at(1), at(2), at(3), at(4), at(5)}},
		"after an id, so many":                                {keys.AfterID(2).Limit(2), []string{at(3), at(4)}},
		"after no id":                                         {keys.AfterID(0).Limit(1), []string{at(1)}},
		"after the last":                                      {keys.AfterID(5), nil},
		"after a position":                                    {keys.After(at(4)), []string{at(5)}},
		"backwards, after a position":                         {keys.After(at(3)).Reverse(), []string{at(2), at(1)}},
		"backwards, whichever is said first":                  {keys.Reverse().After(at(3)).Limit(1), []string{at(2)}},
		"backwards, after an id":                              {keys.Reverse().AfterID(3), []string{at(2), at(1)}},
		"a span, both its ends":                               {keys.Span(table.Span{From: at(2), To: at(4)}), []string{at(2), at(3), at(4)}},
		"a span backwards":                                    {keys.Span(table.Span{From: at(4), Descending: true}), []string{at(5), at(4)}},
		"a span without bounds":                               {keys.Span(table.Span{}).Limit(1), []string{at(1)}},
		"of the table itself, with others that share it":      {effects.Limit(2), []string{effect(1), effect(2)}},
		"the last of it is the removal":                       {effects.Reverse().Limit(1), []string{table.Removals.Key(int64(1)).SK}},
		"of the table itself, by what sort keys begin with":   {effects.Prefix().Reverse().Limit(1), []string{effect(5)}},
		"of the table itself, a prefix and after a position":  {effects.Prefix().After(effect(4)), []string{effect(5)}},
		"of the table itself, backwards in a span, and after": {effects.Span(table.Span{From: effect(2), Descending: true}).After(effect(4)), []string{effect(3), effect(2)}},
	} {
		t.Run(says, func(t *testing.T) {
			found, err := tt.ask.Keys(t.Context(), db)
			var got []string
			for _, f := range found {
				got = append(got, f.Position)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// What is asked once may be answered in part, and says so.
func TestOnce(t *testing.T) {
	db := asked(t)
	all := table.Effects.Query("", int64(1))
	if got, err := all.Once().Items(t.Context(), db); len(got.Keys) != 3 || !got.More || err != nil {
		t.Errorf("%d rows, more: %t, %v", len(got.Keys), got.More, err)
	}
	if got, err := all.Items(t.Context(), db); len(got.Keys) != 6 || got.More || err != nil {
		t.Errorf("%d rows, more: %t, %v", len(got.Keys), got.More, err)
	}
	if got, next, err := all.Limit(2).Values(t.Context(), db); len(got) != 2 || next != table.Effects.Key(int64(1), "user:2").SK || err != nil {
		t.Errorf("%v, %q, %v", got, next, err)
	}
	if got, next, err := all.After(table.Effects.Key(int64(1), "user:2").SK).Values(t.Context(), db); len(got) != 3 || next != "" || err != nil {
		t.Errorf("%v, %q, %v", got, next, err)
	}
}

func TestQueriesThatCantBeAsked(t *testing.T) {
	db := fresh(t)
	keys := table.Keys.Query("gsi2", int64(151))
	for says, ask := range map[string]func() error{
		"an index, after a position in a span": func() error { _, err := keys.Prefix(int64(7)).After("x").Keys(t.Context(), db); return err },
		"a prefix and a span": func() error {
			_, err := keys.Prefix(int64(7)).Span(table.Span{To: "x"}).Keys(t.Context(), db)
			return err
		},
		"the rows of an index, which has keys":      func() error { _, err := keys.Items(t.Context(), db); return err },
		"the values of an index":                    func() error { _, _, err := keys.Values(t.Context(), db); return err },
		"keys once, which don't tell of others":     func() error { _, err := keys.Once().Keys(t.Context(), db); return err },
		"a partition of other holes than its index": func() error { _, err := table.Keys.Query("gsi2").Keys(t.Context(), db); return err },
	} {
		t.Run(says, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			t.Error(ask())
		})
	}
}
