package audit

import "wardroom/pkg/model"

// Removed records that a removal removed people, or another effect of one.
type Removed struct {
	changed
	Of      model.Ref `of:"*"`
	Removal int64     `after:"removal_id"`
	Epoch   int64     `after:"epoch,omitempty"` // to which it raised the epoch of the row's project; 0 where unknown
}

// RemovalMade returns the removal that the change of a row began; false for the row of
// an effect of one, and for others.
func RemovalMade(a model.Audit) (id int64, made bool) {
	r, is := Decode[Removed](a)
	return r.Removal, is && a.Actor != model.System
}

// Undone records that a removal was undone.
type Undone struct {
	changed
	Of      model.Ref `of:"*"`
	Removal int64     `before:"removal_id"`
}

// Purged records that a thing was erased.
type Purged struct {
	changed
	Thing model.Ref `of:"*"`
}
