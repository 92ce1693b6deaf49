package table

import (
	"fmt"

	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/model"
)

// KindAttr is the attribute with the name of every item's entity, for filters of
// the table's stream.
const KindAttr = kind

// Name returns the entity's name, which its items have under KindAttr.
func (e *Entity[T]) Name() string { return e.name }

// From decodes an item that came from elsewhere than a read, such as the table's
// stream; ok is false for an item of another entity. An unreadable item of this
// one is an error.
func (e *Entity[T]) From(item dynamo.Item) (v T, ok bool, err error) {
	if KindOf(item) != e.name {
		return v, false, nil
	}
	if err := dynamo.UnmarshalItem(item, &v); err != nil {
		return v, true, fmt.Errorf("table: a %s can't be read: %w", e.name, err)
	}
	return v, true, nil
}

// Image encodes a copy of another row, or of a part of it, to be stored in a row of
// the transaction. v is a struct with attributes; one that can't be encoded makes
// the transaction fail.
func (tx *Tx) Image(v any) model.Image {
	item, err := dynamo.MarshalItem(v)
	if err != nil {
		tx.fail(fmt.Errorf("table: an image of %T: %w", v, err))
	}
	return model.Image(item)
}

// FromImage decodes an image that Image made of a T.
func FromImage[T any](i model.Image) (v T, err error) {
	if err := dynamo.UnmarshalItem(dynamo.Item(i), &v); err != nil {
		return v, fmt.Errorf("table: an image of %T can't be read: %w", v, err)
	}
	return v, nil
}

// Drop deletes the item p, whatever it is and whether it is there or not.
func (tx *Tx) Drop(p Primary) { tx.on(p, remove) }
