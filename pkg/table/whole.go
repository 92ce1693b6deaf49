package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/guregu/dynamo/v2"
)

// remakes has each entity's remake, by its name.
var remakes = map[string]func(dynamo.Item) (dynamo.Item, error){}

// Remake decodes an item as the entity that its kind names, and encodes it again.
// The two are the same unless a key disagrees with the data it was made of, or the
// item has an undeclared attribute. It is for checks of a whole table.
func Remake(item dynamo.Item) (dynamo.Item, error) {
	remake, ok := remakes[text(item[kind])]
	if !ok {
		return nil, fmt.Errorf("table: no entity is called %q", text(item[kind]))
	}
	return remake(item)
}

func (e *Entity[T]) remake(item dynamo.Item) (dynamo.Item, error) {
	var v T
	if err := dynamo.UnmarshalItem(item, &v); err != nil {
		return nil, fmt.Errorf("table: a %s can't be read: %w", e.name, err)
	}
	return e.Item(v)
}

// All returns the rows of this entity among rows, in the order of their keys.
func (e *Entity[T]) All(rows Rows) []T {
	var keys []Primary
	for p, item := range rows {
		if text(item[kind]) == e.name {
			keys = append(keys, p)
		}
	}
	slices.SortFunc(keys, func(a, b Primary) int {
		return strings.Compare(a.PK+"\x00"+a.SK, b.PK+"\x00"+b.SK)
	})
	out := make([]T, len(keys))
	for i, p := range keys {
		out[i], _ = e.At(rows, p)
	}
	return out
}

// KindOf returns the name of the entity that an item says it is.
func KindOf(item dynamo.Item) string { return text(item[kind]) }
