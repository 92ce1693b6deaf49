package table

import (
	"fmt"

	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/model"
)

// KindAttr is the attribute in which every item says which entity it is, for
// whoever filters a stream of them.
const KindAttr = kind

// Name returns what an item of this entity has under KindAttr.
func (e *Entity[T]) Name() string { return e.name }

// From returns an item that came from elsewhere than a read, such as the
// table's stream; ok is false for an item of another entity. An item of this
// one that can't be read is an error, since nobody here chose it.
func (e *Entity[T]) From(item dynamo.Item) (v T, ok bool, err error) {
	if KindOf(item) != e.name {
		return v, false, nil
	}
	if err := dynamo.UnmarshalItem(item, &v); err != nil {
		return v, true, fmt.Errorf("table: a %s can't be read: %w", e.name, err)
	}
	return v, true, nil
}

// Image encodes what a row of the transaction keeps of other rows. v is a struct
// with attributes. One that can't be encoded makes the transaction fail.
func (tx *Tx) Image(v any) model.Image {
	item, err := dynamo.MarshalItem(v)
	if err != nil {
		tx.fail(fmt.Errorf("table: an image of %T: %w", v, err))
	}
	return model.Image(item)
}

// FromImage reads what Image encoded.
func FromImage[T any](i model.Image) (v T, err error) {
	if err := dynamo.UnmarshalItem(dynamo.Item(i), &v); err != nil {
		return v, fmt.Errorf("table: an image of %T can't be read: %w", v, err)
	}
	return v, nil
}

// Drop deletes the item p, whatever it is and whether it is there or not.
func (tx *Tx) Drop(p Primary) { tx.on(p, remove) }
