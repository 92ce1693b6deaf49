package audit

import "wardroom/pkg/model"

// Removed is that people were taken out by a removal, or that something else came
// of it.
type Removed struct {
	changed
	Of      model.Ref `of:"*"`
	Removal int64     `after:"removal_id"`
	Epoch   int64     `after:"epoch,omitempty"` // to which it raised the project that the row is about; 0 where that isn't known
}

// RemovalMade is the removal that somebody made by the change that a row tells of;
// false for a row of what came of one.
func RemovalMade(a model.Audit) (id int64, made bool) {
	r, is := Decode[Removed](a)
	return r.Removal, is && a.Actor != model.System
}

// Undone is that a removal was undone.
type Undone struct {
	changed
	Of      model.Ref `of:"*"`
	Removal int64     `before:"removal_id"`
}

// Purged is that a thing is erased for good.
type Purged struct {
	changed
	Thing model.Ref `of:"*"`
}
